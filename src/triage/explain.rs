//! How a verdict came about, for people: the sum that anyone can do again.

use std::fmt::Write;

use super::grounds::Grounds;
use super::policy::Policy;
use super::{score, verdict};
use crate::report::escape;
use crate::report::json::v1::{Action, Audit, Document, Section, Status, Verdict};

/// Why there is nothing to explain.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The audit has no such page.
    #[error("the audit has no page `{page}`{}", listed(.near))]
    NoPage {
        /// What was asked for.
        page: String,
        /// Pages whose id ends or begins like it.
        near: Vec<String>,
    },
    /// The page has no such section.
    #[error("`{page}` has no section `{section}`{}", listed(.near))]
    NoSection {
        /// The page.
        page: String,
        /// What was asked for.
        section: String,
        /// The sections that it has.
        near: Vec<String>,
    },
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!("; it has {}", names.join(", ")),
    }
}

/// Explains the verdict on `target`: a page's id, or `page#section` where the section is named by
/// its id or its heading.
///
/// # Errors
/// If the audit has no such page or section.
pub fn explain(audit: &Audit, policy: &Policy, target: &str) -> Result<String, ExplainError> {
    let (document, wanted) = find(audit, target)?;
    let grounds = Grounds::of(audit, policy);
    let computed = verdict::sections(policy, &grounds, document, audit.now);
    let sections: Vec<Verdict> =
        document.sections.iter().zip(computed).map(|(s, v)| s.verdict.clone().unwrap_or(v)).collect();
    let mut out = String::new();
    match wanted {
        Some(wanted) => {
            for (section, verdict) in document.sections.iter().zip(&sections).filter(|(s, _)| s.id == wanted.id) {
                write_section(&mut out, policy, &grounds, document, section, verdict);
            }
        }
        None => {
            let page = match &document.verdict {
                Some(verdict) => verdict.clone(),
                None => verdict::page(policy, &grounds, document, &sections),
            };
            write_page(&mut out, policy, &grounds, document, &page, &sections);
        }
    }
    Ok(out)
}

fn find<'a>(audit: &'a Audit, target: &str) -> Result<(&'a Document, Option<&'a Section>), ExplainError> {
    let by_id = |id: &str| audit.documents.iter().find(|d| d.id == id);
    // A page's name may hold a `#` itself: the whole goes first, then each `#` from the right.
    if let Some(document) = by_id(target) {
        return Ok((document, None));
    }
    for (at, _) in target.rmatch_indices('#') {
        let (id, wanted) = (&target[..at], &target[at + 1..]);
        let Some(document) = by_id(id) else { continue };
        let is = |s: &&Section| s.id == wanted || s.heading_path.last().is_some_and(|h| h.trim() == wanted.trim());
        let last = |s: &&Section| s.id.rsplit('/').next() == Some(wanted);
        let section = document.sections.iter().find(is).or_else(|| document.sections.iter().find(last));
        return match section {
            Some(section) => Ok((document, Some(section))),
            None => Err(ExplainError::NoSection {
                page: id.into(),
                section: wanted.into(),
                near: document.sections.iter().take(12).map(|s| format!("`{}`", s.id)).collect(),
            }),
        };
    }
    let name = target.split('#').next().unwrap_or(target);
    let near = audit.documents.iter().filter(|d| !name.is_empty() && d.id.ends_with(name));
    Err(ExplainError::NoPage { page: target.into(), near: near.take(5).map(|d| format!("`{}`", d.id)).collect() })
}

fn write_page(
    out: &mut String,
    policy: &Policy,
    grounds: &Grounds,
    document: &Document,
    page: &Verdict,
    sections: &[Verdict],
) {
    line(out, 0, &format!("{}: {}", document.id, summary(page)));
    if let Some(reason) = &document.tense_reason {
        line(out, 2, &format!("{}: {reason}", document.tense));
    }
    if let Some(doubt) = grounds.doubt(&document.id) {
        line(out, 2, &format!("not all could be decided: {doubt}"));
    }
    if page.status == Status::Historical {
        line(out, 2, "a record of the past does not age, and is left in");
        return;
    }
    let share = verdict::excluded_share(document, sections) * 100.0;
    let limit = policy.values().page.exclude_share * 100.0;
    line(out, 2, "the mean of its sections, weighted by lines:");
    for (section, verdict) in document.sections.iter().zip(sections) {
        let lines = section.end.saturating_sub(section.start) + 1;
        let name = if section.id == "_" { "(before the first heading)" } else { &section.id };
        line(out, 4, &format!("{:>3}  {lines:>5} lines  {name}  {}", verdict.freshness, word(verdict)));
    }
    line(out, 2, &format!("{share:.0} % of its lines are excluded; from {limit:.0} % on the whole page is"));
}

fn write_section(
    out: &mut String,
    policy: &Policy,
    grounds: &Grounds,
    document: &Document,
    section: &Section,
    verdict: &Verdict,
) {
    let head =
        format!("{}#{} (lines {}–{}): {}", document.id, section.id, section.start, section.end, summary(verdict));
    line(out, 0, &head);
    if let Some(doubt) = grounds.doubt(&document.id) {
        line(out, 2, &format!("not all could be decided: {doubt}"));
    }
    if verdict.status == Status::Historical {
        line(out, 2, "a record of the past does not age, and is left in");
        return;
    }
    line(out, 2, "  100");
    for loss in &verdict.losses {
        let what = match &loss.rule {
            Some(rule) => rule.clone(),
            None => format!("{:?}", loss.kind).to_lowercase(),
        };
        line(out, 2, &format!("- {:>3}  {what}: {}", loss.points, loss.text));
    }
    line(out, 2, &format!("= {:>3}", verdict.freshness));
    let rules = policy.values().action;
    let (points, lines) = (verdict.finding_points(), verdict::length(section));
    let dense = score::concentrated(policy, points, lines);
    if points > 0 && dense != points {
        let sum = format!("findings took {points} points: × {} / {lines} lines = {dense}", rules.long);
        line(out, 2, &format!("{sum}; {} exclude the section", rules.exclude_at));
    } else if points > 0 {
        line(out, 2, &format!("findings took {points} points; {} exclude the section", rules.exclude_at));
    }
    let why = match verdict.action {
        Action::Exclude if dense < rules.exclude_at => {
            "left out all the same, by another policy or an earlier list".into()
        }
        Action::Exclude => "left out".into(),
        Action::Demote => format!("below {}: ranked by {:.2}", rules.demote_below, verdict.weight()),
        Action::Include => format!("{} or more, or nothing proved: left in", rules.demote_below),
    };
    line(out, 2, &why);
    if !verdict.lines.is_empty() && verdict.action != Action::Exclude {
        let of = |[from, to]: &[u32; 2]| if from == to { from.to_string() } else { format!("{from}–{to}") };
        let wrong: Vec<String> = verdict.lines.iter().map(of).collect();
        line(out, 2, &format!("of an index of smaller pieces, those that hold line {} are left out", wrong.join(", ")));
    }
}

fn summary(verdict: &Verdict) -> String {
    let since = verdict.since.map(|s| format!(" since {}", s.date_naive())).unwrap_or_default();
    format!("{}{since}, freshness {}", word(verdict), verdict.freshness)
}

fn word(verdict: &Verdict) -> String {
    let status = match verdict.status {
        Status::Fresh => "fresh",
        Status::Historical => "historical",
        Status::Generated => "generated",
        Status::Inconclusive => "inconclusive",
        Status::ReviewDue => "review due",
        Status::Stale => "stale",
        Status::Contradicted => "contradicted",
    };
    let action = match verdict.action {
        Action::Include => "include",
        Action::Demote => "demote",
        Action::Exclude => "exclude",
    };
    format!("{status} ({action})")
}

/// One line, whatever a page's own words bring.
fn line(out: &mut String, indent: usize, text: &str) {
    let _ = writeln!(out, "{:indent$}{}", "", escape::terminal(text));
}
