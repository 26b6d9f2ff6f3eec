//! How often files changed lately: one walk over the mainline's last part, in which only folders on
//! the way to the files are compared.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use super::in_turn::in_turn;
use super::mainline::{MainIx, Mainline};
use super::objects::{Objects, ReadError};
use super::path::RepoPath;
use super::treediff;

/// The changes of some files since a time.
#[derive(Debug)]
pub struct Changes {
    by_file: HashMap<Box<[u8]>, Vec<MainIx>, FxBuildHasher>,
    /// The oldest commit that was looked at: of what lies before, nothing is known.
    pub from: MainIx,
}

impl Changes {
    /// Looks for changes of `files` in the mainline's commits from `since` (seconds since 1970) on, in
    /// parallel: `reader` calls back with a view of the object store of the calling thread's own. An object
    /// that can't be read ends the walk there.
    ///
    /// # Errors
    /// Where the last commit's own tree can't be read, or the store can't be opened.
    pub fn read<'f>(
        reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), ReadError> + Sync,
        mainline: &Mainline,
        files: impl IntoIterator<Item = &'f RepoPath>,
        since: i64,
    ) -> Result<Self, ReadError> {
        let mut changes = Self { by_file: HashMap::default(), from: mainline.head() };
        let mut folders: HashSet<Box<[u8]>, FxBuildHasher> = HashSet::default();
        for file in files {
            changes.by_file.entry(file.as_bytes().into()).or_default();
            let mut folder = file.parent();
            while !folder.is_empty() && folders.insert(folder.into()) {
                folder = memchr::memrchr(b'/', folder).map_or(&[][..], |at| &folder[..at]);
            }
        }
        if changes.by_file.is_empty() || mainline.is_empty() {
            return Ok(changes);
        }
        let recent = (1..=mainline.head().0).rev().map(MainIx).take_while(|at| mainline.get(*at).time >= since);
        let recent: Vec<MainIx> = recent.collect();
        let by_file = &changes.by_file;
        let read = in_turn(&recent, reader, |objects, at: &MainIx| {
            let (old, new) = (mainline.get(MainIx(at.0 - 1)).tree, mainline.get(*at).tree);
            let mut changed = Vec::new();
            treediff::diff(objects, Some(old), Some(new), &|f| folders.contains(f), &mut |change| {
                if by_file.contains_key(change.path.as_slice()) {
                    changed.push(change.path);
                }
            })?;
            Ok::<_, ReadError>(changed)
        })?;
        for (at, changed) in recent.into_iter().zip(read) {
            match changed {
                Err(error) if at == mainline.head() => return Err(error),
                Err(_) => break,
                Ok(changed) => {
                    for path in changed {
                        changes.by_file.entry(path.into()).or_default().push(at);
                    }
                }
            }
            changes.from = at;
        }
        Ok(changes)
    }

    /// The commits that changed `file`, newest first.
    #[must_use]
    pub fn of(&self, file: &RepoPath) -> &[MainIx] {
        self.by_file.get(file.as_bytes()).map_or(&[], Vec::as_slice)
    }

    /// The commits after `since` that changed any of `files`, newest first, each once.
    #[must_use]
    pub fn of_all<'f>(&self, files: impl IntoIterator<Item = &'f RepoPath>, since: Option<MainIx>) -> Vec<MainIx> {
        let newer = |at: &MainIx| since.is_none_or(|since| *at > since);
        let mut all: Vec<MainIx> =
            files.into_iter().flat_map(|file| self.of(file).iter().copied().take_while(newer)).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Repository;
    use crate::testing::{Repo, at};

    #[test]
    fn changes_are_counted_once_and_only_within_reach() {
        let repo = Repo::new();
        repo.commit(&[("src/a.rs", "1\n"), ("src/b.rs", "1\n"), ("x/y/z.rs", "1\n")], &[], "One", 0);
        repo.commit(&[("src/a.rs", "2\n"), ("src/b.rs", "2\n")], &[], "Two", 1);
        repo.commit(&[("x/y/z.rs", "2\n")], &[], "Three", 2);
        repo.commit(&[("src/b.rs", "3\n"), ("other.rs", "1\n")], &[], "Four", 3);
        let opened = Repository::open(repo.path()).unwrap();
        let mainline = opened.mainline().unwrap();
        let reader = |read: &mut dyn FnMut(&dyn Objects)| {
            let worker = opened.worker()?;
            read(&worker.objects()?);
            Ok(())
        };
        let files = ["src/a.rs", "src/b.rs", "x/y/z.rs"].map(RepoPath::from);
        let read = |since| Changes::read(reader, &mainline, &files, since).unwrap();
        let all = read(at(0));
        assert_eq!(all.of_all(&files, None), [MainIx(3), MainIx(2), MainIx(1)]);
        assert_eq!(all.of_all(&files[..2], Some(MainIx(1))), [MainIx(3)]);
        assert_eq!(all.of(&files[0]), [MainIx(1)]);
        let late = read(at(2));
        assert_eq!(late.from, MainIx(2));
        assert_eq!(late.of(&files[0]), []);
    }
}
