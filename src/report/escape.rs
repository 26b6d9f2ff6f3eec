//! Makes text of others harmless for a terminal.
//!
//! Page titles, paths, commit subjects and names are written by whoever writes to the audited
//! repository. Printed raw they could move the cursor, set a window's title, hide themselves, or
//! show a line in another order than it has.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` as one line that a terminal shows as it is: control characters (escape sequences begin
/// with one, and so does a line break), marks that change the direction of writing, and characters
/// that can't be seen are written as `\n`, `\x1b`, `\u{202e}`. What is left is unchanged.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_harmful) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    let (clean, rest) = text.split_at(first);
    out.push_str(clean);
    for c in rest.chars() {
        if is_harmful(c) { push_escaped(&mut out, c) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// As [`terminal`], with everything beyond `max` characters of the text replaced by `…`.
#[must_use]
pub fn terminal_short(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => terminal(text),
        Some((end, _)) => {
            let mut out = terminal(text.get(..end).unwrap_or("")).into_owned();
            out.push('…');
            Cow::Owned(out)
        }
    }
}

/// Whether a terminal, or a reader's eye, could be misled by `c`.
#[must_use]
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Marks, embeddings, overrides and isolates of direction.
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line and paragraph separator.
            | '\u{2028}' | '\u{2029}'
            // Without width. The joiners U+200C and U+200D are not here: scripts and emoji need them.
            | '\u{00ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
            // Annotation marks and tags, which spell text that no one sees.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a string can't fail.
        c if u32::from(c) < 0x100 => _ = write!(out, "\\x{:02x}", u32::from(c)),
        c => _ = write!(out, "\\u{{{:x}}}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_ordinary_text_alone_without_copying() {
        for text in ["", "src/main.rs:3", "設定ファイル（既定値は３０秒）", "👩‍💻 é"] {
            assert!(matches!(terminal(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn writes_out_what_could_mislead() {
        assert_eq!(terminal("a\x1b[31mred\x1b]0;title\x07"), "a\\x1b[31mred\\x1b]0;title\\x07");
        assert_eq!(terminal("one\ntwo\r\n\tthree"), "one\\ntwo\\r\\n\\tthree");
        assert_eq!(terminal("\u{9b}2J"), "\\x9b2J");
        assert_eq!(terminal("a\u{202e}b\u{2066}c\u{200b}"), "a\\u{202e}b\\u{2066}c\\u{200b}");
        assert_eq!(terminal("\0\u{7f}"), "\\x00\\x7f");
        assert_eq!(terminal("x\u{e0041}y\u{feff}"), "x\\u{e0041}y\\u{feff}");
    }

    #[test]
    fn no_control_character_survives() {
        let all: String = (0..=0x10_ffff).filter_map(char::from_u32).collect();
        assert!(!terminal(&all).chars().any(char::is_control));
    }

    #[test]
    fn shortens_by_characters_before_escaping() {
        assert_eq!(terminal_short("日本語の題", 3), "日本語…");
        assert_eq!(terminal_short("abc", 3), "abc");
        assert_eq!(terminal_short("\x1b\x1b\x1b", 1), "\\x1b…");
    }
}
