//! Pages as files of a root, and nothing else.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Why a page is not a file that can be changed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Its name leads elsewhere.
    #[error("its name is no path within the repository")]
    Outside,
    /// The page, or a folder on the way to it, is a symbolic link.
    #[error("`{0}` is a symbolic link, and pages are changed through none")]
    Link(String),
    /// It is a folder, a device or a pipe.
    #[error("it is not a regular file")]
    NoFile,
    /// The file can't be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The path of a page below the root, from its id, in which bytes that are not UTF-8, control
/// characters and backslashes are written `\xNN`.
pub(super) fn relative(id: &str) -> Result<PathBuf, PlaceError> {
    let bytes = unescape(id).ok_or(PlaceError::Outside)?;
    let mut path = PathBuf::new();
    for part in bytes.split(|&b| b == b'/') {
        let bad = matches!(part, b"" | b"." | b"..") || part.contains(&0) || part.eq_ignore_ascii_case(b".git");
        if bad {
            return Err(PlaceError::Outside);
        }
        path.push(os_name(part).ok_or(PlaceError::Outside)?);
    }
    // A part such as `C:` is a root of its own on some systems.
    if path.is_absolute() || path.components().any(|c| !matches!(c, Component::Normal(_))) {
        return Err(PlaceError::Outside);
    }
    Ok(path)
}

/// Makes sure that the page is a regular file that no link leads to, and gives its full path.
pub(super) fn check(root: &Path, relative: &Path) -> Result<PathBuf, PlaceError> {
    let mut path = root.to_owned();
    let mut parts = relative.components().peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let kind = fs::symlink_metadata(&path)?.file_type();
        if kind.is_symlink() {
            let shown = path.strip_prefix(root).unwrap_or(&path);
            return Err(PlaceError::Link(shown.display().to_string()));
        }
        let right = if parts.peek().is_some() { kind.is_dir() } else { kind.is_file() };
        if !right {
            return Err(PlaceError::NoFile);
        }
    }
    Ok(path)
}

fn unescape(id: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(id.len());
    let mut rest = id;
    while let Some((before, after)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        let digits = after.strip_prefix('x').and_then(|digits| digits.get(..2))?;
        out.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after.get(3..)?;
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}

#[cfg(unix)]
fn os_name(bytes: &[u8]) -> Option<std::ffi::OsString> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(bytes).to_owned())
}

#[cfg(not(unix))]
fn os_name(bytes: &[u8]) -> Option<std::ffi::OsString> {
    std::str::from_utf8(bytes).ok().map(Into::into)
}

/// The bytes of a path with `/` between its parts.
pub(super) fn slashed(relative: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    for part in relative.components() {
        if !out.is_empty() {
            out.push(b'/');
        }
        out.extend_from_slice(part.as_os_str().as_encoded_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for id in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "./a",
            ".git/config",
            "a/.GIT/hooks",
            "a\\x00b",
            "a\\b",
            "a\\x日",
        ] {
            assert!(relative(id).is_err(), "{id}");
        }
        assert_eq!(slashed(&relative("docs/日本.md").unwrap()), "docs/日本.md".as_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn escaped_bytes_are_the_file_s_own() {
        assert_eq!(slashed(&relative("docs/caf\\xe9 \\x5c.md").unwrap()), b"docs/caf\xe9 \\.md");
    }
}
