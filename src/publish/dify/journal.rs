//! What we switched off, on this machine: one line for each, written before the switch. The
//! dataset's own metadata says it too; either is enough to know what may be switched on again.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::DifyError;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    off: bool,
    document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chunk: Option<String>,
}

/// What we switched off.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Option<File>,
    off: BTreeSet<(String, Option<String>)>,
}

impl Journal {
    /// Reads the journal at `path`, which need not be there.
    ///
    /// # Errors
    /// If it can't be read. A last line that was cut off is none.
    pub fn open(path: &Path) -> Result<Self, DifyError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(DifyError::Journal { path: path.into(), message: error.to_string() }),
        };
        let mut journal = Self { path: path.into(), file: None, off: BTreeSet::new() };
        let count = text.lines().count();
        for (number, line) in text.lines().enumerate() {
            match serde_json::from_str::<Line>(line) {
                Ok(line) => journal.take(line),
                Err(_) if number + 1 == count => {}
                Err(error) => {
                    let message = format!("line {}: {error}", number + 1);
                    return Err(DifyError::Journal { path: path.into(), message });
                }
            }
        }
        Ok(journal)
    }

    fn take(&mut self, line: Line) {
        let key = (line.document, line.chunk);
        if line.off {
            self.off.insert(key);
        } else {
            self.off.remove(&key);
        }
    }

    /// Whether we switched the document off.
    #[must_use]
    pub fn has_document(&self, document: &str) -> bool {
        self.off.contains(&(document.to_owned(), None))
    }

    /// Whether we switched the chunk off.
    #[must_use]
    pub fn has_chunk(&self, document: &str, chunk: &str) -> bool {
        self.off.contains(&(document.to_owned(), Some(chunk.to_owned())))
    }

    /// Whether we switched any chunk of the document off.
    #[must_use]
    pub fn has_chunks(&self, document: &str) -> bool {
        let from = (document.to_owned(), Some(String::new()));
        self.off.range(from..).next().is_some_and(|(id, _)| id == document)
    }

    /// Notes that a document, or a chunk of it, is switched off, or on again.
    ///
    /// # Errors
    /// If it can't be written: then nothing may be switched.
    pub fn note(&mut self, document: &str, chunk: Option<&str>, off: bool) -> Result<(), DifyError> {
        if self.off.contains(&(document.to_owned(), chunk.map(str::to_owned))) == off {
            return Ok(());
        }
        let line = Line { off, document: document.to_owned(), chunk: chunk.map(str::to_owned) };
        let written = serde_json::to_string(&line).map_err(std::io::Error::other).and_then(|text| self.append(&text));
        if let Err(error) = written {
            return Err(DifyError::Journal { path: self.path.clone(), message: error.to_string() });
        }
        self.take(line);
        Ok(())
    }

    fn append(&mut self, text: &str) -> std::io::Result<()> {
        if self.file.is_none() {
            if let Some(folder) = self.path.parent().filter(|f| !f.as_os_str().is_empty()) {
                fs::create_dir_all(folder)?;
            }
            // What a stopped run left half written ends here.
            if fs::read(&self.path).is_ok_and(|bytes| bytes.last().is_some_and(|b| *b != b'\n')) {
                fs::write(&self.path, self.lines())?;
            }
            self.file = Some(OpenOptions::new().create(true).append(true).open(&self.path)?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(format!("{text}\n").as_bytes())?;
        file.sync_data()
    }

    fn lines(&self) -> String {
        let lines = self.off.iter().filter_map(|(document, chunk)| {
            let line = Line { off: true, document: document.clone(), chunk: chunk.clone() };
            Some(serde_json::to_string(&line).ok()? + "\n")
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_known_again_even_after_a_stop_in_the_middle() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/journal.jsonl");
        let mut journal = Journal::open(&path).unwrap();
        journal.note("d1", None, true).unwrap();
        journal.note("d1", None, true).unwrap();
        journal.note("d2", Some("c1"), true).unwrap();
        journal.note("d3", None, true).unwrap();
        journal.note("d3", None, false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 4);
        fs::write(&path, fs::read_to_string(&path).unwrap() + "{\"off\": tr").unwrap();
        let mut again = Journal::open(&path).unwrap();
        assert!(again.has_document("d1") && !again.has_document("d2") && !again.has_document("d3"));
        assert!(again.has_chunk("d2", "c1") && again.has_chunks("d2") && !again.has_chunks("d1"));
        again.note("d4", None, true).unwrap();
        assert!(Journal::open(&path).unwrap().has_document("d4"));
        fs::write(&path, "nonsense\n{\"off\":true,\"document\":\"x\"}\n").unwrap();
        assert!(Journal::open(&path).unwrap_err().to_string().contains("line 1"));
    }
}
