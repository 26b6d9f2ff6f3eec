//! Inline markup: literals, roles, links, emphasis.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::super::build::Builder;
use super::super::inlines::{Inlines, target};
use super::super::mapped::Mapped;
use super::super::model::{Inline, InlineKind, LinkStyle};
use super::super::span::Span;
use super::normalized;

/// Parses the words of `glued`.
pub(super) fn parse(
    builder: &mut Builder<'_>,
    targets: &FxHashMap<String, (String, Span)>,
    glued: &Mapped,
    cell: Option<u16>,
) -> Vec<Inline> {
    let mut inlines = Inlines::default();
    inlines.cell = cell;
    let mut reader =
        Reader { builder, targets, glued, text: glued.text(), inlines, words: 0, missing: [usize::MAX; 5] };
    reader.run();
    let Reader { builder, inlines, .. } = reader;
    inlines.finish(builder.text, false)
}

struct Reader<'r, 't> {
    builder: &'r mut Builder<'t>,
    targets: &'r FxHashMap<String, (String, Span)>,
    glued: &'r Mapped,
    text: &'r str,
    inlines: Inlines,
    /// Where the words start that were not added yet.
    words: usize,
    /// From here on each kind of closing mark was looked for in vain.
    missing: [usize; 5],
}

const LITERAL: usize = 0;
const BACKQUOTE: usize = 1;
const STRONG: usize = 2;
const EMPHASIS: usize = 3;
const BAR: usize = 4;

impl Reader<'_, '_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(offset) = bytes.get(at..).and_then(|r| r.iter().position(|b| b"`*|\\:_\n".contains(b))) {
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
                b'`' => self.quoted(hit, None),
                b':' => self.role(hit),
                b'*' => self.emphasis(hit),
                b'|' => self.substitution(hit),
                _ => self.underscore(hit),
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

    /// Whether markup may start at `at`: it stands at the start, or behind white space or an opening
    /// character. (Behind Japanese text too: pages escape the space there, or forget to.)
    fn opens(&self, at: usize) -> bool {
        let before = self.text[..at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || !c.is_alphanumeric() && c != '\\' || !c.is_ascii())
    }

    /// Where `mark` closes what opened before `from`: not behind white space.
    fn close(&mut self, slot: usize, mark: &str, from: usize) -> Option<usize> {
        let mut search = from;
        while search < self.missing[slot] {
            let Some(found) = self.text.get(search..)?.find(mark).map(|i| search + i) else {
                self.missing[slot] = from;
                return None;
            };
            let before = self.text[..found].chars().next_back();
            let escaped = slot != LITERAL && before == Some('\\');
            if found > from && !escaped && before.is_some_and(|c| !c.is_whitespace()) {
                return Some(found);
            }
            search = found + mark.len();
        }
        None
    }

    fn escape(&mut self, at: usize) -> usize {
        let next = self.text[at + 1..].chars().next();
        // An escaped space joins what stands around it; both go.
        self.flush(at);
        match next {
            Some(c) if c.is_whitespace() => {
                self.words = at + 1 + c.len_utf8();
                self.words
            }
            Some(c) => {
                self.words = at + 1;
                at + 1 + c.len_utf8()
            }
            None => {
                self.words = at + 1;
                at + 1
            }
        }
    }

    fn code(&mut self, range: Range<usize>) {
        let text = self.text[range.clone()].replace('\n', " ");
        let span = self.glued.span(range);
        self.inlines.push(InlineKind::Code, text, span);
    }

    /// What starts with a backquote; `role` is the role before it.
    fn quoted(&mut self, at: usize, role: Option<Range<usize>>) -> usize {
        let start = role.as_ref().map_or(at, |r| r.start - 1);
        if role.is_none() && self.text[at..].starts_with("``") {
            let Some(close) = self.close(LITERAL, "``", at + 2).filter(|_| self.opens(at)) else { return at + 2 };
            // The run's last two backquotes close it.
            let close = close + self.text[close + 2..].bytes().take_while(|&b| b == b'`').count();
            self.flush(at);
            self.code(at + 2..close);
            self.words = close + 2;
            return close + 2;
        }
        if !self.opens(start) {
            return at + 1;
        }
        let Some(close) = self.close(BACKQUOTE, "`", at + 1) else { return at + 1 };
        let inner = at + 1..close;
        let mut end = close + 1;
        self.flush(start);
        let rest = &self.text[end..];
        if let Some(role) = role {
            self.interpreted(&self.text[role], inner, start..end);
        } else if rest.starts_with("__") || rest.starts_with('_') {
            end += if rest.starts_with("__") { 2 } else { 1 };
            self.reference(inner, start..end);
        } else if let Some(name) = suffix_role(rest) {
            end += name.len() + 2;
            self.interpreted(name, inner, start..end);
        } else {
            self.code(inner);
        }
        self.words = end;
        end
    }

    /// `:name:` before a backquote.
    fn role(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = at + 1;
        while bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || b"-_.+:".contains(b)) {
            end += 1;
        }
        if end > at + 2 && bytes[end - 1] == b':' && bytes.get(end) == Some(&b'`') {
            return self.quoted(end, Some(at + 1..end - 1));
        }
        // Not past a colon that may start a role of its own.
        if end > at + 1 && bytes.get(end - 1) == Some(&b':') { end - 1 } else { end.max(at + 1) }
    }

    fn emphasis(&mut self, at: usize) -> usize {
        let (slot, mark) = if self.text[at..].starts_with("**") { (STRONG, "**") } else { (EMPHASIS, "*") };
        let from = at + mark.len();
        let opens = self.opens(at) && self.text[from..].chars().next().is_some_and(|c| !c.is_whitespace());
        let Some(close) = opens.then(|| self.close(slot, mark, from)).flatten() else { return from };
        self.flush(at);
        self.words = from;
        // A line break within stays one.
        for (i, _) in self.text[from..close].match_indices('\n') {
            self.flush(from + i);
            let span = self.glued.span(from + i..from + i);
            self.inlines.line_break(span);
            self.words = from + i + 1;
        }
        self.flush(close);
        self.words = close + mark.len();
        self.words
    }

    /// `|name|` stands for something else.
    fn substitution(&mut self, at: usize) -> usize {
        let opens =
            self.opens(at) && self.text[at + 1..].chars().next().is_some_and(|c| !c.is_whitespace() && c != '|');
        let Some(close) = opens.then(|| self.close(BAR, "|", at + 1)).flatten() else { return at + 1 };
        if close - at > 80 || self.text[at..close].contains('\n') {
            return at + 1;
        }
        self.flush(at);
        self.words = close + 1;
        if self.text[close + 1..].starts_with('_') {
            self.words += 1;
        }
        self.words
    }

    /// `word_` where the page defines it, and `` _`target` ``.
    fn underscore(&mut self, at: usize) -> usize {
        if self.text[at + 1..].starts_with('`') && self.opens(at) {
            if let Some(close) = self.close(BACKQUOTE, "`", at + 2) {
                let span = self.glued.span(at + 2..close);
                self.builder.anchor(&self.text[at + 2..close], span);
                self.flush(at);
                self.words = at + 2;
                self.flush(close);
                self.words = close + 1;
                return close + 1;
            }
            return at + 2;
        }
        let after = self.text[at + 1..].trim_start_matches('_').chars().next();
        let end = self.text.len() - self.text[at + 1..].trim_start_matches('_').len();
        if after.is_some_and(char::is_alphanumeric) || end - at > 2 || self.targets.is_empty() {
            return end;
        }
        let word = self.text[self.words..at]
            .char_indices()
            .rev()
            .take(80)
            .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'))
            .last()
            .map(|(i, _)| self.words + i);
        if let Some(start) = word
            && self.targets.contains_key(&normalized(&self.text[start..at]))
        {
            self.flush(start);
            self.reference(start..at, start..end);
            self.words = end;
        }
        end
    }

    /// A link: `` `text <dest>`_ ``, or a name that the page defines, or a section's title.
    fn reference(&mut self, inner: Range<usize>, whole: Range<usize>) {
        let raw = &self.text[inner.clone()];
        let whole = self.glued.span(whole);
        let (shown, found) = match embedded(raw) {
            Some((shown, dest)) => {
                let at = self.glued.span(inner.start + dest.start..inner.start + dest.end);
                let dest = raw[dest].split_whitespace().collect::<String>();
                let shown = if shown.is_empty() { None } else { Some(inner.start..inner.start + shown.end) };
                let found = match dest.strip_suffix('_').map(|name| self.targets.get(&normalized(name))) {
                    Some(Some((dest, at))) => target(dest.clone(), *at, LinkStyle::Reference),
                    Some(None) => target(dest, at, LinkStyle::Label),
                    None => target(dest, at, LinkStyle::Inline),
                };
                (shown, found)
            }
            None => {
                let name = normalized(raw);
                let found = match self.targets.get(&name) {
                    Some((dest, at)) => target(dest.clone(), *at, LinkStyle::Reference),
                    None => target(raw.replace('\n', " "), self.glued.span(inner.clone()), LinkStyle::Label),
                };
                (Some(inner), found)
            }
        };
        self.link(found, whole, shown);
    }

    fn link(&mut self, found: super::super::model::Target, whole: Span, shown: Option<Range<usize>>) {
        self.inlines.open_link(found, whole);
        if let Some(shown) = shown {
            let text = self.text[shown.clone()].replace('\n', " ");
            let span = self.glued.span(shown);
            self.inlines.push(InlineKind::Text, text, span);
        }
        self.inlines.close_link(None);
    }

    /// `` :role:`text` ``.
    fn interpreted(&mut self, role: &str, inner: Range<usize>, whole: Range<usize>) {
        let raw = &self.text[inner.clone()];
        let base = role.rsplit(':').next().unwrap_or(role);
        let (shown, dest) = match embedded(raw) {
            Some((shown, dest)) => {
                (inner.start + shown.start..inner.start + shown.end, inner.start + dest.start..inner.start + dest.end)
            }
            None => (inner.clone(), inner.clone()),
        };
        let style = match base {
            "ref" | "numref" | "any" => Some(LinkStyle::Label),
            "doc" => Some(LinkStyle::Page),
            "download" => Some(LinkStyle::Include),
            _ => None,
        };
        if let Some(style) = style {
            let name = self.text[dest.clone()].replace('\n', " ");
            let found = target(name, self.glued.span(dest.clone()), style);
            // Without a title of its own the link shows the target's.
            let shown = (shown != dest && !shown.is_empty()).then_some(shown);
            let whole = self.glued.span(whole);
            return self.link(found, whole, shown);
        }
        if is_words(base) {
            let text = self.text[shown.clone()].replace('\n', " ");
            let span = self.glued.span(shown);
            self.inlines.push(InlineKind::Text, text, span);
            return;
        }
        let name = &self.text[dest.clone()];
        let skip = name.len() - name.trim_start_matches(['~', '!']).len();
        self.code(dest.start + skip..dest.end);
    }
}

/// Roles whose text is words or a number elsewhere, and no code of the project.
fn is_words(role: &str) -> bool {
    matches!(
        role,
        "emphasis"
            | "strong"
            | "sub"
            | "sup"
            | "subscript"
            | "superscript"
            | "title-reference"
            | "title"
            | "t"
            | "math"
            | "abbr"
            | "dfn"
            | "term"
            | "guilabel"
            | "menuselection"
            | "pep"
            | "rfc"
            | "cve"
            | "cwe"
            | "issue"
            | "ghissue"
            | "gh"
            | "pr"
            | "ghpr"
            | "pull"
            | "bug"
            | "bpo"
            | "user"
            | "ticket"
            | "commit"
            | "eq"
            | "cite"
            | "footcite"
            | "manpage"
            | "newsgroup"
            | "mailheader"
            | "raw-html"
            | "octicon"
            | "fa"
            | "sd_hide"
    )
}

/// The parts of `text <dest>`.
fn embedded(raw: &str) -> Option<(Range<usize>, Range<usize>)> {
    let body = raw.strip_suffix('>')?;
    let open = body.rfind('<')?;
    if open > 0 && !body[..open].ends_with(char::is_whitespace) {
        return None;
    }
    Some((0..raw[..open].trim_end().len(), open + 1..body.len()))
}

/// The role that stands behind the text.
fn suffix_role(rest: &str) -> Option<&str> {
    let body = rest.strip_prefix(':')?;
    let end = body.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))?;
    (end > 0 && body[end..].starts_with(':')).then_some(&body[..end])
}
