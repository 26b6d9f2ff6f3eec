//! What git remembers: when a page's lines were written, what the code held then and holds now.

pub mod cause;
pub mod class;
pub mod facts;
pub mod ignore_revs;
pub mod lifetime;
pub mod lookup;
pub mod mailmap;
pub mod mainline;
pub mod merge;
pub mod moment;
pub mod objects;
mod open_error;
pub mod overlay;
pub mod pages;
pub mod pairs;
pub mod path;
pub mod paths;
pub mod rename;
pub mod replacement;
pub mod repository;
pub mod scan;
pub mod snapshot;
pub mod survey;
pub mod term;
pub mod treediff;

pub use git2::Oid;
pub use ignore_revs::IgnoreRevs;
pub use mainline::{MainCommit, MainIx, Mainline};
pub use merge::{inner_commit, inside_merge};
pub use moment::{LineOrigin, Moment, PageOrigins};
pub use objects::{GitObjects, Mode, Objects, ReadError};
pub use open_error::OpenError;
pub use overlay::{Overlay, OverlayEntry, OverlayError};
pub use pages::{PageHistories, PageVersion};
pub use path::RepoPath;
pub use repository::{Repository, Worker};
