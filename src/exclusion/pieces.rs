//! The pieces that an index is made of, as it lists them itself: with them a list names exactly those that
//! hold something wrong, however the index cut its pages.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::ExportError;
use super::record::Record;
use crate::report::json::v1::{Action, Section};

/// Some lines of a page, under a name of the index's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Piece {
    id: String,
    page: String,
    start: u32,
    end: u32,
}

/// All pieces of an index.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    /// By page, in the order of their first lines.
    by_page: HashMap<String, Vec<Piece>>,
    met: HashSet<String>,
}

impl Pieces {
    /// Reads a file with a piece a line: `{"id": …, "page": …, "start": 12, "end": 40}`, lines from 1.
    ///
    /// # Errors
    /// If it can't be read, or a line is no piece.
    pub fn read(path: &Path) -> Result<Self, ExportError> {
        let file = File::open(path).map_err(|e| ExportError::io(path, e))?;
        Self::of(BufReader::new(file), path)
    }

    fn of(input: impl BufRead, path: &Path) -> Result<Self, ExportError> {
        let mut pieces = Self::default();
        for (number, line) in (1..).zip(input.lines()) {
            let line = line.map_err(|e| ExportError::io(path, e))?;
            if line.trim().is_empty() {
                continue;
            }
            let no = |message: String| ExportError::NoPieces { path: path.into(), line: number, message };
            let piece: Piece = serde_json::from_str(&line).map_err(|e| no(e.to_string()))?;
            if piece.start == 0 || piece.end < piece.start {
                return Err(no(format!("it begins at line {} and ends at line {}", piece.start, piece.end)));
            }
            pieces.by_page.entry(piece.page.clone()).or_default().push(piece);
        }
        for list in pieces.by_page.values_mut() {
            list.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
        }
        Ok(pieces)
    }

    /// Notes that the audit knows the page.
    pub fn meet(&mut self, page: &str) {
        if self.by_page.contains_key(page) {
            self.met.insert(page.to_owned());
        }
    }

    /// How many stand in pages that were not met.
    #[must_use]
    pub fn strangers(&self) -> usize {
        self.by_page.iter().filter(|(page, _)| !self.met.contains(*page)).map(|(_, list)| list.len()).sum()
    }

    /// The ids of the pieces that the record, a section of `page`, takes out: those that hold a line that is
    /// proved wrong; where the section is excluded and its wrong lines are not known (an earlier list holds it),
    /// those of which it holds the most lines.
    #[must_use]
    pub fn excluded(&self, page: &str, record: &Record<'_>) -> Vec<String> {
        let (Some(section), Some(pieces)) = (record.section, self.by_page.get(page)) else { return Vec::new() };
        let whole = record.verdict.action == Action::Exclude && record.verdict.lines.is_empty();
        let holds = |piece: &Piece, [first, last]: [u32; 2]| piece.start <= last && first <= piece.end;
        let goes = |piece: &&Piece| {
            record.verdict.lines.iter().any(|lines| holds(piece, *lines))
                || (whole && main(piece, &record.document.sections).is_some_and(|main| std::ptr::eq(main, section)))
        };
        if !whole && record.verdict.lines.is_empty() {
            return Vec::new();
        }
        let until = pieces.partition_point(|piece| piece.start <= section.end);
        let near = pieces.iter().take(until).filter(|piece| holds(piece, [section.start, section.end]));
        near.filter(goes).map(|piece| piece.id.clone()).collect()
    }
}

/// The section that holds most of a piece's lines; of several, the first.
fn main<'s>(piece: &Piece, sections: &'s [Section]) -> Option<&'s Section> {
    let shared = |s: &Section| (s.end.min(piece.end) + 1).saturating_sub(s.start.max(piece.start));
    let mut best: Option<&Section> = None;
    for section in sections.iter().filter(|s| shared(s) > 0) {
        if best.is_none_or(|held| shared(section) > shared(held)) {
            best = Some(section);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_piece_is_named() {
        let read = |text: &str| Pieces::of(text.as_bytes(), Path::new("p.jsonl")).map_err(|e| e.to_string());
        let no = |text: &str| read(text).unwrap_err();
        assert!(no("\n{\"id\": 7, \"page\": \"a\", \"start\": 1, \"end\": 2}").starts_with("p.jsonl, line 2: "));
        assert!(no("{\"id\": \"x\", \"start\": 1, \"end\": 2}").contains("`page`"));
        assert!(no("{\"id\": \"x\", \"page\": \"a\", \"start\": 3, \"end\": 2}").contains("ends at line 2"));
        assert!(no("{\"id\": \"x\", \"page\": \"a\", \"start\": 0, \"end\": 2}").contains("begins at line 0"));
        let mut pieces = read("{\"id\": \"x\", \"page\": \"a\", \"start\": 1, \"end\": 2, \"more\": null}\n").unwrap();
        assert_eq!(pieces.strangers(), 1);
        pieces.meet("a");
        assert_eq!(pieces.strangers(), 0);
    }
}
