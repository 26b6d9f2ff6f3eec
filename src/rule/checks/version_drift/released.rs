//! What a page installs of the project itself by an exact version, where that was the newest release when it was
//! written and is not now: `go install host/tool@v1.2.0`, `image: host/tool:v1.2.0`, `rev: v1.2.0`.
//!
//! A page whose version was old already when it was written chose it, and is left alone.

use crate::document::{Block, BlockKind, Span};
use crate::history::facts::version::Version;
use crate::history::facts::{Of, Strength, package_name};
use crate::history::snapshot::Mask;
use crate::rule::checks::name;
use crate::rule::confidence;
use crate::rule::suspect::{Proof, Suspect};
use crate::rule::system::{Page, Superseded, System};

/// Names shorter than this are too common to tell a project by.
const SHORTEST: usize = 3;
/// The name of an owner that a group of packages may bear (`org.brook` of `brook-team`).
const OWNER: usize = 5;
/// Lines of a block above a version on which the package that it is of may stand.
const ABOVE: usize = 4;

/// Commands that bring a program or a package in.
const INSTALLING: &[&str] = &[
    "curl ",
    "wget ",
    "go install",
    "go get",
    "pip install",
    "pip3 install",
    "pipx ",
    "npm i",
    "npx ",
    "yarn add",
    "pnpm add",
    "docker ",
    "podman ",
    "helm ",
    "cargo install",
    "kubectl ",
    "brew install",
    "git clone",
    "gem install",
    "nix ",
    "uses:",
    "image:",
    "FROM ",
    "ARG ",
];

/// Words of sentences that call a version the one to take.
const NEWEST: &[&str] =
    &["latest", "newest", "current", "install", "download", "stable", "最新", "現在", "インストール"];

/// Parts of addresses that lead to one state on purpose.
const LASTING: &[&str] =
    &["/blob/", "/tree/", "/releases/tag/", "/compare/", "/commit", "/issues/", "/pull/", "/wiki/"];

/// Words of those who want one version rather than the newest.
const CHOSEN: &[&str] = &[
    "different version",
    "specific version",
    "specific release",
    "particular version",
    "certain version",
    "multiple versions",
    "several versions",
    "older",
    "previous",
    "reproduc",
    "downgrad",
    "specify the version",
    "specify a version",
    "pin ",
    "pinned",
    "pinning",
    "exact version",
    "example output",
    "特定のバージョン",
    "以前の",
    "旧バージョン",
];

/// Gives the exact versions of the project itself that newer releases have overtaken.
pub fn check(page: &Page<'_>, system: &System<'_>, taken: &[Span], out: &mut Vec<Suspect>) {
    if page.document.migration {
        return;
    }
    let own = Own::of(system);
    if own.names.is_empty() {
        return;
    }
    for (index, block) in page.document.blocks.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| page.document.blocks.get(i));
        let past = page.document.historical_sections.binary_search(&block.section).is_ok();
        let sample = matches!(block.kind, BlockKind::Code { .. });
        let words = matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem { .. });
        if past || !(sample || words) {
            continue;
        }
        let found = mentions(page, block, sample, &own);
        if found.is_empty() || is_chosen(page, block, before) {
            continue;
        }
        for mention in &found {
            if taken.iter().any(|span| span.overlaps(mention.span)) {
                continue;
            }
            out.extend(overtaken(block, mention, &found, system));
        }
    }
}

/// Whether the block, the one before it or a heading says that a version is chosen on purpose.
fn is_chosen(page: &Page<'_>, block: &Block, before: Option<&Block>) -> bool {
    let told = |text: &str| {
        let text = text.to_lowercase();
        CHOSEN.iter().any(|w| text.contains(w))
    };
    let of = |block: &Block| page.document.text.get(block.span.start..block.span.end).is_some_and(told);
    let heading = page.document.sections.get(block.section).is_some_and(|s| told(&s.heading));
    heading || of(block) || before.is_some_and(|b| b.section == block.section && of(b))
}

/// The names that the project goes by.
struct Own {
    names: Vec<String>,
    owners: Vec<String>,
}

impl Own {
    fn of(system: &System<'_>) -> Self {
        let parts = |slug: &String| {
            let (owner, name) = slug.split_once('/')?;
            Some((owner.to_ascii_lowercase(), name.trim_end_matches(".git").to_ascii_lowercase()))
        };
        let known: Vec<(String, String)> = system.slugs.iter().filter_map(parts).collect();
        let owners = known.iter().map(|(owner, _)| owner.replace(['-', '_', '.'], ""));
        let names = known.iter().map(|(_, name)| name.clone()).filter(|n| n.len() >= SHORTEST);
        Self { names: names.collect(), owners: owners.filter(|o| o.len() >= OWNER).collect() }
    }

    /// Where the project's name stands as a whole word in `text`, lower case.
    fn named(&self, text: &str) -> bool {
        let text = text.to_ascii_lowercase();
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        self.names.iter().any(|name| {
            text.match_indices(name.as_str()).any(|(at, _)| {
                let (left, right) = (text.get(..at), text.get(at + name.len()..));
                let behind = right.and_then(|t| t.chars().next());
                !joined(left.and_then(|t| t.chars().next_back()))
                    && left.is_none_or(|t| !t.ends_with('-'))
                    && !joined(behind)
                    && behind != Some('-')
            })
        })
    }

    /// Whether a group of packages (`org.brook.client`) is called like the project or its owner.
    fn is_group(&self, group: &str) -> bool {
        let group = group.to_ascii_lowercase().replace(['-', '_', '.'], "");
        let within = |name: &String| name.len() >= OWNER && group.contains(name.replace(['-', '_', '.'], "").as_str());
        group.len() >= OWNER && self.owners.iter().chain(&self.names).any(within)
    }
}

/// An exact version of the project in a page.
struct Mention<'p> {
    span: Span,
    text: &'p str,
}

fn mentions<'p>(page: &Page<'p>, block: &Block, sample: bool, own: &Own) -> Vec<Mention<'p>> {
    let source: &'p str = &page.document.text;
    let Some(text) = source.get(block.span.start..block.span.end) else { return Vec::new() };
    let mut out = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    let mut start = block.span.start;
    for line in text.split_inclusive('\n') {
        for (at, version) in versions(line) {
            let found = if sample {
                is_token(line, at, version, own) || is_installed(line, own) || is_below(line, at, &above, own)
            } else {
                is_token(line, at, version, own) && !is_prose_token(line, at) || is_newest(line, at, own)
            };
            if found {
                let from = start + at;
                out.push(Mention { span: Span::new(from, from + version.len()), text: version });
            }
        }
        start += line.len();
        above.push(line);
    }
    out
}

/// The whole versions of a line (`1.2.3`, `v1.2`), with their places.
fn versions(line: &str) -> Vec<(usize, &str)> {
    let bytes = line.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() && out.len() < 8 {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        let starts = digit(at) || bytes[at] == b'v' && digit(at + 1);
        if !starts || before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')) {
            at += 1;
            continue;
        }
        let prefix = usize::from(bytes[at] == b'v');
        let body = line.get(at + prefix..).unwrap_or("");
        let length = body.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let number = body.get(..length).unwrap_or("").trim_end_matches('.');
        let dots = number.matches('.').count();
        let end = at + prefix + number.len();
        let behind = line.get(end..).unwrap_or("");
        // `1.2.3-rc.1` is no release, `1.2.3.x` no version; an image's variant may follow.
        let pre = Version::parse(&format!("{number}{}", behind.get(..behind.len().min(12)).unwrap_or("")))
            .is_none_or(|v| v.pre);
        let whole = !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '*');
        if whole && !pre && (dots >= 2 || prefix == 1 && dots == 1) && dots <= 3 {
            out.push((at, line.get(at..end).unwrap_or("")));
        }
        at = end.max(at + 1);
    }
    out
}

/// Whether the version is part of a word that names the project: `host/tool@v1.2.3`, `tool==1.2.3`,
/// `https://host/tool/v1.2.3/tool-linux`, `org.tool:core:1.2.3`.
fn is_token(line: &str, at: usize, version: &str, own: &Own) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "/@:=._-~%+$".contains(c);
    let from = line.get(..at).map_or(0, |b| b.len() - b.chars().rev().take_while(|c| part(*c)).count());
    let end = line
        .get(at + version.len()..)
        .map_or(line.len(), |r| at + version.len() + r.bytes().take_while(|c| part(char::from(*c))).count());
    let (Some(token), Some(before)) = (line.get(from..end), line.get(from..at)) else { return false };
    if LASTING.iter().any(|p| token.contains(p)) || token.contains("...") {
        return false;
    }
    let address = token.contains("://");
    if address {
        return before.ends_with('/') && own.named(before);
    }
    if let Some(coordinates) = before.strip_suffix(':')
        && let Some((group, artifact)) = coordinates.rsplit_once(':')
        && !artifact.is_empty()
    {
        return group.contains('.') && own.is_group(group);
    }
    let name = ["@", "==", ":"].iter().find_map(|mark| before.strip_suffix(mark));
    // A package or an image of several is named by its end.
    name.is_some_and(|name| own.named(name.rsplit('/').next().unwrap_or(name)))
}

/// Whether the word around byte `at` stands in running text rather than in code or an address.
fn is_prose_token(line: &str, at: usize) -> bool {
    let before = line.get(..at).unwrap_or("");
    before.matches('`').count() % 2 == 0
}

/// Whether the line brings the project in: a command that names it.
fn is_installed(line: &str, own: &Own) -> bool {
    INSTALLING.iter().any(|command| line.contains(command))
        && !LASTING.iter().any(|p| line.contains(p))
        && own.named(line)
        && (line.contains("--version") || line.contains("sh -s"))
}

/// Whether the lines above say that the version on `line` is the project's: `rev:` below its repository, `<version>` below its artifact.
fn is_below(line: &str, at: usize, above: &[&str], own: &Own) -> bool {
    let near = || above.iter().rev().take(ABOVE);
    let before = line.get(..at).unwrap_or("").trim_start();
    if before.trim_end_matches(['"', '\'']).trim_end() == "rev:" {
        return near().take(2).any(|l| l.contains("repo:") && own.named(l.trim_end()));
    }
    if before == "<version>" {
        let group = near().find_map(|l| l.split_once("<groupId>")?.1.split_once('<'));
        return group.is_some_and(|(group, _)| own.is_group(group));
    }
    false
}

/// Whether running text calls the version the one to take: "install tool v1.2.3", "the latest release is
/// [1.2.3](https://host/tool/releases/…)".
fn is_newest(line: &str, at: usize, own: &Own) -> bool {
    let before = line.get(..at).unwrap_or("");
    let sentence = before.rsplit(". ").next().unwrap_or(before).to_lowercase();
    let last = sentence.trim_end_matches([' ', '`', '*', '[', '(', 'v']);
    let called = own.names.iter().any(|n| {
        last.strip_suffix(n.as_str()).is_some_and(|r| !r.ends_with(|c: char| c.is_alphanumeric() || c == '-'))
    });
    called && NEWEST.iter().any(|w| sentence.contains(w)) && !super::context::is_past(&sentence)
}

fn overtaken(block: &Block, mention: &Mention<'_>, found: &[Mention<'_>], system: &System<'_>) -> Option<Suspect> {
    let wanted = Version::parse(mention.text)?;
    let package = own_package(system);
    let next: Superseded = system.releases.superseded(&package, &wanted.parts)?;
    let newest = Version::parse(&next.newest)?;
    // Where the block shows both, it tells of the step from one to the other.
    let newer = |m: &&Mention<'_>| Version::parse(m.text).is_some_and(|v| v.order(&wanted).is_gt());
    if found.iter().any(|m| newer(&m)) {
        return None;
    }
    let head = system.snapshots.head().newest()?;
    let had = (0..head)
        .filter(|s| system.snapshots.commit(*s).is_some_and(|at| at < next.at))
        .fold(Mask::default(), |mask, s| mask.or(Mask(1 << s)));
    let patch = newest.cut(2) == wanted.cut(2);
    let circumstance = if patch { "release-patched" } else { "released" };
    let prefix = if mention.text.starts_with('v') { "v" } else { "" };
    Some(Suspect {
        rule: super::ID,
        span: mention.span,
        section: block.section,
        subject: format!("{package} {}", mention.text),
        anchor: mention.text.to_owned(),
        message: format!(
            "`{}` for {} is out of date: the newest release is `{}`",
            name::shown(mention.text),
            name::shown(&package),
            name::shown(&next.newest),
        ),
        probability: confidence::of(super::ID, circumstance),
        had,
        proof: Proof::Release { at: next.at, commit: next.commit, replacement: format!("{prefix}{}", next.newest) },
    })
}

/// The name that the project's releases are looked up by.
fn own_package(system: &System<'_>) -> String {
    let slug = system.slugs.first().and_then(|s| s.rsplit('/').next()).unwrap_or("").to_owned();
    let held = system.facts.of(Of::Package, &package_name(&slug));
    if held.iter().any(|h| h.fact.strength == Strength::Own) { package_name(&slug) } else { slug }
}
