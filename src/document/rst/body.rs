//! The blocks of a body: paragraphs, lists, quotes, literal blocks, explicit markup.

use super::super::build::Depth;
use super::super::inlines::Inlines;
use super::super::lines::Line;
use super::super::model::{BlockKind, InlineKind};
use super::super::span::Span;
use super::section::adornment;
use super::{Context, Parser, target};

/// Bodies within bodies beyond this are taken for words.
const DEEPEST: usize = 24;

impl Parser<'_, '_> {
    /// Parses a body: the lines of the page, of a list item, of a directive.
    pub(super) fn body(&mut self, lines: &[Line], context: &Context) {
        let mut context = *context;
        if context.level > DEEPEST {
            let words: Vec<Line> = lines.iter().filter(|l| !l.is_blank()).copied().collect();
            return self.words(BlockKind::Paragraph, &words, context.depth);
        }
        let margin = lines.iter().filter(|l| !l.is_blank()).map(|l| l.indent).min().unwrap_or(0);
        let mut at = 0;
        // Whether a simple table can still end in what follows.
        let mut tables = true;
        // A list goes on over empty lines until something else comes.
        let mut list: Option<(u32, bool)> = None;
        while at < lines.len() {
            let line = lines[at];
            if line.is_blank() {
                at += 1;
                continue;
            }
            if line.indent > margin {
                let end = region(lines, at, margin);
                let depth = Depth { quote: context.depth.quote.saturating_add(1), ..context.depth };
                self.body(&lines[at..end], &Context { depth, ..context.inner() });
                at = end;
                continue;
            }
            if let Some((skip, ordered)) = marker(line.of(self.text())) {
                let number = match list {
                    Some((number, o)) if o == ordered => number,
                    _ => self.builder.next_list(),
                };
                list = Some((number, ordered));
                at = self.item(lines, at, skip, (number, ordered), &context);
                context.item = None;
                continue;
            }
            list = None;
            at = self.block(lines, at, margin, &mut context, &mut tables);
        }
    }

    fn item(&mut self, lines: &[Line], at: usize, skip: usize, item: (u32, bool), context: &Context) -> usize {
        let line = lines[at];
        let rest = line.behind(self.text(), skip);
        let end = region(lines, at + 1, line.indent);
        let inner = with_first(rest, &lines[at + 1..end]);
        let depth = Depth { list: context.depth.list.saturating_add(1), ..context.depth };
        self.body(&inner, &Context { depth, item: Some(item), ..context.inner() });
        end
    }

    fn block(&mut self, lines: &[Line], at: usize, margin: usize, context: &mut Context, tables: &mut bool) -> usize {
        let text = self.text();
        let line = lines[at];
        let content = line.of(text);
        if content == ".." || content.starts_with(".. ") {
            let end = region(lines, at + 1, margin);
            self.explicit(&lines[at..end], context);
            return end;
        }
        if let Some(taken) = context.top.then(|| self.section(lines, at)).flatten() {
            return at + taken;
        }
        if let Some(end) = self.grid_table(lines, at, context.depth) {
            return end;
        }
        if *tables && super::table::is_simple_border(content) {
            match self.simple_table(lines, at, context.depth) {
                Some(end) => return end,
                None => *tables = false,
            }
        }
        if content.len() >= 4 && adornment(content).is_some() && content != "::::" {
            return at + 1;
        }
        if content.starts_with(">>> ") {
            let end = lines[at..].iter().position(Line::is_blank).map_or(lines.len(), |n| at + n);
            self.literal(&lines[at..end], Some("pycon".into()), String::new(), context.depth);
            return end;
        }
        if content.starts_with("__ ") {
            return at + 1;
        }
        if let Some(end) = self.field(lines, at, margin, context) {
            return end;
        }
        if let Some(end) = self.option(lines, at, margin, context) {
            return end;
        }
        self.paragraph(lines, at, margin, context)
    }

    /// The kind of the next block of words: an item's first one is the item.
    fn kind(context: &mut Context) -> BlockKind {
        match context.item.take() {
            Some((list, ordered)) => BlockKind::ListItem { list, ordered },
            None => BlockKind::Paragraph,
        }
    }

    fn paragraph(&mut self, lines: &[Line], at: usize, margin: usize, context: &mut Context) -> usize {
        let text = self.text();
        let mut end = at + 1;
        while let Some(line) = lines.get(end) {
            let title =
                context.top && lines.get(end + 1).is_some_and(|n| adornment(n.of(text)).is_some() && !n.is_blank());
            if line.is_blank() || line.indent != margin || line.of(text).starts_with(".. ") || (title && end > at + 1) {
                break;
            }
            end += 1;
        }
        let mut words: Vec<Line> = lines[at..end].to_vec();
        let literal = words.last().is_some_and(|l| l.of(text).ends_with("::"));
        if literal && let Some(last) = words.last_mut() {
            // `text::` shows as `text:`, and `::` on its own not at all.
            let shown = last.of(text).trim_end_matches(':').trim_end();
            let whole = last.of(text).len();
            last.end =
                last.start + if whole > shown.len() + 2 || shown.is_empty() { shown.len() } else { shown.len() + 1 };
            if last.is_blank() {
                words.pop();
            }
        }
        let kind = Self::kind(context);
        self.words(kind, &words, context.depth);
        let indented = region(lines, end, margin);
        if literal {
            let body = &lines[end..indented];
            self.literal(body, None, String::new(), context.depth);
            return indented;
        }
        // A term with its definition right under it.
        if end == at + 1 && lines.get(end).is_some_and(|l| !l.is_blank() && l.indent > margin) {
            self.body(&lines[end..indented], &context.inner());
            return indented;
        }
        end
    }

    /// `:name: value`.
    fn field(&mut self, lines: &[Line], at: usize, margin: usize, context: &Context) -> Option<usize> {
        let line = lines[at];
        let rest = line.of(self.text()).strip_prefix(':')?;
        let close = rest.find(':')?;
        let after = &rest[close + 1..];
        if close == 0 || rest.starts_with(' ') || !(after.is_empty() || after.starts_with(' ')) {
            return None;
        }
        let end = region(lines, at + 1, margin);
        let inner = with_first(line.behind(self.text(), close + 2), &lines[at + 1..end]);
        self.body(&inner, &context.inner());
        Some(end)
    }

    /// `-f FILE, --file=FILE  description`.
    fn option(&mut self, lines: &[Line], at: usize, margin: usize, context: &mut Context) -> Option<usize> {
        let text = self.text();
        let line = lines[at];
        let content = line.of(text);
        let rest = content.strip_prefix('-')?;
        if !rest.starts_with(|c: char| c == '-' || c.is_ascii_alphanumeric()) || rest.starts_with("--") {
            return None;
        }
        let end = region(lines, at + 1, margin);
        let (names, description) = match content.find("  ") {
            Some(gap) => (&content[..gap], Some(line.behind(text, gap))),
            None => (content, None),
        };
        // Without a description it is an option only if one follows on deeper lines.
        let described = description.is_some() || lines.get(at + 1).is_some_and(|l| !l.is_blank() && l.indent > margin);
        let options = names.split(", ").all(|n| n.starts_with('-') && n.split([' ', '=']).count() <= 2);
        if !described || !options {
            return None;
        }
        let mut inlines = Inlines::default();
        let mut from = line.start;
        for name in names.split(", ") {
            inlines.push(InlineKind::Code, name, Span::new(from, from + name.len()));
            from += name.len() + 2;
        }
        let span = Span::new(line.start, line.start + names.len());
        let kind = Self::kind(context);
        self.builder.block_at(kind, span, inlines.into_list(), context.depth);
        let inner = match description {
            Some(first) => with_first(first, &lines[at + 1..end]),
            None => lines[at + 1..end].to_vec(),
        };
        self.body(&inner, &context.inner());
        Some(end)
    }

    /// Adds a code block of `lines`.
    pub(super) fn literal(&mut self, lines: &[Line], lang: Option<String>, info: String, depth: Depth) {
        let first = lines.iter().position(|l| !l.is_blank());
        let last = lines.iter().rposition(|l| !l.is_blank());
        let (Some(first), Some(last)) = (first, last) else { return };
        let lines = &lines[first..=last];
        let margin = lines.iter().filter(|l| !l.is_blank()).map(|l| l.indent).min().unwrap_or(0);
        let mut inlines = Inlines::default();
        for line in lines {
            let span =
                if line.is_blank() { Span::new(line.raw, line.raw) } else { line.past_column(self.text(), margin) };
            inlines.push(InlineKind::CodeLine, span.of(self.text()), span);
        }
        let span = Span::new(lines[0].start, lines[lines.len() - 1].end);
        self.builder.block_at(BlockKind::Code { lang, info }, span, inlines.into_list(), depth);
    }

    /// What starts with `.. `.
    fn explicit(&mut self, lines: &[Line], context: &Context) {
        let text = self.text();
        let line = lines[0];
        let mut last = lines.len() - 1;
        while last > 0 && lines[last].is_blank() {
            last -= 1;
        }
        let span = Span::new(line.start, lines[last].end);
        let content = line.of(text).strip_prefix("..").unwrap_or("");
        let shift = 2 + content.len() - content.trim_start().len();
        let content = content.trim_start();
        if let Some((name, _)) = target(content) {
            let at = Span::new(line.start + shift + name.start, line.start + shift + name.end);
            self.builder.anchor(at.of(text), at);
            return;
        }
        if let Some(rest) = content.strip_prefix('[')
            && let Some(close) = rest.find(']')
            && !rest[..close].contains(char::is_whitespace)
        {
            let inner = with_first(line.behind(text, shift + close + 2), &lines[1..]);
            return self.body(&inner, &context.inner());
        }
        // `.. |name| image:: x` is the directive under another name.
        let substitution = content
            .strip_prefix('|')
            .and_then(|rest| rest.find('|').map(|close| close + 2))
            .map_or(0, |skip| skip + content[skip..].len() - content[skip..].trim_start().len());
        if let Some((name, after)) = directive_name(&content[substitution..]) {
            let at = shift + substitution;
            let name = Span::new(line.start + at, line.start + at + name.len());
            return self.directive(name, line.behind(text, at + after), &lines[1..], span, context);
        }
        // A comment; an empty one ends at its own line.
        let mut words: Vec<&str> = Vec::new();
        if !content.is_empty() {
            words.push(content);
        }
        words.extend(lines[1..=last].iter().map(|l| l.of(text)));
        let said = words.join("\n").trim().to_owned();
        self.builder.comment_text(said, span);
    }
}

/// What stands behind a mark, with the lines under it. Those say how far the body is indented: what
/// follows the mark may stand deeper.
fn with_first(mut first: Line, following: &[Line]) -> Vec<Line> {
    let margin = following.iter().filter(|l| !l.is_blank()).map(|l| l.indent).min();
    first.indent = margin.map_or(first.indent, |m| m.min(first.indent));
    let mut body = Vec::with_capacity(following.len() + 1);
    if !first.is_blank() {
        body.push(first);
    }
    body.extend_from_slice(following);
    body
}

/// The name of `name:: rest`, and where the rest starts.
fn directive_name(content: &str) -> Option<(&str, usize)> {
    let end = content.find("::")?;
    let name = content[..end].trim_end();
    let fits = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:+".contains(&b))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let after = &content[end + 2..];
    (fits && (after.is_empty() || after.starts_with([' ', '\t']))).then_some((name, end + 2))
}

/// One past the lines from `from` on that are empty or deeper than `margin`, empty ones at the end
/// left out.
pub(super) fn region(lines: &[Line], from: usize, margin: usize) -> usize {
    let mut end = from;
    for (i, line) in lines.iter().enumerate().skip(from) {
        if line.is_blank() {
            continue;
        }
        if line.indent <= margin {
            break;
        }
        end = i + 1;
    }
    end
}

/// The mark of a list item at the start of `content`: its length, and whether it is a number.
fn marker(content: &str) -> Option<(usize, bool)> {
    let mut chars = content.chars();
    let first = chars.next()?;
    if matches!(first, '*' | '-' | '+' | '•' | '‣' | '⁃') {
        let rest = chars.as_str();
        return (rest.is_empty() && first.is_ascii() || rest.starts_with(' ')).then_some((first.len_utf8(), false));
    }
    let open = usize::from(first == '(');
    let body = &content[open..];
    let end = body.find(['.', ')']).filter(|&e| (1..=5).contains(&e))?;
    let number = &body[..end];
    let roman = number.bytes().all(|b| b"ivxlcdmIVXLCDM".contains(&b));
    let fits = number == "#"
        || number.bytes().all(|b| b.is_ascii_digit())
        || (number.len() == 1 && number.bytes().all(|b| b.is_ascii_alphabetic()))
        || roman;
    let after = &body[end + 1..];
    (fits && after.starts_with(' ') && (open == 0 || body[end..].starts_with(')'))).then_some((open + end + 1, true))
}
