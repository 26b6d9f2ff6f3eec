//! How many tokens a text takes, estimated without any model's vocabulary.
//!
//! The estimate follows what byte-pair vocabularies of today have in common: a common English word is a
//! token, a long or rare one several; digits go in threes; a run of signs is one or two; a character of
//! Chinese, Japanese or Korean is about one. `docs/judge.md` says how near it comes.

/// The estimate for `text`.
#[must_use]
pub fn estimate(text: &str) -> u64 {
    let mut quarters: u64 = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut run = 1u64;
        let same = |a: char, b: char| kind(a) == kind(b);
        let first = kind(c);
        let mut prior = c;
        let mut pieces = 0u64;
        if matches!(first, Kind::Letter | Kind::Digit | Kind::Blank | Kind::Sign) {
            while let Some(&next) = chars.peek() {
                // A capital after a small letter begins a word of its own.
                if !same(c, next) || (prior.is_ascii_lowercase() && next.is_ascii_uppercase()) {
                    break;
                }
                prior = next;
                run += 1;
                chars.next();
            }
        }
        pieces += match first {
            Kind::Letter => letters(run),
            Kind::Digit => 4 * run.div_ceil(3),
            // A single blank goes with the word behind it.
            Kind::Blank => {
                if run == 1 {
                    0
                } else {
                    4
                }
            }
            Kind::Break => 2,
            // Half of them join the word, the blank or the line break beside them.
            Kind::Sign => 3 * run.div_ceil(3),
            Kind::Wide => 4,
            Kind::Other => 6,
        };
        quarters += pieces;
    }
    quarters.div_ceil(4)
}

/// Quarters of a token for a word of so many letters.
fn letters(run: u64) -> u64 {
    match run {
        0..=6 => 4,
        7..=9 => 5,
        10..=12 => 8,
        _ => run.div_ceil(4) * 4,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Blank,
    Break,
    Sign,
    Wide,
    Other,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        '0'..='9' => Kind::Digit,
        ' ' | '\t' => Kind::Blank,
        '\n' | '\r' => Kind::Break,
        _ if c.is_ascii() => Kind::Sign,
        '\u{3000}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{ffef}' => Kind::Wide,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_grow_with_the_text() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate("one two"), 2);
        assert!((10..=20).contains(&estimate("The quick brown fox jumps over the lazy dog, twice.")));
        assert!((8..=14).contains(&estimate("設定ファイルを使います。")));
        assert!(estimate(&"word ".repeat(1000)) >= 1000);
        assert_eq!(estimate("1234567"), 3);
    }
}
