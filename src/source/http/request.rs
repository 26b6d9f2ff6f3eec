//! A request and its answer.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

use super::error::HttpError;
use super::retry::Repeat;

/// No message of a host's own is repeated beyond this many characters.
const MAX_MESSAGE: usize = 300;

/// What is asked of a host.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) method: Method,
    /// Path and query below the endpoint's base, encoded.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
    pub(super) repeat: Repeat,
    pub(super) json: bool,
}

impl Request {
    /// Reads `path` (encoded, with its query), which may be repeated and kept.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Repeat::Read)
    }

    /// A request of any method; see [`Repeat`] for what may be sent twice.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>, repeat: Repeat) -> Self {
        Self { method, path: path.into(), headers: HeaderMap::new(), body: None, repeat, json: false }
    }

    /// Sends `body` as JSON.
    #[must_use]
    pub fn with_json(mut self, body: &Value) -> Self {
        self.headers
            .insert(reqwest::header::CONTENT_TYPE, reqwest::header::HeaderValue::from_static("application/json"));
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// Sends `body` as it is.
    #[must_use]
    pub fn with_body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends these headers too.
    #[must_use]
    pub fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Takes a successful answer that is no JSON for a broken one.
    #[must_use]
    pub fn expecting_json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Method and path, for messages; a query may hold what is private.
    pub(super) fn what(&self) -> String {
        let path = self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path);
        format!("{} /{}", self.method, path.trim_start_matches('/'))
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status; 200 where the host said that what is kept still holds.
    pub status: u16,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// The body came from the store: the host said that it has not changed.
    pub kept: bool,
    /// Where it came from, after redirects within the host.
    pub url: Url,
    /// Method and path, for messages.
    pub(super) what: String,
    pub(super) host: String,
}

impl Response {
    /// The answer where the host granted the request.
    ///
    /// # Errors
    /// Where it refused, with the code and the message of its own error object.
    pub fn ok(self) -> Result<Self, HttpError> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let said: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |key: &str| said.get(key).and_then(Value::as_str).map(shorten);
        Err(HttpError::Status {
            host: self.host,
            what: self.what,
            status: self.status,
            code: text("code"),
            message: text("message"),
        })
    }

    /// The body as JSON of the form `T`.
    ///
    /// # Errors
    /// Where it is no JSON, or of another form.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(|error| HttpError::Json {
            host: self.host.clone(),
            what: self.what.clone(),
            message: error.to_string(),
        })
    }

    /// The link to the next page by the `Link` header, as path and query.
    #[must_use]
    pub fn next_link(&self) -> Option<Url> {
        let header = self.headers.get(reqwest::header::LINK)?.to_str().ok()?;
        header.split(',').find_map(|link| {
            let (target, parameters) = link.split_once('>')?;
            let next = parameters.split(';').any(|p| matches!(p.trim(), "rel=\"next\"" | "rel=next"));
            next.then(|| self.url.join(target.trim().trim_start_matches('<')).ok()).flatten()
        })
    }
}

fn shorten(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
