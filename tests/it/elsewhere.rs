//! Pages of Notion and of a wiki, audited from a dump against two systems that stand elsewhere: every
//! planted mistake is found, at its block and with its cause, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::Value;
use shelflife::source::{
    Collected, CollectedPage, Edit, Failure, FailureReason, LineRun, Parent, Person, SourceKind, Verification,
    VerificationState, dump,
};

use crate::support::program::{Run, run};
use crate::support::{Repo, at};

fn time(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(at(day), 0).unwrap()
}

const CLI: &str = "import argparse\n\n\ndef main():\n    parser = argparse.ArgumentParser(\"payctl\")\n    \
                   parser.add_argument(\"--ledger-file\", help=\"where the ledger is\")\n    \
                   parser.add_argument(\"--refund-limit\", type=int)\n    return parser.parse_args()\n";
const ENV: &str = "import os\n\nKEY = os.environ[\"PAY_GATEWAY_KEY\"]\nREGION = os.environ[\"PAY_REGION\"]\n";
const REFUND: &str = "def issue_refund(order_id, amount):\n    return post(order_id, amount)\n\n\n\
                      def check_balance(account):\n    return account.balance\n";
const CONFIG: &str = "gateway:\n  retry_timeout: 30s\n  max_batch: 50\n";

/// The payments system, with what happened to it.
fn payments() -> Repo {
    let repo = Repo::new();
    let first = [
        ("src/pay/cli.py", CLI),
        ("src/pay/env.py", ENV),
        ("src/pay/refund.py", REFUND),
        ("config/default.yml", CONFIG),
        ("Makefile", "serve:\n\tpython -m pay\n\nmigrate-ledger:\n\tpython -m pay.migrate\n"),
        ("ops/deploy_ledger.sh", "#!/bin/sh\n# Brings a new ledger to all regions.\nset -e\nmake serve\nexit 0\n"),
    ];
    repo.commit(&first, &[], "Start", 0);
    repo.commit(
        &[("src/pay/cli.py", &CLI.replace("--ledger-file", "--ledger-path"))],
        &[],
        "Rename the ledger option",
        100,
    );
    repo.commit(
        &[("src/pay/env.py", &ENV.replace("PAY_GATEWAY_KEY", "PAY_GATEWAY_TOKEN"))],
        &[],
        "Tokens, not keys",
        110,
    );
    repo.commit(
        &[("src/pay/refund.py", &REFUND.replace("issue_refund", "create_refund"))],
        &[],
        "Refunds are created",
        120,
    );
    repo.commit(&[("config/default.yml", &CONFIG.replace("30s", "60s"))], &[], "Wait longer for the gateway", 130);
    repo.commit(&[("Makefile", "serve:\n\tpython -m pay\n")], &[], "Migrations run by themselves", 140);
    repo.rename("ops/deploy_ledger.sh", "ops/release_ledger.sh", "Call it a release", 150);
    repo.commit(&[("README.md", "# Payments\n")], &[], "Say what it is", 160);
    repo
}

const INDEX: &str = "package main\n\nimport (\n\t\"flag\"\n\t\"os\"\n)\n\nfunc main() {\n\t\
                     dir := flag.String(\"shard-dir\", \"/var/shards\", \"where shards are\")\n\t\
                     url := os.Getenv(\"SEARCH_SHARD_URL\")\n\tserve(*dir, url, os.Getenv(\"SEARCH_LOG\"))\n}\n";

fn search() -> Repo {
    let repo = Repo::new();
    repo.commit(&[("cmd/indexer/main.go", INDEX), ("docs/schema.md", "# Schema\n")], &[], "Start", 0);
    repo.commit(
        &[("cmd/indexer/main.go", &INDEX.replace("SEARCH_SHARD_URL", "SEARCH_NODES"))],
        &[],
        "Nodes instead of shards",
        105,
    );
    repo.commit(&[], &["docs/schema.md"], "The schema lives with the service", 115);
    repo.commit(&[("README.md", "# Search\n")], &[], "Say what it is", 160);
    repo
}

/// A page of Notion: each line is a block of its own, written on `day`.
fn notion(id: &str, title: &str, day: i64, lines: &[&str]) -> CollectedPage {
    let mut page = CollectedPage::new(&format!("notion:{id}"), SourceKind::Notion, "Acme", title, "");
    page.text = lines.join("\n\n") + "\n";
    page.url = Some(format!("https://www.notion.example/{id}"));
    page.path = Some(format!("Runbooks/{title}"));
    page.parents = vec![Parent { id: "notion:top".into(), title: "Runbooks".into() }];
    page.created = Some(time(day));
    let by = Some(Person { name: "Mina".into(), ..Person::default() });
    page.last_edited = Some(Edit { at: time(day), by: by.clone(), commit: None });
    page.lines = (0..lines.len() as u32)
        .map(|n| LineRun {
            first: 2 * n + 1,
            last: 2 * n + 1,
            entered: time(day),
            edited: time(day),
            by: by.clone(),
            commit: None,
            block: Some(format!("{id}-{n}")),
            url: Some(format!("https://www.notion.example/{id}#{n}")),
        })
        .collect();
    page
}

fn wiki(name: &str, day: i64, lines: &[&str]) -> CollectedPage {
    let id = format!("wiki:acme/search/{name}");
    let mut page = CollectedPage {
        id,
        source: SourceKind::GithubWiki,
        source_name: "acme/search".into(),
        ..notion(name, name, day, lines)
    };
    page.url = Some(format!("https://github.com/acme/search/wiki/{name}"));
    page.path = Some(format!("{name}.md"));
    page.parents.clear();
    for run in &mut page.lines {
        (run.block, run.url) = (None, None);
        run.commit = Some("c".repeat(40));
    }
    page
}

/// What is planted: page, rule, what is gone, address, and the subject of the cause.
type Planted = (&'static str, &'static str, &'static str, &'static str, &'static str);

const PLANTED: &[Planted] = &[
    ("notion:p1", "dead-flag", "--ledger-file", "https://www.notion.example/p1#1", "Rename the ledger option"),
    ("notion:p2", "dead-env-var", "PAY_GATEWAY_KEY", "https://www.notion.example/p2#1", "Tokens, not keys"),
    ("notion:p3", "dead-symbol", "issue_refund", "https://www.notion.example/p3#1", "Refunds are created"),
    ("notion:p4", "value-drift", "30", "https://www.notion.example/p4#1", "Wait longer for the gateway"),
    ("notion:p6", "dead-path", "ops/deploy_ledger.sh", "https://www.notion.example/p6#1", "Call it a release"),
    ("notion:j1", "dead-flag", "--ledger-file", "https://www.notion.example/j1#1", "Rename the ledger option"),
    ("notion:j2", "dead-env-var", "PAY_GATEWAY_KEY", "https://www.notion.example/j2#1", "Tokens, not keys"),
    (
        "wiki:acme/search/Home",
        "dead-env-var",
        "SEARCH_SHARD_URL",
        "https://github.com/acme/search/wiki/Home",
        "Nodes instead of shards",
    ),
    (
        "wiki:acme/search/Schema",
        "dead-link",
        "docs/schema.md",
        "https://github.com/acme/search/wiki/Schema",
        "The schema lives with the service",
    ),
];

fn pages() -> Vec<CollectedPage> {
    let old = 50;
    let mut pages = vec![
        notion("p1", "Start the ledger", old, &["# Start the ledger", "The option `--ledger-file` names the ledger."]),
        notion(
            "p2",
            "Gateway access",
            old,
            &["# Gateway access", "Set `PAY_GATEWAY_KEY` and `PAY_REGION` before the start."],
        ),
        notion(
            "p3",
            "Refund by hand",
            old,
            &["# Refund by hand", "Call `issue_refund(order_id, amount)` from a shell."],
        ),
        notion(
            "p4",
            "Gateway timeouts",
            old,
            &["# Gateway timeouts", "`retry_timeout` is `30s` in `config/default.yml`."],
        ),
        notion(
            "p6",
            "Bring it out",
            old,
            &["# Bring it out", "The script `ops/deploy_ledger.sh` brings it to all regions."],
        ),
        notion("j1", "台帳の起動", old, &["# 台帳の起動", "オプション`--ledger-file`で台帳を指定します。"]),
        notion(
            "j2",
            "ゲートウェイ",
            old,
            &["# ゲートウェイ", "環境変数`PAY_GATEWAY_KEY`と`PAY_REGION`を設定してください。"],
        ),
        wiki("Home", old, &["# Home", "The indexer reads `SEARCH_SHARD_URL` and `SEARCH_LOG`."]),
        wiki(
            "Schema",
            old,
            &["# Schema", "See [the schema](https://github.com/acme/search/blob/main/docs/schema.md)."],
        ),
    ];
    // What was written after the change, and what is right.
    for n in 0..6 {
        pages.push(notion(&format!("ok{n}"), &format!("Payments note {n}"), 170, &[
            "# Note",
            "Run `payctl --ledger-path x` with `PAY_GATEWAY_TOKEN` and `PAY_REGION`, see `src/pay/refund.py` and `create_refund`.",
            "`retry_timeout` is `60s`; `make serve` starts it.",
        ]));
        pages.push(notion(
            &format!("ja{n}"),
            &format!("支払いメモ{n}"),
            170,
            &["# メモ", "`payctl`に`--ledger-path`を渡し、`PAY_GATEWAY_TOKEN`を設定します。`src/pay/env.py`を参照。"],
        ));
        pages.push(wiki(
            &format!("Note-{n}"),
            170,
            &["# Note", "The indexer reads `SEARCH_NODES`; `--shard-dir` says where shards are."],
        ));
    }
    // What tells of the past, what is another program's, and what never was there.
    pages.push(notion(
        "past",
        "Postmortem 2020-05-02",
        old,
        &["# Postmortem 2020-05-02", "We had set `PAY_GATEWAY_KEY` wrongly."],
    ));
    pages.push(notion(
        "gone",
        "Key rotation",
        170,
        &["# Key rotation", "`PAY_GATEWAY_KEY` was removed in June; `PAY_GATEWAY_TOKEN` took its place."],
    ));
    pages.push(notion(
        "never",
        "Sketch",
        old,
        &["# Sketch", "`PAY_REGION` stays; some day `--ledger-cluster` may come."],
    ));
    pages
}

/// A folder with a dump and a configuration, and the systems that it names.
struct Corpus {
    folder: tempfile::TempDir,
    _systems: (Repo, Repo),
}

impl Corpus {
    fn new(pages: Vec<CollectedPage>, failures: Vec<Failure>, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let systems = (payments(), search());
        let config = format!(
            "[[system]]\nname = \"payments\"\nrepo = {:?}\n[[system]]\nname = \"search\"\nrepo = {:?}\ndescribes = [\"wiki:acme/search\"]\n{more}",
            systems.0.path(),
            systems.1.path()
        );
        let place = folder.path().join("work");
        fs::create_dir(&place).unwrap();
        fs::write(place.join("shelflife.toml"), config).unwrap();
        // As a clone of the host has it.
        systems.1.git(&["remote", "add", "origin", "https://github.com/acme/search.git"]);
        dump::write(&place.join("pages"), &Collected { pages, failures }).unwrap();
        Self { folder, _systems: systems }
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn run(&self, command: &str, more: &[&str]) -> Run {
        let mut arguments = vec![command, "--from", "pages", "--config", "shelflife.toml"];
        arguments.extend(more);
        run(&self.place(), arguments)
    }

    fn audit(&self) -> Value {
        self.run("audit", &["--format", "json", "--now", "2021-01-01", "--fail-on", "never"]).ended(0).json()
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn is_planted(finding: &Value, planted: &Planted) -> bool {
    text(finding, "/location/document") == planted.0
        && text(finding, "/rule") == planted.1
        && text(finding, "/location/text").contains(planted.2)
        && text(finding, "/location/url") == planted.3
        && text(finding, "/evidence/cause/commit/subject") == planted.4
}

#[test]
fn what_is_planted_is_found_and_nothing_else() {
    let pages = pages();
    assert!(pages.len() >= 30);
    let corpus = Corpus::new(pages, Vec::new(), "");
    let audit = corpus.audit();
    let findings = audit["findings"].as_array().unwrap();
    for planted in PLANTED {
        assert!(findings.iter().any(|f| is_planted(f, planted)), "not found: {planted:?}\n{findings:#?}");
    }
    for finding in findings {
        assert!(PLANTED.iter().any(|p| is_planted(finding, p)), "not planted: {finding:#}");
    }
    // The commits are those of the page's own system, and the page's own dates are told.
    let wiki = findings.iter().find(|f| text(f, "/location/document") == "wiki:acme/search/Home").unwrap();
    assert_eq!(text(wiki, "/system"), "search");
    assert_eq!(text(wiki, "/evidence/moment/own/entered"), time(50).to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    assert!(
        findings
            .iter()
            .filter(|f| text(f, "/location/document").starts_with("notion:"))
            .all(|f| f.get("system").is_none())
    );
    // Blocks are known by their ids.
    let page = audit["documents"].as_array().unwrap().iter().find(|d| text(d, "/id") == "notion:p1").unwrap();
    assert_eq!(
        (text(page, "/source"), text(page, "/url"), text(page, "/title")),
        ("notion", "https://www.notion.example/p1", "Start the ledger")
    );
    let blocks: Vec<&Value> = page["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|s| s["blocks"].as_array().into_iter().flatten())
        .collect();
    assert_eq!(blocks, ["p1-0", "p1-1"]);
    assert_eq!(text(page, "/systems/0/system"), "payments");
    let names: Vec<&str> = audit["systems"].as_array().unwrap().iter().map(|s| text(s, "/name")).collect();
    assert_eq!(names, ["payments", "search"]);
    // The same bytes again.
    assert_eq!(corpus.audit(), audit);
}

#[test]
fn what_can_t_be_decided_is_said_and_loses_nothing() {
    let mut undated = notion("undated", "Undated", 50, &["# Undated", "Set `PAY_GATEWAY_KEY` and `PAY_REGION`."]);
    (undated.created, undated.last_edited, undated.lines) = (None, None, Vec::new());
    let pages = vec![
        pages().remove(0),
        notion("lunch", "Lunch", 50, &["# Lunch", "It is at noon."]),
        notion("other", "Other", 50, &["---\nshelflife:\n  describes: billing\n---", "Text."]),
        undated,
    ];
    let failure = Failure {
        source: SourceKind::Notion,
        source_name: "Acme".into(),
        page: Some("notion:locked".into()),
        title: Some("Locked".into()),
        reason: FailureReason::Forbidden,
        message: "share the page with the integration".into(),
    };
    let missing = "[[system]]\nname = \"gone\"\nrepo = \"no/such/folder\"\ndescribes = [\"notion:Nothing\"]\n\
                   [[system]]\nname = \"untagged\"\nrepo = \".\"\nref = \"latest-tag:v*\"\n";
    let corpus = Corpus::new(pages, vec![failure], missing);
    let audit = corpus.audit();
    let said: BTreeSet<(String, String)> = audit["inconclusive"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| (text(i, "/document").to_owned(), text(i, "/reason").to_owned()))
        .collect();
    for (document, reason) in [
        ("notion:lunch", "unmapped"),
        ("notion:other", "unmapped"),
        ("notion:undated", "undated"),
        ("notion:locked", "forbidden"),
        ("", "unreadable"),
    ] {
        assert!(said.contains(&(document.to_owned(), reason.to_owned())), "{document} {reason}: {said:?}");
    }
    let lunch = audit["documents"].as_array().unwrap().iter().find(|d| text(d, "/id") == "notion:lunch").unwrap();
    assert_eq!(text(lunch, "/verdict/status"), "inconclusive");
    assert_eq!(audit["findings"].as_array().unwrap().len(), 1, "{:#}", audit["findings"]);
}

#[test]
fn an_edit_after_the_cause_lowers_confidence_and_a_bots_edit_is_none() {
    let confidence = |by: &str, edited: i64, bots: &str| {
        let mut page = pages().remove(1);
        for run in &mut page.lines {
            run.edited = time(edited);
            run.by = Some(Person { name: by.into(), ..Person::default() });
        }
        let corpus = Corpus::new(vec![page], Vec::new(), "");
        let file = corpus.place().join("shelflife.toml");
        let config = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{bots}\n{config}")).unwrap();
        let audit = corpus.audit();
        audit["findings"][0]["confidence"]["probability"].as_f64().unwrap()
    };
    let (before, after) = (confidence("Mina", 50, ""), confidence("Mina", 155, ""));
    assert!(after < before, "{after} {before}");
    let bot = confidence("sync[bot]", 155, "bots = [\"*[bot]\"]");
    assert!(bot > after && bot < before, "{bot}");
}

#[test]
fn an_owners_word_on_freshness_is_a_signal() {
    let mut page = pages().remove(10);
    page.verification = Some(Verification {
        state: VerificationState::Expired,
        from: Some(time(170)),
        until: Some(time(180)),
        by: Some(Person { name: "Mina".into(), ..Person::default() }),
    });
    page.owners = vec!["Grace".into()];
    let audit = Corpus::new(vec![page], Vec::new(), "").audit();
    let signals = &audit["documents"][0]["signals"];
    assert_eq!((text(signals, "/review_by"), text(signals, "/owners/0/name")), ("2020-06-29", "Grace"), "{signals:#}");
    assert_eq!((text(signals, "/reviewed/by"), text(signals, "/reviewed/source")), ("Mina", "notion"));
}

#[test]
fn pages_of_a_docs_repository_are_compared_with_the_system_that_they_describe() {
    let systems = payments();
    let docs = Repo::new();
    docs.commit(
        &[
            ("docs/payments/start.md", "# Start\n\nThe option `--ledger-file` names it. See [the other](other.md).\n"),
            ("docs/payments/other.md", "# Other\n"),
            ("shelflife.toml", ""),
        ],
        &[],
        "Write",
        50,
    );
    docs.commit(
        &[(
            "docs/payments/start.md",
            "# Start\n\nThe option `--ledger-file` names it now. See [the other](other.md).\n",
        )],
        &["docs/payments/other.md"],
        "Reword",
        155,
    );
    let config = docs.beside("given.toml");
    fs::write(
        &config,
        format!("[[system]]\nname = \"payments\"\nrepo = {:?}\ndescribes = [\"docs/payments/**\"]\n", systems.path()),
    )
    .unwrap();
    let audit =
        run(docs.path(), ["audit", "--config", config.to_str().unwrap(), "--format", "json", "--fail-on", "never"])
            .ended(0)
            .json();
    let found: Vec<(&str, &str, &str)> = audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (text(f, "/rule"), text(f, "/location/document"), text(f, "/evidence/cause/commit/subject")))
        .collect();
    assert_eq!(
        found,
        [
            ("dead-flag", "docs/payments/start.md", "Rename the ledger option"),
            ("dead-link", "docs/payments/start.md", "Reword")
        ],
        "{audit:#}"
    );
    // The token is older than the last edit of its line.
    assert_eq!(
        text(&audit["findings"][0], "/evidence/moment/own/entered"),
        time(50).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    );
}

#[test]
fn a_part_of_a_repository_is_a_system_of_its_own() {
    let repo = Repo::new();
    let read = |name: &str| format!("import os\n\nURL = os.environ[\"{name}\"]\nOTHER = os.environ[\"STAYS_HERE\"]\n");
    repo.commit(
        &[("services/pay/env.py", &read("SHARED_QUEUE")), ("services/mail/env.py", &read("SHARED_QUEUE"))],
        &[],
        "Start",
        0,
    );
    repo.commit(&[("services/pay/env.py", &read("PAY_QUEUE"))], &[], "Pay has a queue of its own", 100);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("work");
    fs::create_dir(&place).unwrap();
    let page = notion("q", "Queues", 50, &["# Queues", "Set `SHARED_QUEUE`."]);
    dump::write(&place.join("pages"), &Collected { pages: vec![page], failures: Vec::new() }).unwrap();
    let audit = |paths: &str| {
        let config =
            format!("[[system]]\nname = \"pay\"\nrepo = {:?}\n{paths}describes = [\"notion:*\"]\n", repo.path());
        fs::write(place.join("c.toml"), config).unwrap();
        run(&place, ["audit", "--from", "pages", "--config", "c.toml", "--format", "json", "--fail-on", "never"])
            .ended(0)
            .json()
    };
    let part = audit("paths = [\"services/pay/**\"]\n");
    assert_eq!(part["findings"].as_array().unwrap().len(), 1, "{part:#}");
    assert_eq!(text(&part["findings"][0], "/evidence/cause/commit/subject"), "Pay has a queue of its own");
    assert_eq!(audit("")["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn the_map_shows_the_reasons() {
    let corpus = Corpus::new(pages(), Vec::new(), "");
    let map = corpus.run("map", &["--format", "json"]).ended(0).json();
    let page = |id: &str| map["pages"].as_array().unwrap().iter().find(|p| text(p, "/id") == id).unwrap().clone();
    assert_eq!(
        text(&page("wiki:acme/search/Home"), "/systems/0/reason"),
        "`describes` of the configuration: `wiki:acme/search`"
    );
    assert!(text(&page("notion:p2"), "/systems/0/reason").contains("PAY_GATEWAY_KEY"), "{:#}", page("notion:p2"));
    let shown = corpus.run("map", &[]).ended(0).stdout;
    assert!(shown.contains("Gateway access") && shown.contains("payments"), "{shown}");
}

#[test]
fn a_found_configuration_names_no_systems_elsewhere() {
    let repo = Repo::new();
    repo.commit(
        &[("shelflife.toml", "[[source]]\nkind = \"notion\"\nroots = [\"x\"]\nbase_url = \"https://evil.example\"\n[[system]]\nname = \"far\"\nrepo = \"https://evil.example/a/b\"\n"), ("README.md", "# A\n")],
        &[],
        "Start",
        0,
    );
    let run = run(repo.path(), ["audit"]).ended(0);
    assert!(run.stderr.contains("`source` is ignored") && run.stderr.contains("`system.repo` is ignored"), "{run:?}");
}

#[test]
fn a_dump_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("work");
    fs::create_dir(&place).unwrap();
    assert!(run(&place, ["audit", "--from", "nowhere"]).ended(2).stderr.contains("nowhere"));
    let _ = Path::new("x");
}
