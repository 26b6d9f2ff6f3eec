//! HTML within pages: its text, code, links, images, headings, anchors and comments.

use std::ops::Range;

use super::super::build::{Builder, Depth};
use super::super::html::{Attribute, Scanner, Token, unescape};
use super::super::inlines::{Inlines, target};
use super::super::model::{BlockKind, InlineKind, LinkStyle, Target};
use super::super::span::Span;

/// A stretch of HTML or JSX and the way from it to the page.
pub(crate) struct Html<'a> {
    /// The markup.
    pub(crate) text: &'a str,
    /// The place in the page of a range of it.
    pub(crate) to_page: &'a dyn Fn(Range<usize>) -> Span,
    /// Lists and quotes around it.
    pub(crate) depth: Depth,
    /// Whether it is JSX.
    pub(crate) jsx: bool,
}

/// Hands the content of `html` to `builder`.
pub(crate) fn read_html(builder: &mut Builder<'_>, html: &Html<'_>) {
    let mut reader =
        Reader { builder, html, inlines: Inlines::default(), block: None, heading: None, code: 0, skip: None };
    let scanner = if html.jsx { Scanner::jsx(html.text) } else { Scanner::html(html.text) };
    for token in scanner {
        reader.token(&token);
    }
    reader.flush();
}

/// What a tag's attribute leads to.
pub(crate) fn attribute_target(
    raw: &str,
    attribute: &Attribute,
    place: &dyn Fn(Range<usize>) -> Span,
) -> Option<Target> {
    let value = raw.get(attribute.value.clone())?;
    if attribute.code {
        // `{require("./a.png").default}` and `{"./a.png"}` are as good as a literal; other code is not.
        let inner = value.trim_start();
        let lead = value.len() - inner.len();
        let inner_call = inner.strip_prefix("require(").unwrap_or(inner);
        let quote = inner_call.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let start = attribute.value.start + lead + (inner.len() - inner_call.len()) + 1;
        let length = inner_call[1..].find(quote)?;
        let range = start..start + length;
        let dest = raw.get(range.clone())?;
        return (!dest.contains('$')).then(|| target(dest, place(range), LinkStyle::Html));
    }
    let dest = value.trim();
    if dest.is_empty() {
        return None;
    }
    let start = attribute.value.start + value.len() - value.trim_start().len();
    Some(target(unescape(dest), place(start..start + dest.len()), LinkStyle::Html))
}

/// Whether a tag's attribute `attribute` sets an anchor on `tag`.
pub(super) fn is_anchor(tag: &str, attribute: &str) -> bool {
    attribute == "id" || (attribute == "name" && tag == "a")
}

struct Reader<'r, 'a, 't> {
    builder: &'r mut Builder<'t>,
    html: &'r Html<'a>,
    inlines: Inlines,
    /// What the block covers so far.
    block: Option<Range<usize>>,
    heading: Option<u8>,
    code: usize,
    /// Within `<script>` or `<style>`.
    skip: Option<String>,
}

impl Reader<'_, '_, '_> {
    fn place(&self, range: Range<usize>) -> Span {
        (self.html.to_page)(range)
    }

    fn flush(&mut self) {
        let inlines = std::mem::take(&mut self.inlines);
        let Some(range) = self.block.take() else { return };
        let kind = match self.heading.take() {
            Some(level) => BlockKind::Heading { level },
            None if inlines.is_empty() => return,
            None => BlockKind::Html,
        };
        let inlines = inlines.finish(self.builder.text, false);
        let span = self.place(range);
        self.builder.block_at(kind, span, inlines, self.html.depth);
    }

    fn token(&mut self, token: &Token) {
        let range = token.range();
        if let Some(tag) = &self.skip {
            if matches!(token, Token::Close { name, .. } if name == tag) {
                self.skip = None;
            }
            return;
        }
        match token {
            Token::Comment { inner, range } => {
                let text = self.html.text.get(inner.clone()).unwrap_or("").trim().to_owned();
                let span = self.place(range.clone());
                self.builder.comment_text(text, span);
                return;
            }
            Token::Text(r) => {
                if self.html.text.get(r.clone()).unwrap_or("").trim().is_empty() && self.block.is_none() {
                    return;
                }
                self.text(r.clone());
            }
            Token::Open { name, attributes, .. } => {
                if let Some(level) = heading_level(name) {
                    self.flush();
                    self.heading = Some(level);
                }
                self.open(name, attributes, range.clone());
                if matches!(name.as_str(), "script" | "style") && !matches!(token, Token::Open { closed: true, .. }) {
                    self.skip = Some(name.clone());
                }
            }
            Token::Close { name, .. } => self.close(name, range.clone()),
            Token::Other(_) => {}
        }
        let block = self.block.get_or_insert(range.clone());
        block.end = range.end;
        if matches!(token, Token::Close { name, .. } if self.heading.is_some() && heading_level(name).is_some()) {
            self.flush();
        }
    }

    /// Words, one inline a line.
    fn text(&mut self, range: Range<usize>) {
        let Some(raw) = self.html.text.get(range.clone()) else { return };
        let mut at = range.start;
        let mut lines = raw.split('\n').peekable();
        let mut first = true;
        while let Some(line) = lines.next() {
            if !first {
                self.break_at(at);
            }
            // White space counts between tags, not at the edges of a line.
            let mut words = if first { line } else { line.trim_start() };
            let start = at + line.len() - words.len();
            if lines.peek().is_some() {
                words = words.trim_end();
            }
            let blank = words.trim().is_empty();
            if !words.is_empty() && !(blank && (self.inlines.is_empty() || !first)) {
                let span = self.place(start..start + words.len());
                let kind = if self.code > 0 { InlineKind::Code } else { InlineKind::Text };
                self.inlines.push(kind, unescape(words), span);
            }
            first = false;
            at += line.len() + 1;
        }
    }

    fn break_at(&mut self, at: usize) {
        if !self.inlines.is_empty() {
            let span = self.place(at..at);
            self.inlines.line_break(span);
        }
    }

    fn open(&mut self, tag: &str, attributes: &[Attribute], range: Range<usize>) {
        let raw = self.html.text;
        let mut alternative = String::new();
        let mut targets = Vec::new();
        for attribute in attributes {
            match attribute.name.as_str() {
                name if is_anchor(tag, name) && !attribute.code => {
                    let span = self.place(attribute.value.clone());
                    self.builder.anchor(raw.get(attribute.value.clone()).unwrap_or("").trim(), span);
                }
                "href" | "to" | "src" | "poster" | "data" => {
                    if attribute.name == "data" && tag != "object" || attribute.name == "to" && !self.html.jsx {
                        continue;
                    }
                    targets.extend(attribute_target(raw, attribute, self.html.to_page));
                }
                "alt" | "title" => {
                    alternative = unescape(raw.get(attribute.value.clone()).unwrap_or("")).into_owned();
                }
                _ => {}
            }
        }
        let span = self.place(range.clone());
        for found in targets {
            if tag == "a" || (self.html.jsx && tag == "link") {
                if self.inlines.in_link() {
                    self.inlines.close_link(None);
                }
                self.inlines.open_link(found, span);
            } else if tag == "img" || tag == "image" {
                self.inlines.push(InlineKind::Image(found), std::mem::take(&mut alternative), span);
            } else {
                self.inlines.open_link(found, span);
                self.inlines.close_link(None);
            }
        }
        match tag {
            "code" | "pre" | "kbd" | "tt" | "samp" => self.code += 1,
            _ if is_block(tag) => self.break_at(range.start),
            _ => {}
        }
    }

    fn close(&mut self, tag: &str, range: Range<usize>) {
        match tag {
            "code" | "pre" | "kbd" | "tt" | "samp" => self.code = self.code.saturating_sub(1),
            "a" if self.inlines.in_link() => {
                let end = self.place(range).end;
                self.inlines.close_link(Some(end));
            }
            "link" if self.html.jsx && self.inlines.in_link() => self.inlines.close_link(None),
            _ if is_block(tag) => self.break_at(range.start),
            _ => {}
        }
    }
}

fn heading_level(tag: &str) -> Option<u8> {
    match tag.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "br" | "p"
            | "div"
            | "li"
            | "ul"
            | "ol"
            | "tr"
            | "td"
            | "th"
            | "table"
            | "summary"
            | "details"
            | "dt"
            | "dd"
            | "hr"
    )
}
