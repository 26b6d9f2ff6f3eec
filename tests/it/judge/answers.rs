//! What a model may answer: each form is taken for what it is worth, counted, and breaks nothing.

use serde_json::{Value, json};

use super::{contradictions, items, judged, retry, right, with};
use crate::support::Repo;
use crate::support::model::{Model, completion, says};
use crate::support::program::{finish, program};

/// The audit after the model answered `text`, without what was kept of other answers.
fn answered(text: &str) -> Value {
    let repo = retry();
    let text = text.to_owned();
    let model = Model::new(move |_, _| says(&text));
    let run = judged(&repo, &model, "", &["--no-cache"]);
    assert!([0, 1].contains(&run.status), "{run:?}");
    assert_eq!(model.seen().len(), 1, "only the section whose code changed is asked about");
    run.json()
}

#[test]
fn a_contradiction_whose_quotes_hold_is_found_with_its_proof() {
    let audit = answered(&items(&[right()]));
    let found = contradictions(&audit);
    assert_eq!(found.len(), 1, "{audit:#}");
    let finding = found[0];
    assert_eq!(finding["severity"], "warning");
    assert_eq!(finding["message"], "\"retries three times with a fixed delay\"");
    assert_eq!(finding["location"]["start"]["line"], 3);
    let evidence = &finding["evidence"];
    assert_eq!(evidence["now"][0]["path"], "src/retry.rs");
    assert_eq!(evidence["now"][0]["line"], 3);
    assert_eq!(evidence["now"][0]["text"], "let delay = base * 2u64.pow(attempt);");
    assert_eq!(evidence["witnesses"][0]["text"], "let delay = base;");
    assert_eq!(evidence["cause"]["commit"]["subject"], "Back off exponentially");
    assert_eq!(evidence["judgement"]["instead"], "retries three times, doubling the delay each time");
    assert!(finding["confidence"]["probability"].as_f64().unwrap() >= 0.7, "{finding}");
    let judge = &audit["judge"];
    assert_eq!((&judge["candidates"], &judge["judged"], &judge["contradictions"]), (&json!(1), &json!(1), &json!(1)));
}

#[test]
fn the_reports_tell_it() {
    let repo = retry();
    let model = Model::new(|_, _| says(&items(&[right()])));
    let run = judged(&repo, &model, "", &["-o", "../r.html", "-o", "../r.md", "-o", "../r.sarif", "-o", "../r.txt"]);
    let plain = std::fs::read_to_string(repo.beside("r.txt")).unwrap();
    for part in [
        "docs/retry.md:3:",
        "warning  contradiction  \"retries three times with a fixed delay\"",
        "now  src/retry.rs:3  `let delay = base * 2u64.pow(attempt);`",
        "changed 2020-04-10 by",
        "\"Back off exponentially\"",
        "why: the delay doubles on each attempt; it is not fixed",
        "instead: \"retries three times, doubling the delay each time\"",
        "judge: 1 of 2 sections had changed evidence; 1 judged; ",
    ] {
        assert!(plain.contains(part), "{part}\n{plain}");
    }
    assert_eq!(run.status, 1);
    for file in ["r.html", "r.md", "r.sarif"] {
        let text = std::fs::read_to_string(repo.beside(file)).unwrap();
        assert!(text.contains("the delay doubles on each attempt; it is not fixed"), "{file}");
    }
}

#[test]
fn quotes_with_other_white_space_hold() {
    let audit = answered(&items(&[with(json!({
        "page_quote": "retries  three times\n   with a fixed delay",
        "code_quote": "+\tlet delay =\n   base * 2u64.pow( attempt );",
    }))]));
    assert_eq!(contradictions(&audit).len(), 1, "{audit:#}");
}

#[test]
fn each_quote_that_does_not_hold_is_refused_and_counted() {
    for (changes, reason) in [
        (json!({ "page_quote": "retries five times with jitter" }), "page_quote_not_found"),
        (json!({ "code_quote": "let delay = rand::random();" }), "code_quote_not_found"),
        (json!({ "page_quote": "a b c", "code_quote": "x y z" }), "page_quote_not_found"),
        (json!({ "code_quote": "log(attempt);" }), "code_unchanged"),
        (json!({ "page_quote": "", "code_quote": "" }), "no_quote"),
        (json!({ "instead": "retries three times with a  fixed delay" }), "same_suggestion"),
        (json!({ "category": "simplified" }), "no_contradiction"),
    ] {
        let audit = answered(&items(&[with(changes.clone())]));
        assert!(contradictions(&audit).is_empty(), "{changes}");
        assert_eq!(audit["judge"]["refused"], json!({ reason: 1 }), "{changes}");
    }
    let audit = answered(&items(&[right(), right()]));
    assert_eq!(contradictions(&audit).len(), 1);
    assert_eq!(audit["judge"]["refused"], json!({ "repeated": 1 }));
}

#[test]
fn what_is_consistent_or_open_is_no_finding() {
    let audit = answered(&items(&[with(json!({ "verdict": "consistent" })), with(json!({ "verdict": "unknown" }))]));
    assert!(contradictions(&audit).is_empty());
    assert_eq!((&audit["judge"]["consistent"], &audit["judge"]["unknown"]), (&json!(1), &json!(1)));
    let audit = answered("{\"items\":[]}");
    assert_eq!((&audit["judge"]["judged"], &audit["inconclusive"]), (&json!(1), &json!([])));
}

#[test]
fn words_around_the_json_and_a_loose_form_are_forgiven() {
    let plain = items(&[right()]);
    for text in [
        format!("Here is what I found:\n\n```json\n{plain}\n```\nLet me know."),
        format!("<think>Is {{this}} right?</think>\n{plain}"),
        plain.replacen('{', "{\"confidence\": 0.9, ", 1),
    ] {
        assert_eq!(contradictions(&answered(&text)).len(), 1, "{text}");
    }
}

#[test]
fn an_answer_of_another_form_leaves_its_section_open() {
    let cut: String = items(&[right()]).chars().take(120).collect();
    for (text, failure) in [
        ("The page is wrong about the delay.", "no_answer"),
        (cut.as_str(), "no_answer"),
        ("{\"verdict\":\"contradicts\"}", "wrong_form"),
        ("{\"items\":[{\"verdict\":\"contradicts\"}]}", "wrong_form"),
    ] {
        let audit = answered(text);
        assert_eq!(audit["judge"]["failed"], json!({ failure: 1 }), "{text}");
        assert_eq!(audit["inconclusive"][0]["document"], "docs/retry.md");
        assert_eq!(audit["inconclusive"][0]["reason"], "judge-failed");
        assert!(contradictions(&audit).is_empty());
    }
}

#[test]
fn bodies_without_an_answer_are_told_apart() {
    let message = |content: Value, finish: &str| json!({ "choices": [{ "finish_reason": finish, "message": { "role": "assistant", "content": content } }] });
    for (body, failure) in [
        (json!({ "choices": [] }), "empty"),
        (json!({}), "empty"),
        (message(json!(null), "stop"), "empty"),
        (message(json!("{\"items\":[{\"page_quo"), "length"), "truncated"),
        (message(json!(""), "length"), "truncated"),
        (message(json!("no"), "content_filter"), "refused"),
        (json!({ "choices": [{ "message": { "content": null, "refusal": "I can't." } }] }), "refused"),
    ] {
        let repo = retry();
        let sent = body.clone();
        let model = Model::new(move |_, _| completion(sent.clone()));
        let audit = judged(&repo, &model, "", &["--no-cache"]).json();
        assert_eq!(audit["judge"]["failed"], json!({ failure: 1 }), "{body}");
    }
}

#[test]
fn another_model_than_the_one_asked_for_is_told() {
    let repo = retry();
    let body = json!({
        "model": "something-else",
        "choices": [{ "finish_reason": "stop", "message": { "content": items(&[right()]) } }],
        "usage": { "prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000 },
    });
    let model = Model::new(move |_, _| completion(body.clone()));
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    assert_eq!((&audit["judge"]["other_model"], &audit["judge"]["tokens"]), (&json!(1), &json!(1000)));
    assert_eq!(contradictions(&audit)[0]["evidence"]["judgement"]["by"], "something-else");
}

#[test]
fn answers_are_kept_and_not_asked_for_again() {
    let repo = retry();
    let model = Model::new(|_, _| says(&items(&[right()])));
    let cache = repo.beside("answers");
    let first = judged(&repo, &model, "", &["--cache-dir", cache.to_str().unwrap()]).json();
    let second = judged(&repo, &model, "", &["--cache-dir", cache.to_str().unwrap()]).json();
    assert_eq!(model.seen().len(), 1);
    assert_eq!(second["judge"]["from_cache"], 1);
    assert_eq!(first["findings"], second["findings"]);
    // In the one file that is kept between runs.
    let kept: Vec<_> = std::fs::read_dir(&cache).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(kept, ["cache.sqlite3"]);
    // Another statement is another question.
    repo.commit(
        &[("docs/retry.md", "# Retries\n\nThe client calls `retry_delay` and always waits for one second.\n")],
        &[],
        "Reword",
        50,
    );
    judged(&repo, &model, "", &[]).ended(0);
}

#[test]
fn the_cache_command_counts_and_deletes_the_answers() {
    let repo = retry();
    let model = Model::new(|_, _| says(&items(&[right()])));
    let cache = repo.beside("counted");
    let folder = cache.to_str().unwrap();
    let run = |action: &str| finish(program(repo.path()).args(["cache", action, "--cache-dir", folder]));
    let bytes = || std::fs::metadata(cache.join("cache.sqlite3")).map_or(0, |file| file.len());

    judged(&repo, &model, "", &["--cache-dir", folder]);
    assert_eq!(judged(&repo, &model, "", &["--cache-dir", folder]).json()["judge"]["from_cache"], 1);
    assert!(bytes() > 0);
    let info = run("info").ended(0);
    assert!(info.stdout.contains("cache.sqlite3") && !info.stdout.contains("0 bytes"), "{}", info.stdout);

    run("clean").ended(0);
    assert_eq!(bytes(), 0);
    let again = judged(&repo, &model, "", &["--cache-dir", folder]).json();
    assert_eq!((&again["judge"]["from_cache"], model.seen().len()), (&json!(0), 2), "the answer went with the file");
}

#[test]
fn what_is_said_of_words_that_another_rule_reports_stands_in_its_finding() {
    let repo = Repo::new();
    let page = "# Settings\n\nThe defaults are read from `src/config/defaults.c` at start, by `read_defaults()`.\n";
    let code = "int read_defaults(void)\n{\n\treturn 42;\n}\n";
    repo.commit(
        &[("docs/settings.md", page), ("src/config/defaults.c", code), ("src/main.c", "int main;\n")],
        &[],
        "Begin",
        0,
    );
    repo.commit(&[("src/main.c", "int main2;\n")], &["src/config/defaults.c"], "Remove the defaults", 10);
    let plain = finish(program(repo.path()).args(["audit", "--no-progress", "--format", "json", "--no-cache"])).json();
    let quote = "The defaults are read from `src/config/defaults.c`";
    let model = Model::new(move |_, _| {
        says(&items(&[json!({
            "page_quote": quote, "code_quote": "-int read_defaults(void)", "category": "availability",
            "why": "no defaults are read any more", "instead": "There are no defaults", "verdict": "contradicts",
        })]))
    });
    let mut audit = judged(&repo, &model, "", &["--no-cache"]).json();
    assert_eq!(audit["judge"]["contradictions"], 1);
    let said = audit["findings"][0]["evidence"].as_object_mut().unwrap().remove("judgement").unwrap();
    assert_eq!(
        said,
        json!({
            "category": "availability", "why": "no defaults are read any more", "instead": "There are no defaults",
            "by": "scripted", "verdict": "contradicts", "page_quote": quote,
            "code_quote": "-int read_defaults(void)", "confirms": true,
        })
    );
    // The proof itself is what it is without the judge, and both stand in what people read.
    let without = &plain["findings"][0];
    assert_eq!((&audit["findings"][0]["rule"], &without["rule"]), (&json!("dead-path"), &json!("dead-path")));
    assert_eq!(audit["findings"][0]["fingerprint"], without["fingerprint"]);
    assert!(contradictions(&audit).is_empty());
    judged(&repo, &model, "", &["--no-cache", "-o", "../said.txt"]);
    let plain = std::fs::read_to_string(repo.beside("said.txt")).unwrap();
    for part in
        ["dead-path", "\"Remove the defaults\"", "why: no defaults are read any more", "instead: \"There are no"]
    {
        assert!(plain.contains(part), "{part}: {plain}");
    }
}
