//! What a failure means for whoever set the integration up.

use super::id::NotionId;
use crate::source::http::HttpError;
use crate::source::{Failure, FailureReason, SourceError, SourceKind, fault};

/// The variables that may hold the token, the first that is set.
pub const TOKEN_VARIABLES: [&str; 2] = ["SHELFLIFE_NOTION_TOKEN", "NOTION_TOKEN"];

/// Where integrations are made and their tokens shown.
const SETTINGS: &str = "https://www.notion.so/profile/integrations";

/// No variable holds a token.
#[must_use]
pub fn no_token() -> SourceError {
    let [first, second] = TOKEN_VARIABLES;
    SourceError::new(
        FailureReason::Unauthorized,
        format!(
            "there is no Notion token: set {first} (or {second}) to the secret of an internal integration with the capability \"Read content\"; make one at {SETTINGS} and share the root pages with it"
        ),
    )
}

/// What `error` means, and what mends it.
#[must_use]
pub fn explain(error: &HttpError) -> (FailureReason, String) {
    match error.status() {
        Some(401) => (
            FailureReason::Unauthorized,
            format!(
                "Notion does not know the token in {} or {}: it was revoked, or is no integration's secret. Copy it anew from {SETTINGS}",
                TOKEN_VARIABLES[0], TOKEN_VARIABLES[1]
            ),
        ),
        Some(403) => (
            FailureReason::Forbidden,
            lacks(error, "Read content"),
        ),
        Some(404) => (
            FailureReason::NotFound,
            "it is not there, or not shared with the integration: open it (or a page above it) in Notion, then ••• > Connections > add the integration".to_owned(),
        ),
        _ => (fault::reason(error), error.to_string()),
    }
}

/// A refusal for want of a capability of the integration.
#[must_use]
pub fn lacks(error: &HttpError, capability: &str) -> String {
    format!(
        "the integration may not do that ({error}). It needs the capability \"{capability}\": turn it on at {SETTINGS}"
    )
}

/// The failure of one page.
#[must_use]
pub fn page(source_name: &str, id: &NotionId, title: &str, error: &HttpError) -> Failure {
    let (reason, message) = explain(error);
    failure(source_name, Some(id), title, reason, message)
}

/// A failure in our own words.
#[must_use]
pub fn failure(
    source_name: &str,
    id: Option<&NotionId>,
    title: &str,
    reason: FailureReason,
    message: String,
) -> Failure {
    Failure {
        source: SourceKind::Notion,
        source_name: source_name.to_owned(),
        page: id.map(|id| format!("notion:{}", id.as_str())),
        title: Some(title.to_owned()).filter(|title| !title.is_empty()),
        reason,
        message,
    }
}
