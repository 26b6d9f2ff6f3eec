//! AsciiDoc, as Asciidoctor and the older AsciiDoc read it.

mod block;
mod inline;
mod table;

use rustc_hash::FxHashMap;

use super::build::{Builder, Depth};
use super::front_matter;
use super::lines::{self, Line};
use super::mapped::Mapped;
use super::model::{BlockKind, Inline};
use super::span::Span;

/// Parses a page.
pub(crate) fn parse(builder: &mut Builder<'_>) {
    front_matter::take(builder);
    let lines = lines::split(builder.text, &builder.lines, builder.body);
    let mut parser = Parser {
        builder,
        attributes: FxHashMap::default(),
        pending: Pending::default(),
        open: Vec::new(),
        lists: Vec::new(),
        depth: Depth::default(),
        attached: false,
        described: false,
    };
    parser.run(&lines);
}

/// What block attributes say of the block that follows.
#[derive(Debug, Default)]
struct Pending {
    /// First position: `source`, `quote`, `NOTE` …
    style: String,
    /// Second position: the language of a listing.
    lang: Option<String>,
    /// All of it, for tables.
    all: String,
}

/// A delimited block whose content is parsed.
#[derive(Debug)]
struct Open {
    delimiter: String,
    lists: Vec<List>,
    depth: Depth,
}

/// A list around the current place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List {
    mark: String,
    number: u32,
}

struct Parser<'b, 't> {
    builder: &'b mut Builder<'t>,
    attributes: FxHashMap<String, String>,
    pending: Pending,
    open: Vec<Open>,
    lists: Vec<List>,
    /// Of the innermost delimited block.
    depth: Depth,
    /// Whether a `+` ties the next block to the list item before it.
    attached: bool,
    /// Whether the next words describe a term, or go on with an item, even if they are indented.
    described: bool,
}

impl<'t> Parser<'_, 't> {
    fn text(&self) -> &'t str {
        self.builder.text
    }

    /// Lists and quotes around a block within the current list item.
    fn depth_in_list(&self) -> Depth {
        let lists = u8::try_from(self.lists.len()).unwrap_or(u8::MAX);
        Depth { list: self.depth.list.saturating_add(lists), ..self.depth }
    }

    /// Lists and quotes around the next block, which ends the list unless it is tied to it.
    fn next_depth(&mut self) -> Depth {
        if !std::mem::take(&mut self.attached) {
            self.lists.clear();
        }
        self.described = false;
        self.depth_in_list()
    }

    fn words(&mut self, kind: BlockKind, places: &[Span], whole: Span, depth: Depth) {
        let inlines = self.inlines(places.iter().copied(), None);
        if !inlines.is_empty() {
            self.builder.block_at(kind, whole, inlines, depth);
        }
    }

    fn inlines(&mut self, places: impl IntoIterator<Item = Span>, cell: Option<u16>) -> Vec<Inline> {
        let mut glued = Mapped::default();
        for place in places {
            // ` +` at a line's end is a line break.
            let raw = place.of(self.builder.text);
            let end = place.start + raw.strip_suffix(" +").unwrap_or(raw).trim_end().len();
            if !glued.text().is_empty() {
                glued.insert("\n", place.start);
            }
            glued.push(self.builder.text, place.start..end);
        }
        inline::parse(self.builder, &self.attributes, &glued, cell)
    }

    /// `target` with the attributes that the page defines put in.
    fn resolved(&self, target: &str) -> String {
        inline::resolve(target, &self.attributes)
    }
}

/// The place of a line's text, from `skip` bytes behind its start.
fn behind(line: &Line, text: &str, skip: usize) -> Span {
    line.behind(text, skip).span()
}

#[cfg(test)]
mod tests;
