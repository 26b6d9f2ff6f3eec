//! `shelflife serve`: Dify's External Knowledge protocol as a filter in front of one fixed upstream, and
//! the freshness of single pages for other pipelines.
//!
//! [`retrieval`] filters, [`list`] keeps the list at hand, [`guard`] says who may ask, [`listener`]
//! bounds what a connection may cost; this file answers requests.

pub mod guard;
pub mod list;
pub mod listener;
pub mod retrieval;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::Utc;
use reqwest::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::exclusion::list::v1::Entry;
use crate::source::http::{Endpoint, HttpError, Repeat, Request};
use guard::{Guard, Refusal};
use list::{Current, Watched};
use listener::Bounded;
use retrieval::{Answer, Question, Setting, filtered};

/// Bytes of a request that are read.
const LARGEST: usize = 1 << 20;
/// Connections at once.
const MOST: usize = 256;
/// A connection may be silent for so long.
const SILENCE: Duration = Duration::from_secs(75);
/// A request's body has to be there within this time.
const BODY: Duration = Duration::from_secs(10);
/// What is under way may go on for so long once we are asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Records that are asked of the upstream for each that is wanted, at first.
const OVER: usize = 2;
/// Records that are asked of the upstream at most.
const MOST_RECORDS: usize = 200;

/// What happens without a list that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnMissing {
    /// Records pass, and say that nothing is known of them.
    #[default]
    Pass,
    /// Nothing is answered.
    Refuse,
}

/// A server before it runs.
pub struct Service {
    /// The list.
    pub list: Watched,
    /// What records are asked of; none where only freshness is served.
    pub upstream: Option<Endpoint>,
    /// Knowledge bases that may be asked; none lets all through.
    pub knowledge: Option<Vec<String>>,
    /// What happens without a list that holds.
    pub on_missing: OnMissing,
    /// Who may ask.
    pub guard: Guard,
}

/// Why a server can't run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not this machine's own, and nobody would have to show a token.
    #[error("{0} can be reached from other machines: that needs a token (--token-env)")]
    Open(SocketAddr),
    /// The address can't be listened on.
    #[error("can't listen on {address}: {message}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        message: String,
    },
}

/// Checks that only this machine can reach `address` without a token.
///
/// # Errors
/// If others could.
pub fn check(address: SocketAddr, token: Option<&SecretString>) -> Result<(), ServeError> {
    if address.ip().is_loopback() || token.is_some() { Ok(()) } else { Err(ServeError::Open(address)) }
}

/// Serves on `address` until `stop` ends; calls `ready` with the address once requests are answered.
///
/// # Errors
/// If the address can't be listened on.
pub async fn serve(
    service: Service,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let failed = |e: std::io::Error| ServeError::Listen { address, message: e.to_string() };
    let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
    ready(listener.local_addr().map_err(failed)?);
    let (told, mut asked) = tokio::sync::watch::channel(false);
    let stopping = async move {
        stop.await;
        let _ = told.send(true);
    };
    let serving = axum::serve(Bounded::new(listener, MOST, SILENCE), router(service)).with_graceful_shutdown(stopping);
    let late = async move {
        let _ = asked.wait_for(|asked| *asked).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving.into_future() => served.map_err(failed),
        () = late => Ok(()),
    }
}

/// The routes of a service.
pub fn router(service: Service) -> Router {
    let service = Arc::new(service);
    Router::new()
        .route("/retrieval", post(retrieve))
        .route("/v1/freshness", get(freshness))
        .route("/health", get(health))
        .layer(from_fn_with_state(Arc::clone(&service), guarded))
        .with_state(service)
}

/// The form of Dify's errors.
fn no(status: StatusCode, code: u32, message: &str) -> Response {
    answer(status, &json!({"error_code": code, "error_msg": message}))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, json, body.to_string()).into_response()
}

async fn guarded(State(service): State<Arc<Service>>, request: axum::extract::Request, next: Next) -> Response {
    // Nothing of the request may be held while it is answered.
    let checked = {
        let text = |name| request.headers().get(name).and_then(|v: &header::HeaderValue| v.to_str().ok());
        service.guard.check(text(header::HOST), text(header::AUTHORIZATION))
    };
    match checked {
        Ok(()) => next.run(request).await,
        Err(Refusal::NoToken) => no(StatusCode::FORBIDDEN, 1001, "Authorization is expected as `Bearer <token>`"),
        Err(Refusal::WrongToken) => no(StatusCode::FORBIDDEN, 1002, "the token is not ours"),
        Err(Refusal::WrongHost) => no(StatusCode::MISDIRECTED_REQUEST, 1003, "this host is not served here"),
    }
}

async fn retrieve(State(service): State<Arc<Service>>, headers: HeaderMap, body: Body) -> Response {
    // A form in a browser can't send this type without asking first.
    let json = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !json.trim_start().to_ascii_lowercase().starts_with("application/json") {
        return no(StatusCode::UNSUPPORTED_MEDIA_TYPE, 1004, "the question has to be application/json");
    }
    let bytes = match tokio::time::timeout(BODY, to_bytes(body, LARGEST)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return no(StatusCode::PAYLOAD_TOO_LARGE, 1005, "the question is too large"),
        Err(_) => return no(StatusCode::REQUEST_TIMEOUT, 1006, "the question took too long to arrive"),
    };
    let question: Question = match serde_json::from_slice(&bytes) {
        Ok(question) => question,
        Err(error) => return no(StatusCode::BAD_REQUEST, 1007, &format!("no question that can be read: {error}")),
    };
    let Some(upstream) = &service.upstream else {
        return no(StatusCode::NOT_FOUND, 2001, "there is no knowledge base behind this server");
    };
    if service.knowledge.as_ref().is_some_and(|known| !known.contains(&question.knowledge_id)) {
        return no(StatusCode::NOT_FOUND, 2001, "the knowledge base does not exist");
    }
    let current = service.list.current(Utc::now());
    if service.on_missing == OnMissing::Refuse && !matches!(current, Current::Fresh(_)) {
        return no(StatusCode::SERVICE_UNAVAILABLE, 3001, "there is no exclusion list that holds");
    }
    match enough(upstream, &service.list, &current, question).await {
        Ok(records) => answer(StatusCode::OK, &json!({"records": records})),
        // What the upstream says is not for the caller; where it is, neither.
        Err(HttpError::TimedOut { .. }) => no(StatusCode::GATEWAY_TIMEOUT, 3002, "the upstream took too long"),
        Err(error) => {
            let status = error.status().map(|s| format!(" (status {s})")).unwrap_or_default();
            no(StatusCode::BAD_GATEWAY, 3003, &format!("the upstream gave no answer that can be used{status}"))
        }
    }
}

/// Asks the upstream for more than is wanted, and for still more where filtering leaves too little.
async fn enough(
    upstream: &Endpoint,
    list: &Watched,
    current: &Current,
    question: Question,
) -> Result<Vec<retrieval::Found>, HttpError> {
    let wanted = question.retrieval_setting.top_k.clamp(1, MOST_RECORDS);
    let setting = Setting { top_k: wanted, ..question.retrieval_setting.clone() };
    let mut asked = (wanted * OVER).min(MOST_RECORDS);
    loop {
        let mut more = question.clone();
        more.retrieval_setting.top_k = asked;
        let body = serde_json::to_value(&more).unwrap_or_default();
        let request = Request::new(Method::POST, "retrieval", Repeat::Read).with_json(&body);
        let found: Answer = upstream.json(request).await?;
        let all = found.records.len();
        let least = found.records.iter().map(|record| record.score).fold(f64::INFINITY, f64::min);
        let records = filtered(found, current, list.naming(), &setting);
        // What the upstream did not send yet may be better than what a weight has lowered below its last.
        let settled = records.len() >= wanted && records.last().is_some_and(|last| last.score >= least);
        if settled || all < asked || asked >= MOST_RECORDS {
            return Ok(records);
        }
        asked = (asked * 4).min(MOST_RECORDS);
    }
}

#[derive(Deserialize)]
struct Asked {
    id: String,
}

async fn freshness(
    State(service): State<Arc<Service>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = asked else {
        return no(StatusCode::BAD_REQUEST, 1008, "ask for one page: /v1/freshness?id=docs/install.md");
    };
    let current = service.list.current(Utc::now());
    let (index, state) = match &current {
        Current::Fresh(index) => (index, "current"),
        Current::TooOld(index) => (index, "too-old"),
        Current::Missing(reason) => {
            return answer(
                StatusCode::SERVICE_UNAVAILABLE,
                &json!({"id": asked.id, "list": {"state": "missing", "reason": reason}}),
            );
        }
    };
    let of_document = index.of_document(&asked.id);
    let whole = of_document.iter().find(|e| e.section.is_none()).copied().or_else(|| index.named(&asked.id));
    let sections: Vec<Value> = of_document.iter().filter(|e| e.section.is_some()).map(|e| said(e)).collect();
    let mut body = match whole {
        Some(entry) => said(entry),
        // What a list does not name is to be included.
        None => json!({"action": "include", "weight": 1.0}),
    };
    if let Some(map) = body.as_object_mut() {
        map.insert("id".into(), asked.id.into());
        map.insert("listed".into(), (whole.is_some() || !sections.is_empty()).into());
        map.insert("sections".into(), sections.into());
        map.insert("list".into(), json!({"state": state, "now": index.now}));
    }
    answer(StatusCode::OK, &body)
}

fn said(entry: &Entry) -> Value {
    json!({"document": entry.document, "section": entry.section, "status": entry.status, "action": entry.action,
        "weight": entry.weight, "freshness": entry.freshness, "since": entry.since, "lines": entry.lines, "reasons": entry.reasons,
        "evidence": entry.evidence})
}

async fn health(State(service): State<Arc<Service>>) -> Response {
    let (state, now) = match service.list.current(Utc::now()) {
        Current::Fresh(index) => ("current", Some(index.now)),
        Current::TooOld(index) => ("too-old", Some(index.now)),
        Current::Missing(_) => ("missing", None),
    };
    answer(StatusCode::OK, &json!({"list": {"state": state, "now": now}}))
}
