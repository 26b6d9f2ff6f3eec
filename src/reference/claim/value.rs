//! Values that pages give to keys, options, variables and constants.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::document::{Block, BlockKind, Document, Span};
use crate::reference::literal::{Literal, parse, parse_all};
use crate::reference::model::{Kind, Place, Reference, Standing};

use super::of_block;
use super::text::BlockText;

/// What a value is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// What holds if nothing is set.
    Default,
    /// The least that is allowed.
    Minimum,
    /// The most that is allowed.
    Maximum,
    /// A port.
    Port,
    /// Merely said of it.
    Stated,
    /// Given to it in a sample: an example, not always the default.
    Sample,
}

/// A value with what it is said of.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueClaim {
    /// Index of the reference that it is said of; none where the page names it in words only.
    pub reference: Option<usize>,
    /// Where there is no reference: the words before the value, lower case, nearest first.
    pub words: Vec<String>,
    /// The value; its unit is part of it.
    pub literal: Literal,
    /// Its place in the page, quotes included where the page has them.
    pub span: Span,
    /// Index of the section.
    pub section: usize,
    /// Index of the block.
    pub block: usize,
    /// What it is said to be.
    pub relation: Relation,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Words {
    default: Vec<String>,
    maximum: Vec<String>,
    minimum: Vec<String>,
    port: Vec<String>,
    empty: FxHashSet<String>,
    stopwords: FxHashSet<String>,
    column: FxHashSet<String>,
    past: Vec<String>,
    chosen: Vec<String>,
}

struct Lists {
    words: Words,
    cues: Option<AhoCorasick>,
    meaning: Vec<Relation>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let words: Words = toml::from_str(include_str!("../../../rules/language/values.toml")).unwrap_or_default();
    let mut patterns: Vec<&str> = Vec::new();
    let mut meaning = Vec::new();
    for (relation, list) in [
        (Relation::Default, &words.default),
        (Relation::Maximum, &words.maximum),
        (Relation::Minimum, &words.minimum),
        (Relation::Port, &words.port),
    ] {
        patterns.extend(list.iter().map(String::as_str));
        meaning.extend(std::iter::repeat_n(relation, list.len()));
    }
    let cues = AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(&patterns)
        .ok();
    Lists { cues, meaning, words }
});

/// Whether the words before a value say that it was, or that it is an example or advice.
#[must_use]
pub fn is_told_otherwise(before: &str) -> bool {
    let lower = before.to_lowercase();
    LISTS.words.past.iter().chain(&LISTS.words.chosen).any(|word| {
        lower.match_indices(word.as_str()).any(|(at, _)| {
            let joined = |c: Option<char>| word.is_ascii() && c.is_some_and(|c| c.is_ascii_alphanumeric());
            let (left, right) = (lower.get(..at), lower.get(at + word.len()..));
            !joined(left.and_then(|t| t.chars().next_back())) && !joined(right.and_then(|t| t.chars().next()))
        })
    })
}

/// Farthest distance of a value from the word that says what it is.
const REACH: usize = 70;

/// The values that a page states. `refs` are all references of the page, as
/// [`extract`](crate::reference::extract) gives them.
#[must_use]
pub fn extract(doc: &Document, refs: &[Reference]) -> Vec<ValueClaim> {
    let mut reader = Reader { doc, refs, headers: FxHashMap::default(), heading: None, out: Vec::new() };
    for (index, block) in doc.blocks.iter().enumerate() {
        let own = of_block(refs, index);
        match &block.kind {
            BlockKind::Heading { .. } => {
                reader.heading = refs
                    .get(own)
                    .and_then(|r| r.iter().position(is_key))
                    .map(|i| (block.section, refs.partition_point(|r| r.block < index) + i))
            }
            BlockKind::Code { .. } => reader.sample(index, block, own),
            BlockKind::Paragraph | BlockKind::ListItem { .. } => reader.words(index, block, own),
            BlockKind::TableRow { table, header } => reader.row(index, block, own, *table, *header),
            _ => {}
        }
    }
    let mut out = reader.out;
    out.sort_by_key(|c| (c.span.start, c.relation, c.reference));
    out.dedup_by(|b, a| a.span == b.span && a.reference == b.reference);
    out
}

/// Whether a value may be said of it.
fn is_key(r: &Reference) -> bool {
    r.place != Place::Link
        && !matches!(r.standing, Standing::Foreign | Standing::Placeholder | Standing::Output | Standing::Past)
        && match r.kind {
            Kind::Symbol | Kind::Flag | Kind::EnvVar | Kind::ConfigKey | Kind::Resource => true,
            // `kebab-case` may be a key.
            Kind::Dependency => r.shape.weak,
            _ => false,
        }
}

struct Reader<'a> {
    doc: &'a Document,
    refs: &'a [Reference],
    /// What each column of a table holds.
    headers: FxHashMap<u32, Vec<(u16, Relation)>>,
    /// Section and reference of the last heading that names a key.
    heading: Option<(usize, usize)>,
    out: Vec<ValueClaim>,
}

/// A word that says what a value is.
struct Cue {
    relation: Relation,
    at: Range<usize>,
}

fn cues(text: &str) -> Vec<Cue> {
    let Some(cues) = &LISTS.cues else { return Vec::new() };
    let b = text.as_bytes();
    cues.find_iter(text)
        .filter(|m| {
            let ascii = b.get(m.start()).is_some_and(u8::is_ascii);
            let word =
                |i: Option<usize>| i.and_then(|i| b.get(i)).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_');
            !ascii || !(word(m.start().checked_sub(1)) || word(Some(m.end())))
        })
        .filter_map(|m| Some(Cue { relation: *LISTS.meaning.get(m.pattern().as_usize())?, at: m.range() }))
        .collect()
}

impl Reader<'_> {
    fn push(
        &mut self,
        block: usize,
        reference: Option<usize>,
        words: Vec<String>,
        literal: Literal,
        span: Span,
        relation: Relation,
    ) {
        let section = self.doc.blocks.get(block).map_or(0, |b| b.section);
        self.out.push(ValueClaim { reference, words, literal, span, section, block, relation });
    }

    /// Running text, sentence by sentence.
    fn words(&mut self, index: usize, block: &Block, own: Range<usize>) {
        let text = BlockText::new(self.doc, block);
        let itemised = matches!(block.kind, BlockKind::ListItem { .. }) || block.list_depth > 0;
        for sentence in text.sentences() {
            self.sentence(index, &text, sentence, own.clone(), itemised);
        }
        self.assigned(index, own);
    }

    fn sentence(
        &mut self,
        index: usize,
        text: &BlockText<'_>,
        sentence: Range<usize>,
        own: Range<usize>,
        itemised: bool,
    ) {
        let Some(body) = text.text().get(sentence.clone()) else { return };
        let cues = cues(body);
        // A number, a quote or a cue, else there is nothing to see.
        if cues.is_empty()
            && !body.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'"' | 0xEF))
            && !body.contains(['十', '百', '一'])
        {
            return;
        }
        let mut values: Vec<(Literal, Range<usize>)> = parse_all(body);
        // A token in code is a value where a default is announced.
        let defaults = cues.iter().any(|c| c.relation == Relation::Default);
        if defaults {
            for code in text.code.iter().filter(|c| c.start >= sentence.start && c.end <= sentence.end) {
                let range = code.start - sentence.start..code.end - sentence.start;
                if values.iter().any(|(_, r)| r.start < range.end && range.start < r.end) {
                    continue;
                }
                if let Some(token) = body
                    .get(range.clone())
                    .filter(|t| !t.is_empty() && t.len() < 80 && !t.contains(char::is_whitespace))
                {
                    values.push((Literal::Text(token.to_owned()), range));
                }
            }
            values.sort_by_key(|(_, r)| r.start);
        }
        for (literal, range) in values {
            let place = text.located.span(sentence.start + range.start..sentence.start + range.end);
            let token = matches!(literal, Literal::Text(_))
                && !body.get(range.clone()).is_some_and(|t| t.starts_with(['"', '\'']));
            let cue = cue_of(&cues, &range, token);
            if token && cue != Some(Relation::Default) {
                continue;
            }
            // A number within a name is no value.
            let within = own
                .clone()
                .any(|i| self.refs.get(i).is_some_and(|r| r.span.overlaps(place) && !(token && r.span == place)));
            if within {
                continue;
            }
            let relation = cue.unwrap_or(Relation::Stated);
            if matches!(&literal, Literal::Text(t) if t.contains(char::is_whitespace) && relation != Relation::Default)
            {
                continue; // words that the page quotes
            }
            if relation == Relation::Stated
                && (matches!(literal, Literal::Bool(_) | Literal::Version(_)) || !literal.is_telling())
            {
                continue;
            }
            let bounds = text.located.span(sentence.clone());
            let key = self.key(place, bounds, own.clone(), index, itemised && relation != Relation::Stated, relation);
            // A token in code may be the key itself: "by default `x` is `y`".
            let key = key.filter(|k| !token || self.refs.get(*k).is_some_and(|r| r.span.end <= place.start));
            match key {
                Some(key) => self.push(index, Some(key), Vec::new(), literal, place, relation),
                None if !token && relation != Relation::Stated && literal.is_telling() => {
                    let words = words_before(body, range.start);
                    if !words.is_empty() {
                        self.push(index, None, words, literal, place, relation);
                    }
                }
                None => {}
            }
        }
    }

    /// The reference that a value at `place` is said of.
    fn key(
        &self,
        place: Span,
        bounds: Span,
        own: Range<usize>,
        block: usize,
        lead: bool,
        relation: Relation,
    ) -> Option<usize> {
        let in_sentence =
            |i: &usize| self.refs.get(*i).is_some_and(|r| is_key(r) && bounds.contains(r.span) && r.span != place);
        let before = own
            .clone()
            .rev()
            .filter(in_sentence)
            .find(|i| self.refs.get(*i).is_some_and(|r| r.span.end <= place.start));
        if before.is_some() {
            return before;
        }
        // Two entries of one list: neither is said of the other.
        let listed = |r: &Reference| {
            let between = self.doc.text.get(place.end..r.span.start).unwrap_or("");
            matches!(
                between.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')),
                "," | "、" | "|" | "/"
            )
        };
        let after =
            own.clone().filter(in_sentence).filter(|i| self.refs.get(*i).is_some_and(|r| !listed(r))).find(|i| {
                self.refs.get(*i).is_some_and(|r| r.span.start >= place.end && r.span.start - place.end < REACH)
            });
        if after.is_some() {
            return after;
        }
        if lead {
            let first = own.clone().find(|i| self.refs.get(*i).is_some_and(|r| is_key(r) && r.span.end <= place.start));
            if first.is_some() {
                return first;
            }
        }
        let section = self.doc.blocks.get(block).map(|b| b.section)?;
        (relation == Relation::Default).then_some(self.heading).flatten().filter(|(s, _)| *s == section).map(|(_, i)| i)
    }

    fn row(&mut self, index: usize, block: &Block, own: Range<usize>, table: u32, header: bool) {
        let text = BlockText::new(self.doc, block);
        if header {
            let columns = text
                .cell_ranges()
                .into_iter()
                .filter_map(|(column, range)| {
                    let name = text.text().get(range)?;
                    let found = cues(name);
                    let stated = LISTS.words.column.contains(name.trim().to_lowercase().as_str());
                    let relation = found.iter().map(|c| c.relation).min().or(stated.then_some(Relation::Stated))?;
                    (name.split_whitespace().count() <= 4).then_some((column, relation))
                })
                .collect();
            self.headers.insert(table, columns);
            return;
        }
        let columns = self.headers.get(&table).cloned().unwrap_or_default();
        let key_at = own.clone().find(|i| self.refs.get(*i).is_some_and(is_key));
        let cells = text.cell_ranges();
        for (column, range) in &cells {
            let Some(cell) = text.text().get(range.clone()) else { continue };
            let Some((_, relation)) = columns.iter().find(|(c, _)| c == column) else {
                let inner: Vec<Range<usize>> =
                    text.sentences().into_iter().filter(|s| s.start >= range.start && s.end <= range.end).collect();
                for sentence in inner {
                    self.sentence(index, &text, sentence, own.clone(), true);
                }
                continue;
            };
            let trimmed = cell.trim();
            if LISTS.words.empty.contains(trimmed.to_lowercase().as_str()) || trimmed.len() > 100 {
                continue;
            }
            let start = range.start + cell.find(trimmed).unwrap_or(0);
            let span = text.located.span(start..start + trimmed.len());
            // The key stands in another cell: where a name in plain words leads the row, in none behind the value's.
            let leads = cells.iter().find(|(_, r)| text.text().get(r.clone()).is_some_and(|t| !t.trim().is_empty()));
            let led = leads.is_some_and(|(first, _)| first != column);
            let key = key_at.filter(|i| {
                self.refs.get(*i).is_some_and(|r| !(r.span.overlaps(span) || led && r.span.start > span.end))
            });
            let literal = match parse(trimmed) {
                Some(Literal::Text(t)) if t.contains(' ') => {
                    // Words around a value: `30s (per host)`.
                    match parse_all(trimmed).into_iter().next() {
                        Some((l, r)) if r.start == 0 => {
                            let span = text.located.span(start..start + r.end);
                            self.push_row(index, key, &cells, &text, l, span, *relation);
                            continue;
                        }
                        _ => continue,
                    }
                }
                Some(literal) => literal,
                None => continue,
            };
            self.push_row(index, key, &cells, &text, literal, span, *relation);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn push_row(
        &mut self,
        index: usize,
        key: Option<usize>,
        cells: &[(u16, Range<usize>)],
        text: &BlockText<'_>,
        literal: Literal,
        span: Span,
        relation: Relation,
    ) {
        if key.is_some() {
            return self.push(index, key, Vec::new(), literal, span, relation);
        }
        let first = cells.first().and_then(|(_, r)| text.text().get(r.clone())).unwrap_or("");
        let words = words_before(first, first.len());
        if !words.is_empty() && literal.is_telling() {
            self.push(index, None, words, literal, span, relation);
        }
    }

    /// `name = value`, `name: value`, `--flag value` behind a reference in a code span.
    fn assigned(&mut self, index: usize, own: Range<usize>) {
        for i in own {
            let Some(r) = self.refs.get(i) else { continue };
            if !is_key(r) || !matches!(r.place, Place::CodeSpan) {
                continue;
            }
            let line = self.rest_of_line(r.span.end);
            let rest = line.split('`').next().unwrap_or("");
            if let Some((literal, range)) = value_behind(rest, r.kind == Kind::Flag) {
                let span = Span::new(r.span.end + range.start, r.span.end + range.end);
                self.push(index, Some(i), Vec::new(), literal, span, Relation::Stated);
            }
        }
    }

    fn rest_of_line(&self, from: usize) -> &str {
        let line = self.doc.lines.line_of(from);
        let end = self.doc.lines.line_span(&self.doc.text, line).end;
        let end = end.min(from + 400);
        let mut stop = end;
        while stop > from && !self.doc.text.is_char_boundary(stop) {
            stop -= 1;
        }
        self.doc.text.get(from..stop).unwrap_or("")
    }

    /// Samples: what is given to a key, and the default that the line tells of.
    fn sample(&mut self, index: usize, block: &Block, own: Range<usize>) {
        let mut last_line = usize::MAX;
        for i in own {
            let Some(r) = self.refs.get(i) else { continue };
            if !is_key(r) {
                continue;
            }
            let from = r.span.end;
            let line = self.doc.lines.line_of(from);
            let rest = self.rest_of_line(from);
            let mut told = default_behind(rest).map(|(l, r)| (l, from + r.start..from + r.end));
            if told.is_none() && r.kind == Kind::Flag && line != last_line {
                told = self.default_below(block, line);
            }
            if let Some((literal, range)) = value_behind(rest, r.kind == Kind::Flag) {
                let span = Span::new(from + range.start, from + range.end);
                if told.as_ref().is_none_or(|(_, t)| t.start != span.start) {
                    self.push(index, Some(i), Vec::new(), literal, span, Relation::Sample);
                }
            }
            if line != last_line
                && let Some((literal, range)) = told
            {
                self.push(index, Some(i), Vec::new(), literal, Span::new(range.start, range.end), Relation::Default);
            }
            last_line = line;
        }
    }

    /// `[default: 8080]` on the lines below an option of a help text.
    fn default_below(&self, block: &Block, line: usize) -> Option<(Literal, Range<usize>)> {
        for next in line + 1..line + 7 {
            let span = self.doc.lines.line_span(&self.doc.text, next);
            if span.start >= block.span.end || span.len() > 2_000 {
                return None;
            }
            let text = span.of(&self.doc.text);
            if text.trim_start().starts_with('-') {
                return None;
            }
            if let Some((literal, range)) = default_behind(text) {
                return Some((literal, span.start + range.start..span.start + range.end));
            }
        }
        None
    }
}

/// What the words around a value say of it.
fn cue_of(cues: &[Cue], value: &Range<usize>, token: bool) -> Option<Relation> {
    let before = cues.iter().rev().find(|c| c.at.end <= value.start);
    let after = cues.iter().find(|c| c.at.start >= value.end);
    let near_before = before.filter(|c| value.start - c.at.end <= if token { 24 } else { REACH });
    // "30 seconds by default", "30秒がデフォルト"
    let near_after =
        after.filter(|c| c.at.start - value.end <= if token { 6 } else { 20 } && c.relation == Relation::Default);
    if near_before.is_some_and(|c| c.relation == Relation::Default) {
        return Some(Relation::Default);
    }
    if near_after.is_some() {
        return Some(Relation::Default);
    }
    near_before.filter(|c| value.start - c.at.end <= 30).map(|c| c.relation)
}

/// Content words before byte `end`, nearest first, at most six.
fn words_before(body: &str, end: usize) -> Vec<String> {
    let head = body.get(..end).unwrap_or(body);
    head.rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| w.len() > 2 && w.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_'))
        .map(str::to_ascii_lowercase)
        .filter(|w| !LISTS.words.stopwords.contains(w.as_str()))
        .take(6)
        .collect()
}

/// The value in `= 5`, `: "x"`, ` 5` (of an option), `: Type = 5` at the beginning of `rest`.
fn value_behind(rest: &str, flag: bool) -> Option<(Literal, Range<usize>)> {
    let mut at = 0;
    let skip = |at: &mut usize, chars: &[char]| {
        let body = rest.get(*at..).unwrap_or("");
        *at += body.len() - body.trim_start_matches(chars).len();
    };
    skip(&mut at, &['"', '\'']);
    skip(&mut at, &[' ', '\t']);
    let body = rest.get(at..)?;
    let mark = [":=", "=>", "?=", "=", ":"].into_iter().find(|m| body.starts_with(m));
    match mark {
        Some(_) if body.starts_with("==") || body.starts_with("::") => return None,
        Some(m) => at += m.len(),
        None if flag && rest.starts_with(' ') => {}
        None => return None,
    }
    skip(&mut at, &[' ', '\t']);
    // A type between the name and the value.
    let body = rest.get(at..)?;
    if mark == Some(":") {
        let word = body
            .bytes()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'<' | b'>' | b'[' | b']' | b'.'))
            .count();
        let tail = body.get(word..).unwrap_or("");
        if word > 0 && (tail.starts_with(" = ") || tail.starts_with(" =\"")) {
            at += word + 2;
            skip(&mut at, &[' ']);
        }
    }
    let body = rest.get(at..)?;
    let stop = body.find([',', ';', '\n', '|']).map_or(body.len(), |i| i.max(1)).min(240);
    let value = body.get(..stop).or_else(|| body.get(..0))?;
    if let Some((literal, range)) = parse_all(value).into_iter().next().filter(|(_, r)| r.start == 0) {
        let next = value.as_bytes().get(range.end);
        if next.is_none_or(|c| {
            c.is_ascii_whitespace() || matches!(c, b'"' | b'\'' | b')' | b'}' | b']' | b'`' | b'.' | b'#')
        }) {
            return Some((literal, at..at + range.end));
        }
    }
    // A bare word of a configuration file.
    let word = value.split([' ', '\t', '#', ')', '}', ']', '`', '"', '\'']).next().unwrap_or("");
    let plain = mark.is_some()
        && word.len() > 1
        && word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && word.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'/' | b':'))
        && !value
            .get(word.len()..)
            .is_some_and(|t| t.starts_with(['(', '<', '[', '{']) || t.trim_start().starts_with('='));
    let end_of_value = value.get(word.len()..).is_some_and(|t| t.trim().is_empty() || t.trim_start().starts_with('#'));
    (plain && end_of_value).then(|| (Literal::Text(word.to_owned()), at..at + word.len()))
}

/// What follows `default =`, `default:`, `defaults to`, `default is` in a line of a sample.
fn default_behind(rest: &str) -> Option<(Literal, Range<usize>)> {
    let at = rest.find("efault")?;
    let mut from = at + "efault".len();
    let body = rest.get(from..)?;
    let lead = body.len() - body.trim_start_matches('s').len();
    from += lead;
    let mut guard = 0;
    while guard < 6 {
        guard += 1;
        let body = rest.get(from..)?;
        let trimmed = body.trim_start_matches([' ', '=', ':', '`', '\t']);
        let next = ["value", "is", "to", "of"]
            .into_iter()
            .find_map(|w| trimmed.strip_prefix(w).filter(|r| r.starts_with([' ', ':', '='])));
        from += body.len() - trimmed.len();
        match next {
            Some(tail) => from += trimmed.len() - tail.len(),
            None => break,
        }
    }
    if from == at + "efault".len() + lead {
        return None;
    }
    let value = rest.get(from..)?;
    if let Some((literal, range)) = parse_all(value).into_iter().next().filter(|(_, r)| r.start == 0) {
        return Some((literal, from..from + range.end));
    }
    let word = value.split([' ', '\t', ']', ')', ',', ';', '`', '|']).next().unwrap_or("").trim_end_matches(['.', '"']);
    let plain = !word.is_empty()
        && word.len() < 60
        && word.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'/' | b':' | b'*'));
    let closed = value
        .get(word.len()..)
        .is_some_and(|t| t.trim_start().is_empty() || t.trim_start().starts_with([']', ')', ',', '`', '.', ';']));
    (plain && closed).then(|| (Literal::Text(word.to_owned()), from..from + word.len()))
}

#[cfg(test)]
mod tests;
