//! A forgiving scanner for HTML and JSX tags within pages. It is no browser: it finds tags,
//! attributes, text and comments, in one pass whatever the input.

use std::borrow::Cow;
use std::ops::Range;

/// An attribute of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// Lower case, except in JSX.
    pub(crate) name: String,
    /// The place of its value without quotes or braces.
    pub(crate) value: Range<usize>,
    /// Whether the value stood in `{}` and so is code.
    pub(crate) code: bool,
}

/// A piece of HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Text between tags.
    Text(Range<usize>),
    /// `<name …>` or `<name … />`.
    Open {
        /// Lower case.
        name: String,
        attributes: Vec<Attribute>,
        /// Whether it ends in `/>`.
        closed: bool,
        range: Range<usize>,
    },
    /// `</name>`.
    Close { name: String, range: Range<usize> },
    /// `<!-- … -->`, or in JSX `{/* … */}`.
    Comment { inner: Range<usize>, range: Range<usize> },
    /// `<!doctype>`, `<?…?>` and the like, or a JSX expression.
    Other(Range<usize>),
}

impl Token {
    /// Its place.
    pub(crate) fn range(&self) -> Range<usize> {
        match self {
            Self::Text(r) | Self::Other(r) => r.clone(),
            Self::Open { range, .. } | Self::Close { range, .. } | Self::Comment { range, .. } => range.clone(),
        }
    }
}

/// Splits text into [`Token`]s.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    jsx: bool,
    /// From here on the byte was looked for in vain (one slot per kind of closing mark), so that
    /// hostile input costs one search and not one per opening mark.
    missing: [usize; 4],
    /// Bytes that may still be read in vain for tags and braces that come to nothing.
    budget: usize,
    pending: Option<Token>,
}

const DOUBLE: usize = 0;
const SINGLE: usize = 1;
const COMMENT: usize = 2;
const BRACE: usize = 3;

/// No tag is longer than this.
const LONGEST_TAG: usize = 16 * 1024;

impl<'a> Scanner<'a> {
    /// Scans HTML.
    pub(crate) fn html(text: &'a str) -> Self {
        Self { text, at: 0, jsx: false, missing: [usize::MAX; 4], budget: 4096 + 32 * text.len(), pending: None }
    }

    /// Scans JSX: attribute values in braces, `{/* */}` comments, fragments `<>`.
    pub(crate) fn jsx(text: &'a str) -> Self {
        Self { jsx: true, ..Self::html(text) }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn find(&mut self, slot: usize, needle: &[u8], from: usize) -> Option<usize> {
        if from >= self.missing[slot] {
            return None;
        }
        let found = memchr::memmem::find(self.text.as_bytes().get(from..)?, needle).map(|i| from + i);
        if found.is_none() {
            self.missing[slot] = from;
        }
        found
    }

    /// The markup that starts at byte `at`, if one does.
    pub(crate) fn markup_at(&mut self, at: usize) -> Option<Token> {
        self.text.get(at..)?;
        self.markup(at)
    }

    /// The markup that starts at `at`, if one does.
    fn markup(&mut self, at: usize) -> Option<Token> {
        if self.jsx && self.byte(at) == Some(b'{') {
            return self.braces(at);
        }
        match self.byte(at + 1)? {
            b'!' if self.text[at..].starts_with("<!--") => {
                let (inner, end) = match self.find(COMMENT, b"-->", at + 4) {
                    Some(close) => (at + 4..close, close + 3),
                    None => (at + 4..self.text.len(), self.text.len()),
                };
                Some(Token::Comment { inner, range: at..end })
            }
            b'!' | b'?' => {
                let end = memchr::memchr2(b'>', b'\n', &self.text.as_bytes()[at..]).map(|i| at + i)?;
                (self.byte(end) == Some(b'>')).then(|| Token::Other(at..end + 1))
            }
            b'/' => {
                let name = self.name(at + 2);
                if name.is_empty() && !self.jsx {
                    return None;
                }
                let mut end = name.end;
                while self.byte(end).is_some_and(|b| b.is_ascii_whitespace()) {
                    end += 1;
                }
                let name = self.text[name].to_ascii_lowercase();
                (self.byte(end) == Some(b'>')).then(|| Token::Close { name, range: at..end + 1 })
            }
            b'>' if self.jsx => {
                Some(Token::Open { name: String::new(), attributes: Vec::new(), closed: false, range: at..at + 2 })
            }
            b if b.is_ascii_alphabetic() => self.open(at),
            _ => None,
        }
    }

    fn name(&self, at: usize) -> Range<usize> {
        let mut end = at;
        while self
            .byte(end)
            .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_') || (self.jsx && b == b'.'))
        {
            end += 1;
        }
        at..end
    }

    fn braces(&mut self, at: usize) -> Option<Token> {
        if self.text[at..].starts_with("{/*") {
            let close = self.find(COMMENT, b"*/}", at + 3)?;
            return Some(Token::Comment { inner: at + 3..close, range: at..close + 3 });
        }
        self.balanced(at).map(|end| Token::Other(at..end))
    }

    /// One past the brace that closes the one at `at`; strings within are skipped.
    fn balanced(&mut self, at: usize) -> Option<usize> {
        if at >= self.missing[BRACE] || self.budget == 0 {
            return None;
        }
        let bytes = self.text.as_bytes();
        let mut depth = 0usize;
        let mut i = at;
        let stop = bytes.len().min(at + LONGEST_TAG);
        while i < stop {
            match bytes[i] {
                b'{' => depth += 1,
                b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(i + 1);
                    }
                }
                b'\\' => i += 1,
                quote @ (b'"' | b'`') => {
                    let limit = if quote == b'`' { stop } else { line_end(bytes, i, stop) };
                    if let Some(close) = memchr::memchr(quote, &bytes[(i + 1).min(limit)..limit]) {
                        i += close + 1;
                    }
                }
                _ => {}
            }
            i += 1;
        }
        if stop == bytes.len() {
            self.missing[BRACE] = at;
        }
        self.budget = self.budget.saturating_sub(stop - at);
        None
    }

    fn open(&mut self, at: usize) -> Option<Token> {
        if self.budget == 0 {
            return None;
        }
        let (token, reached) = self.tag(at);
        if token.is_none() {
            self.budget = self.budget.saturating_sub(reached - at);
        }
        token
    }

    /// The tag that opens at `at`, and how far that was read.
    fn tag(&mut self, at: usize) -> (Option<Token>, usize) {
        let mut i = at;
        (self.try_tag(at, &mut i), i.max(at + 1))
    }

    fn try_tag(&mut self, at: usize, reached: &mut usize) -> Option<Token> {
        let name = self.name(at + 1);
        let mut i = name.end;
        if !matches!(self.byte(i)?, b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>') {
            return None;
        }
        let mut attributes = Vec::new();
        loop {
            *reached = i;
            if i - at > LONGEST_TAG {
                return None;
            }
            match self.byte(i)? {
                b'>' => {
                    let name = self.text[name].to_ascii_lowercase();
                    return Some(Token::Open { name, attributes, closed: false, range: at..i + 1 });
                }
                b'/' if self.byte(i + 1) == Some(b'>') => {
                    let name = self.text[name].to_ascii_lowercase();
                    return Some(Token::Open { name, attributes, closed: true, range: at..i + 2 });
                }
                b'<' => return None,
                b'{' if self.jsx => i = self.balanced(i)?,
                b if b.is_ascii_whitespace() || matches!(b, b'/' | b'=' | b'"' | b'\'') => i += 1,
                _ => {
                    let (attribute, end) = self.attribute(i)?;
                    attributes.extend(attribute);
                    i = end.max(i + 1);
                }
            }
        }
    }

    /// The attribute whose name starts at `at`, and one past its end.
    fn attribute(&mut self, at: usize) -> Option<(Option<Attribute>, usize)> {
        let bytes = self.text.as_bytes();
        let mut end = at;
        while bytes.get(end).is_some_and(|b| !b.is_ascii_whitespace() && !b"=>/<\"'{".contains(b)) {
            end += 1;
        }
        let mut i = end;
        while bytes.get(i).is_some_and(u8::is_ascii_whitespace) {
            i += 1;
        }
        let raw = &self.text[at..end];
        let name = if self.jsx { raw.to_owned() } else { raw.to_ascii_lowercase() };
        if bytes.get(i) != Some(&b'=') {
            return Some((Some(Attribute { name, value: end..end, code: false }), end));
        }
        i += 1;
        while bytes.get(i).is_some_and(u8::is_ascii_whitespace) {
            i += 1;
        }
        match bytes.get(i)? {
            b'"' => {
                let close = self.find(DOUBLE, b"\"", i + 1)?;
                Some((Some(Attribute { name, value: i + 1..close, code: false }), close + 1))
            }
            b'\'' => {
                let close = self.find(SINGLE, b"'", i + 1)?;
                Some((Some(Attribute { name, value: i + 1..close, code: false }), close + 1))
            }
            b'{' if self.jsx => {
                let close = self.balanced(i)?;
                Some((Some(Attribute { name, value: i + 1..close - 1, code: true }), close))
            }
            _ => {
                let mut end = i;
                while bytes.get(end).is_some_and(|b| !b.is_ascii_whitespace() && !b"><\"'".contains(b)) {
                    end += 1;
                }
                // `<br clear=all/>`: the slash closes the tag.
                if end > i && bytes.get(end) == Some(&b'>') && bytes[end - 1] == b'/' {
                    end -= 1;
                }
                Some((Some(Attribute { name, value: i..end, code: false }), end))
            }
        }
    }
}

fn line_end(bytes: &[u8], at: usize, stop: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..stop]).map_or(stop, |i| at + i)
}

impl Iterator for Scanner<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        if let Some(token) = self.pending.take() {
            return Some(token);
        }
        let start = self.at;
        let bytes = self.text.as_bytes();
        if start >= bytes.len() {
            return None;
        }
        let mut from = start;
        loop {
            let rest = &bytes[from..];
            let hit = if self.jsx { memchr::memchr2(b'<', b'{', rest) } else { memchr::memchr(b'<', rest) };
            let Some(hit) = hit.map(|i| from + i) else {
                self.at = bytes.len();
                return Some(Token::Text(start..bytes.len()));
            };
            if let Some(token) = self.markup(hit) {
                self.at = token.range().end;
                if hit == start {
                    return Some(token);
                }
                self.pending = Some(token);
                return Some(Token::Text(start..hit));
            }
            from = hit + 1;
        }
    }
}

/// The character that the entity at the start of `text` stands for, and the entity's length.
pub(crate) fn entity(text: &str) -> Option<(String, usize)> {
    let body = text.strip_prefix('&')?;
    let window: &[u8] = body.as_bytes().get(..body.len().min(32))?;
    let close = memchr::memchr(b';', window)?;
    let name = body.get(..close)?;
    let value = if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        char::from_u32(code).filter(|&c| c != '\0')?.to_string()
    } else {
        match name {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            "nbsp" => "\u{a0}",
            "copy" => "©",
            "reg" => "®",
            "trade" => "™",
            "mdash" => "—",
            "ndash" => "–",
            "hellip" => "…",
            "middot" => "·",
            "bull" => "•",
            "larr" => "←",
            "rarr" => "→",
            "times" => "×",
            "lbrace" | "lcub" => "{",
            "rbrace" | "rcub" => "}",
            "lbrack" | "lsqb" => "[",
            "rbrack" | "rsqb" => "]",
            "vert" | "verbar" => "|",
            "num" => "#",
            "ast" => "*",
            "lowbar" => "_",
            "grave" => "`",
            "bsol" => "\\",
            "sol" => "/",
            "colon" => ":",
            "dollar" => "$",
            "percnt" => "%",
            "commat" => "@",
            "equals" => "=",
            _ => return None,
        }
        .to_owned()
    };
    Some((value, close + 2))
}

/// `text` with its entities resolved; unknown ones stay.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut out = text[..first].to_owned();
    let mut rest = &text[first..];
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((value, length)) => {
                out.push_str(&value);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_tags_attributes_text_and_comments() {
        let text = "<p align=center>Hi <a href=\"x.md\" id='top'>there</a><!-- note --><img src=a.png/></p>";
        let tokens: Vec<_> = Scanner::html(text).collect();
        let Token::Open { name, attributes, closed, .. } = &tokens[2] else { panic!("{tokens:?}") };
        assert_eq!((name.as_str(), *closed), ("a", false));
        assert_eq!(&text[attributes[0].value.clone()], "x.md");
        assert_eq!(&text[attributes[1].value.clone()], "top");
        let Token::Comment { inner, .. } = &tokens[5] else { panic!("{tokens:?}") };
        assert_eq!(&text[inner.clone()], " note ");
        let Token::Open { name, attributes, closed, .. } = &tokens[6] else { panic!("{tokens:?}") };
        assert_eq!((name.as_str(), *closed, &text[attributes[0].value.clone()]), ("img", true, "a.png"));
        let mut at = 0;
        for t in &tokens {
            assert_eq!(t.range().start, at);
            at = t.range().end;
        }
        assert_eq!(at, text.len());
    }

    #[test]
    fn takes_what_is_no_tag_for_text() {
        for text in ["a < b", "<", "<3", "x <y z", "</ a", "<a x=\"", "<<<<"] {
            let tokens: Vec<_> = Scanner::html(text).collect();
            assert!(tokens.iter().all(|t| matches!(t, Token::Text(_))), "{text}: {tokens:?}");
        }
    }

    #[test]
    fn reads_jsx() {
        let text = "<Tabs.Item value={a > b ? {x: \"}\"} : 1} href=\"/x\"/>{/* hidden */}{expr}<></>";
        let tokens: Vec<_> = Scanner::jsx(text).collect();
        let Token::Open { name, attributes, closed, .. } = &tokens[0] else { panic!("{tokens:?}") };
        assert_eq!((name.as_str(), *closed), ("tabs.item", true));
        assert!(attributes[0].code);
        assert_eq!(&text[attributes[1].value.clone()], "/x");
        assert!(matches!(tokens[1], Token::Comment { .. }));
        assert!(matches!(tokens[2], Token::Other(_)));
        assert_eq!(tokens.len(), 5);
    }

    #[test]
    fn hostile_input_takes_one_pass() {
        for unit in ["<a x=\"", "<!--", "<a x='<b y=\"", "{/*", "<a {", "<a b ", "{{", "<a x={"] {
            let text = unit.repeat(200_000 / unit.len());
            assert!(Scanner::html(&text).count() > 0);
            assert!(Scanner::jsx(&text).count() > 0);
        }
    }

    #[test]
    fn resolves_entities() {
        assert_eq!(unescape("a &amp;&lt;b&gt; &#x41;&#66; &nope; &"), "a &<b> AB &nope; &");
        assert!(matches!(unescape("plain"), Cow::Borrowed(_)));
    }
}
