//! The report for a terminal.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

use super::escape::{terminal, terminal_short};
use super::json::v1::{Audit, Finding, Inconclusive, Location, Waived};
use super::{link, proof};
use crate::finding::{Level, Severity};

/// What is shown of one text of others, in characters.
const LONGEST: usize = 1_000;

/// Where the confidence begins on a finding's first line, unless its message is longer.
const CONFIDENCE_COLUMN: usize = 90;

/// How the report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether to colour it with ANSI sequences.
    pub color: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Writes `audit` for people: each finding with its proof, then what could not be decided, then one
/// line of counts. Nothing is wrapped. What pages, paths and commits say is made harmless for a
/// terminal.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, audit: &Audit, style: Style) -> io::Result<()> {
    for finding in &audit.findings {
        write_finding(out, finding, style)?;
    }
    for inconclusive in &audit.inconclusive {
        write_inconclusive(out, inconclusive, style)?;
    }
    let waived = audit.change.as_ref().map_or(&[][..], |change| &change.waived);
    for waived in waived {
        write_waived(out, waived, style)?;
    }
    if !audit.findings.is_empty() || !audit.inconclusive.is_empty() || !waived.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(audit))?;
    match &audit.judge {
        Some(judge) => writeln!(out, "judge: {}", terminal(&judge.line())),
        None => Ok(()),
    }
}

fn write_finding(out: &mut dyn Write, finding: &Finding, style: Style) -> io::Result<()> {
    let at = &finding.location;
    let place = format!("{}:{}:{}", page(&at.document), at.start.line, at.start.column);
    let (word, code) = match finding.severity {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
        Severity::Note => ("note", "1;36"),
    };
    let message = terminal_short(&finding.message, LONGEST);
    let width = columns(&place) + 2 + word.len() + 2 + columns(&finding.rule) + 2 + columns(&message);
    let gap = CONFIDENCE_COLUMN.saturating_sub(width).max(2);
    let level = match finding.confidence.level {
        Level::High => "high",
        Level::Medium => "medium",
        Level::Low => "low",
    };
    let elsewhere = elsewhere(at);
    writeln!(
        out,
        "{}  {}  {}  {message}{:gap$}{}",
        style.paint("1", &place),
        style.paint(code, word),
        terminal_short(&finding.rule, LONGEST),
        "",
        style.paint("2", &format!("{level} ({:.2})", finding.confidence.probability)),
    )?;
    for line in elsewhere.into_iter().chain(proof::lines(&finding.evidence)) {
        writeln!(out, "    {}", style.paint("2", &terminal_short(&line, LONGEST)))?;
    }
    Ok(())
}

/// A page's name at the beginning of a line, where a job's log would take some for a command of its runner.
fn page(name: &str) -> Cow<'_, str> {
    let shown = terminal_short(name, LONGEST);
    if shown.starts_with("::") || shown.starts_with("##[") { Cow::Owned(format!("./{shown}")) } else { shown }
}

/// Where a page stands that is in no folder of this machine: its title and the headings down to the place, and the
/// address of the page, or of the block itself.
fn elsewhere(at: &Location) -> Option<String> {
    let words = at.heading.join(" › ");
    let url = at.url.as_deref().filter(|url| link::is_web(url));
    match (words.is_empty(), url) {
        (true, None) => None,
        (true, Some(url)) => Some(format!("at {url}")),
        (false, None) => Some(format!("in “{words}”")),
        (false, Some(url)) => Some(format!("in “{words}” {url}")),
    }
}

/// What the change brings that would hide findings.
fn write_waived(out: &mut dyn Write, waived: &Waived, style: Style) -> io::Result<()> {
    let place = match waived.line {
        Some(line) => format!("{}:{line}", terminal_short(&waived.document, LONGEST)),
        None => terminal_short(&waived.document, LONGEST).into_owned(),
    };
    writeln!(
        out,
        "{}  {}  this change brings {}, which hides nothing in its own run: {}",
        style.paint("1", &place),
        style.paint("35", "not heeded"),
        waived.kind.words(),
        terminal_short(&waived.text, 200),
    )
}

fn write_inconclusive(out: &mut dyn Write, inconclusive: &Inconclusive, style: Style) -> io::Result<()> {
    let place = inconclusive.document.as_deref().unwrap_or("(the whole audit)");
    writeln!(
        out,
        "{}  {}  {}  {}",
        style.paint("1", &page(place)),
        style.paint("35", "inconclusive"),
        terminal_short(&inconclusive.reason, LONGEST),
        terminal_short(&inconclusive.message, LONGEST),
    )
}

/// The last line: `312 documents, 4,180 references, 9 findings in 6 documents (2 suppressed), …`.
#[must_use]
pub fn summary(audit: &Audit) -> String {
    let s = &audit.summary;
    let pages: BTreeSet<&str> = audit.findings.iter().map(|f| f.location.document.as_str()).collect();
    let mut findings = match s.findings {
        0 => "no findings".to_owned(),
        n => format!("{} in {}", count(n, "finding"), count(pages.len(), "document")),
    };
    let hidden: Vec<String> = [
        (s.suppressed, "suppressed"),
        (s.baselined, "in the baseline"),
        (s.below_confidence, "below the confidence asked for"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{} {what}", thousands(n)))
    .collect();
    if !hidden.is_empty() {
        findings.push_str(&format!(" ({})", hidden.join(", ")));
    }
    let mut parts = vec![count(s.documents, "document"), count(s.references, "reference"), findings];
    if s.documents_inconclusive > 0 {
        parts.push(format!("{} inconclusive", count(s.documents_inconclusive, "document")));
    }
    if s.unread_files > 0 {
        parts.push(format!("{} of code not read", count(s.unread_files, "file")));
    }
    if let Some(change) = audit.change.as_ref().filter(|change| change.before > 0) {
        parts.push(format!("{} from before this change", count(change.before, "finding")));
    }
    parts.join(", ")
}

fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// `4180` as `4,180`.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How many columns of a terminal `text` takes: two for what East Asian fonts draw wide.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| match u32::from(c) {
            0x0300..=0x036f | 0x200c..=0x200d | 0xfe00..=0xfe0f => 0,
            0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
            0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f9ff | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}
