//! The end of an audit: triage, and the published form.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::change::{self, Change};
use super::error::AuditError;
use super::options::AuditOptions;
use super::pages::{HeadPage, Pages};
use super::ranking;
use super::state::State;
use crate::document::Document;
use crate::finding::{Finding, Fingerprint, Inconclusive};
use crate::history::pages::PageHistories;
use crate::history::{MainIx, Objects, Repository};
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
    pub change: Option<Changing<'a>>,
}

/// What an audit of a change knows besides.
pub(super) struct Changing<'a> {
    pub change: &'a Change,
    /// What the change marks in pages, and what was taken back.
    pub waived: Vec<v1::Waived>,
    /// The names of all findings of the merge base.
    pub at_base: &'a dyn Fn() -> Result<BTreeSet<Fingerprint>, AuditError>,
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
    let baseline = parts.options.baseline.as_deref().map(|path| read_baseline(&parts, path)).transpose()?;
    let documents: Vec<Document> = parts.pages.pages.iter().map(|p| p.document.clone()).collect();
    let mut triaged = triage::apply(findings, &documents, baseline.as_ref(), &filter, parts.now);
    let changing = parts.change.take();
    let sorted = match &changing {
        Some(changing) => Some(change::sort(&mut triaged, &documents, changing.change, changing.at_base)?),
        None => None,
    };
    let worker = parts.repository.worker()?;
    let objects = worker.objects()?;
    let diffs = json::cause_diffs(&objects, &triaged.findings);
    // What ranks pages is of no use to who reads what a change breaks, and takes its time. It also keeps the
    // change's own CODEOWNERS out.
    let edits = match &changing {
        None => ranking::edits(&parts)?,
        Some(_) => parts.pages.pages.iter().map(|_| ranking::Edits::default()).collect(),
    };
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
        scope: if changing.is_some() { v1::Scope::Change } else { v1::Scope::Full },
        systems: vec![system(&parts)],
        pages,
        triaged: &triaged,
        inconclusive: &parts.inconclusive,
        unread_files: parts.unread,
        diffs,
    });
    let whole = changing.is_none();
    if let (Some(changing), Some(sorted)) = (changing, sorted) {
        tell_change(&mut audit, &parts, changing, &sorted, &objects);
    }
    let mut warnings = Vec::new();
    // Whoever starts the run chose that file: no change brings it.
    if let Some(path) = &parts.options.reviews {
        warnings = read_reviews(path)?.apply(&mut audit.documents, parts.now);
    }
    let policy = Policy::builtin()?.with(&parts.options.config.policy);
    if whole {
        ranking::apply(&mut audit, &parts, &edits, &policy)?;
    }
    verdict::apply(&mut audit, &policy);
    Ok(AuditOutcome { audit, triaged, warnings })
}

fn read_reviews(path: &Path) -> Result<Reviews, AuditError> {
    let bytes =
        std::fs::read(path).map_err(|e| AuditError::ReviewsFile { path: path.to_owned(), message: e.to_string() })?;
    Ok(Reviews::parse(&path.to_string_lossy(), &bytes)?)
}

/// Writes down what the audit of a change tells beyond its findings.
fn tell_change(
    audit: &mut v1::Audit,
    parts: &Parts<'_>,
    changing: Changing<'_>,
    sorted: &change::Sorted,
    objects: &dyn Objects,
) {
    let Changing { change, mut waived, .. } = changing;
    for finding in &mut audit.findings {
        finding.role = sorted.roles.get(&Fingerprint(finding.fingerprint.clone())).copied();
    }
    waived.extend(change::reviews(&mut audit.documents, &change.edits));
    waived.extend(new_baseline_entries(parts, change, &audit.findings));
    waived.sort_by(|a, b| (&a.document, a.line, a.kind, &a.text).cmp(&(&b.document, b.line, b.kind, &b.text)));
    let told: BTreeSet<&str> = audit.findings.iter().map(|f| f.location.document.as_str()).collect();
    let read_again = change::read_again(objects, parts.pages, parts.references, &change.edits, &told);
    let count = |role: v1::Role| sorted.roles.values().filter(|r| **r == role).count();
    audit.change = Some(v1::Change {
        base: change.range.base.to_string(),
        merge_base: change.range.merge_base.to_string(),
        head: change.range.head.to_string(),
        commits: change.range.len(),
        files: change.edits.files.len(),
        pages: change.edits.pages.len(),
        broken: count(v1::Role::Broken),
        edited: count(v1::Role::Edited),
        before: sorted.before,
        waived,
        read_again,
    });
}

/// Entries of the baseline that the head has and the base has not, and that would hide a finding.
fn new_baseline_entries(parts: &Parts<'_>, change: &Change, findings: &[v1::Finding]) -> Vec<v1::Waived> {
    let Some(path) = parts.options.baseline.as_deref() else { return Vec::new() };
    let place @ change::Place::Inside(_) = change::Place::of(parts.repository, path) else { return Vec::new() };
    let on_disk = || if parts.repository.is_checked_out() { std::fs::read(path).ok() } else { None };
    let bytes = on_disk().or_else(|| place.read(parts.repository, change.range.head).ok().flatten());
    let Some(head) = bytes.and_then(|bytes| Baseline::parse(&path.to_string_lossy(), &bytes).ok()) else {
        return Vec::new();
    };
    findings
        .iter()
        .filter(|finding| head.holds(&Fingerprint(finding.fingerprint.clone())))
        .map(|finding| v1::Waived {
            kind: v1::WaivedKind::Baseline,
            document: finding.location.document.clone(),
            line: Some(finding.location.start.line),
            text: finding.fingerprint.clone(),
        })
        .collect()
}

/// The baseline at `path`; in an audit of a change the base's, where it is a file of the repository. A
/// base without it knows of nothing.
fn read_baseline(parts: &Parts<'_>, path: &Path) -> Result<Baseline, AuditError> {
    let failed = |e: std::io::Error| AuditError::BaselineFile { path: path.to_owned(), message: e.to_string() };
    let bytes = match &parts.change {
        None => std::fs::read(path).map_err(failed)?,
        Some(changing) => {
            let place = change::Place::of(parts.repository, path);
            match place.read(parts.repository, changing.change.range.base).map_err(failed)? {
                Some(bytes) => bytes,
                None => return Ok(Baseline::default()),
            }
        }
    };
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
