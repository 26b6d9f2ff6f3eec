//! Git's index file, read here: versions 2 to 4, sparse too (gitformat-index(5)).
//!
//! libgit2 refuses sparse indexes and hashes the whole file on every reading.

use git2::Oid;

/// How deep the folders of the cached trees may lie.
const DEPTH: usize = 512;

/// Why an index can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It ends too soon, or says what can't be.
    #[error("it is damaged; `rm .git/index && git reset` makes it anew from the head")]
    Malformed,
    /// A version beyond 4.
    #[error("its version {0} is not supported; run `git update-index --index-version 4`")]
    Version(u32),
    /// A part of it is in another file.
    #[error("it is split; run `git update-index --no-split-index`")]
    Split,
    /// An extension without which it can't be understood.
    #[error("it needs an extension that is not supported")]
    Extension,
}

/// What git noted of a file when it last looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Noted {
    pub ctime: (u32, u32),
    pub mtime: (u32, u32),
    pub inode: u32,
    pub size: u32,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    name: (usize, usize),
    pub noted: Noted,
    pub mode: u32,
    pub id: Oid,
    /// 0; during a merge 1 to 3, one entry each.
    pub stage: u8,
    /// The user says not to look at the disk: assume-unchanged or skip-worktree.
    pub not_on_disk: bool,
}

impl Entry {
    /// A folder of a sparse index, whose name ends in `/`.
    pub fn is_folder(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    pub fn is_symlink(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }

    pub fn is_submodule(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }
}

/// A folder whose tree the index already knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CachedTree {
    pub name: Vec<u8>,
    /// How many entries it spans, and its tree; none where something in it was staged since.
    pub tree: Option<(usize, Oid)>,
    pub folders: Vec<CachedTree>,
}

/// A whole index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct IndexFile {
    names: Vec<u8>,
    /// In the order of their paths' bytes, then of their stages.
    pub entries: Vec<Entry>,
    pub cached: Option<CachedTree>,
}

impl IndexFile {
    pub fn path(&self, entry: &Entry) -> &[u8] {
        self.names.get(entry.name.0..entry.name.1).unwrap_or_default()
    }

    pub fn parse(data: &[u8]) -> Result<Self, IndexError> {
        let body = data.len().checked_sub(20).and_then(|end| data.get(..end)).ok_or(IndexError::Malformed)?;
        let mut reader = Reader { data: body, at: 0 };
        if reader.take(4)? != b"DIRC" {
            return Err(IndexError::Malformed);
        }
        let version = reader.number()?;
        if !(2..=4).contains(&version) {
            return Err(IndexError::Version(version));
        }
        let count = reader.number()? as usize;
        // No entry takes fewer bytes than this.
        let mut index = Self { entries: Vec::with_capacity(count.min(body.len() / 62)), ..Self::default() };
        for _ in 0..count {
            index.entry(&mut reader, version)?;
        }
        index.extensions(&mut reader)?;
        let sorted = |pair: &[Entry]| (index.path(&pair[0]), pair[0].stage) < (index.path(&pair[1]), pair[1].stage);
        if index.entries.windows(2).all(sorted) { Ok(index) } else { Err(IndexError::Malformed) }
    }

    fn entry(&mut self, reader: &mut Reader<'_>, version: u32) -> Result<(), IndexError> {
        let start = reader.at;
        let mut numbers = [0; 10];
        for number in &mut numbers {
            *number = reader.number()?;
        }
        let [ctime, ctime_nano, mtime, mtime_nano, _device, inode, mode, _user, _group, size] = numbers;
        let id = reader.id()?;
        let flags = reader.short()?;
        let extended = if version >= 3 && flags & 0x4000 != 0 { reader.short()? } else { 0 };
        let name = self.names.len();
        if version == 4 {
            let cut = reader.offset()?;
            let last = self.entries.last().map_or(name..name, |e| e.name.0..e.name.1);
            let keep = last.len().checked_sub(cut).ok_or(IndexError::Malformed)?;
            self.names.extend_from_within(last.start..last.start + keep);
            let rest = reader.until(0)?;
            self.names.extend_from_slice(rest);
        } else {
            let rest = reader.until(0)?;
            self.names.extend_from_slice(rest);
            // Entries are padded to a multiple of eight with one to eight NULs, one of which is read.
            let length = reader.at - start;
            reader.take(length.next_multiple_of(8) - length)?;
        }
        self.entries.push(Entry {
            name: (name, self.names.len()),
            noted: Noted { ctime: (ctime, ctime_nano), mtime: (mtime, mtime_nano), inode, size },
            mode,
            id,
            stage: u8::try_from((flags >> 12) & 3).unwrap_or(0),
            not_on_disk: flags & 0x8000 != 0 || extended & 0x4000 != 0,
        });
        Ok(())
    }

    fn extensions(&mut self, reader: &mut Reader<'_>) -> Result<(), IndexError> {
        while reader.at < reader.data.len() {
            let name = reader.take(4)?;
            let size = reader.number()? as usize;
            let data = reader.take(size)?;
            match name {
                b"link" => return Err(IndexError::Split),
                // Folders as entries, which every reader here expects.
                b"sdir" => {}
                // Only saves time, so one that can't be read is none.
                b"TREE" => self.cached = cached_tree(&mut Reader { data, at: 0 }, 0).ok(),
                [b'A'..=b'Z', ..] => {}
                _ => return Err(IndexError::Extension),
            }
        }
        Ok(())
    }
}

fn cached_tree(reader: &mut Reader<'_>, depth: usize) -> Result<CachedTree, IndexError> {
    if depth > DEPTH {
        return Err(IndexError::Malformed);
    }
    let name = reader.until(0)?.to_vec();
    let entries = reader.decimal(b' ')?;
    let folders = reader.decimal(b'\n')?;
    let tree = match usize::try_from(entries) {
        Ok(count) => Some((count, reader.id()?)),
        Err(_) => None,
    };
    let folders = (0..folders).map(|_| cached_tree(reader, depth + 1)).collect::<Result<_, _>>()?;
    Ok(CachedTree { name, tree, folders })
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], IndexError> {
        let end = self.at.checked_add(count).ok_or(IndexError::Malformed)?;
        let bytes = self.data.get(self.at..end).ok_or(IndexError::Malformed)?;
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], IndexError> {
        self.take(N)?.try_into().map_err(|_| IndexError::Malformed)
    }

    fn number(&mut self) -> Result<u32, IndexError> {
        self.array().map(u32::from_be_bytes)
    }

    fn short(&mut self) -> Result<u16, IndexError> {
        self.array().map(u16::from_be_bytes)
    }

    fn id(&mut self) -> Result<Oid, IndexError> {
        Oid::from_bytes(self.take(20)?).map_err(|_| IndexError::Malformed)
    }

    fn until(&mut self, byte: u8) -> Result<&'a [u8], IndexError> {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let length = memchr::memchr(byte, rest).ok_or(IndexError::Malformed)?;
        self.at += length + 1;
        Ok(&rest[..length])
    }

    fn decimal(&mut self, end: u8) -> Result<i64, IndexError> {
        let text = std::str::from_utf8(self.until(end)?).map_err(|_| IndexError::Malformed)?;
        text.parse().map_err(|_| IndexError::Malformed)
    }

    /// A number as in the offsets of packs: seven bits a byte, the highest first, each continuation
    /// counting one more.
    fn offset(&mut self) -> Result<usize, IndexError> {
        let mut value = 0_usize;
        for nth in 0..5 {
            let [byte] = self.array()?;
            if nth > 0 {
                value = value.checked_add(1).ok_or(IndexError::Malformed)?;
            }
            value = (value << 7) | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(IndexError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Repo;

    fn many(repo: &Repo) {
        let names: Vec<String> =
            (0..300).map(|i| format!("folder{}/x{}/name{i}.txt", i % 7, "long".repeat(i % 40))).collect();
        let files: Vec<_> = names.iter().map(|n| (n.as_str(), n.as_str())).collect();
        repo.commit(&files, &[], "Begin", 0);
    }

    fn read(repo: &Repo) -> IndexFile {
        IndexFile::parse(&std::fs::read(repo.path().join(".git/index")).unwrap()).unwrap()
    }

    #[test]
    fn every_version_holds_the_same_entries() {
        let repo = Repo::new();
        many(&repo);
        for version in ["2", "3", "4"] {
            repo.git(&["update-index", "--index-version", version]);
            let index = read(&repo);
            let listed: Vec<String> = index
                .entries
                .iter()
                .map(|e| format!("{:06o} {} {}\t{}\n", e.mode, e.id, e.stage, String::from_utf8_lossy(index.path(e))))
                .collect();
            assert_eq!(listed.concat(), repo.git(&["ls-files", "--stage"]), "version {version}");
        }
    }

    #[test]
    fn known_trees_and_flags_are_read() {
        let repo = Repo::new();
        many(&repo);
        repo.git(&["reset", "--hard", "--quiet"]);
        let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
        let cached = read(&repo).cached.unwrap();
        assert_eq!(cached.tree.map(|t| (t.0, t.1.to_string())), Some((300, tree.trim().to_owned())));
        assert_eq!(cached.folders.len(), 7);
        repo.git(&["update-index", "--skip-worktree", "folder1/xlong/name1.txt"]);
        repo.git(&["update-index", "--assume-unchanged", "folder0/x/name0.txt"]);
        let index = read(&repo);
        let flagged: Vec<_> = index.entries.iter().filter(|e| e.not_on_disk).map(|e| index.path(e)).collect();
        assert_eq!(flagged, [&b"folder0/x/name0.txt"[..], b"folder1/xlong/name1.txt"]);
    }

    #[test]
    fn damaged_files_are_errors_not_panics() {
        let repo = Repo::new();
        many(&repo);
        repo.git(&["update-index", "--index-version", "4"]);
        let whole = std::fs::read(repo.path().join(".git/index")).unwrap();
        for cut in (0..whole.len() - 20).step_by(97) {
            assert!(IndexFile::parse(&whole[..cut]).is_err(), "cut at {cut}");
        }
        for at in (0..whole.len()).step_by(13) {
            let mut broken = whole.clone();
            broken[at] ^= 0xff;
            // Any answer will do, as long as there is one.
            let _ = IndexFile::parse(&broken);
        }
        repo.git(&["update-index", "--split-index"]);
        let split = std::fs::read(repo.path().join(".git/index")).unwrap();
        assert_eq!(IndexFile::parse(&split), Err(IndexError::Split));
    }
}
