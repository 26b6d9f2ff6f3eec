//! The versions of one file, scanned with each line read once.
//!
//! Two versions of a file share almost all of their lines, and what a line holds depends on nothing
//! but the line and the little that the scan carries from line to line. So a line that was seen in
//! another version, in the same state, is not read again: its names are known.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::super::common;
use super::super::path::RepoPath;
use super::super::term::{Domain, Term};
use super::syntax::Syntax;
use super::{Open, Sink, State, Token, route};

/// A line that some version of the file holds.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its names, as a range of [`Memo::tokens`], with places within the line and no line number.
    pub tokens: Range<u32>,
    /// The routes in it, as a range of [`Memo::routes`].
    pub routes: Range<u32>,
    /// The versions that hold it.
    pub held: u32,
    /// What is open behind it, and whether an attribute is.
    after: (Open, bool),
    /// Whether a route may go on in the next line.
    spills: bool,
}

/// The lines of a file's versions.
#[derive(Default)]
pub struct Memo {
    known: HashMap<u64, u32, BuildHasherDefault<Same>>,
    lines: Vec<Line>,
    tokens: Vec<Token>,
    routes: Vec<Term>,
    spilling: Vec<(Term, u32)>,
    /// The version that was read last, and one whose memory is used again.
    last: Version,
    spare: Version,
}

/// The lines of a version.
#[derive(Default)]
struct Version {
    /// None where nothing was read yet.
    language: Option<u64>,
    content: Vec<u8>,
    numbers: Vec<u32>,
    /// One more than `numbers` where the last line is ended.
    starts: Vec<usize>,
}

impl Version {
    fn begin(&mut self, language: u64) {
        self.language = Some(language);
        self.content.clear();
        self.numbers.clear();
        self.starts.clear();
    }

    fn end(&mut self, content: &[u8]) {
        if content.last().is_none_or(|b| *b == b'\n') {
            self.starts.push(content.len());
        }
        self.content.extend_from_slice(content);
    }
}

/// What two versions end with alike.
struct Tail {
    /// The first line of the version before that begins within it.
    next: usize,
    /// How many bytes farther down it stands in the version at hand.
    shift: isize,
}

impl Tail {
    fn of(before: &Version, language: u64, content: &[u8]) -> Self {
        let length = before.content.len();
        let alike = if before.language == Some(language) { common::suffix(&before.content, content) } else { 0 };
        let shift = content.len().wrapping_sub(length) as isize;
        // The end of the line above belongs to what is alike, so the line starts in both.
        Self { next: before.starts.partition_point(|start| *start <= length - alike), shift }
    }

    /// The line of the version before that begins at `start` of the version at hand, in what is alike.
    fn line_at(&mut self, start: usize, before: &Version) -> Option<usize> {
        while let Some(at) = before.starts.get(self.next).map(|s| s.saturating_add_signed(self.shift)) {
            match at.cmp(&start) {
                std::cmp::Ordering::Less => self.next += 1,
                std::cmp::Ordering::Equal => return Some(self.next),
                std::cmp::Ordering::Greater => return None,
            }
        }
        None
    }
}

struct Collect<'a>(&'a mut Vec<Token>);

impl Sink for Collect<'_> {
    fn token(&mut self, token: &Token) {
        self.0.push(*token);
    }
}

impl Memo {
    /// Forgets everything: the next version is of another file.
    pub fn clear(&mut self) {
        self.known.clear();
        self.lines.clear();
        self.tokens.clear();
        self.routes.clear();
        self.spilling.clear();
        self.last.language = None;
    }

    /// Every line of every version.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The names of a line.
    #[must_use]
    pub fn tokens(&self, line: &Line) -> &[Token] {
        self.tokens.get(line.tokens.start as usize..line.tokens.end as usize).unwrap_or_default()
    }

    /// The routes that stand in a line.
    #[must_use]
    pub fn routes(&self, line: &Line) -> &[Term] {
        self.routes.get(line.routes.start as usize..line.routes.end as usize).unwrap_or_default()
    }

    /// Routes that go over the end of a line, with the versions that hold them.
    #[must_use]
    pub fn spilling(&self) -> &[(Term, u32)] {
        &self.spilling
    }

    /// The numbers of the lines of the version that was read last.
    #[must_use]
    pub fn numbers(&self) -> &[u32] {
        &self.last.numbers
    }

    /// Where they start, and where a line behind the last would.
    #[must_use]
    pub fn starts(&self) -> &[usize] {
        &self.last.starts
    }

    /// Reads a version of the file at `path`, held by the snapshots `held`. Calls `new` with each line that
    /// no version before had, and its text.
    pub fn read(&mut self, path: &RepoPath, content: &[u8], held: u32, new: &mut dyn FnMut(&[u8], &[Token])) {
        let syntax = Syntax::of(path, content);
        let mut state = State::new(&syntax);
        let language = syntax.language as u64;
        let before = std::mem::take(&mut self.last);
        let mut version = std::mem::take(&mut self.spare);
        version.begin(language);
        // What the version begins with like the one before it is known without looking at lines.
        let alike = if before.language == Some(language) { common::prefix(&before.content, content) } else { 0 };
        let known = before.starts.partition_point(|start| *start <= alike).saturating_sub(1);
        for at in 0..known.min(before.numbers.len()) {
            self.again(&before, at, 0, held, content, &mut version, &mut state);
        }
        // And what it ends with, from where the same is open.
        let mut tail = Tail::of(&before, language, content);
        let mut start = before.starts.get(version.numbers.len()).copied().filter(|_| known > 0).unwrap_or(0);
        while start < content.len() {
            if let Some(first) = tail.line_at(start, &before)
                && self.is_open_behind(&before, first, &state)
            {
                for at in first..before.numbers.len() {
                    self.again(&before, at, tail.shift, held, content, &mut version, &mut state);
                }
                break;
            }
            let end = memchr::memchr(b'\n', &content[start..]).map_or(content.len(), |at| start + at);
            let next = content.len().min(end + 1);
            let seed = language << 4 | state.open.number() << 1 | u64::from(state.flag_attribute);
            let key = hash(&content[start..next], seed);
            let number = match self.known.get(&key) {
                Some(&number) => number,
                None => {
                    let number = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
                    let line = self.scan(&mut state, &content[start..end], &content[start..next]);
                    new(&content[start..end], self.tokens(&line));
                    self.lines.push(line);
                    self.known.insert(key, number);
                    number
                }
            };
            self.hold(number, held, content, start..next, &mut state);
            version.numbers.push(number);
            version.starts.push(start);
            start = end + 1;
        }
        version.end(content);
        self.spare = before;
        self.last = version;
    }

    /// Takes in that the version at hand holds a line.
    fn hold(&mut self, number: u32, held: u32, content: &[u8], place: Range<usize>, state: &mut State<'_>) {
        if let Some(line) = self.lines.get_mut(number as usize) {
            line.held |= held;
            (state.open, state.flag_attribute) = line.after;
            if line.spills {
                route::spilling(content, place, &mut |route| {
                    self.spilling.push((Term::of(Domain::Route, route), held));
                });
            }
        }
    }

    /// Takes in line `at` of the version before, `shift` bytes farther down in this one.
    #[allow(clippy::too_many_arguments)]
    fn again(
        &mut self,
        before: &Version,
        at: usize,
        shift: isize,
        held: u32,
        content: &[u8],
        version: &mut Version,
        state: &mut State<'_>,
    ) {
        let (Some(&number), Some(&start)) = (before.numbers.get(at), before.starts.get(at)) else { return };
        let next = before.starts.get(at + 1).copied().unwrap_or(before.content.len());
        let (start, next) = (start.saturating_add_signed(shift), next.saturating_add_signed(shift));
        self.hold(number, held, content, start..next, state);
        version.numbers.push(number);
        version.starts.push(start);
    }

    /// Whether the same is open before line `at` of the version before as in `state`.
    fn is_open_behind(&self, before: &Version, at: usize, state: &State<'_>) -> bool {
        let line = at.checked_sub(1).and_then(|at| self.lines.get(*before.numbers.get(at)? as usize));
        line.is_some_and(|line| line.after == (state.open, state.flag_attribute))
    }

    fn scan(&mut self, state: &mut State<'_>, line: &[u8], ended: &[u8]) -> Line {
        let at = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (tokens, routes) = (at(self.tokens.len()), at(self.routes.len()));
        state.line(line, 0, 0, &mut Collect(&mut self.tokens));
        let whole = route::in_line(ended, &mut |route| self.routes.push(Term::of(Domain::Route, route)));
        Line {
            tokens: tokens..at(self.tokens.len()),
            routes: routes..at(self.routes.len()),
            held: 0,
            after: (state.open, state.flag_attribute),
            spills: !whole,
        }
    }
}

/// Hashes what is a hash already.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes, self.0);
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// A hash of a line, eight bytes at a time, by wide multiplication (the way of the `wyhash` family).
pub(in crate::history) fn hash(bytes: &[u8], seed: u64) -> u64 {
    const A: u64 = 0xa076_1d64_78bd_642f;
    const B: u64 = 0xe703_7ed1_a0b4_28db;
    let mix = |a: u64, b: u64| {
        let wide = u128::from(a) * u128::from(b);
        (wide as u64) ^ (wide >> 64) as u64
    };
    let mut state = mix(seed ^ A, bytes.len() as u64 ^ B);
    let (blocks, rest) = bytes.as_chunks::<16>();
    for block in blocks {
        let (low, high) = block.split_at(8);
        state = mix(word(low) ^ A ^ state, word(high) ^ B ^ state.rotate_left(32));
    }
    let (low, high) = rest.split_at(rest.len().min(8));
    mix(word(low) ^ B ^ state, word(high) ^ A ^ state.rotate_left(32))
}

/// At most eight bytes as a number.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    if let Some(whole) = bytes.first_chunk::<8>() {
        return u64::from_le_bytes(*whole);
    }
    let mut padded = [0; 8];
    for (to, from) in padded.iter_mut().zip(bytes) {
        *to = *from;
    }
    u64::from_le_bytes(padded)
}

#[cfg(test)]
mod tests {
    use super::super::{routes, scan};
    use super::*;

    fn sorted(mut terms: Vec<(u64, u8)>) -> Vec<(u64, u8)> {
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// What the plain scan finds in a version, and its routes.
    fn plain(path: &RepoPath, content: &[u8]) -> Vec<(u64, u8)> {
        let mut tokens = Vec::new();
        scan(path, content, &mut Collect(&mut tokens));
        let mut out: Vec<(u64, u8)> = tokens.iter().map(|t| (t.exact.0, t.role as u8)).collect();
        routes(content, &mut |r, _| out.push((Term::of(Domain::Route, r).0, 0)));
        sorted(out)
    }

    #[test]
    fn versions_hold_what_a_plain_scan_finds() {
        for (path, versions) in [
            (
                "a.c",
                &["int a;\n/* open\nint b;\n*/\nint c;\n", "int a;\nint b;\n/* x */\nint c;", "int b;\n\nint c;\n"][..],
            ),
            ("a.rs", &["#[arg(long)]\nport: u16,\nport: u16,\n", "port: u16,\n#[arg(\nlong)]\nport: u16,\n"][..]),
            ("a.js", &["get('/a/b')\nget('/a/{\nx}/c')\n", "get('/a/{\ny}/d')\n /v1/x:\n", "get('/a/{\n"][..]),
            (
                "b.c",
                &[
                    "int a;\nint b;\n/*\nint c;\n*/\nint d;\n",
                    "int a;\nint b;\nint c;\n*/\nint d;\n",
                    "int a;\n/*\nint b;\n/*\nint c;\n*/\nint d;\n",
                    "int a;\nint b;\n/*\nint c;\n*/\nint d;",
                    "xint a;\nint b;\n/*\nint c;\n*/\nint d;",
                    "",
                    "\n",
                    "int a;\nint b;\n/*\nint c;\n*/\nint d;\n",
                    "int a;\nint a;\nint b;\n/*\nint c;\n*/\nint d;\nint d;\n",
                ],
            ),
            ("tool", &["#!/bin/sh\n# x y\nfoo=1\n", "# x y\nfoo=1\n", "#!/usr/bin/env python\n# x y\nfoo=1\n"][..]),
        ] {
            let path = RepoPath::from(path);
            let mut memo = Memo::default();
            for (bit, content) in versions.iter().enumerate() {
                memo.read(&path, content.as_bytes(), 1 << bit, &mut |_, _| {});
                let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', content.as_bytes()).map(|n| n + 1));
                assert_eq!(memo.starts(), starts.collect::<Vec<_>>(), "{path} {content:?}");
            }
            for (bit, content) in versions.iter().enumerate() {
                let mut found = Vec::new();
                for line in memo.lines().iter().filter(|l| l.held & 1 << bit != 0) {
                    found.extend(memo.tokens(line).iter().map(|t| (t.exact.0, t.role as u8)));
                    found.extend(memo.routes(line).iter().map(|r| (r.0, 0)));
                }
                found.extend(memo.spilling().iter().filter(|s| s.1 & 1 << bit != 0).map(|s| (s.0.0, 0)));
                assert_eq!(sorted(found), plain(&path, content.as_bytes()), "{path} {content:?}");
            }
        }
    }

    #[test]
    fn hashes_tell_lines_apart() {
        let mut seen = std::collections::HashSet::new();
        for length in 0..40 {
            assert!(seen.insert(hash(&vec![0; length], 0)));
            assert!(seen.insert(hash(&vec![b'a'; length + 1], 0)));
            assert!(seen.insert(hash(&vec![b'a'; length + 1], 1)));
        }
    }
}
