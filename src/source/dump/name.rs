//! File names for pages: whatever a page is called, its file lies within the dump, has a name that
//! every system takes, and shares it with no other page.

use std::collections::HashSet;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::source::page::{CollectedPage, PageFormat};

/// The longest part of a path, in bytes; what is longer is cut and told apart by a hash.
const LONGEST: usize = 80;
/// The deepest path; what lies deeper is flattened.
const DEEPEST: usize = 12;
/// Names that Windows keeps for devices.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// Gives each page of a dump a path of its own.
#[derive(Debug, Default)]
pub struct FileNames {
    taken: HashSet<String>,
}

impl FileNames {
    /// The page's path within the dump.
    pub fn path(&mut self, page: &CollectedPage) -> PathBuf {
        let suffix = suffix(page.format);
        let mut parts = vec![page.source.prefix().to_owned()];
        parts.extend(page.source_name.split('/').map(part));
        let within = page.path.as_deref().filter(|p| !p.trim_matches('/').is_empty()).unwrap_or(&page.title);
        let within = within.strip_suffix(&format!(".{suffix}")).unwrap_or(within);
        parts.extend(within.split('/').filter(|p| !p.is_empty()).map(part));
        if parts.len() > DEEPEST {
            let deep = parts.split_off(DEEPEST - 1).join("-");
            parts.push(part(&deep));
        }
        let stem = parts.pop().unwrap_or_else(|| "page".to_owned());
        let folder = parts.join("/");
        let mut path = format!("{folder}/{stem}.{suffix}");
        // Systems that don't tell upper from lower case, or composed from decomposed letters, must
        // not see one file where we see two: a clash is decided without case, by the page's id.
        if !self.taken.insert(path.to_lowercase()) {
            path = format!("{folder}/{stem}-{}.{suffix}", short_hash(&page.id));
            let mut again = 1;
            while !self.taken.insert(path.to_lowercase()) {
                again += 1;
                path = format!("{folder}/{stem}-{}-{again}.{suffix}", short_hash(&page.id));
            }
        }
        path.split('/').collect()
    }
}

fn suffix(format: PageFormat) -> &'static str {
    match format {
        PageFormat::Markdown => "md",
        PageFormat::Mdx => "mdx",
        PageFormat::Rst => "rst",
        PageFormat::Asciidoc => "adoc",
        PageFormat::Plain => "txt",
    }
}

fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A part of a path that every system takes: no separators, no control characters, no leading dot, no
/// trailing dot or blank, no device's name, not too long.
fn part(raw: &str) -> String {
    let clean: String = raw
        .chars()
        .map(
            |c| {
                if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                    '_'
                } else {
                    c
                }
            },
        )
        // What is not seen could make two names look alike, or turn the reading direction around.
        .filter(
            |c| !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'),
        )
        .collect();
    let clean = clean.trim().trim_end_matches(['.', ' ']).trim_start_matches('.');
    if clean.is_empty() {
        return "_".to_owned();
    }
    let stem = clean.split('.').next().unwrap_or(clean).to_ascii_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let device = DEVICES.contains(&stem.as_str())
        || port.is_some_and(|p| p.chars().count() == 1 && p.chars().all(|c| c.is_ascii_digit() || "¹²³".contains(c)));
    let clean = if device { format!("_{clean}") } else { clean.to_owned() };
    if clean.len() <= LONGEST {
        return clean;
    }
    let end = (0..=LONGEST - 9).rev().find(|at| clean.is_char_boundary(*at)).unwrap_or(0);
    let kept = clean.get(..end).unwrap_or_default();
    format!("{kept}-{}", short_hash(&clean))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::page::SourceKind;

    fn page(id: &str, path: &str) -> CollectedPage {
        let mut page = CollectedPage::new(id, SourceKind::GithubWiki, "acme/payments", "Title", "");
        page.path = Some(path.to_owned());
        page
    }

    #[test]
    fn hostile_names_stay_within_the_dump() {
        for path in [
            "../x",
            "/etc/passwd",
            "..",
            ".",
            "a/../../b",
            "C:\\x",
            "\u{0}",
            "nul",
            "COM1.md",
            ".git/config",
            "a\u{202e}b",
        ] {
            let made = FileNames::default().path(&page("wiki:1", path));
            let shown = made.to_string_lossy().into_owned();
            assert!(shown.starts_with("wiki/acme/payments/") && shown.ends_with(".md"), "{shown}");
            for part in made.components() {
                assert!(matches!(part, std::path::Component::Normal(_)), "{shown}");
                let part = part.as_os_str().to_string_lossy();
                assert!(!part.starts_with('.') && !part.ends_with(['.', ' ']), "{shown}");
            }
            assert!(!shown.chars().any(char::is_control) && !shown.contains('\u{202e}'), "{shown}");
            assert!(!["/nul.", "/COM1."].iter().any(|d| shown.contains(d)), "{shown}");
        }
    }

    #[test]
    fn clashing_names_are_told_apart() {
        let mut names = FileNames::default();
        let made: HashSet<String> = ["Home", "home", "HOME", "Home.md", "Home?", "Home*"]
            .iter()
            .enumerate()
            .map(|(n, path)| names.path(&page(&format!("wiki:{n}"), path)).to_string_lossy().to_lowercase())
            .collect();
        assert_eq!(made.len(), 6);
    }

    #[test]
    fn long_and_deep_names_are_cut() {
        let long = "設定".repeat(200);
        let made = FileNames::default().path(&page("wiki:1", &long));
        assert!(made.components().all(|c| c.as_os_str().len() <= LONGEST + 4), "{made:?}");
        let deep = "a/".repeat(500) + "b";
        let made = FileNames::default().path(&page("wiki:1", &deep));
        assert!(made.components().count() <= DEEPEST, "{made:?}");
        assert_eq!(
            FileNames::default().path(&page("wiki:1", "Runbooks/返金.md")).to_string_lossy(),
            "wiki/acme/payments/Runbooks/返金.md"
        );
    }
}
