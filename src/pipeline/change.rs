//! An audit of a change: what it makes wrong, and nothing else.
//!
//! The head is audited as ever. A finding is the change's own where the commit that took its witness
//! away is one of the change's, or, where no commit is known to have done so, where the base does not
//! have the finding. It is also its own where the change takes out lines with the name and the base does
//! not have the finding: the last trace of what was removed long ago. What was wrong before is counted; only in sections that the change edits is it
//! told as well, since their writer has them open.
//!
//! Who writes the change must not be able to hide what it breaks: what decides which findings are
//! told comes from the base (configuration, baseline, attributes), and a suppression, a review or a
//! marking as historical that the change itself brings hides nothing in its own run; it is listed.

mod again;
mod edits;
mod names;
mod range;
mod sort;
mod waived;

use std::path::PathBuf;

use super::error::AuditError;
use super::state::State;
use crate::history::{Oid, RepoPath, Repository, overlay};

pub(super) use again::read_again;
pub use edits::{Edits, PageEdit};
pub(super) use names::Names;
pub use range::{Range, RangeError};
pub(super) use sort::{AtBase, Sorted, sort};
pub(super) use waived::{reviews, unmark};

/// Which change is audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOptions {
    /// The commit that it is to be merged into, as git names commits.
    pub base: String,
    /// Its last commit; none for the one that is checked out, with what is changed on disk.
    pub head: Option<String>,
}

impl ChangeOptions {
    /// Opens the repository around `root` at the change's head.
    ///
    /// # Errors
    /// Where there is no repository, or the head names no commit.
    pub fn open(&self, root: &std::path::Path) -> Result<Repository, AuditError> {
        let repository = Repository::open(root)?;
        match &self.head {
            None => Ok(repository),
            Some(name) => {
                let head = range::resolve(&repository, name, "--head")?;
                Ok(repository.pinned_to(head)?)
            }
        }
    }
}

/// A change, read.
#[derive(Debug)]
pub struct Change {
    /// Its commits.
    pub range: Range,
    /// Its files and pages.
    pub edits: Edits,
}

impl Change {
    /// Reads what the commits of `range` change in `repository`, with what `state` lays over its head.
    ///
    /// # Errors
    /// Where a tree can't be read.
    pub fn read(repository: &Repository, range: Range, state: &State) -> Result<Self, AuditError> {
        let edits = Edits::read(repository, &range, state)?;
        Ok(Self { range, edits })
    }
}

/// A file that a run is told of, within the repository or without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Below the root of the work tree: in an audit of a change the base's own counts.
    Inside(RepoPath),
    /// Anywhere else: whoever starts the run chose it.
    Outside(PathBuf),
}

impl Place {
    /// Where `file` is, as a path of the caller's folder. Links are followed, and so are folders
    /// that are not there.
    #[must_use]
    pub fn of(repository: &Repository, file: &std::path::Path) -> Self {
        let outside = || Self::Outside(file.to_owned());
        if repository.is_bare() {
            return outside();
        }
        let Ok(root) = repository.root().canonicalize() else { return outside() };
        // The file itself may be gone at the head while the base has it: its folder decides.
        let mut missing = Vec::new();
        let mut at = if file.is_absolute() {
            file.to_owned()
        } else {
            match std::env::current_dir() {
                Ok(here) => here.join(file),
                Err(_) => return outside(),
            }
        };
        let real = loop {
            // A link is named by its own place: where it leads is for whoever writes it to choose.
            let is_link = at.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
            match at.canonicalize() {
                Ok(real) if !is_link || !missing.is_empty() => break real,
                _ => {
                    let (Some(name), Some(parent)) = (at.file_name(), at.parent()) else { return outside() };
                    missing.push(name.to_owned());
                    at = parent.to_owned();
                }
            }
        };
        let full = missing.iter().rev().fold(real, |path, name| path.join(name));
        match full.strip_prefix(&root) {
            Ok(below) if !below.as_os_str().is_empty() => {
                Self::Inside(RepoPath::new(&overlay::disk::name(below.as_os_str())))
            }
            _ => outside(),
        }
    }

    /// Its bytes: inside the repository, those at `commit`.
    ///
    /// # Errors
    /// Where a file outside can't be read.
    pub fn read(&self, repository: &Repository, commit: Oid) -> std::io::Result<Option<Vec<u8>>> {
        match self {
            Self::Inside(path) => Ok(repository.file_at(commit, path.as_bytes())),
            Self::Outside(path) => std::fs::read(path).map(Some),
        }
    }
}
