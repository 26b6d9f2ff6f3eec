//! To which program the options of a sentence belong: the one that the sentence names in code before them.

use super::super::language::PROGRAMS;
use super::super::model::{Kind, Place, Reference};
use crate::document::{Block, Document, InlineKind};

/// Farthest distance, in bytes of the page, of an option from its program's name.
const REACH: usize = 160;

/// Ties the options of a block of text that stand behind a program's name to it.
pub(super) fn attribute(doc: &Document, block: &Block, fresh: &mut [Reference]) {
    let is_open = |r: &Reference| r.kind == Kind::Flag && r.program.is_none() && r.place != Place::CodeBlock;
    if !fresh.iter().any(is_open) {
        return;
    }
    let named: Vec<(usize, &str)> = block
        .inlines
        .iter()
        .filter(|inline| inline.kind == InlineKind::Code)
        .filter_map(|inline| {
            let word = inline.text.split_ascii_whitespace().next()?;
            is_program(word).then_some((inline.span.end, word))
        })
        .collect();
    for reference in fresh.iter_mut().filter(|r| is_open(r)) {
        let before = named.partition_point(|(end, _)| *end <= reference.span.start);
        let Some((end, word)) = before.checked_sub(1).and_then(|i| named.get(i)) else { continue };
        let between = doc.text.get(*end..reference.span.start).unwrap_or("");
        if between.len() <= REACH && ![". ", ".\n", "。", "! ", "? "].iter().any(|stop| between.contains(stop)) {
            reference.program = Some((*word).to_owned());
        }
    }
}

fn is_program(word: &str) -> bool {
    PROGRAMS.foreign.contains(word) || PROGRAMS.task_tools.contains(word) || PROGRAMS.wrappers.contains(word)
}
