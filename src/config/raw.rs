//! The file as written. Its doc comments are the descriptions in the published schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::cache::RawCache;
use super::documents::RawDocuments;
use super::export::RawExport;
use super::judge::RawJudge;
use super::policy::RawPolicy;
use super::rules::RawRule;
use super::run::FailOn;
use super::sources::RawSource;
use super::system::RawSystem;
use super::version::RawVersion;
use crate::finding::Level;

/// The configuration of Shelflife: `shelflife.toml` at the root of the audited repository, or the
/// file given with `--config`. Every key is optional; the command line goes before the file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "shelflife.toml")]
pub struct RawConfig {
    /// The least confidence a finding needs to be reported. Default: `medium`.
    pub min_confidence: Option<Level>,
    /// The least severity of a finding that makes the exit status 1. Default: `warning`.
    pub fail_on: Option<FailOn>,
    /// A file of known findings to hide, relative to this file. Made with `--write-baseline`.
    #[schemars(with = "Option<String>")]
    pub baseline: Option<Spanned<String>>,
    /// How many threads to use. Default: one per processor.
    #[schemars(with = "Option<u16>", range(min = 1, max = 1024))]
    pub jobs: Option<Spanned<i64>>,
    /// Which pages are audited.
    pub documents: Option<RawDocuments>,
    /// Settings of single rules, by the rule's id.
    #[schemars(with = "Option<BTreeMap<String, RawRule>>")]
    pub rules: Option<BTreeMap<Spanned<String>, RawRule>>,
    /// The cache file.
    pub cache: Option<RawCache>,
    /// Pages of older releases, and the tags that they are audited against.
    pub version: Option<Vec<RawVersion>>,
    /// Where pages are collected from, besides the audited repository. Counts only in a file given with
    /// `--config`.
    #[schemars(with = "Option<Vec<RawSource>>")]
    pub source: Option<Vec<Spanned<RawSource>>>,
    /// The repositories that pages describe. Default: the audited one.
    pub system: Option<Vec<RawSystem>>,
    /// Names of programs that edit pages: their edits are no word on whether a page is right. A `*`
    /// stands for anything.
    #[schemars(with = "Option<Vec<String>>")]
    pub bots: Option<Vec<Spanned<String>>>,
    /// Exclusion lists.
    pub export: Option<RawExport>,
    /// When pages should be looked at again, and what happens to what could not be decided.
    pub policy: Option<RawPolicy>,
    /// The model that compares pages with changed code. Counts only in a file given with `--config`.
    pub judge: Option<RawJudge>,
}
