//! Lists between brackets, of languages that have them.
//!
//! Nothing is copied: names are parts of the content. What is no list for certain (the file as a whole,
//! arguments, attributes) is followed but not written down.

use rustc_hash::FxHashSet;

use super::super::scan::{Language, Syntax};
use super::groups::{LONGEST, MOST, Seen, Take};

/// Brackets within each other that are followed.
const DEEPEST: usize = 64;
/// Members up to which one is looked for by going through all.
const FEW: usize = 12;
/// What leads arguments, parameters and attributes.
const NO_LIST: &[u8] = b"#";

/// A list that is being read.
#[derive(Default)]
struct Frame<'c> {
    lead: &'c [u8],
    line: u32,
    /// Whether it may be a list.
    counts: bool,
    members: Vec<&'c [u8]>,
    /// The members of a long list.
    known: FxHashSet<&'c [u8]>,
    /// The name of the element at hand; empty for a statement.
    head: Option<&'c [u8]>,
    /// The last name in it.
    last: Option<&'c [u8]>,
    /// The first name of the statement that no modifier is, which leads what follows.
    name: Option<&'c [u8]>,
    /// The name that is assigned to.
    assigned: Option<&'c [u8]>,
    /// Alternatives with `|` between them, and their line.
    union: Vec<&'c [u8]>,
    union_line: u32,
}

impl<'c> Frame<'c> {
    fn begin(&mut self, lead: &'c [u8], line: u32) {
        (self.lead, self.line, self.counts) = (lead, line, lead != NO_LIST);
        self.members.clear();
        self.known.clear();
        self.union.clear();
        self.union_line = 0;
        (self.head, self.last, self.name, self.assigned) = (None, None, None, None);
    }

    fn end_element(&mut self, take: &mut Take<'_, 'c>) {
        if let Some(last) = self.last.take().filter(|last| !self.union.is_empty() && !self.union.contains(last)) {
            self.union.push(last);
        }
        if self.union.len() > 1 {
            let lead = self.name.unwrap_or_default();
            take(Seen { lead, members: &self.union, line: self.union_line });
        }
        self.union.clear();
        if let Some(head) = self.head.take().filter(|h| !h.is_empty())
            && self.counts
            && self.members.len() < MOST
            && !self.has(head)
        {
            self.members.push(head);
            if self.members.len() > FEW {
                self.known.insert(head);
            }
        }
        (self.last, self.name, self.assigned) = (None, None, None);
    }

    fn has(&mut self, member: &[u8]) -> bool {
        if self.members.len() <= FEW {
            return self.members.contains(&member);
        }
        if self.known.len() < self.members.len() {
            self.known.extend(&self.members);
        }
        self.known.contains(member)
    }

    /// Whether nothing is begun.
    fn is_clean(&self) -> bool {
        self.head.is_none()
            && self.last.is_none()
            && self.name.is_none()
            && self.assigned.is_none()
            && self.union.is_empty()
    }
}

/// Words before the name of an element.
fn is_modifier(word: &[u8]) -> bool {
    matches!(
        word,
        b"case"
            | b"pub"
            | b"const"
            | b"static"
            | b"final"
            | b"public"
            | b"private"
            | b"protected"
            | b"export"
            | b"default"
            | b"new"
            | b"fn"
            | b"func"
            | b"function"
            | b"def"
            | b"async"
            | b"type"
            | b"let"
            | b"var"
            | b"val"
            | b"readonly"
            | b"declare"
            | b"abstract"
            | b"override"
            | b"crate"
            | b"enum"
            | b"class"
            | b"struct"
            | b"interface"
    )
}

/// Words that begin a statement, which is no element of a list.
fn is_statement(word: &[u8]) -> bool {
    matches!(
        word,
        b"return"
            | b"break"
            | b"continue"
            | b"if"
            | b"else"
            | b"for"
            | b"while"
            | b"throw"
            | b"import"
            | b"from"
            | b"await"
    )
}

/// Reads a content from its start to its end, as a whole or in parts.
pub(super) struct Reader<'c, 's> {
    content: &'c [u8],
    syntax: &'s Syntax,
    /// Those in use are the first `depth`; the first of all is the file.
    frames: Vec<Frame<'c>>,
    depth: usize,
    at: usize,
    /// The start of the line at hand, for comment marks.
    line_start: usize,
    line: u32,
    /// The first byte that is no space at or behind a place.
    ahead: usize,
    /// Up to where the content was looked at for its last byte that is no space, and that byte.
    behind: (usize, Option<u8>),
}

impl<'c, 's> Reader<'c, 's> {
    pub(super) fn new(content: &'c [u8], syntax: &'s Syntax) -> Self {
        let file = Frame { line: 1, ..Frame::default() };
        Self {
            content,
            syntax,
            frames: vec![file],
            depth: 1,
            at: 0,
            line_start: 0,
            line: 1,
            ahead: 0,
            behind: (0, None),
        }
    }

    /// Where it has come to, and on which line.
    pub(super) fn place(&self) -> (usize, u32) {
        (self.at, self.line)
    }

    /// Whether nothing is open: what follows is read like the start of a file.
    pub(super) fn is_clean(&self) -> bool {
        self.depth == 1 && self.frames.first().is_some_and(Frame::is_clean)
    }

    /// Goes on behind a part whose lists are known, with `lines` in it.
    pub(super) fn skip_to(&mut self, at: usize, lines: u32) {
        (self.at, self.line_start) = (at, at);
        self.line = self.line.saturating_add(lines);
    }

    /// Reads all that is left.
    pub(super) fn finish(mut self, take: &mut Take<'_, 'c>) {
        self.run(usize::MAX, take);
        self.end(take);
    }

    /// Ends what is still open where the content does.
    pub(super) fn end(&mut self, take: &mut Take<'_, 'c>) {
        while self.depth > 1 {
            self.close(take);
        }
    }

    /// Reads up to `end`, or somewhat farther where something goes over it.
    pub(super) fn run(&mut self, end: usize, take: &mut Take<'_, 'c>) {
        let content = self.content;
        while self.at < end
            && let Some(&byte) = content.get(self.at)
        {
            let at = self.at;
            // Most bytes that are no part of a name mean nothing to the language.
            let special = self.syntax.interesting[byte as usize] && !byte.is_ascii_alphanumeric();
            if special
                && let Some((open, close)) = self.syntax.block
                && open.first() == Some(&byte)
                && content[at..].starts_with(open)
            {
                let body = at + open.len();
                let end =
                    memchr::memmem::find(&content[body..], close).map_or(content.len(), |n| body + n + close.len());
                self.count_lines(&content[at..end]);
                self.at = end;
                continue;
            }
            if special && self.syntax.comment_at(&content[self.line_start..], at - self.line_start) {
                self.at = memchr::memchr(b'\n', &content[at..]).map_or(content.len(), |n| at + n);
                continue;
            }
            if special && self.syntax.is_quote(byte) || byte == b'\'' && self.is_char(at) {
                let end = self.string_end(at, byte);
                let text = content.get(at + 1..end.saturating_sub(1)).unwrap_or_default();
                self.count_lines(text);
                self.name(text, true);
                self.at = end;
                continue;
            }
            if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' {
                let end = at
                    + content[at..]
                        .iter()
                        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-'))
                        .count();
                let word = content.get(at..end).unwrap_or_default();
                let word = word.strip_suffix(b"-").unwrap_or(word);
                self.name(word, false);
                self.at += word.len().max(1);
                continue;
            }
            self.mark(byte, at, take);
            if byte == b'\n' {
                self.line += 1;
                self.line_start = at + 1;
            }
            self.at += 1;
        }
    }

    fn count_lines(&mut self, text: &[u8]) {
        let lines = memchr::memchr_iter(b'\n', text).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

    /// Whether a quote that the language has for single characters alone opens a short string.
    fn is_char(&self, at: usize) -> bool {
        self.content.get(at + 1..).is_some_and(|rest| rest.iter().take(6).skip(1).any(|b| *b == b'\''))
            && self.syntax.language != Language::Rust
    }

    fn string_end(&self, start: usize, quote: u8) -> usize {
        let mut at = start + 1;
        while let Some(&byte) = self.content.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' if quote != b'`' => return at,
                byte if byte == quote => return at + 1,
                _ => {}
            }
            at += 1;
        }
        self.content.len()
    }

    fn frame(&mut self) -> Option<&mut Frame<'c>> {
        self.frames.get_mut(self.depth.wrapping_sub(1))
    }

    fn open(&self) -> &[Frame<'c>] {
        self.frames.get(..self.depth).unwrap_or_default()
    }

    fn name(&mut self, word: &'c [u8], quoted: bool) {
        let Some(frame) = self.frame() else { return };
        if word.is_empty() || word.len() > LONGEST || !quoted && is_modifier(word) {
            return;
        }
        if quoted && (memchr::memchr2(b'\n', b' ', word).is_some() || std::str::from_utf8(word).is_err()) {
            return;
        }
        if !quoted && frame.head.is_none() && is_statement(word) {
            frame.head = Some(b"");
            return;
        }
        frame.last = Some(word);
        if frame.head.is_none() {
            frame.head = Some(word);
        }
        if frame.name.is_none() && !quoted {
            frame.name = Some(word);
        }
    }

    fn mark(&mut self, byte: u8, at: usize, take: &mut Take<'_, 'c>) {
        let next = |by: usize| self.content.get(at + by).copied().unwrap_or(0);
        match byte {
            b'(' | b'[' | b'{' => {
                let attribute = byte == b'[' && at > 0 && self.content.get(at - 1) == Some(&b'#');
                // Parameters, arguments, generics and places in a list are no lists.
                let before = self.content.get(..at).unwrap_or_default().iter().rev().find(|b| **b != b' ');
                let applied = byte != b'{'
                    && before
                        .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'>' | b')' | b']' | b'!'));
                let grouped = byte == b'(' && self.frame().is_some_and(|f| f.head.is_none());
                if self.depth < DEEPEST {
                    let plain = attribute || applied && !grouped;
                    let lead = if plain { NO_LIST } else { self.lead().unwrap_or_default() };
                    self.depth += 1;
                    if self.frames.len() < self.depth {
                        self.frames.push(Frame::default());
                    }
                    let line = self.line;
                    if let Some(frame) = self.frame() {
                        frame.begin(lead, line);
                    }
                }
            }
            b')' | b']' | b'}' => self.close(take),
            b'|' if next(1) != b'|' && next(1) != b'=' && (at == 0 || self.content.get(at - 1) != Some(&b'|')) => {
                let line = self.line;
                let before = self.content.get(..at).unwrap_or_default();
                let opens = before
                    .iter()
                    .rev()
                    .find(|b| !b.is_ascii_whitespace())
                    .is_none_or(|b| matches!(b, b'=' | b'(' | b':' | b'<' | b','));
                if let Some(frame) = self.frame()
                    && let Some(last) = frame.last.take().filter(|_| !opens)
                {
                    if frame.union.is_empty() {
                        frame.union_line = line;
                    }
                    if frame.union.len() < MOST && !frame.union.contains(&last) {
                        frame.union.push(last);
                    }
                }
            }
            // In C and its like a type stands before the name.
            b'=' if self.syntax.language == Language::Typed && !matches!(next(1), b'=' | b'>') => {
                if let Some(frame) = self.frame() {
                    frame.assigned = frame.last;
                }
            }
            b',' | b';' => self.end_element(take),
            b'\n' if !self.goes_on(at) => self.end_element(take),
            _ => {}
        }
    }

    /// Whether the statement goes on behind the end of the line at `at`.
    fn goes_on(&mut self, at: usize) -> bool {
        let content = self.content;
        // Each is looked for once, however many lines are empty.
        if self.ahead <= at {
            let rest = content.get(at + 1..).unwrap_or_default();
            self.ahead = at + 1 + rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        }
        let new = content.get(self.behind.0..at).unwrap_or_default();
        let last = new.iter().rev().find(|b| !b.is_ascii_whitespace()).copied();
        self.behind = (at, last.or(self.behind.1));
        matches!(content.get(self.ahead), Some(b'|' | b'.' | b'?' | b'&' | b'{'))
            || matches!(self.behind.1, Some(b'|' | b'=' | b'&' | b'+' | b':'))
    }

    /// The name that leads a list which begins here; through a call's parentheses, that before the call.
    fn lead(&self) -> Option<&'c [u8]> {
        for frame in self.open().iter().rev() {
            let lead = frame.assigned.or(frame.name);
            if lead.is_some() || frame.lead != NO_LIST {
                return lead;
            }
        }
        None
    }

    fn end_element(&mut self, take: &mut Take<'_, 'c>) {
        if let Some(frame) = self.frame() {
            frame.end_element(take);
        }
    }

    fn close(&mut self, take: &mut Take<'_, 'c>) {
        if self.depth < 2 {
            return;
        }
        self.end_element(take);
        if let Some(frame) = self.frame()
            && frame.members.len() > 1
        {
            take(Seen { lead: frame.lead, members: &frame.members, line: frame.line });
        }
        self.depth -= 1;
    }
}
