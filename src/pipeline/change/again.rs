//! Pages that describe the changed code most closely: worth reading again, and no more than that.
//!
//! A page scores for each file and name of the changed lines that it speaks of, and the more so the
//! fewer pages do: inverse document frequency, as search engines weigh words.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::edits::Edits;
use super::names::{MOST_FILES, Names, SHORTEST, folded};
use crate::document::Tense;
use crate::history::RepoPath;
use crate::pipeline::pages::Pages;
use crate::reference::{Kind, Reference, Standing};
use crate::report::json::v1::ReadAgain;

/// At most this many pages are named.
const MOST: usize = 5;
/// At most this many of a page's reasons are given.
const REASONS: usize = 4;
/// What a changed file that the page names weighs against a changed name.
const FILE: f64 = 3.0;
/// Pages below are not worth anybody's time.
const LEAST: f64 = 1.0;

/// The pages to read again, best first. Pages that the change edits, and `told` ones, are left out.
pub fn read_again(
    pages: &Pages,
    references: &[Vec<Reference>],
    edits: &Edits,
    names: &Names,
    told: &BTreeSet<&str>,
) -> Vec<ReadAgain> {
    let page_paths: BTreeSet<&RepoPath> = pages.pages.iter().map(|page| &page.path).collect();
    let code = edits.files.keys().filter(|path| !page_paths.contains(path));
    let endings = endings(code);
    if names.is_empty() && endings.is_empty() {
        return Vec::new();
    }
    let mut spread: BTreeMap<String, u32> = BTreeMap::new();
    let mut found: Vec<BTreeMap<String, (f64, usize)>> = Vec::with_capacity(pages.pages.len());
    for (page, references) in pages.pages.iter().zip(references) {
        let mut of_page: BTreeMap<String, (f64, usize)> = BTreeMap::new();
        if matches!(page.document.tense, Tense::Current) {
            for reference in references {
                if let Some((key, weight)) = hit(reference, names, &endings) {
                    of_page.entry(key).or_insert((weight, reference.section));
                }
            }
        }
        for key in of_page.keys() {
            *spread.entry(key.clone()).or_default() += 1;
        }
        found.push(of_page);
    }
    let mut ranked: Vec<ReadAgain> = Vec::new();
    for (page, of_page) in pages.pages.iter().zip(&found) {
        let id = page.document.id.as_str();
        if edits.pages.contains_key(&page.document.id) || told.contains(id) {
            continue;
        }
        let weigh = |key: &String, weight: f64| weight / f64::from(spread.get(key).copied().unwrap_or(1).max(1));
        let score: f64 = of_page.iter().map(|(key, (weight, _))| weigh(key, *weight)).sum();
        if score < LEAST {
            continue;
        }
        let mut reasons: Vec<(&String, f64, usize)> =
            of_page.iter().map(|(key, (weight, section))| (key, weigh(key, *weight), *section)).collect();
        reasons.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let section = reasons.first().and_then(|(_, _, section)| page.document.sections.get(*section));
        ranked.push(ReadAgain {
            document: id.to_owned(),
            section: section.map_or_else(|| "_".to_owned(), |s| s.id.clone()),
            names: reasons.iter().take(REASONS).map(|(key, ..)| (*key).clone()).collect(),
            score: (score * 100.0).round() / 100.0,
        });
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.document.cmp(&b.document)));
    ranked.truncate(MOST);
    ranked
}

/// What a reference has to do with the change: what it names, and what that weighs.
fn hit(reference: &Reference, names: &Names, endings: &FxHashSet<String>) -> Option<(String, f64)> {
    if reference.standing != Standing::Affirmed || reference.shape.incidental || reference.shape.glob {
        return None;
    }
    match reference.kind {
        Kind::Path => {
            let path = reference.parts.join("/");
            endings.contains(&path).then_some((path, FILE))
        }
        Kind::Link => {
            // As far as a relative link's end tells.
            let path = reference.parts.first()?.trim_start_matches(['.', '/']);
            endings.contains(path).then(|| (path.to_owned(), FILE))
        }
        Kind::Symbol | Kind::Flag | Kind::EnvVar | Kind::ConfigKey | Kind::Metric | Kind::Resource => {
            if reference.shape.weak {
                return None;
            }
            let name = reference.parts.last()?.trim_start_matches('-');
            (name.len() >= SHORTEST && names.changed(&folded(name))).then(|| (name.to_owned(), 1.0))
        }
        Kind::Route | Kind::Command | Kind::Dependency => None,
    }
}

/// Every changed path, and what is left of it without its first folders, down to two parts.
fn endings<'p>(paths: impl Iterator<Item = &'p RepoPath>) -> FxHashSet<String> {
    let mut out = FxHashSet::default();
    for path in paths.take(MOST_FILES * 4) {
        let path = path.display();
        let mut rest: &str = &path;
        out.insert(rest.to_owned());
        while let Some((_, shorter)) = rest.split_once('/') {
            if !shorter.contains('/') {
                break;
            }
            rest = shorter;
            out.insert(rest.to_owned());
        }
    }
    out
}
