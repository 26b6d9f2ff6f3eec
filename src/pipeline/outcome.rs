//! The end of an audit: triage, and the published form.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::error::AuditError;
use super::options::AuditOptions;
use super::pages::{HeadPage, Pages};
use super::ranking;
use super::state::State;
use crate::document::Document;
use crate::finding::{Finding, Inconclusive};
use crate::history::pages::PageHistories;
use crate::history::{MainIx, Repository};
use crate::reference::Reference;
use crate::report::json::{self, convert, v1};
use crate::report::link;
use crate::triage::policy::Policy;
use crate::triage::reviews::Reviews;
use crate::triage::{self, Filter, Triaged, baseline::Baseline, verdict};

/// What an audit gives.
#[derive(Debug)]
pub struct AuditOutcome {
    /// The published form, which all reports are written from.
    pub audit: v1::Audit,
    /// The findings after triage, for baselines.
    pub triaged: Triaged,
    /// What the user should know and what did not end the audit; a line each.
    pub warnings: Vec<String>,
}

/// All that the stages found.
pub(super) struct Parts<'a> {
    pub options: &'a AuditOptions,
    pub now: DateTime<Utc>,
    pub repository: &'a Repository,
    pub state: &'a State,
    pub pages: &'a Pages,
    pub references: &'a [Vec<Reference>],
    pub histories: &'a PageHistories,
    pub unread: usize,
    pub findings: Vec<Finding>,
    pub inconclusive: Vec<Inconclusive>,
    pub filter: Filter,
}

/// Sorts findings out and writes the audit down.
pub(super) fn finish(mut parts: Parts<'_>) -> Result<AuditOutcome, AuditError> {
    let mut filter = parts.filter.clone();
    let findings = std::mem::take(&mut parts.findings);
    filter.undecided = parts.inconclusive.iter().filter_map(|i| i.document.clone()).collect();
    for page in &parts.pages.pages {
        let oldest = parts.histories.oldest_name(&page.path);
        if *oldest != page.path {
            filter.origins.insert(page.document.id.clone(), oldest.display().into_owned());
        }
    }
    let baseline = parts.options.baseline.as_deref().map(read_baseline).transpose()?;
    let documents: Vec<Document> = parts.pages.pages.iter().map(|p| p.document.clone()).collect();
    let triaged = triage::apply(findings, &documents, baseline.as_ref(), &filter, parts.now);
    let worker = parts.repository.worker()?;
    let diffs = json::cause_diffs(&worker.objects()?, &triaged.findings);
    let edits = ranking::edits(&parts)?;
    let pages = parts
        .pages
        .pages
        .iter()
        .zip(parts.references)
        .zip(&edits)
        .map(|((page, references), edits)| convert::Page {
            document: &page.document,
            source: "git",
            url: None,
            references: references.len(),
            last_edited: edit(&parts, page),
            section_edits: edits.published(&parts),
        })
        .collect();
    let mut audit = convert::audit(&convert::Input {
        now: parts.now,
        scope: v1::Scope::Full,
        systems: vec![system(&parts)],
        pages,
        triaged: &triaged,
        inconclusive: &parts.inconclusive,
        unread_files: parts.unread,
        diffs,
    });
    let mut warnings = Vec::new();
    if let Some(path) = &parts.options.reviews {
        warnings = read_reviews(path)?.apply(&mut audit.documents, parts.now);
    }
    let policy = Policy::builtin()?.with(&parts.options.config.policy);
    ranking::apply(&mut audit, &parts, &edits, &policy)?;
    verdict::apply(&mut audit, &policy);
    Ok(AuditOutcome { audit, triaged, warnings })
}

fn read_reviews(path: &Path) -> Result<Reviews, AuditError> {
    let bytes =
        std::fs::read(path).map_err(|e| AuditError::ReviewsFile { path: path.to_owned(), message: e.to_string() })?;
    Ok(Reviews::parse(&path.to_string_lossy(), &bytes)?)
}

fn read_baseline(path: &Path) -> Result<Baseline, AuditError> {
    let bytes =
        std::fs::read(path).map_err(|e| AuditError::BaselineFile { path: path.to_owned(), message: e.to_string() })?;
    Ok(Baseline::parse(&path.to_string_lossy(), &bytes)?)
}

fn edit(parts: &Parts<'_>, page: &HeadPage) -> Option<v1::Edit> {
    if parts.histories.unknown_before(&page.path) && parts.histories.versions(&page.path).len() <= 1 {
        return None;
    }
    parts.histories.last_edit(&page.path).map(|at| commit(parts, at))
}

pub(super) fn commit(parts: &Parts<'_>, at: MainIx) -> v1::Edit {
    let commit = parts.repository.commit_ref(parts.state.mainline.get(at).id);
    v1::Edit { date: date(commit.time), author: commit.author, commit: Some(commit.id) }
}

pub(super) fn date(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn system(parts: &Parts<'_>) -> v1::System {
    let head = parts.state.mainline.get(parts.state.mainline.head());
    let name = parts.repository.root().file_name().map_or_else(|| ".".into(), |n| n.to_string_lossy().into_owned());
    v1::System {
        name,
        repo: ".".to_owned(),
        head: head.id.to_string(),
        head_date: date(head.time),
        overlaid: !parts.state.laid.is_empty(),
        shallow: parts.repository.is_shallow(),
        commits: parts.state.mainline.len(),
        web: parts.repository.remote_urls().iter().find_map(|url| link::web(url)),
    }
}
