//! A system that pages are compared with, read once.

use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use rayon::prelude::*;

use super::state::State;
use crate::history::overlay::Overlay;
use crate::history::paths::Paths;
use crate::history::scan::route_endings;
use crate::history::snapshot::Mask;
use crate::history::survey::Asked;
use crate::history::survey::Survey;
use crate::history::term::{Domain, Term};
use crate::history::{ReadError, Repository};
use crate::reference::{Kind, Reference};
use crate::report::json::v1;
use crate::source::Visibility;
use crate::system::clock::Clock;
use crate::system::mapping;

/// A system as the configuration and its repository describe it.
#[derive(Debug, Clone, Default)]
pub struct Label {
    /// Its name.
    pub name: Arc<str>,
    /// `.` for the audited repository, else its address or path, without credentials.
    pub repo: String,
    /// How its head was chosen; none for what is checked out.
    pub reference: Option<String>,
    /// The part of the repository that it is; all where empty.
    pub paths: Vec<Glob>,
    /// Who may read it.
    pub visibility: Option<Visibility>,
    /// `owner/name` at its hosts.
    pub slugs: Vec<String>,
    /// Where people see the repository.
    pub web: Option<String>,
}

/// A system whose code is read.
pub struct Target {
    /// What it is.
    pub label: Label,
    /// Its repository, at the commit that counts.
    pub repository: Repository,
    /// The repository's history and tree.
    pub state: State,
    /// What the code holds and held.
    pub survey: Survey,
    /// From times to commits.
    pub clock: Clock,
    /// The part of the repository that counts.
    pub within: Option<GlobSet>,
}

impl Target {
    /// Reads the system, by at most `most` states of its history.
    ///
    /// # Errors
    /// Where its head, a tree or the object store can't be read.
    pub fn read(
        label: Label,
        repository: Repository,
        overlay: &Overlay,
        most: usize,
        asked: &Asked,
    ) -> Result<Self, ReadError> {
        let within = part(&label.paths);
        let state = State::read_some(&repository, overlay, most, within.as_ref())?;
        let survey = state.survey(&repository, asked)?;
        let clock = Clock::of(&state.mainline);
        Ok(Self { label, repository, state, survey, clock, within })
    }

    /// The published form.
    #[must_use]
    pub fn published(&self) -> v1::System {
        let head = self.state.mainline.get(self.state.mainline.head());
        v1::System {
            name: self.label.name.to_string(),
            repo: self.label.repo.clone(),
            head: head.id.to_string(),
            head_date: crate::report::json::convert::date(head.time),
            overlaid: !self.state.laid.is_empty(),
            shallow: self.repository.is_shallow(),
            commits: self.state.mainline.len(),
            web: self.label.web.clone(),
            reference: self.label.reference.clone(),
            paths: self.label.paths.iter().map(|glob| glob.glob().to_owned()).collect(),
            visibility: self.label.visibility.filter(|v| *v != Visibility::Unknown),
        }
    }
}

fn part(paths: &[Glob]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for path in paths {
        set.add(path.clone());
    }
    // The globs are known to be valid; together they could only be too large, which means all.
    if paths.is_empty() { None } else { set.build().ok() }
}

/// Whether a system had what references name, at any time.
pub struct Knowledge<'t> {
    target: &'t Target,
    paths: Paths<'t>,
}

impl<'t> Knowledge<'t> {
    /// Of `target`.
    #[must_use]
    pub fn new(target: &'t Target) -> Self {
        Self { target, paths: Paths::new(&target.state.census) }
    }

    /// Of all `targets`, in their order.
    #[must_use]
    pub fn of_all(targets: &'t [Target]) -> Vec<Self> {
        targets.par_iter().map(Self::new).collect()
    }

    /// How much it tells of the system that it had what `reference` names; 0 where it never had.
    #[must_use]
    pub fn weight(&self, reference: &Reference) -> u32 {
        let weight = mapping::weight(reference);
        if weight == 0 || self.held(reference).is_empty() { 0 } else { weight }
    }

    /// Whether the head has what `reference` names.
    #[must_use]
    pub fn at_head(&self, reference: &Reference) -> bool {
        !self.held(reference).and(self.target.state.snapshots.head()).is_empty()
    }

    fn held(&self, reference: &Reference) -> Mask {
        let lifetimes = &self.target.survey.lifetimes;
        let last = reference.parts.last().map_or("", String::as_str);
        match reference.kind {
            Kind::Path => {
                let path = reference.parts.join("/");
                let within = |path: &[u8]| {
                    let part = self.target.within.as_ref();
                    part.is_none_or(|part| part.is_match(&*String::from_utf8_lossy(path)))
                };
                let found = self.paths.ending_in(path.as_bytes()).filter(|(path, _)| within(path));
                found.fold(Mask::default(), |held, (_, life)| held.or(life.held))
            }
            Kind::Route => route_endings(last.as_bytes())
                .iter()
                .map(|end| lifetimes.of(Term::of(Domain::Route, end)).anywhere())
                .fold(Mask::default(), Mask::or),
            Kind::Command => lifetimes.of(Term::of(Domain::Command, last.as_bytes())).anywhere(),
            Kind::Link | Kind::Dependency => Mask::default(),
            _ => {
                let name = last.trim_start_matches('-');
                lifetimes.of(Term::folded(name.as_bytes())).code()
            }
        }
    }
}
