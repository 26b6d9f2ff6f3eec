//! `dead-command`, for features and extras: what a page has its reader choose of a package (`--features x`,
//! `pip install name[x]`) and the package's manifest no longer offers.
//!
//! Features are a package's own: that another package of the repository has one of that name keeps none alive.

use std::sync::Arc;

use super::name;
use super::version_drift::{matcher::FactMatcher, nearness};
use crate::history::facts::{Held, Of, Strength, package_name};
use crate::history::snapshot::Mask;
use crate::reference::{Kind, Place, Reference};
use crate::rule::confidence;
use crate::rule::suspect::{LineMatcher, Proof, Suspect};
use crate::rule::system::{Page, System};

/// Gives the features of the page that the manifest next above it offered once and does not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| name::is_claim(r)) {
        if is_chosen(page, reference, system) {
            out.extend(lost(page, reference, system));
        }
    }
}

/// Whether the page speaks of a feature of the project.
fn is_chosen(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> bool {
    if reference.kind == Kind::Command {
        return match reference.parts.get(1).map(String::as_str) {
            Some("--features" | "-F") => true,
            Some(package) if package.starts_with('[') => {
                let package = package_name(package.trim_matches(['[', ']']));
                let own = |h: &Held| h.fact.strength == Strength::Own;
                system.facts.of(Of::Package, &package).iter().any(own)
                    || system
                        .slugs
                        .iter()
                        .any(|slug| slug.rsplit('/').next().is_some_and(|s| package_name(s) == package))
            }
            _ => false,
        };
    }
    // "the `x` feature", "feature `x`".
    let single = matches!(reference.kind, Kind::Symbol | Kind::Dependency) && reference.parts.len() == 1;
    if !single || reference.place != Place::CodeSpan || reference.shape.call {
        return false;
    }
    let text = &page.document.text;
    let after = text.get(reference.span.end..).unwrap_or("");
    let before = text.get(..reference.span.start).unwrap_or("");
    let ends = |word: &str| before.trim_end_matches('`').trim_end().ends_with(word);
    let begins = |word: &str| after.trim_start_matches('`').trim_start().starts_with(word);
    begins("feature") || begins("extra ") || begins("cargo feature") || ends(" feature") || ends(" features")
}

fn lost(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let feature = reference.parts.last()?;
    let held = system.facts.of(Of::Feature, &package_name(feature));
    let nearest = held.iter().filter_map(|h| nearness(&h.path, page.folder())).max();
    let own: Vec<&Held> =
        held.iter().filter(|h| nearest.is_none() || nearness(&h.path, page.folder()) == nearest).collect();
    let first = own.first()?;
    if own.iter().any(|h| system.at_head(h.held)) {
        return None;
    }
    // Where a program makes the list, it can't be read.
    let made =
        |h: &&Held| matches!(h.path.name(), b"setup.py" | b"setup.cfg") && !system.facts.offers(&h.path, system.head());
    if own.iter().any(made) {
        return None;
    }
    let had = system.earlier(own.iter().fold(Mask::default(), |mask, h| mask.or(h.held)));
    let elsewhere = held.iter().any(|h| system.at_head(h.held));
    // Another package has it. Which the page means is plain only where its own still is one.
    if elsewhere
        && !(own.iter().any(|h| system.facts.is_package(&h.path, system.head())) && names_no_other(page, reference))
    {
        return None;
    }
    if had.is_empty() {
        return None;
    }
    let circumstance = match (elsewhere, reference.kind) {
        (true, _) => "feature-elsewhere",
        (false, Kind::Command) => "feature",
        (false, _) => "feature-named",
    };
    let manifest = first.path.display();
    let message =
        format!("`{}` is no longer among the features of `{}`", name::shown(&reference.text), name::shown(&manifest));
    let matcher = LineMatcher(Arc::new(FactMatcher::new(first, &own, held, had)));
    let proof = Proof::Line { matcher, now: Vec::new(), replacement: None };
    let (rule, place) = (super::dead_command::ID, (reference.span, reference.section));
    Some(Suspect::of_text(rule, place, &reference.text, message, confidence::of(rule, circumstance), had, proof))
}

/// Whether the line chooses no package itself (`-p name`).
fn names_no_other(page: &Page<'_>, reference: &Reference) -> bool {
    let document = page.document;
    let line = document.lines.line_span(&document.text, document.lines.line_of(reference.span.start));
    let line = line.of(&document.text);
    !["-p ", "--package", "--manifest-path", "cd "].iter().any(|mark| line.contains(mark))
}
