//! The order of the stages.

mod options;

pub use options::{AuditOptions, CacheMode, Progress, Silent};
