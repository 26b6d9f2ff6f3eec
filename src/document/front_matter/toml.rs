//! TOML front matter, by the `toml` crate.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::model::Entry;
use super::super::span::Span;
use super::entry;

/// Parses the part `inner` of `text`; `Null` where it is no TOML.
pub(super) fn parse(text: &str, inner: Span) -> (Value, Vec<Entry>) {
    let mut entries = Vec::new();
    let value = match DeTable::parse(inner.of(text)) {
        Ok(table) => {
            let mut reader = Reader { text, offset: inner.start, entries: &mut entries, path: Vec::new() };
            reader.table(table.get_ref())
        }
        Err(_) => Value::Null,
    };
    entries.sort_by_key(|e| e.span);
    (value, entries)
}

struct Reader<'a> {
    text: &'a str,
    offset: usize,
    entries: &'a mut Vec<Entry>,
    path: Vec<String>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>) -> Value {
        let mut out = serde_json::Map::new();
        for (key, value) in table {
            self.path.push(key.get_ref().to_string());
            let value = self.value(value);
            self.path.pop();
            out.insert(key.get_ref().to_string(), value);
        }
        Value::Object(out)
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Value {
        let span = value.span();
        match value.get_ref() {
            DeValue::String(s) => {
                let raw = Span::new(self.offset + span.start, self.offset + span.end);
                let trimmed = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| raw.of(self.text).starts_with(q));
                let quote = trimmed.map_or(0, str::len).min(raw.len() / 2);
                entry(self.entries, &self.path, s, Span::new(raw.start + quote, raw.end - quote));
                Value::from(s.as_ref())
            }
            DeValue::Integer(i) => Value::from(i64::from_str_radix(i.as_str(), i.radix()).unwrap_or_default()),
            DeValue::Float(f) => f.as_str().parse::<f64>().ok().map_or(Value::Null, Value::from),
            DeValue::Boolean(b) => Value::Bool(*b),
            DeValue::Datetime(d) => Value::from(d.to_string()),
            DeValue::Array(items) => {
                let mut out = Vec::new();
                for (i, item) in items.iter().enumerate() {
                    self.path.push(i.to_string());
                    out.push(self.value(item));
                    self.path.pop();
                }
                Value::Array(out)
            }
            DeValue::Table(table) => self.table(table),
        }
    }
}
