//! Pairs in the versions of one file, found in the lines that the scan for names has read anyway.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::Asked;
use super::beside::{self, AROUND, Beside, Looked, is_constant, is_key};
use crate::history::scan::{self, Memo, Token};
use crate::history::term::Term;

/// What the lines of a file's versions hold of the keys that are asked for.
#[derive(Default)]
pub struct Versions {
    lines: Vec<Asks>,
    keys: Vec<(Term, Token)>,
    /// What stands beside a key, by its number and a hash of the lines around it.
    known: FxHashMap<(u32, u64), Rc<Looked>>,
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
        self.known.clear();
    }

    /// Takes in the next line of [`Memo::lines`].
    pub fn line(&mut self, asked: &Asked, text: &[u8], tokens: &[Token]) {
        let first = self.keys.len();
        let keys = tokens.iter().filter(|t| is_key(t.role));
        self.keys.extend(keys.filter_map(|token| Some((*asked.terms.get(&token.folded)?, *token))));
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.lines.push(Asks { spelt: asked.may_hold(text), keys: (at(first), at(self.keys.len())) });
    }

    /// The values beside the keys in the version `content`, which `memo` has just read.
    #[must_use]
    pub fn of(&mut self, content: &[u8], memo: &Memo) -> Vec<Beside> {
        let (numbers, starts) = (memo.numbers(), memo.starts());
        let asks = || numbers.iter().map(|&number| self.lines.get(number as usize));
        if !asks().flatten().any(|line| line.spelt) || asks().flatten().all(|line| line.keys.0 == line.keys.1) {
            return Vec::new();
        }
        let placed = |token: &Token, at: usize| {
            let start = starts.get(at).copied().unwrap_or(content.len());
            let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
            Token { line, start: start + token.start, end: start + token.end, ..*token }
        };
        let mut found = Vec::new();
        // The key's number, and its line.
        let mut places = Vec::new();
        for (at, line) in asks().enumerate() {
            for number in line.map_or(0..0, |l| l.keys.0..l.keys.1) {
                let Some((key, token)) = self.keys.get(number as usize) else { continue };
                found.push((*key, placed(token, at)));
                places.push((number, at));
            }
        }
        let known = &mut self.known;
        let mut remember = |index: usize, look: &mut dyn FnMut() -> Looked| {
            let Some(&(key, at)) = places.get(index) else { return Rc::new(look()) };
            Rc::clone(known.entry((key, around(numbers, at))).or_insert_with(|| Rc::new(look())))
        };
        beside::of_keys(&found, content, starts, &mut remember, &mut |wanted| {
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

/// A hash of the lines around line `at`, which decide what stands beside a key in it.
fn around(numbers: &[u32], at: usize) -> u64 {
    const ABOVE: usize = AROUND.0 + 1;
    let mut bytes = [0xff; 4 * (ABOVE + AROUND.1 + 1)];
    let lines = at.saturating_sub(ABOVE)..;
    let skipped = ABOVE.saturating_sub(at);
    let (slots, _) = bytes.as_chunks_mut::<4>();
    for (slot, number) in slots.iter_mut().skip(skipped).zip(numbers.get(lines).unwrap_or_default()) {
        *slot = number.to_le_bytes();
    }
    scan::hash(&bytes, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_around_are_those_that_decide() {
        let numbers: Vec<u32> = (0..40).collect();
        let at = |at: usize, changed: usize| {
            let mut other = numbers.clone();
            if let Some(number) = other.get_mut(changed) {
                *number = 99;
            }
            around(&other, at) == around(&numbers, at)
        };
        for place in [0, 3, 8, 9, 20, 35, 39] {
            for changed in 0..40 {
                let near = changed + AROUND.0 + 1 >= place && changed <= place + AROUND.1;
                assert_eq!(at(place, changed), !near, "{place} {changed}");
            }
            // The same lines elsewhere are the same.
            let shifted: Vec<u32> = (1000..1010).chain(0..40).collect();
            assert_eq!(around(&shifted, place + 10) == around(&numbers, place), place > AROUND.0, "{place}");
        }
    }
}
