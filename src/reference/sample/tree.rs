//! Drawings of folders, rebuilt to full paths.

use crate::reference::extract::{Draft, Sink};
use crate::reference::located::Located;
use crate::reference::model::Kind;

/// Reads a drawing of `├──`, `└──`, `|--`, `+--` or one by mere indentation beneath such lines.
pub(super) fn scan(lines: &[Located<'_>], sink: &mut Sink) {
    // Column of each name above the current line, and the name.
    let mut stack: Vec<(usize, String)> = Vec::new();
    for line in lines {
        let text = line.text();
        let Some((column, start)) = name_start(text) else { continue };
        let rest = text.get(start..).unwrap_or("");
        let len = name_len(rest);
        let name = rest.get(..len).unwrap_or("");
        if name.is_empty() || name.starts_with(['#', '$']) || matches!(name, "..." | "…" | "..") {
            continue;
        }
        while stack.last().is_some_and(|(c, _)| *c >= column) {
            stack.pop();
        }
        let bare = name.trim_end_matches(['/', '*']);
        let bare = bare.trim_start_matches("./");
        if column == 0 && stack.is_empty() && (bare.is_empty() || bare == ".") {
            stack.push((0, String::new()));
            continue;
        }
        let mut parts: Vec<String> = stack
            .iter()
            .flat_map(|(_, n)| n.split('/'))
            .filter(|p| !p.is_empty() && *p != ".")
            .map(str::to_owned)
            .collect();
        parts.extend(bare.split('/').filter(|p| !p.is_empty()).map(str::to_owned));
        let mut draft = Draft::new(Kind::Path, name, parts, line.span(start..start + len));
        draft.shape.folder = name.ends_with('/');
        draft.shape.glob = bare.contains(['*', '?', '{']);
        // The root of a drawing is the checkout's own name.
        draft.shape.incidental = column == 0;
        draft.shape.weak = column == 0;
        sink.push(draft);
        if stack.len() < 64 {
            stack.push((column, bare.to_owned()));
        }
    }
}

/// Column (in characters) and byte offset of the name behind the drawing's lines.
fn name_start(text: &str) -> Option<(usize, usize)> {
    let mut column = 0;
    for (at, c) in text.char_indices() {
        let drawing = matches!(
            c,
            ' ' | '\t'
                | '\u{a0}'
                | '│'
                | '├'
                | '└'
                | '─'
                | '┬'
                | '┌'
                | '╰'
                | '╭'
                | '┃'
                | '┣'
                | '┗'
                | '━'
                | '|'
                | '`'
                | '+'
                | '\\'
        ) || (c == '-' && text.get(at..).is_some_and(|r| r.starts_with("--") || r.starts_with("- ")));
        if !drawing {
            return Some((column, at));
        }
        column += if c == '\t' { 4 } else { 1 };
    }
    None
}

/// Length of the name: up to a comment, two blanks, an arrow or a parenthesis.
fn name_len(rest: &str) -> usize {
    let end = rest.find([' ', '\t', '\u{a0}']).unwrap_or(rest.len());
    let name = rest.get(..end).unwrap_or("");
    name.trim_end_matches([',', ':']).len()
}
