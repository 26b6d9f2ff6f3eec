//! `[export]`: exclusion lists.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::text::Source;

/// The share of the pages that a list may exclude: a fifth.
pub const DEFAULT_MAX_EXCLUDED: f64 = 0.2;

/// Exclusion lists.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawExport {
    /// The share of the pages, 0 to 1, that a list may exclude; a list beyond it is refused and
    /// the old one stands. Default: 0.2.
    #[schemars(with = "Option<f64>", range(min = 0.0, max = 1.0))]
    pub max_excluded: Option<Spanned<f64>>,
}

/// Exclusion lists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExportConfig {
    /// The share of the pages, 0 to 1, that a list may exclude.
    pub max_excluded: f64,
}

impl Default for ExportConfig {
    fn default() -> Self {
        Self { max_excluded: DEFAULT_MAX_EXCLUDED }
    }
}

impl ExportConfig {
    pub(super) fn resolve(raw: RawExport, source: &Source<'_>) -> Result<Self, ConfigError> {
        let Some(share) = raw.max_excluded else { return Ok(Self::default()) };
        if !(0.0..=1.0).contains(share.get_ref()) {
            let hint = "`0.2` is a fifth of the pages".to_owned();
            return Err(source.error(&share.span(), "`max_excluded` is a share from 0 to 1", Some(hint)));
        }
        Ok(Self { max_excluded: share.into_inner() })
    }
}
