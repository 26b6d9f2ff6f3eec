//! From a file to a [`Config`].

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use toml::de::DeTable;

use super::error::ConfigError;
use super::raw::RawConfig;
use super::rules::RuleSpec;
use super::text::Source;
use super::{
    CacheConfig, Config, DocumentsConfig, ExportConfig, FILE_NAME, JudgeConfig, PolicyConfig, RunConfig, SourceConfig,
    SystemConfig, VersionConfig,
};
use super::{hint, rules, run, system, trust};

/// No configuration that a person writes is larger than this many bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Who chose a configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The user named it.
    Given,
    /// It lay in the audited repository.
    Found,
}

/// A configuration and what was ignored in it.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// One line each, for stderr.
    pub warnings: Vec<String>,
}

/// The configuration of the repository whose work tree is at `root`; the defaults where it has no
/// file. Looks at `root` alone, never above it.
///
/// # Errors
/// Where there is a file that can't be read or is wrong.
pub fn find(root: &Path, known: &[RuleSpec]) -> Result<Loaded, ConfigError> {
    let file = root.join(FILE_NAME);
    match file.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Loaded::default()),
        // What stands outside must not be shown in an error message of ours.
        Ok(meta) if meta.is_symlink() => {
            let target = file.canonicalize().map_err(|source| ConfigError::Read { file: file.clone(), source })?;
            let inside = root.canonicalize().is_ok_and(|root| target.starts_with(root));
            if !inside {
                let reason = "it is a link that leads out of the repository".to_owned();
                return Err(ConfigError::Refused { file, reason });
            }
        }
        _ => {}
    }
    load(&file, Origin::Found, known)
}

/// The configuration in `file`.
///
/// # Errors
/// Where it can't be read or is wrong.
pub fn load(file: &Path, origin: Origin, known: &[RuleSpec]) -> Result<Loaded, ConfigError> {
    parse_bytes(read(file)?, file, origin, known)
}

fn read(file: &Path) -> Result<Vec<u8>, ConfigError> {
    let unreadable = |source| ConfigError::Read { file: file.to_owned(), source };
    let refused = |reason: &str| ConfigError::Refused { file: file.to_owned(), reason: reason.to_owned() };
    // Before opening: to open a pipe is to wait for its writer.
    let meta = file.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(refused("it is no regular file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(file).and_then(|open| open.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

/// The configuration in `bytes`, which are the content of `file`.
///
/// # Errors
/// Where it is wrong, with line and column.
pub fn parse_bytes(bytes: Vec<u8>, file: &Path, origin: Origin, known: &[RuleSpec]) -> Result<Loaded, ConfigError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ConfigError::Refused { file: file.to_owned(), reason: "it is larger than 1 MiB".to_owned() });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let start = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        Source::new(file, &start).error(&(valid..valid), "the file is not UTF-8 from here on", None)
    })?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(&text), file, origin, known)
}

/// The configuration in `text`, which is the content of `file`. `known` are the rules that there
/// are.
///
/// # Errors
/// Where it is wrong, with line and column.
pub fn parse(text: &str, file: &Path, origin: Origin, known: &[RuleSpec]) -> Result<Loaded, ConfigError> {
    let source = Source::new(file, text);
    let wrong = |error: toml::de::Error| {
        let message = error.message();
        let hint = hint::for_serde(message);
        source.error(&error.span().unwrap_or(0..0), hint::plain_words(message), hint)
    };
    let mut table = DeTable::parse(text).map_err(wrong)?;
    let warnings = match origin {
        Origin::Found => trust::strip(&mut table, &source),
        Origin::Given => Vec::new(),
    };
    let raw = <RawConfig as serde::Deserialize>::deserialize(toml::Deserializer::from(table)).map_err(wrong)?;
    Ok(Loaded { config: resolve(raw, origin, known, &source)?, warnings })
}

fn resolve(raw: RawConfig, origin: Origin, known: &[RuleSpec], source: &Source<'_>) -> Result<Config, ConfigError> {
    Ok(Config {
        file: Some(source.file().to_owned()),
        run: RunConfig {
            min_confidence: raw.min_confidence,
            fail_on: raw.fail_on,
            baseline: raw.baseline.map(|path| beside(&path, origin, source)).transpose()?,
            jobs: raw.jobs.map(|jobs| run::jobs(&jobs, source)).transpose()?,
        },
        documents: DocumentsConfig::resolve(raw.documents.unwrap_or_default(), source)?,
        rules: rules::resolve(raw.rules.unwrap_or_default(), known, source)?,
        cache: CacheConfig::resolve(raw.cache.unwrap_or_default(), source)?,
        versions: raw
            .version
            .unwrap_or_default()
            .iter()
            .map(|version| VersionConfig::resolve(version, source))
            .collect::<Result<_, _>>()?,
        sources: raw
            .source
            .unwrap_or_default()
            .iter()
            .map(|raw| SourceConfig::resolve(raw, source))
            .collect::<Result<_, _>>()?,
        systems: SystemConfig::resolve_all(&raw.system.unwrap_or_default(), source)?,
        bots: system::names(&raw.bots.unwrap_or_default(), source)?,
        export: ExportConfig::resolve(raw.export.unwrap_or_default(), source)?,
        policy: PolicyConfig::resolve(raw.policy.unwrap_or_default(), source)?,
        judge: JudgeConfig::resolve(raw.judge.unwrap_or_default(), source)?,
    })
}

/// A path that is written relative to the file it stands in. A found file may name only what lies
/// beside or below it.
fn beside(path: &toml::Spanned<String>, origin: Origin, source: &Source<'_>) -> Result<PathBuf, ConfigError> {
    let written = Path::new(path.get_ref());
    let below = written.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if path.get_ref().is_empty() || (origin == Origin::Found && !below) {
        let hint = "a path within the repository, such as `.shelflife/baseline.json`".to_owned();
        let message = format!("`{}` leads out of the repository", path.get_ref());
        return Err(source.error(&path.span(), message, Some(hint)));
    }
    Ok(source.file().parent().unwrap_or(Path::new("")).join(written))
}
