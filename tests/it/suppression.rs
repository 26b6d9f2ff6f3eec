//! Comments in pages that hide findings.

use chrono::{DateTime, Utc};
use shelflife::document::Document;
use shelflife::finding::{Confidence, Finding, Level, Severity};
use shelflife::triage::{Filter, HiddenBy, Triaged, apply};

use crate::support::pages::{finding, finding_at, page};

fn now() -> DateTime<Utc> {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

fn triage(document: &Document, findings: Vec<Finding>) -> Triaged {
    apply(findings, std::slice::from_ref(document), None, &Filter::default(), now())
}

/// Rule, line and message of each finding.
fn reported(triaged: &Triaged) -> Vec<(&str, u32, &str)> {
    triaged.findings.iter().map(|f| (f.rule, f.start.line, f.message.as_str())).collect()
}

#[test]
fn the_next_line_is_hidden_in_every_format() {
    for (path, text) in [
        ("a.md", "# A\n\n<!-- shelflife-ignore dead-path: for 1.x -->\nSee `src/a.rs`.\n"),
        ("a.md", "# A\n\n<!--\nshelflife-ignore dead-path:\n  for 1.x -->\n\nSee `src/a.rs`.\n"),
        ("a.mdx", "# A\n\n{/* shelflife-ignore dead-path: for 1.x */}\n\nSee `src/a.rs`.\n"),
        ("a.rst", "A\n=\n\n.. shelflife-ignore dead-path: for 1.x\n\nSee ``src/a.rs``.\n"),
        ("a.adoc", "= A\n\n// shelflife-ignore dead-path: for 1.x\nSee `src/a.rs`.\n"),
        ("a.md", "# A\r\n\r\n<!-- shelflife-ignore dead-path: for 1.x -->\r\nSee `src/a.rs`.\r\n"),
        ("a.md", "> <!-- shelflife-ignore dead-path: for 1.x -->\n>\n> See `src/a.rs`.\n"),
        ("a.md", "# 一\n\n<!-- shelflife-ignore dead-path：for 1.x -->\n詳しくは`src/a.rs`を参照。\n"),
    ] {
        let document = page(path, text);
        let triaged = triage(&document, vec![finding(&document, "dead-path", "src/a.rs")]);
        assert_eq!(reported(&triaged), [], "{text}");
        assert_eq!(triaged.suppressed.len(), 1, "{text}");
        assert_eq!(triaged.suppressed[0].by, HiddenBy::Comment);
        assert_eq!(triaged.suppressed[0].reason, "for 1.x", "{text}");
    }
}

#[test]
fn only_the_next_line_and_only_the_named_rules() {
    let document = page(
        "a.md",
        "<!-- shelflife-ignore dead-path, dead-flag: for 1.x -->\n`src/a.rs` takes `--old` and `OLD`.\n`src/b.rs` too.\n",
    );
    let findings = vec![
        finding(&document, "dead-path", "src/a.rs"),
        finding(&document, "dead-flag", "--old"),
        finding(&document, "dead-env-var", "OLD"),
        finding(&document, "dead-path", "src/b.rs"),
    ];
    let triaged = triage(&document, findings);
    let left: Vec<_> = triaged.findings.iter().map(|f| f.subject.as_str()).collect();
    assert_eq!(left, ["OLD", "src/b.rs"]);
    assert_eq!(triaged.suppressed.len(), 2);
}

#[test]
fn stacked_comments_mean_the_same_line() {
    let document = page(
        "a.md",
        "<!-- shelflife-ignore dead-path: one -->\n<!-- shelflife-ignore dead-flag: two -->\n\n`src/a.rs` takes `--old`.\n",
    );
    let findings = vec![finding(&document, "dead-path", "src/a.rs"), finding(&document, "dead-flag", "--old")];
    let triaged = triage(&document, findings);
    assert_eq!(reported(&triaged), []);
    assert_eq!(triaged.suppressed.iter().map(|s| s.reason.as_str()).collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn a_code_block_or_table_below_is_hidden_whole() {
    for (path, text) in [
        ("a.md", "<!-- shelflife-ignore dead-flag: old -->\n```sh\nrun\nrun --old\n```\n\nThen `--old` again.\n"),
        (
            "a.md",
            "<!-- shelflife-ignore dead-flag: old -->\n\n| a | b |\n|---|---|\n| x | y |\n| `--old` | z |\n\nThen `--old` again.\n",
        ),
        (
            "a.rst",
            ".. shelflife-ignore dead-flag: old\n\n.. code-block:: sh\n\n   run\n   run --old\n\nThen ``--old`` again.\n",
        ),
        (
            "a.adoc",
            "// shelflife-ignore dead-flag: old\n[source,sh]\n----\nrun\nrun --old\n----\n\nThen `--old` again.\n",
        ),
    ] {
        let document = page(path, text);
        let findings =
            vec![finding_at(&document, "dead-flag", "--old", 0), finding_at(&document, "dead-flag", "--old", 1)];
        let triaged = triage(&document, findings);
        assert_eq!(triaged.suppressed.len(), 1, "{text}");
        assert_eq!(triaged.findings.len(), 1, "{text}");
        assert!(triaged.findings[0].start.line >= 7);
    }
}

#[test]
fn a_comment_beside_words_is_about_its_own_line() {
    let document = page(
        "a.md",
        "| a | b |\n|---|---|\n| `--old` | x <!-- shelflife-ignore dead-flag: old --> |\n| `--old` | y |\n",
    );
    let findings = vec![finding_at(&document, "dead-flag", "--old", 0), finding_at(&document, "dead-flag", "--old", 1)];
    let triaged = triage(&document, findings);
    assert_eq!(triaged.suppressed.iter().map(|s| s.finding.start.line).collect::<Vec<_>>(), [3]);
    assert_eq!(triaged.findings.iter().map(|f| f.start.line).collect::<Vec<_>>(), [4]);
}

#[test]
fn regions_and_whole_pages() {
    let document = page(
        "a.md",
        "`--old`\n\n<!-- shelflife-ignore-start dead-flag: old program -->\n\n`--old`\n\n`--old`\n\n<!-- shelflife-ignore-end dead-flag -->\n\n`--old`\n",
    );
    let all = |d: &Document| (0..4).map(|n| finding_at(d, "dead-flag", "--old", n)).collect::<Vec<_>>();
    let triaged = triage(&document, all(&document));
    assert_eq!(triaged.findings.iter().map(|f| f.start.line).collect::<Vec<_>>(), [1, 11]);

    let document =
        page("a.md", "`--old`\n\n`--old`\n\n`--old`\n\n`--old`\n\n<!-- shelflife-ignore-file dead-flag: made up -->\n");
    let triaged = triage(&document, all(&document));
    assert_eq!(reported(&triaged), []);
    assert_eq!(triaged.suppressed.len(), 4);
}

#[test]
fn regions_nest() {
    let document = page(
        "a.md",
        "<!-- shelflife-ignore-start dead-flag: outer -->\n\n`--a`\n\n<!-- shelflife-ignore-start dead-flag: inner -->\n\n`--b`\n\n<!-- shelflife-ignore-end -->\n\n`--c`\n\n<!-- shelflife-ignore-end -->\n\n`--d`\n",
    );
    let findings = ["--a", "--b", "--c", "--d"].map(|flag| finding(&document, "dead-flag", flag));
    let triaged = triage(&document, findings.to_vec());
    let hidden: Vec<_> = triaged.suppressed.iter().map(|s| (s.finding.subject.as_str(), s.reason.as_str())).collect();
    assert_eq!(hidden, [("--a", "outer"), ("--b", "inner"), ("--c", "outer")]);
    assert_eq!(triaged.findings.len(), 1);
}

#[test]
fn what_is_wrong_with_a_comment_is_said() {
    for (comment, line, message) in [
        (
            "shelflife-ignore dead-path",
            3,
            "`shelflife-ignore dead-path` gives no reason, so nothing is hidden: write `shelflife-ignore dead-path: why it stays`",
        ),
        (
            "shelflife-ignore dead-path: --",
            3,
            "`shelflife-ignore dead-path` gives no reason, so nothing is hidden: write `shelflife-ignore dead-path: why it stays`",
        ),
        (
            "shelflife-ignore: because",
            3,
            "`shelflife-ignore` names no rule: write `shelflife-ignore dead-path: why it stays`",
        ),
        (
            "shelflife-ignore ded-path: because",
            3,
            "`ded-path` is no rule, so nothing is hidden: did you mean `dead-path`?",
        ),
        (
            "shelflife-ignore something-quite-different: because",
            3,
            "`something-quite-different` is no rule, so nothing is hidden: `shelflife rules` lists them",
        ),
        (
            "shelflife-ignore-next dead-path: because",
            3,
            "`shelflife-ignore-next` is no form of a suppression: write `shelflife-ignore`, `shelflife-ignore-start`, `shelflife-ignore-end` or `shelflife-ignore-file`",
        ),
        (
            "shelflife-ignore dead-path until=2027-02-30: because",
            3,
            "`until=2027-02-30` is no day, so nothing is hidden: write `until=2027-01-31`",
        ),
        (
            "shelflife-ignore dead-path: because, until=soon",
            3,
            "`until=soon` is no day, so nothing is hidden: write `until=2027-01-31`",
        ),
        (
            "shelflife-ignore-start dead-path: because",
            3,
            "`shelflife-ignore-start` has no end, so nothing is hidden: add `shelflife-ignore-end`",
        ),
        (
            "shelflife-ignore-end",
            3,
            "`shelflife-ignore-end` ends nothing: remove it, or add its `shelflife-ignore-start`",
        ),
    ] {
        let document = page("a.md", &format!("# A\n\n<!-- {comment} -->\nSee `src/a.rs`.\n"));
        let triaged = triage(&document, vec![finding(&document, "dead-path", "src/a.rs")]);
        assert_eq!(triaged.findings.len(), 2, "{comment}: {:?}", reported(&triaged));
        assert_eq!(reported(&triaged)[0], ("invalid-suppression", line, message));
        assert_eq!(triaged.findings[0].severity, Severity::Warning);
        assert_eq!(triaged.suppressed.len(), 0);
    }
}

#[test]
fn an_unused_comment_is_a_finding_with_its_fix() {
    let document = page("a.md", "# A\n\n<!-- shelflife-ignore dead-path: for 1.x -->\nSee `src/a.rs`.\n");
    let triaged = triage(&document, vec![]);
    assert_eq!(
        reported(&triaged),
        [("unused-suppression", 3, "`shelflife-ignore dead-path` hides nothing: remove it")]
    );
    let fix = triaged.findings[0].fix.as_ref().unwrap();
    let mut text = document.text.to_string();
    text.replace_range(fix.span.start..fix.span.end, &fix.text);
    assert_eq!(text, "# A\n\nSee `src/a.rs`.\n");
}

#[test]
fn of_two_rules_the_unused_one_is_named() {
    let document = page("a.md", "<!-- shelflife-ignore dead-flag, dead-path: for 1.x -->\nSee `src/a.rs`.\n");
    let triaged = triage(&document, vec![finding(&document, "dead-path", "src/a.rs")]);
    assert_eq!(
        reported(&triaged),
        [("unused-suppression", 1, "`shelflife-ignore dead-flag` hides nothing: remove it")]
    );
    assert_eq!(triaged.findings[0].fix, None);
}

#[test]
fn where_little_is_known_nothing_is_called_unused() {
    let document = page("a.md", "<!-- shelflife-ignore dead-path: for 1.x -->\nSee `src/a.rs`.\n");
    let only = |rule: &str| Filter { only: Some([rule.to_owned()].into()), ..Filter::default() };
    let undecided = Filter { undecided: [document.id.clone()].into(), ..Filter::default() };
    for filter in [only("unused-suppression"), only("dead-path"), undecided] {
        let triaged = apply(vec![], std::slice::from_ref(&document), None, &filter, now());
        assert_eq!(reported(&triaged), []);
    }
}

#[test]
fn a_comment_ends_after_its_day() {
    for (day, ended) in [("2026-01-14", true), ("2026-01-15", false), ("2026-01-16", false)] {
        for comment in [
            format!("shelflife-ignore dead-path until={day}: for 1.x"),
            format!("shelflife-ignore dead-path: for 1.x until={day}"),
        ] {
            let document = page("a.md", &format!("<!-- {comment} -->\nSee `src/a.rs`.\n"));
            let triaged = triage(&document, vec![finding(&document, "dead-path", "src/a.rs")]);
            if ended {
                let message = "`shelflife-ignore dead-path` ended on 2026-01-14: remove it, or set a later date if its reason still holds";
                assert_eq!(reported(&triaged)[0], ("expired-suppression", 1, message));
                assert_eq!(reported(&triaged)[1].0, "dead-path");
            } else {
                assert_eq!(reported(&triaged), []);
                assert_eq!(triaged.suppressed[0].reason, "for 1.x");
                assert_eq!(triaged.suppressed[0].until.map(|d| d.to_string()).as_deref(), Some(day));
            }
        }
    }
}

#[test]
fn the_same_comment_has_the_same_fingerprint_after_edits_around_it() {
    let before = page("a.md", "# A\n\n<!-- shelflife-ignore dead-path: for 1.x -->\nText.\n");
    let after = page("a.md", "# A\n\nNew words.\n\n<!-- shelflife-ignore dead-path: for all of 1.x -->\nText.\n");
    let print = |d: &Document| triage(d, vec![]).findings[0].fingerprint.clone();
    assert_eq!(print(&before), print(&after));
}

#[test]
fn samples_of_comments_are_none() {
    let document = page("a.md", "```html\n<!-- shelflife-ignore dead-path -->\n```\n\n`<!-- shelflife-ignore x -->`\n");
    assert_eq!(reported(&triage(&document, vec![])), []);
}

#[test]
fn two_rules_at_the_same_words_give_one_finding() {
    let document = page("a.md", "Run `brook --config-file x` now.\n");
    let findings = vec![
        finding(&document, "dead-symbol", "config"),
        finding(&document, "dead-flag", "--config-file"),
        finding(&document, "dead-path", "brook --config-file"),
        finding(&document, "dead-flag", "--config-file"),
    ];
    let triaged = triage(&document, findings);
    assert_eq!(
        triaged.findings.iter().map(|f| (f.rule, f.subject.as_str())).collect::<Vec<_>>(),
        [("dead-flag", "--config-file")]
    );
}

#[test]
fn a_doubtful_specific_finding_hides_no_sure_general_one() {
    let document = page("a.md", "Run `config_file` now.\n");
    let mut doubtful = finding(&document, "dead-env-var", "config_file");
    doubtful.confidence = Confidence::new(0.3);
    let findings = vec![doubtful, finding(&document, "dead-symbol", "config_file")];
    let filter = Filter { min_confidence: Level::Medium, ..Filter::default() };
    let triaged = apply(findings.clone(), std::slice::from_ref(&document), None, &filter, now());
    assert_eq!(reported(&triaged).iter().map(|f| f.0).collect::<Vec<_>>(), ["dead-symbol"]);
    let triaged = triage(&document, findings);
    assert_eq!(reported(&triaged).iter().map(|f| f.0).collect::<Vec<_>>(), ["dead-env-var"]);
}

#[test]
fn a_link_and_its_text_give_one_finding() {
    let document = page("a.md", "See [src/a.rs](src/a.rs).\n");
    let findings =
        vec![finding_at(&document, "dead-path", "src/a.rs", 0), finding_at(&document, "dead-link", "src/a.rs", 1)];
    let triaged = triage(&document, findings);
    assert_eq!(reported(&triaged).iter().map(|f| f.0).collect::<Vec<_>>(), ["dead-link"]);
}

#[test]
fn weak_findings_are_kept_apart_and_severities_configured() {
    let document = page("a.md", "`--a` and `--b`\n");
    let mut weak = finding(&document, "dead-flag", "--a");
    weak.confidence = Confidence::new(0.5);
    let findings = vec![weak, finding(&document, "dead-flag", "--b")];
    let mut filter = Filter { min_confidence: Level::Medium, ..Filter::default() };
    filter.rules.entry("dead-flag".into()).or_default().severity = Some(Severity::Note);
    let triaged = apply(findings.clone(), std::slice::from_ref(&document), None, &filter, now());
    assert_eq!(triaged.below_confidence.len(), 1);
    assert_eq!(triaged.findings.len(), 1);
    assert_eq!(triaged.findings[0].severity, Severity::Note);

    filter.rules.entry("dead-flag".into()).or_default().min_confidence = Some(Level::Low);
    let triaged = apply(findings.clone(), std::slice::from_ref(&document), None, &filter, now());
    assert_eq!((triaged.findings.len(), triaged.below_confidence.len()), (2, 0));

    filter.rules.entry("dead-flag".into()).or_default().enabled = Some(false);
    let triaged = apply(findings, std::slice::from_ref(&document), None, &filter, now());
    assert_eq!((triaged.findings.len(), triaged.below_confidence.len()), (0, 0));
}

#[test]
fn a_page_full_of_bad_comments_ends_in_time_and_counts_them() {
    let text = "<!-- shelflife-ignore -->".repeat(50_000);
    let document = page("a.md", &text);
    let started = std::time::Instant::now();
    let triaged = triage(&document, vec![]);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let comments = document.comments.len();
    assert!(comments > 0);
    assert_eq!(triaged.findings.len(), comments.min(200));
    if comments > 200 {
        let last = &triaged.findings[199].message;
        assert!(last.ends_with(&format!(" ({} more comments of this page have a problem)", comments - 200)), "{last}");
    }
}
