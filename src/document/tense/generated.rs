//! Pages that a program writes.

use std::sync::LazyLock;

use regex::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

use super::super::model::Document;

/// `rules/document/generated.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generated {
    pub(super) patterns: Vec<String>,
    pub(super) not: Vec<String>,
    first_lines: usize,
    last_lines: usize,
}

/// A test proves that the data parses; so the default is never taken.
pub(super) static GENERATED: LazyLock<Generated> =
    LazyLock::new(|| toml::from_str(include_str!("../../../rules/document/generated.toml")).unwrap_or_default());

static PATTERNS: LazyLock<(RegexSet, RegexSet)> = LazyLock::new(|| (set(&GENERATED.patterns), set(&GENERATED.not)));

fn set(patterns: &[String]) -> RegexSet {
    RegexSetBuilder::new(patterns).case_insensitive(true).build().unwrap_or_default()
}

/// A line is looked at up to this many bytes.
const LONGEST: usize = 500;

/// What says that a program wrote the page.
pub(super) fn by(document: &Document) -> Option<String> {
    let rule = &*GENERATED;
    let count = document.lines.len();
    let line = |i: usize| document.lines.line_span(&document.text, i).of(&document.text);
    // A statement may go over two lines.
    let first = (0..rule.first_lines.min(count)).map(|i| {
        let mut text = clip(line(i)).to_owned();
        if i + 1 < count {
            text.push(' ');
            text.push_str(clip(line(i + 1)).trim());
        }
        text
    });
    let last = (count.saturating_sub(rule.last_lines + 1)..count).map(|i| clip(line(i)).to_owned());
    let limit = document.lines.line_span(&document.text, rule.first_lines).start;
    let comments = document
        .comments
        .iter()
        .take_while(|c| c.span.start <= limit)
        .map(|c| clip(&c.text).split_whitespace().collect::<Vec<_>>().join(" "));
    let said = comments.chain(first).chain(last).find(|text| is_mark(text))?;
    let words: String =
        said.trim_matches(|c: char| c.is_whitespace() || "<!->#*/".contains(c)).chars().take(120).collect();
    Some(words)
}

fn is_mark(text: &str) -> bool {
    let (patterns, not) = &*PATTERNS;
    patterns.is_match(text) && !not.is_match(text)
}

fn clip(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
