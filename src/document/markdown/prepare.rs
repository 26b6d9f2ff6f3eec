//! Line by line over a Markdown page, before CommonMark sees it: what generators add to Markdown is
//! cut out or dedented, so that the body of an admonition is text and not code.

use super::super::build::{Builder, Depth};
use super::super::mapped::Mapped;
use super::super::span::Span;

/// A line of the page.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    /// Where it starts.
    at: usize,
    /// Without its line break.
    text: &'t str,
    /// One past its line break.
    next: usize,
}

/// An open code fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fence {
    mark: u8,
    length: usize,
}

impl Fence {
    /// The fence that `line` opens. Quote marks and list markers before it are passed over.
    pub(crate) fn opening(line: &str) -> Option<Self> {
        let mut rest = line.trim_start_matches([' ', '\t', '>']);
        while let Some(item) = list_item(rest) {
            rest = item.trim_start_matches([' ', '\t', '>']);
        }
        let mark = rest.bytes().next().filter(|b| matches!(b, b'`' | b'~'))?;
        let length = rest.bytes().take_while(|&b| b == mark).count();
        (length >= 3 && !(mark == b'`' && rest[length..].contains('`'))).then_some(Self { mark, length })
    }

    /// Whether `line` closes this fence.
    pub(crate) fn closed_by(self, line: &str) -> bool {
        let rest = line.trim_start_matches([' ', '\t', '>']).trim_end();
        rest.len() >= self.length && rest.bytes().all(|b| b == self.mark)
    }
}

/// What follows a list marker at the start of `text`.
fn list_item(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let after = match digits {
        0 => text.strip_prefix(['-', '*', '+'])?,
        1..=9 => text[digits..].strip_prefix(['.', ')'])?,
        _ => return None,
    };
    after.strip_prefix(' ')
}

/// Prepares the page's body.
pub(super) fn prepare(builder: &mut Builder<'_>) -> Mapped {
    let text = builder.text;
    let mut state = Prepare { builder, out: Mapped::default(), admonitions: Vec::new(), fence: None, comment: false };
    let mut at = state.builder.body;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        let (end, next) = match memchr::memchr2(b'\n', b'\r', rest) {
            Some(i) if rest[i] == b'\r' && rest.get(i + 1) == Some(&b'\n') => (at + i, at + i + 2),
            Some(i) => (at + i, at + i + 1),
            None => (text.len(), text.len()),
        };
        state.line(Line { at, text: &text[at..end], next });
        at = next;
    }
    state.out
}

struct Prepare<'b, 't> {
    builder: &'b mut Builder<'t>,
    out: Mapped,
    /// Indentation of the marker of each open admonition.
    admonitions: Vec<usize>,
    fence: Option<Fence>,
    /// Within an HTML comment that goes over several lines.
    comment: bool,
}

impl Prepare<'_, '_> {
    fn line(&mut self, line: Line<'_>) {
        let content = line.text.trim_start_matches([' ', '\t']);
        if content.trim().is_empty() {
            return self.keep(line);
        }
        let indent = columns(&line.text[..line.text.len() - content.len()]);
        let open = self.admonitions.len();
        while self.admonitions.last().is_some_and(|&a| indent < a + 4) {
            self.admonitions.pop();
        }
        if self.admonitions.len() < open {
            self.fence = None;
            self.out.insert("\n", line.at);
        }
        if self.comment {
            self.comment = !content.contains("-->");
            return self.keep(line);
        }
        let start = line.at + line.text.len() - content.len();
        if let Some((name, dest)) = include_line(content) {
            let at = Span::new(start + dest.start, start + dest.end);
            let span = Span::new(start, start + content.trim_end().len());
            let dest = at.of(self.builder.text).to_owned();
            self.builder.directive(name, span, &dest, at, Depth::default());
            return self.blank(line);
        }
        if let Some(fence) = self.fence {
            if fence.closed_by(line.text) {
                self.fence = None;
            }
            return self.keep(line);
        }
        if let Some(fence) = Fence::opening(line.text) {
            self.fence = Some(fence);
            return self.keep(line);
        }
        if let Some(inner) = reference_comment(content) {
            let inner = Span::new(start + inner.start, start + inner.end);
            self.builder.comment(inner, Span::new(start, start + content.trim_end().len()));
            return self.blank(line);
        }
        if let Some(title) = admonition(content) {
            self.title(line, start, content, title);
            self.admonitions.push(indent);
            return;
        }
        if let Some(title) = container(content) {
            return self.title(line, start, content, title);
        }
        self.comment = content.starts_with("<!--") && !content.contains("-->");
        self.keep(line);
    }

    /// Keeps a line, less the indentation of the admonitions around it.
    fn keep(&mut self, line: Line<'_>) {
        let cut = indentation(line.text, 4 * self.admonitions.len());
        self.out.push(self.builder.text, line.at + cut..line.next);
    }

    /// Puts an empty line in a line's place.
    fn blank(&mut self, line: Line<'_>) {
        self.out.insert("\n", line.at);
    }

    /// Puts a title, on its own, in the place of an admonition's or a container's first line.
    fn title(&mut self, line: Line<'_>, start: usize, content: &str, title: std::ops::Range<usize>) {
        self.out.insert("\n", line.at);
        if content.get(title.clone()).is_some_and(|t| !t.trim().is_empty()) {
            let cut = indentation(line.text, 4 * self.admonitions.len());
            self.out.push(self.builder.text, line.at + cut..start);
            self.out.push(self.builder.text, start + title.start..start + title.end);
            self.out.insert("\n\n", line.next);
        }
    }
}

/// The width of white space, a tab reaching the next multiple of four.
fn columns(space: &str) -> usize {
    space.bytes().fold(0, |n, b| if b == b'\t' { n / 4 * 4 + 4 } else { n + 1 })
}

/// How many bytes of white space at the start of `line` make up to `width` columns.
fn indentation(line: &str, width: usize) -> usize {
    let mut column = 0;
    for (i, b) in line.bytes().enumerate() {
        if column >= width {
            return i;
        }
        match b {
            b' ' => column += 1,
            b'\t' => column = column / 4 * 4 + 4,
            _ => return i,
        }
    }
    line.len()
}

/// The title's place in `!!! note "Title"`, `??? tip`, `???+ x`, `=== "Tab"`; empty without one.
fn admonition(content: &str) -> Option<std::ops::Range<usize>> {
    let rest = ["!!! ", "??? ", "???+ ", "=== ", "===! ", "===+ "].into_iter().find_map(|m| content.strip_prefix(m))?;
    let tab = content.starts_with("===");
    let first = rest.trim_start().chars().next()?;
    let fits = if tab { matches!(first, '"' | '\'') } else { first.is_alphabetic() || first == '"' };
    if !fits {
        return None;
    }
    let open = content.find(['"', '\'']);
    let close = content.rfind(['"', '\'']);
    match (open, close) {
        (Some(open), Some(close)) if close > open => Some(open + 1..close),
        _ => Some(0..0),
    }
}

/// The title's place in the first line of a `:::` container; empty without one, and for its end.
pub(crate) fn container(content: &str) -> Option<std::ops::Range<usize>> {
    let colons = content.bytes().take_while(|&b| b == b':').count();
    if colons < 3 {
        return None;
    }
    let rest = &content[colons..];
    let name_at = colons + rest.len() - rest.trim_start().len();
    let name = content[name_at..].split([' ', '\t', '[']).next().unwrap_or("");
    let known = name.is_empty()
        || name.starts_with('{')
        || name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !known {
        return None;
    }
    let after = name_at + name.len();
    let tail = content[after..].trim_end();
    if let Some(bracket) = tail.strip_prefix('[') {
        return Some(after + 1..after + 1 + bracket.find(']').unwrap_or(bracket.len()));
    }
    // `::: tip Title {open}`: attributes are no title.
    let end = tail.find('{').unwrap_or(tail.len());
    let title = &tail[..end];
    let start = after + title.len() - title.trim_start().len();
    Some(start..(after + title.trim_end().len()).max(start))
}

/// The words' place in `[//]: # (words)` and its kin.
fn reference_comment(content: &str) -> Option<std::ops::Range<usize>> {
    let close = content.strip_prefix('[')?.find("]:")? + 1;
    let label = &content[1..close];
    if !(label == "//" || label == "_" || label.eq_ignore_ascii_case("comment") || label == "#") {
        return None;
    }
    let rest = &content[close + 2..];
    let dest = rest.trim_start();
    let after = dest.strip_prefix('#').or_else(|| dest.strip_prefix("<>"))?;
    let start = content.len() - after.len();
    let words = after.trim();
    let at = start + after.len() - after.trim_start().len();
    let inner = match (words.chars().next(), words.chars().last()) {
        (Some('('), Some(')')) | (Some('"'), Some('"')) | (Some('\''), Some('\'')) if words.len() >= 2 => {
            at + 1..at + words.len() - 1
        }
        (None, _) => at..at,
        _ => return None,
    };
    Some(inner)
}

/// What an include line names, by mdBook (`{{#include x}}`), snippets (`--8<-- "x"`) and VitePress
/// (`<<< @/x`), with its place in `content`.
pub(crate) fn include_line(content: &str) -> Option<(&'static str, std::ops::Range<usize>)> {
    let first = content.as_bytes().first()?;
    let (name, body, offset) = match first {
        b'{' => {
            let rest = content.strip_prefix("{{#")?;
            let word = rest.split([' ', '\t']).next()?;
            if !matches!(word, "include" | "rustdoc_include" | "playground" | "playpen") {
                return None;
            }
            let inner = rest.find("}}")?;
            ("include", &content[..3 + inner], 3 + word.len())
        }
        b'-' => {
            let rest = content.strip_prefix("--8<--")?.trim();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let open = content.find(quote)?;
            let close = content.rfind(quote).filter(|&c| c > open)?;
            ("include", &content[..close], open + 1)
        }
        b'<' => {
            content.strip_prefix("<<<").filter(|r| r.starts_with([' ', '\t', '@']))?;
            ("include", content, 3)
        }
        _ => return None,
    };
    let rest = body.get(offset..)?;
    let start = offset + rest.len() - rest.trim_start().len();
    let path = body[start..].split([' ', '\t', '{', '#', '}', ':']).next()?;
    // A URL is no file.
    (!path.is_empty() && !body[start + path.len()..].starts_with("://")).then_some((name, start..start + path.len()))
}
