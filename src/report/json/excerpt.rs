//! Cuts the pieces of pages and changes that reports show, within the bounds of `audit.json`.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use super::v1;
use crate::document::{LineIndex, Span};

/// Lines of context around a hunk's change.
const CONTEXT: usize = 3;
/// Larger versions of a file are not compared for a report.
const MAX_DIFF_BYTES: usize = 4 << 20;

/// The lines of `section` around `target`, at most [`v1::EXCERPT_LINES`] of them.
#[must_use]
pub fn excerpt(text: &str, lines: &LineIndex, section: Span, target: Span) -> v1::Excerpt {
    let first = lines.line_of(section.start);
    let last = lines.line_of(section.end.saturating_sub(1).max(section.start));
    let hit = lines.line_of(target.start).clamp(first, last.max(first));
    let range = window(first..last + 1, hit);
    let mut cut: Vec<String> = range.clone().map(|line| clip(lines.line_span(text, line).of(text))).collect();
    while cut.len() > hit - range.start + 1 && cut.last().is_some_and(|line| line.trim().is_empty()) {
        cut.pop();
    }
    v1::Excerpt { start: number(range.start), lines: cut }
}

/// What changed between two versions of the file `path`, as near as possible to the line `near`
/// (from 1) of the old one; none where nothing did, or where they are too large to compare.
#[must_use]
pub fn diff(path: &str, old: &str, new: &str, near: u32) -> Option<v1::Diff> {
    if old.len() > MAX_DIFF_BYTES || new.len() > MAX_DIFF_BYTES {
        return None;
    }
    let input = InternedInput::new(old, new);
    let mut changes = Diff::compute(Algorithm::Histogram, &input);
    changes.postprocess_lines(&input);
    let near = near.saturating_sub(1);
    let distance = |start: u32, end: u32| start.saturating_sub(near).max((near + 1).saturating_sub(end));
    let hunk = changes.hunks().min_by_key(|hunk| distance(hunk.before.start, hunk.before.end))?;
    let (before, after) = (wide(&hunk.before), wide(&hunk.after));

    let old_lines: Vec<&str> = old.lines().collect();
    let new_lines: Vec<&str> = new.lines().collect();
    let lead = before.start.saturating_sub(CONTEXT);
    let head = before.start - lead;
    let mut lines = Vec::new();
    let mut push = |mark: char, source: &[&str], range: Range<usize>| {
        for line in source.get(range).unwrap_or_default() {
            lines.push(format!("{mark}{}", clip(line)));
        }
    };
    push(' ', &old_lines, lead..before.start);
    // A long hunk is shown where the witness stood; half of the room is left to what came instead.
    let room = v1::EXCERPT_LINES - 2 * CONTEXT;
    let gone = window_of(before.clone(), near as usize, room - after.len().min(room / 2));
    let gone_len = gone.len();
    let skipped = gone.start - before.start;
    push('-', &old_lines, gone);
    let came = window_of(after.clone(), after.start + skipped.min(after.len()), room - gone_len.min(room));
    push('+', &new_lines, came);
    push(' ', &old_lines, before.end..(before.end + CONTEXT).min(old_lines.len()));
    Some(v1::Diff {
        path: path.to_owned(),
        old_start: number(if head == 0 { before.start + skipped } else { lead }),
        new_start: number(after.start.saturating_sub(head)),
        lines,
    })
}

fn wide(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

fn window(all: Range<usize>, hit: usize) -> Range<usize> {
    window_of(all, hit, v1::EXCERPT_LINES)
}

/// At most `room` places of `all`, with `hit` near their middle.
fn window_of(all: Range<usize>, hit: usize, room: usize) -> Range<usize> {
    if all.len() <= room {
        return all;
    }
    let start = hit.saturating_sub(room / 2).clamp(all.start, all.end - room);
    start..start + room
}

/// The line, cut to [`v1::LINE_CHARS`].
fn clip(line: &str) -> String {
    match line.char_indices().nth(v1::LINE_CHARS) {
        None => line.to_owned(),
        Some(_) => line.chars().take(v1::LINE_CHARS - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_stays_within_its_section_and_its_bounds() {
        let text = (1..=100).map(|n| format!("line {n}\n")).collect::<String>();
        let lines = LineIndex::new(&text);
        let at = |line: usize| lines.line_span(&text, line - 1);
        let section = Span::new(at(10).start, at(60).end + 1);
        let cut = excerpt(&text, &lines, section, at(12));
        assert_eq!((cut.start, cut.lines.len()), (10, v1::EXCERPT_LINES));
        let cut = excerpt(&text, &lines, section, at(59));
        assert_eq!(cut.lines.last().map(String::as_str), Some("line 60"));
        let cut = excerpt(&text, &lines, section, at(30));
        assert_eq!((cut.start, cut.lines[10].as_str()), (20, "line 30"));
        let short =
            excerpt("# A\n\ntext\n\n\n", &LineIndex::new("# A\n\ntext\n\n\n"), Span::new(0, 12), Span::new(5, 9));
        assert_eq!(short.lines, ["# A", "", "text"]);
    }

    #[test]
    fn a_long_line_is_cut() {
        let text = "あ".repeat(5_000);
        let cut = excerpt(&text, &LineIndex::new(&text), Span::new(0, text.len()), Span::new(0, 3));
        assert_eq!(cut.lines[0].chars().count(), v1::LINE_CHARS);
        assert!(cut.lines[0].ends_with('…'));
    }

    #[test]
    fn the_diff_shows_the_hunk_nearest_to_the_witness() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n--old\nj\nk\n";
        let new = "a\nB\nc\nd\ne\nf\ng\nh\n--new\nj\nk\n";
        let cut = diff("src/cli.rs", old, new, 9).unwrap();
        assert_eq!(cut.lines, [" f", " g", " h", "---old", "+--new", " j", " k"]);
        assert_eq!((cut.old_start, cut.new_start), (6, 6));
        assert_eq!(diff("a", "same\n", "same\n", 1), None);
    }

    #[test]
    fn a_whole_file_removed_is_shown_around_the_witness() {
        let old = (1..=500).map(|n| format!("{n}\n")).collect::<String>();
        let cut = diff("a", &old, "", 300).unwrap();
        assert!(cut.lines.len() <= v1::EXCERPT_LINES);
        assert!(cut.lines.contains(&"-300".to_owned()), "{cut:?}");
        assert_eq!(format!("-{}", cut.old_start), cut.lines[0]);
    }
}
