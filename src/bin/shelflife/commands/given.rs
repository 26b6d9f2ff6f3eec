//! What is audited: a repository, pages from elsewhere, or both.

use std::path::{Path, PathBuf};

use shelflife::config::{Config, Loaded};
use shelflife::history::Repository;
use shelflife::pipeline::{AuditOptions, Progress};
use shelflife::source::{Collected, dump, gather};

use super::hosts::with_sources;
use super::setup::Setup;
use crate::failure::Failure;

/// The arguments that say what is audited.
#[derive(Debug, clap::Args)]
pub struct What {
    /// The repository, or a folder in it [default: the one around the current folder]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Audit the pages in DIR, as `shelflife collect` writes it, instead of asking sources
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
}

impl What {
    /// The folder of the repository.
    pub fn root(&self) -> PathBuf {
        self.path.clone().unwrap_or_else(|| PathBuf::from("."))
    }

    /// The configuration: the one that is named, else that of the repository. A dump needs none.
    pub fn configuration(&self, setup: &Setup) -> Result<Loaded, Failure> {
        if let Some(loaded) = setup.given()? {
            return Ok(loaded);
        }
        let root = self.root();
        if self.from.is_some() && self.path.is_none() && Repository::open(&root).is_err() {
            return Ok(Loaded::default());
        }
        setup.configuration(&root)
    }

    /// Whether the repository is audited: where it is named, where there are no pages from elsewhere, and
    /// where a system is the audited repository.
    pub fn own(&self, config: &Config) -> bool {
        let elsewhere = self.from.is_some() || !config.sources.is_empty();
        self.path.is_some()
            || !elsewhere
            || config.systems.iter().any(|system| system.repo.is_none())
            || (config.systems.is_empty() && Repository::open(&self.root()).is_ok())
    }
}

/// The pages from elsewhere: those of the dump `from`, else what the sources of the configuration give.
pub fn pages(options: &AuditOptions, from: Option<&Path>, progress: &dyn Progress) -> Result<Collected, Failure> {
    if let Some(folder) = from {
        progress.stage("reading the dump", None);
        return dump::read(folder).map_err(|error| Failure::usage(error.to_string()));
    }
    if options.config.sources.is_empty() {
        return Ok(Collected::default());
    }
    with_sources(&options.config, &options.cache, progress, |opened, _| async move {
        Ok(gather::all(&opened.sources, opened.failures, progress).await)
    })
}
