//! A whole audit made by hand, with something of everything that reports show.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shelflife::document::Document;
use shelflife::finding::{
    Cause, CauseKind, CommitRef, Confidence, Evidence, Fix, Inconclusive, MomentEvidence, Replacement, Severity,
    Witness,
};
use shelflife::report::json::convert::{Input, Page, audit as convert, edit};
use shelflife::report::json::v1;
use shelflife::triage::{Filter, apply};

use super::pages::{finding, page};

/// The head of the audited repository.
pub const HEAD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What the audit calls now.
pub fn now() -> DateTime<Utc> {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

fn commit(digit: char, time: &str, subject: &str) -> CommitRef {
    CommitRef {
        id: std::iter::repeat_n(digit, 40).collect(),
        time: time.parse::<DateTime<Utc>>().unwrap().timestamp(),
        author: "Ada".into(),
        subject: subject.into(),
    }
}

fn witness(path: &str, line: u32, commit: &str, text: &str) -> Witness {
    Witness { path: path.into(), line: Some(line), commit: commit.into(), text: text.into() }
}

/// The pages of [`audit`].
pub fn pages() -> Vec<Document> {
    vec![
        page(
            "docs/install guide.md",
            "# Install\n\nRun it with `--config-file`.\n\n## 設定\n\n待ち時間は３０秒です。 `src/old.rs`\n",
        ),
        page("README.md", "# Tool\n\n<!-- shelflife-ignore dead-path: kept for 1.x -->\nSee `src/gone.rs`.\n"),
        page("docs/evil\\x0a[x](y).md", "`a\u{1b}[31mred` and `x](http://evil)`\n"),
    ]
}

/// An audit with errors, a note, a suppressed finding, fixes, and what could not be decided.
pub fn audit() -> v1::Audit {
    let pages = pages();
    let [install, readme, evil] = pages.as_slice() else { unreachable!() };

    let mut flag = finding(install, "dead-flag", "--config-file");
    flag.evidence = Evidence {
        moment: Some(MomentEvidence {
            entered: Some(commit('1', "2024-03-02T10:00:00Z", "Add a page")),
            edited: None,
            own: None,
        }),
        witnesses: vec![witness("src/cli.rs", 88, &"1".repeat(40), "pub config_file: PathBuf,")],
        witness_count: 3,
        now: vec![],
        cause: Some(Cause {
            kind: CauseKind::Removed,
            commit: commit('9', "2025-01-17T10:00:00Z", "Rename --config-file to --config"),
            path: Some("src/cli.rs".into()),
        }),
        replacement: Some(Replacement { text: "--config".into(), votes: 5, of: 5 }),
        system: None,
        circumstance: None,
        judgement: None,
    };
    flag.fix = Some(Fix { span: flag.span, text: "--config".into() });

    let mut value = finding(install, "value-drift", "３０秒");
    value.message = "`timeout` is 60s now, not ３０秒".into();
    value.confidence = Confidence::new(0.7);
    value.evidence = Evidence {
        moment: Some(MomentEvidence {
            entered: Some(commit('1', "2024-03-02T10:00:00Z", "Add a page")),
            edited: Some(commit('2', "2024-04-02T10:00:00Z", "Reword")),
            own: None,
        }),
        witnesses: vec![witness("config/default.yml", 1, &"1".repeat(40), "timeout: 30s")],
        witness_count: 1,
        now: vec![witness("config/default.yml", 1, HEAD, "timeout: 60s")],
        cause: None,
        replacement: None,
        system: None,
        circumstance: None,
        judgement: None,
    };
    let mut weak = finding(install, "dead-path", "src/old.rs");
    weak.confidence = Confidence::new(0.4);
    let hidden = finding(readme, "dead-path", "src/gone.rs");
    let mut hostile = finding(evil, "dead-symbol", "a\u{1b}[31mred");
    hostile.severity = Severity::Warning;
    let link = finding(evil, "dead-link", "x](http://evil)");

    let inconclusive = [
        Inconclusive {
            document: None,
            reason: "shallow",
            message: "the history is cut off: use `fetch-depth: 0`".into(),
        },
        Inconclusive { document: Some(install.id.clone()), reason: "too-large", message: "a file was not read".into() },
    ];
    let triaged = apply(vec![flag, value, weak, hidden, hostile, link], &pages, None, &Filter::default(), now());
    let last = commit('2', "2024-04-02T10:00:00Z", "Reword");
    let input = Input {
        now: now(),
        scope: v1::Scope::Full,
        systems: vec![v1::System {
            name: "tool".into(),
            repo: ".".into(),
            head: HEAD.into(),
            head_date: now(),
            overlaid: false,
            shallow: false,
            commits: 3,
            web: None,
            reference: None,
            paths: vec![],
            visibility: None,
        }],
        pages: pages
            .iter()
            .map(|document| Page {
                document,
                source: "git",
                url: None,
                references: 1393,
                last_edited: Some(edit(&last)),
                section_edits: vec![],
                collected: None,
                systems: vec![],
            })
            .collect(),
        triaged: &triaged,
        inconclusive: &inconclusive,
        unread_files: 0,
        diffs: BTreeMap::new(),
    };
    convert(&input)
}
