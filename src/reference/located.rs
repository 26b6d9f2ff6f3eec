//! A stretch of visible text that knows where each of its bytes stands in the page.

use std::borrow::Cow;
use std::ops::Range;

use crate::document::{Document, Inline, Span};

/// A stretch of text that maps evenly, or one character that stands for more (`&amp;`).
#[derive(Debug, Clone, Copy)]
struct Seg {
    text: usize,
    doc: usize,
    even: bool,
}

/// Visible text and its places in the page.
#[derive(Debug, Clone)]
pub(crate) struct Located<'d> {
    text: Cow<'d, str>,
    segs: Vec<Seg>,
    end: usize,
}

impl<'d> Located<'d> {
    /// An empty text, to which inlines are joined.
    pub(crate) fn empty() -> Self {
        Self { text: Cow::Borrowed(""), segs: Vec::new(), end: 0 }
    }

    /// The text of one inline.
    pub(crate) fn inline(doc: &'d Document, inline: &'d Inline) -> Self {
        let mut it = Self::empty();
        it.push(doc, inline);
        it
    }

    /// Appends the text of `inline`.
    pub(crate) fn push(&mut self, doc: &'d Document, inline: &'d Inline) {
        let raw = inline.span.of(&doc.text);
        let base = self.text.len();
        if raw == inline.text {
            self.segs.push(Seg { text: base, doc: inline.span.start, even: true });
        } else {
            align(raw, &inline.text, base, inline.span.start, &mut self.segs);
        }
        self.end = inline.span.end;
        if base == 0 {
            self.text = Cow::Borrowed(&inline.text);
        } else {
            self.text.to_mut().push_str(&inline.text);
        }
    }

    /// Appends a blank that stands for what is at `at` in the page (a line break).
    pub(crate) fn push_blank(&mut self, at: Span) {
        let base = self.text.len();
        self.segs.push(Seg { text: base, doc: at.start, even: false });
        self.end = at.end;
        self.text.to_mut().push(' ');
    }

    /// Appends a sign that stands for something which is not to be read.
    pub(crate) fn push_mask(&mut self, at: Span) {
        let base = self.text.len();
        self.segs.push(Seg { text: base, doc: at.start, even: false });
        self.end = at.end;
        self.text.to_mut().push('\u{1}');
    }

    /// The visible text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where byte `at` of the text stands in the page.
    pub(crate) fn at(&self, at: usize) -> usize {
        let k = self.segs.partition_point(|s| s.text <= at);
        match k.checked_sub(1).and_then(|k| self.segs.get(k)) {
            Some(s) if s.even => (s.doc + (at - s.text)).min(self.end),
            Some(s) => s.doc,
            None => self.end,
        }
    }

    /// Where a range of the text stands in the page.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        let start = self.at(range.start);
        let k = self.segs.partition_point(|s| s.text < range.end);
        let end = match k.checked_sub(1).and_then(|k| self.segs.get(k)) {
            Some(s) if s.even => (s.doc + (range.end - s.text)).min(self.end),
            Some(_) => self.segs.get(k).map_or(self.end, |n| n.doc),
            None => self.end,
        };
        Span::new(start, end)
    }
}

/// Walks source and visible text side by side: escapes and entities become characters of their own.
fn align(raw: &str, text: &str, base: usize, doc: usize, segs: &mut Vec<Seg>) {
    let (mut r, mut t) = (0, 0);
    let mut open = false;
    let raw_bytes = raw.as_bytes();
    for c in text.chars() {
        let width = c.len_utf8();
        let rest = raw.get(r..).unwrap_or("");
        if rest.starts_with(c) && !(c == '&' && entity(rest).is_some()) {
            if !open {
                segs.push(Seg { text: base + t, doc: doc + r, even: true });
                open = true;
            }
            r += width;
        } else if rest.starts_with('\\') && rest.get(1..).is_some_and(|s| s.starts_with(c)) {
            segs.push(Seg { text: base + t, doc: doc + r + 1, even: true });
            open = true;
            r += 1 + width;
        } else if let Some(len) = entity(rest) {
            segs.push(Seg { text: base + t, doc: doc + r, even: false });
            open = false;
            r += len;
        } else if c == ' ' && raw_bytes.get(r).is_some_and(|b| b.is_ascii_whitespace()) {
            // A line break of the source that reads as a blank; the next line's marks go with it.
            let len = rest.len() - rest.trim_start_matches(['\r', '\n', ' ', '\t', '>']).len();
            segs.push(Seg { text: base + t, doc: doc + r, even: false });
            open = false;
            r += len.max(1);
        } else if let Some(skip) = rest.char_indices().take(64).find(|(_, x)| *x == c).map(|(i, _)| i) {
            // Marks that are not shown.
            segs.push(Seg { text: base + t, doc: doc + r + skip, even: true });
            open = true;
            r += skip + width;
        } else {
            segs.push(Seg { text: base + t, doc: doc + r, even: false });
            open = false;
        }
        t += width;
    }
}

/// Length of the entity that `s` begins with.
fn entity(s: &str) -> Option<usize> {
    let body = s.strip_prefix('&')?;
    let end = body.bytes().take(32).position(|b| b == b';')?;
    let name = body.get(..end)?;
    let ok =
        !name.is_empty() && name.bytes().enumerate().all(|(i, b)| b.is_ascii_alphanumeric() || (i == 0 && b == b'#'));
    ok.then_some(end + 2)
}
