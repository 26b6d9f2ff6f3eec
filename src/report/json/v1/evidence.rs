//! The proof of a finding, in the published form.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::CauseKind;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Commit {
    /// Full id.
    pub id: String,
    /// Author date.
    pub date: DateTime<Utc>,
    /// Author's name through `.mailmap`.
    pub author: String,
    /// First line of its message.
    pub subject: String,
}

/// The proof of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// When the reference entered the page, and when its line was last really edited.
    pub moment: Option<Moment>,
    /// What backed it then, best first, at most eight.
    pub witnesses: Vec<Witness>,
    /// How many there were in all.
    pub witness_count: u32,
    /// What stands there now, for rules that compare values.
    pub now: Vec<Witness>,
    /// What broke it.
    pub cause: Option<Cause>,
    /// What to write instead.
    pub replacement: Option<Replacement>,
    /// The circumstance that the probability comes from, as `shelflife rules ID` lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circumstance: Option<String>,
    /// What the cause did to the witness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
    /// What the judge says, for a contradiction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
}

/// What the judge says of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// Of what kind the difference is: `value`, `requirement`, `behavior`, `availability`, `list`, `name`,
    /// `signature`.
    pub category: String,
    /// What the code does today, and how the line differs.
    pub why: String,
    /// The line's words as they should read; none where nothing is proposed.
    pub instead: Option<String>,
    /// The model that said so, or `comparison of pages`.
    pub by: String,
    /// `contradicts`: only such a verdict is reported.
    #[serde(default = "contradicts")]
    pub verdict: String,
    /// The words of the page that it speaks of.
    #[serde(default)]
    pub page_quote: String,
    /// The changed code, or the other page's words, that decide it, as one line.
    #[serde(default)]
    pub code_quote: String,
    /// Whether it is said of words that the finding's own rule reports, which stands without it. Not so for
    /// `contradiction`.
    #[serde(default)]
    pub confirms: bool,
}

fn contradicts() -> String {
    "contradicts".to_owned()
}

/// The part of a commit's change that matters to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// The file, as it was called before.
    pub path: String,
    /// Number before the commit of the first line that is not an added one.
    pub old_start: u32,
    /// Number after the commit of the first line that is not a removed one.
    pub new_start: u32,
    /// Lines without their ends, each after ` `, `-` or `+`; bounded like an excerpt's.
    pub lines: Vec<String>,
}

/// When a reference came to stand in a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// Entered the page; none for an uncommitted line.
    pub entered: Option<Commit>,
    /// Last real edit of its line, where that is another commit.
    pub edited: Option<Commit>,
    /// The dates that the page's own source gives, where the page does not stand in the system's
    /// repository; the commits are then those of the system that were current.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnDates>,
}

/// When a line was written, by its own source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnDates {
    /// The earliest moment at which what it names can have entered the page.
    pub entered: DateTime<Utc>,
    /// Its last real edit.
    pub edited: DateTime<Utc>,
    /// Who made that edit.
    pub by: Option<String>,
}

/// A place in the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Witness {
    /// Path from the repository's root.
    pub path: String,
    /// Line from 1; none where the path itself is the witness.
    pub line: Option<u32>,
    /// Commit in which it stands, full id.
    pub commit: String,
    /// The line, trimmed.
    pub text: String,
}

/// What made a claim wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// What the commit did.
    pub kind: CauseKind,
    /// The commit.
    pub commit: Commit,
    /// The file in which it did so.
    pub path: Option<String>,
}

/// What stands in a reference's place today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replacement {
    /// The new text.
    pub text: String,
    /// Changed lines that speak for it …
    pub votes: u32,
    /// … of how many.
    pub of: u32,
}
