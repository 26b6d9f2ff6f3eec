//! Words of pages and code as terms, so that a sentence and the code that it speaks of meet.
//!
//! An identifier is one term as a whole (case and separators folded away) and one for each word that it
//! is made of, brought to its stem: `maxSamplesPerSend` meets `max_samples_per_send`, and "samples per
//! send" too. A number with dots is a term, and so is its beginning: `1.12` meets `1.12.0`.

use crate::history::term::Term;

/// Words that say nothing of what a sentence is about.
const COMMON: &[&str] = &[
    "an",
    "as",
    "at",
    "be",
    "by",
    "do",
    "go",
    "if",
    "in",
    "is",
    "it",
    "me",
    "my",
    "no",
    "of",
    "on",
    "or",
    "so",
    "to",
    "up",
    "us",
    "we",
    "about",
    "above",
    "after",
    "all",
    "also",
    "and",
    "any",
    "are",
    "available",
    "because",
    "been",
    "before",
    "below",
    "both",
    "but",
    "can",
    "could",
    "did",
    "does",
    "each",
    "either",
    "ever",
    "every",
    "example",
    "few",
    "following",
    "for",
    "from",
    "get",
    "had",
    "has",
    "have",
    "here",
    "how",
    "into",
    "its",
    "just",
    "let",
    "like",
    "may",
    "more",
    "most",
    "must",
    "need",
    "note",
    "now",
    "one",
    "only",
    "other",
    "our",
    "out",
    "over",
    "own",
    "return",
    "same",
    "see",
    "self",
    "should",
    "since",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "under",
    "until",
    "use",
    "used",
    "using",
    "very",
    "via",
    "want",
    "was",
    "way",
    "were",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "why",
    "will",
    "with",
    "without",
    "would",
    "yes",
    "you",
    "your",
    "not",
    "https",
    "http",
    "www",
    "com",
    "org",
    "todo",
    "null",
    "none",
    "true",
    "false",
    "const",
    "static",
    "void",
    "public",
    "private",
    "func",
    "function",
    "impl",
    "struct",
    "class",
    "import",
    "export",
    "require",
    "include",
    "else",
    "elif",
    "endif",
    "string",
    "int",
    "bool",
];

/// What is shorter is no name, whatever it is made of.
const SHORTEST_NAME: usize = 5;

/// What a term is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// A name of several words: rarely the same by chance.
    Name,
    /// A number with dots in it, or its beginning.
    Version,
    /// A plain number.
    Number,
    /// A single word, by its stem.
    Word,
}

/// Gives every term of `text` to `sink`, in order; a name gives its words too.
pub fn terms(text: &str, sink: &mut dyn FnMut(Term, Shape)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_name(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        if bytes[at].is_ascii_digit() {
            at = number(bytes, start, sink);
            continue;
        }
        // `v0.7` is the number, whatever stands before it.
        if matches!(bytes[at], b'v' | b'V') && is_version(&bytes[at + 1..]) {
            at = number(bytes, start + 1, sink);
            continue;
        }
        while at < bytes.len() && is_name(bytes[at]) {
            at += 1;
        }
        if let Some(end) = edition(bytes, start, at, sink) {
            at = end;
            continue;
        }
        let end = at;
        let mut whole = end;
        while bytes.get(whole) == Some(&b'-') && bytes.get(whole + 1).is_some_and(|b| b.is_ascii_alphanumeric()) {
            whole += 1;
            while whole < bytes.len() && is_name(bytes[whole]) {
                whole += 1;
            }
        }
        name(&bytes[start..whole], sink);
        at = whole.max(end);
    }
}

/// Whether `rest` begins with a number that has a dot in it.
fn is_version(rest: &[u8]) -> bool {
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && rest.get(digits) == Some(&b'.') && rest.get(digits + 1).is_some_and(u8::is_ascii_digit)
}

/// A language whose name ends in signs, with its edition: `C++11` gives itself and the language.
fn edition(bytes: &[u8], start: usize, end: usize, sink: &mut dyn FnMut(Term, Shape)) -> Option<usize> {
    let name = bytes.get(start..end).filter(|name| name.eq_ignore_ascii_case(b"c"))?;
    let language = bytes.get(start..end + 2).filter(|all| all.ends_with(b"++"))?;
    let digits = bytes.get(end + 2..)?.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let all = bytes.get(start..end + 2 + digits)?;
    debug_assert_eq!(name.len(), 1);
    sink(literal(language), Shape::Word);
    if digits > 0 {
        sink(literal(all), Shape::Version);
        sink(literal(all.get(language.len()..)?), Shape::Number);
    }
    Some(end + 2 + digits)
}

/// Every term of `text`, each once.
#[must_use]
pub fn set(text: &str) -> rustc_hash::FxHashSet<Term> {
    let mut out = rustc_hash::FxHashSet::default();
    terms(text, &mut |term, _| {
        out.insert(term);
    });
    out
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Numbers: `1.12.0` gives itself, `1.12` and, as `1.x` does, the major version; `30s` gives `30s` and `30`.
fn number(bytes: &[u8], start: usize, sink: &mut dyn FnMut(Term, Shape)) -> usize {
    let mut at = start;
    let mut dots = 0;
    let mut second = None;
    loop {
        while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'_') {
            at += 1;
        }
        if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            dots += 1;
            if dots == 2 {
                second = Some(at);
            }
            at += 1;
            continue;
        }
        break;
    }
    let digits = at;
    while at < bytes.len() && is_name(bytes[at]) {
        at += 1;
    }
    let shape = if dots > 0 { Shape::Version } else { Shape::Number };
    let plain: Vec<u8> = bytes[start..digits].iter().copied().filter(|b| *b != b'_').collect();
    sink(literal(&plain), shape);
    if let Some(second) = second {
        sink(literal(&bytes[start..second]), Shape::Version);
    }
    // `3.x` meets `3.24.1`, and no plain 3.
    let any = bytes.get(digits..digits + 2).is_some_and(|end| matches!(end, b".x" | b".X" | b".*"))
        && !bytes.get(digits + 2).is_some_and(|b| is_name(*b));
    if dots >= 2 || dots == 0 && any {
        let major: Vec<u8> = bytes[start..digits].iter().copied().take_while(u8::is_ascii_digit).chain(*b".").collect();
        sink(literal(&major), Shape::Version);
    }
    if at > digits {
        sink(literal(&bytes[start..at]), shape);
    }
    at
}

/// Numbers have terms of their own, so that none is a word.
fn literal(text: &[u8]) -> Term {
    let mut key = Vec::with_capacity(text.len() + 1);
    key.push(b'#');
    key.extend(text.iter().map(u8::to_ascii_lowercase));
    Term::exact(&key)
}

fn name(text: &[u8], sink: &mut dyn FnMut(Term, Shape)) {
    let parts = parts(text);
    if parts.len() > 1 {
        // Units (`MiB`) and the like are words.
        let shape = if text.len() >= SHORTEST_NAME { Shape::Name } else { Shape::Word };
        sink(Term::folded(text), shape);
    }
    for part in parts {
        if let Some(term) = word(part) {
            sink(term, Shape::Word);
        }
    }
}

/// The words of an identifier: at separators, before capitals that follow small letters, and before
/// the last of several capitals (`HTTPServer`).
fn parts(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in 0..text.len() {
        let byte = text[at];
        if matches!(byte, b'_' | b'-') {
            if at > start {
                out.push(&text[start..at]);
            }
            start = at + 1;
        } else if byte.is_ascii_uppercase() && at > start {
            let after_small = !text[at - 1].is_ascii_uppercase();
            let before_small = text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            if after_small || before_small {
                out.push(&text[start..at]);
                start = at;
            }
        }
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

/// The term of a single word: its stem; none for a word that is too common or too short.
fn word(text: &[u8]) -> Option<Term> {
    if text.len() < 2 || text.len() > 40 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if std::str::from_utf8(&lower).is_ok_and(|word| COMMON.contains(&word)) {
        return None;
    }
    Some(Term::exact(stem(&lower)))
}

/// Cuts the endings that English verbs and plurals have; crude, and the same for pages and code.
fn stem(word: &[u8]) -> &[u8] {
    for ending in [&b"ing"[..], b"ies", b"ed", b"es", b"s", b"y", b"e"] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= 4
            && !(ending == b"s" && rest.ends_with(b"s"))
        {
            return rest;
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(a: &str, b: &str) -> usize {
        set(a).intersection(&set(b)).count()
    }

    #[test]
    fn names_meet_in_every_spelling() {
        assert_eq!(common("max_samples_per_send", "MaxSamplesPerSend"), 5);
        assert!(common("--max-samples", "maxSamples") >= 3);
        assert!(common("the samples", "MaxSamplesPerSend") >= 1);
        assert!(common("it retries", "retry_count") >= 1);
        assert!(common("HTTPServer", "server of HTTP") >= 1);
    }

    #[test]
    fn numbers_meet_by_their_beginning_only() {
        assert_eq!(common("Rust 1.12", "rust: 1.12.0"), 2);
        assert_eq!(common("1.1", "1.12"), 0);
        assert_eq!(common("30 seconds", "30s"), 1);
        assert_eq!(common("1_000", "1000"), 1);
        assert_eq!(common("3", "v3"), 0);
        assert_eq!(common("version 3.x", "\"version\": \"3.24.1\""), 2);
        assert_eq!(common("3.x", "4.24.1 of 3"), 1, "the plain number only");
        assert_eq!(common("since v0.7", "VERSION = 0.7.1"), 1);
        assert_eq!(common("needs C++11", "-std=c++11"), 3, "the language, its edition, and the number");
        assert_eq!(common("needs C++11", "CXX_STANDARD 11"), 1);
        assert_eq!(common("needs C++11", "needs c++14"), 2, "the language and the other word");
    }

    #[test]
    fn common_words_are_no_terms() {
        assert!(set("this is the way that they would").is_empty());
        assert!(set("設定ファイルを使います").is_empty());
        assert_eq!(set("設定ファイル `max_size` を").len(), 3);
    }
}
