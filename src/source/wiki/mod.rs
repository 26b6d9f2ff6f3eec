//! The wiki of a GitHub repository: a git repository of its own, cloned, with the moments of its lines by
//! their commits.

mod pages;

use std::path::PathBuf;
use std::sync::Arc;

use octocrab::Octocrab;

use super::github::listing;
use super::http::segment;
use super::{FailureReason, Sink, Source, SourceError, SourceKind, Streaming, Visibility};
use crate::config::RepoAddress;
use crate::pipeline::Progress;
use crate::system::credentials::Tokens;
use crate::system::fetch::{self, FetchError};

/// What to collect, and how.
#[derive(Debug)]
pub struct WikiOptions {
    /// The repository whose wiki it is: `owner/name`.
    pub repo: String,
    /// Where its git repository is.
    pub address: RepoAddress,
    /// Where people open the repository: `https://github.com/acme/payments`; none where that isn't known.
    pub home: Option<String>,
    /// The cache folder; a clone that lasts no longer than the run where `None`.
    pub cache: Option<PathBuf>,
    /// The tokens for git.
    pub tokens: Arc<Tokens>,
    /// Who may read it, where the user says so.
    pub visibility: Option<Visibility>,
    /// Is asked who may read it, where the user doesn't say.
    pub hub: Option<Octocrab>,
}

/// A wiki.
#[derive(Debug)]
pub struct Wiki {
    options: Arc<WikiOptions>,
}

impl Wiki {
    /// A wiki.
    #[must_use]
    pub fn new(options: WikiOptions) -> Self {
        Self { options: Arc::new(options) }
    }

    /// A wiki is read by whoever reads its repository.
    async fn visibility(&self) -> Visibility {
        if let Some(said) = self.options.visibility {
            return said;
        }
        let Some(hub) = &self.options.hub else { return Visibility::Unknown };
        let asked: octocrab::Result<listing::Repo> = listing::get(hub, &listing::route(&self.options.repo)).await;
        asked.map_or(Visibility::Unknown, |repo| repo.visibility())
    }
}

/// The web address of a wiki's page.
fn page_url(home: &str, name: &str) -> String {
    format!("{}/wiki/{}", home.trim_end_matches('/'), segment(name))
}

fn failed(error: &FetchError) -> SourceError {
    let reason = match error {
        FetchError::Unauthorized { .. } => FailureReason::Unauthorized,
        FetchError::NotFound { .. } => FailureReason::NotFound,
        FetchError::Unreachable { .. } | FetchError::TimeLimit { .. } => FailureReason::Unreachable,
        FetchError::Cache { .. } => FailureReason::Unreadable,
    };
    let hint = match error {
        FetchError::NotFound { .. } => " (a wiki without any page has no repository either)",
        _ => "",
    };
    SourceError::new(reason, format!("{error}{hint}"))
}

impl Source for Wiki {
    fn kind(&self) -> SourceKind {
        SourceKind::GithubWiki
    }

    fn name(&self) -> &str {
        &self.options.repo
    }

    fn stream<'a>(&'a self, progress: &'a dyn Progress, sink: Sink<'a>) -> Streaming<'a> {
        Box::pin(async move {
            let visibility = self.visibility().await;
            let options = Arc::clone(&self.options);
            // Cloning and reading wait for disks and hosts in their own way.
            let read = tokio::task::spawn_blocking(move || {
                let scratch = match &options.cache {
                    Some(_) => None,
                    None => Some(tempfile::tempdir().map_err(|error| {
                        SourceError::new(FailureReason::Unreadable, format!("there is no place for a clone: {error}"))
                    })?),
                };
                let cache = options
                    .cache
                    .as_deref()
                    .or(scratch.as_ref().map(tempfile::TempDir::path))
                    .unwrap_or_else(|| "".as_ref());
                let fetched = fetch::fetch(&options.address, cache, &options.tokens, fetch::TIME_LIMIT)
                    .map_err(|e| failed(&e))?;
                pages::read(&options, &fetched, visibility)
            });
            let (pages, failures) = read.await.map_err(|error| {
                SourceError::new(FailureReason::BadAnswer, format!("the wiki could not be read: {error}"))
            })??;
            for page in pages {
                progress.tick(1);
                sink(page);
            }
            Ok(failures)
        })
    }
}
