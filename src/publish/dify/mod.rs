//! Dify: freshness in the metadata of every document of a dataset, what is wholly wrong switched off,
//! and of what is wrong in part the chunks that hold it.
//!
//! [`pages`] reads the audit, [`matching`] finds the pages in the dataset, [`plan`] decides,
//! [`chunks`] tells chunks apart by their text, and [`sync`] writes and reads back through the few
//! calls in [`api`].

pub mod api;
pub mod chunks;
mod error;
pub mod journal;
pub mod matching;
pub mod pages;
pub mod plan;
pub mod segments;
pub mod sync;

pub use api::Api;
pub use error::DifyError;
pub use journal::Journal;
pub use sync::{Report, SyncOptions, run};
