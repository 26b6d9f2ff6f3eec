//! What the code declared, by grammar, in which snapshots: for the names that pages ask for.
//!
//! The head is read first. Of the past only those names are read that the head leaves in doubt, and
//! only in files in which the lexical scan sees a declaration of them.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::FxHashMap;

use super::class::Class;
use super::holdings::Holdings;
use super::in_turn::in_turn;
use super::lifetime::{TermMap, is_binary};
use super::objects::Objects;
use super::path::RepoPath;
use super::scan::{self, Role, Sink, Token};
use super::snapshot::{Blob, Content, Mask};
use super::term::Term;
use super::watch::{Sighting, Watch};
use crate::code::{self, Declaration, Family, Grammar, LARGEST, TypeDeclaration};

/// Names shorter than this are letters.
const SHORTEST: usize = 3;
/// Files of the head in which a name may be declared, above which it is a common word that says nothing.
const COMMON: usize = 60;
/// Bytes of the past that are parsed for one name, and for all names together.
const MOST_OF_NAME: usize = 8 << 20;
const MOST_OF_ALL: usize = 96 << 20;

/// Where and when something was declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing<T> {
    /// The file.
    pub path: RepoPath,
    /// Its languages.
    pub family: Family,
    /// The snapshots that hold it there, with this content of the file.
    pub held: Mask,
    /// What is declared.
    pub declared: T,
}

/// The declarations of the names that were asked for, and the types of the files that hold them.
#[derive(Debug, Default)]
pub struct Declarations {
    names: BTreeMap<String, Vec<Standing<Declaration>>>,
    types: BTreeMap<String, Vec<Standing<TypeDeclaration>>>,
    unknown: BTreeSet<String>,
}

/// The names that are asked for.
#[derive(Debug, Default)]
pub struct Asked {
    names: BTreeSet<String>,
}

impl Asked {
    /// Asks for `names` as they are spelt.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let is_name = |n: &&str| {
            n.len() >= SHORTEST && n.len() <= 80 && n.bytes().all(|b| b.is_ascii_alphanumeric() || b"_$".contains(&b))
        };
        Self { names: names.into_iter().filter(is_name).map(str::to_owned).collect() }
    }

    /// The terms under which the survey sees the names.
    pub fn terms(&self) -> impl Iterator<Item = Term> {
        self.names.iter().map(|name| Term::exact(name.as_bytes()))
    }
}

/// What the head leaves open of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing: the past is not asked.
    None,
    /// Whatever declared it in the past.
    Any,
    /// Only what declared it as a member of one of these types.
    Of(Vec<String>),
}

impl Doubt {
    /// The types' numbers in the watch of the survey; none where all declarations count, or where one of the
    /// types was not watched.
    fn owners(&self, watch: &Watch) -> Option<Vec<u32>> {
        let Self::Of(owners) = self else { return None };
        owners.iter().map(|owner| watch.number(Term::exact(owner.as_bytes()))).collect()
    }
}

/// Whether the content may hold one of the watched names: a member is declared in a file that names its type.
fn may_hold(blob: &Blob, names: &[u32], holdings: &Holdings) -> bool {
    let Content::Object(id) = blob.content else { return true };
    holdings
        .names_of(&blob.path, id)
        .is_none_or(|held| held.sighted().iter().any(|s| !s.held.and(blob.held).is_empty() && names.contains(&s.name)))
}

/// Finds files that may declare one of several names.
struct Finder {
    names: Vec<String>,
    automaton: Option<AhoCorasick>,
    terms: TermMap<usize>,
}

struct Declares<'f> {
    terms: &'f TermMap<usize>,
    found: BTreeSet<usize>,
}

impl Sink for Declares<'_> {
    fn token(&mut self, token: &Token) {
        if matches!(token.role, Role::Definition | Role::Key | Role::Literal)
            && let Some(name) = self.terms.get(&token.exact)
        {
            self.found.insert(*name);
        }
    }
}

impl Finder {
    fn new(names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = names.into_iter().collect();
        let kind = (names.len() <= 400).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder().kind(kind).build(&names).ok();
        let terms = names.iter().enumerate().map(|(i, n)| (Term::exact(n.as_bytes()), i)).collect();
        Self { names, automaton, terms }
    }

    /// The numbers of the names that a version of a file may declare, where the survey watched for all of
    /// them: `numbers` are theirs in its watch.
    fn seen(
        &self,
        blob: &Blob,
        grammar: Grammar,
        holdings: &Holdings,
        numbers: Option<&FxHashMap<u32, usize>>,
    ) -> Option<BTreeSet<usize>> {
        let Content::Object(id) = blob.content else { return None };
        let (names, numbers) = (holdings.names_of(&blob.path, id)?, numbers?);
        let is_seen = |sighting: &&Sighting| {
            // The scan does not see every declaration of C++, with its templates over several lines.
            let seen = if grammar == Grammar::Cpp { sighting.held } else { sighting.declared };
            !seen.and(blob.held).is_empty()
        };
        let seen = names.sighted().iter().filter(is_seen);
        Some(seen.filter_map(|sighting| numbers.get(&sighting.name).copied()).collect())
    }

    /// The numbers of the names in a watch; none where it lacks one.
    fn numbers(&self, watch: &Watch) -> Option<FxHashMap<u32, usize>> {
        self.terms.iter().map(|(term, at)| Some((watch.number(*term)?, *at))).collect()
    }

    /// The numbers of the names that `content` may declare.
    fn find(&self, path: &RepoPath, content: &[u8]) -> BTreeSet<usize> {
        let Some(automaton) = self.automaton.as_ref().filter(|a| a.is_match(content)) else { return BTreeSet::new() };
        // The scan does not see every declaration of C++, with its templates over several lines.
        if Grammar::of(path) == Some(Grammar::Cpp) {
            let whole = |at: usize| content.get(at).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
            return automaton
                .find_overlapping_iter(content)
                .filter(|m| whole(m.end()) && m.start().checked_sub(1).is_none_or(whole))
                .map(|m| m.pattern().as_usize())
                .collect();
        }
        let mut sink = Declares { terms: &self.terms, found: BTreeSet::new() };
        scan::scan(path, content, &mut sink);
        sink.found
    }
}

/// A file that may declare some names.
struct Candidate<'b> {
    blob: &'b Blob,
    grammar: Grammar,
    size: usize,
    names: BTreeSet<usize>,
}

impl Declarations {
    /// Reads what `blobs` declare of the names in `asked`; of those that `in_doubt` says the head leaves
    /// open, the past too. `reader` calls back with
    /// a view of the object store of the calling thread's own; `overlaid` are the contents laid over the head.
    ///
    /// # Errors
    /// What `reader` says where the store can't be opened.
    pub fn read<E: Send>(
        asked: &Asked,
        blobs: &[Blob],
        head: Mask,
        overlaid: &[&[u8]],
        holdings: &Holdings,
        reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync,
        in_doubt: impl Fn(&Self, &str) -> Doubt,
    ) -> Result<Self, E> {
        let mut all = Self::default();
        if asked.names.is_empty() {
            return Ok(all);
        }
        let code = || blobs.iter().filter(|b| b.class == Class::Code && Grammar::of(&b.path).is_some());
        let finder = Finder::new(asked.names.iter().cloned());
        let now: Vec<&Blob> = code().filter(|b| !b.held.and(head).is_empty()).collect();
        let mut candidates = candidates(&finder, &now, overlaid, holdings, &reader)?;
        let mut files = vec![0usize; finder.names.len()];
        candidates.iter().flat_map(|c| &c.names).for_each(|&n| files[n] += 1);
        let common: BTreeSet<usize> = (0..files.len()).filter(|&n| files[n] > COMMON).collect();
        all.unknown.extend(common.iter().filter_map(|&n| finder.names.get(n).cloned()));
        candidates.retain(|c| !c.names.is_subset(&common));
        all.parse(&finder, &candidates, overlaid, holdings, &reader)?;

        let known = asked.names.iter().filter(|n| !all.unknown.contains(*n));
        let (open, doubts): (Vec<String>, Vec<Doubt>) =
            known.map(|n| (n.clone(), in_doubt(&all, n))).filter(|(_, doubt)| *doubt != Doubt::None).unzip();
        if open.is_empty() {
            return Ok(all);
        }
        let finder = Finder::new(open);
        let past: Vec<&Blob> = code().filter(|b| b.held.and(head).is_empty()).collect();
        let mut candidates = self::candidates(&finder, &past, overlaid, holdings, &reader)?;
        let owners: Vec<Option<Vec<u32>>> = doubts.iter().map(|doubt| doubt.owners(holdings.watch())).collect();
        for candidate in &mut candidates {
            let Candidate { blob, names, .. } = candidate;
            names.retain(|&name| match owners.get(name) {
                Some(Some(owners)) => may_hold(blob, owners, holdings),
                _ => true,
            });
        }
        candidates.retain(|candidate| !candidate.names.is_empty());
        // The newest states decide; what lies beyond the bounds makes its names unknown.
        candidates.sort_by_key(|c| std::cmp::Reverse(c.blob.held.newest()));
        let (mut of_name, mut of_all) = (vec![0usize; finder.names.len()], 0usize);
        candidates.retain(|c| {
            let wanted = c.names.iter().any(|&n| of_name[n] < MOST_OF_NAME) && of_all < MOST_OF_ALL;
            if wanted {
                c.names.iter().for_each(|&n| of_name[n] += c.size);
                of_all += c.size;
            }
            wanted
        });
        all.parse(&finder, &candidates, overlaid, holdings, &reader)?;
        Ok(all)
    }

    fn parse<E: Send>(
        &mut self,
        finder: &Finder,
        candidates: &[Candidate<'_>],
        overlaid: &[&[u8]],
        holdings: &Holdings,
        reader: &(impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync),
    ) -> Result<(), E> {
        // The versions of a file share most of what they hold.
        let mut files: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
        for (at, candidate) in candidates.iter().enumerate() {
            files.entry(&candidate.blob.path).or_default().push(at);
        }
        let files: Vec<Vec<usize>> = files.into_values().collect();
        let parts = in_turn(&files, reader, |objects, file: &Vec<usize>| {
            let of = |at: &usize| candidates.get(*at).map(|candidate| (*at, candidate));
            let Some((_, first)) = file.first().and_then(of) else { return Vec::new() };
            let mut versions = code::Versions::new(first.grammar);
            let mut read = |(at, candidate): (usize, &Candidate<'_>)| {
                let read = |bytes: &[u8]| versions.read(bytes);
                (at, content(candidate.blob, overlaid, holdings, objects, read).flatten())
            };
            file.iter().filter_map(of).map(&mut read).collect::<Vec<(usize, Option<code::Found>)>>()
        })?;
        let mut read: Vec<(usize, Option<code::Found>)> = parts.into_iter().flatten().collect();
        read.sort_unstable_by_key(|(at, _)| *at);
        for (candidate, (_, found)) in candidates.iter().zip(read) {
            let Some(found) = found else {
                // What a file declares that can't be parsed is unknown.
                self.unknown.extend(candidate.names.iter().filter_map(|&n| finder.names.get(n).cloned()));
                continue;
            };
            self.add(finder, candidate, found);
        }
        Ok(())
    }

    fn add(&mut self, finder: &Finder, candidate: &Candidate<'_>, found: code::Found) {
        let (path, family, held) = (&candidate.blob.path, candidate.grammar.family(), candidate.blob.held);
        for declared in found.declarations {
            if finder.names.binary_search(&declared.name).is_ok() {
                let standing = Standing { path: path.clone(), family, held, declared };
                self.names.entry(standing.declared.name.clone()).or_default().push(standing);
            }
        }
        for declared in found.types {
            let standing = Standing { path: path.clone(), family, held, declared };
            self.types.entry(standing.declared.name.clone()).or_default().push(standing);
        }
    }

    /// The declarations of `name`; none where too much of the code uses the word to read it all.
    #[must_use]
    pub fn of(&self, name: &str) -> &[Standing<Declaration>] {
        if self.unknown.contains(name) {
            return &[];
        }
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    /// What is known of the type `name` from the files that were read.
    #[must_use]
    pub fn types(&self, name: &str) -> &[Standing<TypeDeclaration>] {
        self.types.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether it was not read where `name` is declared.
    #[must_use]
    pub fn is_unknown(&self, name: &str) -> bool {
        self.unknown.contains(name)
    }
}

/// Gives a blob's content to `then`; none where it can't be read, is too large or no text.
fn content<R>(
    blob: &Blob,
    overlaid: &[&[u8]],
    holdings: &Holdings,
    objects: &dyn Objects,
    then: impl FnOnce(&[u8]) -> R,
) -> Option<R> {
    match blob.content {
        Content::Overlaid(at) => overlaid.get(at).filter(|c| !is_binary(c)).map(|c| then(c)),
        Content::Object(id) => {
            // What the survey read is not asked for its size again.
            if !holdings.has(id) && objects.size(id).map_or(true, |size| size > LARGEST) {
                return None;
            }
            let (mut then, mut said) = (Some(then), None);
            let mut take = |bytes: &[u8]| {
                if bytes.len() <= LARGEST && !is_binary(bytes) {
                    said = then.take().map(|then| then(bytes));
                }
            };
            objects.with_blob(id, &mut take).ok()?;
            said
        }
    }
}

fn candidates<'b, E: Send>(
    finder: &Finder,
    blobs: &[&'b Blob],
    overlaid: &[&[u8]],
    holdings: &Holdings,
    reader: &(impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync),
) -> Result<Vec<Candidate<'b>>, E> {
    let numbers = finder.numbers(holdings.watch());
    let found = in_turn(blobs, reader, |objects, blob: &&'b Blob| {
        let blob: &'b Blob = blob;
        let grammar = Grammar::of(&blob.path)?;
        if let Some(names) = finder.seen(blob, grammar, holdings, numbers.as_ref()) {
            let Content::Object(id) = blob.content else { return None };
            let size = if names.is_empty() { None } else { holdings.size(id) };
            let size = size.filter(|size| *size <= LARGEST)?;
            return Some(Candidate { blob, grammar, size, names });
        }
        let found = content(blob, overlaid, holdings, objects, |bytes| (finder.find(&blob.path, bytes), bytes.len()));
        let (names, size) = found.filter(|f| !f.0.is_empty())?;
        Some(Candidate { blob, grammar, size, names })
    })?;
    Ok(found.into_iter().flatten().collect())
}
