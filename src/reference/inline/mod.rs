//! References in running text: words, code spans, links.

mod code_span;
mod flag;
mod prose;
mod symbol;

use crate::document::{Block, BlockKind, Document, InlineKind, Span};

use super::extract::Sink;
use super::link;
use super::located::Located;
use super::model::{Place, Standing};

pub(crate) use code_span::{route, route_of_url};
pub(crate) use flag::parse as parse_flag;
pub(crate) use prose::scan as scan_prose;

/// What a block of running text names.
pub(super) fn extract(doc: &Document, block: &Block, sink: &mut Sink) {
    let own = sink.place();
    let short_flags = speaks_of_options(block);
    let mut run: Option<Located<'_>> = None;
    let mut strike = Strike::default();
    let mut last_end = block.span.start;
    for inline in &block.inlines {
        let gap = doc.text.get(last_end..inline.span.start).unwrap_or("");
        let was = strike.on;
        strike.gap(gap);
        if matches!(inline.kind, InlineKind::Html) {
            strike.tag(&inline.text);
        }
        if was != strike.on {
            finish(&mut run, sink, own, short_flags, was);
        }
        match &inline.kind {
            InlineKind::Text => {
                let apart = inline.cell.is_some() && gap.contains('|');
                if apart {
                    finish(&mut run, sink, own, short_flags, strike.on);
                }
                run.get_or_insert_with(Located::empty).push(doc, inline);
            }
            InlineKind::Break => {
                if let Some(run) = &mut run {
                    run.push_blank(inline.span);
                }
            }
            InlineKind::Code | InlineKind::CodeLine => {
                finish(&mut run, sink, own, short_flags, strike.on);
                sink.at(if own == Place::Heading { own } else { Place::CodeSpan });
                let from = sink.len();
                code_span::scan(&Located::inline(doc, inline), inline, sink);
                strike_out(sink, from, strike.on);
                sink.at(own);
            }
            InlineKind::Link(target) | InlineKind::Image(target) => {
                finish(&mut run, sink, own, short_flags, strike.on);
                // Many uses may share one definition: the first stands for all.
                if block.span.contains(target.span) || sink.first_use(target.span) {
                    let from = sink.len();
                    link::push(target, sink);
                    strike_out(sink, from, strike.on);
                }
            }
            InlineKind::Html => finish(&mut run, sink, own, short_flags, strike.on),
        }
        if !matches!(inline.kind, InlineKind::Link(_)) {
            last_end = last_end.max(inline.span.end);
        } else {
            last_end = last_end.max(inline.span.start);
        }
    }
    finish(&mut run, sink, own, short_flags, strike.on);
}

fn finish(run: &mut Option<Located<'_>>, sink: &mut Sink, own: Place, short_flags: bool, strike: bool) {
    if let Some(run) = run.take() {
        sink.at(own);
        let from = sink.len();
        prose::scan(&run, short_flags, sink);
        strike_out(sink, from, strike);
    }
}

fn strike_out(sink: &mut Sink, from: usize, strike: bool) {
    if strike {
        for r in sink.since(from) {
            r.standing = Standing::Past;
        }
    }
}

/// Text that is struck out, by `~~` or by a tag.
#[derive(Default)]
struct Strike {
    on: bool,
}

impl Strike {
    fn gap(&mut self, gap: &str) {
        if gap.len() < 256 && gap.contains("~~") {
            for _ in 0..gap.matches("~~").count() {
                self.on = !self.on;
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        let tag = tag.trim_start_matches('<');
        let closing = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        if matches!(name, "del" | "s" | "strike") {
            self.on = !closing;
        }
    }
}

/// Whether single-letter options are to be expected in the words of this block.
fn speaks_of_options(block: &Block) -> bool {
    if matches!(block.kind, BlockKind::TableRow { .. } | BlockKind::ListItem { .. }) {
        return true;
    }
    // Without such an option in its words the question does not arise.
    let dashed = |t: &str| {
        memchr::memchr_iter(b'-', t.as_bytes()).any(|at| t.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphabetic))
    };
    if !block.inlines.iter().any(|i| i.kind == InlineKind::Text && dashed(&i.text)) {
        return false;
    }
    block.inlines.iter().any(|i| {
        i.kind == InlineKind::Text
            && ["option", "Option", "flag", "Flag", "switch", "オプション", "フラグ"].iter().any(|w| i.text.contains(w))
    })
}

/// Span of a part of a located text.
pub(crate) fn part(text: &Located<'_>, start: usize, len: usize) -> Span {
    text.span(start..start + len)
}
