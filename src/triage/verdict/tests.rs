use serde_json::json;

use super::*;
use crate::report::json::v1::Audit;
use crate::triage::explain::explain;

/// An audit as another program would write it, so that the tests hold for the published form.
fn audit(document: serde_json::Value, findings: serde_json::Value) -> Audit {
    serde_json::from_value(json!({
        "schema_version": 1, "tool": {"name": "shelflife", "version": "0"},
        "now": "2026-06-01T00:00:00Z", "scope": "full",
        "summary": serde_json::to_value(crate::report::json::v1::Summary::default()).unwrap(),
        "systems": [], "documents": [document], "findings": findings, "inconclusive": [], "suppressed": []
    }))
    .unwrap()
}

fn document(edited: &str, tense: &str) -> serde_json::Value {
    let section = |id: &str, start: u32, end: u32| {
        json!({"id": id, "heading_path": [id], "start": start, "end": end, "content_hash": "fnv1a:0",
               "last_edited": {"date": edited, "author": "A", "commit": null}})
    };
    json!({"id": "docs/a.md", "title": "A", "source": "git", "url": null, "format": "markdown", "tense": tense,
           "tense_reason": null, "last_edited": null, "references": 3, "findings": 1, "inconclusive": 0,
           "sections": [section("_", 1, 10), section("setup", 11, 40)]})
}

fn finding(rule: &str, severity: &str, probability: f64, line: u32) -> serde_json::Value {
    json!({"rule": rule, "severity": severity, "confidence": {"level": "high", "probability": probability},
           "message": "`--x` is gone", "section": "setup",
           "location": {"document": "docs/a.md", "start": {"line": line, "column": 1},
                        "end": {"line": line, "column": 4}, "text": "--x"},
           "evidence": {"moment": null, "witnesses": [], "witness_count": 0, "now": [],
                        "cause": {"kind": "removed", "path": null, "commit": {"id": "c0ffee", "date":
                        "2026-02-03T00:00:00Z", "author": "B", "subject": "drop x"}}, "replacement": null},
           "fingerprint": format!("f{line}"), "fix": null})
}

fn verdicts(audit: &mut Audit) -> (Verdict, Verdict, Verdict) {
    apply(audit, &Policy::builtin().unwrap());
    let document = &audit.documents[0];
    let section = |i: usize| document.sections[i].verdict.clone().unwrap();
    (document.verdict.clone().unwrap(), section(0), section(1))
}

const RECENT: &str = "2026-05-01T00:00:00Z";

#[test]
fn an_error_of_high_confidence_excludes_its_section_and_here_its_page() {
    let mut audit = audit(document(RECENT, "current"), json!([finding("dead-flag", "error", 0.9, 20)]));
    let (page, first, setup) = verdicts(&mut audit);
    assert_eq!((first.status, first.freshness, first.action), (Status::Fresh, 100, Action::Include));
    // 60 × 0.9 = 54.
    assert_eq!((setup.status, setup.freshness, setup.action), (Status::Stale, 46, Action::Exclude));
    assert_eq!(setup.since.unwrap().to_rfc3339(), "2026-02-03T00:00:00+00:00");
    // (10 × 100 + 30 × 46) / 40 = 59.5, rounded up; 30 of 40 lines are out.
    assert_eq!((page.status, page.freshness, page.action), (Status::Stale, 60, Action::Exclude));
    let text = explain(&audit, &Policy::builtin().unwrap(), "docs/a.md#setup").unwrap();
    assert!(text.contains("-  54  dead-flag: 60 (error) × 0.90 = 54: `--x` is gone (line 20)"), "{text}");
    assert!(text.contains("=  46"), "{text}");
    assert!(explain(&audit, &Policy::builtin().unwrap(), "docs/a.md").unwrap().contains("75 % of its lines"));
    assert!(explain(&audit, &Policy::builtin().unwrap(), "docs/a.md#nope").is_err());
    assert!(explain(&audit, &Policy::builtin().unwrap(), "a.md").unwrap_err().to_string().contains("docs/a.md"));
}

#[test]
fn what_is_barely_reported_excludes_a_short_section_and_the_lines_of_a_long_one() {
    let one = |lines: u32, severity: &str, findings: &[(f64, u32)]| {
        let mut page = document(RECENT, "current");
        page["sections"][1]["end"] = json!(10 + lines);
        let found: Vec<_> = findings.iter().map(|(p, line)| finding("dead-flag", severity, *p, *line)).collect();
        let mut audit = audit(page, json!(found));
        let (_, _, setup) = verdicts(&mut audit);
        (setup, explain(&audit, &Policy::builtin().unwrap(), "docs/a.md#setup").unwrap())
    };
    for severity in ["error", "warning"] {
        let (setup, _) = one(30, severity, &[(0.6, 20)]);
        assert_eq!((setup.action, setup.lines.as_slice()), (Action::Exclude, &[[20, 20]][..]), "{severity}");
        assert_eq!(one(30, severity, &[(0.59, 20)]).0.action, Action::Demote, "{severity}");
    }
    // 54 × 30 / 54 = 30; 54 × 30 / 55 = 29.5, rounded down.
    assert_eq!(one(54, "error", &[(0.9, 20)]).0.action, Action::Exclude);
    let (setup, text) = one(55, "error", &[(0.9, 20)]);
    assert_eq!((setup.action, setup.weight(), setup.lines.as_slice()), (Action::Demote, 0.46, &[[20, 20]][..]));
    assert!(text.contains("findings took 54 points: × 30 / 55 lines = 29; 30 exclude the section"), "{text}");
    assert!(text.contains("those that hold line 20 are left out"), "{text}");
    // Two of them are too many again; lines that follow each other are one passage.
    let (setup, _) = one(55, "error", &[(0.9, 30), (0.9, 21), (0.9, 20)]);
    assert_eq!((setup.action, setup.lines.as_slice()), (Action::Exclude, &[[20, 21], [30, 30]][..]));
}

#[test]
fn dead_links_never_exclude_and_are_capped() {
    let links: Vec<_> = (11..31).map(|line| finding("dead-link", "error", 0.99, line)).collect();
    let (_, _, setup) = verdicts(&mut audit(document(RECENT, "current"), json!(links)));
    assert_eq!((setup.status, setup.freshness, setup.action), (Status::Stale, 76, Action::Demote));
    assert_eq!(setup.finding_points(), 24);
    assert!(setup.lines.is_empty(), "a quote of the line is right but for the link");
}

#[test]
fn age_alone_makes_a_review_due_and_never_more() {
    let (page, _, setup) = verdicts(&mut audit(document("2001-01-01T00:00:00Z", "current"), json!([])));
    assert_eq!((setup.status, setup.freshness, setup.action), (Status::ReviewDue, 80, Action::Include));
    assert_eq!(page.status, Status::ReviewDue);
    let mut old = document("2001-01-01T00:00:00Z", "current");
    old["signals"] = json!({"churn": {"commits": 4_000_000_000_u32, "files": 3}, "review_by": "2002-01-01",
        "orphaned": {"last_seen": "2003-01-01", "successors": ["C"]},
        "duplicate": {"document": "docs/b.md", "section": "x", "similarity": 97}});
    let (page, _, setup) = verdicts(&mut audit(old, json!([])));
    assert_eq!((setup.status, setup.freshness, setup.action), (Status::ReviewDue, 45, Action::Demote));
    assert_eq!(page.action, Action::Demote);
}

#[test]
fn churn_shortens_the_interval() {
    // 200 days: not due by itself.
    let mut doc = document("2025-11-13T00:00:00Z", "current");
    let (_, _, setup) = verdicts(&mut audit(doc.clone(), json!([])));
    assert_eq!(setup.status, Status::Fresh);
    // 20 commits halve 365 days: 10 × 200 / 182.5 = 10.9.
    doc["sections"][1]["signals"] = json!({"churn": {"commits": 20, "files": 2}});
    let (_, first, setup) = verdicts(&mut audit(doc, json!([])));
    assert_eq!((first.status, setup.status, setup.freshness), (Status::Fresh, Status::ReviewDue, 90));
}

#[test]
fn a_review_resets_age_and_hides_no_proof() {
    let mut doc = document("2020-01-01T00:00:00Z", "current");
    doc["signals"] = json!({"reviewed": {"date": "2026-05-01", "by": "Ann", "source": "front-matter"}});
    let (_, first, setup) = verdicts(&mut audit(doc.clone(), json!([finding("value-drift", "error", 0.99, 20)])));
    assert_eq!((first.status, first.freshness), (Status::Fresh, 100));
    assert_eq!((setup.status, setup.action), (Status::Contradicted, Action::Exclude));
    // A review from the future is no review.
    doc["signals"]["reviewed"]["date"] = json!("2126-05-01");
    assert_eq!(verdicts(&mut audit(doc.clone(), json!([]))).1.status, Status::ReviewDue);
    // One that names its end holds until then.
    doc["signals"] = json!({"review_by": "2026-06-01"});
    assert_eq!(verdicts(&mut audit(doc, json!([]))).1.status, Status::Fresh);
}

#[test]
fn history_stays_and_generated_pages_are_judged_by_findings_only() {
    let old = "2001-01-01T00:00:00Z";
    let (page, first, _) = verdicts(&mut audit(document(old, "historical"), json!([])));
    assert_eq!((page.status, page.action, first.freshness), (Status::Historical, Action::Include, 100));
    let (page, first, setup) =
        verdicts(&mut audit(document(old, "generated"), json!([finding("dead-flag", "error", 0.99, 20)])));
    assert_eq!((page.status, first.status, first.freshness), (Status::Generated, Status::Generated, 100));
    assert_eq!(setup.action, Action::Exclude);
}

#[test]
fn doubt_is_said_and_left_in_but_never_hides_a_proof() {
    let mut a = audit(document(RECENT, "current"), json!([finding("dead-flag", "error", 0.99, 20)]));
    a.inconclusive.push(
        serde_json::from_value(json!({"document": null, "reason": "shallow", "message": "history is cut off"}))
            .unwrap(),
    );
    let (_, first, setup) = verdicts(&mut a);
    assert_eq!((first.status, first.action), (Status::Inconclusive, Action::Include));
    assert_eq!((setup.status, setup.action), (Status::Stale, Action::Exclude));
}

#[test]
fn what_the_baseline_hides_counts_and_what_a_comment_hides_does_not() {
    for (by, status) in [("baseline", Status::Stale), ("comment", Status::Fresh)] {
        let mut a = audit(document(RECENT, "current"), json!([]));
        a.suppressed.push(
            serde_json::from_value(json!({"finding": finding("dead-flag", "error", 0.99, 20), "by": by,
                "reason": "r", "until": null}))
            .unwrap(),
        );
        assert_eq!(verdicts(&mut a).2.status, status);
    }
}

#[test]
fn low_confidence_asks_for_a_look_and_a_finding_of_no_section_goes_by_its_line() {
    let mut low = finding("dead-flag", "error", 0.4, 20);
    low["section"] = json!("no such section");
    let (_, first, setup) = verdicts(&mut audit(document(RECENT, "current"), json!([low])));
    assert_eq!((first.status, setup.status), (Status::Fresh, Status::ReviewDue));
    assert_eq!((setup.freshness, setup.action), (76, Action::Demote));
}

#[test]
fn odd_audits_do_no_harm() {
    let mut doc = document(RECENT, "current");
    doc["sections"] = json!([]);
    apply(&mut audit(doc.clone(), json!([finding("dead-flag", "error", 0.9, 20)])), &Policy::builtin().unwrap());
    doc["sections"] =
        json!([{"id": "a", "heading_path": [], "start": 9, "end": 1, "content_hash": "", "last_edited": null}]);
    doc["signals"] = json!({"review_by": "soon", "reviewed": {"date": "?", "by": null, "source": "x"}});
    apply(&mut audit(doc, json!([finding("dead-flag", "error", 0.9, 0)])), &Policy::builtin().unwrap());
}
