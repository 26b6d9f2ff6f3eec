//! What a failure means for whoever set the token up.

use crate::source::http::HttpError;
use crate::source::{Failure, FailureReason, SourceError, SourceKind, fault};

/// The variables that may hold a token for github.com, the first that is set.
pub const TOKEN_VARIABLES: [&str; 3] = ["SHELFLIFE_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"];
/// The same for any other host: a token for github.com does not go there.
pub const ENTERPRISE_VARIABLES: [&str; 3] =
    ["SHELFLIFE_GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];

/// Our own transport's error within one of `octocrab`.
fn transport(error: &octocrab::Error) -> Option<&HttpError> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<HttpError>() {
            return Some(found);
        }
        if let Some(octocrab::Error::Service { source, .. }) = error.downcast_ref::<octocrab::Error>() {
            if let Some(found) = source.downcast_ref::<HttpError>() {
                return Some(found);
            }
            next = Some(source.as_ref());
            continue;
        }
        next = error.source();
    }
    None
}

/// The status with which the host refused.
#[must_use]
pub fn status(error: &octocrab::Error) -> Option<u16> {
    match error {
        octocrab::Error::GitHub { source, .. } => Some(source.status_code.as_u16()),
        other => transport(other).and_then(HttpError::status),
    }
}

/// What `error` means for `what`, and what mends it.
#[must_use]
pub fn explain(error: &octocrab::Error, what: &str) -> (FailureReason, String) {
    if let Some(error) = transport(error) {
        return (fault::reason(error), format!("{what}: {error}"));
    }
    let [first, second, ..] = TOKEN_VARIABLES;
    let own = ENTERPRISE_VARIABLES[1];
    match error {
        octocrab::Error::GitHub { source, .. } => {
            let said: String = source.message.chars().filter(|c| !c.is_control()).take(200).collect();
            match source.status_code.as_u16() {
                401 => (
                    FailureReason::Unauthorized,
                    format!(
                        "GitHub does not know the token in {first} or {second} (of a host of your own {own}): it was revoked, has expired, or is for another host"
                    ),
                ),
                403 | 429 if source.rate_limit_reset.is_some() && said.contains("rate limit") => {
                    (FailureReason::RateLimited, format!("{what}: {said}"))
                }
                403 => (
                    FailureReason::Forbidden,
                    format!(
                        "{what}: {said}. A fine-grained token needs the permissions Contents: read and Metadata: read, a classic one the scope `repo` (`public_repo` for public ones); where the organisation uses single sign-on, authorise the token for it"
                    ),
                ),
                404 => (
                    FailureReason::NotFound,
                    format!(
                        "{what} is not there, or not for this token: {first} (or {second}; of a host of your own {own}) must hold one that may read it (Contents: read, Metadata: read)"
                    ),
                ),
                // A repository without any commit.
                409 => (FailureReason::NotFound, format!("{what}: {said}")),
                code if code >= 500 => (FailureReason::Unreachable, format!("{what}: {said} (status {code})")),
                code => (FailureReason::BadAnswer, format!("{what}: {said} (status {code})")),
            }
        }
        octocrab::Error::Serde { .. } | octocrab::Error::Json { .. } => {
            (FailureReason::BadAnswer, format!("{what}: the host's answer has another form than GitHub's"))
        }
        // The texts of the rest may hold traces, and none of them says more to a reader.
        _ => (FailureReason::BadAnswer, format!("{what}: the request could not be made")),
    }
}

/// Why nothing could be collected.
#[must_use]
pub fn source(error: &octocrab::Error, what: &str) -> SourceError {
    let (reason, message) = explain(error, what);
    SourceError::new(reason, message)
}

/// What could not be collected.
#[must_use]
pub fn failure(source_name: &str, path: Option<&str>, reason: FailureReason, message: String) -> Failure {
    Failure {
        source: SourceKind::Github,
        source_name: source_name.to_owned(),
        page: path.map(|path| format!("github:{source_name}/{path}")),
        title: path.map(str::to_owned),
        reason,
        message,
    }
}
