//! Known that were given before, in the file that is kept between runs.
//!
//! An answer is kept by the hash of its request: model, version of the prompt, statement and evidence. That
//! says all that it depends on, so it serves later versions of the program too. Only what a model answered
//! in good form is kept, never a failure.

use serde::{Deserialize, Serialize};

use crate::cache::{Cache, Key, KeyBuilder};

/// The answers in the cache.
pub struct Known<'c> {
    cache: Cache<'c>,
}

impl std::fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known")
    }
}

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What the model wrote.
    pub text: String,
    /// The model that the server named.
    pub model: Option<String>,
}

impl<'c> Known<'c> {
    /// The answers in `cache`.
    #[must_use]
    pub fn new(cache: Cache<'c>) -> Self {
        Self { cache }
    }

    /// The answer to the request called `id`. What can't be read was never kept.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Kept> {
        serde_json::from_slice(&self.cache.get(&key(id))?).ok()
    }

    /// Keeps an answer. A file that can't be written to is no reason for a run to fail.
    pub fn put(&self, id: &str, kept: &Kept) {
        if let Ok(bytes) = serde_json::to_vec(kept) {
            self.cache.put(&key(id), &bytes);
        }
    }
}

fn key(id: &str) -> Key {
    KeyBuilder::lasting("answer of a judge").part(id.as_bytes()).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stay_from_run_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let kept = |text: &str| Kept { text: text.into(), model: Some("m".into()) };
        let warn = |message: &str| panic!("{message}");
        let open = || Known::new(Cache::open(folder.path(), 1 << 20, &warn));
        open().put("a", &kept("1"));
        open().put("a", &kept("2"));
        assert_eq!(open().get("a"), Some(kept("2")));
        assert_eq!(open().get("b"), None);
        let off = Known::new(Cache::open(folder.path(), 0, &warn));
        off.put("a", &kept("3"));
        assert_eq!((off.get("a"), open().get("a")), (None, Some(kept("2"))));
    }
}
