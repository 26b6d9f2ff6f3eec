//! Two rules that report the same words: one finding stays.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::filter::Filter;
use crate::document::DocumentId;
use crate::finding::Finding;
use crate::rule::registry;

/// Keeps of findings that overlap in a page, or that speak of the same subject on one line, the one
/// of the most specific rule; those that are sure enough to be reported go before the others, so that
/// a doubtful specific finding never hides a sure general one.
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
    let mut taken: BTreeMap<DocumentId, BTreeMap<usize, usize>> = BTreeMap::new();
    let mut subjects: BTreeMap<(DocumentId, u32, String), &'static str> = BTreeMap::new();
    let mut empty: BTreeSet<(DocumentId, usize, &'static str)> = BTreeSet::new();
    for finding in findings {
        let subject = (finding.document.clone(), finding.start.line, finding.subject.clone());
        if subjects.get(&subject).is_some_and(|&rule| rule != finding.rule) {
            continue;
        }
        if finding.span.is_empty() {
            if !empty.insert((finding.document.clone(), finding.span.start, finding.rule)) {
                continue;
            }
        } else {
            let spans = taken.entry(finding.document.clone()).or_default();
            let before = spans.range(..finding.span.end).next_back();
            if before.is_some_and(|(_, &end)| end > finding.span.start) {
                continue;
            }
            spans.insert(finding.span.start, finding.span.end);
        }
        subjects.entry(subject).or_insert(finding.rule);
        kept.push(finding);
    }
    kept.sort_by(super::filter::order);
    kept
}

fn specificity(rule: &str) -> u8 {
    registry::get(rule).map_or(0, |d| d.file.specificity)
}
