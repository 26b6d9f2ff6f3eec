//! The proof of a finding in words, a line each: for every report that people read.

use super::json::v1::{Commit, Evidence, Judgement, Witness};
use crate::finding::CauseKind;

/// How much of a line of code is shown.
const SHOWN: usize = 100;

/// The lines of `evidence`: when it was written and what backed it, what broke it, what stands there
/// now. Raw text of pages and code: each report escapes it in its own way.
#[must_use]
pub fn lines(evidence: &Evidence) -> Vec<String> {
    if let Some(judgement) = evidence.judgement.as_ref().filter(|judgement| !judgement.confirms) {
        return judged(evidence, judgement);
    }
    let mut lines = Vec::new();
    let mut first: Vec<String> = Vec::new();
    if let Some(moment) = &evidence.moment {
        let own = moment.own.as_ref();
        let mut text = match &moment.entered {
            Some(commit) if own.is_some() => {
                let day = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d").to_string();
                let mut text = own.map(|own| format!("written {}", day(own.entered))).unwrap_or_default();
                if let Some(own) = own.filter(|own| day(own.edited) != day(own.entered)) {
                    text.push_str(&format!(", edited {}", day(own.edited)));
                }
                format!("{text}, when the code was at {}", short(&commit.id))
            }
            Some(commit) => format!("written {} in {}", day(commit), short(&commit.id)),
            None => "written in a change that is not committed".to_owned(),
        };
        if let Some(edited) = moment.edited.as_ref().filter(|_| own.is_none()) {
            text.push_str(&format!(", edited {} in {}", day(edited), short(&edited.id)));
        }
        first.push(text);
    }
    if let Some(witness) = evidence.witnesses.first() {
        let more = evidence.witness_count.saturating_sub(1);
        first.push(match more {
            0 => format!("then in {}", place(witness)),
            1 => format!("then in {} and 1 more place", place(witness)),
            _ => format!("then in {} and {more} more places", place(witness)),
        });
    }
    if !first.is_empty() {
        lines.push(first.join("; "));
    }
    if let Some(cause) = &evidence.cause {
        let verb = match cause.kind {
            CauseKind::Removed => "removed",
            CauseKind::Renamed => "renamed",
            CauseKind::Changed => "changed",
        };
        let commit = &cause.commit;
        lines.push(format!("{verb} {} by {} \"{}\"", day(commit), short(&commit.id), commit.subject));
    } else if !evidence.witnesses.is_empty() {
        lines.push("which commit ended that is not known".to_owned());
    }
    match (&evidence.replacement, evidence.now.first()) {
        (Some(r), _) if r.of > 0 => {
            let noun = if r.of == 1 { "line" } else { "lines" };
            lines.push(format!("now: `{}`  ({} of {} changed {noun})", r.text, r.votes, r.of));
        }
        (Some(r), _) => lines.push(format!("now: `{}`", r.text)),
        (None, Some(now)) if now.text.is_empty() => lines.push(format!("now in {}", place(now))),
        (None, Some(now)) => lines.push(format!("now in {}: {}", place(now), clip(&now.text))),
        (None, None) => {}
    }
    if let Some(judgement) = &evidence.judgement {
        lines.push(format!("judged by: `{}`", clip(&judgement.code_quote)));
        lines.extend(said(judgement));
    }
    lines
}

/// The lines of a contradiction: the code that decides, the commit that made it so, and what the judge
/// says.
fn judged(evidence: &Evidence, judgement: &Judgement) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(now) = evidence.now.first() {
        lines.push(format!("now  {}  `{}`", place(now), clip(&now.text)));
    } else if let Some(then) = evidence.witnesses.first() {
        lines.push(format!("then  {}  `{}`", place(then), clip(&then.text)));
    }
    if let Some(cause) = &evidence.cause {
        let verb = if cause.kind == CauseKind::Removed { "removed" } else { "changed" };
        lines.push(format!(
            "{verb} {} by {} \"{}\"",
            day(&cause.commit),
            short(&cause.commit.id),
            cause.commit.subject
        ));
    }
    lines.extend(said(judgement));
    lines
}

/// What the judge says.
fn said(judgement: &Judgement) -> impl Iterator<Item = String> {
    let instead = judgement.instead.as_ref().map(|instead| format!("instead: \"{instead}\""));
    std::iter::once(format!("why: {}", judgement.why)).chain(instead)
}

/// `path:line`, or the path alone.
#[must_use]
pub fn place(witness: &Witness) -> String {
    match witness.line {
        Some(line) => format!("{}:{line}", witness.path),
        None => witness.path.clone(),
    }
}

/// The first `SHOWN` characters of a line of code.
#[must_use]
pub fn clip(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

fn day(commit: &Commit) -> String {
    commit.date.format("%Y-%m-%d").to_string()
}

fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
