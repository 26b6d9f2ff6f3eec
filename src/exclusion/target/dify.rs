//! Dify: what to write to each document's metadata, and two conditions for a retrieval, one by that
//! metadata and one by the documents' names. `is not` and `not in` drop a document that lacks the
//! field, so each stands beside `empty`.

use std::io::Write;

use serde_json::{Value, json};

use super::ids::Ids;
use super::metadata;
use super::{Made, Sink};
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;
use crate::exclusion::source::AuditFile;
use crate::report::json::v1::Action;

pub(super) struct Dify {
    ids: Ids,
    begun: bool,
    any: bool,
    open: bool,
}

impl Dify {
    pub(super) fn begin(ids: Ids, out: &mut dyn Write) -> Result<Self, ExportError> {
        let fields: Vec<Value> = [
            (metadata::ACTION, "string"),
            ("shelflife_freshness", "number"),
            ("shelflife_since", "string"),
            ("shelflife_status", "string"),
        ]
        .iter()
        .map(|(name, kind)| json!({"type": kind, "name": name}))
        .collect();
        write!(out, "{{\n\"metadata_fields\": {},\n", Value::from(fields))?;
        let conditions = unless_empty(metadata::ACTION, "is not", &json!("exclude"));
        write!(out, "\"metadata_filtering_conditions\": {conditions},\n\"documents\": [")?;
        Ok(Self { ids, begun: false, any: false, open: false })
    }

    fn close(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        if std::mem::take(&mut self.open) {
            out.write_all(b"]}")?;
        }
        Ok(())
    }
}

/// A condition that a document without the field passes.
fn unless_empty(field: &str, operator: &str, value: &Value) -> Value {
    json!({"logical_operator": "or", "conditions": [
        {"name": field, "comparison_operator": "empty"},
        {"name": field, "comparison_operator": operator, "value": value},
    ]})
}

impl Sink for Dify {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
        if let Some(section) = record.section {
            if self.open && record.verdict.action == Action::Exclude {
                let item = json!({"section": section.id, "heading_path": section.heading_path,
                    "start": section.start, "end": section.end, "content_hash": section.content_hash});
                write!(out, "{}\n  {item}", if self.any { "," } else { "" })?;
                self.any = true;
            }
            return Ok(());
        }
        self.close(out)?;
        let Some(name) = self.ids.names(record).into_iter().next() else { return Ok(()) };
        let action = record.verdict.action;
        let begun = std::mem::replace(&mut self.begun, true);
        self.ids.note(&name, action);
        let list: Vec<Value> =
            metadata::of(record).into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        write!(
            out,
            "{}\n{{\"name\": {}, \"id\": {}, \"url\": {}, \"disable\": {}, \"metadata_list\": {},\n \"excluded_sections\": [",
            if begun { "," } else { "" },
            Value::from(name),
            Value::from(record.document.id.as_str()),
            Value::from(record.document.url.clone()),
            action == Action::Exclude,
            Value::from(list),
        )?;
        (self.open, self.any) = (true, false);
        Ok(())
    }

    fn finish(&mut self, _audit: &AuditFile, out: &mut dyn Write) -> Result<(), ExportError> {
        self.close(out)?;
        let names = self.ids.excluded();
        let by_name = match names.is_empty() {
            true => Value::Null,
            false => unless_empty("document_name", "not in", &json!(names)),
        };
        write!(out, "\n],\n\"by_name\": {{\"metadata_filtering_conditions\": {by_name}}}\n}}\n")?;
        Ok(())
    }

    fn made(&self) -> Made {
        self.ids.made()
    }
}
