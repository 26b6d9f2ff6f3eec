//! Which lines a suppressing comment is about.

use crate::document::{BlockKind, Comment, Document};

/// How many characters beside a comment are looked at.
const NEAR: usize = 200;

/// Answers for the comments of one page. Built once per page, in one pass over its lines.
pub(super) struct Reach<'d> {
    document: &'d Document,
    /// For each line, the next one (itself included) that holds more than comments and blanks.
    next: Vec<usize>,
}

impl<'d> Reach<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        let count = document.lines.len();
        let mut hollow = vec![false; count];
        for comment in &document.comments {
            let (first, last) = line_range(document, comment);
            if !beside(document, comment) {
                for line in hollow.iter_mut().take(last + 1).skip(first) {
                    *line = true;
                }
            }
        }
        let mut next = vec![count; count + 1];
        for line in (0..count).rev() {
            let blank = hollow.get(line).copied().unwrap_or(false)
                || document
                    .lines
                    .line_span(&document.text, line)
                    .of(&document.text)
                    .chars()
                    .all(|c| c.is_whitespace() || c == '>');
            let below = next.get(line + 1).copied().unwrap_or(count);
            if let Some(slot) = next.get_mut(line) {
                *slot = if blank { below } else { line };
            }
        }
        Self { document, next }
    }

    /// The lines on which a comment itself stands.
    pub(super) fn lines_of(&self, comment: &Comment) -> (usize, usize) {
        line_range(self.document, comment)
    }

    /// The lines that a comment of the plain form is about.
    pub(super) fn about(&self, comment: &Comment) -> (usize, usize) {
        let own = self.lines_of(comment);
        if beside(self.document, comment) {
            return own;
        }
        let Some(&line) = self.next.get(own.1 + 1) else { return own };
        (line, self.end_of_block(line))
    }

    /// The last line of the code block or table that begins at `line`; else `line`.
    fn end_of_block(&self, line: usize) -> usize {
        let document = self.document;
        let at = document.lines.line_span(&document.text, line);
        let index = document.blocks.partition_point(|b| b.span.end <= at.start);
        let Some(block) = document.blocks.get(index) else { return line };
        let first = document.lines.line_of(block.span.start);
        let last_line = |end: usize| document.lines.line_of(end.saturating_sub(1)).max(line);
        // A fence, a directive or a block title may stand before what the parser calls the block.
        let opens = at.of(&document.text).trim_start().starts_with(['`', '~', '.', '[', '-', '|']) && first <= line + 4;
        match &block.kind {
            BlockKind::Code { .. } if first == line || (first > line && opens) => last_line(block.span.end),
            BlockKind::TableRow { table, .. } if first == line || (first > line && opens) => {
                let rows = document.blocks.iter().skip(index);
                let rows = rows.take_while(|b| matches!(&b.kind, BlockKind::TableRow { table: t, .. } if t == table));
                rows.last().map_or(line, |b| last_line(b.span.end))
            }
            _ => line,
        }
    }
}

fn line_range(document: &Document, comment: &Comment) -> (usize, usize) {
    let first = document.lines.line_of(comment.span.start);
    (first, document.lines.line_of(comment.span.end.saturating_sub(1)).max(first))
}

/// Whether words stand beside the comment on its first or last line (a table cell, a list item).
fn beside(document: &Document, comment: &Comment) -> bool {
    let (first, last) = line_range(document, comment);
    let text = &document.text;
    let before = text.get(document.lines.line_span(text, first).start..comment.span.start).unwrap_or("");
    let line_end = document.lines.line_span(text, last).end;
    let after = text.get(comment.span.end.min(line_end)..line_end).unwrap_or("");
    // Bounded, since a hostile page may hold thousands of comments on one long line. Other comments
    // on the line are no words.
    let near_before: String = before.chars().rev().take(NEAR).collect::<Vec<_>>().into_iter().rev().collect();
    let near_after: String = after.chars().take(NEAR).collect();
    let words = |s: &str| !s.contains("<!--") && s.chars().any(char::is_alphanumeric);
    words(&near_before) || words(&near_after)
}
