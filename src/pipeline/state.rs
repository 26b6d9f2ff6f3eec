//! What an audit reads of a repository: its history's snapshots, its head's files, its names.

use std::collections::BTreeSet;
use std::sync::Arc;

use globset::GlobSet;

use crate::history::cause::Changed;
use crate::history::declarations::{self, Declarations, Doubt};
use crate::history::declared::{self, Declared};
use crate::history::holdings::Holdings;
use crate::history::lists::{Entries, Lists};
use crate::history::overlay::{LeftOut, Overlay, OverlayEntry};
use crate::history::snapshot::{self, Census, Content, HeadFile, MOST, Snapshots};
use crate::history::survey::{Asked, Ground, Survey};
use crate::history::{MainIx, Mainline, Objects, Oid, ReadError, RepoPath, Repository};

/// States of the history that the audit of a change reads beside its base.
const OF_CHANGE: usize = 8;

/// The files that differ from the head's commit on disk or in the index.
#[derive(Debug, Default)]
pub struct Laid {
    paths: Vec<(RepoPath, Option<usize>)>,
    contents: Vec<Arc<[u8]>>,
    /// Pages that are missing on disk and must not be audited, though the code at their path stands.
    pub missing: Vec<RepoPath>,
    /// Changed files whose content on disk could not be taken, with the reason.
    pub left_out: Vec<LeftOut>,
}

impl Laid {
    /// Sorts an overlay out.
    #[must_use]
    pub fn new(overlay: &Overlay) -> Self {
        let mut laid = Self::default();
        for (path, entry) in overlay.entries() {
            match entry {
                OverlayEntry::Content { bytes, .. } => {
                    laid.paths.push((path.clone(), Some(laid.contents.len())));
                    laid.contents.push(Arc::clone(bytes));
                }
                OverlayEntry::Deleted => laid.paths.push((path.clone(), None)),
                OverlayEntry::PageMissing => laid.missing.push(path.clone()),
            }
        }
        laid.left_out = overlay.left_out().to_vec();
        laid
    }

    /// Whether the head is its commit as it is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The changed files with their contents.
    #[must_use]
    pub fn changed(&self) -> Vec<Changed> {
        let content = |at: &Option<usize>| at.and_then(|at| self.contents.get(at)).map(|c| c.to_vec());
        self.paths.iter().map(|(path, at)| Changed { path: path.clone(), content: content(at) }).collect()
    }

    /// The content of a file of the head.
    ///
    /// # Errors
    /// Where the object can't be read.
    pub fn content(&self, objects: &dyn Objects, file: &HeadFile) -> Result<Vec<u8>, ReadError> {
        match file.content {
            Content::Object(id) => objects.blob(id),
            Content::Overlaid(at) => Ok(self.contents.get(at).map(|c| c.to_vec()).unwrap_or_default()),
        }
    }

    /// The files of the head with what lies over them, by path.
    ///
    /// # Errors
    /// Where the head or a tree can't be read.
    pub fn files(&self, repository: &Repository) -> Result<Vec<HeadFile>, ReadError> {
        let worker = repository.worker()?;
        let objects = worker.objects()?;
        snapshot::files(&objects, objects.commit(repository.head())?.tree, &self.over())
    }

    fn over(&self) -> Vec<(&RepoPath, Option<usize>)> {
        self.paths.iter().map(|(path, at)| (path, *at)).collect()
    }
}

/// A repository as an audit sees it.
#[derive(Debug)]
pub struct State {
    /// The first-parent history.
    pub mainline: Mainline,
    /// The states that stand for it.
    pub snapshots: Snapshots,
    /// Their paths and contents.
    pub census: Census,
    /// What lies over the head.
    pub laid: Laid,
}

impl State {
    /// Reads the history of `repository` up to its head, with what lies over it.
    ///
    /// # Errors
    /// Where the head, or a tree, can't be read.
    pub fn read(repository: &Repository, overlay: &Overlay) -> Result<Self, ReadError> {
        Self::read_some(repository, overlay, MOST, None)
    }

    /// The same by at most `most` states of the history, and of the contents only those of a `part`.
    ///
    /// # Errors
    /// Where the head, or a tree, can't be read.
    pub fn read_some(
        repository: &Repository,
        overlay: &Overlay,
        most: usize,
        part: Option<&GlobSet>,
    ) -> Result<Self, ReadError> {
        let mainline = repository.mainline()?;
        let laid = Laid::new(overlay);
        let snapshots = Snapshots::spread(&mainline, most, !laid.is_empty());
        Self::at(repository, mainline, laid, snapshots, part)
    }

    /// The same for the audit of a change since `base`: what it takes away stood there, so few other states
    /// tell the rest, which is what was wrong before.
    ///
    /// # Errors
    /// Where the head, or a tree, can't be read.
    pub fn read_change(repository: &Repository, overlay: &Overlay, base: Oid) -> Result<Self, ReadError> {
        let mainline = repository.mainline()?;
        let laid = Laid::new(overlay);
        let mut snapshots = Snapshots::spread(&mainline, OF_CHANGE, !laid.is_empty());
        if let Some(at) = (0..).zip(mainline.commits()).find(|(_, commit)| commit.id == base).map(|(at, _)| MainIx(at))
        {
            snapshots = snapshots.and(at);
        }
        Self::at(repository, mainline, laid, snapshots, None)
    }

    fn at(
        repository: &Repository,
        mainline: Mainline,
        laid: Laid,
        snapshots: Snapshots,
        part: Option<&GlobSet>,
    ) -> Result<Self, ReadError> {
        let worker = repository.worker()?;
        let objects = worker.objects()?;
        let census = snapshot::census(&objects, &mainline, &snapshots, &laid.over(), part)?;
        Ok(Self { mainline, snapshots, census, laid })
    }

    /// Reads every content of every snapshot, for all that is asked of them.
    ///
    /// # Errors
    /// Where the object store can't be opened.
    pub fn survey(&self, repository: &Repository, asked: &Asked) -> Result<Survey, ReadError> {
        let overlaid: Vec<&[u8]> = self.laid.contents.iter().map(|c| &c[..]).collect();
        let ground = Ground { blobs: &self.census.blobs, head: self.snapshots.head(), overlaid: &overlaid, asked };
        Survey::read(ground, |read| {
            let worker = repository.worker()?;
            let objects = worker.objects()?;
            read(&objects);
            Ok(())
        })
    }

    /// Finds the files of the head that declare the names of `asked`.
    ///
    /// # Errors
    /// Where the object store can't be opened.
    pub fn declared(&self, repository: &Repository, asked: &declared::Asked) -> Result<Declared, ReadError> {
        let overlaid: Vec<&[u8]> = self.laid.contents.iter().map(|c| &c[..]).collect();
        Declared::read(&self.census.head, asked, &overlaid, |read| {
            let worker = repository.worker()?;
            let objects = worker.objects()?;
            read(&objects);
            Ok(())
        })
    }

    /// Reads by grammar what the code declared of the names in `asked`; of those that `in_doubt` says the
    /// head leaves open, the past too.
    ///
    /// # Errors
    /// Where the object store can't be opened.
    pub fn declarations(
        &self,
        repository: &Repository,
        asked: &declarations::Asked,
        holdings: &Holdings,
        in_doubt: impl Fn(&Declarations, &str) -> Doubt,
    ) -> Result<Declarations, ReadError> {
        let overlaid: Vec<&[u8]> = self.laid.contents.iter().map(|c| &c[..]).collect();
        let reader = |read: &mut dyn FnMut(&dyn Objects)| {
            let worker = repository.worker()?;
            let objects = worker.objects()?;
            read(&objects);
            Ok(())
        };
        Declarations::read(asked, &self.census.blobs, self.snapshots.head(), &overlaid, holdings, reader, in_doubt)
    }

    /// Reads the lists of the code that have to do with `asked`, in every snapshot.
    ///
    /// # Errors
    /// Where the object store can't be opened.
    pub fn lists(
        &self,
        repository: &Repository,
        asked: BTreeSet<Entries>,
        holdings: &Holdings,
    ) -> Result<Lists, ReadError> {
        let overlaid: Vec<&[u8]> = self.laid.contents.iter().map(|c| &c[..]).collect();
        Lists::read(asked, &self.census.blobs, &overlaid, holdings, |read| {
            let worker = repository.worker()?;
            let objects = worker.objects()?;
            read(&objects);
            Ok(())
        })
    }

    /// The content of a file of the head.
    ///
    /// # Errors
    /// Where the object can't be read.
    pub fn content(&self, objects: &dyn Objects, file: &HeadFile) -> Result<Vec<u8>, ReadError> {
        self.laid.content(objects, file)
    }
}
