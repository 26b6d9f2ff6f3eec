//! Services and tools that projects use by a file of settings, by the names that pages give them.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::extract::{Draft, Sink};
use super::located::Located;
use super::model::{Kind, Reference};

/// A service or a tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// As people write it, the longest first.
    pub names: Vec<String>,
    /// The files of settings, by their path from the root.
    pub files: Vec<String>,
    /// Hosts whose pages bear a project's name.
    pub hosts: Vec<String>,
}

impl Service {
    /// The name that is shown.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct List {
    service: Vec<Service>,
}

const RULES: &str = include_str!("../../rules/language/services.toml");
/// What the parts of a reference to a service begin with.
const MARK: &str = "service";

static LIST: LazyLock<List> = LazyLock::new(|| toml::from_str(RULES).unwrap_or_default());
static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names: Vec<&str> = LIST.service.iter().flat_map(|s| &s.names).map(String::as_str).collect();
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).ok()
});

/// The service that a reference names.
#[must_use]
pub fn service_named(reference: &Reference) -> Option<&'static Service> {
    let [mark, name] = reference.parts.as_slice() else { return None };
    (mark == MARK).then(|| LIST.service.iter().find(|s| s.names.contains(name))).flatten()
}

/// The service that is found at `host`.
#[must_use]
pub fn service_of_host(host: &str) -> Option<&'static Service> {
    LIST.service.iter().find(|s| s.hosts.iter().any(|h| h == host))
}

/// Adds the services that a text in words names.
pub(super) fn scan(run: &Located<'_>, sink: &mut Sink) {
    let text = run.text();
    let Some(names) = NAMES.as_ref() else { return };
    for found in names.find_iter(text) {
        let joint =
            |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/'));
        let bytes = text.as_bytes();
        let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(found.end());
        // A full stop may end the sentence.
        let dotted = after == Some(&b'.') && bytes.get(found.end() + 1).is_some_and(u8::is_ascii_alphanumeric);
        if joint(before) || after != Some(&b'.') && joint(after) || dotted {
            continue;
        }
        let name = text.get(found.range()).unwrap_or("");
        let parts = vec![MARK.to_owned(), name.to_owned()];
        sink.push(Draft::new(Kind::Resource, name, parts, run.span(found.range())).weak(true));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_parses() {
        let list: List = toml::from_str(RULES).unwrap_or_else(|e| panic!("{e}"));
        assert!(list.service.len() > 10 && list.service.iter().all(|s| !s.names.is_empty() && !s.files.is_empty()));
    }
}
