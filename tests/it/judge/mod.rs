//! The judge, against a scripted endpoint and through files.

mod answers;
mod batch;
mod between;
mod budget;
mod evidence;
mod failures;
mod safety;
mod systems;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::Repo;
use crate::support::model::Model;
use crate::support::program::{Run, finish, program};

/// A page about a behaviour that was rewritten, and one about nothing that changed.
pub fn retry() -> Repo {
    let repo = Repo::new();
    repo.commit(
        &[
            ("docs/retry.md", "# Retries\n\nThe client calls `retry_delay` and retries three times with a fixed delay.\n\nIt logs each attempt.\n"),
            ("docs/other.md", "# Other\n\nThe function `other_thing` does nothing of note at all.\n"),
            ("src/retry.rs", "/// Waits before an attempt.\npub fn retry_delay(base: u64, attempt: u32) -> u64 {\n    let delay = base;\n    log(attempt);\n    delay\n}\n"),
            ("src/other.rs", "pub fn other_thing() {}\n"),
        ],
        &[],
        "Write code and pages",
        0,
    );
    repo.commit(
        &[("src/retry.rs", "/// Waits before an attempt.\npub fn retry_delay(base: u64, attempt: u32) -> u64 {\n    let delay = base * 2u64.pow(attempt);\n    log(attempt);\n    delay\n}\n")],
        &[],
        "Back off exponentially",
        100,
    );
    repo
}

/// A repository with `n` pages, each about a function of its own that changed.
pub fn many(n: usize) -> Repo {
    let repo = Repo::new();
    let page =
        |i: usize| format!("# Page {i}\n\nCall `compute_value_{i}` to get the plain sum of all entries there are.\n");
    let code = |i: usize, body: &str| format!("pub fn compute_value_{i}(entries: &[u64]) -> u64 {{\n    {body}\n}}\n");
    let mut files: Vec<(String, String)> = Vec::new();
    for i in 0..n {
        files.push((format!("docs/page{i}.md"), page(i)));
        files.push((format!("src/value{i}.rs"), code(i, "entries.iter().sum()")));
    }
    let as_refs = |files: &[(String, String)]| files.iter().map(|(p, c)| (p.clone(), c.clone())).collect::<Vec<_>>();
    let commit = |files: Vec<(String, String)>, subject: &str, day| {
        let files: Vec<(&str, &str)> = files.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
        repo.commit(&files, &[], subject, day);
    };
    commit(as_refs(&files), "Write", 0);
    let changed = (0..n).map(|i| (format!("src/value{i}.rs"), code(i, "entries.iter().product()"))).collect();
    commit(changed, "Multiply", 50);
    repo
}

/// The item that is right about [`retry`].
pub fn right() -> Value {
    json!({
        "page_quote": "retries three times with a fixed delay",
        "code_quote": "let delay = base * 2u64.pow(attempt);",
        "category": "behavior",
        "why": "the delay doubles on each attempt; it is not fixed",
        "instead": "retries three times, doubling the delay each time",
        "verdict": "contradicts",
    })
}

/// [`right`] with some members changed.
pub fn with(changes: Value) -> Value {
    let mut item = right();
    for (key, value) in changes.as_object().unwrap() {
        item[key] = value.clone();
    }
    item
}

/// An answer of these items.
pub fn items(items: &[Value]) -> String {
    json!({ "items": items }).to_string()
}

/// A configuration for `model`; `more` is added to `[judge]`.
pub fn config(repo: &Repo, base: &str, more: &str) -> PathBuf {
    let path = repo.beside("judge.toml");
    let text = format!(
        "[judge]\nbase_url = \"{base}\"\nmodel = \"scripted\"\napi_key_env = \"SHELFLIFE_TEST_KEY\"\nretries = 2\n{more}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

/// The key that tests use.
pub const KEY: &str = "test-key-of-the-judge-5f3a";

/// Audits `repo` with the judge, as JSON; `arguments` come behind.
pub fn judged(repo: &Repo, model: &Model, more: &str, arguments: &[&str]) -> Run {
    let config = config(repo, &model.base(), more);
    let mut command = program(repo.path());
    command
        .env("SHELFLIFE_TEST_KEY", KEY)
        .args(["audit", "--judge", "--no-progress", "--format", "json", "--config"])
        .arg(config)
        .args(arguments);
    finish(&mut command)
}

/// The contradictions in an audit.
pub fn contradictions(audit: &Value) -> Vec<&Value> {
    audit["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "contradiction").collect()
}
