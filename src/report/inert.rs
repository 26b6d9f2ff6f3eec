//! Makes text of pages, paths and commits harmless before it is shown, whatever shows it.

use std::borrow::Cow;

use super::escape::is_harmful;

/// Whether a character is not to be shown as it is: those that [`escape`](super::escape) spells out
/// for terminals, but for tabs and line feeds.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    !matches!(c, '\t' | '\n') && is_harmful(c)
}

/// The text with hidden characters spelt out (`[U+202E]`); tabs and line feeds stay.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            out.push_str(&format!("[U+{:04X}]", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The text, cut to `limit` characters; `…` stands for what is cut off.
#[must_use]
pub fn clip(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_are_spelt_out() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\r"), "a[U+001B][31mb[U+202E]c[U+000D]");
        assert_eq!(visible("日本語\tタブ\n👩‍💻"), "日本語\tタブ\n👩‍💻");
    }

    #[test]
    fn clipping_counts_characters() {
        assert_eq!(clip("日本語", 3), "日本語");
        assert_eq!(clip("日本語です", 3), "日本…");
    }
}
