//! What the integration tests share.

pub mod audit;
pub mod events;
pub mod git_server;
pub mod github;
pub mod hub;
pub mod model;
pub mod notion;
pub mod pages;
pub mod program;
pub mod record;
pub mod sample;
pub mod tls;

#[path = "../../../src/testing.rs"]
mod testing;

mod traps;

#[allow(unused_imports)]
pub use testing::*;
pub use traps::{Traps, lose_blob};
