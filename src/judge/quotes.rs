//! Whether the quotes of an answer stand where they must. An item counts for nothing before that.

use super::answer::{Item, Verdict};
use super::change::{Hunk, Line, Mark};
use crate::document::Span;
use crate::report::escape::is_harmful;

/// Quotes with fewer letters or digits could stand anywhere.
const FEWEST: usize = 3;
/// Lines that a quote of the page may run over.
const MOST_LINES: usize = 8;

/// Why an item does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// A quote is empty, or too short to say anything.
    NoQuote,
    /// The quote of the page is not in the passage.
    NotInPage,
    /// It runs over too many lines to point at one.
    TooLong,
    /// The quote of the code is not in the evidence.
    NotInCode,
    /// It is, but the code there did not change.
    CodeUnchanged,
    /// The suggestion is what the page says already.
    SameSuggestion,
    /// The model itself calls the difference no contradiction.
    Gap,
    /// Another item speaks of the same words.
    Repeated,
}

impl Refusal {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::NoQuote,
        Self::NotInPage,
        Self::TooLong,
        Self::NotInCode,
        Self::CodeUnchanged,
        Self::SameSuggestion,
        Self::Gap,
        Self::Repeated,
    ];

    /// The word that reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoQuote => "no_quote",
            Self::NotInPage => "page_quote_not_found",
            Self::TooLong => "page_quote_too_long",
            Self::NotInCode => "code_quote_not_found",
            Self::CodeUnchanged => "code_unchanged",
            Self::SameSuggestion => "same_suggestion",
            Self::Gap => "no_contradiction",
            Self::Repeated => "repeated",
        }
    }
}

/// Where the quotes of an item stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// In the page's text.
    pub page: Span,
    /// Which of the evidence's files.
    pub file: usize,
    /// Which of the file's hunks.
    pub hunk: usize,
    /// The changed line that is quoted first: of several, one that is in the code today.
    pub line: Line,
}

/// Checks an item that says `contradicts`. `text` is the page's text, `passage` its part that was shown,
/// `files` the hunks that were shown, file by file.
///
/// # Errors
/// Why it does not count.
pub fn check(item: &Item, text: &str, passage: Span, files: &[&[Hunk]]) -> Result<Placed, Refusal> {
    debug_assert_eq!(item.verdict, Verdict::Contradicts);
    if !item.category.is_contradiction() {
        return Err(Refusal::Gap);
    }
    let quote = unnumbered(&item.page_quote);
    if !says_something(&quote) || !says_something(&item.code_quote) {
        return Err(Refusal::NoQuote);
    }
    let page = find_in_page(&quote, text, passage).ok_or(Refusal::NotInPage)?;
    if page.of(text).lines().count() > MOST_LINES {
        return Err(Refusal::TooLong);
    }
    let (file, hunk, line) = find_in_code(&item.code_quote, files)?;
    if squeezed(&item.instead) == squeezed(&quote) {
        return Err(Refusal::SameSuggestion);
    }
    Ok(Placed { page, file, hunk, line })
}

fn says_something(quote: &str) -> bool {
    let wide = |c: char| !c.is_ascii() && c.is_alphanumeric();
    quote.chars().map(|c| if wide(c) { 2 } else { usize::from(c.is_alphanumeric()) }).sum::<usize>() >= FEWEST
}

/// The quote without the numbers that the passage's lines were shown with.
fn unnumbered(quote: &str) -> String {
    let line = |line: &str| {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        let numbered = rest.len() < line.trim_start().len();
        rest.strip_prefix('|').filter(|_| numbered).unwrap_or(line).to_owned()
    };
    quote.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What a reader, or a model, does not see.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_harmful(c)
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !is_blank(*c)).collect()
}

/// The place of `quote` in the passage, white space aside.
fn find_in_page(quote: &str, text: &str, passage: Span) -> Option<Span> {
    let wanted = squeezed(quote);
    let mut kept = String::with_capacity(passage.len());
    let mut at = Vec::with_capacity(passage.len());
    for (offset, c) in passage.of(text).char_indices().filter(|(_, c)| !is_blank(*c)) {
        let from = kept.len();
        kept.push(c);
        at.extend(std::iter::repeat_n((offset, offset + c.len_utf8()), kept.len() - from));
    }
    let start = kept.find(&wanted)?;
    let first = at.get(start)?.0;
    let last = at.get(start + wanted.len() - 1)?.1;
    Some(Span::new(passage.start + first, passage.start + last))
}

/// A side of a hunk without white space, and which line each byte is of.
struct Side<'h> {
    text: String,
    line: Vec<&'h Line>,
}

fn side<'h>(hunk: &'h Hunk, takes: &dyn Fn(Mark) -> bool) -> Side<'h> {
    let mut side = Side { text: String::new(), line: Vec::new() };
    for line in hunk.lines.iter().filter(|l| takes(l.mark)) {
        side.text.push_str(&squeezed(&line.text));
        side.line.resize(side.text.len(), line);
    }
    side
}

impl<'h> Side<'h> {
    /// The lines that `wanted` runs over, where it stands.
    fn find(&self, wanted: &str) -> Option<&[&'h Line]> {
        let start = self.text.find(wanted)?;
        self.line.get(start..start + wanted.len())
    }
}

/// The quote as it may be written: as it is, or without the marks of a diff.
fn spellings(quote: &str) -> Vec<String> {
    let unmarked: String = quote
        .lines()
        .map(|line| line.trim_start().strip_prefix(['+', '-']).unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n");
    let mut out = vec![squeezed(&unmarked)];
    let raw = squeezed(quote);
    if raw != out[0] {
        out.push(raw);
    }
    out.retain(|q| says_something(q));
    out
}

fn find_in_code(quote: &str, files: &[&[Hunk]]) -> Result<(usize, usize, Line), Refusal> {
    let mut refusal = Refusal::NotInCode;
    let sides: [&dyn Fn(Mark) -> bool; 3] = [&|m| m != Mark::Removed, &|m| m != Mark::Added, &|_| true];
    for wanted in spellings(quote) {
        for takes in sides {
            for (file, hunks) in files.iter().enumerate() {
                for (at, hunk) in hunks.iter().enumerate() {
                    let side = side(hunk, takes);
                    let Some(lines) = side.find(&wanted) else { continue };
                    let changed = lines.iter().filter(|l| l.mark != Mark::Kept);
                    let best = changed.clone().find(|l| l.mark == Mark::Added).or_else(|| changed.clone().next());
                    match best {
                        Some(line) if !moved(&wanted, line.mark, hunks) => return Ok((file, at, (*line).clone())),
                        _ => refusal = Refusal::CodeUnchanged,
                    }
                }
            }
        }
    }
    Err(refusal)
}

/// Whether the file's other side has the same words, so that they only moved.
fn moved(wanted: &str, mark: Mark, hunks: &[Hunk]) -> bool {
    let other = if mark == Mark::Added { Mark::Removed } else { Mark::Added };
    hunks.iter().any(|hunk| side(hunk, &|m| m == other || m == Mark::Kept).find(wanted).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::answer::Category;
    use crate::judge::change::hunks;

    const PAGE: &str = "# Retries\n\nIt retries three times\nwith a fixed delay.\n\n他の設定は３０秒です。\n";
    const OLD: &str = "fn delay(&self) -> Duration {\n    let delay = base;\n    wait(delay)\n    // moved along\n}\n\n\n\n\n\n\n\n\nend\n";
    const NEW: &str = "fn delay(&self) -> Duration {\n    let delay = base * 2u32.pow(attempt);\n    wait(delay)\n}\n\n\n\n\n\n\n\n\n    // moved along\nend\n";

    fn item(page: &str, code: &str, instead: &str) -> Item {
        Item {
            page_quote: page.into(),
            code_quote: code.into(),
            category: Category::Behavior,
            why: "w".into(),
            instead: instead.into(),
            verdict: Verdict::Contradicts,
        }
    }

    fn checked(item: &Item) -> Result<Placed, Refusal> {
        let hunks = hunks(OLD, NEW);
        check(item, PAGE, Span::new(0, PAGE.len()), &[&hunks])
    }

    #[test]
    fn quotes_that_hold_lead_to_their_places() {
        for (page, code) in [
            ("three times with a fixed delay", "let delay = base * 2u32.pow(attempt);"),
            ("three  times\n with a fixed   delay", "+    let delay=base*2u32.pow(attempt);"),
            (
                "3| It retries three times\n4| with a fixed delay",
                "- let delay = base;\n+ let delay = base * 2u32.pow(attempt);",
            ),
            ("fixed delay", "fn delay(&self) -> Duration {\n    let delay = base * 2u32.pow(attempt);"),
        ] {
            let placed = checked(&item(page, code, "doubling")).unwrap();
            assert_eq!((placed.line.number, placed.line.mark), (2, Mark::Added), "{code}");
            assert!(placed.page.of(PAGE).ends_with("fixed delay"));
        }
        let gone = checked(&item("fixed delay", "    let delay = base;", "x")).unwrap();
        assert_eq!(gone.line.mark, Mark::Removed);
        assert_eq!(checked(&item("３０秒", "2u32.pow", "60秒")).unwrap().page.of(PAGE), "３０秒");
    }

    #[test]
    fn each_quote_that_does_not_hold_is_refused_for_its_reason() {
        let code = "let delay = base * 2u32.pow(attempt);";
        for (item, refusal) in [
            (item("", code, "x"), Refusal::NoQuote),
            (item("a fixed delay", " ;", "x"), Refusal::NoQuote),
            (item("retries five times", code, "x"), Refusal::NotInPage),
            (item("a fixed delay", "let delay = rand();", "x"), Refusal::NotInCode),
            (item("a fixed delay", "wait(delay)", "x"), Refusal::CodeUnchanged),
            (item("a fixed delay", "// moved along", "x"), Refusal::CodeUnchanged),
            (item("a fixed delay", code, "a  fixed\ndelay"), Refusal::SameSuggestion),
            (Item { category: Category::Silent, ..item("a fixed delay", code, "x") }, Refusal::Gap),
        ] {
            assert_eq!(checked(&item), Err(refusal), "{item:?}");
        }
        let long = "word line\n".repeat(20);
        let hunks = hunks(OLD, NEW);
        let found = check(&item(&long, code, "x"), &long, Span::new(0, long.len()), &[&hunks]);
        assert_eq!(found, Err(Refusal::TooLong));
    }

    #[test]
    fn what_stands_elsewhere_in_the_page_is_not_in_the_passage() {
        let hunks = hunks(OLD, NEW);
        let found = check(&item("a fixed delay", "2u32.pow(attempt)", "x"), PAGE, Span::new(0, 12), &[&hunks]);
        assert_eq!(found, Err(Refusal::NotInPage));
    }
}
