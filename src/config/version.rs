//! `[[version]]`: pages of older releases.

use globset::Glob;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::documents::glob;
use super::error::ConfigError;
use super::text::Source;

/// What stands for the release in `docs` and `ref`.
const PLACEHOLDER: &str = "{v}";

/// Pages of older releases: what `{v}` matched in `docs` is put into `ref`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawVersion {
    /// Which pages, with `{v}` for the release: `"versioned_docs/version-{v}/**"`.
    #[schemars(with = "String")]
    pub docs: Spanned<String>,
    /// The tag or branch that they are audited against: `"v{v}"`.
    #[serde(rename = "ref")]
    #[schemars(with = "String")]
    pub reference: Spanned<String>,
}

/// Pages of older releases and what they are audited against.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionConfig {
    /// The pages as written, `{v}` standing for the release.
    pub docs: String,
    /// The same with `*` in the place of `{v}`: whether a page belongs here at all.
    pub glob: Glob,
    /// The tag or branch, `{v}` standing for the release.
    pub reference: String,
}

impl VersionConfig {
    pub(super) fn resolve(raw: &RawVersion, source: &Source<'_>) -> Result<Self, ConfigError> {
        let docs = raw.docs.get_ref();
        if docs.matches(PLACEHOLDER).count() > 1 {
            return Err(source.error(&raw.docs.span(), "`{v}` may stand only once in `docs`", None));
        }
        let reference = raw.reference.get_ref();
        if reference.contains(PLACEHOLDER) && !docs.contains(PLACEHOLDER) {
            let hint = "put `{v}` where the release stands in the path".to_owned();
            return Err(source.error(&raw.docs.span(), "`ref` has a `{v}`, but `docs` has none", Some(hint)));
        }
        // A revision expression or an option would reach further than a name.
        let name = reference.replace(PLACEHOLDER, "0");
        if !git2::Reference::is_valid_name(&format!("refs/tags/{name}")) {
            return Err(source.error(
                &raw.reference.span(),
                format!("`{reference}` is no name of a tag or branch"),
                None,
            ));
        }
        let pattern = Spanned::new(raw.docs.span(), docs.replace(PLACEHOLDER, "*"));
        Ok(Self { docs: docs.clone(), glob: glob(&pattern, source)?, reference: reference.clone() })
    }

    /// The release that `page` belongs to, where it is one of these pages. Empty where `docs` has
    /// no `{v}`.
    #[must_use]
    pub fn release_of<'p>(&self, page: &'p str) -> Option<&'p str> {
        if !self.glob.compile_matcher().is_match(page) {
            return None;
        }
        let Some((before, after)) = self.docs.split_once(PLACEHOLDER) else { return Some("") };
        // Only the rest of the one path part is the release: find that part by its depth.
        let depth = before.matches('/').count();
        let part = page.split('/').nth(depth)?;
        let head = before.rsplit('/').next().unwrap_or("");
        let tail = after.split('/').next().unwrap_or("");
        part.strip_prefix(head)?.strip_suffix(tail).filter(|release| !release.is_empty())
    }

    /// The tag or branch for `release`.
    #[must_use]
    pub fn reference_for(&self, release: &str) -> String {
        self.reference.replace(PLACEHOLDER, release)
    }
}
