//! Which chunks of a document hold what is excluded: by their text, since Dify knows no sections.
//!
//! Of a section that stays, the lines that are proved wrong are excluded all the same.
//!
//! A page is cut into runs of [`RUN`] words (of Japanese, letters); each run is known to stand in
//! excluded sections, in others, or in both. A chunk goes where it holds the very line that is proved
//! wrong, or where more of its runs are known from excluded sections than from others. Cleaning and
//! other cutting than ours change a few runs, not the answer.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use super::pages::{Page, Part};
use crate::document::section_hash;

/// Words of a run.
const RUN: usize = 5;

/// What a chunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunk {
    /// It holds what is excluded.
    Off,
    /// It holds something else.
    On,
    /// Nothing of it is known.
    Unknown,
}

/// A page's text, ready to be compared with chunks.
pub struct Known {
    /// Whether a run stands in excluded sections, and whether in others.
    runs: HashMap<u64, (bool, bool), FxBuildHasher>,
    /// The runs of each line that is proved wrong.
    wrong: Vec<Vec<u64>>,
}

impl Known {
    /// What is known of a page whose text is `text`; none where that is not the text that was audited.
    #[must_use]
    pub fn of(page: &Page, text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        let slice = |part: &Part| {
            let from = usize::try_from(part.start).ok()?.checked_sub(1)?;
            let to = usize::try_from(part.end).ok()?.min(lines.len());
            Some(lines.get(from..to)?.join("\n"))
        };
        let mut known = Self { runs: HashMap::default(), wrong: Vec::new() };
        for part in &page.sections {
            let text = slice(part)?;
            // Of what changed since the audit nothing can be said.
            if (part.off || !part.wrong.is_empty()) && section_hash(&text) != part.hash {
                return None;
            }
            if part.off {
                known.note(&text, true);
            } else {
                right(part, &lines).iter().for_each(|text| known.note(text, false));
            }
            for line in part.lines(&lines).filter(|line| part.is_wrong(line.0)).map(|line| line.1) {
                let runs = runs(line);
                known.note(line, true);
                // A bare word may stand anywhere.
                if words(line).len() >= 3 {
                    known.wrong.push(runs);
                }
            }
        }
        // What a right section says in the same words is right there.
        known.wrong.retain(|line| !line.iter().all(|run| known.runs.get(run).is_some_and(|(_, on)| *on)));
        Some(known)
    }

    /// Notes that the runs of a text stand in what is excluded, or in something else.
    fn note(&mut self, text: &str, excluded: bool) {
        for run in runs(text) {
            let (off, on) = self.runs.entry(run).or_default();
            *off |= excluded;
            *on |= !excluded;
        }
    }

    /// What the chunk with this text is.
    #[must_use]
    pub fn chunk(&self, text: &str) -> Chunk {
        let runs = runs(text);
        let held: HashSet<u64, FxBuildHasher> = runs.iter().copied().collect();
        if self.wrong.iter().any(|line| !line.is_empty() && line.iter().all(|run| held.contains(run))) {
            return Chunk::Off;
        }
        let (mut off, mut on, mut both) = (0usize, 0usize, 0usize);
        for run in &runs {
            match self.runs.get(run) {
                Some((true, false)) => off += 1,
                Some((false, true)) => on += 1,
                Some(_) => both += 1,
                None => {}
            }
        }
        match (off, on, both) {
            (0, 0, 0) => Chunk::Unknown,
            (off, on, _) if off > on => Chunk::Off,
            _ => Chunk::On,
        }
    }
}

impl Part {
    /// Its lines with their numbers, of the lines of the page.
    fn lines<'t>(&self, page: &'t [&'t str]) -> impl Iterator<Item = (u32, &'t str)> {
        let count = usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(usize::MAX).saturating_add(1);
        let before = usize::try_from(self.start.saturating_sub(1)).unwrap_or(usize::MAX);
        (self.start..).zip(page.iter().skip(before).take(count).copied())
    }

    /// Whether a line is proved wrong.
    fn is_wrong(&self, line: u32) -> bool {
        self.wrong.iter().any(|[first, last]| (*first..=*last).contains(&line))
    }
}

/// The text between the wrong lines of a section.
fn right(part: &Part, page: &[&str]) -> Vec<String> {
    let mut out = vec![String::new()];
    for (number, line) in part.lines(page) {
        match out.last_mut().filter(|_| !part.is_wrong(number)) {
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None => out.push(String::new()),
        }
    }
    out
}

/// The words of a text, marks and case aside; of writing without blanks, its letters.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if !c.is_alphanumeric() {
            open = false;
        } else if c.is_ascii() || !is_wide(c) {
            match out.last_mut().filter(|_| open) {
                Some(word) => word.push(c),
                None => out.push(c.to_string()),
            }
            open = true;
        } else {
            out.push(c.to_string());
            open = false;
        }
    }
    out
}

/// Whether a letter belongs to writing that puts no blanks between words.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Hashes of every [`RUN`] words in a row; of a shorter text, of all of it.
fn runs(text: &str) -> Vec<u64> {
    use std::hash::BuildHasher;
    let words = words(text);
    if words.is_empty() {
        return Vec::new();
    }
    words.windows(RUN.min(words.len())).map(|run| FxBuildHasher.hash_one(run)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# App\n\nIt reads pages and writes a report of what it finds.\n\n## Old\n\nStart it with the option --quick to skip all of the slow checks.\nThis is said in the old part of the page only.\n\n## New\n\nConfigure everything in app.toml beside the page as described here.\n\n## 手順\n\n設定ファイルを編集してからサーバを再起動してください。\n";

    fn page(off: &[bool]) -> Page {
        let bounds = [(1, 4), (5, 9), (10, 13), (14, 17)];
        let lines: Vec<&str> = TEXT.split('\n').collect();
        let part = |(i, &(start, end)): (usize, &(u32, u32))| Part {
            start,
            end,
            hash: section_hash(&lines[start as usize - 1..(end as usize).min(lines.len())].join("\n")),
            off: off[i],
            wrong: if off[i] { vec![[start + 2, start + 2]] } else { Vec::new() },
        };
        Page {
            id: "a.md".into(),
            name: None,
            title: "App".into(),
            url: None,
            off: false,
            metadata: std::collections::BTreeMap::new(),
            sections: bounds.iter().enumerate().map(part).collect(),
        }
    }

    #[test]
    fn chunks_are_told_apart_by_their_text_however_they_were_cut_and_cleaned() {
        let known = Known::of(&page(&[false, true, false, true]), TEXT).unwrap();
        let is = |text: &str| known.chunk(text);
        assert_eq!(is("It reads pages and writes a report of what it finds."), Chunk::On);
        assert_eq!(is("## Old\nStart it with the option `--quick` to skip   all of the slow checks."), Chunk::Off);
        assert_eq!(is("This is said in the old part of the page only."), Chunk::Off);
        // The wrong line with much that is right around it.
        let wrong = "Start it with the option --quick to skip all of the slow checks.";
        assert_eq!(
            is(&format!(
                "It reads pages and writes a report of what it finds. {wrong} Configure everything in app.toml beside the page as described here."
            )),
            Chunk::Off
        );
        assert_eq!(is("Configure everything in app.toml beside the page as described here."), Chunk::On);
        assert_eq!(is("設定ファイルを編集してから、サーバを再起動してください"), Chunk::Off);
        assert_eq!(is("Nothing of this page stands here at all."), Chunk::Unknown);
        assert_eq!(is(""), Chunk::Unknown);
    }

    #[test]
    fn of_a_section_that_stays_only_the_wrong_line_goes() {
        let mut page = page(&[false, false, false, false]);
        assert!(!page.is_partly_off());
        page.sections[1].wrong = vec![[7, 7]];
        assert!(page.is_partly_off());
        let known = Known::of(&page, TEXT).unwrap();
        let is = |text: &str| known.chunk(text);
        assert_eq!(is("Start it with the option --quick to skip all of the slow checks."), Chunk::Off);
        assert_eq!(
            is("## Old\n\nStart it with the option --quick to skip all of the slow checks. This is said"),
            Chunk::Off
        );
        assert_eq!(is("This is said in the old part of the page only."), Chunk::On);
        assert_eq!(is("Configure everything in app.toml beside the page as described here."), Chunk::On);
        assert!(Known::of(&page, &TEXT.replace("old part", "new part")).is_none(), "the section changed since");
    }

    #[test]
    fn a_text_that_changed_since_says_nothing() {
        let page = page(&[false, true, false, false]);
        assert!(Known::of(&page, &TEXT.replace("--quick", "--fast")).is_none());
        assert!(Known::of(&page, &TEXT.replace("app.toml", "app.yaml")).is_some());
        assert!(Known::of(&page, "short").is_none());
    }
}
