//! Where the index differs from the head.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use git2::Oid;

use super::index_file::{CachedTree, Entry, IndexFile};
use crate::history::objects::{Mode, Objects, ReadError};
use crate::history::path::RepoPath;
use crate::history::treediff;

/// What the head has at the paths at which the index has something else.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Staged {
    /// By index of the entry (the first one of a path): what the head has there, if anything.
    pub changed: BTreeMap<usize, Option<(Mode, Oid)>>,
    /// Files of the head that are not in the index.
    pub deleted: Vec<RepoPath>,
    /// Folders of a sparse index that are not the head's: path, what is staged there.
    pub sparse: Vec<(RepoPath, Option<(Mode, Oid)>)>,
}

/// Compares the index with the tree `head`. A folder whose tree the index knows to be the head's is
/// passed over.
///
/// # Errors
/// Where a tree of the head can't be read.
pub(super) fn compare(objects: &dyn Objects, head: Oid, index: &IndexFile) -> Result<Staged, ReadError> {
    let mut comparison = Comparison { objects, index, at: 0, staged: Staged::default(), path: Vec::new() };
    comparison.folder(head, index.cached.as_ref(), 0)?;
    comparison.added_until(None);
    Ok(comparison.staged)
}

struct Comparison<'a> {
    objects: &'a dyn Objects,
    index: &'a IndexFile,
    at: usize,
    staged: Staged,
    path: Vec<u8>,
}

impl Comparison<'_> {
    fn folder(&mut self, tree: Oid, cached: Option<&CachedTree>, depth: usize) -> Result<(), ReadError> {
        if let Some((count, known)) = cached.and_then(|c| c.tree)
            && known == tree
        {
            self.at += count;
            return Ok(());
        }
        let tree = self.objects.tree(tree)?;
        for entry in tree.entries() {
            let length = self.path.len();
            self.path.extend_from_slice(entry.name);
            if entry.mode == Mode::Tree {
                self.path.push(b'/');
                self.added_until(Some(self.path.clone()));
                if let Some(sparse) = self.current().copied().filter(|e| self.index.path(e) == self.path) {
                    self.at += 1;
                    self.sparse_folder(entry.id, sparse.id)?;
                } else if depth < treediff::DEEPEST {
                    let cached = cached.and_then(|c| c.folders.iter().find(|f| f.name == entry.name));
                    self.folder(entry.id, cached, depth + 1)?;
                }
            } else {
                self.added_until(Some(self.path.clone()));
                self.file((entry.mode, entry.id));
            }
            self.path.truncate(length);
        }
        Ok(())
    }

    fn current(&self) -> Option<&Entry> {
        self.index.entries.get(self.at)
    }

    /// Entries before `path` are not in the head.
    fn added_until(&mut self, path: Option<Vec<u8>>) {
        while let Some(entry) = self.current() {
            let name = self.index.path(entry);
            if path.as_ref().is_some_and(|path| name >= path.as_slice()) {
                return;
            }
            self.staged.changed.insert(self.at, None);
            self.pass(self.at);
        }
    }

    /// Goes behind all stages of the entry at `at`.
    fn pass(&mut self, at: usize) {
        let Some(first) = self.index.entries.get(at) else { return };
        while self.current().is_some_and(|e| self.index.path(e) == self.index.path(first)) {
            self.at += 1;
        }
    }

    fn file(&mut self, head: (Mode, Oid)) {
        let order = self.current().map_or(Ordering::Greater, |e| self.index.path(e).cmp(&self.path));
        if order != Ordering::Equal {
            if head.0 != Mode::Submodule {
                self.staged.deleted.push(RepoPath::new(&self.path));
            }
            return;
        }
        if let Some(entry) = self.current() {
            let same_kind =
                entry.is_symlink() == (head.0 == Mode::Symlink) && entry.is_submodule() == (head.0 == Mode::Submodule);
            // Another commit of a submodule is no content of ours.
            let same = same_kind && (entry.id == head.1 || head.0 == Mode::Submodule) && entry.stage == 0;
            if !same {
                self.staged.changed.insert(self.at, Some(head));
            }
            self.pass(self.at);
        }
    }

    fn sparse_folder(&mut self, head: Oid, staged: Oid) -> Result<(), ReadError> {
        let folder = self.path.clone();
        let sparse = &mut self.staged.sparse;
        treediff::diff(self.objects, Some(head), Some(staged), &|_| true, &mut |change| {
            let path = [folder.as_slice(), &change.path].concat();
            sparse.push((RepoPath::new(&path), change.new));
        })
    }
}
