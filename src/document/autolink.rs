//! Bare URLs and wiki links within words.

use super::model::{Inline, InlineKind, LinkStyle, Target};

/// A link found in a text.
struct Found {
    /// All of it.
    whole: std::ops::Range<usize>,
    /// Its destination.
    dest: std::ops::Range<usize>,
    /// What is read.
    shown: std::ops::Range<usize>,
    style: LinkStyle,
}

/// Splits the words among `inlines` at bare URLs, and at `[[Page]]` where `wiki` says so.
pub(crate) fn split(inlines: Vec<Inline>, source: &str, wiki: bool) -> Vec<Inline> {
    let hit = |i: &Inline| {
        i.kind == InlineKind::Text && !i.in_link && (i.text.contains("://") || (wiki && i.text.contains("[[")))
    };
    if !inlines.iter().any(hit) {
        return inlines;
    }
    let mut out = Vec::with_capacity(inlines.len() + 4);
    for inline in inlines {
        if !hit(&inline) {
            out.push(inline);
            continue;
        }
        let mut at = 0;
        let piece = |range: std::ops::Range<usize>, kind: InlineKind, in_link: bool| Inline {
            kind,
            span: inline.span_of(source, range.clone()),
            text: inline.text[range].to_owned(),
            cell: inline.cell,
            in_link,
        };
        for found in find(&inline.text, wiki) {
            if found.whole.start > at {
                out.push(piece(at..found.whole.start, InlineKind::Text, false));
            }
            at = found.whole.end;
            let target = Target {
                dest: inline.text[found.dest.clone()].trim().to_owned(),
                span: inline.span_of(source, found.dest),
                style: found.style,
            };
            let mut link = piece(found.shown.clone(), InlineKind::Link(target), false);
            link.span = inline.span_of(source, found.whole);
            out.push(link);
            out.push(piece(found.shown, InlineKind::Text, true));
        }
        if at < inline.text.len() {
            out.push(piece(at..inline.text.len(), InlineKind::Text, false));
        }
    }
    out
}

fn find(text: &str, wiki: bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let bytes = text.as_bytes();
    for colon in memchr::memmem::find_iter(bytes, b"://") {
        let mut start = colon;
        while start > 0 && bytes[start - 1].is_ascii_alphanumeric() && colon - start < 6 {
            start -= 1;
        }
        let known = ["http", "https", "ftp"].iter().any(|s| text[start..colon].eq_ignore_ascii_case(s));
        if !known || found.last().is_some_and(|f| f.whole.end > start) {
            continue;
        }
        let end = url_end(bytes, colon + 3);
        if end > colon + 3 {
            let range = start..end;
            found.push(Found { whole: range.clone(), dest: range.clone(), shown: range, style: LinkStyle::Auto });
        }
    }
    if wiki {
        wiki_links(text, &mut found);
        found.sort_by_key(|f| f.whole.start);
        let mut end = 0;
        found.retain(|f| {
            let keep = f.whole.start >= end;
            if keep {
                end = f.whole.end;
            }
            keep
        });
    }
    found
}

/// Where the URL ends whose host starts at `from`: at white space, a delimiter, or a character that
/// is not ASCII (Japanese text follows without a space); closing punctuation is left out.
fn url_end(bytes: &[u8], from: usize) -> usize {
    let mut end = from;
    let (mut round, mut square) = (0i32, 0i32);
    while let Some(&b) = bytes.get(end) {
        if b.is_ascii_whitespace() || !b.is_ascii_graphic() || b"<>\"`|\\^".contains(&b) {
            break;
        }
        match b {
            b'(' => round += 1,
            b')' => round -= 1,
            b'[' => square += 1,
            b']' => square -= 1,
            _ => {}
        }
        if round < 0 || square < 0 {
            break;
        }
        end += 1;
    }
    while end > from && b"?!.,:;*_~'".contains(&bytes[end - 1]) {
        end -= 1;
    }
    end
}

/// `[[Page]]` and `[[Page|text]]`. (Which side is the page differs between hosts: it is the left
/// one here, as in most wikis; GitHub's has it on the right.)
fn wiki_links(text: &str, found: &mut Vec<Found>) {
    let mut from = 0;
    while let Some(open) = text[from..].find("[[").map(|i| from + i) {
        let inner = open + 2;
        let stop = text[inner..].find(['[', ']', '\n']).map(|i| inner + i);
        let Some(close) = stop else { break };
        from = close.max(open + 2);
        let body = &text[inner..close];
        if !text[close..].starts_with("]]") || body.trim().is_empty() || body.len() > 300 {
            continue;
        }
        let (dest, shown) = match body.find('|') {
            Some(bar) => (inner..inner + bar, inner + bar + 1..close),
            None => (inner..close, inner..close),
        };
        found.push(Found { whole: open..close + 2, dest, shown, style: LinkStyle::Wiki });
    }
}

#[cfg(test)]
mod tests {
    use super::super::span::Span;
    use super::*;

    fn links(text: &str) -> Vec<(String, LinkStyle)> {
        let whole = Inline {
            kind: InlineKind::Text,
            span: Span::new(0, text.len()),
            text: text.into(),
            cell: None,
            in_link: false,
        };
        split(vec![whole], text, true)
            .into_iter()
            .filter_map(|i| match i.kind {
                InlineKind::Link(t) => {
                    assert_eq!(t.span.of(text).trim(), t.dest);
                    Some((t.dest, t.style))
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn finds_urls_without_what_closes_a_sentence() {
        for (text, url) in [
            ("see https://a.example/x.", "https://a.example/x"),
            ("(https://a.example/x_(y))", "https://a.example/x_(y)"),
            ("詳細はhttps://a.example/docs/を参照", "https://a.example/docs/"),
            ("<https://a.example>", "https://a.example"),
        ] {
            assert_eq!(links(text), [(url.to_owned(), LinkStyle::Auto)], "{text}");
        }
        assert!(links("grpc://x and ://y and http://").is_empty());
    }

    #[test]
    fn finds_wiki_links() {
        assert_eq!(
            links("see [[Home]] and [[Setup|the setup]]"),
            [("Home".to_owned(), LinkStyle::Wiki), ("Setup".to_owned(), LinkStyle::Wiki)]
        );
        assert!(links("[[]] [[a [[ b").is_empty());
    }
}
