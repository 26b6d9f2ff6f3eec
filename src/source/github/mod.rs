//! GitHub by its API alone: the documentation of repositories, where only their pages are wanted.
//!
//! For each repository one request for its head, one for its tree, one for each page's text, one for its
//! edits, and one for every twenty of its former versions, which say since when each line has stood there.
//! Texts are known by their blob and edits by path and blob, so a second run asks only for what changed.

pub mod client;
pub mod fault;
pub mod listing;
pub mod pages;
pub mod versions;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use octocrab::Octocrab;

pub use client::Login;

use self::pages::Pages;
use self::versions::Versions;
use super::http::{BaseUrl, Endpoint, EndpointOptions, Rate, Transport};
use super::{FailureReason, Sink, Source, SourceError, SourceKind, Streaming, Visibility};
use crate::document::Discovery;
use crate::pipeline::Progress;

/// What to collect, and how.
#[derive(Debug)]
pub struct GithubOptions {
    /// What the source is called, for messages.
    pub name: String,
    /// Where the API is.
    pub base: BaseUrl,
    /// Who we are.
    pub login: Login,
    /// `owner/name`, with `*` in the name for several.
    pub repos: Vec<String>,
    /// Who may read the pages, where the user says so.
    pub visibility: Option<Visibility>,
    /// Which files are pages.
    pub discovery: Discovery,
    /// How often the host is asked.
    pub rate: Rate,
}

/// Repositories of a GitHub host.
#[derive(Debug)]
pub struct Github {
    options: GithubOptions,
    transport: Arc<Transport>,
    client: Octocrab,
}

impl Github {
    /// Repositories behind `transport`.
    ///
    /// # Errors
    /// Where the login can't be used. Must be called within a `tokio` runtime.
    pub fn new(transport: Arc<Transport>, options: GithubOptions) -> Result<Self, SourceError> {
        let endpoint = EndpointOptions {
            base: options.base.clone(),
            token: None,
            headers: reqwest::header::HeaderMap::new(),
            rate: options.rate,
        };
        let endpoint = Endpoint::new(Arc::clone(&transport), endpoint)
            .map_err(|error| SourceError::new(FailureReason::Unreachable, error.to_string()))?;
        let client = client::client(endpoint, &options.login)?;
        Ok(Self { options, transport, client })
    }
}

impl Source for Github {
    fn kind(&self) -> SourceKind {
        SourceKind::Github
    }

    fn name(&self) -> &str {
        &self.options.name
    }

    fn stream<'a>(&'a self, progress: &'a dyn Progress, sink: Sink<'a>) -> Streaming<'a> {
        Box::pin(async move {
            let mut failures = Vec::new();
            let mut first_error = None;
            let mut any = false;
            // Nobody gets GraphQL without a token.
            let unknown = matches!(self.options.login, Login::Anonymous);
            let mut done = std::collections::BTreeSet::new();
            for pattern in &self.options.repos {
                let Some((owner, name)) = pattern.split_once('/') else { continue };
                let found = match client::for_owner(&self.client, &self.options.login, owner).await {
                    Ok(client) => listing::repositories(&client, owner, name)
                        .await
                        .map(|repos| (client, repos))
                        .map_err(|error| fault::source(&error, pattern)),
                    Err(error) => Err(error),
                };
                let (client, repos) = match found {
                    Ok(found) => found,
                    Err(error) => {
                        failures.push(fault::failure(pattern, None, error.reason(), error.to_string()));
                        first_error.get_or_insert(error);
                        continue;
                    }
                };
                any = true;
                for repo in repos {
                    if !done.insert(repo.full_name.to_lowercase()) {
                        continue;
                    }
                    let pages = Pages {
                        client: &client,
                        store: self.transport.store(),
                        repo: &repo,
                        host: self.options.base.url(),
                        visibility: self.options.visibility,
                        discovery: &self.options.discovery,
                        progress,
                        versions: Versions { client: &client, repo: &repo, refused: AtomicBool::new(unknown) },
                    };
                    failures.extend(pages.read(sink).await);
                }
            }
            match first_error {
                Some(error) if !any => Err(error),
                _ => Ok(failures),
            }
        })
    }
}
