//! Pages: one model for all formats, with spans into the original.
//!
//! [`discover`] finds the pages of a repository, [`parse()`] reads one of any [`Format`], [`tense`] tells
//! what it is to be measured against, and [`slug`] makes the anchors that a link to it may use.
//!
//! Each format has a parser of its own that hands blocks to one builder. What a parser cuts out of the
//! text or dedents on the way (`mapped`) never shows in the result: spans lead back to the page.

mod align;
mod asciidoc;
pub mod attributes;
mod autolink;
mod build;
mod decode;
pub mod discover;
mod front_matter;
#[cfg(test)]
mod fuzz;
mod hash;
mod html;
mod inlines;
mod lines;
mod mapped;
mod markdown;
mod mdx;
mod model;
mod parse;
mod plain;
mod rst;
mod sections;
pub mod slug;
mod span;
pub mod tense;
#[cfg(test)]
mod testing;

pub(crate) use decode::decode;

pub use attributes::{Attributes, Marks};
pub use discover::{Discovery, DiscoveryError};
pub use hash::section_hash;
pub use model::{
    Anchor, Block, BlockKind, Comment, Document, DocumentId, Entry, Format, FrontMatter, Inline, InlineKind, LinkStyle,
    Section, Target, Tense,
};
pub use parse::{ParseError, parse};
pub use slug::SlugScheme;
pub use span::{LineIndex, Position, Span};
pub use tense::{Versions, classify};
