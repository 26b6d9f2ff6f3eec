//! What the issue says.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{self, Data, Run};
use super::reviews;
use crate::finding::Severity;
use crate::publish::marker::{self, Kind, mark};
use crate::publish::words::{Words, count, fit, linked};
use crate::publish::{LONGEST_BODY, PublishError};
use crate::report::inert::clip;
use crate::report::json::v1::{Audit, Document, Finding, Status};
use crate::report::link;
use crate::report::markdown::escape::{code, text as plain};
use crate::report::overview::importance;

/// Rows of the table at most, and boxes.
const ROWS: usize = 50;
/// Pages with no finding that a person should look at.
const DUE: usize = 10;
/// Pages that are named as better.
const BETTER: usize = 10;
/// Owners of a page that are named.
const OWNERS: usize = 3;

/// How the issue is written.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Tells several issues of one repository apart.
    pub name: String,
    /// Where the full report is.
    pub report: Option<String>,
    /// Whether owners are called, and not only named.
    pub mention: bool,
}

/// The issue's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The hidden mark that the body begins with.
    pub mark: String,
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
    /// Whether nothing is wrong: the issue is closed.
    pub clean: bool,
}

/// What the issue says of `audit`, after what it remembers in `before`.
///
/// # Errors
/// Where what it remembers can't be written.
pub fn text(audit: &Audit, before: &Data, options: &Options) -> Result<Text, PublishError> {
    let words = Words::new(audit);
    let mut wrong: Vec<&Finding> = audit.findings.iter().filter(|f| f.severity > Severity::Note).collect();
    wrong.sort_by(|a, b| importance(b).total_cmp(&importance(a)).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
    let mut pages: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &wrong {
        pages.entry(&finding.location.document).or_default().push(finding);
    }
    let weight = |findings: &[&Finding]| findings.iter().map(|f| importance(f)).sum::<f64>();
    let mut ranked: Vec<(&str, Vec<&Finding>)> = pages.into_iter().collect();
    ranked.sort_by(|a, b| weight(&b.1).total_cmp(&weight(&a.1)).then(a.0.cmp(b.0)));

    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let run = Run {
        day: audit.now.date_naive(),
        wrong: small(wrong.len()),
        stale: small(ranked.len()),
        pages: small(audit.documents.len()),
    };
    let open = wrong.iter().map(|f| (f.fingerprint.clone(), f.location.document.clone())).collect();
    let data = before.with(run, open).shortened();
    let hidden = marker::hide(data::KEY, &data).map_err(|e| PublishError::Text(e.to_string()))?;
    let mark = mark(Kind::Issue, &options.name);
    let clean = wrong.is_empty();
    let title = "Documentation that is no longer true".to_owned();
    let head = head(audit, before, &data, wrong.len(), ranked.len());
    let better = better(&words, before, &wrong);
    let due = due(audit, &ranked);
    let foot = foot(audit, options);
    let mut rows = ranked.len().min(ROWS);
    loop {
        let mut body = format!("{mark}\n{hidden}\n{head}");
        table(&mut body, &words, audit, &ranked, rows, options);
        body.push_str(&better);
        boxes(&mut body, &words, &ranked, rows, &due, &data);
        body.push_str(&foot);
        if body.len() <= LONGEST_BODY || rows == 0 {
            return Ok(Text { mark, title, body: fit(body, LONGEST_BODY), clean });
        }
        rows /= 2;
    }
}

fn head(audit: &Audit, before: &Data, data: &Data, wrong: usize, pages: usize) -> String {
    let mut out = if wrong == 0 {
        format!("\n**Nothing is known to be wrong** in {}.", count(audit.documents.len(), "page"))
    } else {
        let verb = if wrong == 1 { "is" } else { "are" };
        format!(
            "\n**{} {verb} no longer true**, in {pages} of {}.",
            count(wrong, "statement"),
            count(audit.documents.len(), "page")
        )
    };
    if let Some(last) = before.runs.iter().rev().find(|run| run.day < audit.now.date_naive()) {
        let now = i64::try_from(wrong).unwrap_or(i64::MAX);
        match now - i64::from(last.wrong) {
            0 => out.push_str(&format!(" As many as on {}.", last.day)),
            less if less < 0 => out.push_str(&format!(" {} fewer than on {}.", -less, last.day)),
            more => out.push_str(&format!(" {more} more than on {}.", last.day)),
        }
    }
    out.push('\n');
    if data.runs.len() > 1 {
        out.push_str(&format!("\n```\n{}```\n", data::chart(&data.runs)));
    }
    out
}

fn table(
    out: &mut String,
    words: &Words<'_>,
    audit: &Audit,
    ranked: &[(&str, Vec<&Finding>)],
    rows: usize,
    options: &Options,
) {
    if ranked.is_empty() {
        return;
    }
    out.push_str("\n### Mend these first\n\n| Page | Owner | What is wrong | Proof |\n|---|---|---|---|\n");
    for (id, findings) in ranked.iter().take(rows) {
        let Some(top) = findings.first() else { continue };
        let more = match findings.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        let owners = words.document(id).map(|d| owners(d, options.mention)).unwrap_or_default();
        out.push_str(
            &format!("| {} | {owners} | {}{more} | {} |\n", words.at(top), words.what(top), words.proof(top),),
        );
    }
    if ranked.len() > rows {
        out.push_str(&format!("\n… and {} more.\n", count(ranked.len() - rows, "page")));
    }
    let hidden = audit.summary.suppressed + audit.summary.baselined;
    if hidden > 0 {
        out.push_str(&format!("\n{} hidden by comments in pages or by the baseline.\n", count(hidden, "finding")));
    }
}

/// Who answers for a page; called by their names only if that was asked for, and they are names of
/// people or teams at GitHub.
fn owners(document: &Document, mention: bool) -> String {
    let shown = document.signals.owners.iter().take(OWNERS).map(|owner| {
        let name = clip(&owner.name, 60);
        if mention && is_handle(&name) { name.into_owned() } else { plain(&name) }
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn is_handle(name: &str) -> bool {
    let plain = |part: &str, more: &[u8]| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || more.contains(&b))
    };
    name.strip_prefix('@').is_some_and(|name| match name.split_once('/') {
        Some((org, team)) => plain(org, b"") && plain(team, b"_."),
        None => plain(name, b"") && !["everyone", "here", "all", "channel"].contains(&name),
    })
}

/// What is mended since the last run.
fn better(words: &Words<'_>, before: &Data, wrong: &[&Finding]) -> String {
    let now: BTreeSet<&str> = wrong.iter().map(|f| f.fingerprint.as_str()).collect();
    let mut mended: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, page) in before.open.iter().filter(|(print, _)| !now.contains(print.as_str())) {
        *mended.entry(page).or_default() += 1;
    }
    if mended.is_empty() {
        return String::new();
    }
    let mut pages: Vec<(&str, usize)> = mended.into_iter().collect();
    pages.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut out = "\n### What got better\n\n".to_owned();
    for (page, n) in pages.iter().take(BETTER) {
        out.push_str(&format!("- {}: {} mended\n", words.place(page, None), count(*n, "finding")));
    }
    if pages.len() > BETTER {
        out.push_str(&format!("- … and {}\n", count(pages.len() - BETTER, "more page")));
    }
    out
}

/// Pages without findings that a person should look at, the least fresh first.
fn due<'a>(audit: &'a Audit, ranked: &[(&str, Vec<&Finding>)]) -> Vec<&'a str> {
    let told: BTreeSet<&str> = ranked.iter().map(|(id, _)| *id).collect();
    let mut due: Vec<(u8, &str)> = audit
        .documents
        .iter()
        .filter(|d| !told.contains(d.id.as_str()))
        .filter_map(|d| Some((d.verdict.as_ref().filter(|v| v.status == Status::ReviewDue)?.freshness, d.id.as_str())))
        .collect();
    due.sort_unstable();
    due.into_iter().take(DUE).map(|(_, id)| id).collect()
}

fn boxes(
    out: &mut String,
    words: &Words<'_>,
    ranked: &[(&str, Vec<&Finding>)],
    rows: usize,
    due: &[&str],
    data: &Data,
) {
    let pages: Vec<&str> = due.iter().copied().chain(ranked.iter().take(rows).map(|(id, _)| *id)).collect();
    if !pages.is_empty() {
        out.push_str(
            "\n### Still right?\n\nTick a page that you have read and found right: its age begins anew. What is proved to be wrong stays on the list until it is mended.\n\n",
        );
        for id in pages {
            out.push_str(&reviews::unticked(id, &words.place(id, None)));
            out.push('\n');
        }
    }
    if !data.reviews.is_empty() {
        out.push_str("\n<details><summary>Read and found right</summary>\n\n");
        for review in data.reviews.iter().take(20) {
            out.push_str(&format!(
                "- {} on {} by {}\n",
                words.place(&review.document, None),
                review.date,
                plain(&review.by)
            ));
        }
        out.push_str("\n</details>\n");
    }
}

fn foot(audit: &Audit, options: &Options) -> String {
    let mut parts = Vec::new();
    if let Some(system) = audit.systems.first() {
        let short = code(system.head.get(..7).unwrap_or(&system.head));
        parts.push(format!("at {}", linked(&short, link::commit(system, &system.head))));
    }
    parts.push(audit.now.format("%Y-%m-%d").to_string());
    if audit.summary.documents_inconclusive > 0 {
        parts.push(format!("{} could not be decided", count(audit.summary.documents_inconclusive, "page")));
    }
    if let Some(report) = &options.report {
        parts.push(linked("full report", Some(report.clone())));
    }
    format!("\n<sub>{}</sub>\n", parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::is_handle;

    #[test]
    fn only_names_at_github_are_called() {
        for good in ["@ada", "@org/docs-team", "@o/a.b_c"] {
            assert!(is_handle(good), "{good}");
        }
        for bad in ["ada", "@", "@everyone", "@a b", "@org/", "ada@example.org", "@<b>", "@org/team/x"] {
            assert!(!is_handle(bad), "{bad}");
        }
    }
}
