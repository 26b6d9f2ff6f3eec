//! What a question shows: the change that decides, whatever led to it.

use super::batch::questions;
use crate::support::Repo;

/// The questions about `page`, as they are put.
fn asked(repo: &Repo, page: &str) -> String {
    let about = format!("Page: {page}\n");
    let text = |line: serde_json::Value| line["body"]["messages"][1]["content"].as_str().unwrap().to_owned();
    questions(repo).into_iter().map(text).filter(|text| text.starts_with(&about)).collect()
}

#[track_caller]
fn shows(question: &str, parts: &[&str]) {
    for part in parts {
        assert!(question.contains(part), "{part}\n{question}");
    }
}

#[test]
fn the_version_that_a_pipeline_pins() {
    let repo = Repo::new();
    let pipeline = |rust: &str| format!("matrix:\n  include:\n    - os: linux\n      rust: {rust}\n");
    let page = "# Tool\n\nThe tool compiles with Rust 1.12 or newer.\n";
    repo.commit(
        &[("README.md", page), (".travis.yml", &pipeline("1.12.0")), ("src/a.rs", "fn a() {}\n")],
        &[],
        "Write",
        0,
    );
    repo.commit(&[(".travis.yml", &pipeline("1.17.0"))], &[], "Bump Rust", 30);
    shows(&asked(&repo, "README.md"), &["-      rust: 1.12.0", "+      rust: 1.17.0"]);
}

#[test]
fn a_word_that_the_code_gave_up() {
    let repo = Repo::new();
    let page =
        "# Reply\n\nStreams are sent with `pump` inside, so that the method `sendStream` leaks no descriptors.\n";
    let code =
        |how: &str| format!("{how}\n\nfunction reply (stream, response) {{\n  return pipe(stream, response)\n}}\n");
    let old = code("const streams = require('pump') // no descriptors leak");
    let new = code("const streams = require('end-of-stream') // no descriptors leak");
    repo.commit(
        &[("docs/reply.md", page), ("lib/reply.js", &old), ("lib/send.js", "function sendStream () {}\n")],
        &[],
        "Write",
        0,
    );
    repo.commit(&[("lib/reply.js", &new)], &[], "Drop a dependency", 30);
    shows(&asked(&repo, "docs/reply.md"), &["-const streams = require('pump')"]);
}

#[test]
fn the_code_of_the_folder_that_a_page_lies_in() {
    let repo = Repo::new();
    let page = "# Cache\n\nEntries that expire are evicted by a background sweeper every minute.\n";
    let code = |how: &str| format!("pub fn tick() {{\n    // {how}\n    step();\n}}\n");
    let old = code("A background sweeper evicts expired entries every minute.");
    let others: Vec<(String, String)> =
        (0..30).map(|n| (format!("src/part{n}.rs"), format!("pub fn part{n}() {{}}\n"))).collect();
    let mut files: Vec<(&str, &str)> = others.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.extend([("crates/cache/README.md", page), ("crates/cache/src/lib.rs", old.as_str())]);
    repo.commit(&files, &[], "Write", 0);
    repo.commit(&[("crates/cache/src/lib.rs", &code("Old ones go when they are looked up."))], &[], "Be lazy", 30);
    shows(
        &asked(&repo, "crates/cache/README.md"),
        &["-    // A background sweeper evicts expired entries every minute."],
    );
}

#[test]
fn the_value_beside_a_name_is_shown_before_all_that_has_the_name() {
    let repo = Repo::new();
    let page = "# Queue\n\n```\n[ max_samples_per_send: <int> | default = 500 ]\n[ batch_deadline: <duration> | default = 5s ]\n```\n";
    let users = |n: usize, call: &str| {
        let lines: String =
            (0..40).map(|i| format!("    {call}(max_samples_per_send, batch_deadline, {i}, file{n});\n")).collect();
        format!("pub fn user{n}(max_samples_per_send: u64, batch_deadline: u64) {{\n{lines}}}\n")
    };
    let config = |samples: u64| {
        format!("pub const DEFAULT: Queue = Queue {{\n    max_samples_per_send: {samples},\n    other: true,\n}};\n")
    };
    let files = |call: &str, samples: u64| -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> = (0..12).map(|n| (format!("src/user{n}.rs"), users(n, call))).collect();
        files.push(("src/config.rs".to_owned(), config(samples)));
        files
    };
    let refs = |files: &[(String, String)]| files.iter().map(|(p, t)| (p.clone(), t.clone())).collect::<Vec<_>>();
    let commit = |files: Vec<(String, String)>, subject: &str, day| {
        let mut all: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        if day == 0 {
            all.push(("docs/queue.md", page));
        }
        repo.commit(&all, &[], subject, day);
    };
    commit(refs(&files("send", 500)), "Write", 0);
    commit(refs(&files("queue", 2000)), "Rework", 30);
    let question = asked(&repo, "docs/queue.md");
    shows(
        &question,
        &["-    max_samples_per_send: 500,", "+    max_samples_per_send: 2000,", "Left out for want of room"],
    );
}
