//! What stores are told of every document, under one set of names.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::exclusion::record::Record;

/// The field of the action.
pub(super) const ACTION: &str = "shelflife_action";

/// A closed enum's word in JSON, such as `review_due`.
pub(super) fn word(value: &impl Serialize) -> Result<String, &'static str> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        _ => Err("it has no name"),
    }
}

/// Status, freshness and action of a record, and since when it is wrong (a day; empty if unknown).
pub(super) fn of(record: &Record<'_>) -> Map<String, Value> {
    let day = record.since.map(|s| s.date_naive().to_string()).unwrap_or_default();
    let mut map = Map::new();
    map.insert(ACTION.into(), word(&record.verdict.action).unwrap_or_default().into());
    map.insert("shelflife_freshness".into(), record.verdict.freshness.into());
    map.insert("shelflife_since".into(), day.into());
    map.insert("shelflife_status".into(), word(&record.verdict.status).unwrap_or_default().into());
    map
}
