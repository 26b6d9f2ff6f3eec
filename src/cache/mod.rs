//! What is kept between runs: one SQLite file in the user's cache folder.
//!
//! Everything in it is a *fact*: a value that depends on nothing but its key, and the key names the
//! program that found it ([`key::VERSION`]). So an entry is never out of date, the file may be deleted at any
//! time, and whatever is wrong with it (damaged, foreign, locked, on a full disk) costs time and no result:
//! the audit goes on without it and says so once.

mod key;
mod store;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

pub use key::{Key, KeyBuilder};
use store::Store;

use crate::config::cache::FILE_NAME;

/// The cache of a run. May be shared between threads.
pub struct Cache<'w> {
    store: Mutex<Option<Store>>,
    warn: &'w (dyn Fn(&str) + Sync),
}

impl<'w> Cache<'w> {
    /// A cache that keeps nothing.
    #[must_use]
    pub fn off(warn: &'w (dyn Fn(&str) + Sync)) -> Self {
        Self { store: Mutex::new(None), warn }
    }

    /// The cache file in `folder`, at most `max` bytes large; nothing is kept where `max` is 0. What is
    /// wrong with it is told to `warn`, once.
    #[must_use]
    pub fn open(folder: &Path, max: u64, warn: &'w (dyn Fn(&str) + Sync)) -> Self {
        if max == 0 {
            return Self::off(warn);
        }
        let store = match Store::open(&folder.join(FILE_NAME), max) {
            Ok(store) => Some(store),
            Err(error) => {
                warn(&format!("nothing is kept between runs: {error}"));
                None
            }
        };
        Self { store: Mutex::new(store), warn }
    }

    /// Whether anything is kept.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.with(|store| Ok(store.is_usable())).unwrap_or(false)
    }

    /// What is kept under `key`.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Vec<u8>> {
        self.with(|store| store.get(key)).flatten()
    }

    /// Keeps `value` under `key`.
    pub fn put(&self, key: &Key, value: &[u8]) {
        self.with(|store| store.put(key, value));
    }

    /// Runs `work` on the file; the first thing that goes wrong ends its use.
    fn with<T>(&self, work: impl FnOnce(&mut Store) -> Result<T, store::StoreError>) -> Option<T> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        match work(store.as_mut()?) {
            Ok(value) => Some(value),
            Err(error) => {
                *store = None;
                (self.warn)(&format!("nothing more is kept between runs: {error}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
