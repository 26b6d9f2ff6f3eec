//! What verdicts rest on: the findings that count, by page, and what could not be decided.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::policy::Policy;
use crate::finding::Severity;
use crate::report::json::v1::{Audit, Document, Finding, Inconclusive, Section, Suppressed, Weak};

/// The part of a finding that a verdict needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The rule's id.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// Probability in whole per cent, as the audit gives it with two decimals.
    pub percent: u32,
    /// What is wrong.
    pub message: String,
    /// Id of the section.
    pub section: String,
    /// Its line in the page.
    pub line: u32,
    /// Its last line.
    pub end: u32,
    /// Its name across runs.
    pub fingerprint: String,
    /// The commit that made it so, and when, if it is known.
    pub cause: Option<(String, DateTime<Utc>)>,
}

impl From<Finding> for Proof {
    fn from(f: Finding) -> Self {
        // Held within 0 and 100, so the cast loses nothing.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let percent = (f.confidence.probability.clamp(0.0, 1.0) * 100.0).round() as u32;
        Self {
            rule: f.rule,
            severity: f.severity,
            percent,
            message: f.message,
            section: f.section,
            line: f.location.start.line,
            end: f.location.end.line,
            fingerprint: f.fingerprint,
            cause: f.evidence.cause.map(|c| (c.commit.id, c.commit.date)),
        }
    }
}

/// Everything that verdicts rest on, besides the pages themselves. It can be filled piece by piece,
/// from an audit that is too large to hold.
#[derive(Debug, Clone, Default)]
pub struct Grounds {
    proofs: BTreeMap<String, Vec<Proof>>,
    doubts: BTreeMap<String, String>,
    everything: Option<String>,
    weak: BTreeMap<String, BTreeSet<String>>,
}

impl Grounds {
    /// The grounds of a whole audit.
    #[must_use]
    pub fn of(audit: &Audit, policy: &Policy) -> Self {
        let mut grounds = Self::default();
        audit.findings.iter().cloned().for_each(|f| grounds.finding(f));
        audit.suppressed.iter().cloned().for_each(|s| grounds.suppressed(s, policy));
        audit.inconclusive.iter().cloned().for_each(|i| grounds.inconclusive(i, policy));
        audit.weak.iter().cloned().for_each(|w| grounds.weak(w));
        grounds
    }

    /// Adds a finding.
    pub fn finding(&mut self, mut finding: Finding) {
        let document = std::mem::take(&mut finding.location.document);
        self.proofs.entry(document).or_default().push(finding.into());
    }

    /// Adds a hidden finding, which counts only where the baseline hides it.
    pub fn suppressed(&mut self, suppressed: Suppressed, policy: &Policy) {
        if suppressed.by == "baseline" && policy.values().status.count_baselined {
            self.finding(suppressed.finding);
        }
    }

    /// Adds what could not be decided; the first reason for a page is the one that is kept.
    pub fn inconclusive(&mut self, inconclusive: Inconclusive, policy: &Policy) {
        let Inconclusive { document, reason, message } = inconclusive;
        match document {
            Some(document) => {
                self.doubts.entry(document).or_insert_with(|| format!("{reason}: {message}"));
            }
            None if policy.values().status.undecided.contains(&reason) => {
                self.everything.get_or_insert_with(|| format!("{reason}: {message}"));
            }
            None => {}
        }
    }

    /// Adds a finding below the confidence asked for.
    pub fn weak(&mut self, weak: Weak) {
        self.weak.entry(weak.document).or_default().insert(weak.section);
    }

    /// Why the page could not be decided, if it could not.
    #[must_use]
    pub fn doubt(&self, document: &str) -> Option<&str> {
        self.doubts.get(document).or(self.everything.as_ref()).map(String::as_str)
    }

    /// Whether a finding of low confidence points at the section.
    #[must_use]
    pub fn is_weak(&self, document: &str, section: &str) -> bool {
        self.weak.get(document).is_some_and(|s| s.contains(section))
    }

    /// The page's findings, one list for each of its sections, in order. A finding whose section the
    /// page does not have goes by its line.
    #[must_use]
    pub fn by_section<'a>(&'a self, document: &Document) -> Vec<Vec<&'a Proof>> {
        let mut out = vec![Vec::new(); document.sections.len()];
        let Some(proofs) = self.proofs.get(&document.id) else {
            return out;
        };
        let at: HashMap<&str, usize> =
            document.sections.iter().enumerate().rev().map(|(i, s)| (s.id.as_str(), i)).collect();
        for proof in proofs {
            let by_line = || document.sections.partition_point(|s: &Section| s.start <= proof.line).saturating_sub(1);
            let index = at.get(proof.section.as_str()).copied().unwrap_or_else(by_line);
            if let Some(list) = out.get_mut(index) {
                list.push(proof);
            }
        }
        out
    }
}
