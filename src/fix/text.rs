//! Changes to the text of a page, made in its bytes.

use std::collections::HashMap;

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, WINDOWS_1252};

use super::plan::Reason;
use crate::document::{LineIndex, Span, decode};
use crate::report::json::v1::{Fix, Position};

/// A page as the audit read it, and how to write it again.
pub(super) struct Page<'a> {
    bytes: &'a [u8],
    text: String,
    lines: LineIndex,
    long: HashMap<usize, Vec<usize>>,
    saved: Saved,
}

/// Lines longer than this, in bytes, are measured once: a page may be one line of megabytes with
/// thousands of changes.
const LONG: usize = 8 * 1024;
/// Every so many characters of a long line a byte offset is kept.
const STEP: usize = 1024;

/// How a page's text became bytes.
enum Saved {
    /// As UTF-8, maybe after a mark of this length, maybe with broken bytes.
    Utf8 { mark: usize },
    /// As UTF-16, after a mark or not.
    Utf16 { big: bool, mark: bool },
    /// In an older encoding.
    Other(&'static Encoding),
}

/// A change whose place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) span: Span,
    pub(super) text: String,
}

impl<'a> Page<'a> {
    /// Reads a page.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Reason> {
        let text = decode(bytes).map_err(|e| Reason::Unreadable(e.to_string()))?;
        let saved = saved_as(bytes, &text).ok_or(Reason::Encoding)?;
        let lines = LineIndex::new(&text);
        let long = (0..lines.len())
            .map(|line| (line, lines.line_span(&text, line)))
            .filter(|(_, span)| span.len() > LONG)
            .map(|(line, span)| (line, span.of(&text).char_indices().map(|(at, _)| at).step_by(STEP).collect()))
            .collect();
        Ok(Self { bytes, text, lines, long, saved })
    }

    /// Where a change is to be made, if the page still says there what the audit saw.
    pub(super) fn locate(&self, fix: &Fix) -> Result<Edit, Reason> {
        if fix.old.is_empty() || fix.text.chars().any(|c| c.is_control() && c != '\t') {
            return Err(Reason::Unfit);
        }
        let (Some(start), Some(end)) = (self.offset(fix.start), self.offset(fix.end)) else {
            return Err(Reason::Moved);
        };
        let span = Span::new(start, end);
        if start > end || span.of(&self.text) != fix.old || fix.old.contains('\u{fffd}') {
            return Err(Reason::Moved);
        }
        Ok(Edit { span, text: fix.text.clone() })
    }

    /// The page's bytes with these changes; they are in order and do not overlap.
    pub(super) fn with(&self, edits: &[Edit]) -> Result<Vec<u8>, Reason> {
        match self.saved {
            Saved::Utf8 { mark } => {
                let raw = RawOffsets::new(self.bytes, mark);
                let mut out = Vec::with_capacity(self.bytes.len() + 64);
                let mut from = 0;
                for edit in edits {
                    let (start, end) = (raw.of(edit.span.start), raw.of(edit.span.end));
                    out.extend_from_slice(self.bytes.get(from..start).ok_or(Reason::Moved)?);
                    out.extend_from_slice(edit.text.as_bytes());
                    from = end;
                }
                out.extend_from_slice(self.bytes.get(from..).ok_or(Reason::Moved)?);
                Ok(out)
            }
            Saved::Utf16 { big, mark } => Ok(utf16(&self.changed(edits)?, big, mark)),
            Saved::Other(encoding) => match encoding.encode(&self.changed(edits)?) {
                (bytes, _, false) => Ok(bytes.into_owned()),
                _ => Err(Reason::Encoding),
            },
        }
    }

    fn changed(&self, edits: &[Edit]) -> Result<String, Reason> {
        let mut out = String::with_capacity(self.text.len() + 64);
        let mut from = 0;
        for edit in edits {
            out.push_str(self.text.get(from..edit.span.start).ok_or(Reason::Moved)?);
            out.push_str(&edit.text);
            from = edit.span.end;
        }
        out.push_str(self.text.get(from..).ok_or(Reason::Moved)?);
        Ok(out)
    }

    /// The byte of a position in the text; none where there is no such place.
    fn offset(&self, at: Position) -> Option<usize> {
        let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
        if line >= self.lines.len() {
            return None;
        }
        let span = self.lines.line_span(&self.text, line);
        let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
        let text = span.of(&self.text);
        let (from, left) = match self.long.get(&line) {
            Some(steps) => {
                let step = (column / STEP).min(steps.len().saturating_sub(1));
                (steps.get(step).copied()?, column - step * STEP)
            }
            None => (0, column),
        };
        let rest = text.get(from..)?;
        let mut places = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        places.nth(left).map(|within| span.start + from + within)
    }
}

/// How the text was saved: the way that gives the same bytes again.
fn saved_as(bytes: &[u8], text: &str) -> Option<Saved> {
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if String::from_utf8_lossy(bytes.get(mark..).unwrap_or_default()) == text {
        return Some(Saved::Utf8 { mark });
    }
    for (big, mark) in [(false, true), (true, true), (false, false), (true, false)] {
        if utf16(text, big, mark) == bytes {
            return Some(Saved::Utf16 { big, mark });
        }
    }
    [SHIFT_JIS, EUC_JP, ISO_2022_JP, WINDOWS_1252]
        .into_iter()
        .find(|encoding| matches!(encoding.encode(text), (again, _, false) if *again == *bytes))
        .map(Saved::Other)
}

fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// From places in a decoded text to places in its UTF-8 bytes, where each broken run of bytes
/// became one replacement character.
struct RawOffsets {
    /// After each broken run: its end in the text, its end in the bytes.
    broken: Vec<(usize, usize)>,
    mark: usize,
}

impl RawOffsets {
    fn new(bytes: &[u8], mark: usize) -> Self {
        let (mut text, mut raw) = (0, mark);
        let mut broken = Vec::new();
        for chunk in bytes.get(mark..).unwrap_or_default().utf8_chunks() {
            text += chunk.valid().len();
            raw += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                text += char::REPLACEMENT_CHARACTER.len_utf8();
                raw += chunk.invalid().len();
                broken.push((text, raw));
            }
        }
        Self { broken, mark }
    }

    fn of(&self, offset: usize) -> usize {
        let before = self.broken.partition_point(|&(text, _)| text <= offset);
        match before.checked_sub(1).and_then(|at| self.broken.get(at)) {
            Some(&(text, raw)) => raw + (offset - text),
            None => self.mark + offset,
        }
    }
}
