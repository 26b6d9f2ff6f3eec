//! Divides a page into sections: what stands before the first heading, then one per heading.

use rustc_hash::FxHashMap;

use super::model::{Block, BlockKind, Inline, InlineKind, Section};
use super::slug;
use super::span::{LineIndex, Span};

/// The slug of a heading that has no letter in it.
const UNNAMED: &str = "section";

/// A page of more headings than this is no page for people; the rest of it belongs to the last one.
const MOST_SECTIONS: usize = 20_000;

/// A heading's text is kept up to this many bytes.
const LONGEST_HEADING: usize = 300;

/// The sections of a page, which leave nothing of it out; sets each block's section.
pub(crate) fn divide(text: &str, lines: &LineIndex, blocks: &mut [Block]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut ids = Ids::default();
    let mut path: Vec<(u8, String, String)> = Vec::new();
    for block in blocks.iter() {
        let BlockKind::Heading { level } = block.kind else { continue };
        let line = lines.line_span(text, lines.line_of(block.span.start)).start;
        if sections.len() >= MOST_SECTIONS {
            break;
        }
        let before = sections.last().map_or(0, |s| s.span.start);
        let start = if sections.is_empty() || line > before { line } else { block.span.start.max(before) };
        match sections.last_mut() {
            Some(last) => last.span.end = start,
            None if text[..start].trim().is_empty() => {}
            None => sections.push(preamble(start)),
        }
        let start = if sections.is_empty() { 0 } else { start };
        let heading = heading_text(&block.inlines);
        let slug = Some(slug::github(&heading)).filter(|s| !s.is_empty()).unwrap_or_else(|| UNNAMED.to_owned());
        path.retain(|(l, _, _)| *l < level);
        path.push((level, heading.clone(), slug));
        let id = path.iter().map(|(_, _, s)| s.as_str()).collect::<Vec<_>>().join("/");
        sections.push(Section {
            id: ids.unique(id),
            level,
            heading,
            heading_path: path.iter().map(|(_, h, _)| h.clone()).collect(),
            span: Span::new(start, text.len()),
        });
    }
    if sections.is_empty() {
        sections.push(preamble(text.len()));
    }
    for block in blocks {
        let at = block.span.start;
        block.section = sections.partition_point(|s| s.span.start <= at).saturating_sub(1);
    }
    sections
}

fn preamble(end: usize) -> Section {
    Section { id: "_".into(), level: 0, heading: String::new(), heading_path: Vec::new(), span: Span::new(0, end) }
}

/// A heading's text without markup, cut at a length that no real one has.
fn heading_text(inlines: &[Inline]) -> String {
    let text = full_heading_text(inlines);
    let mut end = text.len().min(LONGEST_HEADING);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].trim().to_owned()
}

/// A heading's text without markup.
pub(crate) fn full_heading_text(inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        match inline.kind {
            InlineKind::Text | InlineKind::Code => out.push_str(&inline.text),
            InlineKind::Break => out.push(' '),
            _ => {}
        }
    }
    out.trim().to_owned()
}

/// Puts counters behind repeated ids.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// How often each id was given, and the next counter to try.
    seen: FxHashMap<String, usize>,
}

impl Ids {
    /// `id`, or `id-1`, `id-2` … where it was given before.
    pub(crate) fn unique(&mut self, id: String) -> String {
        self.unique_with(id, '-')
    }

    /// The same with another mark before the counter.
    pub(crate) fn unique_with(&mut self, id: String, mark: char) -> String {
        self.unique_from(id, mark.encode_utf8(&mut [0; 4]), 1)
    }

    /// The same with a counter that starts at `first`.
    pub(crate) fn unique_from(&mut self, id: String, mark: &str, first: usize) -> String {
        let Some(mut count) = self.seen.get(&id).copied() else {
            self.seen.insert(id.clone(), 0);
            return id;
        };
        count = count.max(first.saturating_sub(1));
        loop {
            count += 1;
            let candidate = format!("{id}{mark}{count}");
            if !self.seen.contains_key(&candidate) {
                self.seen.insert(id, count);
                self.seen.insert(candidate.clone(), 0);
                return candidate;
            }
        }
    }

    /// The next of `prefix1`, `prefix2` …
    pub(crate) fn numbered(&mut self, prefix: &str) -> String {
        let count = self.seen.entry(prefix.to_owned()).or_insert(0);
        *count += 1;
        format!("{prefix}{count}")
    }

    /// `id` where it is new, else the next of `prefix1`, `prefix2` …
    pub(crate) fn first_or_numbered(&mut self, id: String, prefix: &str) -> String {
        if self.seen.contains_key(&id) {
            return self.numbered(prefix);
        }
        self.seen.insert(id.clone(), 0);
        id
    }
}
