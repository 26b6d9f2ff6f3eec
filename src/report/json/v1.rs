//! `audit.json`, version 1: what everything after the audit reads.
//!
//! These types are the published form. They are apart from the internal ones, so that those can
//! change; a change here that a reader would notice needs a new version.

mod change;
mod hidden;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use change::{Change, ReadAgain, Role, Waived, WaivedKind};
pub use hidden::{Inconclusive, Suppressed};

use crate::finding::{CauseKind, Level, Severity};
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

/// What is known of a page or section besides findings: it ranks, it never accuses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Signals {
    /// The last time that a person said it is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Review>,
    /// The last day on which that holds (`YYYY-MM-DD`): `review_by`, Notion's verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_by: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Set where all who wrote it have left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orphaned: Option<Orphaned>,
    /// How often the code that it describes changed since its last edit or review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub churn: Option<Churn>,
    /// Set where a newer page says nearly the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<Duplicate>,
}

impl Signals {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A person's word that a page is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    /// The day (`YYYY-MM-DD`).
    pub date: String,
    /// Who said so, if it is known.
    pub by: Option<String>,
    /// Where: `front-matter`, `comment`, `notion`, `reviews-file`.
    pub source: String,
}

/// Who answers for a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    /// `@team`, a name or an address, as the source gives it.
    pub name: String,
    /// `codeowners`, `front-matter`, `notion`, `writer` (of the page), `committer` (to the code).
    pub source: String,
}

/// A page whose writers have all left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Orphaned {
    /// The last day on which any of them is known to have committed anything (`YYYY-MM-DD`).
    pub last_seen: String,
    /// Those who now change the described code, most recent first.
    pub successors: Vec<String>,
}

/// Changes of the described code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Churn {
    /// Mainline commits that touched a file that the section names or that backs what it names.
    pub commits: u32,
    /// How many such files there are.
    pub files: u32,
    /// The day (`YYYY-MM-DD`) from which on commits were counted, where that is later than the last
    /// edit or review: what lies before changes no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<String>,
}

/// A newer page that says nearly the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Duplicate {
    /// The newer page's id.
    pub document: String,
    /// The section of it.
    pub section: String,
    /// Estimated share of common shingles, in per cent.
    pub similarity: u8,
}

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
    /// The name of the system whose commits and files the evidence names; none for the first of
    /// [`Audit::systems`].
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

/// The longest [`Excerpt`] and the longest [`Diff`], in lines.
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
    /// What the cause did to the witness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
    /// What the judge says, for a contradiction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
}

/// What the judge says of a line; its quotes are the finding's text and the witnesses.
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
    /// Lines without their ends, each after ` `, `-` or `+`; bounded like [`Excerpt::lines`].
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
