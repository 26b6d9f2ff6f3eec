//! Rich text as Markdown: marks where they hold, escapes where text would become one.

use crate::source::notion::rich::{Span, Text};

/// Where a text will stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a block of its own: a line break stays one.
    Block,
    /// In one line: a heading.
    Line,
    /// In a cell of a table.
    Cell,
}

/// The Markdown of `text`.
pub(super) fn markdown(text: &Text, place: Place) -> String {
    let mut out = String::new();
    for (at, span) in text.iter().enumerate() {
        let next = text.get(at + 1).and_then(|next| next.text.chars().next());
        push(&mut out, span, next, place);
    }
    match place {
        Place::Block => out.split('\n').map(safe_start).collect::<Vec<_>>().join("\n"),
        Place::Line | Place::Cell => out,
    }
}

fn push(out: &mut String, span: &Span, next: Option<char>, place: Place) {
    // White space never stands within marks: `** a**` is none.
    let inner = span.text.trim();
    if inner.is_empty() {
        out.push_str(&broken(&escape(&span.text, place), place));
        return;
    }
    let lead = span.text.len() - span.text.trim_start().len();
    let (before, rest) = span.text.split_at(lead);
    let after = rest.get(inner.len()..).unwrap_or_default();
    out.push_str(&broken(before, place));
    let mut piece = if span.style.code {
        code(inner, place)
    } else if span.style.equation {
        format!("${}$", escape(inner, place))
    } else {
        broken(&escape(inner, place), place)
    };
    if let Some(target) = span.href.as_deref().and_then(target) {
        piece =
            if target == inner && !span.style.code { format!("<{target}>") } else { format!("[{piece}]({target})") };
    }
    let outer = (out.chars().next_back(), after.chars().next().or(next));
    for (wanted, mark) in [(span.style.strike, "~~"), (span.style.italic, "*"), (span.style.bold, "**")] {
        if wanted && holds(&piece, outer) {
            piece = format!("{mark}{piece}{mark}");
        }
    }
    out.push_str(&piece);
    out.push_str(&broken(after, place));
}

/// Whether marks round `piece` would be read as marks (CommonMark's rule of flanking delimiters).
fn holds(piece: &str, (before, after): (Option<char>, Option<char>)) -> bool {
    let is_punctuation = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    let open = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || is_punctuation(c));
    let good = |edge: Option<char>, outside| edge.is_some_and(|c| !is_punctuation(c)) || open(outside);
    // A mark beside the same mark would be read as one longer mark.
    let alone = |outside: Option<char>| !matches!(outside, Some('*' | '~'));
    good(piece.chars().next(), before) && good(piece.chars().next_back(), after) && alone(before) && alone(after)
}

/// `text` as a span of code, whatever it holds.
fn code(text: &str, place: Place) -> String {
    let one_line = text.replace(['\n', '\r'], " ");
    let longest = one_line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if one_line.starts_with('`') || one_line.ends_with('`') { " " } else { "" };
    // In a cell even code must not hold a bare bar.
    let safe = if place == Place::Cell { one_line.replace('|', "\\|") } else { one_line };
    format!("{fence}{pad}{safe}{pad}{fence}")
}

/// An address that can stand in a link; what leads nowhere on the web is none.
fn target(href: &str) -> Option<String> {
    let href = href.trim();
    let whole = if href.starts_with('/') { format!("https://www.notion.so{href}") } else { href.to_owned() };
    let scheme = whole.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https" | "mailto") {
        return None;
    }
    let mut out = String::with_capacity(whole.len());
    for c in whole.chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '|' => out.push_str("%7C"),
            '\\' => out.push_str("%5C"),
            c if c.is_whitespace() || c.is_control() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    Some(out)
}

/// Takes their meaning from characters that Markdown would read as marks.
fn escape(text: &str, place: Place) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let special = match c {
            '\\' => next.is_some_and(|n| n.is_ascii_punctuation()),
            '`' | '*' | '[' | ']' => true,
            // Within a word it is no mark: `snake_case` stays as it is.
            '_' => !(before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)),
            '~' => next == Some('~') || before == Some('~'),
            '<' => next.is_some_and(|n| n.is_ascii_alphabetic() || matches!(n, '/' | '!' | '?')),
            '&' => next.is_some_and(|n| n.is_ascii_alphabetic() || n == '#'),
            '|' => place == Place::Cell,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        // Else an escape sequence could reach the terminal of whoever reads the dump.
        if c == '\n' || c == '\t' || !c.is_control() {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

/// Line breaks, as the place allows them.
fn broken(text: &str, place: Place) -> String {
    match place {
        Place::Block => text.replace('\n', "\\\n"),
        Place::Line => text.replace('\n', " "),
        Place::Cell => text.replace('\n', "<br>"),
    }
}

/// A line that does not begin a block of another kind than it stands in.
fn safe_start(line: &str) -> String {
    let line = line.trim_start_matches([' ', '\t']);
    let mut chars = line.chars();
    let (first, second) = (chars.next(), chars.next());
    let ends = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let marks = match first {
        Some('#') => ends(line.trim_start_matches('#').chars().next()),
        Some('>') => true,
        Some('-' | '+') => ends(second) || line.trim_end().chars().all(|c| matches!(c, '-' | ' ')),
        Some('=') => line.trim_end().chars().all(|c| c == '='),
        Some('~') => line.starts_with("~~~"),
        Some('|') => true,
        _ => false,
    };
    if marks {
        return format!("\\{line}");
    }
    // `1. ` would begin a numbered list.
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.get(digits..).map(|rest| (rest.chars().next(), rest.chars().nth(1))) {
        Some((Some(c @ ('.' | ')')), after)) if (1..10).contains(&digits) && ends(after) => {
            let (number, rest) = line.split_at(digits);
            format!("{number}\\{c}{}", rest.get(1..).unwrap_or_default())
        }
        _ => line.to_owned(),
    }
}
