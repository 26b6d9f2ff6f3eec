//! What this system tells of files, in git's terms.
//!
//! Git's names are bytes. Unix's are too; elsewhere they are text, and one that is no UTF-8 is looked for under
//! the name that is nearest, where nothing is.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::PathBuf;

/// What git notes of a file to see that it is the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Noted {
    /// Last written, in seconds and nanoseconds.
    pub(super) mtime: (i64, i64),
    /// Last changed in any way; none where the system tells no such time.
    pub(super) ctime: Option<(i64, i64)>,
    /// Its number in the file system; none where the system gives none.
    pub(super) inode: Option<u64>,
    /// Whether its owner may run it; never where the system knows no such thing.
    pub(super) executable: bool,
}

#[cfg(unix)]
impl Noted {
    pub(super) fn of(found: &Metadata) -> Self {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        Self {
            mtime: (found.mtime(), found.mtime_nsec()),
            ctime: Some((found.ctime(), found.ctime_nsec())),
            inode: Some(found.ino()),
            executable: found.permissions().mode() & 0o100 != 0,
        }
    }
}

#[cfg(not(unix))]
impl Noted {
    pub(super) fn of(found: &Metadata) -> Self {
        let since = found.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let mtime = since.map(|since| (i64::try_from(since.as_secs()).unwrap_or(0), i64::from(since.subsec_nanos())));
        Self { mtime: mtime.unwrap_or_default(), ..Self::default() }
    }
}

/// The path that git calls `name`, from the root of the work tree.
#[cfg(unix)]
pub(crate) fn path(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(name))
}

/// The path that git calls `name`, from the root of the work tree.
#[cfg(not(unix))]
pub(crate) fn path(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}

/// What git calls the path `place`, which begins below the root.
#[cfg(unix)]
pub(crate) fn name(place: &OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    place.as_bytes().to_vec()
}

/// What git calls the path `place`, which begins below the root.
#[cfg(not(unix))]
pub(crate) fn name(place: &OsStr) -> Vec<u8> {
    place.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_to_paths_and_back() {
        for named in [&b"docs/a b.md"[..], "日本語.md".as_bytes()] {
            assert_eq!(name(path(named).as_os_str()), named);
        }
    }
}
