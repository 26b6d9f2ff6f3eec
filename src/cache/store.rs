//! The file: opened with care, read entry by entry, kept within its size.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::key::Key;

/// Says in the file's head that it is ours ("shel").
const APPLICATION: i32 = 0x7368_656c;
/// The form of the tables. A file of another form is replaced.
const FORM: i32 = 1;
/// How long to wait for another run that is writing.
const PATIENCE: Duration = Duration::from_secs(5);
/// An entry that was used within this time is not marked again (seconds): a read should not write.
const FRESH: i64 = 300;
/// To how much of its size the file is cut when it is over it, in percent.
const CUT: u64 = 80;

/// Why the file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or the file can't be made or opened.
    #[error("the cache {} can't be used: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// Something else stands at its place.
    #[error("{} is no cache of this program (`shelflife cache clean` deletes it)", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// What SQLite says.
    #[error("the cache {} can't be used: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Its words.
        source: rusqlite::Error,
    },
}

/// The opened file.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    max: u64,
    /// Whether it can be written.
    writable: bool,
}

impl Store {
    /// Opens the file at `path`, and makes it and its folder where they are missing, for this user alone. A
    /// file of ours that is damaged is replaced by an empty one.
    pub fn open(path: &Path, max: u64) -> Result<Self, StoreError> {
        match Self::try_open(path, max) {
            Err(StoreError::Sqlite { source, .. }) if is_damage(&source) => {
                remove(path)?;
                Self::try_open(path, max)
            }
            other => other,
        }
    }

    fn try_open(path: &Path, max: u64) -> Result<Self, StoreError> {
        let io = |source| StoreError::Io { path: path.to_owned(), source };
        prepare(path).map_err(io)?;
        if !is_ours(path).map_err(io)? {
            return Err(StoreError::Foreign { path: path.to_owned() });
        }
        let sqlite = |source| StoreError::Sqlite { path: path.to_owned(), source };
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
        let mut store = Self { connection, path: path.to_owned(), max, writable: true };
        store.set_up().map_err(sqlite)?;
        Ok(store)
    }

    fn set_up(&mut self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.writable = !self.connection.is_readonly("main")?;
        // A lost or torn write costs an entry, which its checksum tells; waiting for the disk costs every run.
        self.connection.execute_batch(
            "PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;",
        )?;
        if self.number("PRAGMA user_version")? == i64::from(FORM) {
            return Ok(());
        }
        // Another run may be doing the same: the first one wins, the other finds it done.
        self.connection.execute_batch(&format!(
            "PRAGMA auto_vacuum=INCREMENTAL;
             BEGIN IMMEDIATE;
             CREATE TABLE IF NOT EXISTS kept (key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, size INTEGER NOT NULL, value BLOB NOT NULL);
             PRAGMA application_id={APPLICATION};
             PRAGMA user_version={FORM};
             COMMIT;"
        ))
    }

    fn number(&self, query: &str) -> rusqlite::Result<i64> {
        self.connection.query_row(query, [], |row| row.get(0))
    }

    /// Whether anything can be kept.
    pub fn is_usable(&self) -> bool {
        self.writable
    }

    /// The value under `key`; none where there is none, or its bytes are not those that were kept.
    pub fn get(&mut self, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self
            .connection
            .query_row("SELECT rowid, used, value FROM kept WHERE key = ?1", params![key.0.as_slice()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
            })
            .optional();
        let (row, used, mut value) = match row {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => return self.failed(error),
        };
        let Some(length) = value.len().checked_sub(32) else { return Ok(None) };
        if value.get(length..) != Some(checksum(key, value.get(..length).unwrap_or_default()).as_slice()) {
            return Ok(None);
        }
        value.truncate(length);
        let now = now();
        if self.writable && (now - used).abs() > FRESH {
            // Whoever is writing now may go first: the mark is no reason to wait, nor to fail.
            let _ = self.connection.busy_timeout(Duration::ZERO);
            let _ = self.connection.execute("UPDATE kept SET used = ?1 WHERE rowid = ?2", params![now, row]);
            let _ = self.connection.busy_timeout(PATIENCE);
        }
        Ok(Some(value))
    }

    /// Keeps `value` under `key`, and drops what was used least recently where the file grows too large.
    pub fn put(&mut self, key: &Key, value: &[u8]) -> Result<(), StoreError> {
        let size = value.len() as u64 + 200;
        if !self.writable || size > self.max {
            return Ok(());
        }
        match self.try_put(key, value, size) {
            Ok(()) => Ok(()),
            Err(error) => self.failed(error).map(|_: Option<()>| ()),
        }
    }

    fn try_put(&mut self, key: &Key, value: &[u8], size: u64) -> rusqlite::Result<()> {
        let whole = [value, checksum(key, value).as_slice()].concat();
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let max = i64::try_from(self.max).unwrap_or(i64::MAX);
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO kept (key, used, size, value) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO UPDATE SET used = ?2, size = ?3, value = ?4",
            params![key.0.as_slice(), now(), size, whole],
        )?;
        let total: i64 = transaction.query_row("SELECT coalesce(sum(size), 0) FROM kept", [], |row| row.get(0))?;
        let mut dropped = false;
        if total > max {
            let goal = i64::try_from(self.max / 100 * CUT).unwrap_or(max).max(size);
            // The newest that fit together stay.
            transaction.execute(
                "DELETE FROM kept WHERE rowid IN (SELECT rowid FROM
                   (SELECT rowid, key, sum(size) OVER (ORDER BY key = ?2 DESC, used DESC, rowid DESC) AS so_far FROM kept)
                 WHERE so_far > ?1 AND key <> ?2)",
                params![goal, key.0.as_slice()],
            )?;
            dropped = true;
        }
        transaction.commit()?;
        if dropped {
            self.connection.execute_batch("PRAGMA incremental_vacuum;")?;
        }
        Ok(())
    }

    /// What a failure means for the run: a damaged file is removed for the next one.
    fn failed<T>(&mut self, source: rusqlite::Error) -> Result<Option<T>, StoreError> {
        if is_damage(&source) {
            // Others that have it open keep reading what they opened; what they write is lost with it.
            remove(&self.path)?;
        }
        Err(StoreError::Sqlite { path: self.path.clone(), source })
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

fn checksum(key: &Key, value: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key.0).chain_update(value).finalize().into()
}

/// Whether SQLite says that the bytes of the file are no database, or another one than ours.
fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                // Our own statements are right: a table that they don't fit is damaged.
                || failure.code == ErrorCode::Unknown && message.as_deref().is_some_and(|m| m.contains("no such"))
        }
        rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..) => true,
        rusqlite::Error::SqlInputError { .. } => true,
        _ => false,
    }
}

/// Makes the folder and the file, for this user alone.
fn prepare(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    match fs::symlink_metadata(path) {
        Ok(meta) if !meta.is_file() => return Err(io::Error::other("it is no file")),
        Ok(meta) => private(path, &meta),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(path) {
                Ok(_) => {}
                // Another run was quicker.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Takes from others what they may do with the file. (A file that is read-only stays so.)
fn private(path: &Path, meta: &fs::Metadata) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = meta.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            // Where the file is another user's it can't be changed, and holds nothing of ours.
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, meta);
}

/// Whether the file is empty or says in its head that it is ours.
fn is_ours(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    fs::File::open(path)?.take(100).read_to_end(&mut head)?;
    let said = head.get(68..72).map(|id| id == APPLICATION.to_be_bytes());
    // A run that was killed while it made the file left a database without a name.
    let unnamed = head.get(68..72).is_some_and(|id| id == [0; 4]) && head.starts_with(b"SQLite format 3\0");
    Ok(head.is_empty() || said == Some(true) || unnamed && no_tables(path))
}

/// Whether the database holds nothing.
fn no_tables(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    Connection::open_with_flags(path, flags)
        .and_then(|c| c.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)))
        .is_ok_and(|tables| tables == 0)
}

/// Deletes the file and what SQLite keeps beside it.
fn remove(path: &Path) -> Result<(), StoreError> {
    for suffix in ["-journal", "-wal", "-shm", ""] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::Io { path: path.to_owned(), source });
            }
            _ => {}
        }
    }
    Ok(())
}
