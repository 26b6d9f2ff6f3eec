//! Records of the past, by path, title, front matter and shape.

use std::sync::LazyLock;

use serde::Deserialize;

use super::super::model::{BlockKind, Document, InlineKind};
use super::{Place, versions};

/// `rules/document/past.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Past {
    pub(super) kind: Vec<Kind>,
    pub(super) about: About,
    pub(super) front_matter: FrontMatter,
    pub(super) design: Design,
    pub(super) shape: Vec<Shape>,
    pub(super) versions: versions::Rule,
    pub(super) migration: Words,
    pub(super) gone: Gone,
}

/// What a page begins with whose subject is gone.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gone {
    leads: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Kind {
    pub(super) reason: String,
    #[serde(default)]
    dated_folders: Vec<String>,
    #[serde(flatten)]
    words: Words,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Words {
    stems: Vec<String>,
    stem_prefixes: Vec<String>,
    stem_suffixes: Vec<String>,
    folders: Vec<String>,
    titles: Vec<String>,
    title_prefixes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    titles: Vec<String>,
    stems: Vec<String>,
    folders: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontMatter {
    status_keys: Vec<String>,
    statuses: Vec<String>,
    date_keys: Vec<String>,
    layout_keys: Vec<String>,
    layouts: Vec<String>,
}

/// What makes a page a proposal of what to build.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Design {
    folders: Vec<String>,
    status: Vec<String>,
    statuses: Vec<String>,
    states: Vec<String>,
    signatures: Vec<String>,
    least: usize,
    headings: Vec<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    reason: String,
    least: usize,
    headings: Vec<Vec<String>>,
}

/// A test proves that the data parses; so the default is never taken.
pub(super) static PAST: LazyLock<Past> =
    LazyLock::new(|| toml::from_str(include_str!("../../../rules/document/past.toml")).unwrap_or_default());

impl Words {
    fn stem(&self, stem: &str) -> bool {
        self.stems.iter().any(|s| s == stem)
            || self.stem_prefixes.iter().any(|p| stem.starts_with(p.as_str()))
            || self.stem_suffixes.iter().any(|p| stem.ends_with(p.as_str()))
    }

    fn folder(&self, folders: &[String]) -> Option<String> {
        folders.iter().find(|f| self.folders.contains(f)).cloned()
    }

    fn title(&self, title: &str) -> bool {
        self.titles.iter().any(|t| title.contains(t.as_str()))
            || self.title_prefixes.iter().any(|t| title.starts_with(t.as_str()))
    }
}

fn title_of(document: &Document) -> String {
    document.title.as_deref().unwrap_or("").trim().to_lowercase()
}

/// Whether a title tells of one release: `tool-2.3: why it works so`, `Tool 2.3 — what is new`.
fn names_release(title: &str) -> bool {
    const MARKS: [&str; 4] = [":", " -", " –", " —"];
    let title = title.trim_matches(['`', '*', ' ']);
    let Some(at) = title.find(|c: char| c.is_ascii_digit()) else { return false };
    let (name, rest) = title.split_at(at);
    let name = name.strip_suffix('v').unwrap_or(name);
    let is_name = name.ends_with(['-', ' ']) && name.trim_end_matches(['-', ' ']).len() > 1;
    let version: &str = &rest[..rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count()];
    let behind = &rest[version.len()..];
    let words = name.trim_end_matches(['-', ' ']).split(' ').count();
    is_name && words < 3 && version.trim_end_matches('.').contains('.') && MARKS.iter().any(|m| behind.starts_with(m))
}

/// Why the page is a record of the past.
pub(super) fn reason(document: &Document, place: &Place) -> Option<String> {
    let past = &*PAST;
    let title = title_of(document);
    let about = is_about(document, place);
    let built = place.folders.iter().any(|f| past.about.folders.contains(f));
    let folders: &[String] = if built { &[] } else { &place.folders };
    for kind in &past.kind {
        if kind.words.stem(&place.stem) && !past.about.stems.contains(&place.stem) {
            return Some(format!("{}: the file's name", kind.reason));
        }
        // A proposal's title says what it is to change, not how proposals are written.
        let about = about
            && !(kind.reason == "proposal" && !past.about.stems.contains(&place.stem) && !is_of_proposals(&title));
        if about {
            continue;
        }
        if let Some(folder) = kind.words.folder(folders) {
            return Some(format!("{}: in the folder `{}`", kind.reason, folder.trim()));
        }
        if is_dated(&place.stem)
            && let Some(folder) = folders.iter().find(|f| kind.dated_folders.contains(f))
        {
            return Some(format!("{}: dated or numbered, in the folder `{folder}`", kind.reason));
        }
        if kind.words.title(&title) {
            return Some(format!("{}: the title", kind.reason));
        }
    }
    let upgrades = place.folders.iter().any(|f| ["upgrad", "migrat"].iter().any(|word| f.starts_with(word)));
    if upgrades && versions::is_version(&place.stem) {
        return Some("about one release: the file's name".to_owned());
    }
    if names_release(&title) {
        return Some("about one release: the title".to_owned());
    }
    if let Some(series) = numbered_in_series(place) {
        return Some(format!("proposal: numbered within the series `{series}`"));
    }
    if let Some(reason) = by_front_matter(document, &past.front_matter) {
        return Some(reason);
    }
    if starts_with_date(&place.stem) {
        return Some("dated page: the file's name starts with a date".into());
    }
    if about {
        return None;
    }
    if let Some(reason) = by_design(document, folders, &past.design) {
        return Some(reason);
    }
    by_shape(document, &past.shape).or_else(|| {
        let readme = place.stem.starts_with("readme") || place.stem == "index";
        (!readme && versions::is_list(document)).then(|| "changelog: its headings are versions".to_owned())
    })
}

/// Whether a title speaks of proposals as such.
fn is_of_proposals(title: &str) -> bool {
    ["propos", "rfc", "enhancement", "template", "提案"].iter().any(|word| title.contains(word))
}

/// The path of the outermost folder for designs that holds the page.
pub(super) fn design_folder(place: &Place) -> Option<String> {
    let at = place.folders.iter().position(|f| PAST.design.folders.contains(f))?;
    Some(place.folders[..=at].join("/"))
}

/// Whether the page tells of the others, or how they are written.
pub(super) fn is_about(document: &Document, place: &Place) -> bool {
    let title = title_of(document);
    PAST.about.titles.iter().any(|w| title.contains(w.as_str())) || PAST.about.stems.contains(&place.stem)
}

/// Whether the page leads from an old version to a new one.
pub(super) fn is_migration(document: &Document, place: &Place) -> bool {
    let words = &PAST.migration;
    words.stem(&place.stem)
        || words.folder(&place.folders).is_some()
        || words.title(&title_of(document))
        || leads_from_to(&place.stem)
        || says_it_is_gone(document)
}

/// Paragraphs at the start of a page that may say what has become of its subject.
const LEAD: usize = 4;

/// Whether the page begins by saying that what it describes was removed.
fn says_it_is_gone(document: &Document) -> bool {
    let lead = document.blocks.iter().filter(|b| !matches!(b.kind, BlockKind::Heading { .. } | BlockKind::FrontMatter));
    lead.take(LEAD).any(|block| {
        let text: String = block
            .inlines
            .iter()
            .filter(|i| matches!(i.kind, InlineKind::Text | InlineKind::Code))
            .map(|i| i.text.as_str())
            .collect::<String>()
            .to_lowercase();
        PAST.gone.leads.iter().any(|lead| text.contains(lead.as_str()))
    })
}

/// The series of a page `abc/abc-001`, whose folder bears the letters that its number follows.
fn numbered_in_series(place: &Place) -> Option<&str> {
    let (letters, number) = place.stem.split_once(' ')?;
    let folder = place.folders.last()?;
    let own = letters.len() >= 2 && letters.len() <= 5 && letters.bytes().all(|b| b.is_ascii_alphabetic());
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    (own && digits >= 3 && folder.trim_end_matches('s') == letters.trim_end_matches('s')).then_some(letters)
}

/// `v1 to v2`, `2.x to 3.0`.
fn leads_from_to(stem: &str) -> bool {
    let words: Vec<&str> = stem.split(' ').collect();
    let version = |w: &str| w.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    words.windows(3).any(|w| w[1] == "to" && version(w[0]) && version(w[2]))
}

/// Whether a stem holds a date or starts or ends with a number.
fn is_dated(stem: &str) -> bool {
    stem.starts_with(|c: char| c.is_ascii_digit())
        || stem.strip_prefix('v').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
        || stem.ends_with(|c: char| c.is_ascii_digit())
}

fn starts_with_date(stem: &str) -> bool {
    let digits: Vec<&str> = stem.splitn(4, ' ').collect();
    let number =
        |s: Option<&&str>, n: usize| s.is_some_and(|s| s.len() >= n && s.bytes().take(n).all(|b| b.is_ascii_digit()));
    let year = digits.first().is_some_and(|y| y.len() == 4 && (y.starts_with("19") || y.starts_with("20")));
    let compact = stem.len() >= 8
        && (stem.starts_with("20") || stem.starts_with("19"))
        && stem.bytes().take(8).all(|b| b.is_ascii_digit())
        && !stem.as_bytes().get(8).is_some_and(u8::is_ascii_digit);
    (year && number(digits.first(), 4) && number(digits.get(1), 2) && number(digits.get(2), 2)) || compact
}

fn by_front_matter(document: &Document, rule: &FrontMatter) -> Option<String> {
    let value = document.front_matter.as_ref()?.value.as_object()?;
    let get = |keys: &[String]| {
        value.iter().find(|(k, _)| keys.iter().any(|key| key == &k.to_lowercase())).map(|(k, v)| (k.clone(), v))
    };
    for key in &rule.layout_keys {
        let layout = value.get(key).and_then(|v| v.as_str()).unwrap_or("").to_lowercase();
        if rule.layouts.contains(&layout) {
            return Some(format!("{layout}: `{key}` in its front matter"));
        }
    }
    let (key, status) = get(&rule.status_keys)?;
    let status = status.as_str()?.trim().to_lowercase();
    let known = rule.statuses.iter().any(|s| status == *s || status.starts_with(&format!("{s} ")));
    (known && get(&rule.date_keys).is_some())
        .then(|| format!("decision record: `{key}: {status}` and a date in its front matter"))
}

/// Lines at the head of a page that may give its status.
const HEAD: usize = 12;

fn by_design(document: &Document, folders: &[String], rule: &Design) -> Option<String> {
    let field = |line: &str, keys: &[String]| -> Option<String> {
        let plain = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        let (key, value) = plain.split_once([':', '：', '|'])?;
        let key = key.trim_matches(|c: char| !c.is_alphanumeric());
        keys.iter().any(|k| k == key).then(|| value.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
    };
    let lower = document.text.to_lowercase();
    let head: Vec<&str> = lower.lines().filter(|line| !line.trim().is_empty()).take(HEAD).collect();
    let status = head.iter().find_map(|line| field(line, &rule.status));
    let folder = folders.iter().find(|f| rule.folders.contains(f));
    let known = |status: &String| {
        let begins = |list: &[String]| list.iter().any(|word| status.starts_with(word.as_str()));
        begins(&rule.statuses) || folder.is_some() && begins(&rule.states)
    };
    let status = status.filter(known);
    let signed = head.iter().any(|line| field(line, &rule.signatures).is_some());
    let headings = headings(document);
    // A word that ends in a blank begins a heading.
    let is = |word: &String| match word.strip_suffix(' ') {
        Some(_) => headings.iter().any(|h| h.starts_with(word.as_str())),
        None => headings.contains(word),
    };
    let shape = rule.headings.iter().filter(|group| group.iter().any(is)).count();
    match (folder, status) {
        (_, Some(status)) if folder.is_some() || signed => Some(format!("proposal: its status is `{status}`")),
        (Some(folder), _) if shape > 0 => Some(format!("proposal: its headings, in the folder `{folder}`")),
        (None, _) if shape >= rule.least => Some("proposal: its headings".to_owned()),
        _ => None,
    }
}

/// The headings of a page in lower case, without their numbers.
fn headings(document: &Document) -> Vec<String> {
    document
        .sections
        .iter()
        .take(200)
        .map(|s| {
            let text = s.heading.to_lowercase();
            // `1. Context` and `2．背景` count as the words alone.
            text.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | '．' | ')' | '、' | ' ' | '　' | '§'))
                .trim()
                .to_owned()
        })
        .collect()
}

fn by_shape(document: &Document, shapes: &[Shape]) -> Option<String> {
    let headings = headings(document);
    let found = shapes.iter().find(|shape| {
        let groups = shape.headings.iter().filter(|group| group.iter().any(|h| headings.contains(h)));
        groups.count() >= shape.least
    })?;
    Some(format!("{}: its headings", found.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_a_release() {
        for title in ["mill-2.3: why grain is ground twice", "mill v1.10 — what is new", "stone mill 2.0 - the wheels"]
        {
            assert!(names_release(title), "{title}");
        }
        for title in
            ["mill 2.3", "http 1.1 and 2", "part 2: wheels", "2.3: wheels", "how to use mill with 2.3: a guide"]
        {
            assert!(!names_release(title), "{title}");
        }
    }
}
