//! The audit as the HTML report's script takes it.
//!
//! Field names are short, and commits are kept once, because a report has thousands of findings.
//! Texts are clipped: a report shows places, it does not carry pages.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::change::Change;
use crate::finding::{CauseKind, Level, Severity};
use crate::report::inert::clip;
use crate::report::json::v1::{self, Audit, Finding, Position};
use crate::report::lang::Strings;
use crate::report::link;
use crate::report::overview::{Overview, State, importance};

/// Findings whose proofs stand in one block.
const BLOCK: usize = 100;
/// Systems that are named.
const SYSTEMS: usize = 50;

/// Everything in the report.
pub(super) struct Data {
    /// What the overview and the lists need.
    pub(super) list: List,
    /// The proofs, in the findings' order.
    pub(super) details: Vec<Vec<Detail>>,
}

#[derive(Serialize)]
pub(super) struct List {
    lang: &'static str,
    now: String,
    tool: String,
    change: Option<Change>,
    summary: v1::Summary,
    wrong: usize,
    states: Vec<(State, usize)>,
    ages: crate::report::overview::Ages,
    areas: Vec<crate::report::overview::Area>,
    freshness: Vec<usize>,
    first: Vec<usize>,
    systems: Vec<System>,
    commits: Vec<Commit>,
    docs: Vec<Doc>,
    findings: Vec<Row>,
    undecided: Vec<(Option<String>, String, String)>,
    block: usize,
    t: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct System {
    name: String,
    head: String,
    date: String,
    href: Option<String>,
    shallow: bool,
}

#[derive(Serialize)]
struct Commit {
    id: String,
    date: String,
    by: String,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

#[derive(Serialize)]
struct Doc {
    id: String,
    title: String,
    /// Stands elsewhere than in the audited repository.
    #[serde(skip_serializing_if = "is_false")]
    away: bool,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<(String, String)>,
    refs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    fresh: Option<u8>,
    rank: f64,
}

/// What the list shows and searches of a finding.
#[derive(Serialize)]
struct Row {
    d: usize,
    r: String,
    s: Severity,
    l: Level,
    p: u8,
    h: String,
    x: String,
    line: u32,
    fp: String,
    w: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    c: Option<(CauseKind, usize)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    fix: bool,
    /// Whether it was wrong before the change, which edits its section.
    #[serde(skip_serializing_if = "is_false")]
    old: bool,
}

/// What a page shows of a finding besides.
#[derive(Serialize)]
pub(super) struct Detail {
    section: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    from: Position,
    to: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    moment: bool,
    /// Of a page that stands elsewhere: the days when the line was written and last edited, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<(String, String, Option<String>)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entered: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<usize>,
    then: Vec<Place>,
    count: u32,
    now: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    votes: Option<(u32, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<Judged>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<v1::Fix>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<v1::Excerpt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<v1::Diff>,
}

/// What the judge says of a line.
#[derive(Serialize)]
struct Judged {
    why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead: Option<String>,
    by: String,
}

#[derive(Serialize)]
struct Place {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Data {
    /// The report's data.
    pub(super) fn of(audit: &Audit, overview: &Overview, strings: &Strings) -> Self {
        let index: HashMap<&str, usize> = audit.documents.iter().enumerate().map(|(n, d)| (d.id.as_str(), n)).collect();
        let mut commits = Commits { audit, seen: HashMap::new(), all: Vec::new() };
        let mut rank = vec![0.0; audit.documents.len()];
        let mut rows = Vec::with_capacity(audit.findings.len());
        let mut details: Vec<Vec<Detail>> = Vec::new();
        for finding in &audit.findings {
            // Every finding belongs to a page of the audit; one that doesn't is not ours to show.
            let Some(&d) = index.get(finding.location.document.as_str()) else { continue };
            if let Some(rank) = rank.get_mut(d) {
                *rank += importance(finding);
            }
            if rows.len() % BLOCK == 0 {
                details.push(Vec::with_capacity(BLOCK));
            }
            rows.push(row(finding, d, strings, &mut commits));
            if let Some(block) = details.last_mut() {
                block.push(detail(audit, finding, d, &mut commits));
            }
        }
        let docs = audit
            .documents
            .iter()
            .zip(&overview.states)
            .zip(&rank)
            .map(|((document, &state), &rank)| Doc {
                id: clip(&document.id, 1_000).into_owned(),
                title: clip(&document.title, 300).into_owned(),
                away: document.source != "git",
                state,
                why: document.tense_reason.as_deref().map(|why| clip(why, 300).into_owned()),
                href: link::page(audit, document, 1),
                edited: document.last_edited.as_ref().map(|e| (day(&e.date), clip(&e.author, 120).into_owned())),
                refs: document.references,
                fresh: document.verdict.as_ref().map(|v| v.freshness),
                rank: round(rank),
            })
            .collect();
        let systems = audit.systems.iter().take(SYSTEMS).map(|system| System {
            name: clip(&system.name, 120).into_owned(),
            head: system.head.clone(),
            date: day(&system.head_date),
            href: link::commit(system, &system.head),
            shallow: system.shallow,
        });
        let list = List {
            lang: strings.lang().tag(),
            now: day(&audit.now),
            tool: format!("{} {}", audit.tool.name, audit.tool.version),
            change: audit.change.as_ref().map(Change::of),
            summary: audit.summary.clone(),
            wrong: overview.wrong,
            states: State::ALL.iter().map(|s| (*s, overview.counts.get(s).copied().unwrap_or(0))).collect(),
            ages: overview.ages,
            areas: overview.areas.clone(),
            freshness: overview.freshness.clone(),
            first: overview.first.iter().take(8).copied().collect(),
            systems: systems.collect(),
            commits: commits.all,
            docs,
            findings: rows,
            undecided: audit
                .inconclusive
                .iter()
                .take(500)
                .map(|i| {
                    (
                        i.document.as_deref().map(|d| clip(d, 300).into_owned()),
                        clip(&i.reason, 60).into_owned(),
                        clip(&i.message, 600).into_owned(),
                    )
                })
                .collect(),
            block: BLOCK,
            t: strings.all().clone(),
        };
        Self { list, details }
    }
}

fn row(finding: &Finding, d: usize, strings: &Strings, commits: &mut Commits<'_>) -> Row {
    let evidence = &finding.evidence;
    Row {
        d,
        r: clip(&finding.rule, 80).into_owned(),
        s: finding.severity,
        l: finding.confidence.level,
        // 0 to 100 fits.
        p: (finding.confidence.probability.clamp(0.0, 1.0) * 100.0).round() as u8,
        h: clip(&strings.headline(finding), 600).into_owned(),
        x: clip(&finding.location.text, 300).into_owned(),
        line: finding.location.start.line,
        fp: clip(&finding.fingerprint, 120).into_owned(),
        w: round(importance(finding)),
        c: evidence.cause.as_ref().map(|cause| (cause.kind, commits.of(finding, &cause.commit))),
        n: evidence.replacement.as_ref().map(|r| clip(&r.text, 300).into_owned()),
        fix: finding.fix.is_some(),
        old: finding.role == Some(v1::Role::Edited),
    }
}

fn detail(audit: &Audit, finding: &Finding, d: usize, commits: &mut Commits<'_>) -> Detail {
    let evidence = &finding.evidence;
    let document = audit.documents.get(d);
    let section = document.and_then(|d| d.sections.iter().find(|s| s.id == finding.section));
    let system = link::system(audit, finding);
    let place = |w: &v1::Witness| Place {
        path: clip(&w.path, 500).into_owned(),
        line: w.line,
        text: clip(&w.text, 300).into_owned(),
        href: system.and_then(|s| link::code(s, &w.commit, &w.path, w.line)),
    };
    let moment = evidence.moment.as_ref();
    Detail {
        section: section.map(|s| clip(&s.heading_path.join(" › "), 300).into_owned()).unwrap_or_default(),
        system: finding.system.as_deref().map(|name| clip(name, 120).into_owned()),
        from: finding.location.start,
        to: finding.location.end,
        href: link::place(audit, document, finding),
        moment: moment.is_some(),
        own: moment
            .and_then(|m| m.own.as_ref())
            .map(|own| (day(&own.entered), day(&own.edited), own.by.as_deref().map(|by| clip(by, 120).into_owned()))),
        entered: moment.and_then(|m| m.entered.as_ref()).map(|c| commits.of(finding, c)),
        edited: moment.and_then(|m| m.edited.as_ref()).map(|c| commits.of(finding, c)),
        then: evidence.witnesses.iter().take(8).map(place).collect(),
        count: evidence.witness_count,
        now: evidence.now.iter().take(8).map(place).collect(),
        cause_path: evidence.cause.as_ref().and_then(|c| c.path.as_deref()).map(|p| clip(p, 500).into_owned()),
        votes: evidence.replacement.as_ref().map(|r| (r.votes, r.of)),
        judged: evidence.judgement.as_ref().map(|j| Judged {
            why: clip(&j.why, 500).into_owned(),
            instead: j.instead.as_ref().map(|text| clip(text, 500).into_owned()),
            by: clip(&j.by, 100).into_owned(),
        }),
        fix: finding.fix.clone().filter(|fix| fix.text.len() <= 1_000 && fix.old.len() <= 1_000),
        excerpt: finding.excerpt.as_ref().map(|e| v1::Excerpt { start: e.start, lines: lines(&e.lines) }),
        diff: evidence.diff.as_ref().map(|d| v1::Diff {
            path: clip(&d.path, 500).into_owned(),
            lines: lines(&d.lines),
            ..*d
        }),
    }
}

/// Lines within the bounds of `audit.json`, whoever wrote it.
fn lines(all: &[String]) -> Vec<String> {
    all.iter().take(v1::EXCERPT_LINES).map(|line| clip(line, v1::LINE_CHARS + 1).into_owned()).collect()
}

/// The commits of a report, each once.
struct Commits<'a> {
    audit: &'a Audit,
    /// By system and id: two systems may share a commit, and it has a page in each.
    seen: HashMap<(Option<String>, String), usize>,
    all: Vec<Commit>,
}

impl Commits<'_> {
    fn of(&mut self, finding: &Finding, commit: &v1::Commit) -> usize {
        let key = (finding.system.clone(), commit.id.clone());
        if let Some(&at) = self.seen.get(&key) {
            return at;
        }
        let at = self.all.len();
        self.all.push(Commit {
            id: clip(&commit.id, 64).into_owned(),
            date: day(&commit.date),
            by: clip(&commit.author, 120).into_owned(),
            what: clip(&commit.subject, 300).into_owned(),
            href: link::system(self.audit, finding).and_then(|s| link::commit(s, &commit.id)),
        });
        self.seen.insert(key, at);
        at
    }
}

fn day(date: &chrono::DateTime<chrono::Utc>) -> String {
    date.format("%Y-%m-%d").to_string()
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
