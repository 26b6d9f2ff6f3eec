//! The order of the stages. Nothing else knows it.

pub mod change;
mod error;
mod options;
mod outcome;
mod pages;
mod ranking;
mod slugs;
mod state;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rayon::prelude::*;

pub use change::ChangeOptions;
pub use error::AuditError;
pub use options::{AuditOptions, CacheMode, Progress, Silent};
pub use outcome::AuditOutcome;

use crate::document::{Discovery, Tense};
use crate::finding::{Finding, Fingerprint, Inconclusive};
use crate::history::overlay::Overlay;
use crate::history::pages::PageHistories;
use crate::history::pairs::Asked;
use crate::history::paths::Paths;
use crate::history::survey::Survey;
use crate::history::{IgnoreRevs, Oid, RepoPath, Repository};
use crate::reference::claim::value::{self, ValueClaim};
use crate::reference::{self, Reference};
use crate::rule::prove::{self, Archive};
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};
use crate::rule::{checks, past};
use crate::triage::Filter;
use change::Change;
use pages::{HeadPage, Pages};
use state::State;

/// Audits the pages of a repository against its own code.
///
/// # Errors
/// Where there is no repository, its history can't be read, or the configuration names a rule or a
/// baseline that isn't there. What concerns a single page never ends the audit.
pub fn audit(options: &AuditOptions, progress: &dyn Progress) -> Result<AuditOutcome, AuditError> {
    pool(options)?.install(|| run(options, Repository::open(&options.root)?, None, progress))
}

/// Audits a change: tells what it makes wrong, and what was wrong before in the sections that it
/// edits. See [`change`].
///
/// # Errors
/// Those of [`audit`], and where there is no such change.
pub fn audit_change(
    options: &AuditOptions,
    change: &ChangeOptions,
    progress: &dyn Progress,
) -> Result<AuditOutcome, AuditError> {
    pool(options)?.install(|| run(options, change.open(&options.root)?, Some(change), progress))
}

fn pool(options: &AuditOptions) -> Result<rayon::ThreadPool, AuditError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs)
        .build()
        .map_err(|e| AuditError::Threads { message: e.to_string() })
}

fn run(
    options: &AuditOptions,
    repository: Repository,
    change: Option<&ChangeOptions>,
    progress: &dyn Progress,
) -> Result<AuditOutcome, AuditError> {
    let now: DateTime<Utc> = options.now.unwrap_or_else(Utc::now);

    progress.stage("reading the history", None);
    let overlay = Overlay::load(&repository)?;
    let state = State::read(&repository, &overlay)?;
    let mut change = change.map(|change| Change::read(&repository, change, &state)).transpose()?;

    progress.stage("reading pages", None);
    let attributes = pages::attributes(&repository, &state, change.as_ref())?;
    let discovery = Discovery::from_globs(&options.config.documents.include, &options.config.documents.exclude)?;
    let mut pages = pages::read(&repository, &state, &discovery, &attributes, &|| progress.tick(1))?;
    let mut waived = Vec::new();
    if let Some(change) = &mut change {
        change.edits.compare(&repository, &pages, &attributes)?;
        waived = change::unmark(&mut pages, &change.edits);
    }
    let pages = pages;
    let references: Vec<Vec<Reference>> = pages
        .pages
        .par_iter()
        .map(|page| if is_audited(page) { reference::extract(&page.document) } else { Vec::new() })
        .collect();

    let values: Vec<Vec<ValueClaim>> = pages
        .pages
        .par_iter()
        .zip(&references)
        .map(|(page, refs)| if is_audited(page) { value::extract(&page.document, refs) } else { Vec::new() })
        .collect();

    let filter = Filter::new(options);
    let asked = if filter.enabled(checks::value_drift::ID) {
        let keys = values.iter().zip(&references);
        Asked::new(keys.flat_map(|(values, references)| checks::value_drift::asked(values, references)))
    } else {
        Asked::default()
    };
    let (survey, histories) =
        rayon::join(|| state.survey(&repository, &asked), || histories(&repository, &state, &pages));
    let (survey, histories) = (survey?, histories?);

    progress.stage("comparing", None);
    let claims = Claims { references: &references, values: &values };
    let findings = findings(&repository, &state, &pages, claims, &survey, &histories, &filter)?;

    let inconclusive = undecided(&repository, &state, &pages, &histories);
    let at_base = || match &change {
        Some(change) => at_commit(options, change.range.merge_base, now),
        None => Ok(BTreeSet::new()),
    };
    outcome::finish(outcome::Parts {
        change: change.as_ref().map(|change| outcome::Changing { change, waived, at_base: &at_base }),
        options,
        now,
        repository: &repository,
        state: &state,
        pages: &pages,
        references: &references,
        histories: &histories,
        unread: survey.lifetimes.unread.len(),
        findings,
        inconclusive,
        filter,
    })
}

/// The names of all findings that the repository has at `commit`, hidden and unsure ones included.
fn at_commit(options: &AuditOptions, commit: Oid, now: DateTime<Utc>) -> Result<BTreeSet<Fingerprint>, AuditError> {
    let repository = Repository::open(&options.root)?.pinned_to(commit)?;
    let options = AuditOptions { baseline: None, now: Some(now), ..options.clone() };
    let triaged = run(&options, repository, None, &Silent)?.triaged;
    let hidden = triaged.suppressed.into_iter().map(|s| s.finding);
    let all = triaged.findings.into_iter().chain(triaged.below_confidence).chain(hidden);
    Ok(all.map(|finding| finding.fingerprint).collect())
}

/// Whether a page speaks of the present: only then are its statements compared with the head.
fn is_audited(page: &HeadPage) -> bool {
    matches!(page.document.tense, Tense::Current)
}

fn histories(repository: &Repository, state: &State, pages: &Pages) -> Result<PageHistories, AuditError> {
    let worker = repository.worker()?;
    let objects = worker.objects()?;
    let paths: Vec<RepoPath> = pages.pages.iter().map(|p| p.path.clone()).collect();
    let ignored = IgnoreRevs::load(repository, &state.mainline)?;
    Ok(PageHistories::build(&objects, &state.mainline, &paths, ignored)?)
}

/// What the pages say, page by page.
#[derive(Clone, Copy)]
struct Claims<'a> {
    references: &'a [Vec<Reference>],
    values: &'a [Vec<ValueClaim>],
}

fn findings(
    repository: &Repository,
    state: &State,
    pages: &Pages,
    claims: Claims<'_>,
    survey: &Survey,
    histories: &PageHistories,
    filter: &Filter,
) -> Result<Vec<Finding>, AuditError> {
    let slugs = slugs::own(repository);
    let system = System {
        snapshots: &state.snapshots,
        paths: Paths::new(&state.census),
        lifetimes: &survey.lifetimes,
        pairs: &survey.pairs,
        pages: pages.pages.iter().map(|p| (&p.path, &p.document)).collect(),
        facts: &survey.facts,
        slugs: &slugs,
    };
    let views: Vec<Page<'_>> = pages
        .pages
        .iter()
        .zip(claims.references)
        .zip(claims.values)
        .map(|((page, references), values)| Page { document: &page.document, path: &page.path, references, values })
        .collect();
    let enabled: Vec<checks::Check> =
        checks::ALL.iter().filter(|(id, _)| filter.enabled(id)).map(|(_, check)| *check).collect();
    let suspects: Vec<Vec<Suspect>> = views
        .par_iter()
        .map(|page| {
            let mut out = Vec::new();
            for check in &enabled {
                check(page, &system, &mut out);
            }
            // A dead link is dead in a tale of the past too; what the tale names need not be there.
            out.retain(|s| s.rule == checks::dead_link::ID || !past::is_told(page.document, s.section, s.span));
            out
        })
        .collect();
    let differing: HashMap<&RepoPath, &str> =
        pages.pages.iter().filter(|p| p.differs).map(|p| (&p.path, &*p.document.text)).collect();
    let decoded = |path: &RepoPath| differing.get(path).map(|text| text.as_bytes().to_vec());
    let overlaid = state.laid.changed();
    let archive = Archive { repository, mainline: &state.mainline, histories, overlaid: &overlaid, decoded: &decoded };
    Ok(prove::prove(&views, &suspects, &system, archive)?)
}

/// What the audit could not decide, beside what a page's own proof says.
fn undecided(repository: &Repository, state: &State, pages: &Pages, histories: &PageHistories) -> Vec<Inconclusive> {
    let mut out = pages.inconclusive.clone();
    if repository.is_shallow() {
        out.push(Inconclusive {
            document: None,
            reason: "shallow",
            message: format!(
                "the history is cut off at {} commits; what is older can't be known. Fetch it all: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout",
                state.mainline.len()
            ),
        });
    }
    for file in &state.laid.left_out {
        out.push(Inconclusive {
            document: None,
            reason: "unreadable",
            message: format!("the change to {} on disk was not read: {}", file.path, file.reason),
        });
    }
    for page in &pages.pages {
        let id = || Some(page.document.id.clone());
        if is_audited(page) && histories.unknown_before(&page.path) {
            out.push(Inconclusive {
                document: id(),
                reason: "shallow",
                message: "its lines are older than the history that is there".to_owned(),
            });
        }
        if let Tense::Release { version } = &page.document.tense {
            out.push(Inconclusive {
                document: id(),
                reason: "no-release-tag",
                message: format!("it documents release {version}, whose tag is not compared with"),
            });
        }
    }
    out
}
