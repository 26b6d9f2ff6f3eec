//! What people and machines read: pure functions of the audit.

pub mod escape;
pub mod file;
pub mod json;
pub mod plain;
pub mod proof;
pub mod sarif;
