//! Inline markup: monospace, links, cross references, anchors, emphasis.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::super::build::Builder;
use super::super::inlines::{Inlines, target};
use super::super::mapped::Mapped;
use super::super::model::{Inline, InlineKind, LinkStyle};

/// No attribute's name is longer.
const LONGEST_NAME: usize = 100;

/// No link's destination is longer.
const LONGEST_TARGET: usize = 2000;

/// Parses the words of `glued`.
pub(super) fn parse(
    builder: &mut Builder<'_>,
    attributes: &FxHashMap<String, String>,
    glued: &Mapped,
    cell: Option<u16>,
) -> Vec<Inline> {
    let mut inlines = Inlines::default();
    inlines.cell = cell;
    let mut reader = Reader {
        builder,
        attributes,
        glued,
        text: glued.text(),
        inlines,
        words: 0,
        missing: [usize::MAX; 256],
        no_target: 0,
    };
    reader.run();
    let Reader { builder, inlines, .. } = reader;
    inlines.finish(builder.text, false)
}

/// `text` with the attributes that the page defines put in for `{name}`.
pub(super) fn resolve(text: &str, attributes: &FxHashMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let close = rest.bytes().take(LONGEST_NAME).position(|b| b == b'}');
        let value = close.and_then(|close| Some((close, attributes.get(&rest[1..close].to_lowercase())?)));
        match value {
            // A value that grows with each use is cut off: it leads nowhere anyway.
            Some((close, value)) if out.len() + value.len() < 4096 => {
                out.push_str(value);
                rest = &rest[close + 1..];
            }
            _ => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

struct Reader<'r, 't> {
    builder: &'r mut Builder<'t>,
    attributes: &'r FxHashMap<String, String>,
    glued: &'r Mapped,
    text: &'r str,
    inlines: Inlines,
    /// Where the words start that were not added yet.
    words: usize,
    /// By the first byte of a closing mark: from here on it was looked for in vain.
    missing: [usize; 256],
    /// What starts before this is no link: no bracket follows.
    no_target: usize,
}

/// A macro's name and what it makes.
const MACROS: [(&str, LinkStyle); 4] = [
    ("link:", LinkStyle::Inline),
    ("xref:", LinkStyle::Label),
    ("mailto:", LinkStyle::Auto),
    ("image:", LinkStyle::Include),
];

impl Reader<'_, '_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(offset) = bytes.get(at..).and_then(|r| r.iter().position(|b| b"`*_<[\\:\n+#".contains(b))) {
            let hit = at + offset;
            at = match bytes[hit] {
                b'\\' => self.escape(hit),
                b'\n' => {
                    self.flush(hit);
                    let span = self.glued.span(hit..hit);
                    self.inlines.line_break(span);
                    self.words = hit + 1;
                    hit + 1
                }
                b'`' => self.monospace(hit),
                b'<' => self.cross_reference(hit),
                b'[' => self.bracket(hit),
                b':' => self.colon(hit),
                b'+' => self.literal(hit),
                b'#' => self.marked(hit, "#"),
                _ => self.marked(hit, if bytes[hit] == b'*' { "*" } else { "_" }),
            };
        }
        self.flush(self.text.len());
    }

    fn flush(&mut self, end: usize) {
        if self.words < end {
            let span = self.glued.span(self.words..end);
            self.inlines.text(&self.text[self.words..end], span, self.builder.text);
        }
        self.words = end.max(self.words);
    }

    fn find(&mut self, mark: &str, from: usize) -> Option<usize> {
        let slot = usize::from(*mark.as_bytes().first()?);
        if from >= self.missing[slot] {
            return None;
        }
        let found = self.text.get(from..)?.find(mark).map(|i| from + i);
        if found.is_none() && mark.len() == 1 {
            self.missing[slot] = from;
        }
        found
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    /// Whether markup that ends at words' edges may start at `at`. (Japanese text has no spaces there.)
    fn opens(&self, at: usize) -> bool {
        self.before(at).is_none_or(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '\\' | '}' | ';')))
    }

    /// Where the constrained `mark` closes what opened before `from`.
    fn close(&mut self, mark: &str, from: usize) -> Option<usize> {
        let first = self.text.get(from..)?.chars().next()?;
        if first.is_whitespace() {
            return None;
        }
        let mut search = from;
        // Each try moves on; a paragraph of nothing but marks costs a few tries per mark.
        for _ in 0..16 {
            let found = self.find(mark, search)?;
            let after = self.text[found + mark.len()..].chars().next();
            let fits = found > from
                && self.before(found).is_some_and(|c| !c.is_whitespace())
                && after.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '_'));
            if fits {
                return Some(found);
            }
            search = found + mark.len();
        }
        None
    }

    fn code(&mut self, range: Range<usize>) {
        let text = self.text[range.clone()].replace('\n', " ");
        let span = self.glued.span(range);
        if !text.is_empty() {
            self.inlines.push(InlineKind::Code, text, span);
        }
    }

    fn escape(&mut self, at: usize) -> usize {
        match self.text[at + 1..].chars().next() {
            Some(c) if "`*_<[{+#:\\".contains(c) => {
                self.flush(at);
                self.words = at + 1;
                at + 1 + c.len_utf8()
            }
            _ => at + 1,
        }
    }

    fn monospace(&mut self, at: usize) -> usize {
        let double = self.text[at..].starts_with("``");
        let mark = if double { "``" } else { "`" };
        let from = at + mark.len();
        // "`quoted`" is words in curly quotes.
        let quote = self.before(at).filter(|c| matches!(c, '"' | '\''));
        let close = if double { self.find("``", from).filter(|&c| c > from) } else { None };
        let close = match close {
            Some(close) => Some(close),
            None if double => None,
            None => self.opens(at).then(|| self.close(mark, from)).flatten(),
        };
        let Some(close) = close else { return from };
        let end = close + mark.len();
        if let Some(quote) = quote
            && self.text[end..].starts_with(quote)
        {
            self.flush(at);
            self.words = from;
            self.flush(close);
            self.words = end;
            return end;
        }
        self.flush(at);
        let mut inner = from..close;
        for plus in ["++", "+"] {
            let raw = &self.text[inner.clone()];
            if raw.len() > 2 * plus.len() && raw.starts_with(plus) && raw.ends_with(plus) {
                inner = inner.start + plus.len()..inner.end - plus.len();
            }
        }
        self.code(inner);
        self.words = end;
        end
    }

    /// `+literal+` (monospace to the older AsciiDoc).
    fn literal(&mut self, at: usize) -> usize {
        let run = self.text[at..].bytes().take_while(|&b| b == b'+').count();
        if run == 2
            && let Some(close) = self.find("++", at + 2).filter(|&c| c > at + 2 && c - at < LONGEST_TARGET)
            && !self.text[at..close].contains(['\n', ' '])
        {
            self.flush(at);
            self.code(at + 2..close);
            self.words = close + 2;
            return close + 2;
        }
        if !self.opens(at) || run > 1 {
            return at + run;
        }
        let Some(close) = self.close("+", at + 1).filter(|&c| !self.text[at..c].contains('\n')) else { return at + 1 };
        self.flush(at);
        self.code(at + 1..close);
        self.words = close + 1;
        close + 1
    }

    /// `*strong*`, `_emphasis_`, `#marked#`: the marks go, what is between is read on.
    fn marked(&mut self, at: usize, mark: &str) -> usize {
        let byte = mark.as_bytes()[0];
        let run = self.text[at..].bytes().take_while(|&b| b == byte).count();
        if run > 2 || !(self.opens(at) || run == 2) {
            return at + run;
        }
        // A closing mark of words that were opened before, or one that opens such.
        let after = self.text[at + run..].chars().next();
        let opening = after.is_some_and(|c| !c.is_whitespace()) && self.close(mark, at + run).is_some();
        if opening {
            let Some(close) = self.close(mark, at + run) else { return at + run };
            let inner = &self.text[at + run..close];
            if inner.bytes().all(|b| !b"`[:\\".contains(&b)) && !inner.contains("<<") {
                self.flush(at);
                self.words = at + run;
                for (i, _) in self.text[at + run..close].match_indices('\n') {
                    self.flush(at + run + i);
                    let span = self.glued.span(at + run + i..at + run + i);
                    self.inlines.line_break(span);
                    self.words = at + run + i + 1;
                }
                self.flush(close);
                let closing = self.text[close..].bytes().take_while(|&b| b == byte).count().min(run);
                self.words = close + closing;
                return self.words;
            }
        }
        at + run
    }

    /// `<<id,text>>`.
    fn cross_reference(&mut self, at: usize) -> usize {
        if !self.text[at..].starts_with("<<") {
            return at + 1;
        }
        let limit = self.text[at..].char_indices().nth(500).map_or(self.text.len(), |(i, _)| at + i);
        let Some(close) = self.text[at..limit].find(">>").map(|i| at + i) else { return at + 2 };
        let inner = &self.text[at + 2..close];
        let (id, shown) = match inner.find(',') {
            Some(comma) => (at + 2..at + 2 + comma, Some(at + 2 + comma + 1..close)),
            None => (at + 2..close, None),
        };
        if self.text[id.clone()].trim().is_empty() {
            return at + 2;
        }
        self.link(LinkStyle::Label, id, shown, at..close + 2);
        close + 2
    }

    fn link(&mut self, style: LinkStyle, dest: Range<usize>, shown: Option<Range<usize>>, whole: Range<usize>) {
        self.flush(whole.start);
        let raw = &self.text[dest.clone()];
        let lead = raw.len() - raw.trim_start().len();
        let raw = raw.trim();
        let at = self.glued.span(dest.start + lead..dest.start + lead + raw.len());
        let dest = resolve(raw, self.attributes);
        // A file in a cross reference is a path and no label.
        let style =
            if style == LinkStyle::Label && (dest.contains('#') && !dest.starts_with('#') || dest.contains(".adoc")) {
                LinkStyle::Inline
            } else {
                style
            };
        let dest = if style == LinkStyle::Label { dest.trim_start_matches('#').to_owned() } else { dest };
        let span = self.glued.span(whole.clone());
        self.inlines.open_link(target(dest, at, style), span);
        if let Some(shown) = shown {
            let raw = &self.text[shown.clone()];
            let lead = raw.len() - raw.trim_start().len();
            let mut words = raw.trim();
            let mut start = shown.start + lead;
            // A caret opens another window.
            words = words.trim_end_matches('^').trim_matches('"');
            start += usize::from(self.text[start..].starts_with('"') && !words.is_empty());
            let code = words.len() > 2 && words.starts_with('`') && words.ends_with('`');
            if code {
                self.code(start + 1..start + words.len() - 1);
            } else if !words.is_empty() {
                let span = self.glued.span(start..start + words.len());
                self.inlines.push(InlineKind::Text, words.replace('\n', " "), span);
            }
        }
        self.inlines.close_link(None);
        self.words = whole.end;
    }

    /// `[[id]]`, and `[#id]` before marked words.
    fn bracket(&mut self, at: usize) -> usize {
        let (open, close_mark) = if self.text[at..].starts_with("[[") { (2, "]]") } else { (1, "]") };
        if open == 1 && !self.text[at + 1..].starts_with('#') {
            return at + 1;
        }
        let limit = self.text[at..].char_indices().nth(200).map_or(self.text.len(), |(i, _)| at + i);
        let Some(close) = self.text[at..limit].find(close_mark).map(|i| at + i) else { return at + open };
        let start = at + open + usize::from(open == 1);
        let name = self.text[start..close.max(start)].split([',', '.']).next().unwrap_or("");
        let span = self.glued.span(start..start + name.len());
        self.builder.anchor(name, span);
        self.flush(at);
        self.words = close + close_mark.len();
        self.words
    }

    /// Macros and URLs: `link:x[text]`, `https://x[text]`.
    fn colon(&mut self, at: usize) -> usize {
        for (name, style) in MACROS {
            let Some(start) = (at + 1).checked_sub(name.len()) else { continue };
            if !self.text.is_char_boundary(start)
                || !self.text[start..].starts_with(name)
                || !self.opens(start)
                || start < self.words
            {
                continue;
            }
            return self.macro_at(start, name, style).unwrap_or(at + 1);
        }
        if self.text[at..].starts_with("://") {
            return self.url(at).unwrap_or(at + 3);
        }
        at + 1
    }

    /// The end of a macro's target and of its bracket, which `from` starts.
    fn target_and_bracket(&mut self, from: usize) -> Option<(Range<usize>, Range<usize>)> {
        if from < self.no_target {
            return None;
        }
        let mut reached = from;
        let mut open_bracket = false;
        for (i, c) in self.text[from..].char_indices().take(LONGEST_TARGET) {
            reached = from + i;
            if c.is_whitespace() || matches!(c, '[' | '<' | '>' | '"') {
                open_bracket = c == '[';
                break;
            }
        }
        if !open_bracket {
            // What starts in between ends there too.
            self.no_target = reached;
            return None;
        }
        let end = reached - from;
        let open = from + end;
        let mut close = self.find("]", open + 1)?;
        // `\]` closes nothing.
        for _ in 0..8 {
            if !self.text[..close].ends_with('\\') {
                break;
            }
            close = self.find("]", close + 1)?;
        }
        Some((from..open, open + 1..close))
    }

    fn macro_at(&mut self, start: usize, name: &str, style: LinkStyle) -> Option<usize> {
        let from = start + name.len();
        let (dest, shown) = self.target_and_bracket(from)?;
        let end = shown.end + 1;
        // `image::` on its own line is no inline macro.
        if dest.is_empty() || self.text[dest.clone()].starts_with(':') {
            return None;
        }
        if name == "image:" {
            self.flush(start);
            let at = self.glued.span(dest.clone());
            let found = target(resolve(&self.text[dest], self.attributes), at, LinkStyle::Inline);
            let alternative = self.text[shown].split(',').next().unwrap_or("").trim_matches('"').to_owned();
            let span = self.glued.span(start..end);
            self.inlines.push(InlineKind::Image(found), alternative, span);
            self.words = end;
            return Some(end);
        }
        let dest = if name == "mailto:" { start..dest.end } else { dest };
        self.link(style, dest, Some(shown), start..end);
        Some(end)
    }

    fn url(&mut self, at: usize) -> Option<usize> {
        let start = ["https", "http", "ftp", "irc"].iter().find_map(|s| {
            let start = at.checked_sub(s.len())?;
            (self.text.is_char_boundary(start) && self.text[start..at] == **s && self.opens(start)).then_some(start)
        })?;
        if start < self.words {
            return None;
        }
        let (dest, shown) = self.target_and_bracket(start)?;
        let end = shown.end + 1;
        self.link(LinkStyle::Inline, dest, Some(shown), start..end);
        Some(end)
    }
}
