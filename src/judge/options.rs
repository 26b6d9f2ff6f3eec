//! What a run of the judge is asked to do.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::budget::Limits;
use super::select::Rules;
use crate::report::template::Templates;

/// What is done with the questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// They are put to the endpoint.
    Ask,
    /// They are only counted and shown.
    DryRun,
    /// They are written to this file, in the form of an `OpenAI` batch.
    Batch(PathBuf),
    /// Their answers are read from this file, the output of a batch.
    Results(PathBuf),
}

/// Where questions go.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The address before `/chat/completions`.
    pub base: String,
    /// The key; none for a server that needs none.
    pub key: Option<SecretString>,
}

/// Why an endpoint can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no address.
    #[error(
        "`{base}` is no address of an endpoint: {reason}\n(`base_url` of [judge], or OPENAI_BASE_URL, such as `https://api.openai.com/v1`)"
    )]
    Address {
        /// As given, without credentials.
        base: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The key holds what no header can.
    #[error("the key of the judge's endpoint holds a character that no header can carry (a line break at its end?)")]
    Key,
    /// No connection can be prepared.
    #[error("no connection to the judge's endpoint could be prepared: {message}")]
    Client {
        /// The system's words.
        message: String,
    },
}

impl Endpoint {
    /// Checks an address: https, or http on this machine only; no credentials in it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(base: &str, key: Option<SecretString>) -> Result<Self, EndpointError> {
        let wrong = |reason| EndpointError::Address { base: without_credentials(base), reason };
        let url = url::Url::parse(base.trim()).map_err(|_| wrong("it can't be read as a URL"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds credentials, which belong in the variable of the key"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it has a `?` or a `#`"));
        }
        let local = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(wrong("it names no host")),
        };
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            "http" => return Err(wrong("it is not https, and the host is not this machine")),
            _ => return Err(wrong("it is neither https nor http")),
        }
        Ok(Self { base: url.as_str().trim_end_matches('/').to_owned(), key })
    }

    fn host(&self) -> String {
        url::Url::parse(&self.base).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether Azure serves it, which takes its keys in a header of their own.
    #[must_use]
    pub fn is_azure(&self) -> bool {
        let host = self.host();
        [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"]
            .iter()
            .any(|end| host.ends_with(end))
    }

    /// Whether the limit of an answer goes by its newer name there.
    #[must_use]
    pub fn takes_completion_tokens(&self) -> bool {
        self.is_azure() || self.host() == "api.openai.com"
    }
}

/// An address for an error message: what stands before an `@` is nobody's business.
fn without_credentials(base: &str) -> String {
    let shown = match base.rsplit_once('@') {
        Some((_, rest)) => format!("…@{rest}"),
        None => base.to_owned(),
    };
    shown.chars().take(120).collect()
}

/// All that a run of the judge needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// What is done with the questions.
    pub mode: Mode,
    /// Where they go; none where they go nowhere.
    pub endpoint: Option<Endpoint>,
    /// The model.
    pub model: String,
    /// Requests and tokens that the run may take.
    pub limits: Limits,
    /// Requests on their way at the same time.
    pub concurrency: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often a request is repeated that the server was too busy for.
    pub retries: usize,
    /// How much chance there is in the answers; none leaves it to the server.
    pub temperature: Option<f32>,
    /// Tokens that an answer may take.
    pub answer_tokens: u32,
    /// Whether the server is told the form of the answer as a JSON Schema.
    pub structured: bool,
    /// Whether pages are compared with each other too.
    pub pages: bool,
    /// How passages and evidence are chosen.
    pub rules: Rules,
    /// The words of the questions.
    pub templates: Templates,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_over_https_or_stay_on_the_machine() {
        for good in
            ["https://api.openai.com/v1", "http://127.0.0.1:8080/v1", "http://localhost:11434/v1/", "http://[::1]:1/v1"]
        {
            assert!(Endpoint::new(good, None).is_ok(), "{good}");
        }
        for bad in [
            "http://example.org/v1",
            "ftp://x/",
            "https://user:pw@example.org/v1",
            "v1",
            "https://x/v1?a=b",
            "file:///etc",
        ] {
            let error = Endpoint::new(bad, None).unwrap_err().to_string();
            assert!(!error.contains("pw"), "{error}");
        }
        let azure = Endpoint::new("https://name.openai.azure.com/openai/v1/", None).unwrap();
        assert!(azure.is_azure() && azure.takes_completion_tokens());
    }
}
