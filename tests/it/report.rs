//! The published form, and the report for a terminal.

use shelflife::report::json::{self, v1};
use shelflife::report::plain::{self, Style};

use crate::support::audit::audit;

fn plain(audit: &v1::Audit, style: Style) -> String {
    let mut out = Vec::new();
    plain::write(&mut out, audit, style).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_plain_report() {
    let expected = r#"docs/evil\x0a[x](y).md:1:2  warning  dead-symbol  `a\x1b[31mred` is gone from the code    high (0.97)
docs/evil\x0a[x](y).md:1:18  error  dead-link  `x](http://evil)` is gone from the code    high (0.97)
docs/install guide.md:3:14  error  dead-flag  `--config-file` is gone from the code       high (0.97)
    written 2024-03-02 in 1111111; then in src/cli.rs:88 and 2 more places
    removed 2025-01-17 by 9999999 "Rename --config-file to --config"
    now: `--config`  (5 of 5 changed lines)
docs/install guide.md:7:6  error  value-drift  `timeout` is 60s now, not ３０秒           medium (0.70)
    written 2024-03-02 in 1111111, edited 2024-04-02 in 2222222; then in config/default.yml:1
    which commit ended that is not known
    now in config/default.yml:1: timeout: 60s
docs/install guide.md:7:14  error  dead-path  `src/old.rs` is gone from the code          low (0.40)
(the whole audit)  inconclusive  shallow  the history is cut off: use `fetch-depth: 0`
docs/install guide.md  inconclusive  too-large  a file was not read

3 documents, 4,179 references, 5 findings in 2 documents (1 suppressed), 1 document inconclusive
"#;
    similar(&plain(&audit(), Style::default()), expected);
}

#[test]
fn the_first_line_stands_as_it_is_promised() {
    let mut audit = audit();
    audit.findings.retain(|f| f.rule == "dead-flag");
    audit.findings[0].location.document = "docs/install.md".into();
    audit.findings[0].location.start = v1::Position { line: 42, column: 14 };
    let promised =
        "docs/install.md:42:14  error  dead-flag  `--config-file` is gone from the code            high (0.97)";
    assert_eq!(plain(&audit, Style::default()).lines().next(), Some(promised));
}

fn similar(actual: &str, expected: &str) {
    for (i, (a, e)) in actual.lines().zip(expected.lines()).enumerate() {
        assert_eq!(a, e, "line {}", i + 1);
    }
    assert_eq!(actual.lines().count(), expected.lines().count());
}

#[test]
fn colour_adds_sequences_and_nothing_else() {
    let audit = audit();
    let coloured = plain(&audit, Style { color: true });
    assert!(coloured.contains("\x1b[1;31merror\x1b[0m"));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    similar(&bare, &plain(&audit, Style::default()));
}

#[test]
fn nothing_found() {
    let mut audit = audit();
    audit.findings.clear();
    audit.inconclusive.clear();
    audit.summary = v1::Summary { documents: 1, references: 1, unread_files: 2, ..v1::Summary::default() };
    assert_eq!(plain(&audit, Style::default()), "1 document, 1 reference, no findings, 2 files of code not read\n");
}

#[test]
fn the_published_form_holds_what_was_found() {
    let audit = audit();
    assert_eq!(audit.schema_version, 1);
    let ids: Vec<&str> = audit.documents.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(ids, ["README.md", "docs/evil\\x0a[x](y).md", "docs/install guide.md"]);
    let install = &audit.documents[2];
    assert_eq!(install.title, "Install");
    assert_eq!((install.findings, install.inconclusive), (3, 1));
    let sections: Vec<_> = install.sections.iter().map(|s| (s.id.as_str(), s.start, s.end)).collect();
    assert_eq!(sections, [("install", 1, 4), ("install/設定", 5, 7)]);

    let flag = audit.findings.iter().find(|f| f.rule == "dead-flag").unwrap();
    assert_eq!(flag.location.text, "--config-file");
    assert_eq!((flag.location.start.line, flag.location.start.column), (3, 14));
    assert_eq!((flag.location.end.line, flag.location.end.column), (3, 27));
    assert_eq!(flag.section, "install");
    assert_eq!(flag.confidence.probability.to_string(), "0.97");
    let fix = flag.fix.as_ref().unwrap();
    assert_eq!((fix.old.as_str(), fix.text.as_str()), ("--config-file", "--config"));
    assert!(flag.excerpt.as_ref().unwrap().lines.iter().any(|l| l.contains("--config-file")));

    let value = audit.findings.iter().find(|f| f.rule == "value-drift").unwrap();
    assert_eq!((value.location.start.line, value.location.start.column, value.location.end.column), (7, 6, 9));
    assert_eq!(value.section, "install/設定");

    let s = &audit.summary;
    assert_eq!((s.documents, s.documents_with_findings, s.findings, s.suppressed), (3, 2, 5, 1));
    assert_eq!((s.errors, s.warnings, s.notes, s.documents_inconclusive), (4, 1, 0, 1));
    assert_eq!(audit.suppressed[0].reason, "kept for 1.x");
    assert_eq!(audit.suppressed[0].by, "comment");
}

#[test]
fn the_published_form_reads_back() {
    let audit = audit();
    let mut out = Vec::new();
    json::write(&mut out, &audit).unwrap();
    let back: v1::Audit = serde_json::from_slice(&out).unwrap();
    assert_eq!(back, audit);
    assert!(out.ends_with(b"}\n"));
}

#[test]
fn hostile_strings_are_inert() {
    let text = plain(&crate::support::sample::hostile(), Style::default());
    assert!(text.len() < 200_000, "{}", text.len());
    let hidden =
        |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    assert!(!text.contains(hidden), "{text:?}");
    // What a name ends with a line break begins no line of ours.
    assert!(!text.lines().any(|line| line.starts_with("::") || line.starts_with("# heading")), "{text}");
}
