//! An audit that was made before: the same repository, options and program give the same one all day.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::change::ChangeOptions;
use super::error::AuditError;
use super::options::{AuditOptions, CacheMode, Progress};
use super::outcome::AuditOutcome;
use crate::cache::{Cache, Key, KeyBuilder};
use crate::history::overlay::OverlayEntry;
use crate::history::{Overlay, Repository};
use crate::report::json::v1;
use crate::triage::Triaged;

/// What is kept of an audit: all of it, but the questions of a judge.
#[derive(Serialize, Deserialize)]
struct Kept<A, T, W> {
    audit: A,
    triaged: T,
    warnings: W,
}

/// The audit of `own` that was made before, or else the one that `make` makes, which is kept. `kind` tells
/// audits apart that are asked for alike and made in different ways.
pub(super) fn or_else(
    kind: &str,
    options: &AuditOptions,
    change: Option<&ChangeOptions>,
    progress: &dyn Progress,
    own: Option<Repository>,
    make: impl FnOnce(Option<Repository>) -> Result<AuditOutcome, AuditError>,
) -> Result<AuditOutcome, AuditError> {
    let now = options.now.unwrap_or_else(Utc::now);
    let warn = |message: &str| progress.warn(message);
    let cache = match &options.cache {
        CacheMode::Off => return make(own),
        CacheMode::Dir(folder) => Cache::open(folder, options.config.cache.max, &warn),
    };
    let key = own.as_ref().filter(|_| cache.is_on()).and_then(|own| key(kind, options, change, own, now));
    let Some(key) = key else { return make(own) };
    if let Some(kept) = cache.get(&key)
        && let Ok(Kept { audit, triaged, warnings }) = serde_json::from_slice(&kept)
    {
        return Ok(renewed(AuditOutcome { audit, triaged, warnings, questions: Vec::new() }, now));
    }
    let made = make(own)?;
    let kept: Kept<&v1::Audit, &Triaged, &Vec<String>> =
        Kept { audit: &made.audit, triaged: &made.triaged, warnings: &made.warnings };
    if let Ok(bytes) = serde_json::to_vec(&kept) {
        cache.put(&key, &bytes);
    }
    Ok(made)
}

/// An audit as it is at `now`, later or earlier on the same day.
fn renewed(mut outcome: AuditOutcome, now: DateTime<Utc>) -> AuditOutcome {
    let before = std::mem::replace(&mut outcome.audit.now, now);
    // What is not committed was edited now.
    let renew = |edit: &mut Option<v1::Edit>| {
        if let Some(edit) = edit.as_mut().filter(|e| e.commit.is_none() && e.date == before) {
            edit.date = now;
        }
    };
    for document in &mut outcome.audit.documents {
        renew(&mut document.last_edited);
        document.sections.iter_mut().for_each(|s| renew(&mut s.last_edited));
    }
    outcome
}

/// Names everything that an audit depends on. None where that is more than one repository, or a model's
/// answers.
fn key(
    kind: &str,
    options: &AuditOptions,
    change: Option<&ChangeOptions>,
    repository: &Repository,
    now: DateTime<Utc>,
) -> Option<Key> {
    if !options.config.sources.is_empty() || !options.config.systems.is_empty() || options.judge.is_some() {
        return None;
    }
    // Whatever is added to the options is a part of the key, unless it is named here.
    let asked = AuditOptions {
        root: PathBuf::new(),
        now: None,
        jobs: 0,
        cache: CacheMode::Off,
        baseline: None,
        reviews: None,
        ..options.clone()
    };
    // A change is named by its commits, whatever branch leads to them today.
    let base = change.map(|change| repository.resolve(&change.base)).transpose().ok()?;
    // What is wrong with the index is said by the audit itself.
    let overlay = Overlay::load(repository).ok()?;
    let mut key =
        KeyBuilder::new("audit").part(kind.as_bytes()).part(format!("{asked:?} {change:?} {base:?}").as_bytes());
    for file in [&options.baseline, &options.reviews] {
        let content = file.as_deref().map(fs::read).transpose().ok()?;
        key = key.part(&[u8::from(content.is_some())]).part(&content.unwrap_or_default());
    }
    key = key.part(now.date_naive().to_string().as_bytes());
    if !options.config.versions.is_empty() {
        // A release may be told by a branch, which moves.
        for branches in ["refs/heads", "refs/remotes"] {
            key = key.part(&references(repository.common_dir(), branches));
        }
    }
    Some(state(key, repository, &overlay).finish())
}

/// Adds what an audit reads of the repository and the work tree.
fn state(mut key: KeyBuilder, repository: &Repository, overlay: &Overlay) -> KeyBuilder {
    key = key.part(repository.head().as_bytes());
    key = key.part(repository.root().file_name().unwrap_or_default().as_encoded_bytes());
    key = key.part(format!("{:?}", repository.remote_urls()).as_bytes());
    // What cuts the history off, joins it, or names places in it.
    let common = repository.common_dir();
    for file in ["shallow", "info/grafts"] {
        key = key.part(&fs::read(common.join(file)).unwrap_or_default());
    }
    key = key.part(&references(common, "refs/tags"));
    key = key.part(&[u8::from(repository.is_checked_out())]);
    for (path, entry) in overlay.entries() {
        key = key.part(path.as_bytes());
        key = match entry {
            OverlayEntry::Content { bytes, mode } => key.part(format!("{mode:?}").as_bytes()).part(bytes),
            OverlayEntry::Deleted => key.part(b"deleted"),
            OverlayEntry::PageMissing => key.part(b"missing"),
        };
    }
    key.part(format!("{:?}", overlay.left_out()).as_bytes())
}

/// What the repository has below `refs/tags` and its like, as it keeps it: packed ones by their lines, others by
/// their files.
fn references(common: &Path, below: &str) -> Vec<u8> {
    let packed_one = format!(" {below}/");
    let packed = fs::read(common.join("packed-refs")).unwrap_or_default();
    let mut all = Vec::new();
    // A line with `^` tells what the tag above it leads to.
    for line in packed.split(|&b| b == b'\n') {
        if line.starts_with(b"^") || memchr::memmem::find(line, packed_one.as_bytes()).is_some() {
            all.extend_from_slice(line);
            all.push(b'\n');
        }
    }
    let mut files = Vec::new();
    let mut folders = vec![common.join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => files.push(entry.path()),
            }
        }
    }
    files.sort();
    for file in files {
        all.extend_from_slice(file.strip_prefix(common).unwrap_or(&file).as_os_str().as_encoded_bytes());
        all.push(0);
        all.extend_from_slice(&fs::read(&file).unwrap_or_default());
    }
    all
}
