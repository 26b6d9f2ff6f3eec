//! What the policy makes of a page or section, in the published form.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the policy makes of a page or section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// What it is.
    pub status: Status,
    /// 0 to 100: 100 less the points of `losses`, not below 0; of a page, the mean of its
    /// sections weighted by their lines.
    pub freshness: u8,
    /// What an index should do with it; of `demote`, the weight is the freshness as a fraction.
    pub action: Action,
    /// What took points, largest first; empty for a page, whose sections say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub losses: Vec<Loss>,
    /// The lines that are proved wrong, so that whatever quotes them answers wrongly: first and last, from
    /// 1, in order. An index of pieces smaller than a section leaves out those that hold one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<[u32; 2]>,
    /// Since when it is wrong: the earliest known cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

/// What a page or section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing speaks against it.
    Fresh,
    /// A record of the past, which does not age.
    Historical,
    /// Made by a generator: mend its source.
    Generated,
    /// Could not be decided.
    Inconclusive,
    /// Old for what it describes: a person should look.
    ReviewDue,
    /// Something that it names is gone.
    Stale,
    /// The code says otherwise.
    Contradicted,
}

/// What an index should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Answer from it.
    Include,
    /// Rank it lower.
    Demote,
    /// Never answer from it.
    Exclude,
}

/// What took points from a freshness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Loss {
    /// Whole points.
    pub points: u32,
    /// What it was.
    pub kind: LossKind,
    /// The finding's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The finding's fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The arithmetic and the reason, for people.
    pub text: String,
}

/// Kinds of losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LossKind {
    /// A finding.
    Finding,
    /// Not edited or reviewed within its interval.
    Age,
    /// The described code changed since.
    Churn,
    /// All who wrote it have left.
    Owners,
    /// A review or verification ran out.
    Verification,
    /// A newer page says nearly the same.
    Duplicate,
}
