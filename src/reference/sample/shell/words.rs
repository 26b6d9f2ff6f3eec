//! Splits shell lines into words and the marks between commands.

/// A word with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// Its text; quotes around the whole are left out.
    pub text: &'a str,
    /// Line of the sample.
    pub line: usize,
    /// Where the text begins in the line.
    pub start: usize,
    /// It stood in quotes.
    pub quoted: bool,
}

/// A word or a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Word(Word<'a>),
    /// `>`, `>>`: the next word names what is written, if `creates`.
    Redirect {
        creates: bool,
    },
    /// `<`.
    Source,
    /// `|`, `&&`, `;`, a line's end.
    End,
}

/// What goes on from one line to the next.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    quote: Option<u8>,
    heredoc: Option<String>,
}

impl Splitter {
    /// Whether a quote is open.
    pub(super) fn in_quote(&self) -> bool {
        self.quote.is_some()
    }

    /// Whether the lines belong to a here-document.
    pub(super) fn in_heredoc(&self) -> bool {
        self.heredoc.is_some()
    }

    /// Splits `text`, which starts at `base` of its line; true if the next line goes on.
    pub(super) fn split<'a>(&mut self, line: usize, text: &'a str, base: usize, out: &mut Vec<Piece<'a>>) -> bool {
        if let Some(end) = &self.heredoc {
            if text.trim() == end {
                self.heredoc = None;
            }
            return false;
        }
        let b = text.as_bytes();
        let mut i = 0;
        if let Some(quote) = self.quote {
            match memchr::memchr(quote, b) {
                Some(at) => {
                    self.quote = None;
                    i = at + 1;
                }
                None => return false,
            }
        }
        while let Some(&c) = b.get(i) {
            match c {
                b' ' | b'\t' => i += 1,
                b'#' if i == 0 || b.get(i - 1).is_some_and(u8::is_ascii_whitespace) => break,
                b'|' | b';' | b'&' => {
                    if c == b'&' && b.get(i + 1) == Some(&b'>') {
                        i += 1;
                        continue;
                    }
                    out.push(Piece::End);
                    i += 1;
                }
                b'(' | b')' => {
                    out.push(Piece::End);
                    i += 1;
                }
                b'>' => {
                    let mut j = i;
                    while b.get(j) == Some(&b'>') {
                        j += 1;
                    }
                    if b.get(j) == Some(&b'&') {
                        // `2>&1`
                        j += 1;
                        while b.get(j).is_some_and(u8::is_ascii_digit) {
                            j += 1;
                        }
                    } else {
                        out.push(Piece::Redirect { creates: true });
                    }
                    i = j;
                }
                b'<' if b.get(i + 1) == Some(&b'<') => {
                    let mut word = text.get(i + 2..).unwrap_or("").trim_start_matches(['-', '<', ' ']);
                    word = word.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or("");
                    let word = word.trim_matches(['"', '\'', '\\']);
                    if !word.is_empty() && text.get(i + 2..).is_some_and(|r| !r.starts_with('<')) {
                        self.heredoc = Some(word.to_owned());
                    }
                    // What follows on the line (`> file`) still counts.
                    i += 2;
                    while b.get(i).is_some_and(|c| !c.is_ascii_whitespace() && *c != b'>') {
                        i += 1;
                    }
                }
                b'<' if b.get(i + 1).is_some_and(u8::is_ascii_alphabetic) && placeholder_end(b, i).is_some() => {
                    i = self.word(line, text, base, i, out);
                }
                b'<' => {
                    out.push(Piece::Source);
                    i += 1;
                }
                b'\\' if text.get(i + 1..).is_some_and(|r| r.trim().is_empty()) => return true,
                b'^' if text.get(i + 1..).is_some_and(|r| r.trim().is_empty()) && i > 0 => return true,
                _ => i = self.word(line, text, base, i, out),
            }
        }
        if self.quote.is_none() && self.heredoc.is_none() {
            // A trailing `|` or `&&` goes on, but as another command.
            out.push(Piece::End);
        }
        false
    }

    /// One word from `i` on; returns where it ends.
    fn word<'a>(&mut self, line: usize, text: &'a str, base: usize, start: usize, out: &mut Vec<Piece<'a>>) -> usize {
        let b = text.as_bytes();
        let mut i = start;
        while let Some(&c) = b.get(i) {
            match c {
                b' ' | b'\t' | b'|' | b';' => break,
                b'>' | b'&' | b')' if i > start => break,
                b'(' if i > start && b.get(i - 1) == Some(&b'$') => {
                    // A command in the place of a value.
                    i += 1;
                    break;
                }
                b'<' => match placeholder_end(b, i) {
                    Some(end) => i = end + 1,
                    None if i > start => break,
                    None => i += 1,
                },
                b'\\' => i += 2,
                b'"' | b'\'' | b'`' => match closing(b, i) {
                    Some(end) => i = end + 1,
                    None => {
                        self.quote = Some(c);
                        i = b.len();
                    }
                },
                _ => i += 1,
            }
        }
        let i = i.min(b.len()).max(start + 1);
        let Some(word) = text.get(start..i) else { return next_boundary(text, i) };
        let quoted =
            word.len() > 1 && word.starts_with(['"', '\'', '`']) && word.as_bytes().first() == word.as_bytes().last();
        let (word, start) = if quoted { (word.get(1..word.len() - 1).unwrap_or(""), start + 1) } else { (word, start) };
        out.push(Piece::Word(Word { text: word, line, start: base + start, quoted }));
        i
    }
}

fn next_boundary(text: &str, mut i: usize) -> usize {
    while i < text.len() && !text.is_char_boundary(i) {
        i += 1;
    }
    i
}

/// End of `<name>`, which the reader replaces.
fn placeholder_end(b: &[u8], open: usize) -> Option<usize> {
    let end = b.iter().skip(open + 1).take(60).position(|c| *c == b'>')? + open + 1;
    let body = b.get(open + 1..end)?;
    (!body.is_empty()
        && body.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b' ' | b'.' | b'/' | b'|')))
    .then_some(end)
}

fn closing(b: &[u8], open: usize) -> Option<usize> {
    let quote = *b.get(open)?;
    let mut i = open + 1;
    while let Some(&c) = b.get(i) {
        if c == b'\\' && quote == b'"' {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        Splitter::default().split(0, text, 0, &mut out);
        out.iter()
            .map(|p| match p {
                Piece::Word(w) => {
                    assert_eq!(text.get(w.start..w.start + w.text.len()), Some(w.text));
                    w.text.to_owned()
                }
                Piece::End => ";".to_owned(),
                Piece::Redirect { .. } => ">".to_owned(),
                Piece::Source => "<".to_owned(),
            })
            .collect()
    }

    #[test]
    fn splits() {
        assert_eq!(words("a --b='c d' | e > f 2>&1"), ["a", "--b='c d'", ";", "e", ">", "f", "2", ";"]);
        assert_eq!(words("x <name> \"q r\" # c"), ["x", "<name>", "q r", ";"]);
        assert_eq!(words("日本 -x"), ["日本", "-x", ";"]);
        assert_eq!(words("a 'open"), ["a", "'open"]);
        assert_eq!(words("\\"), Vec::<String>::new());
        assert_eq!(words("a\\日本"), ["a\\日本", ";"]);
    }
}
