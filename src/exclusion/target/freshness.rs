//! Every page and section with its freshness, a line each: for metadata and reranking.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Sink;
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;
use crate::exclusion::source::AuditFile;
use crate::report::json::v1::{Action, Status};

pub(super) struct Freshness;

#[derive(Serialize)]
struct Line<'a> {
    document: &'a str,
    section: Option<&'a str>,
    status: Status,
    freshness: u8,
    action: Action,
    weight: f64,
    /// What is proved wrong in it: first and last lines.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    lines: &'a [[u32; 2]],
    since: Option<DateTime<Utc>>,
    url: Option<&'a str>,
    start: Option<u32>,
    end: Option<u32>,
    content_hash: Option<&'a str>,
}

impl Sink for Freshness {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
        let line = Line {
            document: &record.document.id,
            section: record.section.map(|s| s.id.as_str()),
            status: record.verdict.status,
            freshness: record.verdict.freshness,
            action: record.verdict.action,
            weight: record.verdict.weight(),
            lines: &record.verdict.lines,
            since: record.since,
            url: record.document.url.as_deref(),
            start: record.section.map(|s| s.start),
            end: record.section.map(|s| s.end),
            content_hash: record.section.map(|s| s.content_hash.as_str()),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
        Ok(())
    }

    fn finish(&mut self, _audit: &AuditFile, _out: &mut dyn Write) -> Result<(), ExportError> {
        Ok(())
    }
}
