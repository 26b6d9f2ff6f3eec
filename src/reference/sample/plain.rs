//! Blocks of plain text: help texts, logs, output.

use crate::document::{Block, InlineKind};
use crate::reference::extract::{Draft, Sink};
use crate::reference::inline::scan_prose;
use crate::reference::located::Located;
use crate::reference::model::Kind;
use crate::reference::shape;

/// Scans help texts and other plain text; the program of a `Usage:` line is that of the options.
pub(super) fn scan(lines: &[Located<'_>], sink: &mut Sink) {
    let program = lines.iter().find_map(|l| usage_program(l.text())).map(str::to_owned);
    let from = sink.len();
    for line in lines {
        let short = line.text().trim_start().starts_with('-');
        if !request(line, sink) {
            program_of(line, sink);
            scan_prose(line, short, sink);
        }
    }
    if program.is_some() {
        for r in sink.since(from) {
            if r.kind == Kind::Flag {
                r.program.clone_from(&program);
            }
        }
    }
}

/// `POST /orders/{id}/cancel`, as a block of an interface's description has it.
fn request(line: &Located<'_>, sink: &mut Sink) -> bool {
    let text = line.text();
    let mut words = text.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return false };
    if !matches!(method, "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS") || !path.starts_with('/') {
        return false;
    }
    let Some(at) = text.find(path) else { return false };
    crate::reference::inline::route(path, at, Some(method), sink, &|s, len| line.span(s..s + len));
    true
}

/// `tool-name arguments`: a line that begins with a hyphenated word may call a program of the project;
/// whether it is one, its manifests tell.
fn program_of(line: &Located<'_>, sink: &mut Sink) {
    let text = line.text();
    let Some(word) = text.split_whitespace().next() else { return };
    if shape::is_kebab(word) && text.len() < 200 {
        let at = text.len() - text.trim_start().len();
        let span = line.span(at..at + word.len());
        sink.push(Draft::new(Kind::Command, word, vec![word.to_owned()], span).weak(true));
    }
}

/// `prog` of `Usage: prog [OPTIONS]`.
fn usage_program(line: &str) -> Option<&str> {
    let rest = line.trim_start();
    let at = rest.get(..6).filter(|s| s.eq_ignore_ascii_case("usage:"))?.len();
    let word = rest.get(at..)?.split_whitespace().next()?;
    let name = word.rsplit('/').next()?;
    let ok = !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'));
    ok.then_some(name)
}

/// Whether a block of plain text is what a program prints. A help text is not: it documents options.
pub(super) fn is_output(info: &str, before: Option<&Block>, lines: &[Located<'_>]) -> bool {
    if lines.iter().any(|l| usage_program(l.text()).is_some() || l.text().trim_start().starts_with("--")) {
        return false;
    }
    if info.starts_with("output") || info.starts_with("log") || info.starts_with("ansi") {
        return true;
    }
    if lines.iter().take(3).any(|l| is_log_line(l.text())) {
        return true;
    }
    let Some(last) = before.and_then(|b| b.inlines.iter().rev().find(|i| i.kind == InlineKind::Text)) else {
        return false;
    };
    let text = last.text.to_lowercase();
    let tail = text.trim_end();
    [
        "output",
        "prints",
        "print",
        "printed",
        "result",
        "log",
        "出力",
        "表示",
        "結果",
        "error",
        "エラー",
        "response",
        "returns",
        "looks like",
    ]
    .iter()
    .any(|w| tail.get(tail.len().saturating_sub(80)..).unwrap_or(tail).contains(w))
        && tail.ends_with([':', '：', '。', '.'])
}

/// A time, a level or a stack frame at the line's beginning.
fn is_log_line(line: &str) -> bool {
    let t = line.trim_start().trim_start_matches('[');
    let b = t.as_bytes();
    let digits = |r: std::ops::Range<usize>| b.get(r).is_some_and(|d| d.iter().all(u8::is_ascii_digit));
    (digits(0..4) && b.get(4) == Some(&b'-') && digits(5..7))
        || (digits(0..2) && b.get(2) == Some(&b':') && digits(3..5))
        || [
            "level=",
            "INFO",
            "WARN",
            "ERROR",
            "DEBUG",
            "Traceback",
            "panic:",
            "Error:",
            "error:",
            "warning:",
            "error[",
            "ts=",
        ]
        .iter()
        .any(|w| t.starts_with(w))
}
