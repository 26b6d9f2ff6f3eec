//! From the audit's own types to the published ones.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::v1;
use crate::document::{Document, DocumentId, Format, Span, Tense, section_hash};
use crate::finding::{CommitRef, Evidence, Finding, Fingerprint, Inconclusive, Severity, Witness};
use crate::source::{CollectedPage, VerificationState, Visibility};
use crate::triage::{Suppressed, Triaged, signals};

/// All that an audit found out.
#[derive(Debug)]
pub struct Input<'a> {
    /// The moment that the audit calls now.
    pub now: DateTime<Utc>,
    /// Whether everything was audited.
    pub scope: v1::Scope,
    /// What the pages were compared with.
    pub systems: Vec<v1::System>,
    /// Every page that was read, in any order.
    pub pages: Vec<Page<'a>>,
    /// The findings after triage.
    pub triaged: &'a Triaged,
    /// What could not be decided, in any order; pages among them that could not be read at all are
    /// not in `pages`.
    pub inconclusive: &'a [Inconclusive],
    /// Files of code that were not read or parsed.
    pub unread_files: usize,
    /// What the causes did to the witnesses, by finding; see [`diff`](super::diff).
    pub diffs: BTreeMap<Fingerprint, v1::Diff>,
}

/// A page, and what is known of it besides its text.
#[derive(Debug)]
pub struct Page<'a> {
    /// The page.
    pub document: &'a Document,
    /// Where it comes from: `git`, `github`, `github-wiki`, `notion`.
    pub source: &'static str,
    /// Where a person can open it.
    pub url: Option<String>,
    /// How many of its references were checked.
    pub references: usize,
    /// Its last real edit; none where it is not known.
    pub last_edited: Option<v1::Edit>,
    /// The last real edit of each of its sections, in their order; may be shorter.
    pub section_edits: Vec<Option<v1::Edit>>,
    /// The page as its source gave it, where it does not stand in the audited repository.
    pub collected: Option<&'a CollectedPage>,
    /// The systems that it was compared with, where they are not the audited repository alone.
    pub systems: Vec<v1::Described>,
}

/// The published form of an audit. Pages are sorted by id, findings by page and place, what could
/// not be decided by page and reason. No page or section has a verdict yet:
/// [`verdict::apply`](crate::triage::verdict::apply) adds them.
#[must_use]
pub fn audit(input: &Input<'_>) -> v1::Audit {
    let by_id: BTreeMap<&DocumentId, &Document> = input.pages.iter().map(|p| (&p.document.id, p.document)).collect();
    let collected: BTreeMap<&DocumentId, &CollectedPage> =
        input.pages.iter().filter_map(|p| Some((&p.document.id, p.collected?))).collect();
    let convert = |f: &Finding| {
        let mut made = finding(f, by_id.get(&f.document).copied(), input.diffs.get(&f.fingerprint));
        if let Some(page) = collected.get(&f.document) {
            made.location.url = page.url_at(f.start.line).map(str::to_owned);
            made.location.heading = heading(page, by_id.get(&f.document).copied(), f.section);
        }
        made
    };
    let findings: Vec<v1::Finding> = input.triaged.findings.iter().map(convert).collect();
    let suppressed: Vec<v1::Suppressed> = input.triaged.suppressed.iter().map(|s| hidden(s, &convert)).collect();
    let weak = input.triaged.below_confidence.iter().map(|f| v1::Weak {
        document: f.document.as_str().to_owned(),
        section: section_id(f, by_id.get(&f.document).copied()),
        fingerprint: f.fingerprint.0.clone(),
    });
    let mut inconclusive: Vec<v1::Inconclusive> = input.inconclusive.iter().map(undecided).collect();
    inconclusive.sort_by(|a, b| (&a.document, &a.reason, &a.message).cmp(&(&b.document, &b.reason, &b.message)));
    inconclusive.dedup();

    let counts = Counts::new(&findings, &inconclusive);
    let mut documents: Vec<v1::Document> = input.pages.iter().map(|p| page(p, &counts)).collect();
    documents.sort_by(|a, b| a.id.cmp(&b.id));
    signals::mark_duplicates(&mut documents, input.pages.iter().map(|p| p.document));
    v1::Audit {
        schema_version: v1::SCHEMA_VERSION,
        tool: v1::Tool { name: "shelflife".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        now: input.now,
        scope: input.scope,
        summary: summary(input, &findings, &inconclusive),
        systems: input.systems.clone(),
        documents,
        weak: weak.collect(),
        change: None,
        findings,
        inconclusive,
        suppressed,
        judge: None,
    }
}

/// Date and author of a commit as an edit of a page.
#[must_use]
pub fn edit(commit: &CommitRef) -> v1::Edit {
    v1::Edit { date: date(commit.time), author: commit.author.clone(), commit: Some(commit.id.clone()) }
}

/// A date from seconds since 1970; one that no calendar holds becomes the epoch.
#[must_use]
pub fn date(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// How many findings and undecided things each page has.
struct Counts {
    findings: BTreeMap<String, usize>,
    inconclusive: BTreeMap<String, usize>,
}

impl Counts {
    fn new(findings: &[v1::Finding], inconclusive: &[v1::Inconclusive]) -> Self {
        let mut counts = Self { findings: BTreeMap::new(), inconclusive: BTreeMap::new() };
        for finding in findings {
            *counts.findings.entry(finding.location.document.clone()).or_default() += 1;
        }
        for id in inconclusive.iter().filter_map(|i| i.document.as_ref()) {
            *counts.inconclusive.entry(id.clone()).or_default() += 1;
        }
        counts
    }
}

fn summary(input: &Input<'_>, findings: &[v1::Finding], inconclusive: &[v1::Inconclusive]) -> v1::Summary {
    let of = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let accused: BTreeSet<&str> =
        findings.iter().filter(|f| f.severity > Severity::Note).map(|f| f.location.document.as_str()).collect();
    let undecided: BTreeSet<&str> = inconclusive.iter().filter_map(|i| i.document.as_deref()).collect();
    let triaged = input.triaged;
    v1::Summary {
        documents: input.pages.len(),
        documents_with_findings: accused.len(),
        references: input.pages.iter().map(|p| p.references).sum(),
        findings: findings.len(),
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        notes: of(Severity::Note),
        suppressed: triaged.suppressed.len() - triaged.baselined.min(triaged.suppressed.len()),
        baselined: triaged.baselined,
        below_confidence: triaged.below_confidence.len(),
        documents_inconclusive: undecided.len(),
        historical: input.pages.iter().filter(|p| matches!(p.document.tense, Tense::Historical { .. })).count(),
        unread_files: input.unread_files,
    }
}

fn page(page: &Page<'_>, counts: &Counts) -> v1::Document {
    let document = page.document;
    let id = document.id.as_str();
    let (tense, tense_reason) = match &document.tense {
        Tense::Current => ("current", None),
        Tense::Historical { reason } => ("historical", Some(reason.clone())),
        Tense::Release { version } => ("release", Some(version.clone())),
        Tense::Generated { by } => ("generated", Some(by.clone())),
    };
    let edits = page.section_edits.iter().chain(std::iter::repeat(&None));
    let sections = document.sections.iter().zip(edits).filter(|(s, _)| !s.span.is_empty()).map(|(section, edited)| {
        let line = |offset| line(document, offset);
        let start = line(section.span.start);
        v1::Section {
            id: section.id.clone(),
            heading_path: section.heading_path.clone(),
            start,
            end: line(section.span.end.saturating_sub(1)).max(start),
            content_hash: section_hash(section.span.of(&document.text)),
            last_edited: edited.clone(),
            blocks: page
                .collected
                .map(|p| blocks(p, start, line(section.span.end.saturating_sub(1))))
                .unwrap_or_default(),
            mentions: Vec::new(),
            signals: v1::Signals::default(),
            verdict: None,
        }
    });
    v1::Document {
        id: id.to_owned(),
        title: page
            .collected
            .map(|p| p.title.clone())
            .or_else(|| document.title.clone())
            .filter(|t| !t.trim().is_empty())
            .unwrap_or_else(|| id.to_owned()),
        source: page.source.to_owned(),
        url: page.url.clone(),
        format: match document.format {
            Format::Markdown => "markdown",
            Format::Mdx => "mdx",
            Format::Rst => "rst",
            Format::Asciidoc => "asciidoc",
            Format::Plain => "plain",
        }
        .to_owned(),
        tense: tense.to_owned(),
        tense_reason,
        last_edited: page.last_edited.clone(),
        references: page.references,
        findings: counts.findings.get(id).copied().unwrap_or(0),
        inconclusive: counts.inconclusive.get(id).copied().unwrap_or(0),
        sections: sections.collect(),
        systems: page.systems.clone(),
        visibility: page.collected.map(|p| p.visibility).filter(|v| *v != Visibility::Unknown),
        signals: signals_of(page),
        verdict: None,
    }
}

/// What ranks the page: what it says itself, and what its source says of it.
fn signals_of(page: &Page<'_>) -> v1::Signals {
    let mut signals = signals::of_page(page.document);
    let Some(collected) = page.collected else { return signals };
    let day = |at: DateTime<Utc>| at.format("%Y-%m-%d").to_string();
    if let Some(verification) = &collected.verification
        && verification.state != VerificationState::Unverified
    {
        if let Some(from) = verification.from {
            let by = verification.by.as_ref().map(|by| by.name.clone());
            signals.reviewed = Some(v1::Review { date: day(from), by, source: collected.source.as_str().to_owned() });
        }
        if let Some(until) = verification.until {
            signals.review_by = Some(day(until));
        }
    }
    let owner = |name: &String| v1::Owner { name: name.clone(), source: collected.source.as_str().to_owned() };
    signals.owners.extend(collected.owners.iter().map(owner));
    signals.owners.sort();
    signals.owners.dedup();
    signals
}

/// The source's own blocks in the lines `first..=last`.
fn blocks(page: &CollectedPage, first: u32, last: u32) -> Vec<String> {
    let runs = page.lines.iter().filter(|run| run.first <= last && first <= run.last);
    let mut ids: Vec<String> = runs.filter_map(|run| run.block.clone()).collect();
    ids.dedup();
    ids
}

fn line(document: &Document, offset: usize) -> u32 {
    u32::try_from(document.lines.line_of(offset) + 1).unwrap_or(u32::MAX)
}

fn section_id(finding: &Finding, document: Option<&Document>) -> String {
    document.and_then(|d| d.sections.get(finding.section)).map_or_else(|| "_".to_owned(), |s| s.id.clone())
}

fn finding(finding: &Finding, document: Option<&Document>, diff: Option<&v1::Diff>) -> v1::Finding {
    let text = |span: Span| document.map_or("", |d| span.of(&d.text)).to_owned();
    let fix = finding.fix.as_ref().zip(document).map(|(fix, d)| v1::Fix {
        start: position(d.lines.position(&d.text, fix.span.start)),
        end: position(d.lines.position(&d.text, fix.span.end)),
        old: fix.span.of(&d.text).to_owned(),
        text: fix.text.clone(),
    });
    let excerpt = document.and_then(|d| {
        let section = d.sections.get(finding.section)?;
        Some(super::excerpt(&d.text, &d.lines, section.span, finding.span))
    });
    v1::Finding {
        rule: finding.rule.to_owned(),
        severity: finding.severity,
        confidence: v1::Confidence {
            level: finding.confidence.level(),
            probability: (f64::from(finding.confidence.probability()) * 100.0).round() / 100.0,
        },
        message: finding.message.clone(),
        section: section_id(finding, document),
        location: v1::Location {
            document: finding.document.as_str().to_owned(),
            start: position(finding.start),
            end: position(finding.end),
            text: text(finding.span),
            url: None,
            heading: Vec::new(),
        },
        evidence: v1::Evidence { diff: diff.cloned(), ..evidence(&finding.evidence) },
        fingerprint: finding.fingerprint.0.clone(),
        system: finding.evidence.system.as_deref().map(str::to_owned),
        fix,
        excerpt,
        role: None,
    }
}

/// The title of a page from elsewhere, then the headings above its section.
fn heading(page: &CollectedPage, document: Option<&Document>, section: usize) -> Vec<String> {
    let above = document.and_then(|d| d.sections.get(section)).map_or(&[][..], |s| &s.heading_path);
    // Most pages of a repository or a wiki begin with their title.
    let title = Some(page.title.clone()).filter(|title| above.first() != Some(title) && !title.trim().is_empty());
    title.into_iter().chain(above.iter().cloned()).collect()
}

fn position(position: crate::document::Position) -> v1::Position {
    v1::Position { line: position.line, column: position.column }
}

fn evidence(evidence: &Evidence) -> v1::Evidence {
    v1::Evidence {
        moment: evidence.moment.as_ref().map(|m| v1::Moment {
            entered: m.entered.as_ref().map(commit),
            edited: m.edited.as_ref().map(commit),
            own: m.own.as_ref().map(|own| v1::OwnDates {
                entered: own.entered,
                edited: own.edited,
                by: own.by.clone(),
            }),
        }),
        witnesses: evidence.witnesses.iter().map(witness).collect(),
        witness_count: evidence.witness_count,
        now: evidence.now.iter().map(witness).collect(),
        cause: evidence.cause.as_ref().map(|c| v1::Cause {
            kind: c.kind,
            commit: commit(&c.commit),
            path: c.path.clone(),
        }),
        replacement: evidence.replacement.as_ref().map(|r| v1::Replacement {
            text: r.text.clone(),
            votes: r.votes,
            of: r.of,
        }),
        circumstance: evidence.circumstance.as_deref().map(str::to_owned),
        diff: None,
        judgement: evidence.judgement.as_ref().map(|j| v1::Judgement {
            category: j.category.clone(),
            why: j.why.clone(),
            instead: j.instead.clone(),
            by: j.by.clone(),
            verdict: "contradicts".to_owned(),
            page_quote: j.page_quote.clone(),
            code_quote: j.code_quote.clone(),
            confirms: j.confirms,
        }),
    }
}

fn commit(commit: &CommitRef) -> v1::Commit {
    v1::Commit {
        id: commit.id.clone(),
        date: date(commit.time),
        author: commit.author.clone(),
        subject: commit.subject.clone(),
    }
}

fn witness(witness: &Witness) -> v1::Witness {
    v1::Witness {
        path: witness.path.clone(),
        line: witness.line,
        commit: witness.commit.clone(),
        text: witness.text.clone(),
    }
}

fn hidden(suppressed: &Suppressed, convert: &dyn Fn(&Finding) -> v1::Finding) -> v1::Suppressed {
    v1::Suppressed {
        finding: convert(&suppressed.finding),
        by: suppressed.by.as_str().to_owned(),
        reason: suppressed.reason.clone(),
        until: suppressed.until.map(|day| day.to_string()),
    }
}

fn undecided(inconclusive: &Inconclusive) -> v1::Inconclusive {
    v1::Inconclusive {
        document: inconclusive.document.as_ref().map(|id| id.as_str().to_owned()),
        reason: inconclusive.reason.to_owned(),
        message: inconclusive.message.clone(),
    }
}
