//! The requests that we send to Notion: reads, but for a review's verification and comment.

use std::collections::HashSet;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Value, json};

use super::id::NotionId;
use crate::source::http::{Endpoint, HttpError, Rate, Repeat, Request, segment};

/// Where Notion is, unless the configuration says otherwise.
pub const BASE_URL: &str = "https://api.notion.com";

/// The version of the API whose forms we read.
pub const VERSION: &str = "2026-03-11";

/// The most that one request gives.
const PAGE_SIZE: u32 = 100;

/// What Notion allows to a connection on average, and a little at once.
pub const RATE: Rate = Rate { per_second: 3.0, burst: 6, concurrency: 8 };

/// Sent with each request.
#[must_use]
pub fn headers() -> HeaderMap {
    HeaderMap::from_iter([(HeaderName::from_static("notion-version"), HeaderValue::from_static(VERSION))])
}

/// A part of a list.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    /// The objects in it.
    #[serde(default)]
    pub results: Vec<Value>,
    /// Where the next part begins.
    #[serde(default)]
    next_cursor: Option<String>,
    /// Whether there is a next part.
    #[serde(default)]
    has_more: bool,
    /// Of a query: whether it gave all that there is.
    #[serde(default)]
    request_status: Option<RequestStatus>,
}

#[derive(Debug, Deserialize)]
struct RequestStatus {
    #[serde(default, rename = "type")]
    kind: String,
}

impl Part {
    /// The query stopped at the host's bound, with more rows behind it.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.request_status.as_ref().is_some_and(|status| status.kind == "incomplete")
    }
}

/// Where we are in a list.
#[derive(Debug, Default)]
pub struct Cursor {
    next: Option<String>,
    seen: HashSet<String>,
}

/// What follows a part.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    /// The next part.
    More,
    /// Nothing: that was all.
    End,
    /// The host gave a cursor twice, or none though there is more: the rest can't be asked for.
    Broken,
}

impl Cursor {
    /// Goes on behind `part`.
    pub fn advance(&mut self, part: &Part) -> After {
        match (&part.next_cursor, part.has_more) {
            (_, false) => After::End,
            (Some(next), true) if self.seen.insert(next.clone()) => {
                self.next = Some(next.clone());
                After::More
            }
            (_, true) => After::Broken,
        }
    }
}

/// Notion's API.
#[derive(Debug, Clone)]
pub struct Api {
    endpoint: Endpoint,
}

impl Api {
    /// On `endpoint`, whose headers are [`headers`].
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }

    /// What it is sent through.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The integration itself, with the workspace's name.
    ///
    /// # Errors
    /// See [`Endpoint::json`]; so for all below.
    pub async fn me(&self) -> Result<Value, HttpError> {
        self.endpoint.json(Request::get("/v1/users/me")).await
    }

    /// A page's properties.
    pub async fn page(&self, id: &NotionId) -> Result<Value, HttpError> {
        self.endpoint.json(Request::get(format!("/v1/pages/{}", id.hyphenated()))).await
    }

    /// A database, with its data sources.
    pub async fn database(&self, id: &NotionId) -> Result<Value, HttpError> {
        self.endpoint.json(Request::get(format!("/v1/databases/{}", id.hyphenated()))).await
    }

    /// A data source.
    pub async fn data_source(&self, id: &NotionId) -> Result<Value, HttpError> {
        self.endpoint.json(Request::get(format!("/v1/data_sources/{}", id.hyphenated()))).await
    }

    /// The next blocks below a page or a block.
    pub async fn children(&self, id: &NotionId, cursor: &Cursor) -> Result<Part, HttpError> {
        let mut path = format!("/v1/blocks/{}/children?page_size={PAGE_SIZE}", id.hyphenated());
        if let Some(next) = &cursor.next {
            path.push_str("&start_cursor=");
            path.push_str(&segment(next));
        }
        self.endpoint.json(Request::get(path)).await
    }

    /// The next rows of a data source within `filter`.
    pub async fn rows(&self, id: &NotionId, filter: Option<&Value>, cursor: &Cursor) -> Result<Part, HttpError> {
        let mut body = json!({ "page_size": PAGE_SIZE });
        if let Some(fields) = body.as_object_mut() {
            if let Some(filter) = filter {
                fields.insert("filter".to_owned(), filter.clone());
            }
            if let Some(next) = &cursor.next {
                fields.insert("start_cursor".to_owned(), json!(next));
            }
        }
        let path = format!("/v1/data_sources/{}/query", id.hyphenated());
        // It changes nothing, whatever its method.
        self.endpoint.json(Request::new(Method::POST, path, Repeat::Read).with_json(&body)).await
    }

    /// Sets properties of a page; answers with the page.
    pub async fn update(&self, id: &NotionId, properties: &Value) -> Result<Value, HttpError> {
        let path = format!("/v1/pages/{}", id.hyphenated());
        let body = json!({ "properties": properties });
        // Twice the same is as once.
        self.endpoint.json(Request::new(Method::PATCH, path, Repeat::Read).with_json(&body)).await
    }

    /// Writes a comment below a page.
    pub async fn comment(&self, id: &NotionId, text: &str) -> Result<Value, HttpError> {
        let body = json!({
            "parent": { "page_id": id.hyphenated() },
            "rich_text": [{ "type": "text", "text": { "content": text } }],
        });
        self.endpoint.json(Request::new(Method::POST, "/v1/comments", Repeat::Write).with_json(&body)).await
    }
}
