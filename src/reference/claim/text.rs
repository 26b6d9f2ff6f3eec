//! The text of a block with code spans in it, cut into sentences.

use std::ops::Range;

use crate::document::{Block, Document, InlineKind};
use crate::reference::located::Located;
use crate::reference::standing::sentence_ends;

/// A block's visible text.
pub(super) struct BlockText<'d> {
    /// The text, with places.
    pub located: Located<'d>,
    /// Where code spans stand in it.
    pub code: Vec<Range<usize>>,
    /// Where each cell of a table row begins, with its column.
    pub cells: Vec<(u16, usize)>,
    /// Where sentences end.
    pub ends: Vec<usize>,
}

impl<'d> BlockText<'d> {
    pub(super) fn new(doc: &'d Document, block: &'d Block) -> Self {
        let mut located = Located::empty();
        let mut code = Vec::new();
        let mut cells: Vec<(u16, usize)> = Vec::new();
        for inline in &block.inlines {
            if let Some(cell) = inline.cell
                && cells.last().is_none_or(|(c, _)| *c != cell)
            {
                if !cells.is_empty() {
                    located.push_blank(crate::document::Span::new(inline.span.start, inline.span.start));
                }
                cells.push((cell, located.text().len()));
            }
            match &inline.kind {
                InlineKind::Text => located.push(doc, inline),
                InlineKind::Break => located.push_blank(inline.span),
                InlineKind::Code => {
                    let start = located.text().len();
                    located.push(doc, inline);
                    code.push(start..located.text().len());
                }
                _ => {}
            }
        }
        let starts: Vec<usize> = cells.iter().map(|c| c.1).collect();
        let ends = sentence_ends(located.text(), &starts);
        Self { located, code, cells, ends }
    }

    pub(super) fn text(&self) -> &str {
        self.located.text()
    }

    /// The sentences, as ranges of the text.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let mut out = Vec::with_capacity(self.ends.len() + 1);
        let mut start = 0;
        for &end in self.ends.iter().chain([&self.text().len()]) {
            if end > start {
                out.push(start..end);
                start = end;
            }
        }
        out
    }

    /// Column and range of each cell.
    pub(super) fn cell_ranges(&self) -> Vec<(u16, Range<usize>)> {
        self.cells
            .iter()
            .enumerate()
            .map(|(i, (column, start))| (*column, *start..self.cells.get(i + 1).map_or(self.text().len(), |n| n.1)))
            .collect()
    }
}
