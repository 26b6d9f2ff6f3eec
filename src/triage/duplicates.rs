//! Two rules that report the same words: one finding stays.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use crate::document::DocumentId;
use crate::finding::{Finding, Judgement};
use crate::rule::registry;

/// Keeps of findings that overlap in a page, or that speak of the same subject on one line, the one
/// of the most specific rule; those that are sure enough to be reported go before the others, so that
/// a doubtful specific finding never hides a sure general one. What the judge said of the same words goes
/// over to the finding that stays.
pub(super) fn resolve(mut findings: Vec<Finding>, filter: &Filter) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let rank = |f: &Finding| (Reverse(super::filter::reported(f, filter)), Reverse(specificity(f.rule)));
        rank(a)
            .cmp(&rank(b))
            .then_with(|| b.confidence.probability().total_cmp(&a.confidence.probability()))
            .then_with(|| super::filter::order(a, b))
    });
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    // Disjoint by construction, so the neighbour before the end is the only one that can overlap.
    let mut taken: BTreeMap<DocumentId, BTreeMap<usize, (usize, usize)>> = BTreeMap::new();
    let mut subjects: BTreeMap<(DocumentId, u32, String), usize> = BTreeMap::new();
    let mut empty: BTreeSet<(DocumentId, usize, &'static str)> = BTreeSet::new();
    for finding in findings {
        let subject = (finding.document.clone(), finding.start.line, finding.subject.clone());
        let at = kept.len();
        if let Some(other) = subjects.get(&subject).and_then(|&at| kept.get_mut(at)).filter(|k| k.rule != finding.rule)
        {
            confirm(other, finding);
            continue;
        }
        if finding.span.is_empty() {
            if !empty.insert((finding.document.clone(), finding.span.start, finding.rule)) {
                continue;
            }
        } else {
            let spans = taken.entry(finding.document.clone()).or_default();
            let before = spans.range(..finding.span.end).next_back();
            if let Some((_, &(_, at))) = before.filter(|(_, (end, _))| *end > finding.span.start) {
                if let Some(other) = kept.get_mut(at) {
                    confirm(other, finding);
                }
                continue;
            }
            spans.insert(finding.span.start, (finding.span.end, at));
        }
        subjects.entry(subject).or_insert(at);
        kept.push(finding);
    }
    kept.sort_by(super::filter::order);
    kept
}

/// Hands what the judge said in `lost` to the finding `kept` at the same words.
fn confirm(kept: &mut Finding, lost: Finding) {
    if let (None, Some(judgement)) = (&kept.evidence.judgement, lost.evidence.judgement) {
        kept.evidence.judgement = Some(Judgement { confirms: true, ..judgement });
    }
}

fn specificity(rule: &str) -> u8 {
    registry::get(rule).map_or(0, |d| d.file.specificity)
}
