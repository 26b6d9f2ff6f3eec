//! Parts of a page that speak of an earlier state, by where they stand.

use crate::document::{Document, Format, Span};

/// Directives of reStructuredText whose body tells the history of what they stand under.
const VERSION_NOTES: &[&str] = &[".. versionadded::", ".. versionchanged::", ".. versionremoved::", ".. deprecated::"];

/// Lines above a reference that are looked at for the directive that it stands in.
const REACH: usize = 12;

/// Whether what stands at `span` is told of the past: in a section that lists versions, in a guide
/// from an old version to a new one, or in a note on a version.
#[must_use]
pub fn is_told(document: &Document, section: usize, span: Span) -> bool {
    document.migration
        || document.historical_sections.binary_search(&section).is_ok()
        || document.format == Format::Rst && is_version_note(document, span)
}

fn is_version_note(document: &Document, span: Span) -> bool {
    let line = document.lines.line_of(span.start);
    let text = |at: usize| document.lines.line_span(&document.text, at).of(&document.text);
    let indent = |s: &str| s.len() - s.trim_start().len();
    let mut least = indent(text(line));
    for at in (line.saturating_sub(REACH)..=line).rev() {
        let here = text(at);
        if here.trim().is_empty() {
            continue;
        }
        let is_note = VERSION_NOTES.iter().any(|mark| here.trim_start().starts_with(mark));
        if is_note && (at == line || indent(here) < least) {
            return true;
        }
        least = least.min(indent(here));
    }
    false
}
