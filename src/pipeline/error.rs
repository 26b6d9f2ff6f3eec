//! Why an audit could not be done.

use crate::document::DiscoveryError;
use crate::history::overlay::OverlayError;
use crate::history::{OpenError, ReadError};
use crate::triage::baseline::BaselineError;
use crate::triage::policy::PolicyError;
use crate::triage::reviews::ReviewsError;

/// Why an audit could not be done at all.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// There is no repository that can be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// An object that everything depends on can't be read.
    #[error(
        "the history can't be read: {0}\n(a partial or damaged clone? `git fsck` tells; `git fetch --refetch` mends)"
    )]
    Read(#[from] ReadError),
    /// The index can't be read.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
    /// The globs of the configuration don't work together.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// The baseline file can't be read.
    #[error("the baseline {} can't be read: {message} (`--write-baseline` makes one)", path.display())]
    BaselineFile {
        /// The file.
        path: std::path::PathBuf,
        /// The system's words.
        message: String,
    },
    /// The baseline is none.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// The reviews file can't be read.
    #[error("the reviews file {} can't be read: {message}", path.display())]
    ReviewsFile {
        /// The file.
        path: std::path::PathBuf,
        /// The system's words.
        message: String,
    },
    /// The reviews file is none.
    #[error(transparent)]
    Reviews(#[from] ReviewsError),
    /// The policy is none.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// There is no such change.
    #[error(transparent)]
    Change(#[from] super::change::RangeError),
    /// There is no place for what the audit writes on the way.
    #[error("there is no place for {what}: {message} (name one with --cache-dir)")]
    Folder {
        /// What was to be written.
        what: &'static str,
        /// The system's words.
        message: String,
    },
    /// The judge could not do its work.
    #[error(transparent)]
    Judge(#[from] crate::judge::JudgeError),
    /// No worker threads could be started.
    #[error("no worker threads could be started: {message} (try a smaller --jobs)")]
    Threads {
        /// The system's words.
        message: String,
    },
}
