//! The lines of a page for the formats that are written line by line.

use super::span::{LineIndex, Span};

/// A line of a page, or what is left of it behind a list's mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    /// Where it starts.
    pub(crate) raw: usize,
    /// Its first byte that is no white space.
    pub(crate) start: usize,
    /// One past its last byte that is no white space.
    pub(crate) end: usize,
    /// The column of `start`, from 0.
    pub(crate) indent: usize,
    /// The column of `raw`, from 0: not 0 behind a list's mark.
    pub(crate) column: usize,
}

impl Line {
    /// Its text without white space at the ends.
    pub(crate) fn of<'t>(&self, text: &'t str) -> &'t str {
        self.span().of(text)
    }

    /// The place of that text.
    pub(crate) fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }

    /// Whether it holds nothing.
    pub(crate) fn is_blank(&self) -> bool {
        self.start >= self.end
    }

    /// Its place from column `margin` on.
    pub(crate) fn past_column(&self, text: &str, margin: usize) -> Span {
        let mut column = self.column;
        let mut at = self.raw;
        for b in Span::new(self.raw, self.start).of(text).bytes() {
            if column >= margin {
                break;
            }
            column = if b == b'\t' { column / 8 * 8 + 8 } else { column + 1 };
            at += 1;
        }
        Span::new(at.min(self.end), self.end)
    }

    /// What is left of it from `skip` bytes behind its first word on, which stand for as many columns.
    pub(crate) fn behind(&self, text: &str, skip: usize) -> Self {
        let raw = (self.start + skip).min(self.end);
        let column = self.indent + skip;
        let rest = Span::new(raw, self.end).of(text);
        let space = rest.len() - rest.trim_start().len();
        Self { raw, start: raw + space, end: self.end, indent: column + space, column }
    }
}

/// The lines of `text` from byte `from` on.
pub(crate) fn split(text: &str, index: &LineIndex, from: usize) -> Vec<Line> {
    let first = index.line_of(from);
    (first..index.len())
        .map(|i| {
            let span = index.line_span(text, i);
            let raw = span.start.max(from).min(span.end);
            let line = Span::new(raw, span.end).of(text);
            let content = line.trim_start_matches([' ', '\t', '\u{c}']);
            let space = &line[..line.len() - content.len()];
            let indent = space.bytes().fold(0, |c, b| if b == b'\t' { c / 8 * 8 + 8 } else { c + 1 });
            let start = raw + space.len();
            Line { raw, start, end: start + content.trim_end().len(), indent, column: 0 }
        })
        .collect()
}

/// The width of a character in columns: East Asian wide ones take two.
pub(crate) fn width(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_their_columns() {
        let text = "a\r\n  b \n\tc\n\n";
        let lines = split(text, &LineIndex::new(text), 0);
        let seen: Vec<_> = lines.iter().map(|l| (l.of(text), l.indent)).collect();
        assert_eq!(seen, [("a", 0), ("b", 2), ("c", 8), ("", 0), ("", 0)]);
        assert_eq!(lines[1].past_column(text, 1).of(text), " b");
    }

    #[test]
    fn what_stands_behind_a_mark_keeps_its_column() {
        let text = "  -  x y";
        let line = split(text, &LineIndex::new(text), 0)[0].behind(text, 1);
        assert_eq!((line.of(text), line.indent), ("x y", 5));
        assert_eq!(line.past_column(text, 4).of(text), " x y");
    }
}
