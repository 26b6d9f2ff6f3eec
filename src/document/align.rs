//! Finds a piece of an inline's visible text in the source, past escapes and entities.

use std::ops::Range;

use super::html;
use super::span::Span;

/// See [`Inline::span_of`](super::Inline::span_of).
pub(super) fn span_of(text: &str, span: Span, source: &str, range: Range<usize>) -> Span {
    let raw = span.of(source);
    if range.start > range.end || text.get(range.clone()).is_none() {
        return span;
    }
    // Escapes, entities and quote marks only ever make the source longer. No comparison of the
    // texts: it would cost the whole inline for each of its tokens.
    if raw.len() == text.len() {
        return Span::new(span.start + range.start, span.start + range.end);
    }
    let (mut at, mut seen) = (0, 0);
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    // `end` of the last matched source character: a range ends there, not before the next escape.
    let mut end = 0;
    while let Some(&(offset, wanted)) = chars.peek() {
        if offset >= range.end {
            break;
        }
        let Some(found) = raw.get(at..).and_then(|rest| rest.chars().next()) else {
            return span;
        };
        let mut length = 0;
        let mut consumed = 1;
        if found == '&'
            && let Some((value, width)) = html::entity(&raw[at..])
            && text[offset..].starts_with(value.as_str())
            && !(wanted == '&' && text[offset..].starts_with(&raw[at..at + width]))
        {
            length = width;
            consumed = value.chars().count().max(1);
        } else if (found == wanted
            && !(found == '\\' && text[offset + 1..].chars().next() != raw[at + 1..].chars().next()))
            || (wanted == ' ' && matches!(found, '\n' | '\r' | '\t'))
        {
            length = found.len_utf8();
        }
        if length == 0 {
            at += found.len_utf8();
            continue;
        }
        if offset >= range.start && start.is_none() {
            start = Some(at);
        }
        at += length;
        end = at;
        for _ in 0..consumed {
            if let Some((o, c)) = chars.next() {
                seen = o + c.len_utf8();
            }
        }
    }
    let start = start.unwrap_or(end);
    if seen < range.end && range.end > range.start {
        return span;
    }
    Span::new(span.start + start, span.start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_escapes_and_entities() {
        let source = r"see snake\_case &amp; a\*b";
        let text = "see snake_case & a*b";
        let whole = Span::new(0, source.len());
        let find = |needle: &str| {
            let at = text.find(needle).unwrap();
            span_of(text, whole, source, at..at + needle.len()).of(source)
        };
        assert_eq!(find("snake_case"), r"snake\_case");
        assert_eq!(find("a*b"), r"a\*b");
        assert_eq!(find("&"), "&amp;");
        assert_eq!(find("see"), "see");
    }

    #[test]
    fn follows_a_code_span_over_quoted_lines() {
        let source = "one\n> two three";
        let text = "one two three";
        let whole = Span::new(0, source.len());
        assert_eq!(span_of(text, whole, source, 4..7).of(source), "two");
        assert_eq!(span_of(text, whole, source, 8..13).of(source), "three");
    }

    #[test]
    fn gives_the_whole_where_it_cannot_follow() {
        let whole = Span::new(0, 3);
        assert_eq!(span_of("other", whole, "abc", 0..5), whole);
        assert_eq!(span_of("abc", whole, "abc", 2..9), whole);
    }
}
