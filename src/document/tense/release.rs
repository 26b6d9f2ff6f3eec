//! Folders that hold the pages of a release.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::history::RepoPath;

/// `rules/document/releases.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Releases {
    pub(super) versioned: Vec<Versioned>,
    not_under: Folders,
    beside: Beside,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Versioned {
    folders: Vec<String>,
    prefixes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Folders {
    folders: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    stems: Vec<String>,
}

/// A test proves that the data parses; so the default is never taken.
pub(super) static RELEASES: LazyLock<Releases> =
    LazyLock::new(|| toml::from_str(include_str!("../../../rules/document/releases.toml")).unwrap_or_default());

/// The folders of versions among a repository's pages, to tell old ones from the newest.
#[derive(Debug, Clone, Default)]
pub struct Versions {
    /// By the folder that holds folders of versions.
    parents: BTreeMap<String, Parent>,
}

#[derive(Debug, Clone, Default)]
struct Parent {
    newest: Option<Vec<u64>>,
    /// Whether pages without a version stand beside the folders of versions.
    unversioned: bool,
}

impl Versions {
    /// Looks over the paths of all pages.
    #[must_use]
    pub fn of<'a>(pages: impl IntoIterator<Item = &'a RepoPath>) -> Self {
        let paths: Vec<String> =
            pages.into_iter().map(|p| String::from_utf8_lossy(p.as_bytes()).to_lowercase()).collect();
        let mut versions = Self::default();
        for path in &paths {
            if let Some(found) = find(path).filter(|f| !f.always) {
                let parent = versions.parents.entry(found.parent.to_owned()).or_default();
                let numbers = numbers(found.version);
                if parent.newest.as_ref().is_none_or(|n| numbers > *n) {
                    parent.newest = Some(numbers);
                }
            }
        }
        for path in &paths {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            if let Some(parent) = versions.parents.get_mut(folder)
                && !RELEASES.beside.stems.iter().any(|s| s == stem)
            {
                parent.unversioned = true;
            }
        }
        versions
    }

    /// The release whose pages stand where `path` does, as the path names it; `None` for pages of
    /// the present: those of the newest version, where no page without one stands beside it.
    #[must_use]
    pub fn release_of(&self, path: &RepoPath) -> Option<String> {
        let text = String::from_utf8_lossy(path.as_bytes());
        let lower = text.to_lowercase();
        // Lower case may change a text's length; the version is cut from it then.
        let found = find(&lower)?;
        let at = found.version.as_ptr() as usize - lower.as_ptr() as usize;
        let named = text.get(at..at + found.version.len()).filter(|v| v.eq_ignore_ascii_case(found.version));
        let version = named.unwrap_or(found.version).to_owned();
        if found.always {
            return Some(version);
        }
        match self.parents.get(found.parent) {
            Some(parent) => {
                let newest = parent.newest.as_ref().is_none_or(|n| numbers(found.version) >= *n);
                (!newest || parent.unversioned).then_some(version)
            }
            None => Some(version),
        }
    }
}

/// A folder of a version in a path.
struct Found<'p> {
    /// What holds it.
    parent: &'p str,
    version: &'p str,
    /// Whether its pages are of a release whatever stands beside it.
    always: bool,
}

fn find(path: &str) -> Option<Found<'_>> {
    let rules = &*RELEASES;
    let (parent, _) = path.rsplit_once('/')?;
    let mut at = 0;
    let mut above: Option<&str> = None;
    let mut documented = false;
    for folder in parent.split('/') {
        let start = at;
        at += folder.len() + 1;
        let outer = path.get(..start.saturating_sub(1)).unwrap_or("");
        if let Some(rule) = above.and_then(|a| rules.versioned.iter().find(|v| v.folders.iter().any(|f| is_of(a, f)))) {
            let version = rule.prefixes.iter().find_map(|p| folder.strip_prefix(p.as_str())).unwrap_or(folder);
            return Some(Found { parent: outer, version, always: true });
        }
        if rules.not_under.folders.iter().any(|f| f == folder) {
            return None;
        }
        let dotted = folder.contains('.');
        if is_version(folder) && (documented || (dotted && above.is_none())) {
            let version = folder.strip_prefix("version-").or_else(|| folder.strip_prefix("release-")).unwrap_or(folder);
            return Some(Found { parent: outer, version, always: false });
        }
        documented |= super::super::discover::is_documentation_folder(folder) || folder == "versions";
        above = Some(folder);
    }
    None
}

/// Whether a folder is `name`, or is called so with more behind it: `versioned_docs_archived`.
fn is_of(folder: &str, name: &str) -> bool {
    folder.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-']))
}

/// `v1`, `1.2`, `v2.x`, `version-3`, `release-1.4`; not `1`, `v1beta1`, `2024`.
fn is_version(folder: &str) -> bool {
    let prefixed = ["version-", "release-", "v"].iter().find_map(|p| folder.strip_prefix(p));
    let body = prefixed.unwrap_or(folder);
    let mut parts = body.split('.');
    let digits = |s: &str| !s.is_empty() && s.len() <= 5 && s.bytes().all(|b| b.is_ascii_digit());
    let first = parts.next().is_some_and(digits);
    let rest = parts.all(|p| digits(p) || p == "x");
    first && rest && (prefixed.is_some() || body.contains('.'))
}

fn numbers(version: &str) -> Vec<u64> {
    version
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .split('.')
        .map(|p| p.parse().unwrap_or(u64::MAX))
        .collect()
}
