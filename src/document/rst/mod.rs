//! reStructuredText, as docutils and Sphinx read it.

mod body;
mod directive;
mod inline;
mod section;
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
    let targets = targets(builder.text, &lines);
    let mut parser = Parser { builder, targets, styles: Vec::new() };
    parser.body(&lines, &Context { top: true, ..Context::default() });
}

/// Where a body stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context {
    /// Lists and quotes around it.
    pub(super) depth: Depth,
    /// How many bodies are around it.
    pub(super) level: usize,
    /// Whether sections may start in it.
    pub(super) top: bool,
    /// The list of whose item it is the content; taken by the item's first block.
    pub(super) item: Option<(u32, bool)>,
}

impl Context {
    /// A body within this one.
    pub(super) fn inner(&self) -> Self {
        Self { level: self.level + 1, top: false, item: None, ..*self }
    }
}

/// The state of a parse.
pub(super) struct Parser<'b, 't> {
    pub(super) builder: &'b mut Builder<'t>,
    /// Where hyperlink targets lead, by normalised name.
    pub(super) targets: FxHashMap<String, (String, Span)>,
    /// The marks of each section level, in order of appearance: the character, and whether it
    /// stands over the title too.
    pub(super) styles: Vec<(char, bool)>,
}

impl<'t> Parser<'_, 't> {
    pub(super) fn text(&self) -> &'t str {
        self.builder.text
    }

    /// Adds a block of the words in `lines`.
    pub(super) fn words(&mut self, kind: BlockKind, lines: &[Line], depth: Depth) {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let span = Span::new(first.start, last.end);
        let inlines = self.inlines(lines.iter().map(Line::span), None);
        if !inlines.is_empty() {
            self.builder.block_at(kind, span, inlines, depth);
        }
    }

    /// The inlines of words that stand at `places`, a line each, in column `cell` of a table.
    pub(super) fn inlines(&mut self, places: impl IntoIterator<Item = Span>, cell: Option<u16>) -> Vec<Inline> {
        let mut glued = Mapped::default();
        for place in places {
            if !glued.text().is_empty() {
                glued.insert("\n", place.start);
            }
            glued.push(self.builder.text, place.start..place.end);
        }
        inline::parse(self.builder, &self.targets, &glued, cell)
    }
}

/// A hyperlink target's name as docutils compares it.
pub(super) fn normalized(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The name and the rest of `_name: rest` (what stands behind `.. `).
pub(super) fn target(content: &str) -> Option<(std::ops::Range<usize>, usize)> {
    let rest = content.strip_prefix('_')?;
    if let Some(quoted) = rest.strip_prefix('`') {
        let close = quoted.find('`')?;
        quoted[close + 1..].starts_with(':').then_some((2..2 + close, close + 4))
    } else {
        let mut from = 0;
        loop {
            let colon = from + rest[from..].find(':')?;
            let escaped = rest[..colon].ends_with('\\');
            let after = &rest[colon + 1..];
            if !escaped && colon > 0 && (after.is_empty() || after.starts_with(' ')) {
                return Some((1..1 + colon, colon + 2));
            }
            from = colon + 1;
        }
    }
}

/// All external targets of the page: links may come before them.
fn targets(text: &str, lines: &[Line]) -> FxHashMap<String, (String, Span)> {
    let mut found = FxHashMap::default();
    for line in lines {
        let Some(content) = line.of(text).strip_prefix(".. ") else { continue };
        let Some((name, rest)) = target(content) else { continue };
        let after = content.get(rest..).unwrap_or("");
        let dest = after.trim();
        if !dest.is_empty() {
            let start = line.start + 3 + rest + after.len() - after.trim_start().len();
            let dest = dest.trim_matches('`');
            found.entry(normalized(&content[name])).or_insert((dest.to_owned(), Span::new(start, start + dest.len())));
        }
    }
    found
}

#[cfg(test)]
mod tests;
