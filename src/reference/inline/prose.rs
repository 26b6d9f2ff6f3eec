//! References in plain words.
//!
//! Most words name nothing: a table of byte classes decides in one pass which tokens are worth a
//! second look. Japanese letters end a token, so that `設定はconfig.tomlに` needs no blanks.

use crate::reference::extract::{Draft, Sink};
use crate::reference::language::CODE;
use crate::reference::located::Located;
use crate::reference::model::{Kind, Shape};
use crate::reference::service;
use crate::reference::shape::{self, PathLook};

use super::{flag, symbol};

const SLASH: u16 = 1;
const DOT: u16 = 2;
const UNDER: u16 = 4;
const DASH: u16 = 8;
const COLON: u16 = 16;
const PAREN: u16 = 32;
const DOLLAR: u16 = 64;
const AT: u16 = 128;
const UPPER: u16 = 256;
const LOWER: u16 = 512;
const DIGIT: u16 = 1024;
const WIDE: u16 = 2048;
const OTHER: u16 = 4096;
const STAR: u16 = 8192;
const BREAK: u16 = 1 << 15;

const CLASS: [u16; 256] = {
    let mut t = [BREAK; 256];
    let mut i = 0;
    while i < 128 {
        let c = i as u8;
        t[i] = match c {
            b'/' => SLASH,
            b'.' => DOT,
            b'_' => UNDER,
            b'-' => DASH,
            b':' => COLON,
            b'(' | b')' => PAREN,
            b'$' => DOLLAR,
            b'@' => AT,
            b'*' => STAR,
            b'A'..=b'Z' => UPPER,
            b'a'..=b'z' => LOWER,
            b'0'..=b'9' => DIGIT,
            b'!' | b'#' | b'%' | b'&' | b'+' | b'=' | b'?' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'~' | b'^'
            | b'\\' | b'\'' => OTHER,
            _ => BREAK,
        };
        i += 1;
    }
    t[0xEF] = WIDE;
    t
};

/// Scans running text. `short_flags`: options of one letter are to be expected.
pub(crate) fn scan(run: &Located<'_>, short_flags: bool, sink: &mut Sink) {
    let text = run.text();
    let b = text.as_bytes();
    titles(run, sink);
    service::scan(run, sink);
    let mut i = 0;
    while i < b.len() {
        let mut bits = 0;
        let start = i;
        while let Some(&c) = b.get(i) {
            let class = CLASS.get(usize::from(c)).copied().unwrap_or(BREAK);
            if class & (BREAK | WIDE) != 0 {
                if class & WIDE != 0
                    && let Some(len) = wide_token_char(b, i)
                {
                    bits |= WIDE;
                    i += len;
                    continue;
                }
                break;
            }
            bits |= class;
            i += 1;
        }
        if (bits & (SLASH | DOT | UNDER | DASH | COLON | PAREN | DOLLAR | AT | WIDE) != 0
            || (bits & UPPER != 0 && bits & LOWER != 0))
            && let Some(token) = text.get(start..i)
        {
            candidate(run, token, start, bits, short_flags, sink);
        }
        // Continuation bytes of one character are skipped together.
        i += 1;
        while b.get(i).is_some_and(|c| (0x80..0xC0).contains(c)) {
            i += 1;
        }
    }
}

/// Longest title of a dashboard (bytes).
const TITLE: usize = 80;

/// `dashboard "Title of it"`: quoted words in a sentence that speaks of dashboards or alerts.
fn titles(run: &Located<'_>, sink: &mut Sink) {
    const WORDS: [&str; 6] = ["ashboard", "ダッシュボード", "lert ", "アラート", "パネル", " panel"];
    const QUOTES: [(&str, &str); 3] = [("\"", "\""), ("\u{201c}", "\u{201d}"), ("「", "」")];
    let text = run.text();
    if !QUOTES.iter().any(|(open, _)| text.contains(open)) || !WORDS.iter().any(|word| text.contains(word)) {
        return;
    }
    for (open, close) in QUOTES {
        let mut at = 0;
        while let Some(found) = text.get(at..).and_then(|rest| rest.find(open)) {
            let start = at + found + open.len();
            let Some(len) = text.get(start..).and_then(|rest| rest.find(close)) else { break };
            let title = text.get(start..start + len).unwrap_or("");
            if (3..=TITLE).contains(&len) && !title.contains('\n') {
                let span = run.span(start..start + len);
                sink.push(Draft::new(Kind::Resource, title, vec![title.to_owned()], span).weak(true));
            }
            at = start + len + close.len();
        }
    }
}

/// Length of a full-width letter, digit, `－`, `＿`, `．`, `／`, `＝` at `i` that can belong to a token.
fn wide_token_char(b: &[u8], i: usize) -> Option<usize> {
    let (second, third) = (*b.get(i + 1)?, *b.get(i + 2)?);
    let code = match second {
        0xBC => u32::from(third) - 0x80 + 0x20,
        0xBD => u32::from(third) - 0x80 + 0x60,
        _ => return None,
    };
    // `code` is the ASCII character that the full-width one stands for.
    let c = u8::try_from(code).ok()?;
    (c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'/' | b'=')).then_some(3)
}

fn candidate(run: &Located<'_>, token: &str, start: usize, bits: u16, short_flags: bool, sink: &mut Sink) {
    if bits & WIDE != 0 {
        // Rare enough for an allocation; every full-width form is one character.
        let narrow: String = token.chars().map(shape::narrow_char).collect();
        let mut shadow = Vec::new();
        let mut at = start;
        for c in token.chars() {
            shadow.push(at);
            at += c.len_utf8();
        }
        shadow.push(at);
        if narrow.is_ascii() {
            classify(&narrow, bits | DASH | DOT, short_flags, sink, &|s, e| {
                run.span(shadow.get(s).copied().unwrap_or(start)..shadow.get(e).copied().unwrap_or(at))
            });
        }
        return;
    }
    classify(token, bits, short_flags, sink, &|s, e| run.span(start + s..start + e));
}

/// What punctuation around a word leaves of it, as offsets.
fn trim(token: &str) -> (usize, usize) {
    let b = token.as_bytes();
    let (mut s, mut e) = (0, b.len());
    loop {
        let before = (s, e);
        if let (Some(&first), Some(&last)) = (b.get(s), e.checked_sub(1).and_then(|i| b.get(i))) {
            let body = b.get(s..e).unwrap_or_default();
            let has = |c: u8| memchr::memchr(c, body).is_some();
            match first {
                b'(' | b'[' | b'{' | b'\'' | b'=' | b'!' | b'&' | b'+' | b'>' | b')' | b']' | b'}' | b'?' => s += 1,
                b'<' if last == b'>' || !has(b'>') => s += 1,
                b'*' | b'_' | b'~' if e - s > 1 && last == first => {
                    s += 1;
                    e -= 1;
                }
                _ => {}
            }
            match last {
                b'.' | b':' | b'!' | b'?' | b'\'' | b'=' | b'&' | b'+' | b'<' | b'-' | b'(' | b'[' | b'{' | b'~'
                | b'\\' | b'^' => e -= 1,
                b')' if !has(b'(') || first == b'(' => e -= 1,
                b']' if !has(b'[') || first == b'[' => e -= 1,
                b'}' if !has(b'{') || first == b'{' => e -= 1,
                b'>' if !has(b'<') || first == b'<' => e -= 1,
                _ => {}
            }
        }
        e = e.max(s);
        if (s, e) == before || s == e {
            return (s, e);
        }
    }
}

fn classify(
    whole: &str,
    bits: u16,
    short_flags: bool,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    let (s, e) = trim(whole);
    let Some(token) = whole.get(s..e) else { return };
    let Some(&first) = token.as_bytes().first() else { return };
    if token.len() < 2 || token.len() > 400 {
        return;
    }
    if first == b'-' {
        if token.starts_with("--") || short_flags || token.contains("/--") {
            flags(token, s, short_flags, sink, span);
        }
        return;
    }
    if first == b'$' {
        variable(token, s, sink, span);
        return;
    }
    if bits & SLASH != 0 && token.contains('/') {
        slashed(token, s, sink, span);
        return;
    }
    if bits & DASH != 0 && token.contains("=--") {
        return;
    }
    if token.bytes().any(|c| matches!(c, b'%' | b'=' | b'+' | b'^' | b'~' | b'\\' | b'?' | b'\'' | b'{' | b'[')) {
        return;
    }
    if bits & DOT != 0 {
        if let Some(look) = shape::path_look(token, false) {
            let mut draft =
                Draft::new(Kind::Path, token, shape::path_parts(token), span(s, e)).weak(look == PathLook::Weak);
            draft.shape.glob = token.contains('*');
            sink.push(draft);
            return;
        }
        if let Some((file, line)) = token.split_once(':') {
            // `main.c:12`
            if line.bytes().all(|c| c.is_ascii_digit() || matches!(c, b':' | b'-'))
                && shape::path_look(file, true).is_some()
            {
                sink.push(Draft::new(Kind::Path, file, shape::path_parts(file), span(s, s + file.len())));
                return;
            }
        }
    }
    if bits & (UNDER | PAREN | COLON) == 0 && !shape::has_hump(token) {
        return;
    }
    let Some(name) = symbol::parse(token) else { return };
    let Some(last) = name.segments.last().copied() else { return };
    let text = token.get(name.start..name.end).unwrap_or(token);
    let span = span(s + name.start, s + name.end);
    if name.segments.len() == 1 {
        if shape::is_upper(last) {
            if last.contains('_') {
                sink.push(Draft::new(Kind::EnvVar, text, vec![last.to_owned()], span).weak(true));
            }
            return;
        }
        if shape::is_metric(last) {
            sink.push(Draft::new(Kind::Metric, text, vec![last.to_owned()], span));
            return;
        }
        if !name.call && (!shape::is_strong_identifier(last) || CODE.products.contains(last)) {
            return;
        }
        if !name.call && !last.contains('_') && last.strip_suffix('s').is_some_and(shape::is_upper) {
            return; // `URLs`
        }
    } else if !name.call && bits & COLON == 0 {
        return; // a dotted word in running text: an abbreviation, a host
    }
    let mut draft = Draft::new(Kind::Symbol, text, name.segments.iter().map(|s| (*s).to_owned()).collect(), span);
    draft.shape = Shape {
        weak: name.segments.len() == 1 && !name.call && !last.contains('_'),
        call: name.call,
        ..Shape::default()
    };
    sink.push(draft);
}

fn flags(
    token: &str,
    base: usize,
    short_flags: bool,
    sink: &mut Sink,
    span: &dyn Fn(usize, usize) -> crate::document::Span,
) {
    for flag in flag::parse(token) {
        let text = token.get(flag.start..flag.end).unwrap_or("");
        if !text.starts_with("--") && (text.len() != 2 || !short_flags) {
            continue;
        }
        sink.push(Draft::new(Kind::Flag, text, flag.spellings, span(base + flag.start, base + flag.end)));
    }
}

fn variable(token: &str, base: usize, sink: &mut Sink, span: &dyn Fn(usize, usize) -> crate::document::Span) {
    let body = token.get(1..).unwrap_or("");
    let skip = usize::from(body.starts_with('{'));
    let name = body.get(skip..).unwrap_or("");
    let len = name.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count();
    let name = name.get(..len).unwrap_or("");
    if name.len() > 1
        && name.bytes().next().is_some_and(|c| c.is_ascii_uppercase())
        && name.bytes().all(|c| !c.is_ascii_lowercase())
    {
        let from = base + 1 + skip;
        sink.push(Draft::new(Kind::EnvVar, name, vec![name.to_owned()], span(from, from + len)));
    }
}

fn slashed(token: &str, base: usize, sink: &mut Sink, span: &dyn Fn(usize, usize) -> crate::document::Span) {
    if token.contains("://") {
        return;
    }
    // `src/a.c:12`, `src/a.c#L3`
    let cut = token.find([':', '#', '=', '\'', '(']).unwrap_or(token.len());
    let Some(path) = token.get(..cut) else { return };
    if path.starts_with('@') && path.matches('/').count() == 1 && shape::extension(path).is_none() {
        let (scope, name) = path.split_once('/').unwrap_or((path, ""));
        if scope.len() > 1
            && !name.is_empty()
            && path.get(1..).is_some_and(|p| {
                p.bytes()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'/' | b'-' | b'_' | b'.'))
            })
        {
            sink.push(Draft::new(Kind::Dependency, path, vec![path.to_owned()], span(base, base + cut)));
        }
        return;
    }
    let path = path.trim_end_matches(['.', ':']);
    if path.is_empty() {
        return;
    }
    let Some(look) = shape::path_look(path, false) else { return };
    let mut draft = Draft::new(Kind::Path, path, shape::path_parts(path), span(base, base + path.len()))
        .weak(look == PathLook::Weak);
    draft.shape.glob = path.contains(['*', '?', '{', '[']);
    draft.shape.folder = path.ends_with('/');
    sink.push(draft);
}
