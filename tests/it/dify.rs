//! `shelflife publish dify` against a server that keeps state and misbehaves as real ones do.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::support::program::{Run, finish, program};

const KEY: &str = "dataset-secret";
const DATASET: &str = "6f2c1a3e-0000-4000-8000-000000000000";

/// A document of the server.
#[derive(Debug, Clone)]
struct Doc {
    id: String,
    name: String,
    enabled: bool,
    indexing: bool,
    info: Value,
    metadata: BTreeMap<String, Value>,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
struct Segment {
    id: String,
    content: String,
    enabled: bool,
}

/// How the server misbehaves.
#[derive(Debug, Clone, Default)]
struct Moods {
    /// So many of the next requests are answered with 429.
    too_many: usize,
    /// Writes after so many are answered with 503, and this for good.
    dies_after: Option<usize>,
    /// Switching chunks is accepted and not done.
    forgets_chunks: bool,
    /// Switching documents is accepted and not done.
    forgets_documents: bool,
    /// After the first list a document gets another name.
    renames: Option<(String, String)>,
}

#[derive(Debug, Default)]
struct Dify {
    docs: Vec<Doc>,
    fields: Vec<(String, String)>,
    moods: Moods,
    writes: usize,
    log: Vec<String>,
}

struct Server {
    state: Arc<Mutex<Dify>>,
    url: String,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    fn start(docs: Vec<Doc>) -> Self {
        let state = Arc::new(Mutex::new(Dify { docs, ..Dify::default() }));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&state));
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { state, url, _runtime: runtime }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Dify) -> T) -> T {
        act(&mut self.state.lock().unwrap())
    }

    fn doc(&self, name: &str) -> Doc {
        self.with(|d| d.docs.iter().find(|doc| doc.name == name).unwrap().clone())
    }

    /// Writes since the last call.
    fn writes(&self) -> Vec<String> {
        self.with(|d| std::mem::take(&mut d.log))
    }
}

fn no(status: u16, code: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), json!({"status": status, "code": code, "message": "no"}).to_string())
        .into_response()
}

fn yes(value: &Value) -> Response {
    (StatusCode::OK, [("content-type", "application/json")], value.to_string()).into_response()
}

async fn answer(State(state): State<Arc<Mutex<Dify>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    if parts.headers.get("authorization").and_then(|v| v.to_str().ok()) != Some(&format!("Bearer {KEY}")) {
        return no(401, "unauthorized");
    }
    let mut dify = state.lock().unwrap();
    if dify.moods.too_many > 0 {
        dify.moods.too_many -= 1;
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")], "{}").into_response();
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if parts.method != Method::GET {
        if dify.moods.dies_after.is_some_and(|after| dify.writes >= after) {
            // For good: repetitions find the same.
            return (StatusCode::FORBIDDEN, json!({"code": "forbidden", "message": "gone"}).to_string())
                .into_response();
        }
        dify.writes += 1;
        dify.log.push(format!("{} {} {body}", parts.method, parts.uri.path()));
    }
    record(&parts, &body);
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let segments: Vec<&str> = path.trim_start_matches(&format!("/v1/datasets/{DATASET}/")).split('/').collect();
    dify.route(&parts.method, &segments, &query, &body)
}

/// Writes requests down for `tests/contracts/run`, which holds them against the official description.
fn record(parts: &axum::http::request::Parts, body: &Value) {
    let Some(folder) = std::env::var_os("SHELFLIFE_RECORD") else { return };
    let path = parts.uri.path_and_query().unwrap().as_str().trim_start_matches("/v1");
    let line = json!({"method": parts.method.as_str(), "path": path, "body": body});
    let file = std::fs::OpenOptions::new().create(true).append(true).open(Path::new(&folder).join("dify.jsonl"));
    std::io::Write::write_all(&mut file.unwrap(), format!("{line}\n").as_bytes()).unwrap();
}

fn page(all: &[Value], query: &str) -> Value {
    let number = |key: &str, default: usize| {
        query.split('&').find_map(|p| p.strip_prefix(&format!("{key}="))?.parse().ok()).unwrap_or(default)
    };
    let (at, limit) = (number("page", 1), number("limit", 20).min(100));
    let from = ((at - 1) * limit).min(all.len());
    let to = (from + limit).min(all.len());
    json!({"data": all[from..to], "has_more": to < all.len(), "limit": limit, "total": all.len(), "page": at})
}

impl Doc {
    fn new(number: usize, name: &str) -> Self {
        Self {
            id: format!("d0c00000-0000-4000-8000-{number:012}"),
            name: name.into(),
            enabled: true,
            indexing: false,
            info: json!({}),
            metadata: BTreeMap::new(),
            segments: Vec::new(),
        }
    }

    fn json(&self) -> Value {
        let metadata: Vec<Value> =
            self.metadata.iter().map(|(n, v)| json!({"id": format!("f-{n}"), "name": n, "value": v})).collect();
        json!({"id": self.id, "name": self.name, "enabled": self.enabled, "archived": false, "doc_metadata": metadata,
            "indexing_status": if self.indexing { "indexing" } else { "completed" }, "data_source_info": self.info})
    }

    fn meta(&self, name: &str) -> Value {
        self.metadata.get(name).cloned().unwrap_or_default()
    }
}

impl Segment {
    fn json(&self) -> Value {
        json!({"id": self.id, "content": self.content, "answer": "", "keywords": ["k"], "enabled": self.enabled,
            "status": "completed"})
    }
}

impl Dify {
    fn route(&mut self, method: &Method, path: &[&str], query: &str, body: &Value) -> Response {
        match (method.as_str(), path) {
            ("GET", ["documents"]) => {
                let all: Vec<Value> = self.docs.iter().map(Doc::json).collect();
                let answer = page(&all, query);
                if answer["has_more"] == false
                    && let Some((from, to)) = self.moods.renames.take()
                {
                    self.docs.iter_mut().find(|d| d.name == from).unwrap().name = to;
                }
                yes(&answer)
            }
            ("GET", ["metadata"]) => {
                let fields: Vec<Value> =
                    self.fields.iter().map(|(n, t)| json!({"id": format!("f-{n}"), "name": n, "type": t})).collect();
                yes(&json!({"doc_metadata": fields, "built_in_field_enabled": false}))
            }
            ("POST", ["metadata"]) => {
                let (name, kind) = (body["name"].as_str().unwrap(), body["type"].as_str().unwrap());
                if self.fields.iter().any(|(n, _)| n == name) {
                    return no(400, "invalid_param");
                }
                self.fields.push((name.into(), kind.into()));
                yes(&json!({"id": format!("f-{name}"), "name": name, "type": kind}))
            }
            ("POST", ["documents", "metadata"]) => {
                for operation in body["operation_data"].as_array().unwrap() {
                    assert_eq!(operation["partial_update"], true);
                    let Some(doc) = self.docs.iter_mut().find(|d| d.id == operation["document_id"]) else {
                        return no(400, "invalid_param");
                    };
                    for field in operation["metadata_list"].as_array().unwrap() {
                        let name = field["name"].as_str().unwrap();
                        assert_eq!(field["id"], format!("f-{name}"));
                        doc.metadata.insert(name.into(), field["value"].clone());
                    }
                }
                yes(&json!({"result": "success"}))
            }
            ("PATCH", ["documents", "status", action]) => {
                for id in body["document_ids"].as_array().unwrap() {
                    let doc = self.docs.iter_mut().find(|d| d.id == *id).unwrap();
                    if doc.indexing {
                        return no(400, "invalid_action");
                    }
                    if !self.moods.forgets_documents {
                        doc.enabled = *action == "enable";
                    }
                }
                yes(&json!({"result": "success"}))
            }
            ("GET", ["documents", id, "segments"]) => {
                let doc = self.docs.iter().find(|d| d.id == *id).unwrap();
                yes(&page(&doc.segments.iter().map(Segment::json).collect::<Vec<_>>(), query))
            }
            (method, ["documents", id, "segments", segment]) => {
                let forgets = self.moods.forgets_chunks;
                let doc = self.docs.iter_mut().find(|d| d.id == *id).unwrap();
                let segment = doc.segments.iter_mut().find(|s| s.id == *segment).unwrap();
                if method == "POST" {
                    assert_eq!(body["segment"]["content"], segment.content);
                    assert_eq!(body["segment"]["keywords"], json!(["k"]));
                    if !forgets {
                        segment.enabled = body["segment"]["enabled"].as_bool().unwrap();
                    }
                }
                yes(&json!({"data": segment.json(), "doc_form": "text_model"}))
            }
            _ => no(404, "not_found"),
        }
    }
}

const PARTS: [&str; 3] = [
    "# Guide\n\nThis is how the program is set up on a new machine by hand.\n",
    "## Old way\n\nUse the switch --quick to leave out every slow check there is.\n",
    "## New way\n\nPut the settings into app.toml in the folder of the project.\n",
];

/// An audit of `docs/wrong.md` (wholly wrong), `docs/partly.md` (in its second section) and
/// `docs/right.md`, and the pages themselves.
fn audit(folder: &Path, wrong: &[&str], partly: bool) {
    let hash = |text: &str| shelflife::document::section_hash(text);
    let edit = json!({"date": "2026-05-01T00:00:00Z", "author": "A", "commit": null});
    let section = |i: usize| {
        json!({"id": format!("s{i}"), "heading_path": ["Guide"], "start": i * 3 + 1, "end": i * 3 + 3,
            "content_hash": hash(PARTS[i]), "last_edited": edit})
    };
    let document = |id: &str, title: &str| {
        json!({"id": id, "title": title, "source": "git", "url": null, "format": "markdown", "tense": "current",
            "tense_reason": null, "last_edited": edit, "references": 1, "findings": 0, "inconclusive": 0,
            "sections": (0..3).map(section).collect::<Vec<_>>()})
    };
    let finding = |id: &str, s: usize| {
        json!({"rule": "dead-flag", "severity": "error", "confidence": {"level": "high", "probability": 0.97},
            "message": "`--quick` is gone from the code", "section": format!("s{s}"),
            "location": {"document": id, "start": {"line": s * 3 + 3, "column": 1},
                "end": {"line": s * 3 + 3, "column": 4}, "text": "--quick"},
            "evidence": {"moment": null, "witnesses": [], "witness_count": 0, "now": [], "cause": null,
                "replacement": null},
            "fingerprint": format!("f{s}"), "fix": null})
    };
    let mut findings: Vec<Value> = wrong.iter().flat_map(|id| (0..3).map(|s| finding(id, s))).collect();
    if partly {
        findings.push(finding("docs/partly.md", 1));
    }
    let mut documents: Vec<Value> =
        wrong.iter().filter(|id| **id != "docs/wrong.md").map(|id| document(id, "Other")).collect();
    documents.extend([
        document("docs/wrong.md", "Wrong"),
        document("docs/partly.md", "Partly"),
        document("docs/right.md", "Right"),
    ]);
    let value = json!({"schema_version": 1, "tool": {"name": "shelflife", "version": "0"},
        "now": "2026-06-01T00:00:00Z", "scope": "full",
        "summary": serde_json::to_value(shelflife::report::json::v1::Summary::default()).unwrap(), "systems": [],
        "documents": documents, "findings": findings, "inconclusive": [], "suppressed": []});
    std::fs::write(folder.join("audit.json"), value.to_string()).unwrap();
    std::fs::create_dir_all(folder.join("docs")).unwrap();
    std::fs::write(folder.join("docs/partly.md"), PARTS.concat()).unwrap();
    if !folder.join(".git").exists() {
        git2::Repository::init(folder).unwrap();
    }
}

fn docs() -> Vec<Doc> {
    let segment = |i: usize| Segment {
        id: format!("{i}e900000-0000-4000-8000-{i:012}"),
        content: PARTS[i].replace('#', ""),
        enabled: true,
    };
    vec![
        Doc::new(1, "wrong.md"),
        Doc { segments: (0..3).map(segment).collect(), ..Doc::new(2, "docs/partly.md") },
        Doc::new(3, "Right"),
        Doc::new(4, "of another source"),
        Doc { enabled: false, ..Doc::new(5, "switched off by a person") },
    ]
}

struct Place {
    outer: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        std::fs::create_dir(outer.path().join("in")).unwrap();
        Self { outer }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.outer.path().join("in")
    }

    fn publish(&self, server: &Server, more: &[&str]) -> Run {
        let folder = self.folder();
        let mut command = program(&folder);
        command
            .env("DIFY_API_KEY", KEY)
            .env("XDG_STATE_HOME", self.outer.path().join("state"))
            .env("DIFY_BASE_URL", &server.url)
            .env("DIFY_DATASET_ID", DATASET)
            .args(["publish", "dify", "audit.json"])
            .args(more);
        if !more.contains(&"--max-excluded") && !more.contains(&"--config") {
            command.args(["--max-excluded", "1"]);
        }
        finish(&mut command)
    }
}

#[test]
fn recorded_a_dry_run_tells_and_writes_nothing_and_apply_does_it_once() {
    let (place, server) = (Place::new(), Server::start(docs()));
    audit(&place.folder(), &["docs/wrong.md"], true);
    let dry = place.publish(&server, &[]).ended(0);
    assert_eq!(server.writes(), [""; 0]);
    assert_eq!(
        dry.stdout,
        "off: wrong.md (docs/wrong.md)\nchunk off: docs/partly.md: Old way Use the switch --quick to leave out every slow check\n"
    );
    assert!(
        dry.stderr.contains("would write (--apply): metadata of 5 documents, 1 off, 0 on again, 1 chunks off"),
        "{}",
        dry.stderr
    );
    assert!(dry.stderr.contains("no page: of another source"), "{}", dry.stderr);

    let done = place.publish(&server, &["--apply"]).ended(0);
    assert_eq!(done.stdout, dry.stdout);
    assert!(!server.doc("wrong.md").enabled);
    assert_eq!(server.doc("wrong.md").meta("shelflife_action"), "exclude");
    assert_eq!(server.doc("wrong.md").meta("shelflife_off"), "document");
    assert_eq!(server.doc("Right").meta("shelflife_id"), "docs/right.md");
    assert_eq!(server.doc("of another source").meta("shelflife_action"), "include");
    let partly = server.doc("docs/partly.md");
    assert!(partly.enabled);
    assert_eq!(partly.segments.iter().map(|s| s.enabled).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(partly.meta("shelflife_off"), "1e900000");
    assert!(!server.writes().is_empty());

    // Again: nothing is left to be done.
    place.publish(&server, &["--apply"]).ended(0);
    assert_eq!(server.writes(), [""; 0]);
}

#[test]
fn recorded_what_is_right_again_comes_back_but_not_what_a_person_switched_off() {
    let (place, server) = (Place::new(), Server::start(docs()));
    audit(&place.folder(), &["docs/wrong.md"], true);
    place.publish(&server, &["--apply"]).ended(0);
    // Another machine: no journal. The metadata is enough.
    std::fs::remove_dir_all(place.outer.path().join("state")).unwrap();
    audit(&place.folder(), &[], false);
    server.with(|d| d.docs.iter_mut().find(|doc| doc.name == "Right").unwrap().enabled = false);
    let back = place.publish(&server, &["--apply"]).ended(0);
    assert_eq!(back.stdout.lines().count(), 2, "{}", back.stdout);
    assert!(server.doc("wrong.md").enabled);
    assert_eq!(server.doc("wrong.md").meta("shelflife_off"), "");
    assert!(server.doc("docs/partly.md").segments.iter().all(|s| s.enabled));
    assert_eq!(server.doc("docs/partly.md").meta("shelflife_off"), "");
    assert!(!server.doc("Right").enabled, "a person switched it off");
    assert!(!server.doc("switched off by a person").enabled);
}

#[test]
fn the_journal_alone_is_enough_too() {
    let (place, server) = (Place::new(), Server::start(docs()));
    audit(&place.folder(), &["docs/wrong.md"], true);
    place.publish(&server, &["--apply"]).ended(0);
    server.with(|d| d.docs.iter_mut().for_each(|doc| doc.metadata.clear()));
    audit(&place.folder(), &[], false);
    place.publish(&server, &["--apply"]).ended(0);
    assert!(server.doc("wrong.md").enabled);
    assert!(server.doc("docs/partly.md").segments.iter().all(|s| s.enabled));
}

#[test]
fn rates_are_kept_and_indexing_is_waited_for_by_running_again() {
    let (place, server) = (Place::new(), Server::start(docs()));
    audit(&place.folder(), &["docs/wrong.md", "docs/b.md"], false);
    server.with(|d| {
        d.docs.push(Doc::new(6, "docs/b.md"));
        d.docs[0].indexing = true;
        d.moods.too_many = 3;
    });
    let run = place.publish(&server, &["--apply"]).ended(3);
    assert!(run.stderr.contains("left: wrong.md: it is still being indexed"), "{}", run.stderr);
    assert!(server.doc("wrong.md").enabled && !server.doc("docs/b.md").enabled);
    server.with(|d| d.docs[0].indexing = false);
    place.publish(&server, &["--apply"]).ended(0);
    assert!(!server.doc("wrong.md").enabled);
}

#[test]
fn switches_that_are_accepted_and_not_done_are_noticed() {
    let (place, server) = (Place::new(), Server::start(docs()));
    audit(&place.folder(), &["docs/wrong.md"], true);
    server.with(|d| (d.moods.forgets_chunks, d.moods.forgets_documents) = (true, true));
    let run = place.publish(&server, &["--apply"]).ended(3);
    assert!(run.stderr.contains("failed: wrong.md: Dify accepted the switch and did not do it"), "{}", run.stderr);
    assert!(
        run.stderr.contains("failed: docs/partly.md: chunk 1e900000-0000-4000-8000-000000000001: Dify accepted"),
        "{}",
        run.stderr
    );
    // Nothing is ours that never went off.
    assert_eq!(server.doc("docs/partly.md").meta("shelflife_off"), "");
    server.with(|d| d.moods = Moods::default());
    place.publish(&server, &["--apply"]).ended(0);
    assert!(!server.doc("wrong.md").enabled && !server.doc("docs/partly.md").segments[1].enabled);
}

#[test]
fn a_document_that_is_renamed_meanwhile_is_left_as_it_was() {
    let (place, server) = (Place::new(), Server::start(docs()));
    audit(&place.folder(), &["docs/wrong.md"], false);
    server.with(|d| d.moods.renames = Some(("wrong.md".into(), "right.md".into())));
    let run = place.publish(&server, &["--apply"]).ended(3);
    assert!(run.stderr.contains("it was renamed meanwhile"), "{}", run.stderr);
    assert!(server.doc("right.md").enabled);
    assert_eq!(server.doc("right.md").meta("shelflife_off"), "");
    assert_eq!(server.doc("right.md").meta("shelflife_action"), "include");
    place.publish(&server, &["--apply"]).ended(0);
    assert_eq!(server.doc("right.md").meta("shelflife_id"), "docs/right.md");
    assert!(server.doc("right.md").enabled);
}

#[test]
fn three_thousand_documents_and_a_stop_after_any_write() {
    let (place, server) = (Place::new(), Server::start(docs()));
    let names: Vec<String> = (0..3000).map(|i| format!("docs/many/{i:04}.md")).collect();
    let wrong: Vec<&str> = names.iter().step_by(10).map(String::as_str).collect();
    audit(&place.folder(), &wrong, true);
    server.with(|d| d.docs.extend(names.iter().enumerate().map(|(i, name)| Doc::new(1000 + i, name))));
    // Each time a little further than before, to the end.
    let mut allowed = 3;
    let mut stops = 0;
    loop {
        server.with(|d| (d.writes, d.moods.dies_after) = (0, Some(allowed)));
        let run = place.publish(&server, &["--apply"]);
        let off: Vec<Doc> = server.with(|d| d.docs.iter().filter(|doc| !doc.enabled).cloned().collect());
        for doc in off.iter().filter(|doc| doc.name != "switched off by a person") {
            assert_eq!(doc.meta("shelflife_off"), "document", "{} is off, and nobody would know by whom", doc.name);
        }
        if run.status == 0 {
            break;
        }
        stops += 1;
        allowed += 60;
        assert!(stops < 20, "{}", run.stderr);
    }
    assert!(stops > 1);
    let (off, written) = server.with(|d| {
        let ours = |doc: &&Doc| !doc.enabled && doc.meta("shelflife_off") == "document";
        (
            d.docs.iter().filter(ours).count(),
            d.docs.iter().filter(|doc| doc.meta("shelflife_action") != Value::Null).count(),
        )
    });
    assert_eq!((off, written), (300, 3005));
    server.with(|d| (d.writes, d.moods.dies_after) = (0, None));
    server.writes();
    place.publish(&server, &["--apply"]).ended(0);
    assert_eq!(server.writes(), [""; 0]);
}

#[test]
fn mistakes_are_told_and_the_key_is_not() {
    let (place, server) = (Place::new(), Server::start(docs()));
    audit(&place.folder(), &["docs/wrong.md"], true);
    let http = place.publish(&server, &["--base-url", "http://dify.example.org/v1"]).ended(2);
    assert!(http.stderr.contains("not https"), "{}", http.stderr);
    let fuse = place.publish(&server, &["--apply", "--max-excluded", "0.1"]).ended(3);
    assert!(fuse.stderr.contains("1 of 3 documents"), "{}", fuse.stderr);
    std::fs::write(place.folder().join("strict.toml"), "[export]\nmax_excluded = 0.1\n").unwrap();
    let configured = place.publish(&server, &["--apply", "--config", "strict.toml"]).ended(3);
    assert!(configured.stderr.contains("1 of 3 documents"), "{}", configured.stderr);
    let dataset = place.publish(&server, &["--dataset", "../x"]).ended(3);
    let mut command = program(&place.folder());
    command.env("DIFY_API_KEY", "dataset-wrong").args(["publish", "dify", "audit.json", "--dataset", "ds"]);
    let key = finish(command.args(["--base-url", &server.url, "--max-excluded", "1", "--journal", "j"])).ended(3);
    let none = finish(program(&place.folder()).args(["publish", "dify", "audit.json", "--dataset", "ds"])).ended(2);
    assert!(none.stderr.contains("DIFY_API_KEY holds no key"), "{}", none.stderr);
    let change = std::fs::read_to_string(place.folder().join("audit.json")).unwrap().replace("\"full\"", "\"change\"");
    std::fs::write(place.folder().join("audit.json"), change).unwrap();
    let change = place.publish(&server, &["--apply"]).ended(3);
    assert!(change.stderr.contains("scope `change`"), "{}", change.stderr);
    for run in [http, fuse, dataset, key, none, change] {
        assert!(!run.stderr.contains(KEY) && !run.stderr.contains("dataset-wrong"), "{}", run.stderr);
    }
    assert_eq!(server.writes(), [""; 0]);
}
