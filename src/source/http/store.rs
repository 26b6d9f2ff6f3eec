//! What was downloaded, kept in the cache folder: so that what has not changed is not downloaded again.
//!
//! Entries stand in a space (one for each kind of thing) under a key, with a tag that says which
//! state of the thing they are: an `ETag`, a time of last edit. Never a header that we sent. The file
//! may be deleted at any time, and two runs may use it at once.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

/// The file's name in the cache folder.
pub const FILE_NAME: &str = "sources.sqlite3";

/// Changed whenever the meaning of what is kept changes: older files are emptied.
const VERSION: i64 = 1;

/// How long to wait for another run's write.
const BUSY: Duration = Duration::from_secs(5);

/// Why the file can't be used; the run goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or the file can't be made.
    #[error("the cache {file} could not be opened: {source}")]
    File {
        /// The file.
        file: String,
        /// The system's word.
        source: std::io::Error,
    },
    /// The database refused.
    #[error("the cache {file} could not be used: {source}")]
    Database {
        /// The file.
        file: String,
        /// Its word.
        source: rusqlite::Error,
    },
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which state of the thing it is.
    pub tag: String,
    /// The thing.
    pub body: Vec<u8>,
}

/// The store. Reading and writing never fail a run: what can't be read isn't there.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// The store in `folder`, made if it isn't there; readable by its owner alone. Least recently used
    /// entries beyond `max` bytes go.
    ///
    /// # Errors
    /// Where folder or file can't be made, or the file is no database.
    pub fn open(folder: &Path, max: u64) -> Result<Self, StoreError> {
        let file = folder.join(FILE_NAME);
        let name = file.display().to_string();
        let broken = |source| StoreError::File { file: name.clone(), source };
        std::fs::create_dir_all(folder).map_err(broken)?;
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        options.open(&file).map_err(broken)?;
        let connection =
            Connection::open(&file).map_err(|source| StoreError::Database { file: name.clone(), source })?;
        Self::prepare(connection, max).map_err(|source| StoreError::Database { file: name, source })
    }

    /// A store that lives as long as the process.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn in_memory() -> Result<Self, StoreError> {
        let broken = |source| StoreError::Database { file: "in memory".to_owned(), source };
        Connection::open_in_memory().and_then(|c| Self::prepare(c, u64::MAX)).map_err(broken)
    }

    fn prepare(connection: Connection, max: u64) -> rusqlite::Result<Self> {
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version != VERSION {
            connection.execute_batch("DROP TABLE IF EXISTS kept")?;
            connection.pragma_update(None, "user_version", VERSION)?;
        }
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS kept (space TEXT NOT NULL, key TEXT NOT NULL, tag TEXT NOT NULL,
               body BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID;
             CREATE INDEX IF NOT EXISTS kept_used ON kept (used)",
        )?;
        let store = Self { connection: Mutex::new(connection) };
        store.shrink(max)?;
        Ok(store)
    }

    /// The entry `key` of `space`.
    #[must_use]
    pub fn get(&self, space: &str, key: &str) -> Option<Kept> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let found = connection
            .prepare_cached("SELECT tag, body FROM kept WHERE space = ?1 AND key = ?2")
            .and_then(|mut statement| {
                let kept = |row: &rusqlite::Row<'_>| Ok(Kept { tag: row.get(0)?, body: row.get(1)? });
                statement.query_row(params![space, key], kept).optional()
            })
            .ok()
            .flatten()?;
        let _ = connection
            .prepare_cached(
                "UPDATE kept SET used = unixepoch() WHERE space = ?1 AND key = ?2 AND used < unixepoch() - 3600",
            )
            .and_then(|mut statement| statement.execute(params![space, key]));
        Some(found)
    }

    /// Keeps an entry in the place of an older one.
    pub fn put(&self, space: &str, key: &str, tag: &str, body: &[u8]) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = connection
            .prepare_cached(
                "INSERT OR REPLACE INTO kept (space, key, tag, body, used) VALUES (?1, ?2, ?3, ?4, unixepoch())",
            )
            .and_then(|mut statement| statement.execute(params![space, key, tag, body]));
    }

    /// Forgets an entry.
    pub fn remove(&self, space: &str, key: &str) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = connection.execute("DELETE FROM kept WHERE space = ?1 AND key = ?2", params![space, key]);
    }

    fn shrink(&self, max: u64) -> rusqlite::Result<()> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let size: i64 =
            connection.query_row("SELECT coalesce(sum(length(body)), 0) FROM kept", [], |row| row.get(0))?;
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        if size <= max {
            return Ok(());
        }
        connection.execute(
            "DELETE FROM kept WHERE (space, key) IN (
               SELECT space, key FROM (
                 SELECT space, key, sum(length(body)) OVER (ORDER BY used DESC, space, key) AS held FROM kept)
               WHERE held > ?1)",
            [max],
        )?;
        connection.execute_batch("VACUUM")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_and_replaces_across_runs() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("cache");
        let store = Store::open(&at, u64::MAX).unwrap();
        store.put("a", "k", "1", b"one");
        store.put("b", "k", "1", b"other");
        store.put("a", "k", "2", b"two");
        drop(store);
        let store = Store::open(&at, u64::MAX).unwrap();
        assert_eq!(store.get("a", "k"), Some(Kept { tag: "2".to_owned(), body: b"two".to_vec() }));
        store.remove("a", "k");
        assert_eq!(store.get("a", "k"), None);
        assert!(store.get("b", "k").is_some());
    }

    #[test]
    fn stays_within_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), u64::MAX).unwrap();
        for i in 0..10 {
            store.put("s", &i.to_string(), "", &[0; 100]);
        }
        drop(store);
        let store = Store::open(folder.path(), 350).unwrap();
        assert_eq!((0..10).filter(|i| store.get("s", &i.to_string()).is_some()).count(), 3);
    }

    #[test]
    fn what_is_no_database_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), "no database at all, but some text").unwrap();
        assert!(Store::open(folder.path(), u64::MAX).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let _store = Store::open(folder.path(), u64::MAX).unwrap();
        let mode = folder.path().join(FILE_NAME).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
