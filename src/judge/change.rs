//! What became of a file between two states, in hunks with line numbers.

use imara_diff::{Algorithm, Diff, InternedInput};

/// Unchanged lines shown before and after a change.
const CONTEXT: usize = 3;
/// Longer runs of changed lines are cut into pieces, so that a part of a rewritten file can be shown.
const PIECE: usize = 24;
/// Near changes share a hunk until it has so many lines.
const MOST_SHARED: usize = 32;
/// What a line is cut to, in characters.
const MOST_CHARS: usize = 300;
/// What it stands in is looked for in so many lines above a change …
const FAR: usize = 600;
/// … and shown to this depth: the outermost, and the innermost ones.
const DEPTH: usize = 3;
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
    /// The lines above it that begin what it stands in (a type and its function, the keys of a setting),
    /// outermost first, where there are any.
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
    let old_lines: Vec<&str> = old.lines().collect();
    let new_lines: Vec<&str> = new.lines().collect();
    let mut out = Vec::new();
    let mut open: Option<Hunk> = None;
    // One past the last line of the new state that a change covers.
    let mut covered = 0usize;
    for (before, after) in changes(&old_lines, &new_lines) {
        let removed = old_lines.get(before.clone()).unwrap_or_default();
        let added = new_lines.get(after.clone()).unwrap_or_default();
        if same_but_blanks(removed, added) {
            continue;
        }
        let size = after.len() + before.len() + after.start.saturating_sub(covered);
        let mut this = match open.take() {
            // Near changes share a hunk, with all that stands between them.
            Some(mut this) if after.start <= covered + 2 * CONTEXT && this.lines.len() + size <= MOST_SHARED => {
                keep(&mut this, &new_lines, covered..after.start);
                this
            }
            other => {
                let mut shown = covered;
                if let Some(mut done) = other {
                    shown = (covered + CONTEXT).min(after.start);
                    keep(&mut done, &new_lines, covered..shown);
                    out.push(done);
                }
                let lead = after.start.saturating_sub(CONTEXT).max(shown);
                let within = match (new_lines.is_empty(), removed.is_empty()) {
                    (true, _) => within(&old_lines, before.start, before.start.saturating_sub(CONTEXT)),
                    (false, true) => within(&new_lines, after.start, lead),
                    (false, false) => within_removed(&new_lines, after.start, lead, removed),
                };
                let mut this = Hunk { within, lines: Vec::new() };
                keep(&mut this, &new_lines, lead..after.start);
                this
            }
        };
        push_changed(&mut this, &mut out, (&old_lines, before), (&new_lines, after.clone()));
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

/// Where the two states differ, in order, by ranges of lines. What ends a line (a comma, a semicolon) and how far
/// it is indented makes no difference: formatters change those in whole files.
fn changes(old: &[&str], new: &[&str]) -> Vec<(Range, Range)> {
    let mut out = Vec::new();
    for (before, after) in differ(old, new, ended) {
        let (removed, added) = (old.get(before.clone()), new.get(after.clone()));
        match (removed, added) {
            (Some(removed), Some(added)) if !removed.is_empty() && !added.is_empty() => {
                let inner = differ(removed, added, |line| ended(line.trim_start()));
                out.extend(inner.into_iter().map(|(b, a)| {
                    (b.start + before.start..b.end + before.start, a.start + after.start..a.end + after.start)
                }));
            }
            _ => out.push((before, after)),
        }
        if out.len() >= MOST_HUNKS {
            break;
        }
    }
    out
}

type Range = std::ops::Range<usize>;

fn differ(old: &[&str], new: &[&str], seen: fn(&str) -> &str) -> Vec<(Range, Range)> {
    let mut input = InternedInput::default();
    input.update_before(old.iter().map(|line| seen(line)));
    input.update_after(new.iter().map(|line| seen(line)));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    diff.hunks().map(|hunk| (wide(&hunk.before), wide(&hunk.after))).collect()
}

/// A line without what may end it.
fn ended(line: &str) -> &str {
    line.trim_end().trim_end_matches([',', ';'])
}

fn keep(hunk: &mut Hunk, lines: &[&str], range: std::ops::Range<usize>) {
    for at in range {
        if let Some(text) = lines.get(at) {
            hunk.lines.push(Line { mark: Mark::Kept, number: number(at), text: clip(text) });
        }
    }
}

/// Adds removed and added lines; long runs go out in pieces that take from both sides alike.
fn push_changed(this: &mut Hunk, out: &mut Vec<Hunk>, old: Side<'_>, new: Side<'_>) {
    let (removed, added) = (old.1.len(), new.1.len());
    let pieces = (removed + added).div_ceil(PIECE).max(1);
    for piece in 0..pieces {
        let part = |side: &Side<'_>| {
            let len = side.1.len();
            side.1.start + len * piece / pieces..side.1.start + len * (piece + 1) / pieces
        };
        if piece > 0 {
            let (lines, start) = if removed > added { (old.0, part(&old).start) } else { (new.0, part(&new).start) };
            this.within = within(lines, start, start);
        }
        for at in part(&old) {
            let text = clip(old.0.get(at).copied().unwrap_or_default());
            this.lines.push(Line { mark: Mark::Removed, number: number(at), text });
        }
        for at in part(&new) {
            let text = clip(new.0.get(at).copied().unwrap_or_default());
            this.lines.push(Line { mark: Mark::Added, number: number(at), text });
        }
        if piece + 1 < pieces {
            out.push(std::mem::replace(this, Hunk { within: None, lines: Vec::new() }));
        }
    }
}

/// The lines of a state, and which of them a change covers.
type Side<'t> = (&'t [&'t str], Range);

fn same_but_blanks(removed: &[&str], added: &[&str]) -> bool {
    let squeezed = |lines: &[&str]| -> Vec<u8> {
        lines.iter().flat_map(|l| l.bytes()).filter(|b| !b.is_ascii_whitespace()).collect()
    };
    squeezed(removed) == squeezed(added)
}

/// The lines above `shown` that begin what line `at` stands in: each the nearest above with less indentation
/// than all between. That needs no grammar, and holds for code as for settings.
fn within(lines: &[&str], at: usize, shown: usize) -> Option<String> {
    let first = lines.get(at..).unwrap_or_default().iter().find(|line| !line.trim().is_empty());
    chain(lines, at, shown, first.map_or(0, |line| indent(line)))
}

/// The same for a change that begins with removed lines, whose indentation tells how deep it stands.
fn within_removed(lines: &[&str], at: usize, shown: usize, removed: &[&str]) -> Option<String> {
    let first = removed.iter().find(|line| !line.trim().is_empty());
    chain(lines, at, shown, first.map_or(0, |line| indent(line)))
}

fn chain(lines: &[&str], at: usize, shown: usize, mut depth: usize) -> Option<String> {
    let begins = |line: &str| {
        let line = line.trim_start();
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '[' | '@' | '"' | '\'' | '<' | '.' | '-' | '$');
        line.starts_with(word) && !line.starts_with("else") && !line.starts_with("case ") && line.len() < 400
    };
    let mut found: Vec<&str> = Vec::new();
    // A label or a preprocessor line at the margin is above nothing.
    let from = at.saturating_sub(FAR);
    for (number, line) in lines.get(from..at)?.iter().enumerate().rev() {
        if depth == 0 {
            break;
        }
        let here = indent(line);
        if line.trim().is_empty() || here >= depth || !begins(line) {
            continue;
        }
        depth = here;
        if from + number < shown {
            found.push(line);
        }
    }
    if found.len() > DEPTH {
        found.drain(DEPTH - 1..found.len() - 1);
    }
    let shown: Vec<String> = found.iter().rev().map(|line| clip(line.trim())).collect();
    (!shown.is_empty()).then(|| shown.join(" › "))
}

/// How far a line is indented; a tabulator counts for four.
fn indent(line: &str) -> usize {
    line.chars()
        .map_while(|c| match c {
            ' ' => Some(1),
            '\t' => Some(4),
            _ => None,
        })
        .sum()
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
        let expected = [" 3:  2", " 4:  3", " 5:  4", "-6:  5", "+6:  five", " 7:  6", " 8:}"];
        assert_eq!(shown(&found[0]), expected);
    }

    #[test]
    fn what_a_change_stands_in_is_shown_by_indentation() {
        let body: String = (0..9).map(|n| format!("        step({n})\n")).collect();
        let code = |value: &str| {
            format!(
                "class Client:\n    limit = 1\n    def send(self):\n        # first\n{body}        wait({value})\n\nlast = 1\n"
            )
        };
        let found = hunks(&code("1"), &code("2"));
        assert_eq!(found[0].within.as_deref(), Some("class Client: › def send(self):"));
        let keys = |value: &str| {
            format!(
                "a:\n  b:\n    c:\n      d:\n        one: 1\n        two: 1\n        three: 1\n        four: {value}\n"
            )
        };
        let found = hunks(&keys("1"), &keys("2"));
        assert_eq!(found[0].within.as_deref(), Some("a: › c: › d:"));
        let found = hunks("", "one\ntwo\n");
        assert_eq!(found[0].within, None);
        let lines: String = (0..40).map(|n| format!("    field_{n}: u8,\n")).collect();
        let found = hunks(&format!("struct All {{\n{lines}}}\n"), "");
        assert_eq!(found[1].within.as_deref(), Some("struct All {"));
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

    #[test]
    fn what_a_formatter_does_is_no_change() {
        let old = "a = [\n  'b',\n  'c'\n]\nif (x) {\n  call(1)\n  call(2)\n}\n";
        let new = "a = [\n  'b',\n  'c',\n];\ncall(1);\ncall(3);\n";
        let found = hunks(old, new);
        assert_eq!(found.len(), 1);
        let changed: Vec<&str> = found[0].changed().map(|l| l.text.trim()).collect();
        assert_eq!(changed, ["if (x) {", "call(2)", "}", "call(3);"], "{found:?}");
    }
}
