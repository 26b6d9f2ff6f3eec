//! References in code spans: a single token by its form, more than one as a command or as code.

use crate::document::Inline;
use crate::reference::extract::{Draft, Sink};
use crate::reference::language::{CODE, FILES, PROGRAMS, is_language_word};
use crate::reference::located::Located;
use crate::reference::model::{Kind, Shape, Standing};
use crate::reference::sample::{code, shell};
use crate::reference::shape::{self, PathLook};

use super::{flag, part, symbol};

/// Scans the text between the marks of a code span.
pub(super) fn scan(run: &Located<'_>, inline: &Inline, sink: &mut Sink) {
    let text = run.text();
    if text.len() > 20_000 {
        return;
    }
    let trimmed = text.trim();
    let lead = text.len() - text.trim_start().len();
    if trimmed.is_empty() {
        return;
    }
    if code::is_query(trimmed) {
        return code::query(run, sink);
    }
    if trimmed.bytes().any(|c| c.is_ascii_whitespace()) {
        return phrase(run, trimmed, lead, sink);
    }
    let narrow = shape::narrow(trimmed);
    if narrow.len() == trimmed.len() {
        token(trimmed, lead, inline.in_link, sink, &|s, len| part(run, s, len));
    } else if narrow.is_ascii() {
        let starts: Vec<usize> = trimmed.char_indices().map(|(i, _)| lead + i).chain([lead + trimmed.len()]).collect();
        let at = |i: usize| starts.get(i).copied().unwrap_or(lead + trimmed.len());
        token(&narrow, 0, inline.in_link, sink, &|s, len| run.span(at(s)..at(s + len)));
    }
}

/// One token of code. `span` gives the place of a part of the token by start and length.
pub(crate) fn token(
    token: &str,
    base: usize,
    in_link: bool,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    let b = token.as_bytes();
    let (Some(&first), Some(&last)) = (b.first(), b.last()) else { return };
    if b.len() < 2 || b.len() > 400 || !b.iter().any(u8::is_ascii_alphabetic) {
        return;
    }
    // Quoted text is a value.
    if matches!(first, b'"' | b'\'') && last == first {
        let body = token.get(1..token.len() - 1).unwrap_or("");
        if shape::path_look(body, true) == Some(PathLook::Strong) {
            push_path(body, base + 1, PathLook::Strong, sink, span);
        }
        return;
    }
    if first == b'-' {
        for flag in flag::parse(token) {
            let text = token.get(flag.start..flag.end).unwrap_or("");
            let lone = !text.starts_with("--") && text.len() > 2;
            let draft = Draft::new(Kind::Flag, text, flag.spellings, span(base + flag.start, flag.end - flag.start));
            sink.push(draft.weak(lone));
            if let Some((s, e)) = flag.value {
                value(token.get(s..e).unwrap_or(""), base + s, sink, span);
            }
        }
        return;
    }
    if first == b'$' || first == b'%' && last == b'%' {
        let inner = token.trim_matches(['$', '{', '}', '%']);
        if inner.len() > 1 && inner.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_') {
            let at = token.find(inner).unwrap_or(0);
            sink.push(Draft::new(Kind::EnvVar, inner, vec![inner.to_owned()], span(base + at, inner.len())));
        }
        return;
    }
    if token.contains("://") {
        return route_of_url(token, base, sink, span);
    }
    if first == b'<' && last == b'>' {
        return;
    }
    if b.contains(&b'/') {
        return slashed(token, base, sink, span);
    }
    if let Some((name, rest)) = token.split_once('=') {
        return assignment(name, rest, base, sink, span);
    }
    if let Some(look) = shape::path_look(token, true) {
        return push_path(token, base, look, sink, span);
    }
    if let Some((file, line)) = token.rsplit_once(':') {
        if line.bytes().all(|c| c.is_ascii_digit()) && shape::path_look(file, true).is_some() {
            return push_path(file, base, PathLook::Strong, sink, span);
        }
        if coordinate(token) {
            sink.push(Draft::new(
                Kind::Dependency,
                token,
                token.split(':').map(str::to_owned).collect(),
                span(base, token.len()),
            ));
            return;
        }
    }
    if shape::is_kebab(token) {
        let draft = Draft::new(Kind::Dependency, token, vec![token.to_owned()], span(base, token.len())).weak(true);
        sink.push(draft);
        return;
    }
    name(token, base, in_link, sink, span);
}

fn name(
    token: &str,
    base: usize,
    in_link: bool,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    let bare = token.trim_end_matches([',', ':', ';']);
    let Some(name) = symbol::parse(bare) else { return };
    let (Some(&head), Some(&last)) = (name.segments.first(), name.segments.last()) else { return };
    let text = bare.get(name.start..name.end).unwrap_or(bare);
    let place = span(base + name.start, name.end - name.start);
    if name.segments.len() == 1 {
        if is_language_word(last) && !name.marked {
            return;
        }
        if shape::is_upper(last) && !name.call && !name.marked {
            sink.push(Draft::new(Kind::EnvVar, text, vec![last.to_owned()], place).weak(!last.contains('_')));
            return;
        }
        if shape::is_metric(last) && !name.call {
            sink.push(Draft::new(Kind::Metric, text, vec![last.to_owned()], place));
            return;
        }
        if last.len() < 2 || (!name.strong && last.len() < 3 && !in_link) {
            return;
        }
    } else if shape::is_domain(text)
        && !name.call
        && name.segments.iter().all(|s| shape::is_word(s))
        && FILES.domains.contains(last)
        && last != "in"
    {
        return;
    }
    let standard = CODE.standard.names.contains(last) && name.segments.len() == 1
        || name.segments.len() > 1
            && !name.call
            && matches!(
                head,
                "std"
                    | "os"
                    | "sys"
                    | "java"
                    | "javax"
                    | "console"
                    | "Math"
                    | "JSON"
                    | "process"
                    | "window"
                    | "document"
            )
        || name.segments.len() > 1
            && name.call
            && matches!(head, "std" | "os" | "java" | "javax" | "console" | "Math" | "JSON" | "window" | "document");
    let mut draft = Draft::new(Kind::Symbol, text, name.segments.iter().map(|s| (*s).to_owned()).collect(), place);
    draft.shape = Shape { weak: !name.strong, call: name.call, ..Shape::default() };
    if standard {
        draft.standing = Standing::Foreign;
    }
    sink.push(draft);
}

/// `NAME=value`, `key=value`, `--set a.b=c`.
fn assignment(
    left: &str,
    right: &str,
    base: usize,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    let name_part = left.trim_end_matches(['+', ':', '?', '!', '<', '>', '=']);
    if name_part.is_empty() {
        return;
    }
    if shape::is_upper(name_part) {
        sink.push(Draft::new(Kind::EnvVar, name_part, vec![name_part.to_owned()], span(base, name_part.len())));
    } else {
        token(name_part, base, false, sink, span);
    }
    value(right, base + left.len() + 1, sink, span);
}

/// A value in an assignment: only a path is a reference there.
fn value(text: &str, base: usize, sink: &mut Sink, span: &dyn Fn(usize, usize) -> crate::document::Span) {
    if shape::path_look(text, true) == Some(PathLook::Strong) {
        push_path(text, base, PathLook::Strong, sink, span);
    }
}

fn push_path(
    text: &str,
    base: usize,
    look: PathLook,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    let mut draft =
        Draft::new(Kind::Path, text, shape::path_parts(text), span(base, text.len())).weak(look == PathLook::Weak);
    draft.shape.glob = text.contains(['*', '?', '{', '[']);
    draft.shape.folder = text.ends_with('/');
    sink.push(draft);
}

/// Whether `token` is `group:artifact` or `group:artifact:version`.
fn coordinate(token: &str) -> bool {
    let mut parts = token.split(':');
    let (Some(group), Some(artifact)) = (parts.next(), parts.next()) else { return false };
    group.contains('.')
        && !artifact.is_empty()
        && parts.clone().count() < 3
        && token.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b':'))
        && group.bytes().next().is_some_and(|c| c.is_ascii_lowercase())
}

fn slashed(token: &str, base: usize, sink: &mut Sink, span: &dyn Fn(usize, usize) -> crate::document::Span) {
    let cut = token.find([':', '#', '=']).unwrap_or(token.len());
    let path = token.get(..cut).unwrap_or("");
    if token.starts_with('@') && token.matches('/').count() == 1 && shape::extension(token).is_none() {
        let end = token.get(1..).and_then(|t| t.find('@')).map_or(token.len(), |i| i + 1);
        let name = token.get(..end).unwrap_or(token);
        if name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'@' | b'/' | b'-' | b'_' | b'.')) {
            sink.push(Draft::new(Kind::Dependency, name, vec![name.to_owned()], span(base, name.len())));
        }
        return;
    }
    if token.starts_with('/') {
        if let Some(look) = shape::path_look(path, true) {
            push_path(path, base, look, sink, span);
        } else {
            route(token, base, None, sink, span);
        }
        return;
    }
    let head = path.split('/').next().unwrap_or("");
    if shape::is_domain(head) && path.contains('/') {
        // A module path, an image, a label's domain.
        let ok = path.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-' | b'_' | b'/'));
        if ok {
            sink.push(Draft::new(Kind::Dependency, path, vec![path.to_owned()], span(base, path.len())).weak(true));
        }
        return;
    }
    if let Some(look) = shape::path_look(path, true) {
        push_path(path, base, look, sink, span);
    }
}

/// A rooted path that is no file: an HTTP route, unless it is of the reader's system.
pub(crate) fn route(
    path: &str,
    base: usize,
    method: Option<&str>,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    let cut = path.find(['?', '#']).unwrap_or(path.len());
    let Some(path) = path.get(..cut) else { return };
    let path = path.trim_end_matches([',', '.', ';', '"', '\'', ')']);
    let root = path.get(1..).and_then(|p| p.split('/').next()).unwrap_or("");
    let fine = path.len() > 1
        && path.bytes().all(|c| {
            c.is_ascii_alphanumeric()
                || matches!(c, b'/' | b'-' | b'_' | b'.' | b'{' | b'}' | b':' | b'<' | b'>' | b'*' | b'~' | b'$' | b'@')
        })
        && !root.is_empty()
        && root
            .bytes()
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, b'_' | b'-' | b'{' | b':' | b'.'));
    if !fine || method.is_none() && FILES.system_roots.contains(root) {
        return;
    }
    let mut parts: Vec<String> = method.map(str::to_owned).into_iter().collect();
    parts.push(path.to_owned());
    let weak = method.is_none() && path.matches('/').count() == 1;
    sink.push(Draft::new(Kind::Route, path, parts, span(base, path.len())).weak(weak));
}

/// The route of a URL on an example or local host.
pub(crate) fn route_of_url(
    url: &str,
    base: usize,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    let Some(at) = url.find("://") else { return };
    let rest = url.get(at + 3..).unwrap_or("");
    let Some(slash) = rest.find('/') else { return };
    let host = rest.get(..slash).unwrap_or("");
    let name = host.split(':').next().unwrap_or(host);
    let local = matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "host")
        || name.contains("example")
        || name.starts_with(['<', '$', '{'])
        || name.ends_with(".local")
        || !name.contains('.');
    if local && !url.starts_with("file") && !url.starts_with("git") {
        route(rest.get(slash..).unwrap_or(""), base + at + 3 + slash, None, sink, span);
    }
}

/// More than one word: `GET /x`, a command, or an expression.
fn phrase(run: &Located<'_>, text: &str, base: usize, sink: &mut Sink) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if matches!(word, "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS") {
        let path = rest.trim_start();
        if path.starts_with('/') {
            let at = base + text.len() - path.len();
            let path = path.split_whitespace().next().unwrap_or("");
            route(path, at, Some(word), sink, &|s, len| part(run, s, len));
            return;
        }
    }
    let prompt = matches!(word, "$" | "%" | ">");
    let lone = word.trim_start_matches("./");
    let program = lone.bytes().next().is_some_and(|c| c.is_ascii_alphabetic())
        && lone.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'/' | b'+'));
    let first_arg = rest.trim_start();
    let command = prompt
        || word.starts_with("./") && program
        || program
            && !is_language_word(word)
            && (PROGRAMS.foreign.contains(word)
                || PROGRAMS.task_tools.contains(word)
                || PROGRAMS.wrappers.contains(word))
        || program
            && !is_language_word(word)
            && (first_arg.starts_with("--")
                || first_arg.starts_with('-') && first_arg.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic)
                || rest.contains(" --"))
        || word.split_once('=').is_some_and(|(n, _)| shape::is_upper(n));
    if command || word.starts_with('-') {
        shell::line(run, text, base, sink);
        return;
    }
    if program
        && lone == word
        && shape::is_word(word)
        && first_arg
            .split_whitespace()
            .all(|w| shape::is_word(w) || shape::is_kebab(w) || w.starts_with(['<', '[', '{']))
        && first_arg.len() < 60
    {
        // `prog subcommand`, in the project's own words.
        let from = sink.len();
        shell::line(run, text, base, sink);
        for r in sink.since(from) {
            r.shape.weak = true;
        }
        return;
    }
    code::expression(run, text, base, sink);
}
