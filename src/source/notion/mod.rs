//! Notion: the pages below configured roots, as Markdown, each line with its block's moments.
//!
//! - [`api`]: the requests. [`rows`]: all rows of a data source.
//! - [`block`] and `loose`: blocks by the crate's types, and by their fields where those refuse. [`rich`]: text.
//! - [`tree`]: a page's blocks at any depth. [`render`]: as Markdown.
//! - [`page`]: a page's properties. [`reader`]: one page, cached, of one state. [`crawl`]: all of them.
//! - [`verify`]: writes a review.

pub mod api;
pub mod block;
pub mod convert;
pub mod crawl;
pub mod fault;
pub mod id;
pub mod page;
pub mod reader;
pub mod render;
pub mod rich;
pub mod rows;
pub mod tree;
pub mod verify;

mod loose;

use std::sync::Arc;

use secrecy::SecretString;

use self::api::Api;
use self::crawl::Crawl;
use self::page::PropertyNames;
use self::reader::Reader;
use super::http::{BaseUrl, Endpoint, EndpointOptions, HttpError, Rate, Transport};
use super::{FailureReason, Sink, Source, SourceError, SourceKind, Streaming, Visibility};
use crate::pipeline::Progress;

/// What to collect, and how.
#[derive(Debug)]
pub struct NotionOptions {
    /// What the workspace is called; its own name where `None`.
    pub name: Option<String>,
    /// Where Notion is.
    pub base: BaseUrl,
    /// The integration's secret.
    pub token: SecretString,
    /// Addresses or ids of pages, databases and data sources.
    pub roots: Vec<String>,
    /// Which properties say what.
    pub properties: PropertyNames,
    /// Users that are programs, by id.
    pub bots: globset::GlobSet,
    /// Who may read what isn't published.
    pub visibility: Visibility,
    /// How often Notion is asked.
    pub rate: Rate,
}

/// A Notion workspace.
#[derive(Debug)]
pub struct Notion {
    label: String,
    name: Option<String>,
    roots: Vec<String>,
    visibility: Visibility,
    reader: Reader,
}

impl Notion {
    /// A workspace behind `transport`.
    ///
    /// # Errors
    /// Where the token can't be one.
    pub fn new(transport: Arc<Transport>, options: NotionOptions) -> Result<Self, HttpError> {
        let endpoint = EndpointOptions {
            base: options.base,
            token: Some(options.token),
            headers: api::headers(),
            rate: options.rate,
        };
        let api = Api::new(Endpoint::new(transport, endpoint)?);
        Ok(Self {
            label: options.name.clone().unwrap_or_else(|| "notion".to_owned()),
            name: options.name,
            roots: options.roots,
            visibility: options.visibility,
            reader: Reader { api, names: options.properties, bots: options.bots },
        })
    }

    /// The workspace's name: as configured, else as Notion says. Finds out, too, whether the token is good.
    async fn workspace(&self) -> Result<String, SourceError> {
        let me = match self.reader.api.me().await {
            Ok(me) => me,
            Err(error) => {
                let (reason, message) = fault::explain(&error);
                return match reason {
                    FailureReason::Unauthorized | FailureReason::Unreachable | FailureReason::RateLimited => {
                        Err(SourceError::new(reason, message))
                    }
                    // Some integrations may not ask for users; that costs the name alone.
                    _ => Ok(self.label.clone()),
                };
            }
        };
        let own = me.pointer("/bot/workspace_name").and_then(serde_json::Value::as_str).filter(|name| !name.is_empty());
        Ok(self.name.clone().or_else(|| own.map(str::to_owned)).unwrap_or_else(|| self.label.clone()))
    }
}

impl Source for Notion {
    fn kind(&self) -> SourceKind {
        SourceKind::Notion
    }

    fn name(&self) -> &str {
        &self.label
    }

    fn stream<'a>(&'a self, progress: &'a dyn Progress, sink: Sink<'a>) -> Streaming<'a> {
        Box::pin(async move {
            let name = self.workspace().await?;
            let crawl = Crawl { reader: &self.reader, source_name: &name, visibility: self.visibility, progress };
            crawl.run(&self.roots, sink).await
        })
    }
}
