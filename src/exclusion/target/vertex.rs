//! Vertex AI Search: `structData` of every document, a line each. With it in the data store, the
//! filter is always `NOT shelflife_action: ANY("exclude")`, which keeps documents that lack the field.

use std::io::Write;

use serde_json::json;

use super::ids::Ids;
use super::metadata;
use super::{Made, Sink};
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;
use crate::exclusion::source::AuditFile;

/// Bytes of a document's id, at most.
const LONGEST: usize = 128;

pub(super) struct Vertex {
    ids: Ids,
}

impl Vertex {
    pub(super) fn new(ids: Ids) -> Self {
        Self { ids }
    }
}

impl Sink for Vertex {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
        if !self.ids.takes(record) {
            return Ok(());
        }
        for name in self.ids.names(record) {
            self.ids.note(&name, record.verdict.action);
            let mut data = metadata::of(record);
            data.insert("shelflife_id".into(), name.clone().into());
            data.insert("shelflife_document".into(), record.document.id.clone().into());
            let line = json!({"id": document_id(&name), "structData": data});
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn finish(&mut self, _audit: &AuditFile, _out: &mut dyn Write) -> Result<(), ExportError> {
        Ok(())
    }

    fn made(&self) -> Made {
        self.ids.made()
    }
}

/// The name itself where it may be an id there (letters, digits, `-`, `_`), else one made from it:
/// readable in part, with a hash of the whole.
fn document_id(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.len() <= LONGEST && name.chars().all(plain) {
        return name.into();
    }
    let readable: String = name.chars().map(|c| if plain(c) { c } else { '-' }).take(80).collect();
    format!("{readable}-{:016x}", fnv1a(name.as_bytes()))
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
