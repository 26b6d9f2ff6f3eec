//! The base of an audited change, and files as it has them.

use std::fs;
use std::path::{Path, PathBuf};

use shelflife::history::{Oid, RepoPath, Repository, treediff};
use shelflife::pipeline::ChangeOptions;
use shelflife::pipeline::change::{Place, Range};

use crate::failure::Failure;

/// No folder of templates has more files, nor larger ones.
const MOST_FILES: usize = 400;
const LARGEST: usize = 1 << 20;

/// The base of a change.
pub struct Base {
    repository: Repository,
    change: ChangeOptions,
    commit: Oid,
}

/// A folder that may be a copy.
pub enum Folder {
    /// Where the user said.
    There(PathBuf),
    /// A copy of what the base has.
    Copy(tempfile::TempDir),
}

impl Folder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Self::There(path) => path,
            Self::Copy(folder) => folder.path(),
        }
    }
}

impl Base {
    /// Finds the base of `change` in the repository around `path`.
    pub fn open(path: &Path, change: ChangeOptions) -> Result<Self, Failure> {
        let repository = change.open(path)?;
        let range = Range::read(&repository, &change.base).map_err(shelflife::pipeline::AuditError::from)?;
        Ok(Self { repository, change, commit: range.base })
    }

    /// The change.
    pub fn change(&self) -> &ChangeOptions {
        &self.change
    }

    /// The root of the repository.
    pub fn root(&self) -> &Path {
        self.repository.root()
    }

    /// The bytes of `file`: as the base has it where it belongs to the repository, else as it is.
    pub fn file(&self, file: &Path) -> Result<Option<Vec<u8>>, Failure> {
        let place = match (self.repository.is_bare(), file.strip_prefix(self.repository.root())) {
            (true, Ok(below)) => Place::Inside(RepoPath::from(&*below.to_string_lossy())),
            _ => Place::of(&self.repository, file),
        };
        place
            .read(&self.repository, self.commit)
            .map_err(|error| Failure::usage(format!("`{}` can't be read: {error}", file.display())))
    }

    /// The folder `path`: as the base has it where it belongs to the repository, else as it is.
    pub fn folder(&self, path: &Path) -> Result<Option<Folder>, Failure> {
        let Place::Inside(inside) = Place::of(&self.repository, path) else {
            return Ok(Some(Folder::There(path.to_owned())));
        };
        let failed = |error: &dyn std::fmt::Display| Failure::cannot(format!("`{}`: {error}", path.display()));
        let mut files = Vec::new();
        {
            use shelflife::history::Objects;
            let worker = self.repository.worker().map_err(|e| failed(&e))?;
            let objects = worker.objects().map_err(|e| failed(&e))?;
            let tree = objects.commit(self.commit).map_err(|e| failed(&e))?.tree;
            let Some((_, folder)) = objects.lookup(tree, inside.as_bytes()).map_err(|e| failed(&e))? else {
                return Ok(None);
            };
            treediff::diff(&objects, None, Some(folder), &|_| true, &mut |change| {
                if let Some((mode, id)) = change.new.filter(|(mode, _)| mode.is_file())
                    && files.len() < MOST_FILES
                    && objects.size(id).is_ok_and(|size| size <= LARGEST)
                {
                    let _ = mode;
                    files.push((change.path, objects.blob(id)));
                }
            })
            .map_err(|e| failed(&e))?;
        }
        let copy = tempfile::tempdir().map_err(|e| failed(&e))?;
        for (name, bytes) in files {
            let name = String::from_utf8_lossy(&name).into_owned();
            // A tree can hold any name; a copy leaves its folder for none.
            let plain = Path::new(&name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            if !plain {
                continue;
            }
            let target = copy.path().join(&name);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(|e| failed(&e))?;
            }
            fs::write(target, bytes.map_err(|e| failed(&e))?).map_err(|e| failed(&e))?;
        }
        Ok(Some(Folder::Copy(copy)))
    }
}
