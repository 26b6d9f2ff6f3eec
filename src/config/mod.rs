//! `shelflife.toml`: read as written ([`raw`]), checked, and resolved into a [`Config`].
//!
//! Everything that the command line can set too stays an `Option` here, so that a flag equal to a
//! default still wins over the file: the merge comes first, the defaults last.
//!
//! A file that is merely found in an audited repository is not trusted: see [`trust`].
//!
//! To add a section: one file beside the others with its raw and its resolved form, one field in
//! [`raw::RawConfig`] and one in [`Config`].

pub mod cache;
pub mod documents;
pub mod error;
pub mod export;
pub mod judge;
pub mod load;
pub mod policy;
pub mod raw;
pub mod rules;
pub mod run;
pub mod sources;
pub mod system;
pub mod trust;
pub mod version;

mod hint;
mod text;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use cache::CacheConfig;
pub use documents::DocumentsConfig;
pub use error::ConfigError;
pub use export::ExportConfig;
pub use judge::JudgeConfig;
pub use load::{Loaded, Origin, find, load, parse, parse_bytes};
pub use policy::{AreaConfig, PolicyConfig};
pub use rules::{OptionSpec, OptionValue, RuleConfig, RuleSpec};
pub use run::{FailOn, RunConfig};
pub use sources::{PlaceConfig, SourceConfig};
pub use system::{RepoAddress, SystemConfig};
pub use version::VersionConfig;

/// Name of the configuration file at the audited root.
pub const FILE_NAME: &str = "shelflife.toml";

/// A checked configuration. The default is that of a repository without a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The file it comes from; none where there is no file.
    pub file: Option<PathBuf>,
    /// What the command line can set too.
    pub run: RunConfig,
    /// Which pages are audited.
    pub documents: DocumentsConfig,
    /// Settings of single rules, by id.
    pub rules: std::collections::BTreeMap<String, RuleConfig>,
    /// The cache file.
    pub cache: CacheConfig,
    /// Pages of older releases.
    pub versions: Vec<VersionConfig>,
    /// Where pages are collected from.
    pub sources: Vec<SourceConfig>,
    /// The repositories that pages describe.
    pub systems: Vec<SystemConfig>,
    /// Names of programs that edit pages.
    pub bots: Vec<globset::Glob>,
    /// Exclusion lists.
    pub export: ExportConfig,
    /// What is laid over the policy.
    pub policy: PolicyConfig,
    /// The model that compares pages with changed code.
    pub judge: JudgeConfig,
}

impl Config {
    /// Settings of rule `id`; the defaults where the file says nothing of it.
    #[must_use]
    pub fn rule(&self, id: &str) -> RuleConfig {
        self.rules.get(id).cloned().unwrap_or_default()
    }
}
