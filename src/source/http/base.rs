//! Where a source's API is: a base URL that is safe to send a credential to.

use std::net::IpAddr;

use url::{Host, Url};

/// Why a base URL is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It is no URL at all.
    #[error("`{given}` is no URL: {reason}")]
    Syntax {
        /// What was given, without credentials.
        given: String,
        /// The parser's word.
        reason: String,
    },
    /// Credentials would travel in the clear.
    #[error("`{url}` is not https; a token is sent in the clear to this machine alone (localhost, 127.0.0.1, [::1])")]
    Insecure {
        /// The URL.
        url: String,
    },
    /// It holds a user name or a password.
    #[error("the URL of `{host}` holds credentials; put the token into its environment variable instead")]
    Credentials {
        /// The host alone.
        host: String,
    },
    /// It has a query or a fragment, to which no path can be appended.
    #[error("`{url}` has a query or a fragment; give what stands before the API's paths")]
    Trailing {
        /// The URL without them.
        url: String,
    },
}

/// A checked base URL: https, or http on this machine; no credentials, query or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Checks `given`.
    ///
    /// # Errors
    /// Where it is no URL, or one that no token may be sent to.
    pub fn parse(given: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(given.trim()).map_err(|reason| BaseUrlError::Syntax {
            // What stands before an `@` may be a password.
            given: given.rsplit_once('@').map_or(given, |(_, rest)| rest).to_owned(),
            reason: reason.to_string(),
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials { host: url.host_str().unwrap_or_default().to_owned() });
        }
        if url.query().is_some() || url.fragment().is_some() {
            let mut url = url;
            url.set_query(None);
            url.set_fragment(None);
            return Err(BaseUrlError::Trailing { url: url.into() });
        }
        match url.scheme() {
            "https" if url.has_host() => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(BaseUrlError::Insecure { url: url.into() }),
        }
    }

    /// The URL of `path` below the base, its segments already encoded; a leading `/` makes no difference.
    #[must_use]
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let whole = format!("{}/{}", self.0.path().trim_end_matches('/'), path.trim_start_matches('/'));
        url.set_path(&whole);
        url.set_query(query);
        url
    }

    /// The base without `ending`, where its path ends so.
    #[must_use]
    pub fn without(&self, ending: &str) -> Option<Self> {
        let path = self.0.path().trim_end_matches('/').strip_suffix(ending)?.to_owned();
        let mut url = self.0.clone();
        url.set_path(&path);
        Some(Self(url))
    }

    /// Whether `url` is on the same scheme, host and port: only there may the credential go.
    #[must_use]
    pub fn is_home_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// The URL itself.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host, with the port where it isn't the scheme's own.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

/// Whether `url` leads to this very machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => false,
    }
}

/// One segment of a path, encoded: a name of others that holds `/`, `?`, `..` or a line break stays one segment.
#[must_use]
pub fn segment(name: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            // A segment of dots alone would be taken as a step.
            b'.' if name.bytes().any(|b| b != b'.') => out.push('.'),
            // Writing to a string can't fail.
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine() {
        for good in ["https://api.notion.com", "http://localhost:80/", "http://127.0.0.9:1/api", "http://[::1]/x"] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.notion.com",
            "http://localhost.evil.com",
            "ftp://localhost",
            "file:///etc/passwd",
            "ext::sh",
            "",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn credentials_are_refused_and_not_repeated() {
        for given in ["https://me:hunter2@host/api", "https://hunter2@host", "https://me:hunter2@host:bad/"] {
            let error = BaseUrl::parse(given).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn joins_below_the_base() {
        let base = BaseUrl::parse("https://ghe.example/api/v3/").unwrap();
        assert_eq!(base.join("/repos/a/b?page=2").as_str(), "https://ghe.example/api/v3/repos/a/b?page=2");
        assert!(base.is_home_of(&Url::parse("https://ghe.example:443/other").unwrap()));
        assert!(!base.is_home_of(&Url::parse("https://ghe.example:444/").unwrap()));
        assert!(!base.is_home_of(&Url::parse("http://ghe.example/").unwrap()));
    }

    #[test]
    fn a_segment_stays_one() {
        assert_eq!(segment("a b/../c?x#y"), "a%20b%2F..%2Fc%3Fx%23y");
        assert_eq!(segment(".."), "%2E%2E");
        assert_eq!(segment("v1.2"), "v1.2");
        assert_eq!(segment("手順"), "%E6%89%8B%E9%A0%86");
    }
}
