//! Versions of other things that pages name: `stone: v1.2.0`, `:StoneVersion: 1.2.0`,
//! `git clone -b v1.2.0 https://host/owner/stone`.

use crate::document::{Block, BlockKind, Document, Format, Span};
use crate::history::facts::pin;

use super::super::text::BlockText;
use super::{Bound, Subject, VersionClaim, claim, plain_len};

/// Names shorter than this say nothing.
const SHORTEST: usize = 3;

/// Whether a version is told in full: with two dots, or with a `v` and one.
fn is_whole(version: &str) -> bool {
    let dots = version.matches('.').count();
    dots >= 2 || dots == 1 && version.starts_with('v')
}

/// Running text: a name with its version right behind it.
pub(super) fn words(text: &BlockText<'_>, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    if !matches!(block.kind, BlockKind::ListItem { .. } | BlockKind::Paragraph) {
        return;
    }
    let body = text.text();
    let bytes = body.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        let first = digit(at) || bytes.get(at) == Some(&b'v') && digit(at + 1);
        let begins =
            at.checked_sub(1).and_then(|i| bytes.get(i)).is_none_or(|b| matches!(b, b' ' | b':' | b'(' | b'[' | b'='));
        if !first || !begins {
            at += 1;
            continue;
        }
        let len = plain_len(body.get(at..).unwrap_or(""));
        if len == 0 {
            at += 1;
            continue;
        }
        let version = body.get(at..at + len).unwrap_or("");
        let behind = body.get(at + len..).unwrap_or("");
        let next = behind.trim_start_matches(['`', '*', ')', ' ']);
        let alone = !next.starts_with(['+', 'x', '-', '/'])
            && !["or ", "and ", "to ", "以"].iter().any(|w| next.starts_with(w))
            && !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let span = text.located.span(at..at + len);
        let before = body.get(..at).unwrap_or("");
        let least = [">=", "≥"].iter().any(|w| before.trim_end().ends_with(w))
            || behind.starts_with('+')
            || ["or newer", "or later", "or higher", "or above", "and above", "and newer"]
                .iter()
                .any(|w| next.starts_with(w));
        if let Some(word) = word_before(before) {
            let name = pin::name(word);
            if least {
                out.push(claim(Subject::Package, word, Bound::AtLeast, version, span, index, block));
            } else if alone && is_whole(version) && name.len() >= SHORTEST {
                out.push(claim(Subject::Pin, &name, Bound::Exact, version, span, index, block));
            }
        }
        at += len;
    }
}

/// The word right before a version, marks between them left out.
fn word_before(before: &str) -> Option<&str> {
    let before = before.trim_end_matches([' ', ':', '`', '*', '(', '[', 'v', '>', '=', '≥']);
    let before = before.strip_suffix(" version").or_else(|| before.strip_suffix(" Version")).unwrap_or(before);
    let before = before.trim_end_matches([' ', '`', '*', ':', ']']);
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '/');
    let from = before.len() - before.chars().rev().take_while(|c| part(*c)).count();
    let word = before.get(from..)?.trim_matches(['.', '-', '/']);
    (word.len() > 2 && word.bytes().any(|b| b.is_ascii_alphabetic())).then_some(word)
}

/// A command that fetches a tag: `git clone -b v1.2.0 https://host/owner/stone`.
pub(super) fn cloned(
    text: &str,
    index: usize,
    block: &Block,
    span: &dyn Fn(usize, usize) -> Span,
    out: &mut Vec<VersionClaim>,
) {
    if !text.contains("clone ") {
        return;
    }
    let Some(flag) = ["-b ", "--branch ", "--branch="].iter().find_map(|f| Some(text.find(f)? + f.len())) else {
        return;
    };
    let tag = text.get(flag..).unwrap_or("");
    let len = plain_len(tag);
    let version = tag.get(..len).unwrap_or("");
    if len == 0 || !is_whole(version) || !tag.get(len..).is_none_or(|r| r.is_empty() || r.starts_with([' ', '"', '\'']))
    {
        return;
    }
    let mut words = text.split([' ', '"', '\'']);
    let Some(url) = words.find(|w| w.contains("://") || w.starts_with("git@")) else { return };
    let name = pin::name(url.trim_end_matches('/').trim_end_matches(".git").rsplit('/').next().unwrap_or(""));
    if name.len() >= SHORTEST {
        out.push(claim(Subject::Pin, &name, Bound::Exact, version, span(flag, flag + len), index, block));
    }
}

/// What an AsciiDoc page defines: `:StoneVersion: 1.2.0`.
pub(super) fn attributes(doc: &Document, out: &mut Vec<VersionClaim>) {
    if doc.format != Format::Asciidoc {
        return;
    }
    let mut start = 0;
    for line in doc.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let Some((attribute, value)) = line.strip_prefix(':').and_then(|r| r.split_once(": ")) else { continue };
        let plain = pin::name(attribute);
        let Some(name) = plain.strip_suffix("version").filter(|n| n.len() >= SHORTEST) else { continue };
        let text = value.trim();
        let len = plain_len(text);
        if len == 0 || len != text.len() || !text.contains('.') {
            continue;
        }
        let at = here + line.len() - value.trim_start().len();
        let section = doc.sections.iter().rposition(|s| s.span.start <= at).unwrap_or(0);
        out.push(VersionClaim {
            subject: Subject::Pin,
            name: name.to_owned(),
            bound: Bound::Exact,
            version: text.to_owned(),
            span: Span::new(at, at + len),
            section,
            block: usize::MAX,
            sample: true,
        });
    }
}
