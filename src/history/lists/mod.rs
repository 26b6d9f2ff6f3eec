//! Which lists of code held what the lists of pages hold, in which snapshots.

mod groups;

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use rayon::prelude::*;

pub use groups::{Group, groups};

use super::class::Class;
use super::holdings::{Filter, Holdings};
use super::lifetime::{TermMap, is_binary};
use super::objects::Objects;
use super::path::RepoPath;
use super::snapshot::{Blob, Content, Mask};
use super::term::Term;

/// Files larger than this (in bytes) are not read for lists.
const LARGEST: usize = 512 << 10;
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

    /// Whether at least two of the entries, and half of them, may be names of a file. (What is no plain name
    /// may always be there.)
    fn may_be_in(&self, names: &Filter) -> bool {
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
        let chunk = blobs.len().div_ceil(rayon::current_num_threads().max(1) * 4).max(1);
        let parts: Vec<Vec<(usize, Held)>> = blobs
            .par_chunks(chunk)
            .map(|chunk| {
                let mut out = Vec::new();
                reader(&mut |objects| {
                    for file in chunk.chunk_by(|a, b| a.path == b.path) {
                        let mut filter: Option<&Filter> = None;
                        let mut possible = true;
                        for blob in file.iter().filter(|b| b.class == Class::Code) {
                            // The filter is of the file: asked once for all of its contents.
                            let own = match blob.content {
                                Content::Object(id) => holdings.names_of(&blob.path, id),
                                Content::Overlaid(_) => None,
                            };
                            possible = match (own, filter) {
                                (None, _) => true,
                                (Some(own), Some(before)) if std::ptr::eq(own, before) => possible,
                                (Some(own), _) => asked.iter().any(|entries| entries.may_be_in(own)),
                            };
                            filter = own;
                            if possible {
                                read_blob(&asked, &finder, (blob, own), overlaid, objects, &mut out);
                            }
                        }
                    }
                })?;
                Ok(out)
            })
            .collect::<Result<_, E>>()?;
        let mut found: Vec<Vec<Held>> = asked.iter().map(|_| Vec::new()).collect();
        for (at, held) in parts.into_iter().flatten() {
            if let Some(list) = found.get_mut(at).filter(|l| l.len() < MOST) {
                list.push(held);
            }
        }
        Ok(Self { asked, found })
    }
}

/// Finds the files in which an entry of each list stands.
struct Finder {
    automaton: AhoCorasick,
    /// By pattern: the page's list.
    lists: Vec<usize>,
    /// By entry: the pages' lists that have it.
    entries: TermMap<Vec<usize>>,
}

impl Finder {
    fn new(asked: &[Entries]) -> Option<Self> {
        let mut patterns = Vec::new();
        let mut lists = Vec::new();
        for (at, entries) in asked.iter().enumerate() {
            for spelling in entries.longest.iter().flat_map(|name| spellings(name)) {
                patterns.push(spelling);
                lists.push(at);
            }
        }
        if patterns.is_empty() {
            return None;
        }
        let automaton = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&patterns).ok()?;
        let mut by_entry: TermMap<Vec<usize>> = TermMap::default();
        for (at, entries) in asked.iter().enumerate() {
            entries.terms.iter().for_each(|term| by_entry.entry(*term).or_default().push(at));
        }
        Some(Self { automaton, lists, entries: by_entry })
    }

    fn find(&self, content: &[u8]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for hit in self.automaton.find_overlapping_iter(content) {
            found.extend(self.lists.get(hit.pattern().as_usize()));
        }
        found
    }
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

fn read_blob(
    asked: &[Entries],
    finder: &Finder,
    (blob, names): (&Blob, Option<&Filter>),
    overlaid: &[&[u8]],
    objects: &dyn Objects,
    out: &mut Vec<(usize, Held)>,
) {
    let read;
    let content: &[u8] = match blob.content {
        Content::Overlaid(at) => overlaid.get(at).copied().unwrap_or_default(),
        Content::Object(id) => {
            let Ok(bytes) = objects.size(id).and_then(|s| if s > LARGEST { Ok(Vec::new()) } else { objects.blob(id) })
            else {
                return;
            };
            read = bytes;
            &read
        }
    };
    if content.is_empty() || content.len() > LARGEST || is_binary(content) {
        return;
    }
    let mut lists = finder.find(content);
    lists.retain(|at| asked.get(*at).is_some_and(|entries| names.is_none_or(|names| entries.may_be_in(names))));
    if lists.is_empty() {
        return;
    }
    let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
    for group in groups(&blob.path, content) {
        // Most lists of code have nothing of any of the pages': they are passed over before anything is built.
        let members: Vec<Term> = group.members.iter().map(|m| term(m)).collect();
        if members.iter().filter(|term| finder.entries.contains_key(*term)).nth(1).is_none() {
            continue;
        }
        let members: BTreeSet<Term> = members.into_iter().collect();
        shared.clear();
        for at in members.iter().filter_map(|term| finder.entries.get(term)).flatten() {
            *shared.entry(*at).or_default() += 1;
        }
        for (at, &shared) in shared.iter().filter(|(at, _)| lists.contains(at)) {
            let Some(entries) = asked.get(*at) else { continue };
            if shared > 1 && shared * 2 >= entries.terms.len() && members.len() <= entries.terms.len() * 2 + 2 {
                out.push((*at, Held { path: blob.path.clone(), group: group.clone(), held: blob.held }));
            }
        }
    }
}
