//! Which changes can be made, to which pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::place::{self, PlaceError};
use super::text::{Edit, Page};
use crate::report::json::v1::{Audit, Finding, Position};

/// Why nothing was planned at all.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// A page that was named is not one of the audit's.
    #[error("`{page}` is no page of this audit{}", hint(.near.as_deref()))]
    UnknownPage {
        /// As it was named.
        page: String,
        /// A page with the same file name, if there is one.
        near: Option<String>,
    },
    /// The root can't be read.
    #[error("cannot read {path}: {source}")]
    Root {
        /// The root.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!(": do you mean `{near}`?"))
}

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// The page says something else there now.
    #[error("the page has changed since the audit: audit it again")]
    Moved,
    /// Another change, of higher confidence, touches the same place.
    #[error("it overlaps another change")]
    Overlaps,
    /// It would put line breaks or control characters into the page, or replaces nothing.
    #[error("it is no change that can be made without a person")]
    Unfit,
    /// The page could not be written again as it is saved.
    #[error("the page's encoding cannot hold it, or does not give the same bytes again")]
    Encoding,
    /// The page is not text.
    #[error("the page cannot be read: {0}")]
    Unreadable(String),
    /// The page is no file of a git tree.
    #[error("the page comes from {0}, not from a file")]
    Elsewhere(String),
    /// The page is no regular file of the root.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Patches carry no UTF-16 and nothing else with NUL bytes.
    #[error("a patch cannot carry this page's encoding: use --apply")]
    Binary,
}

/// A change that is not made.
#[derive(Debug)]
pub struct Refused {
    /// The page's id.
    pub document: String,
    /// The line of the change, from 1; none where it concerns the page.
    pub line: Option<u32>,
    /// Why.
    pub reason: Reason,
}

/// A page that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The page's id.
    pub document: String,
    /// Its path from the root.
    pub path: PathBuf,
    /// Its bytes now.
    pub old: Vec<u8>,
    /// Its bytes after the change.
    pub new: Vec<u8>,
    /// The changes that make it so, by place.
    pub edits: Vec<Made>,
}

/// One change within a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Where it begins.
    pub at: Position,
    /// What stands there.
    pub old: String,
    /// What is written instead.
    pub new: String,
    /// The finding that it mends.
    pub fingerprint: String,
}

/// What is to be changed.
#[derive(Debug, Default)]
pub struct Plan {
    /// The pages that change, by id.
    pub changes: Vec<Change>,
    /// What is not changed, and why, by page and line.
    pub refused: Vec<Refused>,
}

/// Plans the certain changes of an audit to the pages below `root`, which is the root of the work
/// tree that was audited.
///
/// `pages` names pages by id, or folders with all pages below them; none means all.
///
/// # Errors
/// A page that the audit does not know, or a root that can't be read. What concerns one page or one
/// change only is in [`Plan::refused`].
pub fn plan(audit: &Audit, root: &Path, pages: &[String]) -> Result<Plan, FixError> {
    let root = fs::canonicalize(root).map_err(|source| FixError::Root { path: root.to_owned(), source })?;
    let chosen = choose(audit, pages)?;
    let mut by_page: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in audit.findings.iter().filter(|f| f.fix.is_some()) {
        let document = finding.location.document.as_str();
        if chosen.as_ref().is_none_or(|c| c.contains(document)) {
            by_page.entry(document).or_default().push(finding);
        }
    }
    let sources: BTreeMap<&str, &str> = audit.documents.iter().map(|d| (d.id.as_str(), d.source.as_str())).collect();
    let mut plan = Plan::default();
    for (document, findings) in by_page {
        let result = match sources.get(document) {
            Some(&"git") => page(document, &root, &findings, &mut plan.refused),
            source => Err(Reason::Elsewhere(source.copied().unwrap_or("another audit").to_owned())),
        };
        match result {
            Ok(change) => plan.changes.extend(change),
            Err(reason) => plan.refused.push(Refused { document: document.to_owned(), line: None, reason }),
        }
    }
    plan.refused.sort_by(|a, b| (&a.document, a.line).cmp(&(&b.document, b.line)));
    Ok(plan)
}

/// The pages that are asked for; none for all.
fn choose<'a>(audit: &'a Audit, pages: &[String]) -> Result<Option<BTreeSet<&'a str>>, FixError> {
    if pages.is_empty() {
        return Ok(None);
    }
    let mut chosen = BTreeSet::new();
    for asked in pages {
        let name = asked.strip_prefix("./").unwrap_or(asked).trim_end_matches('/');
        let folder = format!("{name}/");
        let all = name.is_empty() || name == ".";
        let mut known = all;
        for document in &audit.documents {
            if all || document.id == name || document.id.starts_with(&folder) {
                known = true;
                chosen.insert(document.id.as_str());
            }
        }
        if !known {
            let file = name.rsplit('/').next();
            let near = audit.documents.iter().find(|d| d.id.rsplit('/').next() == file);
            return Err(FixError::UnknownPage { page: asked.clone(), near: near.map(|d| d.id.clone()) });
        }
    }
    Ok(Some(chosen))
}

fn page(
    document: &str,
    root: &Path,
    findings: &[&Finding],
    refused: &mut Vec<Refused>,
) -> Result<Option<Change>, Reason> {
    let path = place::relative(document)?;
    let old = fs::read(place::check(root, &path)?).map_err(PlaceError::from)?;
    let read = Page::read(&old)?;
    // The surest first, so that of two that overlap it is the one that stays.
    let mut ranked = findings.to_vec();
    ranked.sort_by(|a, b| {
        let at = |f: &Finding| (f.location.start.line, f.location.start.column);
        let (pa, pb) = (a.confidence.probability, b.confidence.probability);
        pb.total_cmp(&pa).then(b.severity.cmp(&a.severity)).then_with(|| at(a).cmp(&at(b)))
    });
    // By start; no two of them overlap.
    let mut edits: BTreeMap<usize, Edit> = BTreeMap::new();
    let mut made = Vec::new();
    for finding in ranked {
        let Some(fix) = &finding.fix else { continue };
        let placed = read.locate(fix).and_then(|edit| {
            let before = edits.range(..edit.span.end).next_back().map(|(_, e)| e);
            match before {
                Some(other) if *other == edit => Ok(()),
                Some(other) if other.span.overlaps(edit.span) => Err(Reason::Overlaps),
                _ if edit.text == fix.old => Ok(()),
                _ => {
                    made.push(Made {
                        at: fix.start,
                        old: fix.old.clone(),
                        new: fix.text.clone(),
                        fingerprint: finding.fingerprint.clone(),
                    });
                    edits.insert(edit.span.start, edit);
                    Ok(())
                }
            }
        });
        if let Err(reason) = placed {
            refused.push(Refused { document: document.to_owned(), line: Some(fix.start.line), reason });
        }
    }
    if edits.is_empty() {
        return Ok(None);
    }
    let edits: Vec<Edit> = edits.into_values().collect();
    let new = read.with(&edits)?;
    made.sort_by_key(|m| (m.at.line, m.at.column));
    Ok(Some(Change { document: document.to_owned(), path, new, edits: made, old }))
}
