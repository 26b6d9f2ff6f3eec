//! `shelflife collect` as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::github::{self, GithubServer, Repo};
use crate::support::notion::{Behaviour, NotionServer, TOKEN, Workspace, answer, id, refusal};
use crate::support::program::{Run, finish, program};

/// A folder with a configuration, where the program runs.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        std::fs::write(folder.path().join("work/sources.toml"), config).unwrap();
        Self { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = program(&self.at("work"));
        for name in ["NOTION_TOKEN", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
            command.env_remove(name);
        }
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command.args(["collect", "--config", "sources.toml", "--dump", "dump", "--no-progress"]);
        command
    }

    fn run(&self, environment: &[(&str, &str)]) -> Run {
        finish(self.command().envs(environment.iter().copied()))
    }

    fn index(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.at("work/dump/shelflife-dump.json")).unwrap()).unwrap()
    }
}

fn notion(base: &str, root: &str) -> String {
    format!("[[source]]\nkind = \"notion\"\nbase_url = \"{base}\"\nroots = [\"{root}\"]\nrequests_per_second = 1000\n")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { out.push(path) }
        }
    }
    out.sort();
    out
}

fn workspace(pages: usize) -> (Workspace, String) {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Runbooks", None, &["all of them"]);
    for number in 0..pages {
        workspace.add(10 + number, &format!("Page {number}"), Some(1), &[&format!("says {number}")]);
    }
    (workspace, root)
}

#[test]
fn a_dump_is_written_and_written_again_with_few_requests() {
    let (workspace, root) = workspace(40);
    let server = NotionServer::start(workspace, Behaviour::default());
    let place = Place::new(&notion(&server.base, &root));
    let run = place.run(&[("NOTION_TOKEN", TOKEN)]).ended(0);
    assert_eq!(run.stdout, "41 pages in dump, 0 not collected\n");
    let page = place.at("work/dump/notion/Acme/Runbooks/Page 7.md");
    assert!(std::fs::read_to_string(&page).unwrap().ends_with("---\n\nsays 7\n"));
    let first: Vec<(PathBuf, Vec<u8>)> =
        files(&place.at("work/dump")).into_iter().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect();
    server.reset();
    place.run(&[("NOTION_TOKEN", TOKEN)]).ended(0);
    let again: Vec<(PathBuf, Vec<u8>)> =
        files(&place.at("work/dump")).into_iter().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect();
    assert_eq!(again, first);
    assert_eq!(server.requests(), 3);
}

#[test]
fn hostile_titles_stay_within_the_dump_and_apart() {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "..", None, &["r"]);
    let titles = [
        "../../x",
        "..",
        "CON",
        "con",
        "nul.txt",
        "a/b",
        "a\u{0}b",
        "\u{202e}gpj.exe",
        "Same",
        "same",
        "",
        "長い".repeat(200).leak(),
    ];
    for (at, title) in titles.iter().enumerate() {
        workspace.add(10 + at, title, Some(1), &[&format!("number {at}")]);
    }
    let server = NotionServer::start(workspace, Behaviour::default());
    let place = Place::new(&notion(&server.base, &root));
    place.run(&[("NOTION_TOKEN", TOKEN)]).ended(0);
    let outside: Vec<PathBuf> = files(place.folder.path())
        .into_iter()
        .filter(|file| !file.starts_with(place.at("work/dump")) && !file.starts_with(place.at("cache")))
        .collect();
    assert_eq!(outside, [place.at("work/sources.toml")]);
    let pages: Vec<PathBuf> =
        files(&place.at("work/dump/notion")).into_iter().filter(|f| f.extension().is_some_and(|e| e == "md")).collect();
    assert_eq!(pages.len(), titles.len() + 1);
    let mut folded: Vec<String> = pages.iter().map(|page| page.display().to_string().to_lowercase()).collect();
    folded.dedup();
    assert_eq!(folded.len(), pages.len());
}

#[test]
fn without_a_token_it_says_which_variable_and_what_for() {
    let place = Place::new(&notion("https://api.notion.com", &id(1)));
    let run = place.run(&[]).ended(3);
    for word in ["SHELFLIFE_NOTION_TOKEN", "NOTION_TOKEN", "Read content", "share"] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    let empty = Place::new("");
    assert!(empty.run(&[]).ended(2).stderr.contains("[[source]]"));
    let run = finish(program(&empty.at("work")).args(["collect", "--dump", "x"])).ended(2);
    assert!(run.stderr.contains("--config"), "{}", run.stderr);
}

#[test]
fn the_token_is_in_no_file_and_no_line_that_is_left_behind() {
    let (workspace, root) = workspace(12);
    let server = NotionServer::start(workspace, Behaviour::default());
    let gone = format!("GET /v1/pages/{}", id(15));
    let (limited, broken) = (format!("GET /v1/pages/{}", id(16)), format!("GET /v1/pages/{}", id(17)));
    server.hook(Some(Box::new(move |what, nth| {
        if what == gone {
            // A host that repeats what it was sent.
            Some(answer(400, &[], &json!({"code": "validation_error", "message": "bad page"}).to_string()))
        } else if what == limited && nth == 1 {
            Some(answer(429, &[("retry-after", "0")], "{}"))
        } else if what == broken {
            Some(refusal(404, "object_not_found"))
        } else {
            None
        }
    })));
    let repos = [("acme/pay", Repo::with(&[("README.md", "# Pay\n")])), ("acme/x", Repo::default())];
    let hub = GithubServer::start(&repos, "");
    let config = format!(
        "{}\n[[source]]\nkind = \"github\"\nbase_url = \"{}\"\nrepos = [\"acme/*\", \"acme/none\"]\n",
        notion(&server.base, &root),
        hub.base
    );
    let place = Place::new(&config);
    let set = [
        ("SHELFLIFE_NOTION_TOKEN", TOKEN),
        ("SHELFLIFE_GITHUB_TOKEN", github::TOKEN),
        ("RUST_LOG", "trace"),
        ("RUST_BACKTRACE", "full"),
    ];
    let run = place.run(&set).ended(0);
    assert!(run.stderr.contains("Page 5") && run.stderr.contains("Connections"), "{}", run.stderr);
    assert_eq!(run.stdout, "12 pages in dump, 3 not collected\n", "{}", run.stderr);
    assert_eq!(place.index()["failures"].as_array().unwrap().len(), 3);
    // Refused tokens are not repeated either.
    server.hook(Some(Box::new(|_, _| Some(refusal(401, "unauthorized")))));
    hub.hook(Some(Box::new(|_, _| Some(answer(401, &[], r#"{"message":"Bad credentials"}"#)))));
    let refused = place.run(&set).ended(3);
    let mut found: Vec<(String, Vec<u8>)> = files(place.folder.path())
        .into_iter()
        .map(|file| (file.display().to_string(), std::fs::read(file).unwrap()))
        .collect();
    assert!(found.iter().any(|(file, _)| file.ends_with("sources.sqlite3")));
    for run in [run, refused] {
        found.push(("stdout".to_owned(), run.stdout.into_bytes()));
        found.push(("stderr".to_owned(), run.stderr.into_bytes()));
    }
    for (file, bytes) in found {
        for secret in [TOKEN, github::TOKEN] {
            let held = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!held, "{file} holds a token");
        }
    }
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    let (workspace, root) = workspace(300);
    let latency = std::time::Duration::from_millis(5);
    let server = NotionServer::start(workspace, Behaviour { latency, ..Behaviour::default() });
    let place = Place::new(&notion(&server.base, &root));
    let mut child =
        place.command().env("NOTION_TOKEN", TOKEN).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while server.requests() < 300 {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    server.reset();
    let run = place.run(&[("NOTION_TOKEN", TOKEN)]).ended(0);
    assert_eq!(run.stdout, "301 pages in dump, 0 not collected\n");
    // Of 606 requests some 300 were answered before; what was under way is asked for again.
    assert!(server.requests() < 360, "{}", server.requests());
}
