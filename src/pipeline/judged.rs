//! The judge, as the pipeline asks it: pages against the audited repository, and pages against each other,
//! wherever they come from.

use super::Read;
use super::error::AuditError;
use super::options::{AuditOptions, CacheMode, Progress};
use super::outcome::AuditOutcome;
use crate::finding::{Finding, Inconclusive};
use crate::history::snapshot::{Content, HeadFile};
use crate::history::{Mode, Objects, RepoPath};
use crate::judge::cache::Cache;
use crate::judge::outcome::Judge;
use crate::judge::{self, Code, Judged, Planned, signal};

/// Judges the pages, where the options ask for it and there is a repository to judge them by.
///
/// # Errors
/// Where the judge can't do its work at all.
pub(super) fn judge(
    options: &AuditOptions,
    read: &Read<'_>,
    progress: &dyn Progress,
) -> Result<Option<Judged>, AuditError> {
    let (Some(asked), Some(own)) = (&options.judge, &read.own) else { return Ok(None) };
    progress.stage("judging", None);
    let cache = match &options.cache {
        CacheMode::Off => None,
        CacheMode::Dir(folder) => match Cache::open(folder) {
            Ok(cache) => Some(cache),
            Err(error) => {
                progress.warn(&error.to_string());
                None
            }
        },
    };
    let tree = own.pages.pages.iter().zip(&own.references).map(|(page, references)| judge::Page {
        document: &page.document,
        path: &page.path,
        references,
        edited: None,
    });
    let elsewhere = read.foreign.iter().filter(|foreign| foreign.is_audited()).map(|foreign| judge::Page {
        document: &foreign.document,
        path: &foreign.path,
        references: &foreign.references,
        edited: foreign.page.last_edited.as_ref().map(|edit| edit.at.timestamp()),
    });
    let pages: Vec<judge::Page<'_>> = tree.chain(elsewhere).collect();
    let state = &own.target.state;
    let content = |objects: &dyn Objects, content: &Content| {
        let file = HeadFile { path: RepoPath::new(b""), mode: Mode::File, content: content.clone() };
        state.content(objects, &file)
    };
    let decoded = |path: &RepoPath| {
        let page = own.pages.pages.iter().find(|p| p.differs && p.path == *path)?;
        Some(page.document.text.as_bytes().to_vec())
    };
    let code = Code {
        repository: &own.target.repository,
        mainline: &state.mainline,
        census: &state.census,
        histories: &own.histories,
        read: &content,
        decoded: &decoded,
    };
    Ok(Some(judge::run::run(&pages, code, asked, cache.as_ref(), &|| progress.tick(1))?))
}

/// What the judge leaves for the end of the audit.
#[derive(Debug, Default)]
pub(super) struct Left {
    judge: Option<Judge>,
    questions: Vec<Planned>,
}

/// Adds what the judge found to what was found before. It takes nothing away.
pub(super) fn take(judged: Option<Judged>, findings: &mut Vec<Finding>, undecided: &mut Vec<Inconclusive>) -> Left {
    let Some(judged) = judged else { return Left::default() };
    signal::adjust(findings, &judged.opinions, &signal::is_signal);
    findings.extend(judged.findings);
    undecided.extend(judged.inconclusive);
    Left { judge: Some(judged.summary), questions: judged.planned }
}

impl Left {
    /// Writes down what the judge did.
    pub(super) fn publish(self, mut outcome: AuditOutcome) -> AuditOutcome {
        outcome.audit.judge = self.judge;
        outcome.questions = self.questions;
        outcome
    }
}
