//! What comes back from an endpoint, and why nothing usable does.

use serde_json::Value;

/// An answer of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What it wrote.
    pub text: String,
    /// The model that the server says wrote it.
    pub model: Option<String>,
    /// Tokens of question and answer as the server counts them.
    pub usage: Option<(u64, u64)>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server has no such model or address.
    NotFound(String),
    /// The key is missing, wrong, or not good for this.
    Denied(String),
    /// The server does not take the request.
    Rejected(String),
    /// Too many requests; waiting as asked did not help.
    RateLimited,
    /// The server failed, again and again.
    Server,
    /// No answer in time.
    Timeout,
    /// No connection, or it broke.
    Connection,
    /// The answer is too large to be one.
    TooLarge,
    /// What came is no JSON of the API.
    NotJson,
    /// There is no choice in it, or an empty one.
    Empty,
    /// The model will not answer.
    Refused,
    /// The answer ends where its room did.
    Truncated,
    /// There is no answer of the right form in what the model wrote.
    NoAnswer,
    /// The form of the items is another.
    WrongForm,
    /// The budget ended before it.
    Budget,
    /// A results file says that the request failed.
    Batch,
}

impl Failure {
    /// The word that reports use.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Denied(_) => "denied",
            Self::Rejected(_) => "rejected",
            Self::RateLimited => "rate_limited",
            Self::Server => "server_error",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::Empty => "empty",
            Self::Refused => "refused",
            Self::Truncated => "truncated",
            Self::NoAnswer => "no_answer",
            Self::WrongForm => "wrong_form",
            Self::Budget => "budget",
            Self::Batch => "batch_error",
        }
    }

    /// Whether every further request would fail alike.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::Denied(_))
    }

    /// What it means, for people.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::NotFound(said) => format!("the endpoint has no such model or address: {said} (check `model` and `base_url` of [judge])"),
            Self::Denied(said) => format!("the endpoint refuses the key: {said} (check the variable that `api_key_env` of [judge] names)"),
            Self::Rejected(said) => format!("the endpoint does not take the request: {said}"),
            Self::RateLimited => "the endpoint asks to wait, and waiting did not help (lower `concurrency` of [judge], or run again later)".into(),
            Self::Server => "the endpoint failed, again and again".into(),
            Self::Timeout => "no answer in time (raise `timeout` of [judge])".into(),
            Self::Connection => "the endpoint can't be reached, or the connection broke".into(),
            Self::TooLarge => "the answer is larger than 2 MiB".into(),
            Self::NotJson => "what came back is no JSON of the API".into(),
            Self::Empty => "the answer is empty".into(),
            Self::Refused => "the model refused to answer".into(),
            Self::Truncated => "the answer was cut off (raise `answer_tokens` of [judge])".into(),
            Self::NoAnswer => "the model wrote no answer in JSON".into(),
            Self::WrongForm => "the model's answer has another form than the one asked for".into(),
            Self::Budget => "the budget ended before it (raise `max_requests` or `max_tokens` of [judge])".into(),
            Self::Batch => "the results file says that the request failed".into(),
        }
    }
}

/// Reads the body of a chat completion, as loosely as servers write it.
///
/// # Errors
/// Why there is no answer in it.
pub fn read(body: &Value) -> Result<Reply, Failure> {
    let count = |key: &str| body.get("usage").and_then(|u| u.get(key)).and_then(Value::as_u64);
    let usage = count("prompt_tokens").map(|prompt| (prompt, count("completion_tokens").unwrap_or(0)));
    if body.get("error").is_some_and(|e| !e.is_null()) && body.get("choices").is_none() {
        return Err(Failure::Server);
    }
    let choice = body.get("choices").and_then(|c| c.get(0)).ok_or(Failure::Empty)?;
    let message = choice.get("message");
    let refusal = message.and_then(|m| m.get("refusal")).and_then(Value::as_str).is_some_and(|r| !r.is_empty());
    let finish = choice.get("finish_reason").and_then(Value::as_str).unwrap_or("");
    if refusal || finish == "content_filter" {
        return Err(Failure::Refused);
    }
    let text = match message.and_then(|m| m.get("content")) {
        Some(Value::String(text)) => text.clone(),
        // Some servers give the content in parts.
        Some(Value::Array(parts)) => parts.iter().filter_map(|p| p.get("text").and_then(Value::as_str)).collect(),
        _ => String::new(),
    };
    if text.trim().is_empty() {
        return Err(if finish == "length" { Failure::Truncated } else { Failure::Empty });
    }
    if finish == "length" && super::answer::read(&text).is_err() {
        return Err(Failure::Truncated);
    }
    let model = body.get("model").and_then(Value::as_str).map(|m| m.chars().take(100).collect());
    Ok(Reply { text, model, usage })
}
