//! Answers that were given before, in a small file of their own in the cache folder.
//!
//! An answer is kept by the hash of its request: model, version of the prompt, statement and evidence.
//! Only what a model answered in good form is kept, never a failure. Deleting the file is always safe.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

/// The file's name in the cache folder.
pub const FILE_NAME: &str = "judge.sqlite";
/// Answers that are kept; the least recently used go.
const MOST: u32 = 50_000;
/// Raised where the table changes.
const VERSION: u32 = 1;

/// Why answers can't be kept.
#[derive(Debug, thiserror::Error)]
#[error("answers of the judge can't be kept in {}: {message}", path.display())]
pub struct CacheError {
    /// The file.
    pub path: PathBuf,
    /// The system's words.
    pub message: String,
}

/// The file of answers.
pub struct Cache {
    connection: Mutex<Connection>,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cache")
    }
}

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What the model wrote.
    pub text: String,
    /// The model that the server named.
    pub model: Option<String>,
}

impl Cache {
    /// Opens, or makes, the file in `folder`. A file that is damaged, or of another version, is begun anew.
    ///
    /// # Errors
    /// Where that can't be done.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let path = folder.join(FILE_NAME);
        let failed = |message: String| CacheError { path: path.clone(), message };
        std::fs::create_dir_all(folder).map_err(|e| failed(e.to_string()))?;
        private(&path).map_err(|e| failed(e.to_string()))?;
        match Self::connect(&path) {
            Ok(connection) => Ok(Self { connection: Mutex::new(connection) }),
            Err(e) if is_damaged(&e) => {
                std::fs::remove_file(&path).map_err(|e| failed(e.to_string()))?;
                private(&path).map_err(|e| failed(e.to_string()))?;
                let connection = Self::connect(&path).map_err(|e| failed(e.to_string()))?;
                Ok(Self { connection: Mutex::new(connection) })
            }
            Err(e) => Err(failed(e.to_string())),
        }
    }

    fn connect(path: &Path) -> rusqlite::Result<Connection> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version != VERSION {
            connection.execute_batch("DROP TABLE IF EXISTS answer")?;
        }
        connection.execute_batch(&format!(
            "PRAGMA user_version = {VERSION};
             CREATE TABLE IF NOT EXISTS answer (
               request TEXT PRIMARY KEY, text TEXT NOT NULL, model TEXT, used INTEGER NOT NULL
             ) WITHOUT ROWID;
             CREATE INDEX IF NOT EXISTS answer_used ON answer (used);"
        ))?;
        Ok(connection)
    }

    fn connection(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to the request called `id`. What can't be read was never kept.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Kept> {
        let connection = self.connection();
        let read = |row: &rusqlite::Row<'_>| Ok(Kept { text: row.get(0)?, model: row.get(1)? });
        let kept = connection
            .query_row("SELECT text, model FROM answer WHERE request = ?1", params![id], read)
            .optional()
            .ok()
            .flatten()?;
        // Two runs that read at once lose nothing by this failing.
        let _ = connection.execute("UPDATE answer SET used = ?2 WHERE request = ?1", params![id, clock()]);
        Some(kept)
    }

    /// Keeps an answer. A file that can't be written to is no reason for a run to fail.
    pub fn put(&self, id: &str, kept: &Kept) {
        let connection = self.connection();
        let sql = "INSERT OR REPLACE INTO answer (request, text, model, used) VALUES (?1, ?2, ?3, ?4)";
        let _ = connection.execute(sql, params![id, kept.text, kept.model, clock()]);
    }

    /// Lets the least recently used answers go.
    pub fn trim(&self) {
        let sql =
            "DELETE FROM answer WHERE request IN (SELECT request FROM answer ORDER BY used DESC LIMIT -1 OFFSET ?1)";
        let _ = self.connection().execute(sql, params![MOST]);
    }
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt))
}

/// When an answer was last used orders the table and decides nothing else, so it may be the real time.
fn clock() -> i64 {
    chrono::Utc::now().timestamp()
}

/// Makes the file, readable by its owner only: it holds parts of pages and code.
fn private(path: &Path) -> std::io::Result<()> {
    let mut open = std::fs::OpenOptions::new();
    open.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        open.mode(0o600);
        let file = open.open(path)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))
    }
    #[cfg(not(unix))]
    open.open(path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Kept {
        Kept { text: text.into(), model: None }
    }

    #[test]
    fn answers_stay_from_run_to_run_and_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("deep/er")).unwrap();
        cache.put("a", &kept("1"));
        cache.put("a", &kept("2"));
        drop(cache);
        let cache = Cache::open(&folder.path().join("deep/er")).unwrap();
        assert_eq!(cache.get("a"), Some(kept("2")));
        assert_eq!(cache.get("b"), None);
        cache.trim();
        assert_eq!(cache.get("a"), Some(kept("2")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("deep/er").join(FILE_NAME)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join(FILE_NAME),
            "no database, but long enough to be looked at as one\n".repeat(50),
        )
        .unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        cache.put("a", &kept("1"));
        assert_eq!(cache.get("a"), Some(kept("1")));
    }
}
