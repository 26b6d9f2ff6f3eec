//! Which lists of code held what the lists of pages hold, in which snapshots.

mod brackets;
mod data;
mod finder;
mod groups;
mod versions;

use std::collections::BTreeSet;

pub use groups::{Group, groups};

use finder::Finder;
use versions::Versions;

use super::class::Class;
use super::holdings::{Holdings, Names};
use super::in_turn::in_turn;
use super::objects::Objects;
use super::path::RepoPath;
use super::snapshot::{Blob, Content, Mask};
use super::term::Term;

/// Lists of one page's list that are kept.
const MOST: usize = 2000;

/// The entries of a page's list, folded as names of code are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entries {
    terms: BTreeSet<Term>,
    /// The two longest entries, by which files are found; either of them may be gone.
    longest: Vec<String>,
    /// The terms of the entries that code is cut into names like.
    plain: Vec<Term>,
    /// How many others there are.
    odd: usize,
}

/// The term of an entry or a member: without dashes before it, a path's or a type's beginning, and what
/// follows the name.
#[must_use]
pub fn term(entry: &str) -> Term {
    Term::folded(bare(entry).as_bytes())
}

/// An entry's name.
#[must_use]
pub fn bare(entry: &str) -> &str {
    let entry = entry.trim().trim_matches(['"', '\'', '`']).trim_start_matches(['-', '.', '@', '$']);
    let end =
        entry.find(|c: char| c.is_whitespace() || matches!(c, '(' | '=' | '<' | '[' | '{' | ',' | ':' | '>' | '~'));
    let entry = match end.map(|at| entry.split_at(at)) {
        // `Kind::Name` is known by its name.
        Some((_, rest)) if rest.starts_with("::") => rest.rsplit("::").next().unwrap_or(rest),
        Some((name, _)) => name,
        None => entry,
    };
    entry.trim_end_matches(['.', ';', '!', '*'])
}

impl Entries {
    /// The entries of a list; none where they are no names, or fewer than two.
    #[must_use]
    pub fn new<'e>(entries: impl IntoIterator<Item = &'e str>) -> Option<Self> {
        let names: Vec<&str> = entries.into_iter().map(bare).collect();
        let is_name = |n: &&str| {
            n.len() > 1 && n.len() < 60 && n.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./@".contains(&b))
        };
        if !names.iter().all(is_name) {
            return None;
        }
        let mut by_length = names.clone();
        by_length.sort_by_key(|n| (std::cmp::Reverse(n.len()), *n));
        let longest = by_length.iter().take(2).map(|n| (*n).to_owned()).collect();
        let terms: BTreeSet<Term> = names.iter().map(|n| Term::folded(n.as_bytes())).collect();
        let is_plain = |n: &&&str| n.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        let plain: Vec<Term> = names.iter().filter(is_plain).map(|n| Term::folded(n.as_bytes())).collect();
        let odd = names.len() - plain.len();
        (terms.len() > 1 && terms.len() == names.len()).then_some(Self { terms, longest, plain, odd })
    }

    /// The folded entries.
    #[must_use]
    pub fn terms(&self) -> &BTreeSet<Term> {
        &self.terms
    }

    /// The terms by which files are passed over that hold too few of the entries.
    #[must_use]
    pub fn watched(&self) -> &[Term] {
        &self.plain
    }

    /// Whether at least two of the entries, and half of them, may be names of a file. (What is no plain name
    /// may always be there.)
    fn may_be_in(&self, names: Names<'_>) -> bool {
        let enough = 2.max(self.terms.len().div_ceil(2));
        let mut possible = self.odd;
        let mut left = self.plain.len();
        for term in &self.plain {
            if possible >= enough || possible + left < enough {
                break;
            }
            possible += usize::from(names.may_hold(*term));
            left -= 1;
        }
        possible >= enough
    }

    /// How many of the entries are among `members`.
    #[must_use]
    pub fn shared(&self, members: &[String]) -> usize {
        let members: BTreeSet<Term> = members.iter().map(|m| term(m)).collect();
        self.terms.intersection(&members).count()
    }
}

/// A list of the code that has to do with one of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The file.
    pub path: RepoPath,
    /// The list.
    pub group: Group,
    /// The snapshots that hold it there, with this content of the file.
    pub held: Mask,
}

/// The lists of the code, by the page's list that they share at least half of the entries with.
#[derive(Debug, Default)]
pub struct Lists {
    asked: Vec<Entries>,
    found: Vec<Vec<Held>>,
}

impl Lists {
    /// The lists that have to do with `entries`.
    #[must_use]
    pub fn of(&self, entries: &Entries) -> &[Held] {
        self.asked.binary_search(entries).ok().and_then(|at| self.found.get(at)).map_or(&[], Vec::as_slice)
    }

    /// Reads `blobs` for lists that have to do with those in `asked`, in parallel; see
    /// [`super::lifetime::Lifetimes::read`] for `reader` and `overlaid`.
    ///
    /// # Errors
    /// What `reader` says where the store can't be opened.
    pub fn read<E: Send>(
        asked: BTreeSet<Entries>,
        blobs: &[Blob],
        overlaid: &[&[u8]],
        holdings: &Holdings,
        reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync,
    ) -> Result<Self, E> {
        let asked: Vec<Entries> = asked.into_iter().collect();
        let Some(finder) = Finder::new(&asked) else { return Ok(Self::default()) };
        let files: Vec<&[Blob]> = blobs.chunk_by(|a, b| a.path == b.path).collect();
        let parts: Vec<Vec<(usize, Held)>> = in_turn(&files, reader, |objects, file: &&[Blob]| {
            let mut out = Vec::new();
            read_file(&finder, file, holdings, overlaid, objects, &mut out);
            out
        })?;
        let mut found: Vec<Vec<Held>> = asked.iter().map(|_| Vec::new()).collect();
        for (at, held) in parts.into_iter().flatten() {
            if let Some(list) = found.get_mut(at).filter(|l| l.len() < MOST) {
                list.push(held);
            }
        }
        Ok(Self { asked, found })
    }
}

/// Reads the versions of one file.
fn read_file(
    finder: &Finder<'_>,
    file: &[Blob],
    holdings: &Holdings,
    overlaid: &[&[u8]],
    objects: &dyn Objects,
    out: &mut Vec<(usize, Held)>,
) {
    let mut versions = Versions::new(finder);
    let mut names: Option<Names<'_>> = None;
    let mut possible = true;
    for blob in file.iter().filter(|b| b.class == Class::Code) {
        // The names are of the file: asked once for all of its contents.
        let own = match blob.content {
            Content::Object(id) => holdings.names_of(&blob.path, id),
            Content::Overlaid(_) => None,
        };
        possible = match (own, names) {
            (None, _) => true,
            (Some(own), Some(before)) if own.is(before) => possible,
            (Some(own), _) => finder.may_be_in(own),
        };
        names = own;
        if !possible {
            continue;
        }
        let take = &mut |at: usize, group: Group| {
            out.push((at, Held { path: blob.path.clone(), group, held: blob.held }));
        };
        match blob.content {
            Content::Overlaid(at) => {
                versions.read(&blob.path, overlaid.get(at).copied().unwrap_or_default(), own, take);
            }
            Content::Object(id) => {
                // What the survey read is not asked for its size again.
                if holdings.has(id) || objects.size(id).is_ok_and(|size| size <= versions::LARGEST) {
                    // What can't be read holds no list.
                    let _ = objects.with_blob(id, &mut |content| versions.read(&blob.path, content, own, take));
                }
            }
        }
    }
}
