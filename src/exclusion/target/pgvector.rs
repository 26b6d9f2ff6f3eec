//! PostgreSQL with pgvector: a table that a query leaves out with `NOT EXISTS`, which keeps rows that
//! lack the id. One transaction, and the same result however often it runs.

use std::io::Write;

use super::ids::{Fits, IdSink, Unfit};
use super::quote;
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;

/// Rows of one `INSERT`.
const ROWS: usize = 1_000;

pub(super) struct Pgvector {
    table: String,
    written: usize,
}

impl Pgvector {
    pub(super) fn begin(table: Option<&str>, out: &mut dyn Write) -> Result<Self, ExportError> {
        let table = table.unwrap_or("shelflife_exclusions");
        let parts: Vec<&str> = table.split('.').collect();
        if parts.len() > 2 || !parts.iter().all(|p| quote::is_identifier(p)) {
            return Err(ExportError::Usage(format!(
                "`--table {table}` is no name of a table: letters, digits and `_`, with its schema before a dot if need be"
            )));
        }
        let table = parts.iter().map(|p| format!("\"{p}\"")).collect::<Vec<_>>().join(".");
        write!(
            out,
            "-- What is no longer true, by `shelflife export`. In a query, with the column that holds the id:\n\
             --   AND NOT EXISTS (SELECT FROM {table} x WHERE x.id = chunks.path)\n\
             BEGIN;\n\
             SET LOCAL client_encoding = 'UTF8';\n\
             SET LOCAL client_min_messages = warning;\n\
             CREATE TABLE IF NOT EXISTS {table} (\n  \
               id text PRIMARY KEY,\n  document text NOT NULL,\n  section text,\n  status text NOT NULL,\n  \
               freshness smallint NOT NULL,\n  since timestamptz,\n  reason text\n);\n\
             LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;\n\
             DELETE FROM {table};\n"
        )?;
        Ok(Self { table, written: 0 })
    }
}

impl IdSink for Pgvector {
    fn id(&mut self, id: &str, record: &Record<'_>, out: &mut dyn Write) -> Fits {
        let text = |value: Option<&str>| match value {
            // A reason that can't be kept whole is no reason to leave the id out.
            Some(value) => quote::postgres(&value.replace('\0', "\u{fffd}")),
            None => Ok("NULL".into()),
        };
        let row = (|| {
            Ok::<_, &'static str>(format!(
                "({}, {}, {}, {}, {}, {}, {})",
                quote::postgres(id)?,
                text(Some(&record.document.id))?,
                text(record.section.map(|s| s.id.as_str()))?,
                text(Some(super::metadata::word(&record.verdict.status)?.as_str()))?,
                record.verdict.freshness,
                text(record.since.map(|s| s.to_rfc3339()).as_deref())?,
                text(record.reasons.first().map(String::as_str))?,
            ))
        })();
        let row = match row {
            Ok(row) => row,
            Err(reason) => return Ok(Err(Unfit(reason.into()))),
        };
        match self.written % ROWS {
            0 => {
                if self.written > 0 {
                    writeln!(out, ";")?;
                }
                let columns = "id, document, section, status, freshness, since, reason";
                write!(out, "INSERT INTO {} ({columns}) VALUES\n{row}", self.table)?;
            }
            _ => write!(out, ",\n{row}")?,
        }
        self.written += 1;
        Ok(Ok(()))
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        if self.written > 0 {
            writeln!(out, ";")?;
        }
        writeln!(out, "COMMIT;")?;
        Ok(())
    }
}
