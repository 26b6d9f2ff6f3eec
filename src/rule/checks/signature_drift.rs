//! `signature-drift`: a call or a declaration whose parameters were those of the code and are not now.

mod fit;
pub(super) mod matcher;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::name;
use crate::code::{Declaration, Family, Rest};
use crate::document::{BlockKind, Document, Span};
use crate::history::declarations::{Declarations, Standing};
use crate::history::snapshot::Mask;
use crate::reference::Reference;
use crate::reference::claim::signature::{self, Form, SignatureClaim};
use crate::rule::confidence::{self, Sure};
use crate::rule::suspect::{self, LineMatcher, Proof, Suspect};
use crate::rule::system::{Page, System};
use fit::{Fit, fit};
use matcher::DeclarationMatcher;

/// The rule's id.
pub const ID: &str = "signature-drift";

/// Types that may declare a name, above which a call on an unknown value says nothing.
const OWNERS: usize = 2;
/// What another file of the one that is there now does to the probability.
const ELSEWHERE: f32 = 0.65;
/// Declarations that are shown as what stands now.
const SHOWN: usize = 3;

/// The claims of a page that can be compared: those whose language we read, about names that the page's own
/// samples do not define.
#[must_use]
pub fn claims(document: &Document, references: &[Reference]) -> Vec<SignatureClaim> {
    let mut claims = signature::extract(document, references);
    let in_sample =
        |c: &SignatureClaim| document.blocks.get(c.block).is_some_and(|b| matches!(b.kind, BlockKind::Code { .. }));
    let own: BTreeSet<String> = claims
        .iter()
        .filter(|c| c.form == Form::Declaration && in_sample(c) && (c.reference.is_none() || has_body(document, c)))
        .filter_map(|c| c.name.last().cloned())
        .collect();
    // What a sample defines with a body is the reader's own.
    claims.retain(|c| !(c.form == Form::Declaration && in_sample(c) && has_body(document, c)));
    claims.retain(|c| {
        let readable = match &c.lang {
            Some(lang) => Family::of_sample(lang).is_some(),
            None => !in_sample(c),
        };
        let named = c.name.last().is_some_and(|n| n.len() > 3 && (c.form == Form::Declaration || !own.contains(n)));
        readable && named && !c.open
    });
    claims
}

/// Whether a declaration goes on with statements of its own.
fn has_body(document: &Document, claim: &SignatureClaim) -> bool {
    let mut lines = document.text.get(claim.span.end..).unwrap_or("").lines();
    let opens = lines.next().is_some_and(|line| line.trim_end().ends_with([':', '{']));
    let first = lines.map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    opens && !matches!(first, "" | "..." | "…" | "pass" | "}" | "```" | "// ..." | "# ...")
}

/// Whether the head leaves it open if any of `claims`, all of one name, still holds.
#[must_use]
pub fn in_doubt<'c>(claims: impl Iterator<Item = &'c SignatureClaim>, declared: &Declarations, head: Mask) -> bool {
    claims.into_iter().any(|claim| {
        let now = relevant(claim, declared, |s| !s.held.and(head).is_empty());
        !now.is_empty() && !now.iter().any(|s| holds(claim, s))
    })
}

/// Gives the calls of the page that fitted the code once and fit it no more.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for claim in claims(page.document, page.references) {
        let before = out.len();
        out.extend(drifted(page, &claim, system));
        if out.len() == before && claim.form != Form::Call {
            defaults(page, &claim, system, out);
        }
    }
}

/// The defaults of a described declaration that changed, whatever else the page leaves out or says otherwise.
fn defaults(page: &Page<'_>, claim: &SignatureClaim, system: &System<'_>, out: &mut Vec<Suspect>) {
    let Some((last, qualifiers)) = claim.name.split_last() else { return };
    let head = system.head();
    let now = relevant(claim, system.declarations, |s| !s.held.and(head).is_empty());
    let past = relevant(claim, system.declarations, |s| s.held.and(head).is_empty());
    let owners: BTreeSet<&Option<String>> = now.iter().map(|s| &s.declared.owner).collect();
    if now.is_empty() || owners.len() > 1 {
        return;
    }
    for parameter in &claim.parameters {
        let (Some(name), Some(said)) = (parameter.name.as_deref(), parameter.default.as_deref()) else { continue };
        let is = |s: &Standing<Declaration>| default_of(&s.declared, name);
        let old: Vec<_> = past.iter().filter(|s| is(s).is_some_and(|d| fit::plain(&d) == fit::plain(said))).collect();
        let Some(was) = old.iter().max_by_key(|s| (s.held.newest(), &s.path)) else { continue };
        let new: Vec<String> = now.iter().filter_map(|s| is(s)).collect();
        let Some(value) = new.first().filter(|v| new.iter().all(|n| n == *v)) else { continue };
        // Every declaration of the name has it, and another.
        if new.len() != now.len()
            || fit::plain(value) == fit::plain(said)
            || was.declared.owner != now[0].declared.owner
        {
            continue;
        }
        let had = system.earlier(old.iter().fold(Mask::default(), |mask, s| mask.or(s.held)));
        let text = &page.document.text;
        let Some(from) = parameter.span.of(text).rfind(said).filter(|_| !said.is_empty()) else { continue };
        let span = Span::new(parameter.span.start + from, parameter.span.start + from + said.len());
        let qualified = qualifiers.last().is_some_and(|q| was.declared.owner.as_ref() == Some(q));
        let Some(sure) = probability(claim, Fit::Default(0), &was.declared.owner, qualified, owners.len(), was) else {
            continue;
        };
        let (wanted, family, owner) = (fit::plain(said), was.family, was.declared.owner.clone());
        let key = name.to_owned();
        let accepts = move |d: &Declaration, f: Family| {
            f == family && d.owner == owner && default_of(d, &key).is_some_and(|d| fit::plain(&d) == wanted)
        };
        out.push(Suspect {
            rule: ID,
            span,
            section: claim.section,
            subject: format!("{}/{name}", claim.name.join(".")),
            anchor: parameter.span.of(text).to_owned(),
            message: format!(
                "the default of `{}` is another now: `{}`",
                name::shown(name),
                name::shown(&format!("{name}={value}"))
            ),
            probability: sure,
            had,
            proof: Proof::Line {
                matcher: LineMatcher(Arc::new(DeclarationMatcher::new(last, Box::new(accepts)))),
                now: now.iter().take(SHOWN).map(|s| standing(s)).collect(),
                replacement: None,
            },
        });
    }
}

/// The default of the parameter called `name`.
fn default_of(declaration: &Declaration, name: &str) -> Option<String> {
    let parameters = declaration.parameters.as_ref()?;
    parameters.iter().find(|p| p.name.as_deref() == Some(name))?.default.clone()
}

/// A declaration as a finding shows what stands now.
fn standing(s: &Standing<Declaration>) -> suspect::Standing {
    suspect::Standing { path: s.path.clone(), line: s.declared.line, text: declaration(&s.declared) }
}

/// What the page says of a declaration is no reason to doubt it.
fn holds(claim: &SignatureClaim, standing: &Standing<Declaration>) -> bool {
    matches!(fit(claim, &standing.declared, standing.family), Fit::Fits | Fit::Unclear)
}

/// The declarations that a claim can be about.
fn relevant<'d>(
    claim: &SignatureClaim,
    declared: &'d Declarations,
    when: impl Fn(&Standing<Declaration>) -> bool,
) -> Vec<&'d Standing<Declaration>> {
    let Some((last, qualifiers)) = claim.name.split_last() else { return Vec::new() };
    let family = claim.lang.as_deref().and_then(Family::of_sample);
    let all = declared.of(last);
    let of_family = |s: &&Standing<Declaration>| family.is_none_or(|f| f == s.family);
    let owner = qualifiers.last().filter(|q| all.iter().any(|s| s.declared.owner.as_ref() == Some(*q)));
    // A type that is none of ours.
    if owner.is_none() && qualifiers.last().is_some_and(|q| q.starts_with(|c: char| c.is_ascii_uppercase())) {
        return Vec::new();
    }
    let owned = |s: &&Standing<Declaration>| owner.is_none() || s.declared.owner.as_ref() == owner;
    all.iter().filter(of_family).filter(owned).filter(|s| when(s)).collect()
}

fn drifted(page: &Page<'_>, claim: &SignatureClaim, system: &System<'_>) -> Option<Suspect> {
    let (last, qualifiers) = claim.name.split_last()?;
    let head = system.head();
    let now = relevant(claim, system.declarations, |s| !s.held.and(head).is_empty());
    if now.is_empty() || now.iter().any(|s| holds(claim, s)) {
        return None;
    }
    let past = relevant(claim, system.declarations, |s| s.held.and(head).is_empty());
    let fitted: Vec<_> = past.into_iter().filter(|s| fit(claim, &s.declared, s.family) == Fit::Fits).collect();
    let was = fitted.iter().max_by_key(|s| (s.held.newest(), &s.path))?;
    let owner = was.declared.owner.clone();
    let same = |s: &&&Standing<Declaration>| s.declared.owner == owner && s.family == was.family;
    // It must be the same function that changed; what is gone is another rule's.
    let heir = now.iter().filter(same).min_by_key(|s| (s.path != was.path, &s.path))?;
    let owners: BTreeSet<&Option<String>> = now.iter().chain(&fitted).map(|s| &s.declared.owner).collect();
    let qualified = qualifiers.last().is_some_and(|q| owner.as_ref() == Some(q));
    if !qualified && owners.len() > OWNERS {
        return None;
    }
    let had = system
        .earlier(fitted.iter().filter(|s| s.declared.owner == owner).fold(Mask::default(), |mask, s| mask.or(s.held)));
    let difference = fit(claim, &heir.declared, heir.family);
    let elsewhere = owner.is_none() && heir.path != was.path;
    let probability = probability(claim, difference, &owner, qualified, owners.len(), was)?;
    // A function of that name in another file may be another function.
    let probability = if elsewhere { probability * ELSEWHERE } else { probability };
    let (span, replacement) = place(page, claim, difference, was, heir);
    let anchor = span.of(&page.document.text).to_owned();
    if anchor.trim().is_empty() {
        return None;
    }
    let shown = declaration(&heir.declared);
    let name = name::shown(&claim.name.join("."));
    let message = match (difference, claim.parameters.get(at(difference))) {
        (Fit::Name(_), Some(p)) if claim.form == Form::Call => {
            format!(
                "`{name}` has no parameter `{}` any more: it is `{shown}` now",
                name::shown(p.name.as_deref().unwrap_or(""))
            )
        }
        (Fit::Default(_), Some(p)) => {
            format!("the default of `{}` is another now: `{shown}`", name::shown(p.name.as_deref().unwrap_or(&p.text)))
        }
        _ => format!("`{name}` takes other parameters now: `{shown}`"),
    };
    let (held, family, wanted) = (claim.clone(), was.family, owner.clone());
    let accepts = move |d: &Declaration, f: Family| f == family && d.owner == wanted && fit(&held, d, f) == Fit::Fits;
    Some(Suspect {
        rule: ID,
        span,
        section: claim.section,
        subject: format!("{}/{}", claim.name.join("."), claim.parameters.len()),
        anchor,
        message,
        probability,
        had,
        proof: Proof::Line {
            matcher: LineMatcher(Arc::new(DeclarationMatcher::new(last, Box::new(accepts)))),
            now: now.iter().filter(same).take(SHOWN).map(|s| standing(s)).collect(),
            replacement,
        },
    })
}

fn at(difference: Fit) -> usize {
    match difference {
        Fit::Name(at) | Fit::Default(at) | Fit::Kind(at) => at,
        _ => usize::MAX,
    }
}

/// How sure a difference is.
fn probability(
    claim: &SignatureClaim,
    difference: Fit,
    owner: &Option<String>,
    qualified: bool,
    owners: usize,
    was: &Standing<Declaration>,
) -> Option<Sure> {
    let said = match (claim.form, difference) {
        (_, Fit::Fits | Fit::Unclear) => return None,
        // What may be left out may be left undocumented.
        (_, Fit::More) => "more",
        (Form::Call, Fit::Name(_)) => "keyword",
        (Form::Call, _) => "number",
        (_, Fit::Number) => "number",
        (_, Fit::Default(_)) => "default",
        (Form::Declaration, Fit::Name(_)) => "name",
        (Form::Declaration, Fit::Kind(_)) => "kind",
        // A caller's own words for arguments.
        (Form::Mention, _) => "words",
    };
    // What is called may be another's method of that name.
    let whose = match (qualified, owner, owners) {
        (true, ..) | (false, None, 1) => 1.0,
        (false, _, 1) if claim.name.last() == owner.as_ref() => 1.0,
        (false, _, 1) => 0.88,
        _ => 0.75,
    };
    // A call without arguments fits too much.
    let empty = claim.parameters.is_empty() && was.declared.parameters.as_ref().is_some_and(Vec::is_empty);
    Some(confidence::of(ID, said) * (whose * if empty { 0.85 } else { 1.0 }))
}

/// What part of the claim is wrong, and what to write in its place where that is sure.
fn place(
    page: &Page<'_>,
    claim: &SignatureClaim,
    difference: Fit,
    was: &Standing<Declaration>,
    heir: &Standing<Declaration>,
) -> (Span, Option<String>) {
    let text = &page.document.text;
    let parameter = claim.parameters.get(at(difference));
    match (difference, parameter) {
        (Fit::Name(_), Some(p)) if claim.form == Form::Call => {
            let name = p.name.as_deref().unwrap_or("");
            let span = Span::new(p.span.start, p.span.start + name.len());
            (span, heir_of(name, &was.declared, &heir.declared))
        }
        (Fit::Default(at), Some(p)) => {
            let old = p.default.as_deref().unwrap_or("");
            let new = heir.declared.parameters.as_ref().and_then(|list| list.get(at)?.default.clone());
            match p.span.of(text).rfind(old).filter(|_| !old.is_empty()) {
                Some(from) => (Span::new(p.span.start + from, p.span.start + from + old.len()), new),
                None => (p.span, None),
            }
        }
        _ => {
            let written = claim.span.of(text);
            let line = written.find('\n').unwrap_or(written.len());
            (Span::new(claim.span.start, claim.span.start + line), None)
        }
    }
}

/// The parameter that took the place of `name`: the only new one, at the same place or among those given by
/// name.
fn heir_of(name: &str, was: &Declaration, is: &Declaration) -> Option<String> {
    let (old, new) = (was.parameters.as_ref()?, is.parameters.as_ref()?);
    let had = |n: &Option<String>| old.iter().any(|p| p.name == *n);
    let fresh: Vec<_> = new.iter().filter(|p| p.name.is_some() && !had(&p.name)).collect();
    let place = old.iter().position(|p| p.name.as_deref() == Some(name))?;
    let there = new.get(place).filter(|p| fresh.contains(p) && old.len() == new.len());
    there.or_else(|| fresh.first().filter(|_| fresh.len() == 1 && old.len() == new.len()).copied())?.name.clone()
}

/// A declaration as a message shows it.
fn declaration(declaration: &Declaration) -> String {
    let list: Vec<String> = declaration
        .parameters
        .iter()
        .flatten()
        .map(|p| {
            let mark = match p.rest {
                Rest::No => "",
                Rest::Positional => "*",
                Rest::Named => "**",
            };
            let name = p.name.as_deref().or(p.kind.as_deref()).unwrap_or("_");
            let default = p.default.as_ref().map_or_else(String::new, |d| format!("={d}"));
            format!("{mark}{name}{default}")
        })
        .collect();
    name::shown(&format!("{}({})", declaration.name, list.join(", ")))
}
