//! The published, versioned form of an audit.

mod excerpt;
pub mod v1;

pub use excerpt::{diff, excerpt};
