//! What the comment says.

use crate::finding::Level;
use crate::publish::marker::{Kind, mark};
use crate::publish::words::{Words, count, fit, linked};
use crate::publish::{LONGEST_BODY, PublishError};
use crate::report::inert::clip;
use crate::report::json::v1::{Audit, Finding, Role, Scope};
use crate::report::markdown::escape::code;
use crate::report::overview::importance;

/// Findings that stand open; the others are folded.
const OPEN: usize = 10;
/// Findings that are named at all.
const MOST: usize = 100;
/// Things not heeded that are named.
const WAIVED: usize = 20;

/// What the comment says now, and what it says once nothing is wrong any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The hidden mark that it begins with.
    pub mark: String,
    /// The text; none where the change makes nothing wrong that we would bet on.
    pub open: Option<String>,
    /// The text of a comment that has done its work.
    pub resolved: String,
}

/// What the comment on a pull request says of `audit`. `name` tells several of one pull request apart,
/// `report` is where the full report is.
///
/// # Errors
/// Where the audit is not one of a change.
pub fn text(audit: &Audit, name: &str, report: Option<&str>) -> Result<Text, PublishError> {
    if audit.scope != Scope::Change {
        return Err(PublishError::Scope {
            found: audit.scope,
            wants: "a comment tells what a change makes wrong: audit with `--base`",
        });
    }
    let mark = mark(Kind::Comment, name);
    let mut own: Vec<&Finding> = audit.findings.iter().filter(|f| f.role != Some(Role::Edited)).collect();
    own.sort_by(|a, b| importance(b).total_cmp(&importance(a)));
    let resolved = format!("{mark}\n**Resolved:** this change makes nothing in the documentation wrong any more.\n");
    if !own.iter().any(|f| f.confidence.level == Level::High) {
        return Ok(Text { mark, open: None, resolved });
    }
    let words = Words::new(audit);
    let mut out =
        format!("{mark}\n### This change makes {} in the documentation wrong\n\n", count(own.len(), "statement"));
    for finding in own.iter().take(OPEN) {
        item(&mut out, &words, finding);
    }
    if own.len() > OPEN {
        out.push_str(&format!("\n<details><summary>{} more</summary>\n\n", own.len() - OPEN));
        for finding in own.iter().take(MOST).skip(OPEN) {
            item(&mut out, &words, finding);
        }
        if own.len() > MOST {
            out.push_str(&format!("- … and {} more\n", own.len() - MOST));
        }
        out.push_str("\n</details>\n");
    }
    edited(&mut out, &words, audit);
    waived(&mut out, audit);
    footer(&mut out, audit, report);
    Ok(Text { mark, open: Some(fit(out, LONGEST_BODY)), resolved })
}

fn item(out: &mut String, words: &Words<'_>, finding: &Finding) {
    let place = words.at(finding);
    out.push_str(&format!("- {place}: {}\n", words.what(finding)));
    let proof = words.proof(finding);
    if !proof.is_empty() {
        out.push_str(&format!("  <br>{proof}\n"));
    }
}

/// What was wrong before in the sections that the change edits.
fn edited(out: &mut String, words: &Words<'_>, audit: &Audit) {
    let found: Vec<&Finding> = audit.findings.iter().filter(|f| f.role == Some(Role::Edited)).collect();
    if found.is_empty() {
        return;
    }
    let head = format!("{} from before, in sections that this change edits", count(found.len(), "finding"));
    out.push_str(&format!("\n<details><summary>{head}</summary>\n\n"));
    for finding in found.iter().take(MOST / 2) {
        item(out, words, finding);
    }
    out.push_str("\n</details>\n");
}

fn waived(out: &mut String, audit: &Audit) {
    let Some(change) = audit.change.as_ref().filter(|change| !change.waived.is_empty()) else { return };
    out.push_str("\nNot heeded, since this change itself brings it:\n\n");
    for waived in change.waived.iter().take(WAIVED) {
        let page = clip(&waived.document, 160);
        let place = waived.line.map_or_else(|| page.clone().into_owned(), |line| format!("{page}:{line}"));
        out.push_str(&format!("- {} in {}: {}\n", waived.kind.words(), code(&place), code(&clip(&waived.text, 200))));
    }
    if change.waived.len() > WAIVED {
        out.push_str(&format!("- … and {} more\n", change.waived.len() - WAIVED));
    }
}

fn footer(out: &mut String, audit: &Audit, report: Option<&str>) {
    let mut parts = Vec::new();
    if let Some(before) = audit.change.as_ref().map(|c| c.before).filter(|n| *n > 0) {
        parts.push(format!("{} from before this change not listed", count(before, "finding")));
    }
    if let Some(report) = report {
        parts.push(linked("full report", Some(report.to_owned())));
    }
    if !parts.is_empty() {
        out.push_str(&format!("\n<sub>{}</sub>\n", parts.join(" · ")));
    }
}
