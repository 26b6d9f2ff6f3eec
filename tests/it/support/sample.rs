//! Audits made by hand, for tests of what reads them.

use chrono::{DateTime, Duration, TimeZone, Utc};
use shelflife::finding::{CauseKind, Level, Severity};
use shelflife::report::json::v1::{
    Action, Audit, Cause, Change, Commit, Confidence, Diff, Document, Edit, Evidence, Excerpt, Finding, Fix,
    Inconclusive, Location, Moment, Position, ReadAgain, Replacement, Role, Scope, Section, Signals, Status, Summary,
    System, Tool, Verdict, Waived, WaivedKind, Witness,
};

/// Strings of the kind that somebody would plant in a page, a path, a commit or a name.
pub const HOSTILE: [&str; 14] = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- shelflife:issue --> --!>",
    "[click](javascript:alert(1)) ![x](https://evil.example/p.png)",
    "@everyone and @octo-org/team, see #1 and GH-2",
    "::set-env name=PATH::/tmp",
    "##[add-mask]x",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "user\u{202e}gpj.exe\u{2066}",
    "]]> <![CDATA[ &amp; &lt;",
    "{{ 7 * 7 }} {% include 'secret' %} {# x #} ${7*7}",
    "`; rm -rf / ` ``` ~~~ | a | b |",
    "line one\n# heading\r\n\r\n- item\u{2028}x",
    "=HYPERLINK(\"https://evil.example\",\"x\")\u{0}",
];

/// The moment that sample audits call now.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 9, 0, 0).unwrap()
}

pub fn commit(n: usize, days_ago: i64, author: &str, subject: &str) -> Commit {
    Commit {
        id: {
            let mixed = (n as u64 + 11).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!("{mixed:016x}{:024x}", mixed.rotate_left(29))
        },
        date: now() - Duration::days(days_ago),
        author: author.to_owned(),
        subject: subject.to_owned(),
    }
}

pub fn audit(documents: Vec<Document>, findings: Vec<Finding>) -> Audit {
    let count = |s: Severity| findings.iter().filter(|f| f.severity == s).count();
    let mut audit = Audit {
        schema_version: 1,
        tool: Tool { name: "shelflife".into(), version: "0.1.0".into() },
        now: now(),
        scope: Scope::Full,
        summary: Summary {
            documents: documents.len(),
            references: documents.iter().map(|d| d.references).sum(),
            findings: findings.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            ..Summary::default()
        },
        systems: vec![System {
            name: "harbour".into(),
            repo: ".".into(),
            head: commit(1, 0, "", "").id,
            head_date: now() - Duration::hours(20),
            overlaid: false,
            shallow: false,
            commits: 8_204,
            web: Some("https://github.com/harbour/harbour".into()),
            reference: None,
            paths: Vec::new(),
            visibility: None,
        }],
        documents,
        findings,
        inconclusive: Vec::new(),
        suppressed: Vec::new(),
        weak: Vec::new(),
        change: None,
        judge: None,
    };
    for document in &mut audit.documents {
        let of_it = |f: &&Finding| f.location.document == document.id;
        document.findings = audit.findings.iter().filter(of_it).count();
        if audit.findings.iter().filter(of_it).any(|f| f.severity > Severity::Note) {
            audit.summary.documents_with_findings += 1;
        }
    }
    audit
}

pub fn document(id: &str, title: &str) -> Document {
    let section = |id: &str, headings: &[&str], start, end| Section {
        id: id.into(),
        heading_path: headings.iter().map(|h| (*h).to_owned()).collect(),
        start,
        end,
        content_hash: "fnv1a:0123456789abcdef".into(),
        last_edited: None,
        blocks: Vec::new(),
        mentions: Vec::new(),
        signals: Signals::default(),
        verdict: None,
    };
    Document {
        id: id.into(),
        title: title.into(),
        source: "git".into(),
        url: None,
        format: "markdown".into(),
        tense: "current".into(),
        tense_reason: None,
        last_edited: Some(Edit { date: now() - Duration::days(410), author: "Mina Okafor".into(), commit: None }),
        references: 40,
        findings: 0,
        inconclusive: 0,
        sections: vec![section("_", &[], 1, 3), section("top/use", &[title, "Usage"], 4, 60)],
        systems: Vec::new(),
        visibility: None,
        signals: Signals::default(),
        verdict: None,
    }
}

pub fn finding(document: &str, line: u32, old: &str, new: &str, n: usize) -> Finding {
    let text = format!("Start the server with `{old}` and wait for it.");
    let column = text.chars().take_while(|c| *c != '`').count() as u32 + 2;
    let width = old.chars().count() as u32;
    let start = Position { line, column };
    let end = Position { line, column: column + width };
    let at = |c: &Commit| c.id.clone();
    let written = commit(n * 3 + 11, 820 + (n % 90) as i64, "Mina Okafor", "Explain how to start the server");
    let cause = commit(n * 3 + 12, 12 + (n * 37 % 1400) as i64, "Jonas Lindqvist", &format!("Rename {old} to {new}"));
    Finding {
        rule: "dead-flag".into(),
        severity: Severity::Error,
        confidence: Confidence { level: Level::High, probability: 0.97 },
        message: format!("`{old}` is gone from the code"),
        section: "top/use".into(),
        location: Location { document: document.into(), start, end, text: old.into(), url: None, heading: vec![] },
        evidence: Evidence {
            moment: Some(Moment {
                entered: Some(written.clone()),
                edited: n.is_multiple_of(3).then(|| commit(n * 3 + 13, 500, "renovate[bot]", "Reflow the pages")),
                own: None,
            }),
            witnesses: vec![
                Witness {
                    path: "src/cli/serve.rs".into(),
                    line: Some(88),
                    commit: at(&written),
                    text: format!("#[arg(long = \"{}\")]", old.trim_start_matches('-')),
                },
                Witness {
                    path: "src/cli/mod.rs".into(),
                    line: Some(14),
                    commit: at(&written),
                    text: format!("const FLAG: &str = \"{old}\";"),
                },
            ],
            witness_count: 5,
            now: Vec::new(),
            cause: Some(Cause {
                kind: if n.is_multiple_of(2) { CauseKind::Renamed } else { CauseKind::Removed },
                commit: cause,
                path: Some("src/cli/serve.rs".into()),
            }),
            replacement: n.is_multiple_of(2).then(|| Replacement { text: new.into(), votes: 5, of: 5 }),
            judgement: None,
            circumstance: None,
            diff: Some(Diff {
                path: "src/cli/serve.rs".into(),
                old_start: 86,
                new_start: 86,
                lines: vec![
                    " pub struct Serve {".into(),
                    "     /// Where the settings are read from.".into(),
                    format!("-    #[arg(long = \"{}\", value_name = \"FILE\")]", old.trim_start_matches('-')),
                    format!("+    #[arg(long = \"{}\", value_name = \"FILE\")]", new.trim_start_matches('-')),
                    "     pub config: Option<PathBuf>,".into(),
                    " }".into(),
                ],
            }),
        },
        fingerprint: format!("v1:{n:016x}"),
        system: None,
        fix: n.is_multiple_of(2).then(|| Fix { start, end, old: old.into(), text: new.into() }),
        excerpt: Some(Excerpt {
            start: line.saturating_sub(4).max(1),
            lines: [
                "## Usage",
                "",
                "Settings are read once, at the start. A change needs a restart.",
                "",
                text.as_str(),
                "",
                "When it is ready it prints its address, and answers on `/healthz`.",
            ]
            .into_iter()
            .skip(5_usize.saturating_sub(line as usize))
            .map(str::to_owned)
            .collect(),
        }),
        role: None,
    }
}

/// An audit of `n` findings over about `n / 4` pages in several folders, as a real one looks.
pub fn many(n: usize) -> Audit {
    const FOLDERS: [&str; 9] = [
        "docs/guide",
        "docs/reference/cli",
        "docs/operations",
        "docs/howto/deploy",
        "runbooks",
        "services/ledger/docs",
        "services/gateway/docs",
        "website/content",
        "",
    ];
    const NAMES: [&str; 8] =
        ["install", "configuration", "upgrade", "backup", "alerts", "authentication", "logging", "troubleshooting"];
    const FLAGS: [(&str, &str, &str); 6] = [
        ("--config-file", "--config", "dead-flag"),
        ("HARBOUR_TOKEN", "HARBOUR_API_TOKEN", "dead-env-var"),
        ("src/server/main.rs", "src/bin/harbour.rs", "dead-path"),
        ("connect_with_retry", "connect", "dead-symbol"),
        ("cache.max_age", "cache.ttl", "dead-config-key"),
        ("GET /v1/users/{id}", "GET /v2/accounts/{id}", "dead-route"),
    ];
    let pages = (n / 4).max(6) + 8;
    let mut documents: Vec<Document> = (0..pages)
        .map(|p| {
            let (folder, name) = (FOLDERS[p * 5 % FOLDERS.len()], NAMES[p * 3 % NAMES.len()]);
            let slash = if folder.is_empty() { "" } else { "/" };
            let number = if p < 20 { String::new() } else { format!("-{p}") };
            let mut document = document(
                &format!("{folder}{slash}{name}{number}.md"),
                &format!("{}{}{}", name[..1].to_uppercase(), &name[1..], number.replace('-', " ")),
            );
            document.last_edited = Some(Edit {
                date: now() - Duration::days((p * 53 % 1500) as i64 + 3),
                author: ["Mina Okafor", "Jonas Lindqvist", "佐藤 恵"][p % 3].into(),
                commit: None,
            });
            document
        })
        .collect();
    documents.sort_by(|a, b| a.id.cmp(&b.id));
    documents.dedup_by(|a, b| a.id == b.id);
    let wrong = (documents.len() * 2 / 3).max(1);
    let mut findings: Vec<Finding> = (0..n)
        .map(|i| {
            let (old, new, rule) = FLAGS[i % FLAGS.len()];
            let document = &documents[(i / 4) * 7 % wrong];
            let mut it = finding(&document.id, 8 + (i % 4) as u32 * 9, old, new, i);
            it.rule = rule.into();
            match i % 5 {
                3 => {
                    it.severity = Severity::Warning;
                    it.confidence = Confidence { level: Level::Medium, probability: 0.71 };
                }
                4 => {
                    it.severity = Severity::Note;
                    it.rule = "old-page".into();
                    it.confidence = Confidence { level: Level::Low, probability: 0.4 };
                    it.message = "The code that this page describes has changed 48 times since its last edit".into();
                    it.evidence = Evidence::default();
                    it.fix = None;
                }
                _ => {}
            }
            it
        })
        .collect();
    findings.sort_by(|a, b| {
        (&a.location.document, a.location.start.line).cmp(&(&b.location.document, b.location.start.line))
    });
    let mut past = document("docs/adr/0007-storage.md", "7. Choose the storage engine");
    past.tense = "historical".into();
    past.tense_reason = Some("a decision record".into());
    let mut unread = document("docs/legacy/charset.md", "Character sets");
    unread.inconclusive = 1;
    documents.extend([past, unread]);
    let mut audit = audit(documents, findings);
    for document in &mut audit.documents {
        let lost = document.findings as u8 % 6 * 12 + document.findings as u8 / 2 % 5;
        let status = match (document.tense.as_str(), document.inconclusive, lost) {
            ("historical", ..) => Status::Historical,
            (_, 1.., _) => Status::Inconclusive,
            (_, _, 0) => Status::Fresh,
            _ => Status::Stale,
        };
        document.verdict = Some(Verdict {
            status,
            freshness: 100 - lost,
            action: Action::Include,
            losses: Vec::new(),
            lines: Vec::new(),
            since: None,
        });
    }
    audit.summary.suppressed = 2;
    audit.inconclusive = vec![Inconclusive {
        document: Some("docs/legacy/charset.md".into()),
        reason: "encoding".into(),
        message: "the page is in an encoding that could not be told; save it as `UTF-8`".into(),
    }];
    audit.summary.documents_inconclusive = 1;
    audit
}

/// A small audit of Japanese pages.
pub fn japanese() -> Audit {
    let page = |id: &str, title: &str| {
        let mut page = document(id, title);
        page.sections[1].heading_path = vec![title.into(), "使い方".into()];
        page
    };
    let documents = vec![
        page("docs/導入.md", "導入手順"),
        page("docs/運用.md", "運用の手引き"),
        page("docs/障害対応.md", "障害対応"),
    ];
    let text = "起動時は--config-fileで設定ファイルを渡し、30秒待ちます。";
    let mut first = finding("docs/導入.md", 8, "--config-file", "--config", 2);
    first.location.start.column = 5;
    first.location.end.column = 18;
    first.excerpt = Some(Excerpt {
        start: 6,
        lines: vec!["## 使い方".into(), String::new(), text.into(), "終わったら`Ctrl-C`で止めます。".into()],
    });
    first.fix = Some(Fix {
        start: first.location.start,
        end: first.location.end,
        old: "--config-file".into(),
        text: "--config".into(),
    });
    let mut second = finding("docs/運用.md", 12, "HARBOUR_TOKEN", "", 3);
    second.evidence.replacement = None;
    second.rule = "dead-env-var".into();
    audit(documents, vec![first, second])
}

/// An audit of a change that breaks five statements and edits a section with an older mistake.
pub fn change() -> Audit {
    let mut audit = many(6);
    audit.scope = Scope::Change;
    for (n, finding) in audit.findings.iter_mut().enumerate() {
        finding.role = Some(if n == 5 { Role::Edited } else { Role::Broken });
    }
    let page = |n: usize| audit.documents[n % audit.documents.len()].id.clone();
    let waived = |kind, line, text: &str| Waived { kind, document: page(0), line, text: text.to_owned() };
    audit.change = Some(Change {
        base: "b".repeat(40),
        merge_base: "b".repeat(40),
        head: "c".repeat(40),
        commits: 3,
        files: 12,
        pages: 1,
        broken: 5,
        edited: 1,
        before: 31,
        waived: vec![
            waived(WaivedKind::Suppression, Some(12), "shelflife-ignore dead-flag: known"),
            waived(WaivedKind::Review, None, "2026-01-20"),
        ],
        read_again: vec![
            ReadAgain {
                document: page(1),
                section: "_".into(),
                names: vec!["src/server.rs".into(), "max_age".into()],
                score: 4.0,
            },
            ReadAgain { document: page(2), section: "_".into(), names: vec!["Gateway".into()], score: 1.0 },
        ],
    });
    audit
}

/// An audit in which every string that comes from a page, a path, a commit or a name is hostile.
pub fn hostile() -> Audit {
    let long = "A".repeat(1_000_000);
    let mut documents = Vec::new();
    let mut findings = Vec::new();
    for (n, text) in HOSTILE.iter().copied().chain([long.as_str()]).enumerate() {
        let id = format!("docs/{n} {text}.md");
        let mut page = document(&id, text);
        page.tense_reason = Some(text.into());
        page.url = Some(format!("javascript:alert({n})"));
        page.last_edited = Some(Edit { date: now(), author: text.into(), commit: Some(text.into()) });
        for section in &mut page.sections {
            section.heading_path = vec![text.into(), text.into()];
        }
        let mut it = finding(&id, 8, text, text, n * 2);
        it.message = text.into();
        it.rule = text.into();
        it.fingerprint = format!("{n} {text}");
        it.excerpt = Some(Excerpt { start: 7, lines: vec![text.into(); 3] });
        let evidence = &mut it.evidence;
        for witness in &mut evidence.witnesses {
            (witness.path, witness.text, witness.commit) = (text.into(), text.into(), text.into());
        }
        evidence.now = evidence.witnesses.clone();
        if let Some(cause) = &mut evidence.cause {
            (cause.commit.author, cause.commit.subject, cause.path) = (text.into(), text.into(), Some(text.into()));
        }
        if let Some(commit) = evidence.moment.as_mut().and_then(|m| m.entered.as_mut()) {
            (commit.id, commit.author, commit.subject) = (text.into(), text.into(), text.into());
        }
        if let Some(diff) = &mut evidence.diff {
            diff.path = text.into();
            diff.lines = vec![format!(" {text}"), format!("-{text}"), format!("+{text}")];
        }
        documents.push(page);
        findings.push(it);
    }
    let mut audit = audit(documents, findings);
    audit.systems[0].name = HOSTILE[0].into();
    audit.systems[0].web = Some("https://github.com/<script>".into());
    audit.inconclusive = HOSTILE
        .iter()
        .map(|text| Inconclusive { document: Some((*text).into()), reason: (*text).into(), message: (*text).into() })
        .collect();
    audit
}
