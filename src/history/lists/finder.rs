//! The lists of pages that are looked for in code.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::super::holdings::Names;
use super::super::lifetime::TermMap;
use super::super::term::Term;
use super::groups::{Group, Seen};
use super::{Entries, term};

/// The pages' lists, by their entries.
pub(super) struct Finder<'a> {
    asked: &'a [Entries],
    /// By entry: the pages' lists that have it.
    entries: TermMap<Vec<usize>>,
    /// By list: the spellings in lower case of the entries by which files are found.
    spellings: Vec<Vec<memmem::Finder<'static>>>,
}

impl<'a> Finder<'a> {
    /// None where nothing can be found.
    pub(super) fn new(asked: &'a [Entries]) -> Option<Self> {
        let finders = |entries: &Entries| -> Vec<memmem::Finder<'static>> {
            let all: BTreeSet<String> =
                entries.longest.iter().flat_map(|name| spellings(name)).map(|s| s.to_ascii_lowercase()).collect();
            all.iter().map(|spelling| memmem::Finder::new(spelling).into_owned()).collect()
        };
        let spellings: Vec<_> = asked.iter().map(finders).collect();
        if spellings.iter().all(Vec::is_empty) {
            return None;
        }
        let mut entries: TermMap<Vec<usize>> = TermMap::default();
        for (at, list) in asked.iter().enumerate() {
            list.terms.iter().for_each(|term| entries.entry(*term).or_default().push(at));
        }
        Some(Self { asked, entries, spellings })
    }

    /// Whether any list may have to do with a file of these names.
    pub(super) fn may_be_in(&self, names: Names<'_>) -> bool {
        self.asked.iter().any(|entries| entries.may_be_in(names))
    }

    /// Whether list `at` may have to do with a file of these names.
    pub(super) fn one_may_be_in(&self, at: usize, names: Names<'_>) -> bool {
        self.asked.get(at).is_some_and(|entries| entries.may_be_in(names))
    }

    /// Whether one of the entries by which list `at` is found stands in `lower`, a content in lower case.
    pub(super) fn is_spelt_in(&self, at: usize, lower: &[u8]) -> bool {
        self.spellings.get(at).is_some_and(|all| all.iter().any(|finder| finder.find(lower).is_some()))
    }

    /// Gives `take` each page's list that shares at least half of its entries with `seen`.
    pub(super) fn alike(&self, seen: Seen<'_, '_>, take: &mut dyn FnMut(usize, Group)) {
        // Most lists of code have nothing of any of the pages': they are passed over before anything is built.
        let known = |member: &&&[u8]| self.entries.contains_key(&term_of(member));
        if seen.members.iter().filter(known).nth(1).is_none() {
            return;
        }
        let members: BTreeSet<Term> = seen.members.iter().map(|m| term_of(m)).collect();
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for at in members.iter().filter_map(|term| self.entries.get(term)).flatten() {
            *shared.entry(*at).or_default() += 1;
        }
        for (at, shared) in shared {
            let Some(entries) = self.asked.get(at) else { continue };
            if shared > 1 && shared * 2 >= entries.terms.len() && members.len() <= entries.terms.len() * 2 + 2 {
                take(at, seen.to_group());
            }
        }
    }
}

/// The term of a member; see [`term`].
fn term_of(member: &[u8]) -> Term {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if member.first().is_some_and(|b| *b != b'-') && member.iter().all(plain) {
        return Term::folded(member);
    }
    std::str::from_utf8(member).map_or(Term::folded(member), term)
}

/// A name with its words joined in each way.
fn spellings(name: &str) -> BTreeSet<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = '_';
    for c in name.chars() {
        let joint = matches!(c, '_' | '-');
        if (joint || c.is_uppercase() && before.is_lowercase()) && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if !joint && let Some(word) = words.last_mut() {
            word.push(c);
        }
        before = c;
    }
    ["", "_", "-"].iter().map(|joint| words.join(joint)).filter(|s| s.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_the_terms_of_their_names() {
        for member in ["name", "two_words", "two-words", "-x", "_x", "a.b", "$x", "Kind::Name", "é", "x!", "--long=3"]
        {
            assert_eq!(term_of(member.as_bytes()), term(member), "{member}");
        }
    }
}
