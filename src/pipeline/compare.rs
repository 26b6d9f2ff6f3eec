//! Compares pages with one system: the checks, then the proofs.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::asked;
use super::guard;
use super::target::{Knowledge, Target};
use crate::document::Document;
use crate::finding::{Finding, Inconclusive};
use crate::history::pages::PageHistories;
use crate::history::paths::Paths;
use crate::history::{Objects, ReadError, RepoPath};
use crate::rule::dates::LineDates;
use crate::rule::prove::{self, Archive};
use crate::rule::suspect::{Proof, Suspect};
use crate::rule::system::{Page, System};
use crate::rule::{checks, confidence, past};
use crate::system::released::Released;
use crate::triage::Filter;

/// A page to compare with a system.
pub struct Ask<'a> {
    /// The page.
    pub page: Page<'a>,
    /// Gives the dates of its lines.
    pub dates: Dates<'a>,
    /// Whether only its links are looked at: what it names belongs to another system.
    pub links_only: bool,
    /// Whether it is a copy that is kept for the readers of a release, and that nobody asked to have audited.
    pub kept: bool,
    /// Other systems that the page describes: what one of them has at its head is not gone.
    pub rivals: Vec<&'a Knowledge<'a>>,
}

/// Gives the dates of a page's lines.
pub type Dates<'a> = Box<dyn Fn(&dyn Objects) -> Result<Box<dyn LineDates + 'a>, ReadError> + Sync + Send + 'a>;

/// What a comparison reads besides the pages.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    /// The system.
    pub target: &'a Target,
    /// The versions of the pages that stand in its repository.
    pub histories: &'a PageHistories,
    /// Those pages, to look up headings.
    pub tree: &'a [(&'a RepoPath, &'a Document)],
    /// Whether it is the first system of the audit, which evidence need not name.
    pub first: bool,
}

/// What a comparison gives.
pub struct Compared {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Pages that could not be compared.
    pub undecided: Vec<Inconclusive>,
}

/// Compares each page of `asks` with the system.
///
/// # Errors
/// Where the system's objects can't be read.
pub fn compare(against: Against<'_>, asks: &[Ask<'_>], filter: &Filter) -> Result<Compared, ReadError> {
    let target = against.target;
    let state = &target.state;
    let views: Vec<Page<'_>> = asks.iter().map(|ask| ask.page).collect();
    let named: Vec<Page<'_>> = asks.iter().filter(|ask| !ask.links_only).map(|ask| ask.page).collect();
    let declarations = asked::declarations(&target.repository, state, &named, &target.survey, filter)?;
    let lists = asked::lists(&target.repository, state, &named, &target.survey, filter)?;
    target.repository.rest();
    let releases = Released::new(&target.repository, &state.mainline);
    let system = System {
        snapshots: &state.snapshots,
        paths: Paths::new(&state.census),
        lifetimes: &target.survey.lifetimes,
        pairs: &target.survey.pairs,
        declarations: &declarations,
        lists: &lists,
        pages: against.tree.iter().copied().collect::<HashMap<_, _>>(),
        anchors: against.tree.iter().map(|(path, _)| (*path, OnceLock::new())).collect(),
        facts: &target.survey.facts,
        slugs: &target.label.slugs,
        releases: &releases,
    };
    let enabled: Vec<&(&str, checks::Check)> = checks::ALL.iter().filter(|(id, _)| filter.enabled(id)).collect();
    let site = system.is_site();
    let of = |ask: &Ask<'_>| guard::page(&ask.page.document.id, || suspects(ask, &system, &enabled, site));
    let checked: Vec<Result<Vec<Suspect>, Inconclusive>> = asks.par_iter().map(of).collect();
    let mut undecided = Vec::new();
    let suspects: Vec<Vec<Suspect>> = checked
        .into_iter()
        .map(|found| {
            found.unwrap_or_else(|said| {
                undecided.push(said);
                Vec::new()
            })
        })
        .collect();
    let overlaid = state.laid.changed();
    let dates = |index: usize, objects: &dyn Objects| match asks.get(index) {
        Some(ask) => (ask.dates)(objects),
        None => Ok(Box::new(crate::history::PageOrigins::default()) as Box<dyn LineDates>),
    };
    let archive = Archive {
        repository: &target.repository,
        mainline: &state.mainline,
        holdings: &target.survey.holdings,
        histories: against.histories,
        overlaid: &overlaid,
        dates: &dates,
        within: target.within.as_ref(),
        unseen: &|rule, probability| filter.is_unseen(rule, probability),
    };
    let mut findings = prove::prove(&views, &suspects, &system, archive)?;
    target.repository.rest();
    if !against.first {
        for finding in &mut findings {
            finding.evidence.system = Some(Arc::clone(&target.label.name));
        }
    }
    Ok(Compared { findings, undecided })
}

fn suspects(ask: &Ask<'_>, system: &System<'_>, enabled: &[&(&str, checks::Check)], site: bool) -> Vec<Suspect> {
    let page = &ask.page;
    let mut out = Vec::new();
    for (id, check) in enabled {
        if !ask.links_only || *id == checks::dead_link::ID {
            check(page, system, &mut out);
        }
    }
    // A dead link is dead in a tale of the past too; what the tale names need not be there.
    out.retain(|s| s.rule == checks::dead_link::ID || !past::is_told(page.document, s.section, s.span));
    // Pages at the root and for contributors tell how the site itself is made.
    if site && !matches!(page.folder(), b"" | b".github") {
        for suspect in &mut out {
            if !matches!(suspect.rule, checks::dead_link::ID | checks::dead_path::ID) {
                suspect.probability = suspect.probability * confidence::OF_A_SITE;
            }
        }
    }
    // The pages of a release were kept as they were: what was wrong in them then is seldom mended.
    if ask.kept {
        for suspect in out.iter_mut().filter(|s| s.rule != checks::dead_link::ID) {
            suspect.probability = suspect.probability * confidence::OF_A_RELEASE;
        }
    }
    if !ask.rivals.is_empty() {
        out.retain(|suspect| !stands_elsewhere(suspect, page, &ask.rivals));
    }
    out
}

/// Whether another system that the page describes has what is gone here.
fn stands_elsewhere(suspect: &Suspect, page: &Page<'_>, rivals: &[&Knowledge<'_>]) -> bool {
    // A value is compared with its own key's; another system's key is another value.
    if matches!(suspect.proof, Proof::Line { .. } | Proof::Anchor { .. }) {
        return false;
    }
    let same = page.references.iter().filter(|r| r.span.overlaps(suspect.span));
    same.into_iter().any(|reference| rivals.iter().any(|rival| rival.at_head(reference)))
}
