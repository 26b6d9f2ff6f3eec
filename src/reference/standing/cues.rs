//! The words of `rules/language/{en,ja}.toml`, found in one pass over a block.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use serde::Deserialize;

/// Which mention a cue concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
    Either,
    Sentence,
}

/// What a cue says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Past,
    Created,
}

/// A cue found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cue {
    pub says: Says,
    pub side: Side,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Words {
    past: Lists,
    created: Lists,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Lists {
    before: Vec<String>,
    after: Vec<String>,
    either: Vec<String>,
    sentence: Vec<String>,
    heading: Vec<String>,
    intro: Vec<String>,
}

struct Automaton {
    words: Option<AhoCorasick>,
    meaning: Vec<(Says, Side)>,
    heading: Option<AhoCorasick>,
    intro: Option<AhoCorasick>,
}

static AUTOMATON: LazyLock<Automaton> = LazyLock::new(|| {
    let mut patterns: Vec<String> = Vec::new();
    let mut meaning = Vec::new();
    let (mut heading, mut intro) = (Vec::new(), Vec::new());
    for file in [include_str!("../../../rules/language/en.toml"), include_str!("../../../rules/language/ja.toml")] {
        // A test reads both files strictly.
        let words: Words = toml::from_str(file).unwrap_or_default();
        for (says, lists) in [(Says::Past, &words.past), (Says::Created, &words.created)] {
            let sides = [
                (Side::Before, &lists.before),
                (Side::After, &lists.after),
                (Side::Either, &lists.either),
                (Side::Sentence, &lists.sentence),
            ];
            for (side, list) in sides {
                for word in list {
                    patterns.push(word.clone());
                    meaning.push((says, side));
                }
            }
        }
        heading.extend(words.past.heading);
        intro.extend(words.past.intro);
    }
    let words = AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(&patterns)
        .ok();
    let build = |list: &[String]| AhoCorasickBuilder::new().ascii_case_insensitive(true).build(list).ok();
    Automaton { words, meaning, heading: build(&heading), intro: build(&intro) }
});

/// The cues of a text, in order; English ones as whole words.
pub(super) fn find(text: &str) -> Vec<Cue> {
    let automaton = &*AUTOMATON;
    let Some(words) = &automaton.words else { return Vec::new() };
    words
        .find_iter(text)
        .filter(|m| is_whole(text, m.start(), m.end()))
        .filter_map(|m| {
            let (says, side) = *automaton.meaning.get(m.pattern().as_usize())?;
            Some(Cue { says, side, start: m.start(), end: m.end() })
        })
        .collect()
}

/// Whether a heading says that its section tells of the past.
pub(super) fn is_past_heading(heading: &str) -> bool {
    contains_any(heading, &AUTOMATON.heading)
}

/// Whether a paragraph that introduces a list or a sample says that it tells of the past.
pub(super) fn is_past_intro(text: &str) -> bool {
    contains_any(text, &AUTOMATON.intro)
}

fn contains_any(text: &str, words: &Option<AhoCorasick>) -> bool {
    words.as_ref().is_some_and(|w| w.find_overlapping_iter(text).any(|m| is_whole(text, m.start(), m.end())))
}

fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let b = text.as_bytes();
    let word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
    let first = b.get(start).is_some_and(u8::is_ascii_alphanumeric);
    let last = end.checked_sub(1).and_then(|i| b.get(i)).is_some_and(u8::is_ascii_alphanumeric);
    let glued_before = first && word(start.checked_sub(1).and_then(|i| b.get(i)));
    let glued_behind = last && word(b.get(end));
    !glued_before && !glued_behind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_parse() {
        for file in [include_str!("../../../rules/language/en.toml"), include_str!("../../../rules/language/ja.toml")] {
            let words: Words = toml::from_str(file).unwrap();
            assert!(words.past.before.len() > 5 && !words.created.before.is_empty());
        }
    }

    #[test]
    fn whole_words_only() {
        assert_eq!(find("older").len(), 1);
        assert_eq!(find("bolder folders"), []);
        assert_eq!(find("`x`は廃止されました").len(), 1);
    }
}
