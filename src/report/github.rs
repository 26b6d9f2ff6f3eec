//! Annotations as workflow commands, for a job that may not write anything else.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step, so the most important are printed,
//! and what is left out is said in one more line. A command is a line that begins with `::`: nothing of
//! a page, a path or a commit may begin one or end one, which the escapes below see to.

use std::io::{self, Write};

use super::inert::{clip, visible};
use super::json::v1::{Audit, Finding, Role};
use super::overview::importance;
use super::proof;
use crate::finding::Severity;

/// Annotations of a kind that GitHub shows of one step.
const MOST: usize = 10;
/// How much of a message is shown, in characters.
const MESSAGE: usize = 1_200;
/// How much of a path, in characters; a longer one is no path that a job could open.
const PATH: usize = 1_000;

/// Writes the most important findings of `audit` as annotations, and a last line with the counts.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, audit: &Audit) -> io::Result<()> {
    let mut ranked: Vec<&Finding> = audit.findings.iter().filter(|f| is_file(audit, f)).collect();
    let before = |f: &Finding| f.role == Some(Role::Edited);
    ranked.sort_by(|a, b| before(a).cmp(&before(b)).then_with(|| importance(b).total_cmp(&importance(a))));
    let mut shown = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        for finding in ranked.iter().filter(|f| f.severity == severity).take(MOST) {
            writeln!(out, "{}", command(finding))?;
            shown += 1;
        }
    }
    let rest = audit.findings.len().saturating_sub(shown);
    let more = if rest > 0 { format!("; {rest} not annotated, see the summary") } else { String::new() };
    // A page's name in the summary line can't begin it: the counts do.
    writeln!(out, "shelflife: {}{more}", visible(&super::plain::summary(audit)))
}

fn is_file(audit: &Audit, finding: &Finding) -> bool {
    let id = finding.location.document.as_str();
    audit.documents.iter().any(|d| d.id == id && d.source == "git")
}

fn command(finding: &Finding) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let (start, end) = (finding.location.start, finding.location.end);
    let mut message = finding.message.clone();
    for line in proof::lines(&finding.evidence) {
        message.push('\n');
        message.push_str(&line);
    }
    let mut place = format!(
        "file={},line={},endLine={}",
        property(&clip(&finding.location.document, PATH)),
        start.line,
        end.line.max(start.line)
    );
    if end.line == start.line {
        place.push_str(&format!(",col={},endColumn={}", start.column, end.column.max(start.column)));
    }
    format!("::{word} {place},title={}::{}", property(&clip(&finding.rule, 80)), data(&clip(&message, MESSAGE)))
}

/// Text behind the second `::`.
#[must_use]
pub fn data(raw: &str) -> String {
    visible(raw).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value.
#[must_use]
pub fn property(raw: &str) -> String {
    data(raw).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_begins_or_ends_a_command() {
        assert_eq!(data("50%\n::set-env name=A::b\r"), "50%25%0A::set-env name=A::b[U+000D]");
        assert_eq!(property("a,line=1::b\u{1b}[0m\u{202e}"), "a%2Cline=1%3A%3Ab[U+001B][0m[U+202E]");
        assert_eq!(data("設定"), "設定");
    }
}
