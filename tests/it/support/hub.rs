//! A GitHub with a memory, for tests: enough of the REST and GraphQL interfaces to publish to, on a
//! port of this machine. What it should do wrong is scripted.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// What a request should meet instead of an answer.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// This status and these headers, and nothing is done.
    Refuse(u16, Vec<(&'static str, String)>),
    /// It is done, and then this status is said.
    DoneBut(u16),
    /// It is done, and the connection is cut.
    DoneAndCut,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub body: Value,
}

/// What the hub holds.
#[derive(Default)]
pub struct State {
    /// Whom the token belongs to.
    pub login: String,
    /// The repository's visibility.
    pub visibility: String,
    /// Other repositories, by `owner/name`.
    pub others: BTreeMap<String, String>,
    pub issues: Vec<Value>,
    pub comments: Vec<Value>,
    pub pulls: Vec<Value>,
    pub files: Vec<Value>,
    pub remarks: Vec<Value>,
    pub reviews: Vec<Value>,
    pub checks: Vec<Value>,
    pub refs: BTreeMap<String, String>,
    pub commits: BTreeMap<String, Value>,
    pub edits: Vec<Value>,
    pub permissions: BTreeMap<String, String>,
    /// What the next requests of a method and path's ending meet.
    pub troubles: VecDeque<(String, String, Trouble)>,
    /// Whether writes are refused.
    pub read_only: bool,
    /// Runs before an answer to the first `POST` whose path ends so: another run's work.
    pub meanwhile: Option<(String, Value)>,
    pub seen: Vec<Seen>,
    next: u64,
}

impl State {
    fn id(&mut self) -> u64 {
        self.next += 1;
        1000 + self.next
    }

    /// Adds a comment as `login` would write it.
    pub fn comment(&mut self, login: &str, body: &str) -> u64 {
        let id = self.id();
        let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
        self.comments.push(json!({ "id": id, "body": body, "user": { "login": login, "type": kind },
            "html_url": format!("https://github.com/o/n/pull/7#issuecomment-{id}") }));
        id
    }

    /// Adds an issue as `login` would open it.
    pub fn issue(&mut self, login: &str, body: &str) -> u64 {
        let number = self.issues.len() as u64 + 1;
        let id = self.id();
        let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
        self.issues.push(json!({ "id": id, "number": number, "state": "open", "title": "x", "body": body,
            "user": { "login": login, "type": kind }, "html_url": format!("https://github.com/o/n/issues/{number}") }));
        number
    }

    /// The requests that write.
    pub fn writes(&self) -> Vec<(String, String)> {
        let writes = self.seen.iter().filter(|s| s.method != "GET" && s.path != "/graphql");
        writes.map(|s| (s.method.clone(), s.path.clone())).collect()
    }
}

/// A running hub; it stops answering when the value goes.
pub struct Hub {
    state: Arc<Mutex<State>>,
    address: String,
}

impl Hub {
    /// A public repository `o/n` with pull request 7, whose head is `head`.
    pub fn new(head: &str) -> Self {
        let state = State {
            login: "github-actions[bot]".into(),
            visibility: "public".into(),
            pulls: vec![json!({ "number": 7, "state": "open", "head": { "sha": head, "label": "fork:topic" } })],
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // The hub has gone.
                if Arc::strong_count(&shared) < 2 {
                    break;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { state, address }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        record(&request);
        let (status, headers, body) = {
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.seen.push(request.clone());
            answer(&mut state, &request)
        };
        if status == 0 {
            return;
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut head =
            format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if stream.write_all(format!("{head}\r\n{body}").as_bytes()).is_err() {
            return;
        }
    }
}

/// Writes the request down for `tests/contracts/run`, if that was asked for. GraphQL has a contract of its
/// own, which REST's description does not know.
fn record(request: &Seen) {
    let Some(folder) = std::env::var_os("SHELFLIFE_RECORD") else { return };
    if request.path == "/graphql" {
        return;
    }
    let line = json!({ "method": request.method, "path": request.path, "headers": {}, "body": request.body });
    let file = std::path::Path::new(&folder).join("github.jsonl");
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
    // One write: other tests write to the file too.
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}

fn read(reader: &mut impl BufRead) -> Option<Seen> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let mut parts = line.split_whitespace();
    let (method, path) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Some(Seen { method, path, body })
}

type Reply = (u16, Vec<(&'static str, String)>, Value);

fn answer(state: &mut State, request: &Seen) -> Reply {
    let path = request.path.split('?').next().unwrap_or_default().replace("%2F", "/");
    let fits = |(method, end, _): &(String, String, Trouble)| *method == request.method && path.ends_with(end.as_str());
    let trouble = state.troubles.iter().position(fits).and_then(|at| state.troubles.remove(at));
    if let Some((_, _, Trouble::Refuse(status, headers))) = &trouble {
        return (*status, headers.clone(), json!({ "message": "No" }));
    }
    if state.read_only && request.method != "GET" && path != "/graphql" {
        return (403, vec![], json!({ "message": "Resource not accessible by integration" }));
    }
    let (status, body) = act(state, request, &path);
    match trouble {
        Some((_, _, Trouble::DoneBut(status))) => (status, vec![], json!({ "message": "Oh" })),
        Some((_, _, Trouble::DoneAndCut)) => (0, vec![], Value::Null),
        _ => (status, vec![], body),
    }
}

fn act(state: &mut State, request: &Seen, path: &str) -> (u16, Value) {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let login = state.login.clone();
    let us = || json!({ "login": login, "type": if login.ends_with("[bot]") { "Bot" } else { "User" } });
    let not_found = (404, json!({ "message": "Not Found" }));
    let too_long = |body: &Value| body["body"].as_str().is_some_and(|b| b.chars().count() > 65_536);
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["graphql"]) => {
            let query = request.body["query"].as_str().unwrap_or_default();
            if query.contains("viewer") {
                return (200, json!({ "data": { "viewer": { "login": login } } }));
            }
            (200, edits(state, &request.body["variables"]))
        }
        ("GET", ["repos", "o", "n"]) => {
            let private = state.visibility != "public";
            let body = json!({ "visibility": state.visibility, "private": private, "default_branch": "main",
                "html_url": "https://github.com/o/n" });
            (200, body)
        }
        ("GET", ["repos", owner, name]) => match state.others.get(&format!("{owner}/{name}")) {
            Some(v) => (
                200,
                json!({ "visibility": v, "private": v != "public", "default_branch": "main",
                "html_url": format!("https://github.com/{owner}/{name}") }),
            ),
            None => not_found,
        },
        ("GET", ["repos", _, _, "collaborators", who, "permission"]) => match state.permissions.get(*who) {
            Some(p) => (200, json!({ "permission": p })),
            None => not_found,
        },
        ("GET", ["repos", _, _, "issues"]) => {
            let creator = query(&request.path, "creator");
            let of = state.issues.iter().filter(|i| i["user"]["login"].as_str() == Some(creator.as_str()));
            (200, page(of.cloned().collect(), &request.path))
        }
        ("POST", ["repos", _, _, "issues"]) => {
            if too_long(&request.body) {
                return (422, json!({ "message": "body is too long" }));
            }
            meanwhile(state, path);
            let login = state.login.clone();
            let number = state.issue(&login, request.body["body"].as_str().unwrap_or_default());
            (201, state.issues[number as usize - 1].clone())
        }
        ("PATCH" | "GET", ["repos", _, _, "issues", number]) => {
            let Some(issue) = state.issues.iter_mut().find(|i| i["number"].as_u64() == number.parse().ok()) else {
                return not_found;
            };
            if too_long(&request.body) {
                return (422, json!({ "message": "body is too long" }));
            }
            merge(issue, &request.body);
            (200, issue.clone())
        }
        ("GET", ["repos", _, _, "issues", _, "comments"]) => (200, page(state.comments.clone(), &request.path)),
        ("POST", ["repos", _, _, "issues", _, "comments"]) => {
            if too_long(&request.body) {
                return (422, json!({ "message": "body is too long" }));
            }
            meanwhile(state, path);
            let login = state.login.clone();
            let id = state.comment(&login, request.body["body"].as_str().unwrap_or_default());
            (201, json!({ "id": id }))
        }
        (method, ["repos", _, _, "issues", "comments", id]) => {
            let Some(at) = state.comments.iter().position(|c| c["id"].as_u64() == id.parse().ok()) else {
                return not_found;
            };
            if method == "DELETE" {
                state.comments.remove(at);
                return (204, Value::Null);
            }
            let comment = &mut state.comments[at];
            merge(comment, &request.body);
            (200, comment.clone())
        }
        ("GET", ["repos", _, _, "pulls"]) => {
            let head = query(&request.path, "head");
            let of = state.pulls.iter().filter(|p| p["head"]["label"].as_str() == Some(&head) && p["state"] == "open");
            (200, page(of.cloned().collect(), &request.path))
        }
        ("POST", ["repos", _, _, "pulls"]) => {
            let number = state.pulls.len() as u64 + 7;
            let label = format!("o:{}", request.body["head"].as_str().unwrap_or_default());
            let url = format!("https://github.com/o/n/pull/{number}");
            state.pulls.push(json!({ "number": number, "state": "open", "body": request.body["body"], "user": us(),
                "html_url": url, "head": { "label": label, "sha": "" } }));
            (201, json!({ "html_url": url }))
        }
        ("GET" | "PATCH", ["repos", _, _, "pulls", number]) => {
            let Some(pull) = state.pulls.iter_mut().find(|p| p["number"].as_u64() == number.parse().ok()) else {
                return not_found;
            };
            merge(pull, &request.body);
            (200, pull.clone())
        }
        ("GET", ["repos", _, _, "pulls", _, "files"]) => (200, page(state.files.clone(), &request.path)),
        ("GET", ["repos", _, _, "pulls", _, "comments"]) => (200, page(state.remarks.clone(), &request.path)),
        ("POST", ["repos", _, _, "pulls", _, "reviews"]) => {
            for comment in request.body["comments"].as_array().into_iter().flatten() {
                let mut remark = comment.clone();
                remark["user"] = us();
                state.remarks.push(remark);
            }
            state.reviews.push(request.body.clone());
            (200, json!({ "html_url": "https://github.com/o/n/pull/7#review" }))
        }
        ("GET", ["repos", _, _, "commits", _, "check-runs"]) => {
            (200, json!({ "total_count": state.checks.len(), "check_runs": page(state.checks.clone(), &request.path) }))
        }
        ("POST", ["repos", _, _, "check-runs"]) => {
            let id = state.id();
            let mut check = request.body.clone();
            check["id"] = id.into();
            state.checks.push(check.clone());
            (201, check)
        }
        ("PATCH", ["repos", _, _, "check-runs", id]) => {
            let Some(check) = state.checks.iter_mut().find(|c| c["id"].as_u64() == id.parse().ok()) else {
                return not_found;
            };
            let more = request.body["output"]["annotations"].as_array().cloned().unwrap_or_default();
            if let Some(there) = check["output"]["annotations"].as_array_mut() {
                there.extend(more);
            }
            (200, check.clone())
        }
        ("POST", ["repos", _, _, "git", kind @ ("blobs" | "trees" | "commits")]) => {
            // The same content is the same object, as in git.
            let sha = format!("{:040x}", hash(&format!("{kind}{}", request.body)));
            if *kind == "commits" {
                let body = json!({ "tree": { "sha": request.body["tree"] },
                    "parents": [{ "sha": request.body["parents"][0] }] });
                state.commits.insert(sha.clone(), body);
            }
            (201, json!({ "sha": sha }))
        }
        ("GET", ["repos", _, _, "git", "commits", sha]) => {
            let plain = json!({ "tree": { "sha": "ab".repeat(20) }, "parents": [] });
            (200, state.commits.get(*sha).cloned().unwrap_or(plain))
        }
        ("GET", ["repos", _, _, "git", "ref", "heads", ..]) => match state.refs.get(&parts[6..].join("/")) {
            Some(sha) => (200, json!({ "object": { "sha": sha } })),
            None => not_found,
        },
        ("POST", ["repos", _, _, "git", "refs"]) => {
            let name = request.body["ref"].as_str().unwrap_or_default().trim_start_matches("refs/heads/").to_owned();
            state.refs.insert(name, request.body["sha"].as_str().unwrap_or_default().to_owned());
            (201, json!({}))
        }
        ("PATCH", ["repos", _, _, "git", "refs", "heads", ..]) => {
            let sha = request.body["sha"].as_str().unwrap_or_default().to_owned();
            state.refs.insert(parts[6..].join("/"), sha);
            (200, json!({}))
        }
        _ => not_found,
    }
}

/// Lets the other run do its work, once.
fn meanwhile(state: &mut State, path: &str) {
    if let Some((end, body)) = state.meanwhile.take() {
        let text = body.as_str().unwrap_or_default().to_owned();
        let login = state.login.clone();
        if !path.ends_with(&end) {
            state.meanwhile = Some((end, body));
        } else if path.ends_with("comments") {
            state.comment(&login, &text);
        } else {
            state.issue(&login, &text);
        }
    }
}

fn merge(there: &mut Value, change: &Value) {
    for (key, value) in change.as_object().into_iter().flatten() {
        there[key] = value.clone();
    }
}

fn query(path: &str, key: &str) -> String {
    let pairs = path.split_once('?').map_or("", |(_, q)| q);
    url::form_urlencoded::parse(pairs.as_bytes())
        .find(|(k, _)| k == key)
        .map(|(_, v)| v.into_owned())
        .unwrap_or_default()
}

fn page(all: Vec<Value>, path: &str) -> Value {
    let number = |key: &str, or: usize| query(path, key).parse().unwrap_or(or);
    let (size, page) = (number("per_page", 30), number("page", 1));
    all.into_iter().skip(size * (page - 1)).take(size).collect()
}

fn hash(text: &str) -> u128 {
    text.bytes().fold(0x6c62_272e_07bb_0142, |hash, b| (hash ^ u128::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// The edits of an issue's text, newest first, a hundred at a time.
fn edits(state: &State, variables: &Value) -> Value {
    let after = variables["after"].as_str().and_then(|after| after.parse().ok()).unwrap_or(0_usize);
    let nodes: Vec<&Value> = state.edits.iter().skip(after).take(100).collect();
    let end = after + nodes.len();
    let info = json!({ "hasNextPage": end < state.edits.len(), "endCursor": end.to_string() });
    let issue = state.issues.iter().find(|issue| issue["number"] == variables["number"]);
    let edits = json!({ "nodes": nodes, "pageInfo": info });
    json!({ "data": { "repository": { "issue": { "body": issue.map(|i| &i["body"]), "userContentEdits": edits } } } })
}
