//! Why a list could not be written.

use std::path::PathBuf;

use super::fuse::Blown;

/// Why a list could not be written. The previous one, if there is one, stands untouched.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not an audit.
    #[error("{path} is no audit: {message}", path = path.display())]
    NoAudit {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// An audit of a form that this version does not know.
    #[error(
        "{path} is an audit of schema version {found}, and this version reads only {known}: \
         export with the version that wrote it, or audit again",
        path = path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: String,
        /// Ours.
        known: u32,
    },
    /// An audit of a change only.
    #[error(
        "{path} holds what one change makes wrong, not the state of all pages (scope `change`): \
         a list made from it would let everything else back in. Audit without `--base`",
        path = path.display()
    )]
    Scope {
        /// The file.
        path: PathBuf,
    },
    /// Not an exclusion list.
    #[error("{path} is no exclusion list of version 1: {message}", path = path.display())]
    NoList {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A line of a file of pieces is no piece.
    #[error(
        "{path}, line {line}: {message}. A piece is such a line: \
         {{\"id\": \"7f3a\", \"page\": \"docs/a.md\", \"start\": 12, \"end\": 40}}",
        path = path.display()
    )]
    NoPieces {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The list would drop too much.
    #[error(transparent)]
    Fuse(#[from] Blown),
    /// Some ids can't be said in the target's language.
    #[error(
        "{} of the ids can't be written for this target, such as {id:?}: {reason}. \
         `--allow-unfit` writes the rest and leaves these in",
        count
    )]
    Unfit {
        /// How many.
        count: usize,
        /// The first of them.
        id: String,
        /// Why.
        reason: String,
    },
    /// The option does not go with the target.
    #[error("{0}")]
    Usage(String),
    /// The writer of the target failed.
    #[error("the list can't be written: {0}")]
    Write(#[from] std::io::Error),
    /// A value could not be put into JSON.
    #[error("the list can't be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl ExportError {
    /// An error of the file at `path`.
    pub(crate) fn io(path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }
}
