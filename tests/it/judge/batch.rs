//! Questions and answers through files.

use serde_json::{Value, json};

use super::{contradictions, items, many, retry, right};
use crate::support::Repo;
use crate::support::program::{Run, finish, program};

fn audit(repo: &Repo, arguments: &[&str]) -> Run {
    finish(program(repo.path()).args(["audit", "--no-progress", "--format", "json"]).args(arguments))
}

pub fn questions(repo: &Repo) -> Vec<Value> {
    // What was answered before is reported all the same.
    let run = audit(repo, &["--judge-batch", "../batch.jsonl"]);
    assert!([0, 1].contains(&run.status), "{run:?}");
    let text = std::fs::read_to_string(repo.beside("batch.jsonl")).unwrap();
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn result(id: &str, content: &str) -> String {
    json!({
        "id": "batch_req_1", "custom_id": id, "error": null,
        "response": { "status_code": 200, "request_id": "r", "body": {
            "id": "c", "object": "chat.completion", "model": "any-model",
            "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": content } }],
            "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 },
        }},
    })
    .to_string()
}

#[test]
fn a_batch_needs_no_key_and_is_of_the_right_form() {
    let repo = retry();
    let lines = questions(&repo);
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!((&line["method"], &line["url"]), (&json!("POST"), &json!("/v1/chat/completions")));
    assert_eq!(line["custom_id"].as_str().unwrap().len(), 40);
    let body = &line["body"];
    assert!(body["messages"][0]["content"].as_str().unwrap().contains("\"verdict\""));
    let question = body["messages"][1]["content"].as_str().unwrap();
    for part in [
        "Page: docs/retry.md",
        "3| The client calls `retry_delay`",
        "-    let delay = base;",
        "+    let delay = base * 2u64.pow(attempt);",
        "Back off exponentially",
    ] {
        assert!(question.contains(part), "{part}\n{question}");
    }
    assert_eq!(body["response_format"]["type"], "json_schema");
    assert_eq!(questions(&repo), lines, "the same repository asks the same questions");
}

#[test]
fn answers_in_any_order_with_strange_ones_among_them_end_in_the_same_report() {
    let repo = retry();
    let id = questions(&repo)[0]["custom_id"].as_str().unwrap().to_owned();
    let lines = [
        result("0000000000000000000000000000000000000000", &items(&[right()])),
        "{ not json".to_owned(),
        result(&id, &items(&[right()])),
        result(&id, "{\"items\":[]}"),
    ];
    std::fs::write(repo.beside("results.jsonl"), lines.join("\n")).unwrap();
    let audit = audit(&repo, &["--judge-results", "../results.jsonl"]).ended(1).json();
    assert_eq!(contradictions(&audit).len(), 1, "{audit:#}");
    let judge = &audit["judge"];
    assert_eq!(judge["results"], json!({ "answers": 2, "unknown": 1, "doubled": 1, "malformed": 1 }));
    assert_eq!(judge["tokens"], 120);
    // What was answered is kept: the next batch does not ask it again.
    assert!(questions(&repo).is_empty());
}

#[test]
fn what_a_partial_file_leaves_out_stays_open() {
    let repo = many(3);
    let lines = questions(&repo);
    let id = |at: usize| lines[at]["custom_id"].as_str().unwrap().to_owned();
    let failed =
        json!({ "custom_id": id(1), "response": null, "error": { "code": "batch_expired", "message": "late" } });
    std::fs::write(repo.beside("results.jsonl"), format!("{}\n{failed}\n", result(&id(2), "{\"items\":[]}"))).unwrap();
    let audit = audit(&repo, &["--judge-results", "../results.jsonl", "--no-cache"]).ended(0).json();
    assert_eq!(audit["judge"]["judged"], 1);
    assert_eq!(audit["judge"]["failed"], json!({ "batch_error": 2 }));
    assert_eq!(audit["inconclusive"].as_array().unwrap().len(), 2);
}

#[test]
fn files_that_can_not_be_are_told() {
    let repo = retry();
    let run = audit(&repo, &["--judge-results", "../none.jsonl"]).ended(2);
    assert!(run.stderr.contains("none.jsonl"), "{}", run.stderr);
    audit(&repo, &["--judge-batch", "../no/such/folder.jsonl"]).ended(2);
    audit(&repo, &["--judge", "--judge-batch", "../b.jsonl"]).ended(2);
    let run = audit(&repo, &["--judge"]).ended(2);
    assert!(run.stderr.contains("OPENAI_API_KEY") && run.stderr.contains("--judge-batch"), "{}", run.stderr);
}
