//! The texts that pages had when they were audited: at the audited commit, and on disk.

use std::path::{Component, Path, PathBuf};

use crate::document::decode;
use crate::history::{Mode, Objects, Repository, Worker};

/// Pages larger than this are not read, in bytes.
const LARGEST: u64 = 16 << 20;

/// Reads pages of a repository.
pub struct PageTexts {
    root: PathBuf,
    bare: bool,
    worker: Option<(Worker, git2::Oid)>,
}

impl PageTexts {
    /// Reads the pages of the repository around `path`, as they were at the commit `head` (full id)
    /// and as they are on disk. Where there is no such repository, the pages in the folder itself.
    #[must_use]
    pub fn of(path: &Path, head: Option<&str>) -> Self {
        let Ok(repository) = Repository::open(path) else {
            return Self { root: path.to_owned(), bare: false, worker: None };
        };
        let commit = head.and_then(|id| git2::Oid::from_str(id).ok());
        let worker = repository.worker().ok();
        let tree = worker.as_ref().zip(commit).and_then(|(w, c)| Some(w.objects().ok()?.commit(c).ok()?.tree));
        Self { root: repository.root().to_owned(), bare: repository.is_bare(), worker: worker.zip(tree) }
    }

    /// The texts of the page called `id`, the likeliest first.
    #[must_use]
    pub fn read(&self, id: &str) -> Vec<String> {
        let within = Path::new(id).components().all(|c| matches!(c, Component::Normal(_)));
        if id.is_empty() || !within {
            return Vec::new();
        }
        let text = |bytes: Vec<u8>| match String::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => decode(error.as_bytes()).ok(),
        };
        let mut texts: Vec<String> = Vec::new();
        texts.extend(self.committed(id).and_then(text));
        texts.extend(self.on_disk(id).and_then(text));
        texts.dedup();
        texts
    }

    fn committed(&self, id: &str) -> Option<Vec<u8>> {
        let (worker, tree) = self.worker.as_ref()?;
        let objects = worker.objects().ok()?;
        let (mode, blob) = objects.lookup(*tree, id.as_bytes()).ok()??;
        if mode == Mode::Symlink || objects.size(blob).ok()? as u64 > LARGEST {
            return None;
        }
        objects.blob(blob).ok()
    }

    fn on_disk(&self, id: &str) -> Option<Vec<u8>> {
        let path = self.root.join(id);
        let meta = path.symlink_metadata().ok().filter(|_| !self.bare)?;
        // A link could lead anywhere.
        let inside = path.canonicalize().ok()?.starts_with(self.root.canonicalize().ok()?);
        (meta.is_file() && inside && meta.len() <= LARGEST).then(|| std::fs::read(&path).ok()).flatten()
    }
}
