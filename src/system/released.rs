//! The newest release that a commit holds, by the tags.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use git2::Oid;

use super::pick::{plain, version};
use crate::history::{MainIx, Mainline, Repository};
use crate::rule::system::{Releases, Superseded};

/// Tags of a package that are asked one after the other whether the head holds them, the newest first.
const TRIED: usize = 20;

/// The releases of a system. Tags are read when they are first asked for.
pub struct Released<'a> {
    repository: &'a Repository,
    mainline: &'a Mainline,
    tags: Mutex<Option<Vec<Tag>>>,
    known: Mutex<BTreeMap<String, Option<String>>>,
    overtaken: Mutex<Overtaken>,
}

/// What overtook which release of which package.
type Overtaken = BTreeMap<(String, Vec<u64>), Option<Superseded>>;

#[derive(Clone)]
struct Tag {
    prefix: String,
    numbers: Vec<u64>,
    commit: Oid,
}

impl std::fmt::Debug for Released<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Released")
    }
}

impl<'a> Released<'a> {
    /// The releases whose tags the head of `mainline` holds.
    #[must_use]
    pub fn new(repository: &'a Repository, mainline: &'a Mainline) -> Self {
        Self { repository, mainline, tags: Mutex::default(), known: Mutex::default(), overtaken: Mutex::default() }
    }

    /// All tags of finished releases.
    fn tags(&self) -> Vec<Tag> {
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        tags.get_or_insert_with(|| {
            let finished = |(name, commit): (String, Oid)| {
                let found = version(&name).filter(|found| !found.candidate)?;
                Some(Tag { prefix: plain(&found.prefix), numbers: found.numbers, commit })
            };
            self.repository.tags().into_iter().filter_map(finished).collect()
        })
        .clone()
    }

    fn look_up(&self, package: &str) -> Option<String> {
        let mut fits = self.of_package(package)?;
        fits.sort_by(|a, b| b.numbers.cmp(&a.numbers).then(a.commit.cmp(&b.commit)));
        let held = fits.iter().take(TRIED).find(|tag| self.holds(tag.commit))?;
        Some(held.numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("."))
    }

    /// The tags of a package.
    fn of_package(&self, package: &str) -> Option<Vec<Tag>> {
        let tags = self.tags();
        // `brook-1.2` before `v1.2`: a repository of several packages tags each by its name.
        let short = package.rsplit('/').next().unwrap_or(package).to_ascii_lowercase();
        let of =
            |prefix: &str| tags.iter().filter(|tag| tag.prefix.trim_start_matches('@') == prefix).cloned().collect();
        let named: Vec<Tag> = of(package.to_ascii_lowercase().trim_start_matches('@'));
        [named, of(&short), of("")].into_iter().find(|fits| !fits.is_empty())
    }

    /// The first state of the mainline that is not older than `commit`.
    fn position(&self, commit: Oid) -> Option<(MainIx, i64)> {
        let commits = self.mainline.commits();
        let index = |at: usize| u32::try_from(at).ok().map(MainIx);
        if let Some(at) = commits.iter().rposition(|c| c.id == commit) {
            return Some((index(at)?, commits.get(at)?.time));
        }
        let time = self.repository.time(commit)?;
        let at = commits.iter().position(|c| c.time >= time)?;
        Some((index(at)?, time))
    }

    fn overtaking(&self, package: &str, version: &[u64]) -> Option<Superseded> {
        let tags = self.of_package(package)?;
        let numbers = |v: &[u64]| (0..4).map(|i| v.get(i).copied().unwrap_or(0)).collect::<Vec<_>>();
        let wanted = numbers(version);
        if !tags.iter().any(|tag| numbers(&tag.numbers) == wanted) {
            return None;
        }
        let newest = self.newest(package)?;
        let mut newer: Vec<(i64, MainIx, Oid)> = tags
            .iter()
            .filter(|tag| numbers(&tag.numbers) > wanted)
            .filter_map(|tag| self.position(tag.commit).map(|(at, time)| (time, at, tag.commit)))
            .collect();
        newer.sort_unstable();
        let (_, at, commit) = newer.into_iter().take(TRIED).find(|(.., commit)| self.holds(*commit))?;
        Some(Superseded { at, commit, newest })
    }

    fn holds(&self, commit: Oid) -> bool {
        self.mainline.commits().iter().rev().any(|c| c.id == commit)
            || self.repository.is_ancestor(commit, self.mainline.get(self.mainline.head()).id)
    }
}

impl Releases for Released<'_> {
    fn superseded(&self, package: &str, version: &[u64]) -> Option<Superseded> {
        let asked = (package.to_owned(), version.to_vec());
        if let Some(known) = self.overtaken.lock().unwrap_or_else(PoisonError::into_inner).get(&asked) {
            return known.clone();
        }
        let found = self.overtaking(package, version);
        self.overtaken.lock().unwrap_or_else(PoisonError::into_inner).insert(asked, found.clone());
        found
    }

    fn newest(&self, package: &str) -> Option<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(package.to_owned()).or_insert_with(|| self.look_up(package)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Repo;

    #[test]
    fn the_newest_release_that_the_head_holds() {
        let repo = Repo::new();
        repo.commit(&[("a", "1")], &[], "One", 0);
        repo.tag("v1.9.0").tag("mill-0.4.0").tag("brook@2.1.0");
        repo.commit(&[("a", "2")], &[], "Two", 1);
        repo.tag("v1.10.0").tag("v2.0.0-rc.1");
        // A branch that was never merged.
        repo.branch("next");
        repo.commit(&[("a", "3")], &[], "Three", 2);
        repo.tag("v3.0.0");
        repo.switch("main");
        let repository = Repository::open(repo.path()).unwrap();
        let mainline = repository.mainline().unwrap();
        let released = Released::new(&repository, &mainline);
        for (package, newest) in [("tool", "1.10.0"), ("mill", "0.4.0"), ("@acme/brook", "2.1.0"), ("brook", "2.1.0")] {
            assert_eq!(released.newest(package).as_deref(), Some(newest), "{package}");
        }
        let overtaken = released.superseded("tool", &[1, 9]).unwrap();
        assert_eq!((overtaken.at, overtaken.newest.as_str()), (MainIx(1), "1.10.0"));
        assert_eq!(released.superseded("tool", &[1, 10, 0]), None);
        assert_eq!(released.superseded("tool", &[1, 8]), None);
        // What was merged is held too.
        repo.merge("next", &[("a", "4")], &[], "Merge", 3);
        let repository = Repository::open(repo.path()).unwrap();
        let mainline = repository.mainline().unwrap();
        assert_eq!(Released::new(&repository, &mainline).newest("tool").as_deref(), Some("3.0.0"));
    }
}
