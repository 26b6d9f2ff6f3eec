//! The audited repository as it is checked out: its pages, and itself as the system that they describe.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::change::{self, Change, ChangeOptions, Range};
use super::error::AuditError;
use super::guard;
use super::options::{AuditOptions, Progress};
use super::pages::{self, HeadPage, Pages};
use super::ranking::Edits;
use super::slugs;
use super::state::{Laid, State};
use super::target::{Label, Target};
use crate::document::{Attributes, Discovery, Tense};
use crate::finding::Inconclusive;
use crate::history::overlay::Overlay;
use crate::history::pages::PageHistories;
use crate::history::snapshot::HeadFile;
use crate::history::survey::Asked;
use crate::history::{IgnoreRevs, RepoPath, Repository};
use crate::reference::claim::value::{self, ValueClaim};
use crate::reference::{self, Reference};
use crate::report::json::v1;
use crate::report::link;
use crate::system::clock::Clock;

/// The audited repository before its code is surveyed.
pub struct Own {
    /// The repository.
    pub repository: Repository,
    /// Its history and tree.
    pub state: State,
    /// Its pages.
    pub pages: Pages,
    /// What each of them names.
    pub references: Vec<Vec<Reference>>,
    /// The values that they give to it.
    pub values: Vec<Vec<ValueClaim>>,
    /// The change that is audited, if one is, with what it marks in pages and what was taken back.
    pub change: Option<(Change, Vec<v1::Waived>)>,
}

/// Whether what a page says is compared with code: with the present's, or with a release's.
fn is_compared(page: &HeadPage) -> bool {
    matches!(page.document.tense, Tense::Current | Tense::Release { .. })
}

/// What a page names, and the values that it gives to it.
type Said = (Vec<Reference>, Vec<ValueClaim>);

fn said(page: &HeadPage) -> Said {
    if !is_compared(page) {
        return Default::default();
    }
    let references = reference::extract(&page.document);
    let values = value::extract(&page.document, &references);
    (references, values)
}

impl Own {
    /// Reads the repository and its pages.
    ///
    /// # Errors
    /// Where there is none, or its history can't be read.
    pub fn read(
        options: &AuditOptions,
        repository: Repository,
        change: Option<&ChangeOptions>,
        progress: &dyn Progress,
    ) -> Result<Self, AuditError> {
        progress.stage("reading the history", None);
        let overlay = Overlay::load(&repository)?;
        let range = change.map(|change| Range::read(&repository, &change.base)).transpose()?;
        let documents = &options.config.documents;
        let discovery = Discovery::from_globs(&documents.include, &documents.exclude)?;
        let pages = |head: (&[HeadFile], &Laid), attributes: &Attributes| {
            progress.stage("reading pages", None);
            pages::read(&repository, head, &discovery, attributes, &|| progress.tick(1))
        };
        let mut waived = Vec::new();
        let (state, mut pages, change) = match range {
            Some(range) => {
                let state = State::read_change(&repository, &overlay, range.merge_base)?;
                let mut change = Change::read(&repository, range, &state)?;
                let head = (state.census.head.as_slice(), &state.laid);
                let attributes = pages::attributes(&repository, head, Some(&change))?;
                let mut pages = pages(head, &attributes)?;
                change.edits.compare(&repository, &pages, &attributes)?;
                waived = change::unmark(&mut pages, &change.edits);
                (state, pages, Some(change))
            }
            // The walk along the history takes one core; the pages are read by the others meanwhile.
            None => {
                let laid = Laid::new(&overlay);
                let pages = || {
                    let files = laid.files(&repository)?;
                    let head = (files.as_slice(), &laid);
                    pages(head, &pages::attributes(&repository, head, None)?)
                };
                let (state, pages) = rayon::join(|| State::read(&repository, &overlay), pages);
                (state?, pages?, None)
            }
        };
        for page in &mut pages.pages {
            super::releases::configured(page, &options.config.versions);
        }
        let said: Vec<Result<Said, Inconclusive>> =
            pages.pages.par_iter().map(|page| guard::page(&page.document.id, || said(page))).collect();
        let mut undecided = Vec::new();
        let said = said.into_iter().map(|said| {
            said.unwrap_or_else(|why| {
                undecided.push(why);
                Default::default()
            })
        });
        let (references, values) = said.unzip();
        pages.inconclusive.extend(undecided);
        let change = change.map(|change| (change, waived));
        Ok(Self { repository, state, pages, references, values, change })
    }

    /// What it is called.
    #[must_use]
    pub fn label(&self) -> Label {
        let name = self.repository.root().file_name().map_or_else(|| ".".into(), |n| n.to_string_lossy().into_owned());
        Label {
            name: name.into(),
            repo: ".".to_owned(),
            slugs: slugs::own(&self.repository),
            web: self.repository.remote_urls().iter().find_map(|url| link::web(url)),
            ..Label::default()
        }
    }

    /// Reads the code, and at the same time the histories of the pages.
    ///
    /// # Errors
    /// Where objects can't be read.
    pub fn survey(self, asked: &Asked) -> Result<Surveyed, AuditError> {
        let label = self.label();
        let Self { repository, state, pages, references, values, change } = self;
        // The packs are mapped anew: what the pages and the commits took of them is not asked for again.
        repository.rest();
        let (survey, histories) =
            rayon::join(|| state.survey(&repository, asked), || histories(&repository, &state, &pages));
        let (survey, histories) = (survey?, histories?);
        // Most of what was read so far is not asked for again.
        repository.rest();
        let clock = Clock::of(&state.mainline);
        let target = Target { label, repository, state, survey, clock, within: None };
        let edits = pages.pages.iter().map(|_| OnceLock::new()).collect();
        Ok(Surveyed { target, pages, references, values, histories, edits, change })
    }
}

/// The audited repository with all that was read of it.
pub struct Surveyed {
    /// As a system.
    pub target: Target,
    /// Its pages.
    pub pages: Pages,
    /// What each of them names.
    pub references: Vec<Vec<Reference>>,
    /// The values that they give to it.
    pub values: Vec<Vec<ValueClaim>>,
    /// Their versions.
    pub histories: PageHistories,
    /// Who edited them when, of those whose lines were asked for.
    pub(super) edits: Vec<OnceLock<Edits>>,
    /// The change that is audited, if one is, with what it marks in pages and what was taken back.
    pub change: Option<(Change, Vec<v1::Waived>)>,
}

fn histories(repository: &Repository, state: &State, pages: &Pages) -> Result<PageHistories, AuditError> {
    let worker = repository.worker()?;
    let objects = worker.objects()?;
    let paths: Vec<RepoPath> = pages.pages.iter().map(|p| p.path.clone()).collect();
    let ignored = IgnoreRevs::load(repository, &state.mainline)?;
    Ok(PageHistories::build(&objects, &state.mainline, &paths, ignored)?)
}
