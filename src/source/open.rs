//! From the configuration to sources that can be asked.

use std::path::Path;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use secrecy::SecretString;
use url::Url;

use super::github::{self, Github, GithubOptions, Login};
use super::http::{BaseUrl, Endpoint, EndpointOptions, Rate, Transport};
use super::notion::page::PropertyNames;
use super::notion::{self, Notion, NotionOptions};
use super::wiki::{Wiki, WikiOptions};
use super::{Failure, FailureReason, Source, SourceError, SourceKind, Visibility};
use crate::config::sources::{PlaceConfig, SourceConfig};
use crate::config::{Config, RepoAddress};
use crate::document::Discovery;
use crate::system::credentials::Tokens;

/// The variable with the id of a GitHub App.
pub const APP_ID: &str = "SHELFLIFE_GITHUB_APP_ID";
/// The variable with the App's private key, in PEM form.
pub const APP_KEY: &str = "SHELFLIFE_GITHUB_APP_KEY";
/// The variable that a workflow's runner sets to its own API.
const RUNNER_API: &str = "GITHUB_API_URL";

/// What the environment says of a variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The sources of a configuration.
pub struct Opened {
    /// Those that can be asked.
    pub sources: Vec<Box<dyn Source>>,
    /// Those that can't, each as a whole: a token is missing.
    pub failures: Vec<Failure>,
}

/// Opens all sources of `config`, which keep clones in the cache folder `cache` if there is one. Must be called within a `tokio` runtime.
#[must_use]
pub fn open(config: &Config, transport: &Arc<Transport>, cache: Option<&Path>, environment: Environment<'_>) -> Opened {
    let mut opened = Opened { sources: Vec::new(), failures: Vec::new() };
    for source in &config.sources {
        match one(config, source, transport, cache, environment) {
            Ok(source) => opened.sources.push(source),
            Err(error) => opened.failures.push(Failure {
                source: source.kind(),
                source_name: source.name.clone(),
                page: None,
                title: None,
                reason: error.reason(),
                message: error.to_string(),
            }),
        }
    }
    opened
}

fn one(
    config: &Config,
    source: &SourceConfig,
    transport: &Arc<Transport>,
    cache: Option<&Path>,
    environment: Environment<'_>,
) -> Result<Box<dyn Source>, SourceError> {
    let first =
        |names: &[&str]| names.iter().find_map(|name| environment(name)).filter(|value| !value.trim().is_empty());
    let base = |default: &str| {
        let given = source.base_url.as_ref().map_or(default, url::Url::as_str);
        BaseUrl::parse(given).map_err(|error| SourceError::new(FailureReason::Unreachable, error.to_string()))
    };
    match &source.place {
        PlaceConfig::Notion { roots, describes_property, owner_property } => {
            let token = first(&notion::fault::TOKEN_VARIABLES).ok_or_else(notion::fault::no_token)?;
            let options = NotionOptions {
                name: Some(source.name.clone()).filter(|name| name != SourceKind::Notion.as_str()),
                base: base(notion::api::BASE_URL)?,
                token: SecretString::from(token),
                roots: roots.clone(),
                properties: PropertyNames { describes: describes_property.clone(), owner: owner_property.clone() },
                bots: bots(config),
                visibility: source.visibility.unwrap_or(Visibility::Private),
                rate: rate(source, notion::api::RATE),
            };
            let notion = Notion::new(Arc::clone(transport), options)
                .map_err(|error| SourceError::new(FailureReason::Unauthorized, error.to_string()))?;
            Ok(Box::new(notion))
        }
        PlaceConfig::Github { repos } => {
            let base = base(github::client::BASE_URL)?;
            let documents = &config.documents;
            let options = GithubOptions {
                name: source.name.clone(),
                login: login(&base, environment)?,
                base,
                repos: repos.clone(),
                visibility: source.visibility,
                discovery: Discovery::from_globs(&documents.include, &documents.exclude)
                    .map_err(|error| SourceError::new(FailureReason::BadAnswer, error.to_string()))?,
                rate: rate(source, github::client::RATE),
            };
            Ok(Box::new(Github::new(Arc::clone(transport), options)?))
        }
        PlaceConfig::GithubWiki { repo, clone_url } => {
            let base = base(github::client::BASE_URL)?;
            let home = format!("{}/{repo}", web(&base));
            let address = match clone_url {
                Some(address) => address.clone(),
                None => RepoAddress::Http(
                    Url::parse(&format!("{home}.wiki.git"))
                        .map_err(|error| SourceError::new(FailureReason::NotFound, format!("{home}: {error}")))?,
                ),
            };
            let hub = if source.visibility.is_some() {
                None
            } else {
                let login = login(&base, environment)?;
                let rate = rate(source, github::client::RATE);
                let endpoint = EndpointOptions { base, token: None, headers: HeaderMap::new(), rate };
                let endpoint = Endpoint::new(Arc::clone(transport), endpoint)
                    .map_err(|error| SourceError::new(FailureReason::Unreachable, error.to_string()))?;
                Some(github::client::client(endpoint, &login)?)
            };
            Ok(Box::new(Wiki::new(WikiOptions {
                repo: repo.clone(),
                address,
                home: Some(home).filter(|home| home.starts_with("https://")),
                cache: cache.map(Path::to_owned),
                tokens: Arc::new(Tokens::from_environment(config)),
                visibility: source.visibility,
                hub,
            })))
        }
    }
}

/// Who we are at the GitHub host `base`: an App before a token, a token before nobody. Tokens of the
/// environment are for github.com, or for the host of the workflow that we run in; they go to no other.
///
/// # Errors
/// Where an App's id is none, or its key is missing.
pub fn login(base: &BaseUrl, environment: Environment<'_>) -> Result<Login, SourceError> {
    let value = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
    if let Some(id) = value(APP_ID) {
        let id = id.trim().parse().map_err(|_| {
            SourceError::new(
                FailureReason::Unauthorized,
                format!("{APP_ID} holds no number: the App's id stands in its settings"),
            )
        })?;
        let key = value(APP_KEY).ok_or_else(|| {
            let message = format!(
                "{APP_ID} is set, but {APP_KEY} is not: set it to the App's private key (the text of the .pem file)"
            );
            SourceError::new(FailureReason::Unauthorized, message)
        })?;
        return Ok(Login::App { id, key: SecretString::from(key) });
    }
    let is = |url: &str| BaseUrl::parse(url).is_ok_and(|other| other.url().origin() == base.url().origin());
    let own = is(github::client::BASE_URL) || environment(RUNNER_API).is_some_and(|api| is(&api));
    let names = if own { github::fault::TOKEN_VARIABLES } else { github::fault::ENTERPRISE_VARIABLES };
    let token = names.iter().find_map(|name| value(name));
    Ok(token.map_or(Login::Anonymous, |token| Login::Token(SecretString::from(token))))
}

/// Where people open what the API at `base` speaks of: github.com, or the host of the API.
fn web(base: &BaseUrl) -> String {
    let origin = base.url().origin().ascii_serialization();
    if origin == github::client::BASE_URL { "https://github.com".to_owned() } else { origin }
}

/// The rate that the user allows, with as much at once as a second's worth.
fn rate(source: &SourceConfig, default: Rate) -> Rate {
    match source.requests_per_second {
        Some(per_second) => {
            Rate { per_second, burst: (per_second.ceil() as u32).max(1), ..concurrency(per_second, default) }
        }
        None => default,
    }
}

/// As many under way as a host that takes half a second needs to be kept busy.
fn concurrency(per_second: f64, default: Rate) -> Rate {
    let needed = (per_second / 2.0).ceil() as usize;
    Rate { concurrency: needed.clamp(default.concurrency, 64), ..default }
}

fn bots(config: &Config) -> globset::GlobSet {
    let mut set = globset::GlobSetBuilder::new();
    for glob in &config.bots {
        set.add(glob.clone());
    }
    // The globs are valid each for itself; together they could only be too large.
    set.build().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login_at(base: &str, set: &[(&str, &str)]) -> Result<Login, SourceError> {
        let environment = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        login(&BaseUrl::parse(base).unwrap(), &environment)
    }

    #[test]
    fn a_token_for_github_goes_to_no_other_host() {
        let set = [("GITHUB_TOKEN", "t")];
        assert!(matches!(login_at("https://api.github.com", &set), Ok(Login::Token(_))));
        assert!(matches!(login_at("https://ghe.example/api/v3", &set), Ok(Login::Anonymous)));
        let runner = [("GITHUB_TOKEN", "t"), ("GITHUB_API_URL", "https://ghe.example/api/v3")];
        assert!(matches!(login_at("https://ghe.example/api/v3", &runner), Ok(Login::Token(_))));
        let own = [("SHELFLIFE_GITHUB_TOKEN", "t")];
        assert!(matches!(login_at("https://ghe.example/api/v3", &own), Ok(Login::Token(_))));
        assert!(matches!(login_at("https://api.github.com", &[("GITHUB_TOKEN", " ")]), Ok(Login::Anonymous)));
    }

    #[test]
    fn half_an_app_is_said() {
        let error = login_at("https://api.github.com", &[(APP_ID, "12")]).unwrap_err();
        assert!(error.to_string().contains(APP_KEY), "{error}");
        assert!(login_at("https://api.github.com", &[(APP_ID, "x"), (APP_KEY, "k")]).is_err());
    }
}
