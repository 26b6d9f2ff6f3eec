//! What the pages ask for: values beside keys, declarations, and lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::guard;
use super::state::State;
use crate::document::Document;
use crate::history::declarations::{Asked, Declarations, Doubt};
use crate::history::lifetime::Lifetimes;
use crate::history::lists::{Entries, Lists};
use crate::history::scan::Role;
use crate::history::snapshot::Mask;
use crate::history::survey::{self, Survey};
use crate::history::watch::Watch;
use crate::history::{ReadError, Repository, pairs};
use crate::reference::Reference;
use crate::reference::claim::signature::SignatureClaim;
use crate::reference::claim::value::ValueClaim;
use crate::rule::checks::dead_member::{self, Member};
use crate::rule::checks::{dead_symbol, list_drift, signature_drift, value_drift};
use crate::rule::system::Page;
use crate::triage::Filter;

/// A page as far as it asks for something: its text, what it names, and the values that it gives to that.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub document: &'a Document,
    pub references: &'a [Reference],
    pub values: &'a [ValueClaim],
}

/// What the survey of the code is asked for by `pages`.
pub(super) fn survey(pages: &[Asking<'_>], filter: &Filter) -> survey::Asked {
    let keys = if filter.enabled(value_drift::ID) {
        pairs::Asked::new(pages.iter().flat_map(|page| value_drift::asked(page.values, page.references)))
    } else {
        pairs::Asked::default()
    };
    let said = said(pages.par_iter().map(|page| (page.document, page.references)), filter);
    let lists: Vec<Entries> = if filter.enabled(list_drift::ID) {
        let claims = |page: &Asking<'_>| guard::quietly(|| list_drift::claims(page.document, page.references));
        pages.par_iter().flat_map_iter(claims).map(|(_, entries)| entries).collect()
    } else {
        Vec::new()
    };
    let declared = Asked::new(said.keys().map(String::as_str));
    let entries = lists.iter().flat_map(Entries::watched).copied();
    survey::Asked { keys, names: Arc::new(Watch::new(declared.terms().chain(entries))) }
}

/// What the pages say of one name.
#[derive(Debug, Default)]
struct Said {
    signatures: Vec<SignatureClaim>,
    members: Vec<Member>,
}

/// What the pages say of functions that they call and of members that they name.
fn said<'a>(
    pages: impl ParallelIterator<Item = (&'a Document, &'a [Reference])>,
    filter: &Filter,
) -> BTreeMap<String, Said> {
    let (signatures, symbols) = (filter.enabled(signature_drift::ID), filter.enabled(dead_symbol::ID));
    let said: Vec<(Vec<SignatureClaim>, Vec<Member>)> = pages
        .filter(|(_, references)| !references.is_empty())
        .map(|(document, references)| {
            guard::quietly(|| {
                let claims = if signatures { signature_drift::claims(document, references) } else { Vec::new() };
                let members = references.iter().filter(|_| symbols).filter_map(|r| dead_member::of(document, r));
                (claims, members.collect())
            })
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
    by_name
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
    let by_name = said(pages.par_iter().map(|page| (page.document, page.references)), filter);
    let asked = Asked::new(by_name.keys().map(String::as_str));
    let head = state.snapshots.head();
    state.declarations(repository, &asked, &survey.holdings, |declared, name| {
        let Some(said) = by_name.get(name) else { return Doubt::None };
        let members = dead_member::in_doubt(&said.members, declared, head);
        if signature_drift::in_doubt(said.signatures.iter(), declared, head) {
            Doubt::Any
        } else if members.is_empty() {
            Doubt::None
        } else if said.signatures.is_empty() {
            Doubt::Of(members)
        } else {
            // The past of a call counts whatever type declared it.
            Doubt::Any
        }
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
        .flat_map_iter(|page| guard::quietly(|| list_drift::claims(page.document, page.references)))
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
