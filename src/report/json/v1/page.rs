//! A page and its sections, in the published form.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Signals, Verdict};
use crate::source::Visibility;

/// A page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Path from the repository's root, or another source's id.
    pub id: String,
    /// Its title; the id where it has none.
    pub title: String,
    /// Where it comes from: `git`, `github`, `github-wiki`, `notion`.
    pub source: String,
    /// Where a person can open it, if known.
    pub url: Option<String>,
    /// Markup: `markdown`, `mdx`, `rst`, `asciidoc`, `plain`.
    pub format: String,
    /// `current`, `historical`, `release` or `generated`.
    pub tense: String,
    /// Why it is not `current`, for people.
    pub tense_reason: Option<String>,
    /// Its last real edit; none where the history is cut off or it was never committed.
    pub last_edited: Option<Edit>,
    /// References that were checked.
    pub references: usize,
    /// Findings in it.
    pub findings: usize,
    /// Things that could not be decided about it.
    pub inconclusive: usize,
    /// The page in parts, in order; they leave nothing out.
    pub sections: Vec<Section>,
    /// The systems that it was compared with, by name, and why; empty for a page of the audited
    /// repository that describes that repository.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systems: Vec<Described>,
    /// Who may read it; none where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// What ranks the page without accusing it.
    #[serde(default, skip_serializing_if = "Signals::is_empty")]
    pub signals: Signals,
    /// What the policy makes of it; none before triage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// A system that a page describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Described {
    /// Its name.
    pub system: String,
    /// Why, for people.
    pub reason: String,
}

/// An edit of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// When.
    pub date: DateTime<Utc>,
    /// By whom, through `.mailmap`.
    pub author: String,
    /// In which commit, full id.
    pub commit: Option<String>,
}

/// A heading and what stands under it, up to the next heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Unique within the page.
    pub id: String,
    /// The headings above it and its own.
    pub heading_path: Vec<String>,
    /// First line, from 1.
    pub start: u32,
    /// Last line.
    pub end: u32,
    /// `fnv1a:` and sixteen hexadecimal digits over its text, white space folded.
    pub content_hash: String,
    /// The last real edit of any of its lines; none where unknown.
    pub last_edited: Option<Edit>,
    /// Ids of the source's own blocks (Notion) that make it up, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
    /// What it names that the code backs, in reading order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// What ranks the section without accusing it; what is empty here is the page's.
    #[serde(default, skip_serializing_if = "Signals::is_empty")]
    pub signals: Signals,
    /// What the policy makes of it; none before triage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// Something that a section names and that stands in the code today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mention {
    /// What it is: `path`, `link`, `symbol`, `flag`, `env-var`, `config-key`, `route`, `metric`,
    /// `command`, `resource`, `dependency`.
    pub kind: String,
    /// As the page writes it.
    pub text: String,
    /// Its line, from 1.
    pub line: u32,
    /// The files that it names or that declare it, by path; a folder ends in a slash.
    pub files: Vec<String>,
}
