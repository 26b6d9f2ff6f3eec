//! Blocks as Markdown, with a map from line to block.

mod blocks;
mod inline;
mod writer;

#[cfg(test)]
mod tests;

pub use blocks::render;
pub use writer::{Rendered, Run};
