//! The audit as the Markdown template sees it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{CauseKind, Level, Severity};
use crate::report::inert::clip;
use crate::report::json::v1::{self, Audit, Commit, Document, Finding, Inconclusive, Summary, System};
use crate::report::lang::Strings;
use crate::report::link;
use crate::report::overview::{Overview, importance};

/// Pages in the first table.
const FIRST: usize = 20;
/// Undecided things that are listed.
const UNDECIDED: usize = 50;

/// All that the template can show.
#[derive(Debug, Serialize)]
pub(super) struct View<'a> {
    lang: &'static str,
    tool: String,
    date: String,
    change: bool,
    systems: Vec<Head<'a>>,
    summary: &'a Summary,
    overview: &'a Overview,
    first: Vec<First>,
    pages: Vec<Page>,
    left_out: usize,
    undecided: Vec<&'a Inconclusive>,
    before: usize,
    waived: Vec<Waived>,
    again: Vec<Again>,
}

/// A system, as it was compared with.
#[derive(Debug, Serialize)]
struct Head<'a> {
    name: &'a str,
    head: &'a str,
    href: Option<String>,
}

/// Something that the change brings and that hides nothing in its own run.
#[derive(Debug, Serialize)]
struct Waived {
    kind: &'static str,
    place: String,
    text: String,
}

/// A page to read again.
#[derive(Debug, Serialize)]
struct Again {
    id: String,
    href: Option<String>,
    names: Vec<String>,
}

/// A row of the table of pages to mend first.
#[derive(Debug, Serialize)]
struct First {
    id: String,
    title: String,
    away: bool,
    href: Option<String>,
    errors: usize,
    warnings: usize,
    why: String,
    since: Option<String>,
}

#[derive(Debug, Serialize)]
struct Page {
    id: String,
    title: String,
    /// It stands elsewhere than in the audited repository: people know it by its title.
    away: bool,
    href: Option<String>,
    findings: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct Item {
    rule: String,
    severity: String,
    confidence: String,
    headline: String,
    line: u32,
    href: Option<String>,
    section: String,
    written: Option<Event>,
    /// Of a page that stands elsewhere: when the line was written there.
    written_there: Option<String>,
    witness: Option<Place>,
    more: u32,
    cause: Option<Event>,
    cause_kind: String,
    since: Option<String>,
    replacement: Option<String>,
    votes: u32,
    of: u32,
    now: Vec<Place>,
    why: Option<String>,
    instead: Option<String>,
    fix: Option<[String; 2]>,
    diff: Vec<String>,
    diff_path: String,
}

#[derive(Debug, Serialize)]
struct Event {
    date: String,
    commit: String,
    href: Option<String>,
    author: String,
    subject: String,
}

#[derive(Debug, Serialize)]
struct Place {
    path: String,
    href: Option<String>,
    text: String,
}

impl<'a> View<'a> {
    /// The view with the `shown` most important findings in full.
    pub(super) fn of(audit: &'a Audit, overview: &'a Overview, strings: &Strings, shown: usize) -> Self {
        let maker = Maker { audit, strings };
        let mut by_page: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &audit.findings {
            by_page.entry(&finding.location.document).or_default().push(finding);
        }
        let mut pages: Vec<(&str, &[&Finding])> = by_page.iter().map(|(id, f)| (*id, f.as_slice())).collect();
        let weight = |findings: &[&Finding]| findings.iter().map(|f| importance(f)).sum::<f64>();
        pages.sort_by(|a, b| weight(b.1).total_cmp(&weight(a.1)).then(a.0.cmp(b.0)));
        let documents: BTreeMap<&str, &Document> = audit.documents.iter().map(|d| (d.id.as_str(), d)).collect();

        let first = pages
            .iter()
            .filter(|(_, findings)| findings.iter().any(|f| f.severity > Severity::Note))
            .take(FIRST.min(shown.max(5)))
            .map(|(id, findings)| maker.first(id, documents.get(id).copied(), findings))
            .collect();
        let mut room = shown;
        let mut full = Vec::new();
        for (id, findings) in &pages {
            if room == 0 {
                break;
            }
            let document = documents.get(id).copied();
            let items: Vec<Item> = findings.iter().take(room).map(|f| maker.item(f, document)).collect();
            room -= items.len();
            full.push(Page {
                id: clip(id, 300).into_owned(),
                title: clip(document.map_or("", |d| &d.title), 200).into_owned(),
                away: document.is_some_and(|d| d.source != "git"),
                href: document.and_then(|d| link::page(audit, d, 1)),
                findings: items,
            });
        }
        let listed: usize = full.iter().map(|p| p.findings.len()).sum();
        Self {
            lang: strings.lang().tag(),
            tool: format!("{} {}", audit.tool.name, audit.tool.version),
            date: day(&audit.now),
            change: audit.scope == crate::report::json::v1::Scope::Change,
            systems: audit.systems.iter().take(UNDECIDED).map(head).collect(),
            summary: &audit.summary,
            overview,
            first,
            pages: full,
            left_out: audit.findings.len() - listed,
            undecided: audit.inconclusive.iter().take(UNDECIDED).collect(),
            before: audit.change.as_ref().map_or(0, |c| c.before),
            waived: audit.change.iter().flat_map(|c| &c.waived).take(UNDECIDED).map(waived).collect(),
            again: audit.change.iter().flat_map(|c| &c.read_again).map(|page| maker.again(page, &documents)).collect(),
        }
    }
}

/// What every part of the view is made with.
struct Maker<'a> {
    audit: &'a Audit,
    strings: &'a Strings,
}

impl Maker<'_> {
    fn first(&self, id: &str, document: Option<&Document>, findings: &[&Finding]) -> First {
        let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
        let top = findings.iter().copied().reduce(|a, b| if importance(b) > importance(a) { b } else { a });
        let oldest = findings
            .iter()
            .filter(|f| f.severity > Severity::Note)
            .filter_map(|f| f.evidence.cause.as_ref().map(|c| c.commit.date))
            .min();
        First {
            id: clip(id, 300).into_owned(),
            title: clip(document.map_or("", |d| &d.title), 200).into_owned(),
            away: document.is_some_and(|d| d.source != "git"),
            href: top.map_or_else(
                || document.and_then(|d| link::page(self.audit, d, 1)),
                |f| link::place(self.audit, document, f),
            ),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            why: top.map(|f| clip(&self.strings.headline(f), 300).into_owned()).unwrap_or_default(),
            since: oldest.map(|date| self.strings.duration((self.audit.now - date).num_days())),
        }
    }

    fn item(&self, finding: &Finding, document: Option<&Document>) -> Item {
        let strings = self.strings;
        let evidence = &finding.evidence;
        let line = finding.location.start.line;
        let severity = match finding.severity {
            Severity::Error => "severity.error",
            Severity::Warning => "severity.warning",
            Severity::Note => "severity.note",
        };
        let level = match finding.confidence.level {
            Level::High => "level.high",
            Level::Medium => "level.medium",
            Level::Low => "level.low",
        };
        let kind = match evidence.cause.as_ref().map(|c| c.kind) {
            Some(CauseKind::Removed) => "proof.removed",
            Some(CauseKind::Renamed) => "proof.renamed",
            Some(CauseKind::Changed) => "proof.changed",
            None => "proof.unknown",
        };
        let section = document
            .and_then(|d| d.sections.iter().find(|s| s.id == finding.section))
            .map(|s| s.heading_path.join(" › "))
            .unwrap_or_default();
        Item {
            rule: clip(&finding.rule, 80).into_owned(),
            severity: strings.get(severity).to_owned(),
            confidence: strings.fill(
                "finding.confidence",
                &[
                    ("level", strings.get(level).to_owned()),
                    ("percent", format!("{:.0}", finding.confidence.probability * 100.0)),
                ],
            ),
            headline: clip(&strings.headline(finding), 600).into_owned(),
            line,
            href: link::place(self.audit, document, finding),
            section: clip(&section, 200).into_owned(),
            written_there: evidence.moment.as_ref().and_then(|m| m.own.as_ref()).map(|own| day(&own.entered)),
            written: evidence.moment.as_ref().and_then(|m| m.entered.as_ref()).map(|c| self.event(finding, c)),
            witness: evidence.witnesses.first().map(|w| self.place(finding, w)),
            more: evidence.witness_count.saturating_sub(1),
            cause: evidence.cause.as_ref().map(|c| self.event(finding, &c.commit)),
            cause_kind: strings.get(kind).to_owned(),
            since: evidence.cause.as_ref().map(|c| strings.duration((self.audit.now - c.commit.date).num_days())),
            replacement: evidence.replacement.as_ref().map(|r| clip(&r.text, 200).into_owned()),
            votes: evidence.replacement.as_ref().map_or(0, |r| r.votes),
            of: evidence.replacement.as_ref().map_or(0, |r| r.of),
            now: evidence.now.iter().take(3).map(|w| self.place(finding, w)).collect(),
            why: evidence.judgement.as_ref().map(|j| clip(&j.why, 500).into_owned()),
            instead: evidence
                .judgement
                .as_ref()
                .and_then(|j| j.instead.as_ref())
                .map(|text| clip(text, 500).into_owned()),
            fix: finding.fix.as_ref().map(|fix| [clip(&fix.old, 200).into_owned(), clip(&fix.text, 200).into_owned()]),
            diff: evidence
                .diff
                .as_ref()
                .map(|d| d.lines.iter().map(|l| clip(l, 300).into_owned()).collect())
                .unwrap_or_default(),
            diff_path: evidence.diff.as_ref().map(|d| clip(&d.path, 300).into_owned()).unwrap_or_default(),
        }
    }

    fn again(&self, page: &v1::ReadAgain, documents: &BTreeMap<&str, &Document>) -> Again {
        let document = documents.get(page.document.as_str());
        let section = document.and_then(|d| d.sections.iter().find(|s| s.id == page.section));
        Again {
            id: clip(&page.document, 300).into_owned(),
            href: document.and_then(|d| link::page(self.audit, d, section.map_or(1, |s| s.start))),
            names: page.names.iter().map(|name| clip(name, 120).into_owned()).collect(),
        }
    }

    fn event(&self, finding: &Finding, commit: &Commit) -> Event {
        Event {
            date: day(&commit.date),
            commit: commit.id.get(..7).unwrap_or(&commit.id).to_owned(),
            href: link::system(self.audit, finding).and_then(|s| link::commit(s, &commit.id)),
            author: clip(&commit.author, 80).into_owned(),
            subject: clip(&commit.subject, 160).into_owned(),
        }
    }

    fn place(&self, finding: &Finding, witness: &v1::Witness) -> Place {
        let path = clip(&witness.path, 300);
        Place {
            path: witness.line.map_or_else(|| path.clone().into_owned(), |line| format!("{path}:{line}")),
            href: link::system(self.audit, finding)
                .and_then(|s| link::code(s, &witness.commit, &witness.path, witness.line)),
            text: clip(&witness.text, 200).into_owned(),
        }
    }
}

fn head(system: &System) -> Head<'_> {
    Head { name: &system.name, head: &system.head, href: link::commit(system, &system.head) }
}

fn waived(waived: &v1::Waived) -> Waived {
    let document = clip(&waived.document, 300);
    Waived {
        kind: match waived.kind {
            v1::WaivedKind::Suppression => "md.waived.suppression",
            v1::WaivedKind::Baseline => "md.waived.baseline",
            v1::WaivedKind::Review => "md.waived.review",
            v1::WaivedKind::Historical => "md.waived.historical",
        },
        place: waived.line.map_or_else(|| document.clone().into_owned(), |line| format!("{document}:{line}")),
        text: clip(&waived.text, 200).into_owned(),
    }
}

fn day(date: &chrono::DateTime<chrono::Utc>) -> String {
    date.format("%Y-%m-%d").to_string()
}
