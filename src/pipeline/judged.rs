//! The judge, as the pipeline asks it: pages against the systems that they describe, and against each other,
//! wherever they come from.

use super::compare::Dates;
use super::error::AuditError;
use super::mapped::Map;
use super::options::{AuditOptions, CacheMode, Progress};
use super::outcome::AuditOutcome;
use super::own::Surveyed;
use super::state::State;
use super::target::Target;
use super::{Place, Read};
use crate::cache::Cache;
use crate::finding::{Finding, Inconclusive};
use crate::history::moment::Moment;
use crate::history::snapshot::{Content, HeadFile};
use crate::history::{Mode, Objects, ReadError, RepoPath};
use crate::judge::cache::Known;
use crate::judge::outcome::Judge;
use crate::judge::select::{Dated, Times};
use crate::judge::{self, Code, Judged, Planned, Told, signal};
use crate::rule::dates::LineDates;
use crate::source::CollectedPage;
use crate::system::dates::CollectedDates;

/// Judges the pages, where the options ask for it.
///
/// # Errors
/// Where the judge can't do its work at all.
pub(super) fn judge(
    options: &AuditOptions,
    read: &Read<'_>,
    map: &Map,
    progress: &dyn Progress,
) -> Result<Option<Judged>, AuditError> {
    let Some(asked) = &options.judge else { return Ok(None) };
    progress.stage("judging", None);
    let warn = |message: &str| progress.warn(message);
    let known = match &options.cache {
        CacheMode::Off => None,
        CacheMode::Dir(folder) => Some(Known::new(Cache::open(folder, options.config.cache.max, &warn))),
    };
    let times = times(read);
    let pages = pages(read, &times);
    let mut systems: Vec<(&Target, Vec<Told<'_>>)> = Vec::new();
    if let Some(own) = &read.own {
        systems.push((&own.target, told(read, map, None)));
    }
    systems.extend(read.others.iter().enumerate().map(|(at, target)| (target, told(read, map, Some(at)))));
    let content: Vec<_> = systems.iter().map(|(target, _)| reader(&target.state)).collect();
    let code: Vec<Code<'_>> = systems
        .iter()
        .zip(&content)
        .enumerate()
        .map(|(at, ((target, told), read))| Code {
            repository: &target.repository,
            mainline: &target.state.mainline,
            census: &target.state.census,
            read,
            told,
            within: target.within.as_ref(),
            name: Some(&target.label.name).filter(|_| at > 0),
        })
        .collect();
    Ok(Some(judge::run::run(&pages, &code, asked, known.as_ref(), &|| progress.tick(1))?))
}

/// Reads a content of a system's head, or of an older state.
fn reader(state: &State) -> impl Fn(&dyn Objects, &Content) -> Result<Vec<u8>, ReadError> + Sync + '_ {
    |objects, content| {
        let file = HeadFile { path: RepoPath::new(b""), mode: Mode::File, content: content.clone() };
        state.content(objects, &file)
    }
}

/// When the lines of a page of the audited tree were edited.
struct OfTree<'a> {
    own: &'a Surveyed,
    dates: Dates<'a>,
}

impl Times for OfTree<'_> {
    fn read(&self) -> Box<dyn Fn(usize) -> Option<i64> + '_> {
        let read = || {
            let worker = self.own.target.repository.worker()?;
            (self.dates)(&worker.objects()?)
        };
        let commits = self.own.target.state.mainline.commits();
        match read() {
            Ok(dates) => Box::new(move |line| match dates.edited(line) {
                Moment::At(at) => commits.get(at.0 as usize).map(|commit| commit.time),
                Moment::Uncommitted => Some(i64::MAX),
                Moment::BeforeHistory => None,
            }),
            Err(_) => Box::new(|_| None),
        }
    }
}

/// When the lines of a page from elsewhere were edited.
struct OfSource<'a>(&'a CollectedPage);

impl Times for OfSource<'_> {
    fn read(&self) -> Box<dyn Fn(usize) -> Option<i64> + '_> {
        let page = self.0;
        Box::new(move |line| {
            let run = page.run(u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1));
            let edited = run.map(|run| run.edited.max(run.entered));
            edited.or(page.last_edited.as_ref().map(|edit| edit.at)).map(|at| at.timestamp())
        })
    }
}

/// Dates as the checks take them.
struct AsChecked<'a>(Dates<'a>);

impl Dated for AsChecked<'_> {
    fn read(&self, objects: &dyn Objects) -> Result<Box<dyn LineDates + '_>, ReadError> {
        let dates: Box<dyn LineDates + '_> = (self.0)(objects)?;
        Ok(dates)
    }
}

/// Of all pages: those of the audited tree, then those from elsewhere.
fn times<'a>(read: &'a Read<'_>) -> Vec<Box<dyn Times + 'a>> {
    let mut out: Vec<Box<dyn Times + 'a>> = Vec::new();
    if let Some(own) = &read.own {
        for index in 0..own.pages.pages.len() {
            out.push(Box::new(OfTree { own, dates: read.tree_dates(own, index, None) }));
        }
    }
    for foreign in &read.foreign {
        out.push(Box::new(OfSource(foreign.page)));
    }
    out
}

fn pages<'a>(read: &'a Read<'_>, times: &'a [Box<dyn Times + 'a>]) -> Vec<judge::Page<'a>> {
    let tree =
        read.own.iter().flat_map(|own| {
            own.pages.pages.iter().zip(&own.references).map(|(page, references)| {
                (&page.document, &page.path, references, own.histories.oldest_name(&page.path))
            })
        });
    let elsewhere = read.foreign.iter().map(|f| (&f.document, &f.path, &f.references, &f.path));
    tree.chain(elsewhere)
        .zip(times)
        .map(|((document, path, references, first_path), times)| judge::Page {
            document,
            path,
            references,
            first_path,
            times: &**times,
        })
        .collect()
}

/// The pages that describe a system: the audited repository, or one of [`Read::others`].
fn told<'a>(read: &'a Read<'_>, map: &Map, system: Option<usize>) -> Vec<Told<'a>> {
    let place = system.map_or(Place::Own, Place::Other);
    let target = system.map_or(read.own.as_ref().map(|own| &own.target), |at| read.others.get(at));
    let Some(target) = target else { return Vec::new() };
    let mut out = Vec::new();
    let mut in_tree = 0;
    if let Some(own) = &read.own {
        in_tree = own.pages.pages.len();
        for index in 0..in_tree {
            let places = map.of_tree(index);
            if places.contains(&place) || (places.is_empty() && system.is_none()) {
                let dates = Box::new(AsChecked(read.tree_dates(own, index, system.map(|_| target))));
                out.push(Told { page: index, dates, said: map.said_of_tree(index).contains(&place) });
            }
        }
    }
    for (index, foreign) in read.foreign.iter().enumerate() {
        if foreign.is_audited() && map.of_foreign(index).contains(&place) {
            let dates: Dates<'a> =
                Box::new(move |_| Ok(Box::new(CollectedDates::new(foreign.page, &target.clock, &read.bots))));
            let dates = Box::new(AsChecked(dates));
            out.push(Told { page: in_tree + index, dates, said: map.said_of_foreign(index).contains(&place) });
        }
    }
    out
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
