//! Pages that describe systems which stand elsewhere.

use serde_json::{Value, json};
use shelflife::source::{Collected, CollectedPage, Edit, SourceKind, dump};

use super::{KEY, contradictions, items, right};
use crate::support::model::{Model, says};
use crate::support::program::{Run, finish, program};
use crate::support::{Repo, at};

const WORDS: &str = "The nightly export keeps archives of customer invoices for thirty days.";

/// A system whose backing off changed, with a part that names nothing by which pages could know it.
fn system() -> Repo {
    let repo = Repo::new();
    let retry = "pub fn retry_delay(base: u64, attempt: u32) -> u64 {\n    let delay = base;\n    log(attempt);\n    delay\n}\n";
    let export = "# keeps archives of customer invoices\nNIGHTLY = \"export\"\nDAYS = 30\n";
    let files = [("src/retry.rs", retry), ("jobs/export.py", export), ("ops/export.py", export)];
    repo.commit(&files, &[], "Start", 0);
    // Words are rare only among many files.
    let more: Vec<(String, String)> =
        (0..60).map(|n| (format!("jobs/more{n}.py"), format!("VALUE_{n} = {n}\n"))).collect();
    let more: Vec<(&str, &str)> = more.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repo.commit(&more, &[], "More", 1);
    let other = export.replace("DAYS = 30", "DAYS = 7").replace("archives of customer", "archives of no customer");
    repo.commit(&[("src/retry.rs", &retry.replace("= base;", "= base * 2u64.pow(attempt);"))], &[], "Back off", 100);
    repo.commit(&[("jobs/export.py", &other), ("ops/export.py", &other)], &[], "Keep invoices for a week", 110);
    repo
}

/// A page of Notion, written on `day`.
fn notion(text: &str, day: i64) -> CollectedPage {
    let mut page = CollectedPage::new("notion:p1", SourceKind::Notion, "Acme", "Retries", "");
    page.text = text.to_owned();
    let time = chrono::DateTime::from_timestamp(at(day), 0).unwrap();
    page.created = Some(time);
    page.last_edited = Some(Edit { at: time, by: None, commit: None });
    page
}

/// Audits `pages` against `system` with `model`.
fn audit(system: &Repo, pages: Vec<CollectedPage>, about: &str, model: &Model) -> Run {
    let place = tempfile::tempdir().unwrap();
    dump::write(&place.path().join("pages"), &Collected { pages, failures: Vec::new() }).unwrap();
    let config = format!(
        "[judge]\nbase_url = {:?}\nmodel = \"scripted\"\napi_key_env = \"SHELFLIFE_TEST_KEY\"\n[[system]]\nname = \"shop\"\nrepo = {:?}\n{about}\n",
        model.base(),
        system.path(),
    );
    std::fs::write(place.path().join("c.toml"), config).unwrap();
    let arguments = ["audit", "--from", "pages", "--config", "c.toml", "--judge", "--no-progress", "--no-cache"];
    let mut command = program(place.path());
    command.env("SHELFLIFE_TEST_KEY", KEY).args(arguments).args(["--format", "json", "--fail-on", "never"]);
    finish(&mut command).ended(0)
}

fn found(audit: &Value) -> &Value {
    let found = contradictions(audit);
    assert_eq!(found.len(), 1, "{audit:#}");
    found[0]
}

#[test]
fn a_page_from_elsewhere_is_judged_by_the_system_that_it_names() {
    let repo = system();
    let text = "# Retries\n\nThe client calls `retry_delay` and retries three times with a fixed delay.\n";
    let model = Model::new(|_, _| says(&items(&[right()])));
    let judged = audit(&repo, vec![notion(text, 50)], "", &model).json();
    let question = model.seen()[0].question();
    assert!(question.contains("Page: notion:p1") && question.contains("-    let delay = base;"), "{question}");
    let found = found(&judged);
    assert_eq!(found["location"]["document"], "notion:p1");
    assert_eq!(found["evidence"]["now"][0]["path"], "src/retry.rs");
    assert_eq!(found["evidence"]["cause"]["commit"]["subject"], "Back off");
    // What was written after the change speaks of it.
    let model = Model::new(|_, _| says(&items(&[right()])));
    let later = audit(&repo, vec![notion(text, 105)], "", &model).json();
    assert_eq!((model.seen().len(), &later["judge"]["candidates"]), (0, &json!(0)));
}

#[test]
fn words_lead_to_the_part_that_a_page_is_said_to_describe() {
    let repo = system();
    let page = || vec![notion(&format!("# Export\n\n{WORDS}\n"), 50)];
    let answer = json!({
        "page_quote": "for thirty days", "code_quote": "DAYS = 7", "category": "value",
        "why": "they are kept for a week", "instead": "for seven days", "verdict": "contradicts",
    });
    let model = Model::new(move |_, _| says(&items(std::slice::from_ref(&answer))));
    let said = "paths = [\"jobs/**\"]\ndescribes = [\"notion:Retries\"]";
    let judged = audit(&repo, page(), said, &model).json();
    assert_eq!(found(&judged)["evidence"]["now"][0]["path"], "jobs/export.py");
    let question = model.seen()[0].question();
    assert!(!question.contains("ops/export.py"), "only of the part that is the system:\n{question}");
    // It names nothing, so without a word of anybody it is about nothing.
    let none = audit(&repo, page(), "paths = [\"jobs/**\"]", &model).json();
    assert_eq!((&none["judge"]["sections"], model.seen().len()), (&json!(0), 1));
}

#[test]
fn a_page_of_the_tree_is_judged_by_the_system_that_it_describes() {
    let system = system();
    let docs = Repo::new();
    let text = "# Retries\n\nThe client calls `retry_delay` and retries three times with a fixed delay.\n";
    docs.commit(&[("docs/shop/retry.md", text), ("README.md", "# Handbook of the shop\n")], &[], "Write", 50);
    let model = Model::new(|_, _| says(&items(&[right()])));
    let config = docs.beside("c.toml");
    let text = format!(
        "[judge]\nbase_url = {:?}\nmodel = \"scripted\"\n[[system]]\nname = \"shop\"\nrepo = {:?}\ndescribes = [\"docs/shop/**\"]\n",
        model.base(),
        system.path(),
    );
    std::fs::write(&config, text).unwrap();
    let mut command = program(docs.path());
    command.args(["audit", "--judge", "--no-progress", "--no-cache", "--format", "json", "--config"]).arg(config);
    let judged = finish(&mut command).json();
    let found = found(&judged);
    assert_eq!(found["system"], "shop", "{found:#}");
    assert_eq!(found["evidence"]["cause"]["commit"]["subject"], "Back off");
}
