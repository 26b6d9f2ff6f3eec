//! Whether a file on disk is what git would commit as a given blob.
//!
//! Git may have changed the file when it wrote it: line ends, `$Id$`, another encoding, a filter
//! program such as Git LFS. No filter is run here; what the simple ones do is undone, and a file of
//! another filter is left alone.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, ObjectType, Oid};

use crate::history::objects::{Objects, ReadError};

/// The largest pointer that Git LFS writes.
const LARGEST_POINTER: usize = 1024;

/// The id of `bytes` as a blob.
pub(super) fn blob_id(bytes: &[u8]) -> Option<Oid> {
    Oid::hash_object(ObjectType::Blob, bytes).ok()
}

/// Whether `bytes` are the blob `id`, as they are or with `\n` for `\r\n` and `$Id$` for its long form.
pub(super) fn is_blob(bytes: &[u8], id: Oid) -> bool {
    if blob_id(bytes) == Some(id) {
        return true;
    }
    let unix = with_unix_breaks(bytes);
    if unix.as_deref().is_some_and(|unix| blob_id(unix) == Some(id)) {
        return true;
    }
    let plain = without_ident(unix.as_deref().unwrap_or(bytes));
    plain.is_some_and(|plain| blob_id(&plain) == Some(id))
}

/// What a closer look at a changed file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Closer {
    /// It stands for the blob after all.
    Same,
    /// It is another content.
    Changed,
    /// A filter program wrote it, so the disk can't say: the filter's name.
    Filtered(String),
}

/// Looks closer at a file whose bytes are not the blob `id`: Git LFS pointers, breaks the other way
/// round, and what `.gitattributes` say of the path.
pub(super) fn look_closer(
    repository: &git2::Repository,
    objects: &dyn Objects,
    path: &Path,
    bytes: &[u8],
    id: Oid,
) -> Result<Closer, ReadError> {
    let near = bytes.len().saturating_mul(2).saturating_add(LARGEST_POINTER);
    if objects.size(id)? <= near {
        let blob = objects.blob(id)?;
        if lfs_size(&blob) == Some(bytes.len()) {
            return Ok(Closer::Same);
        }
        if with_unix_breaks(&blob).is_some_and(|blob| blob == with_unix_breaks(bytes).as_deref().unwrap_or(bytes)) {
            return Ok(Closer::Same);
        }
    }
    let attribute = |name| repository.get_attr(path, name, AttrCheckFlags::FILE_THEN_INDEX).ok().flatten();
    let word = |value| match AttrValue::from_string(value) {
        AttrValue::String(word) => Some(word.to_owned()),
        _ => None,
    };
    if let Some(filter) = word(attribute("filter")) {
        // A pointer that is changed on disk by hand, and pages that git-lfs has not fetched, are text.
        let pointer = lfs_size(bytes).is_some();
        return Ok(if pointer { Closer::Changed } else { Closer::Filtered(filter) });
    }
    if let Some(label) = word(attribute("working-tree-encoding"))
        && let Some(encoding) = encoding_rs::Encoding::for_label(label.as_bytes())
    {
        let text = encoding.decode(bytes).0;
        if is_blob(text.as_bytes(), id) {
            return Ok(Closer::Same);
        }
    }
    Ok(Closer::Changed)
}

/// `bytes` with `\n` for every `\r\n`; `None` where there is none.
fn with_unix_breaks(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut breaks = memchr::memmem::find_iter(bytes, b"\r\n").peekable();
    breaks.peek()?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in breaks {
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
    Some(out)
}

/// `bytes` with `$Id$` for every `$Id: … $` (the attribute `ident`); `None` where there is none.
fn without_ident(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut marks = memchr::memmem::find_iter(bytes, b"$Id:").peekable();
    marks.peek()?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in marks {
        let rest = &bytes[at + 4..];
        if let Some(end) = memchr::memchr2(b'$', b'\n', rest).filter(|&end| rest[end] == b'$' && at >= from) {
            out.extend_from_slice(&bytes[from..at]);
            out.extend_from_slice(b"$Id$");
            from = at + 4 + end + 1;
        }
    }
    out.extend_from_slice(&bytes[from..]);
    Some(out)
}

/// The size of the file that a Git LFS pointer stands for; `None` if `blob` is no pointer.
fn lfs_size(blob: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(blob.get(..LARGEST_POINTER).unwrap_or(blob)).ok()?;
    text.strip_prefix("version https://git-lfs.github.com/spec/")?;
    text.lines().find_map(|line| line.strip_prefix("size ")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_idents_are_undone() {
        let id = |text: &str| blob_id(text.as_bytes()).unwrap();
        assert!(is_blob(b"a\r\nb\r\n", id("a\nb\n")));
        assert!(is_blob(b"a\r\nb\r\n", id("a\r\nb\r\n")));
        assert!(is_blob(b"x $Id: 0123 $ y\r\n", id("x $Id$ y\n")));
        assert!(!is_blob(b"x $Id: 0123\n$ y\n", id("x $Id$ y\n")));
        assert!(!is_blob(b"a\nc\n", id("a\nb\n")));
        assert_eq!(without_ident(b"$Id:$Id: a $"), Some(b"$Id$Id: a $".to_vec()));
    }

    #[test]
    fn pointers_name_their_size() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n";
        assert_eq!(lfs_size(pointer.as_bytes()), Some(1234));
        assert_eq!(lfs_size(b"size 1234\n"), None);
    }
}
