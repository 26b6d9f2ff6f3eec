//! What ranks pages: edits of sections, churn of what they describe, owners, reviews, the policy of the
//! configuration.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::{Repo, program};

fn shelflife(folder: &Path, args: &[&str]) -> Output {
    program::program(folder).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn audit(repo: &Repo, more: &[&str]) -> Value {
    let file = repo.beside("audit.json");
    let mut args = vec!["audit", ".", "--no-cache", "--now", "2022-06-01", "-o", file.to_str().unwrap()];
    args.extend(more);
    let out = shelflife(repo.path(), &args);
    let read = std::fs::read(&file).unwrap_or_else(|_| panic!("{}", text(&out.stderr)));
    serde_json::from_slice(&read).unwrap()
}

fn page<'v>(audit: &'v Value, id: &str) -> &'v Value {
    audit["documents"].as_array().unwrap().iter().find(|d| d["id"] == id).unwrap()
}

/// Days from 1 January 2020 on which things happen; `--now` is day 882.
fn history() -> Repo {
    let repo = Repo::new();
    let page = "# App\n\nStart in `src/reader.rs`.\n\n## Limits\n\nThe function `read_limits` decides.\n";
    repo.author("Gone", "gone@example.org").commit(
        &[
            ("docs/app.md", page),
            ("docs/old.md", "# Old\n\nAll is in `src/reader.rs`.\n"),
            ("src/reader.rs", "pub fn read() {}\n"),
            ("src/limits.rs", "pub fn read_limits() {}\n"),
            (".github/CODEOWNERS", "/docs/owned.md @docs-team\n"),
            ("docs/owned.md", "# Owned\n\nWords.\n"),
        ],
        &[],
        "start",
        0,
    );
    repo.author("Renew[bot]", "bot@example.org").commit(
        &[("src/reader.rs", "pub fn read() { 1 }\n")],
        &[],
        "by a program",
        500,
    );
    repo.author("Ann", "ann@example.org");
    repo.commit(&[("docs/app.md", &page.replace("decides.", "decides all."))], &[], "say more", 600);
    repo.commit(&[("src/reader.rs", "pub fn read() { 2 }\n")], &[], "two", 700);
    repo.commit(
        &[("src/limits.rs", "pub fn read_limits() { 2 }\n"), ("src/reader.rs", "pub fn read() { 3 }\n")],
        &[],
        "three",
        800,
    );
    repo
}

#[test]
fn sections_know_their_edits_what_they_describe_and_how_it_churned() {
    let repo = history();
    let audit = audit(&repo, &[]);
    let sections = page(&audit, "docs/app.md")["sections"].as_array().unwrap();
    let (first, second) = (&sections[0], &sections[1]);
    assert_eq!(first["last_edited"]["author"], "Gone");
    assert_eq!(second["last_edited"]["author"], "Ann");
    assert_eq!(first["mentions"][0]["kind"], "path");
    assert_eq!(first["mentions"][0]["files"][0], "src/reader.rs");
    assert_eq!(first["mentions"][0]["line"], 3);
    assert_eq!(second["mentions"][0]["kind"], "symbol");
    assert_eq!(second["mentions"][0]["files"][0], "src/limits.rs");
    // Since its own edit, not the page's.
    assert_eq!(first["signals"]["churn"]["commits"], 3);
    assert_eq!(second["signals"]["churn"]["commits"], 1);
    assert_eq!(second["signals"]["churn"]["counted_from"], Value::Null);
    assert_eq!(first["verdict"]["status"], "review_due");
    assert_eq!(second["verdict"]["status"], "fresh", "{second:#}");
}

#[test]
fn owners_come_from_codeowners_else_from_who_wrote_and_who_is_gone_is_told() {
    let repo = history();
    let audit = audit(&repo, &[]);
    assert_eq!(page(&audit, "docs/owned.md")["signals"]["owners"][0]["name"], "@docs-team");
    let old = page(&audit, "docs/old.md");
    assert_eq!(old["signals"]["owners"][0]["name"], "Gone");
    assert_eq!(old["signals"]["owners"][0]["source"], "writer");
    assert_eq!(old["signals"]["owners"][1]["name"], "Ann");
    assert_eq!(old["signals"]["owners"][1]["source"], "committer");
    assert_eq!(old["signals"]["orphaned"]["last_seen"], "2020-01-01");
    assert_eq!(old["signals"]["orphaned"]["successors"], serde_json::json!(["Ann"]));
    // Ann wrote a line of this one.
    assert_eq!(page(&audit, "docs/app.md")["signals"]["orphaned"], Value::Null);
}

#[test]
fn a_review_resets_the_age_and_hides_no_finding() {
    let repo = history();
    repo.commit(&[], &["src/limits.rs"], "drop", 870);
    let reviews = repo.beside("reviews.toml");
    let name = reviews.to_str().unwrap();
    for (target, date) in
        [("docs/old.md", "2022-05-01"), ("docs/app.md#Limits", "2022-05-30"), ("docs/none.md", "2022-05-30")]
    {
        let out = shelflife(repo.path(), &["review", target, "--by", "Bo", "--date", date, "--reviews", name]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    }
    let before = audit(&repo, &[]);
    let after = audit(&repo, &["--reviews", name]);
    let status = |audit: &Value, id: &str| page(audit, id)["verdict"]["status"].as_str().unwrap().to_owned();
    assert_eq!(status(&before, "docs/old.md"), "review_due");
    let losses = |audit: &Value| page(audit, "docs/old.md")["sections"][0]["verdict"]["losses"].to_string();
    assert!(losses(&before).contains("days since the last edit"), "{}", losses(&before));
    assert!(!losses(&after).contains("days since"), "{}", losses(&after));
    assert_eq!(page(&after, "docs/old.md")["signals"]["reviewed"]["by"], "Bo");
    assert_eq!(before["findings"], after["findings"]);
    assert_eq!(before["findings"].as_array().unwrap().len(), 1);
    assert_eq!(page(&after, "docs/app.md")["sections"][1]["verdict"]["status"], "stale");
    let out = shelflife(repo.path(), &["audit", ".", "--no-cache", "--reviews", name]);
    assert!(text(&out.stderr).contains("names `docs/none.md`, which is no page here"), "{}", text(&out.stderr));
    let out = shelflife(repo.path(), &["audit", ".", "--no-cache", "--reviews", "none.toml"]);
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn the_configuration_sets_intervals_by_area_and_what_happens_to_the_undecided() {
    let repo = history();
    let config = repo.beside("own.toml");
    std::fs::write(
        &config,
        "[policy]\ninterval = 3000\ninconclusive = 'exclude'\ngone_after = 3000\n\n[[policy.area]]\nglob = 'docs/app.md'\ninterval = 30\n",
    )
    .unwrap();
    let audit = audit(&repo, &["--config", config.to_str().unwrap()]);
    assert_eq!(page(&audit, "docs/old.md")["verdict"]["status"], "fresh");
    assert_eq!(page(&audit, "docs/old.md")["signals"]["orphaned"], Value::Null);
    assert_eq!(page(&audit, "docs/app.md")["sections"][1]["verdict"]["status"], "review_due");
    for wrong in ["interval = 0", "inconclusive = 'drop'", "[[policy.area]]\nglob = '../x'\ninterval = 1"] {
        std::fs::write(&config, format!("[policy]\n{wrong}\n")).unwrap();
        let out = shelflife(repo.path(), &["audit", ".", "--no-cache", "--config", config.to_str().unwrap()]);
        assert_eq!(out.status.code(), Some(2), "{wrong}");
    }
}
