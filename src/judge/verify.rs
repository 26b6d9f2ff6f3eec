//! From a model's items to findings: only what its quotes bear out.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Item, Verdict};
use super::change::{Hunk, Line, Mark};
use super::evidence::{FileChange, Pack};
use super::quotes::{self, Placed, Refusal};
use super::select::{Code, Page};
use super::words;
use crate::document::Span;
use crate::finding::{
    Cause, CauseKind, Confidence, Evidence, Finding, Fingerprint, Judgement, MomentEvidence, Severity, Witness,
};
use crate::history::{MainIx, Objects, PageHistories};
use crate::rule::registry;

/// The rule under which contradictions are reported.
pub const RULE: &str = "contradiction";

/// What is shown of a quote in a message, in characters.
const SHOWN: usize = 140;
/// What a model says, in characters.
const SAID: usize = 400;

/// What came of one answer.
#[derive(Debug, Default)]
pub struct Checked {
    /// What its quotes bear out.
    pub found: Vec<(Item, Placed)>,
    /// Why items were refused.
    pub refused: BTreeMap<&'static str, usize>,
    /// Items that say the line agrees.
    pub consistent: usize,
    /// Items that leave it open.
    pub unknown: usize,
}

/// Checks the items of an answer about `passage`, a part of `text`, against the hunks that were shown.
#[must_use]
pub fn check(items: Vec<Item>, text: &str, passage: Span, files: &[&[Hunk]]) -> Checked {
    let mut out = Checked::default();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for item in items {
        match item.verdict {
            Verdict::Consistent => out.consistent += 1,
            Verdict::Unknown => out.unknown += 1,
            Verdict::Contradicts => {
                let checked = quotes::check(&item, text, passage, files);
                let refusal = match checked {
                    Ok(placed) if taken.contains(&placed.page.start) => Refusal::Repeated,
                    Ok(placed) => {
                        taken.insert(placed.page.start);
                        out.found.push((item, placed));
                        continue;
                    }
                    Err(refusal) => refusal,
                };
                *out.refused.entry(refusal.as_str()).or_default() += 1;
            }
        }
    }
    out.found.sort_by_key(|(_, placed)| placed.page);
    out
}

/// Makes findings of what holds.
pub struct Maker<'a> {
    /// What the code is.
    pub code: Code<'a>,
    /// The versions of its files.
    pub files: &'a PageHistories,
    /// The object store.
    pub objects: &'a dyn Objects,
    /// The model, as it is reported.
    pub model: &'a str,
}

impl Maker<'_> {
    /// The finding for `item` in `pack` of `page`; `occurrence` tells equal ones of a section apart.
    #[must_use]
    pub fn finding(
        &self,
        item: &Item,
        placed: &Placed,
        pack: &Pack,
        page: &Page<'_>,
        occurrence: &mut dyn FnMut(&str) -> usize,
    ) -> Option<Finding> {
        let change = pack.changes.get(placed.file)?;
        let hunk = change.hunks.get(placed.hunk)?;
        let commit = |at: MainIx| self.code.repository.commit_ref(self.code.mainline.get(at).id);
        let then = commit(change.moment);
        let head = self.code.head();
        let witness = |line: &Line, commit: &str, former: bool| Witness {
            path: change.former.as_ref().filter(|_| former).unwrap_or(&change.path).display().into_owned(),
            line: Some(line.number),
            commit: commit.to_owned(),
            text: line.text.trim().to_owned(),
        };
        let removed = if placed.line.mark == Mark::Removed {
            Some(&placed.line)
        } else {
            hunk.lines.iter().find(|l| l.mark == Mark::Removed)
        };
        let cause = self.cause(change, &placed.line).map(|at| Cause {
            kind: if placed.line.mark == Mark::Removed { CauseKind::Removed } else { CauseKind::Changed },
            commit: commit(at),
            path: Some(change.path.display().into_owned()),
        });
        let evidence = Evidence {
            witnesses: removed.map(|line| witness(line, &then.id, true)).into_iter().collect(),
            witness_count: u32::from(removed.is_some()),
            now: (placed.line.mark == Mark::Added).then(|| witness(&placed.line, &head, false)).into_iter().collect(),
            moment: Some(MomentEvidence { entered: Some(then), edited: None, own: None }),
            cause,
            judgement: Some(judgement(item, self.model)),
            system: self.code.name.cloned(),
            ..Evidence::default()
        };
        let circumstance = circumstance(placed.page.of(&page.document.text), hunk);
        Some(finding(page, pack.passage.section, placed.page, evidence, circumstance, occurrence))
    }

    /// The commit that brought `line` to the file, or took it away.
    fn cause(&self, change: &FileChange, line: &Line) -> Option<MainIx> {
        let wanted: String = line.text.trim_end_matches('…').chars().filter(|c| !c.is_whitespace()).collect();
        let holds = |blob| -> Option<bool> {
            let bytes = self.objects.blob(blob).ok()?;
            let (text, _) = super::redact::redact(&String::from_utf8_lossy(&bytes));
            let here = |l: &str| l.chars().filter(|c| !c.is_whitespace()).collect::<String>().contains(&wanted);
            Some(text.lines().any(here))
        };
        let changed = |blob| holds(blob).map(|has| has == (line.mark == Mark::Added));
        if change.gone {
            return self.end_of(change);
        }
        let versions: Vec<_> = self.files.versions(&change.path).iter().filter(|v| v.at > change.moment).collect();
        // The newest of them, or what lies over it, is changed; look for the first that is.
        let (mut low, mut high) = (0, versions.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if changed(versions.get(middle)?.blob)? { high = middle } else { low = middle + 1 }
        }
        versions.get(low).map(|v| v.at)
    }

    /// The commit that took the file away.
    fn end_of(&self, change: &FileChange) -> Option<MainIx> {
        let there = |at: u32| -> Option<bool> {
            let tree = self.code.mainline.commits().get(at as usize)?.tree;
            Some(self.objects.lookup(tree, change.path.as_bytes()).ok()?.is_some())
        };
        let (mut low, mut high) = (change.moment.0, self.code.mainline.head().0);
        if there(high)? {
            return None;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if there(middle)? { low = middle } else { high = middle }
        }
        Some(MainIx(high))
    }
}

/// What the model says of a contradiction, bounded.
pub(super) fn judgement(item: &Item, model: &str) -> Judgement {
    Judgement {
        category: item.category.as_str().to_owned(),
        why: said(&item.why),
        instead: Some(said(&item.instead)).filter(|text| !text.is_empty()),
        by: said(model),
        page_quote: said(&item.page_quote),
        code_quote: said(&item.code_quote),
        confirms: false,
    }
}

/// A finding of the judge at `span` of `page`; how sure it is stands in the rule's file under `circumstance`.
pub(super) fn finding(
    page: &Page<'_>,
    section: usize,
    span: Span,
    evidence: Evidence,
    circumstance: &str,
    occurrence: &mut dyn FnMut(&str) -> usize,
) -> Finding {
    let document = page.document;
    let quote: String = span.of(&document.text).split_whitespace().collect::<Vec<_>>().join(" ");
    let subject: String = quote.to_lowercase().chars().take(80).collect();
    let shown: String = match quote.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", quote.get(..end).unwrap_or_default()),
        None => quote.clone(),
    };
    let oldest = page.first_path.display().into_owned();
    let heading = document.sections.get(section).map_or(&[][..], |s| &s.heading_path);
    let fingerprint = Fingerprint::new(RULE, &oldest, &subject, heading, occurrence(&subject));
    Finding {
        rule: RULE,
        severity: Severity::Warning,
        confidence: registry::get(RULE).map_or_else(|| Confidence::new(0.5), |rule| rule.confidence(circumstance)),
        message: format!("\"{shown}\""),
        document: document.id.clone(),
        section,
        span,
        start: document.lines.position(&document.text, span.start),
        end: document.lines.position(&document.text, span.end),
        subject,
        evidence,
        fingerprint,
        fix: None,
    }
}

/// Which of the rule's circumstances holds: quotes that hold are the ground, a plain comparison of the
/// words lifts it.
fn circumstance(quote: &str, hunk: &Hunk) -> &'static str {
    let of = |mark: Mark| -> rustc_hash::FxHashSet<_> {
        hunk.lines.iter().filter(|l| l.mark == mark).flat_map(|l| words::set(&l.text)).collect()
    };
    let (removed, added) = (of(Mark::Removed), of(Mark::Added));
    let quoted = words::set(quote);
    if quoted.iter().any(|term| removed.contains(term) && !added.contains(term)) {
        "lost"
    } else if quoted.iter().any(|term| removed.contains(term) || added.contains(term)) {
        "named"
    } else {
        "quoted"
    }
}

/// A model's words as one line of bounded length.
fn said(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SAID) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
