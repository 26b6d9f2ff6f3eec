//! References in code blocks: what the block is decides how it is read.

pub(crate) mod code;
mod config;
mod guess;
pub(crate) mod lexer;
mod make;
mod plain;
pub(crate) mod shell;
mod tree;

use crate::document::{Block, Document, InlineKind};

use super::extract::Sink;
use super::located::Located;
use super::model::Standing;

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
    if matches!(sample, Sample::Text) && lang != Some("help") && plain::is_output(info, before, &lines) {
        for r in sink.since(from) {
            if r.standing == Standing::Affirmed {
                r.standing = Standing::Output;
            }
        }
    }
}
