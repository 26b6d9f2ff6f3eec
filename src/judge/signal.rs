//! What the judge's opinion of a passage does to signals there. It never touches what was proved.

use crate::document::{DocumentId, Span};
use crate::finding::{Confidence, Finding};
use crate::rule::registry;

/// By how much a signal's probability moves.
const STEP: f32 = 0.2;

/// What was said of a passage, by quotes that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The page.
    pub document: DocumentId,
    /// The passage.
    pub span: Span,
    /// Whether one of its lines is contradicted.
    pub contradicted: bool,
    /// Whether lines were found to agree.
    pub agrees: bool,
}

/// Raises the confidence of signals in passages that are contradicted, and lowers it in those of which all
/// that was looked at agrees. `is_signal` says which rules only rank.
pub fn adjust(findings: &mut [Finding], opinions: &[Opinion], is_signal: &dyn Fn(&str) -> bool) {
    for finding in findings.iter_mut().filter(|f| is_signal(f.rule)) {
        let here = |o: &&Opinion| o.document == finding.document && o.span.overlaps(finding.span);
        let said: Vec<&Opinion> = opinions.iter().filter(here).collect();
        let step = if said.iter().any(|o| o.contradicted) {
            STEP
        } else if said.iter().any(|o| o.agrees) {
            -STEP
        } else {
            continue;
        };
        finding.confidence = Confidence::new(finding.confidence.probability() + step);
    }
}

/// Whether rule `id` only ranks.
#[must_use]
pub fn is_signal(id: &str) -> bool {
    registry::get(id).is_some_and(|rule| rule.file.signal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Position;
    use crate::finding::{Evidence, Fingerprint, Severity};

    fn finding(rule: &'static str, at: usize) -> Finding {
        Finding {
            rule,
            severity: Severity::Note,
            confidence: Confidence::new(0.5),
            message: String::new(),
            document: DocumentId::new("a.md"),
            section: 0,
            span: Span::new(at, at + 5),
            start: Position { line: 1, column: 1 },
            end: Position { line: 1, column: 6 },
            subject: String::new(),
            evidence: Evidence::default(),
            fingerprint: Fingerprint::default(),
            fix: None,
        }
    }

    #[test]
    fn signals_move_and_proofs_stay() {
        let opinion = |at: usize, contradicted, agrees| Opinion {
            document: DocumentId::new("a.md"),
            span: Span::new(at, at + 10),
            contradicted,
            agrees,
        };
        let mut findings = [finding("old", 0), finding("old", 20), finding("old", 40), finding("dead-flag", 0)];
        adjust(&mut findings, &[opinion(0, true, true), opinion(20, false, true)], &|rule| rule == "old");
        let now: Vec<f32> = findings.iter().map(|f| (f.confidence.probability() * 10.0).round()).collect();
        assert_eq!(now, [7.0, 3.0, 5.0, 5.0]);
    }
}
