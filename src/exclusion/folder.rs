//! Writes a folder whole or not at all, as `report::file` does for files.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::ExportError;

/// Marks a folder as one that an export may replace.
pub const MARK: &str = ".shelflife-export";

/// A folder that is still being written, in a temporary one beside its place. Dropped without
/// [`PendingFolder::commit`], it is gone and the old one stands.
pub struct PendingFolder {
    temporary: TempDir,
    new: PathBuf,
    place: PathBuf,
}

impl PendingFolder {
    /// Starts to write what is to stand at `place`, which is replaced only if it is empty or an
    /// export made it. A link is followed, so that it stays one.
    pub fn create(place: &Path) -> Result<Self, ExportError> {
        let at = |e| ExportError::io(place, e);
        let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_path_buf());
        if place.exists() && !place.is_dir() {
            let message = format!("{} is a file, and this target writes a folder", place.display());
            return Err(ExportError::Usage(message));
        }
        if place.exists() && !place.join(MARK).exists() && fs::read_dir(&place).map_err(at)?.next().is_some() {
            return Err(ExportError::Usage(format!(
                "{} holds files that no export made, so it is not replaced: name another folder",
                place.display()
            )));
        }
        let parent = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let temporary = tempfile::Builder::new().prefix(".shelflife-").suffix(".tmp").tempdir_in(parent).map_err(at)?;
        let new = temporary.path().join("new");
        fs::create_dir(&new).map_err(at)?;
        let folder = Self { temporary, new, place };
        folder.write(Path::new(MARK), b"Made by `shelflife export`, which replaces this folder as a whole.\n")?;
        Ok(folder)
    }

    /// Writes a file of the folder; `path` has to be relative and without `..`.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
        let at = |e| ExportError::io(&self.place.join(path), e);
        let full = self.new.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).map_err(at)?;
        }
        fs::write(&full, bytes).map_err(at)
    }

    /// Puts it in its place.
    pub fn commit(self) -> Result<(), ExportError> {
        let at = |e| ExportError::io(&self.place, e);
        if !self.place.exists() {
            return fs::rename(&self.new, &self.place).map_err(at);
        }
        // The old one moves into the temporary folder and goes with it.
        let old = self.temporary.path().join("old");
        fs::rename(&self.place, &old).map_err(at)?;
        fs::rename(&self.new, &self.place).map_err(|error| {
            let _ = fs::rename(&old, &self.place);
            at(error)
        })
    }
}
