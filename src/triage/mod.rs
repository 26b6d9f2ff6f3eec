//! From findings to decisions: what is hidden, and what the policy makes of the rest.

pub mod explain;
pub mod grounds;
pub mod policy;
pub mod score;
pub mod verdict;
