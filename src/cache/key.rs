//! Keys: hashes of everything that a fact depends on.

use sha2::{Digest, Sha256};

/// The version of what finds facts: a hash of the program's sources and rules.
pub const VERSION: &str = env!("SHELFLIFE_FACTS");

/// The key of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 32]);

/// Hashes what a fact depends on, part by part. Each part goes in with its length, so that no two lists
/// of parts are the same bytes.
pub struct KeyBuilder(Sha256);

impl KeyBuilder {
    /// A key of the facts called `kind`, found by this version of the program.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        Self(Sha256::new()).part(VERSION.as_bytes()).part(kind.as_bytes())
    }

    /// A key of what no version of the program finds otherwise: what was asked of others, by the question.
    #[must_use]
    pub fn lasting(kind: &str) -> Self {
        Self(Sha256::new()).part(b"").part(kind.as_bytes())
    }

    /// Adds something that the fact depends on.
    #[must_use]
    pub fn part(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// The key.
    #[must_use]
    pub fn finish(self) -> Key {
        Key(self.0.finalize().into())
    }
}
