//! A check run with annotations, for who wants more than a job's ten warnings and ten errors.

use serde::Deserialize;
use serde_json::{Value, json};

use super::comment::read;
use super::github::{Api, ApiError, Slug};
use super::words::count;
use super::{Done, PublishError};
use crate::finding::{Level, Severity};
use crate::report::inert::{clip, visible};
use crate::report::json::v1::{Audit, Finding, Role, Scope};
use crate::report::overview::importance;
use crate::report::proof;

/// Annotations that one request may carry.
const BATCH: usize = 50;
/// Annotations in all, the most important first.
const MOST: usize = 500;

/// What the check says.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// `success`, `neutral` or `failure`.
    pub conclusion: &'static str,
    /// Its title.
    pub title: String,
    /// A few lines of Markdown.
    pub summary: String,
    /// In batches.
    pub annotations: Vec<Value>,
}

#[derive(Deserialize)]
struct Run {
    id: u64,
    #[serde(default)]
    html_url: Option<String>,
    #[serde(default)]
    external_id: Option<String>,
}

/// The check of `audit`. It fails where `fails` says so of a finding, and never for what was wrong
/// before a change.
#[must_use]
pub fn check(audit: &Audit, fails: &dyn Fn(Severity) -> bool) -> Check {
    let mut found: Vec<&Finding> = audit.findings.iter().filter(|f| on_a_file(audit, f)).collect();
    found.sort_by(|a, b| importance(b).total_cmp(&importance(a)).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
    let own = audit.findings.iter().filter(|f| f.role != Some(Role::Edited));
    let (mut wrong, mut failing) = (0, false);
    for finding in own {
        wrong += 1;
        failing |= fails(finding.severity);
    }
    let conclusion = match (wrong, failing) {
        (0, _) => "success",
        (_, true) => "failure",
        (_, false) => "neutral",
    };
    let whose = if audit.scope == Scope::Change { "this change makes wrong" } else { "no longer true" };
    let title = if wrong == 0 {
        "Nothing is known to be wrong".to_owned()
    } else {
        format!("{} {whose}", count(wrong, "statement"))
    };
    let mut summary = format!("{title}.");
    if let Some(change) = audit.change.as_ref().filter(|c| c.before > 0) {
        summary.push_str(&format!(" {} from before this change not listed.", count(change.before, "finding")));
    }
    if found.len() > MOST {
        summary.push_str(&format!(" {} beyond {MOST} not annotated.", count(found.len() - MOST, "finding")));
    }
    let annotations = found.into_iter().take(MOST).map(annotation).collect();
    Check { conclusion, title, summary, annotations }
}

/// Whether GitHub can show a finding at its line. A path must be given as it is, so one that could mislead
/// whoever reads it is not.
fn on_a_file(audit: &Audit, finding: &Finding) -> bool {
    let id = finding.location.document.as_str();
    visible(id) == id && audit.documents.iter().any(|d| d.id == id && d.source == "git")
}

fn annotation(finding: &Finding) -> Value {
    let (start, end) = (finding.location.start, finding.location.end);
    let level = match finding.severity {
        Severity::Error => "failure",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let confidence = match finding.confidence.level {
        Level::High => "high",
        Level::Medium => "medium",
        Level::Low => "low",
    };
    // Shown as plain text; hidden characters are spelt out all the same.
    let details = proof::lines(&finding.evidence).join("\n");
    let mut annotation = json!({
        "path": finding.location.document,
        "start_line": start.line,
        "end_line": end.line.max(start.line),
        "annotation_level": level,
        "title": format!("{} ({confidence})", clip(&visible(&finding.rule), 80)),
        "message": clip(&visible(&finding.message), 1_000),
        "raw_details": clip(&visible(&details), 4_000),
    });
    if end.line == start.line
        && let Some(annotation) = annotation.as_object_mut()
    {
        annotation.insert("start_column".to_owned(), start.column.into());
        annotation.insert("end_column".to_owned(), end.column.max(start.column).into());
    }
    annotation
}

/// Makes the check run called `name` on commit `sha` say what `check` says: one that is there is
/// updated, so that a second run of one commit makes no second check.
///
/// # Errors
/// What GitHub says.
pub async fn publish(api: &Api, slug: &Slug, sha: &str, name: &str, check: &Check) -> Result<Done, PublishError> {
    if !(sha.len() == 40 && sha.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(PublishError::Missing(format!("`{}` is no commit's full id", clip(&visible(sha), 60))));
    }
    let mut batches = check.annotations.chunks(BATCH);
    let output = |batch: &[Value]| json!({ "title": check.title, "summary": check.summary, "annotations": batch });
    let first = json!({
        "name": name,
        "head_sha": sha,
        "external_id": "shelflife",
        "status": "completed",
        "conclusion": check.conclusion,
        "output": output(batches.next().unwrap_or_default()),
    });
    let (run, is_new) = match ours(api, slug, sha, name).await? {
        // Annotations are only ever added: the same ones would stand there twice.
        Some(run) => (run, false),
        None => (create(api, slug, sha, name, &first).await?, true),
    };
    let at = run.html_url.clone().unwrap_or_default();
    let route = format!("/repos/{slug}/check-runs/{}", run.id);
    if !is_new {
        let body = json!({ "status": "completed", "conclusion": check.conclusion,
            "output": { "title": check.title, "summary": check.summary } });
        api.write("PATCH", &route, &body).await?;
        return Ok(Done::Updated(at));
    }
    for batch in batches {
        api.write("PATCH", &route, &json!({ "output": output(batch) })).await?;
    }
    Ok(Done::Created(at))
}

async fn create(api: &Api, slug: &Slug, sha: &str, name: &str, body: &Value) -> Result<Run, PublishError> {
    let route = format!("/repos/{slug}/check-runs");
    let answer = match api.write("POST", &route, body).await {
        Ok(answer) => answer,
        Err(error) if Api::is_unsure(&error) => match ours(api, slug, sha, name).await? {
            Some(run) => return Ok(run),
            None => api.write("POST", &route, body).await?,
        },
        Err(error) => return Err(error.into()),
    };
    serde_json::from_value(answer)
        .map_err(|e| ApiError::Answer { method: "POST", route, message: e.to_string() }.into())
}

/// The check run of ours on a commit. Only the app that made one may change it, so GitHub itself keeps
/// strangers' apart; the id that we set tells it from others of the same job's app.
async fn ours(api: &Api, slug: &Slug, sha: &str, name: &str) -> Result<Option<Run>, PublishError> {
    let query = super::github_query(name);
    let route = format!("/repos/{slug}/commits/{sha}/check-runs?check_name={query}&filter=latest");
    let runs: Vec<Run> = api.list(&route, Some("check_runs")).await?;
    let mut ours: Vec<Run> = runs.into_iter().filter(|r| r.external_id.as_deref() == Some("shelflife")).collect();
    ours.sort_by_key(|run| run.id);
    Ok(ours.into_iter().next())
}

/// The commit that the check belongs to: the pull request's own, not the merge that was audited.
///
/// # Errors
/// What GitHub says.
pub async fn head_of(api: &Api, slug: &Slug, number: u64) -> Result<String, PublishError> {
    let pull: super::comment::Pull = read(api, &format!("/repos/{slug}/pulls/{number}")).await?;
    Ok(pull.head.sha)
}
