//! Pages: one model for all formats, with spans into the original.

mod model;
mod span;

pub use model::{
    Anchor, Block, BlockKind, Comment, Document, DocumentId, Format, FrontMatter, Inline, InlineKind, LinkStyle,
    Section, Target, Tense,
};
pub use span::{LineIndex, Position, Span};
