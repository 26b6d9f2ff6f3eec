//! What became of a file between two states, in hunks with line numbers.

use imara_diff::{Algorithm, Diff, InternedInput};

/// Unchanged lines shown before and after a change.
const CONTEXT: usize = 4;
/// Longer runs of changed lines are cut into pieces, so that a part of a rewritten file can be shown.
const PIECE: usize = 36;
/// What a line is cut to, in characters.
const MOST_CHARS: usize = 300;
/// Hunks of one file that are looked at.
const MOST_HUNKS: usize = 600;

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It stands in both states.
    Kept,
    /// Only the old state has it.
    Removed,
    /// Only the new state has it.
    Added,
}

/// A line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happened to it.
    pub mark: Mark,
    /// Its number, from 1: in the new state, or for a removed line in the old one.
    pub number: u32,
    /// The line without its end.
    pub text: String,
}

/// A stretch of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The line above it that begins what it stands in (a function, a table), where there is one.
    pub within: Option<String>,
    /// The lines in order.
    pub lines: Vec<Line>,
}

impl Hunk {
    /// Its first and last line in the new state; where nothing of that is left, in the old one.
    #[must_use]
    pub fn place(&self) -> (u32, u32) {
        let new = self.lines.iter().filter(|l| l.mark != Mark::Removed).map(|l| l.number);
        let old = self.lines.iter().map(|l| l.number);
        let (first, last) = (new.clone().min(), new.max());
        (first.or(old.clone().min()).unwrap_or(0), last.or(old.max()).unwrap_or(0))
    }

    /// The changed lines.
    pub fn changed(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.mark != Mark::Kept)
    }
}

/// The hunks between `old` and `new`, in order; none where white space is all that differs.
#[must_use]
pub fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let old_lines: Vec<&str> = old.lines().collect();
    let new_lines: Vec<&str> = new.lines().collect();
    let mut out = Vec::new();
    let mut open: Option<Hunk> = None;
    // One past the last line of the new state that a change covers.
    let mut covered = 0usize;
    for hunk in diff.hunks().take(MOST_HUNKS) {
        let (before, after) = (wide(&hunk.before), wide(&hunk.after));
        let removed = old_lines.get(before.clone()).unwrap_or_default();
        let added = new_lines.get(after.clone()).unwrap_or_default();
        if same_but_blanks(removed, added) {
            continue;
        }
        let mut this = match open.take() {
            // Near changes share a hunk, with all that stands between them.
            Some(mut this) if after.start <= covered + 2 * CONTEXT => {
                keep(&mut this, &new_lines, covered..after.start);
                this
            }
            before => {
                if let Some(mut done) = before {
                    keep(&mut done, &new_lines, covered..covered + CONTEXT);
                    out.push(done);
                }
                let lead = after.start.saturating_sub(CONTEXT).max(covered);
                let mut this = Hunk { within: within(&new_lines, lead), lines: Vec::new() };
                keep(&mut this, &new_lines, lead..after.start);
                this
            }
        };
        push_changed(&mut this, &mut out, removed, before.start, added, after.start);
        covered = after.end;
        open = Some(this);
    }
    if let Some(mut done) = open {
        keep(&mut done, &new_lines, covered..covered + CONTEXT);
        out.push(done);
    }
    out.retain(|hunk| hunk.changed().next().is_some());
    out
}

fn keep(hunk: &mut Hunk, lines: &[&str], range: std::ops::Range<usize>) {
    for at in range {
        if let Some(text) = lines.get(at) {
            hunk.lines.push(Line { mark: Mark::Kept, number: number(at), text: clip(text) });
        }
    }
}

/// Adds removed and added lines; long runs go out in pieces that take from both sides alike.
fn push_changed(
    this: &mut Hunk,
    out: &mut Vec<Hunk>,
    removed: &[&str],
    old_start: usize,
    added: &[&str],
    new_start: usize,
) {
    let pieces = (removed.len() + added.len()).div_ceil(PIECE).max(1);
    for piece in 0..pieces {
        let part = |len: usize| (len * piece / pieces)..(len * (piece + 1) / pieces);
        for at in part(removed.len()) {
            let text = clip(removed.get(at).copied().unwrap_or_default());
            this.lines.push(Line { mark: Mark::Removed, number: number(old_start + at), text });
        }
        for at in part(added.len()) {
            let text = clip(added.get(at).copied().unwrap_or_default());
            this.lines.push(Line { mark: Mark::Added, number: number(new_start + at), text });
        }
        if piece + 1 < pieces {
            let within = this.within.clone();
            out.push(std::mem::replace(this, Hunk { within, lines: Vec::new() }));
        }
    }
}

fn same_but_blanks(removed: &[&str], added: &[&str]) -> bool {
    let squeezed = |lines: &[&str]| -> Vec<u8> {
        lines.iter().flat_map(|l| l.bytes()).filter(|b| !b.is_ascii_whitespace()).collect()
    };
    squeezed(removed) == squeezed(added)
}

/// The nearest line above `at` that begins something: it stands at the margin and is no bracket.
fn within(lines: &[&str], at: usize) -> Option<String> {
    let starts = |line: &&str| line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '[' | '#' | '@'));
    let above = lines.get(at.saturating_sub(400)..at)?;
    above.iter().rev().find(|line| starts(line) && line.len() < 400).map(|line| clip(line.trim_end()))
}

fn clip(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    match line.char_indices().nth(MOST_CHARS) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
    }
}

fn wide(range: &std::ops::Range<u32>) -> std::ops::Range<usize> {
    range.start as usize..range.end as usize
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(hunk: &Hunk) -> Vec<String> {
        let mark = |m| match m {
            Mark::Kept => ' ',
            Mark::Removed => '-',
            Mark::Added => '+',
        };
        hunk.lines.iter().map(|l| format!("{}{}:{}", mark(l.mark), l.number, l.text)).collect()
    }

    #[test]
    fn a_change_with_its_surroundings() {
        let old = "fn a() {\n  1\n  2\n  3\n  4\n  5\n  6\n}\n";
        let new = "fn a() {\n  1\n  2\n  3\n  4\n  five\n  6\n}\n";
        let found = hunks(old, new);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].within.as_deref(), Some("fn a() {"));
        let expected = [" 2:  1", " 3:  2", " 4:  3", " 5:  4", "-6:  5", "+6:  five", " 7:  6", " 8:}"];
        assert_eq!(shown(&found[0]), expected);
    }

    #[test]
    fn near_changes_share_a_hunk_and_no_line_comes_twice() {
        let old = "a\nb\nc\nd\ne\nf\ng\n";
        let new = "a\nB\nc\nd\nE\nf\ng\n";
        let found = hunks(old, new);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(shown(&found[0]), [" 1:a", "-2:b", "+2:B", " 3:c", " 4:d", "-5:e", "+5:E", " 6:f", " 7:g"]);
    }

    #[test]
    fn far_changes_are_apart_and_blanks_are_none() {
        let lines: Vec<String> = (0..60).map(|n| format!("line {n}")).collect();
        let old = lines.join("\n");
        let new =
            old.replace("line 3\n", "line three\n").replace("line 50", "line fifty").replace("line 30", "  line  30");
        let found = hunks(&old, &new);
        assert_eq!(found.len(), 2);
        assert!(hunks("a\n  b\n", "a\n\tb\n").is_empty());
        assert!(hunks("a\n", "a\n").is_empty());
    }

    #[test]
    fn a_removed_file_comes_in_pieces() {
        let old: String = (0..200).map(|n| format!("line {n}\n")).collect();
        let found = hunks(&old, "");
        assert!(found.len() > 4);
        assert_eq!(found.iter().map(|h| h.lines.len()).sum::<usize>(), 200);
        assert!(hunks(&"x".repeat(1000), "")[0].lines[0].text.chars().count() <= MOST_CHARS + 1);
    }
}
