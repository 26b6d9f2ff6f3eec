//! Sections that say nearly the same as a newer one in another page: the copy that was forgotten.
//!
//! MinHash over shingles of five tokens (Broder 1997), looked up by bands: linear in the text, however
//! many copies there are, and exact where it answers, since likely copies are compared in full. A token
//! is a word, or a single character of Chinese, Japanese or Korean, which write no blanks between words.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hasher;

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use rustc_hash::{FxHashSet, FxHasher};

use crate::report::json::v1::{Document, Duplicate, Section};

const SHINGLE: usize = 5;
/// Sections with fewer shingles say too little to be a copy.
const FEWEST: usize = 24;
const BANDS: usize = 16;
const ROWS: usize = 4;
/// Per cent of common shingles from which on it is a copy.
const LEAST: u64 = 80;
/// Tokens of a section that count: enough to know it by.
const MOST_TOKENS: usize = 20_000;

/// A section to compare.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The page's id.
    pub document: &'a str,
    /// The section's id.
    pub section: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Its last real edit.
    pub edited: DateTime<Utc>,
}

/// For sections that are an older, different copy of a section in another page, that page: by index.
#[must_use]
pub fn find(candidates: &[Candidate<'_>]) -> BTreeMap<usize, Duplicate> {
    let sketches: Vec<Option<Sketch>> = candidates.par_iter().map(|c| Sketch::of(c.text)).collect();
    let mut found: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
    for band in 0..BANDS {
        let mut buckets: HashMap<[u64; ROWS], Vec<usize>> = HashMap::new();
        for (i, sketch) in sketches.iter().enumerate() {
            if let Some(sketch) = sketch {
                buckets.entry(sketch.band(band)).or_default().push(i);
            }
        }
        for mut bucket in buckets.into_values().filter(|b| b.len() > 1) {
            bucket.sort_by_key(|&i| (std::cmp::Reverse(candidates[i].edited), i));
            // The newest, and the newest of another page for copies within the newest's own page: two
            // comparisons for each copy, not one with each other copy.
            let first = bucket[0];
            let second = bucket.iter().copied().find(|&i| candidates[i].document != candidates[first].document);
            let Some(second) = second else { continue };
            for &old in &bucket[1..] {
                let same_page = candidates[old].document == candidates[first].document;
                let new = if same_page { second } else { first };
                if candidates[new].edited <= candidates[old].edited {
                    continue;
                }
                let (Some(a), Some(b)) = (&sketches[old], &sketches[new]) else { continue };
                let percent = a.similarity(b);
                let better = found.get(&old).is_none_or(|(p, n)| (percent, *n) > (*p, new));
                if (LEAST..100).contains(&percent) && better {
                    found.insert(old, (percent, new));
                }
            }
        }
    }
    let name = |(old, (percent, new)): (usize, (u64, usize))| {
        let duplicate = Duplicate {
            document: candidates[new].document.to_owned(),
            section: candidates[new].section.to_owned(),
            similarity: u8::try_from(percent).unwrap_or(99),
        };
        (old, duplicate)
    };
    found.into_iter().map(name).collect()
}

/// Sets the signal on the sections of current pages that are an older copy. `text` gives a section's
/// text, if it is to be had.
pub fn annotate<'t>(documents: &mut [Document], text: &dyn Fn(&Document, &Section) -> Option<&'t str>) {
    let mut found: Vec<(usize, usize, Duplicate)> = Vec::new();
    {
        let mut places = Vec::new();
        let mut candidates = Vec::new();
        for (d, document) in documents.iter().enumerate().filter(|(_, d)| d.tense == "current") {
            for (s, section) in document.sections.iter().enumerate() {
                let edited = section.last_edited.as_ref().or(document.last_edited.as_ref()).map(|e| e.date);
                let (Some(edited), Some(text)) = (edited, text(document, section)) else { continue };
                places.push((d, s));
                candidates.push(Candidate { document: &document.id, section: &section.id, text, edited });
            }
        }
        for (i, duplicate) in find(&candidates) {
            let (d, s) = places[i];
            found.push((d, s, duplicate));
        }
    }
    for (d, s, duplicate) in found {
        documents[d].sections[s].signals.duplicate = Some(duplicate);
    }
}

struct Sketch {
    shingles: FxHashSet<u64>,
    least: [u64; BANDS * ROWS],
}

impl Sketch {
    fn of(text: &str) -> Option<Self> {
        let tokens = tokens(text);
        let shingles: FxHashSet<u64> = tokens
            .windows(SHINGLE)
            .map(|window| {
                let mut hasher = FxHasher::default();
                window.iter().for_each(|token| hasher.write_u64(*token));
                mixed(hasher.finish())
            })
            .collect();
        if shingles.len() < FEWEST {
            return None;
        }
        // One hash of each shingle fills one of the rows (Li, Owen, Zhang 2012); a row that stays empty
        // borrows from the next one that is not (Shrivastava, Li 2014).
        let mut least = [u64::MAX; BANDS * ROWS];
        for shingle in &shingles {
            let row = usize::try_from(shingle >> 58).unwrap_or(0) % least.len();
            least[row] = least[row].min(*shingle);
        }
        let filled = least;
        for (row, value) in least.iter_mut().enumerate().filter(|(_, v)| **v == u64::MAX) {
            let next = (1..filled.len()).find(|step| filled[(row + step) % filled.len()] != u64::MAX).unwrap_or(0);
            *value = mixed(filled[(row + next) % filled.len()].wrapping_add(next as u64));
        }
        Some(Self { shingles, least })
    }

    fn band(&self, band: usize) -> [u64; ROWS] {
        let mut rows = [0; ROWS];
        rows.copy_from_slice(&self.least[band * ROWS..(band + 1) * ROWS]);
        rows
    }

    /// Common shingles in per cent of all, rounded down: 100 means that they are the same.
    fn similarity(&self, other: &Self) -> u64 {
        let common = self.shingles.intersection(&other.shingles).count() as u64;
        let all = (self.shingles.len() + other.shingles.len()) as u64 - common;
        100 * common / all.max(1)
    }
}

/// Hashes of the tokens.
fn tokens(text: &str) -> Vec<u64> {
    let mut out = Vec::new();
    let mut word = FxHasher::default();
    let mut open = false;
    for c in text.chars() {
        if out.len() >= MOST_TOKENS {
            break;
        }
        let alone = is_cjk(c);
        if c.is_alphanumeric() && !alone {
            c.to_lowercase().for_each(|c| word.write_u32(c.into()));
            open = true;
            continue;
        }
        if std::mem::take(&mut open) {
            out.push(std::mem::take(&mut word).finish());
        }
        if alone {
            out.push(u64::from(u32::from(c)));
        }
    }
    if open {
        out.push(word.finish());
    }
    out
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The finisher of `SplitMix64`.
fn mixed(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u32) -> DateTime<Utc> {
        format!("2026-01-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn prose(words: usize, seed: usize) -> String {
        (0..words).map(|i| format!("word{} ", (i * 7919 + seed * 104_729) % 5000)).collect()
    }

    fn one<'a>(document: &'a str, text: &'a str, day: u32) -> Candidate<'a> {
        Candidate { document, section: "s", text, edited: at(day) }
    }

    #[test]
    fn an_older_copy_names_the_newer_one() {
        let text = prose(300, 1);
        let changed = text.replacen("word", "term", 3);
        let other = prose(300, 2);
        let found = find(&[one("old.md", &text, 1), one("new.md", &changed, 9), one("other.md", &other, 5)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&0].document, "new.md");
        assert!((90..100).contains(&found[&0].similarity), "{:?}", found[&0]);
    }

    #[test]
    fn japanese_has_no_blanks_and_is_compared_all_the_same() {
        let text = "設定ファイルを読み込むには起動時にパスを渡します。既定では三十秒で時間切れになり、再試行は五回までです。\
            失敗した場合は記録を確認し、担当者に連絡してください。手順は運用の頁にあります。";
        let changed = text.replace("五回", "十回");
        let found = find(&[one("a.md", text, 1), one("b.md", &changed, 2)]);
        assert_eq!(found[&0].document, "b.md");
    }

    #[test]
    fn what_is_the_same_or_short_or_of_one_page_or_of_one_day_is_no_stale_copy() {
        let text = prose(300, 1);
        let changed = text.replacen("word", "term", 3);
        assert!(find(&[one("a.md", &text, 1), one("b.md", &text, 9)]).is_empty(), "identical");
        assert!(find(&[one("a.md", &text, 1), one("a.md", &changed, 9)]).is_empty(), "one page");
        assert!(find(&[one("a.md", &text, 1), one("b.md", &changed, 1)]).is_empty(), "one day");
        assert!(find(&[one("a.md", "too short to tell", 1), one("b.md", "too short to tell!", 2)]).is_empty());
    }

    #[test]
    fn many_copies_are_no_trouble() {
        let text = prose(60, 1);
        let texts: Vec<String> = (0..3000).map(|i| format!("{text} {i}")).collect();
        let names: Vec<String> = (0..3000).map(|i| format!("{i}.md")).collect();
        let all: Vec<Candidate<'_>> =
            texts.iter().zip(&names).enumerate().map(|(i, (t, n))| one(n, t, 1 + u32::from(i == 2999))).collect();
        let found = find(&all);
        assert!(found.len() > 2900, "{}", found.len());
        assert!(found.values().all(|d| d.document == "2999.md"));
    }
}
