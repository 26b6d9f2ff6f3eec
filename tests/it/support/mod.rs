//! What the integration tests share.

pub mod audit;
pub mod pages;
pub mod sample;

#[path = "../../../src/testing.rs"]
mod testing;

#[allow(unused_imports)]
pub use testing::*;
