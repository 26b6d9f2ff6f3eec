//! A line without its values: what is left is equal where two lines say the same of different values.

use std::ops::Range;

use super::words::{self, Shape};
use crate::history::term::Term;

/// A line says too little with fewer words than this, unless it has a name in it …
const LEAST_WORDS: usize = 6;
/// … and with fewer than this in any case.
const LEAST_WITH_NAME: usize = 2;
/// Longer lines are not compared.
const LONGEST: usize = 600;

/// A line without its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// The words, folded, with a sign in the place of each value.
    pub shape: String,
    /// The values' places in the line.
    pub values: Vec<Range<usize>>,
    /// The values themselves.
    texts: Vec<String>,
    /// Names in it.
    pub names: Vec<Term>,
}

impl Skeleton {
    /// The value `at`, as written.
    #[must_use]
    pub fn value(&self, at: usize) -> Option<&str> {
        self.texts.get(at).map(String::as_str)
    }
}

/// The skeleton of `line`; none where it has no value, or says too little besides.
#[must_use]
pub fn of(line: &str) -> Option<Skeleton> {
    if line.len() > LONGEST || !line.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut out = Skeleton { shape: String::new(), values: Vec::new(), texts: Vec::new(), names: Vec::new() };
    let bytes = line.as_bytes();
    let mut at = 0;
    let mut words = 0;
    // A number at the head of a line counts the steps of a list.
    let body = line.len()
        - line
            .trim_start_matches(|c: char| {
                c.is_whitespace() || c.is_ascii_digit() || matches!(c, '.' | ')' | '-' | '*' | '#' | '|')
            })
            .len();
    while at < bytes.len() {
        let start = at;
        if bytes[at].is_ascii_digit() && at >= body && !at.checked_sub(1).is_some_and(|b| is_name(bytes[b])) {
            while at < bytes.len()
                && (is_name(bytes[at])
                    || (matches!(bytes[at], b'.' | b',') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
            {
                at += 1;
            }
            out.shape.push('\u{1}');
            out.values.push(start..at);
            out.texts.push(line.get(start..at)?.to_owned());
        } else if is_name(bytes[at]) {
            while at < bytes.len() && is_name(bytes[at]) {
                at += 1;
            }
            words += 1;
            out.shape.push_str(&line.get(start..at)?.to_ascii_lowercase());
        } else {
            let c = line.get(at..)?.chars().next()?;
            at += c.len_utf8();
            if c.is_whitespace() {
                if !out.shape.ends_with(' ') {
                    out.shape.push(' ');
                }
            } else {
                // Two characters of Japanese are about a word.
                if c.is_alphanumeric() {
                    words += usize::from(out.shape.chars().next_back().is_some_and(char::is_alphanumeric));
                }
                out.shape.push(c);
            }
        }
    }
    words::terms(line, &mut |term, shape| {
        if shape == Shape::Name {
            out.names.push(term);
        }
    });
    out.names.dedup();
    let least = if out.names.is_empty() { LEAST_WORDS } else { LEAST_WITH_NAME };
    // A line of many numbers is data.
    (!out.values.is_empty() && out.values.len() <= 4 && words >= least).then_some(out)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_a_value_have_one_shape() {
        let a = of("The default of `max_size` is 30 MiB.").unwrap();
        let b = of("The  default of `max_size` is 64 MiB.").unwrap();
        assert_eq!(a.shape, b.shape);
        assert_eq!((a.value(0), b.value(0)), (Some("30"), Some("64")));
        assert_eq!(a.names.len(), 1);
        let ja = of("`max_size` の既定値は30秒です。").unwrap();
        assert_eq!(ja.value(0), Some("30"));
    }

    #[test]
    fn what_says_too_little_is_not_compared() {
        assert_eq!(of("Default: 30"), None);
        assert_eq!(of("1. Run it and then look at the result"), None);
        assert_eq!(of("no number here at all, just some words"), None);
        assert_eq!(of("| 1 | 2 | 3 | 4 | 5 | a_b and more |"), None);
    }
}
