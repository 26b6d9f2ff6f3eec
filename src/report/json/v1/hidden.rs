//! What an audit does not report, and what it could not find out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Finding;

/// What could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inconclusive {
    /// The page's id; none where it concerns the run as a whole.
    pub document: Option<String>,
    /// A stable word: `shallow`, `too-large`, `encoding`, `no-release-tag`, `unreadable` …
    pub reason: String,
    /// What happened and what mends it.
    pub message: String,
}

/// A finding that is hidden.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// What hides it: `comment` or `baseline`.
    pub by: String,
    /// The reason given there.
    pub reason: String,
    /// The last day on which it is hidden, if one is set (`YYYY-MM-DD`).
    pub until: Option<String>,
}
