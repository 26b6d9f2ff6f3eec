//! The file of known findings.

use chrono::{DateTime, Utc};
use shelflife::triage::baseline::Baseline;
use shelflife::triage::{Filter, HiddenBy, apply};

use crate::support::pages::{finding, page};

fn now() -> DateTime<Utc> {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

#[test]
fn known_findings_are_hidden_and_counted_and_new_ones_are_not() {
    let old = page("docs/a.md", "# A\n\n`--old` and `--older`.\n");
    let known = [finding(&old, "dead-flag", "--old"), finding(&old, "dead-flag", "--older")];
    let text = Baseline::from_findings(&known).to_json();
    let baseline = Baseline::parse("known.json", text.as_bytes()).unwrap();

    // The page was edited around the old finding, one was mended, and a new one came.
    let new = page("docs/a.md", "# A\n\nWords above.\n\nNow `--old` and `--new`.\n");
    let findings = vec![finding(&new, "dead-flag", "--old"), finding(&new, "dead-flag", "--new")];
    let triaged = apply(findings, &[new], Some(&baseline), &Filter::default(), now());
    assert_eq!(triaged.findings.iter().map(|f| f.subject.as_str()).collect::<Vec<_>>(), ["--new"]);
    assert_eq!(triaged.suppressed.len(), 1);
    assert_eq!(triaged.suppressed[0].by, HiddenBy::Baseline);
    assert_eq!((triaged.baselined, triaged.baseline_unmatched), (1, 1));
}

#[test]
fn written_anew_it_keeps_what_it_hid_and_drops_what_is_mended() {
    let page = page("a.md", "<!-- shelflife-ignore dead-path: kept -->\n`src/a.rs`, then\n`--old` and `--new`\n");
    let old = [finding(&page, "dead-flag", "--old"), finding(&page, "dead-flag", "--ne")];
    let baseline = Baseline::from_findings(&old);
    let findings = ["--old", "--new"].map(|flag| finding(&page, "dead-flag", flag));
    let findings: Vec<_> = findings.into_iter().chain([finding(&page, "dead-path", "src/a.rs")]).collect();
    let triaged = apply(findings, &[page], Some(&baseline), &Filter::default(), now());
    let written = Baseline::of(&triaged);
    let mut subjects: Vec<&str> = written.iter().map(|e| e.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["--new", "--old"]);
}

#[test]
fn a_comment_goes_before_the_baseline() {
    let document = page("a.md", "<!-- shelflife-ignore dead-flag: old -->\n`--old`\n");
    let known = finding(&document, "dead-flag", "--old");
    let baseline = Baseline::from_findings([&known]);
    let triaged = apply(vec![known], &[document], Some(&baseline), &Filter::default(), now());
    assert_eq!(triaged.suppressed.iter().map(|s| s.by).collect::<Vec<_>>(), [HiddenBy::Comment]);
    assert_eq!((triaged.baselined, triaged.baseline_unmatched), (0, 0));
}

#[test]
fn the_file_is_sorted_one_finding_a_line_and_reads_back() {
    let b = page("b.md", "`--b` and `A_B`\n");
    let a = page("a.md", "`--z`\n");
    let findings =
        [finding(&b, "dead-flag", "--b"), finding(&a, "dead-flag", "--z"), finding(&b, "dead-env-var", "A_B")];
    let baseline = Baseline::from_findings(&findings);
    let text = baseline.to_json();
    let names: Vec<&str> = text.lines().filter(|l| l.contains("fingerprint")).collect();
    assert_eq!(names.len(), 3);
    assert!(names[0].contains("a.md") && names[1].contains("dead-env-var") && names[2].contains("--b"), "{text}");
    assert_eq!(Baseline::parse("x", text.as_bytes()).unwrap(), baseline);
    assert_eq!(Baseline::from_findings(findings.iter().rev()).to_json(), text);
    let empty = Baseline::default().to_json();
    assert!(Baseline::parse("x", empty.as_bytes()).unwrap().is_empty());
}

#[test]
fn what_is_no_baseline_is_refused_with_its_reason() {
    for (text, says) in [
        ("", "the baseline known.json is not valid: EOF while parsing"),
        ("{\"findings\": []}", "missing field `version`"),
        ("{\"version\": 2}", "the baseline known.json has version 2, this program reads version 1"),
        ("{\"version\": 1, \"findings\": [], \"x\": 1}", "unknown field `x`"),
        (
            "{\"version\": 1, \"findings\": [{\"document\": \"a\", \"rule\": \"b\", \"subject\": \"c\", \"fingerprint\": \"../x\"}]}",
            "holds `../x`, which is no fingerprint",
        ),
    ] {
        let error = Baseline::parse("known.json", text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}
