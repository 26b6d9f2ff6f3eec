//! `shelflife publish`, as a program, against a GitHub with a memory.

mod inert;
mod merge;
mod ticked;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::Repo;
use crate::support::events::payloads;
use crate::support::hub::{Hub, Trouble};
use crate::support::program::{Run, finish, program};
use crate::support::sample::{audit, document, finding, many, now};
use shelflife::report::json::v1::{Audit, Change, Role, Scope, Waived, WaivedKind};

const HEAD: &str = "0123456789abcdef0123456789abcdef01234567";

/// A folder with an audit in it.
struct Work {
    folder: tempfile::TempDir,
}

impl Work {
    fn new(audit: &Audit) -> Self {
        let work = Self { folder: tempfile::tempdir().unwrap() };
        work.save(audit);
        work
    }

    fn root(&self) -> PathBuf {
        let root = self.folder.path().join("work");
        std::fs::create_dir_all(&root).unwrap();
        root
    }

    fn save(&self, audit: &Audit) {
        let mut audit = audit.clone();
        for finding in &mut audit.findings {
            finding.fingerprint = finding.fingerprint.trim_start_matches("v1:").to_owned();
        }
        let audit = &audit;
        std::fs::write(self.root().join("audit.json"), serde_json::to_vec(audit).unwrap()).unwrap();
    }

    fn event(&self, event: &Value) -> PathBuf {
        let path = self.root().join("event.json");
        std::fs::write(&path, event.to_string()).unwrap();
        path
    }

    /// Runs `shelflife publish KIND audit.json …` against `hub`.
    fn publish(&self, hub: &Hub, kind: &str, more: &[&str]) -> Run {
        self.publish_as(hub, kind, more, &[])
    }

    fn publish_as(&self, hub: &Hub, kind: &str, more: &[&str], env: &[(&str, &Path)]) -> Run {
        let mut command = program(&self.root());
        command
            .args(["publish", kind, "audit.json", "--repo", "o/n", "--api-url", hub.address()])
            .args(more)
            .env("GITHUB_TOKEN", "sesame-token");
        for (name, value) in env {
            command.env(name, value);
        }
        let run = finish(&mut command);
        assert!(!run.stdout.contains("sesame") && !run.stderr.contains("sesame"), "{run:?}");
        run
    }
}

/// An audit of a change with `n` findings of its own.
fn of_change(n: usize) -> Audit {
    let findings = (0..n).map(|i| {
        let mut one = finding("docs/install.md", 3 + i as u32, "--old", "--new", i);
        one.role = Some(Role::Broken);
        one
    });
    let mut audit = audit(vec![document("docs/install.md", "Install")], findings.collect());
    audit.scope = Scope::Change;
    audit.systems[0].web = Some("https://github.com/o/n".into());
    audit.change = Some(Change {
        base: "b".repeat(40),
        merge_base: "b".repeat(40),
        head: HEAD.into(),
        commits: 1,
        files: 2,
        pages: 0,
        broken: n,
        edited: 0,
        before: 4,
        waived: vec![Waived {
            kind: WaivedKind::Suppression,
            document: "docs/install.md".into(),
            line: Some(2),
            text: "shelflife-ignore dead-flag: @everyone look -->".into(),
        }],
        read_again: vec![],
    });
    audit
}

fn full(n: usize) -> Audit {
    let findings = (0..n).map(|i| finding("docs/install.md", 3 + i as u32, "--old", "--new", i)).collect();
    let mut audit = audit(vec![document("docs/install.md", "Install"), document("README.md", "Tool")], findings);
    audit.systems[0].web = Some("https://github.com/o/n".into());
    audit
}

fn body(value: &Value) -> &str {
    value["body"].as_str().unwrap()
}

#[test]
fn recorded_a_comment_is_made_edited_and_resolved_in_place() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&of_change(2));
    let first = work.publish(&hub, "comment", &["--pull", "7"]).ended(0);
    assert!(first.stdout.starts_with("created https://github.com/o/n/pull/7#issuecomment-"), "{first:?}");
    let text = body(&hub.state().comments[0]).to_owned();
    assert!(text.starts_with("<!-- shelflife:comment -->\n### This change makes 2 statements"), "{text}");
    assert!(text.contains("4 findings from before this change not listed"), "{text}");
    assert!(!text.contains("@everyone"), "{text}");
    assert!(work.publish(&hub, "comment", &["--pull", "7"]).ended(0).stdout.starts_with("unchanged"));
    work.save(&of_change(1));
    assert!(work.publish(&hub, "comment", &["--pull", "7"]).ended(0).stdout.starts_with("updated"));
    work.save(&of_change(0));
    assert!(work.publish(&hub, "comment", &["--pull", "7"]).ended(0).stdout.starts_with("resolved"));
    assert!(body(&hub.state().comments[0]).contains("**Resolved:**"));
    assert_eq!(hub.state().comments.len(), 1);
    assert_eq!(hub.state().writes().len(), 3);
}

#[test]
fn no_comment_before_a_finding_of_high_confidence() {
    let hub = Hub::new(HEAD);
    let mut audit = of_change(2);
    for finding in &mut audit.findings {
        finding.confidence.level = shelflife::finding::Level::Medium;
    }
    let work = Work::new(&audit);
    assert_eq!(work.publish(&hub, "comment", &["--pull", "7"]).ended(0).stdout, "nothing to publish\n");
    assert!(hub.state().writes().is_empty());
}

#[test]
fn ten_findings_stand_open_and_the_rest_is_folded() {
    let hub = Hub::new(HEAD);
    Work::new(&of_change(14)).publish(&hub, "comment", &["--pull", "7"]).ended(0);
    let state = hub.state();
    let (open, folded) = body(&state.comments[0]).split_once("<details><summary>4 more</summary>").unwrap();
    assert_eq!(open.matches("\n- [`docs/install.md:").count(), 10);
    assert_eq!(folded.matches("\n- [`docs/install.md:").count(), 4);
}

#[test]
fn our_comment_is_found_beyond_the_first_hundred_and_a_stranger_s_is_not_ours() {
    let hub = Hub::new(HEAD);
    let mark = "<!-- shelflife:comment -->\nold";
    hub.state().comment("mallory", mark);
    hub.state().comment("github-actions", mark);
    for n in 0..240 {
        hub.state().comment("ada", &format!("comment {n}"));
    }
    let ours = hub.state().comment("github-actions[bot]", mark);
    let quoted = hub.state().comment("github-actions[bot]", "> <!-- shelflife:comment -->\nquoted");
    let work = Work::new(&of_change(1));
    work.publish(&hub, "comment", &["--pull", "7"]).ended(0);
    let state = hub.state();
    assert_eq!(state.writes(), [("PATCH".into(), format!("/repos/o/n/issues/comments/{ours}"))]);
    assert!(state.comments.iter().any(|c| c["id"] == quoted));
}

#[test]
fn recorded_two_runs_at_once_leave_one_comment() {
    let hub = Hub::new(HEAD);
    hub.state().meanwhile = Some(("comments".into(), json!("<!-- shelflife:comment -->\nof another run")));
    let work = Work::new(&of_change(1));
    work.publish(&hub, "comment", &["--pull", "7"]).ended(0);
    assert_eq!(hub.state().comments.len(), 1);
    // The next run brings it up to date.
    work.publish(&hub, "comment", &["--pull", "7"]).ended(0);
    assert!(body(&hub.state().comments[0]).contains("This change makes"));
}

#[test]
fn limits_are_waited_for_and_a_lost_answer_doubles_nothing() {
    for (method, end, trouble) in [
        ("GET", "comments", Trouble::Refuse(429, vec![("retry-after", "0".into())])),
        ("GET", "comments", Trouble::Refuse(403, vec![("retry-after", "0".into())])),
        ("GET", "comments", Trouble::Refuse(502, vec![])),
        ("GET", "/7", Trouble::DoneAndCut),
        (
            "POST",
            "comments",
            Trouble::Refuse(403, vec![("x-ratelimit-remaining", "0".into()), ("retry-after", "0".into())]),
        ),
        ("POST", "comments", Trouble::Refuse(503, vec![])),
        ("POST", "comments", Trouble::DoneBut(502)),
        ("POST", "comments", Trouble::DoneAndCut),
    ] {
        let hub = Hub::new(HEAD);
        hub.state().troubles.push_back((method.into(), end.into(), trouble.clone()));
        let work = Work::new(&of_change(1));
        work.publish(&hub, "comment", &["--pull", "7"]).ended(0);
        assert_eq!(hub.state().comments.len(), 1, "{method} {end} {trouble:?}");
    }
}

#[test]
fn a_limit_of_an_hour_is_told_and_not_sat_out() {
    let hub = Hub::new(HEAD);
    let hour = Trouble::Refuse(403, vec![("x-ratelimit-remaining", "0".into()), ("retry-after", "3600".into())]);
    hub.state().troubles.push_back(("GET".into(), "/o/n".into(), hour));
    let run = Work::new(&of_change(1)).publish(&hub, "comment", &["--pull", "7"]).ended(3);
    assert!(run.stderr.contains("rate limit"), "{}", run.stderr);
}

#[test]
fn a_token_that_can_only_read_is_told_what_it_needs() {
    let hub = Hub::new(HEAD);
    hub.state().read_only = true;
    let run = Work::new(&of_change(1)).publish(&hub, "comment", &["--pull", "7"]).ended(3);
    assert!(run.stderr.contains("pull-requests: write"), "{}", run.stderr);
    assert!(hub.state().comments.is_empty());
}

#[test]
fn a_pull_request_that_moved_on_gets_nothing() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&of_change(1));
    let event = work
        .event(&json!({ "pull_request": { "number": 7, "head": { "sha": "f".repeat(40), "repo": { "id": 1 } },
        "base": { "repo": { "id": 1 } } } }));
    let env: [(&str, &Path); 2] = [("GITHUB_EVENT_NAME", Path::new("pull_request")), ("GITHUB_EVENT_PATH", &event)];
    let run = work.publish_as(&hub, "comment", &[], &env).ended(0);
    assert!(run.stdout.contains("newer commits"), "{run:?}");
    assert!(hub.state().writes().is_empty());
}

#[test]
fn recorded_after_a_fork_s_job_number_and_head_come_from_the_host() {
    let hub = Hub::new(HEAD);
    let mut audit = of_change(1);
    audit.systems[0].web = Some("https://github.evil.example/o/n".into());
    audit.documents[0].url = Some("https://evil.example/".into());
    let work = Work::new(&audit);
    let run_of = |sha: &str, event: &str| {
        json!({ "workflow_run": { "event": event, "head_sha": sha, "head_branch": "topic",
        "head_repository": { "owner": { "login": "fork" } }, "pull_requests": [] },
        "pull_request": { "number": 99 } })
    };
    let publish = |event: &Value| {
        let path = work.event(event);
        let env: [(&str, &Path); 2] = [("GITHUB_EVENT_NAME", Path::new("workflow_run")), ("GITHUB_EVENT_PATH", &path)];
        work.publish_as(&hub, "comment", &[], &env)
    };
    for event in payloads("workflow_run", &run_of(HEAD, "pull_request")) {
        publish(&event).ended(0);
    }
    assert_eq!(hub.state().comments.len(), 1);
    let text = body(&hub.state().comments[0]).to_owned();
    assert!(text.contains("https://github.com/o/n/blob/") && !text.contains("evil"), "{text}");
    let old = publish(&run_of(&"e".repeat(40), "pull_request")).ended(0);
    assert!(old.stdout.contains("not published"), "{old:?}");
    let unsafe_run = publish(&run_of(HEAD, "pull_request_target")).ended(2);
    assert!(unsafe_run.stderr.contains("pull_request_target"), "{unsafe_run:?}");
}

#[test]
fn a_comment_wants_a_change_and_an_issue_all_pages() {
    let hub = Hub::new(HEAD);
    let comment = Work::new(&full(1)).publish(&hub, "comment", &["--pull", "7"]).ended(2);
    assert!(comment.stderr.contains("--base"), "{comment:?}");
    let issue = Work::new(&of_change(1)).publish(&hub, "issue", &[]).ended(2);
    assert!(issue.stderr.contains("without `--base`"), "{issue:?}");
    let fix = Work::new(&of_change(1)).publish(&hub, "fix", &[]).ended(2);
    assert!(fix.stderr.contains("of all pages"), "{fix:?}");
    assert!(hub.state().seen.is_empty());
}

#[test]
fn recorded_an_issue_is_opened_edited_closed_and_opened_again() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&full(0));
    assert_eq!(work.publish(&hub, "issue", &[]).ended(0).stdout, "nothing to publish\n");
    let at = |n: usize, week: i64| {
        let mut audit = full(n);
        audit.now = now() + chrono::Duration::weeks(week);
        work.save(&audit);
        work.publish(&hub, "issue", &[]).ended(0).stdout
    };
    assert!(at(3, 0).starts_with("created"));
    assert!(at(2, 1).starts_with("updated"));
    let text = body(&hub.state().issues[0]).to_owned();
    assert!(text.contains("1 fewer than on") && text.contains("### What got better"), "{text}");
    assert!(text.matches('█').count() > 32, "{text}");
    assert!(at(0, 2).starts_with("resolved"));
    assert_eq!(hub.state().issues[0]["state"], "closed");
    assert!(at(1, 3).starts_with("updated"));
    let state = hub.state();
    assert_eq!(state.issues.len(), 1);
    assert_eq!(
        (state.issues[0]["state"].as_str(), state.issues[0]["state_reason"].as_str()),
        (Some("open"), Some("reopened"))
    );
}

#[test]
fn a_second_run_of_one_audit_changes_nothing() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&full(2));
    work.publish(&hub, "issue", &[]).ended(0);
    assert!(work.publish(&hub, "issue", &[]).ended(0).stdout.starts_with("unchanged"));
}

#[test]
fn recorded_two_runs_at_once_leave_one_issue() {
    let hub = Hub::new(HEAD);
    hub.state().meanwhile = Some(("issues".into(), json!("<!-- shelflife:issue -->\nof another run")));
    Work::new(&full(1)).publish(&hub, "issue", &[]).ended(0);
    let state = hub.state();
    let open: Vec<_> = state.issues.iter().filter(|i| i["state"] == "open").collect();
    assert_eq!((open.len(), open[0]["number"].as_u64()), (1, Some(1)));
    assert_eq!(body(&state.issues[1]), "See #1.");
}

#[test]
fn an_issue_that_a_stranger_marked_and_damaged_data_count_for_nothing() {
    let hub = Hub::new(HEAD);
    hub.state().issue("mallory", "<!-- shelflife:issue -->\nmine");
    hub.state()
        .issue("github-actions[bot]", "<!-- shelflife:issue -->\n<!-- shelflife:data {\"v\":1,\"runs\":[{}]} -->");
    let work = Work::new(&full(1));
    work.publish(&hub, "issue", &[]).ended(0);
    let state = hub.state();
    assert_eq!(body(&state.issues[0]), "<!-- shelflife:issue -->\nmine");
    assert!(body(&state.issues[1]).contains("\"wrong\":1"));
}

#[test]
fn an_issue_of_a_thousand_pages_stays_within_its_bounds() {
    let hub = Hub::new(HEAD);
    let mut audit = many(5000);
    audit.systems[0].web = Some("https://github.com/o/n".into());
    for finding in &mut audit.findings {
        finding.message = format!("`{}` is gone", "長い名前".repeat(400));
    }
    Work::new(&audit).publish(&hub, "issue", &["--report-url", "https://example.org/report"]).ended(0);
    let state = hub.state();
    let text = body(&state.issues[0]);
    assert!(text.len() <= 65_000 && text.contains("https://example.org/report"), "{}", text.len());
    assert!(text.contains(" pages more."), "{text}");
}

#[test]
fn owners_are_called_only_if_that_is_asked_for() {
    let mut audit = full(1);
    let owner = |name: &str| shelflife::report::json::v1::Owner { name: name.into(), source: "codeowners".into() };
    audit.documents[0].signals.owners = vec![owner("@org/docs"), owner("@everyone")];
    let work = Work::new(&audit);
    let dry = |more: &[&str]| {
        let mut command = program(&work.root());
        finish(command.args(["publish", "issue", "audit.json", "--dry-run"]).args(more)).ended(0).stdout
    };
    assert!(!dry(&[]).contains("@org/docs"));
    let called = dry(&["--mention-owners"]);
    assert!(called.contains("@org/docs") && !called.contains("@everyone"), "{called}");
}

#[test]
fn what_is_private_reaches_no_public_place() {
    let hub = Hub::new(HEAD);
    let mut audit = full(1);
    let mut secret = document("notion:1f2e3d", "The secret plan");
    secret.source = "notion".into();
    secret.url = Some("https://www.notion.so/1f2e3d".into());
    let mut leak = finding("notion:1f2e3d", 3, "--secret-flag", "--other", 50);
    leak.message = "`--secret-flag` is gone".into();
    audit.documents.push(secret);
    audit.findings.push(leak);
    let work = Work::new(&audit);
    let refused = work.publish(&hub, "issue", &[]).ended(2);
    assert!(refused.stderr.contains("o/n is public") && refused.stderr.contains("--redact"), "{refused:?}");
    assert!(hub.state().writes().is_empty());
    work.publish(&hub, "issue", &["--redact"]).ended(0);
    let text = body(&hub.state().issues[0]).to_owned();
    for word in ["secret", "1f2e3d --", "plan", "harbour_secret"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    assert!(text.contains("2 statements are no longer true") && text.contains("docs/install.md"), "{text}");
    // Where only its readers read, all is shown.
    let hub = Hub::new(HEAD);
    hub.state().visibility = "private".into();
    work.publish(&hub, "issue", &[]).ended(0);
    assert!(body(&hub.state().issues[0]).contains("--secret-flag"));
}

#[test]
fn what_is_private_is_not_in_sarif() {
    let mut audit = full(1);
    let mut secret = document("notion:1f2e3d", "The secret plan");
    secret.source = "notion".into();
    audit.documents.push(secret);
    audit.findings.push(finding("notion:1f2e3d", 3, "--secret-flag", "--other", 50));
    audit.inconclusive.push(shelflife::report::json::v1::Inconclusive {
        document: Some("notion:1f2e3d".into()),
        reason: "unreadable".into(),
        message: "secret".into(),
    });
    let mut out = Vec::new();
    shelflife::report::sarif::write(&mut out, &audit).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("secret") && text.contains("docs/install.md"), "{text}");
}

#[test]
fn code_of_a_private_repository_reaches_no_public_place() {
    let hub = Hub::new(HEAD);
    let mut audit = full(1);
    let mut other = audit.systems[0].clone();
    other.name = "vault".into();
    other.repo = "https://github.com/o/vault".into();
    other.web = Some("https://github.com/o/vault".into());
    audit.systems.push(other);
    let work = Work::new(&audit);
    // Not to be seen counts as private.
    assert!(work.publish(&hub, "issue", &[]).ended(2).stderr.contains("vault"));
    hub.state().others.insert("o/vault".into(), "private".into());
    assert!(work.publish(&hub, "issue", &[]).ended(2).stderr.contains("vault"));
    work.publish(&hub, "issue", &["--redact"]).ended(0);
    let text = body(&hub.state().issues[0]).to_owned();
    assert!(!text.contains("--old") && !text.contains("src/"), "{text}");
    hub.state().others.insert("o/vault".into(), "public".into());
    work.publish(&hub, "issue", &[]).ended(0);
}

#[test]
fn recorded_a_check_has_its_annotations_in_batches_and_is_made_once() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&of_change(130));
    work.publish(&hub, "checks", &["--commit", HEAD, "--fail-on", "error"]).ended(0);
    {
        let state = hub.state();
        let sizes: Vec<usize> = state
            .seen
            .iter()
            .filter(|s| s.path.contains("check-runs") && s.method != "GET")
            .map(|s| s.body["output"]["annotations"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [50, 50, 30]);
        assert_eq!(state.checks[0]["conclusion"], "failure");
    }
    work.publish(&hub, "checks", &["--commit", HEAD]).ended(0);
    assert_eq!(hub.state().checks.len(), 1);
    assert!(work.publish(&hub, "checks", &["--commit", "main"]).ended(2).stderr.contains("full id"));
}

#[test]
fn recorded_suggestions_are_one_review_and_never_made_twice() {
    let hub = Hub::new(HEAD);
    let mut audit = of_change(2);
    let line = "Run it with --old now";
    for finding in &mut audit.findings {
        let at = |column| shelflife::report::json::v1::Position { line: finding.location.start.line, column };
        finding.fix = Some(shelflife::report::json::v1::Fix {
            start: at(13),
            end: at(18),
            old: "--old".into(),
            text: "--new".into(),
        });
    }
    hub.state().files = vec![json!({ "filename": "docs/install.md", "patch": format!("@@ -1,3 +3,1 @@\n+{line}") })];
    let work = Work::new(&audit);
    for _ in 0..2 {
        work.publish(&hub, "comment", &["--pull", "7", "--suggest"]).ended(0);
    }
    let state = hub.state();
    assert_eq!(state.reviews.len(), 1);
    let comments = state.reviews[0]["comments"].as_array().unwrap();
    // Only the line that the pull request shows.
    assert_eq!(comments.len(), 1);
    assert!(body(&comments[0]).contains("```suggestion\nRun it with --new now\n```"), "{comments:?}");
}

#[test]
fn an_address_that_is_not_https_gets_no_token() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&full(1));
    let mut command = program(&work.root());
    command.args(["publish", "issue", "audit.json", "--repo", "o/n", "--api-url", "http://example.org"]);
    let run = finish(command.env("GITHUB_TOKEN", "sesame-token")).ended(3);
    assert!(run.stderr.contains("https only") && !run.stderr.contains("sesame"), "{run:?}");
    let mut command = program(&work.root());
    command.args(["publish", "issue", "audit.json", "--repo", "o/n", "--api-url", hub.address()]);
    let run = finish(&mut command).ended(2);
    assert!(run.stderr.contains("GITHUB_TOKEN"), "{run:?}");
}

/// A checkout with one certain fix, and its audit beside it.
fn fixable() -> Repo {
    let repo = Repo::new();
    repo.commit(&[("src/defaults.rs", "pub const A: u32 = 1;\npub const B: u32 = 2;\n")], &[], "Begin", 0);
    repo.commit(&[("docs/a.md", "# A\n\nSee `src/defaults.rs`.\n")], &[], "Describe", 1);
    repo.rename("src/defaults.rs", "src/settings/defaults.rs", "Group", 2);
    repo
}

fn publish_fix(repo: &Repo, hub: &Hub) -> Run {
    let audit = repo.beside("audit.json");
    let audit = audit.to_str().unwrap();
    finish(program(repo.path()).args(["audit", "-o", audit, "--no-cache"]));
    let mut command = program(repo.path());
    command.args(["publish", "fix", audit, "--repo", "o/n", "--api-url", hub.address()]);
    finish(command.env("GITHUB_TOKEN", "sesame-token"))
}

#[test]
fn recorded_fixes_are_one_pull_request_updated_in_place_and_closed() {
    let repo = fixable();
    let hub = Hub::new(HEAD);
    assert!(publish_fix(&repo, &hub).ended(0).stdout.starts_with("created"));
    assert!(publish_fix(&repo, &hub).ended(0).stdout.starts_with("unchanged"));
    {
        let state = hub.state();
        assert_eq!(state.pulls.len(), 2);
        let text = body(&state.pulls[1]);
        assert!(text.contains("| `docs/a.md:3` | `src/defaults.rs` | `src/settings/defaults.rs` |"), "{text}");
        let blobs: Vec<&Value> = state.seen.iter().filter(|s| s.path.ends_with("blobs")).map(|s| &s.body).collect();
        assert_eq!(blobs[0]["content"], "IyBBCgpTZWUgYHNyYy9zZXR0aW5ncy9kZWZhdWx0cy5yc2AuCg==");
    }
    repo.commit(&[("src/other.rs", "fn other() {}\n")], &[], "Add other", 3);
    assert!(publish_fix(&repo, &hub).ended(0).stdout.starts_with("updated"));
    repo.commit(&[("docs/a.md", "# A\n\nSee `src/settings/defaults.rs`.\n")], &[], "Mend", 4);
    assert!(publish_fix(&repo, &hub).ended(0).stdout.starts_with("resolved"));
    let state = hub.state();
    assert_eq!((state.pulls.len(), state.pulls[1]["state"].as_str()), (2, Some("closed")));
}

#[test]
fn fixes_are_made_of_what_was_audited_and_nothing_else() {
    let repo = fixable();
    let hub = Hub::new(HEAD);
    let audit = repo.beside("audit.json");
    let audit = audit.to_str().unwrap();
    finish(program(repo.path()).args(["audit", "-o", audit, "--no-cache"]));
    repo.commit(&[("docs/b.md", "# B\n")], &[], "Another", 3);
    let mut command = program(repo.path());
    command.args(["publish", "fix", audit, "--repo", "o/n", "--api-url", hub.address()]);
    let run = finish(command.env("GITHUB_TOKEN", "sesame-token")).ended(2);
    assert!(run.stderr.contains("not of the commit that is checked out"), "{run:?}");
    // Another's pull request from the branch is not touched.
    let theirs = json!({ "number": 9, "state": "open", "body": "<!-- shelflife:fix -->", "html_url": "x",
        "user": { "login": "mallory", "type": "User" }, "head": { "label": "o:shelflife/fix", "sha": "" } });
    hub.state().pulls.push(theirs);
    let run = publish_fix(&repo, &hub).ended(2);
    assert!(run.stderr.contains("#9"), "{run:?}");
    assert!(hub.state().writes().is_empty());
}
