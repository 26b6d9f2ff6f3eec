//! What the audit of a change tells beyond its findings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The change that was audited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The commit that it is to be merged into, full id.
    pub base: String,
    /// Where it branched off, full id.
    pub merge_base: String,
    /// Its last commit, full id.
    pub head: String,
    /// How many commits it has.
    pub commits: usize,
    /// How many files it touches.
    pub files: usize,
    /// How many of them are pages.
    pub pages: usize,
    /// Findings that the change makes.
    pub broken: usize,
    /// Findings that were there before, in sections that the change edits.
    pub edited: usize,
    /// Findings that were there before and are not listed.
    pub before: usize,
    /// What the change brings with it that would hide findings, and hides none in this run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Waived>,
    /// Pages that describe the changed code most closely, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_again: Vec<ReadAgain>,
}

/// What a change has to do with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It makes it.
    Broken,
    /// It edits the section, which was wrong before.
    Edited,
}

/// Something that would hide findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waived {
    /// What it is.
    pub kind: WaivedKind,
    /// The page's id; of a baseline's entry, the page that it names.
    pub document: String,
    /// Its line, where it has one.
    pub line: Option<u32>,
    /// The comment, the entry's fingerprint, the date, or the reason.
    pub text: String,
}

/// What can hide a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaivedKind {
    /// A comment in the page.
    Suppression,
    /// An entry of the baseline.
    Baseline,
    /// A date of a review.
    Review,
    /// What makes a page or a section one of the past.
    Historical,
}

/// A page worth reading again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReadAgain {
    /// The page's id.
    pub document: String,
    /// Id of the section that names most of what changed.
    pub section: String,
    /// Files and names of the changed lines that it speaks of, the most telling first.
    pub names: Vec<String>,
    /// How closely it describes the change: more is closer.
    pub score: f64,
}

impl WaivedKind {
    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Suppression => "a suppression",
            Self::Baseline => "an entry of the baseline",
            Self::Review => "a review",
            Self::Historical => "a marking as historical",
        }
    }
}
