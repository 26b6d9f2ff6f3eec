//! Which blobs hold which terms: each blob is read once for all claims.

use std::cell::RefCell;
use std::rc::Rc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use git2::Oid;
use rustc_hash::FxHashMap;

use super::Lost;
use crate::history::holdings::{self, Holdings};
use crate::history::objects::{Objects, ReadError};
use crate::history::path::RepoPath;
use crate::history::replacement::{Form, Target, is_bounded};
use crate::history::term::Term;

/// Larger blobs are not read.
pub const MAX_BLOB: usize = 4 << 20;
/// Bytes of blobs that are kept for a second look.
const KEPT_BYTES: usize = 12 << 20;

/// Patterns up to which the automaton has a full table (about a megabyte then); it is twice as fast.
const DENSE: usize = 400;

/// What a scan of a blob found.
#[derive(Clone)]
enum Scanned {
    /// Numbers of the patterns in it, ascending.
    Holds(Rc<[u32]>),
    /// Too large or not text.
    Unread,
}

#[derive(Default)]
struct Kept {
    blobs: FxHashMap<Oid, Rc<[u8]>>,
    bytes: usize,
}

/// The patterns of one claim.
struct ClaimPatterns {
    /// Of its matcher's needle; none if it has none.
    needle: Option<u32>,
    /// Per target of the vote, of its forms, each with the words that it consists of.
    targets: Vec<Vec<(u32, Vec<Term>)>>,
}

/// Reads blobs and remembers what they hold.
pub struct Scanner<'a> {
    objects: &'a dyn Objects,
    holdings: &'a Holdings,
    lost: &'a [&'a Lost<'a>],
    automaton: Option<AhoCorasick>,
    /// By number: the pattern's bytes, and whether it counts only as a whole word.
    patterns: Vec<(Vec<u8>, bool)>,
    claims: Vec<ClaimPatterns>,
    seen: RefCell<FxHashMap<Oid, Scanned>>,
    kept: RefCell<Kept>,
    verdicts: RefCell<FxHashMap<(u32, Oid, RepoPath), bool>>,
}

impl<'a> Scanner<'a> {
    /// A scanner for the claims `lost`, whose names are voted on by `targets` (one list per claim).
    pub fn new(
        objects: &'a dyn Objects,
        holdings: &'a Holdings,
        lost: &'a [&'a Lost<'a>],
        targets: &[Vec<Target>],
    ) -> Self {
        let mut patterns: Vec<(Vec<u8>, bool)> = Vec::new();
        let mut numbers: FxHashMap<(Vec<u8>, bool), u32> = FxHashMap::default();
        let mut number = |bytes: &[u8], whole: bool| {
            let key = (bytes.to_vec(), whole);
            *numbers.entry(key).or_insert_with_key(|key| {
                patterns.push(key.clone());
                u32::try_from(patterns.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let claims = lost
            .iter()
            .zip(targets)
            .map(|(lost, targets)| ClaimPatterns {
                needle: lost.matcher.needle().filter(|n| !n.is_empty()).map(|n| number(n, false)),
                targets: targets
                    .iter()
                    .map(|t| {
                        let pattern = |form: &Form| {
                            let pattern = form.pattern();
                            (number(pattern.as_bytes(), true), holdings::words(pattern.as_bytes()))
                        };
                        t.forms().iter().map(pattern).collect()
                    })
                    .collect(),
            })
            .collect();
        // Building fails only beyond the automaton's own limits; every blob is a candidate then.
        let kind = (patterns.len() <= DENSE).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder().kind(kind).build(patterns.iter().map(|p| &p.0)).ok();
        Self {
            objects,
            holdings,
            lost,
            automaton,
            patterns,
            claims,
            seen: RefCell::default(),
            kept: RefCell::default(),
            verdicts: RefCell::default(),
        }
    }

    /// The content of blob `id`; none where it is too large or not text.
    pub fn content(&self, id: Oid) -> Result<Option<Rc<[u8]>>, ReadError> {
        if let Some(bytes) = self.kept.borrow().blobs.get(&id) {
            return Ok(Some(Rc::clone(bytes)));
        }
        if matches!(self.seen.borrow().get(&id), Some(Scanned::Unread)) {
            return Ok(None);
        }
        let Some(bytes) = self.read(id)? else { return Ok(None) };
        let bytes: Rc<[u8]> = bytes.into();
        self.keep(id, &bytes);
        Ok(Some(bytes))
    }

    fn read(&self, id: Oid) -> Result<Option<Vec<u8>>, ReadError> {
        // What the survey read is not asked for its size again.
        if !self.holdings.has(id) && self.objects.size(id)? > MAX_BLOB {
            return Ok(None);
        }
        let bytes = self.objects.blob(id)?;
        Ok(if bytes.len() > MAX_BLOB || is_binary(&bytes) { None } else { Some(bytes) })
    }

    fn keep(&self, id: Oid, bytes: &Rc<[u8]>) {
        let mut kept = self.kept.borrow_mut();
        if kept.bytes > KEPT_BYTES {
            kept.blobs.clear();
            kept.bytes = 0;
        }
        kept.bytes += bytes.len();
        kept.blobs.insert(id, Rc::clone(bytes));
    }

    fn scan(&self, id: Oid) -> Result<Scanned, ReadError> {
        if let Some(known) = self.seen.borrow().get(&id) {
            return Ok(known.clone());
        }
        let scanned = match self.read(id)? {
            None => Scanned::Unread,
            Some(bytes) => {
                let found = self.patterns_in(&bytes);
                if !found.is_empty() {
                    self.keep(id, &bytes.into());
                }
                Scanned::Holds(found.into())
            }
        };
        self.seen.borrow_mut().insert(id, scanned.clone());
        Ok(scanned)
    }

    fn patterns_in(&self, bytes: &[u8]) -> Vec<u32> {
        let Some(automaton) = &self.automaton else {
            return (0..self.patterns.len()).filter_map(|n| u32::try_from(n).ok()).collect();
        };
        let mut found = Vec::new();
        for hit in automaton.find_overlapping_iter(bytes) {
            let number = hit.pattern().as_u32();
            let whole = self.patterns.get(number as usize).is_some_and(|p| p.1);
            if let Err(place) = found.binary_search(&number)
                && (!whole || is_bounded(bytes, hit.start(), hit.end()))
            {
                found.insert(place, number);
            }
        }
        found
    }

    /// Reads blob `id` for all claims; says whether it could be.
    pub fn visit(&self, id: Oid) -> bool {
        matches!(self.scan(id), Ok(Scanned::Holds(_)))
    }

    /// Lines of blob `id`, the file at `path`, that witness claim `claim`.
    pub fn lines(&self, claim: usize, path: &RepoPath, id: Oid) -> Result<Vec<u32>, ReadError> {
        let (Some(patterns), Some(lost)) = (self.claims.get(claim), self.lost.get(claim)) else {
            return Ok(Vec::new());
        };
        if !lost.matcher.accepts(path) || self.lacks(lost, path, id) {
            return Ok(Vec::new());
        }
        let Scanned::Holds(found) = self.scan(id)? else { return Ok(Vec::new()) };
        if patterns.needle.is_some_and(|n| found.binary_search(&n).is_err()) {
            return Ok(Vec::new());
        }
        Ok(self.content(id)?.map_or_else(Vec::new, |content| lost.matcher.lines(path, &content)))
    }

    /// Whether blob `id`, the file at `path`, is known to be no witness of `lost`.
    fn lacks(&self, lost: &Lost<'_>, path: &RepoPath, id: Oid) -> bool {
        let terms = lost.matcher.terms();
        !terms.is_empty() && self.holdings.lacks(path, id, terms)
    }

    /// Whether blob `id`, the file at `path`, has to be read to know which claims it witnesses.
    pub fn may_witness(&self, path: &RepoPath, id: Oid) -> bool {
        // What is quickly known comes first.
        self.lost.iter().any(|l| !self.lacks(l, path, id) && l.matcher.accepts(path))
    }

    /// Whether any claim accepts the file at `path` as a witness.
    pub fn accepts(&self, path: &RepoPath) -> bool {
        self.lost.iter().any(|l| l.matcher.accepts(path))
    }

    /// Whether blob `id`, the file at `path`, witnesses claim `claim`.
    pub fn holds(&self, claim: usize, path: &RepoPath, id: Oid) -> Result<bool, ReadError> {
        if self.lost.get(claim).is_some_and(|lost| self.lacks(lost, path, id)) {
            return Ok(false);
        }
        let key = (u32::try_from(claim).unwrap_or(u32::MAX), id, path.clone());
        if let Some(&known) = self.verdicts.borrow().get(&key) {
            return Ok(known);
        }
        let holds = !self.lines(claim, path, id)?.is_empty();
        self.verdicts.borrow_mut().insert(key, holds);
        Ok(holds)
    }

    /// Whether blob `id` holds target `target` of claim `claim` in one of its spellings.
    pub fn names(&self, claim: usize, target: usize, id: Oid) -> Result<bool, ReadError> {
        let Some(forms) = self.claims.get(claim).and_then(|c| c.targets.get(target)) else { return Ok(false) };
        if forms.iter().all(|(_, words)| self.holdings.lacks_one(id, words)) {
            return Ok(false);
        }
        let Scanned::Holds(found) = self.scan(id)? else { return Ok(false) };
        Ok(forms.iter().any(|(n, _)| found.binary_search(n).is_ok()))
    }
}

/// Git's own rule: a NUL among the first 8,000 bytes.
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..8000).unwrap_or(bytes)).is_some()
}
