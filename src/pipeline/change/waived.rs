//! What a change brings with it that would hide a finding: it hides nothing in the change's own run.

use super::edits::{Edits, PageEdit};
use crate::document::{Document, DocumentId, Span, Tense};
use crate::pipeline::pages::Pages;
use crate::report::json::v1::{self, Waived, WaivedKind};
use crate::triage::{review, suppression};

/// Takes back what the change marks in pages: suppressions on lines that it adds, and pages and
/// sections that it makes historical. What was taken back is returned, by page and line.
pub fn unmark(pages: &mut Pages, edits: &Edits) -> Vec<Waived> {
    let mut waived = Vec::new();
    for page in &mut pages.pages {
        let Some(edit) = edits.pages.get(&page.document.id) else { continue };
        suppressions(&mut page.document, edit, &mut waived);
        tense(&mut page.document, edit, &mut waived);
    }
    waived
}

fn suppressions(document: &mut Document, edit: &PageEdit, waived: &mut Vec<Waived>) {
    let (text, lines, id) = (document.text.clone(), document.lines.clone(), document.id.clone());
    document.comments.retain(|comment| {
        let first = lines.line_of(comment.span.start);
        let last = lines.line_of(comment.span.end.saturating_sub(1).max(comment.span.start));
        let new = (first..=last).any(|line| edit.added.get(line) == Some(&true));
        if !new || !suppression::is_suppression(&comment.text) {
            return true;
        }
        let start = lines.position(&text, comment.span.start);
        waived.push(Waived {
            kind: WaivedKind::Suppression,
            document: id.as_str().to_owned(),
            line: Some(start.line),
            text: comment.text.trim().to_owned(),
        });
        false
    });
}

fn tense(document: &mut Document, edit: &PageEdit, waived: &mut Vec<Waived>) {
    let Some(base) = &edit.base else { return };
    let mut note = |line: Option<u32>, text: String| {
        waived.push(Waived { kind: WaivedKind::Historical, document: document.id.as_str().to_owned(), line, text });
    };
    if matches!(base.tense, Tense::Current) && !matches!(document.tense, Tense::Current) {
        let why = match &document.tense {
            Tense::Historical { reason } => reason.clone(),
            Tense::Release { version } => format!("release {version}"),
            Tense::Generated { by } => by.clone(),
            Tense::Current => String::new(),
        };
        note(None, why);
        document.tense = Tense::Current;
    }
    if document.migration && !base.migration {
        note(None, "migration guide".to_owned());
        document.migration = false;
    }
    let (sections, lines, text) = (&document.sections, &document.lines, &document.text);
    document.historical_sections.retain(|index| {
        let Some(section) = sections.get(*index) else { return false };
        let heading = lines.line_of(section.span.start);
        if edit.added.get(heading) != Some(&true)
            || !holds_old_lines(section.span, edit, |offset| lines.line_of(offset))
        {
            return true;
        }
        let at = lines.position(text, section.span.start);
        note(Some(at.line), section.heading_path.last().cloned().unwrap_or_default());
        false
    });
}

/// Whether a section has lines that were there before the change.
fn holds_old_lines(span: Span, edit: &PageEdit, line_of: impl Fn(usize) -> usize) -> bool {
    let (first, last) = (line_of(span.start), line_of(span.end.saturating_sub(1).max(span.start)));
    edit.added.get(first..=last.min(edit.added.len().saturating_sub(1))).is_some_and(|lines| lines.contains(&false))
}

/// Sets what pages say of their reviews back to what they said at the base, and returns what that
/// took back.
pub fn reviews(documents: &mut [v1::Document], edits: &Edits) -> Vec<Waived> {
    let mut waived = Vec::new();
    for document in documents {
        let Some(edit) = edits.pages.get(&DocumentId::new(&document.id)) else { continue };
        let said = edit.base.as_ref().map(|base| {
            let front_matter = base.front_matter.as_ref().map(|f| &f.value);
            review::said(front_matter, base.comments.iter().map(|c| c.text.as_str()))
        });
        let said = said.unwrap_or_default();
        let signals = &mut document.signals;
        if signals.reviewed == said.reviewed && signals.review_by == said.review_by {
            continue;
        }
        let date = |review: &Option<v1::Review>| review.as_ref().map(|r| r.date.clone());
        let text = [date(&signals.reviewed), signals.review_by.clone()].into_iter().flatten().collect::<Vec<_>>();
        waived.push(Waived {
            kind: WaivedKind::Review,
            document: document.id.clone(),
            line: None,
            text: text.join(", "),
        });
        signals.reviewed = said.reviewed;
        signals.review_by = said.review_by;
    }
    waived
}
