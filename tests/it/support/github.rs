//! A GitHub that the tests fill: repositories with files and commits, and whatever faults a test scripts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use serde_json::{Value, json};

use super::notion::{Hook, answer};
use super::record::record;

/// The token that it takes.
pub const TOKEN: &str = "ghp_0123456789secretOfTheTest";
/// The token that it gives to an App.
pub const INSTALLATION: &str = "ghs_installationSecretOfTheTest";

/// A repository.
#[derive(Default, Clone)]
pub struct Repo {
    /// Its files, with the times of the commits that touched them, the newest first.
    pub files: BTreeMap<String, (Vec<u8>, Vec<&'static str>)>,
    /// What files said before, newest first; what is missing here was as it is now.
    pub former: BTreeMap<String, Vec<String>>,
    /// `public`, `internal` or `private`.
    pub visibility: &'static str,
    /// Nobody may write to it.
    pub archived: bool,
}

impl Repo {
    /// A public repository with these files, each of one commit.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| {
            ((*path).to_owned(), (text.as_bytes().to_vec(), vec!["2026-01-02T03:04:05Z"]))
        };
        Self { files: files.iter().map(file).collect(), former: BTreeMap::new(), visibility: "public", archived: false }
    }
}

struct State {
    repos: BTreeMap<String, Repo>,
    /// Trees with more entries than this are cut.
    tree_bound: usize,
    hook: Option<Hook>,
    asked: BTreeMap<String, usize>,
    /// The API begins below this path.
    below: String,
}

/// A running server; it ends with the test.
pub struct GithubServer {
    /// The base URL of its API.
    pub base: String,
    state: Arc<Mutex<State>>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for GithubServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl GithubServer {
    /// Starts it; its API begins below `below` (`/api/v3` of GitHub Enterprise, or nothing).
    pub fn start(repos: &[(&str, Repo)], below: &str) -> Self {
        let repos = repos.iter().map(|(name, repo)| ((*name).to_owned(), repo.clone())).collect();
        let state =
            State { repos, tree_bound: usize::MAX, hook: None, asked: BTreeMap::new(), below: below.to_owned() };
        let state = Arc::new(Mutex::new(state));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let base = format!("http://{}{below}", listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        runtime.spawn(async move {
            let app = Router::new().fallback(move |request: Request| serve(Arc::clone(&shared), request));
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap();
        });
        Self { base, state, runtime: Some(runtime) }
    }

    /// Cuts trees with more entries than `bound`.
    pub fn cut_trees(&self, bound: usize) {
        self.state.lock().unwrap().tree_bound = bound;
    }

    /// Changes a repository.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut Repo)) {
        change(self.state.lock().unwrap().repos.get_mut(name).unwrap());
    }

    /// Sets what answers before the repositories do.
    pub fn hook(&self, hook: Option<Hook>) {
        self.state.lock().unwrap().hook = hook;
    }

    /// What was asked and how often, since the last time.
    pub fn asked(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }
}

async fn serve(state: Arc<Mutex<State>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let mut state = state.lock().unwrap();
    // It stands beside the version of the rest.
    let graphql = parts.uri.path() == format!("{}/graphql", state.below.trim_end_matches("/v3"));
    let path = if graphql { Some("/graphql") } else { parts.uri.path().strip_prefix(&state.below) };
    let Some(path) = path.map(str::to_owned) else {
        return answer(404, &[], r#"{"message":"Not Found"}"#);
    };
    if state.below.is_empty() && !graphql {
        record("github", &parts, &body);
    }
    let what = format!("{} {path}", parts.method);
    let nth = state.asked.entry(what.clone()).or_default();
    *nth += 1;
    let nth = *nth;
    if let Some(answer) = state.hook.as_mut().and_then(|hook| hook(&what, nth)) {
        return answer;
    }
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let token = header("authorization");
    // An App signs with a token of its own making, which has two dots.
    let app = token.matches('.').count() == 2;
    if !app && !token.is_empty() && token != format!("Bearer {TOKEN}") && token != format!("Bearer {INSTALLATION}") {
        return answer(401, &[], r#"{"message":"Bad credentials"}"#);
    }
    if graphql {
        return match token.is_empty() {
            true => answer(401, &[], r#"{"message":"This endpoint requires you to be authenticated."}"#),
            false => answer(200, &[], &state.graphql(&serde_json::from_slice(&body).unwrap()).to_string()),
        };
    }
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let given = state.answer(&path, &query, &header("accept"), app);
    match given {
        Some((tag, bytes)) if !tag.is_empty() && header("if-none-match") == tag => {
            answer_bytes(304, &tag, Vec::new(), &bytes)
        }
        Some((tag, bytes)) => answer_bytes(200, &tag, bytes, &[]),
        None => answer(404, &[], r#"{"message":"Not Found"}"#),
    }
}

fn answer_bytes(status: u16, tag: &str, body: Vec<u8>, _: &[u8]) -> Response<Body> {
    let mut builder = Response::builder().status(status).header("content-type", "application/json");
    if !tag.is_empty() {
        builder = builder.header("etag", tag);
    }
    builder.body(Body::from(body)).unwrap()
}

fn sha(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

impl State {
    fn answer(
        &self,
        path: &str,
        query: &BTreeMap<String, String>,
        accept: &str,
        app: bool,
    ) -> Option<(String, Vec<u8>)> {
        let path = percent(path);
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let value = match parts.as_slice() {
            ["orgs", owner, "installation"] if app && self.owns(owner) => json!({"id": 77}),
            ["app", "installations", "77", "access_tokens"] if app => {
                json!({"token": INSTALLATION, "expires_at": "2099-01-01T00:00:00Z", "permissions": {}})
            }
            ["orgs", owner, "repos"] if self.owns(owner) => {
                let page: usize = query["page"].parse().unwrap();
                let all: Vec<Value> =
                    self.repos.iter().filter(|(name, _)| name.split('/').next() == Some(owner)).map(repo).collect();
                Value::Array(all.into_iter().skip((page - 1) * 100).take(100).collect())
            }
            ["repos", owner, name] => repo(self.repos.get_key_value(&format!("{owner}/{name}"))?),
            ["repos", owner, name, rest @ ..] => {
                let repo = self.repos.get(&format!("{owner}/{name}"))?;
                return self.within(repo, rest, query, accept);
            }
            _ => return None,
        };
        Some(tagged(&value))
    }

    /// The contents of files in commits.
    fn graphql(&self, body: &Value) -> Value {
        let variables = &body["variables"];
        let text = |name: &str| variables[name].as_str().unwrap();
        let repo = &self.repos[&format!("{}/{}", text("owner"), text("name"))];
        let mut found = serde_json::Map::new();
        for at in 0..20 {
            if variables[format!("i{at}")] != json!(true) {
                continue;
            }
            let (commit, path) = text(&format!("e{at}")).split_once(':').unwrap();
            let (bytes, times) = &repo.files[path];
            let nth = times.iter().position(|time| sha(time.as_bytes()) == commit).unwrap();
            let former = nth.checked_sub(1).and_then(|nth| repo.former.get(path)?.get(nth).cloned());
            let text = former.unwrap_or_else(|| String::from_utf8(bytes.clone()).unwrap());
            found.insert(format!("v{at}"), json!({"text": text, "isTruncated": false}));
        }
        json!({"data": {"repository": found}})
    }

    fn owns(&self, owner: &str) -> bool {
        self.repos.keys().any(|name| name.split('/').next() == Some(owner))
    }

    fn within(
        &self,
        repo: &Repo,
        rest: &[&str],
        query: &BTreeMap<String, String>,
        accept: &str,
    ) -> Option<(String, Vec<u8>)> {
        let state: String = repo.files.iter().map(|(path, (bytes, _))| format!("{path}\0{}\0", sha(bytes))).collect();
        let head = sha(state.as_bytes());
        let value = match rest {
            ["commits", "main"] => commit(&head, "2026-02-02T02:02:02Z", &format!("tree-{head}")),
            ["commits"] => {
                let (_, times) = repo.files.get(&query["path"])?;
                times.iter().map(|at| commit(&sha(at.as_bytes()), at, "x")).collect()
            }
            ["git", "trees", tree] => {
                let whole = query.contains_key("recursive");
                let folder =
                    tree.strip_prefix("tree-").and_then(|t| t.split_once('-')).map_or("", |(_, folder)| folder);
                let folder = folder.replace('+', "/");
                let mut entries: Vec<Value> = Vec::new();
                let mut folders = std::collections::BTreeSet::new();
                for (path, (bytes, _)) in &repo.files {
                    let Some(below) = path.strip_prefix(&folder) else { continue };
                    match below.split_once('/') {
                        Some((first, _)) if !whole => {
                            if folders.insert(first.to_owned()) {
                                let sha = format!("tree-{head}-{}", format!("{folder}{first}/").replace('/', "+"));
                                entries.push(json!({"path": first, "mode": "040000", "type": "tree", "sha": sha}));
                            }
                        }
                        _ => entries.push(json!({"path": below, "mode": "100644", "type": "blob", "sha": sha(bytes), "size": bytes.len()})),
                    }
                }
                let truncated = entries.len() > self.tree_bound;
                entries.truncate(self.tree_bound);
                json!({"sha": tree, "tree": entries, "truncated": truncated})
            }
            ["git", "blobs", blob] => {
                assert_eq!(accept, "application/vnd.github.raw+json");
                let (bytes, _) = repo.files.values().find(|(bytes, _)| sha(bytes) == *blob)?;
                return Some((String::new(), bytes.clone()));
            }
            _ => return None,
        };
        Some(tagged(&value))
    }
}

fn tagged(value: &Value) -> (String, Vec<u8>) {
    let bytes = value.to_string().into_bytes();
    (format!("\"{}\"", sha(&bytes)), bytes)
}

fn repo((name, repo): (&String, &Repo)) -> Value {
    json!({"full_name": name, "default_branch": "main", "visibility": repo.visibility, "private": repo.visibility != "public",
        "archived": repo.archived, "size": repo.files.len(), "html_url": format!("https://github.example/{name}")})
}

fn commit(sha: &str, at: &str, tree: &str) -> Value {
    let by = json!({"name": "Ann", "email": "ann@example.com", "date": at});
    json!({"sha": sha, "commit": {"author": by, "committer": by, "tree": {"sha": tree}, "message": "m"},
        "author": {"login": "ann", "type": "User"}})
}

fn percent(path: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex: String = bytes.by_ref().take(2).map(char::from).collect();
            out.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).unwrap()
}
