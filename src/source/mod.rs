//! Where pages come from.

pub mod http;
