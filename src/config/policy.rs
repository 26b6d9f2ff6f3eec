//! `[policy]`: when pages should be looked at again, and what happens to what could not be decided.

use std::num::NonZeroU32;

use globset::Glob;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::documents::glob;
use super::error::ConfigError;
use super::text::Source;
use crate::report::json::v1::Action;

/// A hundred years, in days: more is a slip of the pen.
const MOST_DAYS: i64 = 36_525;

/// When pages should be looked at again, and what happens to what could not be decided.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPolicy {
    /// Days after which a page should be looked at again. Default: 365.
    #[schemars(with = "Option<u32>", range(min = 1, max = 36_525))]
    pub interval: Option<Spanned<i64>>,
    /// Who committed nothing for so many days before the last commit has left. Default: 365.
    #[schemars(with = "Option<u32>", range(min = 1, max = 36_525))]
    pub gone_after: Option<Spanned<i64>>,
    /// What an index does with what could not be decided. Default: `include`.
    pub inconclusive: Option<Action>,
    /// Other intervals for some pages; the first that matches counts.
    pub area: Option<Vec<RawArea>>,
}

/// An interval for some pages.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawArea {
    /// Which pages, by path from the repository's root: `docs/runbooks/**`.
    #[schemars(with = "String")]
    pub glob: Spanned<String>,
    /// Days after which such a page should be looked at again.
    #[schemars(with = "u32", range(min = 1, max = 36_525))]
    pub interval: Spanned<i64>,
}

/// What is laid over the policy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicyConfig {
    /// Days after which a page should be looked at again.
    pub interval: Option<NonZeroU32>,
    /// Days without a commit after which someone has left.
    pub gone_after: Option<NonZeroU32>,
    /// What happens to what could not be decided.
    pub inconclusive: Option<Action>,
    /// Other intervals; the first that matches counts.
    pub areas: Vec<AreaConfig>,
}

/// An interval for some pages.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaConfig {
    /// Which pages.
    pub glob: Glob,
    /// Days.
    pub interval: NonZeroU32,
}

impl PolicyConfig {
    pub(super) fn resolve(raw: RawPolicy, source: &Source<'_>) -> Result<Self, ConfigError> {
        let area = |area: RawArea| {
            Ok(AreaConfig { glob: glob(&area.glob, source)?, interval: days("interval", &area.interval, source)? })
        };
        Ok(Self {
            interval: raw.interval.map(|d| days("interval", &d, source)).transpose()?,
            gone_after: raw.gone_after.map(|d| days("gone_after", &d, source)).transpose()?,
            inconclusive: raw.inconclusive,
            areas: raw.area.unwrap_or_default().into_iter().map(area).collect::<Result<_, ConfigError>>()?,
        })
    }
}

fn days(key: &str, raw: &Spanned<i64>, source: &Source<'_>) -> Result<NonZeroU32, ConfigError> {
    let valid = Some(*raw.get_ref()).filter(|n| *n <= MOST_DAYS).and_then(|n| u32::try_from(n).ok());
    valid.and_then(NonZeroU32::new).ok_or_else(|| {
        let hint = "`365` is a year".to_owned();
        source.error(&raw.span(), format!("`{key}` is a number of days from 1 to {MOST_DAYS}"), Some(hint))
    })
}
