//! Blocks, line by line.

use super::super::build::Depth;
use super::super::inlines::Inlines;
use super::super::lines::Line;
use super::super::markdown::{Html, read_html};
use super::super::model::{BlockKind, InlineKind};
use super::super::span::Span;
use super::{List, Open, Parser, Pending, behind};

/// Delimited blocks within one another beyond this are not told apart.
const DEEPEST: usize = 64;

impl Parser<'_, '_> {
    pub(super) fn run(&mut self, lines: &[Line]) {
        let mut at = 0;
        while at < lines.len() {
            if lines[at].is_blank() {
                at += 1;
                continue;
            }
            at = self.block(lines, at).max(at + 1);
        }
    }

    /// The block that starts at `lines[at]`; gives the line behind it.
    fn block(&mut self, lines: &[Line], at: usize) -> usize {
        let text = self.text();
        let line = lines[at];
        let content = line.of(text);
        if line.indent == 0 {
            if let Some(delimiter) = delimiter(content) {
                return self.delimited(lines, at, delimiter);
            }
            if content.starts_with("//") && !content.starts_with("///") {
                self.builder.comment(behind(&line, text, 2), line.span());
                return at + 1;
            }
            if self.preprocessor(&line) || self.attribute(&line) || self.block_macro(&line) {
                return at + 1;
            }
            if content.starts_with('[') && content.ends_with(']') && self.block_attributes(&line) {
                return at + 1;
            }
            if let Some(taken) = self.section(lines, at) {
                return at + taken;
            }
            if content == "+" {
                self.attached = !self.lists.is_empty();
                return at + 1;
            }
            if matches!(content, "'''" | "---" | "***" | "<<<") {
                return at + 1;
            }
            if let Some(title) = content.strip_prefix('.').filter(|t| !t.starts_with(['.', ' ', '\t']))
                && !title.is_empty()
            {
                let place = behind(&line, text, 1);
                let depth = self.depth_in_list();
                self.words(BlockKind::Paragraph, &[place], place, depth);
                return at + 1;
            }
        }
        if let Some(item) = item(content) {
            return self.item(lines, at, &item);
        }
        if let Some(terms) = term(content) {
            return self.term(lines, at, terms);
        }
        let literal_style = matches!(self.pending.style.as_str(), "source" | "listing" | "literal" | "synopsis");
        if (line.indent > 0 && !self.described && !self.attached) || literal_style {
            let end = paragraph_end(text, lines, at);
            let lang = self.pending.lang.take();
            self.pending = Pending::default();
            let depth = self.depth_in_list();
            let margin = if literal_style { 0 } else { lines[at..end].iter().map(|l| l.indent).min().unwrap_or(0) };
            self.verbatim(&lines[at..end], margin, lang, depth);
            return end;
        }
        self.paragraph(lines, at)
    }

    fn paragraph(&mut self, lines: &[Line], at: usize) -> usize {
        let end = paragraph_end(self.text(), lines, at);
        let depth = if self.described || lines[at].indent > 0 {
            self.described = false;
            self.attached = false;
            self.depth_in_list()
        } else {
            self.next_depth()
        };
        let quoted = self.pending.style == "quote";
        self.pending = Pending::default();
        let depth = Depth { quote: depth.quote.saturating_add(u8::from(quoted)), ..depth };
        let places: Vec<Span> = lines[at..end].iter().map(Line::span).collect();
        self.words(BlockKind::Paragraph, &places, Span::new(lines[at].start, lines[end - 1].end), depth);
        end
    }

    /// `= Title`, or a title with a line under it.
    fn section(&mut self, lines: &[Line], at: usize) -> Option<usize> {
        let text = self.text();
        let line = lines[at];
        let content = line.of(text);
        if !content.starts_with(['|', '<']) && self.underlined(lines, at) {
            return Some(2);
        }
        let mark = content.chars().next().filter(|c| matches!(c, '=' | '#'))?;
        let marks = content.chars().take_while(|&c| c == mark).count();
        if marks <= 6 && content[marks..].starts_with([' ', '\t']) {
            let mut place = behind(&line, text, marks);
            // Marks may close the title too.
            let closed = place.of(text).strip_suffix(&content[..marks]).map(str::trim_end);
            place.end = closed.map_or(place.end, |c| place.start + c.len());
            self.heading(place, line.span(), marks);
            return Some(1);
        }
        None
    }

    /// A title with a line of `=`, `-`, `~`, `^` or `+` under it that is as long.
    fn underlined(&mut self, lines: &[Line], at: usize) -> bool {
        let text = self.text();
        let (Some(title), Some(under)) = (lines.get(at), lines.get(at + 1)) else { return false };
        let Some(level) = underline_level(title.of(text), under.of(text)) else { return false };
        let listed = item(title.of(text)).is_some() || term(title.of(text)).is_some();
        if title.indent > 0 || under.indent > 0 || listed {
            return false;
        }
        self.heading(title.span(), Span::new(title.start, under.end), level);
        true
    }

    fn heading(&mut self, place: Span, whole: Span, level: usize) {
        self.lists.clear();
        self.attached = false;
        self.described = false;
        self.pending = Pending::default();
        let level = u8::try_from(level).unwrap_or(6).clamp(1, 6);
        let inlines = self.inlines([place], None);
        self.builder.block_at(BlockKind::Heading { level }, whole, inlines, Depth::default());
    }

    /// `include::x[]` names a file; conditions say nothing to a reader.
    fn preprocessor(&mut self, line: &Line) -> bool {
        let content = line.of(self.text());
        if ["ifdef::", "ifndef::", "ifeval::", "endif::"].iter().any(|p| content.starts_with(p)) {
            return true;
        }
        let Some((start, dest)) = include(content) else { return false };
        let at = Span::new(line.start + start, line.start + start + dest.len());
        let resolved = self.resolved(dest);
        let depth = self.depth_in_list();
        self.builder.directive("include", line.span(), &resolved, at, depth);
        true
    }

    /// `:name: value` and `:!name:`.
    fn attribute(&mut self, line: &Line) -> bool {
        let text = self.text();
        let Some(rest) = line.of(text).strip_prefix(':') else { return false };
        let Some(close) = rest.find(':') else { return false };
        let (name, after) = (&rest[..close], &rest[close + 1..]);
        let word = |n: &str| !n.is_empty() && n.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let plain = name.trim_matches('!');
        if !word(plain) || !(after.is_empty() || after.starts_with([' ', '\t'])) {
            return false;
        }
        if name.contains('!') {
            self.attributes.remove(&plain.to_lowercase());
        } else if self.attributes.len() < 2000 {
            let value = self.resolved(after.trim());
            self.attributes.insert(plain.to_lowercase(), value);
        }
        true
    }

    /// `image::x[]`, `video::x[]`, `toc::[]` and the like.
    fn block_macro(&mut self, line: &Line) -> bool {
        let text = self.text();
        let content = line.of(text);
        let Some(colons) = content.find("::") else { return false };
        let name = &content[..colons];
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') || !content.ends_with(']') {
            return false;
        }
        let Some(bracket) = content[colons..].find('[').map(|i| colons + i) else { return false };
        let dest = &content[colons + 2..bracket];
        if dest.contains(char::is_whitespace) {
            return false;
        }
        let depth = self.next_depth();
        self.pending = Pending::default();
        if matches!(name, "image" | "video" | "audio" | "plantuml" | "graphviz" | "mermaid" | "ditaa" | "svg")
            && !dest.is_empty()
        {
            let at = Span::new(line.start + colons + 2, line.start + bracket);
            let resolved = self.resolved(dest);
            self.builder.directive(name, line.span(), &resolved, at, depth);
            // `link=` leads on.
            let options = &content[bracket + 1..content.len() - 1];
            if let Some(link) = options.find("link=").map(|i| i + 5) {
                let raw = options[link..].trim_start_matches('"');
                let skip = link + options[link..].len() - raw.len();
                let dest = raw.split([',', '"']).next().unwrap_or("");
                let start = line.start + bracket + 1 + skip;
                let at = Span::new(start, start + dest.len());
                let mut inlines = Inlines::default();
                let style = super::super::model::LinkStyle::Inline;
                inlines.link(super::super::inlines::target(self.resolved(dest), at, style), at, "", at);
                let kind = BlockKind::Directive { name: name.to_owned() };
                self.builder.block_at(kind, at, inlines.into_list(), depth);
            }
        }
        true
    }

    /// `[source,bash]`, `[[id]]`, `[#id]`.
    fn block_attributes(&mut self, line: &Line) -> bool {
        let text = self.text();
        let content = line.of(text);
        if let Some(id) = content.strip_prefix("[[").and_then(|c| c.strip_suffix("]]")) {
            let name = id.split(',').next().unwrap_or(id);
            self.builder.anchor(name, Span::new(line.start + 2, line.start + 2 + name.len()));
            return true;
        }
        let inner = &content[1..content.len() - 1];
        // A bibliography's or a footnote's mark starts a line of words.
        if inner.starts_with(char::is_whitespace) || inner.contains(']') && !inner.contains('"') {
            return false;
        }
        let mut parts = inner.split(',');
        let first = parts.next().unwrap_or("").trim();
        let style = first.split(['#', '.', '%', '=']).next().unwrap_or("");
        if !first.contains('=') {
            self.pending.style = style.to_owned();
        }
        let second = parts.next().map(str::trim).filter(|s| !s.contains('=') && !s.is_empty());
        if let Some(lang) = second
            && matches!(style, "source" | "" | "listing")
        {
            self.pending.lang = Some(lang.trim_matches('"').to_lowercase());
            self.pending.style = "source".into();
        }
        if let Some(hash) = first.find('#') {
            let name = first[hash + 1..].split(['.', '%']).next().unwrap_or("");
            let start = line.start + 1 + inner.find('#').unwrap_or(0) + 1;
            self.builder.anchor(name, Span::new(start, start + name.len()));
        }
        if let Some(id) = inner.find("id=").map(|i| i + 3) {
            let raw = inner[id..].trim_start_matches(['"', '\'']);
            let name = raw.split(['"', '\'', ',']).next().unwrap_or("");
            let start = line.start + 1 + id + inner[id..].len() - raw.len();
            self.builder.anchor(name, Span::new(start, start + name.len()));
        }
        self.pending.all = inner.to_owned();
        true
    }

    fn delimited(&mut self, lines: &[Line], at: usize, delimiter: &str) -> usize {
        let text = self.text();
        let mark = delimiter.as_bytes().first().copied().unwrap_or(b' ');
        // The end of an open block.
        if let Some(index) = self.open.iter().rposition(|o| o.delimiter == delimiter) {
            if let Some(ended) = self.open.drain(index..).next() {
                self.lists = ended.lists;
                self.depth = ended.depth;
            }
            self.attached = false;
            return at + 1;
        }
        // A line as long as its title is no delimiter, but that was looked at from the title's line.
        let fenced = delimiter.starts_with("```");
        let verbatim = fenced || matches!(mark, b'-' | b'.' | b'+' | b'/') && delimiter.len() >= 4;
        let closes = |l: &Line| if fenced { l.of(text) == "```" } else { l.indent == 0 && l.of(text) == delimiter };
        if verbatim || delimiter.ends_with("===") && delimiter.len() == 4 && mark != b'=' {
            let close = lines[at + 1..].iter().position(closes).map_or(lines.len(), |n| at + 1 + n);
            let inner = &lines[at + 1..close];
            let pending = std::mem::take(&mut self.pending);
            if mark == b'/' {
                let end = lines.get(close).or(lines.last()).map_or(lines[at].end, |l| l.end);
                let words = inner.iter().map(|l| l.of(text)).collect::<Vec<_>>().join("\n");
                self.builder.comment_text(words.trim().to_owned(), Span::new(lines[at].start, end));
                return close + 1;
            }
            let depth = self.next_depth();
            if mark == b'+' {
                self.passthrough(inner, depth);
            } else if verbatim {
                let info = fenced.then(|| delimiter[3..].trim().to_lowercase()).filter(|l| !l.is_empty());
                self.verbatim(inner, 0, info.or(pending.lang), depth);
            } else {
                self.table(inner, mark, &pending.all, depth);
            }
            return close + 1;
        }
        if self.open.len() < DEEPEST {
            let attached = std::mem::take(&mut self.attached);
            let outer = self.depth;
            let lists = std::mem::take(&mut self.lists);
            if attached {
                let more = u8::try_from(lists.len()).unwrap_or(u8::MAX);
                self.depth.list = self.depth.list.saturating_add(more);
            }
            if mark == b'_' || self.pending.style == "quote" {
                self.depth.quote = self.depth.quote.saturating_add(1);
            }
            let lists = if attached { lists } else { Vec::new() };
            self.open.push(Open { delimiter: delimiter.to_owned(), lists, depth: outer });
        }
        let source = matches!(self.pending.style.as_str(), "source" | "listing" | "literal") && delimiter == "--";
        let pending = std::mem::take(&mut self.pending);
        self.described = false;
        if source {
            // An open block with a language is a listing.
            self.open.pop();
            let close = lines[at + 1..].iter().position(closes).map_or(lines.len(), |n| at + 1 + n);
            let depth = self.depth;
            self.verbatim(&lines[at + 1..close], 0, pending.lang, depth);
            return close + 1;
        }
        at + 1
    }

    fn passthrough(&mut self, lines: &[Line], depth: Depth) {
        let text = self.text();
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let span = Span::new(first.raw, last.end.max(first.raw));
        let to_page = |r: std::ops::Range<usize>| Span::new(span.start + r.start, span.start + r.end);
        read_html(self.builder, &Html { text: span.of(text), to_page: &to_page, depth, jsx: false });
    }

    /// Adds a code block; includes within it are named, and marks of callouts cut off.
    fn verbatim(&mut self, lines: &[Line], margin: usize, lang: Option<String>, depth: Depth) {
        let text = self.text();
        let mut inlines = Inlines::default();
        for line in lines {
            if line.indent == 0 && self.preprocessor(line) {
                continue;
            }
            let mut span = if line.is_blank() { Span::new(line.raw, line.raw) } else { line.past_column(text, margin) };
            span.end = span.start + without_callout(span.of(text)).len();
            inlines.push(InlineKind::CodeLine, span.of(text), span);
        }
        if let (Some(span), false) = (inlines.span(), inlines.is_empty()) {
            let info = lang.clone().unwrap_or_default();
            self.builder.block_at(BlockKind::Code { lang, info }, span, inlines.into_list(), depth);
        }
    }

    fn item(&mut self, lines: &[Line], at: usize, item: &Item) -> usize {
        let text = self.text();
        let line = lines[at];
        match self.lists.iter().position(|l| l.mark == item.mark) {
            Some(index) => self.lists.truncate(index + 1),
            None => {
                let number = self.builder.next_list();
                self.lists.push(List { mark: item.mark.clone(), number });
            }
        }
        self.attached = false;
        self.pending = Pending::default();
        let number = self.lists.last().map_or(0, |l| l.number);
        let mut places = vec![behind(&line, text, item.skip)];
        let mut end = at + 1;
        while lines.get(end).is_some_and(|l| goes_on(text, l)) {
            places.push(lines[end].span());
            end += 1;
        }
        let whole = Span::new(line.start, lines[end - 1].end);
        let depth = self.depth_in_list();
        self.words(BlockKind::ListItem { list: number, ordered: item.ordered }, &places, whole, depth);
        end
    }

    /// `term:: description`, where several terms may share one.
    fn term(&mut self, lines: &[Line], at: usize, term: Term) -> usize {
        let text = self.text();
        let line = lines[at];
        let mark = term.mark.to_owned();
        match self.lists.iter().position(|l| l.mark == mark) {
            Some(index) => self.lists.truncate(index + 1),
            None => {
                let number = self.builder.next_list();
                self.lists.push(List { mark, number });
            }
        }
        self.attached = false;
        self.pending = Pending::default();
        let number = self.lists.last().map_or(0, |l| l.number);
        let depth = self.depth_in_list();
        let place = Span::new(line.start, line.start + term.end);
        self.words(BlockKind::ListItem { list: number, ordered: false }, &[place], place, depth);
        let description = behind(&line, text, term.end + term.mark.len());
        if description.is_empty() {
            self.described = true;
            return at + 1;
        }
        let mut places = vec![description];
        let mut end = at + 1;
        while lines.get(end).is_some_and(|l| goes_on(text, l)) {
            places.push(lines[end].span());
            end += 1;
        }
        let whole = Span::new(description.start, lines[end - 1].end);
        self.words(BlockKind::Paragraph, &places, whole, depth);
        end
    }
}

/// The mark of a list item.
struct Item {
    mark: String,
    skip: usize,
    ordered: bool,
}

fn item(content: &str) -> Option<Item> {
    let first = content.chars().next()?;
    let (length, ordered) = match first {
        '*' | '.' => (content.chars().take_while(|&c| c == first).count(), first == '.'),
        '-' | '•' => (first.len_utf8(), false),
        '<' => (
            content.find('>').filter(|&e| e > 1 && content[1..e].bytes().all(|b| b.is_ascii_digit() || b == b'.'))? + 1,
            true,
        ),
        '0'..='9' => {
            let digits = content.bytes().take_while(u8::is_ascii_digit).count();
            content[digits..].starts_with('.').then_some((digits + 1, true))?
        }
        'a'..='z' | 'A'..='Z' => content[1..].starts_with('.').then_some((2, true))?,
        _ => return None,
    };
    let rest = content.get(length..)?;
    if length > 6 && !ordered || !rest.starts_with([' ', '\t']) || rest.trim().is_empty() {
        return None;
    }
    let mark = match first {
        '0'..='9' => "1.".to_owned(),
        'a'..='z' | 'A'..='Z' => "a.".to_owned(),
        '<' => "<1>".to_owned(),
        _ => content[..length].to_owned(),
    };
    // `[x]` of a checklist is no word.
    let check = ["[ ] ", "[x] ", "[*] "].iter().any(|c| rest.trim_start().starts_with(c));
    let skip = length + if check { rest.len() - rest.trim_start().len() + 3 } else { 0 };
    Some(Item { mark, skip, ordered })
}

/// A term of a description list.
struct Term {
    /// Where it ends.
    end: usize,
    mark: &'static str,
}

fn term(content: &str) -> Option<Term> {
    for mark in ["::::", ":::", "::", ";;"] {
        let mut from = 0;
        while let Some(end) = content[from..].find(mark).map(|i| from + i) {
            let after = &content[end + mark.len()..];
            if end > 0 && (after.is_empty() || after.starts_with([' ', '\t'])) && !content[..end].ends_with(':') {
                return Some(Term { end, mark });
            }
            from = end + mark.len();
        }
    }
    None
}

/// The level of the title `title` if `under` underlines it.
fn underline_level(title: &str, under: &str) -> Option<usize> {
    let mark = under.chars().next()?;
    let level = "=-~^+".find(mark)? + 1;
    let length = title.chars().count();
    let wide: usize = title.chars().map(super::super::lines::width).sum();
    let fits = |n: usize| under.len().abs_diff(n) <= 1;
    let all = under.len() >= 3 && under.bytes().all(|b| char::from(b) == mark);
    (all && (fits(length) || fits(wide)) && title.chars().any(char::is_alphanumeric) && length <= 200).then_some(level)
}

/// Whether a line goes on with the words of the item before it.
fn goes_on(text: &str, line: &Line) -> bool {
    let content = line.of(text);
    !line.is_blank() && !ends_words(line, content) && item(content).is_none() && term(content).is_none()
}

/// Whether a line ends the words before it.
fn ends_words(line: &Line, content: &str) -> bool {
    line.indent == 0
        && (content == "+"
            || delimiter(content).is_some()
            || content.starts_with("//") && !content.starts_with("///")
            || include(content).is_some()
            || (content.starts_with('[') && content.ends_with(']') && !content.contains("]] ")))
}

fn paragraph_end(text: &str, lines: &[Line], at: usize) -> usize {
    let rest = lines.get(at + 1..).unwrap_or_default();
    let ends = |l: &Line| l.is_blank() || ends_words(l, l.of(text));
    rest.iter().position(ends).map_or(lines.len(), |n| at + 1 + n)
}

/// The delimiter of a block, if the line is one.
fn delimiter(content: &str) -> Option<&str> {
    if content == "--" || matches!(content, "|===" | ",===" | ":===" | "!===") {
        return Some(content);
    }
    if let Some(lang) = content.strip_prefix("```") {
        // Markdown's habit of a blank before the language is read, too.
        return lang.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+#,".contains(&b)).then_some(content);
    }
    let mark = content.bytes().next().filter(|b| b"-.=*_+/".contains(b))?;
    (content.len() >= 4 && content.bytes().all(|b| b == mark)).then_some(content)
}

/// What `include::x[]` names, and where.
fn include(content: &str) -> Option<(usize, &str)> {
    let rest = content.strip_prefix("include::")?;
    let end = rest.find('[').filter(|_| content.ends_with(']'))?;
    (end > 0).then(|| (9, &rest[..end]))
}

/// A line of code without `<1>` at its end.
fn without_callout(line: &str) -> &str {
    let mut rest = line;
    while let Some(body) = rest.strip_suffix('>') {
        let digits = body.bytes().rev().take_while(u8::is_ascii_digit).count();
        let Some(before) = body.get(..body.len() - digits).filter(|_| digits > 0).and_then(|b| b.strip_suffix(" <"))
        else {
            break;
        };
        rest = before.trim_end();
    }
    rest
}
