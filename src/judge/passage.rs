//! Pages in parts that a model can be asked about: a section, or a piece of a long one.

use crate::document::{BlockKind, Document, Span};
use crate::reference::{Reference, Standing};

/// A section with more lines than this is cut into several passages, between blocks where possible.
const MOST_LINES: usize = 60;
/// A passage with more bytes than this ends at the next line.
const MOST_BYTES: usize = 6_000;

/// A part of a page: whole lines of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Index of the page.
    pub page: usize,
    /// Index of the section in the page.
    pub section: usize,
    /// First line, from 0.
    pub first: usize,
    /// One past the last line.
    pub end: usize,
    /// Its bytes in the page's text.
    pub span: Span,
}

impl Passage {
    /// Its text.
    #[must_use]
    pub fn text<'d>(&self, document: &'d Document) -> &'d str {
        self.span.of(&document.text)
    }

    /// The references that stand in it, of which something could be false: what the page says is gone,
    /// made by the reader, or another project's does not count.
    pub fn references<'r>(&self, references: &'r [Reference]) -> impl Iterator<Item = &'r Reference> {
        let span = self.span;
        references.iter().filter(move |r| {
            span.contains(r.span) && matches!(r.standing, Standing::Affirmed | Standing::Output | Standing::Created)
        })
    }
}

/// The passages of `document`, which is the `page`-th, in reading order. Sections that tell of the past,
/// and parts without a word, are left out.
#[must_use]
pub fn of(page: usize, document: &Document) -> Vec<Passage> {
    let mut out = Vec::new();
    for (section, found) in document.sections.iter().enumerate() {
        if found.span.is_empty() || document.historical_sections.binary_search(&section).is_ok() {
            continue;
        }
        let first = document.lines.line_of(found.span.start);
        let end = document.lines.line_of(found.span.end.saturating_sub(1)) + 1;
        let breaks = breaks(document, section);
        let mut at = first;
        while at < end {
            let stop = stop(document, at, end, &breaks);
            let span = Span::new(
                document.lines.line_span(&document.text, at).start.max(found.span.start),
                document.lines.line_span(&document.text, stop - 1).end.min(found.span.end),
            );
            if span.of(&document.text).chars().filter(|c| c.is_alphanumeric()).nth(7).is_some() {
                out.push(Passage { page, section, first: at, end: stop, span });
            }
            at = stop;
        }
    }
    out
}

/// Lines of the section at which a block begins.
fn breaks(document: &Document, section: usize) -> Vec<usize> {
    let blocks = document.blocks.iter().filter(|b| b.section == section);
    // A heading stays with what follows it, and a table's rows together as far as they can.
    let starts = blocks.filter(|b| !matches!(b.kind, BlockKind::TableRow { header: false, .. }));
    let mut lines: Vec<usize> = starts.map(|b| document.lines.line_of(b.span.start)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// One past the last line of the passage that starts at line `at`.
fn stop(document: &Document, at: usize, end: usize, breaks: &[usize]) -> usize {
    let start = document.lines.line_span(&document.text, at).start;
    let mut most = end.min(at + MOST_LINES);
    while most > at + 1 && document.lines.line_span(&document.text, most - 1).end - start > MOST_BYTES {
        most -= 1;
    }
    if most == end {
        return end;
    }
    // The last block that begins within the second half of the room.
    let middle = at + (most - at) / 2;
    let cut = breaks.iter().rev().find(|line| **line > middle && **line <= most);
    let blank = || {
        (middle + 1..most)
            .rev()
            .find(|l| document.lines.line_span(&document.text, *l).of(&document.text).trim().is_empty())
    };
    cut.copied().or_else(blank).unwrap_or(most).max(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{self, DocumentId, Format};

    fn passages(text: &str) -> (Document, Vec<Passage>) {
        let document = document::parse(DocumentId::new("a.md"), Format::Markdown, text.as_bytes()).unwrap();
        let passages = of(0, &document);
        (document, passages)
    }

    #[test]
    fn a_section_is_a_passage() {
        let (document, found) = passages("# Title of it\n\nSome words here.\n\n## Two of them\n\nMore words.\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text(&document), "# Title of it\n\nSome words here.\n");
        assert_eq!((found[1].first, found[1].end), (4, 7));
    }

    #[test]
    fn a_long_section_is_cut_between_blocks_and_loses_nothing() {
        let text = format!("# Title of it\n\n{}", "One line.\nAnother line.\n\n".repeat(70));
        let (document, found) = passages(&text);
        assert!(found.len() >= 4, "{}", found.len());
        let lines: usize = found.iter().map(|p| p.end - p.first).sum();
        assert!(lines + 1 >= document.lines.len() - 1, "{lines} of {}", document.lines.len());
        for pair in found.windows(2) {
            assert_eq!(pair[0].end, pair[1].first);
            assert!(pair[1].text(&document).starts_with("One line."), "{:?}", pair[1].text(&document));
        }
    }

    #[test]
    fn lines_without_end_are_passages_of_their_own() {
        let (_, found) = passages(&"word ".repeat(100_000));
        assert_eq!(found.len(), 1);
        let (_, found) = passages("\n\n---\n");
        assert!(found.is_empty());
    }
}
