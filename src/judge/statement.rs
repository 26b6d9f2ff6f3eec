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

/// Lines of one passage were edited at so many times at most; older ones go together.
const MOST_GROUPS: usize = 6;

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
    let mut lines: BTreeMap<MainIx, Vec<usize>> = BTreeMap::new();
    for line in passage.first..passage.end {
        if let Moment::At(at) = dates.edited(line)
            && !document.lines.line_span(&document.text, line).of(&document.text).trim().is_empty()
        {
            lines.entry(at).or_default().push(line);
        }
    }
    while lines.len() > MOST_GROUPS {
        // The two oldest become one, as of the older: it sees at least as many changes.
        let Some((oldest, mut first)) = lines.pop_first() else { break };
        if let Some((_, second)) = lines.pop_first() {
            first.extend(second);
        }
        lines.insert(oldest, first);
    }
    let around = around(passage, document);
    let of_passage: Vec<&Reference> = passage.references(references).collect();
    lines
        .into_iter()
        .rev()
        .map(|(edited, lines)| group(edited, &lines, document, &of_passage, dates, &around))
        .filter(|group| !group.query.terms.is_empty())
        .collect()
}

fn group(
    edited: MainIx,
    lines: &[usize],
    document: &Document,
    references: &[&Reference],
    dates: &dyn LineDates,
    around: &FxHashSet<Term>,
) -> Group {
    let mut query = Query::default();
    let mut entered = edited;
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
        if let Moment::At(at) = dates.entered(line) {
            entered = entered.min(at);
        }
    }
    let on_lines = |r: &&&Reference| lines.binary_search(&document.lines.line_of(r.span.start)).is_ok();
    for reference in references.iter().filter(on_lines) {
        if let Moment::At(at) = dates.token(document.lines.line_of(reference.span.start), &reference.text) {
            entered = entered.min(at);
        }
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
    for term in around {
        query.terms.entry(*term).or_insert(AROUND);
    }
    query.units = units(lines, document);
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

/// Whether what the reference names is looked for by its name.
fn is_name(reference: &Reference) -> bool {
    matches!(reference.standing, Standing::Affirmed | Standing::Output)
        && !(reference.kind == Kind::Link && reference.text.contains("://"))
}

/// The words of a reference that are its name: of a path its last part, of all else the whole.
fn named(reference: &Reference) -> String {
    match reference.kind {
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
