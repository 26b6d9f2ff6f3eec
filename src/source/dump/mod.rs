//! A dump: what was collected, as a folder of pages with front matter.
//!
//! ```text
//! DIR/
//!   shelflife-dump.json           format version, and what could not be collected
//!   notion/Acme/Runbooks/Payments.md
//!   wiki/acme/payments/Home.md
//!   .lines/notion/Acme/Runbooks/Payments.md.jsonl
//! ```
//!
//! A page is front matter between two lines of `---` (one `key: value` a line, the value in JSON, which
//! is YAML too), an empty line, and the page's text as it is, to the last byte. Since when its lines have stood there is
//! in the file of the same name under `.lines`, one run a line in JSON, so that people and other tools
//! need not wade through it; the first line holds a hash of the text that it belongs to.
//!
//! A folder that people made themselves will do as well: any text file below it is a page, front
//! matter or not, and what is not said is taken from its path.

mod front;
mod lines;
mod name;
mod read;
mod write;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::collect::Failure;

pub use name::FileNames;
pub use read::read;
pub use write::{Writer, write};

/// The file at the top of a dump.
pub const INDEX: &str = "shelflife-dump.json";
/// The folder of the lines' moments.
pub const LINES: &str = ".lines";
/// The value of [`Index::version`].
pub const VERSION: u32 = 1;

/// The file at the top of a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Index {
    /// Of this format.
    version: u32,
    /// The tool that wrote it, with its version.
    tool: String,
    /// What could not be collected.
    failures: Vec<Failure>,
}

/// Why a dump can't be written or read at all.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// A file or folder can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The folder holds something else.
    #[error("{} is not empty and no dump of ours; name an empty or a new folder", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// It was written by a newer version.
    #[error(
        "{} has version {found}, but only {VERSION} can be read; write it again with this version of shelflife, or use the newer one",
        path.display()
    )]
    Version {
        /// The index.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The index makes no sense.
    #[error("{} can't be read: {message}", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
}

#[cfg(test)]
mod tests;
