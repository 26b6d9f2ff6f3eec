//! What a source is asked for, and what it gives.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

use super::page::{CollectedPage, SourceKind};
use crate::pipeline::Progress;

/// What takes the pages, as they come.
pub type Sink<'a> = &'a mut (dyn FnMut(CollectedPage) + Send);

/// A collection under way; gives what could not be collected.
pub type Streaming<'a> = Pin<Box<dyn Future<Output = Result<Vec<Failure>, SourceError>> + Send + 'a>>;

/// A place that pages are collected from. One file each.
pub trait Source: Send + Sync {
    /// What kind it is.
    fn kind(&self) -> SourceKind;

    /// Which of that kind, for messages: `acme/payments`, a workspace's name, a root's address.
    fn name(&self) -> &str;

    /// Collects the pages, and hands each to `sink` as soon as it is there, in no order. What fails for one
    /// page is a [`Failure`] of that page and loses no other.
    ///
    /// # Errors
    /// Only where nothing could be collected at all (no token, a wrong one, an unreachable host); the
    /// other sources of the run go on.
    fn stream<'a>(&'a self, progress: &'a dyn Progress, sink: Sink<'a>) -> Streaming<'a>;

    /// The same with all pages at once.
    ///
    /// # Errors
    /// As [`Source::stream`].
    fn collect<'a>(
        &'a self,
        progress: &'a dyn Progress,
    ) -> Pin<Box<dyn Future<Output = Result<Collected, SourceError>> + Send + 'a>> {
        Box::pin(async move {
            let mut collected = Collected::default();
            let failures = self.stream(progress, &mut |page| collected.pages.push(page)).await?;
            collected.failures = failures;
            collected.normalize();
            Ok(collected)
        })
    }
}

/// What sources gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// The pages, by id; no id twice.
    pub pages: Vec<CollectedPage>,
    /// What could not be collected; each becomes inconclusive, by name.
    pub failures: Vec<Failure>,
}

impl Collected {
    /// Adds what another source gave; sorts by id, and of two pages with one id keeps the first.
    pub fn merge(&mut self, other: Self) {
        self.pages.extend(other.pages);
        self.failures.extend(other.failures);
        self.normalize();
    }

    /// Adds what can be said where a source as a whole failed.
    pub fn failed(&mut self, kind: SourceKind, name: &str, error: &SourceError) {
        self.failures.push(Failure {
            source: kind,
            source_name: name.to_owned(),
            page: None,
            title: None,
            reason: error.reason(),
            message: error.to_string(),
        });
        self.normalize();
    }

    /// Sorts by id, and of two pages with one id keeps the first.
    pub fn normalize(&mut self) {
        self.pages.sort_by(|a, b| a.id.cmp(&b.id));
        self.pages.dedup_by(|later, first| later.id == first.id);
        self.failures.sort();
        self.failures.dedup();
    }
}

/// A page, or a whole source, that could not be collected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of source.
    pub source: SourceKind,
    /// Which of that kind.
    pub source_name: String,
    /// The page's id, like [`CollectedPage::id`]; none where the source as a whole is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The page's title, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Why, in a stable word.
    pub reason: FailureReason,
    /// What happened and what mends it; no credentials in it.
    pub message: String,
}

impl Failure {
    /// Which source it is, for messages: `notion Acme`, or `notion` alone where it has no other name.
    #[must_use]
    pub fn origin(&self) -> String {
        let kind = self.source.as_str();
        if kind == self.source_name { kind.to_owned() } else { format!("{kind} {}", self.source_name) }
    }
}

/// Why something could not be collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureReason {
    /// No token, or a wrong one.
    Unauthorized,
    /// The token does not reach it.
    Forbidden,
    /// It is not there, or not for this token.
    NotFound,
    /// The host's limits did not let it through in time.
    RateLimited,
    /// The host can't be reached, or breaks off.
    Unreachable,
    /// The answer makes no sense.
    BadAnswer,
    /// It is larger than what is read.
    TooLarge,
    /// It is no text in a known encoding.
    Encoding,
    /// It changed while it was read.
    Changed,
    /// The run was stopped, or its time was over.
    Stopped,
    /// The file can't be read (dumps).
    Unreadable,
}

impl FailureReason {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::RateLimited => "rate-limited",
            Self::Unreachable => "unreachable",
            Self::BadAnswer => "bad-answer",
            Self::TooLarge => "too-large",
            Self::Encoding => "encoding",
            Self::Changed => "changed",
            Self::Stopped => "stopped",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Why a source gave nothing at all. Its text goes to reports: no credentials in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    reason: FailureReason,
    message: String,
}

impl SourceError {
    /// An error that says what happened and what mends it.
    #[must_use]
    pub fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// Why, in a stable word.
    #[must_use]
    pub fn reason(&self) -> FailureReason {
        self.reason
    }
}
