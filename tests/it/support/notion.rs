//! A Notion that the tests fill: its forms, its limits, its delays, and whatever faults a test scripts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::record::record;

/// The token that it takes.
pub const TOKEN: &str = "ntn_0123456789secretOfTheTest";

/// Answers in the place of the server: the method and path asked for, and how often that was.
pub type Hook = Box<dyn FnMut(&str, usize) -> Option<Response<Body>> + Send>;

/// What the workspace holds.
#[derive(Default)]
pub struct Workspace {
    /// Page objects by hyphenated id.
    pub pages: BTreeMap<String, Value>,
    /// Blocks by the hyphenated id of what they stand below.
    pub children: BTreeMap<String, Vec<Value>>,
    /// Database objects.
    pub databases: BTreeMap<String, Value>,
    /// The ids of the rows of data sources.
    pub rows: BTreeMap<String, Vec<String>>,
    /// The comments that were written, each as it was sent.
    pub comments: Vec<Value>,
}

/// How it behaves.
pub struct Behaviour {
    /// How long each answer takes.
    pub latency: Duration,
    /// Requests a second, and how many at once, beyond which it answers 429.
    pub rate: Option<(f64, f64)>,
    /// At how many rows a query stops.
    pub query_bound: usize,
    /// Answers before the workspace does.
    pub hook: Option<Hook>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self { latency: Duration::ZERO, rate: None, query_bound: 10_000, hook: None }
    }
}

struct State {
    workspace: Workspace,
    behaviour: Behaviour,
    asked: BTreeMap<String, usize>,
    refused: usize,
    bucket: f64,
    filled: Instant,
}

/// A running server; it ends with the test.
pub struct NotionServer {
    /// Its address.
    pub base: String,
    state: Arc<Mutex<State>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for NotionServer {
    fn drop(&mut self) {
        // A runtime must not be waited for within another.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl NotionServer {
    /// Starts it, on threads of its own.
    pub fn start(workspace: Workspace, behaviour: Behaviour) -> Self {
        let bucket = behaviour.rate.map_or(0.0, |(_, burst)| burst);
        let state = Arc::new(Mutex::new(State {
            workspace,
            behaviour,
            asked: BTreeMap::new(),
            refused: 0,
            bucket,
            filled: Instant::now(),
        }));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let shared = Arc::clone(&state);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move {
            let app = Router::new().fallback(move |request: Request| serve(Arc::clone(&shared), request));
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap();
        });
        Self { base, state, runtime: Some(runtime) }
    }

    /// How many requests it has answered, those that it refused for their rate left out.
    pub fn requests(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.asked.values().sum::<usize>() - state.refused
    }

    /// Begins to count anew.
    pub fn reset(&self) {
        let mut state = self.state.lock().unwrap();
        state.asked.clear();
        state.refused = 0;
    }

    /// What was asked, and how often.
    pub fn asked(&self) -> BTreeMap<String, usize> {
        self.state.lock().unwrap().asked.clone()
    }

    /// Changes the workspace.
    pub fn change(&self, change: impl FnOnce(&mut Workspace)) {
        change(&mut self.state.lock().unwrap().workspace);
    }

    /// Sets what answers before the workspace does.
    pub fn hook(&self, hook: Option<Hook>) {
        self.state.lock().unwrap().behaviour.hook = hook;
    }
}

/// An answer with a JSON body.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Body> {
    let mut builder =
        Response::builder().status(StatusCode::from_u16(status).unwrap()).header("content-type", "application/json");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_owned())).unwrap()
}

/// Notion's error object.
pub fn refusal(status: u16, code: &str) -> Response<Body> {
    answer(
        status,
        &[],
        &json!({"object": "error", "status": status, "code": code, "message": "said the test"}).to_string(),
    )
}

async fn serve(state: Arc<Mutex<State>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    record("notion", &parts, &body);
    let path = parts.uri.path().to_owned();
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let token = parts.headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let version = parts.headers.get("notion-version").is_some();
    let (latency, answer) = {
        let mut state = state.lock().unwrap();
        let what = format!("{} {path}", parts.method);
        let nth = state.asked.entry(what.clone()).or_default();
        *nth += 1;
        let nth = *nth;
        let hooked = state.behaviour.hook.as_mut().and_then(|hook| hook(&what, nth));
        let answer = hooked.unwrap_or_else(|| {
            if token != format!("Bearer {TOKEN}") {
                return refusal(401, "unauthorized");
            }
            if !version {
                return refusal(400, "missing_version");
            }
            if !state.admit() {
                state.refused += 1;
                return answer(
                    429,
                    &[("retry-after", "1")],
                    r#"{"object":"error","status":429,"code":"rate_limited"}"#,
                );
            }
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            match parts.method.as_str() {
                "PATCH" => state.patch(&path, &body),
                "POST" if path == "/v1/comments" => {
                    state.workspace.comments.push(body);
                    answer(200, &[], r#"{"object":"comment","id":"c"}"#)
                }
                _ => state.answer(&path, &query, &body),
            }
        });
        (state.behaviour.latency, answer)
    };
    tokio::time::sleep(latency).await;
    answer
}

impl State {
    fn admit(&mut self) -> bool {
        let Some((rate, burst)) = self.behaviour.rate else { return true };
        let now = Instant::now();
        self.bucket = (self.bucket + now.duration_since(self.filled).as_secs_f64() * rate).min(burst);
        self.filled = now;
        let room = self.bucket >= 1.0;
        self.bucket -= if room { 1.0 } else { 0.0 };
        room
    }

    fn answer(&self, path: &str, query: &BTreeMap<String, String>, body: &Value) -> Response<Body> {
        let parts: Vec<&str> = path.split('/').collect();
        let object = |value: Option<&Value>| match value {
            Some(value) => answer(200, &[], &value.to_string()),
            None => refusal(404, "object_not_found"),
        };
        match parts.as_slice() {
            ["", "v1", "users", "me"] => {
                answer(200, &[], r#"{"object":"user","id":"b","type":"bot","bot":{"workspace_name":"Acme"}}"#)
            }
            ["", "v1", "pages", id] => object(self.workspace.pages.get(*id)),
            ["", "v1", "databases", id] => object(self.workspace.databases.get(*id)),
            ["", "v1", "data_sources", id] => {
                let source =
                    self.workspace.rows.get(*id).map(|_| json!({"object": "data_source", "id": id, "title": []}));
                object(source.as_ref())
            }
            ["", "v1", "blocks", id, "children"] => match self.workspace.children.get(*id) {
                Some(blocks) => part(blocks.iter(), query.get("start_cursor").map(String::as_str), usize::MAX),
                None if self.workspace.pages.contains_key(*id) => part([].iter(), None, usize::MAX),
                None => refusal(404, "object_not_found"),
            },
            ["", "v1", "data_sources", id, "query"] => match self.workspace.rows.get(*id) {
                Some(rows) => self.query(rows, body),
                None => refusal(404, "object_not_found"),
            },
            _ => refusal(400, "invalid_request_url"),
        }
    }

    /// Sets properties that the page has; a value keeps the id that its property had.
    fn patch(&mut self, path: &str, body: &Value) -> Response<Body> {
        let page = path.strip_prefix("/v1/pages/").and_then(|id| self.workspace.pages.get_mut(id));
        let Some(page) = page else { return refusal(404, "object_not_found") };
        for (name, value) in body["properties"].as_object().unwrap() {
            let Some(own) = page["properties"].get_mut(name) else { return refusal(400, "validation_error") };
            let kind = own["type"].as_str().unwrap().to_owned();
            own[&kind] = value[&kind].clone();
        }
        answer(200, &[], &page.to_string())
    }

    fn query(&self, rows: &[String], body: &Value) -> Response<Body> {
        let filter = body.get("filter").cloned().unwrap_or_default();
        let all = match filter.get("and") {
            Some(Value::Array(all)) => all.clone(),
            _ if filter.is_object() => vec![filter],
            _ => Vec::new(),
        };
        let mut rows: Vec<&Value> = rows.iter().filter_map(|id| self.workspace.pages.get(id)).collect();
        rows.retain(|row| all.iter().all(|condition| meets(row, condition)));
        part(rows.into_iter(), body.get("start_cursor").and_then(Value::as_str), self.behaviour.query_bound)
    }
}

fn meets(row: &Value, condition: &Value) -> bool {
    let field = condition["timestamp"].as_str().unwrap();
    let has = row[field].as_str().unwrap();
    let (how, than) = condition[field].as_object().unwrap().iter().next().unwrap();
    let than = than.as_str().unwrap();
    match how.as_str() {
        "on_or_after" => has >= than,
        "before" => has < than,
        other => panic!("{other}"),
    }
}

fn part<'a>(all: impl Iterator<Item = &'a Value>, cursor: Option<&str>, bound: usize) -> Response<Body> {
    let all: Vec<&Value> = all.collect();
    let from: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
    let to = (from + 100).min(all.len()).min(bound);
    let more = to < all.len().min(bound);
    let cut = to == bound && all.len() > bound;
    let body = json!({
        "object": "list", "results": all[from..to], "has_more": more,
        "next_cursor": more.then(|| to.to_string()),
        "request_status": {"type": if cut { "incomplete" } else { "complete" }},
    });
    answer(200, &[], &body.to_string())
}

/// A hyphenated id from a number.
pub fn id(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-{number:012x}")
}

/// Rich text.
pub fn text(text: &str) -> Value {
    json!([{"type": "text", "text": {"content": text, "link": null}, "plain_text": text, "href": null,
        "annotations": {"bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false, "color": "default"}}])
}

const USER: &str = "11111111-1111-4111-8111-111111111111";
/// When everything was made.
pub const CREATED: &str = "2026-01-05T10:00:00.000Z";

/// A block.
pub fn block(id: &str, kind: &str, body: Value, edited: &str, has_children: bool) -> Value {
    let user = json!({"object": "user", "id": USER});
    json!({"object": "block", "id": id, "created_time": CREATED, "last_edited_time": edited, "created_by": user,
        "last_edited_by": user, "has_children": has_children, "in_trash": false, "type": kind, kind: body,
        "parent": {"type": "workspace", "workspace": true}})
}

/// A paragraph.
pub fn paragraph(id: &str, said: &str, edited: &str) -> Value {
    block(id, "paragraph", json!({"rich_text": text(said), "color": "default"}), edited, false)
}

/// A page object.
pub fn page(id: &str, title: &str, edited: &str) -> Value {
    let user = json!({"object": "user", "id": USER});
    json!({"object": "page", "id": id, "created_time": CREATED, "last_edited_time": edited, "created_by": user,
        "last_edited_by": user, "in_trash": false, "icon": null, "cover": null,
        "parent": {"type": "workspace", "workspace": true},
        "url": format!("https://www.notion.so/{}", id.replace('-', "")), "public_url": null,
        "properties": {"Name": {"id": "title", "type": "title", "title": text(title)}}})
}

impl Workspace {
    /// Adds a page with a paragraph for each of `says`, below `parent` if there is one.
    pub fn add(&mut self, number: usize, title: &str, parent: Option<usize>, says: &[&str]) -> String {
        let own = id(number);
        let edited = "2026-02-03T04:05:00.000Z";
        self.pages.insert(own.clone(), page(&own, title, edited));
        let blocks =
            says.iter().enumerate().map(|(at, said)| paragraph(&id(number * 1000 + 1_000_000 + at), said, edited));
        self.children.insert(own.clone(), blocks.collect());
        if let Some(parent) = parent {
            let link = block(&own, "child_page", json!({ "title": title }), edited, true);
            self.children.get_mut(&id(parent)).unwrap().push(link);
        }
        own
    }

    /// Notes a later edit of a page, in its object and in its parent's list.
    pub fn edit(&mut self, own: &str, edited: &str, said: &str) {
        self.pages.get_mut(own).unwrap()["last_edited_time"] = json!(edited);
        if let Some(first) = self.children.get_mut(own).and_then(|blocks| blocks.first_mut()) {
            first["last_edited_time"] = json!(edited);
            first["paragraph"]["rich_text"] = text(said);
        }
        for block in self.children.values_mut().flatten().filter(|block| block["id"] == own) {
            block["last_edited_time"] = json!(edited);
        }
    }
}
