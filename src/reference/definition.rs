//! Link definitions that no link of their page uses (`[label]: destination`): a reader of the source still
//! follows them, and pages that are included elsewhere define links for the whole.

use rustc_hash::FxHashSet;

use crate::document::{Document, Format, InlineKind, LinkStyle, Span, Target};

/// The destinations of definitions that no link uses, with their places, in order.
pub(super) fn unused(doc: &Document) -> Vec<(usize, Target)> {
    if !matches!(doc.format, Format::Markdown | Format::Mdx) || !doc.text.contains("]: ") {
        return Vec::new();
    }
    let used: FxHashSet<usize> = doc
        .blocks
        .iter()
        .flat_map(|b| &b.inlines)
        .filter_map(|i| match &i.kind {
            InlineKind::Link(target) | InlineKind::Image(target) => Some(doc.lines.line_of(target.span.start)),
            _ => None,
        })
        .collect();
    let mut out = Vec::new();
    let mut start = 0;
    for (number, line) in doc.text.split_inclusive('\n').enumerate() {
        let from = start;
        start += line.len();
        if used.contains(&number) || line.len() > 2000 {
            continue;
        }
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        if indent > 3 || !body.starts_with('[') || body.starts_with("[^") {
            continue;
        }
        let Some(close) = body.find("]: ") else { continue };
        if body.get(1..close).is_none_or(|label| label.is_empty() || label.contains("](")) {
            continue;
        }
        let rest = body.get(close + 3..).unwrap_or("");
        let dest = rest.trim_start().trim_start_matches('<');
        let at = from
            + indent
            + close
            + 3
            + (rest.len() - rest.trim_start().len())
            + usize::from(rest.trim_start().starts_with('<'));
        let len = dest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(dest.len());
        let Some(dest) = dest.get(..len).filter(|d| !d.is_empty()) else { continue };
        let span = Span::new(at, at + len);
        // What stands in a block of text or code is no definition.
        let block = doc.blocks.partition_point(|b| b.span.start <= at);
        let within = block.checked_sub(1).and_then(|b| doc.blocks.get(b)).is_some_and(|b| b.span.end > at);
        if !within {
            let target = Target { dest: dest.to_owned(), span, style: LinkStyle::Reference };
            out.push((block.saturating_sub(1), target));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, parse};

    #[test]
    fn only_what_nothing_uses() {
        let text = "# A\n\nSee [b] and `[x]: y`.\n\n```\n[in]: sample.md\n```\n\n[b]: b.md\n[`c`]: <src/c.rs> \"title\"\n[^1]: note\n";
        let doc = parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
        let found: Vec<&str> = unused(&doc).iter().map(|(_, t)| t.span.of(&doc.text)).collect();
        assert_eq!(found, ["src/c.rs"]);
    }
}
