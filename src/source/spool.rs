//! Pages on their way to a dump: on disk, so that memory does not grow with them, and handed out by id, so
//! that the order in which hosts answered leaves no trace.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use super::page::{CollectedPage, LineRun};

/// A page with what its own form leaves to other files.
#[derive(Serialize, Deserialize)]
struct Record {
    page: CollectedPage,
    text: String,
    lines: Vec<LineRun>,
}

/// Pages in a file without a name, gone with the process.
#[derive(Debug)]
pub struct Spool {
    file: File,
    end: u64,
    /// Where each page stands: its first byte and its length.
    places: BTreeMap<String, (u64, usize)>,
}

impl Spool {
    /// An empty one, in the system's folder for temporary files.
    ///
    /// # Errors
    /// Where that can't be written to.
    pub fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, end: 0, places: BTreeMap::new() })
    }

    /// Takes a page; of two with one id the first stays.
    ///
    /// # Errors
    /// Where the disk is full.
    pub fn push(&mut self, mut page: CollectedPage) -> io::Result<()> {
        if self.places.contains_key(&page.id) {
            return Ok(());
        }
        let (text, lines) = (std::mem::take(&mut page.text), std::mem::take(&mut page.lines));
        let id = page.id.clone();
        let bytes = serde_json::to_vec(&Record { page, text, lines })?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&bytes)?;
        self.places.insert(id, (self.end, bytes.len()));
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// How many pages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Hands out all pages, by id.
    ///
    /// # Errors
    /// Where the file can't be read, and what `take` says.
    pub fn drain<E: From<io::Error>>(mut self, mut take: impl FnMut(CollectedPage) -> Result<(), E>) -> Result<(), E> {
        for (from, length) in std::mem::take(&mut self.places).into_values() {
            self.file.seek(SeekFrom::Start(from))?;
            let mut bytes = vec![0; length];
            self.file.read_exact(&mut bytes)?;
            let Record { mut page, text, lines } = serde_json::from_slice(&bytes).map_err(io::Error::from)?;
            (page.text, page.lines) = (text, lines);
            take(page)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceKind;

    #[test]
    fn gives_back_what_it_took_by_id_and_once() {
        let mut spool = Spool::new().unwrap();
        let mut page = CollectedPage::new("notion:2", SourceKind::Notion, "acme", "Two", "text\n");
        page.lines.push(LineRun {
            first: 1,
            last: 1,
            entered: chrono::DateTime::UNIX_EPOCH,
            edited: chrono::DateTime::UNIX_EPOCH,
            by: None,
            commit: None,
            block: None,
            url: None,
        });
        let other = CollectedPage::new("notion:1", SourceKind::Notion, "acme", "One", "");
        spool.push(page.clone()).unwrap();
        spool.push(other.clone()).unwrap();
        spool.push(CollectedPage::new("notion:2", SourceKind::Notion, "acme", "Again", "")).unwrap();
        assert_eq!(spool.len(), 2);
        let mut out = Vec::new();
        spool
            .drain(|page| {
                out.push(page);
                Ok::<_, io::Error>(())
            })
            .unwrap();
        assert_eq!(out, [other, page]);
    }
}
