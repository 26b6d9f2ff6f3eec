//! Helpers for the tests of all formats.

use super::{Block, BlockKind, Document, DocumentId, Format, Inline, InlineKind, parse};

/// Parses a page that is known to be text, and checks what holds for every page.
pub(crate) fn page(format: Format, text: &str) -> Document {
    let document = parse(DocumentId::new("page"), format, text.as_bytes()).unwrap();
    check(&document);
    document
}

/// What holds for every document: spans within the text and on character boundaries, sections that
/// leave nothing out, code lines that are the source word for word.
pub(crate) fn check(d: &Document) {
    let text = &*d.text;
    let valid = |s: super::Span, what: &str| {
        assert!(text.get(s.start..s.end).is_some(), "{what}: {s:?} is no place in a text of {} bytes", text.len());
    };
    let mut at = 0;
    for s in &d.sections {
        assert_eq!(s.span.start, at, "sections leave a gap or overlap");
        valid(s.span, "section");
        at = s.span.end;
    }
    assert_eq!(at, text.len(), "sections end early");
    let mut ids: Vec<_> = d.sections.iter().map(|s| &s.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), d.sections.len(), "section ids repeat");
    for b in &d.blocks {
        valid(b.span, "block");
        assert!(d.sections[b.section].span.start <= b.span.start);
        for i in &b.inlines {
            valid(i.span, "inline");
            match &i.kind {
                InlineKind::CodeLine => {
                    assert_eq!(i.span.of(text), i.text);
                    assert!(!i.text.contains(['\n', '\r']), "{:?}", i.text);
                }
                InlineKind::Link(t) | InlineKind::Image(t) => valid(t.span, "target"),
                InlineKind::Text => assert!(!i.text.is_empty()),
                _ => {}
            }
        }
    }
    for a in &d.anchors {
        valid(a.span, "anchor");
    }
    for c in &d.comments {
        valid(c.span, "comment");
    }
    if let Some(f) = &d.front_matter {
        valid(f.span, "front matter");
        f.entries.iter().for_each(|e| valid(e.span, "entry"));
    }
}

/// All inlines of a kind: what they say and what stands at their place.
pub(crate) fn all(d: &Document, wanted: impl Fn(&InlineKind) -> bool) -> Vec<(String, String)> {
    inlines(d).filter(|i| wanted(&i.kind)).map(|i| (i.text.clone(), i.span.of(&d.text).to_owned())).collect()
}

/// All inlines.
pub(crate) fn inlines(d: &Document) -> impl Iterator<Item = &Inline> {
    d.blocks.iter().flat_map(|b| &b.inlines)
}

/// The text of all inlines of a kind, each checked to stand at its place word for word.
pub(crate) fn exact(d: &Document, wanted: impl Fn(&InlineKind) -> bool) -> Vec<String> {
    let found = all(d, wanted);
    for (text, raw) in &found {
        assert_eq!(text, raw);
    }
    found.into_iter().map(|(t, _)| t).collect()
}

/// Code spans.
pub(crate) fn codes(d: &Document) -> Vec<String> {
    exact(d, |k| *k == InlineKind::Code)
}

/// Lines of code blocks.
pub(crate) fn code_lines(d: &Document) -> Vec<String> {
    exact(d, |k| *k == InlineKind::CodeLine)
}

/// Destinations of links and images, each checked to stand at its place word for word.
pub(crate) fn dests(d: &Document) -> Vec<String> {
    inlines(d)
        .filter_map(|i| match &i.kind {
            InlineKind::Link(t) | InlineKind::Image(t) => {
                assert_eq!(t.span.of(&d.text), t.dest);
                Some(t.dest.clone())
            }
            _ => None,
        })
        .collect()
}

/// Blocks in short: kind and text.
pub(crate) fn outline(d: &Document) -> Vec<String> {
    d.blocks.iter().map(|b| format!("{}: {}", name(b), words(b))).collect()
}

fn name(b: &Block) -> String {
    match &b.kind {
        BlockKind::Heading { level } => format!("h{level}"),
        BlockKind::Paragraph => "p".into(),
        BlockKind::ListItem { ordered: true, .. } => "ol".into(),
        BlockKind::ListItem { .. } => "li".into(),
        BlockKind::TableRow { header: true, .. } => "th".into(),
        BlockKind::TableRow { .. } => "tr".into(),
        BlockKind::Code { lang, .. } => format!("code({})", lang.as_deref().unwrap_or("")),
        BlockKind::Html => "html".into(),
        BlockKind::Directive { name } => format!("directive({name})"),
        BlockKind::FrontMatter => "front".into(),
    }
}

/// A block's text; cells are parted by `|`, lines by `/`.
pub(crate) fn words(b: &Block) -> String {
    let mut out = String::new();
    let mut cell = None;
    for i in &b.inlines {
        if i.cell != cell && cell.is_some() {
            out.push('|');
        }
        cell = i.cell;
        match i.kind {
            InlineKind::Text | InlineKind::Code => out.push_str(&i.text),
            InlineKind::CodeLine => {
                if !out.is_empty() {
                    out.push('/');
                }
                out.push_str(&i.text);
            }
            InlineKind::Break => out.push('/'),
            _ => {}
        }
    }
    out.trim_matches('/').to_owned()
}
