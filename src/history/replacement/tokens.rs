//! A line in tokens: names with their joiners, numbers, and single marks.

/// Longer lines (generated or minified) are not taken apart.
pub const MAX_LINE: usize = 2000;
/// Lines of more tokens are not aligned.
pub const MAX_TOKENS: usize = 400;

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'t> {
    /// Byte offset in the line.
    pub start: usize,
    /// What stands there.
    pub text: &'t str,
    /// Whether it is a name or a number, not a mark.
    pub word: bool,
}

/// Takes `line` apart. ASCII letters, digits and `_` form words; `-` and `joiners` join them where
/// they stand between two, and dashes belong to a word that they start. Letters beyond ASCII form
/// words of their own, for no space stands between a name and Japanese. Empty where the line is too
/// long.
pub fn tokens<'t>(line: &'t str, joiners: &str) -> Vec<Token<'t>> {
    let mut out = Vec::new();
    if line.len() > MAX_LINE {
        return out;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_far = |c: char| !c.is_ascii() && c.is_alphanumeric();
    let joins = |c: char| c == '-' || joiners.contains(c);
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let lead: usize = rest.chars().take_while(|&c| joins(c)).map(char::len_utf8).sum();
        let mut end: usize = rest.chars().take_while(|&c| is_far(c)).map(char::len_utf8).sum();
        if rest[lead..].starts_with(is_word) && (lead == 0 || c == '-' || c == '/' || c == '{') {
            end = lead;
            // Words and the joiners between them.
            loop {
                let word: usize = rest[end..].chars().take_while(|&c| is_word(c)).map(char::len_utf8).sum();
                end += word;
                let bridge: usize = rest[end..].chars().take_while(|&c| joins(c)).map(char::len_utf8).sum();
                if bridge == 0 || !rest[end + bridge..].starts_with(is_word) {
                    // A route may end in `}`.
                    end += rest[end..].chars().take_while(|&c| c == '}' && joins(c)).map(char::len_utf8).sum::<usize>();
                    break;
                }
                end += bridge;
            }
        }
        let (text, word) = if end > 0 { (&rest[..end], true) } else { (&rest[..c.len_utf8()], false) };
        out.push(Token { start: at, text, word });
        if out.len() > MAX_TOKENS {
            return Vec::new();
        }
        at += text.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'t>(line: &'t str, joiners: &str) -> Vec<&'t str> {
        tokens(line, joiners).iter().map(|t| t.text).collect()
    }

    #[test]
    fn names_keep_their_joiners() {
        assert_eq!(texts("run(--config-file, a->b)", ""), ["run", "(", "--config-file", ",", "a", "-", ">", "b", ")"]);
        assert_eq!(texts("\"core.pager\": x.", "."), ["\"", "core.pager", "\"", ":", "x", "."]);
        assert_eq!(texts("GET /v1/users/{id} ok", "/.:{}*"), ["GET", "/v1/users/{id}", "ok"]);
        assert_eq!(texts("設定--configを", ""), ["設定", "--config", "を"]);
    }

    #[test]
    fn a_hostile_line_is_left_alone() {
        assert!(tokens(&"(".repeat(1000), "").is_empty());
        assert!(tokens(&"x ".repeat(100_000), "").is_empty());
    }
}
