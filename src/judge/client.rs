//! Asks an endpoint of the `OpenAI` kind.

use std::sync::Arc;
use std::time::Duration;

use async_openai::config::Config as EndpointConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::retry::OpenAIRetryLayer;
use async_openai::middleware::{HttpRequestFactory, ReqwestService};
use axum::http;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tower::{Layer, Service, ServiceExt};

use super::budget::Budget;
use super::options::{Endpoint, EndpointError};
use super::reply::{self, Failure, Reply};
use super::request::Body;

/// An answer larger than this, in bytes, is not read.
const LARGEST: usize = 2 << 20;
/// A server that asks to wait longer than this is asked no more, in seconds.
const LONGEST_WAIT: u64 = 60;
const CONNECT: Duration = Duration::from_secs(15);

/// A client of one endpoint. It is never shown, since it holds a key.
pub struct Client {
    inner: async_openai::Client<Keyed>,
}

/// The endpoint's address and the headers that open it.
#[derive(Clone)]
struct Keyed {
    base: String,
    key: SecretString,
    headers: HeaderMap,
}

impl EndpointConfig for Keyed {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

impl Client {
    /// A client of `endpoint` that counts every request in `budget`.
    ///
    /// # Errors
    /// Where the key can't stand in a header, or no connection can be prepared.
    pub fn new(
        endpoint: &Endpoint,
        retries: usize,
        timeout: Duration,
        budget: Arc<Budget>,
    ) -> Result<Self, EndpointError> {
        let mut headers = HeaderMap::new();
        let key = endpoint.key.clone().unwrap_or_else(|| SecretString::from(String::new()));
        if endpoint.key.is_some() {
            // Azure takes its keys in a header of their own.
            let (name, value) = if endpoint.is_azure() {
                (HeaderName::from_static("api-key"), key.expose_secret().to_owned())
            } else {
                (AUTHORIZATION, format!("Bearer {}", key.expose_secret()))
            };
            let mut value = HeaderValue::from_str(&value).map_err(|_| EndpointError::Key)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let http = reqwest::Client::builder()
            // A key goes to the host that it is for, and to no other.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .connect_timeout(CONNECT.min(timeout))
            .user_agent(concat!("shelflife/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| EndpointError::Client { message: e.to_string() })?;
        let guard = Guard { inner: ReqwestService::new(http.clone()), budget };
        let service = OpenAIRetryLayer::new(retries).layer(guard);
        let config = Keyed { base: endpoint.base.trim_end_matches('/').to_owned(), key, headers };
        Ok(Self { inner: async_openai::Client::build(http, config).with_http_service(service) })
    }

    /// Puts a question.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask(&self, body: &Body) -> Result<Reply, Failure> {
        let answer: Result<Value, OpenAIError> = self.inner.chat().create_byot(body).await;
        match answer {
            Ok(value) => reply::read(&value),
            Err(error) => Err(failure(&error, self.inner.config().key.expose_secret())),
        }
    }
}

/// What stands between retries and the network: counts requests, bounds answers and waits.
#[derive(Clone)]
struct Guard {
    inner: ReqwestService,
    budget: Arc<Budget>,
}

/// Why the guard lets a request, or its answer, not through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Held {
    #[error("the budget of requests is spent")]
    Budget,
    #[error("the answer is larger than 2 MiB")]
    TooLarge,
    #[error("the server asks to wait for more than a minute")]
    Wait,
}

impl From<Held> for OpenAIError {
    fn from(held: Held) -> Self {
        Self::Boxed(Box::new(held))
    }
}

impl Service<HttpRequestFactory> for Guard {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<reqwest::Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), OpenAIError>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let (inner, budget) = (self.inner.clone(), Arc::clone(&self.budget));
        Box::pin(async move {
            if !budget.request() {
                return Err(Held::Budget.into());
            }
            let response = inner.oneshot(request).await?;
            bounded(response).await
        })
    }
}

/// The response read whole, its wait in seconds, and a body that the retry layer understands.
async fn bounded(mut response: reqwest::Response) -> Result<reqwest::Response, OpenAIError> {
    let status = response.status();
    let wait = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(seconds);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(OpenAIError::Reqwest)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(Held::TooLarge.into());
        }
        body.extend_from_slice(&chunk);
    }
    if wait.is_some_and(|wait| wait > LONGEST_WAIT) && (status.as_u16() == 429 || status.is_server_error()) {
        return Err(Held::Wait.into());
    }
    let is_error = |v: &Value| v.get("error").and_then(|e| e.get("message")).is_some_and(Value::is_string);
    if !status.is_success() && !serde_json::from_slice::<Value>(&body).is_ok_and(|v| is_error(&v)) {
        let message = String::from_utf8_lossy(&body).chars().take(200).collect::<String>();
        body = serde_json::json!({ "error": { "message": message } }).to_string().into_bytes();
    }
    let mut out = http::Response::builder().status(status.as_u16());
    if let Some(wait) = wait {
        out = out.header("retry-after", wait.to_string());
    }
    let out = out.header("content-type", "application/json").body(body);
    out.map(reqwest::Response::from).map_err(|e| OpenAIError::InvalidArgument(e.to_string()))
}

/// Seconds from a `Retry-After`, which may be a date.
fn seconds(value: &str) -> Option<u64> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(seconds);
    }
    let date = chrono::DateTime::parse_from_rfc2822(value.trim()).ok()?;
    u64::try_from((date.with_timezone(&chrono::Utc) - chrono::Utc::now()).num_seconds()).ok().or(Some(0))
}

fn failure(error: &OpenAIError, key: &str) -> Failure {
    match error {
        OpenAIError::Reqwest(e) if e.is_timeout() => Failure::Timeout,
        OpenAIError::Reqwest(_) => Failure::Connection,
        OpenAIError::ApiError(e) => {
            let message = shown(&e.api_error.message, key);
            match e.status_code.as_u16() {
                401 | 403 => Failure::Denied(message),
                404 => Failure::NotFound(message),
                429 => Failure::RateLimited,
                500..=599 => Failure::Server,
                _ => Failure::Rejected(message),
            }
        }
        OpenAIError::JSONDeserialize(..) => Failure::NotJson,
        OpenAIError::Boxed(e) => match e.downcast_ref::<Held>() {
            Some(Held::Budget) => Failure::Budget,
            Some(Held::TooLarge) => Failure::TooLarge,
            Some(Held::Wait) => Failure::RateLimited,
            None => Failure::Connection,
        },
        _ => Failure::Connection,
    }
}

/// A server's words, without the key that it may repeat and without what could be a secret.
fn shown(message: &str, key: &str) -> String {
    let message = if key.is_empty() { message.to_owned() } else { message.replace(key, "[REDACTED:key]") };
    super::redact::redact(&message).0.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_in_both_forms() {
        assert_eq!(seconds("3"), Some(3));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
    }

    #[test]
    fn a_server_s_words_hold_no_key() {
        let key = ["sk-", "abcdefghijklmnop"].concat();
        let said = shown(&format!("Incorrect API key provided: {key}\u{1b}[31m."), &key);
        assert!(!said.contains("abcdefgh") && !said.contains('\u{1b}'), "{said}");
    }
}
