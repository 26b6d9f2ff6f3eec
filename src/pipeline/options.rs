//! What an audit is asked to do, and whom it tells how far it is.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use crate::config::Config;
use crate::finding::Level;

/// What an audit is asked to do: the command line laid over the configuration, defaults filled in.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// The repository: its work tree, a folder in it, or its `.git` folder.
    pub root: PathBuf,
    /// Pages, rules and all else that only the configuration can set. [`Config::run`] is already
    /// merged into the fields beside this one; read those.
    pub config: Config,
    /// The moment that the audit calls now; none for the real one.
    pub now: Option<DateTime<Utc>>,
    /// How many threads to use; 0 for one per processor.
    pub jobs: usize,
    /// Where facts are kept between runs.
    pub cache: CacheMode,
    /// The only rules to run, by id, whether the configuration enables them or not; none for all
    /// that are enabled. They are known to exist.
    pub rules: Option<Vec<String>>,
    /// The least confidence that a finding needs to be reported.
    pub min_confidence: Level,
    /// A file of known findings to hide.
    pub baseline: Option<PathBuf>,
    /// A file of reviews, which reset the age of pages.
    pub reviews: Option<PathBuf>,
    /// What the judge is asked to do; none where it is not asked.
    pub judge: Option<crate::judge::Options>,
}

/// Where facts are kept between runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheMode {
    /// Nowhere.
    Off,
    /// In a file in this folder.
    Dir(PathBuf),
}

/// Whom an audit tells how far it is. Called from any thread; must return at once.
pub trait Progress: Sync {
    /// A stage begins: its name in a word or two ("reading pages"), and how many ticks it takes
    /// where that is known.
    fn stage(&self, name: &'static str, total: Option<u64>);
    /// `n` more steps of the stage are done.
    fn tick(&self, n: u64);
    /// Something that the user should know and that does not end the audit; one line.
    fn warn(&self, message: &str);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &'static str, _total: Option<u64>) {}
    fn tick(&self, _n: u64) {}
    fn warn(&self, _message: &str) {}
}
