//! What an endpoint may do wrong: one section stays open, the audit goes on.

use serde_json::{Value, json};

use super::{contradictions, items, judged, many, retry, right};
use crate::support::model::{Act, Model, says};

fn respond(status: u16, headers: &[&str], body: &str) -> Act {
    Act::Respond(status, headers.iter().map(|h| (*h).to_owned()).collect(), body.to_owned())
}

fn failed(act: Act, more: &str) -> (Value, usize) {
    let repo = retry();
    let model = Model::acts(vec![act]);
    let run = judged(&repo, &model, more, &["--no-cache"]);
    assert_eq!(run.status, 0, "{run:?}");
    let audit = run.json();
    assert_eq!(audit["inconclusive"][0]["reason"], "judge-failed", "{audit:#}");
    (audit["judge"]["failed"].clone(), model.seen().len())
}

#[test]
fn a_busy_endpoint_is_asked_again_when_it_says() {
    for body in [r#"{"error":{"message":"slow down","type":"rate_limit"}}"#, "<html>slow down</html>"] {
        let repo = retry();
        let busy = respond(429, &["retry-after: 1"], body);
        let model = Model::acts(vec![busy, respond(503, &[], ""), says(&items(&[right()]))]);
        let began = std::time::Instant::now();
        let audit = judged(&repo, &model, "", &["--no-cache"]).json();
        assert!(began.elapsed().as_millis() >= 1000, "it waits as long as it is asked to");
        assert_eq!(contradictions(&audit).len(), 1, "{audit:#}");
        assert_eq!(audit["judge"]["requests"], 3, "each attempt counts");
    }
}

#[test]
fn an_endpoint_that_stays_busy_or_broken_is_let_alone() {
    assert_eq!(failed(respond(429, &["retry-after: 0"], "{}"), ""), (json!({ "rate_limited": 1 }), 3));
    assert_eq!(failed(respond(429, &["retry-after: 86400"], "{}"), ""), (json!({ "rate_limited": 1 }), 1));
    assert_eq!(failed(respond(500, &[], "oops"), ""), (json!({ "server_error": 1 }), 3));
    assert_eq!(
        failed(respond(400, &[], r#"{"error":{"message":"no such parameter"}}"#), ""),
        (json!({ "rejected": 1 }), 1)
    );
    assert_eq!(failed(respond(200, &[], "not json"), ""), (json!({ "not_json": 1 }), 1));
    assert_eq!(failed(respond(200, &[], &"x".repeat(3 << 20)), ""), (json!({ "too_large": 1 }), 1));
    assert_eq!(failed(Act::Close, "").0, json!({ "connection": 1 }));
}

#[test]
fn an_endpoint_that_says_nothing_or_never_ends_runs_into_the_timeout() {
    assert_eq!(failed(Act::Hang, "timeout = 1").0, json!({ "timeout": 1 }));
    assert_eq!(failed(Act::Drip("{\"choices\":".into()), "timeout = 1").0, json!({ "timeout": 1 }));
}

#[test]
fn a_refused_key_or_an_unknown_model_ends_the_asking_not_the_audit() {
    for (status, failure, word) in [(401, "denied", "api_key_env"), (404, "not_found", "model")] {
        let repo = many(5);
        let model = Model::acts(vec![respond(status, &[], r#"{"error":{"message":"no","code":"x"}}"#)]);
        let audit = judged(&repo, &model, "concurrency = 1", &["--no-cache"]).json();
        assert_eq!(model.seen().len(), 1, "the others would fail alike");
        assert_eq!(audit["judge"]["failed"], json!({ failure: 5 }));
        assert!(audit["inconclusive"][0]["message"].as_str().unwrap().contains(word), "{}", audit["inconclusive"][0]);
    }
}

#[test]
fn one_failure_takes_no_other_section_down() {
    let repo = many(4);
    let model = Model::new(|seen, _| {
        if seen.question().contains("Page: docs/page2.md") { respond(400, &[], "{}") } else { says("{\"items\":[]}") }
    });
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    assert_eq!((&audit["judge"]["judged"], &audit["judge"]["failed"]), (&json!(3), &json!({ "rejected": 1 })));
    let open: Vec<&str> =
        audit["inconclusive"].as_array().unwrap().iter().filter_map(|i| i["document"].as_str()).collect();
    assert_eq!(open, ["docs/page2.md"]);
}

#[test]
fn a_redirect_does_not_carry_the_key_elsewhere() {
    let elsewhere = Model::new(|_, _| says("{\"items\":[]}"));
    let to = format!("location: {}/chat/completions", elsewhere.base());
    let repo = retry();
    let model = Model::acts(vec![respond(307, &[&to], "")]);
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    assert_eq!(audit["judge"]["judged"], 0);
    assert!(elsewhere.seen().is_empty());
}
