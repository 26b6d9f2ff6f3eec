//! placeholder
use super::model::Reference;
use crate::document::{Block, Document};
pub(super) fn past_sections(doc: &Document) -> Vec<bool> {
    vec![false; doc.sections.len()]
}
pub(super) fn apply(_doc: &Document, _index: usize, _block: &Block, _past: bool, _fresh: &mut [Reference]) {}
