//! Contradictions between pages.

use serde_json::json;

use super::{contradictions, items, judged};
use crate::support::Repo;
use crate::support::model::{Model, says};

const COPY: &str = "# Uploads\n\nAn upload is cut into parts by the client before it is sent to the service.\nThe service joins the parts again and checks the sum of the whole upload.\nThe option `max_upload_size` is 30 megabytes unless it is set.\nA part that is lost is asked for again after some time.\nThe client may ask for the state of its upload at any time.\n";

#[test]
fn of_two_values_the_one_that_the_code_bears_out_is_right() {
    let repo = Repo::new();
    repo.commit(
        &[
            ("README.md", COPY),
            ("docs/copy.md", &COPY.replace("30 megabytes", "64 megabytes")),
            ("src/a.rs", "const MAX_UPLOAD_SIZE: u64 = 64;\n"),
        ],
        &[],
        "Write",
        0,
    );
    let model = Model::new(|_, _| says("{\"items\":[]}"));
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    let found = contradictions(&audit);
    assert_eq!(found.len(), 1, "{audit:#}");
    assert_eq!(found[0]["location"]["document"], "README.md");
    assert_eq!(found[0]["location"]["text"], "30");
    let evidence = &found[0]["evidence"];
    assert_eq!(evidence["judgement"]["instead"], "64");
    assert_eq!(evidence["now"][0]["path"], "src/a.rs");
    assert!(evidence["judgement"]["why"].as_str().unwrap().contains("docs/copy.md, line 5"), "{evidence:#}");
    assert_eq!(audit["judge"]["between_pages"], 1);
}

#[test]
fn of_two_copies_the_newer_is_believed_where_no_code_decides() {
    let repo = Repo::new();
    repo.commit(&[("README.md", COPY), ("src/a.rs", "fn main() {}\n")], &[], "Write", 0);
    repo.commit(&[("docs/copy.md", &COPY.replace("30 megabytes", "64 megabytes"))], &[], "Copy", 30);
    let model = Model::new(|_, _| says("{\"items\":[]}"));
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    let found = contradictions(&audit);
    assert_eq!(found.len(), 1, "{audit:#}");
    assert_eq!(found[0]["location"]["document"], "README.md");
    assert!(found[0]["evidence"]["judgement"]["why"].as_str().unwrap().contains("edited later"));
}

#[test]
fn what_values_do_not_decide_the_model_does() {
    let repo = Repo::new();
    let a = "# Deploy\n\nFirst run `stop_all_workers`, then `migrate_main_schema`, then `start_all_workers`.\n";
    let b = "# Runbook\n\nThe order is `migrate_main_schema`, `stop_all_workers` and last `start_all_workers`.\n";
    repo.commit(&[("docs/deploy.md", a), ("src/a.rs", "fn main() {}\n")], &[], "Write", 0);
    repo.commit(&[("docs/runbook.md", b)], &[], "Another", 30);
    let model = Model::new(|_, _| {
        says(&items(&[json!({
            "page_quote": "First run `stop_all_workers`, then `migrate_main_schema`",
            "code_quote": "The order is `migrate_main_schema`, `stop_all_workers`",
            "category": "behavior", "why": "the newer page migrates first",
            "instead": "First run `migrate_main_schema`, then `stop_all_workers`", "verdict": "contradicts",
        })]))
    });
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    assert_eq!(audit["judge"]["pairs"], 1, "{audit:#}");
    assert_eq!(model.seen().len(), 1);
    let found = contradictions(&audit);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["location"]["document"], "docs/deploy.md");
    assert_eq!(found[0]["evidence"]["now"][0]["path"], "docs/runbook.md");
    let none = judged(&repo, &model, "pages = false", &["--no-cache"]).json();
    assert!(contradictions(&none).is_empty());
}

#[test]
fn two_owners_of_one_thing_are_put_to_the_model() {
    let repo = Repo::new();
    let text = |owner: &str| {
        format!(
            "# Refunds\n\nRefunds are paid by `refund_worker` from the queue of the ledger, which is read once a minute.\n\
             Questions about refunds, and alarms at night, go to the {owner}, who also decides on limits of the ledger.\n"
        )
    };
    repo.commit(&[("README.md", &text("payments team")), ("src/a.rs", "fn main() {}\n")], &[], "Write", 0);
    repo.commit(&[("docs/refunds.md", &text("ledger guild"))], &[], "Another owner", 30);
    let model = Model::new(|_, _| {
        says(&items(&[json!({
            "page_quote": "go to the payments team", "code_quote": "go to the ledger guild", "category": "value",
            "why": "the newer page names the ledger guild", "instead": "go to the ledger guild", "verdict": "contradicts",
        })]))
    });
    let audit = judged(&repo, &model, "", &["--no-cache"]).json();
    let found = contradictions(&audit);
    assert_eq!(found.len(), 1, "{audit:#}");
    assert_eq!(found[0]["location"]["document"], "README.md");
    assert_eq!(found[0]["evidence"]["now"][0]["path"], "docs/refunds.md");
    assert!(model.seen()[0].question().contains("last edited 2020"), "{}", model.seen()[0].question());
}
