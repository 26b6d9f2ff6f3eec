//! What git remembers: when a page's lines were written, what the code held then and holds now.

pub mod mainline;
pub mod objects;
pub mod path;
pub mod treediff;

pub use git2::Oid;
pub use mainline::{MainCommit, MainIx, Mainline};
pub use objects::{GitObjects, Mode, Objects, ReadError};
pub use path::RepoPath;
