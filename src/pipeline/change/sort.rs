//! Tells a change's own findings from what was wrong before.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use super::names::Names;
use crate::document::Document;
use crate::finding::{Finding, Fingerprint};
use crate::history::Oid;
use crate::pipeline::error::AuditError;
use crate::report::json::v1::Role;
use crate::triage::Triaged;

/// Rules about comments that hide findings: their findings have no cause, and a change's own such
/// comments are listed in another place.
const ABOUT_COMMENTS: &[&str] = &["invalid-suppression", "expired-suppression", "unused-suppression"];

/// The names of the findings that the merge base has.
#[derive(Debug, Default)]
pub struct AtBase {
    /// Those that an audit of it reports, or would but for a comment.
    pub sure: BTreeSet<Fingerprint>,
    /// Those below the confidence asked for.
    pub unsure: BTreeSet<Fingerprint>,
}

/// What is left of a triage.
#[derive(Debug, Default)]
pub struct Sorted {
    /// What the change has to do with each finding that is left.
    pub roles: BTreeMap<Fingerprint, Role>,
    /// How many findings were there before and are not told.
    pub before: usize,
}

/// Leaves in `triaged` what is the change's own and what is wrong in sections that it edits.
/// `at_base` gives the findings of the merge base; it is called at most once, and only
/// where a finding has no known cause, or where the change takes out lines with the name that an older
/// finding is about: the cause is the commit that took the declaration away, and a use that was left may
/// have spoken for the page until this change.
///
/// # Errors
/// Those of `at_base`.
pub fn sort(
    triaged: &mut Triaged,
    documents: &[&Document],
    change: &Change,
    names: &Names,
    at_base: &dyn Fn() -> Result<AtBase, AuditError>,
) -> Result<Sorted, AuditError> {
    let mut sorted = Sorted::default();
    let by_id: BTreeMap<_, _> = documents.iter().map(|d| (&d.id, *d)).collect();
    let mut base: Option<AtBase> = None;
    let mut left = Vec::new();
    for finding in std::mem::take(&mut triaged.findings) {
        let edited = by_id.get(&finding.document).is_some_and(|document| is_edited(&finding, document, change));
        let own = match own(&finding, change) {
            // In a section that is edited the same finding may have another name at the base.
            Some(false) if edited || is_about_comments(&finding) || !names.takes(&finding.subject) => false,
            Some(true) => true,
            cause => {
                let known = match &mut base {
                    Some(known) => known,
                    none => none.insert(at_base()?),
                };
                // Where the cause is older, what the last trace held up is a matter of confidence.
                let unsure = cause.is_none() && known.unsure.contains(&finding.fingerprint);
                !unsure && !known.sure.contains(&finding.fingerprint)
            }
        };
        let role = if own {
            Role::Broken
        } else if edited {
            Role::Edited
        } else {
            sorted.before += 1;
            continue;
        };
        sorted.roles.insert(finding.fingerprint.clone(), role);
        left.push(finding);
    }
    triaged.findings = left;
    let keep = |finding: &Finding| own(finding, change) == Some(true);
    triaged.suppressed.retain(|hidden| keep(&hidden.finding));
    triaged.below_confidence.retain(keep);
    triaged.baselined = triaged.suppressed.iter().filter(|s| s.by == crate::triage::HiddenBy::Baseline).count();
    Ok(sorted)
}

fn is_about_comments(finding: &Finding) -> bool {
    ABOUT_COMMENTS.contains(&finding.rule)
}

/// Whether a commit of the change made the finding; `None` where no commit is known.
fn own(finding: &Finding, change: &Change) -> Option<bool> {
    if is_about_comments(finding) {
        return Some(false);
    }
    let cause = finding.evidence.cause.as_ref()?;
    Some(Oid::from_str(&cause.commit.id).is_ok_and(|commit| change.range.contains(commit)))
}

/// Whether the change does anything in the finding's section.
fn is_edited(finding: &Finding, document: &Document, change: &Change) -> bool {
    let Some(edit) = change.edits.pages.get(&document.id) else { return false };
    let Some(section) = document.sections.get(finding.section) else { return false };
    let first = document.lines.line_of(section.span.start);
    let last = document.lines.line_of(section.span.end.saturating_sub(1).max(section.span.start));
    (first..=last).any(|line| edit.touched.get(line) == Some(&true))
}
