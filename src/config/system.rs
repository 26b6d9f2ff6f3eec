//! `[[system]]`: the repositories that pages describe.

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::documents::glob;
use super::error::ConfigError;
use super::text::Source;
use crate::source::{SourceKind, Visibility};

/// A repository, or a part of one, that pages describe.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSystem {
    /// What to call it.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// Its repository: an https or ssh address, or a path relative to this file. Default: the audited
    /// repository. An address counts only in a file given with `--config`.
    #[schemars(with = "Option<String>")]
    pub repo: Option<Spanned<String>>,
    /// The part of the repository that it is: `["services/pay/**"]`. Default: all of it.
    #[schemars(with = "Option<Vec<String>>")]
    pub paths: Option<Vec<Spanned<String>>>,
    /// What of it pages are compared with: a branch or tag, or `latest-tag:PATTERN` for the newest tag
    /// of that form. Default: the default branch.
    #[serde(rename = "ref")]
    #[schemars(with = "Option<String>")]
    pub reference: Option<Spanned<String>>,
    /// The pages that describe it, as globs over their titles, ids, addresses and paths, with the
    /// source's kind in front: `notion:Payments runbooks`, `wiki:acme/payments`, `docs/payments/**`.
    #[schemars(with = "Option<Vec<String>>")]
    pub describes: Option<Vec<Spanned<String>>>,
    /// Who may read it, where the host can't be asked. Default: what the host says.
    pub visibility: Option<super::sources::RawVisibility>,
}

/// A system, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct SystemConfig {
    /// What it is called; no two systems share a name.
    pub name: String,
    /// Where its repository is; none for the audited one.
    pub repo: Option<RepoAddress>,
    /// The part of it that counts; all where empty.
    pub paths: Vec<Glob>,
    /// What pages are compared with.
    pub reference: RefConfig,
    /// The pages that describe it.
    pub describes: Vec<DescribesConfig>,
    /// Who may read it, where the user says so.
    pub visibility: Option<Visibility>,
}

/// Which commit of a system pages are compared with.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum RefConfig {
    /// The default branch.
    #[default]
    Default,
    /// A branch or tag by its name.
    Named(String),
    /// The newest tag whose name matches.
    LatestTag(Glob),
}

/// Where a repository is. Known to be https, ssh or a path, free of credentials and options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepoAddress {
    /// `https://host/owner/name` (`http` on this machine only).
    Http(Url),
    /// `ssh://[user@]host/path`, also for what was written `user@host:path`.
    Ssh(Url),
    /// A folder.
    Path(PathBuf),
}

impl RepoAddress {
    /// The address as people and reports may see it.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Http(url) | Self::Ssh(url) => url.to_string().trim_end_matches('/').to_owned(),
            Self::Path(path) => path.display().to_string(),
        }
    }

    /// `owner/name` (with every group where a host nests them), where it is an address.
    #[must_use]
    pub fn slug(&self) -> Option<String> {
        match self {
            Self::Http(url) | Self::Ssh(url) => {
                let path = url.path().trim_matches('/');
                let path = path.strip_suffix(".git").unwrap_or(path);
                (path.contains('/') && !path.split('/').any(str::is_empty)).then(|| path.to_owned())
            }
            Self::Path(_) => None,
        }
    }

    /// The host, where it is an address.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Http(url) | Self::Ssh(url) => url.host_str(),
            Self::Path(_) => None,
        }
    }

    pub(super) fn resolve(written: &Spanned<String>, source: &Source<'_>) -> Result<Self, ConfigError> {
        let base = source.file().parent().unwrap_or(Path::new(""));
        Self::parse(written.get_ref(), base)
            .map_err(|refusal| source.error(&written.span(), refusal.message, Some(refusal.hint.to_owned())))
    }

    /// Reads an address; a relative path starts at `base`.
    ///
    /// # Errors
    /// Where it is of a kind that could run a program or leak a credential, or makes no sense. The
    /// message repeats nothing that could be a credential.
    pub fn parse(text: &str, base: &Path) -> Result<Self, RefusedAddress> {
        let refuse = |message: &str, hint| Err(RefusedAddress { message: message.to_owned(), hint });
        const FORMS: &str = "https://host/owner/name, ssh://git@host/owner/name, or a path";
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return refuse("an empty address, or one with control characters, leads nowhere", FORMS);
        }
        if text.starts_with('-') {
            return refuse("an address that begins with `-` would be read as an option", FORMS);
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Self::url(text, scheme, base);
        }
        // `helper::address` runs a program; `C::…` is no path of any system either.
        if text.split(['/', '\\']).next().is_some_and(|first| first.contains("::")) {
            return refuse("an address of the form `helper::…` would run a program", FORMS);
        }
        // `user@host:path`; a path has no colon before its first slash, but for a drive's letter.
        if let Some((host, path)) = text.split_once(':')
            && !host.contains(['/', '\\'])
            && host.len() > 1
        {
            return Self::url(&format!("ssh://{host}/{}", path.trim_start_matches('/')), "ssh", base);
        }
        let path = Path::new(text);
        if path
            .components()
            .any(|part| matches!(part, Component::Normal(name) if name.to_string_lossy().starts_with('-')))
            && path.components().count() == 1
        {
            return refuse("an address that begins with `-` would be read as an option", FORMS);
        }
        Ok(Self::Path(base.join(path)))
    }

    fn url(text: &str, scheme: &str, base: &Path) -> Result<Self, RefusedAddress> {
        let refuse = |message: String, hint| Err(RefusedAddress { message, hint });
        let Ok(url) = Url::parse(text) else {
            return refuse("it is no address".to_owned(), "https://host/owner/name");
        };
        if url.password().is_some() || (!url.username().is_empty() && !scheme.eq_ignore_ascii_case("ssh")) {
            return refuse(
                "an address here may hold no credentials".to_owned(),
                "put the token into SHELFLIFE_GITHUB_TOKEN or GITHUB_TOKEN; it is sent to its host alone",
            );
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("an address here ends with its path".to_owned(), "leave out `?…` and `#…`");
        }
        let host = url.host_str().unwrap_or_default();
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(path) => Ok(Self::Path(base.join(path))),
                Err(()) => refuse("it is no path of this machine".to_owned(), "file:///srv/git/name.git"),
            },
            _ if host.is_empty() || host.starts_with('-') || url.username().starts_with('-') => {
                refuse("it names no host".to_owned(), "https://host/owner/name")
            }
            _ if url.path().trim_matches('/').is_empty() => {
                refuse("it names no repository".to_owned(), "https://host/owner/name")
            }
            "https" => Ok(Self::Http(url)),
            "http" if super::sources::is_this_machine(&url) => Ok(Self::Http(url)),
            "http" => refuse(
                "http would send code and tokens in the clear".to_owned(),
                "https (http is for this machine alone)",
            ),
            "ssh" if url.path().starts_with("/-") => {
                refuse("a path that begins with `-` would be read as an option".to_owned(), "ssh://git@host/owner/name")
            }
            "ssh" => Ok(Self::Ssh(url)),
            other => refuse(
                format!("addresses of the kind `{}` are not read", other.chars().take(20).collect::<String>()),
                "https://host/owner/name, ssh://git@host/owner/name, or a path",
            ),
        }
    }
}

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RefusedAddress {
    /// What is wrong with it.
    pub message: String,
    /// What would be right.
    pub hint: &'static str,
}

/// Which pages describe a system: a glob, for pages of one kind of source or of the audited tree.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribesConfig {
    /// As written.
    pub written: String,
    /// The kind of source; none for pages of the audited repository itself.
    pub kind: Option<SourceKind>,
    /// Matched against titles, ids (without the kind), addresses and paths.
    pub glob: Glob,
}

impl DescribesConfig {
    /// Reads `kind:glob` or `glob`.
    fn resolve(written: &Spanned<String>, source: &Source<'_>) -> Result<Self, ConfigError> {
        const KINDS: [(&str, SourceKind); 5] = [
            ("notion", SourceKind::Notion),
            ("github", SourceKind::Github),
            ("wiki", SourceKind::GithubWiki),
            ("github-wiki", SourceKind::GithubWiki),
            ("folder", SourceKind::Folder),
        ];
        let text = written.get_ref();
        let kind = text.split_once(':').and_then(|(kind, rest)| {
            KINDS.iter().find(|(name, _)| *name == kind.trim()).map(|(_, kind)| (*kind, rest.trim()))
        });
        let Some((kind, rest)) = kind else {
            return Ok(Self { written: text.clone(), kind: None, glob: glob(written, source)? });
        };
        if rest.is_empty() {
            let hint = "`notion:*` is every page of Notion".to_owned();
            return Err(source.error(&written.span(), "nothing stands behind the kind", Some(hint)));
        }
        let glob =
            GlobBuilder::new(rest).literal_separator(false).case_insensitive(true).build().map_err(|e| {
                source.error(&written.span(), format!("`{rest}` is no valid pattern: {}", e.kind()), None)
            })?;
        Ok(Self { written: text.clone(), kind: Some(kind), glob })
    }
}

impl SystemConfig {
    pub(super) fn resolve_all(raw: &[RawSystem], source: &Source<'_>) -> Result<Vec<Self>, ConfigError> {
        let mut systems: Vec<Self> = Vec::new();
        for raw in raw {
            let system = Self::resolve(raw, source)?;
            if systems.iter().any(|s| s.name == system.name) {
                let message = format!("two systems are called `{}`", system.name);
                return Err(source.error(&raw.name.span(), message, None));
            }
            systems.push(system);
        }
        Ok(systems)
    }

    fn resolve(raw: &RawSystem, source: &Source<'_>) -> Result<Self, ConfigError> {
        let name = raw.name.get_ref().trim();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(source.error(&raw.name.span(), "a system needs a name", None));
        }
        let paths = raw.paths.iter().flatten().map(|p| glob(p, source)).collect::<Result<_, _>>()?;
        let describes =
            raw.describes.iter().flatten().map(|d| DescribesConfig::resolve(d, source)).collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.to_owned(),
            repo: raw.repo.as_ref().map(|repo| RepoAddress::resolve(repo, source)).transpose()?,
            paths,
            reference: raw.reference.as_ref().map_or(Ok(RefConfig::Default), |r| reference(r, source))?,
            describes,
            visibility: raw.visibility.map(Visibility::from),
        })
    }
}

/// Names with `*` for anything, whatever their case.
pub(super) fn names(raw: &[Spanned<String>], source: &Source<'_>) -> Result<Vec<Glob>, ConfigError> {
    raw.iter()
        .map(|name| {
            // Names such as `dependabot[bot]` are meant as they stand.
            let pattern: Vec<String> = name.get_ref().split('*').map(globset::escape).collect();
            GlobBuilder::new(&pattern.join("*")).literal_separator(false).case_insensitive(true).build().map_err(|e| {
                let message = format!("`{}` is no valid pattern: {}", name.get_ref(), e.kind());
                source.error(&name.span(), message, None)
            })
        })
        .collect()
}

fn reference(written: &Spanned<String>, source: &Source<'_>) -> Result<RefConfig, ConfigError> {
    let text = written.get_ref();
    if let Some(pattern) = text.strip_prefix("latest-tag:") {
        let glob = GlobBuilder::new(pattern).literal_separator(false).build().map_err(|e| {
            source.error(&written.span(), format!("`{pattern}` is no valid pattern: {}", e.kind()), None)
        })?;
        if pattern.is_empty() {
            let hint = "`latest-tag:v*`".to_owned();
            return Err(source.error(&written.span(), "nothing stands behind `latest-tag:`", Some(hint)));
        }
        return Ok(RefConfig::LatestTag(glob));
    }
    // A revision expression or an option would reach further than a name.
    if text.starts_with('-') || !git2::Reference::is_valid_name(&format!("refs/heads/{text}")) {
        return Err(source.error(&written.span(), format!("`{text}` is no name of a branch or tag"), None));
    }
    Ok(RefConfig::Named(text.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_run_programs_or_leak_are_refused() {
        for text in [
            "ext::sh -c id",
            "EXT::x",
            "fd::17",
            "-u/tmp/x",
            "--upload-pack=touch /tmp/x",
            "https://token@github.com/a/b",
            "https://user:secret@github.com/a/b",
            "ssh://git:secret@host/a/b",
            "ssh://-oProxyCommand=id/a",
            "-oProxyCommand=id:a/b",
            "ssh://host/-u",
            "http://github.com/a/b",
            "git://github.com/a/b",
            "https://github.com",
            "https://github.com/a/b?x=1",
            "javascript://x/a",
            "",
            " ",
            "https://github.com/a\n/b",
        ] {
            let refused = RepoAddress::parse(text, Path::new("/base"));
            let refused = refused.err().unwrap_or_else(|| panic!("{text:?} was taken"));
            assert!(!refused.message.contains("secret") && !refused.message.contains("token@"), "{refused:?}");
        }
    }

    #[test]
    fn good_addresses_are_taken() {
        for (text, shown, slug) in [
            ("https://github.com/acme/pay.git", "https://github.com/acme/pay.git", Some("acme/pay")),
            ("git@github.com:acme/pay.git", "ssh://git@github.com/acme/pay.git", Some("acme/pay")),
            ("ssh://git@host:2222/g/s/n", "ssh://git@host:2222/g/s/n", Some("g/s/n")),
            ("http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080/a/b", Some("a/b")),
            ("../pay", "/base/../pay", None),
            ("/srv/git/pay.git", "/srv/git/pay.git", None),
            ("file:///srv/git/pay.git", "/srv/git/pay.git", None),
        ] {
            let address = RepoAddress::parse(text, Path::new("/base")).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(address.display(), shown);
            assert_eq!(address.slug().as_deref(), slug, "{text}");
        }
    }
}
