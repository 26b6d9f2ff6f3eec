//! `audit.json`, version 1: what everything after the audit reads.
//!
//! This file holds the audit as a whole, those below its parts. The types are the published form. They are apart from the internal ones, so that those can
//! change; a change here that a reader would notice needs a new version.

mod change;
mod evidence;
mod finding;
mod hidden;
mod page;
mod signals;
mod verdict;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use change::{Change, ReadAgain, Role, Waived, WaivedKind};
pub use evidence::{Cause, Commit, Diff, Evidence, Judgement, Moment, OwnDates, Replacement, Witness};
pub use finding::{Confidence, EXCERPT_LINES, Excerpt, Finding, Fix, LINE_CHARS, Location, Position};
pub use hidden::{Inconclusive, Suppressed};
pub use page::{Described, Document, Edit, Mention, Section};
pub use signals::{Churn, Duplicate, Orphaned, Owner, Review, Signals};
pub use verdict::{Action, Loss, LossKind, Status, Verdict};

use crate::source::Visibility;

/// The value of [`Audit::schema_version`].
pub const SCHEMA_VERSION: u32 = 1;

/// A whole audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// Always 1.
    pub schema_version: u32,
    /// The tool that wrote it.
    pub tool: Tool,
    /// The moment that the audit calls now.
    pub now: DateTime<Utc>,
    /// Whether everything was audited, or only what a change touches.
    pub scope: Scope,
    /// Counts.
    pub summary: Summary,
    /// What the pages were compared with.
    pub systems: Vec<System>,
    /// The pages, by id.
    pub documents: Vec<Document>,
    /// What is wrong, by page and place.
    pub findings: Vec<Finding>,
    /// What could not be decided.
    pub inconclusive: Vec<Inconclusive>,
    /// Findings that a comment in the page or the baseline hides.
    pub suppressed: Vec<Suppressed>,
    /// Findings below the confidence asked for. They are not reported; they keep a section on an
    /// exclusion list on which it already stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weak: Vec<Weak>,
    /// What the judge did, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<crate::judge::outcome::Judge>,
    /// The change that was audited; none for the scope `full`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// A finding below the confidence asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Weak {
    /// The page's id.
    pub document: String,
    /// Id of the section.
    pub section: String,
    /// Its name across runs.
    pub fingerprint: String,
}

/// The tool that wrote an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `shelflife`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was audited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every page.
    Full,
    /// What a change makes wrong.
    Change,
}

/// Counts of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Pages read.
    pub documents: usize,
    /// Pages with at least one finding of severity warning or error.
    pub documents_with_findings: usize,
    /// References checked.
    pub references: usize,
    /// Findings.
    pub findings: usize,
    /// Of them, errors.
    pub errors: usize,
    /// Of them, warnings.
    pub warnings: usize,
    /// Of them, notes.
    pub notes: usize,
    /// Hidden by comments in pages.
    pub suppressed: usize,
    /// Hidden by the baseline.
    pub baselined: usize,
    /// Below the confidence asked for.
    pub below_confidence: usize,
    /// Pages of which something could not be decided.
    pub documents_inconclusive: usize,
    /// Pages that record the past.
    pub historical: usize,
    /// Files of code that were not read or parsed: too large, binary, not to be had.
    pub unread_files: usize,
}

/// What pages were compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// Its name: of the repository's folder unless configured.
    pub name: String,
    /// `.` for the audited repository itself, else a URL or path without credentials.
    pub repo: String,
    /// The commit that was the head, full id.
    pub head: String,
    /// Its date.
    pub head_date: DateTime<Utc>,
    /// Whether files changed on disk or in the index were laid over it.
    pub overlaid: bool,
    /// Whether the history is cut off.
    pub shallow: bool,
    /// First-parent commits that were looked at.
    pub commits: usize,
    /// Where people see the repository (`https://github.com/owner/name`), without a slash at the
    /// end; none where its remote names no such place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<String>,
    /// The branch, tag or form of tags that the head was chosen by; none for what is checked out.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The part of the repository that it is, as globs; empty for all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Who may read it; none where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}
