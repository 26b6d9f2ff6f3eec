//! Tree look-ups along the mainline, with the trees remembered.
//!
//! Bisections of many claims ask for the same few commits over and over; their trees are read once.

use std::cell::RefCell;
use std::rc::Rc;

use git2::Oid;
use rustc_hash::FxHashMap;

use super::mainline::{MainIx, Mainline};
use super::objects::{CommitHead, Mode, Objects, ReadError, Tree};
use super::path::RepoPath;

/// Bytes of trees that are kept before the store is emptied.
const TREE_BYTES: usize = 12 << 20;

/// What stands at a path: its mode and object.
pub type Entry = (Mode, Oid);

/// [`Objects`] whose trees are remembered, and the mainline that they are asked along.
pub struct Lookup<'o> {
    objects: &'o dyn Objects,
    mainline: &'o Mainline,
    trees: RefCell<Remembered>,
}

#[derive(Default)]
struct Remembered {
    trees: FxHashMap<Oid, Rc<Tree>>,
    bytes: usize,
}

impl<'o> Lookup<'o> {
    /// A reader over `objects` along `mainline`.
    #[must_use]
    pub fn new(objects: &'o dyn Objects, mainline: &'o Mainline) -> Self {
        Self { objects, mainline, trees: RefCell::default() }
    }

    /// The mainline.
    #[must_use]
    pub fn mainline(&self) -> &'o Mainline {
        self.mainline
    }

    /// The tree of the mainline commit `at`, or none where there is no such commit.
    #[must_use]
    pub fn root(&self, at: MainIx) -> Option<Oid> {
        self.mainline.commits().get(at.0 as usize).map(|c| c.tree)
    }

    /// What stands at `path` in the mainline commit `at`.
    ///
    /// # Errors
    /// Where a tree on the way can't be read.
    pub fn at(&self, at: MainIx, path: &RepoPath) -> Result<Option<Entry>, ReadError> {
        self.root(at).map_or(Ok(None), |root| self.below(root, path.as_bytes()))
    }

    /// What stands at `path` below the tree `root`.
    ///
    /// # Errors
    /// Where a tree on the way can't be read.
    pub fn below(&self, root: Oid, path: &[u8]) -> Result<Option<Entry>, ReadError> {
        let mut at = (Mode::Tree, root);
        for part in path.split(|&b| b == b'/').filter(|p| !p.is_empty()) {
            if at.0 != Mode::Tree {
                return Ok(None);
            }
            match self.remembered(at.1)?.get(part) {
                Some(entry) => at = (entry.mode, entry.id),
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The file (not link, folder or submodule) at `path` below `root`.
    ///
    /// # Errors
    /// Where a tree on the way can't be read.
    pub fn file_below(&self, root: Oid, path: &[u8]) -> Result<Option<Oid>, ReadError> {
        Ok(self.below(root, path)?.filter(|e| e.0.is_file()).map(|e| e.1))
    }

    /// The tree `id`, from memory where it was read before.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn remembered(&self, id: Oid) -> Result<Rc<Tree>, ReadError> {
        if let Some(tree) = self.trees.borrow().trees.get(&id) {
            return Ok(Rc::clone(tree));
        }
        let tree = Rc::new(self.objects.tree(id)?);
        let mut store = self.trees.borrow_mut();
        if store.bytes > TREE_BYTES {
            store.trees.clear();
            store.bytes = 0;
        }
        store.bytes += tree.as_bytes().len() + 64;
        store.trees.insert(id, Rc::clone(&tree));
        Ok(tree)
    }
}

impl Objects for Lookup<'_> {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.objects.blob(id)
    }

    fn size(&self, id: Oid) -> Result<usize, ReadError> {
        self.objects.size(id)
    }

    fn tree(&self, id: Oid) -> Result<Tree, ReadError> {
        Ok(Tree::clone(&*self.remembered(id)?))
    }

    fn commit(&self, id: Oid) -> Result<CommitHead, ReadError> {
        self.objects.commit(id)
    }
}
