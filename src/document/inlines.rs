//! Collects the inlines of one block, whatever format it is written in.

use super::autolink;
use super::model::{Inline, InlineKind, LinkStyle, Target};
use super::span::Span;

/// Runs of text with escapes between them are joined up to this length; see
/// [`Inline::span_of`], whose cost is the length of such a run.
const LONGEST_JOINED: usize = 4096;

/// The text of a link or an image is kept up to this length.
const LONGEST_LABEL: usize = 1024;

/// The inlines of a block in the making.
#[derive(Debug, Default)]
pub(crate) struct Inlines {
    list: Vec<Inline>,
    /// The column of a table in which the next ones stand.
    pub(crate) cell: Option<u16>,
    /// Index of each open link.
    links: Vec<usize>,
}

impl Inlines {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds an inline of any kind.
    pub(crate) fn push(&mut self, kind: InlineKind, text: impl Into<String>, span: Span) {
        let text = text.into();
        self.label(&text);
        self.list.push(Inline { kind, span, text, cell: self.cell, in_link: !self.links.is_empty() });
    }

    fn label(&mut self, text: &str) {
        if let Some(link) = self.links.last().and_then(|&i| self.list.get_mut(i))
            && link.text.len() < LONGEST_LABEL
        {
            let mut end = text.len().min(LONGEST_LABEL);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            link.text.push_str(&text[..end]);
        }
    }

    /// Adds words. Where they follow on words with nothing or only an escape between, the two
    /// become one inline: `snake\_case` is one token to a reader.
    pub(crate) fn text(&mut self, text: &str, span: Span, source: &str) {
        if text.is_empty() {
            return;
        }
        let in_link = !self.links.is_empty();
        let cell = self.cell;
        if let Some(last) = self.list.last_mut()
            && last.kind == InlineKind::Text
            && last.cell == cell
            && last.in_link == in_link
            && last.span.end <= span.start
        {
            let gap = Span::new(last.span.end, span.start).of(source);
            let same = last.span.len() == last.text.len() && span.len() == text.len();
            let joins = if gap.is_empty() && last.span.end == span.start {
                same || last.text.len() + text.len() <= LONGEST_JOINED
            } else {
                gap == "\\" && last.text.len() + text.len() <= LONGEST_JOINED
            };
            if joins {
                last.text.push_str(text);
                last.span.end = span.end;
                self.label(text);
                return;
            }
        }
        self.push(InlineKind::Text, text, span);
    }

    /// Adds a line break.
    pub(crate) fn line_break(&mut self, span: Span) {
        self.label(" ");
        let in_link = !self.links.is_empty();
        self.list.push(Inline { kind: InlineKind::Break, span, text: String::new(), cell: self.cell, in_link });
    }

    /// Opens a link; what follows, up to [`Self::close_link`], is its text.
    pub(crate) fn open_link(&mut self, target: Target, span: Span) {
        let in_link = !self.links.is_empty();
        self.list.push(Inline { kind: InlineKind::Link(target), span, text: String::new(), cell: self.cell, in_link });
        self.links.push(self.list.len() - 1);
    }

    /// Sets where the destination of the innermost open link stands.
    pub(crate) fn set_destination(&mut self, span: Span) {
        if let Some(InlineKind::Link(target)) =
            self.links.last().and_then(|&i| self.list.get_mut(i)).map(|l| &mut l.kind)
            && target.style == LinkStyle::Inline
        {
            target.span = span;
        }
    }

    /// Closes the innermost link. `end` is one past its last byte if it was not known before.
    pub(crate) fn close_link(&mut self, end: Option<usize>) {
        if let Some(index) = self.links.pop()
            && let Some(link) = self.list.get_mut(index)
        {
            if let Some(end) = end {
                link.span.end = end.max(link.span.start);
            }
            let text = link.text.clone();
            self.label(&text);
        }
    }

    /// Whether a link is open.
    pub(crate) fn in_link(&self) -> bool {
        !self.links.is_empty()
    }

    /// Adds a link with one piece of text.
    pub(crate) fn link(&mut self, target: Target, span: Span, text: &str, text_span: Span) {
        self.open_link(target, span);
        if !text.is_empty() {
            self.push(InlineKind::Text, text, text_span);
        }
        self.close_link(None);
    }

    /// The first and the last byte that the inlines cover.
    pub(crate) fn span(&self) -> Option<Span> {
        let start = self.list.iter().map(|i| i.span.start).min()?;
        let end = self.list.iter().map(|i| i.span.end).max()?;
        Some(Span::new(start, end))
    }

    /// The inlines, with bare URLs (and, in Markdown, wiki links) found in the words.
    pub(crate) fn finish(self, source: &str, wiki: bool) -> Vec<Inline> {
        autolink::split(self.list, source, wiki)
    }

    /// The inlines as they are.
    pub(crate) fn into_list(self) -> Vec<Inline> {
        self.list
    }
}

/// A target whose destination stands at `span` of `source`.
pub(crate) fn target(dest: impl Into<String>, span: Span, style: LinkStyle) -> Target {
    Target { dest: dest.into(), span, style }
}
