//! MDX: Markdown with JSX, imports and expressions.
//!
//! Imports, component tags, comments and expressions are cut out, and what stands within components
//! is dedented; what is left is Markdown, parsed as such, every place leading back to the page.

use std::ops::Range;

use super::build::{Builder, Depth};
use super::front_matter;
use super::html::{Attribute, Scanner, Token, unescape};
use super::inlines::Inlines;
use super::mapped::Mapped;
use super::markdown::{self, Fence, attribute_target, container, include_line};
use super::model::{BlockKind, InlineKind};
use super::span::Span;

/// Components within components beyond this do not change the indentation any more.
const DEEPEST: usize = 256;

/// Parses a page.
pub(crate) fn parse(builder: &mut Builder<'_>) {
    front_matter::take(builder);
    let text = builder.text;
    let at = builder.body;
    let mut cutter = Cutter {
        builder,
        scanner: Scanner::jsx(text),
        out: Mapped::default(),
        at,
        kept: at,
        margins: Vec::new(),
        fence: None,
        no_ticks: usize::MAX,
        paragraph: at,
    };
    cutter.run();
    let prepared = cutter.out;
    markdown::walk(builder, &prepared, true);
}

struct Cutter<'b, 't> {
    builder: &'b mut Builder<'t>,
    scanner: Scanner<'t>,
    out: Mapped,
    at: usize,
    /// From here on nothing was handed on yet.
    kept: usize,
    /// The indentation of what each open component holds; none before its first line.
    margins: Vec<Option<usize>>,
    fence: Option<Fence>,
    /// From here on no run of backquotes was found closed.
    no_ticks: usize,
    /// Where the current paragraph ends, if it was looked for.
    paragraph: usize,
}

impl<'t> Cutter<'_, 't> {
    fn text(&self) -> &'t str {
        self.builder.text
    }

    /// The line at the current place: where its words end, and where the next one starts.
    fn line(&self) -> (usize, usize) {
        let rest = &self.text().as_bytes()[self.at..];
        match memchr::memchr2(b'\n', b'\r', rest) {
            Some(i) if rest[i] == b'\r' && rest.get(i + 1) == Some(&b'\n') => (self.at + i, self.at + i + 2),
            Some(i) => (self.at + i, self.at + i + 1),
            None => (self.text().len(), self.text().len()),
        }
    }

    /// Hands on what stands before `end`.
    fn keep(&mut self, end: usize) {
        self.out.push(self.builder.text, self.kept..end);
        self.kept = end.max(self.kept);
    }

    /// Leaves out what stands between the current place and `end`.
    fn cut(&mut self, end: usize) {
        self.keep(self.at);
        self.at = end;
        self.kept = end;
    }

    fn run(&mut self) {
        let mut after_blank = true;
        while self.at < self.text().len() {
            let (end, next) = self.line();
            let line = &self.text()[self.at..end];
            if line.trim().is_empty() {
                after_blank = true;
                self.at = next;
                continue;
            }
            self.dedent(line);
            let line = &self.text()[self.at..end];
            if let Some(fence) = self.fence {
                if fence.closed_by(line) {
                    self.fence = None;
                }
                if !self.include(line, next) {
                    self.at = next;
                }
            } else if let Some(fence) = Fence::opening(line) {
                self.fence = Some(fence);
                self.at = next;
            } else if after_blank && is_module(line) {
                self.module(next);
            } else if !self.include(line, next) && !self.container(line, next) {
                self.words(end);
            }
            after_blank = false;
        }
        self.keep(self.text().len());
    }

    /// Takes off the indentation of what a component holds.
    fn dedent(&mut self, line: &str) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let Some(margin) = self.margins.last_mut() else { return };
        let cut = indent.min(*margin.get_or_insert(indent));
        if cut > 0 {
            self.cut(self.at + cut);
        }
    }

    fn include(&mut self, line: &str, next: usize) -> bool {
        let content = line.trim_start();
        let Some((name, dest)) = include_line(content) else { return false };
        let start = self.at + line.len() - content.len();
        let at = Span::new(start + dest.start, start + dest.end);
        self.builder.directive(
            name,
            Span::new(start, start + content.trim_end().len()),
            at.of(self.text()),
            at,
            Depth::default(),
        );
        self.cut(next);
        self.out.insert("\n", next);
        true
    }

    /// `:::note Title`
    fn container(&mut self, line: &str, next: usize) -> bool {
        let content = line.trim_start();
        let Some(title) = container(content) else { return false };
        let start = self.at + line.len() - content.len();
        self.cut(next);
        self.out.insert("\n", start);
        if !title.is_empty() {
            self.out.push(self.builder.text, start + title.start..start + title.end);
            self.out.insert("\n\n", next);
        }
        true
    }

    /// Imports and exports, up to an empty line.
    fn module(&mut self, first_end: usize) {
        let text = self.text();
        let start = self.at;
        let mut end = first_end;
        for line in text[first_end..].split_inclusive('\n') {
            if line.trim().is_empty() {
                break;
            }
            end += line.len();
        }
        let body = &text[start..end];
        let mut from = 0;
        for line in body.split_inclusive('\n') {
            if let Some(dest) = imported(line) {
                let at = Span::new(start + from + dest.start, start + from + dest.end);
                let whole = Span::new(start + from, start + from + line.trim_end().len());
                self.builder.directive("import", whole, at.of(text), at, Depth::default());
            }
            from += line.len();
        }
        self.cut(end);
        self.out.insert("\n", end);
    }

    /// Words up to the line's `end`, or further where a tag or an expression goes on.
    fn words(&mut self, end: usize) {
        let text = self.text();
        let bytes = text.as_bytes();
        let line_start = self.at;
        let mut limit = end;
        while self.at < limit {
            let Some(offset) = bytes[self.at..limit].iter().position(|b| b"`<{\\".contains(b)) else {
                self.at = limit;
                break;
            };
            self.at += offset;
            match bytes[self.at] {
                b'\\' => {
                    let next = text[self.at + 1..].chars().next().map_or(0, char::len_utf8);
                    self.at = (self.at + 1 + next).min(text.len());
                }
                b'`' => self.code_span(),
                _ => {
                    let at = self.at;
                    match self.scanner.markup_at(at) {
                        Some(token) => self.token(&token, text[line_start.min(at)..at].trim().is_empty()),
                        None => self.at += 1,
                    }
                }
            }
            // Past the line's end: the rest of the line that it stopped in belongs to it.
            if self.at > limit {
                limit = self.at + memchr::memchr2(b'\n', b'\r', &bytes[self.at..]).unwrap_or(bytes.len() - self.at);
            }
        }
        // Over the line break.
        if self.at < text.len() && matches!(bytes[self.at], b'\n' | b'\r') {
            let crlf = bytes[self.at] == b'\r' && bytes.get(self.at + 1) == Some(&b'\n');
            self.at += if crlf { 2 } else { 1 };
        }
    }

    /// Passes over a code span; it does not reach past an empty line.
    fn code_span(&mut self) {
        let text = self.text();
        let run = text[self.at..].bytes().take_while(|&b| b == b'`').count();
        let from = self.at + run;
        self.at = from;
        if from >= self.no_ticks {
            return;
        }
        let mut search = from;
        if self.paragraph < from {
            self.paragraph = memchr::memmem::find(&text.as_bytes()[from..], b"\n\n").map_or(text.len(), |i| from + i);
        }
        let stop = self.paragraph;
        for _ in 0..64 {
            let Some(open) = memchr::memchr(b'`', &text.as_bytes()[search..stop]).map(|i| search + i) else {
                if stop == text.len() {
                    self.no_ticks = from;
                }
                return;
            };
            let length = text[open..].bytes().take_while(|&b| b == b'`').count();
            if length == run {
                self.at = open + run;
                return;
            }
            search = open + length;
        }
    }

    fn token(&mut self, token: &Token, starts_line: bool) {
        let text = self.text();
        let range = token.range();
        match token {
            Token::Comment { inner, range } => {
                let said = text.get(inner.clone()).unwrap_or("").trim();
                // Docusaurus hides a heading's id so.
                if let Some(id) = said.strip_prefix('#').filter(|i| !i.contains(char::is_whitespace) && !starts_line) {
                    let start = inner.start + text[inner.clone()].find('#').unwrap_or(0) + 1;
                    self.builder.anchor(id, Span::new(start, start + id.len()));
                } else {
                    self.builder.comment_text(said.to_owned(), Span::new(range.start, range.end));
                }
                self.cut(range.end);
            }
            Token::Other(_) => {
                let inner = text.get(range.start + 1..range.end.saturating_sub(1)).unwrap_or("");
                let shown =
                    inner.starts_with('#') || inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
                if shown { self.at = range.end } else { self.cut(range.end) }
            }
            Token::Open { name, attributes, closed, .. } => {
                let plain = attributes.iter().all(|a| !a.code) && !text[range.clone()].contains(['{', '\n']);
                if plain && is_inline(name) {
                    self.at = range.end;
                    return;
                }
                self.attributes(name, attributes, range.clone());
                self.cut(range.end);
                if !closed && !is_void(name) && self.margins.len() < DEEPEST {
                    self.margins.push(None);
                }
            }
            Token::Close { name, .. } => {
                if is_inline(name) {
                    self.at = range.end;
                    return;
                }
                self.margins.pop();
                self.cut(range.end);
            }
            Token::Text(_) => self.at = range.end,
        }
    }

    /// What a component's attributes name and say.
    fn attributes(&mut self, tag: &str, attributes: &[Attribute], range: Range<usize>) {
        let text = self.text();
        let place = |r: Range<usize>| Span::new(r.start, r.end);
        let mut inlines = Inlines::default();
        for attribute in attributes {
            let at = place(attribute.value.clone());
            match attribute.name.as_str() {
                "href" | "to" | "src" | "srcDark" | "poster" => {
                    let Some(found) = attribute_target(text, attribute, &place) else { continue };
                    if tag == "img" || tag == "image" {
                        inlines.push(InlineKind::Image(found), "", place(range.clone()));
                    } else {
                        inlines.link(found, place(range.clone()), "", at);
                    }
                }
                "id" if !attribute.code => self.builder.anchor(at.of(text).trim(), at),
                "title" | "label" | "summary" | "description" | "caption" | "alt" | "header" if !attribute.code => {
                    let words = at.of(text);
                    if !words.trim().is_empty() {
                        inlines.push(InlineKind::Text, unescape(words), at);
                    }
                }
                _ => {}
            }
        }
        if !inlines.is_empty() {
            let inlines = inlines.finish(text, false);
            self.builder.block(BlockKind::Html, place(range), inlines);
        }
    }
}

/// Tags that Markdown itself takes within words.
fn is_inline(tag: &str) -> bool {
    matches!(
        tag,
        "a" | "code" | "kbd" | "b" | "i" | "em" | "strong" | "sub" | "sup" | "br" | "img" | "samp" | "s" | "u"
    )
}

fn is_void(tag: &str) -> bool {
    matches!(tag, "br" | "img" | "hr" | "input" | "meta" | "link" | "source")
}

/// Whether a line starts an import or an export, and not a sentence.
fn is_module(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix("import ") {
        return rest.contains(['"', '\''])
            || rest.trim_end().ends_with(['{', ','])
            || rest.trim_end().ends_with("from");
    }
    let word = line.strip_prefix("export ").and_then(|r| r.split([' ', '\t', '(']).next()).unwrap_or("");
    matches!(word, "const" | "let" | "var" | "function" | "default" | "async" | "class" | "type" | "interface" | "*")
        || word.starts_with('{')
}

/// What an import names: the string behind `from`, or behind `import` itself.
fn imported(line: &str) -> Option<Range<usize>> {
    let trimmed = line.trim_end().trim_end_matches(';').trim_end();
    let quote = trimmed.chars().next_back().filter(|c| matches!(c, '"' | '\''))?;
    let close = trimmed.len() - 1;
    let open = trimmed[..close].rfind(quote)?;
    let before = trimmed[..open].trim_end();
    let names = before.ends_with("from") || before == "import";
    (names && open + 1 < close).then_some(open + 1..close)
}

#[cfg(test)]
mod tests {
    use super::super::model::Format;
    use super::super::testing::*;

    fn mdx(text: &str) -> super::super::Document {
        page(Format::Mdx, text)
    }

    #[test]
    fn imports_name_files() {
        let d = mdx(
            "---\ntitle: T\n---\nimport A from './a.mdx'\nimport {\n  b,\n} from \"../b\";\nexport const x = 'no'\n\n# Head\n\nimport this in `words`.\n",
        );
        assert_eq!(dests(&d), ["./a.mdx", "../b"]);
        assert_eq!(codes(&d), ["words"]);
        assert_eq!(
            outline(&d)[1..],
            ["directive(import): ", "directive(import): ", "h1: Head", "p: import this in words."]
        );
    }

    #[test]
    fn what_components_hold_is_markdown() {
        let d = mdx(
            "<Tabs groupId={x > 1 ? \"a\" : \"b\"}>\r\n  <TabItem value=\"l\" label=\"Linux\">\r\n\r\n    Run `設定`:\r\n\r\n    ```sh\r\n    make\r\n      all\r\n    ```\r\n\r\n    - item `b`\r\n\r\n  </TabItem>\r\n</Tabs>\r\n\r\nAfter `c` <a href=\"d.md\">d</a>.\r\n\r\n<Card title=\"Card `no`\" href=\"/e\"\r\n  icon={icon} />\r\n\r\n<div>\r\n**bold** `f`\r\n</div>\r\n",
        );
        assert_eq!(codes(&d), ["設定", "b", "c", "f"]);
        assert_eq!(code_lines(&d), ["make", "  all"]);
        assert_eq!(dests(&d), ["d.md", "/e"]);
        assert!(outline(&d).contains(&"html: Linux".to_owned()), "{:?}", outline(&d));
        assert!(outline(&d).contains(&"li: item b".to_owned()), "{:?}", outline(&d));
    }

    #[test]
    fn comments_and_expressions_are_hidden() {
        let d = mdx(
            "{/* shelflife-ignore dead-path: reason */}\n\nA {name} b {list.map(x => <b>{x}</b>)} `{code}` \\{esc} end.\n\n## Head {#one}\n\n## Next {/* #two */}\n\n{/*\nlong\n*/}\n\n```js\n{/* code */}\n```\n",
        );
        let comments: Vec<_> = d.comments.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(comments, ["shelflife-ignore dead-path: reason", "long"]);
        assert_eq!(d.comments[0].span.of(&d.text), "{/* shelflife-ignore dead-path: reason */}");
        assert_eq!(outline(&d)[0], "p: A {name} b  {code} {esc} end.");
        let anchors: Vec<_> = d.anchors.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(anchors, ["one", "two"]);
        assert_eq!(d.sections[1].heading, "Head");
        assert_eq!(d.sections[2].heading, "Next");
        assert_eq!(code_lines(&d), ["{/* code */}"]);
    }

    #[test]
    fn indentation_is_no_code() {
        let d = mdx("Words.\n\n    Indented `x` words.\n\n:::tip Title `t`\nBody\n:::\n");
        assert_eq!(codes(&d).len() + code_lines(&d).len(), 1);
        assert!(outline(&d).contains(&"p: Title t".to_owned()), "{:?}", outline(&d));
    }

    #[test]
    fn requires_count_as_links() {
        let d = mdx("<img src={require('./a.png').default} />\n\n<ThemedImage src={useBase('/no')} />\n");
        assert_eq!(dests(&d), ["./a.png"]);
    }

    #[test]
    fn hostile_pages_are_read() {
        for unit in
            ["<", "{", "<A>", "<A", "{/*", "`", "``a`", "</A>", "<A b={", "import a\n", "\\", "<>", ":::\n", "{a"]
        {
            mdx(&unit.repeat(100_000 / unit.len()));
        }
        let line = "word `code` [a](b) <B c={d}/> ".repeat(5 * 1024 * 1024 / 30);
        assert!(codes(&mdx(&line)).len() > 100_000);
    }
}
