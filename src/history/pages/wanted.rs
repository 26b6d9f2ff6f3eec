//! The paths whose objects are followed from tree to tree.
//!
//! Between two neighbouring commits almost all of a tree's bytes are the same. Only the part in which
//! they differ is parsed, and only folders on the way to a wanted path are entered.

use std::cmp::Ordering;

use git2::Oid;

use crate::history::common;
use crate::history::objects::{Mode, Objects, ReadError, Tree};

/// A wanted path's number, in the order in which paths were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Leaf(pub u32);

/// A wanted path whose object is another one in the tree stepped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub leaf: Leaf,
    /// The file's blob in the tree that was left; none where no file stood there.
    pub from: Option<Oid>,
    /// The file's blob in the tree stepped to.
    pub to: Option<Oid>,
}

/// The wanted paths and what stands there in the current tree.
#[derive(Default)]
pub(super) struct Wanted {
    nodes: Vec<Node>,
    leaves: Vec<Option<Oid>>,
}

#[derive(Default)]
struct Node {
    tree: Option<Oid>,
    raw: Tree,
    /// In git's order of tree entries.
    children: Vec<Child>,
}

struct Child {
    name: Box<[u8]>,
    target: Target,
    /// Where the entry starts and ends in the node's raw tree, and its object.
    entry: Option<(usize, usize, Mode, Oid)>,
}

#[derive(Clone, Copy)]
enum Target {
    Folder(usize),
    File(Leaf),
}

impl Child {
    fn is_folder(&self) -> bool {
        matches!(self.target, Target::Folder(_))
    }

    fn order(&self, name: &[u8], folder: bool) -> Ordering {
        order((&self.name, self.is_folder()), (name, folder))
    }

    /// The child's object, where it is of the right kind.
    fn object(&self) -> Option<Oid> {
        self.entry.filter(|e| if self.is_folder() { e.2 == Mode::Tree } else { e.2.is_file() }).map(|e| e.3)
    }
}

/// Git's order: a folder sorts as if `/` stood behind its name.
fn order(a: (&[u8], bool), b: (&[u8], bool)) -> Ordering {
    let shared = a.0.len().min(b.0.len());
    a.0[..shared].cmp(&b.0[..shared]).then_with(|| {
        let next = |x: (&[u8], bool)| x.0.get(shared).copied().unwrap_or(if x.1 { b'/' } else { 0 });
        next(a).cmp(&next(b)).then(a.0.len().cmp(&b.0.len()))
    })
}

impl Wanted {
    /// Nothing wanted yet, at the tree `root`.
    pub fn at(objects: &dyn Objects, root: Oid) -> Result<Self, ReadError> {
        let node = Node { tree: Some(root), raw: objects.tree(root)?, children: Vec::new() };
        Ok(Self { nodes: vec![node], leaves: Vec::new() })
    }

    /// What stands at a wanted path in the current tree.
    pub fn object(&self, leaf: Leaf) -> Option<Oid> {
        self.leaves.get(leaf.0 as usize).copied().flatten()
    }

    /// Wants `path` too, from the current tree on. A path that is wanted already keeps its number.
    pub fn add(&mut self, objects: &dyn Objects, path: &[u8]) -> Result<Leaf, ReadError> {
        let mut node = 0;
        let mut parts = path.split(|&b| b == b'/').filter(|p| !p.is_empty()).peekable();
        while let Some(name) = parts.next() {
            let folder = parts.peek().is_some();
            let at = match self.nodes[node].children.binary_search_by(|c| c.order(name, folder)) {
                Ok(at) => at,
                Err(at) => {
                    let entry = find(&self.nodes[node].raw, name, folder);
                    let mut child = Child { name: name.into(), target: Target::Folder(0), entry };
                    if folder {
                        child.target = Target::Folder(self.nodes.len());
                        let tree = child.object();
                        let raw = tree.map_or_else(|| Ok(Tree::default()), |id| objects.tree(id))?;
                        self.nodes.push(Node { tree, raw, children: Vec::new() });
                    } else {
                        child.target = Target::File(Leaf(u32::try_from(self.leaves.len()).unwrap_or(u32::MAX)));
                        self.leaves.push(child.object());
                    }
                    self.nodes[node].children.insert(at, child);
                    at
                }
            };
            match self.nodes[node].children[at].target {
                Target::Folder(next) => node = next,
                Target::File(leaf) => return Ok(leaf),
            }
        }
        // An empty path names no file; it gets a number at which nothing ever stands.
        self.leaves.push(None);
        Ok(Leaf(u32::try_from(self.leaves.len() - 1).unwrap_or(u32::MAX)))
    }

    /// Goes on to the tree `root` and adds each wanted path that has another object there to `steps`,
    /// in path order.
    pub fn step(&mut self, objects: &dyn Objects, root: Oid, steps: &mut Vec<Step>) -> Result<(), ReadError> {
        self.visit(objects, 0, Some(root), steps)
    }

    fn visit(
        &mut self,
        objects: &dyn Objects,
        node: usize,
        tree: Option<Oid>,
        steps: &mut Vec<Step>,
    ) -> Result<(), ReadError> {
        let Some(this) = self.nodes.get_mut(node).filter(|n| n.tree != tree) else {
            return Ok(());
        };
        let raw = tree.map_or_else(|| Ok(Tree::default()), |id| objects.tree(id))?;
        locate(this.raw.as_bytes(), &raw, &mut this.children);
        this.raw = raw;
        this.tree = tree;
        for at in 0..this.children.len() {
            let Some(child) = self.nodes.get(node).and_then(|n| n.children.get(at)) else { break };
            let object = child.object();
            match child.target {
                Target::Folder(next) => self.visit(objects, next, object, steps)?,
                Target::File(leaf) => {
                    if let Some(slot) = self.leaves.get_mut(leaf.0 as usize)
                        && *slot != object
                    {
                        steps.push(Step { leaf, from: *slot, to: object });
                        *slot = object;
                    }
                }
            }
        }
        Ok(())
    }
}

fn find(tree: &Tree, name: &[u8], folder: bool) -> Option<(usize, usize, Mode, Oid)> {
    let mut start = 0;
    for entry in tree.entries() {
        let end = start + entry.raw_len;
        if entry.name == name && (entry.mode == Mode::Tree) == folder {
            return Some((start, end, entry.mode, entry.id));
        }
        start = end;
    }
    None
}

/// Brings the children's entries from the tree `old` to the tree `new`, parsing only where the two
/// differ.
fn locate(old: &[u8], new: &Tree, children: &mut [Child]) {
    let bytes = new.as_bytes();
    let prefix = common::prefix(old, bytes);
    let longest = old.len().min(bytes.len()) - prefix;
    let suffix = common::suffix(old, bytes).min(longest);
    // The last entry boundary before the difference that is known without parsing.
    let mut from = 0;
    for child in &mut *children {
        let Some((start, end, ..)) = &mut child.entry else { continue };
        if *end <= prefix {
            from = *end;
        } else if *start >= old.len() - suffix {
            *start = *start + bytes.len() - old.len();
            *end = *end + bytes.len() - old.len();
        } else {
            child.entry = None;
        }
    }
    let until = bytes.len() - suffix;
    let mut at = 0;
    let mut start = from;
    for entry in new.entries_from(from) {
        if start >= until {
            break;
        }
        let end = start + entry.raw_len;
        let folder = entry.mode == Mode::Tree;
        while children.get(at).is_some_and(|c| c.order(entry.name, folder) == Ordering::Less) {
            at += 1;
        }
        match children.get_mut(at) {
            None => break,
            Some(child) => {
                if child.order(entry.name, folder) == Ordering::Equal {
                    child.entry = Some((start, end, entry.mode, entry.id));
                }
            }
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::GitObjects;
    use crate::testing::Repo;

    #[test]
    fn git_s_order_of_files_and_folders() {
        let sorted: [(&[u8], bool); 6] =
            [(b"a", false), (b"a-b", false), (b"a.c", true), (b"a", true), (b"a0", false), (b"b", false)];
        for pair in sorted.windows(2) {
            assert_eq!(order(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(order(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(order((b"a", true), (b"a", true)), Ordering::Equal);
    }

    #[test]
    fn steps_say_what_a_lookup_says() {
        type Edit<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);
        let repo = Repo::new();
        let mut commits = Vec::new();
        // Every kind of neighbourhood: growth before, behind and between, folders that come and go, a
        // file that becomes a folder.
        let edits: [Edit<'_>; 7] = [
            (&[("m/a", "1"), ("m/c", "1"), ("z", "1")], &[]),
            (&[("a/b", "1"), ("m/b", "1")], &[]),
            (&[("m/a", "2")], &["m/c"]),
            (&[("m.x", "1"), ("m-x", "1"), ("z", "2")], &["a/b"]),
            (&[("z/inner", "1")], &["z"]),
            (&[("a", "file")], &["m/a", "m/b"]),
            (&[("m/a", "3"), ("m/c", "1")], &["z/inner"]),
        ];
        for (day, (files, removed)) in edits.iter().enumerate() {
            commits.push(repo.commit(files, removed, "Step", i64::try_from(day).unwrap()));
        }
        let objects = GitObjects::new(repo.git2()).unwrap();
        let tree = |id| objects.commit(id).unwrap().tree;
        let paths = ["m/a", "m/c", "z", "a/b", "a", "z/inner", "m-x", "none/at/all"];
        let mut wanted = Wanted::at(&objects, tree(*commits.last().unwrap())).unwrap();
        let leaves: Vec<_> = paths.iter().map(|p| wanted.add(&objects, p.as_bytes()).unwrap()).collect();
        // Back and forth over all pairs of commits.
        for &to in commits.iter().rev().chain(&commits).chain([&commits[3], &commits[0], &commits[6], &commits[1]]) {
            let before: Vec<_> = leaves.iter().map(|l| wanted.object(*l)).collect();
            let mut steps = Vec::new();
            wanted.step(&objects, tree(to), &mut steps).unwrap();
            for ((path, leaf), before) in paths.iter().zip(&leaves).zip(before) {
                let expected =
                    objects.lookup(tree(to), path.as_bytes()).unwrap().filter(|e| e.0.is_file()).map(|e| e.1);
                assert_eq!(wanted.object(*leaf), expected, "{path}");
                let step = steps.iter().find(|s| s.leaf == *leaf);
                assert_eq!(step.is_some(), before != expected, "{path}");
                assert!(step.is_none_or(|s| s.from == before && s.to == expected));
            }
        }
    }
}
