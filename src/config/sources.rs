//! `[[source]]`: where pages are collected from.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::error::ConfigError;
use super::text::Source;
use crate::source::{SourceKind, Visibility};

/// A place that pages are collected from. Counts only in a file given with `--config`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSource {
    /// What kind of place it is.
    pub kind: RawKind,
    /// What to call it. Default: the repository's `owner/name`, or the kind.
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// What stands before `/v1` (Notion) or `/repos` (GitHub): `https://github.example.com/api/v3`.
    /// Default: the public service.
    #[schemars(with = "Option<String>")]
    pub base_url: Option<Spanned<String>>,
    /// `notion`: addresses or ids of pages and data sources; everything below them is collected.
    #[schemars(with = "Option<Vec<String>>")]
    pub roots: Option<Vec<Spanned<String>>>,
    /// `github`: repositories as `owner/name`, with `*` in the name for several: `acme/*`.
    #[schemars(with = "Option<Vec<String>>")]
    pub repos: Option<Vec<Spanned<String>>>,
    /// `github-wiki`: the repository whose wiki it is, as `owner/name`.
    #[schemars(with = "Option<String>")]
    pub repo: Option<Spanned<String>>,
    /// `github-wiki`: the address of the wiki's git repository, where it is not that of the host:
    /// `https://git.example.com/acme/payments.wiki.git`.
    #[schemars(with = "Option<String>")]
    pub clone_url: Option<Spanned<String>>,
    /// Who may read it, where the host can't be asked. Default: what the host says; Notion is private.
    pub visibility: Option<RawVisibility>,
    /// `notion`: the property that names the systems that a page describes. Default: `Describes`.
    pub describes_property: Option<String>,
    /// `notion`: the property that names who answers for a page. Default: `Owner`.
    pub owner_property: Option<String>,
    /// How many requests a second the host is sent at most. Default: 3 for `notion`, which is what it
    /// allows, and 15 for `github`.
    #[schemars(with = "Option<f64>", range(min = 0.01, max = 1000.0))]
    pub requests_per_second: Option<Spanned<f64>>,
}

/// Kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawKind {
    /// A Notion workspace: the pages below `roots`.
    Notion,
    /// The documentation of GitHub repositories.
    Github,
    /// The wiki of a GitHub repository.
    GithubWiki,
}

/// Who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RawVisibility {
    /// Everybody.
    Public,
    /// Everybody in the organisation.
    Internal,
    /// Those who were let in.
    Private,
}

impl From<RawVisibility> for Visibility {
    fn from(raw: RawVisibility) -> Self {
        match raw {
            RawVisibility::Public => Self::Public,
            RawVisibility::Internal => Self::Internal,
            RawVisibility::Private => Self::Private,
        }
    }
}

/// A place that pages are collected from, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceConfig {
    /// What it is called.
    pub name: String,
    /// The host, where it is not the public one: without a slash at its end, without credentials,
    /// https unless it is this machine.
    pub base_url: Option<Url>,
    /// Who may read it, where the user says so.
    pub visibility: Option<Visibility>,
    /// How many requests a second the host is sent at most, where the user says so: from 0.01 to 1000.
    pub requests_per_second: Option<f64>,
    /// What kind of place, with its own settings.
    pub place: PlaceConfig,
}

/// What is particular to a kind of source.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaceConfig {
    /// A Notion workspace.
    Notion {
        /// Addresses or ids of pages and data sources; never empty.
        roots: Vec<String>,
        /// The property that names the described systems.
        describes_property: String,
        /// The property that names who answers for a page.
        owner_property: String,
    },
    /// Repositories of a GitHub host.
    Github {
        /// `owner/name` patterns with `*`; never empty.
        repos: Vec<String>,
    },
    /// A wiki.
    GithubWiki {
        /// `owner/name`.
        repo: String,
        /// The address of its git repository, where the user gives one; see
        /// [`RepoAddress`](super::system::RepoAddress).
        clone_url: Option<super::system::RepoAddress>,
    },
}

impl SourceConfig {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        match self.place {
            PlaceConfig::Notion { .. } => SourceKind::Notion,
            PlaceConfig::Github { .. } => SourceKind::Github,
            PlaceConfig::GithubWiki { .. } => SourceKind::GithubWiki,
        }
    }

    pub(super) fn resolve(raw: &Spanned<RawSource>, source: &Source<'_>) -> Result<Self, ConfigError> {
        let span = raw.span();
        let raw = raw.get_ref();
        let list = |values: &Option<Vec<Spanned<String>>>| -> Vec<String> {
            values.iter().flatten().map(|v| v.get_ref().trim().to_owned()).filter(|v| !v.is_empty()).collect()
        };
        let unfit = |set: Option<std::ops::Range<usize>>, key: &str, kinds: &str| match set {
            Some(span) => Err(source.error(&span, format!("`{key}` is only for `kind = {kinds}`"), None)),
            None => Ok(()),
        };
        let first = |values: &Option<Vec<Spanned<String>>>| values.as_ref().and_then(|v| v.first()).map(Spanned::span);
        if raw.kind != RawKind::Notion {
            unfit(first(&raw.roots), "roots", "\"notion\"")?;
        }
        if raw.kind != RawKind::Github {
            unfit(first(&raw.repos), "repos", "\"github\"")?;
        }
        if raw.kind != RawKind::GithubWiki {
            unfit(raw.repo.as_ref().map(Spanned::span), "repo", "\"github-wiki\"")?;
            unfit(raw.clone_url.as_ref().map(Spanned::span), "clone_url", "\"github-wiki\"")?;
        }
        let needs = |key: &str, example: &str| {
            source.error(&span, format!("a source of this kind needs `{key}`"), Some(format!("for example {example}")))
        };
        let (place, default) = match raw.kind {
            RawKind::Notion => {
                let roots = list(&raw.roots);
                if roots.is_empty() {
                    return Err(needs("roots", "`roots = [\"https://www.notion.so/acme/Runbooks-…\"]`"));
                }
                let property = |set: &Option<String>, default: &str| set.clone().unwrap_or_else(|| default.to_owned());
                let place = PlaceConfig::Notion {
                    roots,
                    describes_property: property(&raw.describes_property, "Describes"),
                    owner_property: property(&raw.owner_property, "Owner"),
                };
                (place, "notion".to_owned())
            }
            RawKind::Github => {
                let repos = list(&raw.repos);
                if repos.is_empty() {
                    return Err(needs("repos", "`repos = [\"acme/*\"]`"));
                }
                for repo in raw.repos.iter().flatten() {
                    slug(repo, true, source)?;
                }
                (PlaceConfig::Github { repos }, "github".to_owned())
            }
            RawKind::GithubWiki => {
                let Some(repo) = &raw.repo else { return Err(needs("repo", "`repo = \"acme/payments\"`")) };
                slug(repo, false, source)?;
                let clone_url = raw
                    .clone_url
                    .as_ref()
                    .map(|written| super::system::RepoAddress::resolve(written, source))
                    .transpose()?;
                (PlaceConfig::GithubWiki { repo: repo.get_ref().clone(), clone_url }, repo.get_ref().clone())
            }
        };
        Ok(Self {
            name: raw.name.as_ref().map_or(default, |name| name.get_ref().clone()),
            base_url: raw.base_url.as_ref().map(|written| base_url(written, source)).transpose()?,
            visibility: raw.visibility.map(Visibility::from),
            requests_per_second: raw.requests_per_second.as_ref().map(|written| rate(written, source)).transpose()?,
            place,
        })
    }
}

/// A rate that a host can be asked at.
fn rate(written: &Spanned<f64>, source: &Source<'_>) -> Result<f64, ConfigError> {
    let rate = *written.get_ref();
    if (0.01..=1000.0).contains(&rate) {
        return Ok(rate);
    }
    Err(source.error(&written.span(), "`requests_per_second` is a number from 0.01 to 1000", None))
}

/// `owner/name`; with `pattern`, `*` may stand in the name.
fn slug(written: &Spanned<String>, pattern: bool, source: &Source<'_>) -> Result<(), ConfigError> {
    let text = written.get_ref();
    let part = |part: &str, star: bool| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.starts_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.') || (star && b == b'*'))
    };
    match text.split_once('/') {
        Some((owner, name)) if part(owner, false) && part(name, pattern) => Ok(()),
        _ => {
            let hint = if pattern { "`acme/payments`, or `acme/*` for all of them" } else { "`acme/payments`" };
            Err(source.error(&written.span(), format!("`{text}` is no `owner/name`"), Some(hint.to_owned())))
        }
    }
}

/// An address that a token may go to: https (http on this machine only), no credentials, no query.
pub(super) fn base_url(written: &Spanned<String>, source: &Source<'_>) -> Result<Url, ConfigError> {
    let wrong = |message: String, hint: &str| source.error(&written.span(), message, Some(hint.to_owned()));
    let mut url = Url::parse(written.get_ref())
        .map_err(|e| wrong(format!("it is no address: {e}"), "such as `https://github.example.com/api/v3`"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "an address here may hold no credentials".to_owned(),
            "put the token into its environment variable",
        ));
    }
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(&url));
    if !secure || url.host_str().is_none() {
        return Err(wrong(
            format!("`{}` would send the token in the clear", url.scheme()),
            "use https (http is for this machine alone)",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("an address here ends with its path".to_owned(), "leave out `?…` and `#…`"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether the host is this machine: `localhost`, 127.0.0.0/8 or ::1.
#[must_use]
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
