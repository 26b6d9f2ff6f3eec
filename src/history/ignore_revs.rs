//! Commits that are no edits: `.git-blame-ignore-revs`.

use std::collections::{BTreeSet, HashMap};

use git2::Oid;

use super::mainline::{MainIx, Mainline};
use super::objects::{Objects, ReadError};
use super::repository::Repository;

/// The file's name, as git's manual and the hosts use it.
const NAME: &[u8] = b".git-blame-ignore-revs";
/// How long a merged side of nothing but such commits may be.
const SIDE: usize = 64;

/// The commits to look through, as positions on the mainline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IgnoreRevs {
    at: BTreeSet<MainIx>,
}

impl IgnoreRevs {
    /// Reads the head's `.git-blame-ignore-revs`. A merge counts where all that it merged (on the
    /// side's first parents) is in the list, since the merge then brought nothing else.
    ///
    /// # Errors
    /// Where the object database can't be opened.
    pub fn load(repository: &Repository, mainline: &Mainline) -> Result<Self, ReadError> {
        let Some(text) = repository.head_file(NAME) else {
            return Ok(Self::default());
        };
        let worker = repository.worker()?;
        Ok(Self::resolve(&worker.objects()?, &parse(&text), mainline))
    }

    /// The positions of `ids`.
    #[must_use]
    pub fn resolve(objects: &dyn Objects, ids: &BTreeSet<Oid>, mainline: &Mainline) -> Self {
        let mut at = BTreeSet::new();
        if ids.is_empty() {
            return Self { at };
        }
        let places: HashMap<Oid, MainIx> =
            (0..).map(MainIx).zip(mainline.commits()).map(|(ix, c)| (c.id, ix)).collect();
        for (&id, &ix) in &places {
            let merged = mainline.get(ix).merged;
            if ids.contains(&id) || merged.is_some_and(|side| brought_only(objects, side, ids, &places)) {
                at.insert(ix);
            }
        }
        Self { at }
    }

    /// Whether the commit at `at` is to be looked through.
    #[must_use]
    pub fn contains(&self, at: MainIx) -> bool {
        self.at.contains(&at)
    }
}

/// Whether the side whose tip is `side` consists of `ids` alone, down to the mainline.
fn brought_only(objects: &dyn Objects, side: Oid, ids: &BTreeSet<Oid>, mainline: &HashMap<Oid, MainIx>) -> bool {
    let mut at = side;
    for _ in 0..SIDE {
        if !ids.contains(&at) {
            return false;
        }
        match objects.commit(at).ok().and_then(|c| c.parents.first().copied()) {
            Some(parent) if mainline.contains_key(&parent) => return true,
            Some(parent) => at = parent,
            None => return false,
        }
    }
    false
}

fn parse(text: &[u8]) -> BTreeSet<Oid> {
    text.split(|&b| b == b'\n')
        .filter_map(|line| {
            let line = line.split(|&b| b == b'#').next()?.trim_ascii();
            (line.len() == 40).then(|| Oid::from_str(std::str::from_utf8(line).ok()?).ok())?
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Repo;

    #[test]
    fn commits_and_merges_of_nothing_else_are_ignored() {
        let repo = Repo::new();
        repo.commit(&[("a", "1\n")], &[], "One", 0);
        let listed = repo.commit(&[("a", "1 \n")], &[], "Format", 1);
        repo.branch("side");
        let merged = repo.commit(&[("b", "1\n")], &[], "Format b", 2);
        repo.switch("main");
        repo.commit(&[("c", "1\n")], &[], "Add c", 3);
        repo.merge("side", &[], &[], "Merge", 4);
        let list = format!("# formatting\n{listed} # why\n\n{merged}\nnot an id\n");
        repo.commit(&[(".git-blame-ignore-revs", &list)], &[], "List", 5);
        let opened = Repository::open(repo.path()).unwrap();
        let mainline = opened.mainline().unwrap();
        let ignored = IgnoreRevs::load(&opened, &mainline).unwrap();
        let at: Vec<_> = (0..5).filter(|&i| ignored.contains(MainIx(i))).collect();
        assert_eq!(at, [1, 3]);
    }
}
