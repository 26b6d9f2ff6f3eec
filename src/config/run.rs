//! What the command line can set as well.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::text::Source;
use crate::finding::{Level, Severity};

/// More threads than this are a slip of the pen.
const MAX_JOBS: i64 = 1024;

/// From which severity on a finding makes the exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Any finding.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors only.
    Error,
    /// None.
    Never,
}

impl FailOn {
    /// Whether a finding of `severity` makes the exit status 1.
    #[must_use]
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Note => true,
            Self::Warning => severity >= Severity::Warning,
            Self::Error => severity >= Severity::Error,
            Self::Never => false,
        }
    }
}

/// What the command line can set as well; it goes before the file, and the defaults come last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunConfig {
    /// The least confidence a finding needs to be reported.
    pub min_confidence: Option<Level>,
    /// The least severity that makes the exit status 1.
    pub fail_on: Option<FailOn>,
    /// Known findings to hide; absolute or relative to the caller's folder.
    pub baseline: Option<PathBuf>,
    /// How many threads to use.
    pub jobs: Option<NonZeroUsize>,
}

pub(super) fn jobs(raw: &Spanned<i64>, source: &Source<'_>) -> Result<NonZeroUsize, ConfigError> {
    Some(*raw.get_ref())
        .filter(|n| *n <= MAX_JOBS)
        .and_then(|n| usize::try_from(n).ok())
        .and_then(NonZeroUsize::new)
        .ok_or_else(|| source.error(&raw.span(), format!("`jobs` is a number from 1 to {MAX_JOBS}"), None))
}
