//! Which commits make up a change.

use std::collections::BTreeSet;

use crate::history::{Oid, Repository};

/// Why there is no change to audit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// A name that is no commit's.
    #[error("`{name}` ({option}) names no commit here: {message}{}", hint(*.shallow))]
    NoCommit {
        /// What was asked for.
        name: String,
        /// With which option.
        option: &'static str,
        /// libgit2's words.
        message: String,
        /// Whether a part of the history was never fetched.
        shallow: bool,
    },
    /// Base and head have nothing in common.
    #[error("`{base}` and the head have no commit in common, so there is no change between them{}", hint(*.shallow))]
    Unrelated {
        /// The base as it was named.
        base: String,
        /// Whether a part of the history was never fetched.
        shallow: bool,
    },
    /// The history between them can't be walked.
    #[error("the commits from `{base}` to the head can't be listed: {message}{}", hint(*.shallow))]
    Walk {
        /// The base as it was named.
        base: String,
        /// libgit2's words.
        message: String,
        /// Whether a part of the history was never fetched.
        shallow: bool,
    },
}

fn hint(shallow: bool) -> &'static str {
    if shallow {
        "\n(the clone is shallow: fetch the whole history with `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout)"
    } else {
        "\n(fetch it first, for example `git fetch origin main`, and name it as `origin/main`)"
    }
}

/// The commits of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// What the change is to be merged into.
    pub base: Oid,
    /// Where it branched off: the best common ancestor. The base itself where the head contains it.
    pub merge_base: Oid,
    /// Its last commit.
    pub head: Oid,
    commits: BTreeSet<Oid>,
}

/// The commit that `name` names.
pub(super) fn resolve(repository: &Repository, name: &str, option: &'static str) -> Result<Oid, RangeError> {
    let failed = |message: String| RangeError::NoCommit {
        name: name.to_owned(),
        option,
        message,
        shallow: repository.is_shallow(),
    };
    // What libgit2 makes of an empty name, or of one that begins like an option, is nobody's business.
    if name.trim().is_empty() || name.starts_with('-') {
        return Err(failed("it is no name of a commit".to_owned()));
    }
    repository.resolve(name).map_err(failed)
}

impl Range {
    /// The commits that the head of `repository` has and `base` has not.
    ///
    /// # Errors
    /// Where `base` names no commit, or the two share no history.
    pub fn read(repository: &Repository, base: &str) -> Result<Self, RangeError> {
        let shallow = repository.is_shallow();
        let base_commit = resolve(repository, base, "--base")?;
        let head = repository.head();
        let walk = |message: String| RangeError::Walk { base: base.to_owned(), message, shallow };
        let worker = repository.worker().map_err(|e| walk(e.to_string()))?;
        let git = worker.git2();
        let merge_base = match git.merge_base(base_commit, head) {
            Ok(id) => id,
            Err(e) if e.code() == git2::ErrorCode::NotFound => {
                return Err(RangeError::Unrelated { base: base.to_owned(), shallow });
            }
            Err(e) => return Err(walk(e.message().to_owned())),
        };
        let list = || -> Result<BTreeSet<Oid>, git2::Error> {
            let mut commits = git.revwalk()?;
            commits.push(head)?;
            commits.hide(base_commit)?;
            commits.collect()
        };
        let commits = list().map_err(|e| walk(e.message().to_owned()))?;
        Ok(Self { base: base_commit, merge_base, head, commits })
    }

    /// Whether `commit` is one of the change's.
    #[must_use]
    pub fn contains(&self, commit: Oid) -> bool {
        self.commits.contains(&commit)
    }

    /// How many commits the change has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Whether the head is nothing beyond its base.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }
}
