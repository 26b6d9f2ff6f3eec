//! References in code blocks: what the block is decides how it is read.

pub(crate) mod code;
mod config;
mod guess;
pub(crate) mod lexer;
mod make;
mod plain;
pub(crate) mod shell;
mod tree;

use rustc_hash::FxHashSet;

use crate::document::{Block, Document, InlineKind};

use super::extract::Sink;
use super::located::Located;
use super::model::{Kind, Reference, Standing};

use guess::{Sample, guess};

/// Longest line of a sample that is read; longer ones are data.
const LONGEST_LINE: usize = 4_000;

/// The lines of a code block.
pub(crate) fn lines<'d>(doc: &'d Document, block: &'d Block) -> Vec<Located<'d>> {
    block
        .inlines
        .iter()
        .filter(|i| matches!(i.kind, InlineKind::CodeLine) && i.text.len() <= LONGEST_LINE)
        .map(|i| Located::inline(doc, i))
        .collect()
}

/// What a code block names.
pub(super) fn extract(
    doc: &Document,
    block: &Block,
    lang: Option<&str>,
    info: &str,
    before: Option<&Block>,
    sink: &mut Sink,
) {
    let lines = lines(doc, block);
    if lines.is_empty() {
        return;
    }
    let from = sink.len();
    let sample = guess(lang, &lines);
    match sample {
        Sample::Shell => shell::block(&lines, sink),
        Sample::Tree => tree::scan(&lines, sink),
        Sample::Config(format) => config::scan(format, &lines, sink),
        Sample::Environment => shell::environment(&lines, sink),
        Sample::Dockerfile => shell::dockerfile(&lines, sink),
        Sample::Make => make::scan(&lines, sink),
        Sample::Code(family) => code::scan(family, &lines, sink),
        Sample::Promql => code::promql(&lines, sink),
        Sample::Text => plain::scan(&lines, sink),
        Sample::Ignored => {}
    }
    if matches!(sample, Sample::Shell) {
        own_variables(doc, sink.since(from));
    }
    if matches!(sample, Sample::Text) && lang != Some("help") && plain::is_output(info, before, &lines) {
        for r in sink.since(from) {
            if r.standing == Standing::Affirmed {
                r.standing = Standing::Output;
            }
        }
    }
}

/// A variable that a shell sample sets and then expands is the sample's own.
fn own_variables(doc: &Document, refs: &mut [Reference]) {
    let text = doc.text.as_bytes();
    let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    let before = |r: &Reference, back: usize| byte(r.span.start.checked_sub(back));
    let variable = |r: &&Reference| r.kind == Kind::EnvVar;
    let set = |r: &&Reference| byte(Some(r.span.end)) == b'=' && !matches!(before(r, 1), b'$' | b'{');
    let expanded = |r: &&Reference| before(r, 1) == b'$' || before(r, 1) == b'{' && before(r, 2) == b'$';
    let names = |test: &dyn Fn(&&Reference) -> bool| -> FxHashSet<String> {
        refs.iter().filter(variable).filter(|r| test(r)).map(|r| r.text.clone()).collect()
    };
    let (set, expanded) = (names(&set), names(&expanded));
    for r in refs.iter_mut().filter(|r| r.kind == Kind::EnvVar) {
        r.shape.incidental |= set.contains(&r.text) && expanded.contains(&r.text);
    }
}
