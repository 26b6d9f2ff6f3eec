//! Exclusion lists: what a retrieval pipeline must not quote, in the form that its store takes.
//!
//! An audit goes through page by page ([`source`]), each page and section becomes a [`record`]
//! with its verdict, and a [`target`] writes what its store needs. One canonical form
//! ([`list::v1`]) keeps everything; the others hold what their store understands.

pub mod diff;
pub mod error;
pub mod export;
mod folder;
pub mod fuse;
pub mod list;
pub mod pieces;
mod previous;
pub mod record;
pub mod source;
pub mod target;
pub mod template;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use error::ExportError;
pub use export::{Options, Outcome, Output, export};
