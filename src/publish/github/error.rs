//! What can go wrong with a request.

/// Why a request did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The client can't be made.
    #[error("the client for {base} can't be made: {message}")]
    Client {
        /// The API's address.
        base: String,
        /// What is wrong.
        message: String,
    },
    /// GitHub could not be reached, or hung up.
    #[error("{method} {route}: no answer: {message}")]
    NoAnswer {
        /// The request's method.
        method: &'static str,
        /// Its path.
        route: String,
        /// What the transport says.
        message: String,
    },
    /// GitHub said no.
    #[error("{method} {route}: {status} {message}{}", advice(*.status, *.limited))]
    Refused {
        /// The request's method.
        method: &'static str,
        /// Its path.
        route: String,
        /// The answer's status.
        status: u16,
        /// GitHub's words, shortened.
        message: String,
        /// Whether a rate limit is the reason.
        limited: bool,
    },
    /// The answer is none that we know.
    #[error("{method} {route}: an answer that can't be read: {message}")]
    Answer {
        /// The request's method.
        method: &'static str,
        /// Its path.
        route: String,
        /// What is wrong with it.
        message: String,
    },
    /// There is no end to what is listed.
    #[error("{route}: more than {most} entries; no more are read")]
    TooMany {
        /// The path.
        route: String,
        /// How many were read.
        most: usize,
    },
}

impl ApiError {
    /// The status that GitHub answered with, if it answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

fn advice(status: u16, limited: bool) -> &'static str {
    match status {
        _ if limited => "\n(a rate limit: try again later)",
        401 => "\n(is GITHUB_TOKEN set, and not expired?)",
        403 => {
            "\n(the token may not do this: a job needs `permissions:` with `issues: write`, `pull-requests: write`, `checks: write` or `contents: write`, and on pull requests from forks the token can only read)"
        }
        404 => "\n(it is not there, or the token may not see it)",
        _ => "",
    }
}
