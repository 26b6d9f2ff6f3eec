//! Where a path went: the commit that took it away, and its place today.

mod pairs;
mod similar;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;

use git2::Oid;
use rustc_hash::{FxHashMap, FxHashSet};

pub use pairs::Pairs;
pub use similar::{SIMILAR, similarity};

use super::cause::{Changed, FoundCause, NoCause, on_side};
use super::lookup::Lookup;
use super::mainline::{MainIx, Mainline};
use super::objects::{Objects, ReadError};
use super::path::RepoPath;
use crate::finding::CauseKind;

/// Renames that are followed one after the other.
const CHAIN: usize = 16;
/// Returns of one path that are followed.
const RETURNS: usize = 32;

/// What became of a path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathCause {
    /// The commit that deleted or renamed it, or why none is known.
    pub cause: Result<FoundCause, NoCause>,
    /// Where it is at the head, if it was renamed and is there.
    pub target: Option<RepoPath>,
    /// How alike the file and its successor were at each rename, the least of them, 0 to 1; for a
    /// folder, the share of its files that went there.
    pub similarity: f32,
    /// Each rename on the way: the mainline commit and the new path.
    pub chain: Vec<(Oid, RepoPath)>,
}

impl PathCause {
    fn none(why: NoCause) -> Self {
        Self { cause: Err(why), target: None, similarity: 0.0, chain: Vec::new() }
    }
}

/// The commit that took `path` away between `had`, whose tree has it, and `lost`, whose tree has not;
/// and where it went. For many paths use one [`Paths`].
///
/// # Errors
/// Where a tree or commit can't be read.
pub fn path_cause(
    objects: &dyn Objects,
    mainline: &Mainline,
    path: &RepoPath,
    had: MainIx,
    lost: MainIx,
) -> Result<PathCause, ReadError> {
    Paths::new(&Lookup::new(objects, mainline)).cause(path, had, lost)
}

/// Where a path is at the head, the least similarity on the way, and each rename.
type Followed = (Option<RepoPath>, f32, Vec<(Oid, RepoPath)>);

/// Follows paths through the history; remembers trees and the renames of the commits it looked at.
pub struct Paths<'l, 'o> {
    lookup: &'l Lookup<'o>,
    pairs: RefCell<FxHashMap<(Oid, Oid), Rc<Pairs>>>,
    mainline: RefCell<Option<Rc<FxHashSet<Oid>>>>,
}

impl<'l, 'o> Paths<'l, 'o> {
    /// A follower over `lookup`.
    #[must_use]
    pub fn new(lookup: &'l Lookup<'o>) -> Self {
        Self { lookup, pairs: RefCell::default(), mainline: RefCell::default() }
    }

    /// What was deleted and what was added between two trees, in pairs.
    ///
    /// # Errors
    /// Where a tree can't be read.
    pub fn pairs(&self, old: Oid, new: Oid) -> Result<Rc<Pairs>, ReadError> {
        if let Some(known) = self.pairs.borrow().get(&(old, new)) {
            return Ok(Rc::clone(known));
        }
        let pairs = Rc::new(Pairs::between(self.lookup, old, new)?);
        self.pairs.borrow_mut().insert((old, new), Rc::clone(&pairs));
        Ok(pairs)
    }

    /// Whether commit `id` belongs to the mainline.
    pub fn on_mainline(&self, id: Oid) -> bool {
        let mut store = self.mainline.borrow_mut();
        store
            .get_or_insert_with(|| Rc::new(self.lookup.mainline().commits().iter().map(|c| c.id).collect()))
            .contains(&id)
    }

    /// See [`path_cause`].
    ///
    /// # Errors
    /// Where a tree or commit can't be read.
    pub fn cause(&self, path: &RepoPath, had: MainIx, lost: MainIx) -> Result<PathCause, ReadError> {
        let head = self.lookup.mainline().head();
        if had >= lost || lost > head || self.lookup.mainline().is_empty() {
            return Ok(PathCause::none(NoCause::Interval));
        }
        if self.lookup.at(had, path)?.is_none() {
            return Ok(PathCause::none(NoCause::NoHolder));
        }
        let Some(at) = self.last_loss(path, had, lost)? else {
            return Ok(PathCause::none(NoCause::StillThere));
        };
        let commit = self.inner(path, at)?;
        let (target, similarity, chain) = self.follow(path, had, at)?;
        let kind = if target.is_some() { CauseKind::Renamed } else { CauseKind::Removed };
        let cause = FoundCause { mainline: at, commit, kind, path: Some(path.clone()) };
        Ok(PathCause { cause: Ok(cause), target, similarity, chain })
    }

    fn last_loss(&self, path: &RepoPath, had: MainIx, lost: MainIx) -> Result<Option<MainIx>, ReadError> {
        let mut there = |ix| Ok(self.lookup.at(ix, path)?.is_some());
        if there(lost)? {
            return Ok(None);
        }
        let mut low = had;
        for _ in 0..RETURNS {
            let at = super::cause::bisect(low, lost, &mut there)?;
            match super::cause::comes_back(at, lost, &mut there)? {
                Some(back) => low = back,
                None => return Ok(Some(at)),
            }
        }
        Ok(None)
    }

    fn inner(&self, path: &RepoPath, at: MainIx) -> Result<Oid, ReadError> {
        let commit = self.lookup.mainline().get(at);
        if commit.merged.is_none() {
            return Ok(commit.id);
        }
        on_side(self.lookup, commit.id, &|id| self.on_mainline(id), &mut |tree| {
            Ok(self.lookup.below(tree, path.as_bytes())?.is_some())
        })
    }

    /// Follows `path`, which the mainline commit `at` took away and which was there at `had`, through
    /// its renames to the head.
    fn follow(&self, path: &RepoPath, had: MainIx, at: MainIx) -> Result<Followed, ReadError> {
        let head = self.lookup.mainline().head();
        let (mut path, mut had, mut at) = (path.clone(), had, at);
        let (mut least, mut chain) = (1.0_f32, Vec::new());
        while chain.len() < CHAIN {
            let Some((next, similarity)) = self.successor(&path, had, at)? else { break };
            least = least.min(similarity);
            chain.push((self.lookup.mainline().get(at).id, next.clone()));
            if self.lookup.at(head, &next)?.is_some() {
                return Ok((Some(next), least, chain));
            }
            let Some(loss) = self.last_loss(&next, at, head)? else { break };
            (path, had, at) = (next, at, loss);
        }
        Ok((None, 0.0, chain))
    }

    /// Where `path` stands after the commit `at`, which took it away.
    fn successor(&self, path: &RepoPath, had: MainIx, at: MainIx) -> Result<Option<(RepoPath, f32)>, ReadError> {
        let (Some(before), Some(after), Some(first)) = (
            at.0.checked_sub(1).and_then(|n| self.lookup.root(MainIx(n))),
            self.lookup.root(at),
            self.lookup.root(had),
        ) else {
            return Ok(None);
        };
        let pairs = self.pairs(before, after)?;
        match self.lookup.below(before, path.as_bytes())? {
            Some((mode, id)) if mode.is_file() => {
                if let Some(found) = pairs.of_file(self.lookup, path, id) {
                    return Ok(Some(found));
                }
                Pairs::copied_before(self.lookup, after, path, id)
            }
            Some(_) => {
                if let Some(found) = pairs.of_folder(self.lookup, after, path)? {
                    return Ok(Some(found));
                }
                // Its files may have left one after the other.
                self.pairs(first, after)?.of_folder(self.lookup, after, path)
            }
            None => Ok(None),
        }
    }

    /// Where `path`, which stands at the head and which uncommitted changes deleted, went among the
    /// files that they added.
    ///
    /// # Errors
    /// Where the head's trees or the file can't be read.
    pub fn uncommitted(&self, path: &RepoPath, changes: &[Changed]) -> Result<PathCause, ReadError> {
        let head = self.lookup.mainline().head();
        let mut report = PathCause::none(NoCause::Uncommitted);
        let Some((mode, id)) = self.lookup.at(head, path)? else { return Ok(PathCause::none(NoCause::NoHolder)) };
        if !mode.is_file() {
            return Ok(report);
        }
        let old = self.lookup.blob(id)?;
        let mut best: Option<(f32, &RepoPath)> = None;
        for change in changes {
            let Some(content) = &change.content else { continue };
            if self.lookup.at(head, &change.path)?.is_some() {
                continue;
            }
            let score = similarity(&old, content);
            if score >= SIMILAR && best.as_ref().is_none_or(|b| score > b.0) {
                best = Some((score, &change.path));
            }
        }
        if let Some((score, target)) = best {
            report.target = Some(target.clone());
            report.similarity = score;
        }
        Ok(report)
    }
}
