//! Versions that pages state: of toolchains that the project needs, of packages to install, of
//! images and actions.

mod pin;
mod sample;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use serde::Deserialize;

use crate::document::{Block, BlockKind, Document, InlineKind, Span};
use crate::reference::model::Reference;
use crate::reference::sample::lines as sample_lines;

use super::of_block;
use super::text::BlockText;

/// What a version is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A language, a runtime, a tool: [`VersionClaim::name`] is its id (`rust`, `node`, `java`).
    Toolchain,
    /// A package: as the manifest names it (`serde`, `@scope/name`, `group:artifact`).
    Package,
    /// A container image, without its tag.
    Image,
    /// An action of a workflow: `owner/name`.
    Action,
    /// Another thing, by its name without separators, lower case.
    Pin,
}

/// How a version is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bound {
    /// This one or a newer one.
    AtLeast,
    /// This one, or what the ecosystem takes a bare version for.
    Bare,
    /// `^`, `~`, `~=`: what is compatible.
    Compatible,
    /// `==`, `=`.
    Exact,
    /// Less than it.
    Below,
}

/// A version with what it is said of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionClaim {
    /// What kind of thing it is of.
    pub subject: Subject,
    /// Its name.
    pub name: String,
    /// How it is meant.
    pub bound: Bound,
    /// The version as written, without operators, a leading `v` kept.
    pub version: String,
    /// Place of the version.
    pub span: Span,
    /// Index of the section.
    pub section: usize,
    /// Index of the block.
    pub block: usize,
    /// Whether it stands in a sample rather than in words.
    pub sample: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Words {
    tool: Vec<Tool>,
    between: Between,
    at_least: AtLeast,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tool {
    id: String,
    names: Vec<String>,
    /// Names that are words of the language as well.
    words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Between {
    words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AtLeast {
    after: Vec<String>,
    before: Vec<String>,
}

struct Lists {
    words: Words,
    names: Option<AhoCorasick>,
    tool: Vec<usize>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let words: Words = toml::from_str(include_str!("../../../rules/language/versions.toml")).unwrap_or_default();
    let mut patterns: Vec<&str> = Vec::new();
    let mut tool = Vec::new();
    for (i, t) in words.tool.iter().enumerate() {
        patterns.extend(t.names.iter().chain(&t.words).map(String::as_str));
        tool.extend(std::iter::repeat_n(i, t.names.len() + t.words.len()));
    }
    let names = AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok();
    Lists { names, tool, words }
});

/// The versions that a page states.
#[must_use]
pub fn extract(doc: &Document, refs: &[Reference]) -> Vec<VersionClaim> {
    let mut out = Vec::new();
    for (index, block) in doc.blocks.iter().enumerate() {
        match &block.kind {
            BlockKind::Code { lang, .. } => {
                let lines = sample_lines(doc, block);
                sample::sample(&lines, lang.as_deref(), index, block, &mut out);
            }
            BlockKind::FrontMatter | BlockKind::Directive { .. } => {}
            _ => {
                let text = BlockText::new(doc, block);
                words(&text, index, block, &mut out);
                under_heading(doc, &text, index, block, &mut out);
                pin::words(&text, index, block, &mut out);
                badges(doc, index, block, &mut out);
            }
        }
        sample::installed(doc, refs, of_block(refs, index), index, block, &mut out);
    }
    pin::attributes(doc, &mut out);
    out.sort_by(|a, b| (a.span, a.subject, &a.name).cmp(&(b.span, b.subject, &b.name)));
    out.dedup_by(|b, a| a.span == b.span);
    out
}

fn claim(
    subject: Subject,
    name: &str,
    bound: Bound,
    version: &str,
    span: Span,
    index: usize,
    block: &Block,
) -> VersionClaim {
    let sample = matches!(block.kind, BlockKind::Code { .. });
    VersionClaim {
        subject,
        name: name.to_owned(),
        bound,
        version: version.to_owned(),
        span,
        section: block.section,
        block: index,
        sample,
    }
}

/// Length of a version at the beginning of `s`: `1`, `1.2`, `v1.2.3-rc.1`, `3.x`, `17`.
fn version_len(s: &str) -> usize {
    let b = s.as_bytes();
    let mut i = usize::from(matches!(b.first(), Some(b'v' | b'V')));
    if !b.get(i).is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    loop {
        while b.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        if b.get(i) == Some(&b'.') && b.get(i + 1).is_some_and(|c| c.is_ascii_digit()) {
            i += 1;
        } else if b.get(i) == Some(&b'.') && b.get(i + 1).is_some_and(|c| matches!(c, b'x' | b'X' | b'*')) {
            i += 2;
            break;
        } else {
            break;
        }
    }
    // A pre-release or a build; an image's variant (`-alpine`) too.
    if b.get(i) == Some(&b'-') && b.get(i + 1).is_some_and(u8::is_ascii_alphanumeric) {
        let mut k = i + 1;
        while b.get(k).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-')) {
            k += 1;
        }
        while matches!(b.get(k - 1), Some(b'.' | b'-')) {
            k -= 1;
        }
        return k;
    }
    if b.get(i).is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
        return 0;
    }
    i
}

/// `Rust 1.70 or newer`, `requires Python 3.7+`, `Node.js >= 14.18`, `C++17`.
fn words(text: &BlockText<'_>, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    let body = text.text();
    let Some(names) = &LISTS.names else { return };
    if !body.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    let b = body.as_bytes();
    for m in names.find_iter(body) {
        let Some(tool) = LISTS.tool.get(m.pattern().as_usize()).and_then(|t| LISTS.words.tool.get(*t)) else {
            continue;
        };
        let before = m.start().checked_sub(1).and_then(|i| b.get(i));
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'/' | b'.' | b'@')) {
            continue;
        }
        let mut at = m.end();
        let name = body.get(m.range()).unwrap_or("");
        let glued = b.get(at).is_some_and(u8::is_ascii_digit);
        if glued && !name.ends_with("++") || b.get(at).is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
            continue;
        }
        let gap = between(body.get(at..).unwrap_or(""));
        at += gap;
        if text.cells.iter().any(|(_, start)| (m.end()..=at).contains(start)) {
            continue; // the number stands in another cell
        }
        let between_text = body.get(m.end()..at).unwrap_or("");
        let mut first = true;
        // `3.8, 3.9 and 3.10`
        for _ in 0..8 {
            let rest = body.get(at..).unwrap_or("");
            let len = plain_len(rest);
            if len == 0 || is_count(rest.get(len..).unwrap_or(""), rest.get(..len).unwrap_or("")) {
                break;
            }
            let version = rest.get(..len).unwrap_or("");
            let after = rest.get(len..).unwrap_or("");
            let trimmed = after.trim_start_matches(['`', '*', ' ', ')', '_']);
            let close = after.trim_start_matches(['`', '*']);
            let plus = LISTS
                .words
                .at_least
                .after
                .iter()
                .any(|w| if w == "+" { close.starts_with('+') } else { trimmed.starts_with(w.as_str()) });
            // "go 1.20 or later" is of the language, "go 3 steps back" is not.
            if tool.words.iter().any(|w| w == name) && !(plus && version.contains('.')) {
                break;
            }
            let head_start = floor(body, m.start().saturating_sub(30));
            let lead = body.get(head_start..m.start()).unwrap_or("");
            let least = plus
                || first
                    && LISTS
                        .words
                        .at_least
                        .before
                        .iter()
                        .any(|w| between_text.contains(w.as_str()) || lead.contains(w.as_str()) || name == w.as_str());
            let below = between_text.trim_start().starts_with('<');
            let bound = if below {
                Bound::Below
            } else if least {
                Bound::AtLeast
            } else if between_text.contains(['^', '~']) {
                Bound::Compatible
            } else {
                Bound::Bare
            };
            out.push(claim(
                Subject::Toolchain,
                &tool.id,
                bound,
                version,
                text.located.span(at..at + len),
                index,
                block,
            ));
            first = false;
            let mut next = after.trim_start_matches(['`', '+', '*']);
            let mut joined = false;
            for join in [", and ", ", or ", ", ", " and ", " or ", "/", " / ", " & ", "、", "と", "または"] {
                if let Some(n) = next.strip_prefix(join) {
                    next = n;
                    joined = true;
                    break;
                }
            }
            if !joined {
                break;
            }
            let next = next.trim_start_matches('`');
            if !next.starts_with(|c: char| c.is_ascii_digit()) {
                break;
            }
            at = body.len() - next.len();
        }
    }
}

/// `Version: 1.20` below a heading that is the name of a tool and nothing else.
fn under_heading(doc: &Document, text: &BlockText<'_>, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    if !matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem { .. }) {
        return;
    }
    let body = text.text();
    let lower = body.get(..24.min(body.len())).unwrap_or("").to_ascii_lowercase();
    let lead =
        ["minimum version", "required version", "version", "バージョン"].into_iter().find(|l| lower.starts_with(l));
    let Some(lead) = lead else { return };
    let rest = body.get(lead.len()..).unwrap_or("");
    let value = rest.trim_start_matches([':', ' ', '：', '>', '=', '`', '*']);
    let at = body.len() - value.len();
    let len = plain_len(value);
    let closed = value.get(len..).is_some_and(|r| r.trim_start_matches(['+', '`', '*', '.', ' ']).is_empty());
    if rest.len() == value.len() || len == 0 || !(closed || value.get(len..).is_some_and(|r| r.contains("or "))) {
        return;
    }
    let Some(heading) = doc.sections.get(block.section).and_then(|s| s.heading_path.last()) else { return };
    let named = |t: &&Tool| t.names.iter().chain(&t.words).any(|n| n.eq_ignore_ascii_case(heading.trim()));
    let Some(tool) = LISTS.words.tool.iter().find(named) else { return };
    let version = value.get(..len).unwrap_or("");
    let least = rest.contains(">=") || value.get(len..).is_some_and(|r| r.starts_with('+') || r.contains("or "));
    let bound = if least { Bound::AtLeast } else { Bound::Bare };
    out.push(claim(Subject::Toolchain, &tool.id, bound, version, text.located.span(at..at + len), index, block));
}

/// A version in words: no variants behind a dash.
fn plain_len(s: &str) -> usize {
    let len = version_len(s);
    let text = s.get(..len).unwrap_or("");
    match text.find('-') {
        Some(dash)
            if !["alpha", "beta", "rc", "pre", "SNAPSHOT", "M"]
                .iter()
                .any(|t| text.get(dash + 1..).is_some_and(|r| r.starts_with(t))) =>
        {
            dash
        }
        _ => len,
    }
}

/// Whether a whole number counts something rather than being a version: "Node 5 times", "Go 100 %".
fn is_count(after: &str, version: &str) -> bool {
    let word = after.trim_start_matches([' ', '-']).split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    (version.len() > 4 && !version.contains('.'))
        || after.starts_with(['%', ':'])
        || (!version.contains('.')
            && [
                "times",
                "files",
                "seconds",
                "minutes",
                "hours",
                "days",
                "lines",
                "modules",
                "packages",
                "bytes",
                "bit",
                "bits",
                "percent",
                "of",
                "steps",
                "examples",
                "th",
                "st",
                "nd",
                "rd",
                "ms",
                "s",
                "x",
                "nodes",
                "instances",
                "containers",
                "processes",
                "services",
            ]
            .contains(&word))
}

fn floor(s: &str, mut at: usize) -> usize {
    while at > 0 && !s.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Length of what may stand between a tool's name and its version.
fn between(rest: &str) -> usize {
    let mut at = 0;
    for _ in 0..12 {
        let body = rest.get(at..).unwrap_or("");
        if version_len(body) > 0 || at > 60 {
            return at;
        }
        let marks = body.len()
            - body
                .trim_start_matches([
                    ' ', '*', '_', '`', '(', ':', '>', '=', '≥', '^', '~', '<', '[', '"', '（', '：', '\u{a0}',
                ])
                .len();
        if marks > 0 {
            at += marks;
            continue;
        }
        let word = LISTS
            .words
            .between
            .words
            .iter()
            .filter(|w| {
                body.starts_with(w.as_str())
                    && !(w.is_ascii() && body.as_bytes().get(w.len()).is_some_and(u8::is_ascii_alphabetic))
            })
            .map(String::len)
            .max();
        match word {
            Some(len) => at += len,
            // "the minimum version of Rust for the program is 1.70"
            None => match body.strip_prefix("for ").and_then(|rest| rest.find(' ')) {
                Some(len) => at += "for ".len() + len,
                None => return at,
            },
        }
    }
    at
}

/// `…/badge/rustc-1.70+-blue`.
fn badges(doc: &Document, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    for inline in &block.inlines {
        let InlineKind::Image(target) = &inline.kind else { continue };
        let Some(at) = target.dest.find("/badge/") else { continue };
        let label = target.dest.get(at + 7..).unwrap_or("");
        let mut pieces = label.split(['-', '/', '?', '.']).filter(|p| !p.is_empty());
        let Some(name) = pieces.next() else { continue };
        let name = name.replace("%20", " ").replace('_', " ");
        let name = name.trim();
        let Some(tool) = LISTS.words.tool.iter().find(|t| {
            t.names.iter().any(|n| {
                name == n
                    || name.eq_ignore_ascii_case(n)
                    || name.strip_suffix(" version").is_some_and(|x| x.eq_ignore_ascii_case(n))
            })
        }) else {
            continue;
        };
        let rest = label.get(label.find('-').map_or(label.len(), |i| i + 1)..).unwrap_or("");
        let skip = rest.len() - rest.trim_start_matches(['%', '>', '=', '~', '^']).len();
        let skip = skip
            + if rest.get(skip..).is_some_and(|r| r.starts_with("3E%3D") || r.starts_with("3E=")) {
                rest.get(skip..).and_then(|r| r.find(['D', '='])).map_or(0, |i| i + 1)
            } else {
                0
            };
        let rest = rest.get(skip..).unwrap_or("");
        let len = plain_len(rest);
        let Some(version) = rest.get(..len).filter(|v| !v.is_empty()) else { continue };
        let after = rest.get(len..).unwrap_or("");
        let bound = if after.starts_with(['+', '%']) || skip > 0 { Bound::AtLeast } else { Bound::Bare };
        let offset = target.dest.len() - rest.len();
        let span = Span::new(target.span.start + offset, target.span.start + offset + len);
        if span.of(&doc.text) == version {
            out.push(claim(Subject::Toolchain, &tool.id, bound, version, span, index, block));
        }
    }
}

#[cfg(test)]
mod tests;
