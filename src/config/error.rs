//! What can be wrong with a configuration.

use std::fmt;
use std::path::PathBuf;

/// A place in a configuration file, as editors understand it: `file:line:column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user gave it.
    pub file: PathBuf,
    /// Line from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the configuration {} could not be read: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// It is no regular file, too large, or a link that leads out of the audited repository.
    #[error("the configuration {} was not read: {reason}", file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// A key, a value or the syntax is wrong.
    #[error("{place}: {message}")]
    Invalid {
        /// Where.
        place: Place,
        /// What is wrong.
        message: String,
        /// What was probably meant, or what is allowed.
        hint: Option<String>,
    },
}

impl ConfigError {
    /// What to do about it, in a line.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Invalid { hint, .. } => hint.as_deref(),
            Self::Read { .. } | Self::Refused { .. } => None,
        }
    }
}
