//! The canonical list, version 1: `docs/schema/exclusion-list-v1.json` describes it.

use std::io::{Read, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exclusion::ExportError;
use crate::exclusion::record::{Evidence, Record, Undecided};
use crate::exclusion::source::AuditFile;
use crate::exclusion::target::Sink;
use crate::report::json::v1::{Action, Status};

/// The value of [`List::schema_version`].
pub const SCHEMA_VERSION: u32 = 1;

/// An exclusion list. What it does not name is to be included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Always 1.
    pub schema_version: u32,
    /// The moment of the audit that it is made from.
    pub now: DateTime<Utc>,
    /// The version of the policy that decided.
    pub policy: String,
    /// What the pages were compared with.
    pub systems: Vec<System>,
    /// Pages and sections that are excluded or ranked lower, in the order of the audit: the page as
    /// a whole first, then its sections.
    pub entries: Vec<Entry>,
    /// What could not be decided.
    pub inconclusive: Vec<Undecided>,
}

/// What pages were compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// Its name.
    pub name: String,
    /// The commit that was the head, full id.
    pub head: String,
}

/// A page or section that is excluded or ranked lower.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// The page's id.
    pub document: String,
    /// Id of the section; none for the page as a whole.
    pub section: Option<String>,
    /// `exclude` or `demote`.
    pub action: Action,
    /// By what to multiply a score: 0 for what is excluded.
    pub weight: f64,
    /// 0 to 100.
    pub freshness: u8,
    /// What it is.
    pub status: Status,
    /// Of a section: the lines that are proved wrong, first and last, from 1. Pieces of the section that hold
    /// one of them are to be left out, also where the section as a whole only ranks lower.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<[u32; 2]>,
    /// Why, for people.
    pub reasons: Vec<String>,
    /// Since when it is wrong, if that is known.
    pub since: Option<DateTime<Utc>>,
    /// The proofs.
    pub evidence: Vec<Evidence>,
    /// Names by which an index may know it.
    pub ids: Ids,
}

/// Names by which an index may know a page or section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ids {
    /// The repository's name; none if the audit names none.
    pub repo: Option<String>,
    /// The page's path in it, or the source's own id of the page.
    pub path: String,
    /// Where a person can open the page.
    pub url: Option<String>,
    /// The page's title.
    pub title: String,
    /// Of a section: the headings above it and its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading_path: Option<Vec<String>>,
    /// Of a section: its first line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u32>,
    /// Of a section: its last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
    /// Of a section: the hash of its text, as in the audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<String>,
    /// Of a section: ids of the source's own blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    /// If it is none, or of another version.
    pub fn read(path: &Path, reader: impl Read) -> Result<Self, ExportError> {
        let no = |message: String| ExportError::NoList { path: path.into(), message };
        let list: Self = serde_json::from_reader(reader).map_err(|e| no(e.to_string()))?;
        match list.schema_version {
            SCHEMA_VERSION => Ok(list),
            other => Err(no(format!("its version is {other}"))),
        }
    }
}

impl From<&Record<'_>> for Entry {
    fn from(record: &Record<'_>) -> Self {
        let (document, section) = (record.document, record.section);
        Self {
            document: document.id.clone(),
            section: section.map(|s| s.id.clone()),
            action: record.verdict.action,
            weight: record.verdict.weight(),
            freshness: record.verdict.freshness,
            status: record.verdict.status,
            lines: record.verdict.lines.clone(),
            reasons: record.reasons.clone(),
            since: record.since,
            evidence: record.evidence.clone(),
            ids: Ids {
                repo: Some(record.repo.to_owned()).filter(|r| !r.is_empty()),
                path: document.id.clone(),
                url: document.url.clone(),
                title: document.title.clone(),
                heading_path: section.map(|s| s.heading_path.clone()),
                start: section.map(|s| s.start),
                end: section.map(|s| s.end),
                content_hash: section.map(|s| s.content_hash.clone()),
                blocks: section.map(|s| s.blocks.clone()).unwrap_or_default(),
            },
        }
    }
}

/// Writes a list entry by entry, one to a line.
pub(crate) struct Writer {
    any: bool,
}

impl Writer {
    /// Writes what stands before the entries.
    pub(crate) fn begin(audit: &AuditFile, policy: &str, out: &mut dyn Write) -> Result<Self, ExportError> {
        let systems: Vec<System> =
            audit.systems.iter().map(|s| System { name: s.name.clone(), head: s.head.clone() }).collect();
        write!(out, "{{\n\"schema_version\": {SCHEMA_VERSION},\n\"now\": ")?;
        serde_json::to_writer(&mut *out, &audit.now)?;
        write!(out, ",\n\"policy\": ")?;
        serde_json::to_writer(&mut *out, policy)?;
        write!(out, ",\n\"systems\": ")?;
        serde_json::to_writer(&mut *out, &systems)?;
        write!(out, ",\n\"entries\": [")?;
        Ok(Self { any: false })
    }
}

impl Sink for Writer {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
        if record.verdict.action == Action::Include {
            return Ok(());
        }
        out.write_all(if self.any { b",\n" } else { b"\n" })?;
        self.any = true;
        serde_json::to_writer(out, &Entry::from(record))?;
        Ok(())
    }

    fn finish(&mut self, audit: &AuditFile, out: &mut dyn Write) -> Result<(), ExportError> {
        write!(out, "\n],\n\"inconclusive\": [")?;
        for (i, item) in audit.inconclusive.iter().enumerate() {
            out.write_all(if i > 0 { b",\n" } else { b"\n" })?;
            serde_json::to_writer(&mut *out, &Undecided::from(item))?;
        }
        out.write_all(b"\n]\n}\n")?;
        Ok(())
    }
}
