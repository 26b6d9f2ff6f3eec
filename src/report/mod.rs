//! What people and machines read: pure functions of the audit.

pub mod escape;
pub mod file;
mod filter;
pub mod github;
pub mod html;
pub mod inert;
pub mod json;
pub mod lang;
pub mod link;
pub mod markdown;
pub mod options;
pub mod overview;
pub mod plain;
pub mod proof;
pub mod sarif;
pub mod template;
