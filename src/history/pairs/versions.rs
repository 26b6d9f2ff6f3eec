//! Pairs in the versions of one file, found in the lines that the scan for names has read anyway.

use super::Asked;
use super::beside::{self, Beside, is_constant, is_key};
use crate::history::scan::{Memo, Token};
use crate::history::term::Term;

/// What the lines of a file's versions hold of the keys that are asked for.
#[derive(Default)]
pub struct Versions {
    lines: Vec<Asks>,
    keys: Vec<(Term, Token)>,
}

/// What one line holds.
struct Asks {
    /// Whether a key is spelt in it, in a way that the search knows.
    spelt: bool,
    /// The keys in it, as a range of [`Versions::keys`].
    keys: (u32, u32),
}

impl Versions {
    /// Forgets everything: the next version is of another file.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.keys.clear();
    }

    /// Takes in the next line of [`Memo::lines`].
    pub fn line(&mut self, asked: &Asked, text: &[u8], tokens: &[Token]) {
        let first = self.keys.len();
        let keys = tokens.iter().filter(|t| is_key(t.role));
        self.keys.extend(keys.filter_map(|token| Some((*asked.terms.get(&token.folded)?, *token))));
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.lines.push(Asks { spelt: asked.may_hold(text), keys: (at(first), at(self.keys.len())) });
    }

    /// The values beside the keys in the version `content`, whose lines have these `numbers` in `memo`.
    #[must_use]
    pub fn of(&self, content: &[u8], memo: &Memo, numbers: &[u32]) -> Vec<Beside> {
        let asks = || numbers.iter().map(|&number| self.lines.get(number as usize));
        if !asks().flatten().any(|line| line.spelt) || asks().flatten().all(|line| line.keys.0 == line.keys.1) {
            return Vec::new();
        }
        let starts: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', content).map(|n| n + 1)).collect();
        let placed = |token: &Token, at: usize| {
            let start = starts.get(at).copied().unwrap_or(content.len());
            let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
            Token { line, start: start + token.start, end: start + token.end, ..*token }
        };
        let mut found = Vec::new();
        for (at, line) in asks().enumerate() {
            let keys = line.and_then(|l| self.keys.get(l.keys.0 as usize..l.keys.1 as usize)).unwrap_or_default();
            found.extend(keys.iter().map(|(key, token)| (*key, placed(token, at))));
        }
        beside::of_keys(&found, content, &mut |wanted| {
            let mut bound = Vec::new();
            for (at, &number) in numbers.iter().enumerate() {
                let Some(line) = memo.lines().get(number as usize) else { continue };
                for token in memo.tokens(line).iter().filter(|t| is_constant(t.role)) {
                    if wanted.contains_key(&token.exact) {
                        bound.push((token.exact, placed(token, at)));
                    }
                }
            }
            bound
        })
    }
}
