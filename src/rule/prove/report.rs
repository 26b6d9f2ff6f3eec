//! A proved suspect as a finding.

use super::{Archive, Dated, Proved, moment};
use crate::document::Span;
use crate::finding::{
    Cause, CommitRef, Confidence, Evidence, Finding, Fingerprint, Fix, MomentEvidence, Occurrences, Replacement,
    Severity, Witness,
};
use crate::history::cause::Holder;
use crate::history::moment::Moment;
use crate::history::{MainIx, Mainline};
use crate::rule::confidence;
use crate::rule::suspect::{Proof, Standing, Suspect};
use crate::rule::system::Page;

/// The finding of a suspect; none where what backed it was gone before the line was written.
pub(super) fn finding(
    dated: &Dated<'_>,
    proved: Proved,
    page: &Page<'_>,
    archive: Archive<'_>,
    occurrences: &mut Occurrences,
) -> Option<Finding> {
    let suspect = dated.suspect;
    let entered = moment(dated)?;
    let mut probability = suspect.probability.p * proved.factor * dated.trust;
    if let Some((at, ..)) = proved.cause {
        // What was gone before the line was written never backed it.
        if at <= entered {
            if !super::is_broken_anyway(suspect) {
                return None;
            }
            probability *= confidence::GONE_BEFORE;
        } else if matches!(dated.edited, Moment::At(edited) if edited > at) {
            probability *= confidence::EDITED_SINCE;
        }
    }
    let commit = |at: MainIx| archive.repository.commit_ref(archive.mainline.get(at).id);
    let edited = match dated.edited {
        Moment::At(at) if at != entered => Some(commit(at)),
        _ => None,
    };
    let mut evidence = Evidence {
        moment: Some(MomentEvidence { entered: Some(commit(entered)), edited, own: dated.own.clone() }),
        witnesses: proved.holders.iter().map(|h| witness(h, archive.mainline)).collect(),
        witness_count: proved.holder_count,
        cause: proved.cause.map(|(_, id, kind, path)| Cause {
            kind,
            commit: commit_ref(archive, id),
            path: path.map(|p| p.display().into_owned()),
        }),
        replacement: proved.replacement,
        circumstance: Some(suspect.probability.circumstance.into()),
        ..Evidence::default()
    };
    if let Proof::Line { now, .. } = &suspect.proof {
        let head = archive.mainline.get(archive.mainline.head()).id.to_string();
        evidence.now = now.iter().map(|standing| stands(standing, &head)).collect();
    }
    let document = page.document;
    let fix = evidence.replacement.as_ref().filter(|_| proved.certain).and_then(|r| fix(suspect, r, &document.text));
    if let Some(replacement) = &mut evidence.replacement {
        whole(suspect, replacement);
    }
    let section = document.sections.get(suspect.section);
    let occurrence = occurrences.next(suspect.rule, suspect.section, &suspect.subject);
    let oldest = match page.known_as {
        Some(name) => name.to_owned(),
        None => archive.histories.oldest_name(page.path).display().into_owned(),
    };
    Some(Finding {
        rule: suspect.rule,
        severity: Severity::Error,
        confidence: Confidence::new(probability),
        message: suspect.message.clone(),
        document: document.id.clone(),
        section: suspect.section,
        span: suspect.span,
        start: document.lines.position(&document.text, suspect.span.start),
        end: document.lines.position(&document.text, suspect.span.end),
        subject: suspect.subject.clone(),
        fingerprint: Fingerprint::new(
            suspect.rule,
            &oldest,
            &suspect.subject,
            section.map_or(&[], |s| &s.heading_path),
            occurrence,
        ),
        evidence,
        fix,
    })
}

fn commit_ref(archive: Archive<'_>, id: git2::Oid) -> CommitRef {
    archive.repository.commit_ref(id)
}

fn stands(standing: &Standing, head: &str) -> Witness {
    Witness {
        path: standing.path.display().into_owned(),
        line: (standing.line > 0).then_some(standing.line),
        commit: head.to_owned(),
        text: standing.text.clone(),
    }
}

fn witness(holder: &Holder, mainline: &Mainline) -> Witness {
    Witness {
        path: holder.path.display().into_owned(),
        line: (holder.line > 0).then_some(holder.line),
        commit: mainline.get(holder.at).id.to_string(),
        text: holder.text.clone(),
    }
}

/// What is proposed for a part of a reference (`config` for `config-file`) becomes what is proposed
/// for all of it (`--config`), which is what people read.
fn whole(suspect: &Suspect, replacement: &mut Replacement) {
    let Proof::Name { text, .. } = &suspect.proof else { return };
    let text = text.trim_matches('"');
    // A member of the code (`Serve`) that the page writes as a command line has it (`serve`).
    if suspect.anchor != *text && suspect.anchor.eq_ignore_ascii_case(text) {
        replacement.text = kebab(&replacement.text);
        return;
    }
    if !text.is_empty() && suspect.anchor.matches(text).count() == 1 {
        replacement.text = suspect.anchor.replace(text, replacement.text.trim_start_matches('-'));
    }
}

/// `AddUser` as `add-user`.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, c) in name.char_indices() {
        if at > 0 && c.is_ascii_uppercase() && !out.ends_with('-') {
            out.push('-');
        }
        out.push(if c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    out
}

/// The change to the page: the lost text within the reference becomes the replacement.
fn fix(suspect: &Suspect, replacement: &Replacement, text: &str) -> Option<Fix> {
    let written = suspect.span.of(text);
    let old = match &suspect.proof {
        Proof::Name { text, .. } => text.trim_matches('"'),
        Proof::Path { .. } | Proof::Line { .. } | Proof::Release { .. } => suspect.anchor.as_str(),
        Proof::Place { .. } => written,
        Proof::Anchor { .. } => return None,
    };
    let new = match &suspect.proof {
        Proof::Name { .. } => replacement.text.trim_start_matches('-'),
        _ => replacement.text.as_str(),
    };
    let at = written.find(old)?;
    if written[at + old.len()..].contains(old) || old.is_empty() {
        return None;
    }
    let start = suspect.span.start + at;
    // A value may stand a second time on the line and mean another thing there.
    if matches!(suspect.proof, Proof::Line { .. }) && line_around(text, start).matches(old).count() != 1 {
        return None;
    }
    Some(Fix { span: Span::new(start, start + old.len()), text: new.to_owned() })
}

/// The line of `text` that holds byte `at`.
fn line_around(text: &str, at: usize) -> &str {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    let end = at + after.find('\n').unwrap_or(after.len());
    text.get(start..end).unwrap_or("")
}
