//! Since when a page's lines, and the tokens in them, have stood there.

mod carry;
mod origins;
mod words;

pub use origins::{LineOrigin, Moment, PageOrigins};
