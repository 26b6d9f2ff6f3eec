//! What a report says first: how many pages are right, where it is worst, and for how long.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::json::v1::{Audit, Document, Finding, Status};
use crate::finding::Severity;

/// What a page's findings make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It says something that is not true any more.
    Stale,
    /// Signals ask for a second look.
    Review,
    /// Something could not be decided, and nothing wrong was found.
    Undecided,
    /// Nothing wrong was found.
    Clear,
    /// It records the past or documents an older release.
    Past,
    /// A generator makes it.
    Generated,
}

impl State {
    /// All of them, in the order in which reports show them.
    pub const ALL: [Self; 6] = [Self::Stale, Self::Review, Self::Undecided, Self::Clear, Self::Past, Self::Generated];
}

/// A folder of pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Its path with a slash at the end; empty for the root.
    pub path: String,
    /// Pages in it.
    pub pages: usize,
    /// Of them, pages that say something untrue.
    pub stale: usize,
    /// Errors in them.
    pub errors: usize,
    /// Warnings in them.
    pub warnings: usize,
}

/// How many findings have been wrong for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Ages {
    /// Less than 30 days.
    pub month: usize,
    /// Less than 183 days.
    pub half_year: usize,
    /// Less than 365 days.
    pub year: usize,
    /// Less than three years.
    pub three_years: usize,
    /// Longer.
    pub longer: usize,
    /// The history does not tell.
    pub unknown: usize,
}

/// The first page of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Per page of the audit, in its order.
    #[serde(skip)]
    pub states: Vec<State>,
    /// Pages per state.
    pub counts: BTreeMap<State, usize>,
    /// For how long the errors and warnings have been wrong.
    pub ages: Ages,
    /// Folders with errors or warnings, the worst first.
    pub areas: Vec<Area>,
    /// Indices of the pages to mend first.
    #[serde(skip)]
    pub first: Vec<usize>,
    /// Errors and warnings.
    pub wrong: usize,
    /// Pages by freshness in steps of ten, the first from 0 to 9, the last with 100; empty where
    /// the audit has no verdicts.
    pub freshness: Vec<usize>,
}

/// The longest list of folders.
const AREAS: usize = 12;

impl Overview {
    /// The overview of an audit.
    #[must_use]
    pub fn of(audit: &Audit) -> Self {
        let index: BTreeMap<&str, usize> =
            audit.documents.iter().enumerate().map(|(n, d)| (d.id.as_str(), n)).collect();
        let mut worst: Vec<Option<Severity>> = vec![None; audit.documents.len()];
        let mut weight = vec![0_f64; audit.documents.len()];
        let mut areas: BTreeMap<String, Area> = BTreeMap::new();
        let mut ages = Ages::default();
        for finding in &audit.findings {
            if finding.severity > Severity::Note {
                ages.count(audit.now, finding);
            }
            let Some(&at) = index.get(finding.location.document.as_str()) else { continue };
            if let (Some(worst), Some(weight)) = (worst.get_mut(at), weight.get_mut(at)) {
                *worst = (*worst).max(Some(finding.severity));
                *weight += importance(finding);
            }
            let area = area_of(&mut areas, &finding.location.document);
            match finding.severity {
                Severity::Error => area.errors += 1,
                Severity::Warning => area.warnings += 1,
                Severity::Note => {}
            }
        }
        let states: Vec<State> = audit.documents.iter().zip(&worst).map(|(d, w)| state(d, *w)).collect();
        let mut counts: BTreeMap<State, usize> = State::ALL.into_iter().map(|s| (s, 0)).collect();
        for (document, &state) in audit.documents.iter().zip(&states) {
            *counts.entry(state).or_default() += 1;
            let area = area_of(&mut areas, &document.id);
            area.pages += 1;
            area.stale += usize::from(state == State::Stale);
        }
        let mut areas: Vec<Area> = areas.into_values().filter(|a| a.errors + a.warnings > 0).collect();
        areas.sort_by(|a, b| {
            let score = |a: &Area| a.errors * 3 + a.warnings;
            score(b).cmp(&score(a)).then_with(|| a.path.cmp(&b.path))
        });
        areas.truncate(AREAS);
        let mut first: Vec<usize> = (0..states.len()).filter(|&n| states.get(n) == Some(&State::Stale)).collect();
        first.sort_by(|&a, &b| {
            let of = |n: usize| weight.get(n).copied().unwrap_or_default();
            of(b).total_cmp(&of(a)).then(a.cmp(&b))
        });
        let wrong = audit.findings.iter().filter(|f| f.severity > Severity::Note).count();
        let mut freshness = Vec::new();
        for verdict in audit.documents.iter().filter_map(|d| d.verdict.as_ref()) {
            freshness.resize(10, 0);
            if let Some(step) = freshness.get_mut(usize::from(verdict.freshness / 10).min(9)) {
                *step += 1;
            }
        }
        Self { states, counts, ages, areas, first, wrong, freshness }
    }
}

/// How much mending a finding would help: the severity's weight times the probability that it is right.
#[must_use]
pub fn importance(finding: &Finding) -> f64 {
    let weight = match finding.severity {
        Severity::Error => 3.0,
        Severity::Warning => 1.0,
        Severity::Note => 0.05,
    };
    weight * finding.confidence.probability.clamp(0.0, 1.0)
}

impl Ages {
    fn count(&mut self, now: DateTime<Utc>, finding: &Finding) {
        let Some(cause) = &finding.evidence.cause else {
            self.unknown += 1;
            return;
        };
        let days = (now - cause.commit.date).num_days();
        *match days {
            ..30 => &mut self.month,
            30..183 => &mut self.half_year,
            183..365 => &mut self.year,
            365..1095 => &mut self.three_years,
            _ => &mut self.longer,
        } += 1;
    }
}

/// The policy's word where there is one, else what the findings say.
fn state(document: &Document, worst: Option<Severity>) -> State {
    if let Some(verdict) = &document.verdict {
        return match verdict.status {
            Status::Fresh => State::Clear,
            Status::Historical => State::Past,
            Status::Generated => State::Generated,
            Status::Inconclusive => State::Undecided,
            Status::ReviewDue => State::Review,
            Status::Stale | Status::Contradicted => State::Stale,
        };
    }
    match (document.tense.as_str(), worst) {
        (_, Some(Severity::Warning | Severity::Error)) => State::Stale,
        ("historical" | "release", _) => State::Past,
        ("generated", _) => State::Generated,
        _ if document.inconclusive > 0 => State::Undecided,
        (_, Some(Severity::Note)) => State::Review,
        (_, None) => State::Clear,
    }
}

fn area_of<'a>(areas: &'a mut BTreeMap<String, Area>, document: &str) -> &'a mut Area {
    let path = folder(document);
    areas.entry(path.to_owned()).or_insert_with(|| Area {
        path: path.to_owned(),
        pages: 0,
        stale: 0,
        errors: 0,
        warnings: 0,
    })
}

/// The page's folder, at most two levels deep.
fn folder(document: &str) -> &str {
    let mut slashes = document.match_indices('/').map(|(at, _)| at + 1);
    let (first, second) = (slashes.next(), slashes.next());
    document.get(..second.or(first).unwrap_or(0)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_two_levels_deep() {
        assert_eq!(folder("README.md"), "");
        assert_eq!(folder("docs/a.md"), "docs/");
        assert_eq!(folder("docs/guide/deep/a.md"), "docs/guide/");
    }
}
