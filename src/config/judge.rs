//! `[judge]`: the model that compares pages with changed code.
//!
//! Where a page goes is decided here, so the whole section counts only in a file that the user names with
//! `--config` (see [`super::trust`]).

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::text::Source;
use crate::judge::options::Endpoint;

/// The model that `--judge` asks. Counts only in a file given with `--config`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawJudge {
    /// What stands before `/chat/completions`: `https://api.openai.com/v1` (the default, or what
    /// `OPENAI_BASE_URL` says), `http://localhost:11434/v1` for Ollama,
    /// `https://NAME.openai.azure.com/openai/v1` for Azure.
    #[schemars(with = "Option<String>")]
    pub base_url: Option<Spanned<String>>,
    /// The model. Default: `gpt-4.1-mini`, or what `SHELFLIFE_JUDGE_MODEL` says.
    #[schemars(with = "Option<String>")]
    pub model: Option<Spanned<String>>,
    /// The environment variable that holds the key. Default: `OPENAI_API_KEY`.
    #[schemars(with = "Option<String>")]
    pub api_key_env: Option<Spanned<String>>,
    /// Requests that one run may send, repeated ones included. Default: 200.
    #[schemars(with = "Option<u32>", range(min = 0, max = 1_000_000))]
    pub max_requests: Option<Spanned<i64>>,
    /// Tokens of questions and answers that one run may take. Default: 1000000.
    #[schemars(with = "Option<u64>", range(min = 0, max = 1_000_000_000))]
    pub max_tokens: Option<Spanned<i64>>,
    /// Requests on their way at the same time. Default: 4.
    #[schemars(with = "Option<u16>", range(min = 1, max = 64))]
    pub concurrency: Option<Spanned<i64>>,
    /// Seconds that one request may take. Default: 120.
    #[schemars(with = "Option<u16>", range(min = 1, max = 3600))]
    pub timeout: Option<Spanned<i64>>,
    /// How often a request is repeated that the endpoint was too busy for. Default: 3.
    #[schemars(with = "Option<u8>", range(min = 0, max = 10))]
    pub retries: Option<Spanned<i64>>,
    /// How much chance there is in the answers, 0 to 2. Default: what the endpoint takes itself; some
    /// models allow nothing else.
    #[schemars(with = "Option<f32>", range(min = 0.0, max = 2.0))]
    pub temperature: Option<Spanned<f64>>,
    /// Tokens that an answer may take, with what a model thinks before it. Default: 2000.
    #[schemars(with = "Option<u32>", range(min = 100, max = 100_000))]
    pub answer_tokens: Option<Spanned<i64>>,
    /// Tokens of changed code that are shown with a passage. Default: 4000.
    #[schemars(with = "Option<u32>", range(min = 200, max = 100_000))]
    pub evidence_tokens: Option<Spanned<i64>>,
    /// Whether the endpoint is told the form of the answer as a JSON Schema (`response_format`). Default:
    /// true; switch it off for a server that refuses such requests.
    pub structured: Option<bool>,
    /// Whether words alone may lead from a passage to code, where no reference does. Finds more, and asks
    /// more. Default: false.
    pub words: Option<bool>,
    /// Whether pages are compared with each other too. Default: true.
    pub pages: Option<bool>,
}

/// The model that `--judge` asks.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeConfig {
    /// The address before `/chat/completions`, checked; none for the environment's, or the default.
    pub base_url: Option<String>,
    /// The model; none for the environment's, or the default.
    pub model: Option<String>,
    /// The environment variable that holds the key.
    pub api_key_env: String,
    /// Requests of one run.
    pub max_requests: u64,
    /// Tokens of one run.
    pub max_tokens: u64,
    /// Requests at the same time.
    pub concurrency: usize,
    /// Seconds for one request.
    pub timeout: u64,
    /// How often a request is repeated.
    pub retries: usize,
    /// Chance in the answers.
    pub temperature: Option<f32>,
    /// Tokens of an answer.
    pub answer_tokens: u32,
    /// Tokens of evidence.
    pub evidence_tokens: usize,
    /// Whether the form of the answer is sent as a schema.
    pub structured: bool,
    /// Whether words alone may lead to code.
    pub words: bool,
    /// Whether pages are compared with each other.
    pub pages: bool,
}

impl Default for JudgeConfig {
    fn default() -> Self {
        Self {
            base_url: None,
            model: None,
            api_key_env: "OPENAI_API_KEY".to_owned(),
            max_requests: 200,
            max_tokens: 1_000_000,
            concurrency: 4,
            timeout: 120,
            retries: 3,
            temperature: None,
            answer_tokens: 2_000,
            evidence_tokens: 4_000,
            structured: true,
            words: false,
            pages: true,
        }
    }
}

impl JudgeConfig {
    pub(super) fn resolve(raw: RawJudge, source: &Source<'_>) -> Result<Self, ConfigError> {
        let default = Self::default();
        let number = |value: &Option<Spanned<i64>>, key: &str, range: std::ops::RangeInclusive<i64>, default: u64| {
            let Some(value) = value else { return Ok(default) };
            u64::try_from(*value.get_ref()).ok().filter(|_| range.contains(value.get_ref())).ok_or_else(|| {
                let message = format!("`{key}` is a whole number from {} to {}", range.start(), range.end());
                source.error(&value.span(), message, None)
            })
        };
        let small = |value, key, range, default: usize| {
            number(value, key, range, default as u64).map(|n| usize::try_from(n).unwrap_or(usize::MAX))
        };
        let base_url = match &raw.base_url {
            None => None,
            Some(written) => match Endpoint::new(written.get_ref(), None) {
                Ok(endpoint) => Some(endpoint.base),
                Err(error) => {
                    let text = error.to_string();
                    let message = text.lines().next().unwrap_or_default().to_owned();
                    let hint = "such as `https://api.openai.com/v1`".to_owned();
                    return Err(source.error(&written.span(), message, Some(hint)));
                }
            },
        };
        let text = |value: &Option<Spanned<String>>, key: &str| match value {
            None => Ok(None),
            Some(value) if value.get_ref().trim().is_empty() => {
                Err(source.error(&value.span(), format!("`{key}` is empty"), None))
            }
            Some(value) => Ok(Some(value.get_ref().trim().to_owned())),
        };
        if let Some(name) = &raw.api_key_env
            && !name.get_ref().chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            let hint = "the key itself never stands in a file; name the variable that holds it".to_owned();
            return Err(source.error(&name.span(), "`api_key_env` is the name of an environment variable", Some(hint)));
        }
        let temperature = match &raw.temperature {
            None => None,
            Some(value) if (0.0..=2.0).contains(value.get_ref()) => {
                // Two digits are all that anyone writes here.
                #[allow(clippy::cast_possible_truncation)]
                Some(*value.get_ref() as f32)
            }
            Some(value) => return Err(source.error(&value.span(), "`temperature` is a number from 0 to 2", None)),
        };
        Ok(Self {
            base_url,
            model: text(&raw.model, "model")?,
            api_key_env: text(&raw.api_key_env, "api_key_env")?.unwrap_or(default.api_key_env),
            max_requests: number(&raw.max_requests, "max_requests", 0..=1_000_000, default.max_requests)?,
            max_tokens: number(&raw.max_tokens, "max_tokens", 0..=1_000_000_000, default.max_tokens)?,
            concurrency: small(&raw.concurrency, "concurrency", 1..=64, default.concurrency)?,
            timeout: number(&raw.timeout, "timeout", 1..=3600, default.timeout)?,
            retries: small(&raw.retries, "retries", 0..=10, default.retries)?,
            temperature,
            answer_tokens: number(&raw.answer_tokens, "answer_tokens", 100..=100_000, default.answer_tokens.into())?
                .try_into()
                .unwrap_or(u32::MAX),
            evidence_tokens: small(&raw.evidence_tokens, "evidence_tokens", 200..=100_000, default.evidence_tokens)?,
            structured: raw.structured.unwrap_or(default.structured),
            words: raw.words.unwrap_or(default.words),
            pages: raw.pages.unwrap_or(default.pages),
        })
    }
}
