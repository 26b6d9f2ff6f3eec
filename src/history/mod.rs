//! What git remembers: when a page's lines were written, what the code held then and holds now.

pub mod cause;
pub mod ignore_revs;
pub mod lookup;
mod open_error;
pub mod class;
pub mod lifetime;
pub mod mailmap;
pub mod mainline;
pub mod merge;
pub mod objects;
pub mod path;
pub mod rename;
pub mod replacement;
pub mod paths;
pub mod repository;
pub mod scan;
pub mod snapshot;
pub mod term;
pub mod treediff;

pub use git2::Oid;
pub use ignore_revs::IgnoreRevs;
pub use mainline::{MainCommit, MainIx, Mainline};
pub use merge::{inner_commit, inside_merge};
pub use objects::{GitObjects, Mode, Objects, ReadError};
pub use open_error::OpenError;
pub use path::RepoPath;
pub use repository::{Repository, Worker};
