//! Where pages come from when they don't stand in the audited repository: Notion, a wiki, other
//! repositories of a host, or a dump of any of them.
//!
//! Each source is one file that implements [`Source`] and hands over [`CollectedPage`]s: the page's
//! text, who may read it, and *since when each of its lines has stood there*. Nothing after that asks
//! a source again. [`dump`] writes what was collected into a folder that people can read, and reads it
//! back; [`http`] is the one way to hosts.

pub mod collect;
pub mod dump;
pub mod fault;
pub mod gather;
pub mod github;
pub mod http;
pub mod lines;
pub mod notion;
pub mod open;
pub mod page;
pub mod spool;
pub mod wiki;

pub use collect::{Collected, Failure, FailureReason, Sink, Source, SourceError, Streaming};
pub use page::{
    CollectedPage, Edit, LineRun, PageFormat, PageRepository, Parent, Person, SourceKind, Verification,
    VerificationState, Visibility,
};
