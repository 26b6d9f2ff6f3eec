//! The baseline: findings that a project knows of and has put off, by fingerprint.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{HiddenBy, Triaged};
use crate::finding::{Finding, Fingerprint};

/// The version of the file's form.
const VERSION: u32 = 1;

/// Findings to hide. Survives edits elsewhere in a page and renames of it, as fingerprints do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    entries: BTreeMap<Fingerprint, Entry>,
}

/// One finding of a baseline. Only the fingerprint decides; the rest is for the person who reads
/// the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The page's name when the baseline was written.
    pub document: String,
    /// The rule's id.
    pub rule: String,
    /// What the finding is about.
    pub subject: String,
    /// Its name across runs.
    pub fingerprint: Fingerprint,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Why a baseline can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is no JSON of the right form.
    #[error("the baseline {path} is not valid: {source}; write it anew with --write-baseline")]
    Form {
        /// The file.
        path: String,
        /// What the parser says, with line and column.
        source: serde_json::Error,
    },
    /// Another version of this program wrote it.
    #[error(
        "the baseline {path} has version {found}, this program reads version 1: \
         update the program, or write the baseline anew with --write-baseline"
    )]
    Version {
        /// The file.
        path: String,
        /// What it says.
        found: u32,
    },
    /// A fingerprint is none.
    #[error("the baseline {path} holds `{fingerprint}`, which is no fingerprint (16 hexadecimal digits)")]
    Fingerprint {
        /// The file.
        path: String,
        /// What stands there.
        fingerprint: String,
    },
}

impl Baseline {
    /// A baseline of `findings`.
    pub fn from_findings<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let entries = findings.into_iter().map(|f| {
            let entry = Entry {
                document: f.document.as_str().to_owned(),
                rule: f.rule.to_owned(),
                subject: f.subject.clone(),
                fingerprint: f.fingerprint.clone(),
            };
            (f.fingerprint.clone(), entry)
        });
        Self { entries: entries.collect() }
    }

    /// The baseline that hides all of `triaged`: what is reported, and what the old baseline hid.
    #[must_use]
    pub fn of(triaged: &Triaged) -> Self {
        let hidden = triaged.suppressed.iter().filter(|s| s.by == HiddenBy::Baseline).map(|s| &s.finding);
        Self::from_findings(triaged.findings.iter().chain(hidden))
    }

    /// Reads a baseline from the bytes of its file; `path` is for messages only.
    ///
    /// # Errors
    /// Where it is no JSON of the right form, of another version, or holds what is no fingerprint.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, BaselineError> {
        let form = |source| BaselineError::Form { path: path.to_owned(), source };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let version: Version = serde_json::from_slice(bytes).map_err(form)?;
        if version.version != VERSION {
            return Err(BaselineError::Version { path: path.to_owned(), found: version.version });
        }
        let file: File = serde_json::from_slice(bytes).map_err(form)?;
        let mut entries = BTreeMap::new();
        for entry in file.findings {
            let digits = &entry.fingerprint.0;
            if digits.len() != 16 || !digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
                return Err(BaselineError::Fingerprint { path: path.to_owned(), fingerprint: digits.clone() });
            }
            entries.insert(entry.fingerprint.clone(), entry);
        }
        Ok(Self { entries })
    }

    /// The file's text: JSON, a finding per line so that two branches merge, sorted by page, rule,
    /// subject and fingerprint.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut entries: Vec<&Entry> = self.entries.values().collect();
        entries.sort_unstable();
        let mut out = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (i, entry) in entries.iter().enumerate() {
            out.push_str(if i == 0 { "\n    " } else { ",\n    " });
            // Strings alone, which always serialise.
            out.push_str(&serde_json::to_string(entry).unwrap_or_default());
        }
        out.push_str(if entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        out
    }

    /// Whether it holds a finding of this name.
    #[must_use]
    pub fn holds(&self, fingerprint: &Fingerprint) -> bool {
        self.entries.contains_key(fingerprint)
    }

    /// Its findings, by fingerprint.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// How many it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
