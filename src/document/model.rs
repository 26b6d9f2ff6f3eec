//! The one model that every page format is parsed into.
//!
//! A document is a flat list of [`Block`]s in reading order, each with its [`Inline`]s. All spans
//! point into [`Document::text`], so that a finding names the exact place in the original page.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::align;
use super::span::{LineIndex, Span};

/// Names a page: its path in the repository with `/` between the parts (bytes that are not UTF-8
/// are written `\xNN`), or for other sources a stable id such as a URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(pub Arc<str>);

impl DocumentId {
    /// An id from its text.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for DocumentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// CommonMark with GitHub's extensions.
    Markdown,
    /// Markdown with JSX and imports.
    Mdx,
    /// reStructuredText.
    Rst,
    /// AsciiDoc.
    Asciidoc,
    /// Plain text, such as a README without a suffix.
    Plain,
}

/// What a page's statements are measured against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Tense {
    /// The page speaks of the present.
    Current,
    /// The page records the past (changelog, decision record, postmortem …): not audited.
    Historical {
        /// Which pattern of `rules/document/` said so, for people.
        reason: String,
    },
    /// The page documents an older release, named here as in its path (`1.2`, `v1`).
    Release {
        /// The release as the path names it.
        version: String,
    },
    /// The page is made by a generator.
    Generated {
        /// What said so, and the generator where it is named.
        by: String,
    },
}

/// A page after parsing.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its name.
    pub id: DocumentId,
    /// How it is written.
    pub format: Format,
    /// First heading of the highest level, or the front matter's `title`.
    pub title: Option<String>,
    /// The decoded text, without a byte order mark. For UTF-8 pages byte offsets differ from those
    /// of the file by the length of that mark only; for others, lines and columns still agree.
    pub text: Arc<str>,
    /// Where its lines start.
    pub lines: LineIndex,
    /// YAML, TOML or JSON before the text.
    pub front_matter: Option<FrontMatter>,
    /// A partition of the text: what stands before the first heading, then one per heading.
    pub sections: Vec<Section>,
    /// The content in reading order.
    pub blocks: Vec<Block>,
    /// Targets that the page sets by hand (`<a id>`, `{#id}`, `.. _label:`, `[[id]]`).
    pub anchors: Vec<Anchor>,
    /// Comments that a reader does not see: where suppressions stand.
    pub comments: Vec<Comment>,
    /// Present, past, an older release, or generated.
    pub tense: Tense,
    /// Whether the page leads from an old version to a newer one (a migration or upgrade guide): it
    /// speaks of the present, but what it says of the old side is no error.
    pub migration: bool,
    /// Sections of a page of the present that tell of its past (a README's "Changelog"), as sorted
    /// indices into [`Self::sections`]: what they say is not held against the present.
    pub historical_sections: Vec<usize>,
}

/// Data before the text of a page.
#[derive(Debug, Clone)]
pub struct FrontMatter {
    /// The whole block with its fences.
    pub span: Span,
    /// The parsed data; `Null` where it does not parse.
    pub value: serde_json::Value,
    /// Its strings with their places, in order.
    pub entries: Vec<Entry>,
}

/// A string of a page's front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The keys that lead to it, joined by `.`; list items by their number from 0
    /// (`sources.0.path`).
    pub key: String,
    /// Its value.
    pub text: String,
    /// The value's place, without quotes.
    pub span: Span,
}

impl FrontMatter {
    /// The string at a dotted key, with its place.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }
}

/// A heading and what stands under it, up to the next heading of any level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Stable within the page: the slugs of the heading path joined by `/`, a counter behind
    /// repeated ones (`setup/linux`, `setup/linux-1`); the part before the first heading is `_`.
    pub id: String,
    /// 1 to 6; 0 for the part before the first heading.
    pub level: u8,
    /// The heading's text without markup.
    pub heading: String,
    /// Headings from the top to this one.
    pub heading_path: Vec<String>,
    /// From the heading's first byte to the next heading.
    pub span: Span,
}

/// A target set by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The name, without `#`.
    pub name: String,
    /// Where it is set.
    pub span: Span,
}

/// A comment of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Text between the comment marks, trimmed.
    pub text: String,
    /// The whole comment with its marks.
    pub span: Span,
}

/// A leaf block of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its place.
    pub span: Span,
    /// Index into [`Document::sections`].
    pub section: usize,
    /// How many lists it is nested in.
    pub list_depth: u8,
    /// How many block quotes it is nested in.
    pub quote_depth: u8,
    /// Its text in pieces, in order.
    pub inlines: Vec<Inline>,
}

/// Kinds of leaf blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading of this level (1–6).
    Heading {
        /// 1 to 6.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// The first paragraph of a list item (further ones are [`BlockKind::Paragraph`] with the same
    /// `list_depth`).
    ListItem {
        /// Which list of the page, from 0; nested lists have numbers of their own.
        list: u32,
        /// Whether it is numbered.
        ordered: bool,
    },
    /// One row of a table; each inline tells its cell.
    TableRow {
        /// Which table of the page, from 0.
        table: u32,
        /// Whether it is the header row.
        header: bool,
    },
    /// A code block; one [`InlineKind::CodeLine`] per line.
    Code {
        /// First word of the info string, lower case (`bash`, `rust`), if any.
        lang: Option<String>,
        /// The whole info string.
        info: String,
    },
    /// Raw HTML or JSX; its text between tags and its `href`/`src` come as inlines.
    Html,
    /// A directive of rst, AsciiDoc or MDX that names something else: `include`, `literalinclude`,
    /// `image`, `toctree`, `import` …; what it names comes as [`InlineKind::Link`] inlines.
    Directive {
        /// `include`, `literalinclude`, `image`, `figure`, `toctree`, `import` …
        name: String,
    },
    /// A page's front matter; its string values come as [`InlineKind::Text`] inlines.
    FrontMatter,
}

/// A piece of a block's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// What it is.
    pub kind: InlineKind,
    /// Its place: of a code span what stands between the marks; of a link the whole link.
    pub span: Span,
    /// The text that a reader sees, entities resolved.
    pub text: String,
    /// Column of the table, from 0.
    pub cell: Option<u16>,
    /// Whether it stands within a link's text.
    pub in_link: bool,
}

impl Inline {
    /// The place in `source` (the document's text) of the bytes `range` of this inline's `text`.
    ///
    /// The two differ where the page escapes a character, writes an entity, or breaks a code span
    /// over lines of a quote; then the source is walked along with the text. What can't be followed
    /// gives the inline's whole span.
    #[must_use]
    pub fn span_of(&self, source: &str, range: std::ops::Range<usize>) -> Span {
        align::span_of(&self.text, self.span, source, range)
    }
}

/// Kinds of inlines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InlineKind {
    /// Words.
    Text,
    /// A code span (also rst's double backquotes and roles, AsciiDoc's monospace).
    Code,
    /// One line of a code block, without quote marks or indentation that is not code.
    CodeLine,
    /// A link; comes before the inlines of its text.
    Link(Target),
    /// An image; `text` is its alternative text.
    Image(Target),
    /// Inline HTML tag.
    Html,
    /// A line break between two inlines.
    Break,
}

/// Where a link or an image leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The destination, as written after unescaping; percent-encoding is kept.
    pub dest: String,
    /// Where the destination stands (for a reference link: in its definition).
    pub span: Span,
    /// What kind of link syntax it was.
    pub style: LinkStyle,
}

/// How a link is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkStyle {
    /// `[text](dest)` and its like, with a path or URL.
    Inline,
    /// `[text][label]` with a definition elsewhere in the page.
    Reference,
    /// A bare or angled URL.
    Auto,
    /// `<a href>` or `<img src>`.
    Html,
    /// rst `:ref:`, AsciiDoc `<<id>>`: the destination is a label of the whole documentation.
    Label,
    /// rst `:doc:`, `toctree` entries: the destination is a page without its suffix.
    Page,
    /// `include`, `literalinclude`, `image::`, MDX `import`.
    Include,
    /// `[[Page]]` of a wiki.
    Wiki,
}
