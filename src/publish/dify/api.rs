//! The few calls of Dify's knowledge API that are made, and what is read of their answers.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::DifyError;
use crate::source::http::{Endpoint, HttpError, Repeat, Request, segment};

/// Items of a page of a list; the server gives no more.
const PAGE: usize = 100;
/// Pages of a list that are read at most: a server that never ends must not keep us.
const MOST_PAGES: usize = 10_000;

/// Waits for the minute that Dify's cloud counts requests by, at most.
const MOST_WAITS: usize = 5;
/// How long each of them is.
const MINUTE: Duration = Duration::from_secs(60);

/// A dataset on a server.
pub struct Api {
    endpoint: Endpoint,
    dataset: String,
}

/// A document of the dataset.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Remote {
    /// Its id there.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Whether retrievals look into it.
    #[serde(default)]
    pub enabled: bool,
    /// Whether it was put away.
    #[serde(default)]
    pub archived: bool,
    /// `completed` where it can be switched.
    #[serde(default)]
    pub indexing_status: String,
    /// Where it comes from, by kind of source.
    #[serde(default)]
    pub data_source_info: Value,
    /// What is known of it.
    #[serde(default)]
    doc_metadata: Option<Vec<Value>>,
}

impl Remote {
    /// Its metadata by name; empty values are left out.
    #[must_use]
    pub fn metadata(&self) -> BTreeMap<&str, String> {
        let fields = self.doc_metadata.iter().flatten();
        fields
            .filter_map(|field| {
                let text = match field.get("value")? {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |n| n.to_string()),
                    _ => return None,
                };
                Some((field.get("name")?.as_str()?, text)).filter(|(_, text)| !text.is_empty())
            })
            .collect()
    }

    /// Whether its state lets it be switched.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.indexing_status == "completed" || self.indexing_status.is_empty()
    }
}

/// A chunk of a document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Segment {
    /// Its id.
    pub id: String,
    /// Its text.
    #[serde(default)]
    pub content: String,
    /// The answer, of a document of questions and answers.
    #[serde(default)]
    pub answer: Option<String>,
    /// Its keywords.
    #[serde(default)]
    pub keywords: Option<Vec<String>>,
    /// Whether retrievals look at it.
    #[serde(default)]
    pub enabled: bool,
    /// `completed` where it can be switched.
    #[serde(default)]
    pub status: String,
}

/// A metadata field of the dataset.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Field {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `string`, `number` or `time`.
    #[serde(rename = "type", default)]
    pub kind: String,
}

/// A value to write: the field, and what to put there.
pub type FieldValue = (Field, Value);

#[derive(Deserialize)]
struct Listed<T> {
    data: Vec<T>,
    #[serde(default)]
    has_more: bool,
}

#[derive(Deserialize)]
struct Fields {
    doc_metadata: Vec<Field>,
}

#[derive(Deserialize)]
struct One<T> {
    data: T,
}

/// Dify's cloud says so with the status of something that is forbidden.
fn is_rate_limit(error: &HttpError) -> bool {
    matches!(error, HttpError::Status { status: 403, message: Some(message), .. } if message.contains("rate limit"))
}

impl Api {
    /// The dataset `dataset` on the server behind `endpoint`.
    #[must_use]
    pub fn new(endpoint: Endpoint, dataset: &str) -> Self {
        Self { endpoint, dataset: dataset.to_owned() }
    }

    async fn call<T: for<'de> Deserialize<'de>>(
        &self,
        method: Method,
        path: &[&str],
        query: &str,
        body: Option<&Value>,
    ) -> Result<T, DifyError> {
        let parts = ["datasets", &self.dataset].into_iter().chain(path.iter().copied());
        let path = parts.map(segment).collect::<Vec<_>>().join("/") + query;
        // Each of our requests sets something to a value, so each may be sent twice.
        let mut request = Request::new(method, path, Repeat::Read).expecting_json();
        if let Some(body) = body {
            request = request.with_json(body);
        }
        for _ in 0..MOST_WAITS {
            match self.endpoint.json(request.clone()).await {
                Err(error) if is_rate_limit(&error) => self.endpoint.transport().clock().sleep(MINUTE).await,
                answer => return Ok(answer?),
            }
        }
        Ok(self.endpoint.json(request).await?)
    }

    async fn list<T: for<'de> Deserialize<'de>>(
        &self,
        path: &[&str],
        id: impl Fn(&T) -> String,
    ) -> Result<Vec<T>, DifyError> {
        let mut all = Vec::new();
        let mut met = HashSet::new();
        for page in 1..=MOST_PAGES {
            let query = format!("?page={page}&limit={PAGE}");
            let listed: Listed<T> = self.call(Method::GET, path, &query, None).await?;
            let empty = listed.data.is_empty();
            // What is added while we read moves others to the next page.
            all.extend(listed.data.into_iter().filter(|item| met.insert(id(item))));
            if empty || !listed.has_more {
                return Ok(all);
            }
        }
        Ok(all)
    }

    /// Every document.
    ///
    /// # Errors
    /// See [`DifyError`].
    pub async fn documents(&self) -> Result<Vec<Remote>, DifyError> {
        self.list(&["documents"], |d: &Remote| d.id.clone()).await
    }

    /// The metadata fields.
    ///
    /// # Errors
    /// See [`DifyError`].
    pub async fn fields(&self) -> Result<Vec<Field>, DifyError> {
        Ok(self.call::<Fields>(Method::GET, &["metadata"], "", None).await?.doc_metadata)
    }

    /// Adds a metadata field.
    ///
    /// # Errors
    /// See [`DifyError`].
    pub async fn add_field(&self, name: &str, kind: &str) -> Result<Field, DifyError> {
        self.call(Method::POST, &["metadata"], "", Some(&json!({"type": kind, "name": name}))).await
    }

    /// Writes values to documents; what else they hold stays.
    ///
    /// # Errors
    /// See [`DifyError`].
    pub async fn write_metadata(&self, values: &[(String, Vec<FieldValue>)]) -> Result<(), DifyError> {
        let operations: Vec<Value> = values
            .iter()
            .map(|(document, values)| {
                let list: Vec<Value> =
                    values.iter().map(|(f, v)| json!({"id": f.id, "name": f.name, "value": v})).collect();
                json!({"document_id": document, "metadata_list": list, "partial_update": true})
            })
            .collect();
        let body = json!({"operation_data": operations});
        self.call::<Value>(Method::POST, &["documents", "metadata"], "", Some(&body)).await.map(drop)
    }

    /// Switches documents on or off.
    ///
    /// # Errors
    /// See [`DifyError`]; [`DifyError::is_busy`] where one of them is still being indexed.
    pub async fn switch(&self, documents: &[String], on: bool) -> Result<(), DifyError> {
        let action = if on { "enable" } else { "disable" };
        let body = json!({"document_ids": documents});
        self.call::<Value>(Method::PATCH, &["documents", "status", action], "", Some(&body)).await.map(drop)
    }

    /// The chunks of a document.
    ///
    /// # Errors
    /// See [`DifyError`].
    pub async fn segments(&self, document: &str) -> Result<Vec<Segment>, DifyError> {
        self.list(&["documents", document, "segments"], |s: &Segment| s.id.clone()).await
    }

    /// A chunk.
    ///
    /// # Errors
    /// See [`DifyError`].
    pub async fn segment(&self, document: &str, segment: &str) -> Result<Segment, DifyError> {
        Ok(self.call::<One<Segment>>(Method::GET, &["documents", document, "segments", segment], "", None).await?.data)
    }

    /// Switches a chunk on or off. Some versions forget what is not sent along.
    ///
    /// # Errors
    /// See [`DifyError`].
    pub async fn switch_segment(&self, document: &str, segment: &Segment, on: bool) -> Result<(), DifyError> {
        let mut body = json!({"content": segment.content, "enabled": on});
        if let Some(answer) = segment.answer.as_deref().filter(|a| !a.is_empty()) {
            body["answer"] = answer.into();
        }
        if let Some(keywords) = &segment.keywords {
            body["keywords"] = json!(keywords);
        }
        let body = json!({"segment": body});
        let path = ["documents", document, "segments", &segment.id];
        self.call::<Value>(Method::POST, &path, "", Some(&body)).await.map(drop)
    }
}
