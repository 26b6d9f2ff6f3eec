//! A page or a section with its verdict: what every target is made from.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::source::AuditFile;
use crate::report::json::v1::{Document, Inconclusive, LossKind, Section, Status, Verdict};

/// Reasons and proofs that a record names at most.
const MOST_REASONS: usize = 8;

/// A page (without a section) or one of its sections.
#[derive(Debug)]
pub struct Record<'a> {
    /// The name of the system that the page lies in.
    pub repo: &'a str,
    /// The page.
    pub document: &'a Document,
    /// The section; none for the page as a whole.
    pub section: Option<&'a Section>,
    /// What the policy makes of it.
    pub verdict: &'a Verdict,
    /// Since when it is wrong.
    pub since: Option<DateTime<Utc>>,
    /// Why, for people.
    pub reasons: Vec<String>,
    /// The proofs.
    pub evidence: Vec<Evidence>,
}

/// A proof, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The rule that found it.
    pub rule: String,
    /// The finding's name across runs.
    pub fingerprint: String,
    /// The commit that made it wrong, full id.
    pub commit: Option<String>,
    /// Where a person can see that commit, else the page.
    pub url: Option<String>,
}

/// Where people see the repository that holds the pages, without a slash at the end.
pub(super) fn web(audit: &AuditFile) -> Option<&str> {
    let own = audit.systems.iter().find(|s| s.repo == ".").or(audit.systems.first());
    own.and_then(|s| s.web.as_deref())
}

/// The name of the system that the pages lie in; empty if the audit names none.
pub(super) fn repo(audit: &AuditFile) -> &str {
    audit.systems.iter().find(|s| s.repo == ".").or(audit.systems.first()).map_or("", |s| s.name.as_str())
}

/// Why a section is as it is, and what proves it.
pub(super) fn because(
    audit: &AuditFile,
    document: &Document,
    verdict: &Verdict,
    proofs: &[&crate::triage::grounds::Proof],
) -> (Vec<String>, Vec<Evidence>) {
    let mut reasons: Vec<String> = Vec::new();
    let mut evidence = Vec::new();
    for proof in proofs {
        let lost = verdict.losses.iter().any(|l| l.fingerprint.as_deref() == Some(proof.fingerprint.as_str()));
        if !lost || evidence.len() >= MOST_REASONS {
            continue;
        }
        reasons.push(format!("{}: {} (line {})", proof.rule, proof.message, proof.line));
        let commit = proof.cause.as_ref().map(|c| c.0.clone());
        let url = match (web(audit), &commit) {
            (Some(web), Some(commit)) => Some(format!("{web}/commit/{commit}")),
            _ => document.url.clone(),
        };
        evidence.push(Evidence { rule: proof.rule.clone(), fingerprint: proof.fingerprint.clone(), commit, url });
    }
    for loss in verdict.losses.iter().filter(|l| l.kind != LossKind::Finding).take(MOST_REASONS) {
        reasons.push(loss.text.clone());
    }
    match verdict.status {
        Status::Inconclusive => {
            reasons.extend(audit.grounds.doubt(&document.id).map(|d| format!("could not be decided: {d}")));
        }
        Status::Generated | Status::Historical => reasons.extend(document.tense_reason.clone()),
        _ => {}
    }
    (reasons, evidence)
}

/// The page of an undecided item, for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undecided {
    /// The page; none where it concerns the audit as a whole.
    pub document: Option<String>,
    /// A stable word.
    pub reason: String,
    /// What happened and what mends it.
    pub message: String,
}

impl From<&Inconclusive> for Undecided {
    fn from(i: &Inconclusive) -> Self {
        Self { document: i.document.clone(), reason: i.reason.clone(), message: i.message.clone() }
    }
}
