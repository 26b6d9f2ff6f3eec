//! A rule's result, its place, and its fix, in the published form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Evidence, Role};
use crate::finding::{Level, Severity};

/// A place in a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The page's id.
    pub document: String,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
    /// What stands there.
    pub text: String,
    /// Where a person sees just this place, if the page's source has such addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Of a page that stands elsewhere than in the audited repository: its title, then the headings above the
    /// place. Whoever opens it there sees no line numbers; those are of the page's Markdown form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heading: Vec<String>,
}

/// Line and column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// Line from 1.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
}

/// A rule's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// How sure the tool is.
    pub confidence: Confidence,
    /// What is wrong, in a sentence.
    pub message: String,
    /// Id of the section.
    pub section: String,
    /// Where.
    pub location: Location,
    /// The proof.
    pub evidence: Evidence,
    /// Its name across runs.
    pub fingerprint: String,
    /// The name of the system whose commits and files the evidence names; none for the first of the
    /// audit's `systems`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// A certain change, if there is one.
    pub fix: Option<Fix>,
    /// The lines of the section around it, for reports that show the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// In an audit of a change: what the change has to do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// Some lines of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// Number of the first of them, from 1.
    pub start: u32,
    /// The lines without their ends, at most [`EXCERPT_LINES`], each of at most [`LINE_CHARS`]
    /// characters.
    pub lines: Vec<String>,
}

/// The longest [`Excerpt`] and the longest [`super::Diff`], in lines.
pub const EXCERPT_LINES: usize = 21;
/// The longest line in one, in characters; what is cut off is replaced by `…`.
pub const LINE_CHARS: usize = 400;

/// How sure the tool is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Confidence {
    /// In words.
    pub level: Level,
    /// As a probability, two decimals.
    pub probability: f64,
}

/// A certain change to a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// First character to replace.
    pub start: Position,
    /// One past the last.
    pub end: Position,
    /// What stands there; where it does not any more, the change is not made.
    pub old: String,
    /// What to write.
    pub text: String,
}
