//! The versions of one file, scanned with each line read once.
//!
//! Two versions of a file share almost all of their lines, and what a line holds depends on nothing
//! but the line and the little that the scan carries from line to line. So a line that was seen in
//! another version, in the same state, is not read again: its names are known.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

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

    /// Reads a version of the file at `path`, held by the snapshots `held`. Puts the number of each of
    /// its lines into `numbers`, and calls `new` with each line that no version before had, and its text.
    pub fn read(
        &mut self,
        path: &RepoPath,
        content: &[u8],
        held: u32,
        numbers: &mut Vec<u32>,
        new: &mut dyn FnMut(&[u8], &[Token]),
    ) {
        let syntax = Syntax::of(path, content);
        let mut state = State::new(&syntax);
        let language = syntax.language as u64;
        let mut start = 0;
        while start < content.len() {
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
            if let Some(line) = self.lines.get_mut(number as usize) {
                line.held |= held;
                (state.open, state.flag_attribute) = line.after;
                if line.spills {
                    route::spilling(content, start..next, &mut |route| {
                        self.spilling.push((Term::of(Domain::Route, route), held));
                    });
                }
            }
            numbers.push(number);
            start = end + 1;
        }
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
fn hash(bytes: &[u8], seed: u64) -> u64 {
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
            ("tool", &["#!/bin/sh\n# x y\nfoo=1\n", "# x y\nfoo=1\n", "#!/usr/bin/env python\n# x y\nfoo=1\n"][..]),
        ] {
            let path = RepoPath::from(path);
            let mut memo = Memo::default();
            for (bit, content) in versions.iter().enumerate() {
                memo.read(&path, content.as_bytes(), 1 << bit, &mut Vec::new(), &mut |_, _| {});
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
