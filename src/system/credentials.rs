//! Tokens for git, each for its own host.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::config::Config;
use crate::source::SourceKind;
use crate::source::github::fault::{ENTERPRISE_VARIABLES, TOKEN_VARIABLES};

/// Begins the variables that hold a token for one other host: `SHELFLIFE_GIT_TOKEN_GIT_EXAMPLE_COM`
/// for `git.example.com`, with its port where it has one.
const ANY: &str = "SHELFLIFE_GIT_TOKEN_";

/// Tokens by host.
#[derive(Default)]
pub struct Tokens {
    /// Host, with its port where that is not the scheme's own, and its token.
    by_host: Vec<(String, SecretString)>,
    /// Hosts' own variables are looked up when they are needed.
    environment: Option<fn(&str) -> Option<String>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.by_host.iter().map(|(host, _)| host)).finish()
    }
}

impl Tokens {
    /// The tokens of the environment. `GITHUB_TOKEN` and `GH_TOKEN` are for github.com and for the server
    /// that GitHub Actions names; `SHELFLIFE_GITHUB_TOKEN`, `GH_ENTERPRISE_TOKEN` and `GITHUB_ENTERPRISE_TOKEN` also for the `base_url` of
    /// sources of kind `github` and `github-wiki`.
    #[must_use]
    pub fn from_environment(config: &Config) -> Self {
        let hosts = config
            .sources
            .iter()
            .filter(|source| source.kind() != SourceKind::Notion)
            .filter_map(|source| source.base_url.as_ref().and_then(host_of));
        Self::of(&|name| variable(name), hosts.collect())
    }

    fn of(read: &dyn Fn(&str) -> Option<String>, enterprise: Vec<String>) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| read(name));
        let mut by_host: Vec<(String, SecretString)> = Vec::new();
        let mut give = |host: String, token: &Option<String>| {
            if let (Some(token), false) = (token, by_host.iter().any(|(known, _)| *known == host)) {
                by_host.push((host, SecretString::from(token.clone())));
            }
        };
        let public = first(&TOKEN_VARIABLES);
        give("github.com".to_owned(), &public);
        if let Some(host) =
            read("GITHUB_SERVER_URL").and_then(|url| url::Url::parse(&url).ok()).as_ref().and_then(host_of)
        {
            give(host, &public);
        }
        let other = first(&ENTERPRISE_VARIABLES);
        for host in enterprise {
            give(host, &other);
        }
        Self { by_host, environment: Some(variable) }
    }

    /// Tokens that are given, for tests.
    #[must_use]
    pub fn given(tokens: &[(&str, &str)]) -> Self {
        let by_host = tokens.iter().map(|(host, token)| ((*host).to_owned(), SecretString::from(*token))).collect();
        Self { by_host, environment: None }
    }

    /// The token for the host of `url`, and for no other.
    #[must_use]
    pub fn for_url(&self, url: &url::Url) -> Option<SecretString> {
        let host = host_of(url)?;
        let own = self.environment.and_then(|read| read(&variable_for(&host))).map(SecretString::from);
        own.or_else(|| self.by_host.iter().find(|(known, _)| *known == host).map(|(_, token)| token.clone()))
    }

    /// `text` without any of the tokens: for messages of others.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (_, token) in &self.by_host {
            if !token.expose_secret().is_empty() {
                out = out.replace(token.expose_secret(), "***");
            }
        }
        out
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
}

/// The variable that holds a token for `host`.
#[must_use]
pub fn variable_for(host: &str) -> String {
    let name: String =
        host.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("{ANY}{name}")
}

/// The host of an address in lower case, with its port where that is not the scheme's own.
#[must_use]
pub fn host_of(url: &url::Url) -> Option<String> {
    let host = url.host_str()?.to_ascii_lowercase();
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environments_token_for_github_goes_to_no_other_host() {
        let set = |name: &'static str, value: &'static str| {
            Tokens::of(&move |asked| (asked == name).then(|| value.to_owned()), vec!["ghe.example".to_owned()])
        };
        let of = |tokens: &Tokens, url: &str| tokens.for_url(&url::Url::parse(url).unwrap()).is_some();
        let token = set("GITHUB_TOKEN", "t");
        assert!(of(&token, "https://github.com/a/b") && !of(&token, "https://ghe.example/a/b"));
        let token = set("SHELFLIFE_GITHUB_TOKEN", "t");
        assert!(of(&token, "https://github.com/a/b") && of(&token, "https://ghe.example/a/b"));
        assert!(!of(&token, "https://other.example/a/b"));
    }

    #[test]
    fn a_token_goes_to_its_host_alone() {
        let tokens = Tokens::given(&[("github.com", "ghs_secret"), ("127.0.0.1:8080", "t2")]);
        let of = |url: &str| tokens.for_url(&url::Url::parse(url).unwrap()).map(|t| t.expose_secret().to_owned());
        assert_eq!(of("https://github.com/a/b").as_deref(), Some("ghs_secret"));
        assert_eq!(of("https://GitHub.com:443/a/b").as_deref(), Some("ghs_secret"));
        for other in [
            "https://github.com.evil.example/a/b",
            "https://evil.example/github.com",
            "https://github.com:8443/a/b",
            "http://127.0.0.1:8081/a",
            "https://api.github.com/a",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert!(!format!("{tokens:?}").contains("secret"));
        assert_eq!(tokens.redact("bad ghs_secret!"), "bad ***!");
        assert_eq!(variable_for("git.example.com:8443"), "SHELFLIFE_GIT_TOKEN_GIT_EXAMPLE_COM_8443");
    }
}
