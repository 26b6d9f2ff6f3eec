//! Which values stood beside which keys, in which snapshots.
//!
//! Only the keys that pages give values to are looked for, in one pass over the code of every
//! snapshot. A file that holds none of them is left after a search for their spellings.

mod beside;
mod versions;

use std::collections::BTreeMap;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::cause::Matcher;
use super::lifetime::{TermMap, is_binary};
use super::path::RepoPath;
use super::snapshot::Mask;
use super::term::Term;
use crate::reference::literal::Literal;

pub use beside::{Beside, Tie};
pub use versions::Versions;

/// The keys that are asked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// The term under which a name stands in code, with the key that it is a spelling of.
    terms: TermMap<Term>,
    /// Finds the spellings; none where there are no keys or too many.
    spellings: Option<AhoCorasick>,
}

/// Keys shorter than this are letters, not names.
const SHORTEST: usize = 3;

impl Asked {
    /// Asks for `names`, in any spelling, also as `default_name`.
    #[must_use]
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut terms = TermMap::default();
        let mut patterns = Vec::new();
        for name in names {
            let name = name.trim_matches('-');
            if name.len() < SHORTEST || name.len() > 80 {
                continue;
            }
            let key = Term::folded(name.as_bytes());
            if terms.insert(key, key).is_some() {
                continue;
            }
            terms.entry(Term::folded(format!("default{name}").as_bytes())).or_insert(key);
            let words = words(name);
            patterns.extend(["", "_", "-"].map(|joint| words.join(joint)));
        }
        patterns.sort_unstable();
        patterns.dedup();
        let spellings = (!patterns.is_empty())
            .then(|| AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&patterns).ok())
            .flatten();
        Self { terms, spellings }
    }

    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    fn may_hold(&self, content: &[u8]) -> bool {
        self.spellings.as_ref().is_some_and(|s| s.is_match(content))
    }
}

/// The words of a name in any style, lower case.
fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in name.chars() {
        if matches!(c, '_' | '-') {
            before = ' ';
            continue;
        }
        let starts = !before.is_alphanumeric() || before.is_lowercase() && c.is_uppercase();
        match out.last_mut() {
            Some(word) if !starts => word.extend(c.to_lowercase()),
            _ => out.push(c.to_lowercase().collect()),
        }
        before = c;
    }
    out
}

/// A value that stood beside a key in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The file.
    pub path: RepoPath,
    /// The value.
    pub literal: Literal,
    /// How it stands with the key, at best.
    pub tie: Tie,
    /// The snapshots in which it does.
    pub held: Mask,
    /// Its line (from 1) in the newest of them.
    pub line: u32,
    /// That line, trimmed and cut.
    pub text: String,
}

/// Pairs of one key that are kept; a name with more of them is a common word that says nothing.
const MOST: usize = 4096;

/// The values of every key that was asked for.
#[derive(Debug, Default)]
pub struct Pairs {
    by_key: TermMap<BTreeMap<(RepoPath, Literal), Pair>>,
}

impl Pairs {
    /// What stood beside `name`, ordered by path and value; none where it is too common to tell.
    pub fn of(&self, name: &str) -> impl Iterator<Item = &Pair> {
        let name = name.trim_matches('-');
        let pairs = self.by_key.get(&Term::folded(name.as_bytes())).filter(|p| p.len() < MOST);
        pairs.into_iter().flat_map(BTreeMap::values)
    }

    /// Takes in what a version of the file at `path`, held by `held`, says beside keys.
    pub fn take(&mut self, path: &RepoPath, held: Mask, found: Vec<Beside>) {
        for Beside { key, literal, tie, line, text } in found {
            self.add(key, Pair { path: path.clone(), literal, tie, held, line, text });
        }
    }

    fn add(&mut self, key: Term, pair: Pair) {
        let of_key = self.by_key.entry(key).or_default();
        if of_key.len() >= MOST {
            return;
        }
        match of_key.entry((pair.path.clone(), pair.literal.clone())) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(pair);
            }
            std::collections::btree_map::Entry::Occupied(mut slot) => {
                let old = slot.get_mut();
                let newer = pair.held.newest() > old.held.newest();
                let same = pair.held.newest() == old.held.newest();
                if newer || same && (pair.tie, pair.line) < (old.tie, old.line) {
                    old.line = pair.line;
                    old.text = pair.text;
                }
                old.held = old.held.or(pair.held);
                old.tie = old.tie.min(pair.tie);
            }
        }
    }

    /// Both together.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        for (key, pairs) in other.by_key {
            for pair in pairs.into_values() {
                self.add(key, pair);
            }
        }
        self
    }
}

/// Recognises the files in which a value stands beside a key.
pub struct PairMatcher {
    asked: Asked,
    terms: Vec<Term>,
    literal: Literal,
}

impl PairMatcher {
    /// The matcher of `literal` beside `name`.
    #[must_use]
    pub fn new(name: &str, literal: Literal) -> Self {
        let asked = Asked::new([name]);
        let mut terms: Vec<Term> = asked.terms.keys().copied().collect();
        terms.sort_unstable();
        Self { asked, terms, literal }
    }
}

impl Matcher for PairMatcher {
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        if is_binary(content) || !self.asked.may_hold(content) {
            return Vec::new();
        }
        let mut found: Vec<(Tie, u32)> = beside::of_file(path, content, &self.asked.terms)
            .into_iter()
            .filter(|b| b.tie <= Tie::Default && b.literal.agrees(&self.literal))
            .map(|b| (b.tie, b.line))
            .collect();
        found.sort_unstable();
        found.dedup_by_key(|f| f.1);
        found.into_iter().map(|(_, line)| line).collect()
    }

    fn terms(&self) -> &[Term] {
        &self.terms
    }

    fn needle(&self) -> Option<&[u8]> {
        None
    }
}

/// A matcher as suspects hold it.
#[must_use]
pub fn matcher(name: &str, literal: &Literal) -> Arc<dyn Matcher> {
    Arc::new(PairMatcher::new(name, literal.clone()))
}

#[cfg(test)]
mod tests;
