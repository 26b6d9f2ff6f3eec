//! Which of a commit's deleted files a new page came from.
//!
//! The measure is git's own: the bytes of the lines that both files hold, in parts of the larger one.

use git2::Oid;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;

use crate::history::objects::Objects;
use crate::history::path::RepoPath;

/// How alike the two must be.
const LEAST: f64 = 0.5;
/// Larger files are compared by object id alone.
const MAX_SIZE: usize = 4 << 20;
/// No more deleted files than this are read for one commit.
const MAX_READ: usize = 2_000;
/// A line that more deleted files share than this says nothing about where a page came from.
const MAX_SHARED: usize = 64;
/// Forms in which pages are written; a page may change its form with its name.
const PAGE_LIKE: [&[u8]; 11] =
    [b"md", b"mdx", b"markdown", b"rst", b"txt", b"adoc", b"asciidoc", b"asc", b"html", b"org", b"textile"];

/// A file on one side of a commit.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub path: RepoPath,
    pub blob: Oid,
}

/// For each of `new`, the index of the file of `deleted` that it came from. Each deleted file is the
/// origin of one new file at most, as in git.
/// What can't be read came from nowhere but an identical file.
pub(super) fn origins(objects: &dyn Objects, new: &[File], deleted: &[File]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; new.len()];
    let mut used = vec![false; deleted.len()];
    exact(new, deleted, &mut found, &mut used);
    let mut scores = similar(objects, new, deleted, &found, &used);
    // Best first; then a kept name; then the order of the paths, which is that of the indices.
    scores.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.same_name.cmp(&a.same_name)).then(a.pair.cmp(&b.pair)));
    for score in scores {
        let (page, origin) = score.pair;
        if found[page].is_none() && !used[origin] {
            found[page] = Some(origin);
            used[origin] = true;
        }
    }
    found
}

fn exact(new: &[File], deleted: &[File], found: &mut [Option<usize>], used: &mut [bool]) {
    let mut by_blob: FxHashMap<Oid, Vec<usize>> = FxHashMap::default();
    for (at, file) in deleted.iter().enumerate() {
        by_blob.entry(file.blob).or_default().push(at);
    }
    for same_name in [true, false] {
        for (page, file) in new.iter().enumerate().filter(|(page, _)| found[*page].is_none()).collect::<Vec<_>>() {
            let candidates = by_blob.get(&file.blob).map_or(&[][..], Vec::as_slice);
            let fits = |at: &&usize| !used[**at] && (!same_name || deleted[**at].path.name() == file.path.name());
            if let Some(&at) = candidates.iter().find(fits) {
                used[at] = true;
                found[page] = Some(at);
            }
        }
    }
}

/// Whether a path has a form in which pages are written.
pub(super) fn page_like(path: &RepoPath) -> bool {
    path.extension().is_none_or(|e| PAGE_LIKE.iter().any(|p| p.eq_ignore_ascii_case(e)))
}

struct Score {
    score: f64,
    same_name: bool,
    pair: (usize, usize),
}

fn similar(
    objects: &dyn Objects,
    new: &[File],
    deleted: &[File],
    found: &[Option<usize>],
    used: &[bool],
) -> Vec<Score> {
    let mut pages = Vec::new();
    for (at, file) in new.iter().enumerate().filter(|(at, _)| found[*at].is_none()) {
        if objects.size(file.blob).is_ok_and(|size| size <= MAX_SIZE)
            && let Ok(bytes) = objects.blob(file.blob)
        {
            pages.push((at, lines(&bytes)));
        }
    }
    if pages.is_empty() {
        return Vec::new();
    }
    let sizes: Vec<usize> = pages.iter().map(|(_, lines)| lines.size).collect();
    let wanted = |file: &File| {
        (page_like(&file.path) || pages.iter().any(|(at, _)| new[*at].path.extension() == file.path.extension()))
            && objects.size(file.blob).is_ok_and(|size| {
                // Less than half, or more than twice the size can't be alike by half.
                size <= MAX_SIZE && sizes.iter().any(|&page| size * 2 + 2 >= page && page * 2 + 2 >= size)
            })
    };
    let candidates: Vec<usize> =
        (0..deleted.len()).filter(|&at| !used[at] && wanted(&deleted[at])).take(MAX_READ).collect();
    let mut sizes = vec![0; deleted.len()];
    // Line -> the deleted files that hold it, with how many bytes in each.
    let mut holders: FxHashMap<u64, Vec<(usize, usize)>> = FxHashMap::default();
    for at in candidates {
        let Ok(bytes) = objects.blob(deleted[at].blob) else { continue };
        let lines = lines(&bytes);
        sizes[at] = lines.size;
        for (line, bytes) in lines.bytes {
            holders.entry(line).or_default().push((at, bytes));
        }
    }
    let mut scores = Vec::new();
    for (page, lines) in &pages {
        let mut shared: FxHashMap<usize, usize> = FxHashMap::default();
        for (line, bytes) in &lines.bytes {
            for (at, theirs) in holders.get(line).into_iter().filter(|h| h.len() <= MAX_SHARED).flatten() {
                *shared.entry(*at).or_default() += bytes.min(theirs);
            }
        }
        for (at, bytes) in shared {
            let score = ratio(bytes, sizes[at].max(lines.size));
            if score >= LEAST {
                let same_name = deleted[at].path.name() == new[*page].path.name();
                scores.push(Score { score, same_name, pair: (*page, at) });
            }
        }
    }
    scores
}

/// How alike two contents are, from 0 to 1.
pub(super) fn similarity(a: &[u8], b: &[u8]) -> f64 {
    if a == b {
        return 1.0;
    }
    let (a, b) = (lines(a), lines(b));
    let other: FxHashMap<u64, usize> = b.bytes.into_iter().collect();
    let shared = a.bytes.iter().map(|(line, bytes)| other.get(line).map_or(0, |theirs| *bytes.min(theirs))).sum();
    ratio(shared, a.size.max(b.size))
}

/// Whether two contents are alike enough to be one file that changed its name.
pub(super) fn alike(a: &[u8], b: &[u8]) -> bool {
    similarity(a, b) >= LEAST
}

#[allow(clippy::cast_precision_loss)] // Sizes are far below 2^52.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

struct Lines {
    /// Hash of a line -> the bytes of all its occurrences.
    bytes: Vec<(u64, usize)>,
    size: usize,
}

fn lines(text: &[u8]) -> Lines {
    let mut bytes: FxHashMap<u64, usize> = FxHashMap::default();
    let mut size = 0;
    for line in text.split(|&b| b == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let mut hasher = FxHasher::default();
        hasher.write(line);
        *bytes.entry(hasher.finish()).or_default() += line.len();
        size += line.len();
    }
    Lines { bytes: bytes.into_iter().collect(), size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::GitObjects;
    use crate::testing::Repo;

    fn file(repo: &Repo, path: &str, text: &str) -> File {
        File { path: path.into(), blob: repo.git2().blob(text.as_bytes()).unwrap() }
    }

    #[test]
    fn exact_before_alike_and_each_origin_once() {
        let repo = Repo::new();
        let text = "alpha line\nbeta line\ngamma line\n";
        let edited = "alpha line\nbeta line\nanother\n";
        let deleted = [file(&repo, "a/one.md", text), file(&repo, "b/two.md", text), file(&repo, "c/code.c", edited)];
        let new = [
            file(&repo, "n/near.md", edited),
            file(&repo, "n/other.md", "nothing alike\n"),
            file(&repo, "n/two.md", text),
        ];
        let objects = GitObjects::new(repo.git2()).unwrap();
        // `two.md` keeps its name, so the edited page gets what is left; the exact C file wins for it.
        assert_eq!(origins(&objects, &new, &deleted), [Some(2), None, Some(1)]);
        assert_eq!(origins(&objects, &new, &deleted[..2]), [Some(0), None, Some(1)]);
    }

    #[test]
    fn likeness_counts_bytes_of_shared_lines() {
        assert!(alike(b"12345678\nabcdefgh\n", b"12345678\nxxxxxxxx\n"));
        assert!(!alike(b"12345678\nabcdefgh\n", b"12345678\nxxxxxxxx\nyyyyyyyy\n"));
        assert!(!alike(b"", b"\n\n"));
    }
}
