//! Transport errors in the words of reports.

use super::collect::FailureReason;
use super::http::HttpError;

/// The stable word for `error`.
#[must_use]
pub fn reason(error: &HttpError) -> FailureReason {
    match error {
        HttpError::Status { status: 401, .. } => FailureReason::Unauthorized,
        HttpError::Status { status: 403, .. } | HttpError::Foreign { .. } => FailureReason::Forbidden,
        HttpError::Status { status: 404 | 410, .. } => FailureReason::NotFound,
        HttpError::Status { status: 429 | 529, .. } | HttpError::RateLimited { .. } => FailureReason::RateLimited,
        HttpError::Status { status: 500..=599, .. }
        | HttpError::Connect { .. }
        | HttpError::TimedOut { .. }
        | HttpError::Client { .. }
        | HttpError::Base(_) => FailureReason::Unreachable,
        HttpError::TooLarge { .. } => FailureReason::TooLarge,
        HttpError::Status { .. } | HttpError::Json { .. } | HttpError::Redirect { .. } => FailureReason::BadAnswer,
    }
}
