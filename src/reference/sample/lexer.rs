//! A lexer that is right enough for every language: names, strings, comments, numbers, marks.

use crate::reference::language::Family;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tok {
    /// An identifier.
    Name,
    /// Text between quotes, the quotes left out.
    Text,
    /// Words of a comment.
    Comment,
    /// A number.
    Number,
    /// `::`, `->`, `=>`, `:=`, `==` or a single byte.
    Mark,
}

/// A token of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub tok: Tok,
    /// Line of the sample.
    pub line: usize,
    /// Byte range in the line.
    pub start: usize,
    pub end: usize,
}

impl Token {
    /// Its text, given the lines.
    pub(crate) fn of<'a>(&self, lines: &[&'a str]) -> &'a str {
        lines.get(self.line).and_then(|l| l.get(self.start..self.end)).unwrap_or("")
    }
}

/// Splits the lines of a sample into tokens.
pub(crate) fn lex(family: &Family, lines: &[&str]) -> Vec<Token> {
    let mut out = Vec::with_capacity(lines.len() * 8);
    let mut inside: Option<Open> = None;
    for (line, text) in lines.iter().enumerate() {
        lex_line(family, line, text, &mut inside, &mut out);
        // A quote that its line leaves open was none (an apostrophe), save for the long kinds.
        if inside == Some(Open::Short) {
            inside = None;
        }
    }
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Comment,
    Long(&'static str),
    Short,
}

fn lex_line(family: &Family, line: usize, text: &str, inside: &mut Option<Open>, out: &mut Vec<Token>) {
    let b = text.as_bytes();
    let mut i = 0;
    // Once a quote has no partner up to the line's end, later ones of its kind are not searched again.
    let mut hopeless = (false, false);
    let mut push = |tok, start, end| {
        if start < end {
            out.push(Token { tok, line, start, end });
        }
    };
    while i < b.len() {
        match *inside {
            Some(Open::Comment) => {
                let close = family.block_comment.get(1).map_or("*/", String::as_str);
                match text.get(i..).and_then(|r| r.find(close)) {
                    Some(at) => {
                        push(Tok::Comment, i, i + at);
                        i += at + close.len();
                        *inside = None;
                    }
                    None => {
                        push(Tok::Comment, i, b.len());
                        return;
                    }
                }
                continue;
            }
            Some(Open::Long(close)) => {
                match text.get(i..).and_then(|r| r.find(close)) {
                    Some(at) => {
                        push(Tok::Text, i, i + at);
                        i += at + close.len();
                        *inside = None;
                    }
                    None => {
                        push(Tok::Text, i, b.len());
                        return;
                    }
                }
                continue;
            }
            _ => {}
        }
        let c = match b.get(i) {
            Some(c) => *c,
            None => return,
        };
        if c.is_ascii_whitespace() {
            i += 1;
            continue;
        }
        let rest = text.get(i..).unwrap_or("");
        if rest.is_empty() {
            i += 1;
            continue;
        }
        if let Some(mark) = family.line_comment.iter().find(|m| rest.starts_with(m.as_str())) {
            // `#` inside a word or `http://` is no comment.
            let before = i.checked_sub(1).and_then(|k| b.get(k)).copied().unwrap_or(b' ');
            let fine = before != b':'
                && (mark != "#" || before.is_ascii_whitespace() || matches!(before, b')' | b';' | b',' | b'}'));
            let attribute = mark == "#" && rest.starts_with("#[");
            if fine && !attribute {
                push(Tok::Comment, i + mark.len(), b.len());
                return;
            }
        }
        if let Some(open) = family.block_comment.first()
            && rest.starts_with(open.as_str())
        {
            *inside = Some(Open::Comment);
            i += open.len();
            continue;
        }
        if let Some(close) = ["\"\"\"", "'''"].into_iter().find(|q| rest.starts_with(q)) {
            *inside = Some(Open::Long(close));
            i += 3;
            continue;
        }
        match c {
            b'`' => {
                *inside = Some(Open::Long("`"));
                i += 1;
            }
            b'"' | b'\'' => {
                // A Rust lifetime or an apostrophe: a quote followed by a name and no closing quote.
                let hopeless = if c == b'"' { &mut hopeless.0 } else { &mut hopeless.1 };
                match if *hopeless { None } else { closing(b, i) } {
                    Some(end) => {
                        push(Tok::Text, i + 1, end);
                        i = end + 1;
                    }
                    None => {
                        *hopeless = true;
                        i += 1;
                    }
                }
            }
            b'0'..=b'9' => {
                let start = i;
                while b.get(i).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_')) {
                    i += 1;
                }
                push(Tok::Number, start, i);
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => {
                let start = i;
                while b.get(i).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'$')) {
                    i += 1;
                }
                push(Tok::Name, start, i);
            }
            _ => {
                let two = ["::", "->", "=>", ":=", "==", "!=", "<=", ">=", "&&", "||", "?.", "<-"];
                let len = if two.iter().any(|m| rest.starts_with(m)) {
                    2
                } else {
                    rest.chars().next().map_or(1, char::len_utf8)
                };
                push(Tok::Mark, i, i + len);
                i += len;
            }
        }
    }
}

/// Place of the quote that closes the one at `open`, on the same line.
fn closing(b: &[u8], open: usize) -> Option<usize> {
    let quote = *b.get(open)?;
    let mut i = open + 1;
    while let Some(&c) = b.get(i) {
        if c == b'\\' {
            i += 2;
            continue;
        }
        if c == quote {
            return Some(i);
        }
        i += 1;
    }
    None
}
