//! The last loss within an interval of the mainline.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::NoCause;
use crate::history::lookup::Lookup;
use crate::history::mainline::MainIx;
use crate::history::merge::inside_merge;
use crate::history::objects::{Objects, ReadError};
use crate::history::path::RepoPath;
use crate::history::treediff;

/// Moves and returns that are followed for one claim.
const ROUNDS: u32 = 64;
/// Places between a loss and the end of the interval at which a return is looked for.
const PROBES: u32 = 32;
/// Files added before a loss that are looked at for the witness.
const ADDED: usize = 24;

/// Says whether a file backs a claim.
pub type Holds<'h> = dyn Fn(&RepoPath, Oid) -> Result<bool, ReadError> + 'h;

/// The end of a claim's witnesses.
pub struct Loss {
    /// The first commit of the mainline that has none; its parent has one.
    pub at: MainIx,
    /// Every file that held it at some time.
    pub paths: BTreeSet<RepoPath>,
    /// How often it only moved to other files.
    pub moves: u32,
    /// Whether it went and came back.
    pub came_back: bool,
}

/// The smallest `i` in `(low, high]` with `!holds(i)` and `holds(i - 1)`, given that `low` holds and
/// `high` does not; where the answer changes more than once, one of the losses.
pub fn bisect(
    mut low: MainIx,
    mut high: MainIx,
    holds: &mut dyn FnMut(MainIx) -> Result<bool, ReadError>,
) -> Result<MainIx, ReadError> {
    while high.0 - low.0 > 1 {
        let middle = MainIx(low.0 + (high.0 - low.0) / 2);
        if holds(middle)? { low = middle } else { high = middle }
    }
    Ok(high)
}

/// The latest of [`PROBES`] evenly spread commits between `low` and `high` that holds. With no more
/// commits than that between them, each one is asked.
pub fn comes_back(
    low: MainIx,
    high: MainIx,
    holds: &mut dyn FnMut(MainIx) -> Result<bool, ReadError>,
) -> Result<Option<MainIx>, ReadError> {
    let between = high.0.saturating_sub(low.0 + 1);
    let probes = between.min(PROBES);
    for n in (1..=probes).rev() {
        // Spread over the open interval; distinct because there are at least `probes` commits in it.
        let step = u64::from(n) * u64::from(between) / u64::from(probes);
        let at = MainIx(low.0 + u32::try_from(step).unwrap_or(between));
        if holds(at)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Whether any of `paths` holds below the tree `root`.
pub fn any_holds<'p>(
    lookup: &Lookup<'_>,
    root: Oid,
    paths: impl IntoIterator<Item = &'p RepoPath>,
    holds: &Holds<'_>,
) -> Result<bool, ReadError> {
    for path in paths {
        if let Some(id) = lookup.file_below(root, path.as_bytes())?
            && holds(path, id)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Finds the last loss of what `paths` hold at `had` and nothing holds at `lost`.
pub fn last_loss(
    lookup: &Lookup<'_>,
    mut paths: BTreeSet<RepoPath>,
    had: MainIx,
    lost: MainIx,
    holds: &Holds<'_>,
) -> Result<Result<Loss, NoCause>, ReadError> {
    let at = |paths: &BTreeSet<RepoPath>, ix: MainIx| {
        lookup.root(ix).map_or(Ok(false), |root| any_holds(lookup, root, paths, holds))
    };
    if at(&paths, lost)? {
        return Ok(Err(NoCause::StillThere));
    }
    let (mut low, mut moves, mut came_back) = (had, 0, false);
    for _ in 0..ROUNDS {
        let loss = bisect(low, lost, &mut |ix| at(&paths, ix))?;
        let elsewhere = others(lookup, &paths, had, loss, lost, holds)?;
        if !elsewhere.is_empty() {
            paths.extend(elsewhere);
            moves += 1;
            low = loss;
            continue;
        }
        if let Some(back) = comes_back(loss, lost, &mut |ix| at(&paths, ix))? {
            came_back = true;
            low = back;
            continue;
        }
        return Ok(Ok(Loss { at: loss, paths, moves, came_back }));
    }
    Ok(Err(NoCause::Unsteady))
}

/// Files outside `known` that hold at `at`, where the known ones lost it. They may have got it
///
/// - in the same commit, which then only moved it: all that it changed is read, or
/// - before: of the files added since `had` those of the known ones' suffixes are read, up to a
///   limit. (Files that were there at `had` without it, got it before `at`, and lose it again before
///   `lost` would cost more reading than they are worth: to name the first of two losses is no lie.)
fn others(
    lookup: &Lookup<'_>,
    known: &BTreeSet<RepoPath>,
    had: MainIx,
    at: MainIx,
    lost: MainIx,
    holds: &Holds<'_>,
) -> Result<Vec<RepoPath>, ReadError> {
    let before = MainIx(at.0.saturating_sub(1));
    let (Some(from), Some(parent), Some(to), Some(end)) =
        (lookup.root(had), lookup.root(before), lookup.root(at), lookup.root(lost))
    else {
        return Ok(Vec::new());
    };
    let mut gained = BTreeMap::new();
    treediff::diff(lookup, Some(parent), Some(to), &|_| true, &mut |change| {
        if let Some((mode, id)) = change.new
            && mode.is_file()
        {
            gained.insert(RepoPath::new(&change.path), id);
        }
    })?;
    let suffixes: BTreeSet<Option<&[u8]>> = known.iter().map(RepoPath::extension).collect();
    let mut added = Vec::new();
    treediff::diff(lookup, Some(from), Some(parent), &|_| true, &mut |change| {
        if let (None, Some((mode, id))) = (change.old, change.new)
            && mode.is_file()
        {
            let path = RepoPath::new(&change.path);
            if suffixes.contains(&path.extension()) {
                added.push((path, id));
            }
        }
    })?;
    // The same folder first: that is where things are moved to most.
    let folders: BTreeSet<&[u8]> = known.iter().map(RepoPath::parent).collect();
    added.sort_by_key(|(path, _)| !folders.contains(path.parent()));
    gained.extend(added.into_iter().take(ADDED));
    let mut found = Vec::new();
    for (path, id) in gained {
        // What stands there to the end holds nothing, and need not be read.
        if known.contains(&path) || lookup.file_below(end, path.as_bytes())? == Some(id) {
            continue;
        }
        // A blob that can't be read may hold it, but says nothing of where the claim went.
        if lookup.file_below(to, path.as_bytes())? == Some(id) && holds(&path, id).unwrap_or(false) {
            found.push(path);
        }
    }
    Ok(found)
}

/// [`inside_merge`], within the merged branch only: a turn on the mainline itself, before the branch
/// left it, is not what the merge brought.
pub fn on_side(
    lookup: &Lookup<'_>,
    merge: Oid,
    on_mainline: &dyn Fn(Oid) -> bool,
    holds: &mut dyn FnMut(Oid) -> Result<bool, ReadError>,
) -> Result<Oid, ReadError> {
    let found = inside_merge(lookup, merge, holds)?;
    Ok(if on_mainline(found) { merge } else { found })
}

/// The commit inside the merged branch, where the loss came by a merge, and the file that lost it
/// last.
pub fn inner(
    lookup: &Lookup<'_>,
    loss: &Loss,
    on_mainline: &dyn Fn(Oid) -> bool,
    holds: &Holds<'_>,
) -> Result<Oid, ReadError> {
    let commit = *lookup.mainline().get(loss.at);
    if commit.merged.is_none() {
        return Ok(commit.id);
    }
    let mut paths = loss.paths.clone();
    for _ in 0..8 {
        let found = on_side(lookup, commit.id, on_mainline, &mut |tree| any_holds(lookup, tree, &paths, holds))?;
        if found == commit.id {
            return Ok(found);
        }
        // The branch may have moved it to another file first.
        let moved = gained_in(lookup, found, &paths, holds)?;
        if moved.is_empty() {
            return Ok(found);
        }
        paths.extend(moved);
    }
    Ok(commit.id)
}

/// Files outside `known` that `commit` made holders.
fn gained_in(
    lookup: &Lookup<'_>,
    commit: Oid,
    known: &BTreeSet<RepoPath>,
    holds: &Holds<'_>,
) -> Result<Vec<RepoPath>, ReadError> {
    let Ok(head) = lookup.commit(commit) else { return Ok(Vec::new()) };
    let parent = head.parents.first().and_then(|&p| lookup.commit(p).ok()).map(|p| p.tree);
    let mut found = Vec::new();
    treediff::diff(lookup, parent, Some(head.tree), &|_| true, &mut |change| {
        if let Some((mode, id)) = change.new
            && mode.is_file()
        {
            let path = RepoPath::new(&change.path);
            if !known.contains(&path) && holds(&path, id).unwrap_or(false) {
                found.push(path);
            }
        }
    })?;
    Ok(found)
}
