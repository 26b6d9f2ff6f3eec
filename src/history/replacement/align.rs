//! Two versions of a line, token beside token.

use super::tokens::Token;

/// Weight of a mark against a word's one: brackets and commas say little of what a line is.
const MARK: f32 = 0.25;

/// How alike two lines are, from 0 to 1: the weight of the tokens that both have over that of all,
/// without those that `skip` says are the term itself (once on either side). Half, where nothing
/// else stands in them.
pub fn likeness(old: &[Token<'_>], new: &[Token<'_>], skip: &[usize]) -> f32 {
    let weight = |t: &Token<'_>| if t.word { 1.0 } else { MARK };
    let mut left: Vec<&Token<'_>> = old.iter().enumerate().filter(|(n, _)| !skip.contains(n)).map(|(_, t)| t).collect();
    let mut right: Vec<&Token<'_>> = new.iter().collect();
    left.sort_unstable_by_key(|t| t.text);
    right.sort_unstable_by_key(|t| t.text);
    let (mut i, mut j, mut common) = (0, 0, 0.0_f32);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        match a.text.cmp(b.text) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += weight(a);
                i += 1;
                j += 1;
            }
        }
    }
    let total = |tokens: &[&Token<'_>]| tokens.iter().map(|t| weight(t)).sum::<f32>();
    // What takes the term's place is one word of the new line.
    let all = total(&left) + (total(&right) - 1.0).max(0.0);
    if all < MARK { 0.5 } else { (2.0 * common / all).min(1.0) }
}

/// A stretch in which two lines differ: token ranges of the old and the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// In the old line.
    pub old: std::ops::Range<usize>,
    /// In the new line.
    pub new: std::ops::Range<usize>,
}

/// Where `old` and `new` differ, by their longest common subsequence. Both have at most
/// [`super::tokens::MAX_TOKENS`] tokens, so the table stays small.
pub fn gaps(old: &[Token<'_>], new: &[Token<'_>]) -> Vec<Gap> {
    let same = |a: &Token<'_>, b: &Token<'_>| a.text == b.text;
    let front = old.iter().zip(new).take_while(|(a, b)| same(a, b)).count();
    let rest = old.len().min(new.len()) - front;
    let back = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| same(a, b)).count();
    let (a, b) = (&old[front..old.len() - back], &new[front..new.len() - back]);
    let width = b.len() + 1;
    let mut table = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i * width + j] = if same(&a[i], &b[j]) {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    let mut out: Vec<Gap> = Vec::new();
    let (mut i, mut j, mut start) = (0, 0, (0, 0));
    let mut close = |start: (usize, usize), i: usize, j: usize| {
        if start != (i, j) {
            out.push(Gap { old: front + start.0..front + i, new: front + start.1..front + j });
        }
    };
    while i < a.len() && j < b.len() {
        if same(&a[i], &b[j]) {
            close(start, i, j);
            i += 1;
            j += 1;
            start = (i, j);
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    close(start, a.len(), b.len());
    out
}

/// The token of `new` that stands where token `at` of `old` stood: the one at its place in a gap of
/// equal sides, or the gap's only word that `fits`.
pub fn counterpart<'t>(
    old: &[Token<'_>],
    new: &[Token<'t>],
    at: usize,
    fits: &dyn Fn(&str) -> bool,
) -> Option<Token<'t>> {
    let gap = gaps(old, new).into_iter().find(|g| g.old.contains(&at))?;
    let side = new.get(gap.new.clone())?;
    if gap.old.len() == gap.new.len() {
        let token = side.get(at - gap.old.start)?;
        if token.word && fits(token.text) {
            return Some(*token);
        }
    }
    let mut words = side.iter().filter(|t| t.word && fits(t.text));
    let only = words.next()?;
    // The same name twice is still one name.
    words.all(|t| t.text == only.text).then_some(*only)
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn the_counterpart_stands_between_the_same_neighbours() {
        let find = |a: &str, b: &str, term: &str| {
            let (old, new) = (tokens(a, ""), tokens(b, ""));
            let at = old.iter().position(|t| t.text == term).unwrap();
            counterpart(&old, &new, at, &|_| true).map(|t| t.text.to_owned())
        };
        assert_eq!(find("opt(config_file, x)", "arg(config, x)", "config_file").as_deref(), Some("config"));
        assert_eq!(find("let a = old(1);", "let a = made::fresh(1);", "old"), None, "two words, one place");
        assert_eq!(find("call(a, old);", "call(a);", "old"), None);
        assert_eq!(find("old = f(old)", "new = f(new)", "old").as_deref(), Some("new"));
    }

    #[test]
    fn likeness_ignores_the_term_and_weighs_words() {
        let like = |a: &str, b: &str| likeness(&tokens(a, ""), &tokens(b, ""), &[0]);
        assert!(like("old(path, mode)", "new(path, mode)") > 0.99);
        assert!(like("old(path, mode)", "other(thing, else)") < 0.5);
        assert!((like("old", "new") - 0.5).abs() < 0.01);
    }
}
