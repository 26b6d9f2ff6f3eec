//! The one reader of git objects, behind a small trait.
//!
//! Trees and commits are parsed here from their raw bytes: the audit reads hundreds of thousands of
//! them and needs two or three fields of each.

use git2::{ObjectType, Odb, Oid};

/// Why an object could not be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// It is not in the object store (partial or damaged clone).
    #[error("object {0} is missing from the repository")]
    Missing(Oid),
    /// It is of another type than its place asks for, or its bytes are no such object.
    #[error("object {id} is not a valid {expected}")]
    Malformed {
        /// The object.
        id: Oid,
        /// `commit`, `tree` or `blob`.
        expected: &'static str,
    },
    /// The object store itself can't be opened.
    #[error("the object database could not be opened: {0}")]
    Database(String),
    /// Anything else that the store says.
    #[error("object {id} could not be read: {message}")]
    Store {
        /// The object.
        id: Oid,
        /// The store's own words.
        message: String,
    },
}

/// What kind of thing a tree entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A folder.
    Tree,
    /// A file.
    File,
    /// A file with the executable bit.
    Executable,
    /// A symbolic link.
    Symlink,
    /// Another repository's commit.
    Submodule,
}

impl Mode {
    /// Whether it is a file, executable or not.
    #[must_use]
    pub fn is_file(self) -> bool {
        matches!(self, Mode::File | Mode::Executable)
    }
}

/// One entry of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeEntry<'a> {
    /// What it is.
    pub mode: Mode,
    /// Its name, one path part.
    pub name: &'a [u8],
    /// Its object.
    pub id: Oid,
    /// How many bytes of the tree it takes.
    pub raw_len: usize,
}

/// The raw bytes of a tree.
#[derive(Debug, Clone, Default)]
pub struct Tree(Vec<u8>);

impl Tree {
    /// Its entries in git's order (folders sort as if `/` stood behind their name). Stops at the
    /// first malformed entry.
    pub fn entries(&self) -> impl Iterator<Item = TreeEntry<'_>> {
        TreeIter(&self.0)
    }

    /// [`Tree::entries`] from byte `start` on, which must be where an entry starts.
    pub fn entries_from(&self, start: usize) -> impl Iterator<Item = TreeEntry<'_>> {
        TreeIter(self.0.get(start..).unwrap_or_default())
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The entry called `name`.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<TreeEntry<'_>> {
        let mut start = 0;
        while let Some(rest) = self.0.get(start..)
            && let Some(length) = entry_length(rest)
        {
            // Most entries are passed over by their last letters alone.
            let named = rest.get(..length - 21).is_some_and(|head| head.ends_with(name));
            if named && let Some(entry) = TreeIter(rest).next().filter(|e| e.name == name) {
                return Some(entry);
            }
            start += length;
        }
        None
    }
}

struct TreeIter<'a>(&'a [u8]);

impl<'a> Iterator for TreeIter<'a> {
    type Item = TreeEntry<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (entry, rest) = self.0.split_at_checked(entry_length(self.0)?)?;
        let (head, id) = entry.split_at_checked(entry.len().checked_sub(21)?)?;
        let space = mode_length(head)?;
        let mode = match &head[..space] {
            b"40000" | b"040000" => Mode::Tree,
            b"120000" => Mode::Symlink,
            b"160000" => Mode::Submodule,
            m if m.len() == 6 && m[3..].iter().any(|b| b & 1 == 1) => Mode::Executable,
            _ => Mode::File,
        };
        let id = Oid::from_bytes(id.get(1..)?).ok()?;
        self.0 = rest;
        Some(TreeEntry { mode, name: &head[space + 1..], id, raw_len: entry.len() })
    }
}

/// How many bytes the first entry of a raw tree takes.
#[inline]
pub(super) fn entry_length(tree: &[u8]) -> Option<usize> {
    let mode = mode_length(tree)?;
    let name = memchr::memchr(0, tree.get(mode + 1..)?)?;
    Some(mode + 1 + name + 21)
}

/// Where the space behind an entry's mode is: five or six digits, whatever strange writers made.
#[inline]
fn mode_length(entry: &[u8]) -> Option<usize> {
    entry.iter().take(8).position(|&b| b == b' ')
}

/// What the history walk needs of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitHead {
    /// Its tree.
    pub tree: Oid,
    /// Its parents in order.
    pub parents: Vec<Oid>,
    /// Committer date, seconds since 1970.
    pub time: i64,
}

/// Reads objects. One value per thread.
pub trait Objects {
    /// The bytes of blob `id`.
    ///
    /// # Errors
    /// Where it is missing or is no blob.
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError>;

    /// Calls `each` with the bytes of blob `id`, which are not copied where the store lends them.
    ///
    /// # Errors
    /// Where it is missing or is no blob.
    fn with_blob(&self, id: Oid, each: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        self.blob(id).map(|bytes| each(&bytes))
    }

    /// The size of blob `id` in bytes, without reading it whole.
    ///
    /// # Errors
    /// Where it is missing.
    fn size(&self, id: Oid) -> Result<usize, ReadError>;

    /// The tree `id`.
    ///
    /// # Errors
    /// Where it is missing or is no tree.
    fn tree(&self, id: Oid) -> Result<Tree, ReadError>;

    /// Tree, parents and date of commit `id`.
    ///
    /// # Errors
    /// Where it is missing or is no commit.
    fn commit(&self, id: Oid) -> Result<CommitHead, ReadError>;

    /// The entry at `path` below tree `root`; `None` where there is none.
    ///
    /// # Errors
    /// Where a tree on the way can't be read.
    fn lookup(&self, root: Oid, path: &[u8]) -> Result<Option<(Mode, Oid)>, ReadError> {
        let mut at = (Mode::Tree, root);
        for part in path.split(|&b| b == b'/').filter(|p| !p.is_empty()) {
            if at.0 != Mode::Tree {
                return Ok(None);
            }
            let tree = self.tree(at.1)?;
            match tree.get(part) {
                Some(entry) => at = (entry.mode, entry.id),
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }
}

/// [`Objects`] over libgit2's object database.
pub struct GitObjects<'r> {
    odb: Odb<'r>,
}

impl<'r> GitObjects<'r> {
    /// A reader of `repository`.
    ///
    /// # Errors
    /// Where its object database can't be opened.
    pub fn new(repository: &'r git2::Repository) -> Result<Self, git2::Error> {
        Ok(Self { odb: repository.odb()? })
    }

    fn read(&self, id: Oid, kind: ObjectType, expected: &'static str) -> Result<git2::OdbObject<'_>, ReadError> {
        let object = self.odb.read(id).map_err(|e| store_error(id, &e))?;
        if object.kind() == kind { Ok(object) } else { Err(ReadError::Malformed { id, expected }) }
    }
}

fn store_error(id: Oid, error: &git2::Error) -> ReadError {
    if error.code() == git2::ErrorCode::NotFound {
        ReadError::Missing(id)
    } else {
        ReadError::Store { id, message: error.message().to_owned() }
    }
}

impl Objects for GitObjects<'_> {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        Ok(self.read(id, ObjectType::Blob, "blob")?.data().to_vec())
    }

    fn with_blob(&self, id: Oid, each: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
        each(self.read(id, ObjectType::Blob, "blob")?.data());
        Ok(())
    }

    fn size(&self, id: Oid) -> Result<usize, ReadError> {
        self.odb.read_header(id).map(|h| h.0).map_err(|e| store_error(id, &e))
    }

    fn tree(&self, id: Oid) -> Result<Tree, ReadError> {
        Ok(Tree(self.read(id, ObjectType::Tree, "tree")?.data().to_vec()))
    }

    fn commit(&self, id: Oid) -> Result<CommitHead, ReadError> {
        let object = self.read(id, ObjectType::Commit, "commit")?;
        parse_commit(object.data()).ok_or(ReadError::Malformed { id, expected: "commit" })
    }
}

fn parse_commit(data: &[u8]) -> Option<CommitHead> {
    let mut tree = None;
    let mut parents = Vec::new();
    for line in data.split(|&b| b == b'\n') {
        if let Some(hex) = line.strip_prefix(b"tree ") {
            tree = Some(Oid::from_str(std::str::from_utf8(hex).ok()?).ok()?);
        } else if let Some(hex) = line.strip_prefix(b"parent ") {
            parents.push(Oid::from_str(std::str::from_utf8(hex).ok()?).ok()?);
        } else if let Some(rest) = line.strip_prefix(b"committer ") {
            // "Name <mail> 1700000000 +0900"; a date that is no number counts as the epoch.
            let after = rest.iter().rposition(|&b| b == b'>').map_or(rest, |at| &rest[at + 1..]);
            let time =
                std::str::from_utf8(after).ok().and_then(|s| s.split_whitespace().next()?.parse().ok()).unwrap_or(0);
            return Some(CommitHead { tree: tree?, parents, time });
        } else if line.is_empty() {
            break;
        }
    }
    None
}
