//! Shell commands: in code spans, in shell samples, in recipes.

mod arguments;
mod command;
mod tool;
mod words;

use crate::reference::extract::{Draft, Sink};
use crate::reference::located::Located;
use crate::reference::model::{Kind, Standing};
use crate::reference::shape;

use tool::tool;
use words::{Piece, Splitter, Word};

/// One line of shell in `run`; `text` starts at `base`.
pub(crate) fn line(run: &Located<'_>, text: &str, base: usize, sink: &mut Sink) {
    let body = text.trim_start_matches(['$', '%', '>']);
    let body = if body.len() < text.len() && body.starts_with(' ') { body } else { text };
    let lead = base + text.len() - body.len();
    let mut splitter = Splitter::default();
    let mut pieces = Vec::new();
    splitter.split(0, body, lead, &mut pieces);
    let lines = [run];
    commands(&lines, &pieces, sink);
}

/// A shell sample. With prompts, what has none is output.
pub(super) fn block(lines: &[Located<'_>], sink: &mut Sink) {
    let refs: Vec<&Located<'_>> = lines.iter().collect();
    let prompted =
        lines.iter().any(|l| prompt_len(l.text()).is_some_and(|p| !l.text().trim_start().starts_with('#') && p > 0));
    let mut splitter = Splitter::default();
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut continued = false;
    for (index, located) in lines.iter().enumerate() {
        let text = located.text();
        if splitter.in_heredoc() {
            splitter.split(index, text, 0, &mut pieces);
            continue;
        }
        let mut start = 0;
        if !continued && !splitter.in_quote() {
            match prompt_len(text) {
                Some(len) if prompted => start = len,
                None if prompted => {
                    output(located, sink);
                    continue;
                }
                _ => {}
            }
            if let Some(comment) = text.get(start..).filter(|t| t.trim_start().starts_with('#')) {
                let at = text.len() - comment.len();
                comment_paths(located, at, sink);
                continue;
            }
        }
        let body = text.get(start..).unwrap_or("");
        continued = splitter.split(index, body, start, &mut pieces);
        if !continued && !splitter.in_quote() && !splitter.in_heredoc() {
            commands(&refs, &pieces, sink);
            pieces.clear();
        }
        if pieces.len() > 5_000 {
            pieces.clear();
        }
    }
    commands(&refs, &pieces, sink);
}

/// Length of `$ `, `> `, `user@host:~$ `, `PS C:\> `, `(venv) $ ` at the line's beginning.
fn prompt_len(text: &str) -> Option<usize> {
    let lead = text.len() - text.trim_start().len();
    let t = text.get(lead..)?;
    for p in ["$ ", "% ", "> ", "❯ ", "➜ ", "# "] {
        if t.starts_with(p) {
            return Some(lead + p.len());
        }
    }
    let head: &str =
        t.get(..t.len().min(60)).or_else(|| t.get(..t.char_indices().take(30).last().map_or(0, |(i, _)| i)))?;
    let end = head
        .find("$ ")
        .or_else(|| head.starts_with("PS ").then(|| head.find("> ")).flatten())
        .or_else(|| head.starts_with("C:\\").then(|| head.find('>')).flatten())?;
    let before = head.get(..end)?;
    let prompt = before.contains('@')
        || before.starts_with('(')
        || before.starts_with("PS")
        || before.starts_with("C:\\")
        || before.ends_with('~');
    (prompt && !before.contains(['"', '=', '|']))
        .then(|| lead + end + 1 + usize::from(head.get(end + 1..).is_some_and(|r| r.starts_with(' '))))
}

/// Lines that a program prints. Options at a line's beginning are a help text: they stay affirmed.
fn output(line: &Located<'_>, sink: &mut Sink) {
    let help = line.text().trim_start().starts_with('-');
    let from = sink.len();
    crate::reference::inline::scan_prose(line, help, sink);
    for r in sink.since(from) {
        if !(help && r.kind == Kind::Flag) && r.standing == Standing::Affirmed {
            r.standing = Standing::Output;
        }
    }
}

/// Paths in a comment of a sample.
fn comment_paths(line: &Located<'_>, at: usize, sink: &mut Sink) {
    let text = line.text();
    let Some(body) = text.get(at..) else { return };
    let mut offset = at;
    for token in body.split_inclusive([' ', '\t']) {
        let bare = token.trim().trim_matches(['#', '`', '"', '\'', '(', ')', ',', ':', ';', '.']);
        if bare.len() > 2
            && shape::path_look(bare, false) == Some(shape::PathLook::Strong)
            && let Some(skip) = token.find(bare)
        {
            let mut draft = Draft::new(
                Kind::Path,
                bare,
                shape::path_parts(bare),
                line.span(offset + skip..offset + skip + bare.len()),
            );
            draft.shape.incidental = true;
            draft.shape.glob = bare.contains('*');
            sink.push(draft);
        }
        offset += token.len();
    }
}

fn commands(lines: &[&Located<'_>], pieces: &[Piece<'_>], sink: &mut Sink) {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut target = false;
    for piece in pieces {
        match piece {
            Piece::Word(word) if target => {
                target = false;
                arguments::created(lines, word, sink);
            }
            Piece::Word(word) => words.push(*word),
            Piece::Redirect { creates } => target = *creates,
            Piece::Source => target = false,
            Piece::End => {
                target = false;
                command::run(lines, &words, sink);
                words.clear();
            }
        }
    }
    command::run(lines, &words, sink);
}

/// `.env` samples: `NAME=value` lines.
pub(super) fn environment(lines: &[Located<'_>], sink: &mut Sink) {
    for line in lines {
        let text = line.text();
        let body = text.trim_start().trim_start_matches(['#', ' ']);
        let body = body.strip_prefix("export ").unwrap_or(body);
        let at = text.len() - body.len();
        let Some((name, value)) = body.split_once('=') else { continue };
        let name = name.trim_end();
        if name.len() > 1
            && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
            && name.bytes().any(|c| c.is_ascii_uppercase())
        {
            sink.push(Draft::new(Kind::EnvVar, name, vec![name.to_owned()], line.span(at..at + name.len())));
            let value_at = text.len() - value.len();
            let bare = value.trim().trim_matches(['"', '\'']);
            if shape::path_look(bare, true) == Some(shape::PathLook::Strong) {
                let skip = value.find(bare).unwrap_or(0);
                sink.push(Draft::new(
                    Kind::Path,
                    bare,
                    shape::path_parts(bare),
                    line.span(value_at + skip..value_at + skip + bare.len()),
                ));
            }
        }
    }
}

/// `ENV`, `ARG`, `COPY`, `RUN` of a Dockerfile.
pub(super) fn dockerfile(lines: &[Located<'_>], sink: &mut Sink) {
    let mut continued = false;
    let mut splitter = Splitter::default();
    let mut pieces = Vec::new();
    let refs: Vec<&Located<'_>> = lines.iter().collect();
    for (index, located) in lines.iter().enumerate() {
        let text = located.text();
        let (verb, rest) =
            if continued { ("RUN", text) } else { text.trim_start().split_once(' ').unwrap_or((text.trim(), "")) };
        let at = text.len() - rest.len();
        match verb.to_ascii_uppercase().as_str() {
            "RUN" | "CMD" | "ENTRYPOINT" if !rest.trim_start().starts_with('[') => {
                continued = splitter.split(index, rest, at, &mut pieces);
                if !continued {
                    commands(&refs, &pieces, sink);
                    pieces.clear();
                }
            }
            "ENV" | "ARG" => {
                let name_at = at + rest.len() - rest.trim_start().len();
                let name: &str = rest.trim_start().split(['=', ' ']).next().unwrap_or("");
                if name.len() > 1 {
                    sink.push(Draft::new(
                        Kind::EnvVar,
                        name,
                        vec![name.to_owned()],
                        located.span(name_at..name_at + name.len()),
                    ));
                }
            }
            "COPY" | "ADD" => {
                splitter.split(index, rest, at, &mut pieces);
                let words: Vec<Word<'_>> =
                    pieces.iter().filter_map(|p| if let Piece::Word(w) = p { Some(*w) } else { None }).collect();
                let from_stage = words.iter().any(|w| w.text.starts_with("--from"));
                if let Some((_, sources)) = words.split_last().filter(|_| !from_stage) {
                    for word in sources {
                        arguments::path(&refs, word, true, sink);
                    }
                }
                pieces.clear();
            }
            _ => {}
        }
    }
}
