//! One audit of many: what `shelflife merge` makes of one audit per repository.
//!
//! Pages are named by their repository (`owner/name/docs/a.md`), so that two repositories may both
//! have a `README.md`, and lead to where they can be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Fingerprint;
use crate::report::json::v1::{Audit, Finding, Scope, Summary};
use crate::report::link;

/// Why audits can't be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no audit to merge")]
    None,
    /// One is of a change.
    #[error("{0} is an audit of one change; merge audits of all pages (without `--base`)")]
    Change(String),
    /// One says nothing of what it compared pages with.
    #[error("{0} names no repository")]
    Nameless(String),
    /// Two are of one repository.
    #[error("{first} and {second} are both of {repository}")]
    Twice {
        /// The first file.
        first: String,
        /// The second.
        second: String,
        /// What both are of.
        repository: String,
    },
}

/// Merges `audits`, each with the name of its file.
///
/// # Errors
/// Where they don't go together.
pub fn merge(audits: Vec<(String, Audit)>) -> Result<Audit, MergeError> {
    let mut names: BTreeMap<String, (String, Audit)> = BTreeMap::new();
    for (file, audit) in audits {
        if audit.scope == Scope::Change {
            return Err(MergeError::Change(file));
        }
        let repository = name(&audit).ok_or_else(|| MergeError::Nameless(file.clone()))?;
        if let Some((first, _)) = names.get(&repository) {
            return Err(MergeError::Twice { first: first.clone(), second: file, repository });
        }
        names.insert(repository, (file, audit));
    }
    let mut merged: Option<Audit> = None;
    for (repository, (_, audit)) in names {
        let audit = placed(&repository, audit);
        match &mut merged {
            None => merged = Some(audit),
            Some(all) => join(all, audit),
        }
    }
    let mut all = merged.ok_or(MergeError::None)?;
    all.documents.sort_by(|a, b| a.id.cmp(&b.id));
    let order = |f: &Finding| (f.location.document.clone(), f.location.start.line, f.location.start.column);
    all.findings.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
    Ok(all)
}

/// What an audit's pages are named by: where people see its repository, without scheme and host, else
/// the name of its folder.
fn name(audit: &Audit) -> Option<String> {
    let system = audit.systems.first()?;
    let of_web =
        system.web.as_deref().and_then(|web| web.strip_prefix("https://")?.split_once('/')).map(|(_, path)| path);
    let name = of_web.unwrap_or(&system.name).trim_matches('/');
    (!name.is_empty()).then(|| name.to_owned())
}

/// The audit with its pages named by `repository`.
fn placed(repository: &str, mut audit: Audit) -> Audit {
    // Pages that come from elsewhere have names of their own, and may be in several audits.
    let own: BTreeSet<String> = audit.documents.iter().filter(|d| d.source == "git").map(|d| d.id.clone()).collect();
    let rename = |id: &str| if own.contains(id) { format!("{repository}/{id}") } else { id.to_owned() };
    let reprint = |print: &str| Fingerprint::new("merge", repository, print, &[], 0).0;
    let home = audit.systems.first().cloned();
    for document in &mut audit.documents {
        if document.source == "git" {
            document.url = home.as_ref().and_then(|s| link::code(s, &s.head, &document.id, None));
            "github".clone_into(&mut document.source);
        }
        document.id = rename(&document.id);
        let signals =
            std::iter::once(&mut document.signals).chain(document.sections.iter_mut().map(|s| &mut s.signals));
        for duplicate in signals.filter_map(|signals| signals.duplicate.as_mut()) {
            duplicate.document = rename(&duplicate.document);
        }
        for loss in document.sections.iter_mut().filter_map(|s| s.verdict.as_mut()).flat_map(|v| &mut v.losses) {
            loss.fingerprint = loss.fingerprint.as_deref().map(reprint);
        }
    }
    let place = |finding: &mut Finding| {
        finding.location.document = rename(&finding.location.document);
        finding.fingerprint = reprint(&finding.fingerprint);
    };
    audit.findings.iter_mut().for_each(place);
    for hidden in &mut audit.suppressed {
        place(&mut hidden.finding);
    }
    for weak in &mut audit.weak {
        weak.document = rename(&weak.document);
        weak.fingerprint = reprint(&weak.fingerprint);
    }
    for inconclusive in &mut audit.inconclusive {
        inconclusive.document = match inconclusive.document.take() {
            Some(id) => Some(rename(&id)),
            None => {
                inconclusive.message = format!("{repository}: {}", inconclusive.message);
                None
            }
        };
    }
    for system in &mut audit.systems {
        // A report links what it quotes to its first system. Of several repositories no link is better
        // than one that leads into another.
        system.web = None;
        if system.repo == "." {
            repository.clone_into(&mut system.name);
            repository.clone_into(&mut system.repo);
        }
    }
    audit
}

fn join(all: &mut Audit, more: Audit) {
    all.now = all.now.max(more.now);
    add(&mut all.summary, &more.summary);
    for system in more.systems {
        if !all.systems.contains(&system) {
            all.systems.push(system);
        }
    }
    let known: BTreeSet<String> = all.documents.iter().map(|d| d.id.clone()).collect();
    // A page of another source that two repositories were compared with counts once.
    all.documents.extend(more.documents.into_iter().filter(|d| !known.contains(&d.id)));
    all.findings.extend(more.findings);
    all.inconclusive.extend(more.inconclusive);
    all.suppressed.extend(more.suppressed);
    all.weak.extend(more.weak);
}

fn add(all: &mut Summary, more: &Summary) {
    // All are named here, so that the compiler asks for one that is added later.
    let Summary {
        documents,
        documents_with_findings,
        references,
        findings,
        errors,
        warnings,
        notes,
        suppressed,
        baselined,
        below_confidence,
        documents_inconclusive,
        historical,
        unread_files,
    } = all;
    let counts = [
        (documents, more.documents),
        (documents_with_findings, more.documents_with_findings),
        (references, more.references),
        (findings, more.findings),
        (errors, more.errors),
        (warnings, more.warnings),
        (notes, more.notes),
        (suppressed, more.suppressed),
        (baselined, more.baselined),
        (below_confidence, more.below_confidence),
        (documents_inconclusive, more.documents_inconclusive),
        (historical, more.historical),
        (unread_files, more.unread_files),
    ];
    for (count, more) in counts {
        *count += more;
    }
}
