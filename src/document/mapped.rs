//! Text glued from pieces of another text, with the way back.
//!
//! Some parsers see a page with parts cut out (an admonition's indentation, quote marks, JSX tags);
//! what they find must still point into the original.

use std::ops::Range;

use super::span::Span;

/// A piece: where it starts here, where it came from, and whether it was there at all.
#[derive(Debug, Clone, Copy)]
struct Piece {
    here: usize,
    there: usize,
    real: bool,
}

/// Text glued from pieces of an original.
#[derive(Debug, Default)]
pub(crate) struct Mapped {
    text: String,
    pieces: Vec<Piece>,
}

impl Mapped {
    /// The glued text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Adds the part `range` of `original`; a range that is none is left out.
    pub(crate) fn push(&mut self, original: &str, range: Range<usize>) {
        let Some(part) = original.get(range.clone()) else { return };
        if part.is_empty() {
            return;
        }
        let follows = self.pieces.last().is_some_and(|p| p.real && p.there + (self.text.len() - p.here) == range.start);
        if !follows {
            self.pieces.push(Piece { here: self.text.len(), there: range.start, real: true });
        }
        self.text.push_str(part);
    }

    /// Adds `text` that the original has not, as if it stood (without width) at its byte `at`.
    pub(crate) fn insert(&mut self, text: &str, at: usize) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { here: self.text.len(), there: at, real: false });
        self.text.push_str(text);
    }

    /// The place in the original of byte `at` of the glued text.
    fn start(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|p| p.here <= at);
        match index.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(p) if p.real => p.there + (at - p.here),
            Some(p) => p.there,
            None => 0,
        }
    }

    /// The place in the original of `range` of the glued text, from its first byte to its last.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        if range.start >= range.end {
            // An empty range at the seam of two pieces belongs to the earlier one's end.
            let at = if range.start == 0 { self.start(0) } else { self.end(range.start) };
            return Span::new(at, at);
        }
        Span::new(self.start(range.start), self.end(range.end))
    }

    /// One past the place in the original of the byte before `at`.
    fn end(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|p| p.here < at);
        match index.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(p) if p.real => p.there + (at - p.here),
            Some(p) => p.there,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_back_past_what_was_cut_out() {
        let original = "ab--cd";
        let mut m = Mapped::default();
        m.push(original, 0..2);
        m.insert("\n", 2);
        m.push(original, 4..6);
        assert_eq!(m.text(), "ab\ncd");
        assert_eq!(m.span(0..2), Span::new(0, 2));
        assert_eq!(m.span(3..5), Span::new(4, 6));
        assert_eq!(m.span(1..4), Span::new(1, 5));
        assert_eq!(m.span(2..2), Span::new(2, 2));
    }
}
