//! Which commit of a merged branch did it.

use git2::Oid;
use rustc_hash::FxHashSet;

use crate::history::objects::{Objects, ReadError};

/// Commits of a merged branch that are looked at.
const SIDE_COMMITS: usize = 4096;
/// Merges within merges that are entered.
const SIDE_DEPTH: usize = 16;

/// The commit that took something away, given that the first parent of the merge `merge` has it and
/// `merge` has not. `holds` says whether a tree has it; `on_mainline`, whether a commit belongs to
/// the mainline (a branch ends where it left that). The merge itself where no merged branch took it
/// away, or where that can't be told.
///
/// # Errors
/// Where `holds` fails. Commits that are missing end the walk, they are no error.
pub fn inside_merge(
    objects: &dyn Objects,
    merge: Oid,
    on_mainline: &dyn Fn(Oid) -> bool,
    holds: &mut dyn FnMut(Oid) -> Result<bool, ReadError>,
) -> Result<Oid, ReadError> {
    let mut at = merge;
    let mut seen = FxHashSet::default();
    for _ in 0..SIDE_DEPTH {
        let Ok(commit) = objects.commit(at) else { return Ok(at) };
        let mut inner = None;
        for &side in commit.parents.iter().skip(1) {
            if let Some(found) = loss_on_side(objects, side, on_mainline, holds)? {
                inner = Some(found);
                break;
            }
        }
        match inner {
            // The child may be a merge itself: look into it in turn.
            Some(found) if seen.insert(found) => at = found,
            _ => return Ok(at),
        }
    }
    Ok(at)
}

/// Walks from `tip` over first parents to the first commit that has it; the one after that lost it.
fn loss_on_side(
    objects: &dyn Objects,
    tip: Oid,
    on_mainline: &dyn Fn(Oid) -> bool,
    holds: &mut dyn FnMut(Oid) -> Result<bool, ReadError>,
) -> Result<Option<Oid>, ReadError> {
    let mut child = None;
    let mut at = tip;
    for _ in 0..SIDE_COMMITS {
        let Ok(commit) = objects.commit(at) else { return Ok(None) };
        if holds(commit.tree)? {
            return Ok(child);
        }
        // The branch left the mainline here without it: the branch never had it.
        if on_mainline(at) {
            return Ok(None);
        }
        child = Some(at);
        match commit.parents.first() {
            Some(&parent) => at = parent,
            None => return Ok(None),
        }
    }
    Ok(None)
}
