//! The canonical list, by version.

pub mod v1;
