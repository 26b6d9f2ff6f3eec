//! From findings and signals to a verdict on each section, and from those to one on the page.

use chrono::{DateTime, Utc};

use super::grounds::{Grounds, Proof};
use super::policy::Policy;
use super::score;
use crate::finding::Severity;
use crate::report::json::v1::{Action, Audit, Document, LossKind, Section, Status, Verdict};

impl Verdict {
    /// By what an index should multiply the score of what it finds here.
    #[must_use]
    pub fn weight(&self) -> f64 {
        match self.action {
            Action::Include => 1.0,
            Action::Demote => f64::from(self.freshness) / 100.0,
            Action::Exclude => 0.0,
        }
    }

    /// The points that findings alone took.
    #[must_use]
    pub fn finding_points(&self) -> u32 {
        self.losses.iter().filter(|l| l.kind == LossKind::Finding).map(|l| l.points).sum()
    }
}

/// Gives every page and section of the audit its verdict.
pub fn apply(audit: &mut Audit, policy: &Policy) {
    let grounds = Grounds::of(audit, policy);
    let now = audit.now;
    for document in &mut audit.documents {
        let verdicts = sections(policy, &grounds, document, now);
        document.verdict = Some(page(policy, &grounds, document, &verdicts));
        for (section, verdict) in document.sections.iter_mut().zip(verdicts) {
            section.verdict = Some(verdict);
        }
    }
}

/// The verdicts on a page's sections, in order.
#[must_use]
pub fn sections(policy: &Policy, grounds: &Grounds, document: &Document, now: DateTime<Utc>) -> Vec<Verdict> {
    let doubt = grounds.doubt(&document.id).is_some();
    let proofs = grounds.by_section(document);
    document.sections.iter().zip(&proofs).map(|(s, p)| section(policy, document, s, p, doubt, now)).collect()
}

fn section(
    policy: &Policy,
    document: &Document,
    section: &Section,
    proofs: &[&Proof],
    doubt: bool,
    now: DateTime<Utc>,
) -> Verdict {
    let values = policy.values();
    let (historical, generated) = (document.tense == "historical", document.tense == "generated");
    if historical {
        return still(Status::Historical);
    }
    let mut losses = score::findings(policy, proofs);
    let points: u32 = losses.iter().map(|l| l.points).sum();
    let mut due = points > 0;
    // Nobody edits what a generator writes or an older release says.
    if !generated && document.tense != "release" {
        let edited = section.last_edited.as_ref().or(document.last_edited.as_ref()).map(|e| e.date);
        let signals = score::signals(policy, &document.id, edited, &section.signals, &document.signals, now);
        due |= signals.due;
        losses.extend(signals.losses);
    }
    losses.sort_by_key(|l| std::cmp::Reverse(l.points));
    let freshness = freshness(losses.iter().map(|l| l.points).sum());

    let counts = |p: &&&Proof| {
        p.severity != Severity::Note && f64::from(p.percent) >= values.status.min_probability * 100.0 - 1e-9
    };
    let counted: Vec<&&Proof> = proofs.iter().filter(counts).collect();
    let status = if generated {
        Status::Generated
    } else if counted.iter().any(|p| values.status.contradicting.contains(&p.rule)) {
        Status::Contradicted
    } else if !counted.is_empty() {
        Status::Stale
    } else if doubt {
        Status::Inconclusive
    } else if due {
        Status::ReviewDue
    } else {
        Status::Fresh
    };
    let lines = score::wrong_lines(policy, &counted);
    let dense = score::concentrated(policy, points, length(section));
    let action = if !counted.is_empty() && dense >= values.action.exclude_at {
        Action::Exclude
    } else if freshness < values.action.demote_below || !lines.is_empty() {
        Action::Demote
    } else {
        Action::Include
    };
    let action = if status == Status::Inconclusive { values.action.inconclusive.max(action) } else { action };
    let since = counted.iter().filter_map(|p| p.cause.as_ref().map(|c| c.1)).min();
    Verdict { status, freshness, action, losses, lines, since }
}

/// The lines of a section.
#[must_use]
pub fn length(section: &Section) -> u32 {
    section.end.saturating_sub(section.start).saturating_add(1)
}

/// The verdict on a page, from those on its sections.
#[must_use]
pub fn page(policy: &Policy, grounds: &Grounds, document: &Document, sections: &[Verdict]) -> Verdict {
    if document.tense == "historical" {
        return still(Status::Historical);
    }
    let values = policy.values();
    let doubt = grounds.doubt(&document.id).is_some();
    let worst = sections.iter().map(|v| v.status).max();
    let status = match worst {
        _ if document.tense == "generated" => Status::Generated,
        None if doubt => Status::Inconclusive,
        None => Status::Fresh,
        Some(worst) => worst,
    };
    let lines = |s: &Section| u64::from(length(s));
    let weighted = || document.sections.iter().map(lines).zip(sections);
    let total: u64 = weighted().map(|(n, _)| n).sum();
    let sum: u64 = weighted().map(|(n, v)| n * u64::from(v.freshness)).sum();
    let freshness = if total == 0 { 100 } else { u8::try_from((2 * sum + total) / (2 * total)).unwrap_or(100) };
    let share = excluded_share(document, sections);
    let action = if share > 0.0 && share >= values.page.exclude_share {
        Action::Exclude
    } else if freshness < values.action.demote_below || sections.iter().any(|v| v.action != Action::Include) {
        Action::Demote
    } else {
        Action::Include
    };
    let since = sections.iter().filter_map(|v| v.since).min();
    Verdict { status, freshness, action, losses: Vec::new(), lines: Vec::new(), since }
}

/// The share of a page's lines that stands in excluded sections, 0 to 1.
#[must_use]
pub fn excluded_share(document: &Document, sections: &[Verdict]) -> f64 {
    let (mut out, mut all) = (0.0, 0.0);
    for (section, verdict) in document.sections.iter().zip(sections) {
        let lines = f64::from(length(section));
        all += lines;
        if verdict.action == Action::Exclude {
            out += lines;
        }
    }
    if all > 0.0 { out / all } else { 0.0 }
}

fn freshness(points: u32) -> u8 {
    u8::try_from(100_u32.saturating_sub(points)).unwrap_or(0)
}

fn still(status: Status) -> Verdict {
    Verdict { status, freshness: 100, action: Action::Include, losses: Vec::new(), lines: Vec::new(), since: None }
}

#[cfg(test)]
mod tests;
