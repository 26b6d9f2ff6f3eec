//! Why a Dify dataset could not be brought up to date.

use std::path::PathBuf;

use crate::exclusion::ExportError;
use crate::source::http::HttpError;

/// Why a Dify dataset could not be brought up to date. What was written before stays written, and a
/// repeated run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum DifyError {
    /// The audit can't be used, or too much of it would be excluded.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Dify could not be reached, or says no.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A metadata field of one of our names has another type.
    #[error("the dataset has a metadata field `{name}` of type {kind}, where we need {wanted}: rename or delete it")]
    Field {
        /// The field.
        name: String,
        /// Its type there.
        kind: String,
        /// The type that we need.
        wanted: &'static str,
    },
    /// The journal can't be read or written.
    #[error("the journal {}: {message}", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

impl DifyError {
    /// Whether Dify says that the state of a document or chunk does not allow the action now.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let busy = |code: &String| code == "invalid_action" || code == "invalid_param";
        matches!(self, Self::Http(HttpError::Status { status: 400, code: Some(code), .. }) if busy(code))
    }

    /// Whether it concerns what was asked for alone, so that others may still be tried.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Http(HttpError::Status { status: 400 | 404 | 409 | 422, .. }))
    }
}
