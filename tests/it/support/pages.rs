//! Pages and findings made by hand, for tests of what comes after the checks.

use shelflife::document::{Document, DocumentId, Format, Span, parse};
use shelflife::finding::{Confidence, Evidence, Finding, Fingerprint, Severity};

/// A parsed page; the format follows the suffix.
pub fn page(path: &str, text: &str) -> Document {
    let format = match path.rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("rst") => Format::Rst,
        Some("adoc") => Format::Asciidoc,
        Some("mdx") => Format::Mdx,
        Some("md") => Format::Markdown,
        _ => Format::Plain,
    };
    parse(DocumentId::new(path), format, text.as_bytes()).unwrap()
}

/// A finding of `rule` at the first place where `words` stand in `document`.
pub fn finding(document: &Document, rule: &'static str, words: &str) -> Finding {
    finding_at(document, rule, words, 0)
}

/// A finding of `rule` at the `nth` place (from 0) where `words` stand in `document`.
pub fn finding_at(document: &Document, rule: &'static str, words: &str, nth: usize) -> Finding {
    let (start, _) = document.text.match_indices(words).nth(nth).unwrap();
    let span = Span::new(start, start + words.len());
    let section = document.sections.iter().rposition(|s| s.span.start <= start).unwrap();
    let heading_path = &document.sections[section].heading_path;
    Finding {
        rule,
        severity: Severity::Error,
        confidence: Confidence::new(0.97),
        message: format!("`{words}` is gone from the code"),
        document: document.id.clone(),
        section,
        span,
        start: document.lines.position(&document.text, span.start),
        end: document.lines.position(&document.text, span.end),
        subject: words.to_owned(),
        evidence: Evidence::default(),
        fingerprint: Fingerprint::new(rule, document.id.as_str(), words, heading_path, nth),
        fix: None,
    }
}
