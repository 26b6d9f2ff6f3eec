//! What a passage asks of the code: its lines by when they were last edited, and the terms in them.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::index::Query;
use super::passage::Passage;
use super::words::{self, Shape};
use crate::document::{BlockKind, Document};
use crate::history::MainIx;
use crate::history::moment::Moment;
use crate::history::term::Term;
use crate::reference::{Kind, Reference, Standing};
use crate::rule::dates::LineDates;

/// Lines of one passage were edited, and came, at so many times at most; older ones go together.
const MOST_GROUPS: usize = 16;

const NAME: f32 = 3.0;
const NAME_OF_ONE_WORD: f32 = 2.0;
const VERSION: f32 = 2.5;
const NUMBER: f32 = 0.8;
const WORD: f32 = 1.0;
/// What stands in the headings, or elsewhere in the passage, says what a line is about, but less.
const AROUND: f32 = 0.3;

/// Lines of a passage that were last edited at the same time.
#[derive(Debug, Clone)]
pub struct Group {
    /// When they were last edited.
    pub edited: MainIx,
    /// When the oldest of them, or of the names in them, entered the page.
    pub entered: MainIx,
    /// What they ask.
    pub query: Query,
}

/// The groups of a passage, newest edit first. Lines that are not committed, or older than the history,
/// are in none: nothing is known of what the code was when they were written.
#[must_use]
pub fn groups(passage: &Passage, document: &Document, references: &[Reference], dates: &dyn LineDates) -> Vec<Group> {
    let of_passage: Vec<&Reference> = passage.references(references).collect();
    let mut lines: BTreeMap<When, Vec<usize>> = BTreeMap::new();
    for line in passage.first..passage.end {
        if let Moment::At(at) = dates.edited(line)
            && !document.lines.line_span(&document.text, line).of(&document.text).trim().is_empty()
        {
            let entered = entered(line, at, document, &of_passage, dates);
            let key = When { edited: at, entered, promised: is_promised(line, document) };
            lines.entry(key).or_default().push(line);
        }
    }
    while lines.len() > MOST_GROUPS {
        // The two oldest become one, as of the older: it sees at least as many changes.
        let Some((oldest, mut first)) = lines.pop_first() else { break };
        if let Some((_, second)) = lines.pop_first() {
            first.extend(second);
        }
        first.sort_unstable();
        lines.insert(oldest, first);
    }
    let around = around(passage, document);
    let subject = subject(passage, document);
    lines
        .into_iter()
        .rev()
        .map(|(when, lines)| group(when, &lines, document, &of_passage, (&around, &subject)))
        .filter(|group| !group.query.terms.is_empty())
        .collect()
}

/// When `line`, which was edited at `edited`, or the oldest of the names in it entered the page.
fn entered(
    line: usize,
    edited: MainIx,
    document: &Document,
    references: &[&Reference],
    dates: &dyn LineDates,
) -> MainIx {
    let at = |moment: Moment| if let Moment::At(at) = moment { at } else { edited };
    let of_names = references.iter().filter(|r| document.lines.line_of(r.span.start) == line);
    of_names.map(|r| at(dates.token(line, &r.text))).fold(edited.min(at(dates.entered(line))), MainIx::min)
}

/// The names in the heading right above: what the lines below are about, though they need not repeat it.
fn subject(passage: &Passage, document: &Document) -> Vec<Term> {
    let mut out = Vec::new();
    let section = document.sections.get(passage.section);
    if let Some(heading) = section.and_then(|section| section.heading_path.last()) {
        words::terms(heading, &mut |term, shape| {
            if shape == Shape::Name {
                out.push(term);
            }
        });
    }
    out
}

/// What the lines of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct When {
    edited: MainIx,
    entered: MainIx,
    promised: bool,
}

/// Whether the line, or what it is a part of, says that something is not there yet, or will be: what comes then
/// makes it false, and not what goes.
fn is_promised(line: usize, document: &Document) -> bool {
    const SIGNS: &[&str] = &[
        "not yet",
        "n't yet",
        "yet.",
        "yet)",
        "yet,",
        "yet_",
        "yet*",
        "not done",
        "to be done",
        "coming soon",
        "work in progress",
        "in progress",
        "for now",
        "at the moment",
        "for the time being",
        "eventually",
        "is planned",
        "are planned",
        "plan to",
        "planned for",
        "in the future",
        "a future ",
        "future release",
        "future version",
        "not supported",
        "not support",
        "unsupported",
        "not implemented",
        "unimplemented",
        "no support for",
        "currently",
        "todo",
        "wip",
        "\u{672a}\u{5bfe}\u{5fdc}",
        "\u{672a}\u{5b9f}\u{88c5}",
        "\u{4e88}\u{5b9a}",
        "\u{4eca}\u{5f8c}",
        "\u{73fe}\u{6642}\u{70b9}",
    ];
    let text = |line: usize| document.lines.line_span(&document.text, line).of(&document.text);
    // The last block that begins on the line or above it, and reaches it: that of an item begins behind its sign.
    let block = |line: usize| {
        let span = document.lines.line_span(&document.text, line);
        let before = document.blocks.partition_point(|b| b.span.start < span.end).checked_sub(1)?;
        let block = document.blocks.get(before).filter(|b| span.start < b.span.end)?;
        (!matches!(block.kind, BlockKind::Code { .. })).then_some(before)
    };
    let Some(own) = block(line) else { return false };
    // A sentence may go on, on the next line.
    let near = [line.checked_sub(1), Some(line), Some(line + 1).filter(|next| *next < document.lines.len())];
    let near = near.into_iter().flatten().filter(|near| *near == line || block(*near) == Some(own));
    let said: Vec<&str> = near.map(|near| text(near).trim()).collect();
    let said = said.join(" ").to_lowercase();
    SIGNS.iter().any(|sign| {
        said.match_indices(sign).any(|(at, _)| {
            // `wip` is no part of `wipe`.
            let end = said.get(at + sign.len()..).and_then(|rest| rest.chars().next());
            let before = said.get(..at).and_then(|rest| rest.chars().next_back());
            let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            let goes_on = sign.ends_with(char::is_alphabetic) && letter(end);
            let begins_before = sign.starts_with(char::is_alphabetic) && sign.len() < 5 && letter(before);
            !sign.is_ascii() || !goes_on && !begins_before
        })
    })
}

fn group(
    When { edited, entered, promised }: When,
    lines: &[usize],
    document: &Document,
    references: &[&Reference],
    (around, subject): (&FxHashSet<Term>, &[Term]),
) -> Group {
    let mut query = Query { promised, ..Query::default() };
    let raise = |query: &mut Query, term: Term, weight: f32| {
        let held = query.terms.entry(term).or_insert(weight);
        *held = held.max(weight);
    };
    for &line in lines {
        let text = document.lines.line_span(&document.text, line).of(&document.text);
        words::terms(text, &mut |term, shape| match shape {
            Shape::Version => {
                raise(&mut query, term, VERSION);
                query.names.insert(term);
                query.versions.insert(term);
            }
            Shape::Number => {
                raise(&mut query, term, NUMBER);
                query.values.insert(term);
            }
            Shape::Name | Shape::Word => raise(&mut query, term, WORD),
        });
    }
    let on_lines = |r: &&&Reference| lines.binary_search(&document.lines.line_of(r.span.start)).is_ok();
    for reference in references.iter().filter(on_lines) {
        let names = is_name(reference);
        words::terms(&named(reference), &mut |term, shape| {
            let weight = match shape {
                Shape::Name => NAME,
                Shape::Word => NAME_OF_ONE_WORD,
                Shape::Version => VERSION,
                Shape::Number => NUMBER,
            };
            raise(&mut query, term, if names { weight } else { WORD });
            if names && matches!(shape, Shape::Name | Shape::Word) {
                query.names.insert(term);
            }
        });
    }
    for &term in subject {
        raise(&mut query, term, NAME);
        query.names.insert(term);
    }
    for term in around {
        query.terms.entry(*term).or_insert(AROUND);
    }
    query.units = units(lines, document);
    for unit in &mut query.units {
        unit.extend(subject.iter().filter(|term| !unit.contains(term)).copied().collect::<Vec<_>>());
    }
    Group { edited, entered, query }
}

/// The terms of each statement on `lines`. What is said in one breath belongs together: a hunk that has
/// three words of one sentence says more than one that has a word of each of three.
fn units(lines: &[usize], document: &Document) -> Vec<Vec<Term>> {
    let mut units: Vec<FxHashSet<Term>> = Vec::new();
    let mut of: Option<usize> = None;
    for &line in lines {
        let span = document.lines.line_span(&document.text, line);
        let text = span.of(&document.text);
        // The block that holds the line's first letter.
        let at = span.start + (text.len() - text.trim_start().len());
        let before = document.blocks.partition_point(|b| b.span.start <= at).checked_sub(1);
        let whole = before.filter(|before| {
            let block = document.blocks.get(*before).filter(|b| at < b.span.end);
            block.is_some_and(|b| !matches!(b.kind, BlockKind::Code { .. }))
        });
        if whole.is_none() || whole != of || units.is_empty() {
            units.push(FxHashSet::default());
        }
        of = whole;
        if let Some(unit) = units.last_mut() {
            unit.extend(words::set(text));
        }
    }
    units.into_iter().filter(|unit| !unit.is_empty()).map(|unit| unit.into_iter().collect()).collect()
}

/// Whether what the reference names is looked for by its name. Of an address that is one on the reader's own
/// machine: what is served there is the code's.
fn is_name(reference: &Reference) -> bool {
    matches!(reference.standing, Standing::Affirmed | Standing::Output)
        && (reference.kind != Kind::Link || reference.text.split_once("://").is_none_or(|(_, rest)| is_local(rest)))
}

fn is_local(rest: &str) -> bool {
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0")
}

/// The words of a reference that are its name: of a path its last part, of all else the whole.
fn named(reference: &Reference) -> String {
    match reference.kind {
        Kind::Link if reference.text.contains("://") => {
            let path = reference.text.split('/').skip(3).filter(|p| !p.is_empty());
            path.last().and_then(|last| last.split(['?', '#']).next()).unwrap_or_default().to_owned()
        }
        Kind::Path | Kind::Link => {
            reference.parts.iter().rev().find(|p| !p.is_empty()).cloned().unwrap_or_else(|| reference.text.clone())
        }
        _ => reference.text.clone(),
    }
}

/// The terms of the whole passage and of the headings above it.
fn around(passage: &Passage, document: &Document) -> FxHashSet<Term> {
    let mut out = words::set(passage.text(document));
    if let Some(section) = document.sections.get(passage.section) {
        for heading in &section.heading_path {
            out.extend(words::set(heading));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{self, DocumentId, Format};

    fn promised(text: &str) -> Vec<bool> {
        let document = document::parse(DocumentId::new("a.md"), Format::Markdown, text.as_bytes()).unwrap();
        (0..document.lines.len()).map(|line| is_promised(line, &document)).collect()
    }

    #[test]
    fn what_is_not_there_yet_is_told_from_what_is() {
        for text in [
            "* Decoding of brotli. (Not done.)\n",
            "- **federation** coming soon\n",
            "It does not\nsupport native histograms yet.\n",
            "The cache is not implemented.\n",
            "TODO: tell of the cache.\n",
            "圧縮は未対応です。\n",
        ] {
            assert!(promised(text)[0], "{text}");
        }
        for text in [
            "It wipes the cache.\n",
            "It retries three times.\n",
            "```\nx = 1 # not done\n```\n",
            "The method of todos.\n",
        ] {
            assert!(!promised(text).contains(&true), "{text}");
        }
    }
}
