//! What is audited: a repository, pages from elsewhere, or both.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::join_all;
use shelflife::config::{Config, Loaded};
use shelflife::history::Repository;
use shelflife::pipeline::{AuditOptions, CacheMode, Progress};
use shelflife::source::http::{Store, Transport, TransportOptions};
use shelflife::source::{Collected, dump, open};

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
    collect(options, progress)
}

/// Asks all sources; one that gives nothing costs no other.
fn collect(options: &AuditOptions, progress: &dyn Progress) -> Result<Collected, Failure> {
    let config = &options.config;
    let store = match &options.cache {
        CacheMode::Off => None,
        CacheMode::Dir(folder) => match Store::open(folder, config.cache.max) {
            Ok(store) => Some(Arc::new(store)),
            Err(error) => {
                progress.warn(&format!("{error}; all is downloaded anew"));
                None
            }
        },
    };
    progress.stage("collecting pages", None);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::cannot(format!("no runtime could be started: {error}")))?;
    runtime.block_on(async {
        let transport = Transport::new(TransportOptions { store, ..TransportOptions::default() })
            .map_err(|error| Failure::cannot(error.to_string()))?;
        let opened = open::open(config, &transport, &|name| std::env::var(name).ok());
        let given = join_all(opened.sources.iter().map(|source| source.collect(progress))).await;
        let mut collected = Collected { pages: Vec::new(), failures: opened.failures };
        for (source, given) in opened.sources.iter().zip(given) {
            match given {
                Ok(given) => collected.merge(given),
                Err(error) => collected.failed(source.kind(), source.name(), &error),
            }
        }
        collected.normalize();
        Ok(collected)
    })
}
