//! `[cache]`: how large the cache file may grow.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::text::Source;

/// The cache file's name in the cache folder.
pub const FILE_NAME: &str = "cache.sqlite3";

/// The size of the cache file beyond which the least recently used entries go: 2 GiB.
pub const DEFAULT_MAX: u64 = 2 << 30;

/// The cache file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCache {
    /// The size that it may have, such as `"500MB"` or `"2GiB"` (the default). `"0"` keeps nothing.
    #[schemars(with = "Option<String>", regex(pattern = r"^\s*[0-9]+\s*([kKmMgGtT]i?)?[bB]?\s*$"))]
    pub max: Option<Spanned<String>>,
}

/// The cache file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheConfig {
    /// The size in bytes that it may have.
    pub max: u64,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self { max: DEFAULT_MAX }
    }
}

impl CacheConfig {
    pub(super) fn resolve(raw: RawCache, source: &Source<'_>) -> Result<Self, ConfigError> {
        let Some(max) = raw.max else { return Ok(Self::default()) };
        match parse_size(max.get_ref()) {
            Some(bytes) => Ok(Self { max: bytes }),
            None => {
                let hint = "a whole number and a unit, such as `500MB` or `2GiB`".to_owned();
                Err(source.error(&max.span(), format!("`{}` is no size", max.get_ref()), Some(hint)))
            }
        }
    }
}

/// A size in bytes from a whole number and a unit: none or `B`, `kB`, `MB`, `GB`, `TB` (powers of
/// 1000), `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024); `K`, `M`, `G`, `T` mean the latter.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let factor = match text.get(digits..)?.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "k" | "ki" | "kib" => 1 << 10,
        "m" | "mi" | "mib" => 1 << 20,
        "g" | "gi" | "gib" => 1 << 30,
        "t" | "ti" | "tib" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(factor)
}
