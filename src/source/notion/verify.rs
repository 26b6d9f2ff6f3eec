//! A review of a page, noted as the page's own verification.
//!
//! Only pages of a wiki have one; it is a property of the type `verification`. Notion shows the integration as
//! the one who verified, so the name of the person who read the page goes into a comment.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::api::Api;
use super::fault;
use super::id::NotionId;
use crate::source::http::HttpError;

/// What a person found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The day on which the page was read.
    pub date: NaiveDate,
    /// The last day on which that holds; for good where `None`.
    pub until: Option<NaiveDate>,
    /// Who read it.
    pub by: String,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Noted {
    /// The verification and the comment stand.
    Whole,
    /// The verification stands; the comment does not, for this reason.
    WithoutName(String),
}

/// Why a review was not noted.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Notion could not be asked, or refused.
    #[error("{0}")]
    Host(String),
    /// The page has no such property.
    #[error(
        "the page is in no wiki of Notion, and only pages of a wiki can be verified: note the review in a file with --reviews FILE"
    )]
    NoVerification,
    /// The host took the request and did not do it.
    #[error("Notion took the verification of {wanted} and shows {shown}: look at the page")]
    NotKept {
        /// What was asked for.
        wanted: String,
        /// What the page says.
        shown: String,
    },
}

/// Verifies the page `id`, and looks whether that stands. The same review a second time writes nothing.
///
/// # Errors
/// See [`VerifyError`]; in each case but the last nothing was written.
pub async fn verify(api: &Api, id: &NotionId, review: &Review) -> Result<Noted, VerifyError> {
    let page = api.page(id).await.map_err(|e| read_error(&e))?;
    let (name, before) = property(&page).ok_or(VerifyError::NoVerification)?;
    if holds(before, review) {
        return Ok(Noted::Whole);
    }
    let wanted = json!({
        "state": "verified",
        "date": { "start": review.date, "end": review.until },
    });
    let properties = json!({ name: { "type": "verification", "verification": wanted } });
    api.update(id, &properties).await.map_err(|e| write_error(&e, "Update content"))?;
    let after = api.page(id).await.map_err(|e| read_error(&e))?;
    let shown = property(&after).map_or(&Value::Null, |(_, value)| value);
    if !holds(shown, review) {
        let text = |value: &Value| format!("{} from {}", word(value, "/state"), word(value, "/date/start"));
        return Err(VerifyError::NotKept { wanted: text(&wanted), shown: text(shown) });
    }
    let comment = format!("Reviewed {} by {}.", review.date, review.by);
    match api.comment(id, &comment).await {
        Ok(_) => Ok(Noted::Whole),
        Err(error) => Ok(Noted::WithoutName(write_error(&error, "Insert comments").to_string())),
    }
}

/// The verification of a page, with the name of its property.
fn property(page: &Value) -> Option<(&str, &Value)> {
    let properties = page.get("properties")?.as_object()?;
    let found = properties.iter().find(|(_, p)| p.get("type").and_then(Value::as_str) == Some("verification"))?;
    Some((found.0.as_str(), found.1.get("verification").unwrap_or(&Value::Null)))
}

/// The page says already what `review` does. Notion may give a day as a moment.
fn holds(value: &Value, review: &Review) -> bool {
    let day = |at: &str| value.pointer(at).and_then(Value::as_str).and_then(|text| text.get(..10)?.parse().ok());
    word(value, "/state") == "verified" && day("/date/start") == Some(review.date) && day("/date/end") == review.until
}

fn word<'a>(value: &'a Value, at: &str) -> &'a str {
    value.pointer(at).and_then(Value::as_str).unwrap_or("nothing")
}

fn read_error(error: &HttpError) -> VerifyError {
    VerifyError::Host(fault::explain(error).1)
}

fn write_error(error: &HttpError, capability: &str) -> VerifyError {
    VerifyError::Host(match error.status() {
        Some(403) => fault::lacks(error, capability),
        _ => fault::explain(error).1,
    })
}
