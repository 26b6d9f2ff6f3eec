//! `shelflife serve` as a client meets it, in front of an upstream that records what it is asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::support::program::program;

/// What the upstream holds, and what it was asked.
#[derive(Debug, Default)]
struct Shelf {
    records: Vec<Value>,
    asked: Vec<Value>,
    keys: Vec<String>,
    /// Leads elsewhere instead of answering.
    redirects: bool,
}

struct Upstream {
    shelf: Arc<Mutex<Shelf>>,
    url: String,
    _runtime: tokio::runtime::Runtime,
}

impl Upstream {
    fn start(records: Vec<Value>) -> Self {
        let shelf = Arc::new(Mutex::new(Shelf { records, ..Shelf::default() }));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(retrieved).with_state(Arc::clone(&shelf));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { shelf, url, _runtime: runtime }
    }
}

async fn retrieved(
    State(shelf): State<Arc<Mutex<Shelf>>>,
    headers: HeaderMap,
    body: String,
) -> axum::response::Response {
    let mut shelf = shelf.lock().unwrap();
    if shelf.redirects {
        return (StatusCode::TEMPORARY_REDIRECT, [("location", "http://127.0.0.1:1/secret")]).into_response();
    }
    let question: Value = serde_json::from_str(&body).unwrap();
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    shelf.keys.push(text("authorization"));
    let setting = &question["retrieval_setting"];
    let (most, least) = (setting["top_k"].as_u64().unwrap() as usize, setting["score_threshold"].as_f64().unwrap());
    let records: Vec<Value> =
        shelf.records.iter().filter(|r| r["score"].as_f64().unwrap() >= least).take(most).cloned().collect();
    shelf.asked.push(question);
    json!({"records": records}).to_string().into_response()
}

fn record(path: &str, score: f64) -> Value {
    json!({"content": format!("about {path}"), "score": score, "title": path, "metadata": {"path": path, "own": 1}})
}

/// A list that excludes `docs/wrong*.md` and halves `docs/old.md`.
fn list(folder: &Path, now: &str, wrong: usize) {
    let entry = |document: String, action: &str, weight: f64| {
        json!({"document": document, "section": null, "action": action, "weight": weight,
            "freshness": (weight * 100.0) as u8, "status": "stale", "reasons": ["dead-flag: gone"],
            "since": "2026-02-03T00:00:00Z",
            "evidence": [{"rule": "dead-flag", "fingerprint": "f", "commit": "c0", "url": "https://example.org/commit/c0"}],
            "ids": {"repo": "app", "path": document, "url": null, "title": "T"}})
    };
    let mut entries: Vec<Value> = (0..wrong).map(|i| entry(format!("docs/wrong{i}.md"), "exclude", 0.0)).collect();
    entries.push(entry("docs/old.md".into(), "demote", 0.5));
    let list =
        json!({"schema_version": 1, "now": now, "policy": "1", "systems": [], "entries": entries, "inconclusive": []});
    std::fs::write(folder.join("list.json"), list.to_string()).unwrap();
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut child = program(folder)
            .args(["serve", "list.json", "--listen", "127.0.0.1:0"])
            .args(more)
            .env("SERVE_TOKEN", "open sesame")
            .env("UPSTREAM_KEY", "upstream key")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address }
    }

    /// Sends a request by hand; status and body.
    fn send(&self, request: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        (status, serde_json::from_str(body).unwrap_or_else(|_| body.into()))
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    fn ask(&self, question: &Value, headers: &str) -> (u16, Value) {
        let body = question.to_string();
        self.send(&format!(
            "POST /retrieval HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn question(top_k: usize, threshold: f64) -> Value {
    json!({"knowledge_id": "handbook", "query": "how?", "metadata_condition": {"x": 1},
        "retrieval_setting": {"top_k": top_k, "score_threshold": threshold}})
}

fn titles(answer: &Value) -> Vec<&str> {
    answer["records"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap()).collect()
}

#[test]
fn what_is_wrong_is_left_out_and_enough_remains() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("in");
    std::fs::create_dir(&within).unwrap();
    list(&within, "2026-06-01T00:00:00Z", 9);
    let mut records: Vec<Value> = (0..9).map(|i| record(&format!("docs/wrong{i}.md"), 0.99)).collect();
    records.extend([
        record("docs/old.md", 0.9),
        record("docs/a.md", 0.8),
        record("docs/b.md", 0.5),
        record("docs/c.md", 0.4),
    ]);
    records.push(json!({"content": "no field", "score": 0.3, "title": "t", "metadata": null}));
    let upstream = Upstream::start(records);
    let server = Server::start(&within, &["--upstream", &upstream.url, "--upstream-key-env", "UPSTREAM_KEY"]);
    let (status, answer) = server.ask(&question(4, 0.0), "");
    assert_eq!(status, 200, "{answer}");
    // 0.9 × 0.5 comes behind 0.5 and before 0.4.
    assert_eq!(titles(&answer), ["docs/a.md", "docs/b.md", "docs/old.md", "docs/c.md"]);
    let old = &answer["records"][2];
    assert_eq!(old["score"], 0.45);
    assert_eq!(old["metadata"]["own"], 1);
    assert_eq!(old["metadata"]["shelflife_status"], "stale");
    assert_eq!(old["metadata"]["shelflife_since"], "2026-02-03");
    assert_eq!(old["metadata"]["shelflife_proof"], "https://example.org/commit/c0");
    let asked = upstream.shelf.lock().unwrap().asked.clone();
    let counts: Vec<u64> = asked.iter().map(|q| q["retrieval_setting"]["top_k"].as_u64().unwrap()).collect();
    assert_eq!(counts, [8, 32]);
    assert_eq!(asked[0]["metadata_condition"], json!({"x": 1}));
    assert_eq!(upstream.shelf.lock().unwrap().keys[0], "Bearer upstream key");
    // The threshold holds after weighting.
    let (_, answer) = server.ask(&question(5, 0.46), "");
    assert_eq!(titles(&answer), ["docs/a.md", "docs/b.md"]);
    let (_, answer) = server.ask(&question(20, 0.0), "");
    assert_eq!(
        answer["records"].as_array().unwrap().last().unwrap()["metadata"],
        json!({"shelflife_action": "include"})
    );
    // What is lowered gives way to what the upstream would have sent next.
    upstream.shelf.lock().unwrap().records =
        vec![record("docs/old.md", 0.9), record("docs/old.md", 0.88), record("docs/a.md", 0.8)];
    assert_eq!(titles(&server.ask(&question(1, 0.0), "").1), ["docs/a.md"]);
}

#[test]
fn of_pieces_those_go_that_hold_a_wrong_line() {
    let folder = tempfile::tempdir().unwrap();
    let entry = |section: Option<&str>, action: &str, weight: f64, start: u32, end: u32, lines: Value| {
        json!({"document": "docs/a.md", "section": section, "action": action, "weight": weight, "freshness": 46,
            "status": "stale", "reasons": ["dead-flag: gone"], "since": null, "evidence": [], "lines": lines,
            "ids": {"repo": "app", "path": "docs/a.md", "url": null, "title": "T", "start": start, "end": end}})
    };
    let entries = [
        entry(None, "demote", 0.9, 0, 0, json!([])),
        entry(Some("long"), "demote", 0.5, 1, 100, json!([[40, 41]])),
        entry(Some("gone"), "exclude", 0.0, 101, 120, json!([])),
        entry(Some("wrong in one"), "exclude", 0.0, 200, 220, json!([[205, 205]])),
    ];
    let list = json!({"schema_version": 1, "now": "2026-06-01T00:00:00Z", "policy": "2", "systems": [],
        "entries": entries, "inconclusive": []});
    std::fs::write(folder.path().join("list.json"), list.to_string()).unwrap();
    let piece = |name: &str, first: Value, last: Value| json!({"content": name, "score": 0.8, "title": name, "metadata": {"path": "docs/a.md", "from": first, "to": last}});
    let upstream = Upstream::start(vec![
        piece("of the long one", json!(1), json!(39)),
        piece("the wrong line", json!("41"), json!("60")),
        piece("the gone one", json!(110), json!(125)),
        piece("behind it", json!(118), json!(140)),
        piece("no lines", json!(null), json!(7)),
        piece("right in the other", json!(206), json!(220)),
        piece("wrong in the other", json!(200), json!(205)),
    ]);
    let server = Server::start(folder.path(), &["--upstream", &upstream.url, "--line-fields", "from,to"]);
    let (status, answer) = server.ask(&question(9, 0.0), "");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(titles(&answer), ["behind it", "no lines", "of the long one", "right in the other"]);
    let scores: Vec<f64> = answer["records"].as_array().unwrap().iter().map(|r| r["score"].as_f64().unwrap()).collect();
    assert_eq!(scores, [0.8, 0.8 * 0.9, 0.4, 0.8 * 0.46]);
}

#[test]
fn without_a_list_that_holds_records_pass_marked_or_nothing_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("in");
    std::fs::create_dir(&within).unwrap();
    list(&within, "2020-06-01T00:00:00Z", 1);
    let upstream = Upstream::start(vec![record("docs/wrong0.md", 0.9)]);
    let pass = Server::start(&within, &["--upstream", &upstream.url, "--max-age", "7d"]);
    let (status, answer) = pass.ask(&question(1, 0.0), "");
    assert_eq!((status, titles(&answer)), (200, vec!["docs/wrong0.md"]));
    assert_eq!(answer["records"][0]["metadata"]["shelflife_list"], "too-old");
    let refuse = Server::start(&within, &["--upstream", &upstream.url, "--max-age", "7d", "--on-missing", "refuse"]);
    assert_eq!(refuse.ask(&question(1, 0.0), "").0, 503);
    std::fs::remove_file(within.join("list.json")).unwrap();
    let missing = Server::start(&within, &["--upstream", &upstream.url]);
    let (_, answer) = missing.ask(&question(1, 0.0), "");
    assert_eq!(answer["records"][0]["metadata"]["shelflife_list"], "missing");
    assert_eq!(missing.get("/v1/freshness?id=docs/old.md").0, 503);
}

#[test]
fn single_pages_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("in");
    std::fs::create_dir(&within).unwrap();
    list(&within, "2026-06-01T00:00:00Z", 1);
    let server = Server::start(&within, &[]);
    let (status, wrong) = server.get("/v1/freshness?id=docs%2Fwrong0.md");
    assert_eq!((status, &wrong["action"], &wrong["weight"]), (200, &json!("exclude"), &json!(0.0)));
    assert_eq!(wrong["listed"], true);
    let (_, right) = server.get("/v1/freshness?id=docs/right.md");
    assert_eq!((&right["action"], &right["listed"]), (&json!("include"), &json!(false)));
    assert_eq!(server.get("/v1/freshness").0, 400);
    assert_eq!(server.get("/health").1["list"]["state"], "current");
    assert_eq!(server.ask(&question(1, 0.0), "").0, 404);
}

#[test]
fn only_who_may_ask_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("in");
    std::fs::create_dir(&within).unwrap();
    list(&within, "2026-06-01T00:00:00Z", 1);
    let upstream = Upstream::start(vec![record("docs/a.md", 0.9)]);
    let more = ["--upstream", &upstream.url, "--token-env", "SERVE_TOKEN", "--knowledge", "handbook"];
    let server = Server::start(&within, &more);
    let good = "Authorization: Bearer open sesame\r\n";
    assert_eq!(server.ask(&question(1, 0.0), good).0, 200);
    assert_eq!(server.ask(&question(1, 0.0), "").1["error_code"], 1001);
    assert_eq!(server.ask(&question(1, 0.0), "Authorization: Bearer open\r\n").1["error_code"], 1002);
    assert_eq!(server.get("/v1/freshness?id=x").0, 403);
    let other = json!({"knowledge_id": "payroll", "query": "q", "retrieval_setting": {"top_k": 1}});
    assert_eq!(server.ask(&other, good).0, 404);
    // A page in a browser that was led here by a name of its own.
    let body = question(1, 0.0).to_string();
    let raw = |host: &str, kind: &str, body: &str| {
        server.send(&format!(
            "POST /retrieval HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\n{good}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    };
    assert_eq!(raw("evil.example.org", "application/json", &body).0, 421);
    assert_eq!(raw("localhost", "text/plain", &body).0, 415);
    assert_eq!(raw("localhost", "application/json", "{").0, 400);
    assert_eq!(raw("localhost", "application/json", &" ".repeat((1 << 20) + 1)).0, 413);
    upstream.shelf.lock().unwrap().redirects = true;
    let (status, answer) = server.ask(&question(1, 0.0), good);
    assert_eq!(status, 502);
    assert!(!answer.to_string().contains("127.0.0.1:1"), "{answer}");
    // The token never reached the upstream.
    assert!(upstream.shelf.lock().unwrap().keys.iter().all(String::is_empty));
}

#[test]
fn other_machines_need_a_token_and_a_stop_is_graceful() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("in");
    std::fs::create_dir(&within).unwrap();
    list(&within, "2026-06-01T00:00:00Z", 1);
    let open = program(&within).args(["serve", "list.json", "--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(open.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&open.stderr).contains("needs a token"));
    let http = program(&within).args(["serve", "list.json", "--upstream", "http://rag.example.org"]).output().unwrap();
    assert_eq!(http.status.code(), Some(2));
    let mut server = Server::start(&within, &[]);
    let mut idle = TcpStream::connect(&server.address).unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\n").unwrap();
    let pid = server.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}
