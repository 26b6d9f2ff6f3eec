//! The order of the stages. Nothing else knows it.
//!
//! Pages of the audited repository, and pages from elsewhere, are compared with the systems that they
//! describe; each system is read once. Without a configuration there is one system, the audited
//! repository itself.

mod asked;
pub mod change;
mod compare;
mod error;
mod foreign;
mod given;
mod guard;
mod judged;
mod mapped;
mod options;
mod outcome;
mod own;
mod pages;
mod ranking;
mod releases;
mod remember;
mod slugs;
mod state;
mod systems;
mod target;

use chrono::{DateTime, Utc};

pub use change::ChangeOptions;
pub use error::AuditError;
pub use given::Given;
pub use mapped::{MapPage, MapReport, MapSystem};
pub use options::{AuditOptions, CacheMode, Progress, Silent};
pub use outcome::AuditOutcome;

use crate::document::{Document, Tense};
use crate::finding::{Finding, Inconclusive};
use crate::history::survey::Asked;
use crate::history::{Objects, Oid, ReadError, RepoPath, Repository};
use crate::rule::dates::LineDates;
use crate::rule::system::Page;
use crate::source::Collected;
use crate::system::bots::Bots;
use crate::system::dates::{CollectedDates, Translated};
use crate::triage::Filter;
use asked::Asking;
use compare::{Against, Ask, Dates, compare};
use foreign::Foreign;
use mapped::Map;
use own::{Own, Surveyed};
use systems::{Clones, Opened};
use target::{Knowledge, Target};

/// Audits the pages of a repository against its own code.
///
/// # Errors
/// Where there is no repository, its history can't be read, or the configuration names a rule or a
/// baseline that isn't there. What concerns a single page never ends the audit.
pub fn audit(options: &AuditOptions, progress: &dyn Progress) -> Result<AuditOutcome, AuditError> {
    audit_given(options, &Given::nothing(), progress)
}

/// Audits the pages of a repository, and pages from elsewhere, against the systems that they describe.
///
/// # Errors
/// As [`audit`]. A source, a system or a page that can't be had is inconclusive and ends nothing.
pub fn audit_given(
    options: &AuditOptions,
    given: &Given<'_>,
    progress: &dyn Progress,
) -> Result<AuditOutcome, AuditError> {
    pool(options)?.install(|| {
        let empty = Collected::default();
        let own = if given.own { Some(Repository::open(&options.root)?) } else { None };
        let audit = |own| {
            let mut read = Read::new(options, given, own, None, given.collected.unwrap_or(&empty), progress)?;
            let outcome = read.audit(options, progress);
            // What was read is much, and takes its time to be given back.
            let own = read.own.take();
            rayon::spawn(move || drop(own));
            outcome
        };
        // What comes from elsewhere is not named by the repository.
        if given.collected.is_some_and(|c| *c != Collected::default()) {
            return audit(own);
        }
        remember::or_else("whole", options, None, progress, own, audit)
    })
}

/// Audits a change: tells what it makes wrong, and what was wrong before in the sections that it
/// edits. See [`change`]. Pages of releases are left alone: a change of the present breaks none.
///
/// # Errors
/// Those of [`audit`], and where there is no such change.
pub fn audit_change(
    options: &AuditOptions,
    change: &ChangeOptions,
    progress: &dyn Progress,
) -> Result<AuditOutcome, AuditError> {
    pool(options)?.install(|| {
        let empty = Collected::default();
        let own = change.open(&options.root)?;
        remember::or_else("change", options, Some(change), progress, Some(own), |own| {
            let read = Read::new(options, &Given::nothing(), own, Some(change), &empty, progress)?;
            read.audit(options, progress)
        })
    })
}

/// The findings that the repository has at `commit`.
fn at_commit(options: &AuditOptions, commit: Oid, now: DateTime<Utc>) -> Result<change::AtBase, AuditError> {
    let own = Repository::open(&options.root)?.pinned_to(commit)?;
    let options = AuditOptions { baseline: None, judge: None, now: Some(now), ..options.clone() };
    let empty = Collected::default();
    let make = |own| {
        let mut read = Read::new(&options, &Given::nothing(), own, None, &empty, &Silent)?;
        read.releases = false;
        read.audit(&options, &Silent)
    };
    let triaged = remember::or_else("without releases", &options, None, &Silent, Some(own), make)?.triaged;
    let hidden = triaged.suppressed.into_iter().map(|s| s.finding);
    Ok(change::AtBase {
        sure: triaged.findings.into_iter().chain(hidden).map(|f| f.fingerprint).collect(),
        unsure: triaged.below_confidence.into_iter().map(|f| f.fingerprint).collect(),
    })
}

/// Says which page describes which system, and why, without auditing anything.
///
/// # Errors
/// As [`audit_given`].
pub fn map(options: &AuditOptions, given: &Given<'_>, progress: &dyn Progress) -> Result<MapReport, AuditError> {
    pool(options)?.install(|| {
        let empty = Collected::default();
        let own = if given.own { Some(Repository::open(&options.root)?) } else { None };
        let read = Read::new(options, given, own, None, given.collected.unwrap_or(&empty), progress)?;
        let knowledge = Knowledge::of_all(&read.others);
        let own = read.own.as_ref().map(|own| Knowledge::new(&own.target));
        Ok(Map::of(&read, options, own.as_ref(), &knowledge).report(&read))
    })
}

fn pool(options: &AuditOptions) -> Result<rayon::ThreadPool, AuditError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(options.jobs)
        .build()
        .map_err(|e| AuditError::Threads { message: e.to_string() })
}

/// What an audit reads before it compares.
struct Read<'a> {
    now: DateTime<Utc>,
    filter: Filter,
    /// The audited repository, if one is audited.
    own: Option<Surveyed>,
    /// The other systems.
    others: Vec<Target>,
    /// Whether pages of releases are compared with their tags.
    releases: bool,
    /// Which system each of the configuration's is.
    places: Vec<Place>,
    /// Pages from elsewhere.
    foreign: Vec<Foreign<'a>>,
    bots: Bots,
    /// What could not be read.
    undecided: Vec<Inconclusive>,
}

/// Where a configured system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Own,
    /// Index into [`Read::others`].
    Other(usize),
    Missing,
}

impl<'a> Read<'a> {
    fn new(
        options: &AuditOptions,
        given: &Given<'_>,
        own: Option<Repository>,
        change: Option<&ChangeOptions>,
        collected: &'a Collected,
        progress: &dyn Progress,
    ) -> Result<Self, AuditError> {
        let now = options.now.unwrap_or_else(Utc::now);
        let mut filter = Filter::new(options);
        // What a change breaks is told by the commits that broke it.
        filter.all_shown |= change.is_some();
        let own = own.map(|own| Own::read(options, own, change, progress)).transpose()?;
        let (foreign, mut undecided) = foreign::read(collected);
        let bots = bots(options, collected, progress);

        let clones = Clones::at(&options.cache)
            .map_err(|e| AuditError::Folder { what: "clones of systems", message: e.to_string() })?;
        let (opened, said) = systems::open(options, given, own.as_ref(), &clones, progress);
        undecided.extend(said);

        progress.stage("reading code", None);
        let asked = asked(own.as_ref(), &foreign, &filter);
        let own = own.map(|own| own.survey(&asked)).transpose()?;
        let mut others = Vec::new();
        let mut places = Vec::new();
        for system in opened {
            places.push(match system {
                Opened::Own => Place::Own,
                Opened::Missing => Place::Missing,
                Opened::There(there) => match there.survey(&asked) {
                    Ok(target) => {
                        others.push(target);
                        Place::Other(others.len() - 1)
                    }
                    Err(error) => {
                        undecided.push(error);
                        Place::Missing
                    }
                },
            });
        }
        let mut read = Self { now, filter, own, others, releases: change.is_none(), places, foreign, bots, undecided };
        read.name_own(options);
        Ok(read)
    }

    /// The audited repository is called as the configuration calls it.
    fn name_own(&mut self, options: &AuditOptions) {
        let named = self.places.iter().position(|place| *place == Place::Own);
        let system = named.and_then(|at| options.config.systems.get(at));
        if let (Some(own), Some(system)) = (&mut self.own, system) {
            own.target.label.name = system.name.as_str().into();
            own.target.label.visibility = system.visibility;
        }
    }

    fn audit(&self, options: &AuditOptions, progress: &dyn Progress) -> Result<AuditOutcome, AuditError> {
        let elsewhere = !self.foreign.is_empty() || !options.config.systems.is_empty();
        let knowledge = if elsewhere { Knowledge::of_all(&self.others) } else { Vec::new() };
        let known = self.own.as_ref().filter(|_| elsewhere).map(|own| Knowledge::new(&own.target));
        let map = Map::of(self, options, known.as_ref(), &knowledge);

        progress.stage("comparing", None);
        // What ranks pages is no finding, so it is read beside the search for them.
        let (compared, standing) = rayon::join(
            || self.compare(options, &map, known.as_ref(), &knowledge),
            || outcome::standing(self.own.as_ref(), options),
        );
        let ((mut findings, mut undecided), standing) = (compared?, standing?);
        undecided.extend(map.undecided(self));
        undecided.extend(self.undated());
        let judged = judged::judge(options, self, &map, progress)?;
        let judged = judged::take(judged, &mut findings, &mut undecided);
        Ok(judged.publish(outcome::finish(self, options, &map, findings, undecided, standing)?))
    }

    /// The findings of all systems, and what could not be read of them.
    fn compare(
        &self,
        options: &AuditOptions,
        map: &Map,
        known: Option<&Knowledge<'_>>,
        knowledge: &[Knowledge<'_>],
    ) -> Result<(Findings, Vec<Inconclusive>), AuditError> {
        let mut findings = Vec::new();
        let mut undecided = self.undecided.clone();
        if let Some(own) = &self.own {
            let tree: Vec<(&RepoPath, &Document)> = own.pages.pages.iter().map(|p| (&p.path, &p.document)).collect();
            let asks = self.asks(map, None, known, knowledge);
            let against = Against { target: &own.target, histories: &own.histories, tree: &tree, first: true };
            let compared = compare(against, &asks, &self.filter)?;
            findings.extend(compared.findings);
            undecided.extend(compared.undecided);
            if self.releases {
                let (found, said) = releases::audit(own, &options.config.versions, &self.filter, self.now);
                findings.extend(found);
                undecided.extend(said);
            }
            undecided.extend(undecided_in(own));
        }
        for (index, target) in self.others.iter().enumerate() {
            let asks = self.asks(map, Some(index), known, knowledge);
            let histories = crate::history::PageHistories::default();
            let first = self.own.is_none() && index == 0;
            match compare(Against { target, histories: &histories, tree: &[], first }, &asks, &self.filter) {
                Ok(compared) => {
                    findings.extend(compared.findings);
                    undecided.extend(compared.undecided);
                }
                Err(error) => undecided.extend(asks.iter().map(|ask| Inconclusive {
                    document: Some(ask.page.document.id.clone()),
                    reason: "unreadable",
                    message: format!("the system `{}` can't be read: {error}", target.label.name),
                })),
            }
        }
        Ok((findings, undecided))
    }

    /// The pages to compare with a system: the audited repository, or one of [`Self::others`].
    fn asks<'s>(
        &'s self,
        map: &Map,
        system: Option<usize>,
        own_known: Option<&'s Knowledge<'s>>,
        knowledge: &'s [Knowledge<'s>],
    ) -> Vec<Ask<'s>> {
        let target = match system {
            Some(index) => self.others.get(index),
            None => self.own.as_ref().map(|own| &own.target),
        };
        let Some(target) = target else { return Vec::new() };
        let place = system.map_or(Place::Own, Place::Other);
        let rivals = |places: &[Place]| -> Vec<&'s Knowledge<'s>> {
            let others = places.iter().filter(|p| **p != place);
            others
                .filter_map(|p| match p {
                    Place::Own => own_known,
                    Place::Other(index) => knowledge.get(*index),
                    Place::Missing => None,
                })
                .collect()
        };
        let mut asks = Vec::new();
        if let Some(own) = &self.own {
            for (index, page) in own.pages.pages.iter().enumerate() {
                let places = map.of_tree(index);
                let described = places.contains(&place) || (places.is_empty() && system.is_none());
                if !matches!(page.document.tense, Tense::Current) || (system.is_some() && !described) {
                    continue;
                }
                let (Some(references), Some(values)) = (own.references.get(index), own.values.get(index)) else {
                    continue;
                };
                let view = Page {
                    document: &page.document,
                    path: &page.path,
                    known_as: None,
                    elsewhere: system.is_some(),
                    references,
                    values,
                };
                let dates = self.tree_dates(own, index, system.map(|_| target));
                asks.push(Ask { page: view, dates, links_only: !described, kept: false, rivals: rivals(places) });
            }
        }
        for (index, foreign) in self.foreign.iter().enumerate() {
            let places = map.of_foreign(index);
            if !foreign.is_audited() || !places.contains(&place) {
                continue;
            }
            let view = Page {
                document: &foreign.document,
                path: &foreign.path,
                known_as: Some(foreign.document.id.as_str()),
                elsewhere: true,
                references: &foreign.references,
                values: &foreign.values,
            };
            let dates: Dates<'s> = Box::new(move |_| {
                Ok(Box::new(CollectedDates::new(foreign.page, &target.clock, &self.bots)) as Box<dyn LineDates>)
            });
            asks.push(Ask { page: view, dates, links_only: false, kept: false, rivals: rivals(places) });
        }
        asks
    }

    /// The dates of a page of the audited tree, in its own history or, with `target`, in that system's.
    fn tree_dates<'s>(&'s self, own: &'s Surveyed, index: usize, target: Option<&'s Target>) -> Dates<'s> {
        Box::new(move |objects: &dyn Objects| -> Result<Box<dyn LineDates + 's>, ReadError> {
            let Some(page) = own.pages.pages.get(index) else {
                return Ok(Box::new(crate::history::PageOrigins::default()));
            };
            let text = page.differs.then(|| page.document.text.as_bytes());
            Ok(match target {
                None => {
                    let origins = own.histories.origins(objects, &page.path, text);
                    // A change has no use for the edits of pages.
                    if let Some(slot) = own.edits.get(index).filter(|_| own.change.is_none()) {
                        slot.get_or_init(|| ranking::of_page(page, &origins));
                    }
                    Box::new(origins)
                }
                Some(target) => {
                    let worker = own.target.repository.worker()?;
                    let origins = own.histories.origins(&worker.objects()?, &page.path, text);
                    Box::new(Translated::new(origins, &own.target.state.mainline, &target.clock, self.now))
                }
            })
        })
    }

    /// Pages from elsewhere of which no date is known: nothing can be proved of them.
    fn undated(&self) -> Vec<Inconclusive> {
        let undated = |foreign: &&Foreign<'_>| {
            let page = foreign.page;
            foreign.is_audited() && page.lines.is_empty() && page.created.is_none() && page.last_edited.is_none()
        };
        let said = |foreign: &Foreign<'_>| Inconclusive {
            document: Some(foreign.document.id.clone()),
            reason: "undated",
            message: "nothing says when it was written, so its lines can't be compared with the code of that time"
                .to_owned(),
        };
        self.foreign.iter().filter(undated).map(said).collect()
    }
}

/// What any page asks for.
fn asked(own: Option<&Own>, foreign: &[Foreign<'_>], filter: &Filter) -> Asked {
    let tree = own.iter().flat_map(|own| {
        let said = own.references.iter().zip(&own.values);
        own.pages.pages.iter().zip(said).map(|(page, (references, values))| Asking {
            document: &page.document,
            references,
            values,
        })
    });
    let elsewhere = foreign.iter().map(|page| Asking {
        document: &page.document,
        references: &page.references,
        values: &page.values,
    });
    asked::survey(&tree.chain(elsewhere).collect::<Vec<_>>(), filter)
}

/// Who is a bot, with what earlier runs saw of people's edits; writes down what this one sees.
fn bots(options: &AuditOptions, collected: &Collected, progress: &dyn Progress) -> Bots {
    let cache = match &options.cache {
        CacheMode::Dir(folder) => Some(folder.as_path()),
        CacheMode::Off => None,
    };
    if collected.pages.is_empty() {
        return Bots::new(&options.config.bots, None);
    }
    let mut bots = Bots::new(&options.config.bots, cache);
    if let Err(error) = bots.remember(&collected.pages, cache) {
        progress.warn(&format!("the last edits by people are not remembered for later runs: {error}"));
    }
    bots
}

/// What could not be decided about the audited repository, beside what a page's own proof says.
fn undecided_in(own: &Surveyed) -> Vec<Inconclusive> {
    let (repository, state) = (&own.target.repository, &own.target.state);
    let mut out = own.pages.inconclusive.clone();
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
    for page in &own.pages.pages {
        if matches!(page.document.tense, Tense::Current) && own.histories.unknown_before(&page.path) {
            out.push(Inconclusive {
                document: Some(page.document.id.clone()),
                reason: "shallow",
                message: "its lines are older than the history that is there".to_owned(),
            });
        }
    }
    out
}

/// All findings of an audit, before triage.
type Findings = Vec<Finding>;
