//! What a page describes: the files that it names, and those that declare what it names. It accuses
//! nobody; churn, owners and the graph are made from it.

use std::collections::BTreeSet;

use super::checks::dead_link;
use super::checks::name::is_mention;
use crate::document::Document;
use crate::history::RepoPath;
use crate::history::declared::{Asked, Declared, MOST_FILES, Roles};
use crate::history::paths::{Paths, join};
use crate::history::scan::{Role, route_endings};
use crate::history::snapshot::{Mask, PathLife};
use crate::history::term::{Domain, Term};
use crate::reference::{Kind, Reference};

/// Mentions of a section that are kept.
const MOST_MENTIONS: usize = 200;

/// Something that a section names and that the head has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What it is.
    pub kind: Kind,
    /// As the page writes it.
    pub text: String,
    /// The line of the page, from 0.
    pub line0: usize,
    /// The files that it names or that declare it, by path; a folder ends in a slash.
    pub files: Vec<RepoPath>,
}

/// The head's paths, and where its names are declared.
pub struct Head<'a> {
    /// Paths of all snapshots.
    pub paths: &'a Paths<'a>,
    /// The set that holds only the head.
    pub mask: Mask,
    /// Where names are declared.
    pub declared: &'a Declared,
    /// `owner/name` of the repository at its hosts.
    pub slugs: &'a [String],
}

/// Asks for every name that `references` give.
pub fn ask<'r>(references: impl IntoIterator<Item = &'r Reference>, asked: &mut Asked) {
    for reference in references.into_iter().filter(|r| is_mention(r)) {
        for (term, roles) in terms(reference) {
            asked.add(term, roles);
        }
    }
}

/// The terms under which code declares what a reference names.
fn terms(reference: &Reference) -> Vec<(Term, Roles)> {
    let last = || reference.parts.last().map(String::as_str).filter(|n| n.len() > 2);
    let declares = Roles::of(&[Role::Definition]);
    match reference.kind {
        Kind::Symbol => last().map(|n| (Term::exact(n.as_bytes()), declares)).into_iter().collect(),
        Kind::Flag => {
            let bare = reference.parts.iter().map(|p| p.trim_start_matches('-')).filter(|b| b.len() > 1);
            bare.map(|b| (Term::folded(b.as_bytes()), Roles::of(&[Role::Flag]))).collect()
        }
        Kind::EnvVar => {
            let roles = Roles::of(&[Role::Definition, Role::Key, Role::Literal, Role::Flag]);
            last().map(|n| (Term::exact(n.as_bytes()), roles)).into_iter().collect()
        }
        Kind::ConfigKey | Kind::Metric => {
            let roles = Roles::of(&[Role::Definition, Role::Key, Role::Literal, Role::Flag]);
            last().map(|n| (Term::folded(n.as_bytes()), roles)).into_iter().collect()
        }
        Kind::Route => {
            let endings = reference.parts.last().map(|r| route_endings(r.as_bytes())).unwrap_or_default();
            endings.into_iter().map(|e| (Term::of(Domain::Route, &e), declares)).collect()
        }
        Kind::Command => last().map(|n| (Term::of(Domain::Command, n.as_bytes()), declares)).into_iter().collect(),
        Kind::Resource => last().map(|n| (Term::of(Domain::Resource, n.as_bytes()), declares)).into_iter().collect(),
        Kind::Path | Kind::Link | Kind::Dependency => Vec::new(),
    }
}

/// What each section of a page mentions, in reading order, each thing once.
#[must_use]
pub fn mentions(document: &Document, path: &RepoPath, references: &[Reference], head: &Head<'_>) -> Vec<Vec<Mention>> {
    let mut out: Vec<Vec<Mention>> = vec![Vec::new(); document.sections.len()];
    let mut seen: BTreeSet<(usize, Kind, &str)> = BTreeSet::new();
    for reference in references.iter().filter(|r| is_mention(r)) {
        let Some(list) = out.get_mut(reference.section) else { continue };
        if list.len() >= MOST_MENTIONS || !seen.insert((reference.section, reference.kind, &reference.text)) {
            continue;
        }
        let files = match reference.kind {
            Kind::Path => named(path, reference, head),
            Kind::Link => dead_link::target(path, reference, head.slugs, &|p| life(head, p)).into_iter().collect(),
            _ => declaring(reference, head),
        };
        // A page that names itself says nothing.
        let files: Vec<RepoPath> = files.into_iter().filter(|f| f != path).collect();
        if !files.is_empty() {
            let line0 = document.lines.line_of(reference.span.start);
            list.push(Mention { kind: reference.kind, text: reference.text.clone(), line0, files });
        }
    }
    out
}

/// The life of a path that the head holds.
fn life(head: &Head<'_>, path: &[u8]) -> Option<PathLife> {
    Some(head.paths.exact(path)).filter(|life| !life.held.and(head.mask).is_empty())
}

fn at(path: &[u8], life: PathLife) -> RepoPath {
    if life.folder { RepoPath::new(&[path, b"/"].concat()) } else { RepoPath::new(path) }
}

/// The file or folder that a path names: from the page, from the root, or by its only ending.
fn named(page: &RepoPath, reference: &Reference, head: &Head<'_>) -> Vec<RepoPath> {
    let written = reference.parts.join("/");
    let from_page = join(page.parent(), written.as_bytes());
    let from_root = join(b"", written.as_bytes());
    for path in [from_page, from_root].into_iter().flatten().filter(|p| !p.is_empty()) {
        if let Some(life) = life(head, &path) {
            return vec![at(&path, life)];
        }
    }
    let ending = written.trim_start_matches("../").trim_start_matches("./");
    if ending.is_empty() {
        return Vec::new();
    }
    let alive = head.paths.ending_in(ending.as_bytes()).filter(|(_, l)| !l.held.and(head.mask).is_empty());
    let mut found: Vec<RepoPath> = alive.take(MOST_FILES + 1).map(|(p, l)| at(p, l)).collect();
    // A name that many files have says nothing of any of them.
    if found.len() > MOST_FILES {
        found.clear();
    }
    found
}

fn declaring(reference: &Reference, head: &Head<'_>) -> Vec<RepoPath> {
    let mut files: Vec<RepoPath> = Vec::new();
    for (term, _) in terms(reference) {
        let found = head.declared.of(term);
        files.extend(found.iter().cloned());
        // The longest ending of a route that is declared is the route.
        if reference.kind == Kind::Route && !found.is_empty() {
            break;
        }
    }
    files.sort();
    files.dedup();
    if files.len() > MOST_FILES { Vec::new() } else { files }
}
