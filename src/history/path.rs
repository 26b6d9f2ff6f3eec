//! Paths as git stores them: bytes with `/` between the parts.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A path from the repository's root. Not necessarily UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    /// A path from its bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(Arc::from(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last part.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        match memchr::memrchr(b'/', &self.0) {
            Some(at) => &self.0[at + 1..],
            None => &self.0,
        }
    }

    /// What stands before the last `/`; empty at the root.
    #[must_use]
    pub fn parent(&self) -> &[u8] {
        memchr::memrchr(b'/', &self.0).map_or(&[], |at| &self.0[..at])
    }

    /// The last part's suffix behind its last dot, if it has one.
    #[must_use]
    pub fn extension(&self) -> Option<&[u8]> {
        let name = self.name();
        memchr::memrchr(b'.', name).filter(|&at| at > 0).map(|at| &name[at + 1..])
    }

    /// The path for people and reports: bytes that are not UTF-8, control characters and the
    /// backslash as `\xNN`. Two different paths never look the same.
    #[must_use]
    pub fn display(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(s) if !s.chars().any(|c| c.is_control() || c == '\\') => Cow::Borrowed(s),
            _ => {
                let mut out = String::new();
                for chunk in self.0.utf8_chunks() {
                    for c in chunk.valid().chars() {
                        if c.is_control() || c == '\\' {
                            let mut buffer = [0; 4];
                            for b in c.encode_utf8(&mut buffer).bytes() {
                                out.push_str(&format!("\\x{b:02x}"));
                            }
                        } else {
                            out.push(c);
                        }
                    }
                    for b in chunk.invalid() {
                        out.push_str(&format!("\\x{b:02x}"));
                    }
                }
                Cow::Owned(out)
            }
        }
    }
}

impl From<&str> for RepoPath {
    fn from(path: &str) -> Self {
        Self::new(path.as_bytes())
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.display())
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}
