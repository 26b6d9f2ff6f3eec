//! Plain text, such as a README without a suffix: paragraphs, underlined headings, lists, indented
//! blocks.

use super::build::{Builder, Depth};
use super::html::{Scanner, Token};
use super::inlines::Inlines;
use super::model::{BlockKind, InlineKind};
use super::span::Span;

/// Parses a plain-text page.
pub(crate) fn parse(builder: &mut Builder<'_>) {
    let count = builder.lines.len();
    let lines: Vec<Span> = (0..count).map(|i| builder.lines.line_span(builder.text, i)).collect();
    if builder.text.contains("<!--") {
        comments(builder);
    }
    let mut at = 0;
    let mut list = None;
    while at < lines.len() {
        if let Some(close) = ruled(builder.text, &lines, at) {
            code(builder, &lines[at + 1..close], 0);
            list = None;
            at = close + 1;
            continue;
        }
        let end = paragraph_end(builder.text, &lines, at);
        if end == at {
            at += 1;
            continue;
        }
        group(builder, &lines[at..end], &mut list);
        at = end;
    }
}

fn comments(builder: &mut Builder<'_>) {
    for token in Scanner::html(builder.text) {
        if let Token::Comment { inner, range } = token {
            builder.comment(Span::new(inner.start, inner.end), Span::new(range.start, range.end));
        }
    }
}

/// A sample between two equal lines of dashes or dots is no longer than this.
const LONGEST_SAMPLE: usize = 60;

/// The line that closes a sample which a line of dashes or dots opens.
fn ruled(text: &str, lines: &[Span], at: usize) -> Option<usize> {
    let rule = lines[at].of(text).trim_end();
    let mark = rule.bytes().next().filter(|b| b"-.".contains(b))?;
    let dashes = rule.len() >= 4 && rule.len() <= 200 && rule.bytes().all(|b| b == mark);
    let opens = dashes && lines.get(at + 1).is_some_and(|l| !l.of(text).trim().is_empty());
    if !opens {
        return None;
    }
    let stop = lines.len().min(at + LONGEST_SAMPLE);
    (at + 2..stop).find(|&i| lines[i].of(text).trim_end() == rule)
}

fn paragraph_end(text: &str, lines: &[Span], from: usize) -> usize {
    let blank = |s: &Span| s.of(text).trim().is_empty();
    lines[from..].iter().position(blank).map_or(lines.len(), |n| from + n)
}

/// Lines without an empty one between.
fn group(builder: &mut Builder<'_>, lines: &[Span], list: &mut Option<u32>) {
    let text = builder.text;
    let indent = |s: &Span| s.of(text).len() - s.of(text).trim_start_matches([' ', '\t']).len();
    let deep = |s: &Span| indent(s) >= 4 || s.of(text).starts_with('\t');
    if lines.iter().all(deep) && marker(lines[0].of(text).trim_start()).is_none() {
        return code(builder, lines, lines.iter().map(indent).min().unwrap_or(0));
    }
    let mut at = 0;
    while at < lines.len() {
        if let (Some(next), title) = (lines.get(at + 1), lines[at].of(text).trim())
            && let Some(level) = underline(next.of(text), title)
        {
            inline_block(
                builder,
                BlockKind::Heading { level },
                &lines[at..=at],
                Span::new(lines[at].start, next.end),
                0,
            );
            *list = None;
            at += 2;
            continue;
        }
        if lines.len() == 1 && is_shouted(lines[at].of(text)) {
            *list = None;
            return inline_block(builder, BlockKind::Heading { level: 2 }, lines, lines[at], 0);
        }
        let end = (at + 1..lines.len())
            .find(|&i| {
                let line = lines[i].of(text).trim_start();
                marker(line).is_some()
                    || lines.get(i + 1).is_some_and(|n| underline(n.of(text), line.trim_end()).is_some())
            })
            .unwrap_or(lines.len());
        let item = marker(lines[at].of(text).trim_start());
        let (kind, depth) = match item {
            Some(ordered) => {
                let number = *list.get_or_insert_with(|| builder.next_list());
                (BlockKind::ListItem { list: number, ordered }, 1)
            }
            None => {
                if !deep(&lines[at]) {
                    *list = None;
                }
                (BlockKind::Paragraph, u8::from(list.is_some()))
            }
        };
        let whole = Span::new(lines[at].start + indent(&lines[at]), lines[end - 1].end);
        inline_block(builder, kind, &lines[at..end], whole, depth);
        at = end;
    }
}

fn code(builder: &mut Builder<'_>, lines: &[Span], margin: usize) {
    let mut inlines = Inlines::default();
    for line in lines {
        let span = Span::new((line.start + margin).min(line.end), line.end);
        inlines.push(InlineKind::CodeLine, span.of(builder.text), span);
    }
    let span = Span::new(lines[0].start + margin, lines[lines.len() - 1].end);
    builder.block(BlockKind::Code { lang: None, info: String::new() }, span, inlines.into_list());
}

fn inline_block(builder: &mut Builder<'_>, kind: BlockKind, lines: &[Span], span: Span, list: u8) {
    let text = builder.text;
    let mut inlines = Inlines::default();
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            inlines.line_break(Span::new(line.start, line.start));
        }
        let raw = line.of(text);
        let mut words = raw.trim();
        let mut at = line.start + raw.len() - raw.trim_start().len();
        if i == 0 && matches!(kind, BlockKind::ListItem { .. }) {
            let rest = words.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
            at += words.len() - rest.len();
            words = rest;
        }
        spans(&mut inlines, text, words, at);
    }
    builder.block_at(kind, span, inlines.finish(text, false), Depth { list, quote: 0 });
}

/// Words and what stands between single backquotes.
fn spans(inlines: &mut Inlines, text: &str, mut words: &str, mut at: usize) {
    while let Some(open) = words.find('`') {
        let body = &words[open + 1..];
        // An old way to quote: `so'.
        let Some(close) = body.find(['`', '\'']).filter(|&c| c > 0 && !body[..c].trim().is_empty()) else {
            let skip = open + 1;
            inlines.text(&words[..skip], Span::new(at, at + skip), text);
            words = &words[skip..];
            at += skip;
            continue;
        };
        inlines.text(&words[..open], Span::new(at, at + open), text);
        let start = at + open + 1;
        inlines.push(InlineKind::Code, &body[..close], Span::new(start, start + close));
        let skip = open + 1 + close + 1;
        words = &words[skip..];
        at += skip;
    }
    inlines.text(words, Span::new(at, at + words.len()), text);
}

/// Whether a line starts a list item, and whether a numbered one.
fn marker(line: &str) -> Option<bool> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits) {
        return line[digits..].strip_prefix(['.', ')']).filter(|r| r.starts_with([' ', '\t'])).map(|_| true);
    }
    let rest = line.strip_prefix(['-', '*', '+', '•', '・', 'o'])?;
    (rest.starts_with([' ', '\t']) && !rest.trim().is_empty()).then_some(false)
}

/// The level of the heading `title` over `line`: 1 for `=`, 2 for other marks.
fn underline(line: &str, title: &str) -> Option<u8> {
    let line = line.trim();
    let mark = line.bytes().next().filter(|b| b"=-~*#^".contains(b))?;
    let long = line.len() >= 3 && line.bytes().all(|b| b == mark) && line.len() + 4 >= title.chars().count();
    let has_words = title.chars().any(char::is_alphanumeric) && title.len() <= 200;
    (long && has_words).then_some(if mark == b'=' { 1 } else { 2 })
}

/// `INSTALLATION` on its own line is a heading.
fn is_shouted(line: &str) -> bool {
    let line = line.trim();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    (4..=60).contains(&line.len())
        && letters >= 4
        && letters * 10 >= line.len() * 7
        && line.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b" -:&/".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::super::model::Format;
    use super::super::testing::*;

    #[test]
    fn reads_a_readme() {
        let d = page(
            Format::Plain,
            "My Tool\r\n=======\r\n\r\nRun `mytool' or `mytool --x` from\r\nbin/mytool. See https://a.example/.\r\n\r\n    make install\r\n      PREFIX=/usr\r\n\r\nINSTALLATION\r\n\r\n* first\r\n  goes on\r\n* second\r\n\r\nUsage\r\n-----\r\n1. one\r\n2. two\r\n\r\n<!-- shelflife-ignore dead-path: why -->\r\n",
        );
        assert_eq!(
            outline(&d)[..10],
            [
                "h1: My Tool",
                "p: Run mytool or mytool --x from/bin/mytool. See https://a.example/.",
                "code(): make install/  PREFIX=/usr",
                "h2: INSTALLATION",
                "li: first/goes on",
                "li: second",
                "h2: Usage",
                "ol: one",
                "ol: two",
                "p: <!-- shelflife-ignore dead-path: why -->",
            ]
        );
        assert_eq!(codes(&d), ["mytool", "mytool --x"]);
        assert_eq!(code_lines(&d), ["make install", "  PREFIX=/usr"]);
        assert_eq!(dests(&d), ["https://a.example/"]);
        assert_eq!(d.comments[0].text, "shelflife-ignore dead-path: why");
        assert_eq!(d.sections.len(), 3);
    }

    #[test]
    fn samples_stand_between_rules() {
        let d = page(Format::Plain, "Use:\n\n--------\n[a]\n\nb = c\n--------\n\nTitle\n-----\n\ntext\n");
        assert_eq!(code_lines(&d), ["[a]", "", "b = c"]);
        assert_eq!(outline(&d)[2], "h2: Title");
    }

    #[test]
    fn hostile_text_is_read() {
        for unit in ["`", "'", "* ", "-", "=\n", "a\n-\n", "    x\n", "1. "] {
            page(Format::Plain, &unit.repeat(100_000));
        }
    }
}
