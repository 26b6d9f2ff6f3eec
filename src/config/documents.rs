//! `[documents]`: which pages are audited.

use globset::{Glob, GlobBuilder};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::error::ConfigError;
use super::text::Source;

/// Which pages are audited, by globs over paths from the repository's root.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDocuments {
    /// Pages to audit besides those that look like documentation: `["handbook/**/*.txt"]`.
    #[schemars(with = "Option<Vec<String>>")]
    pub include: Option<Vec<Spanned<String>>>,
    /// Pages to leave out, whatever else says to take them: `["docs/archive/**"]`.
    #[schemars(with = "Option<Vec<String>>")]
    pub exclude: Option<Vec<Spanned<String>>>,
}

/// Which pages are audited; the globs are known to be valid.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentsConfig {
    /// Audited besides those that look like documentation.
    pub include: Vec<Glob>,
    /// Left out, whatever else says to take them.
    pub exclude: Vec<Glob>,
}

impl DocumentsConfig {
    pub(super) fn resolve(raw: RawDocuments, source: &Source<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            include: globs(raw.include.unwrap_or_default(), source)?,
            exclude: globs(raw.exclude.unwrap_or_default(), source)?,
        })
    }
}

fn globs(raw: Vec<Spanned<String>>, source: &Source<'_>) -> Result<Vec<Glob>, ConfigError> {
    raw.iter().map(|pattern| glob(pattern, source)).collect()
}

/// A glob over a path from the root: `*` stays within a folder, `**` does not, and a pattern that
/// ends in `/` means all below that folder.
pub(super) fn glob(pattern: &Spanned<String>, source: &Source<'_>) -> Result<Glob, ConfigError> {
    let written = pattern.get_ref();
    if written.trim().is_empty() {
        return Err(source.error(&pattern.span(), "an empty pattern matches nothing", None));
    }
    let trimmed = written.strip_prefix("./").unwrap_or(written);
    if trimmed.starts_with('/') || trimmed.split('/').any(|part| part == "..") {
        let hint = "patterns are relative to the repository's root, such as `docs/**`".to_owned();
        return Err(source.error(&pattern.span(), format!("`{written}` leads out of the repository"), Some(hint)));
    }
    let whole = if trimmed.ends_with('/') { format!("{trimmed}**") } else { trimmed.to_owned() };
    GlobBuilder::new(&whole)
        .literal_separator(true)
        .build()
        .map_err(|e| source.error(&pattern.span(), format!("`{written}` is no valid pattern: {}", e.kind()), None))
}
