//! Differences of two trees by object id; equal folders are never entered.

use std::cmp::Ordering;

use git2::Oid;

use super::objects::{Mode, Objects, ReadError, Tree, TreeEntry, entry_length};

/// Folders nested deeper than this are passed over: no real project has them, and a made-up tree must
/// not exhaust the stack.
pub(super) const DEEPEST: usize = 256;

/// One path that differs. Folders are reported through their files only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path from the root.
    pub path: Vec<u8>,
    /// What stood there before.
    pub old: Option<(Mode, Oid)>,
    /// What stands there now.
    pub new: Option<(Mode, Oid)>,
}

/// Calls `each` for every file, link and submodule that differs between the trees `old` and `new`
/// (`None`: an empty tree), in path order. `enter` says whether a folder is of interest, by its path
/// without a slash at its end.
///
/// # Errors
/// Where a tree can't be read.
pub fn diff(
    objects: &dyn Objects,
    old: Option<Oid>,
    new: Option<Oid>,
    enter: &dyn Fn(&[u8]) -> bool,
    each: &mut dyn FnMut(Change),
) -> Result<(), ReadError> {
    if old != new {
        let mut path = Vec::new();
        walk(objects, (old, new), enter, &mut path, 0, each)?;
    }
    Ok(())
}

fn walk(
    objects: &dyn Objects,
    trees: (Option<Oid>, Option<Oid>),
    enter: &dyn Fn(&[u8]) -> bool,
    path: &mut Vec<u8>,
    depth: usize,
    each: &mut dyn FnMut(Change),
) -> Result<(), ReadError> {
    let read = |id: Option<Oid>| id.map_or_else(|| Ok(Tree::default()), |id| objects.tree(id));
    let (old, new) = (read(trees.0)?, read(trees.1)?);
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let (mut at_a, mut at_b) = (0, 0);
    // Neighbouring trees are alike before and behind the few entries that differ: what is the same, byte for
    // byte, is not even parsed.
    while a.get(at_a..) != b.get(at_b..) {
        while let Some(length) = a.get(at_a..).and_then(entry_length)
            && let Some(entry) = a.get(at_a..at_a + length)
            && b.get(at_b..at_b + length) == Some(entry)
        {
            (at_a, at_b) = (at_a + length, at_b + length);
        }
        let (left, right) = (old.entries_from(at_a).next(), new.entries_from(at_b).next());
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(x), Some(y)) => tree_order(x, y),
        };
        let (left, right) = match order {
            Ordering::Less => (left, None),
            Ordering::Greater => (None, right),
            Ordering::Equal => (left, right),
        };
        at_a += left.as_ref().map_or(0, |e| e.raw_len);
        at_b += right.as_ref().map_or(0, |e| e.raw_len);
        let same = |x: &TreeEntry<'_>, y: &TreeEntry<'_>| x.id == y.id && x.mode == y.mode;
        if let (Some(x), Some(y)) = (&left, &right)
            && same(x, y)
        {
            continue;
        }
        let Some(name) = left.as_ref().or(right.as_ref()).map(|e| e.name) else {
            continue;
        };
        let length = path.len();
        if length > 0 {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        let folder = |e: &Option<TreeEntry<'_>>| e.filter(|e| e.mode == Mode::Tree).map(|e| e.id);
        let leaf = |e: &Option<TreeEntry<'_>>| e.filter(|e| e.mode != Mode::Tree).map(|e| (e.mode, e.id));
        let (x, y) = (folder(&left), folder(&right));
        if (x.is_some() || y.is_some()) && depth < DEEPEST && enter(path) {
            walk(objects, (x, y), enter, path, depth + 1, each)?;
        }
        let (x, y) = (leaf(&left), leaf(&right));
        if x.is_some() || y.is_some() {
            each(Change { path: path.clone(), old: x, new: y });
        }
        path.truncate(length);
    }
    Ok(())
}

/// Git's order of tree entries, in which a folder's name ends in `/`; a file and a folder of one
/// name are different entries.
fn tree_order(a: &TreeEntry<'_>, b: &TreeEntry<'_>) -> Ordering {
    let slash = |e: &TreeEntry<'_>| (e.mode == Mode::Tree).then_some(b'/');
    a.name.iter().copied().chain(slash(a)).cmp(b.name.iter().copied().chain(slash(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::GitObjects;
    use crate::testing::Repo;

    fn changes(repo: &Repo, old: Option<Oid>, new: Option<Oid>) -> Vec<(String, bool, bool)> {
        let objects = GitObjects::new(repo.git2()).unwrap();
        let tree = |id: Option<Oid>| id.map(|id| objects.commit(id).unwrap().tree);
        let mut found = Vec::new();
        diff(&objects, tree(old), tree(new), &|_| true, &mut |c| {
            found.push((String::from_utf8_lossy(&c.path).into_owned(), c.old.is_some(), c.new.is_some()));
        })
        .unwrap();
        found
    }

    #[test]
    fn every_kind_of_change_is_told_once() {
        let repo = Repo::new();
        let old = repo.commit(&[("a", "1"), ("b/c", "1"), ("b/d", "1"), ("e", "1"), ("f/g", "1")], &[], "Old", 0);
        let new = repo.commit(&[("a", "2"), ("b/x", "1"), ("e/h", "1"), ("f", "1")], &["b/c", "e", "f/g"], "New", 1);
        let both = |path: &str| (path.to_owned(), true, true);
        let gone = |path: &str| (path.to_owned(), true, false);
        let come = |path: &str| (path.to_owned(), false, true);
        let expected = [both("a"), gone("b/c"), come("b/x"), gone("e"), come("e/h"), come("f"), gone("f/g")];
        assert_eq!(changes(&repo, Some(old), Some(new)), expected);
        assert_eq!(changes(&repo, Some(new), Some(new)), []);
        assert_eq!(changes(&repo, None, Some(new)).len(), 5);
    }

    #[test]
    fn folders_nested_without_end_do_not_exhaust_the_stack() {
        let repo = Repo::new();
        let git = repo.git2();
        let odb = git.odb().unwrap();
        let blob = git.blob(b"deep").unwrap();
        let mut tree = odb.write(git2::ObjectType::Tree, &[b"100644 a\0", blob.as_bytes()].concat()).unwrap();
        for _ in 0..2_000 {
            tree = odb.write(git2::ObjectType::Tree, &[b"40000 d\0", tree.as_bytes()].concat()).unwrap();
        }
        let objects = GitObjects::new(git).unwrap();
        let mut found = 0;
        diff(&objects, None, Some(tree), &|_| true, &mut |_| found += 1).unwrap();
        assert_eq!(found, 0);
    }
}
