//! Lines and words of a page's bytes, in whatever encoding keeps ASCII.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// The lines of `text`, their breaks left out: `\n`, `\r\n` or a lone `\r`. A text that ends in a break
/// has no empty line behind it.
pub(super) fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', text) {
        // The `\n` of a `\r\n` whose `\r` already ended the line.
        if at < start {
            continue;
        }
        lines.push(&text[start..at]);
        start = at + 1;
        if text[at] == b'\r' && text.get(start) == Some(&b'\n') {
            start += 1;
        }
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// A hash of the bytes.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

/// A hash of the line without its blanks, and how many bytes that leaves.
pub(super) fn key(line: &[u8]) -> (u64, u32) {
    let mut hasher = FxHasher::default();
    let mut length = 0;
    let mut block = [0; 64];
    let mut filled = 0;
    for &byte in line.iter().filter(|b| !b.is_ascii_whitespace()) {
        block[filled] = byte;
        filled += 1;
        if filled == block.len() {
            hasher.write(&block);
            length += filled;
            filled = 0;
        }
    }
    hasher.write(&block[..filled]);
    (hasher.finish(), u32::try_from(length + filled).unwrap_or(u32::MAX))
}

/// Hash and length of each word: what stands between blanks. Japanese, Chinese and Korean letters are
/// words of their own, since their text is wrapped between any two.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = (u64, u32)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at;
            match line.get(start)? {
                b if b.is_ascii_whitespace() => at += 1,
                lead if *lead >= WIDE => {
                    at = (start + letter_length(*lead)).min(line.len());
                    // The blank of full width.
                    if &line[start..at] != b"\xe3\x80\x80" {
                        break Some(word(&line[start..at]));
                    }
                }
                _ => {
                    let end = line[start..].iter().position(|b| b.is_ascii_whitespace() || *b >= WIDE);
                    at = end.map_or(line.len(), |length| start + length);
                    break Some(word(&line[start..at]));
                }
            }
        }
    })
}

/// The first byte of letters from U+3000 on in UTF-8.
const WIDE: u8 = 0xe3;

fn letter_length(lead: u8) -> usize {
    if lead >= 0xf0 { 4 } else { 3 }
}

fn word(bytes: &[u8]) -> (u64, u32) {
    (hash(bytes), u32::try_from(bytes.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::LineIndex;

    #[test]
    fn lines_are_those_of_the_line_index() {
        for text in ["", "a", "a\n", "a\r\nb\rc\n\nd", "\r\r\n\n", "a\r"] {
            let index = LineIndex::new(text);
            let lines = split_lines(text.as_bytes());
            let expected: Vec<_> = (0..index.len()).map(|l| index.line_span(text, l).of(text).as_bytes()).collect();
            // The index has one empty line more behind a final break.
            let expected = if expected.last() == Some(&&b""[..]) { &expected[..expected.len() - 1] } else { &expected };
            assert_eq!(lines, expected, "{text:?}");
        }
    }

    #[test]
    fn keys_don_t_see_blanks() {
        assert_eq!(key(b" a\tb c\r"), key(b"abc"));
        assert_ne!(key(b"abc"), key(b"abd"));
        assert_eq!(key(b"  ").1, 0);
        let long = b"0123456789".repeat(20);
        assert_eq!(key(&long).1, 200);
        assert_ne!(key(&long), key(&long[1..]));
    }

    #[test]
    fn japanese_letters_are_words() {
        let count = |s: &str| words(s.as_bytes()).count();
        assert_eq!(count("use --foo  now"), 3);
        assert_eq!(count("設定は--fooで　行う"), 3 + 1 + 1 + 2);
        assert_eq!(count("naïve façade"), 2);
        // A letter that is cut off, or bytes of another encoding, must not panic.
        assert_eq!(words(b"\xe3\x81").count(), 1);
        assert_eq!(words(b"\xf0").count(), 1);
    }
}
