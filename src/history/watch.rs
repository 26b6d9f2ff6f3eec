//! Names of which the survey notes exactly where they stand: those that later readings look for.

use super::lifetime::TermMap;
use super::snapshot::Mask;
use super::term::Term;

/// Words of the table that tells most names apart from all watched ones.
const WORDS: usize = 1 << 10;

/// The watched names, each with a number.
#[derive(Debug, Default)]
pub struct Watch {
    numbers: TermMap<u32>,
    likely: Vec<u64>,
}

/// Where a watched name stands in the versions of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// The name's number.
    pub name: u32,
    /// The snapshots whose versions may declare it: as a definition, a key or a literal.
    pub declared: Mask,
    /// The snapshots whose versions hold it in any way.
    pub held: Mask,
}

impl Watch {
    /// Watches `names`.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = Term>) -> Self {
        let mut watch = Self { numbers: TermMap::default(), likely: vec![0; WORDS] };
        for term in names {
            let next = u32::try_from(watch.numbers.len()).unwrap_or(u32::MAX);
            watch.numbers.entry(term).or_insert(next);
            let (word, bit) = place(term);
            watch.likely[word] |= bit;
        }
        watch
    }

    /// The number of `term`, if it is watched.
    #[must_use]
    pub fn number(&self, term: Term) -> Option<u32> {
        let (word, bit) = place(term);
        if self.likely.get(word).is_none_or(|likely| likely & bit == 0) {
            return None;
        }
        self.numbers.get(&term).copied()
    }
}

fn place(term: Term) -> (usize, u64) {
    ((term.0 >> 20) as usize & (WORDS - 1), 1 << (term.0 >> 14 & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_watched_has_a_number_of_its_own() {
        let terms: Vec<Term> = (0..3000).map(|n| Term::exact(format!("name_{n}").as_bytes())).collect();
        let watch = Watch::new(terms.iter().copied().chain(terms.iter().copied()));
        let numbers: std::collections::BTreeSet<u32> = terms.iter().map(|t| watch.number(*t).unwrap()).collect();
        assert_eq!((numbers.len(), numbers.last()), (3000, Some(&2999)));
        assert_eq!(watch.number(Term::exact(b"another")), None);
        assert_eq!(Watch::default().number(terms[0]), None);
    }
}
