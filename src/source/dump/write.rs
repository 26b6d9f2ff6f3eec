//! Writes a dump.

use std::fs;
use std::path::{Path, PathBuf};

use super::{DumpError, FileNames, INDEX, Index, LINES, VERSION, front, lines};
use crate::report::file::write_atomically;
use crate::source::collect::{Collected, Failure};
use crate::source::page::CollectedPage;

/// Writes pages into a dump one by one, so that not all need be in memory.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    names: FileNames,
}

impl Writer {
    /// Begins a dump in `folder`, which is made where it is not there. An older dump there is removed
    /// first; a folder that holds anything else is left alone.
    ///
    /// # Errors
    /// Where the folder is none of ours or can't be written to.
    pub fn create(folder: &Path) -> Result<Self, DumpError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| DumpError::File { path, source }
        };
        fs::create_dir_all(folder).map_err(at(folder))?;
        let index = folder.join(INDEX);
        let empty = fs::read_dir(folder).map_err(at(folder))?.next().is_none();
        if !empty {
            if !index.is_file() {
                return Err(DumpError::Foreign { path: folder.to_owned() });
            }
            // Only what a dump of ours holds goes.
            for name in [LINES, "notion", "github", "wiki", "folder"] {
                let old = folder.join(name);
                if old.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                    fs::remove_dir_all(&old).map_err(at(&old))?;
                }
            }
        }
        let writer = Self { folder: folder.to_owned(), names: FileNames::default() };
        // A run that is stopped leaves a dump that is known for one of ours.
        writer.index(&[])?;
        Ok(writer)
    }

    /// Writes a page; its path within the dump.
    ///
    /// # Errors
    /// Where a file can't be written.
    pub fn page(&mut self, page: &CollectedPage) -> Result<PathBuf, DumpError> {
        let path = self.names.path(page);
        let json =
            |path: &Path, source: serde_json::Error| DumpError::File { path: path.to_owned(), source: source.into() };
        let head = front::write(page).map_err(|e| json(&path, e))?;
        self.file(&path, &[head.as_bytes(), page.text.as_bytes()])?;
        if !page.lines.is_empty() {
            let runs = lines::write(&page.text, &page.lines).map_err(|e| json(&path, e))?;
            self.file(&lines_path(&path), &[runs.as_bytes()])?;
        }
        Ok(path)
    }

    /// Ends the dump with what could not be collected.
    ///
    /// # Errors
    /// Where a file can't be written.
    pub fn finish(self, failures: &[Failure]) -> Result<(), DumpError> {
        self.index(failures)
    }

    fn index(&self, failures: &[Failure]) -> Result<(), DumpError> {
        let tool = format!("shelflife {}", env!("CARGO_PKG_VERSION"));
        let index = Index { version: VERSION, tool, failures: failures.to_vec() };
        let path = Path::new(INDEX);
        let json = serde_json::to_string_pretty(&index)
            .map_err(|source| DumpError::File { path: path.to_owned(), source: source.into() })?;
        self.file(path, &[json.as_bytes(), b"\n"])
    }

    fn file(&self, path: &Path, parts: &[&[u8]]) -> Result<(), DumpError> {
        let path = self.folder.join(path);
        let failed = |source| DumpError::File { path: path.clone(), source };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        write_atomically(&path, |out| parts.iter().try_for_each(|part| out.write_all(part))).map_err(failed)
    }
}

/// Where the moments of the lines of the page at `path` stand.
pub(super) fn lines_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".jsonl");
    Path::new(LINES).join(path.with_file_name(name))
}

/// Writes all of `collected` into `folder`; see [`Writer::create`].
///
/// # Errors
/// Where a file can't be written.
pub fn write(folder: &Path, collected: &Collected) -> Result<(), DumpError> {
    let mut writer = Writer::create(folder)?;
    for page in &collected.pages {
        writer.page(page)?;
    }
    writer.finish(&collected.failures)
}
