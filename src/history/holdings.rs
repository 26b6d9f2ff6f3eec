//! Which names a content may hold, without reading it again.
//!
//! For each file the survey keeps a small filter of all names in its versions (Bloom, 1970): it says for
//! certain that a name is not there, or that it may be. Looking for the last holders of a name passes
//! over most of the code by it. Of the names that are watched it is known which versions hold them.

use std::sync::Arc;

use git2::Oid;
use rustc_hash::FxHashMap;

use super::path::RepoPath;
use super::term::Term;
use super::watch::{Sighting, Watch};

/// Bits per name that is put in; names that come several times count each time.
const BITS: usize = 5;
/// Bits that one name sets.
const SET: u32 = 3;

/// The filters of all files that were read.
#[derive(Debug, Default)]
pub struct Holdings {
    files: Vec<File>,
    /// The file of each content, and its size in bytes.
    contents: FxHashMap<Oid, (u32, u32)>,
    watch: Arc<Watch>,
}

#[derive(Debug)]
struct File {
    path: RepoPath,
    filter: Filter,
    /// By the names' numbers.
    sighted: Box<[Sighting]>,
}

/// The names of one file's versions.
#[derive(Debug, Clone, Copy)]
pub struct Names<'h> {
    file: &'h File,
    watch: &'h Watch,
}

impl<'h> Names<'h> {
    /// Whether the name may be in one of the versions; where not, it is in none.
    #[must_use]
    pub fn may_hold(&self, term: Term) -> bool {
        match self.watch.number(term) {
            Some(number) => self.file.sighted.binary_search_by_key(&number, |s| s.name).is_ok(),
            None => self.file.filter.may_hold(term),
        }
    }

    /// The watched names that they hold.
    #[must_use]
    pub fn sighted(&self) -> &'h [Sighting] {
        &self.file.sighted
    }

    /// Whether both are of the same file.
    #[must_use]
    pub fn is(&self, other: Names<'_>) -> bool {
        std::ptr::eq(self.file, other.file)
    }
}

/// A filter of names.
#[derive(Debug, Default)]
pub struct Filter(Box<[u64]>);

impl Filter {
    /// A filter for about `names` names.
    #[must_use]
    pub fn for_names(names: usize) -> Self {
        let words = (names * BITS).div_ceil(64).clamp(1, 1 << 16).next_power_of_two();
        Self(vec![0; words].into())
    }

    /// Puts a name in.
    pub fn add(&mut self, term: Term) {
        for place in places(term) {
            let at = (place as usize / 64) & (self.0.len() - 1);
            self.0[at] |= 1 << (place % 64);
        }
    }

    /// Whether the name may be in it; where not, it is not.
    #[must_use]
    pub fn may_hold(&self, term: Term) -> bool {
        places(term).all(|place| {
            let at = (place as usize / 64) & (self.0.len().wrapping_sub(1));
            self.0.get(at).is_none_or(|word| word & 1 << (place % 64) != 0)
        })
    }
}

fn places(term: Term) -> impl Iterator<Item = u64> {
    // Bits of the hash that differ from those by which the table is cut.
    (0..SET).map(move |n| term.0.rotate_left(n * 21) & 0x3f_ffff)
}

impl Holdings {
    /// Of nothing yet, with the names that are watched.
    #[must_use]
    pub fn watching(watch: Arc<Watch>) -> Self {
        Self { watch, ..Self::default() }
    }

    /// Takes in a file with the contents that its filter is of, and their sizes in bytes. A content that stands in two files is of
    /// the first.
    pub fn add(&mut self, path: &RepoPath, filter: Filter, mut sighted: Vec<Sighting>, contents: &[(Oid, usize)]) {
        let file = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        sighted.sort_unstable_by_key(|s| s.name);
        self.files.push(File { path: path.clone(), filter, sighted: sighted.into() });
        for (id, size) in contents {
            self.contents.entry(*id).or_insert((file, u32::try_from(*size).unwrap_or(u32::MAX)));
        }
    }

    /// Both together; they watch the same names.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        let first = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        if self.files.is_empty() {
            self.watch = other.watch;
        }
        self.files.extend(other.files);
        for (id, (file, size)) in other.contents {
            self.contents.entry(id).or_insert((first.saturating_add(file), size));
        }
        self
    }

    /// The watched names.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Whether the content `id` was read.
    #[must_use]
    pub fn has(&self, id: Oid) -> bool {
        self.contents.contains_key(&id)
    }

    /// How many bytes the content `id` has, if it was read.
    #[must_use]
    pub fn size(&self, id: Oid) -> Option<usize> {
        self.contents.get(&id).map(|(_, size)| *size as usize)
    }

    fn names(&self, id: Oid) -> Option<Names<'_>> {
        let file = self.files.get(self.contents.get(&id)?.0 as usize)?;
        Some(Names { file, watch: &self.watch })
    }

    /// The names of the file that has the content `id`, read as the file at `path`.
    #[must_use]
    pub fn names_of(&self, path: &RepoPath, id: Oid) -> Option<Names<'_>> {
        // What a name is may depend on the language, which the path tells.
        self.names(id).filter(|names| names.file.path == *path)
    }

    /// Whether the content `id`, read as the file at `path`, was read and has none of `terms`.
    #[must_use]
    pub fn lacks(&self, path: &RepoPath, id: Oid, terms: &[Term]) -> bool {
        self.names_of(path, id).is_some_and(|names| !terms.iter().any(|t| names.may_hold(*t)))
    }

    /// Whether the content `id` was read and lacks one of `words`.
    #[must_use]
    pub fn lacks_one(&self, id: Oid, words: &[Term]) -> bool {
        self.names(id).is_some_and(|names| !words.iter().all(|t| names.may_hold(*t)))
    }
}

/// The words of a text as code is cut into names, those of one letter left out.
#[must_use]
pub fn words(text: &[u8]) -> Vec<Term> {
    text.split(|b| !super::scan::is_name(*b)).filter(|word| word.len() > 1).map(Term::exact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_denied() {
        let names: Vec<Term> = (0..5000).map(|n| Term::exact(format!("name_{n}").as_bytes())).collect();
        let mut filter = Filter::for_names(names.len());
        names.iter().for_each(|n| filter.add(*n));
        assert!(names.iter().all(|n| filter.may_hold(*n)));
        let others = (0..5000).filter(|n| filter.may_hold(Term::exact(format!("other_{n}").as_bytes()))).count();
        assert!(others < 1000, "{others}");
    }

    #[test]
    fn only_what_was_read_lacks_a_name() {
        let (id, path) = (Oid::from_str("01").unwrap(), RepoPath::from("a.c"));
        let mut holdings = Holdings::default();
        assert!(!holdings.lacks(&path, id, &[Term(1)]));
        let mut filter = Filter::for_names(4);
        filter.add(Term::exact(b"one"));
        holdings.add(&path, filter, Vec::new(), &[(id, 3)]);
        assert_eq!(holdings.size(id), Some(3));
        assert!(!holdings.lacks(&path, id, &[Term::exact(b"one"), Term::exact(b"two")]));
        assert!(holdings.lacks(&path, id, &[Term::exact(b"two")]));
        assert!(!holdings.lacks(&"b.py".into(), id, &[Term::exact(b"two")]));
        assert!(holdings.lacks_one(id, &words(b"one-two")) && !holdings.lacks_one(id, &words(b"one-a")));
        assert!(!holdings.lacks_one(id, &[]));
    }
}
