//! One reading of the history's contents, for all that is asked of them.
//!
//! Every content of every snapshot is read once, the versions of a file one after the other, so that
//! lines which they share are looked at once. Out of it come the lifetime table, the values beside the
//! keys that pages give values to, and what manifests say of versions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use git2::Oid;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::class::Class;
use super::facts::{self, Facts, Held};
use super::holdings::{Filter, Holdings};
use super::lifetime::{LARGEST, Lifetimes, Part, Unread, is_binary};
use super::objects::Objects;
use super::pairs::{self, Pairs, Versions};
use super::scan::{self, Memo, Role};
use super::snapshot::{Blob, Content, Mask};
use super::term::Term;
use super::watch::{Sighting, Watch};

/// What the contents of the history hold.
#[derive(Debug, Default)]
pub struct Survey {
    /// Every name's life.
    pub lifetimes: Lifetimes,
    /// The values beside the keys that were asked for.
    pub pairs: Pairs,
    /// What manifests say of versions.
    pub facts: Facts,
    /// Which names each content may hold.
    pub holdings: Holdings,
}

/// What is surveyed.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The contents, ordered by path.
    pub blobs: &'a [Blob],
    /// The set that holds only the head.
    pub head: Mask,
    /// The contents that are laid over the head.
    pub overlaid: &'a [&'a [u8]],
    /// What is asked for.
    pub asked: &'a Asked,
}

/// What a survey is asked for beside every name's life.
#[derive(Debug, Default)]
pub struct Asked {
    /// The keys whose values are asked for.
    pub keys: pairs::Asked,
    /// The names of which it has to be known exactly where they stand.
    pub names: Arc<Watch>,
}

/// Bytes of a version below which the next one is expected to be no larger than [`LARGEST`].
const SMALL: usize = LARGEST / 16;
/// Files that a thread takes at once.
const AT_ONCE: usize = 8;

impl Survey {
    /// Reads `ground`, in parallel. `reader` calls back with a view of the object store of the calling
    /// thread's own.
    ///
    /// # Errors
    /// What `reader` says where the store can't be opened.
    pub fn read<E: Send>(
        ground: Ground<'_>,
        reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync,
    ) -> Result<Self, E> {
        let files: Vec<&[Blob]> = ground.blobs.chunk_by(|a, b| a.path == b.path).collect();
        let next = AtomicUsize::new(0);
        let workers = rayon::current_num_threads().max(1);
        let done: Vec<Found> = (0..workers)
            .into_par_iter()
            .with_max_len(1)
            .map(|_| {
                let holdings = Holdings::watching(Arc::clone(&ground.asked.names));
                let mut found = Found { holdings, ..Found::default() };
                if next.load(Ordering::Relaxed) < files.len() {
                    reader(&mut |objects| {
                        let mut surveyor = Surveyor::new(ground, objects, &mut found);
                        loop {
                            let first = next.fetch_add(AT_ONCE, Ordering::Relaxed);
                            let Some(some) = files.get(first..files.len().min(first + AT_ONCE)) else { break };
                            some.iter().for_each(|versions| surveyor.file(versions));
                        }
                    })?;
                }
                Ok(found)
            })
            .collect::<Result<_, E>>()?;
        Ok(Self::of(done))
    }

    fn of(done: Vec<Found>) -> Self {
        let mut survey = Self::default();
        let mut parts = Vec::new();
        let mut stated = Vec::new();
        for found in done {
            parts.push(found.names);
            survey.pairs = survey.pairs.merged(found.pairs);
            stated.extend(found.facts);
            survey.holdings = survey.holdings.merged(found.holdings);
        }
        // In the order of the files, whoever read them.
        stated.sort_by(|a, b| a.path.cmp(&b.path));
        stated.into_iter().for_each(|held| survey.facts.push(held));
        survey.lifetimes = Lifetimes::of_parts(parts);
        survey
    }
}

/// What one thread found.
#[derive(Default)]
struct Found {
    names: Part,
    pairs: Pairs,
    facts: Vec<Held>,
    holdings: Holdings,
}

struct Surveyor<'a> {
    ground: Ground<'a>,
    objects: &'a dyn Objects,
    found: &'a mut Found,
    memo: Memo,
    versions: Versions,
    /// Names that manifests declare in the file at hand.
    declared: Vec<Term>,
    /// Its contents that were read.
    read: Vec<(Oid, usize)>,
    /// Whether one of its lines is too long to be cut into all of its names.
    cut: bool,
    /// Where the watched names stand in it.
    sighted: FxHashMap<u32, Sighting>,
}

impl<'a> Surveyor<'a> {
    fn new(ground: Ground<'a>, objects: &'a dyn Objects, found: &'a mut Found) -> Self {
        let (memo, versions, declared, read, sighted) = Default::default();
        Self { ground, objects, found, memo, versions, declared, read, cut: false, sighted }
    }

    /// Reads the versions of one file.
    fn file(&mut self, versions: &[Blob]) {
        self.memo.clear();
        self.versions.clear();
        self.declared.clear();
        self.read.clear();
        self.cut = false;
        self.found.names.next_file();
        // Whether the version before is so small that this one hardly is too large: then it is read unasked.
        let mut small = false;
        for blob in versions {
            match blob.content {
                Content::Overlaid(at) => self.version(blob, self.ground.overlaid.get(at).copied().unwrap_or_default()),
                Content::Object(id) => {
                    let objects = self.objects;
                    if !small && objects.size(id).is_ok_and(|size| size > LARGEST) {
                        self.skip(blob, Unread::TooLarge);
                        continue;
                    }
                    let mut read = |bytes: &[u8]| {
                        small = bytes.len() < SMALL;
                        if bytes.len() > LARGEST {
                            self.skip(blob, Unread::TooLarge);
                        } else {
                            self.version(blob, bytes);
                        }
                    };
                    if objects.with_blob(id, &mut read).is_err() {
                        self.skip(blob, Unread::Missing);
                    }
                }
            }
        }
        let Some((class, path)) = versions.first().map(|v| (v.class, &v.path)) else { return };
        let count =
            self.memo.lines().iter().map(|l| self.memo.tokens(l).len() + self.memo.routes(l).len()).sum::<usize>();
        let mut filter = Filter::for_names(count + self.declared.len());
        let names = &mut self.found.names;
        self.sighted.clear();
        let (watch, sighted) = (&*self.ground.asked.names, &mut self.sighted);
        let mut see = |term: Term, role: Role, held: u32| {
            if let Some(name) = watch.number(term) {
                let none = Sighting { name, declared: Mask(0), held: Mask(0) };
                let seen = sighted.entry(name).or_insert(none);
                seen.held.0 |= held;
                if matches!(role, Role::Definition | Role::Key | Role::Literal) {
                    seen.declared.0 |= held;
                }
            }
        };
        for line in self.memo.lines() {
            for token in self.memo.tokens(line) {
                filter.add(token.exact);
                filter.add(token.folded);
                see(token.exact, token.role, line.held);
                names.add(token.exact, token.role, class, line.held);
                if token.folded != token.exact {
                    see(token.folded, token.role, line.held);
                    names.add(token.folded, token.role, class, line.held);
                }
            }
            for route in self.memo.routes(line) {
                filter.add(*route);
                names.add(*route, Role::Definition, class, line.held);
            }
        }
        for (route, held) in self.memo.spilling() {
            names.add(*route, Role::Definition, class, *held);
            filter.add(*route);
        }
        self.declared.iter().for_each(|term| filter.add(*term));
        // Of lines that are too long not all names are known.
        if !self.cut {
            let sighted = self.sighted.values().copied().collect();
            self.found.holdings.add(path, filter, sighted, &self.read);
        }
    }

    fn version(&mut self, blob: &Blob, content: &[u8]) {
        if is_binary(content) {
            return;
        }
        if let Content::Object(id) = blob.content {
            self.read.push((id, content.len()));
        }
        let Self { found, memo, versions, declared, cut, .. } = self;
        let asked = &self.ground.asked.keys;
        let paired = blob.class == Class::Code && !asked.is_empty();
        memo.read(&blob.path, content, blob.held.0, &mut |text, tokens| {
            *cut |= text.len() > scan::LONG_LINE;
            if paired {
                versions.line(asked, text, tokens);
            }
        });
        if paired {
            found.pairs.take(&blob.path, blob.held, versions.of(content, memo));
        }
        scan::declared(&blob.path, content, &mut |domain, name, _| {
            let term = Term::of(domain, name);
            declared.push(term);
            found.names.add(term, Role::Definition, blob.class, blob.held.0);
        });
        if facts::counts(&blob.path) {
            found.facts.extend(facts::of_blob(blob, content));
        }
    }

    fn skip(&mut self, blob: &Blob, why: Unread) {
        if !blob.held.and(self.ground.head).is_empty() {
            self.found.names.unread.push((blob.path.clone(), why));
        }
    }
}
