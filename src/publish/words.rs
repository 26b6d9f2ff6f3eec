//! Findings in a line or two of Markdown, for texts on GitHub.

use std::collections::BTreeMap;

use crate::finding::CauseKind;
use crate::report::inert::clip;
use crate::report::json::v1::{Audit, Commit, Document, Finding};
use crate::report::link;
use crate::report::markdown::escape::{code, prose, text};

/// How long a page's name, a message and a commit's subject may be in a line, in characters.
const NAME: usize = 160;
const MESSAGE: usize = 300;
const SUBJECT: usize = 100;

/// Looks up what a finding's line needs.
pub(super) struct Words<'a> {
    audit: &'a Audit,
    documents: BTreeMap<&'a str, &'a Document>,
}

impl<'a> Words<'a> {
    pub(super) fn new(audit: &'a Audit) -> Self {
        Self { audit, documents: audit.documents.iter().map(|d| (d.id.as_str(), d)).collect() }
    }

    pub(super) fn document(&self, id: &str) -> Option<&'a Document> {
        self.documents.get(id).copied()
    }

    /// A page and a line of it, linked where there is a place.
    pub(super) fn place(&self, id: &str, line: Option<u32>) -> String {
        let name = clip(id, NAME);
        let shown = match line {
            Some(line) => code(&format!("{name}:{line}")),
            None => code(&name),
        };
        let href = self.document(id).and_then(|d| link::page(self.audit, d, line.unwrap_or(1)));
        linked(&shown, href)
    }

    /// Where a finding is: of a page that stands elsewhere its title and the headings down to the place.
    pub(super) fn at(&self, finding: &Finding) -> String {
        let at = &finding.location;
        let href = link::place(self.audit, self.document(&at.document), finding);
        if at.heading.is_empty() {
            return linked(&code(&format!("{}:{}", clip(&at.document, NAME), at.start.line)), href);
        }
        linked(&text(&clip(&at.heading.join(" › "), NAME)), href)
    }

    /// What is wrong, in a sentence.
    pub(super) fn what(&self, finding: &Finding) -> String {
        prose(&clip(&finding.message, MESSAGE))
    }

    /// The proof in a line: which commit took what away, where it stood, and what stands there now.
    pub(super) fn proof(&self, finding: &Finding) -> String {
        let evidence = &finding.evidence;
        let system = link::system(self.audit, finding);
        let mut parts = Vec::new();
        if let Some(cause) = &evidence.cause {
            let verb = match cause.kind {
                CauseKind::Removed => "removed",
                CauseKind::Renamed => "renamed",
                CauseKind::Changed => "changed",
            };
            parts.push(format!("{verb} {}", self.commit(finding, &cause.commit)));
        }
        if let Some(witness) = evidence.witnesses.first() {
            let name = clip(&witness.path, NAME);
            let shown = witness.line.map_or_else(|| code(&name), |line| code(&format!("{name}:{line}")));
            let href = system.and_then(|s| link::code(s, &witness.commit, &witness.path, witness.line));
            parts.push(format!("was in {}", linked(&shown, href)));
        }
        if let Some(replacement) = &evidence.replacement {
            parts.push(format!("now {}", code(&clip(&replacement.text, NAME))));
        } else if let Some(now) = evidence.now.first() {
            let name = clip(&now.path, NAME);
            let shown = now.line.map_or_else(|| code(&name), |line| code(&format!("{name}:{line}")));
            let href = system.and_then(|s| link::code(s, &now.commit, &now.path, now.line));
            let value =
                if now.text.is_empty() { String::new() } else { format!(": {}", code(&clip(&now.text, SUBJECT))) };
            parts.push(format!("now in {}{value}", linked(&shown, href)));
        }
        parts.join("; ")
    }

    fn commit(&self, finding: &Finding, commit: &Commit) -> String {
        let short = commit.id.get(..7).unwrap_or(&commit.id);
        let href = link::system(self.audit, finding).and_then(|s| link::commit(s, &commit.id));
        let date = commit.date.format("%Y-%m-%d");
        format!("{date} in {} “{}”", linked(&code(short), href), text(&clip(&commit.subject, SUBJECT)))
    }
}

/// Markdown that is shown already, as a link.
pub(super) fn linked(shown: &str, href: Option<String>) -> String {
    match href.filter(|href| link::is_web(href)) {
        Some(href) => format!("[{shown}]({href})"),
        None => shown.to_owned(),
    }
}

/// `1 finding`, `2 findings`.
pub(super) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// As much of `text` as fits into `limit` bytes, with an end that says that it was cut.
pub(super) fn fit(mut text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    let mark = "\n\n…\n";
    let mut end = limit.saturating_sub(mark.len()).min(text.len());
    // Whole lines: half a link or an open element would run into what follows.
    end = text.get(..end).and_then(|head| head.rfind('\n')).unwrap_or_else(|| {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        end
    });
    text.truncate(end);
    text.push_str(mark);
    text
}
