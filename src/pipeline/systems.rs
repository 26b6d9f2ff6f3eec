//! Opens the systems of the configuration. One that is not to be had never takes the others down.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::given::Given;
use super::options::{AuditOptions, CacheMode, Progress};
use super::own::Own;
use super::slugs;
use super::target::{Label, Target};
use crate::config::system::{RefConfig, RepoAddress, SystemConfig};
use crate::finding::Inconclusive;
use crate::history::Repository;
use crate::history::overlay::Overlay;
use crate::history::snapshot::MOST;
use crate::history::survey::Asked;
use crate::report::link;
use crate::system::fetch::{self, TIME_LIMIT};
use crate::system::pick::pick;

/// A system of the configuration.
pub enum Opened {
    /// It is the audited repository itself, as it is checked out.
    Own,
    /// It is to be had; not surveyed yet.
    There(Box<There>),
    /// It is not to be had.
    Missing,
}

/// A system that is there.
pub struct There {
    label: Label,
    repository: Repository,
    /// What lies over its head, where it is a part of the checked-out repository.
    overlay: Overlay,
}

/// Where clones are kept, and the folder that goes with the value where nothing is to be kept.
pub struct Clones {
    folder: PathBuf,
    /// Removed at the end.
    _temporary: Option<tempfile::TempDir>,
}

impl Clones {
    /// The cache folder, else a temporary one.
    ///
    /// # Errors
    /// Where there is no place for a temporary folder.
    pub fn at(cache: &CacheMode) -> std::io::Result<Self> {
        Ok(match cache {
            CacheMode::Dir(folder) => Self { folder: folder.clone(), _temporary: None },
            CacheMode::Off => {
                let folder = tempfile::Builder::new().prefix("shelflife-").tempdir()?;
                Self { folder: folder.path().to_owned(), _temporary: Some(folder) }
            }
        })
    }
}

/// Fetches and opens the systems of the configuration, in its order; with what could not be had.
pub fn open(
    options: &AuditOptions,
    given: &Given<'_>,
    own: Option<&Own>,
    clones: &Clones,
    progress: &dyn Progress,
) -> (Vec<Opened>, Vec<Inconclusive>) {
    let systems = &options.config.systems;
    if systems.iter().any(|system| system.repo.is_some()) {
        progress.stage("fetching systems", Some(systems.len() as u64));
    }
    let opened: Vec<(Opened, Vec<Inconclusive>)> = systems
        .par_iter()
        .map(|system| {
            let opened = one(system, options, given, own, clones);
            progress.tick(1);
            opened
        })
        .collect();
    let mut undecided = Vec::new();
    let opened = opened
        .into_iter()
        .map(|(opened, said)| {
            undecided.extend(said);
            opened
        })
        .collect();
    (opened, undecided)
}

fn one(
    system: &SystemConfig,
    options: &AuditOptions,
    given: &Given<'_>,
    own: Option<&Own>,
    clones: &Clones,
) -> (Opened, Vec<Inconclusive>) {
    let said = |reason, message: String| Inconclusive { document: None, reason, message };
    let missing = |reason, message: String| {
        let message = format!("the system `{}` is not audited against: {message}", system.name);
        (Opened::Missing, vec![said(reason, message)])
    };
    let whole = system.paths.is_empty() && system.reference == RefConfig::Default;
    let (path, shown, default, stale) = match &system.repo {
        None if whole && own.is_some() => return (Opened::Own, Vec::new()),
        None => (options.root.clone(), ".".to_owned(), None, None),
        Some(address) => match fetch::fetch(address, &clones.folder, &given.tokens, TIME_LIMIT) {
            Ok(fetched) => (fetched.path, address.display(), fetched.default, fetched.stale),
            Err(error) => return missing(error.reason(), error.to_string()),
        },
    };
    let mut undecided = Vec::new();
    if let Some(error) = stale {
        let message = format!("the system `{}` is as an earlier run fetched it: {error}", system.name);
        undecided.push(said(error.reason(), message));
    }
    let repository = match Repository::open(&path) {
        Ok(repository) => repository,
        Err(error) => return missing("unreadable", error.to_string()),
    };
    // A clone's path is of this machine and means nothing to a reader; `repo` says where it is from.
    let commit = match pick(&repository, &system.reference, default) {
        Ok(commit) => commit,
        Err(message) => return missing("no-such-ref", message),
    };
    let part_of_own = system.repo.is_none() && system.reference == RefConfig::Default;
    let overlay = if part_of_own { Overlay::load(&repository) } else { Ok(Overlay::default()) };
    let overlay = match overlay {
        Ok(overlay) => overlay,
        Err(error) => return missing("unreadable", error.to_string()),
    };
    let pinned = if part_of_own { Ok(repository) } else { repository.pinned_to(commit) };
    let repository = match pinned {
        Ok(repository) => repository,
        Err(error) => return missing("unreadable", error.to_string()),
    };
    if repository.is_shallow() {
        let message = format!("the history of the system `{}` is cut off; what is older can't be known", system.name);
        undecided.push(said("shallow", message));
    }
    let label = label(system, &repository, shown);
    (Opened::There(Box::new(There { label, repository, overlay })), undecided)
}

fn label(system: &SystemConfig, repository: &Repository, shown: String) -> Label {
    let mut names = slugs::own(repository);
    names.extend(system.repo.as_ref().and_then(RepoAddress::slug));
    names.sort();
    names.dedup();
    let remote = match &system.repo {
        Some(RepoAddress::Http(url) | RepoAddress::Ssh(url)) => link::web(url.as_str()),
        _ => repository.remote_urls().iter().find_map(|url| link::web(url)),
    };
    Label {
        name: Arc::from(system.name.as_str()),
        repo: shown,
        reference: match &system.reference {
            RefConfig::Default => None,
            RefConfig::Named(name) => Some(name.clone()),
            RefConfig::LatestTag(glob) => Some(format!("latest-tag:{}", glob.glob())),
        },
        paths: system.paths.clone(),
        visibility: system.visibility,
        slugs: names,
        web: remote,
    }
}

impl There {
    /// Reads the code. What can't be read is said.
    ///
    /// # Errors
    /// The system as a whole can't be read.
    pub fn survey(self, asked: &Asked) -> Result<Target, Inconclusive> {
        let name = Arc::clone(&self.label.name);
        Target::read(self.label, self.repository, &self.overlay, MOST, asked).map_err(|error| Inconclusive {
            document: None,
            reason: "unreadable",
            message: format!("the system `{name}` is not audited against: {error}"),
        })
    }
}
