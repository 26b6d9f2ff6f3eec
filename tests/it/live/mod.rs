//! A Notion workspace, a wiki, a repository of pages and two systems, all behind servers, audited by the program
//! with nothing but a configuration and tokens: every planted mistake is found, at its place and with its cause,
//! and nothing else.

mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::git_server::GitServer;
use crate::support::github::{self, GithubServer};
use crate::support::notion::{Behaviour, NotionServer, TOKEN, refusal};
use crate::support::program::{Run, finish, program};
use world::{Blocks, World};

const GIT_TOKEN: &str = "ghs_git_secret_of_the_live_test";

/// All of it, running.
struct Live {
    folder: tempfile::TempDir,
    world: World,
    blocks: Blocks,
    notion: NotionServer,
    github: GithubServer,
    git: GitServer,
}

impl Live {
    fn new() -> Self {
        let world = World::read();
        let folder = tempfile::tempdir().unwrap();
        let hosted = folder.path().join("hosted");
        for repository in &world.repo {
            repository.make(&hosted);
        }
        let (workspace, root, blocks) = world::notion(&world.page);
        let notion = NotionServer::start(workspace, Behaviour::default());
        let github = GithubServer::start(&[("acme/handbook", world::handbook(&world.handbook))], "");
        let git = GitServer::start(hosted, Some(GIT_TOKEN));
        let host = format!("http://127.0.0.1:{}", git.port);
        let config = format!(
            r#"
[[system]]
name = "payments"
repo = "{host}/acme/payments.git"
describes = ["notion:Payments runbooks"]

[[system]]
name = "search"
repo = "{host}/acme/search.git"
describes = ["wiki:acme/search"]

[[source]]
kind = "notion"
base_url = "{}"
roots = ["{root}"]
requests_per_second = 1000

[[source]]
kind = "github"
base_url = "{}"
repos = ["acme/*"]

[[source]]
kind = "github-wiki"
repo = "acme/search"
clone_url = "{host}/acme/search.wiki.git"
visibility = "private"
"#,
            notion.base, github.base
        );
        // No repository is around it.
        std::fs::create_dir(folder.path().join("work")).unwrap();
        std::fs::write(folder.path().join("work/shelflife.toml"), config).unwrap();
        Self { folder, world, blocks, notion, github, git }
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = program(&self.place());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command
            .env("NOTION_TOKEN", TOKEN)
            .env("SHELFLIFE_GITHUB_TOKEN", github::TOKEN)
            .env(format!("SHELFLIFE_GIT_TOKEN_127_0_0_1_{}", self.git.port), GIT_TOKEN)
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .args(arguments);
        finish(&mut command)
    }

    /// Audits all sources, with reports in all forms; of low confidence too, so that nothing else is found.
    fn audit(&self, more: &[&str]) -> Run {
        let mut arguments = vec!["audit", "--config", "shelflife.toml", "--format", "json", "--now", "2021-01-01"];
        arguments.extend(["--min-confidence", "low", "--no-progress"]);
        arguments.extend(more);
        self.run(&arguments)
    }

    fn report(&self, name: &str) -> String {
        std::fs::read_to_string(self.place().join(name)).unwrap()
    }

    /// What is planted: title or path of the page, rule, what is gone, the cause and the place's address.
    fn planted(&self) -> Vec<[String; 5]> {
        let mut all = Vec::new();
        let line = |page: &str, stale: &world::Stale, url: String| {
            [page.to_owned(), stale.rule.clone(), stale.text.clone(), stale.cause.clone(), url]
        };
        for page in &self.world.page {
            for stale in &page.stale {
                for url in &self.blocks[&(page.title.clone(), stale.block)] {
                    all.push(line(&page.title, stale, url.clone()));
                }
            }
        }
        for page in &self.world.wiki {
            all.push(line(&page.title, &page.stale, format!("https://github.com/acme/search/wiki/{}", page.title)));
        }
        for page in &self.world.handbook {
            let url = format!("https://github.example/acme/handbook/blob/main/{}", page.path);
            all.extend(page.stale.iter().map(|stale| line(&page.path, stale, url.clone())));
        }
        all
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn is_planted(finding: &Value, document: &Value, planted: &[String; 5]) -> bool {
    let [page, rule, gone, cause, url] = planted;
    (text(document, "/title") == page || text(document, "/id").ends_with(&format!("/{page}")))
        && text(finding, "/rule") == rule
        && text(finding, "/location/text").contains(gone)
        && text(finding, "/evidence/cause/commit/subject") == cause
        && text(finding, "/location/url") == url
}

#[test]
fn what_is_planted_is_found_at_its_place_and_nothing_else() {
    let live = Live::new();
    let pages: usize = live.world.page.iter().map(|page| page.copies).sum();
    assert!(pages >= 30);
    let run = live.audit(&["-o", "r.txt", "-o", "r.md", "-o", "r.html", "-o", "r.sarif"]).ended(1);
    let audit = run.json();
    let documents: BTreeMap<&str, &Value> =
        audit["documents"].as_array().unwrap().iter().map(|document| (text(document, "/id"), document)).collect();
    let planted = live.planted();
    let findings = audit["findings"].as_array().unwrap();
    let fits = |finding: &Value, planted: &[String; 5]| {
        is_planted(finding, documents[text(finding, "/location/document")], planted)
    };
    for wanted in &planted {
        let found = findings.iter().filter(|finding| fits(finding, wanted)).count();
        assert_eq!(found, 1, "{wanted:?}\n{findings:#?}");
    }
    for finding in findings {
        assert!(planted.iter().any(|wanted| fits(finding, wanted)), "not planted: {finding:#}");
    }
    // Three pages that only hold others, and nothing that could not be had or mapped but those.
    let undecided: Vec<(&str, &str)> = audit["inconclusive"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| (text(i, "/reason"), documents.get(text(i, "/document")).map_or("", |d| text(d, "/title"))))
        .collect();
    assert!(
        undecided.iter().all(|(reason, title)| *reason == "unmapped" && title.ends_with("unbooks")),
        "{undecided:?}"
    );
    let names: Vec<&str> = audit["systems"].as_array().unwrap().iter().map(|system| text(system, "/name")).collect();
    assert_eq!(names, ["payments", "search"]);

    // Whatever the form, it leads to the place.
    let (plain, markdown, html) = (live.report("r.txt"), live.report("r.md"), live.report("r.html"));
    for [page, _, _, cause, url] in &planted {
        assert!(plain.contains(url), "{url}\n{plain}");
        assert!(markdown.contains(&format!("(<{url}>)")) || !url.is_ascii(), "{url}\n{markdown}");
        assert!(html.contains(url), "{url}");
        assert!(
            plain.contains(cause) && (plain.contains(&format!("“{page}")) || page.contains('/')),
            "{page}\n{plain}"
        );
    }
    let start = plain.lines().find(|line| line.contains("in “Refund by hand”")).unwrap();
    assert!(start.trim_start().starts_with("in “Refund by hand” https://www.notion.so/"), "{start}");
    // Whoever reads a repository's code scanning may not read Notion; of that, only how much there is.
    let sarif: Value = serde_json::from_str(&live.report("r.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    let home =
        results.iter().find(|r| text(r, "/locations/0/physicalLocation/artifactLocation/uri").ends_with("/Home"));
    assert_eq!(text(home.unwrap(), "/locations/0/logicalLocations/0/fullyQualifiedName"), "Home");
    assert!(live.report("r.sarif").contains("findings in pages of Notion are not in this file"));

    // Again, with what was kept: the same bytes, and hardly a question.
    live.notion.reset();
    live.github.asked();
    assert_eq!(live.audit(&[]).ended(1).stdout, run.stdout);
    assert!(live.notion.requests() <= 6, "{}", live.notion.requests());
    assert_eq!(live.github.asked().len(), 3);
    // A dump of it says the same without the sources.
    live.run(&["collect", "--config", "shelflife.toml", "--dump", "dump", "--no-progress"]).ended(0);
    live.notion.hook(Some(Box::new(|_, _| Some(refusal(503, "service_unavailable")))));
    assert_eq!(live.audit(&["--from", "dump"]).ended(1).stdout, run.stdout);
}

#[test]
fn no_token_is_left_anywhere() {
    let live = Live::new();
    let runs = [
        live.audit(&["-o", "r.txt", "-o", "r.md", "-o", "r.html", "-o", "r.sarif", "-o", "r.json"]),
        live.run(&["collect", "--config", "shelflife.toml", "--dump", "dump"]),
        live.run(&["map", "--config", "shelflife.toml"]),
    ];
    // Now every host refuses, and repeats what it was sent.
    let repeat = |token: &'static str| {
        move |_: &str, _| {
            let body = format!("{{\"message\":\"who is {token}?\",\"code\":\"unauthorized\"}}");
            Some(crate::support::notion::answer(401, &[("x-sent", token)], &body))
        }
    };
    live.notion.hook(Some(Box::new(repeat(TOKEN))));
    live.github.hook(Some(Box::new(repeat(github::TOKEN))));
    let refused = [live.audit(&["--no-cache"]), live.run(&["collect", "--config", "shelflife.toml", "--dump", "none"])];
    assert!(refused.iter().all(|run| run.stdout.contains("TOKEN") || run.stderr.contains("TOKEN")), "{refused:?}");
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for run in runs.into_iter().chain(refused) {
        found.push(("stdout".to_owned(), run.stdout.into_bytes()));
        found.push(("stderr".to_owned(), run.stderr.into_bytes()));
    }
    let mut open = vec![live.place(), live.folder.path().join("cache")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => found.push((path.display().to_string(), std::fs::read(path).unwrap())),
            }
        }
    }
    assert!(found.iter().any(|(file, _)| file.ends_with("sources.sqlite3")));
    assert!(found.iter().any(|(file, _)| Path::new(file).components().any(|c| c.as_os_str() == "git")));
    for (file, bytes) in found {
        for secret in [TOKEN, github::TOKEN, GIT_TOKEN] {
            let held = memchr::memmem::find(&bytes, secret.as_bytes()).is_some();
            assert!(!held, "{file} holds a token");
        }
    }
}

#[test]
fn what_is_missing_is_said_with_what_mends_it() {
    let live = Live::new();
    // One page that is not shared, and a system that asks for another token.
    let mut hidden = String::new();
    live.notion.change(|workspace| {
        hidden =
            workspace.pages.iter().find(|(_, page)| page.to_string().contains("Refund by hand")).unwrap().0.clone();
    });
    let gone = format!("GET /v1/pages/{hidden}");
    live.notion.hook(Some(Box::new(move |what, _| (what == gone).then(|| refusal(404, "object_not_found")))));
    let audit = live.audit(&[]).ended(1).json();
    let said: Vec<&str> = audit["inconclusive"].as_array().unwrap().iter().map(|i| text(i, "/message")).collect();
    let page = said.iter().find(|message| message.contains("“Refund by hand”")).unwrap();
    assert!(page.contains("Connections"), "{page}");
    assert_eq!(audit["findings"].as_array().unwrap().len(), live.planted().len() - 1);
    // Without any token: each variable, and what its token needs.
    let mut command = program(&live.place());
    let none = finish(command.args(["audit", "--config", "shelflife.toml", "--no-cache", "--no-progress"])).ended(0);
    for word in ["NOTION_TOKEN", "Read content", "SHELFLIFE_GIT_TOKEN_127_0_0_1"] {
        assert!(none.stdout.contains(word) || none.stderr.contains(word), "{word}: {none:?}");
    }
}
