//! Which findings are reported: what comments in pages, the baseline and the configuration say.
//!
//! All of it happens here, in one order: disabled rules go, severities are set, reports of the same
//! words by two rules become one, comments hide, the baseline hides, confidence cuts.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::{duplicates, suppression};
use crate::config::RuleConfig;
use crate::document::{Document, DocumentId};
use crate::finding::{Confidence, Finding, Level, Severity};
use crate::pipeline::AuditOptions;
use crate::rule::registry;

/// What the configuration says of rules, and what the run knows of pages.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Settings of single rules, by id.
    pub rules: BTreeMap<String, RuleConfig>,
    /// The only rules that take part, whether the configuration enables them or not.
    pub only: Option<BTreeSet<String>>,
    /// The least confidence that a finding needs to be reported, unless its rule's settings say
    /// otherwise.
    pub min_confidence: Level,
    /// Pages of which something is not known: a comment there that hides nothing is not called
    /// unused.
    pub undecided: BTreeSet<DocumentId>,
    /// The oldest known name of each renamed page, for fingerprints.
    pub origins: BTreeMap<DocumentId, String>,
    /// Whether a finding may be shown though it is not reported: a judge can raise it, a baseline hide it.
    pub all_shown: bool,
}

impl Default for Filter {
    /// Every rule as it is built in, whatever the confidence.
    fn default() -> Self {
        Self {
            rules: BTreeMap::new(),
            only: None,
            min_confidence: Level::Low,
            undecided: BTreeSet::new(),
            origins: BTreeMap::new(),
            all_shown: false,
        }
    }
}

impl Filter {
    /// What `options` say; nothing known of the pages.
    #[must_use]
    pub fn new(options: &AuditOptions) -> Self {
        Self {
            rules: options.config.rules.clone(),
            only: options.rules.as_ref().map(|ids| ids.iter().cloned().collect()),
            min_confidence: options.min_confidence,
            undecided: BTreeSet::new(),
            origins: BTreeMap::new(),
            all_shown: options.judge.is_some() || options.baseline.is_some(),
        }
    }

    /// Whether a finding of rule `id` is in no report where it is at most this probable and nothing hides it.
    #[must_use]
    pub fn is_unseen(&self, id: &str, probability: f32) -> bool {
        !self.all_shown && (Confidence::new(probability).level() < self.floor(id) || self.withheld(id))
    }

    /// Whether rule `id` takes part: as `only` says, else the configuration, else the rule itself.
    #[must_use]
    pub fn enabled(&self, id: &str) -> bool {
        match &self.only {
            Some(only) => only.contains(id),
            None => {
                let configured = self.rules.get(id).and_then(|r| r.enabled);
                configured.or_else(|| registry::get(id).map(|d| d.file.enabled)).unwrap_or(true)
            }
        }
    }

    /// Whether findings of rule `id` are kept out of the default report: a signal's, unless the rule is
    /// asked for by name or everything is.
    fn withheld(&self, id: &str) -> bool {
        let asked = self.only.as_ref().is_some_and(|only| only.contains(id))
            || self.rules.get(id).is_some_and(|r| r.enabled == Some(true) || r.min_confidence.is_some());
        registry::get(id).is_some_and(|d| d.file.signal) && !asked && self.min_confidence > Level::Low
    }

    /// The least confidence that findings of rule `id` need.
    #[must_use]
    pub fn floor(&self, id: &str) -> Level {
        self.rules.get(id).and_then(|r| r.min_confidence).unwrap_or(self.min_confidence)
    }

    /// The severity of a finding: a check may lower its own (a weak witness), a configuration sets
    /// it, a signal is always a note.
    fn severity(&self, finding: &Finding) -> Severity {
        let Some(rule) = registry::get(finding.rule) else { return finding.severity };
        match self.rules.get(rule.id()).and_then(|r| r.severity) {
            Some(configured) => rule.severity(Some(configured)),
            None => finding.severity.min(rule.severity(None)),
        }
    }

    /// Leaves out disabled rules and sets severities.
    fn admit(&self, findings: &mut Vec<Finding>) {
        findings.retain(|f| self.enabled(f.rule));
        for finding in findings {
            finding.severity = self.severity(finding);
        }
    }
}

/// What hides a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HiddenBy {
    /// A comment in the page.
    Comment,
    /// The baseline file.
    Baseline,
}

impl HiddenBy {
    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Baseline => "baseline",
        }
    }
}

/// A finding that is hidden, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What hides it.
    pub by: HiddenBy,
    /// The reason given there.
    pub reason: String,
    /// The last day on which it is hidden, if one is set.
    pub until: Option<NaiveDate>,
}

/// The findings after triage. Every list is in the order document, place, rule, subject.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Triaged {
    /// What is reported.
    pub findings: Vec<Finding>,
    /// What a comment or the baseline hides.
    pub suppressed: Vec<Suppressed>,
    /// What is below the confidence asked for, and hidden by nothing else.
    pub below_confidence: Vec<Finding>,
    /// How many the baseline hides (they are among `suppressed`).
    pub baselined: usize,
    /// Entries of the baseline that no finding matches any more: they can go.
    pub baseline_unmatched: usize,
}

/// Triages `findings` of `documents`. `now` decides which comments have expired.
#[must_use]
pub fn apply(
    findings: Vec<Finding>,
    documents: &[impl Borrow<Document>],
    baseline: Option<&Baseline>,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Triaged {
    let mut findings = findings;
    filter.admit(&mut findings);
    let findings = duplicates::resolve(findings, filter);

    let mut out = Triaged::default();
    let (mut open, mut about_comments) = suppression::apply(findings, documents, filter, now, &mut out.suppressed);
    filter.admit(&mut about_comments);
    open.extend(about_comments);

    if let Some(baseline) = baseline {
        let mut matched = BTreeSet::new();
        let mut rest = Vec::with_capacity(open.len());
        for finding in open {
            if baseline.holds(&finding.fingerprint) {
                matched.insert(finding.fingerprint.clone());
                out.baselined += 1;
                let reason = "in the baseline".to_owned();
                out.suppressed.push(Suppressed { finding, by: HiddenBy::Baseline, reason, until: None });
            } else {
                rest.push(finding);
            }
        }
        // A finding that a comment hides is still there: its entry is not out of date.
        matched.extend(out.suppressed.iter().map(|s| s.finding.fingerprint.clone()));
        out.baseline_unmatched = baseline.iter().filter(|e| !matched.contains(&e.fingerprint)).count();
        open = rest;
    }

    open.sort_by(order);
    (out.findings, out.below_confidence) = open.into_iter().partition(|f| reported(f, filter));
    out.suppressed.sort_by(|a, b| order(&a.finding, &b.finding));
    out
}

/// The order of every list of findings.
pub(super) fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    let key = |f: &Finding| (f.span.start, f.rule, f.span.end);
    a.document
        .cmp(&b.document)
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| a.subject.cmp(&b.subject))
        .then_with(|| a.message.cmp(&b.message))
}

pub(super) fn reported(finding: &Finding, filter: &Filter) -> bool {
    finding.confidence.level() >= filter.floor(finding.rule) && !filter.withheld(finding.rule)
}
