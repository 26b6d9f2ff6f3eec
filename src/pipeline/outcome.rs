//! The end of an audit: triage, and the published form.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};

use super::change::{self, Change};
use super::error::AuditError;
use super::mapped::Map;
use super::options::AuditOptions;
use super::own::Surveyed;
use super::pages::{HeadPage, Pages};
use super::ranking;
use super::state::State;
use super::target::Target;
use super::{Findings, Read};
use crate::document::Document;
use crate::finding::{Finding, Fingerprint, Inconclusive};
use crate::history::pages::PageHistories;
use crate::history::{MainIx, ReadError, Repository};
use crate::reference::Reference;
use crate::report::json::{self, convert, v1};
use crate::system::dates::human_edit;
use crate::triage::policy::Policy;
use crate::triage::reviews::Reviews;
use crate::triage::{self, Triaged, baseline::Baseline, verdict};

/// What an audit gives.
#[derive(Debug)]
pub struct AuditOutcome {
    /// The published form, which all reports are written from.
    pub audit: v1::Audit,
    /// The findings after triage, for baselines.
    pub triaged: Triaged,
    /// What the user should know and what did not end the audit; a line each.
    pub warnings: Vec<String>,
    /// In a dry run of the judge, the questions that it would put, in order.
    pub questions: Vec<crate::judge::Planned>,
}

/// The audited repository, as what ranks its pages is read from it.
pub(super) struct Parts<'a> {
    pub options: &'a AuditOptions,
    pub repository: &'a Repository,
    pub state: &'a State,
    pub pages: &'a Pages,
    pub references: &'a [Vec<Reference>],
    pub histories: &'a PageHistories,
    /// What is known already of the edits of each page.
    pub edits: &'a [OnceLock<ranking::Edits>],
    pub change: Option<&'a Change>,
}

impl<'a> Parts<'a> {
    fn of(own: &'a Surveyed, options: &'a AuditOptions) -> Self {
        Self {
            options,
            repository: &own.target.repository,
            state: &own.target.state,
            pages: &own.pages,
            references: &own.references,
            histories: &own.histories,
            edits: &own.edits,
            change: own.change.as_ref().map(|(change, _)| change),
        }
    }
}

fn policy(options: &AuditOptions) -> Result<Policy, AuditError> {
    Ok(Policy::builtin()?.with(&options.config.policy))
}

/// What ranks the pages of the audited repository; none where a change is audited, whose reader has no use for
/// it.
pub(super) fn standing<'a>(
    own: Option<&'a Surveyed>,
    options: &'a AuditOptions,
) -> Result<Option<ranking::Standing<'a>>, AuditError> {
    let Some(own) = own.filter(|own| own.change.is_none()) else { return Ok(None) };
    Ok(Some(ranking::Standing::read(&Parts::of(own, options), &policy(options)?)?))
}

/// Sorts findings out and writes the audit down. `standing` is what [`standing`] gave.
pub(super) fn finish(
    read: &Read<'_>,
    options: &AuditOptions,
    map: &Map,
    findings: Findings,
    undecided: Vec<Inconclusive>,
    standing: Option<ranking::Standing<'_>>,
) -> Result<AuditOutcome, AuditError> {
    let mut filter = read.filter.clone();
    filter.undecided = undecided.iter().filter_map(|i| i.document.clone()).collect();
    let tree = read.own.iter().flat_map(|own| &own.pages.pages);
    if let Some(own) = &read.own {
        for page in &own.pages.pages {
            let oldest = own.histories.oldest_name(&page.path);
            if *oldest != page.path {
                filter.origins.insert(page.document.id.clone(), oldest.display().into_owned());
            }
        }
    }
    let parts = read.own.as_ref().map(|own| Parts::of(own, options));
    let baseline = options.baseline.as_deref().map(|path| read_baseline(parts.as_ref(), path)).transpose()?;
    let documents: Vec<&Document> = tree.map(|p| &p.document).chain(read.foreign.iter().map(|f| &f.document)).collect();
    let mut triaged = triage::apply(findings, &documents, baseline.as_ref(), &filter, read.now);
    let changing = read.own.as_ref().and_then(|own| own.change.as_ref());
    let sorted = match changing {
        Some((change, _)) => {
            let at_base = || super::at_commit(options, change.range.merge_base, read.now);
            let names = names(parts.as_ref(), change)?;
            let sorted = change::sort(&mut triaged, &documents, change, &names, &at_base)?;
            Some((sorted, names))
        }
        None => None,
    };
    // What ranks pages is of no use to who reads what a change breaks, and takes its time. It also keeps the
    // change's own CODEOWNERS out.
    let edits = match &parts {
        Some(parts) if changing.is_none() => ranking::edits(parts)?,
        Some(parts) => parts.pages.pages.iter().map(|_| ranking::Edits::default()).collect(),
        None => Vec::new(),
    };
    let targets: Vec<&Target> = read.own.iter().map(|own| &own.target).chain(&read.others).collect();
    let mut known = BTreeMap::new();
    let published = parts.as_ref().map(|parts| edits.iter().map(|e| e.published(parts, &mut known)).collect());
    let input = convert::Input {
        now: read.now,
        scope: if changing.is_some() { v1::Scope::Change } else { v1::Scope::Full },
        systems: targets.iter().map(|target| target.published()).collect(),
        pages: pages(read, map, published),
        triaged: &triaged,
        inconclusive: &undecided,
        unread_files: targets.iter().map(|target| target.survey.lifetimes.unread.len()).sum(),
        diffs: diffs(&targets, &triaged.findings)?,
    };
    let mut standing = standing;
    let meet = || {
        if let (Some(parts), Some(standing)) = (&parts, &mut standing) {
            standing.meet(parts, &edits);
        }
    };
    let (mut audit, ()) = rayon::join(|| convert::audit(&input), meet);
    if let (Some((_, waived)), Some((sorted, names)), Some(parts)) = (changing, &sorted, &parts) {
        tell_change(&mut audit, parts, waived.clone(), sorted, names);
    }
    let mut warnings = Vec::new();
    // Whoever starts the run chose that file: no change brings it.
    if let Some(path) = &options.reviews {
        warnings = read_reviews(path)?.apply(&mut audit.documents);
    }
    let policy = policy(options)?;
    if let (Some(parts), Some(standing)) = (&parts, standing) {
        ranking::apply(&mut audit, parts, &edits, standing, &policy);
    }
    verdict::apply(&mut audit, &policy);
    Ok(AuditOutcome { audit, triaged, warnings, questions: Vec::new() })
}

fn read_reviews(path: &Path) -> Result<Reviews, AuditError> {
    let bytes =
        std::fs::read(path).map_err(|e| AuditError::ReviewsFile { path: path.to_owned(), message: e.to_string() })?;
    Ok(Reviews::parse(&path.to_string_lossy(), &bytes)?)
}

/// What the causes did, read from each finding's own system.
fn diffs(targets: &[&Target], findings: &[Finding]) -> Result<BTreeMap<Fingerprint, v1::Diff>, AuditError> {
    let mut diffs = BTreeMap::new();
    for (index, target) in targets.iter().enumerate() {
        let of_it = |f: &&Finding| match &f.evidence.system {
            Some(name) => *name == target.label.name,
            None => index == 0,
        };
        let findings: Vec<Finding> = findings.iter().filter(of_it).cloned().collect();
        if !findings.is_empty() {
            let worker = target.repository.worker()?;
            diffs.extend(json::cause_diffs(&worker.objects()?, &findings));
        }
    }
    Ok(diffs)
}

/// All pages for the report; `edits` are those of the sections of the audited repository's pages.
fn pages<'r>(read: &'r Read<'_>, map: &Map, edits: Option<Vec<Vec<Option<v1::Edit>>>>) -> Vec<convert::Page<'r>> {
    let mut edits = edits.unwrap_or_default().into_iter();
    let mut pages = Vec::new();
    if let Some(own) = &read.own {
        for (index, (page, references)) in own.pages.pages.iter().zip(&own.references).enumerate() {
            pages.push(convert::Page {
                document: &page.document,
                source: "git",
                url: None,
                references: references.len(),
                last_edited: edit(own, page),
                section_edits: edits.next().unwrap_or_default(),
                collected: None,
                systems: map.described_tree(index),
            });
        }
    }
    for (index, foreign) in read.foreign.iter().enumerate() {
        let page = foreign.page;
        let edited = human_edit(page, &read.bots).0.map(|edit| v1::Edit {
            date: edit.at,
            author: edit.by.as_ref().map(|by| by.name.clone()).unwrap_or_default(),
            commit: edit.commit.clone(),
        });
        let created = page.created.map(|date| v1::Edit { date, author: String::new(), commit: None });
        pages.push(convert::Page {
            document: &foreign.document,
            source: page.source.as_str(),
            url: page.url.clone(),
            references: foreign.references.len(),
            last_edited: edited.or(created),
            section_edits: Vec::new(),
            collected: Some(page),
            systems: map.described_foreign(index),
        });
    }
    pages
}

/// The names in the lines of code that a change writes or takes out.
fn names(parts: Option<&Parts<'_>>, change: &Change) -> Result<change::Names, ReadError> {
    let Some(parts) = parts else { return Ok(change::Names::default()) };
    let worker = parts.repository.worker()?;
    Ok(change::Names::read(&worker.objects()?, parts.pages, &change.edits))
}

/// Writes down what the audit of a change tells beyond its findings.
fn tell_change(
    audit: &mut v1::Audit,
    parts: &Parts<'_>,
    mut waived: Vec<v1::Waived>,
    sorted: &change::Sorted,
    names: &change::Names,
) {
    let Some(change) = parts.change else { return };
    for finding in &mut audit.findings {
        finding.role = sorted.roles.get(&Fingerprint(finding.fingerprint.clone())).copied();
    }
    waived.extend(change::reviews(&mut audit.documents, &change.edits));
    waived.extend(new_baseline_entries(parts, change, &audit.findings));
    waived.sort_by(|a, b| (&a.document, a.line, a.kind, &a.text).cmp(&(&b.document, b.line, b.kind, &b.text)));
    let told: BTreeSet<&str> = audit.findings.iter().map(|f| f.location.document.as_str()).collect();
    let read_again = change::read_again(parts.pages, parts.references, &change.edits, names, &told);
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
fn read_baseline(parts: Option<&Parts<'_>>, path: &Path) -> Result<Baseline, AuditError> {
    let failed = |e: std::io::Error| AuditError::BaselineFile { path: path.to_owned(), message: e.to_string() };
    let bytes = match parts.and_then(|parts| Some((parts, parts.change?))) {
        None => std::fs::read(path).map_err(failed)?,
        Some((parts, change)) => {
            let place = change::Place::of(parts.repository, path);
            match place.read(parts.repository, change.range.base).map_err(failed)? {
                Some(bytes) => bytes,
                None => return Ok(Baseline::default()),
            }
        }
    };
    Ok(Baseline::parse(&path.to_string_lossy(), &bytes)?)
}

fn edit(own: &Surveyed, page: &HeadPage) -> Option<v1::Edit> {
    if own.histories.unknown_before(&page.path) && own.histories.versions(&page.path).len() <= 1 {
        return None;
    }
    let target = &own.target;
    own.histories
        .last_edit(&page.path)
        .map(|at| convert::edit(&target.repository.commit_ref(target.state.mainline.get(at).id)))
}

pub(super) fn commit(parts: &Parts<'_>, at: MainIx) -> v1::Edit {
    convert::edit(&parts.repository.commit_ref(parts.state.mainline.get(at).id))
}

pub(super) fn date(seconds: i64) -> DateTime<Utc> {
    convert::date(seconds)
}
