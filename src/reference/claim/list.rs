//! Enumerations: "three backends: `a`, `b` and `c`", bullet lists and tables led by code.

use std::ops::Range;

use crate::document::{Block, BlockKind, Document, InlineKind, Span};
use crate::reference::model::{Reference, Standing};
use crate::reference::standing::is_connective;

use super::of_block;
use super::text::BlockText;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// In a sentence.
    Sentence,
    /// Items of a bullet list.
    Bullets,
    /// First cells of a table.
    Table,
    /// The headings below a sentence that counts them.
    Headings,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// As written, without marks.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// The reference that it is, if it is one.
    pub reference: Option<usize>,
}

/// How many entries the page says that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The number.
    pub value: u32,
    /// As written: `three`, `3`, `三`.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// An enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListClaim {
    /// How it is written.
    pub form: Form,
    /// Its entries, at least three (two where a count is stated).
    pub items: Vec<Item>,
    /// How many it says that there are.
    pub count: Option<Count>,
    /// What introduces it: the words before it in the sentence, or the paragraph before the list.
    pub introduction: String,
    /// Whether the introduction opens a choice of examples ("such as", "for example", "など").
    pub partial: bool,
    /// Index of the section.
    pub section: usize,
    /// Index of the block of the first entry.
    pub block: usize,
}

/// Fewest entries of a list without a stated count.
const FEWEST: usize = 3;

/// The enumerations of a page.
#[must_use]
pub fn extract(doc: &Document, refs: &[Reference]) -> Vec<ListClaim> {
    let mut reader = Reader { doc, refs, intro: None, run: Vec::new(), key: None, seen: Vec::new(), out: Vec::new() };
    for (index, block) in doc.blocks.iter().enumerate() {
        match &block.kind {
            BlockKind::ListItem { list, .. } => {
                reader.entry(index, block, (Form::Bullets, *list));
                reader.sentences(index, block);
            }
            BlockKind::TableRow { table, header: false } => reader.entry(index, block, (Form::Table, *table)),
            BlockKind::TableRow { .. } => reader.flush(),
            BlockKind::Paragraph => {
                // Further paragraphs of an item do not end its list.
                if block.list_depth == 0 {
                    reader.flush();
                    reader.intro = Some(index);
                }
                reader.sentences(index, block);
            }
            BlockKind::Heading { .. } => {
                reader.flush();
                reader.intro = None;
            }
            _ if block.list_depth == 0 => reader.flush(),
            _ => {}
        }
    }
    reader.flush();
    let mut out = reader.out;
    headings(doc, &mut out);
    out.retain(|c| {
        c.items.iter().all(|i| i.reference.and_then(|r| refs.get(r)).is_none_or(|r| r.standing != Standing::Past))
    });
    out.sort_by_key(|c| c.items.first().map(|i| i.span));
    out
}

/// "There are eight hooks:", with a heading for each below.
fn headings(doc: &Document, out: &mut Vec<ListClaim>) {
    let level = |block: &Block| match block.kind {
        BlockKind::Heading { level } => Some(level),
        _ => None,
    };
    for (index, pair) in doc.blocks.windows(2).enumerate() {
        let [said, next] = pair else { continue };
        let (BlockKind::Paragraph, Some(depth)) = (&said.kind, level(next)) else { continue };
        if said.list_depth > 0 || doc.sections.get(said.section).is_none_or(|s| s.level >= depth) {
            continue;
        }
        let text = BlockText::new(doc, said);
        if !text.text().trim_end().trim_end_matches(['*', '_', ')']).ends_with([':', '：']) {
            continue;
        }
        let Some(count) = count_in(&text, 0..text.text().len()) else { continue };
        let below = doc.blocks.iter().skip(index + 1).take_while(|b| level(b).is_none_or(|l| l >= depth));
        let items: Vec<Item> = below
            .filter(|b| level(b) == Some(depth))
            .filter_map(|b| {
                let words: Vec<&str> = b.inlines.iter().map(|i| i.text.as_str()).collect();
                let text = words.concat().trim().to_owned();
                let span = b.inlines.first()?.span;
                (!text.is_empty() && !text.contains(' ')).then_some(Item { text, span, reference: None })
            })
            .collect();
        if items.len() >= FEWEST {
            out.push(ListClaim {
                form: Form::Headings,
                items,
                count: Some(count),
                introduction: text.text().to_owned(),
                partial: false,
                section: said.section,
                block: index,
            });
        }
    }
}

struct Reader<'a> {
    doc: &'a Document,
    refs: &'a [Reference],
    /// The last paragraph outside lists.
    intro: Option<usize>,
    /// Blocks of the list that is being read: the entry, if its item is led by code.
    run: Vec<(usize, Option<Item>)>,
    key: Option<(Form, u32)>,
    /// The lists that were read, with their claim: one that a nested list interrupts comes in parts.
    seen: Vec<((Form, u32), Option<usize>)>,
    out: Vec<ListClaim>,
}

impl Reader<'_> {
    fn entry(&mut self, index: usize, block: &Block, key: (Form, u32)) {
        // Lists nested in this one have numbers of their own: their items are read as another list.
        if self.key != Some(key) {
            self.flush();
            self.key = Some(key);
        }
        // Marks and links before the first thing that is read.
        let first = block.inlines.iter().find(|i| match &i.kind {
            InlineKind::Text => !i.text.trim_matches([' ', '*', '_', '[']).is_empty(),
            InlineKind::Link(_) | InlineKind::Html | InlineKind::Break => false,
            _ => true,
        });
        let item = first
            .filter(|i| i.kind == InlineKind::Code && i.cell.unwrap_or(0) == 0 && i.text.len() < 80)
            .map(|i| Item { text: i.text.clone(), span: i.span, reference: self.reference(index, i.span) });
        self.run.push((index, item));
    }

    fn reference(&self, block: usize, span: Span) -> Option<usize> {
        let own = of_block(self.refs, block);
        let first = own.start;
        self.refs.get(own)?.iter().position(|r| span.contains(r.span)).map(|i| first + i)
    }

    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        let Some(key) = self.key.take() else { return };
        let form = key.0;
        let before: Vec<Option<usize>> = self.seen.iter().filter(|(k, _)| *k == key).map(|(_, at)| *at).collect();
        let interrupted = !before.is_empty();
        for at in before.into_iter().flatten() {
            if let Some(claim) = self.out.get_mut(at) {
                claim.partial = true;
            }
        }
        self.seen.push((key, None));
        let total = run.len();
        let items: Vec<Item> = run.iter().filter_map(|(_, i)| i.clone()).collect();
        let Some(&(block, _)) = run.first() else { return };
        let intro = self.intro.and_then(|i| self.doc.blocks.get(i)).map(|b| BlockText::new(self.doc, b));
        let count = intro.as_ref().and_then(|t| count_in(t, 0..t.text().len()));
        let least = if count.as_ref().is_some_and(|c| c.value as usize == total) { 2 } else { FEWEST };
        if items.len() < least || items.len() * 10 < total * 7 {
            return;
        }
        let introduction = intro.map_or_else(String::new, |t| t.text().to_owned());
        let section = self.doc.blocks.get(block).map_or(0, |b| b.section);
        let partial = interrupted || is_partial(&introduction);
        if let Some(seen) = self.seen.last_mut() {
            seen.1 = Some(self.out.len());
        }
        self.out.push(ListClaim { form, items, count, introduction, partial, section, block });
    }

    fn sentences(&mut self, index: usize, block: &Block) {
        if block.inlines.iter().filter(|i| i.kind == InlineKind::Code).count() < 2
            && !block.inlines.iter().any(|i| i.text.contains([':', '：']))
        {
            return;
        }
        let text = BlockText::new(self.doc, block);
        for sentence in text.sentences() {
            if !self.code_list(index, block, &text, &sentence) {
                self.word_list(index, block, &text, &sentence);
            }
        }
    }

    /// Code spans with no more than "and" between them.
    fn code_list(&mut self, index: usize, block: &Block, text: &BlockText<'_>, sentence: &Range<usize>) -> bool {
        let spans: Vec<&Range<usize>> =
            text.code.iter().filter(|c| c.start >= sentence.start && c.end <= sentence.end).collect();
        let mut found = false;
        let mut from = 0;
        while from < spans.len() {
            let mut to = from;
            while to + 1 < spans.len() {
                let (Some(a), Some(b)) = (spans.get(to), spans.get(to + 1)) else { break };
                let between = text.text().get(a.end..b.start).unwrap_or("x x");
                if between.trim().is_empty() || !is_connective(between) {
                    break;
                }
                to += 1;
            }
            let items: Vec<Item> = spans
                .get(from..=to)
                .unwrap_or_default()
                .iter()
                .filter_map(|r| {
                    let span = text.located.span((*r).clone());
                    let token = text.text().get((*r).clone())?;
                    Some(Item { text: token.to_owned(), span, reference: self.reference(index, span) })
                })
                .collect();
            let start = spans.get(from).map_or(sentence.start, |r| r.start);
            let count = count_in(text, sentence.start..start);
            if items.len() >= FEWEST || (items.len() == 2 && count.as_ref().is_some_and(|c| c.value == 2)) {
                let introduction = text.text().get(sentence.start..start).unwrap_or("").trim().to_owned();
                let end = spans.get(to).map_or(sentence.end, |r| r.end);
                let tail = text.text().get(end..sentence.end).unwrap_or("");
                let partial = is_partial(&introduction)
                    || tail.trim_start().starts_with("など")
                    || tail.contains("etc")
                    || tail.trim_start().starts_with("and so on")
                    || tail.trim_start().starts_with('等');
                self.out.push(ListClaim {
                    form: Form::Sentence,
                    items,
                    count,
                    introduction,
                    partial,
                    section: block.section,
                    block: index,
                });
                found = true;
            }
            from = to + 1;
        }
        found
    }

    /// Words behind a colon, where a count is stated.
    fn word_list(&mut self, index: usize, block: &Block, text: &BlockText<'_>, sentence: &Range<usize>) {
        let Some(body) = text.text().get(sentence.clone()) else { return };
        let Some((colon, width)) =
            body.find(": ").map(|i| (i, 2)).or_else(|| body.find('：').map(|i| (i, '：'.len_utf8())))
        else {
            return;
        };
        let Some(count) = count_in(text, sentence.start..sentence.start + colon) else { return };
        let mut items = Vec::new();
        let mut at = sentence.start + colon + width;
        for piece in body.get(colon + width..).unwrap_or("").split([',', '、']) {
            let next = at
                + piece.len()
                + if text.text().as_bytes().get(at + piece.len()) == Some(&b',') { 1 } else { '、'.len_utf8() };
            let mut words = vec![piece];
            if let Some((a, b)) = piece.split_once(" and ").or_else(|| piece.split_once(" or ")) {
                words = vec![a, b];
            }
            for word in words {
                let bare = word
                    .trim()
                    .trim_start_matches("and ")
                    .trim_start_matches("or ")
                    .trim_end_matches(['.', '。', '!', ';'])
                    .trim();
                if bare.is_empty() {
                    continue;
                }
                if bare.split_whitespace().count() > 3 || bare.chars().count() > 40 {
                    return;
                }
                let offset = at + (word.as_ptr() as usize - piece.as_ptr() as usize) + word.find(bare).unwrap_or(0);
                let span = text.located.span(offset..offset + bare.len());
                items.push(Item { text: bare.to_owned(), span, reference: self.reference(index, span) });
            }
            at = next;
        }
        if items.len() >= 2 {
            let introduction = body.get(..colon).unwrap_or("").trim().to_owned();
            let partial = is_partial(&introduction);
            self.out.push(ListClaim {
                form: Form::Sentence,
                items,
                count: Some(count),
                introduction,
                partial,
                section: block.section,
                block: index,
            });
        }
    }
}

fn is_partial(text: &str) -> bool {
    let low = text.to_ascii_lowercase();
    ["such as", "for example", "for instance", "e.g", "like", "including", "some of", "例えば", "たとえば"]
        .iter()
        .any(|w| low.contains(w))
}

/// Numbers in words, from two.
const WORDS: [&str; 19] = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
/// Numbers in Kanji.
const KANJI: [(&str, u32); 9] =
    [("十", 10), ("二", 2), ("三", 3), ("四", 4), ("五", 5), ("六", 6), ("七", 7), ("八", 8), ("九", 9)];

/// Another number in the spelling of `count`; none where that has no word for it.
#[must_use]
pub fn respell(count: &Count, value: usize) -> Option<String> {
    let value = u32::try_from(value).ok()?;
    let old = count.text.as_str();
    if old.bytes().all(|b| b.is_ascii_digit()) {
        return Some(value.to_string());
    }
    if KANJI.iter().any(|(k, _)| *k == old) {
        return KANJI.iter().find(|(_, v)| *v == value).map(|(k, _)| (*k).to_owned());
    }
    if old.starts_with(|c: char| ('０'..='９').contains(&c)) {
        return value.to_string().chars().map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32)).collect();
    }
    let word = WORDS.get((value as usize).checked_sub(2)?)?;
    let capital = old.starts_with(|c: char| c.is_ascii_uppercase());
    let mut letters = word.chars();
    Some(match letters.next().filter(|_| capital) {
        Some(first) => format!("{}{}", first.to_ascii_uppercase(), letters.as_str()),
        None => (*word).to_owned(),
    })
}

/// The last number in a range of the text that counts something: "three backends", "3つ", "三種類".
fn count_in(text: &BlockText<'_>, range: Range<usize>) -> Option<Count> {
    const COUNTERS: [&str; 10] = ["つ", "種類", "個", "件", "通り", "項目", "段階", "種", "本", "モード"];
    let body = text.text().get(range.clone())?;
    let mut best: Option<(usize, usize, u32)> = None;
    let mut at = 0;
    for word in body.split(|c: char| !c.is_ascii_alphanumeric()) {
        let start = at;
        at += word.len();
        // The separator is one character, of any width.
        at += body.get(at..).and_then(|r| r.chars().next()).map_or(0, char::len_utf8);
        if word.is_empty() {
            continue;
        }
        let rest = body.get(start + word.len()..).unwrap_or("");
        let noun = rest.strip_prefix(' ').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_lowercase()));
        let counter = COUNTERS.iter().any(|c| rest.starts_with(c));
        let value = if word.bytes().all(|b| b.is_ascii_digit()) && word.len() <= 2 {
            word.parse::<u32>().ok()
        } else {
            WORDS.iter().position(|w| word.eq_ignore_ascii_case(w)).and_then(|i| u32::try_from(i + 2).ok())
        };
        let before = body.get(..start).and_then(|b| b.chars().next_back());
        if let Some(value) = value
            .filter(|v| (2..=60).contains(v) && (noun || counter) && !matches!(before, Some('.' | '-' | ':' | '/')))
        {
            best = Some((start, word.len(), value));
        }
    }
    for (kanji, value) in KANJI {
        for (i, m) in body.match_indices(kanji) {
            if COUNTERS.iter().any(|c| body.get(i + m.len()..).is_some_and(|r| r.starts_with(c)))
                && best.is_none_or(|(s, _, _)| i > s)
            {
                best = Some((i, m.len(), value));
            }
        }
    }
    // Full-width digits.
    for (i, c) in body.char_indices() {
        if ('２'..='９').contains(&c)
            && COUNTERS.iter().any(|k| body.get(i + c.len_utf8()..).is_some_and(|r| r.starts_with(k)))
        {
            best = Some((i, c.len_utf8(), c as u32 - '０' as u32));
        }
    }
    let (start, len, value) = best?;
    let from = range.start + start;
    Some(Count { value, text: body.get(start..start + len)?.to_owned(), span: text.located.span(from..from + len) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, Format, parse};
    use crate::reference::extract as extract_references;

    fn claims(text: &str) -> Vec<String> {
        let doc = parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
        let refs = extract_references(&doc);
        extract(&doc, &refs)
            .iter()
            .map(|c| {
                for i in &c.items {
                    assert_eq!(i.span.of(&doc.text), i.text);
                }
                let items: Vec<&str> = c.items.iter().map(|i| i.text.as_str()).collect();
                format!(
                    "{:?} {} {}",
                    c.form,
                    items.join(","),
                    c.count
                        .as_ref()
                        .map_or_else(|| "?".to_owned(), |n| format!("{}={}", n.span.of(&doc.text), n.value))
                )
            })
            .collect()
    }

    #[test]
    fn in_sentences() {
        assert_eq!(
            claims("It supports three backends: `redis`, `disk`, and `memory`."),
            ["Sentence redis,disk,memory three=3"]
        );
        assert_eq!(claims("One of `aa`, `bb` or `cc`."), ["Sentence aa,bb,cc ?"]);
        assert_eq!(claims("There are two modes: fast and slow."), ["Sentence fast,slow two=2"]);
        assert_eq!(claims("３つの形式（`json`、`yaml`、`toml`）を読む。"), ["Sentence json,yaml,toml ３=3"]);
        assert_eq!(claims("Use `aa` to do it, then `bb` and `cc`."), Vec::<String>::new());
    }

    #[test]
    fn bullets_and_tables() {
        assert_eq!(
            claims("There are 3 commands:\n\n- `add`: adds\n- `del`: deletes\n- `mod`: changes\n"),
            ["Bullets add,del,mod 3=3"]
        );
        assert_eq!(
            claims("| Code | Meaning |\n|--|--|\n| `E1` | a |\n| `E2` | b |\n| `E3` | c |\n"),
            ["Table E1,E2,E3 ?"]
        );
        assert_eq!(claims("- one thing\n- `x`\n- two things\n- more\n"), Vec::<String>::new());
    }
}
