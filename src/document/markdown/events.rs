//! From pulldown-cmark's events to blocks and inlines.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd};

use super::super::build::{Builder, Depth};
use super::super::html::{Scanner, Token, unescape};
use super::super::inlines::{Inlines, target};
use super::super::mapped::Mapped;
use super::super::model::{BlockKind, Inline, InlineKind, LinkStyle};
use super::super::span::Span;
use super::htmlblock::{Html, attribute_target, is_anchor, read_html};
use super::link::{definition_destination, inline_destination};

/// Parses `prepared` and hands its blocks to `builder`.
pub(super) fn walk(builder: &mut Builder<'_>, prepared: &Mapped, mdx: bool) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    let mut events = Parser::new_ext(prepared.text(), options).into_offset_iter();
    let mut walker = Walker {
        builder,
        prepared,
        mdx,
        leaf: None,
        quotes: 0,
        lists: Vec::new(),
        table: None,
        code: None,
        html: None,
        links: Vec::new(),
        image: None,
        inner_end: 0,
    };
    while let Some((event, range)) = events.next() {
        walker.event(event, range, &events);
    }
    walker.close_leaf();
}

/// A list around the current place.
struct List {
    number: u32,
    ordered: bool,
    /// Whether its current item has its first block.
    begun: bool,
}

/// The block in the making.
struct Leaf {
    kind: BlockKind,
    /// Where it stands, if its tag said so.
    range: Option<Range<usize>>,
    inlines: Inlines,
    /// Within an HTML `<code>`.
    code: bool,
}

/// An open link: where its destination is to be found.
struct OpenLink {
    range: Range<usize>,
}

/// An open image.
struct Image {
    depth: usize,
    alternative: String,
    range: Range<usize>,
    kind: LinkType,
    dest: String,
    id: String,
}

/// A code block in the making.
struct Code {
    range: Range<usize>,
    info: String,
    indented: bool,
    lines: Vec<Range<usize>>,
    at_start: bool,
}

/// A table around the current place.
struct Table {
    number: u32,
    header: bool,
}

struct Walker<'w, 't> {
    builder: &'w mut Builder<'t>,
    prepared: &'w Mapped,
    mdx: bool,
    leaf: Option<Leaf>,
    quotes: usize,
    lists: Vec<List>,
    table: Option<Table>,
    code: Option<Code>,
    html: Option<(Mapped, Range<usize>)>,
    links: Vec<OpenLink>,
    image: Option<Image>,
    /// One past the last inline within the innermost link or image.
    inner_end: usize,
}

type Events<'p> = OffsetIter<'p>;

impl Walker<'_, '_> {
    fn depth(&self) -> Depth {
        let cap = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        Depth { list: cap(self.lists.len()), quote: cap(self.quotes) }
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.prepared.span(range)
    }

    /// A range without the white space at its end.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let raw = self.prepared.text().get(range.clone()).unwrap_or("");
        range.start..range.start + raw.trim_end().len()
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>, events: &Events<'_>) {
        match event {
            Event::Start(tag) => self.start(tag, range, events),
            Event::End(tag) => self.end(tag, range, events),
            Event::Text(text) => {
                if let Some(code) = &mut self.code {
                    code.add(self.prepared.text(), range);
                } else {
                    self.text(&text, range);
                }
            }
            Event::Code(text) => self.code_span(&text, range),
            Event::Html(_) => {
                if let Some((html, _)) = &mut self.html {
                    html.push(self.prepared.text(), range);
                }
            }
            Event::InlineHtml(raw) => self.inline_html(&raw, range),
            Event::SoftBreak | Event::HardBreak => {
                let span = self.span(range.clone());
                if let Some(image) = &mut self.image {
                    image.alternative.push(' ');
                } else {
                    self.leaf().inlines.line_break(span);
                }
                self.inner_end = range.end;
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => self.inner_end = range.end,
            Event::Rule => self.close_leaf(),
            Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    /// The block that inlines go to; in a tight list an item's text comes without a paragraph.
    fn leaf(&mut self) -> &mut Leaf {
        if self.leaf.is_none() {
            let kind = self.text_block();
            self.leaf = Some(Leaf { kind, range: None, inlines: Inlines::default(), code: false });
        }
        self.leaf.get_or_insert_with(|| Leaf {
            kind: BlockKind::Paragraph,
            range: None,
            inlines: Inlines::default(),
            code: false,
        })
    }

    fn text_block(&mut self) -> BlockKind {
        match self.lists.last_mut() {
            Some(list) if !list.begun => {
                list.begun = true;
                BlockKind::ListItem { list: list.number, ordered: list.ordered }
            }
            _ => BlockKind::Paragraph,
        }
    }

    fn open_leaf(&mut self, kind: BlockKind, range: Range<usize>) {
        self.close_leaf();
        self.leaf = Some(Leaf { kind, range: Some(range), inlines: Inlines::default(), code: false });
    }

    fn close_leaf(&mut self) {
        let Some(leaf) = self.leaf.take() else { return };
        let span = match leaf.range {
            Some(range) => self.span(self.trimmed(range)),
            None => match leaf.inlines.span() {
                Some(span) => span,
                None => return,
            },
        };
        let mut inlines = leaf.inlines.finish(self.builder.text, true);
        if matches!(leaf.kind, BlockKind::Heading { .. }) {
            self.heading_attributes(&mut inlines);
        }
        let depth = self.depth();
        self.builder.block_at(leaf.kind, span, inlines, depth);
    }

    /// Takes `{#id}` and `{: #id}` off a heading's end.
    fn heading_attributes(&mut self, inlines: &mut [Inline]) {
        let Some(last) = inlines.last_mut().filter(|i| i.kind == InlineKind::Text) else { return };
        let trimmed = last.text.trim_end();
        let Some(open) = trimmed.rfind('{').filter(|_| trimmed.ends_with('}')) else { return };
        let body = &trimmed[open + 1..trimmed.len() - 1];
        if !body.trim_start_matches([':', ' ']).starts_with(['#', '.']) {
            return;
        }
        if let Some(hash) = body.find('#') {
            let name = body[hash + 1..].split([' ', '\t', '.']).next().unwrap_or("");
            let at = open + 1 + hash + 1;
            let span = last.span_of(self.builder.text, at..at + name.len());
            self.builder.anchor(name, span);
        }
        let keep = last.text[..open].trim_end().len();
        last.span.end = last.span_of(self.builder.text, 0..keep).end;
        last.text.truncate(keep);
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        self.inner_end = range.end;
        if let Some(image) = &mut self.image {
            image.alternative.push_str(text);
            return;
        }
        let span = self.span(range);
        let source = self.builder.text;
        let leaf = self.leaf();
        if leaf.code {
            leaf.inlines.push(InlineKind::Code, text, span);
        } else {
            leaf.inlines.text(text, span, source);
        }
    }

    fn code_span(&mut self, text: &str, range: Range<usize>) {
        self.inner_end = range.end;
        if let Some(image) = &mut self.image {
            image.alternative.push_str(text);
            return;
        }
        let raw = self.prepared.text().get(range.clone()).unwrap_or("");
        let ticks = raw.bytes().take_while(|&b| b == b'`').count().min(raw.len() / 2);
        let mut inner = range.start + ticks..range.end - ticks;
        let body = self.prepared.text().get(inner.clone()).unwrap_or("");
        // One space (or line break) at each end goes, unless there is nothing else.
        let folds = |c: char| matches!(c, ' ' | '\n' | '\r');
        if body.starts_with(folds) && body.ends_with(folds) && body.chars().any(|c| !folds(c)) {
            inner.start += if body.starts_with("\r\n") { 2 } else { 1 };
            inner.end -= if body.ends_with("\r\n") { 2 } else { 1 };
        }
        let span = self.span(inner);
        self.leaf().inlines.push(InlineKind::Code, text, span);
    }

    fn inline_html(&mut self, raw: &str, range: Range<usize>) {
        self.inner_end = range.end;
        if self.image.is_some() {
            return;
        }
        let prepared = self.prepared;
        let place = |r: Range<usize>| prepared.span(range.start + r.start..range.start + r.end);
        let whole = self.span(range.clone());
        for token in Scanner::html(raw) {
            match &token {
                Token::Comment { inner, .. } => {
                    self.builder.comment_text(raw.get(inner.clone()).unwrap_or("").trim().to_owned(), whole);
                }
                Token::Open { name, attributes, .. } => {
                    let mut found = None;
                    let mut alternative = String::new();
                    for attribute in attributes {
                        let value = raw.get(attribute.value.clone()).unwrap_or("").trim();
                        match attribute.name.as_str() {
                            n if is_anchor(name, n) => self.builder.anchor(value, place(attribute.value.clone())),
                            "href" | "src" => found = attribute_target(raw, attribute, &place).or(found),
                            "alt" => alternative = unescape(value).into_owned(),
                            _ => {}
                        }
                    }
                    let leaf = self.leaf();
                    match (name.as_str(), found) {
                        ("a", Some(found)) => {
                            if leaf.inlines.in_link() {
                                leaf.inlines.close_link(None);
                            }
                            leaf.inlines.open_link(found, whole);
                        }
                        ("img", Some(found)) => leaf.inlines.push(InlineKind::Image(found), alternative, whole),
                        ("br", _) => leaf.inlines.line_break(whole),
                        (tag, found) => {
                            leaf.code |= matches!(tag, "code" | "kbd" | "tt" | "samp");
                            match found {
                                Some(found) => leaf.inlines.link(found, whole, "", whole),
                                None => leaf.inlines.push(InlineKind::Html, "", whole),
                            }
                        }
                    }
                }
                Token::Close { name, .. } => {
                    let leaf = self.leaf();
                    match name.as_str() {
                        "a" if leaf.inlines.in_link() => leaf.inlines.close_link(Some(whole.end)),
                        "code" | "kbd" | "tt" | "samp" => leaf.code = false,
                        _ => leaf.inlines.push(InlineKind::Html, "", whole),
                    }
                }
                Token::Text(_) | Token::Other(_) => {}
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>, events: &Events<'_>) {
        match tag {
            Tag::Paragraph => {
                let kind = self.text_block();
                self.open_leaf(kind, range);
            }
            Tag::Heading { level, .. } => self.open_leaf(BlockKind::Heading { level: level as u8 }, range),
            Tag::BlockQuote(_) => {
                self.close_leaf();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.close_leaf();
                let (info, indented) = match kind {
                    CodeBlockKind::Fenced(info) => (info.trim().to_owned(), false),
                    CodeBlockKind::Indented => (String::new(), true),
                };
                self.code = Some(Code { range, info, indented, lines: Vec::new(), at_start: true });
            }
            Tag::HtmlBlock => {
                self.close_leaf();
                self.html = Some((Mapped::default(), range));
            }
            Tag::List(first) => {
                self.close_leaf();
                let number = self.builder.next_list();
                self.lists.push(List { number, ordered: first.is_some(), begun: false });
            }
            Tag::Item => {
                self.close_leaf();
                if let Some(list) = self.lists.last_mut() {
                    list.begun = false;
                }
            }
            Tag::FootnoteDefinition(_) => self.close_leaf(),
            Tag::Table(_) => {
                self.close_leaf();
                self.table = Some(Table { number: self.builder.next_table(), header: false });
            }
            Tag::TableHead | Tag::TableRow => {
                let header = matches!(tag, Tag::TableHead);
                let number = self.table.as_mut().map_or(0, |t| {
                    t.header = header;
                    t.number
                });
                self.open_leaf(BlockKind::TableRow { table: number, header }, range);
            }
            Tag::TableCell => {
                if let Some(leaf) = &mut self.leaf {
                    let next = leaf.inlines.cell.map_or(0, |c| c.saturating_add(1));
                    leaf.inlines.cell = Some(next);
                    leaf.code = false;
                }
            }
            Tag::Link { link_type, dest_url, id, .. } => self.start_link(link_type, &dest_url, &id, range, events),
            Tag::Image { link_type, dest_url, id, .. } => match &mut self.image {
                Some(image) => image.depth += 1,
                None => {
                    self.inner_end = range.start + 2;
                    self.image = Some(Image {
                        depth: 1,
                        alternative: String::new(),
                        range,
                        kind: link_type,
                        dest: dest_url.into_string(),
                        id: id.into_string(),
                    });
                }
            },
            _ => {}
        }
    }

    fn start_link(&mut self, kind: LinkType, dest: &str, id: &str, range: Range<usize>, events: &Events<'_>) {
        self.inner_end = range.start + 1;
        if self.image.is_some() {
            return;
        }
        let span = self.span(range.clone());
        let (style, at, dest) = match kind {
            // Known at the link's end.
            LinkType::Inline => (LinkStyle::Inline, range.clone(), dest.to_owned()),
            LinkType::Autolink => (LinkStyle::Auto, range.start + 1..range.end.saturating_sub(1), dest.to_owned()),
            LinkType::Email => {
                let dest = format!("mailto:{}", dest.strip_prefix("mailto:").unwrap_or(dest));
                (LinkStyle::Auto, range.start + 1..range.end.saturating_sub(1), dest)
            }
            _ => {
                (LinkStyle::Reference, definition(events, self.prepared, id).unwrap_or(range.clone()), dest.to_owned())
            }
        };
        let found = target(dest, self.span(at), style);
        self.leaf().inlines.open_link(found, span);
        self.links.push(OpenLink { range });
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>, events: &Events<'_>) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::FootnoteDefinition => self.close_leaf(),
            TagEnd::TableHead | TagEnd::TableRow => self.close_leaf(),
            TagEnd::Table => self.table = None,
            TagEnd::BlockQuote(_) => {
                self.close_leaf();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::Item => self.close_leaf(),
            TagEnd::List(_) => {
                self.close_leaf();
                self.lists.pop();
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => self.end_html(),
            TagEnd::Link => self.end_link(range),
            TagEnd::Image => self.end_image(range, events),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.inner_end = range.end,
            _ => {}
        }
    }

    fn end_link(&mut self, range: Range<usize>) {
        if self.image.is_some() {
            return;
        }
        let inner_end = self.inner_end;
        self.inner_end = range.end;
        let Some(open) = self.links.pop() else { return };
        let at = inline_destination(self.prepared.text(), inner_end.max(open.range.start), open.range.end);
        let span = at.map(|at| self.span(at));
        let leaf = self.leaf();
        if let Some(span) = span {
            leaf.inlines.set_destination(span);
        }
        leaf.inlines.close_link(None);
    }

    fn end_image(&mut self, range: Range<usize>, events: &Events<'_>) {
        let Some(image) = &mut self.image else { return };
        image.depth -= 1;
        if image.depth > 0 {
            self.inner_end = range.end;
            return;
        }
        let Some(image) = self.image.take() else { return };
        let text = self.prepared.text();
        let (style, at) = match image.kind {
            LinkType::Inline => (
                LinkStyle::Inline,
                inline_destination(text, self.inner_end.max(image.range.start + 1), image.range.end)
                    .or_else(|| inline_destination(text, image.range.start + 1, image.range.end)),
            ),
            _ => (LinkStyle::Reference, definition(events, self.prepared, &image.id)),
        };
        let at = at.unwrap_or(image.range.clone());
        let found = target(image.dest, self.span(at), style);
        let span = self.span(image.range);
        self.leaf().inlines.push(InlineKind::Image(found), image.alternative, span);
        self.inner_end = range.end;
    }

    fn end_html(&mut self) {
        let Some((html, _)) = self.html.take() else { return };
        let prepared = self.prepared;
        let depth = self.depth();
        let to_page = |r: Range<usize>| {
            let inner = html.span(r);
            prepared.span(inner.start..inner.end)
        };
        let html = Html { text: html.text(), to_page: &to_page, depth, jsx: self.mdx };
        read_html(self.builder, &html);
    }

    fn end_code(&mut self) {
        let Some(code) = self.code.take() else { return };
        let depth = self.depth();
        let text = self.prepared.text();
        let span = self.span(self.trimmed(code.range.clone()));
        let words = code.indented && self.mdx;
        let mut inlines = Inlines::default();
        for line in &code.lines {
            let mut raw = text.get(line.clone()).unwrap_or("").trim_end_matches('\r');
            let mut start = line.start;
            if words {
                start += raw.len() - raw.trim_start().len();
                raw = raw.trim_start();
            }
            let place = self.span(start..start + raw.len());
            if words {
                inlines.text(raw, place, self.builder.text);
                inlines.line_break(Span::new(place.end, place.end));
            } else {
                inlines.push(InlineKind::CodeLine, raw, place);
            }
        }
        if words {
            let inlines = inlines.finish(self.builder.text, true);
            self.builder.block_at(BlockKind::Paragraph, span, inlines, depth);
            return;
        }
        if self.directive(&code, span, depth) {
            return;
        }
        let mut lang = code.info.split([' ', '\t', ',', '{', ':']).find(|w| !w.is_empty()).map(str::to_lowercase);
        // MyST: ```{code-block} python
        if let Some(rest) =
            ["{code-block}", "{code}", "{code-cell}", "{sourcecode}"].iter().find_map(|d| code.info.strip_prefix(d))
        {
            lang = rest.split_whitespace().next().map(str::to_lowercase);
        } else if code.info.starts_with('{') {
            let name = code.info.trim_start_matches(['{', '.']).split(['}', ' ']).next().unwrap_or("");
            lang = Some(name.to_lowercase()).filter(|n| !n.is_empty());
        }
        self.builder.block_at(BlockKind::Code { lang, info: code.info }, span, inlines.into_list(), depth);
    }

    /// MyST's directives that name a file: ```` ```{literalinclude} path ````.
    fn directive(&mut self, code: &Code, span: Span, depth: Depth) -> bool {
        let Some((name, rest)) = code.info.strip_prefix('{').and_then(|r| r.split_once('}')) else { return false };
        if !matches!(name, "include" | "literalinclude" | "figure" | "image") {
            return false;
        }
        let Some(dest) = rest.split_whitespace().next() else { return false };
        let raw = span.of(self.builder.text);
        let Some(at) = raw.find(dest) else { return false };
        let at = Span::new(span.start + at, span.start + at + dest.len());
        self.builder.directive(name, span, dest, at, depth);
        true
    }
}

impl Code {
    /// Adds a piece of the block. Pieces end anywhere; what a container puts before a line (quote
    /// marks, indentation) is in none of them.
    fn add(&mut self, text: &str, range: Range<usize>) {
        let Some(raw) = text.get(range.clone()) else { return };
        let bytes = raw.as_bytes();
        let mut from = 0;
        while from < raw.len() {
            let found = memchr::memchr2(b'\n', b'\r', &bytes[from..]).map(|i| from + i);
            let end = found.unwrap_or(raw.len());
            match self.lines.last_mut() {
                Some(last) if !self.at_start => last.end = last.end.max(range.start + end),
                _ => self.lines.push(range.start + from..range.start + end),
            }
            self.at_start = found.is_some();
            let crlf = found.is_some() && bytes.get(end..end + 2) == Some(b"\r\n");
            from = end + if crlf { 2 } else { 1 };
        }
    }
}

/// Where the destination stands in the definition of `id`.
fn definition(events: &Events<'_>, prepared: &Mapped, id: &str) -> Option<Range<usize>> {
    let definition = events.reference_definitions().get(id)?;
    definition_destination(prepared.text(), definition.span.clone())
}
