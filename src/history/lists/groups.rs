//! Lists in code, read lexically: what stands between brackets or in one block of a data file, element by
//! element, each known by its first name or string.

use super::super::path::RepoPath;
use super::super::scan::{Language, Syntax};

/// A list of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name before it: of the enumeration, the constant, the key.
    pub lead: String,
    /// Its elements' names, in order, without repeats.
    pub members: Vec<String>,
    /// Line from 1 on which it begins.
    pub line: u32,
}

/// Elements of a list that are read.
const MOST: usize = 400;
/// Brackets within each other that are followed.
const DEEPEST: usize = 64;
/// Bytes of a member's name.
const LONGEST: usize = 80;

/// The lists of `content`, the file at `path`, of two elements or more.
#[must_use]
pub fn groups(path: &RepoPath, content: &[u8]) -> Vec<Group> {
    let syntax = Syntax::of(path, content);
    match syntax.language {
        Language::Other | Language::Markup | Language::Lisp => Vec::new(),
        Language::Data | Language::Make => data(content, &syntax),
        _ => Reader { content, syntax: &syntax, frames: vec![Frame::new(String::new(), 1)], out: Vec::new(), line: 1 }
            .read(),
    }
}

/// A list that is being read.
struct Frame {
    lead: String,
    line: u32,
    members: Vec<String>,
    /// The name of the element at hand.
    head: Option<String>,
    /// The last name in it.
    last: Option<String>,
    /// The first name of the statement that no modifier is, which leads what follows.
    name: Option<String>,
    /// The name that is assigned to.
    assigned: Option<String>,
    /// Alternatives with `|` between them, and their line.
    union: Vec<String>,
    union_line: u32,
}

impl Frame {
    fn new(lead: String, line: u32) -> Self {
        Self {
            lead,
            line,
            members: Vec::new(),
            head: None,
            last: None,
            name: None,
            assigned: None,
            union: Vec::new(),
            union_line: 0,
        }
    }

    fn end_element(&mut self, out: &mut Vec<Group>) {
        if self.union.len() > 1 {
            let lead = self.name.clone().unwrap_or_default();
            out.push(Group { lead, members: std::mem::take(&mut self.union), line: self.union_line });
        }
        self.union.clear();
        if let Some(head) = self.head.take().filter(|h| !h.is_empty())
            && self.members.len() < MOST
            && !self.members.contains(&head)
        {
            self.members.push(head);
        }
        self.last = None;
        self.name = None;
        self.assigned = None;
    }
}

/// Words before the name of an element.
fn is_modifier(word: &[u8]) -> bool {
    matches!(
        word,
        b"case"
            | b"pub"
            | b"const"
            | b"static"
            | b"final"
            | b"public"
            | b"private"
            | b"protected"
            | b"export"
            | b"default"
            | b"new"
            | b"fn"
            | b"func"
            | b"function"
            | b"def"
            | b"async"
            | b"type"
            | b"let"
            | b"var"
            | b"val"
            | b"readonly"
            | b"declare"
            | b"abstract"
            | b"override"
            | b"crate"
            | b"enum"
            | b"class"
            | b"struct"
            | b"interface"
    )
}

/// Words that begin a statement, which is no element of a list.
fn is_statement(word: &[u8]) -> bool {
    matches!(
        word,
        b"return"
            | b"break"
            | b"continue"
            | b"if"
            | b"else"
            | b"for"
            | b"while"
            | b"throw"
            | b"import"
            | b"from"
            | b"await"
    )
}

struct Reader<'c> {
    content: &'c [u8],
    syntax: &'c Syntax,
    frames: Vec<Frame>,
    out: Vec<Group>,
    line: u32,
}

impl Reader<'_> {
    fn read(mut self) -> Vec<Group> {
        let content = self.content;
        let mut at = 0;
        // The start of the line at hand, for comment marks.
        let mut line_start = 0;
        while let Some(&byte) = content.get(at) {
            if let Some((open, close)) = self.syntax.block
                && content[at..].starts_with(open)
            {
                let body = at + open.len();
                let end =
                    memchr::memmem::find(&content[body..], close).map_or(content.len(), |n| body + n + close.len());
                self.count_lines(&content[at..end]);
                at = end;
                continue;
            }
            if self.syntax.comment_at(&content[line_start..], at - line_start) {
                at = memchr::memchr(b'\n', &content[at..]).map_or(content.len(), |n| at + n);
                continue;
            }
            if self.syntax.is_quote(byte) || byte == b'\'' && self.is_char(at) {
                let end = self.string_end(at, byte);
                let text = content.get(at + 1..end.saturating_sub(1)).unwrap_or_default();
                self.count_lines(text);
                self.name(text, true);
                at = end;
                continue;
            }
            if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' {
                let end = at
                    + content[at..]
                        .iter()
                        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-'))
                        .count();
                let word = content.get(at..end).unwrap_or_default();
                let word = word.strip_suffix(b"-").unwrap_or(word);
                self.name(word, false);
                at += word.len().max(1);
                continue;
            }
            self.mark(byte, at);
            if byte == b'\n' {
                self.line += 1;
                line_start = at + 1;
            }
            at += 1;
        }
        while self.frames.len() > 1 {
            self.close();
        }
        self.out.retain(|g| g.members.len() > 1);
        self.out
    }

    fn count_lines(&mut self, text: &[u8]) {
        let lines = memchr::memchr_iter(b'\n', text).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

    /// Whether a quote that the language has for single characters alone opens a short string.
    fn is_char(&self, at: usize) -> bool {
        self.content.get(at + 1..).is_some_and(|rest| rest.iter().take(6).skip(1).any(|b| *b == b'\''))
            && self.syntax.language != Language::Rust
    }

    fn string_end(&self, start: usize, quote: u8) -> usize {
        let mut at = start + 1;
        while let Some(&byte) = self.content.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' if quote != b'`' => return at,
                byte if byte == quote => return at + 1,
                _ => {}
            }
            at += 1;
        }
        self.content.len()
    }

    fn name(&mut self, word: &[u8], quoted: bool) {
        let Some(frame) = self.frames.last_mut() else { return };
        if word.is_empty() || word.len() > LONGEST || !quoted && is_modifier(word) {
            return;
        }
        let Ok(word) = std::str::from_utf8(word) else { return };
        if quoted && word.contains(['\n', ' ']) {
            return;
        }
        if !quoted && frame.head.is_none() && is_statement(word.as_bytes()) {
            frame.head = Some(String::new());
            return;
        }
        frame.last = Some(word.to_owned());
        if frame.head.is_none() {
            frame.head = Some(word.to_owned());
        }
        if frame.name.is_none() && !quoted {
            frame.name = Some(word.to_owned());
        }
    }

    fn mark(&mut self, byte: u8, at: usize) {
        let next = |by: usize| self.content.get(at + by).copied().unwrap_or(0);
        match byte {
            b'(' | b'[' | b'{' => {
                let attribute = byte == b'[' && at > 0 && self.content.get(at - 1) == Some(&b'#');
                // Parameters, arguments, generics and places in a list are no lists.
                let before = self.content.get(..at).unwrap_or_default().iter().rev().find(|b| **b != b' ');
                let applied = byte != b'{'
                    && before
                        .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'>' | b')' | b']' | b'!'));
                let grouped = byte == b'(' && self.frames.last().is_some_and(|f| f.head.is_none());
                let lead = self.lead();
                let line = self.line;
                if self.frames.len() < DEEPEST {
                    let lead = if attribute || applied && !grouped { "#".to_owned() } else { lead.unwrap_or_default() };
                    self.frames.push(Frame::new(lead, line));
                }
            }
            b')' | b']' | b'}' => self.close(),
            b'|' if next(1) != b'|' && next(1) != b'=' && (at == 0 || self.content.get(at - 1) != Some(&b'|')) => {
                let line = self.line;
                let before = self.content.get(..at).unwrap_or_default();
                let opens = before
                    .iter()
                    .rev()
                    .find(|b| !b.is_ascii_whitespace())
                    .is_none_or(|b| matches!(b, b'=' | b'(' | b':' | b'<' | b','));
                if let Some(frame) = self.frames.last_mut()
                    && let Some(last) = frame.last.take().filter(|_| !opens)
                {
                    if frame.union.is_empty() {
                        frame.union_line = line;
                    }
                    if frame.union.len() < MOST && !frame.union.contains(&last) {
                        frame.union.push(last);
                    }
                }
            }
            // In C and its like a type stands before the name.
            b'=' if self.syntax.language == Language::Typed && !matches!(next(1), b'=' | b'>') => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.assigned = frame.last.clone();
                }
            }
            b',' | b';' => self.end_element(),
            b'\n' => {
                let follows = self.content.get(at + 1..).unwrap_or_default();
                let mark = follows.iter().find(|b| !b.is_ascii_whitespace());
                let before = self.content.get(..at).unwrap_or_default().iter().rev().find(|b| !b.is_ascii_whitespace());
                let goes_on = matches!(mark, Some(b'|' | b'.' | b'?' | b'&' | b'{'))
                    || matches!(before, Some(b'|' | b'=' | b'&' | b'+' | b':'));
                if !goes_on {
                    self.end_element();
                }
            }
            _ => {}
        }
    }

    /// The name that leads a list which begins here; through a call's parentheses, that before the call.
    fn lead(&self) -> Option<String> {
        for frame in self.frames.iter().rev() {
            let lead = frame.assigned.clone().or_else(|| frame.name.clone());
            if lead.is_some() || frame.lead != "#" {
                return lead;
            }
        }
        None
    }

    fn end_element(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        if !frame.union.is_empty()
            && let Some(last) = frame.last.take()
            && !frame.union.contains(&last)
        {
            frame.union.push(last);
        }
        frame.end_element(&mut self.out);
    }

    fn close(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        self.end_element();
        if let Some(frame) = self.frames.pop()
            && frame.members.len() > 1
            && frame.lead != "#"
        {
            self.out.push(Group { lead: frame.lead, members: frame.members, line: frame.line });
        }
    }
}

/// Blocks of a data file: sections of TOML and INI, mappings and sequences of YAML by their indentation, and
/// what stands in brackets on one line.
fn data(content: &[u8], syntax: &Syntax) -> Vec<Group> {
    struct Level {
        indent: usize,
        group: Group,
    }
    let mut out = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut lead = String::new();
    let end = |levels: &mut Vec<Level>, down_to: usize, out: &mut Vec<Group>| {
        while let Some(level) = levels.pop_if(|l| l.indent >= down_to) {
            out.push(level.group);
        }
    };
    for (number, line) in (1u32..).zip(content.split(|b| *b == b'\n')) {
        let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let rest = line.get(indent..).unwrap_or_default();
        let Ok(rest) = std::str::from_utf8(rest) else { continue };
        let rest = rest.trim_end();
        if rest.is_empty() || syntax.starts_comment(rest.as_bytes()) || rest.len() > 2000 {
            continue;
        }
        if indent == 0 && rest.starts_with('[') && rest.ends_with(']') {
            end(&mut levels, 0, &mut out);
            lead = rest.trim_matches(['[', ']']).to_owned();
            continue;
        }
        let (item, indent) = match rest.strip_prefix("- ") {
            // A sequence may stand at its key's own indentation.
            Some(item) => (item.trim_start(), indent * 2 + 1),
            None => (rest, indent * 2),
        };
        let word: String = item
            .trim_start_matches(['"', '\'', '.'])
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@'))
            .take(LONGEST)
            .collect();
        let behind = item
            .trim_start_matches(['"', '\'', '.'])
            .get(word.len()..)
            .unwrap_or("")
            .trim_start_matches(['"', '\''])
            .trim_start();
        let is_element =
            indent % 2 == 1 || behind.starts_with([':', '=']) || behind.is_empty() || behind.starts_with(',');
        if word.is_empty() || !is_element {
            continue;
        }
        if let Some((_, list)) = behind.split_once('[').filter(|(before, _)| before.len() < 4) {
            let members: Vec<String> = list
                .trim_end_matches(']')
                .split(',')
                .map(|m| m.trim().trim_matches(['"', '\'', ']']).to_owned())
                .filter(|m| !m.is_empty() && m.len() <= LONGEST)
                .take(MOST)
                .collect();
            out.push(Group { lead: word.clone(), members, line: number });
        }
        end(&mut levels, indent + 1, &mut out);
        if levels.last().is_none_or(|l| l.indent < indent) {
            let above = levels.last().and_then(|l| l.group.members.last().cloned()).unwrap_or_else(|| lead.clone());
            levels.push(Level { indent, group: Group { lead: above, members: Vec::new(), line: number } });
        }
        if let Some(level) = levels.last_mut()
            && level.group.members.len() < MOST
            && !level.group.members.contains(&word)
        {
            level.group.members.push(word);
        }
    }
    end(&mut levels, 0, &mut out);
    out.retain(|g| g.members.len() > 1);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Vec<String> {
        groups(&path.into(), text.as_bytes())
            .iter()
            .map(|g| format!("{}:{} {}", g.line, g.lead, g.members.join(",")))
            .collect()
    }

    #[test]
    fn in_brackets() {
        assert_eq!(
            shown(
                "a.rs",
                "/// One.\npub enum Kind {\n    #[serde(rename = \"a\")]\n    Memory, // fast\n    Redis(u8),\n    Disk { path: PathBuf },\n}\n"
            ),
            ["2:Kind Memory,Redis,Disk"]
        );
        assert_eq!(
            shown("a.py", "COMMANDS = [\"fetch\", 'build', \"check\"]  # all\n"),
            ["1:COMMANDS fetch,build,check"]
        );
        assert_eq!(shown("a.go", "const (\n\tOne Kind = iota\n\tTwo\n)\n"), ["1: One,Two"]);
        assert_eq!(
            shown("a.c", "static const char* const names[] = {\"one\", \"two\"};\nint f(int one, int two);\n"),
            ["1:names one,two"]
        );
        assert_eq!(shown("a.ts", "export type Mode = 'fast' | 'safe' |\n  'dry';\n"), ["1:Mode fast,safe,dry"]);
        assert_eq!(shown("a.ts", "type Mode =\n  | 'fast'\n  | 'safe'\nlet x = 1\n"), ["3:Mode fast,safe"]);
        assert_eq!(
            shown("a.go", "switch name {\ncase \"fetch\":\n\treturn 1\ncase \"build\":\n\treturn 2\n}\n"),
            ["1:switch fetch,build"]
        );
    }

    #[test]
    fn in_data() {
        assert_eq!(
            shown("Cargo.toml", "[features]\ndefault = [\"json\", \"yaml\"]\njson = []\nyaml = []\n"),
            ["2:default json,yaml", "2:features default,json,yaml"]
        );
        assert_eq!(
            shown("a.yml", "jobs:\n  test:\n    steps: x\n  build:\n    needs:\n    - a\n    - b\n"),
            ["6:needs a,b", "2:jobs test,build"]
        );
    }

    #[test]
    fn hostile_files_end() {
        for text in
            ["([{".repeat(50_000), "|".repeat(100_000), "a|".repeat(50_000), "- ".repeat(50_000), "'".repeat(100_001)]
        {
            for path in ["a.rs", "a.ts", "a.yml", "a.py"] {
                let _ = groups(&path.into(), text.as_bytes());
            }
        }
    }
}
