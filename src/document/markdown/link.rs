//! Finds a link's destination in the source of the link or of its definition.

use std::ops::Range;

/// The destination in `[text](dest "title")`, searched from `from` (behind the link's text) to
/// `to`.
pub(super) fn inline_destination(text: &str, from: usize, to: usize) -> Option<Range<usize>> {
    let open = text.get(from..to)?.find("](").map(|i| from + i + 2)?;
    destination(text, open, to)
}

/// The destination in `[label]: dest "title"`.
pub(super) fn definition_destination(text: &str, span: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut i = span.start;
    while i < span.end {
        match bytes.get(i)? {
            b'\\' => i += 1,
            b']' if bytes.get(i + 1) == Some(&b':') => return destination(text, i + 2, span.end),
            _ => {}
        }
        i += 1;
    }
    None
}

/// The destination that starts at or behind `from`.
fn destination(text: &str, from: usize, to: usize) -> Option<Range<usize>> {
    let bytes = text.get(..to)?.as_bytes();
    let mut start = from;
    while bytes.get(start).is_some_and(u8::is_ascii_whitespace) {
        start += 1;
    }
    if bytes.get(start) == Some(&b'<') {
        let mut end = start + 1;
        while let Some(&b) = bytes.get(end) {
            match b {
                b'>' => return Some(start + 1..end),
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        return None;
    }
    let mut end = start;
    let mut depth = 0i32;
    while let Some(&b) = bytes.get(end) {
        match b {
            b'\\' => end += 1,
            b'(' => depth += 1,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            b if b.is_ascii_whitespace() => break,
            _ => {}
        }
        end += 1;
    }
    Some(start..end.min(to))
}
