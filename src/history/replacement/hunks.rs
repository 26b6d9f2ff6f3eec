//! The lines that a change removed, each beside the added line that took its place.

use std::cell::RefCell;
use std::rc::Rc;

use imara_diff::{Algorithm, Diff, InternedInput};
use rustc_hash::FxHashMap;

use super::advice::advice;
use super::align::{counterpart, gaps, likeness};
use super::ballot::Ballot;
use super::target::Target;
use super::tokens::{MAX_LINE, Token, tokens};

/// Added lines around the proportional place that are compared with a removed one.
const WINDOW: usize = 40;
/// Removed lines with the term that are looked at in one change of one file.
const MAX_VOTERS: usize = 200;
/// Below this likeness a line is no successor.
const SUCCESSOR: f32 = 0.5;
/// For the line at the same place where as many were added as removed.
const SAME_PLACE: f32 = 0.25;
/// For a name that shares a word with the old one.
const RELATED: f32 = 0.2;
/// Unchanged tokens between two changed stretches of one literal (`30 * time.Second`).
const LITERAL_BRIDGE: usize = 4;
/// Longer texts are no literal to propose.
const MAX_LITERAL: usize = 80;

/// A stretch of a difference.
struct Hunk<'t> {
    /// Number of the first removed line, from 0.
    first: usize,
    removed: Vec<&'t str>,
    added: Vec<&'t str>,
    /// Tokens of the added lines, once they were asked for.
    tokens: RefCell<FxHashMap<usize, Rc<[Token<'t>]>>>,
}

impl<'t> Hunk<'t> {
    fn tokens(&self, n: usize, joiners: &str) -> Rc<[Token<'t>]> {
        let line = self.added.get(n).copied().unwrap_or_default();
        Rc::clone(self.tokens.borrow_mut().entry(n).or_insert_with(|| tokens(line, joiners).into()))
    }
}

fn hunks<'t>(old: &'t str, new: &'t str) -> Vec<Hunk<'t>> {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let text = |tokens: &[imara_diff::Token], range: std::ops::Range<u32>| -> Vec<&'t str> {
        let range = range.start as usize..range.end as usize;
        tokens
            .get(range)
            .unwrap_or_default()
            .iter()
            .map(|&t| input.interner[t].trim_end_matches(['\r', '\n']))
            .collect()
    };
    diff.hunks()
        .map(|hunk| Hunk {
            first: hunk.before.start as usize,
            removed: text(&input.before, hunk.before.clone()),
            added: text(&input.after, hunk.after.clone()),
            tokens: RefCell::default(),
        })
        .collect()
}

/// A removed line's successor: the added line with its tokens, and how alike they are.
struct Successor<'t> {
    line: &'t str,
    tokens: Rc<[Token<'t>]>,
    likeness: f32,
}

/// The added line of `hunk` that is most like its removed line `at`; `skip` are its tokens that are
/// the term, `bonus` is what else speaks for an added line.
fn successor<'t>(
    hunk: &Hunk<'t>,
    at: usize,
    old: &[Token<'_>],
    skip: &[usize],
    joiners: &str,
    bonus: &dyn Fn(&str, &[Token<'_>]) -> f32,
) -> Option<Successor<'t>> {
    let middle = at * hunk.added.len() / hunk.removed.len().max(1);
    let from = middle.saturating_sub(WINDOW);
    let mut best: Option<(f32, usize, Successor<'t>)> = None;
    for (n, &line) in hunk.added.iter().enumerate().skip(from).take(2 * WINDOW + 1) {
        let tokens = hunk.tokens(n, joiners);
        if tokens.is_empty() {
            continue;
        }
        let alike = likeness(old, &tokens, skip);
        let place = if hunk.added.len() == hunk.removed.len() && n == at { SAME_PLACE } else { 0.0 };
        let score = alike + place + bonus(line, &tokens);
        let distance = n.abs_diff(middle);
        let better = best.as_ref().is_none_or(|(s, d, _)| score > s + 0.001 || (score > s - 0.001 && distance < *d));
        if score >= SUCCESSOR && better {
            best = Some((score, distance, Successor { line, tokens, likeness: alike }));
        }
    }
    best.map(|b| b.2)
}

/// Lets the change from `old` to `new` (none: the file is deleted) vote on what replaces `target`.
pub fn vote_name(target: &Target, old: &str, new: Option<&str>, ballot: &mut Ballot) {
    let joiners = target.joiners();
    let patterns: Vec<String> = target.forms().iter().map(|form| form.pattern()).collect();
    let holds = |line: &str| patterns.iter().any(|p| line.contains(p.as_str()));
    let Some(new) = new else {
        ballot.deleted += u32::try_from(old.lines().filter(|line| holds(line)).count()).unwrap_or(u32::MAX);
        return;
    };
    let mut voters = 0;
    for hunk in hunks(old, new) {
        for (at, line) in hunk.removed.iter().enumerate() {
            if !holds(line) {
                continue;
            }
            let old_tokens = tokens(line, joiners);
            let places: Vec<usize> =
                (0..old_tokens.len()).filter(|&n| old_tokens.get(n).is_some_and(|t| target.is(line, t))).collect();
            let Some(&place) = places.first() else { continue };
            voters += 1;
            if voters > MAX_VOTERS {
                return;
            }
            // A note may go on in the next lines.
            let told = || advice(target, &hunk.removed.get(at..hunk.removed.len().min(at + 3))?.join(" "));
            if hunk.added.is_empty() {
                match told() {
                    Some(text) => ballot.told(text),
                    None => ballot.deleted += 1,
                }
                continue;
            }
            let term = old_tokens[place].text;
            let fits = |new: &str| target.text_for(term, new).is_some();
            let known = |t: &str| old_tokens.iter().any(|o| o.text == t);
            let bonus = |_: &str, tokens: &[Token<'_>]| {
                let new_name = tokens.iter().filter(|t| t.word && !known(t.text));
                if new_name.filter_map(|t| target.text_for(term, t.text)).any(|t| target.is_related(&t)) {
                    RELATED
                } else {
                    0.0
                }
            };
            match successor(&hunk, at, &old_tokens, &places, joiners, &bonus) {
                // The line changed for another reason.
                Some(next) if next.tokens.iter().any(|t| target.is(next.line, t)) => {}
                Some(next) => {
                    ballot.of += 1;
                    if let Some(text) = counterpart(&old_tokens, &next.tokens, place, &fits)
                        .and_then(|token| target.text_for(term, token.text))
                    {
                        ballot.vote(text, next.likeness);
                    }
                }
                None => match told() {
                    Some(text) => ballot.told(text),
                    None => ballot.of += 1,
                },
            }
        }
    }
}

/// Lets the change from `old` to `new` vote on what replaces the literal `text` in the lines
/// `witnesses` (from 1) of `old`.
pub fn vote_literal(text: &str, witnesses: &[u32], old: &str, new: Option<&str>, ballot: &mut Ballot) {
    let Some(new) = new else {
        ballot.deleted += u32::try_from(witnesses.len()).unwrap_or(u32::MAX);
        return;
    };
    for hunk in hunks(old, new) {
        for (at, line) in hunk.removed.iter().enumerate() {
            let number = u32::try_from(hunk.first + at + 1).unwrap_or(u32::MAX);
            if line.len() > MAX_LINE || !witnesses.contains(&number) {
                continue;
            }
            if hunk.added.is_empty() {
                ballot.deleted += 1;
                continue;
            }
            ballot.of += 1;
            let old_tokens = tokens(line, LITERAL_JOINERS);
            let next = successor(&hunk, at, &old_tokens, &[], LITERAL_JOINERS, &|_, _| 0.0);
            if let Some(next) = next
                && let Some(literal) = literal_for(text, line, &old_tokens, &next)
            {
                ballot.vote(literal, next.likeness);
            }
        }
    }
}

/// Numbers with points, times, addresses and paths are one literal each.
const LITERAL_JOINERS: &str = ".:/%+";

/// The stretch of the new line that differs, at the place of `text` if the old line has it so.
fn literal_for(text: &str, line: &str, old: &[Token<'_>], next: &Successor<'_>) -> Option<String> {
    let gaps = gaps(old, &next.tokens);
    let has_text = |gap: &super::align::Gap| {
        let start = old.get(gap.old.start).map(|t| t.start);
        let end = gap.old.end.checked_sub(1).and_then(|n| old.get(n)).map(|t| t.start + t.text.len());
        matches!((start, end), (Some(s), Some(e)) if s < e && line[s..e].contains(text))
    };
    let seed = gaps.iter().position(has_text).or_else(|| (!gaps.is_empty()).then_some(0))?;
    let (mut first, mut last) = (seed, seed);
    while first > 0 && gaps[first].old.start - gaps[first - 1].old.end <= LITERAL_BRIDGE {
        first -= 1;
    }
    while last + 1 < gaps.len() && gaps[last + 1].old.start - gaps[last].old.end <= LITERAL_BRIDGE {
        last += 1;
    }
    let (start, end) = (gaps[first].new.start, gaps[last].new.end);
    let from = next.tokens.get(start)?.start;
    let to = end.checked_sub(1).and_then(|n| next.tokens.get(n)).map(|t| t.start + t.text.len())?;
    let literal = next.line.get(from..to)?.trim().trim_matches(['"', '\'', '`', ',', ';']).trim();
    let plausible = !literal.is_empty()
        && literal != text
        && literal.chars().count() <= MAX_LITERAL
        && literal.chars().any(char::is_alphanumeric)
        && !literal.contains(['{', '}', ';']);
    plausible.then(|| literal.to_owned())
}
