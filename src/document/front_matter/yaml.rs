//! The part of YAML that front matter is written in: maps and lists by indentation, flow
//! collections, quoted, plain and block scalars. Anchors, tags and several documents are not read;
//! what does not fit is left out, so that one odd line does not lose the rest.

use serde_json::{Map, Value};

use super::super::model::Entry;
use super::super::span::Span;
use super::{entry, scalar};

/// Deeper nesting is left out.
const DEEPEST: usize = 48;

/// Whether a text between two `---` looks like data and not like prose between two rules.
pub(super) fn plausible(inner: &str) -> bool {
    let first = inner.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#'));
    first.is_none_or(|l| key_end(l).is_some() || l.starts_with("- ") || l.starts_with('{'))
}

/// Parses the part `inner` of `text`.
pub(super) fn parse(text: &str, inner: Span) -> (Value, Vec<Entry>) {
    let mut lines = Vec::new();
    let mut at = inner.start;
    for raw in inner.of(text).split_inclusive('\n') {
        let content = raw.trim_end();
        let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
        lines.push(Line { start: at + indent, end: at + content.len(), indent });
        at += raw.len();
    }
    let mut reader = Reader { text, lines, at: 0, entries: Vec::new(), path: Vec::new() };
    reader.skip();
    let value = reader.node(0);
    (value, reader.entries)
}

/// Parses the flow collection at `at`; gives its value and one past its end.
pub(super) fn parse_flow(text: &str, at: usize) -> Option<(Value, usize)> {
    let mut entries = Vec::new();
    let mut flow = Flow { text, at, stop: text.len(), entries: &mut entries, path: &mut Vec::new(), closed: true };
    let value = flow.value(0);
    flow.closed.then_some((value, flow.at))
}

/// The strings of the flow collection at `at`.
pub(super) fn flow_entries(text: &str, at: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut path = Vec::new();
    Flow { text, at, stop: text.len(), entries: &mut entries, path: &mut path, closed: true }.value(0);
    entries
}

/// A line without its indentation and line break.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    indent: usize,
}

struct Reader<'a> {
    text: &'a str,
    lines: Vec<Line>,
    at: usize,
    entries: Vec<Entry>,
    path: Vec<String>,
}

/// Where the key of `key: value` ends (at its colon), quotes included.
fn key_end(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let from = match bytes.first()? {
        quote @ (b'"' | b'\'') => 2 + memchr::memchr(*quote, &bytes[1..])?,
        b'[' | b'{' | b'#' | b'|' | b'>' | b'&' | b'*' | b'!' | b'%' | b'@' | b'`' => return None,
        _ => 0,
    };
    let mut at = from;
    loop {
        let colon = at + memchr::memchr(b':', bytes.get(at..)?)?;
        match bytes.get(colon + 1) {
            None | Some(b' ' | b'\t') if colon > 0 => return (from == 0 || colon == from).then_some(colon),
            _ => at = colon + 1,
        }
    }
}

impl<'a> Reader<'a> {
    fn content(&self, line: Line) -> &'a str {
        Span::new(line.start, line.end).of(self.text)
    }

    /// Moves past empty lines and comments.
    fn skip(&mut self) {
        while let Some(&line) = self.lines.get(self.at) {
            let content = self.content(line);
            if !content.is_empty() && !content.starts_with('#') {
                break;
            }
            self.at += 1;
        }
    }

    /// The collection that starts at the current line, if that is indented by `least` or more.
    fn node(&mut self, least: usize) -> Value {
        let Some(&line) = self.lines.get(self.at) else { return Value::Null };
        if line.indent < least || self.path.len() > DEEPEST {
            return Value::Null;
        }
        let content = self.content(line);
        if content == "-" || content.starts_with("- ") {
            self.list(line.indent)
        } else if key_end(content).is_some() {
            self.map(line.indent)
        } else {
            self.at += 1;
            self.inline(line, line.start)
        }
    }

    fn map(&mut self, indent: usize) -> Value {
        let mut out = Map::new();
        loop {
            self.skip();
            let Some(&line) = self.lines.get(self.at) else { break };
            if line.indent < indent {
                break;
            }
            let content = self.content(line);
            let end = if line.indent == indent { key_end(content) } else { None };
            let Some(end) = end else {
                if line.indent == indent && content.starts_with('-') {
                    break;
                }
                self.at += 1;
                continue;
            };
            let key = content[..end].trim().trim_matches(['"', '\'']).to_owned();
            self.path.push(key.clone());
            let value = self.value_after(line, line.start + end + 1, indent, true);
            self.path.pop();
            out.insert(key, value);
        }
        Value::Object(out)
    }

    fn list(&mut self, indent: usize) -> Value {
        let mut out = Vec::new();
        loop {
            self.skip();
            let Some(&line) = self.lines.get(self.at) else { break };
            let content = self.content(line);
            if line.indent != indent || !(content == "-" || content.starts_with("- ")) {
                if line.indent > indent {
                    self.at += 1;
                    continue;
                }
                break;
            }
            self.path.push(out.len().to_string());
            let after = &content[1..];
            let gap = 1 + after.len() - after.trim_start().len();
            let rest = &content[gap.min(content.len())..];
            let nested = key_end(rest).is_some() || rest.starts_with("- ");
            let value = if nested && self.path.len() <= DEEPEST {
                // `- key: value` opens a map whose indentation is that of the key.
                self.lines[self.at] = Line { start: line.start + gap, end: line.end, indent: line.indent + gap };
                self.node(indent + 1)
            } else {
                self.value_after(line, line.start + gap.min(content.len()), indent, false)
            };
            self.path.pop();
            out.push(value);
        }
        Value::Array(out)
    }

    /// The value that starts at `from` of `line` or on the lines under it.
    fn value_after(&mut self, line: Line, from: usize, indent: usize, key: bool) -> Value {
        let raw = Span::new(from, line.end).of(self.text);
        let from = from + raw.len() - raw.trim_start().len();
        let raw = raw.trim();
        self.at += 1;
        if raw.is_empty() || raw.starts_with('#') {
            self.skip();
            let next = self.lines.get(self.at).copied();
            // A list may stand at its key's own indentation.
            let least = match next {
                Some(n) if key && n.indent == indent && self.content(n).starts_with('-') => indent,
                _ => indent + 1,
            };
            return self.node(least);
        }
        if raw.starts_with(['|', '>']) && raw.len() <= 3 {
            return self.block_scalar(raw.starts_with('>'), indent);
        }
        self.inline(line, from)
    }

    fn block_scalar(&mut self, folded: bool, indent: usize) -> Value {
        let (mut start, mut end) = (None, 0);
        let mut out = String::new();
        let mut margin = None;
        while let Some(&line) = self.lines.get(self.at) {
            let empty = line.start == line.end;
            if !empty && line.indent <= indent {
                break;
            }
            if !empty {
                let margin = *margin.get_or_insert(line.indent);
                start.get_or_insert(line.start);
                end = line.end;
                out.push_str(&" ".repeat(line.indent.saturating_sub(margin).min(80)));
                out.push_str(self.content(line));
            }
            out.push(if folded && !empty { ' ' } else { '\n' });
            self.at += 1;
        }
        let text = format!("{}\n", out.trim_end());
        if let Some(start) = start {
            entry(&mut self.entries, &self.path, text.trim_end(), Span::new(start, end));
        }
        Value::from(text)
    }

    /// A scalar or a flow collection that starts at `from` of `line`.
    fn inline(&mut self, line: Line, from: usize) -> Value {
        let raw = Span::new(from, line.end).of(self.text);
        if raw.starts_with(['[', '{']) {
            // It may go on over the lines of the whole block.
            let stop = self.lines.last().map_or(line.end, |l| l.end);
            let mut flow = Flow {
                text: self.text,
                at: from,
                stop,
                entries: &mut self.entries,
                path: &mut self.path,
                closed: true,
            };
            let value = flow.value(0);
            let end = flow.at;
            while self.lines.get(self.at).is_some_and(|l| l.start < end) {
                self.at += 1;
            }
            return value;
        }
        if let Some(quote) = raw.bytes().next().filter(|b| matches!(b, b'"' | b'\''))
            && let Some((text, length)) = quoted(raw, quote)
        {
            entry(&mut self.entries, &self.path, &text, Span::new(from + 1, from + length - 1));
            return Value::from(text);
        }
        let mut plain = raw;
        if let Some(comment) = raw.find(" #") {
            plain = raw[..comment].trim_end();
        }
        let mut text = plain.to_owned();
        let mut end = from + plain.len();
        // A plain scalar goes on over deeper lines.
        while let Some(&next) = self.lines.get(self.at) {
            let content = Span::new(next.start, next.end).of(self.text);
            if content.is_empty()
                || next.indent <= line.indent
                || content.starts_with('#')
                || key_end(content).is_some()
            {
                break;
            }
            text.push(' ');
            text.push_str(content);
            end = next.end;
            self.at += 1;
        }
        let value = scalar(&text);
        if value.is_string() {
            entry(&mut self.entries, &self.path, &text, Span::new(from, end));
        }
        value
    }
}

/// The text of the quoted scalar at the start of `raw`, and its length with both quotes.
fn quoted(raw: &str, quote: u8) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = raw.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c == char::from(quote) {
            if quote == b'\'' && chars.peek().is_some_and(|&(_, n)| n == '\'') {
                out.push('\'');
                chars.next();
                continue;
            }
            return Some((out, i + 1));
        }
        if c == '\\' && quote == b'"' {
            match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'u' => {
                    let hex: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    out.push(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}'));
                }
                other => out.push(other),
            }
            continue;
        }
        out.push(c);
    }
    None
}

struct Flow<'a> {
    text: &'a str,
    at: usize,
    stop: usize,
    entries: &'a mut Vec<Entry>,
    path: &'a mut Vec<String>,
    closed: bool,
}

impl Flow<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(..self.stop)?.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b) = self.peek() {
            if b == b'#' && self.at > 0 && self.text.as_bytes()[self.at - 1].is_ascii_whitespace() {
                while self.peek().is_some_and(|b| b != b'\n') {
                    self.at += 1;
                }
            } else if b.is_ascii_whitespace() {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        self.space();
        match self.peek() {
            Some(b'[' | b'{') if depth > DEEPEST => {
                self.at = self.stop;
                self.closed = false;
                Value::Null
            }
            Some(b'[') => self.list(depth),
            Some(b'{') => self.map(depth),
            _ => {
                let (text, span, plain) = self.token(b",]}");
                let value = if plain { scalar(&text) } else { Value::from(text.as_str()) };
                if value.is_string() {
                    entry(self.entries, self.path, &text, span);
                }
                value
            }
        }
    }

    fn list(&mut self, depth: usize) -> Value {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            self.space();
            match self.peek() {
                None => {
                    self.closed = false;
                    break;
                }
                Some(b']') => {
                    self.at += 1;
                    break;
                }
                Some(b',' | b'}' | b':') => self.at += 1,
                Some(_) => {
                    self.path.push(out.len().to_string());
                    let value = self.value(depth + 1);
                    self.path.pop();
                    out.push(value);
                }
            }
        }
        Value::Array(out)
    }

    fn map(&mut self, depth: usize) -> Value {
        self.at += 1;
        let mut out = Map::new();
        loop {
            self.space();
            match self.peek() {
                None => {
                    self.closed = false;
                    break;
                }
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',' | b']' | b':' | b'[' | b'{') => self.at += 1,
                Some(_) => {
                    let (key, _, _) = self.token(b":,}]");
                    self.space();
                    let mut value = Value::Null;
                    if self.peek() == Some(b':') {
                        self.at += 1;
                        self.path.push(key.clone());
                        value = self.value(depth + 1);
                        self.path.pop();
                    }
                    out.insert(key, value);
                }
            }
        }
        Value::Object(out)
    }

    /// A quoted or plain scalar up to one of `stops`; whether it was plain.
    fn token(&mut self, stops: &[u8]) -> (String, Span, bool) {
        let start = self.at;
        if let Some(quote) = self.peek().filter(|b| matches!(b, b'"' | b'\''))
            && let Some((text, length)) = quoted(Span::new(start, self.stop).of(self.text), quote)
        {
            self.at = start + length;
            return (text, Span::new(start + 1, self.at - 1), false);
        }
        while let Some(b) = self.peek() {
            // The colon of a URL does not end a key.
            let colon = b == b':' && self.text.as_bytes().get(self.at + 1) == Some(&b'/');
            if (stops.contains(&b) && !colon) || b == b'\n' {
                break;
            }
            self.at += 1;
        }
        let raw = Span::new(start, self.at).of(self.text);
        (raw.trim().to_owned(), Span::new(start, start + raw.trim_end().len()), true)
    }
}
