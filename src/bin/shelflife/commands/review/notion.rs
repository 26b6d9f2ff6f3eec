//! `shelflife review` of a page in Notion: its verification.

use std::path::Path;

use secrecy::SecretString;
use shelflife::config::sources::PlaceConfig;
use shelflife::config::{self, Origin};
use shelflife::rule::registry;
use shelflife::source::http::{BaseUrl, Endpoint, EndpointOptions, Transport, TransportOptions};
use shelflife::source::notion::id::{NotionId, Root};
use shelflife::source::notion::verify::{Noted, Review, verify};
use shelflife::source::notion::{api, fault};

use crate::failure::Failure;

/// The page that `given` names, if it names one in Notion: `notion:ID`, as reports write it, or its address.
pub fn page(given: &str) -> Option<NotionId> {
    if let Some(id) = given.strip_prefix("notion:") {
        return NotionId::parse(id);
    }
    let url = url::Url::parse(given).ok().filter(|url| url.scheme() == "https")?;
    let host = url.host_str()?;
    let ours = ["notion.so", "notion.site", "notion.com"]
        .iter()
        .any(|end| host.strip_suffix(end).is_some_and(|front| front.is_empty() || front.ends_with('.')));
    Root::parse(given).filter(|_| ours).map(|root| root.id)
}

/// Verifies the page at the Notion that `config` names. Gives a warning where only a part was done.
pub fn record(id: &NotionId, review: &Review, config: Option<&Path>) -> Result<Option<String>, Failure> {
    let base = base(config)?;
    let token = fault::TOKEN_VARIABLES
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|token| !token.trim().is_empty())
        .ok_or_else(|| Failure::usage(fault::no_token().to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::cannot(format!("no runtime could be started: {e}")))?;
    let noted = runtime.block_on(async {
        let transport = Transport::new(TransportOptions::default()).map_err(|e| Failure::cannot(e.to_string()))?;
        let options =
            EndpointOptions { base, token: Some(SecretString::from(token)), headers: api::headers(), rate: api::RATE };
        let endpoint = Endpoint::new(transport, options).map_err(|e| Failure::cannot(e.to_string()))?;
        verify(&api::Api::new(endpoint), id, review).await.map_err(|e| Failure::cannot(e.to_string()))
    })?;
    Ok(match noted {
        Noted::Whole => None,
        Noted::WithoutName(why) => {
            Some(format!("the page is verified, but not by whom: no comment was written: {why}"))
        }
    })
}

/// Where the Notion of a configuration is.
fn base(config: Option<&Path>) -> Result<BaseUrl, Failure> {
    let mut bases = Vec::new();
    if let Some(file) = config {
        let loaded = config::load(file, Origin::Given, &registry::specs())?;
        let notion = loaded.config.sources.iter().filter(|s| matches!(s.place, PlaceConfig::Notion { .. }));
        bases.extend(notion.map(|s| s.base_url.as_ref().map_or(api::BASE_URL, url::Url::as_str).to_owned()));
        bases.sort();
        bases.dedup();
        if bases.len() > 1 {
            let message = format!("{}: sources at several Notions: {}", file.display(), bases.join(", "));
            return Err(Failure::usage(message).help("give a configuration with one of them"));
        }
    }
    let base = bases.first().map_or(api::BASE_URL, String::as_str);
    BaseUrl::parse(base).map_err(|e| Failure::usage(e.to_string()))
}
