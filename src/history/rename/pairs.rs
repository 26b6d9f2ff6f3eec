//! Files that one tree has and another has not, and which of them are the same under a new name.

use std::collections::BTreeMap;

use git2::Oid;
use rustc_hash::{FxHashMap, FxHashSet};

use super::similar::{SIMILAR, similarity};
use crate::history::lookup::Lookup;
use crate::history::objects::{Mode, Objects, ReadError};
use crate::history::path::RepoPath;
use crate::history::treediff;

/// Added files whose content is compared with one deleted file.
const COMPARED: usize = 60;
/// Larger files are compared by object id only.
const MAX_SIZE: usize = 2 << 20;
/// Files of a folder that are compared by content where their object ids say nothing.
const FOLDER_SAMPLE: usize = 24;
/// Entries of a tree that are searched for a copy.
const SEARCHED: usize = 300_000;
/// The similarity that is enough where one file was added under the deleted one's name.
const SIMILAR_NAMED: f32 = 0.3;
/// Part of the score for a file that keeps its name, and for one that keeps its suffix only.
const SAME_NAME: f32 = 0.2;
const SAME_SUFFIX: f32 = 0.05;

/// The deleted and the added files of a change.
#[derive(Debug, Default)]
pub struct Pairs {
    deleted: BTreeMap<RepoPath, Oid>,
    added: BTreeMap<RepoPath, Oid>,
    /// Added files by object.
    by_id: FxHashMap<Oid, Vec<RepoPath>>,
    /// Objects of deleted files: an added file with one of these belongs to that file.
    deleted_ids: FxHashSet<Oid>,
}

impl Pairs {
    /// What differs between the trees `old` and `new`.
    ///
    /// # Errors
    /// Where a tree can't be read.
    pub fn between(objects: &dyn Objects, old: Oid, new: Oid) -> Result<Self, ReadError> {
        let mut out = Self::default();
        treediff::diff(objects, Some(old), Some(new), &|_| true, &mut |change| {
            let path = RepoPath::new(&change.path);
            let file = |e: Option<(Mode, Oid)>| e.filter(|e| e.0.is_file()).map(|e| e.1);
            match (file(change.old), file(change.new)) {
                (Some(id), None) => {
                    out.deleted_ids.insert(id);
                    out.deleted.insert(path, id);
                }
                (None, Some(id)) => {
                    out.by_id.entry(id).or_default().push(path.clone());
                    out.added.insert(path, id);
                }
                _ => {}
            }
        })?;
        Ok(out)
    }

    /// The added file that the deleted `path` with content `id` became, and how alike they are.
    #[must_use]
    pub fn of_file(&self, objects: &dyn Objects, path: &RepoPath, id: Oid) -> Option<(RepoPath, f32)> {
        if let Some(exact) = self.exact(objects, path, id) {
            return Some((exact, 1.0));
        }
        let size = objects.size(id).ok().filter(|&s| s > 0 && s <= MAX_SIZE)?;
        let mut candidates: Vec<(u8, &RepoPath, Oid)> = self
            .added
            .iter()
            .filter(|(_, id)| !self.deleted_ids.contains(id))
            .map(|(p, &id)| {
                let rank = if p.name() == path.name() {
                    0
                } else if p.extension() == path.extension() {
                    1
                } else {
                    2
                };
                (rank, p, id)
            })
            .collect();
        candidates.sort();
        let old = objects.blob(id).ok()?;
        // The only added file of the same name is it with less in common.
        let only = candidates.iter().filter(|c| c.0 == 0).count() == 1;
        let least = |rank: u8| if only && rank == 0 { SIMILAR_NAMED } else { SIMILAR };
        let mut best: Option<(f32, f32, &RepoPath)> = None;
        let alike = |other: usize| other.min(size) * 3 >= other.max(size) && other <= MAX_SIZE;
        let sized = candidates.into_iter().filter(|c| objects.size(c.2).is_ok_and(alike)).take(COMPARED);
        for (rank, candidate, id) in sized {
            let Ok(new) = objects.blob(id) else { continue };
            let share = similarity(&old, &new);
            let score = share + [SAME_NAME, SAME_SUFFIX, 0.0][usize::from(rank)];
            if share >= least(rank) && best.as_ref().is_none_or(|b| score > b.0) {
                best = Some((score, share, candidate));
            }
        }
        best.map(|(_, share, path)| (path.clone(), share))
    }

    /// The added file with the very same content; of several, the one whose name and folders are most
    /// like those of `path`. An empty file must keep its name.
    fn exact(&self, objects: &dyn Objects, path: &RepoPath, id: Oid) -> Option<RepoPath> {
        let found = self.by_id.get(&id)?;
        let small = objects.size(id).is_ok_and(|s| s < 16);
        found
            .iter()
            .filter(|p| !small || p.name() == path.name())
            .max_by_key(|p| (p.name() == path.name(), shared_parts(p, path), std::cmp::Reverse((*p).clone())))
            .cloned()
    }

    /// The folder that took in at least half of the files deleted below the folder `path`, with the
    /// share of them that it did. It must stand below `after`.
    ///
    /// # Errors
    /// Where a tree can't be read.
    pub fn of_folder(
        &self,
        lookup: &Lookup<'_>,
        after: Oid,
        path: &RepoPath,
    ) -> Result<Option<(RepoPath, f32)>, ReadError> {
        let mut prefix = path.as_bytes().to_vec();
        prefix.push(b'/');
        let start = RepoPath::new(&prefix);
        let files: Vec<(&RepoPath, Oid)> = self
            .deleted
            .range(start..)
            .take_while(|(p, _)| p.as_bytes().starts_with(&prefix))
            .map(|(p, &id)| (p, id))
            .collect();
        let mut votes: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        let mut voters = 0;
        let mut compared = 0;
        for (file, id) in &files {
            let target = match self.exact(lookup, file, *id) {
                Some(exact) => Some(exact),
                None if compared < FOLDER_SAMPLE => {
                    compared += 1;
                    self.of_file(lookup, file, *id).map(|t| t.0)
                }
                None => continue,
            };
            voters += 1;
            let rest = file.as_bytes().get(prefix.len()..).unwrap_or_default();
            let base = target.as_ref().and_then(|t| t.as_bytes().strip_suffix(rest)?.strip_suffix(b"/"));
            if let Some(base) = base {
                *votes.entry(base.to_vec()).or_default() += 1;
            }
        }
        let Some((base, count)) = votes.into_iter().rev().max_by_key(|v| v.1) else { return Ok(None) };
        if count * 2 < voters || lookup.below(after, &base)?.is_none_or(|e| e.0 != Mode::Tree) {
            return Ok(None);
        }
        #[allow(clippy::cast_precision_loss)]
        let share = count as f32 / voters.max(1) as f32;
        Ok(Some((RepoPath::new(&base), share)))
    }

    /// A file below `root` that was there before `path` with content `id` went: the same content, or
    /// the same name with similar content.
    ///
    /// # Errors
    /// Where a tree can't be read.
    pub fn copied_before(
        lookup: &Lookup<'_>,
        root: Oid,
        path: &RepoPath,
        id: Oid,
    ) -> Result<Option<(RepoPath, f32)>, ReadError> {
        let mut same = Vec::new();
        let mut named = Vec::new();
        let mut left = SEARCHED;
        let mut folders = vec![(Vec::new(), root)];
        while let Some((prefix, tree)) = folders.pop() {
            for entry in lookup.remembered(tree)?.entries() {
                left = left.saturating_sub(1);
                if left == 0 {
                    return Ok(None);
                }
                let is_named = entry.name == path.name();
                if entry.mode != Mode::Tree && entry.id != id && !is_named {
                    continue;
                }
                let mut full: Vec<u8> = prefix.clone();
                if !full.is_empty() {
                    full.push(b'/');
                }
                full.extend_from_slice(entry.name);
                if entry.mode == Mode::Tree {
                    folders.push((full, entry.id));
                } else if entry.mode.is_file() && entry.id == id {
                    same.push(RepoPath::new(&full));
                } else if entry.mode.is_file() {
                    named.push((RepoPath::new(&full), entry.id));
                }
            }
        }
        let size = lookup.size(id)?;
        if !(16..=MAX_SIZE).contains(&size) {
            return Ok(None);
        }
        let exact = same
            .into_iter()
            .max_by_key(|p| (p.name() == path.name(), shared_parts(p, path), std::cmp::Reverse(p.clone())));
        if let Some(exact) = exact {
            return Ok(Some((exact, 1.0)));
        }
        named.sort();
        let old = lookup.blob(id)?;
        let mut best: Option<(f32, RepoPath)> = None;
        for (candidate, id) in named.into_iter().take(COMPARED) {
            if lookup.size(id).is_ok_and(|s| s <= MAX_SIZE)
                && let Ok(new) = lookup.blob(id)
            {
                let share = similarity(&old, &new);
                if share >= SIMILAR && best.as_ref().is_none_or(|b| share > b.0) {
                    best = Some((share, candidate));
                }
            }
        }
        Ok(best.map(|(share, path)| (path, share)))
    }
}

/// How many path parts two paths share at their starts and ends.
fn shared_parts(a: &RepoPath, b: &RepoPath) -> usize {
    let parts = |p: &RepoPath| -> Vec<Vec<u8>> { p.as_bytes().split(|&c| c == b'/').map(<[u8]>::to_vec).collect() };
    let (a, b) = (parts(a), parts(b));
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    front + back
}
