//! What the integration tests share.

#[path = "../../../src/testing.rs"]
mod testing;

#[allow(unused_imports)]
pub use testing::*;
