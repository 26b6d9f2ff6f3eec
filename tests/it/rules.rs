//! The examples of the rule files, each a real repository of two commits.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use shelflife::config::Config;
use shelflife::finding::Level;
use shelflife::pipeline::{AuditOptions, CacheMode, Silent, audit};
use shelflife::report::json::v1::{Audit, Finding};
use shelflife::rule::{Definition, Example, FileState, registry};

use crate::support::Repo;

/// Days of the two commits, counted as [`crate::support::at`] does.
const DAYS: [i64; 2] = [1500, 1820];

/// What the audits call now: after both commits, and after the days that examples let pass.
fn now() -> DateTime<Utc> {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

/// The audit of the example's repository: what is found at all, or what a report has unless asked for more.
pub fn run(example: &Example, floor: Level) -> Audit {
    let repo = Repo::new();
    let files: Vec<(&str, &str)> = example.before.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
    repo.commit(&files, &[], "Write code and page", DAYS[0]);
    let mut files = Vec::new();
    let mut removed = Vec::new();
    for (path, state) in &example.after {
        match state {
            FileState::Content(content) => files.push((path.as_str(), content.as_str())),
            FileState::Present(_) => removed.push(path.as_str()),
        }
    }
    repo.commit(&files, &removed, "Change the code", DAYS[1]);
    let options = AuditOptions {
        root: repo.path().to_owned(),
        config: Config::default(),
        now: Some(now()),
        jobs: 1,
        cache: CacheMode::Off,
        rules: None,
        min_confidence: floor,
        baseline: None,
        reviews: None,
        judge: None,
    };
    audit(&options, &Silent).unwrap().audit
}

/// The findings in the example's page.
fn of_page<'a>(example: &Example, audit: &'a Audit) -> Vec<&'a Finding> {
    audit.findings.iter().filter(|f| f.location.document == example.page).collect()
}

/// What the audit of a `valid` example lacks.
fn lacks(rule: &Definition, example: &Example, audit: &Audit) -> Option<String> {
    let found = of_page(example, audit);
    for expected in &example.expect {
        let at = |f: &&&Finding| {
            f.rule == rule.id()
                && f.location.start.line == expected.line
                && (f.location.text.contains(&expected.text) || expected.text.contains(&f.location.text))
        };
        let Some(finding) = found.iter().find(at) else {
            return Some(format!("lacks line {}: {}", expected.line, expected.text));
        };
        if let Some(wanted) = &expected.replacement {
            let proposed = finding.evidence.replacement.as_ref().map(|r| r.text.as_str());
            // The finding may stand at a part of the expected words, or they at a part of it: what is
            // beside that part stays.
            let at = finding.location.text.as_str();
            let agrees = |proposed: &str| {
                proposed == wanted
                    || expected.text.replacen(at, proposed, 1) == *wanted
                    || at.replacen(&expected.text, wanted, 1) == proposed
            };
            if !proposed.is_some_and(agrees) {
                return Some(format!("proposes {proposed:?}, not {wanted:?}"));
            }
        }
    }
    None
}

/// What the audit of an `invalid` example has too much.
fn exceeds(rule: &Definition, example: &Example, audit: &Audit) -> Option<String> {
    let wrong: Vec<String> =
        of_page(example, audit).into_iter().filter(|f| f.rule == rule.id()).map(describe).collect();
    (!wrong.is_empty()).then(|| format!("must give nothing, gives {}", wrong.join("; ")))
}

fn describe(finding: &Finding) -> String {
    format!(
        "{} {}:{} `{}` ({:.2})",
        finding.rule,
        finding.location.start.line,
        finding.location.start.column,
        finding.location.text,
        finding.confidence.probability
    )
}

/// Runs all examples of the rules of `area`.
fn area(area: &str) {
    examples(&|r| r.area == area);
}

/// Runs all examples of one rule.
fn rule(id: &str) {
    examples(&|r| r.id() == id);
}

/// Runs all examples of the rules that are `wanted`; fails with a list of all that went wrong.
fn examples(wanted: &dyn Fn(&Definition) -> bool) {
    let cases: Vec<(&Definition, &Example, bool)> = registry::all()
        .iter()
        .filter(|r| wanted(r))
        .flat_map(|r| {
            r.file.valid.iter().map(move |e| (r, e, true)).chain(r.file.invalid.iter().map(move |e| (r, e, false)))
        })
        .collect();
    assert!(!cases.is_empty());
    let failed: Vec<(String, String)> = cases
        .par_iter()
        .filter_map(|&(rule, example, valid)| {
            // How sure a finding is decides whether it is reported; that it is found is what an example shows.
            let audit = run(example, if valid { Level::Low } else { Level::Medium });
            let problem = if valid { lacks(rule, example, &audit) } else { exceeds(rule, example, &audit) }?;
            let kind = if valid { "valid" } else { "invalid" };
            let found: Vec<String> = of_page(example, &audit).into_iter().map(describe).collect();
            let undecided: Vec<&str> = audit.inconclusive.iter().map(|i| i.reason.as_str()).collect();
            Some((
                rule.id().to_owned(),
                format!(
                    "{kind} \"{}\": {problem}\n    found: [{}] inconclusive: {undecided:?} weak: {}",
                    example.name,
                    found.join("; "),
                    audit.weak.len()
                ),
            ))
        })
        .collect();
    let mut by_rule: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (rule, text) in &failed {
        by_rule.entry(rule.clone()).or_default().push(text.clone());
    }
    let text: Vec<String> =
        by_rule.iter().map(|(rule, list)| format!("{rule}: {}\n  {}", list.len(), list.join("\n  "))).collect();
    assert!(failed.is_empty(), "{} of {} examples fail\n{}", failed.len(), cases.len(), text.join("\n"));
}

#[test]
fn examples_of_references() {
    area("reference");
}

#[test]
fn examples_of_suppressions() {
    area("suppression");
}

#[test]
fn examples_of_version_drift() {
    rule("version-drift");
}

#[test]
fn examples_of_moved_values() {
    rule("value-drift");
}

#[test]
fn examples_of_drifted_signatures() {
    rule("signature-drift");
}

#[test]
fn examples_of_drifted_lists() {
    rule("list-drift");
}

#[test]
fn examples_of_moved_references() {
    rule("moved-reference");
}
