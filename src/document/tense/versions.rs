//! Headings that are nothing but a version or a date.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::super::model::Document;
use super::past::PAST;

/// When a page is a list of versions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    least: usize,
    share: f64,
    /// Headings, in lower case, under which a page tells its past.
    sections: Vec<String>,
}

/// A version (or `unreleased`, or a date) with nothing behind it but a date or a remark in
/// parentheses: `[1.2.0] - 2024-01-02`, `v2.0 (unreleased)`, `Version 1.4`, `2024-05-01`, `バージョン 1.2`.
/// A numbered heading (`1.2 Installation`) is none.
static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)^
        (?: [\p{L}][\p{L}\w.-]{0,30}\s+ )?
        (?: (?:version|release|ver\.?|バージョン|リリース)\s* )?
        (?: \[?v?\d+\.\d+[\w.+-]*\]? (?:\([^()]{0,80}\))? | \[?unreleased\]? | \[?未リリース\]? | \d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日? )
        (?: [\s:,–—/_|-]* \(? (?: \d{4}[-/.年]\d{1,2}.{0,40} | \d{1,2}[./-]\d{1,2}[./-]\d{4}.{0,20}
            | (?:unreleased|tbd|yanked|released?|not\ yet\ released|latest|current|未リリース|[a-z]{3,9}\.?\ \d{1,2}(?:st|nd|rd|th)?,?\ \d{4}
            | \d{1,2}(?:st|nd|rd|th)?\ [a-z]{3,9}\.?,?\ \d{4} | [a-z]{3,9}\ \d{4}).{0,40} )? )
        [\s)\]]* $",
    )
    .ok()
});

/// Whether a heading is nothing but a version or a date.
pub(super) fn is_version(heading: &str) -> bool {
    heading.len() <= 160 && VERSION.as_ref().is_some_and(|v| v.is_match(heading.trim()))
}

/// Whether the page is a list of versions.
pub(super) fn is_list(document: &Document) -> bool {
    let rule = &PAST.versions;
    let headings = || document.sections.iter().filter(|s| s.level > 0);
    // The level at which most versions stand; what is under a version counts for it.
    let mut at_level = [(0usize, 0usize); 7];
    for section in headings() {
        let level = usize::from(section.level.min(6));
        at_level[level].1 += 1;
        at_level[level].0 += usize::from(is_version(&section.heading));
    }
    at_level.iter().any(|&(versions, all)| versions >= rule.least && versions as f64 >= rule.share * all as f64)
}

/// Whether a heading names a step from one release to another: `To 4.6.0`, `From 2.x to 3.x`, `2.x → 3.x`.
fn is_step(heading: &str) -> bool {
    let is_version = |word: &str| {
        let word = word.trim_start_matches('v').trim_end_matches([':', ',']);
        word.contains('.')
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.split('.').all(|p| p == "x" || !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
    };
    let words: Vec<&str> = heading.split_whitespace().collect();
    match words.as_slice() {
        ["to", version] | ["from", version] => is_version(version),
        [from, "to" | "->" | "→" | "=>", to] | ["from", from, "to", to] => is_version(from) && is_version(to),
        _ => false,
    }
}

/// The sections of a page of the present that tell of its past: those under a heading such as
/// "Changelog", and those of versions where there are several.
pub(super) fn sections(document: &Document) -> Vec<usize> {
    let rule = &PAST.versions;
    let mut past: Option<u8> = None;
    let mut out = Vec::new();
    for (i, section) in document.sections.iter().enumerate() {
        if past.is_some_and(|level| section.level <= level) {
            past = None;
        }
        let words = section.heading.trim().trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if past.is_none() && section.level > 0 && (rule.sections.contains(&words) || is_step(&words)) {
            past = Some(section.level);
        }
        if past.is_some() {
            out.push(i);
        }
    }
    out
}
