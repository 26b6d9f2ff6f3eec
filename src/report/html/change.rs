//! The change that was audited, as the report's script takes it.

use serde::Serialize;

use crate::report::inert::clip;
use crate::report::json::v1::{self, WaivedKind};

/// Things of each list that are shown.
const MOST: usize = 100;

/// What the overview tells of the change.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    base: String,
    head: String,
    commits: usize,
    files: usize,
    pages: usize,
    broken: usize,
    edited: usize,
    before: usize,
    /// Kind, place and text of each thing that hides nothing in this run.
    waived: Vec<(WaivedKind, String, String)>,
    /// Pages to read again, by id, and the names that they speak of.
    again: Vec<(String, Vec<String>)>,
}

impl Change {
    pub(super) fn of(change: &v1::Change) -> Self {
        let place = |w: &v1::Waived| match w.line {
            Some(line) => format!("{}:{line}", clip(&w.document, 500)),
            None => clip(&w.document, 500).into_owned(),
        };
        let names = |page: &v1::ReadAgain| page.names.iter().take(8).map(|n| clip(n, 120).into_owned()).collect();
        Self {
            base: clip(&change.base, 64).into_owned(),
            head: clip(&change.head, 64).into_owned(),
            commits: change.commits,
            files: change.files,
            pages: change.pages,
            broken: change.broken,
            edited: change.edited,
            before: change.before,
            waived: change
                .waived
                .iter()
                .take(MOST)
                .map(|w| (w.kind, place(w), clip(&w.text, 300).into_owned()))
                .collect(),
            again: change
                .read_again
                .iter()
                .take(MOST)
                .map(|p| (clip(&p.document, 1_000).into_owned(), names(p)))
                .collect(),
        }
    }
}
