//! Audits for tests, written as another program would.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A page of an audit: its id, and whether each of its sections, ten lines long, is wrong.
pub struct Page<'a>(pub &'a str, pub &'a [bool]);

/// A finding that excludes its section.
pub fn finding(document: &str, section: usize) -> Value {
    let line = section * 10 + 5;
    json!({"rule": "dead-flag", "severity": "error", "confidence": {"level": "high", "probability": 0.97},
        "message": "`--x` is gone from the code", "section": format!("s{section}"),
        "location": {"document": document, "start": {"line": line, "column": 1},
            "end": {"line": line, "column": 4}, "text": "--x"},
        "evidence": {"moment": null, "witnesses": [], "witness_count": 0, "now": [],
            "cause": {"kind": "removed", "path": null, "commit": {"id": "9be0d11", "date": "2026-02-03T00:00:00Z",
                "author": "B", "subject": "drop x"}}, "replacement": null},
        "fingerprint": format!("f{section}"), "fix": null})
}

/// An audit of those pages.
pub fn audit(pages: &[Page<'_>]) -> Value {
    let edit = json!({"date": "2026-05-01T00:00:00Z", "author": "A", "commit": null});
    let section = |i: usize| {
        json!({"id": format!("s{i}"), "heading_path": ["Top", format!("S{i}")], "start": i * 10 + 1,
            "end": i * 10 + 10, "content_hash": format!("fnv1a:{i:016x}"), "last_edited": edit})
    };
    let documents: Vec<Value> = pages
        .iter()
        .map(|Page(id, wrong)| {
            json!({"id": id, "title": format!("About {id}"), "source": "git", "url": null, "format": "markdown",
                "tense": "current", "tense_reason": null, "last_edited": edit, "references": 1, "findings": 0,
                "inconclusive": 0, "sections": (0..wrong.len()).map(section).collect::<Vec<_>>()})
        })
        .collect();
    let findings: Vec<Value> = pages
        .iter()
        .flat_map(|Page(id, wrong)| wrong.iter().enumerate().filter(|(_, w)| **w).map(|(i, _)| finding(id, i)))
        .collect();
    json!({"schema_version": 1, "tool": {"name": "shelflife", "version": "0"}, "now": "2026-06-01T00:00:00Z",
        "scope": "full", "summary": serde_json::to_value(crate::report::json::v1::Summary::default()).unwrap(),
        "systems": [{"name": "app", "repo": ".", "head": "c0ffee", "head_date": "2026-05-30T00:00:00Z",
            "overlaid": false, "shallow": false, "commits": 9, "web": "https://example.org/o/app"}],
        "documents": documents, "findings": findings, "inconclusive": [], "suppressed": []})
}

/// Writes it to a file of the folder.
pub fn written(folder: &Path, audit: &Value) -> PathBuf {
    let path = folder.join("audit.json");
    std::fs::write(&path, audit.to_string()).unwrap();
    path
}
