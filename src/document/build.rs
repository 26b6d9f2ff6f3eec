//! What every format's parser hands its blocks to.

use std::sync::Arc;

use super::inlines::target;
use super::model::{
    Anchor, Block, BlockKind, Comment, Document, DocumentId, Format, FrontMatter, Inline, InlineKind, LinkStyle,
    Section, Tense,
};
use super::sections;
use super::span::{LineIndex, Span};

/// Collects the parts of a page.
#[derive(Debug)]
pub(crate) struct Builder<'t> {
    /// The page's text.
    pub(crate) text: &'t str,
    /// Its lines.
    pub(crate) lines: LineIndex,
    /// Where the text begins behind front matter.
    pub(crate) body: usize,
    front_matter: Option<FrontMatter>,
    blocks: Vec<Block>,
    anchors: Vec<Anchor>,
    comments: Vec<Comment>,
    lists: u32,
    tables: u32,
}

/// How deep in lists and quotes a block stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Depth {
    /// Lists around it.
    pub(crate) list: u8,
    /// Block quotes around it.
    pub(crate) quote: u8,
}

/// The finished parts of a page.
#[derive(Debug)]
pub(crate) struct Parts {
    lines: LineIndex,
    front_matter: Option<FrontMatter>,
    sections: Vec<Section>,
    blocks: Vec<Block>,
    anchors: Vec<Anchor>,
    comments: Vec<Comment>,
}

impl<'t> Builder<'t> {
    /// Starts on a text.
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            text,
            lines: LineIndex::new(text),
            body: 0,
            front_matter: None,
            blocks: Vec::new(),
            anchors: Vec::new(),
            comments: Vec::new(),
            lists: 0,
            tables: 0,
        }
    }

    /// Adds a block that is in no list and no quote.
    pub(crate) fn block(&mut self, kind: BlockKind, span: Span, inlines: Vec<Inline>) {
        self.block_at(kind, span, inlines, Depth::default());
    }

    /// Adds a block.
    pub(crate) fn block_at(&mut self, kind: BlockKind, span: Span, inlines: Vec<Inline>, depth: Depth) {
        let Depth { list, quote } = depth;
        self.blocks.push(Block { kind, span, section: 0, list_depth: list, quote_depth: quote, inlines });
    }

    /// Adds a directive that names `dest` (which stands at `at`).
    pub(crate) fn directive(&mut self, name: &str, span: Span, dest: &str, at: Span, depth: Depth) {
        let kind = InlineKind::Link(target(dest, at, LinkStyle::Include));
        let link = Inline { kind, span: at, text: dest.to_owned(), cell: None, in_link: false };
        self.block_at(BlockKind::Directive { name: name.to_owned() }, span, vec![link], depth);
    }

    /// Adds a target set by hand.
    pub(crate) fn anchor(&mut self, name: &str, span: Span) {
        if !name.is_empty() {
            self.anchors.push(Anchor { name: name.to_owned(), span });
        }
    }

    /// Adds a comment whose words stand at `inner`.
    pub(crate) fn comment(&mut self, inner: Span, span: Span) {
        self.comment_text(inner.of(self.text).trim().to_owned(), span);
    }

    /// Adds a comment with its words.
    pub(crate) fn comment_text(&mut self, text: String, span: Span) {
        self.comments.push(Comment { text, span });
    }

    /// Sets the front matter and its block.
    pub(crate) fn front_matter(&mut self, front_matter: FrontMatter, values: Vec<Inline>) {
        self.body = front_matter.span.end;
        self.block(BlockKind::FrontMatter, front_matter.span, values);
        self.front_matter = Some(front_matter);
    }

    /// A number for a new list.
    pub(crate) fn next_list(&mut self) -> u32 {
        self.lists += 1;
        self.lists - 1
    }

    /// A number for a new table.
    pub(crate) fn next_table(&mut self) -> u32 {
        self.tables += 1;
        self.tables - 1
    }

    /// Orders the parts and divides the page into sections.
    pub(crate) fn finish(mut self) -> Parts {
        self.blocks.sort_by_key(|b| (b.span.start, b.span.end));
        self.anchors.sort_by(|a, b| (a.span, &a.name).cmp(&(b.span, &b.name)));
        self.anchors.dedup();
        self.comments.sort_by_key(|c| c.span);
        self.comments.dedup();
        let sections = sections::divide(self.text, &self.lines, &mut self.blocks);
        Parts {
            lines: self.lines,
            front_matter: self.front_matter,
            sections,
            blocks: self.blocks,
            anchors: self.anchors,
            comments: self.comments,
        }
    }
}

impl Parts {
    /// The document.
    pub(crate) fn into_document(self, id: DocumentId, format: Format, text: String) -> Document {
        let top = self.sections.iter().filter(|s| s.level > 0).map(|s| s.level).min();
        let heading = self.sections.iter().find(|s| Some(s.level) == top && !s.heading.is_empty());
        let given = || {
            let title = self.front_matter.as_ref()?.value.get("title")?.as_str()?.trim();
            (!title.is_empty()).then(|| title.to_owned())
        };
        let title = heading.map(|s| s.heading.clone()).or_else(given);
        Document {
            id,
            format,
            title,
            text: Arc::from(text),
            lines: self.lines,
            front_matter: self.front_matter,
            sections: self.sections,
            blocks: self.blocks,
            anchors: self.anchors,
            comments: self.comments,
            tense: Tense::Current,
            migration: false,
            historical_sections: Vec::new(),
        }
    }
}
