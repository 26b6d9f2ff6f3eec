//! Which declarations and lists the pages ask for.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::state::State;
use crate::history::declarations::{Asked, Declarations};
use crate::history::lifetime::Lifetimes;
use crate::history::lists::{Entries, Lists};
use crate::history::scan::Role;
use crate::history::snapshot::Mask;
use crate::history::survey::Survey;
use crate::history::{ReadError, Repository};
use crate::reference::claim::signature::SignatureClaim;
use crate::rule::checks::dead_member::{self, Member};
use crate::rule::checks::{dead_symbol, list_drift, signature_drift};
use crate::rule::system::Page;
use crate::triage::Filter;

/// What the pages say of one name.
#[derive(Debug, Default)]
struct Said {
    signatures: Vec<SignatureClaim>,
    members: Vec<Member>,
}

/// Reads the declarations of the functions that pages call and of the members that they name.
///
/// # Errors
/// Where the object store can't be opened.
pub(super) fn declarations(
    repository: &Repository,
    state: &State,
    pages: &[Page<'_>],
    survey: &Survey,
    filter: &Filter,
) -> Result<Declarations, ReadError> {
    let (signatures, symbols) = (filter.enabled(signature_drift::ID), filter.enabled(dead_symbol::ID));
    let said: Vec<(Vec<SignatureClaim>, Vec<Member>)> = pages
        .par_iter()
        .filter(|page| !page.references.is_empty())
        .map(|page| {
            let (document, references) = (page.document, page.references);
            let claims = if signatures { signature_drift::claims(document, references) } else { Vec::new() };
            let members = references.iter().filter(|_| symbols).filter_map(|r| dead_member::of(document, r));
            (claims, members.collect())
        })
        .collect();
    let mut by_name: BTreeMap<String, Said> = BTreeMap::new();
    for (claims, members) in said {
        for claim in claims {
            if let Some(name) = claim.name.last() {
                by_name.entry(name.clone()).or_default().signatures.push(claim);
            }
        }
        for member in members {
            for name in dead_member::asked(&member) {
                by_name.entry(name).or_default();
            }
            by_name.entry(member.name.clone()).or_default().members.push(member);
        }
    }
    let asked = Asked::new(by_name.keys().map(String::as_str));
    let head = state.snapshots.head();
    state.declarations(repository, &asked, &survey.holdings, |declared, name| {
        by_name.get(name).is_some_and(|said| {
            signature_drift::in_doubt(said.signatures.iter(), declared, head)
                || dead_member::in_doubt(said.members.iter(), declared, head)
        })
    })
}

/// Reads the lists of the code that those of the pages may mirror.
///
/// # Errors
/// Where the object store can't be opened.
pub(super) fn lists(
    repository: &Repository,
    state: &State,
    pages: &[Page<'_>],
    survey: &Survey,
    filter: &Filter,
) -> Result<Lists, ReadError> {
    if !filter.enabled(list_drift::ID) {
        return Ok(Lists::default());
    }
    let asked: BTreeSet<Entries> = pages
        .par_iter()
        .flat_map_iter(|page| list_drift::claims(page.document, page.references))
        .filter(|(claim, entries)| {
            // Where the number alone is old, the entries are those of the head.
            let all = state.snapshots.before_head().or(state.snapshots.head());
            let counted = claim.count.as_ref().is_some_and(|c| c.value as usize != claim.items.len());
            was_declared(entries, &survey.lifetimes, if counted { all } else { state.snapshots.before_head() })
        })
        .map(|(_, entries)| entries)
        .collect();
    state.lists(repository, asked, &survey.holdings)
}

/// Whether the code had names or strings for all entries at once, before the head.
fn was_declared(entries: &Entries, lifetimes: &Lifetimes, before: Mask) -> bool {
    let roles = [Role::Definition, Role::Key, Role::Literal, Role::Flag];
    let together = entries.terms().iter().fold(before, |mask, term| mask.and(lifetimes.of(*term).any(&roles)));
    !together.is_empty()
}
