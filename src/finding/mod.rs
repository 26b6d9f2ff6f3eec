//! What a rule says of a claim: a [`Finding`] with its evidence.

mod fingerprint;

use serde::{Deserialize, Serialize};

pub use fingerprint::{Fingerprint, Occurrences};

use crate::document::{DocumentId, Position, Span};
use crate::rule::dates::OwnDates;

/// How much a finding matters, if it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Ranks, does not accuse.
    Note,
    /// Probably wrong.
    Warning,
    /// A reader who follows the page fails.
    Error,
}

/// How sure we are, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Below 0.6.
    Low,
    /// From 0.6.
    Medium,
    /// From 0.85.
    High,
}

/// How sure we are that a finding is right.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Confidence(f32);

impl Confidence {
    /// A confidence from a probability, held within 0.01 and 0.99.
    #[must_use]
    pub fn new(probability: f32) -> Self {
        Self(probability.clamp(0.01, 0.99))
    }

    /// The probability that the finding is right, 0 to 1.
    #[must_use]
    pub fn probability(self) -> f32 {
        self.0
    }

    /// The same in words.
    #[must_use]
    pub fn level(self) -> Level {
        if self.0 >= 0.85 {
            Level::High
        } else if self.0 >= 0.6 {
            Level::Medium
        } else {
            Level::Low
        }
    }
}

/// A commit as evidence names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRef {
    /// Full hexadecimal id.
    pub id: String,
    /// Author date, seconds since 1970.
    pub time: i64,
    /// Author's name through `.mailmap`.
    pub author: String,
    /// First line of the message.
    pub subject: String,
}

impl CommitRef {
    /// The first seven digits of the id.
    #[must_use]
    pub fn short(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }
}

/// When a reference came to stand in the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MomentEvidence {
    /// The commit in which the reference entered the page; none for an uncommitted line.
    pub entered: Option<CommitRef>,
    /// The last real edit of its line, where that is another commit.
    pub edited: Option<CommitRef>,
    /// The dates that the page's own source gives, where the page does not stand in the system's
    /// repository; the commits are then those that were current.
    pub own: Option<OwnDates>,
}

/// A place in the code that backs, or backed, a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Path from the repository's root.
    pub path: String,
    /// Line from 1; none where the path itself is the witness.
    pub line: Option<u32>,
    /// The commit in which it stood, full id.
    pub commit: String,
    /// The line's text, trimmed; empty where the path is the witness.
    pub text: String,
}

/// What a commit did to the last witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CauseKind {
    /// It took the witness away.
    Removed,
    /// It gave it another name or place.
    Renamed,
    /// It gave it another value.
    Changed,
}

/// The commit that made the claim wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// What it did.
    pub kind: CauseKind,
    /// The commit.
    pub commit: CommitRef,
    /// The file in which it did so, from the repository's root.
    pub path: Option<String>,
}

/// What stands in the reference's place today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The new text for the reference.
    pub text: String,
    /// How many changed lines speak for it …
    pub votes: u32,
    /// … of how many.
    pub of: u32,
}

/// The proof of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// When the reference entered the page.
    pub moment: Option<MomentEvidence>,
    /// What backed it then, best first, at most eight.
    pub witnesses: Vec<Witness>,
    /// How many there were in all.
    pub witness_count: u32,
    /// What stands there now, for rules that compare values.
    pub now: Vec<Witness>,
    /// What broke it; none where the history can't tell.
    pub cause: Option<Cause>,
    /// What to write instead.
    pub replacement: Option<Replacement>,
    /// The circumstance of the rule's file that the probability comes from.
    pub circumstance: Option<std::sync::Arc<str>>,
    /// What the judge says, for a contradiction.
    pub judgement: Option<Judgement>,
    /// The name of the system whose commits and files these are; none for the first.
    pub system: Option<std::sync::Arc<str>>,
}

/// What the judge says of a line, after its quotes were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Of what kind the difference is: `value`, `behavior` …
    pub category: String,
    /// What the code does today, and how the line differs.
    pub why: String,
    /// The line's words as they should read.
    pub instead: Option<String>,
    /// The model, or what else compared them.
    pub by: String,
    /// The words of the page that it speaks of.
    pub page_quote: String,
    /// The changed code that decides it, as one line.
    pub code_quote: String,
    /// Whether it is said of words that another rule reports, so that the finding stands without it.
    pub confirms: bool,
}

/// A certain change to the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What to replace, in the page's text.
    pub span: Span,
    /// What to write.
    pub text: String,
}

/// The id of a rule of the registry.
pub type RuleId = &'static str;

/// A rule's result on a claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id, such as `dead-flag`.
    #[serde(deserialize_with = "rule_id")]
    pub rule: RuleId,
    /// How much it matters.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// One sentence, what is wrong; code in backquotes, no line break.
    pub message: String,
    /// The page.
    pub document: DocumentId,
    /// Index of the section in the page.
    pub section: usize,
    /// The reference's place in the page's text.
    pub span: Span,
    /// Where it starts.
    pub start: Position,
    /// One past its last character.
    pub end: Position,
    /// The reference as normalised for the fingerprint (`--config-file`, `src/a.rs`).
    pub subject: String,
    /// The proof.
    pub evidence: Evidence,
    /// Names it across runs.
    pub fingerprint: Fingerprint,
    /// A certain change, if there is one.
    pub fix: Option<Fix>,
}

/// The id of a rule that there is.
fn rule_id<'de, D: serde::Deserializer<'de>>(from: D) -> Result<RuleId, D::Error> {
    let id = String::deserialize(from)?;
    let rule = crate::rule::registry::get(&id);
    rule.map(|rule| rule.id()).ok_or_else(|| serde::de::Error::custom("no such rule"))
}

/// Why something could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inconclusive {
    /// The page; none where it concerns the run as a whole.
    pub document: Option<DocumentId>,
    /// A stable word: `shallow`, `too-large`, `encoding`, `no-release-tag`, `unreadable` …
    pub reason: &'static str,
    /// What happened, and the one line that mends it.
    pub message: String,
}
