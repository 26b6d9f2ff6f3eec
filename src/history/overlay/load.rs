//! The overlay: tracked files that are changed on disk or in the index.
//!
//! No filter, text conversion or file system monitor is run, no symbolic link followed, and nothing
//! but regular files opened.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::Oid;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::clean::{self, Closer};
use super::disk::{self, Noted};
use super::index_file::{Entry, IndexError, IndexFile};
use super::staged::{self, Staged};
use crate::history::objects::{Mode, Objects, ReadError};
use crate::history::path::RepoPath;
use crate::history::repository::{Repository, Worker};

/// A changed file larger than this is left out.
const LARGEST: u64 = 32 << 20;

/// What stands in the place of a file of the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OverlayEntry {
    /// Another content, or a file that the head does not have.
    Content {
        /// The bytes, as on disk; where the disk has nothing newer, as staged.
        bytes: Arc<[u8]>,
        /// What it is; the bytes of a symbolic link are its target.
        mode: Mode,
    },
    /// Its deletion is staged.
    Deleted,
    /// It is missing on disk, but its deletion is not staged: as code it stands, as a page it is not
    /// audited.
    PageMissing,
}

/// A tracked file of which the disk's state is not known; the head's content stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub path: RepoPath,
    /// Why, in words that fit behind a colon.
    pub reason: String,
}

/// Why the work tree could not be compared with the head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// The index file can't be read.
    #[error("the index {} can't be read: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        message: String,
    },
    /// The index file can't be used.
    #[error("the index {} can't be used: {source}", path.display())]
    Index {
        /// The file.
        path: PathBuf,
        /// Why.
        source: IndexError,
    },
    /// The head can't be read.
    #[error("the head can't be compared with the index: {0}")]
    Head(String),
}

impl From<ReadError> for OverlayError {
    fn from(error: ReadError) -> Self {
        Self::Head(error.to_string())
    }
}

/// What is not committed yet, of tracked files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    entries: BTreeMap<RepoPath, OverlayEntry>,
    left_out: Vec<LeftOut>,
}

impl Overlay {
    /// Compares the head with the index and the index with the disk. Files that git was told not to
    /// look at (skip-worktree, assume-unchanged, folders of a sparse index) are as the index has them.
    /// A bare repository, one without an index, and one whose head is not checked out has no overlay.
    ///
    /// # Errors
    /// Where the index can't be used; the message says what mends it.
    pub fn load(repository: &Repository) -> Result<Self, OverlayError> {
        if !repository.is_checked_out() {
            return Ok(Self::default());
        }
        let path = repository.git_dir().join("index");
        let unreadable = |error: io::Error| OverlayError::Unreadable { path: path.clone(), message: error.to_string() };
        let (data, written) = match fs::read(&path).and_then(|data| Ok((data, fs::symlink_metadata(&path)?))) {
            Ok(read) => read,
            // A clone without a checkout: nothing is changed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unreadable(error)),
        };
        let index = IndexFile::parse(&data).map_err(|source| OverlayError::Index { path: path.clone(), source })?;
        let worker = repository.worker()?;
        let objects = worker.objects()?;
        let staged = staged::compare(&objects, repository.head_tree(), &index)?;
        let disk = Disk { root: repository.root(), index: &index, written: Noted::of(&written).mtime };
        let seen = disk.look(&staged);
        let mut load = Load { worker: &worker, objects: &objects, index: &index, overlay: Self::default() };
        load.sparse(&staged);
        for path in &staged.deleted {
            load.overlay.entries.insert(path.clone(), OverlayEntry::Deleted);
        }
        for (at, seen) in seen {
            load.entry(at, seen, staged.changed.get(&at).copied());
        }
        Ok(load.overlay)
    }

    /// What stands at `path`; `None`: what the head has.
    #[must_use]
    pub fn get(&self, path: &RepoPath) -> Option<&OverlayEntry> {
        self.entries.get(path)
    }

    /// All paths that differ from the head.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<RepoPath, OverlayEntry> {
        &self.entries
    }

    /// Whether the disk and the index are as the head.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Files of which the disk's state is not known.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

/// What the disk has in the place of an index entry.
enum Seen {
    /// What the entry says.
    Same,
    Missing,
    Other {
        bytes: Vec<u8>,
        mode: Mode,
    },
    Unknown(String),
}

struct Disk<'a> {
    root: &'a Path,
    index: &'a IndexFile,
    /// When the index was written.
    written: (i64, i64),
}

impl Disk<'_> {
    /// The entries that are to be looked at further: those that the disk has otherwise, and those
    /// that are staged.
    fn look(&self, staged: &Staged) -> Vec<(usize, Seen)> {
        let folders = self.folders();
        let index = self.index;
        let mut seen: Vec<(usize, Seen)> = (0..index.entries.len())
            .into_par_iter()
            .with_min_len(256)
            .filter_map(|at| {
                let entry = index.entries.get(at)?;
                let path = index.path(entry);
                // Of an unmerged path, the first stage speaks for all.
                let repeated =
                    at.checked_sub(1).and_then(|b| index.entries.get(b)).is_some_and(|b| index.path(b) == path);
                if repeated || entry.is_folder() {
                    return None;
                }
                let seen = if entry.is_submodule() || entry.not_on_disk {
                    Seen::Same
                } else if folders.get(parent(path)).copied().unwrap_or(true) {
                    self.file(entry, path)
                } else {
                    Seen::Missing
                };
                let as_head = matches!(seen, Seen::Same) && !staged.changed.contains_key(&at);
                (!as_head).then_some((at, seen))
            })
            .collect();
        seen.sort_by_key(|(at, _)| *at);
        seen
    }

    /// Whether each folder that the index names is a folder on disk, not a link to one.
    fn folders(&self) -> FxHashMap<&[u8], bool> {
        let mut folders: FxHashMap<&[u8], bool> = FxHashMap::default();
        folders.insert(b"", true);
        let mut last: &[u8] = b"";
        for entry in &self.index.entries {
            let folder = parent(self.index.path(entry));
            if folder == last || entry.not_on_disk {
                continue;
            }
            last = folder;
            // From the outermost in, each once.
            for end in memchr::memchr_iter(b'/', folder).chain([folder.len()]) {
                let part = &folder[..end];
                if !folders.contains_key(part) {
                    let there = folders.get(parent(part)).copied().unwrap_or(true)
                        && fs::symlink_metadata(self.place(part)).is_ok_and(|m| m.is_dir());
                    folders.insert(part, there);
                }
            }
        }
        folders
    }

    fn place(&self, path: &[u8]) -> PathBuf {
        self.root.join(disk::path(path))
    }

    fn file(&self, entry: &Entry, path: &[u8]) -> Seen {
        let place = self.place(path);
        let found = match fs::symlink_metadata(&place) {
            Ok(found) => found,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Seen::Missing;
            }
            Err(error) => return Seen::Unknown(error.to_string()),
        };
        if entry.stage == 0 && self.untouched(entry, &found) {
            return Seen::Same;
        }
        let read = if found.is_symlink() {
            fs::read_link(&place).map(|target| disk::name(target.as_os_str()))
        } else if !found.is_file() {
            // A folder, a pipe, a device: not the tracked file.
            return Seen::Missing;
        } else if found.len() > LARGEST {
            return match Oid::hash_file(git2::ObjectType::Blob, &place) {
                Ok(id) if id == entry.id => Seen::Same,
                _ => Seen::Unknown(format!("changed, and larger than {} MiB", LARGEST >> 20)),
            };
        } else {
            fs::read(&place)
        };
        // Where links can't be made, git writes a link's target into a file.
        let may_be = entry.stage == 0 && (entry.is_symlink() || !found.is_symlink());
        match read {
            Ok(bytes) if may_be && clean::is_blob(&bytes, entry.id) => Seen::Same,
            Ok(bytes) => Seen::Other { bytes, mode: mode(&found) },
            Err(error) => Seen::Unknown(error.to_string()),
        }
    }

    /// Whether the file is the one that git noted, by what it noted alone. A file changed in the same
    /// instant in which the index was written looks so too ("racy git"), so such a one is read.
    fn untouched(&self, entry: &Entry, found: &Metadata) -> bool {
        let noted = &entry.noted;
        let short = |wide: i64| u32::try_from(wide & 0xffff_ffff).unwrap_or(0);
        // Not every git notes the fractions.
        let time = |noted: (u32, u32), seconds: i64, fraction: i64| {
            noted.0 == short(seconds) && (noted.1 == 0 || noted.1 == short(fraction))
        };
        let racy =
            (i64::from(noted.mtime.0), i64::from(noted.mtime.1)) >= (self.written.0 & 0xffff_ffff, self.written.1);
        let now = Noted::of(found);
        let kind = entry.is_symlink() == found.is_symlink() && (found.is_symlink() || found.is_file());
        kind && !racy
            && time(noted.mtime, now.mtime.0, now.mtime.1)
            && now.ctime.is_none_or(|(seconds, fraction)| time(noted.ctime, seconds, fraction))
            && u64::from(noted.size) == found.len() & 0xffff_ffff
            && now.inode.is_none_or(|inode| u64::from(noted.inode) == inode & 0xffff_ffff)
    }
}

fn parent(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(&[], |at| &path[..at])
}

fn mode(found: &Metadata) -> Mode {
    if found.is_symlink() {
        Mode::Symlink
    } else if Noted::of(found).executable {
        Mode::Executable
    } else {
        Mode::File
    }
}

struct Load<'a> {
    worker: &'a Worker,
    objects: &'a dyn Objects,
    index: &'a IndexFile,
    overlay: Overlay,
}

impl Load<'_> {
    /// `staged`: what the head has, where that is not what the index has.
    fn entry(&mut self, at: usize, seen: Seen, staged: Option<Option<(Mode, Oid)>>) {
        let index = self.index;
        let Some(entry) = index.entries.get(at) else { return };
        let path = RepoPath::new(self.index.path(entry));
        if entry.is_submodule() {
            // A file that became a submodule is a file no more.
            if matches!(staged, Some(Some(head)) if head.0 != Mode::Submodule) {
                self.overlay.entries.insert(path, OverlayEntry::Deleted);
            }
            return;
        }
        let found = match seen {
            Seen::Missing => Some(OverlayEntry::PageMissing),
            Seen::Unknown(reason) => {
                self.overlay.left_out.push(LeftOut { path: path.clone(), reason });
                self.staged_content(entry, staged)
            }
            Seen::Same => self.staged_content(entry, staged),
            Seen::Other { bytes, mode } => {
                let place = disk::path(path.as_bytes());
                let closer = match mode {
                    Mode::Symlink => Closer::Changed,
                    _ if entry.stage != 0 => Closer::Changed,
                    _ => clean::look_closer(self.worker.git2(), self.objects, &place, &bytes, entry.id)
                        // The blob is not there to compare with, but it is not the file's.
                        .unwrap_or(Closer::Changed),
                };
                match closer {
                    Closer::Same => self.staged_content(entry, staged),
                    Closer::Filtered(filter) => {
                        let reason = format!("written by the filter `{filter}`, which is not run");
                        self.overlay.left_out.push(LeftOut { path: path.clone(), reason });
                        self.staged_content(entry, staged)
                    }
                    // Staged, and put back on disk.
                    Closer::Changed if matches!(staged, Some(Some(head)) if head.0.is_file() && mode.is_file() && clean::is_blob(&bytes, head.1)) => {
                        None
                    }
                    Closer::Changed => Some(OverlayEntry::Content { bytes: bytes.into(), mode }),
                }
            }
        };
        if let Some(found) = found {
            self.overlay.entries.insert(path, found);
        }
    }

    /// What the index has, where the head has something else.
    fn staged_content(&mut self, entry: &Entry, staged: Option<Option<(Mode, Oid)>>) -> Option<OverlayEntry> {
        staged?;
        let mode = if entry.is_symlink() {
            Mode::Symlink
        } else if entry.mode & 0o111 != 0 {
            Mode::Executable
        } else {
            Mode::File
        };
        let path = RepoPath::new(self.index.path(entry));
        self.content(&path, entry.id, mode)
    }

    /// A staged blob; one that isn't there is left out.
    fn content(&mut self, path: &RepoPath, id: Oid, mode: Mode) -> Option<OverlayEntry> {
        match self.objects.blob(id) {
            Ok(bytes) => Some(OverlayEntry::Content { bytes: bytes.into(), mode }),
            Err(error) => {
                self.overlay.left_out.push(LeftOut { path: path.clone(), reason: error.to_string() });
                None
            }
        }
    }

    fn sparse(&mut self, staged: &Staged) {
        for (path, now) in &staged.sparse {
            let entry = match now {
                Some((mode, id)) if *mode != Mode::Submodule => self.content(path, *id, *mode),
                _ => Some(OverlayEntry::Deleted),
            };
            if let Some(entry) = entry {
                self.overlay.entries.insert(path.clone(), entry);
            }
        }
    }
}
