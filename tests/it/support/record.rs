//! Writes down what a test's server was asked, for `tests/contracts/run`, which holds it against the official
//! descriptions of the APIs. Name a test `recorded_…` for it to be run there.

use std::io::Write;
use std::sync::Mutex;

use axum::http::request::Parts;
use serde_json::{Value, json};

static WRITING: Mutex<()> = Mutex::new(());

/// Notes a request to the API `api` (its name in `tests/contracts/apis.json`), if that was asked for.
pub fn record(api: &str, parts: &Parts, body: &[u8]) {
    let Some(folder) = std::env::var_os("SHELFLIFE_RECORD") else { return };
    let headers: serde_json::Map<String, Value> = parts
        .headers
        .iter()
        .filter(|(name, _)| name.as_str() != "authorization")
        .filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?))))
        .collect();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
    };
    let line = json!({"method": parts.method.as_str(), "path": path, "headers": headers, "body": body});
    let _guard = WRITING.lock().unwrap();
    let file = std::path::Path::new(&folder).join(format!("{api}.jsonl"));
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
    writeln!(file, "{line}").unwrap();
}
