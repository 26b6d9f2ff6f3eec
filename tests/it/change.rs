//! `audit --base`: what a change makes wrong, and nothing else.

use serde_json::Value;

use crate::support::program::{Run, run};
use crate::support::{Repo, git_in};

const CLI: &str = "fn main() {\n    let app = Command::new(\"tool\")\n        .arg(Arg::new(\"config-file\").long(\"config-file\"))\n        .arg(Arg::new(\"rehearsal\").long(\"rehearsal\"));\n}\n";
const PAGE: &str = "# Install\n\nRun it with `--config-file`.\n\n## Rehearse\n\nWith `--rehearsal` it changes nothing. See `src/defaults.rs`.\n";

/// A tool whose page names two options and a file; `--rehearsal` is gone already on main.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.commit(&[("src/cli.rs", CLI), ("src/defaults.rs", "pub const A: u32 = 1;\n")], &[], "Begin", 0);
    repo.commit(&[("docs/install.md", PAGE)], &[], "Describe", 1);
    let without = CLI.replace("\n        .arg(Arg::new(\"rehearsal\").long(\"rehearsal\"))", "");
    repo.commit(&[("src/cli.rs", &without)], &[], "Drop --rehearsal", 2);
    repo
}

fn cli(repo: &Repo) -> String {
    std::fs::read_to_string(repo.path().join("src/cli.rs")).unwrap()
}

fn audit(repo: &Repo, more: &[&str]) -> Run {
    let base = ["audit", "--base", "main", "--no-cache", "--now", "2020-06-01", "--format", "json"];
    run(repo.path(), base.iter().chain(more))
}

/// Rule, line and role of each finding.
fn told(audit: &Value) -> Vec<(String, u64, String)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let findings = audit["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|f| (text(&f["rule"]), f["location"]["start"]["line"].as_u64().unwrap(), text(&f["role"])))
        .collect()
}

fn broken(rule: &str, line: u64) -> (String, u64, String) {
    (rule.to_owned(), line, "broken".to_owned())
}

fn rename_option(repo: &Repo, day: i64) {
    let code = cli(repo).replace("config-file", "config");
    repo.commit(&[("src/cli.rs", &code)], &[], "Rename --config-file to --config", day);
}

#[test]
fn the_change_s_own_findings_are_told_and_older_ones_counted() {
    let repo = repo();
    repo.branch("topic");
    rename_option(&repo, 3);
    let audit = audit(&repo, &[]).ended(1).json();
    assert_eq!(audit["scope"], "change");
    assert_eq!(told(&audit), [broken("dead-flag", 3)]);
    let change = &audit["change"];
    assert_eq!(change["commits"], 1);
    assert_eq!(change["before"], 1);
    assert_eq!(change["broken"], 1);
    assert_eq!(audit["findings"][0]["evidence"]["cause"]["commit"]["subject"], "Rename --config-file to --config");
}

#[test]
fn who_takes_the_last_trace_of_a_name_is_told() {
    let repo = repo();
    let page = "# Import\n\nCall `import_everything` once.\n";
    repo.commit(
        &[
            ("src/import.rs", "pub fn import_everything() {}\n"),
            ("src/start.rs", "fn start() {\n    import_everything();\n}\n"),
            ("docs/import.md", page),
        ],
        &[],
        "Import",
        3,
    );
    repo.commit(&[("src/import.rs", "pub fn import_some() {}\n")], &[], "Import less", 4);
    repo.branch("topic");
    repo.commit(&[("src/other.rs", "fn other() {}\n")], &[], "Add other", 5);
    assert_eq!(told(&audit(&repo, &[]).ended(0).json()), []);
    repo.commit(&[("src/start.rs", "fn start() {\n    import_some();\n}\n")], &[], "Use what there is", 6);
    let audit = audit(&repo, &[]).ended(1).json();
    assert_eq!(told(&audit), [broken("dead-symbol", 3)]);
    assert_eq!(audit["change"]["before"], 1);
}

#[test]
fn a_page_corrected_in_the_same_change_is_no_finding() {
    let repo = repo();
    repo.branch("topic");
    rename_option(&repo, 3);
    repo.commit(&[("docs/install.md", &PAGE.replace("--config-file", "--config"))], &[], "Say so", 4);
    assert_eq!(told(&audit(&repo, &["--fail-on", "note"]).ended(0).json()), []);
}

#[test]
fn a_section_that_the_change_edits_is_told_as_well_but_fails_nothing() {
    let repo = repo();
    repo.branch("topic");
    repo.commit(&[("docs/install.md", &PAGE.replace("changes nothing", "alters nothing"))], &[], "Reword", 3);
    let audit = audit(&repo, &["--fail-on", "note"]).ended(0).json();
    let edited: Vec<_> = told(&audit).into_iter().map(|(rule, _, role)| (rule, role)).collect();
    assert_eq!(edited, [("dead-flag".to_owned(), "edited".to_owned())]);
    assert_eq!(audit["change"]["before"], 0);
}

#[test]
fn what_only_main_did_since_is_not_the_change_s() {
    let repo = repo();
    repo.branch("topic");
    repo.commit(&[("src/other.rs", "fn other() {}\n")], &[], "Add other", 3);
    repo.switch("main");
    rename_option(&repo, 4);
    repo.switch("topic");
    // The branch as it is, then with main merged into it, then as a host merges it for a check.
    assert_eq!(told(&audit(&repo, &[]).ended(0).json()), []);
    repo.merge("main", &[], &[], "Merge main", 5);
    let merged = audit(&repo, &[]).ended(0).json();
    assert_eq!(told(&merged), []);
    assert_eq!(merged["change"]["commits"], 2);
    repo.switch("main").branch("check");
    repo.merge("topic", &[], &[], "Merge topic into main", 6);
    assert_eq!(told(&audit(&repo, &[]).ended(0).json()), []);
}

#[test]
fn a_merge_made_by_the_host_names_the_commit_within() {
    let repo = repo();
    repo.branch("topic");
    rename_option(&repo, 3);
    repo.switch("main");
    repo.commit(&[("src/other.rs", "fn other() {}\n")], &[], "Add other", 4);
    repo.branch("check");
    let code = cli(&repo).replace("config-file", "config");
    repo.merge("topic", &[("src/cli.rs", &code)], &[], "Merge topic into main", 5);
    let audit = audit(&repo, &[]).ended(1).json();
    assert_eq!(told(&audit), [broken("dead-flag", 3)]);
    assert_eq!(audit["findings"][0]["evidence"]["cause"]["commit"]["subject"], "Rename --config-file to --config");
}

#[test]
fn another_head_than_the_one_that_is_checked_out() {
    let repo = repo();
    repo.branch("topic");
    rename_option(&repo, 3);
    repo.switch("main");
    // What lies on disk belongs to main, and is none of the topic's.
    repo.write("docs/install.md", "# Nothing\n");
    let audit = audit(&repo, &["--head", "topic"]).ended(1).json();
    assert_eq!(told(&audit), [broken("dead-flag", 3)]);
    assert_eq!(audit["systems"][0]["overlaid"], false);
}

#[test]
fn what_is_not_committed_yet_is_part_of_the_change() {
    let repo = repo();
    repo.branch("topic");
    let code = cli(&repo).replace("config-file", "config");
    repo.write("src/cli.rs", &code);
    assert_eq!(told(&audit(&repo, &[]).ended(1).json()), [broken("dead-flag", 3)]);
}

#[test]
fn a_page_renamed_by_the_change_keeps_its_past() {
    let repo = repo();
    repo.branch("topic");
    repo.rename("docs/install.md", "docs/setup.md", "Move the page", 3);
    let moved = audit(&repo, &[]).ended(0).json();
    assert_eq!(told(&moved), []);
    assert_eq!(moved["change"]["before"], 1);
    rename_option(&repo, 4);
    let audit = audit(&repo, &[]).ended(1).json();
    assert_eq!(told(&audit), [broken("dead-flag", 3)]);
    assert_eq!(audit["findings"][0]["location"]["document"], "docs/setup.md");
}

#[test]
fn a_file_moved_by_the_change() {
    let repo = repo();
    repo.branch("topic");
    repo.rename("src/defaults.rs", "src/settings/defaults.rs", "Group", 3);
    assert_eq!(told(&audit(&repo, &[]).ended(1).json()), [broken("dead-path", 7)]);
}

#[test]
fn suppressions_that_the_change_adds_hide_nothing_and_older_ones_do() {
    let repo = repo();
    repo.branch("topic");
    let hidden = PAGE.replace("Run it", "<!-- shelflife-ignore dead-flag: not now -->\nRun it");
    repo.commit(&[("docs/install.md", &hidden)], &[], "Hide", 3);
    rename_option(&repo, 4);
    let first = audit(&repo, &[]).ended(1).json();
    assert_eq!(told(&first), [broken("dead-flag", 4)]);
    let waived = &first["change"]["waived"][0];
    assert_eq!((waived["kind"].as_str(), waived["line"].as_u64()), (Some("suppression"), Some(3)));
    let plain = run(repo.path(), ["audit", "--base", "main", "--no-cache"]).ended(1).stdout;
    assert!(plain.contains("docs/install.md:3  not heeded"), "{plain}");

    // Where main has it already, it hides.
    repo.switch("main");
    repo.commit(&[("docs/install.md", &hidden)], &[], "Hide", 5);
    repo.branch("next");
    rename_option(&repo, 6);
    let second = audit(&repo, &[]).ended(0).json();
    assert_eq!(told(&second), []);
    assert_eq!(second["summary"]["suppressed"], 1);
}

#[test]
fn configuration_and_baseline_are_those_of_the_base() {
    let repo = repo();
    repo.commit(
        &[("shelflife.toml", "baseline = \"known.json\"\n"), ("known.json", "{\"version\": 1, \"findings\": []}\n")],
        &[],
        "Configure",
        3,
    );
    repo.branch("topic");
    rename_option(&repo, 4);
    let first = audit(&repo, &[]).ended(1).json();
    let print = first["findings"][0]["fingerprint"].as_str().unwrap();
    let known = format!(
        "{{\"version\": 1, \"findings\": [{{\"document\": \"docs/install.md\", \"rule\": \"dead-flag\", \"subject\": \"x\", \"fingerprint\": \"{print}\"}}]}}\n"
    );
    let off = "baseline = \"known.json\"\n[rules.dead-flag]\nenabled = false\n[documents]\nexclude = [\"docs/**\"]\n";
    repo.commit(&[("known.json", &known), ("shelflife.toml", off)], &[], "Hide", 5);
    repo.commit(&[(".gitattributes", "docs/* linguist-generated -linguist-documentation\n")], &[], "Hide more", 6);
    for more in [&[][..], &["--config", "shelflife.toml"], &["--baseline", "known.json"]] {
        let audit = audit(&repo, more).ended(1).json();
        assert_eq!(told(&audit), [broken("dead-flag", 3)], "{more:?}");
        assert_eq!(audit["change"]["waived"][0]["kind"], "baseline");
    }
}

#[test]
fn a_page_made_historical_by_the_change_is_still_read() {
    let repo = repo();
    repo.branch("topic");
    repo.rename("docs/install.md", "docs/archive/install.md", "Archive", 3);
    rename_option(&repo, 4);
    let audit = audit(&repo, &[]).ended(1).json();
    assert_eq!(told(&audit), [broken("dead-flag", 3)]);
    assert_eq!(audit["change"]["waived"][0]["kind"], "historical");
}

#[test]
fn a_review_that_the_change_notes_counts_for_the_next() {
    let repo = repo();
    repo.branch("topic");
    repo.commit(&[("docs/install.md", &format!("---\nreviewed: 2020-05-01\n---\n\n{PAGE}"))], &[], "Review", 3);
    let audit = audit(&repo, &[]).ended(0).json();
    assert_eq!(audit["change"]["waived"][0]["kind"], "review");
    let page = audit["documents"].as_array().unwrap().iter().find(|d| d["id"] == "docs/install.md").unwrap();
    assert!(page["signals"]["reviewed"].is_null());
}

#[test]
fn pages_about_the_changed_code_are_named() {
    let repo = repo();
    repo.branch("topic");
    repo.commit(&[("src/defaults.rs", "pub const A: u32 = 2;\n")], &[], "Change", 3);
    let audit = audit(&repo, &[]).ended(0).json();
    let again = &audit["change"]["read_again"];
    assert_eq!(again[0]["document"], "docs/install.md");
    assert_eq!(again[0]["names"][0], "src/defaults.rs");
    let page = run(repo.path(), ["audit", "--base", "main", "--no-cache", "--format", "markdown"]).ended(0).stdout;
    assert!(page.contains("## Read these again"), "{page}");
}

#[test]
fn a_base_that_is_no_ancestor_or_not_there() {
    let repo = repo();
    let run = |base: &str| run(repo.path(), ["audit", "--no-cache", &format!("--base={base}")]);
    let absent = run("origin/main").ended(2).stderr;
    assert!(absent.contains("`origin/main` (--base)") && absent.contains("git fetch"), "{absent}");
    for odd in ["", "--upload-pack=x", "main:docs"] {
        assert!(run(odd).ended(2).stderr.contains("names no commit"), "{odd}");
    }
    // A history of its own, as after a force-push of something else.
    let orphan = git_in(repo.path(), &["commit-tree", "-m", "Alone", "HEAD^{tree}"]);
    let unrelated = run(orphan.trim()).ended(2).stderr;
    assert!(unrelated.contains("no commit in common"), "{unrelated}");
    // Nothing at all between base and head.
    assert!(run("HEAD").ended(0).stdout.contains("from before this change"));
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let repo = repo();
    repo.branch("topic");
    rename_option(&repo, 3);
    let clone = repo.clone_with("shallow", &["--depth=1", "--branch=topic"]);
    let run = run(&clone, ["audit", "--no-cache", "--base", "HEAD~1"]).ended(2).stderr;
    assert!(run.contains("fetch-depth: 0"), "{run}");
}

#[test]
fn templates_of_the_change_are_not_used() {
    let repo = repo();
    repo.commit(&[("t/markdown/report.md", "OF THE BASE\n")], &[], "A template", 3);
    repo.branch("topic");
    repo.commit(&[("t/markdown/report.md", "OF THE CHANGE\n")], &[], "Another", 4);
    let page =
        run(repo.path(), ["audit", "--base", "main", "--no-cache", "--format", "markdown", "--templates", "t"]).stdout;
    assert_eq!(page.trim(), "OF THE BASE");
}
