//! OpenAI vector stores: attributes of each file, and the filter of a search.

use std::io::Write;

use serde_json::{Value, json};

use super::ids::Ids;
use super::metadata;
use super::{Made, Sink};
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;
use crate::exclusion::source::AuditFile;

/// Characters of an attribute's value, at most.
const LONGEST: usize = 512;
/// Characters of an attribute's name, at most.
const LONGEST_NAME: usize = 64;

pub(super) struct Openai {
    ids: Ids,
    field: String,
    any: bool,
}

impl Openai {
    pub(super) fn begin(ids: Ids, field: &str, out: &mut dyn Write) -> Result<Self, ExportError> {
        if field.chars().count() > LONGEST_NAME {
            return Err(ExportError::Usage(format!(
                "`--id-field` is longer than the {LONGEST_NAME} characters of an attribute's name"
            )));
        }
        write!(out, "{{\n\"files\": [")?;
        Ok(Self { ids, field: field.into(), any: false })
    }
}

impl Sink for Openai {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
        if !self.ids.takes(record) {
            return Ok(());
        }
        for name in self.ids.names(record) {
            if name.chars().count() > LONGEST {
                self.ids.unfit(&name, format!("it is longer than the {LONGEST} characters of an attribute"));
                continue;
            }
            self.ids.note(&name, record.verdict.action);
            let mut attributes = metadata::of(record);
            attributes.insert(self.field.clone(), name.into());
            let file = json!({"document": record.document.id, "attributes": attributes});
            write!(out, "{}\n{file}", if self.any { "," } else { "" })?;
            self.any = true;
        }
        Ok(())
    }

    fn finish(&mut self, _audit: &AuditFile, out: &mut dyn Write) -> Result<(), ExportError> {
        let names = self.ids.excluded();
        let filter = match names.is_empty() {
            true => Value::Null,
            false => json!({"type": "nin", "key": self.field, "value": names}),
        };
        write!(out, "\n],\n\"filters\": {filter}\n}}\n")?;
        Ok(())
    }

    fn made(&self) -> Made {
        self.ids.made()
    }
}
