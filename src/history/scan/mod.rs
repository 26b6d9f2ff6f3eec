//! Reads a file of code into terms, each with the role that it plays there.
//!
//! The scan is lexical: one pass, line by line, with what a language's surface gives away (comment
//! marks, quotes, definition keywords, `name:` and `name =`, `type name(`). It is right often
//! enough to say where a name *may* be declared, and it is quick enough to read every version of
//! every file; what a finding rests on is looked at again, closely, by the rule that makes it.

mod affix;
mod ignored;
mod manifest;
mod memo;
mod role;
mod route;
mod syntax;

pub use ignored::ignoring;
pub use manifest::{declared, names};
pub(super) use memo::hash;
pub use memo::{Line as MemoLine, Memo};
pub use route::{route_endings, routes};
pub(super) use syntax::Syntax;
pub use syntax::{Language, language_of};

use super::path::RepoPath;
use super::term::{Domain, Term};
use role::Line;
pub use role::{declares_flags as declares_options, marks_flags as marks_options};
use syntax::Mark;

/// What a name does where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// It is defined: a function, a type, a constant, a macro, a target.
    Definition = 0,
    /// It is a field, a key, a parameter, an enumeration's member, or is assigned to.
    Key = 1,
    /// It is the whole of a quoted string.
    Literal = 2,
    /// It is declared or spelt as a command-line option.
    Flag = 3,
    /// It is used in any other way.
    Use = 4,
    /// It stands in a comment.
    Comment = 5,
}

/// Number of [`Role`]s.
pub const ROLES: usize = 6;

/// One name in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// As spelt.
    pub exact: Term,
    /// Case and separators folded.
    pub folded: Term,
    /// What it does.
    pub role: Role,
    /// Line from 1.
    pub line: u32,
    /// First byte in the file.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// Takes what a scan finds.
pub trait Sink {
    /// A name.
    fn token(&mut self, token: &Token);
}

/// Lines longer than this are read for names only, all of them uses: they are data or minified.
pub(super) const LONG_LINE: usize = 4096;

/// Reads `content` of the file at `path` and gives every name in it to `sink`.
pub fn scan(path: &RepoPath, content: &[u8], sink: &mut impl Sink) {
    let syntax = Syntax::of(path, content);
    let mut state = State::new(&syntax);
    let mut start = 0;
    let mut number = 0;
    while start < content.len() {
        let end = memchr::memchr(b'\n', &content[start..]).map_or(content.len(), |at| start + at);
        number += 1;
        state.line(&content[start..end], start, number, sink);
        start = end + 1;
    }
}

/// [`scan`] of the lines that hold `needle` only. The others are passed over where they change nothing for
/// the lines behind them, so some of their names may come too.
pub fn scan_near(path: &RepoPath, content: &[u8], needle: &[u8], sink: &mut impl Sink) {
    let syntax = Syntax::of(path, content);
    let mut state = State::new(&syntax);
    let mut hits = memchr::memmem::find_iter(content, needle).peekable();
    let mut start = 0;
    let mut number = 0;
    while start < content.len() && hits.peek().is_some() {
        let end = memchr::memchr(b'\n', &content[start..]).map_or(content.len(), |at| start + at);
        number += 1;
        let line = &content[start..end];
        let mut wanted = false;
        while hits.next_if(|hit| *hit <= end).is_some() {
            wanted = true;
        }
        if wanted || !state.passes(line) {
            state.line(line, start, number, sink);
        }
        start = end + 1;
    }
}

/// Whether a byte can be part of a name.
#[inline]
pub(crate) fn is_name(byte: u8) -> bool {
    NAME[byte as usize]
}

static NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        table[i] = b.is_ascii_alphanumeric() || b == b'_';
        i += 1;
    }
    table
};

/// What is open at the start of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Nothing.
    No,
    /// A block comment.
    Comment,
    /// A text that is a statement of its own, as a docstring is.
    Told(Mark),
    /// A text that is a value.
    Value(Mark),
}

impl Open {
    fn close(self, syntax: &Syntax) -> Option<&'static [u8]> {
        match self {
            Self::No => None,
            Self::Comment => syntax.block.map(|(_, close)| close),
            Self::Told(mark) | Self::Value(mark) => Some(mark.bytes()),
        }
    }

    /// What names inside of it are.
    fn role(self) -> Role {
        if matches!(self, Self::Value(_)) { Role::Use } else { Role::Comment }
    }

    /// A number for each, less than eight.
    fn number(self) -> u64 {
        match self {
            Self::No => 0,
            Self::Comment => 1,
            Self::Told(mark) => 2 + mark as u64,
            Self::Value(mark) => 5 + mark as u64,
        }
    }
}

/// What a line's names depend on beside the line itself.
struct State<'a> {
    /// The comment or text that is open.
    open: Open,
    syntax: &'a Syntax,
    /// Whether an attribute above says that the next field is an option (`#[arg(long)]`).
    flag_attribute: bool,
}

impl<'a> State<'a> {
    /// The state at the start of a file.
    fn new(syntax: &'a Syntax) -> Self {
        Self { open: Open::No, syntax, flag_attribute: false }
    }

    /// Whether the state behind `line` is known without reading it: the same as before it.
    fn passes(&self, line: &[u8]) -> bool {
        if let Some(close) = self.open.close(self.syntax) {
            return memchr::memmem::find(line, close).is_none();
        }
        let rust = self.syntax.language == Language::Rust;
        if rust && (self.flag_attribute || line.trim_ascii_start().starts_with(b"#[")) {
            return false;
        }
        let block = self.syntax.block.map(|(open, _)| open);
        let opens = [Mark::Double, Mark::Single, Mark::Back].map(Mark::bytes).into_iter().chain(block);
        opens.into_iter().all(|mark: &[u8]| memchr::memmem::find(line, mark).is_none())
    }

    fn line(&mut self, line: &[u8], offset: usize, number: u32, sink: &mut impl Sink) {
        let mut at = 0;
        if let Some(close) = self.open.close(self.syntax) {
            match memchr::memmem::find(line, close) {
                Some(found) => {
                    at = found + close.len();
                    comment_tokens(&line[..found], self.open.role(), offset, number, sink);
                    self.open = Open::No;
                }
                None => {
                    comment_tokens(line, self.open.role(), offset, number, sink);
                    if self.open != Open::Comment {
                        told_options(line, offset, number, sink);
                    }
                    return;
                }
            }
        }
        let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        if at == 0 && self.syntax.starts_comment(&line[indent.min(line.len())..]) {
            comment_tokens(line, Role::Comment, offset, number, sink);
            return;
        }
        let mut shape = Line::new(line, indent, self.syntax);
        shape.flag_field = self.flag_attribute;
        let mut quote = 0u8;
        let mut compound_end = 0;
        let interesting = &self.syntax.interesting;
        while at < line.len() {
            let byte = line[at];
            if !interesting[byte as usize] {
                at += 1;
                continue;
            }
            if is_name(byte) {
                let start = at;
                while at < line.len() && is_name(line[at]) {
                    at += 1;
                }
                if line.len() > LONG_LINE {
                    emit(line, start, at, Role::Use, offset, number, sink);
                    continue;
                }
                let role = shape.role(start, at, quote);
                if at - start > 1 || role != Role::Use {
                    emit(line, start, at, role, offset, number, sink);
                }
                if quote != 0 {
                    affix::of(line, start, at, &mut |name, from| {
                        let term = Term::of(Domain::Affix, name);
                        let place = (offset + from, offset + from + name.len());
                        let role = Role::Literal;
                        sink.token(&Token {
                            exact: term,
                            folded: term,
                            role,
                            line: number,
                            start: place.0,
                            end: place.1,
                        });
                    });
                }
                if start >= compound_end && line.get(at) == Some(&b'-') {
                    compound_end = compound(line, at);
                    if compound_end > at {
                        let role = shape.role(start, compound_end, quote);
                        emit(line, start, compound_end, role, offset, number, sink);
                    }
                }
                shape.previous = (start, at);
                continue;
            }
            if quote != 0 {
                if byte == b'\\' {
                    at += 2;
                    continue;
                }
                if byte == quote {
                    quote = 0;
                } else if byte == b'-' {
                    short_flag(line, at, offset, number, sink);
                }
            } else if let Some(mark) = self.syntax.text_opens(line, at) {
                // A text of several lines tells of the code where it is a statement of its own, and is data
                // where it is a value.
                let is_value = line[indent.min(at)..at].iter().any(|b| !b.is_ascii_alphabetic());
                let open = if is_value { Open::Value(mark) } else { Open::Told(mark) };
                let (role, close) = (open.role(), mark.bytes());
                let body = at + close.len();
                match memchr::memmem::find(&line[body..], close) {
                    Some(found) => {
                        comment_tokens(&line[body..body + found], role, offset + body, number, sink);
                        at = body + found + close.len();
                    }
                    None => {
                        comment_tokens(&line[body..], role, offset + body, number, sink);
                        self.open = open;
                        return;
                    }
                }
                continue;
            } else if self.syntax.is_quote(byte) {
                quote = byte;
                if let Some(end) = dotted(line, at + 1, byte) {
                    let role = shape.role(at + 1, end, quote);
                    emit(line, at + 1, end, role, offset, number, sink);
                }
            } else if let Some((open, close)) = self.syntax.block
                && line[at..].starts_with(open)
            {
                let body = at + open.len();
                match memchr::memmem::find(&line[body..], close) {
                    Some(found) => {
                        comment_tokens(&line[body..body + found], Role::Comment, offset + body, number, sink);
                        at = body + found + close.len();
                    }
                    None => {
                        comment_tokens(&line[body..], Role::Comment, offset + body, number, sink);
                        self.open = Open::Comment;
                        return;
                    }
                }
                continue;
            } else if self.syntax.comment_at(line, at) {
                comment_tokens(&line[at..], Role::Comment, offset + at, number, sink);
                break;
            }
            at += 1;
        }
        self.flag_attribute = shape.keeps_flag_attribute(self.flag_attribute);
    }
}

/// The end of the string that starts at `start`, where it is a name with dots in it, such as
/// `server.max-size`.
fn dotted(line: &[u8], start: usize, quote: u8) -> Option<usize> {
    let is_part = |b: &u8| is_name(*b) || matches!(b, b'.' | b'-');
    let length = line.get(start..)?.iter().take(120).take_while(|b| is_part(b)).count();
    let name = line.get(start..start + length)?;
    let closed = line.get(start + length) == Some(&quote);
    (closed && name.contains(&b'.') && name.first().is_some_and(u8::is_ascii_alphabetic)).then_some(start + length)
}

/// The end of the hyphenated name whose first part ends at `at`; `at` itself where there is none.
fn compound(line: &[u8], mut at: usize) -> usize {
    while line.get(at) == Some(&b'-') && line.get(at + 1).is_some_and(|&b| is_name(b)) {
        at += 1;
        while line.get(at).is_some_and(|&b| is_name(b)) {
            at += 1;
        }
    }
    at
}

/// `"-x"` in a string: an option of one letter, kept under its dash.
fn short_flag(line: &[u8], at: usize, offset: usize, number: u32, sink: &mut impl Sink) {
    let before = at.checked_sub(1).map_or(b' ', |i| line[i]);
    let after = line.get(at + 2).copied().unwrap_or(b' ');
    let is_letter = line.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    if is_letter
        && !is_name(after)
        && after != b'-'
        && matches!(before, b'"' | b'\'' | b'`' | b' ' | b'[' | b'|' | b'(')
    {
        emit(line, at, at + 2, Role::Flag, offset, number, sink);
    }
}

fn emit(line: &[u8], start: usize, end: usize, role: Role, offset: usize, number: u32, sink: &mut impl Sink) {
    let (exact, folded) = Term::pair(&line[start..end]);
    sink.token(&Token { exact, folded, role, line: number, start: offset + start, end: offset + end });
}

/// The options that a line of a program's own help begins with, by which it may declare them (`docopt`).
fn told_options(line: &[u8], offset: usize, number: u32, sink: &mut impl Sink) {
    let mut at = line.len() - line.trim_ascii_start().len();
    // An item of a list is no option.
    if line.get(at + 1) == Some(&b' ') {
        return;
    }
    while line.get(at) == Some(&b'-') {
        let start = at + line[at..].iter().take_while(|b| **b == b'-').count();
        let first = start + line[start..].iter().take_while(|b| is_name(**b)).count();
        let end = compound(line, first);
        if start == at + 2 && end > start {
            emit(line, start, end, Role::Flag, offset, number, sink);
        }
        at = end + line[end..].iter().take_while(|b| matches!(b, b',' | b' ' | b'|' | b'/')).count();
    }
}

/// The names of a text that is no code, as `role`.
fn comment_tokens(text: &[u8], role: Role, offset: usize, number: u32, sink: &mut impl Sink) {
    let mut at = 0;
    while at < text.len() {
        if !is_name(text[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && is_name(text[at]) {
            at += 1;
        }
        if at - start > 1 {
            emit(text, start, at, role, offset, number, sink);
        }
        let end = if text.get(at) == Some(&b'-') { compound(text, at) } else { at };
        if end > at {
            emit(text, start, end, role, offset, number, sink);
        }
    }
}

#[cfg(test)]
mod tests;
