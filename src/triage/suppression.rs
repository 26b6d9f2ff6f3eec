//! Comments in pages that hide findings.
//!
//! ```text
//! <!-- shelflife-ignore dead-path, dead-link: kept for readers of 1.x -->    the next line
//! <!-- shelflife-ignore-start dead-flag: options of the old program -->      up to …
//! <!-- shelflife-ignore-end dead-flag -->                                    … here
//! <!-- shelflife-ignore-file dead-symbol: a tutorial with made-up names -->  the whole page
//! ```
//!
//! The next line that holds anything is meant; where a code block or a table begins there, all of
//! it. A comment with words beside it on its line is about that line. `until=2027-01-31` before or
//! behind the reason ends it after that day. A comment without a reason, one that hides nothing and
//! one that has ended are findings themselves.

mod parse;
mod reach;

use std::borrow::Borrow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::filter::{Filter, HiddenBy, Suppressed};
use crate::document::{Comment, Document, DocumentId, Tense};
use crate::finding::{Confidence, Evidence, Finding, Fingerprint, Fix, Occurrences, Severity};
pub use parse::{Form, Problem};
use reach::Reach;

/// Whether a comment is meant to hide findings, well formed or not.
#[must_use]
pub fn is_suppression(comment: &str) -> bool {
    parse::is_one(comment)
}

/// How many findings about its comments a page can give; the last one counts the rest.
const MOST: usize = 200;

/// A comment that hides findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Which of the forms it is.
    pub form: Form,
    /// Ids of the rules, as in the registry.
    pub rules: Vec<&'static str>,
    /// Why.
    pub reason: String,
    /// Its last day.
    pub until: Option<NaiveDate>,
    /// Lines of the page that it covers, from 0, both included.
    pub first_line: usize,
    /// The last of them.
    pub last_line: usize,
    /// Index into [`Document::comments`].
    pub comment: usize,
}

/// The suppressions of a page, and what is wrong with those that are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suppressions {
    /// In the order of the page.
    pub list: Vec<Suppression>,
    /// Comments that say too little or something that can't be.
    pub problems: Vec<(usize, Problem)>,
}

/// Reads the suppressions of `document`.
#[must_use]
pub fn read(document: &Document) -> Suppressions {
    let mut out = Suppressions::default();
    let mut reach: Option<Reach<'_>> = None;
    let mut open: Vec<Suppression> = Vec::new();
    for (comment, c) in document.comments.iter().enumerate() {
        let parsed = match parse::comment(&c.text) {
            None => continue,
            Some(Ok(parsed)) => parsed,
            Some(Err(problem)) => {
                out.problems.push((comment, problem));
                continue;
            }
        };
        let reach = reach.get_or_insert_with(|| Reach::new(document));
        let own = reach.lines_of(c);
        let mut suppression = Suppression {
            form: parsed.form,
            rules: parsed.rules,
            reason: parsed.reason,
            until: parsed.until,
            first_line: own.0,
            last_line: own.1,
            comment,
        };
        match parsed.form {
            Form::Line => {
                (suppression.first_line, suppression.last_line) = reach.about(c);
                out.list.push(suppression);
            }
            Form::File => {
                (suppression.first_line, suppression.last_line) = (0, usize::MAX);
                out.list.push(suppression);
            }
            Form::Start => open.push(suppression),
            Form::End => {
                let ends = |s: &Suppression| suppression.rules.is_empty() || s.rules == suppression.rules;
                match open.iter().rposition(ends) {
                    Some(at) => {
                        let mut started = open.remove(at);
                        started.last_line = own.1;
                        out.list.push(started);
                    }
                    None => out.problems.push((comment, Problem::EndWithoutStart)),
                }
            }
        }
    }
    out.problems.extend(open.into_iter().map(|s| (s.comment, Problem::StartWithoutEnd)));
    out.problems.sort_by_key(|p| p.0);
    out.list.sort_by_key(|s| s.comment);
    out
}

/// Moves the hidden ones of `findings` to `hidden`; gives those that stay, and findings about the
/// comments themselves.
pub(super) fn apply(
    findings: Vec<Finding>,
    documents: &[impl Borrow<Document>],
    filter: &Filter,
    now: DateTime<Utc>,
    hidden: &mut Vec<Suppressed>,
) -> (Vec<Finding>, Vec<Finding>) {
    let mut by_page: BTreeMap<DocumentId, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        by_page.entry(finding.document.clone()).or_default().push(finding);
    }
    let (mut open, mut about) = (Vec::new(), Vec::new());
    for document in documents {
        let document = document.borrow();
        let mine = by_page.remove(&document.id).unwrap_or_default();
        if document.comments.iter().any(|c| parse::is_one(&c.text)) {
            page(document, mine, filter, now.date_naive(), hidden, (&mut open, &mut about));
        } else {
            open.extend(mine);
        }
    }
    // Findings of pages that were not handed over stay.
    open.extend(by_page.into_values().flatten());
    (open, about)
}

fn page(
    document: &Document,
    findings: Vec<Finding>,
    filter: &Filter,
    today: NaiveDate,
    hidden: &mut Vec<Suppressed>,
    (open, about): (&mut Vec<Finding>, &mut Vec<Finding>),
) {
    let read = read(document);
    let expired = |s: &Suppression| s.until.is_some_and(|until| until < today);
    let mut used: Vec<Vec<bool>> = read.list.iter().map(|s| vec![false; s.rules.len()]).collect();
    let index = Index::new(&read.list, expired);
    for finding in findings {
        let line = (finding.start.line as usize).saturating_sub(1);
        let mut best: Option<usize> = None;
        index.each(finding.rule, line, |at, rule| {
            if let Some(flag) = used.get_mut(at).and_then(|u| u.get_mut(rule)) {
                *flag = true;
            }
            let size = |at: usize| read.list.get(at).map_or(usize::MAX, |s| s.last_line - s.first_line);
            if best.is_none_or(|b| size(at) < size(b)) {
                best = Some(at);
            }
        });
        match best.and_then(|at| read.list.get(at)) {
            Some(s) => {
                hidden.push(Suppressed { finding, by: HiddenBy::Comment, reason: s.reason.clone(), until: s.until })
            }
            None => open.push(finding),
        }
    }

    // A page of the past is not audited, so nothing there could be hidden.
    if matches!(document.tense, Tense::Historical { .. } | Tense::Generated { .. }) {
        return;
    }
    let mut report = Report { document, filter, occurrences: Occurrences::default(), added: 0, out: about };
    for (comment, problem) in &read.problems {
        report.add("invalid-suppression", *comment, problem.message(), None);
    }
    let decided = !filter.undecided.contains(&document.id);
    for (s, used) in read.list.iter().zip(&used) {
        if expired(s) {
            let until = s.until.map(|u| u.to_string()).unwrap_or_default();
            let message = format!(
                "`{}` ended on {until}: remove it, or set a later date if its reason still holds",
                s.form.with_rules(&s.rules)
            );
            report.add("expired-suppression", s.comment, message, None);
            continue;
        }
        let idle: Vec<&'static str> = s
            .rules
            .iter()
            .zip(used)
            .filter(|(rule, used)| !**used && filter.enabled(rule))
            .map(|(rule, _)| *rule)
            .collect();
        if !idle.is_empty() && decided {
            let whole = idle.len() == s.rules.len() && s.form != Form::Start;
            let message = format!("`{}` hides nothing: remove it", s.form.with_rules(&idle));
            report.add("unused-suppression", s.comment, message, whole.then_some(()));
        }
    }
    let more = report.added.saturating_sub(MOST);
    if let (1.., Some(last)) = (more, about.last_mut()) {
        last.message.push_str(&format!(" ({more} more comments of this page have a problem)"));
    }
}

/// Lines for which a suppression hides a rule.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    first: usize,
    last: usize,
    /// The largest `last` of the ranges up to this one.
    furthest: usize,
    suppression: usize,
    /// Which of the suppression's rules.
    rule: usize,
}

/// Suppressions by rule and first line, for look-up by line.
struct Index {
    by_rule: BTreeMap<&'static str, Vec<Range>>,
}

impl Index {
    fn new(list: &[Suppression], skip: impl Fn(&Suppression) -> bool) -> Self {
        let mut by_rule: BTreeMap<&'static str, Vec<Range>> = BTreeMap::new();
        for (suppression, s) in list.iter().enumerate().filter(|(_, s)| !skip(s)) {
            for (rule, id) in s.rules.iter().enumerate() {
                let range = Range { first: s.first_line, last: s.last_line, furthest: 0, suppression, rule };
                by_rule.entry(id).or_default().push(range);
            }
        }
        for ranges in by_rule.values_mut() {
            ranges.sort_unstable();
            let mut furthest = 0;
            for range in ranges {
                furthest = furthest.max(range.last);
                range.furthest = furthest;
            }
        }
        Self { by_rule }
    }

    /// Calls `found` with each suppression of `rule` that covers `line`, and which of its rules
    /// that is.
    fn each(&self, rule: &str, line: usize, mut found: impl FnMut(usize, usize)) {
        let Some(ranges) = self.by_rule.get(rule) else { return };
        let until = ranges.partition_point(|r| r.first <= line);
        for range in ranges.iter().take(until).rev().take_while(|r| r.furthest >= line) {
            if range.last >= line {
                found(range.suppression, range.rule);
            }
        }
    }
}

/// Makes findings about comments.
struct Report<'a> {
    document: &'a Document,
    filter: &'a Filter,
    occurrences: Occurrences,
    added: usize,
    out: &'a mut Vec<Finding>,
}

impl Report<'_> {
    fn add(&mut self, rule: &'static str, comment: usize, message: String, remove: Option<()>) {
        let Some(c) = self.document.comments.get(comment) else { return };
        self.added += 1;
        if self.added > MOST {
            return;
        }
        let document = self.document;
        let section = document.sections.partition_point(|s| s.span.start <= c.span.start).saturating_sub(1);
        let heading_path = document.sections.get(section).map_or(&[][..], |s| &s.heading_path);
        let origin = self.filter.origins.get(&document.id).map_or(document.id.as_str(), String::as_str);
        let subject = parse::subject(&c.text);
        let occurrence = self.occurrences.next(rule, section, &subject);
        let fingerprint = Fingerprint::new(rule, origin, &subject, heading_path, occurrence);
        self.out.push(Finding {
            rule,
            severity: Severity::Warning,
            confidence: Confidence::new(0.99),
            message,
            document: document.id.clone(),
            section,
            span: c.span,
            start: document.lines.position(&document.text, c.span.start),
            end: document.lines.position(&document.text, c.span.end),
            subject,
            evidence: Evidence::default(),
            fingerprint,
            fix: remove.map(|()| removal(document, c)),
        });
    }
}

/// Takes a comment away, with its line where nothing else stands there.
fn removal(document: &Document, comment: &Comment) -> Fix {
    let text = &document.text;
    let mut span = comment.span;
    let first = document.lines.line_span(text, document.lines.line_of(span.start));
    let last = document.lines.line_span(text, document.lines.line_of(span.end.saturating_sub(1).max(span.start)));
    let before = text.get(first.start..span.start).unwrap_or("x");
    let after = text.get(span.end.min(last.end)..last.end).unwrap_or("x");
    if before.trim().is_empty() && after.trim().is_empty() {
        span.start = first.start;
        span.end = last.end.max(span.end);
        let rest = text.get(span.end..).unwrap_or("");
        span.end += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with(['\n', '\r'])) };
    }
    Fix { span, text: String::new() }
}
