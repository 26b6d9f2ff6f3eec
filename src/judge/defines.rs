//! Which names a line of code defines: where a name gets its value, its type or its body, and not where it is
//! used. No grammar: one line at a time, in the spellings that languages have in common.

use super::words::{self, Shape};
use crate::history::term::Term;

/// Words that a definition begins with; the name follows.
const KEYWORDS: &[&str] = &[
    "fn",
    "def",
    "func",
    "function",
    "class",
    "struct",
    "enum",
    "interface",
    "type",
    "trait",
    "const",
    "let",
    "var",
    "val",
    "fun",
    "static",
    "record",
    "define",
    "macro_rules",
    "module",
    "mod",
    "option",
];
/// Words that may stand before those, or before a name.
const MODIFIERS: &[&str] = &[
    "pub",
    "crate",
    "export",
    "default",
    "async",
    "public",
    "private",
    "protected",
    "final",
    "override",
    "virtual",
    "inline",
    "readonly",
    "abstract",
    "internal",
    "unsafe",
    "extern",
    "declare",
    "constexpr",
    "mut",
    "set",
    "local",
];

/// Gives the names that `line` defines to `sink`: as a whole, and as a word where it is one.
pub fn names(line: &str, sink: &mut dyn FnMut(Term)) {
    let line = line.trim();
    if line.len() > 400 || is_comment(line) {
        return;
    }
    let mut give = |name: &str| {
        // A name of several parts gives itself only.
        let mut whole = None;
        words::terms(name, &mut |term, shape| {
            if whole.is_none() || shape == Shape::Name {
                whole = whole.or(Some(term));
            }
        });
        if let Some(term) = whole {
            sink(term);
        }
    };
    if let Some(name) = begun(line) {
        give(name);
    }
    if let Some(name) = assigned(line) {
        give(name);
    }
    for name in quoted(line) {
        give(name);
    }
}

/// Whether a line without its indentation is a comment.
pub fn is_comment(line: &str) -> bool {
    ["//", "* ", "*/", "/*", "--  ", "<!--", "# ", "\"\"\"", "%%"].iter().any(|start| line.starts_with(start))
        || line == "*"
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The name that the line begins with, behind keywords, or where `:` or a body follows.
fn begun(line: &str) -> Option<&str> {
    let mut rest = line.trim_start_matches(['#', '"', '\'', '[', '<', '-', '.', '@', '*', ' ']);
    let mut keyword = false;
    for _ in 0..8 {
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            // A receiver, or `pub(crate)`.
            rest = rest.strip_prefix('(').and_then(|r| r.split_once(')')).map(|(_, r)| r.trim_start())?;
            continue;
        }
        let more = after.trim_start();
        if KEYWORDS.contains(&word) && !more.starts_with([':', '=']) {
            (keyword, rest) = (true, more);
            continue;
        }
        if MODIFIERS.contains(&word) && !more.starts_with([':', '=']) {
            rest = more;
            continue;
        }
        let next = after.trim_start_matches(['"', '\'', '?', '!', ' ', ']']);
        let sets = next.starts_with(':') && !next.starts_with("::");
        let body = next.starts_with('(') && line.ends_with(['{', ':']) && !is_flow(word);
        let tagged = line.ends_with('`') && next.starts_with(|c: char| c.is_alphabetic() || matches!(c, '[' | '*'));
        return (keyword || sets || body || tagged).then_some(word);
    }
    None
}

fn is_flow(word: &str) -> bool {
    matches!(word, "if" | "for" | "while" | "switch" | "match" | "catch" | "return" | "with" | "elif" | "else")
}

/// The name before the line's first `=` that is no comparison, or before the type that stands between.
fn assigned(line: &str) -> Option<&str> {
    let bytes = line.as_bytes();
    let at = (0..bytes.len()).find(|&at| {
        bytes.get(at) == Some(&b'=')
            && !matches!(bytes.get(at + 1), Some(b'=' | b'>' | b'~'))
            && !at
                .checked_sub(1)
                .and_then(|b| bytes.get(b))
                .is_some_and(|b| matches!(b, b'=' | b'!' | b'<' | b'>' | b'~'))
    })?;
    let left = line.get(..at)?.trim_end_matches([':', '+', '?', '|', ' ', '"', '\'', ']']);
    let start = left.rfind(|c| !is_name(c)).map_or(0, |at| at + left[at..].chars().next().map_or(1, char::len_utf8));
    left.get(start..).filter(|name| !name.is_empty())
}

/// Texts of the line that are nothing but a name: the key of a table, the name of a flag.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split(['"', '\'', '`'])
        .skip(1)
        .step_by(2)
        .map(|text| text.trim_start_matches('-').split(',').next().unwrap_or_default())
        .filter(|text| text.len() > 2 && text.chars().all(|c| is_name(c) || c == '.'))
        .take(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defines(line: &str, name: &str) -> bool {
        let mut wanted = None;
        words::terms(name, &mut |term, _| wanted = wanted.or(Some(term)));
        let mut found = false;
        names(line, &mut |term| found |= Some(term) == wanted);
        found
    }

    #[test]
    fn what_a_line_defines() {
        for (line, name) in [
            ("pub(crate) fn max_size(&self) -> u8 {", "max_size"),
            ("func (s *Server) maxSize() int {", "max_size"),
            ("    def max_size(self):", "max_size"),
            ("  maxSize: 500,", "max_size"),
            ("  \"max-size\": 500,", "max_size"),
            ("  maxSize?: boolean | string", "max_size"),
            ("MaxSize int `yaml:\"max_size,omitempty\"`", "max_size"),
            ("private final Duration maxSize = Duration.ofMillis(500);", "max_size"),
            ("pub const MAX_SIZE: usize = 5;", "max_size"),
            ("#define MAX_SIZE 5", "max_size"),
            ("a.Flag(\"max.size\", \"The size.\").Default(\"5\")", "max"),
            ("size = 5", "size"),
            ("maxSize() {", "max_size"),
        ] {
            assert!(defines(line, name), "{line}");
        }
    }

    #[test]
    fn what_a_line_only_uses() {
        for (line, name) in [
            ("// max_size: the size", "max_size"),
            ("if max_size == 5 {", "max_size"),
            ("call(max_size)", "max_size"),
            ("x = max_size + 1", "max_size"),
            ("return self.max_size(5)", "max_size"),
        ] {
            assert!(!defines(line, name), "{line}");
        }
    }
}
