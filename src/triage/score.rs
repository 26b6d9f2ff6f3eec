//! What findings and signals take from a section's freshness: whole points, so that anyone can
//! add them up again.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::grounds::Proof;
use super::policy::Policy;
use crate::finding::Severity;
use crate::report::json::v1::{Loss, LossKind, Signals};

/// What the findings of a section take, largest first.
#[must_use]
pub fn findings(policy: &Policy, proofs: &[&Proof]) -> Vec<Loss> {
    let values = policy.values();
    let mut losses: Vec<Loss> = proofs
        .iter()
        .map(|proof| {
            let (full, why) = full(policy, proof);
            let points = rounded(full, proof.percent);
            let probability = f64::from(proof.percent) / 100.0;
            Loss {
                points,
                kind: LossKind::Finding,
                rule: Some(proof.rule.clone()),
                fingerprint: Some(proof.fingerprint.clone()),
                text: format!("{full} ({why}) × {probability:.2} = {points}: {} (line {})", proof.message, proof.line),
            }
        })
        .collect();
    losses.sort_by(|a, b| (b.points, &a.rule, &a.fingerprint).cmp(&(a.points, &b.rule, &b.fingerprint)));
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    for loss in &mut losses {
        let Some(rule) = &loss.rule else { continue };
        let Some(most) = values.rules.get(rule).and_then(|r| r.most) else { continue };
        let sum = taken.entry(rule.clone()).or_default();
        let left = most.saturating_sub(*sum);
        if loss.points > left {
            loss.text = format!("{left} left of at most {most} for {rule}; {}", loss.text);
            loss.points = left;
        }
        *sum += loss.points;
    }
    losses.retain(|loss| loss.points > 0);
    losses.sort_by(|a, b| (b.points, &a.rule, &a.fingerprint).cmp(&(a.points, &b.rule, &b.fingerprint)));
    losses
}

/// What a finding would take if it were certain, and what says so: its rule, else its severity.
fn full<'p>(policy: &Policy, proof: &'p Proof) -> (u32, &'p str) {
    let values = policy.values();
    let by_severity = match proof.severity {
        Severity::Error => (values.points.error, "error"),
        Severity::Warning => (values.points.warning, "warning"),
        Severity::Note => (values.points.note, "note"),
    };
    values.rules.get(&proof.rule).map_or(by_severity, |rule| (rule.points, proof.rule.as_str()))
}

/// The lines of those `proofs` that are enough to exclude by themselves: first and last, [`joined`].
#[must_use]
pub fn wrong_lines(policy: &Policy, proofs: &[&&Proof]) -> Vec<[u32; 2]> {
    let enough = |proof: &&&&Proof| {
        let (full, _) = full(policy, proof);
        rounded(full, proof.percent) >= policy.values().action.exclude_at
    };
    joined(proofs.iter().filter(enough).map(|p| [p.line, p.end.max(p.line)]).collect())
}

/// Ranges of lines in order, those that touch or follow each other as one.
#[must_use]
pub fn joined(mut lines: Vec<[u32; 2]>) -> Vec<[u32; 2]> {
    lines.sort_unstable();
    lines.dedup_by(|next, held| {
        let joins = next[0] <= held[1].saturating_add(1);
        if joins {
            held[1] = held[1].max(next[1]);
        }
        joins
    });
    lines
}

/// The points of a section's findings as they count towards its exclusion: of a long section in proportion,
/// since a wrong line among many right ones is no reason to lose them all.
#[must_use]
pub fn concentrated(policy: &Policy, points: u32, lines: u32) -> u32 {
    let long = policy.values().action.long;
    if lines <= long {
        return points;
    }
    u32::try_from(u64::from(points) * u64::from(long) / u64::from(lines)).unwrap_or(u32::MAX)
}

/// `full × percent / 100`, a half rounded up.
fn rounded(full: u32, percent: u32) -> u32 {
    u32::try_from((u64::from(full) * u64::from(percent) + 50) / 100).unwrap_or(u32::MAX)
}

/// What the signals of a section take.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignalLosses {
    /// The losses, largest first.
    pub losses: Vec<Loss>,
    /// Whether a person should look at the section: everything but a lost owner says so.
    pub due: bool,
}

/// What the signals of a section take: `own` beats the page's, field by field.
#[must_use]
pub fn signals(
    policy: &Policy,
    document: &str,
    edited: Option<DateTime<Utc>>,
    own: &Signals,
    page: &Signals,
    now: DateTime<Utc>,
) -> SignalLosses {
    let values = policy.values();
    let today = now.date_naive();
    let mut losses = Vec::new();
    let mut take = |points: u32, kind: LossKind, text: String| {
        if points > 0 {
            losses.push(Loss { points, kind, rule: None, fingerprint: None, text });
        }
    };

    let until = own.review_by.as_deref().or(page.review_by.as_deref()).and_then(day);
    let promised = until.is_some_and(|until| until >= today);
    if let Some(until) = until.filter(|until| *until < today) {
        take(values.signals.expired, LossKind::Verification, format!("its review ran out on {until}"));
    }

    let reviewed = own.reviewed.as_ref().or(page.reviewed.as_ref());
    let reviewed = reviewed.and_then(|r| day(&r.date)).filter(|date| *date <= today);
    let edited = edited.map(|e| e.date_naive());
    // A review that still holds says more than any age.
    if let Some(from) = edited.max(reviewed).filter(|_| !promised) {
        let what = if Some(from) == reviewed { "review" } else { "edit" };
        let days = u64::try_from(today.signed_duration_since(from).num_days()).unwrap_or(0);
        let interval = u64::from(policy.interval(document));
        let most = u64::from(values.age.most);
        // 10 × days × (halving + commits) / (interval × halving), in one fraction, rounded down.
        let overdue = |commits: u64| {
            let halving = u64::from(values.churn.halving);
            let tenths = 10 * u128::from(days) * u128::from(halving + commits) / u128::from(interval * halving);
            if tenths < 10 { 0 } else { u64::try_from(tenths).unwrap_or(u64::MAX).min(most) }
        };
        let small = |points: u64| u32::try_from(points).unwrap_or(u32::MAX);
        let age = overdue(0);
        take(small(age), LossKind::Age, format!("{days} days since the last {what}, interval {interval} days"));
        let churn = own.churn.as_ref().or(page.churn.as_ref());
        if let Some(churn) = churn {
            let both = overdue(u64::from(churn.commits));
            let text = format!(
                "{} commits to {} described files since, which shorten the interval of {interval} days",
                churn.commits, churn.files
            );
            take(small(both - age), LossKind::Churn, text);
        }
    }

    if let Some(duplicate) = own.duplicate.as_ref().or(page.duplicate.as_ref()) {
        let text =
            format!("{}#{} is newer and {} % the same", duplicate.document, duplicate.section, duplicate.similarity);
        take(values.signals.duplicate, LossKind::Duplicate, text);
    }
    if let Some(orphaned) = own.orphaned.as_ref().or(page.orphaned.as_ref()) {
        let mut text = format!("all who wrote it have left, the last on {}", orphaned.last_seen);
        if !orphaned.successors.is_empty() {
            text += &format!("; could take over: {}", orphaned.successors.join(", "));
        }
        take(values.signals.orphaned, LossKind::Owners, text);
    }
    let due = losses.iter().any(|loss| loss.kind != LossKind::Owners);
    losses.sort_by(|a, b| (b.points, a.kind).cmp(&(a.points, b.kind)));
    SignalLosses { losses, due }
}

/// A day as audits write it.
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}
