//! What every command that audits takes: its configuration, and what it keeps between runs.

use std::path::{Path, PathBuf};

use shelflife::config::{self, Loaded, Origin};
use shelflife::history::Repository;
use shelflife::pipeline::CacheMode;
use shelflife::rule::registry;

use super::base::Base;
use super::cache;
use crate::failure::Failure;

/// The options that are the same wherever an audit is made.
#[derive(Debug, clap::Args)]
pub struct Setup {
    /// Read FILE instead of shelflife.toml at the repository's root
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep nothing between runs
    #[arg(long, conflicts_with = "cache_dir")]
    no_cache: bool,
    /// Keep facts between runs in DIR [default: shelflife in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl Setup {
    /// The configuration that `--config` names, if it names one. No repository is looked for.
    pub fn given(&self) -> Result<Option<Loaded>, Failure> {
        let specs = registry::specs();
        let load = |file: &PathBuf| config::load(file, Origin::Given, &specs);
        Ok(self.config.as_ref().map(load).transpose()?)
    }

    /// The configuration that `--config` names, else that at the root of the repository around
    /// `path`; never one of the caller's folder or above.
    pub fn configuration(&self, path: &Path) -> Result<Loaded, Failure> {
        let specs = registry::specs();
        if let Some(loaded) = self.given()? {
            return Ok(loaded);
        }
        let repository = Repository::open(path)?;
        if !repository.is_bare() {
            return Ok(config::find(repository.root(), &specs)?);
        }
        match repository.head_file(config::FILE_NAME.as_bytes()) {
            None => Ok(Loaded::default()),
            Some(bytes) => Ok(config::parse_bytes(bytes, Path::new(config::FILE_NAME), Origin::Found, &specs)?),
        }
    }

    /// As [`Setup::configuration`], in an audit of a change: a file of the repository counts as the
    /// base has it, so that no change decides how it is audited.
    pub fn configuration_at(&self, base: &Base) -> Result<Loaded, Failure> {
        let specs = registry::specs();
        let (file, origin) = match &self.config {
            Some(file) => (file.clone(), Origin::Given),
            None => (base.root().join(config::FILE_NAME), Origin::Found),
        };
        match base.file(&file)? {
            Some(bytes) => Ok(config::parse_bytes(bytes, &file, origin, &specs)?),
            None if origin == Origin::Found => Ok(Loaded::default()),
            None => Ok(Loaded {
                warnings: vec![format!("{}: the base does not have it, so the defaults hold", file.display())],
                ..Loaded::default()
            }),
        }
    }

    /// Where facts are kept between runs. A user without a cache folder is told so by `warn`.
    pub fn cache(&self, warn: &dyn Fn(&str)) -> CacheMode {
        if self.no_cache {
            return CacheMode::Off;
        }
        match self.cache_dir.clone().or_else(cache::default_dir) {
            Some(dir) => CacheMode::Dir(dir),
            None => {
                warn("there is no cache folder for this user, so nothing is kept between runs (see --cache-dir)");
                CacheMode::Off
            }
        }
    }
}
