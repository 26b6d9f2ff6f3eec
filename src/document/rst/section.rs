//! Section titles: text with a line of punctuation under it, or over and under it.

use super::super::build::Depth;
use super::super::lines::{Line, width};
use super::super::model::BlockKind;
use super::super::span::Span;
use super::Parser;

/// The character of a line that is nothing but it.
pub(super) fn adornment(line: &str) -> Option<char> {
    let first = line.chars().next().filter(char::is_ascii_punctuation)?;
    line.bytes().all(|b| b == first as u8).then_some(first)
}

impl Parser<'_, '_> {
    /// The section title that starts at `lines[at]`: how many lines it takes.
    pub(super) fn section(&mut self, lines: &[Line], at: usize) -> Option<usize> {
        let text = self.text();
        let line = lines.get(at)?;
        let next = lines.get(at + 1)?;
        if let Some(mark) = adornment(line.of(text)) {
            let under = lines.get(at + 2)?;
            let long = line.end - line.start >= 3 && adornment(under.of(text)) == Some(mark);
            if long && !next.is_blank() && adornment(next.of(text)).is_none() {
                self.title(next, (mark, true), Span::new(line.start, under.end));
                return Some(3);
            }
            return None;
        }
        let mark = adornment(next.of(text))?;
        let long = next.end - next.start;
        let title: usize = line.of(text).chars().map(width).sum();
        if line.indent == 0 && next.indent == 0 && (long >= 4 || long >= title) && line.of(text) != ".." {
            self.title(line, (mark, false), Span::new(line.start, next.end));
            return Some(2);
        }
        None
    }

    fn title(&mut self, line: &Line, style: (char, bool), span: Span) {
        let level = self.styles.iter().position(|s| *s == style).unwrap_or_else(|| {
            self.styles.push(style);
            self.styles.len() - 1
        });
        let level = u8::try_from(level + 1).unwrap_or(6).min(6);
        let inlines = self.inlines([line.span()], None);
        self.builder.block_at(BlockKind::Heading { level }, span, inlines, Depth::default());
    }
}
