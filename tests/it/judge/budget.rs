//! The budget is never exceeded, and the dry run tells what it will be.

use serde_json::json;

use super::{config, judged, many};
use crate::support::model::{Act, Model, completion, says};
use crate::support::program::{finish, program};

/// An answer that costs what the question has, measured by its length.
fn counted(body: &str) -> Act {
    let tokens = body.len() / 4;
    completion(json!({
        "choices": [{ "finish_reason": "stop", "message": { "content": "{\"items\":[]}" } }],
        "usage": { "prompt_tokens": tokens, "completion_tokens": 5 },
    }))
}

#[test]
fn requests_never_exceed_the_budget_whatever_the_concurrency() {
    for concurrency in [1, 3, 16] {
        let repo = many(12);
        let model = Model::new(|seen, _| counted(&seen.body));
        let audit =
            judged(&repo, &model, &format!("max_requests = 5\nconcurrency = {concurrency}"), &["--no-cache"]).json();
        assert_eq!(model.seen().len(), 5);
        assert!(model.most_open() <= concurrency, "{}", model.most_open());
        let judge = &audit["judge"];
        assert_eq!((&judge["judged"], &judge["beyond_budget"]), (&json!(5), &json!(7)));
        let open = audit["inconclusive"].as_array().unwrap();
        assert_eq!(open.iter().filter(|i| i["reason"] == "judge-budget").count(), 7);
    }
}

#[test]
fn repeated_requests_count_too() {
    let repo = many(6);
    let model = Model::new(|_, _| Act::Respond(500, vec![], String::new()));
    let audit = judged(&repo, &model, "max_requests = 7\nconcurrency = 6", &["--no-cache"]).json();
    assert_eq!(model.seen().len(), 7);
    assert_eq!(audit["judge"]["requests"], 7);
}

#[test]
fn tokens_never_exceed_the_budget_even_where_the_server_counts_more() {
    for concurrency in [1, 16] {
        let repo = many(12);
        // Twice what anyone would have thought.
        let model = Model::new(|seen, _| {
            let tokens = seen.body.len() / 2;
            completion(json!({
                "choices": [{ "finish_reason": "stop", "message": { "content": "{\"items\":[]}" } }],
                "usage": { "prompt_tokens": tokens, "completion_tokens": 5 },
            }))
        });
        let more = format!("max_tokens = 12000\nanswer_tokens = 500\nconcurrency = {concurrency}");
        let audit = judged(&repo, &model, &more, &["--no-cache"]).json();
        let judge = &audit["judge"];
        let sent = model.seen().len();
        assert!((1..12).contains(&sent), "{sent}");
        assert_eq!(judge["judged"].as_u64().unwrap() as usize, sent);
        assert_eq!(
            judge["beyond_budget"].as_u64().unwrap()
                + judge["failed"]["budget"].as_u64().unwrap_or(0)
                + judge["judged"].as_u64().unwrap(),
            12
        );
    }
}

#[test]
fn the_dry_run_says_what_is_sent_and_sends_nothing() {
    let repo = many(9);
    let model = Model::new(|seen, _| counted(&seen.body));
    let config = config(&repo, &model.base(), "");
    let run = finish(program(repo.path()).args(["audit", "--judge-dry-run", "--no-progress", "--config"]).arg(&config))
        .ended(0);
    assert!(model.seen().is_empty());
    assert!(run.stdout.contains("docs/page3.md:1-3"), "{}", run.stdout);
    assert!(run.stdout.contains("compute_value_3"), "the questions are shown");
    let last = run.stdout.lines().last().unwrap();
    let number = |word: &str| -> f64 {
        let words: Vec<&str> = last.split_whitespace().collect();
        let at = words.iter().position(|w| *w == word).unwrap();
        words[at - 1].parse().unwrap()
    };
    assert_eq!(number("requests,"), 9.0, "{last}");
    let estimated = number("tokens");
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    assert_eq!(model.seen().len(), 9);
    // What was sent, by the same measure and by the rule of thumb of four characters to a token.
    let sent: u64 = model
        .seen()
        .iter()
        .map(|s| {
            let body = s.json();
            let text = |at: usize| body["messages"][at]["content"].as_str().unwrap().to_owned();
            shelflife::judge::tokens::estimate(&text(0)) + shelflife::judge::tokens::estimate(&text(1))
        })
        .sum();
    assert!((estimated / sent as f64 - 1.0).abs() < 0.1, "{estimated} {sent}");
    assert_eq!(audit["judge"]["judged"], 9);
}

#[test]
fn nothing_is_asked_where_the_budget_is_nothing() {
    let repo = many(2);
    let model = Model::new(|_, _| says("{}"));
    let audit = judged(&repo, &model, "max_requests = 0", &["--strict", "--no-cache"]).ended(4).json();
    assert!(model.seen().is_empty());
    assert_eq!(audit["judge"]["beyond_budget"], 2);
}
