//! What a sentence says of the things that it names: that they are there, that they are gone, that
//! the reader makes them.
//!
//! A cue and the mention that it concerns stand in one sentence; of several mentions the nearest on
//! the cue's side is meant, with those that a mere "and" joins to it. So in "`--new` replaces the
//! removed `--old`" only `--old` is of the past.

mod cues;
mod programs;

use crate::document::{Block, BlockKind, Document, InlineKind};

use super::located::Located;
use super::model::{Kind, Place, Reference, Standing};
use cues::{Cue, Says, Side};

/// Farthest distance, in bytes of the page, of a mention from a cue in front of it.
const REACH_AFTER: usize = 32;
/// Farthest distance of a mention before a cue.
const REACH_BEFORE: usize = 90;
/// The same for what the reader makes.
const REACH_CREATED: usize = 40;

/// What carries over from block to block.
pub(super) struct Standings {
    past_sections: Vec<bool>,
    /// The last paragraph introduced a list or a sample of what is gone.
    past_intro: bool,
}

impl Standings {
    /// Looks through the headings.
    pub(super) fn new(doc: &Document) -> Self {
        // A section is of the past if its own heading or one above says so.
        let mut above: Vec<(u8, bool)> = Vec::new();
        let past_sections = doc
            .sections
            .iter()
            .map(|s| {
                while above.last().is_some_and(|(level, _)| *level >= s.level) {
                    above.pop();
                }
                let past = above.last().is_some_and(|(_, past)| *past) || cues::is_past_heading(&s.heading);
                above.push((s.level, past));
                past
            })
            .collect();
        Self { past_sections, past_intro: false }
    }

    /// Settles the standing of a block's references.
    pub(super) fn apply(&mut self, doc: &Document, block: &Block, fresh: &mut [Reference]) {
        match block.kind {
            BlockKind::Paragraph if block.list_depth == 0 => self.past_intro = introduces_past(block),
            BlockKind::Heading { .. } => self.past_intro = false,
            _ => {}
        }
        if fresh.is_empty() {
            return;
        }
        if !matches!(block.kind, BlockKind::Code { .. }) {
            programs::attribute(doc, block, fresh);
        }
        let past = self.past_sections.get(block.section).copied().unwrap_or(false)
            && !matches!(block.kind, BlockKind::Heading { .. });
        let listed = self.past_intro
            && matches!(block.kind, BlockKind::ListItem { .. } | BlockKind::TableRow { .. } | BlockKind::Code { .. });
        if past || listed {
            for r in fresh.iter_mut() {
                settle(r, Standing::Past);
            }
            return;
        }
        if !matches!(block.kind, BlockKind::Code { .. } | BlockKind::FrontMatter | BlockKind::Directive { .. }) {
            sentences(doc, block, fresh);
        }
    }
}

fn settle(r: &mut Reference, standing: Standing) {
    let paths_only = standing == Standing::Created && r.kind != Kind::Path;
    if r.standing == Standing::Affirmed && !paths_only {
        r.standing = standing;
    }
}

fn introduces_past(block: &Block) -> bool {
    let Some(last) = block.inlines.iter().rev().find(|i| i.kind == InlineKind::Text && !i.text.trim().is_empty())
    else {
        return false;
    };
    last.text.trim_end().ends_with([':', '：'])
        && cues::is_past_intro(
            &block
                .inlines
                .iter()
                .filter(|i| i.kind == InlineKind::Text)
                .map(|i| i.text.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        )
}

/// Cues and mentions, sentence by sentence.
fn sentences(doc: &Document, block: &Block, fresh: &mut [Reference]) {
    let mut flat = Located::empty();
    let mut cells: Vec<usize> = Vec::new();
    let mut cell = None;
    for inline in &block.inlines {
        if inline.cell != cell {
            cells.push(flat.text().len());
            cell = inline.cell;
        }
        match &inline.kind {
            InlineKind::Text => flat.push(doc, inline),
            InlineKind::Break => flat.push_blank(inline.span),
            // What stands in code is no cue and ends no sentence.
            InlineKind::Code | InlineKind::CodeLine => flat.push_mask(inline.span),
            _ => {}
        }
    }
    let text = flat.text();
    let found = cues::find(text);
    if found.is_empty() {
        return;
    }
    let ends = sentence_ends(text, &cells);
    let itemised = matches!(block.kind, BlockKind::ListItem { .. } | BlockKind::TableRow { .. });
    for cue in found {
        let k = ends.partition_point(|e| *e <= cue.start);
        let start = k.checked_sub(1).and_then(|k| ends.get(k)).copied().unwrap_or(0);
        let end = ends.get(k).copied().unwrap_or(text.len());
        let bounds = (
            if start == 0 { block.span.start } else { flat.at(start) },
            if end >= text.len() { block.span.end } else { flat.at(end) },
        );
        let at = flat.span(cue.start..cue.end);
        concern(doc, fresh, &cue, bounds, (at.start, at.end), itemised);
    }
}

/// Where sentences end in a text, cells included.
pub(in crate::reference) fn sentence_ends(text: &str, cells: &[usize]) -> Vec<usize> {
    let b = text.as_bytes();
    let mut ends: Vec<usize> = cells.to_vec();
    for (i, &c) in b.iter().enumerate() {
        match c {
            b'.' | b'!' | b'?' | b';' => {
                let next = b.get(i + 1);
                let blank = next.is_none_or(u8::is_ascii_whitespace);
                let short = c == b'.' && is_abbreviation(text.get(..i).unwrap_or(""));
                if blank && !short {
                    ends.push(i + 1);
                }
            }
            // 。 is E3 80 82; ！ EF BC 81; ？ EF BC 9F.
            0x82 if i >= 2 && b.get(i - 2..i) == Some(&[0xE3, 0x80]) => ends.push(i + 1),
            0x81 | 0x9F if i >= 2 && b.get(i - 2..i) == Some(&[0xEF, 0xBC]) => ends.push(i + 1),
            _ => {}
        }
    }
    ends.sort_unstable();
    ends
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit([' ', '(', '\u{1}']).next().unwrap_or("");
    matches!(word, "e.g" | "i.e" | "etc" | "vs" | "cf" | "ca" | "approx" | "resp" | "incl" | "Dr" | "No" | "Fig" | "v")
}

/// Applies one cue to the mentions of its sentence.
fn concern(
    doc: &Document,
    refs: &mut [Reference],
    cue: &Cue,
    bounds: (usize, usize),
    at: (usize, usize),
    itemised: bool,
) {
    let standing = match cue.says {
        Says::Past => Standing::Past,
        Says::Created => Standing::Created,
    };
    let low = refs.partition_point(|r| r.span.start < bounds.0);
    // A sentence of nothing may end before it begins.
    let high = refs.partition_point(|r| r.span.start < bounds.1).max(low);
    if cue.side == Side::Sentence {
        for r in refs.get_mut(low..high).unwrap_or_default() {
            settle(r, standing);
        }
        return;
    }
    let split = refs.partition_point(|r| r.span.start < at.0).clamp(low, high);
    let mention = |r: &Reference| r.place != Place::Link;
    let created = cue.says == Says::Created;
    let before = || {
        let reach = if created { REACH_CREATED } else { REACH_BEFORE };
        refs.get(low..split)?
            .iter()
            .rposition(mention)
            .map(|i| low + i)
            .filter(|i| refs.get(*i).is_some_and(|r| at.0.saturating_sub(r.span.end) <= reach))
    };
    let after = || {
        let reach = if created { REACH_CREATED } else { REACH_AFTER };
        refs.get(split..high)?.iter().position(mention).map(|i| split + i).filter(|i| {
            refs.get(*i).is_some_and(|r| r.span.start.saturating_sub(at.1) <= reach && r.span.start >= at.1)
        })
    };
    // "`x`: … Deprecated." speaks of the item's first mention.
    let lead = || {
        let first = refs.iter().position(mention)?;
        (itemised && !created && first < low.max(1) && refs.get(first).is_some_and(|r| r.span.start < at.0))
            .then_some(first)
    };
    let target = match cue.side {
        Side::Before => before().or_else(lead),
        Side::After => after(),
        Side::Either => before().or_else(lead).or_else(after),
        Side::Sentence => None,
    };
    let Some(target) = target else { return };
    let (first, last) = group(doc, refs, target, low, high);
    for r in refs.get_mut(first..=last).unwrap_or_default() {
        settle(r, standing);
    }
}

/// The mentions that stand in one enumeration with `target`.
fn group(doc: &Document, refs: &[Reference], target: usize, low: usize, high: usize) -> (usize, usize) {
    let joined = |a: usize, b: usize| {
        let (Some(x), Some(y)) = (refs.get(a), refs.get(b)) else { return false };
        if y.span.start < x.span.end {
            return true;
        }
        doc.text.get(x.span.end..y.span.start).is_some_and(is_connective)
    };
    let (mut first, mut last) = (target, target);
    while first > low && joined(first - 1, first) {
        first -= 1;
    }
    while last + 1 < high && joined(last, last + 1) {
        last += 1;
    }
    (first, last)
}

/// Text between two mentions that says no more than "and".
pub(in crate::reference) fn is_connective(between: &str) -> bool {
    if between.len() > 24 {
        return false;
    }
    let bare = between.trim_matches(|c: char| {
        c.is_ascii_whitespace()
            || matches!(
                c,
                '`' | '*'
                    | '_'
                    | ','
                    | '/'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '、'
                    | '・'
                    | '「'
                    | '」'
                    | '\\'
                    | '"'
                    | '&'
                    | '+'
            )
    });
    matches!(
        bare,
        "" | "and"
            | "or"
            | "nor"
            | "as well as"
            | "and the"
            | "または"
            | "および"
            | "及び"
            | "と"
            | "や"
            | "や、"
            | "か"
    )
}

#[cfg(test)]
mod tests;
