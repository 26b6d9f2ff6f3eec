//! Filtering what an upstream retrieved: a pure function of its records and the list.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::list::{Current, Index, Naming};
use crate::exclusion::list::v1::Entry;
use crate::report::json::v1::Action;

/// What Dify asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Question {
    /// The knowledge base, by its name upstream.
    pub knowledge_id: String,
    /// The question.
    pub query: String,
    /// How much is wanted.
    #[serde(default)]
    pub retrieval_setting: Setting,
    /// All else, which goes upstream as it came.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// How much is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Setting {
    /// Records.
    #[serde(default = "some")]
    pub top_k: usize,
    /// The least score, 0 to 1.
    #[serde(default)]
    pub score_threshold: f64,
    /// All else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

fn some() -> usize {
    4
}

impl Default for Setting {
    fn default() -> Self {
        Self { top_k: some(), score_threshold: 0.0, rest: Map::new() }
    }
}

/// What was retrieved.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Answer {
    /// The records, best first.
    pub records: Vec<Found>,
}

/// A record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    /// Its text.
    #[serde(default)]
    pub content: String,
    /// How well it fits, 0 to 1.
    #[serde(default)]
    pub score: f64,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// What is known of it; never null in what we answer.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
    /// All else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// The records that may be quoted, at most `setting.top_k`: excluded ones gone, lower-ranked ones with
/// their score multiplied, sorted again and cut at the threshold. Each says what is known of it.
#[must_use]
pub fn filtered(answer: Answer, current: &Current, naming: &Naming, setting: &Setting) -> Vec<Found> {
    let (index, state) = match current {
        Current::Fresh(index) => (Some(index.as_ref()), None),
        // An old list is not to be believed, and not to be hidden either.
        Current::TooOld(_) => (None, Some("too-old")),
        Current::Missing(_) => (None, Some("missing")),
    };
    let mut records: Vec<Found> =
        answer.records.into_iter().filter_map(|record| one(record, index, state, naming)).collect();
    // Equal scores keep the upstream's order.
    records.sort_by(|a, b| b.score.total_cmp(&a.score));
    records.retain(|record| record.score >= setting.score_threshold);
    records.truncate(setting.top_k);
    records
}

fn one(mut record: Found, index: Option<&Index>, state: Option<&str>, naming: &Naming) -> Option<Found> {
    let mut metadata = record.metadata.take().unwrap_or_default();
    let entry = index.and_then(|index| {
        let name = name(&metadata, &record.title, &naming.field);
        let lines =
            naming.lines.as_ref().and_then(|[first, last]| Some([number(&metadata, first)?, number(&metadata, last)?]));
        index.of_record(name.as_deref(), &record.content, lines)
    });
    match (entry, state) {
        (Some((entry, weight)), _) => {
            if weight == 0.0 {
                return None;
            }
            // Scores below zero, as some measures give, must not rise by a weight.
            record.score = if record.score > 0.0 { record.score * weight } else { record.score };
            metadata.extend(about(entry, weight));
        }
        (None, Some(state)) => {
            metadata.insert("shelflife_status".into(), "unknown".into());
            metadata.insert("shelflife_list".into(), state.into());
        }
        (None, None) => {
            metadata.insert("shelflife_action".into(), "include".into());
        }
    }
    record.metadata = Some(metadata);
    Some(record)
}

/// The name that a record's metadata, or its title, gives.
fn name(metadata: &Map<String, Value>, title: &str, field: &str) -> Option<String> {
    match metadata.get(field) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ if field == "title" => Some(title.to_owned()),
        _ => None,
    }
}

/// A line's number in a record's metadata; some splitters write it as text.
fn number(metadata: &Map<String, Value>, field: &str) -> Option<u32> {
    match metadata.get(field)? {
        Value::Number(number) => number.as_u64().and_then(|n| u32::try_from(n).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// What a bot may show of an entry.
fn about(entry: &Entry, weight: f64) -> Map<String, Value> {
    let action = if weight < 1.0 { Action::Demote } else { entry.action };
    let mut out = Map::new();
    out.insert("shelflife_action".into(), json!(action));
    out.insert("shelflife_status".into(), json!(entry.status));
    out.insert("shelflife_freshness".into(), json!(entry.freshness));
    if let Some(since) = entry.since {
        out.insert("shelflife_since".into(), since.date_naive().to_string().into());
    }
    if let Some(reason) = entry.reasons.first() {
        out.insert("shelflife_reason".into(), reason.as_str().into());
    }
    if let Some(url) = entry.evidence.iter().find_map(|e| e.url.as_deref()).or(entry.ids.url.as_deref()) {
        out.insert("shelflife_proof".into(), url.into());
    }
    out
}
