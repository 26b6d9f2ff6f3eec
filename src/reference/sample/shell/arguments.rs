//! Arguments of commands: options, paths, variables, URLs.

use crate::document::Span;
use crate::reference::extract::{Draft, Sink};
use crate::reference::inline::parse_flag;
use crate::reference::located::Located;
use crate::reference::model::{Kind, Standing};
use crate::reference::shape::{self, PathLook};

use super::words::Word;

/// Place of a part of a word.
pub(super) fn span(lines: &[&Located<'_>], word: &Word<'_>, start: usize, len: usize) -> Span {
    match lines.get(word.line).or_else(|| lines.first()) {
        Some(line) => line.span(word.start + start..word.start + start + len),
        None => Span::default(),
    }
}

/// Options in a word, each with the command's program.
pub(super) fn flags(lines: &[&Located<'_>], word: &Word<'_>, program: Option<&str>, foreign: bool, sink: &mut Sink) {
    for flag in parse_flag(word.text) {
        let text = word.text.get(flag.start..flag.end).unwrap_or("");
        let standing = if foreign { Standing::Foreign } else { Standing::Affirmed };
        sink.push(
            Draft::new(Kind::Flag, text, flag.spellings, span(lines, word, flag.start, flag.end - flag.start))
                .program(program)
                .standing(standing),
        );
        if let Some((s, e)) = flag.value
            && let Some(value) = word.text.get(s..e)
        {
            let bare = value.trim_matches(['"', '\'']);
            let skip = value.find(bare).unwrap_or(0);
            let inner = Word { text: bare, line: word.line, start: word.start + s + skip, quoted: false };
            path(lines, &inner, false, sink);
            variables(lines, &inner, sink);
        }
    }
}

/// A path, if the word looks like one. `weak`: `owner/name` counts too.
pub(super) fn path(lines: &[&Located<'_>], word: &Word<'_>, weak: bool, sink: &mut Sink) -> bool {
    let text = word.text.trim_end_matches([',', ';']);
    let (text, skip) = match text.strip_prefix('@') {
        // `-d @file.json`
        Some(rest) if shape::extension(rest).is_some() => (rest, 1),
        _ => (text, 0),
    };
    let (text, _) = text.split_once(':').unwrap_or((text, ""));
    let Some(look) = shape::path_look(text, true) else { return false };
    if look == PathLook::Weak && !weak {
        return false;
    }
    let mut draft = Draft::new(Kind::Path, text, shape::path_parts(text), span(lines, word, skip, text.len()))
        .weak(look == PathLook::Weak);
    draft.shape.glob = text.contains(['*', '?', '{', '[']);
    draft.shape.folder = text.ends_with('/');
    sink.push(draft);
    true
}

/// A path that the command makes.
pub(super) fn created(lines: &[&Located<'_>], word: &Word<'_>, sink: &mut Sink) {
    let from = sink.len();
    if path(lines, word, true, sink) {
        for r in sink.since(from) {
            r.standing = Standing::Created;
        }
    }
}

/// `$NAME` and `${NAME}` in a word.
pub(super) fn variables(lines: &[&Located<'_>], word: &Word<'_>, sink: &mut Sink) {
    let mut from = 0;
    while let Some(at) = word.text.get(from..).and_then(|r| r.find('$')) {
        let mut start = from + at + 1;
        if word.text.get(start..).is_some_and(|r| r.starts_with('{')) {
            start += 1;
        }
        let rest = word.text.get(start..).unwrap_or("");
        let len = rest.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count();
        let name = rest.get(..len).unwrap_or("");
        if name.len() > 1
            && name.bytes().all(|c| !c.is_ascii_lowercase())
            && name.bytes().any(|c| c.is_ascii_uppercase())
        {
            sink.push(Draft::new(Kind::EnvVar, name, vec![name.to_owned()], span(lines, word, start, len)));
        }
        from = start + len;
    }
}

/// `NAME=value` before a command or behind `export`; true if it was one.
pub(super) fn assignment(lines: &[&Located<'_>], word: &Word<'_>, sink: &mut Sink) -> bool {
    let Some((name, value)) = word.text.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.strip_prefix("$env:").unwrap_or(name);
    if name.len() < 2
        || !name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
        || !name.bytes().next().is_some_and(|c| c.is_ascii_alphabetic() || c == b'_')
    {
        return false;
    }
    if name.bytes().all(|c| !c.is_ascii_lowercase()) {
        let at = word.text.find(name).unwrap_or(0);
        sink.push(Draft::new(Kind::EnvVar, name, vec![name.to_owned()], span(lines, word, at, name.len())));
    }
    let bare = value.trim_matches(['"', '\'']);
    let skip = word.text.len() - value.len() + value.find(bare).unwrap_or(0);
    let inner = Word { text: bare, line: word.line, start: word.start + skip, quoted: false };
    path(lines, &inner, false, sink);
    variables(lines, &inner, sink);
    true
}

/// A package in an install command, without its version or extras.
pub(super) fn package(lines: &[&Located<'_>], word: &Word<'_>, program: &str, sink: &mut Sink) {
    let text = word.text;
    if text.starts_with(['-', '.', '/', '<', '$', '~', '{', '[']) || text.contains("://") || text.starts_with("git+") {
        return;
    }
    let scope = usize::from(text.starts_with('@'));
    let end = text
        .get(scope..)
        .and_then(|t| t.find(['@', '=', '<', '>', '~', '!', '[', ';', '^', '#', ':']))
        .map_or(text.len(), |i| i + scope);
    let name = text.get(..end).unwrap_or("");
    let ok = name.len() > 1
        && name.bytes().any(|c| c.is_ascii_alphabetic())
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'@' | b'/' | b'-' | b'_' | b'.'))
        && shape::extension(name).is_none_or(|strong| !strong);
    if ok {
        sink.push(
            Draft::new(Kind::Dependency, name, vec![name.to_owned()], span(lines, word, 0, name.len()))
                .program(Some(program)),
        );
        extras(lines, word, program, (name, end), sink);
    }
}

/// `name[one,two]`: what is chosen of a package, each with its name.
fn extras(lines: &[&Located<'_>], word: &Word<'_>, program: &str, (name, end): (&str, usize), sink: &mut Sink) {
    let Some(list) = word.text.get(end..).and_then(|r| r.strip_prefix('[')).and_then(|r| r.split_once(']')) else {
        return;
    };
    let mut at = end + 1;
    for extra in list.0.split(',') {
        let bare = extra.trim();
        let parts = vec![program.to_owned(), format!("[{name}]"), bare.to_owned()];
        if bare.len() > 1 {
            let start = at + extra.len() - extra.trim_start().len();
            sink.push(
                Draft::new(Kind::Command, bare, parts, span(lines, word, start, bare.len())).program(Some(program)),
            );
        }
        at += extra.len() + 1;
    }
}
