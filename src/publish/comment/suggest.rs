//! Certain fixes as suggestions that a reader of the pull request takes over with a click.
//!
//! One review with all of them. Each carries its finding's fingerprint in a hidden mark, and none is
//! made twice for a fingerprint, whether it was taken, dismissed or passed over.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Target, read};
use crate::publish::github::{Api, ApiError, User};
use crate::publish::{Done, PublishError};
use crate::report::json::v1::{Audit, Finding, Fix};
use crate::report::markdown::escape;

/// Suggestions of one review.
const MOST: usize = 30;

#[derive(Deserialize)]
struct File {
    filename: String,
    patch: Option<String>,
}

#[derive(Deserialize)]
struct Remark {
    body: Option<String>,
    user: Option<User>,
}

/// Suggests the certain fixes of `audit` that fall on lines which the pull request shows.
///
/// # Errors
/// What GitHub says.
pub async fn suggest(api: &Api, target: &Target, audit: &Audit) -> Result<Done, PublishError> {
    let Target { slug, number, head } = target;
    let pull: super::Pull = read(api, &format!("/repos/{slug}/pulls/{number}")).await?;
    if pull.state != "open" || head.as_ref().is_some_and(|head| *head != pull.head.sha) {
        return Ok(Done::Outdated("the pull request has moved on".to_owned()));
    }
    let files: Vec<File> = api.list(&format!("/repos/{slug}/pulls/{number}/files"), None).await?;
    let shown: BTreeMap<&str, BTreeMap<u32, &str>> =
        files.iter().filter_map(|f| Some((f.filename.as_str(), new_lines(f.patch.as_deref()?)))).collect();
    let known = known(api, target).await?;
    let mut comments = Vec::new();
    for finding in &audit.findings {
        if comments.len() >= MOST || known.contains(&finding.fingerprint) {
            continue;
        }
        if let Some(comment) = comment(finding, &shown) {
            comments.push(comment);
        }
    }
    if comments.is_empty() {
        return Ok(Done::Nothing);
    }
    let route = format!("/repos/{slug}/pulls/{number}/reviews");
    let body = json!({ "commit_id": pull.head.sha, "event": "COMMENT", "comments": comments });
    match api.write("POST", &route, &body).await {
        Ok(answer) => Ok(Done::Created(answer.get("html_url").and_then(Value::as_str).unwrap_or_default().to_owned())),
        // Whether it is there shows at the next run, which looks first: a suggestion may be missed, never doubled.
        Err(error) => Err(error.into()),
    }
}

/// The fingerprints that we ever made a suggestion for.
async fn known(api: &Api, target: &Target) -> Result<BTreeSet<String>, ApiError> {
    let us = api.own().await?;
    let remarks: Vec<Remark> =
        api.list(&format!("/repos/{}/pulls/{}/comments", target.slug, target.number), None).await?;
    let ours = remarks.iter().filter(|r| us.wrote(r.user.as_ref())).filter_map(|r| r.body.as_deref());
    Ok(ours.flat_map(fingerprints).collect())
}

fn fingerprints(body: &str) -> Vec<String> {
    let marks = body.split("<!-- shelflife:fix ").skip(1);
    marks.filter_map(|rest| rest.split_once(" -->")).map(|(print, _)| print.to_owned()).collect()
}

fn comment(finding: &Finding, shown: &BTreeMap<&str, BTreeMap<u32, &str>>) -> Option<Value> {
    let fix = finding.fix.as_ref()?;
    let line = fix.start.line;
    let old = shown.get(finding.location.document.as_str())?.get(&line)?;
    let new = applied(old, fix)?;
    // A fence longer than any in the line; what could end a mark or start a command is no suggestion.
    if new.contains("```") || new.chars().any(|c| c != '\t' && crate::report::inert::is_hidden(c)) {
        return None;
    }
    let print = &finding.fingerprint;
    if print.len() != 16 || !print.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let what = escape::prose(&crate::report::inert::clip(&finding.message, 300));
    let body = format!("{what}\n\n```suggestion\n{new}\n```\n<!-- shelflife:fix {print} -->");
    Some(json!({ "path": finding.location.document, "line": line, "side": "RIGHT", "body": body }))
}

/// The line with the fix made, where it stands there as the audit saw it.
fn applied(line: &str, fix: &Fix) -> Option<String> {
    if fix.start.line != fix.end.line || fix.text.contains(['\n', '\r']) {
        return None;
    }
    let at = |column: u32| {
        let nth = usize::try_from(column.checked_sub(1)?).ok()?;
        line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(nth)
    };
    let (start, end) = (at(fix.start.column)?, at(fix.end.column)?);
    if line.get(start..end)? != fix.old {
        return None;
    }
    Some(format!("{}{}{}", line.get(..start)?, fix.text, line.get(end..)?))
}

/// The lines of the new side that a patch shows, by number.
fn new_lines(patch: &str) -> BTreeMap<u32, &str> {
    let mut lines = BTreeMap::new();
    let mut at: Option<u32> = None;
    for line in patch.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if let Some(head) = line.strip_prefix("@@ ") {
            at = head.split('+').nth(1).and_then(|new| new.split([',', ' ']).next()).and_then(|n| n.parse().ok());
        } else if let Some(n) = &mut at
            && let Some(text) = line.strip_prefix(['+', ' '])
        {
            lines.insert(*n, text);
            *n = n.saturating_add(1);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::v1::Position;

    #[test]
    fn lines_of_the_new_side_are_counted() {
        let patch = "@@ -1,3 +1,4 @@ head\n a\n-b\n+B\n+C\n c\n@@ -10 +11,2 @@\n+x\n \n\\ No newline at end of file";
        let lines = new_lines(patch);
        let expected = [(1, "a"), (2, "B"), (3, "C"), (4, "c"), (11, "x"), (12, "")];
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_fix_is_made_only_where_its_old_text_stands() {
        let fix = |from: u32, to: u32, old: &str| Fix {
            start: Position { line: 1, column: from },
            end: Position { line: 1, column: to },
            old: old.into(),
            text: "--new".into(),
        };
        assert_eq!(applied("日本 --old です", &fix(4, 9, "--old")).as_deref(), Some("日本 --new です"));
        assert_eq!(applied("日本 --odd です", &fix(4, 9, "--old")), None);
        assert_eq!(applied("short", &fix(4, 99, "--old")), None);
        assert_eq!(fingerprints("x <!-- shelflife:fix 0123456789abcdef --> y"), ["0123456789abcdef"]);
    }
}
