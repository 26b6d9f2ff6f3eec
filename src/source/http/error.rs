//! What can go wrong between us and a host. No text here ever holds a header, and so no token.

use std::time::Duration;

use super::base::BaseUrlError;

/// Why there is no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The base URL is refused.
    #[error(transparent)]
    Base(#[from] BaseUrlError),
    /// The client could not be made: a certificate file, a proxy setting.
    #[error("no connection can be made: {message}")]
    Client {
        /// Why.
        message: String,
    },
    /// The host could not be reached, or the connection broke, each time.
    #[error("{host} could not be reached: {message}")]
    Connect {
        /// The host.
        host: String,
        /// The system's word.
        message: String,
    },
    /// The whole time for a request is over.
    #[error("{host} gave no answer to {what} within {} s", after.as_secs())]
    TimedOut {
        /// The host.
        host: String,
        /// Method and path.
        what: String,
        /// The time allowed.
        after: Duration,
    },
    /// The answer is larger than we read.
    #[error("the answer of {host} to {what} is larger than {} MiB", max >> 20)]
    TooLarge {
        /// The host.
        host: String,
        /// Method and path.
        what: String,
        /// The bound in bytes.
        max: u64,
    },
    /// The answer leads to another host, or round in circles.
    #[error(
        "{host} sends {what} on to {to}; a token does not follow there. If that is where the API is, set base_url to it"
    )]
    Redirect {
        /// The host.
        host: String,
        /// Method and path.
        what: String,
        /// Where to.
        to: String,
    },
    /// The host asks for a wait beyond the time for a request.
    #[error("{host} limits the rate and asks to wait {} s, longer than a request may take", wait.as_secs())]
    RateLimited {
        /// The host.
        host: String,
        /// The wait that it names.
        wait: Duration,
    },
    /// The answer is no JSON, each time.
    #[error("the answer of {host} to {what} is no JSON: {message}")]
    Json {
        /// The host.
        host: String,
        /// Method and path.
        what: String,
        /// Where it fails.
        message: String,
    },
    /// The host refused.
    #[error("{host} answered {what} with status {status}{}", message.as_ref().map(|m| format!(": {m}")).unwrap_or_default())]
    Status {
        /// The host.
        host: String,
        /// Method and path.
        what: String,
        /// The status.
        status: u16,
        /// The `code` of the host's own error object, if it has one.
        code: Option<String>,
        /// The message of the host's own error object, if it has one.
        message: Option<String>,
    },
    /// The request goes to another host than the one that its credential is for.
    #[error("a request to {to} is not sent: the token is for {host}")]
    Foreign {
        /// The host of the credential.
        host: String,
        /// Where it would have gone.
        to: String,
    },
}

impl HttpError {
    /// The status with which the host refused.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }
}
