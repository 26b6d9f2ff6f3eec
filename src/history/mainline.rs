//! The first-parent history of the head, oldest first.

use git2::Oid;

use super::objects::{Objects, ReadError};

/// A position on the mainline: 0 is the oldest commit that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MainIx(pub u32);

/// A commit of the mainline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MainCommit {
    /// Its id.
    pub id: Oid,
    /// Its tree.
    pub tree: Oid,
    /// Committer date, seconds since 1970.
    pub time: i64,
    /// Its second parent, where it is a merge.
    pub merged: Option<Oid>,
}

/// The first-parent history.
#[derive(Debug, Clone, Default)]
pub struct Mainline {
    commits: Vec<MainCommit>,
    /// Whether the oldest commit has parents that are not there (a shallow clone): what the walk
    /// says of that commit's own change is not known.
    pub cut_off: bool,
}

impl Mainline {
    /// Walks from `head` over first parents. A parent that is missing ends the walk and sets
    /// [`Mainline::cut_off`], as does `boundary` saying that a commit's parents were cut off.
    ///
    /// # Errors
    /// Where `head` itself can't be read.
    pub fn walk(objects: &dyn Objects, head: Oid, boundary: &dyn Fn(Oid) -> bool) -> Result<Self, ReadError> {
        let mut commits = Vec::new();
        let mut cut_off = false;
        let mut at = Some(head);
        while let Some(id) = at {
            let commit = match objects.commit(id) {
                Ok(commit) => commit,
                Err(error) if id == head => return Err(error),
                Err(_) => {
                    cut_off = true;
                    break;
                }
            };
            commits.push(MainCommit {
                id,
                tree: commit.tree,
                time: commit.time,
                merged: commit.parents.get(1).copied(),
            });
            at = if boundary(id) {
                cut_off = true;
                None
            } else {
                commit.parents.first().copied()
            };
        }
        commits.reverse();
        Ok(Self { commits, cut_off })
    }

    /// The commits, oldest first.
    #[must_use]
    pub fn commits(&self) -> &[MainCommit] {
        &self.commits
    }

    /// The commit at `at`.
    #[must_use]
    pub fn get(&self, at: MainIx) -> &MainCommit {
        &self.commits[at.0 as usize]
    }

    /// The head's position.
    #[must_use]
    pub fn head(&self) -> MainIx {
        MainIx(u32::try_from(self.commits.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }

    /// Number of commits.
    #[must_use]
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Whether there is no commit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }
}
