//! The diffs that broke findings, read from the history for reports.

use std::collections::BTreeMap;

use super::{diff, v1};
use crate::finding::{Finding, Fingerprint};
use crate::history::{Objects, Oid};

/// Larger versions of a file are not read for a report.
const LARGEST: usize = 1 << 20;
/// Longer lines, in bytes, are not searched for the reference.
const LONGEST_LINE: usize = 4 << 10;
/// Findings that get a diff; beyond, reports name the commit only.
const MOST: usize = 20_000;

/// For each finding with a known cause, what the cause's commit did to the file it names, near the
/// place that backed the reference.
///
/// What can't be read has no diff: a report is no reason for an audit to fail.
#[must_use]
pub fn cause_diffs(objects: &dyn Objects, findings: &[Finding]) -> BTreeMap<Fingerprint, v1::Diff> {
    let mut versions: BTreeMap<(&str, &str), Option<(String, String)>> = BTreeMap::new();
    let mut diffs = BTreeMap::new();
    for finding in findings.iter().take(MOST) {
        let Some(cause) = &finding.evidence.cause else { continue };
        let Some(path) = cause.path.as_deref() else { continue };
        let pair = versions
            .entry((cause.commit.id.as_str(), path))
            .or_insert_with(|| before_and_after(objects, &cause.commit.id, path));
        let Some((old, new)) = pair else { continue };
        if let Some(diff) = diff(path, old, new, place(finding, path, old)) {
            diffs.insert(finding.fingerprint.clone(), diff);
        }
    }
    diffs
}

/// A file in a commit's first parent and in the commit; a file that is gone is empty.
fn before_and_after(objects: &dyn Objects, commit: &str, path: &str) -> Option<(String, String)> {
    let commit = objects.commit(Oid::from_str(commit).ok()?).ok()?;
    let parent = objects.commit(*commit.parents.first()?).ok()?;
    let text = |tree: Oid| -> Option<String> {
        match objects.lookup(tree, path.as_bytes()).ok()? {
            Some((mode, id)) if mode.is_file() => {
                let small = objects.size(id).ok()? <= LARGEST;
                let bytes = if small { objects.blob(id).ok()? } else { return None };
                (!bytes.contains(&0)).then(|| String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => Some(String::new()),
        }
    };
    Some((text(parent.tree)?, text(commit.tree)?))
}

/// The line, from 1, of the old version at which the reference stood: the one with its name that is
/// nearest to the witness.
fn place(finding: &Finding, path: &str, old: &str) -> u32 {
    let witness = finding.evidence.witnesses.iter().find(|w| w.path == path).and_then(|w| w.line).unwrap_or(1);
    let name = finding.subject.trim_start_matches('-').rsplit(['/', '.', ':', ' ', '#']).next().unwrap_or_default();
    if name.is_empty() {
        return witness;
    }
    // An anchor is its heading in lower case.
    let name = name.to_lowercase();
    let holds = |line: &str| line.len() <= LONGEST_LINE && line.to_lowercase().contains(&name);
    let lines = (1..).zip(old.lines()).filter(|(_, line)| holds(line)).map(|(n, _): (u32, _)| n);
    lines.min_by_key(|n| n.abs_diff(witness)).unwrap_or(witness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, Position, Span};
    use crate::finding::{Cause, CauseKind, Confidence, Evidence, Severity};
    use crate::history::Repository;
    use crate::testing::Repo;

    fn finding(repository: &Repository, commit: Oid, path: &str, subject: &str) -> Finding {
        Finding {
            rule: "dead-flag",
            severity: Severity::Error,
            confidence: Confidence::new(0.9),
            message: String::new(),
            document: DocumentId::new("a.md"),
            section: 0,
            span: Span::default(),
            start: Position { line: 1, column: 1 },
            end: Position { line: 1, column: 1 },
            subject: subject.to_owned(),
            evidence: Evidence {
                cause: Some(Cause {
                    kind: CauseKind::Removed,
                    commit: repository.commit_ref(commit),
                    path: Some(path.to_owned()),
                }),
                ..Evidence::default()
            },
            fingerprint: Fingerprint(format!("{path} {subject}")),
            fix: None,
        }
    }

    #[test]
    fn the_change_is_shown_at_the_name() {
        let repo = Repo::new();
        let body = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let old = format!("first\n{body}let x = flag(\"config-file\");\n{body}last\n");
        let new = format!("FIRST\n{body}let x = flag(\"config\");\n{body}LAST\n");
        repo.commit(&[("cli.rs", &old), ("gone.rs", "one\nconfig-file\n")], &[], "add", 1);
        let commit = repo.commit(&[("cli.rs", &new)], &["gone.rs"], "change", 2);
        let repository = Repository::open(repo.path()).unwrap();
        let findings =
            ["cli.rs", "gone.rs", "never.rs"].map(|path| finding(&repository, commit, path, "--config-file"));
        let worker = repository.worker().unwrap();
        let objects = worker.objects().unwrap();
        let diffs = cause_diffs(&objects, &findings);
        assert_eq!(diffs.len(), 2);
        let at = |n: usize| diffs.get(&findings[n].fingerprint).unwrap();
        assert_eq!(at(0).old_start, 7);
        assert_eq!(at(0).lines[3..5], ["-let x = flag(\"config-file\");", "+let x = flag(\"config\");"]);
        assert_eq!(at(1).lines, ["-one", "-config-file"]);
    }
}
