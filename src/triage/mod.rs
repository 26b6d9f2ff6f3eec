//! From findings to decisions: what is hidden, and what the policy makes of the rest.

pub mod baseline;
mod duplicates;
pub mod explain;
mod filter;
pub mod grounds;
pub mod near_duplicates;
pub mod owners;
pub mod policy;
pub mod review;
pub mod reviews;
pub mod score;
pub mod signals;
pub mod suppression;
pub mod verdict;

pub use filter::{Filter, HiddenBy, Suppressed, Triaged, apply};
