//! Contradictions between pages: two that give different values for the same thing.
//!
//! Candidates share references or nearly the same words. Values are compared without a model first: lines
//! that are the same but for a value are laid beside each other. Where the code bears out one of them the
//! other is wrong; failing that, in copies of one text, the one that was edited later is believed. What is
//! left goes to the model.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use std::sync::Arc;

use chrono::DateTime;
use rustc_hash::{FxHashMap, FxHashSet};

use super::answer::Item;
use super::change::{Hunk, Line, Mark};
use super::index::{self, Index};
use super::passage::{self, Passage};
use super::quotes::Placed;
use super::select::{Code, Page};
use super::skeleton::{self, Skeleton};
use super::verify;
use super::words::{self, Shape};
use crate::document::{Span, Tense};
use crate::finding::{Evidence, Finding, Judgement, Witness};
use crate::history::term::Term;
use crate::history::{ReadError, RepoPath};
use crate::triage::near_duplicates::{self, Candidate};

/// A name that more passages give is shared by chance.
const MOST_PASSAGES: usize = 10;
/// Names that two passages must share for the model to compare them.
const LEAST_SHARED: usize = 3;
/// Names that a common heading stands for.
const HEADING: usize = 2;
/// Pairs that the model compares.
const MOST_PAIRS: usize = 60;
/// Lines with one skeleton that are laid beside each other.
const MOST_ALIKE: usize = 12;
/// Files of code that are searched for what bears a value out.
const MOST_FILES: usize = 40;

/// One of two passages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The passage.
    pub passage: Passage,
    /// When one of its lines was last edited; seconds since 1970.
    pub edited: i64,
}

/// Two passages of different pages that speak of the same thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The one that was edited earlier.
    pub old: Side,
    /// The one that was edited later.
    pub new: Side,
    /// How much they share; for ranking only.
    pub score: usize,
}

/// A line that another page's line contradicts.
#[derive(Debug, Clone, PartialEq)]
pub struct Proved {
    /// Where the wrong one is.
    pub side: Side,
    /// The wrong value's place.
    pub span: Span,
    /// The right value.
    pub instead: String,
    /// The page that has it, and the line from 1.
    pub other: (usize, usize),
    /// The code that bears it out, where some does.
    pub code: Option<Witness>,
    /// The system that this is of; none for the first.
    pub system: Option<Arc<str>>,
}

/// What comparing pages gives.
#[derive(Debug, Default)]
pub struct Between {
    /// What needs no model.
    pub proved: Vec<Proved>,
    /// What the model is asked, the likeliest first.
    pub pairs: Vec<Pair>,
}

/// Compares `pages` with each other.
///
/// # Errors
/// Where the object store can't be opened.
pub fn compare(pages: &[Page<'_>], systems: &[Code<'_>]) -> Result<Between, ReadError> {
    let sides: Vec<Side> = pages.iter().enumerate().flat_map(|(at, page)| sides(at, page)).collect();
    let copies = copies(&sides, pages);
    let conflicts = conflicts(&sides, pages);
    let proved = prove(&conflicts, &sides, pages, &copies, systems)?;
    let settled: BTreeSet<(usize, usize)> = conflicts.iter().map(|c| ordered(c.a.side, c.b.side)).collect();
    let shared = shared(&sides, pages);
    let mut pairs: Vec<Pair> = shared
        .into_iter()
        .map(|((a, b), count)| ((a, b), if of_one_heading(a, b, &sides, pages) { count + HEADING } else { count }))
        .filter(|((a, b), count)| {
            (*count >= LEAST_SHARED || copies.contains(&(*a, *b))) && !settled.contains(&(*a, *b))
        })
        .filter_map(|((a, b), count)| {
            let (a, b) = (sides.get(a)?, sides.get(b)?);
            let (old, new) = if (a.edited, a.passage.page) <= (b.edited, b.passage.page) { (a, b) } else { (b, a) };
            // Copies that are the same to the letter can't disagree.
            let text = |s: &Side| pages.get(s.passage.page).map(|p| s.passage.text(p.document).trim());
            (text(old) != text(new)).then(|| Pair { old: old.clone(), new: new.clone(), score: count })
        })
        .collect();
    pairs.sort_by_key(|p| {
        (std::cmp::Reverse(p.score), p.old.passage.page, p.old.passage.first, p.new.passage.page, p.new.passage.first)
    });
    pairs.truncate(MOST_PAIRS);
    Ok(Between { proved, pairs })
}

/// Whether both passages stand under the same words.
fn of_one_heading(a: usize, b: usize, sides: &[Side], pages: &[Page<'_>]) -> bool {
    let heading = |at: usize| {
        let passage = &sides.get(at)?.passage;
        let section = pages.get(passage.page)?.document.sections.get(passage.section)?;
        section.heading_path.last().map(|heading| heading.trim().to_lowercase())
    };
    heading(a).is_some_and(|a| !a.is_empty() && heading(b) == Some(a))
}

fn ordered(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

fn sides(at: usize, page: &Page<'_>) -> Vec<Side> {
    if !matches!(page.document.tense, Tense::Current) {
        return Vec::new();
    }
    let time = page.times.read();
    passage::of(at, page.document)
        .into_iter()
        .map(|passage| {
            let edited = (passage.first..passage.end).filter_map(&time).max().unwrap_or(0);
            Side { passage, edited }
        })
        .collect()
}

/// Pairs of passages of which one is a copy of the other.
fn copies(sides: &[Side], pages: &[Page<'_>]) -> BTreeSet<(usize, usize)> {
    let sections: Vec<String> = sides.iter().enumerate().map(|(at, _)| at.to_string()).collect();
    let candidates: Vec<Candidate<'_>> = sides
        .iter()
        .zip(&sections)
        .filter_map(|(side, section)| {
            let document = pages.get(side.passage.page)?.document;
            let edited = DateTime::from_timestamp(side.edited.min(1 << 40), 0).unwrap_or_default();
            Some(Candidate { document: document.id.as_str(), section, text: side.passage.text(document), edited })
        })
        .collect();
    near_duplicates::find(&candidates)
        .into_iter()
        .filter_map(|(old, found)| Some(ordered(old, found.section.parse().ok()?)))
        .collect()
}

/// How many rare names each two passages of different pages share.
fn shared(sides: &[Side], pages: &[Page<'_>]) -> BTreeMap<(usize, usize), usize> {
    let mut by_name: BTreeMap<Term, Vec<usize>> = BTreeMap::new();
    for (at, side) in sides.iter().enumerate() {
        let Some(page) = pages.get(side.passage.page) else { continue };
        let mut names: BTreeSet<Term> = BTreeSet::new();
        for reference in side.passage.references(page.references).filter(|r| !r.text.contains("://")) {
            words::terms(&reference.text, &mut |term, shape| {
                if shape == Shape::Name {
                    names.insert(term);
                }
            });
        }
        for name in names {
            by_name.entry(name).or_default().push(at);
        }
    }
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for holders in by_name.into_values().filter(|h| (2..=MOST_PASSAGES).contains(&h.len())) {
        for (i, a) in holders.iter().enumerate() {
            for b in &holders[i + 1..] {
                let page = |at: &usize| sides.get(*at).map(|s| s.passage.page);
                if page(a) != page(b) {
                    *shared.entry(ordered(*a, *b)).or_default() += 1;
                }
            }
        }
    }
    shared
}

/// A line of a passage with its values.
#[derive(Debug, Clone)]
struct Place {
    side: usize,
    line: usize,
    start: usize,
    skeleton: Skeleton,
}

/// Two lines that are the same but for one value.
struct Conflict {
    a: Place,
    b: Place,
    /// Which value.
    at: usize,
}

fn conflicts(sides: &[Side], pages: &[Page<'_>]) -> Vec<Conflict> {
    let mut by_shape: HashMap<String, Vec<Place>> = HashMap::new();
    for (at, side) in sides.iter().enumerate() {
        let Some(page) = pages.get(side.passage.page) else { continue };
        let document = page.document;
        for line in side.passage.first..side.passage.end {
            let span = document.lines.line_span(&document.text, line);
            if let Some(skeleton) = skeleton::of(span.of(&document.text)) {
                let place = Place { side: at, line, start: span.start, skeleton };
                by_shape.entry(place.skeleton.shape.clone()).or_default().push(place);
            }
        }
    }
    let mut shapes: Vec<(String, Vec<Place>)> = by_shape.into_iter().filter(|(_, p)| p.len() > 1).collect();
    shapes.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = Vec::new();
    for (_, places) in shapes.iter().filter(|(_, p)| p.len() <= MOST_ALIKE) {
        for (i, a) in places.iter().enumerate() {
            for b in &places[i + 1..] {
                let page = |p: &Place| sides.get(p.side).map(|s| s.passage.page);
                if page(a) == page(b) {
                    continue;
                }
                let differing: Vec<usize> =
                    (0..a.skeleton.values.len()).filter(|at| a.skeleton.value(*at) != b.skeleton.value(*at)).collect();
                if let [at] = differing.as_slice() {
                    out.push(Conflict { a: a.clone(), b: b.clone(), at: *at });
                }
            }
        }
    }
    out
}

fn prove(
    conflicts: &[Conflict],
    sides: &[Side],
    pages: &[Page<'_>],
    copies: &BTreeSet<(usize, usize)>,
    systems: &[Code<'_>],
) -> Result<Vec<Proved>, ReadError> {
    if conflicts.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: FxHashSet<Term> = conflicts.iter().flat_map(|c| c.a.skeleton.names.iter().copied()).collect();
    let paths: FxHashSet<&RepoPath> = pages.iter().map(|p| p.path).collect();
    let mut grounds = systems.iter().map(|code| Ground::new(*code, &paths, &wanted)).collect::<Result<Vec<_>, _>>()?;
    let mut out: BTreeMap<(usize, usize), Proved> = BTreeMap::new();
    for conflict in conflicts {
        let of = |place: &Place| sides.get(place.side).map(|side| side.passage.page);
        let described = [of(&conflict.a), of(&conflict.b)];
        // Only the code that one of the two pages is about has a say.
        let mut borne = |place: &Place| {
            let about = |g: &&mut Ground<'_>| described.iter().flatten().any(|page| g.code.has(*page));
            grounds.iter_mut().filter(about).find_map(|ground| {
                ground.bears_out(place, conflict.at).map(|witness| (witness, ground.code.name.cloned()))
            })
        };
        let (in_a, in_b) = (borne(&conflict.a), borne(&conflict.b));
        let edited = |p: &Place| sides.get(p.side).map_or(0, |s| s.edited);
        let copy = copies.contains(&ordered(conflict.a.side, conflict.b.side));
        let (wrong, right, witness) = match (in_a, in_b) {
            (Some(_), Some(_)) => continue,
            (Some(witness), None) => (&conflict.b, &conflict.a, Some(witness)),
            (None, Some(witness)) => (&conflict.a, &conflict.b, Some(witness)),
            (None, None) if copy && edited(&conflict.a) < edited(&conflict.b) => (&conflict.a, &conflict.b, None),
            (None, None) if copy && edited(&conflict.b) < edited(&conflict.a) => (&conflict.b, &conflict.a, None),
            (None, None) => continue,
        };
        let (Some(side), Some(value)) = (sides.get(wrong.side), wrong.skeleton.values.get(conflict.at)) else {
            continue;
        };
        let span = Span::new(wrong.start + value.start, wrong.start + value.end);
        let Some(instead) = right.skeleton.value(conflict.at) else { continue };
        let other = (sides.get(right.side).map_or(0, |s| s.passage.page), right.line + 1);
        let (code, system) = witness.map_or((None, None), |(witness, system)| (Some(witness), system));
        let proved = Proved { side: side.clone(), span, instead: instead.to_owned(), other, code, system };
        // Of several that say so, the one with code behind it.
        let entry = out.entry((side.passage.page, span.start)).or_insert_with(|| proved.clone());
        if entry.code.is_none() && proved.code.is_some() {
            *entry = proved;
        }
    }
    Ok(out.into_values().collect())
}

/// A system's code at its head, to look values up in.
struct Ground<'c> {
    code: Code<'c>,
    index: Index,
    texts: FxHashMap<usize, Option<String>>,
}

impl<'c> Ground<'c> {
    fn new(code: Code<'c>, pages: &FxHashSet<&RepoPath>, wanted: &FxHashSet<Term>) -> Result<Self, ReadError> {
        Ok(Self { code, index: Index::read(&code, pages, wanted)?, texts: FxHashMap::default() })
    }

    /// A line of the code that holds a name of the place and its value `at`.
    fn bears_out(&mut self, place: &Place, at: usize) -> Option<Witness> {
        let value = words::set(place.skeleton.value(at)?);
        if value.is_empty() {
            return None;
        }
        let Self { code, index, texts } = self;
        let worker = code.repository.worker().ok()?;
        let objects = worker.objects().ok()?;
        for name in &place.skeleton.names {
            if index.holders(*name) > MOST_FILES {
                continue;
            }
            let query = index::Query { terms: [(*name, 1.0)].into_iter().collect(), ..index::Query::default() };
            for hit in index.search(&query, (MOST_FILES, 0), false, &|_| false) {
                let Some(file) = index.files.get(hit.file).filter(|f| !f.gone) else { continue };
                let text = texts.entry(hit.file).or_insert_with(|| index::text(&objects, &file.content, code.read));
                for (number, line) in text.as_deref().unwrap_or_default().lines().enumerate() {
                    let held = words::set(line);
                    if held.contains(name) && value.iter().all(|v| held.contains(v)) {
                        return Some(Witness {
                            path: file.path.display().into_owned(),
                            line: u32::try_from(number + 1).ok(),
                            commit: code.head(),
                            text: super::redact::redact(line.trim()).0.chars().take(200).collect(),
                        });
                    }
                }
            }
        }
        None
    }
}

/// The finding for a line that needs no model.
pub(super) fn finding(
    proved: &Proved,
    page: &Page<'_>,
    pages: &[Page<'_>],
    occurrence: &mut dyn FnMut(&str) -> usize,
) -> Finding {
    let other = pages.get(proved.other.0).map_or("", |p| p.document.id.as_str());
    let ground = if proved.code.is_some() { "and the code bears it out" } else { "and was edited later" };
    let judgement = Judgement {
        category: "value".to_owned(),
        why: format!("{other}, line {}, says {} of the same thing, {ground}", proved.other.1, proved.instead),
        instead: Some(proved.instead.clone()),
        by: "comparison of pages".to_owned(),
        page_quote: proved.span.of(&page.document.text).to_owned(),
        code_quote: proved.code.as_ref().map(|witness| witness.text.clone()).unwrap_or_default(),
        confirms: false,
    };
    let circumstance = if proved.code.is_some() { "pages-code" } else { "pages-newer" };
    let evidence = Evidence {
        now: proved.code.iter().cloned().collect(),
        judgement: Some(judgement),
        system: proved.system.clone(),
        ..Evidence::default()
    };
    verify::finding(page, proved.side.passage.section, proved.span, evidence, circumstance, occurrence)
}

/// The newer passage of a pair as a hunk of added lines, which is how the question shows it.
pub(super) fn as_hunks(pair: &Pair, pages: &[Page<'_>]) -> Vec<Hunk> {
    let Some(page) = pages.get(pair.new.passage.page) else { return Vec::new() };
    let (text, _) = super::redact::redact(pair.new.passage.text(page.document));
    let line = |(at, text): (usize, &str)| Line {
        mark: Mark::Added,
        number: u32::try_from(pair.new.passage.first + at + 1).unwrap_or(u32::MAX),
        text: text.to_owned(),
    };
    vec![Hunk { within: None, lines: text.lines().enumerate().map(line).collect() }]
}

/// The finding for what a model found between two pages.
pub(super) fn judged(
    item: &Item,
    placed: &Placed,
    pair: &Pair,
    pages: &[Page<'_>],
    head: &str,
    model: &str,
    occurrence: &mut dyn FnMut(&str) -> usize,
) -> Option<Finding> {
    let (page, other) = (pages.get(pair.old.passage.page)?, pages.get(pair.new.passage.page)?);
    let evidence = Evidence {
        now: vec![Witness {
            path: other.document.id.as_str().to_owned(),
            line: Some(placed.line.number),
            commit: head.to_owned(),
            text: placed.line.text.trim().chars().take(200).collect(),
        }],
        judgement: Some(verify::judgement(item, model)),
        ..Evidence::default()
    };
    Some(verify::finding(page, pair.old.passage.section, placed.page, evidence, "quoted", occurrence))
}
