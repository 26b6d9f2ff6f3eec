//! What the issue remembers from run to run, in a hidden line of its own text.
//!
//! Whoever may edit the issue may edit it, so it is bounded and checked, and what is damaged is empty:
//! a lost trend, no more.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Somebody's word that a page is right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    /// The page's id.
    pub document: String,
    /// The day on which the box was ticked.
    pub date: NaiveDate,
    /// Who ticked it.
    pub by: String,
}

/// The name of the hidden line.
pub(super) const KEY: &str = "data";

/// Runs of the trend.
const RUNS: usize = 12;
/// Findings that are remembered, to tell what got better.
const OPEN: usize = 250;
/// Reviews that are remembered.
const REVIEWS: usize = 60;
/// The longest page's name, in characters.
const NAME: usize = 120;

/// The version that is written and read.
const VERSION: u8 = 1;

/// What the issue remembers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The version of this form.
    pub v: u8,
    /// The last runs, oldest first.
    pub runs: Vec<Run>,
    /// The findings of the last run: fingerprint and page.
    pub open: Vec<(String, String)>,
    /// What readers said is right.
    pub reviews: Vec<Reviewed>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The day.
    pub day: NaiveDate,
    /// Findings that are errors or warnings.
    pub wrong: u32,
    /// Pages with such.
    pub stale: u32,
    /// Pages in all.
    pub pages: u32,
}

impl Data {
    /// Puts what was read within its bounds; another version, or what no run of ours writes, is empty.
    pub(super) fn bound(&mut self) {
        let name = |text: &str| text.chars().count() <= NAME && !text.chars().any(char::is_control);
        let print = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let right = self.v == VERSION
            && self.runs.len() <= RUNS
            && self.runs.windows(2).all(|two| matches!(two, [a, b] if a.day < b.day))
            && self.open.len() <= OPEN
            && self.open.iter().all(|(fingerprint, page)| print(fingerprint) && name(page))
            && self.reviews.len() <= REVIEWS
            && self.reviews.iter().all(|r| name(&r.document) && name(&r.by));
        if !right {
            *self = Self::default();
        }
    }

    /// Adds reviews: of each page the latest is kept.
    pub(super) fn add(&mut self, reviewed: Vec<Reviewed>) {
        for new in reviewed {
            if new.document.chars().count() > NAME {
                continue;
            }
            self.reviews.retain(|old| old.document != new.document || old.date > new.date);
            if !self.reviews.iter().any(|old| old.document == new.document) {
                self.reviews.push(new);
            }
        }
        self.reviews.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.cmp(b)));
        self.reviews.truncate(REVIEWS);
        self.v = VERSION;
    }

    /// The same with one run more. A second run of one day takes the first one's place.
    #[must_use]
    pub(super) fn with(&self, run: Run, open: Vec<(String, String)>) -> Self {
        let mut runs: Vec<Run> = self.runs.iter().filter(|old| old.day < run.day).cloned().collect();
        runs.push(run);
        let runs = runs.split_off(runs.len().saturating_sub(RUNS));
        let short = |page: String| crate::report::inert::clip(&page, NAME).into_owned();
        let plain = |page: &String| !page.chars().any(char::is_control);
        let open = open.into_iter().filter(|(_, page)| plain(page)).map(|(print, page)| (print, short(page)));
        Self { v: VERSION, runs, open: open.take(OPEN).collect(), reviews: self.reviews.clone() }
    }
}

/// The most that the hidden line may take, in bytes.
const LONGEST: usize = 20_000;

impl Data {
    /// As much of it as fits into the hidden line: findings go first, then reviews.
    #[must_use]
    pub(super) fn shortened(&self) -> Self {
        let mut data = self.clone();
        let length = |data: &Self| crate::publish::marker::hide(KEY, data).map_or(usize::MAX, |line| line.len());
        while length(&data) > LONGEST && !(data.open.is_empty() && data.reviews.is_empty()) {
            if data.open.is_empty() {
                data.reviews.truncate(data.reviews.len() / 2);
            } else {
                data.open.truncate(data.open.len() / 2);
            }
        }
        data
    }
}

/// The trend as a chart of text, a line each run.
#[must_use]
pub(super) fn chart(runs: &[Run]) -> String {
    const WIDTH: u64 = 32;
    const PARTS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let most = u64::from(runs.iter().map(|r| r.wrong).max().unwrap_or(0)).max(1);
    let mut out = String::new();
    for run in runs {
        let eighths = u64::from(run.wrong) * WIDTH * 8 / most;
        let mut bar = "█".repeat(usize::try_from(eighths / 8).unwrap_or(0));
        match usize::try_from(eighths % 8).unwrap_or(0).checked_sub(1).and_then(|part| PARTS.get(part)) {
            Some(part) => bar.push(*part),
            // What is there is never drawn as nothing.
            None if run.wrong > 0 && bar.is_empty() => bar.push('▏'),
            None => {}
        }
        let space = if bar.is_empty() { "" } else { " " };
        out.push_str(&format!("{}  {bar}{space}{}\n", run.day, run.wrong));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::marker;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, n).unwrap()
    }

    fn run(n: u32, wrong: u32) -> Run {
        Run { day: day(n), wrong, stale: 1, pages: 9 }
    }

    #[test]
    fn twelve_runs_are_kept_and_a_day_counts_once() {
        let mut data = Data::default();
        for n in 1..=15 {
            data = data.with(run(n, n), vec![]);
        }
        data = data.with(run(15, 99), vec![("0123456789abcdef".into(), "設定.md".into())]);
        assert_eq!(data.runs.len(), 12);
        assert_eq!((data.runs[0].day, data.runs[11].wrong), (day(4), 99));
        let mut back: Data = marker::find(KEY, &marker::hide(KEY, &data).unwrap()).unwrap();
        back.bound();
        assert_eq!(back, data);
    }

    #[test]
    fn damaged_data_is_empty() {
        let good = Data::default().with(run(1, 1), vec![]);
        let spoilt: [fn(&mut Data); 5] = [
            |d| d.v = 9,
            |d| d.runs = (1..=20).map(|n| run(n, 1)).collect(),
            |d| d.runs = vec![run(2, 1), run(1, 1)],
            |d| d.open = vec![("not a fingerprint".into(), "a.md".into())],
            |d| d.reviews = vec![Reviewed { document: "x".repeat(500), date: day(1), by: "a".into() }],
        ];
        for spoil in spoilt {
            let mut data = good.clone();
            spoil(&mut data);
            data.bound();
            assert_eq!(data, Data::default());
        }
        assert_eq!(marker::find::<Data>(KEY, "<!-- shelflife:data {\"v\":1,\"x\":[]} -->"), None);
    }

    #[test]
    fn the_largest_data_fits_its_bound() {
        let open = (0..1000).map(|n| (format!("{n:016x}"), "日".repeat(200))).collect();
        let mut data = Data::default();
        data.add(
            (0..200)
                .map(|n| Reviewed { document: format!("{n}{}", "x".repeat(100)), date: day(1), by: "a".repeat(39) })
                .collect(),
        );
        let data = data.with(run(1, 1), open);
        let hidden = marker::hide(KEY, &data.shortened()).unwrap();
        assert!(marker::find::<Data>(KEY, &hidden).is_some(), "{}", hidden.len());
    }

    #[test]
    fn the_chart_shows_each_run() {
        let chart = chart(&[run(1, 64), run(8, 32), run(15, 1), run(22, 0)]);
        let lines: Vec<&str> = chart.lines().collect();
        assert_eq!(lines[0], format!("2026-01-01  {} 64", "█".repeat(32)));
        assert_eq!(lines[1], format!("2026-01-08  {} 32", "█".repeat(16)));
        assert_eq!(lines[2], "2026-01-15  ▌ 1");
        assert_eq!(lines[3], "2026-01-22  0");
    }
}
