//! The walk over a page: block by block, in reading order.

use rustc_hash::FxHashSet;

use crate::document::{BlockKind, Document, Span};

use super::language::{FILES, is_common_variable};
use super::model::{Kind, Place, Reference, Shape, Standing};
use super::standing::Standings;
use super::{definition, inline, link, sample, shape, told};

/// Everything that the page names, in reading order.
///
/// One pass over the visible text, linear in its length. Spans point into [`Document::text`]; where
/// the page writes a token without escapes or markup inside, the span's text is the reference's.
#[must_use]
pub fn extract(doc: &Document) -> Vec<Reference> {
    let mut sink =
        Sink { refs: Vec::new(), definitions: FxHashSet::default(), section: 0, block: 0, place: Place::Prose };
    let mut standings = Standings::new(doc);
    for (index, block) in doc.blocks.iter().enumerate() {
        sink.section = block.section;
        sink.block = index;
        let first = sink.refs.len();
        match &block.kind {
            BlockKind::Code { lang, info } => {
                sink.place = Place::CodeBlock;
                let before = index.checked_sub(1).and_then(|i| doc.blocks.get(i));
                sample::extract(doc, block, lang.as_deref(), info, before, &mut sink);
            }
            kind => {
                sink.place = match kind {
                    BlockKind::Heading { .. } => Place::Heading,
                    BlockKind::FrontMatter => Place::FrontMatter,
                    _ => Place::Prose,
                };
                inline::extract(doc, block, &mut sink);
                told::extract(doc, block, first, &mut sink);
            }
        }
        let fresh = sink.refs.get_mut(first..).unwrap_or_default();
        fresh.sort_by_key(|r| (r.span.start, r.span.end));
        standings.apply(doc, block, fresh);
    }
    definitions(doc, &mut sink);
    sink.refs
}

/// Definitions of links stand outside of blocks; each is told of with the block before it.
fn definitions(doc: &Document, sink: &mut Sink) {
    let unused = definition::unused(doc);
    if unused.is_empty() {
        return;
    }
    for (block, target) in unused {
        sink.block = block;
        sink.section = doc.blocks.get(block).map_or(0, |b| b.section);
        link::push(&target, sink);
    }
    sink.refs.sort_by_key(|r| r.block);
}

/// Where references are gathered; knows where in the page the walk is.
pub(crate) struct Sink {
    refs: Vec<Reference>,
    definitions: FxHashSet<Span>,
    section: usize,
    block: usize,
    place: Place,
}

/// A reference to be, without the place that the sink knows.
pub(crate) struct Draft<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub parts: Vec<String>,
    pub span: Span,
    pub shape: Shape,
    pub standing: Standing,
    pub program: Option<&'a str>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(kind: Kind, text: &'a str, parts: Vec<String>, span: Span) -> Self {
        Self { kind, text, parts, span, shape: Shape::default(), standing: Standing::Affirmed, program: None }
    }

    pub(crate) fn weak(mut self, weak: bool) -> Self {
        self.shape.weak |= weak;
        self
    }

    pub(crate) fn standing(mut self, standing: Standing) -> Self {
        self.standing = standing;
        self
    }

    pub(crate) fn program(mut self, program: Option<&'a str>) -> Self {
        self.program = program;
        self
    }
}

impl Sink {
    /// The place of what is pushed next.
    pub(crate) fn at(&mut self, place: Place) -> Place {
        std::mem::replace(&mut self.place, place)
    }

    /// The place of what is pushed next.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Takes a draft; settles what its form alone says of its standing.
    pub(crate) fn push(&mut self, draft: Draft<'_>) {
        if draft.text.is_empty() || draft.span.is_empty() {
            return;
        }
        let mut standing = draft.standing;
        if standing == Standing::Affirmed || standing == Standing::Output {
            if draft.kind != Kind::Link && draft.kind != Kind::Route && shape::is_placeholder(draft.text) {
                standing = Standing::Placeholder;
            } else if draft.kind == Kind::Path && draft.parts.iter().any(|p| FILES.made_folders.contains(p.as_str())) {
                standing = Standing::Created;
            } else if draft.kind == Kind::EnvVar && is_common_variable(draft.text) {
                standing = Standing::Foreign;
            }
        }
        self.refs.push(Reference {
            kind: draft.kind,
            text: draft.text.to_owned(),
            parts: draft.parts,
            span: draft.span,
            section: self.section,
            block: self.block,
            place: self.place,
            standing,
            shape: draft.shape,
            program: draft.program.map(str::to_owned),
        });
    }

    /// Whether a link's definition, which stands outside its block, is met for the first time.
    pub(crate) fn first_use(&mut self, definition: Span) -> bool {
        self.definitions.insert(definition)
    }

    /// How many references there are so far.
    pub(crate) fn len(&self) -> usize {
        self.refs.len()
    }

    /// Those pushed since there were `from`.
    pub(crate) fn since(&mut self, from: usize) -> &mut [Reference] {
        self.refs.get_mut(from..).unwrap_or_default()
    }
}
