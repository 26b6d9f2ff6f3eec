//! What writes outside: GitHub's issues, comments, checks and pull requests, and Dify's documents.
//!
//! Nothing here audits. Each publisher to GitHub takes an audit that is there, and makes one thing there say
//! what it says. Each finds its own thing again by a hidden marker *and* its own author, edits it in
//! place, and never makes a second one, even where two runs meet. Writes are never repeated blindly:
//! whoever can't be sure looks first. What pages, paths and commits say reaches Markdown through
//! [`report::markdown`](crate::report::markdown)'s escapes alone.
//!
//! Publishing never widens an audience: see [`audience`].

pub mod audience;
pub mod checks;
pub mod comment;
pub mod dify;
pub mod fix;
pub mod github;
pub mod issue;
pub mod marker;
pub mod page_text;
mod words;

use crate::report::json::v1::Scope;
use github::ApiError;

/// What a publisher did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It made something new, here.
    Created(String),
    /// It changed what was there.
    Updated(String),
    /// What was there says the same already.
    Unchanged(String),
    /// It closed what was there, or marked it as resolved: nothing is wrong any more.
    Resolved(String),
    /// There was nothing to say.
    Nothing,
    /// Something newer is there, or is coming: this run stands back.
    Outdated(String),
}

impl std::fmt::Display for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Created(at) => write!(f, "created {at}"),
            Self::Updated(at) => write!(f, "updated {at}"),
            Self::Unchanged(at) => write!(f, "unchanged {at}"),
            Self::Resolved(at) => write!(f, "resolved {at}"),
            Self::Nothing => f.write_str("nothing to publish"),
            Self::Outdated(why) => write!(f, "not published: {why}"),
        }
    }
}

/// Why something was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// GitHub said no, or could not be reached.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The audit is of another scope.
    #[error("this audit is of {}; {wants}", scope(*.found))]
    Scope {
        /// What it is.
        found: Scope,
        /// What is needed, and how to get it.
        wants: &'static str,
    },
    /// It would be read by more people than may read what it quotes.
    #[error(transparent)]
    Audience(#[from] audience::Wider),
    /// The templates or data of a text are wrong.
    #[error("the text can't be made: {0}")]
    Text(String),
    /// The event can't be published from.
    #[error(transparent)]
    Event(#[from] github::EventError),
    /// What is needed is not known.
    #[error("{0}")]
    Missing(String),
}

impl PublishError {
    /// Whether the call is wrong, rather than what it met.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Api(_) | Self::Text(_) => false,
            Self::Scope { .. } | Self::Audience(_) | Self::Event(_) | Self::Missing(_) => true,
        }
    }
}

fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Full => "all pages",
        Scope::Change => "one change",
    }
}

/// The longest body of an issue, a comment or a pull request that we send, in bytes. GitHub takes 65,536
/// characters; a byte is never more than one.
pub const LONGEST_BODY: usize = 65_000;

/// `text` as the value of a query.
fn github_query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
