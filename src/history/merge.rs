//! Which commit inside a merge did what the merge brought.

use git2::Oid;

use super::objects::{Objects, ReadError};

/// How many merges within merges are looked into.
const DEPTH: usize = 64;
/// How far a merged side is followed over first parents.
const SIDE: usize = 20_000;

/// Finds the commit that did on a merged side what `merge` brought to its first parent.
///
/// `holds` says of a commit's tree whether something is so (a path exists, a file holds a term). It
/// differs between the first parent of `merge` and `merge` itself; the answer is a commit at which it
/// turned the same way: its first parent has the old state, it has the new one. Where no merged side
/// has the new state (the merge itself did it), or the side's history is not there, the answer is the
/// innermost commit known to have brought it, at worst `merge`.
///
/// The side is searched by steps that double and then by halves, so `holds` is asked a logarithmic
/// number of times; where the state went back and forth, one of its turns is found.
///
/// # Errors
/// Where `holds` fails, or `merge` can't be read.
pub fn inside_merge(
    objects: &dyn Objects,
    merge: Oid,
    holds: &mut dyn FnMut(Oid) -> Result<bool, ReadError>,
) -> Result<Oid, ReadError> {
    let mut at = merge;
    for _ in 0..DEPTH {
        let commit = objects.commit(at)?;
        if commit.parents.len() < 2 {
            break;
        }
        let now = holds(commit.tree)?;
        let mut inner = None;
        for &side in &commit.parents[1..] {
            // A side that isn't there (shallow clone) can't be the answer.
            let Ok(tip) = objects.commit(side) else { continue };
            if holds(tip.tree)? == now {
                inner = Some(turn(objects, side, now, holds)?);
                break;
            }
        }
        match inner {
            Some(found) if found != at => at = found,
            _ => break,
        }
    }
    Ok(at)
}

/// The commit on the first-parent chain of `tip` (which has the state `now`) that has it while its
/// first parent has not.
fn turn(
    objects: &dyn Objects,
    tip: Oid,
    now: bool,
    holds: &mut dyn FnMut(Oid) -> Result<bool, ReadError>,
) -> Result<Oid, ReadError> {
    let mut chain: Vec<(Oid, Oid)> = Vec::new();
    let mut next = Some(tip);
    // Position 0 is the tip. Invariant: `chain[with]` has the state; `without`, once known, has not.
    let (mut with, mut step) = (0, 1);
    let without = loop {
        let goal = with + step;
        while chain.len() <= goal && chain.len() < SIDE {
            let Some(id) = next else { break };
            // A parent that is missing ends the chain, as a root does.
            let Ok(commit) = objects.commit(id) else {
                next = None;
                break;
            };
            chain.push((id, commit.tree));
            next = commit.parents.first().copied();
        }
        let probe = goal.min(chain.len().saturating_sub(1));
        if probe <= with {
            // It was so from the start of what is there.
            return Ok(chain.get(with).map_or(tip, |c| c.0));
        }
        if holds(chain[probe].1)? == now {
            with = probe;
            step *= 2;
        } else {
            break probe;
        }
    };
    let (mut with, mut without) = (with, without);
    while without - with > 1 {
        let middle = with + (without - with) / 2;
        if holds(chain[middle].1)? == now { with = middle } else { without = middle }
    }
    Ok(chain[with].0)
}

/// [`inside_merge`] for the appearance, disappearance or change of one path: `merge` gave `path`
/// another object than its first parent has.
///
/// # Errors
/// Where a tree on the way can't be read.
pub fn inner_commit(objects: &dyn Objects, merge: Oid, path: &[u8]) -> Result<Oid, ReadError> {
    let tree = objects.commit(merge)?.tree;
    let there = objects.lookup(tree, path)?;
    inside_merge(objects, merge, &mut |tree| Ok(objects.lookup(tree, path)? == there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::GitObjects;
    use crate::testing::Repo;

    fn long_side(repo: &Repo, turn_at: usize, length: usize) -> Vec<Oid> {
        repo.commit(&[("a.c", "start\n")], &[], "Begin", 0);
        repo.branch("side");
        let mut made = Vec::new();
        for i in 0..length {
            let day = i64::try_from(i).unwrap() + 1;
            made.push(if i == turn_at {
                repo.commit(&[("new.c", "new\n")], &["a.c"], "Turn", day)
            } else {
                repo.commit(&[("other.c", &format!("{i}\n"))], &[], "Other", day)
            });
        }
        repo.switch("main");
        repo.commit(&[("main.c", "m\n")], &[], "Main goes on", 500);
        made
    }

    #[test]
    fn finds_the_turn_on_a_long_side_with_few_questions() {
        for turn_at in [0, 1, 7, 30, 39] {
            let repo = Repo::new();
            let made = long_side(&repo, turn_at, 40);
            let merge = repo.merge("side", &[], &[], "Merge side", 501);
            let objects = GitObjects::new(repo.git2()).unwrap();
            let mut asked = 0;
            let found = inside_merge(&objects, merge, &mut |tree| {
                asked += 1;
                Ok(objects.lookup(tree, b"a.c")?.is_some())
            })
            .unwrap();
            assert_eq!(found, made[turn_at]);
            assert!(asked <= 16, "{asked}");
            assert_eq!(inner_commit(&objects, merge, b"new.c").unwrap(), made[turn_at]);
        }
    }

    #[test]
    fn looks_into_merges_within_merges() {
        let repo = Repo::new();
        repo.commit(&[("a.c", "start\n")], &[], "Begin", 0);
        repo.branch("outer").branch("inner");
        let turn = repo.commit(&[], &["a.c"], "Remove a", 1);
        repo.switch("outer");
        repo.commit(&[("b.c", "b\n")], &[], "Add b", 2);
        repo.merge("inner", &[], &[], "Merge inner", 3);
        repo.switch("main");
        repo.commit(&[("c.c", "c\n")], &[], "Add c", 4);
        let merge = repo.merge("outer", &[], &[], "Merge outer", 5);
        let objects = GitObjects::new(repo.git2()).unwrap();
        assert_eq!(inner_commit(&objects, merge, b"a.c").unwrap(), turn);
    }

    #[test]
    fn a_merge_that_did_it_itself_is_the_answer() {
        let repo = Repo::new();
        repo.commit(&[("a.c", "start\n"), ("b.c", "b\n")], &[], "Begin", 0);
        repo.branch("side");
        repo.commit(&[("b.c", "bb\n")], &[], "Edit b", 1);
        repo.switch("main");
        repo.commit(&[("c.c", "c\n")], &[], "Add c", 2);
        let merge = repo.merge("side", &[], &["a.c"], "Merge side and drop a", 3);
        let objects = GitObjects::new(repo.git2()).unwrap();
        assert_eq!(inner_commit(&objects, merge, b"a.c").unwrap(), merge);
    }
}
