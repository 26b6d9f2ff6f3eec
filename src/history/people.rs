//! Who commits, and who still does.
//!
//! Of a merge on the mainline the person is the one who wrote what was merged, not the one who pressed
//! the button. Programs that commit are nobody.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use git2::Oid;
use globset::{Glob, GlobMatcher};

use super::mainline::{MainIx, Mainline};
use super::objects::ReadError;
use super::repository::{Repository, Worker, decode, printable};

/// Commits that are read beyond the ones asked for, to say when someone was last seen.
const MOST_BEYOND: usize = 8_000;

/// Clocks differ: so many older commits in a row are read before it is believed that none newer lies behind.
const SLACK: usize = 16;

/// Someone who commits: the name and address through `.mailmap`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The address, in lower case.
    pub mail: String,
}

impl Author {
    /// Whether a program writes under this name.
    fn is_program(&self) -> bool {
        let name = self.name.to_lowercase();
        name.ends_with("[bot]") || name.ends_with("-bot") || self.mail.contains("[bot]@") || name.is_empty()
    }
}

/// The people of a repository, read as they are asked for.
pub struct People<'r> {
    repository: &'r Repository,
    programs: Vec<GlobMatcher>,
    /// Opened when it is asked for.
    worker: OnceCell<Worker>,
    /// Commits still to be read, newest first.
    ahead: BinaryHeap<(i64, Oid)>,
    met: HashSet<Oid>,
    /// Those of them that were looked into for their date, and not taken in yet.
    pending: HashMap<Oid, Read>,
    /// When a name or an address was last seen.
    last: HashMap<String, i64>,
    head_time: i64,
    /// Everything from this time on was read.
    reached: i64,
    known: BTreeMap<MainIx, Option<Author>>,
}

impl<'r> People<'r> {
    /// The people of `repository`, none of whom has been looked for yet. `programs` are names that
    /// people would not have.
    ///
    /// # Errors
    /// Where the repository can't be opened again.
    pub fn of(repository: &'r Repository, programs: &[Glob]) -> Result<Self, ReadError> {
        let worker = repository.worker()?;
        let head = repository.head();
        let head_time = worker.git2().find_commit(head).map_or(0, |c| c.time().seconds());
        let mut people = Self {
            repository,
            programs: programs.iter().map(Glob::compile_matcher).collect(),
            worker: worker.into(),
            ahead: BinaryHeap::new(),
            met: HashSet::new(),
            pending: HashMap::new(),
            last: HashMap::new(),
            head_time,
            reached: i64::MAX,
            known: BTreeMap::new(),
        };
        people.met.insert(head);
        people.ahead.push((head_time, head));
        Ok(people)
    }

    /// When the head was committed, in seconds since 1970.
    #[must_use]
    pub fn head_time(&self) -> i64 {
        self.head_time
    }

    /// Who made the change of the mainline's commit `at`; none where the commit can't be read or a
    /// program wrote it.
    pub fn author(&mut self, mainline: &Mainline, at: MainIx) -> Option<Author> {
        if let Some(known) = self.known.get(&at) {
            return known.clone();
        }
        let commit = mainline.get(at);
        let author = commit.merged.and_then(|tip| self.read(tip)).or_else(|| self.read(commit.id)).map(|c| c.author);
        let author = author.filter(|a| !a.is_program() && !self.programs.iter().any(|p| p.is_match(&a.name)));
        self.known.insert(at, author.clone());
        author
    }

    /// Reads who committed anything at `since` (seconds since 1970) or later.
    pub fn reach(&mut self, since: i64) {
        if since < self.reached {
            let mut slack = SLACK;
            while slack > 0 {
                match self.ahead.peek() {
                    None => break,
                    Some((time, _)) if *time >= since => slack = SLACK,
                    Some(_) => slack -= 1,
                }
                self.step();
            }
            self.reached = since;
        }
    }

    /// When `author` last committed anything, if that is at `since` (seconds since 1970) or later.
    pub fn seen_since(&mut self, author: &Author, since: i64) -> Option<i64> {
        self.reach(since);
        self.last_known(author).filter(|time| *time >= since)
    }

    /// When `author` last committed anything, looked for as far back as is reasonable.
    pub fn last_seen(&mut self, author: &Author) -> Option<i64> {
        let mut budget = MOST_BEYOND.saturating_sub(self.met.len());
        while self.last_known(author).is_none() && budget > 0 && self.step() {
            budget -= 1;
        }
        self.last_known(author)
    }

    /// Lets go of the packs until more is asked for.
    pub fn rest(&mut self) {
        self.worker.take();
    }

    fn last_known(&self, author: &Author) -> Option<i64> {
        self.last.get(&author.mail).copied().max(self.last.get(&author.name).copied())
    }

    /// Reads the newest commit that was not read yet.
    fn step(&mut self) -> bool {
        let Some((time, id)) = self.ahead.pop() else { return false };
        let Some(commit) = self.pending.remove(&id).or_else(|| self.read(id)) else { return true };
        for person in [commit.author, commit.committer] {
            for key in [person.name, person.mail] {
                let last = self.last.entry(key).or_insert(time);
                *last = (*last).max(time);
            }
        }
        for parent in commit.parents {
            if self.met.contains(&parent) {
                continue;
            }
            // A parent that isn't there (a shallow clone) is left out.
            let Some(read) = self.read(parent) else { break };
            self.met.insert(parent);
            self.ahead.push((read.time, parent));
            self.pending.insert(parent, read);
        }
        true
    }

    fn read(&self, id: Oid) -> Option<Read> {
        let worker = match self.worker.get() {
            Some(worker) => worker,
            None => {
                let worker = self.repository.worker().ok()?;
                self.worker.get_or_init(|| worker)
            }
        };
        let commit = worker.git2().find_commit(id).ok()?;
        let label = commit.message_encoding().ok().flatten();
        let person = |signature: &git2::Signature<'_>| {
            let text = |bytes: &[u8]| printable(&decode(bytes, label));
            let (name, mail) = (text(signature.name_bytes()), text(signature.email_bytes()));
            let (name, mail) = self.repository.mailmap().resolve(&name, &mail);
            Author { name: name.to_owned(), mail: mail.to_lowercase() }
        };
        let (parents, time) = (commit.parent_ids().collect(), commit.time().seconds());
        Some(Read { author: person(&commit.author()), committer: person(&commit.committer()), parents, time })
    }
}

struct Read {
    author: Author,
    committer: Author,
    parents: Vec<Oid>,
    time: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Repo, at};

    #[test]
    fn the_writer_of_a_merge_is_who_wrote_it_and_everyone_is_seen_last_where_they_were() {
        let repo = Repo::new();
        repo.author("Old", "old@example.org").commit(&[("a", "1\n")], &[], "One", 0);
        repo.git(&["checkout", "-q", "-b", "side"]);
        repo.author("Ann", "Ann@example.org").commit(&[("b", "1\n")], &[], "Two", 10);
        repo.git(&["checkout", "-q", "main"]);
        repo.author("Maintainer", "m@example.org").commit(&[("c", "1\n")], &[], "Three", 15);
        let merged = repo.git(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
        let _ = merged;
        let opened = Repository::open(repo.path()).unwrap();
        let mainline = opened.mainline().unwrap();
        let mut people = People::of(&opened, &[]).unwrap();
        assert_eq!(people.author(&mainline, mainline.head()).unwrap().name, "Ann");
        let ann = Author { name: "Ann".into(), mail: "ann@example.org".into() };
        assert_eq!(people.seen_since(&ann, at(5)), Some(at(10)));
        let old = Author { name: "Old".into(), mail: "old@example.org".into() };
        assert_eq!(people.seen_since(&old, at(5)), None);
        assert_eq!(people.last_seen(&old), Some(at(0)));
        let nobody = Author { name: "Nobody".into(), mail: "n@example.org".into() };
        assert_eq!(people.last_seen(&nobody), None);
    }

    #[test]
    fn programs_are_nobody() {
        let is = |name: &str, mail: &str| Author { name: name.into(), mail: mail.into() }.is_program();
        assert!(is("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"));
        assert!(is("", ""));
        assert!(!is("Abbot", "abbot@example.org"));
    }
}
