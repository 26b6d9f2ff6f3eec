//! Recognises the lines of manifests that bore a version out.

use std::collections::BTreeSet;

use crate::history::RepoPath;
use crate::history::cause::Matcher;
use crate::history::facts::{self, Fact, Held, Of, Strength};
use crate::history::snapshot::Mask;

/// Lines with one of the values that agreed with the page.
pub struct FactMatcher {
    of: Of,
    name: String,
    strength: Strength,
    values: BTreeSet<String>,
    /// Files whose facts never spoke for the page, though they say the same.
    others: BTreeSet<RepoPath>,
}

impl FactMatcher {
    /// A matcher for `backing`, the facts that agreed with the page in the snapshots `had`, among `held`.
    pub fn new(first: &Held, backing: &[&Held], held: &[Held], had: Mask) -> Self {
        let values: BTreeSet<String> = backing.iter().map(|f| f.fact.value.clone()).collect();
        let others = held
            .iter()
            .filter(|h| values.contains(&h.fact.value) && h.held.and(had) != h.held)
            .map(|h| &h.path)
            .filter(|path| backing.iter().all(|b| b.path != **path))
            .cloned()
            .collect();
        let Fact { of, name, strength, .. } = first.fact.clone();
        Self { of, name, strength, values, others }
    }
}

impl Matcher for FactMatcher {
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        facts::facts(path, content)
            .into_iter()
            .filter(|f| {
                f.of == self.of && f.name == self.name && f.strength == self.strength && self.values.contains(&f.value)
            })
            .map(|f| f.line)
            .collect()
    }

    fn accepts(&self, path: &RepoPath) -> bool {
        facts::counts(path) && !self.others.contains(path)
    }

    fn needle(&self) -> Option<&[u8]> {
        None
    }
}
