//! The text of a configuration file, and places in it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, Place};
use crate::document::LineIndex;

/// A configuration file's text with what is needed to point into it.
#[derive(Debug)]
pub struct Source<'t> {
    file: PathBuf,
    text: &'t str,
    lines: LineIndex,
}

impl<'t> Source<'t> {
    /// The text of `file`.
    pub fn new(file: &Path, text: &'t str) -> Self {
        Self { file: file.to_owned(), text, lines: LineIndex::new(text) }
    }

    /// The file's name as the user gave it.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Line and column of the start of `span`; of the file's end where the span lies beyond it.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let offset = floor_char_boundary(self.text, span.start);
        let at = self.lines.position(self.text, offset);
        Place { file: self.file.clone(), line: at.line, column: at.column }
    }

    /// An error at `span`.
    pub fn error(&self, span: &Range<usize>, message: impl Into<String>, hint: Option<String>) -> ConfigError {
        ConfigError::Invalid { place: self.place(span), message: message.into(), hint }
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
