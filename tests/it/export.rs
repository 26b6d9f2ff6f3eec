//! `shelflife export`, `explain` and `review` as a user runs them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::Repo;

fn shelflife(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shelflife")).args(args).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// An audit of ten pages with three sections each, of which the first `wrong` pages are wrong in two.
fn audit(folder: &Path, wrong: usize) {
    let edit = json!({"date": "2026-05-01T00:00:00Z", "author": "A", "commit": null});
    let id = |i: usize| format!("docs/page {i}.md");
    let section = |s: usize| {
        json!({"id": format!("s{s}"), "heading_path": ["Page", format!("Part {s}")], "start": s * 10 + 1,
            "end": s * 10 + 10, "content_hash": "fnv1a:0", "last_edited": edit})
    };
    let document = |i: usize| {
        json!({"id": id(i), "title": "Page", "source": "git", "url": null, "format": "markdown", "tense": "current",
            "tense_reason": null, "last_edited": edit, "references": 1, "findings": 0, "inconclusive": 0,
            "sections": (0..3).map(section).collect::<Vec<_>>()})
    };
    let finding = |i: usize, s: usize| {
        json!({"rule": "dead-flag", "severity": "error", "confidence": {"level": "high", "probability": 0.97},
            "message": "`--x` is gone from the code", "section": format!("s{s}"),
            "location": {"document": id(i), "start": {"line": s * 10 + 5, "column": 1},
                "end": {"line": s * 10 + 5, "column": 4}, "text": "--x"},
            "evidence": {"moment": null, "witnesses": [], "witness_count": 0, "now": [], "cause": null,
                "replacement": null},
            "fingerprint": format!("f{s}"), "fix": null})
    };
    let value = json!({"schema_version": 1, "tool": {"name": "shelflife", "version": "0"},
        "now": "2026-06-01T00:00:00Z", "scope": "full",
        "summary": serde_json::to_value(shelflife::report::json::v1::Summary::default()).unwrap(), "systems": [],
        "documents": (0..10).map(document).collect::<Vec<_>>(),
        "findings": (0..wrong).flat_map(|i| [finding(i, 0), finding(i, 1)]).collect::<Vec<_>>(),
        "inconclusive": [], "suppressed": []});
    std::fs::write(folder.join("audit.json"), value.to_string()).unwrap();
}

#[test]
fn a_list_is_made_compared_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    audit(folder, 1);
    let made = shelflife(folder, &["export", "audit.json", "-o", "list.json"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert!(made.stdout.is_empty());
    assert_eq!(text(&made.stderr), "1 of 10 pages and 2 of 30 sections excluded\n");
    let first = std::fs::read(folder.join("list.json")).unwrap();
    let list: Value = serde_json::from_slice(&first).unwrap();
    assert_eq!(list["entries"].as_array().unwrap().len(), 3);

    // Too much: refused, and the list stands.
    audit(folder, 3);
    let refused = shelflife(folder, &["export", "audit.json", "-o", "list.json"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused.stderr).contains("3 of 10 documents (30.0 %)"), "{}", text(&refused.stderr));
    assert_eq!(first, std::fs::read(folder.join("list.json")).unwrap());

    // What would come: printed without writing.
    let diff = shelflife(folder, &["export", "audit.json", "--diff", "list.json"]);
    let lines = text(&diff.stdout);
    assert_eq!(lines.lines().count(), 6, "{lines}");
    assert!(lines.starts_with("+ exclude docs/page 1.md: s0: dead-flag"), "{lines}");
    assert_eq!(first, std::fs::read(folder.join("list.json")).unwrap());

    // Allowed by the configuration; and the difference to the file that is replaced.
    std::fs::write(folder.join("own.toml"), "[export]\nmax_excluded = 0.5\n").unwrap();
    let args = ["export", "audit.json", "-o", "list.json", "--diff", "list.json", "--config", "own.toml"];
    let allowed = shelflife(folder, &args);
    assert_eq!(allowed.status.code(), Some(0), "{}", text(&allowed.stderr));
    assert_eq!(text(&allowed.stdout), lines);
    let none = shelflife(folder, &["export", "audit.json", "--diff", "list.json"]);
    assert!(none.stdout.is_empty());
}

#[test]
fn a_filter_goes_to_stdout_and_warnings_to_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    audit(folder, 1);
    let args = ["export", "audit.json", "--to", "qdrant", "--by", "section", "--id", "{path}:{lines}"];
    let out = shelflife(folder, &args);
    let filter: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(filter["must_not"][0]["key"], "section_id");
    assert_eq!(filter["must_not"][0]["match"]["any"], json!(["docs/page 0.md:1-10", "docs/page 0.md:11-20"]));
    // A heading that ten pages have.
    let out = shelflife(folder, &["export", "audit.json", "--to", "chroma", "--by", "section", "--id", "{heading}"]);
    assert!(text(&out.stderr).contains("2 ids name both something excluded and something that is not"));
}

#[test]
fn mistakes_on_the_command_line_end_with_two_and_bad_audits_with_three() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    audit(folder, 1);
    for args in [
        &["export", "audit.json", "--to", "nothing"][..],
        &["export", "audit.json", "--max-excluded", "2"],
        &["export", "audit.json", "--id", "{nope}"],
        &["export", "audit.json", "--to", "ignore", "--by", "section"],
        &["export", "audit.json", "--to", "bedrock"],
        &["export", "audit.json", "--policy", "none.toml"],
        &["explain", "docs/none.md"],
    ] {
        let out = shelflife(folder, args);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {}", text(&out.stderr));
        assert!(text(&out.stderr).starts_with("error: "), "{}", text(&out.stderr));
    }
    std::fs::write(folder.join("bad.json"), "{\"schema_version\": 9}").unwrap();
    for args in [
        &["export", "none.json"][..],
        &["export", "bad.json"],
        &["export", "audit.json", "--previous", "none.json"],
        &["export", "audit.json", "-o", "no/such/folder/list.json"],
        &["explain", "x", "--audit", "bad.json"],
        &["explain", "x", "--audit", "none.json"],
    ] {
        assert_eq!(shelflife(folder, args).status.code(), Some(3), "{args:?}");
    }
}

#[test]
fn a_verdict_is_explained_as_a_sum() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    audit(folder, 1);
    let out = shelflife(folder, &["explain", "docs/page 0.md#Part 1"]);
    assert_eq!(
        text(&out.stdout),
        "docs/page 0.md#s1 (lines 11–20): stale (exclude), freshness 42\n\
         \x20   100\n\
         \x20 -  58  dead-flag: 60 (error) × 0.97 = 58: `--x` is gone from the code (line 15)\n\
         \x20 =  42\n\
         \x20 findings took 58 points; 30 exclude the section\n  left out\n"
    );
    let out = shelflife(folder, &["explain", "docs/page 0.md"]);
    assert!(text(&out.stdout).contains("67 % of its lines are excluded; from 50 % on the whole page is"));
    // Another policy, another sum.
    let policy =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/policy/default.toml")).unwrap();
    std::fs::write(folder.join("policy.toml"), policy.replace("error = 60", "error = 10")).unwrap();
    let out = shelflife(folder, &["explain", "docs/page 0.md#s1", "--policy", "policy.toml"]);
    assert!(text(&out.stdout).contains("stale (include), freshness 90"), "{}", text(&out.stdout));
}

#[test]
fn a_review_is_noted_in_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("a.md"), "# A\n").unwrap();
    for _ in 0..2 {
        let out = shelflife(folder, &["review", "a.md", "--by", "Ann", "--date", "2026-06-01"]);
        assert_eq!(text(&out.stdout), "a.md: reviewed 2026-06-01 by Ann\n", "{}", text(&out.stderr));
        let page = std::fs::read_to_string(folder.join("a.md")).unwrap();
        assert_eq!(page, "---\nreviewed: 2026-06-01\nreviewed_by: \"Ann\"\n---\n\n# A\n");
    }
    std::fs::write(folder.join("a.txt"), "A\n").unwrap();
    std::fs::write(folder.join("latin.md"), b"caf\xe9\n").unwrap();
    for (page, status) in [("a.txt", 3), ("latin.md", 3), ("none.md", 3), ("a.rs", 2)] {
        assert_eq!(shelflife(folder, &["review", page, "--by", "Ann"]).status.code(), Some(status), "{page}");
    }
}

#[test]
fn what_an_audit_proves_wrong_goes_and_the_rest_stays() {
    let repo = Repo::new();
    let page = "# App\n\nIt reads pages.\n\n## Files\n\nThe reader is `src/reader.rs`.\n\n## Use\n\nRun it.\n";
    repo.commit(
        &[("docs/app.md", page), ("src/reader.rs", "pub fn read() {}\n"), ("src/main.rs", "fn main() {}\n")],
        &[],
        "start",
        1,
    );
    repo.commit(&[("src/input.rs", "pub struct Other;\n")], &["src/reader.rs"], "drop the reader", 20);
    let folder = tempfile::tempdir().unwrap();
    let audit = folder.path().join("audit.json");
    let (root, file) = (repo.path().to_str().unwrap(), audit.to_str().unwrap());
    let out = shelflife(folder.path(), &["audit", root, "--no-cache", "-o", file, "--now", "2026-06-01"]);
    let value: Value =
        serde_json::from_slice(&std::fs::read(&audit).unwrap_or_else(|_| panic!("{}", text(&out.stderr)))).unwrap();
    assert_eq!(value["findings"].as_array().unwrap().len(), 1, "{value:#}");
    assert!(value["documents"][0]["verdict"]["status"] == "stale", "{value:#}");
    let args = ["export", "audit.json", "--to", "chroma", "--by", "section", "--max-excluded", "1"];
    let filter = shelflife(folder.path(), &args);
    let filter: Value = serde_json::from_slice(&filter.stdout).unwrap();
    assert_eq!(filter, json!({"section_id": {"$nin": ["docs/app.md#app/files"]}}));
    let explained = shelflife(folder.path(), &["explain", "docs/app.md#Files"]);
    assert!(text(&explained.stdout).contains("dead-path: 60 (error)"), "{}", text(&explained.stdout));
}
