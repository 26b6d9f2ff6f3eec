//! `version-drift`: a version that the manifests bore out and that they exclude now.

use crate::document::{Document, Span, Tense};
use crate::history::RepoPath;
use crate::history::class::Class;
use crate::history::facts::version::{Interval, Version, range};
use crate::history::facts::{Held, Of, Strength, is_of_repository, package_name};
use crate::history::snapshot::Mask;
use crate::reference::claim::version::{self, Bound, Subject, VersionClaim};
use crate::rule::confidence::{self, Sure};
use crate::rule::suspect::{LineMatcher, Proof, Standing, Suspect};
use crate::rule::system::{Page, System};

mod announced;
mod context;
pub(super) mod matcher;
mod released;

use context::Sentence;
use matcher::FactMatcher;

/// The rule's id.
pub const ID: &str = "version-drift";
/// Lines that are shown for the new version.
const SHOWN: usize = 3;

/// Gives the versions of the page that were right once and that the manifests exclude now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    if page.document.tense != Tense::Current || is_of_a_version(page.path) {
        return;
    }
    announced::check(page, system, out);
    let claims = version::extract(page.document, page.references);
    let first = out.len();
    for claim in &claims {
        let Some(wanted) = wanted(claim) else { continue };
        // What a section says of the past is not compared with the head.
        let past = page.document.historical_sections.binary_search(&claim.section).is_ok();
        // A guide from an old version to a new one names both; only what it asks for is of now.
        let old_side = page.document.migration && claim.bound != Bound::AtLeast;
        if claim.bound == Bound::Below || past || old_side {
            continue;
        }
        out.extend(lost(page, claim, &wanted, &claims, system));
    }
    let taken: Vec<Span> = out.iter().skip(first).map(|suspect| suspect.span).collect();
    released::check(page, system, &taken, out);
}

/// Whether the page lies in a folder that is called by a version (`docs/v0.2.0/`): what it says is of that one.
fn is_of_a_version(path: &RepoPath) -> bool {
    path.parent().split(|b| *b == b'/').any(|part| {
        let part = String::from_utf8_lossy(part);
        let number = part.strip_prefix('v').unwrap_or(&part);
        number.contains('.') && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

/// The version of a claim as numbers.
fn wanted(claim: &VersionClaim) -> Option<Version> {
    let text = claim.version.as_str();
    if claim.subject == Subject::Toolchain {
        // The older standards sort behind the newer ones.
        if claim.name == "cpp" && matches!(text, "98" | "03") {
            return None;
        }
        if claim.name == "java" {
            return Version::parse(text.strip_prefix("1.").unwrap_or(text));
        }
    }
    Version::parse(text).filter(|v| v.parts.iter().any(|p| *p != 0))
}

/// How the facts about a claim are compared with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// The least version that is asked for.
    Least,
    /// What is compatible with it.
    Compatible,
    /// The major number.
    Major,
    /// The text.
    Same,
}

impl Comparison {
    /// How well `facts`, of one state, bear out the version: 0 where they don't, 1 where they say it.
    fn agreement(self, wanted: &Version, text: &str, facts: &[&Held]) -> f32 {
        match self {
            Self::Least => {
                let Some(leasts) = lowest(facts).map(|f| leasts(&f.fact.value)) else { return 0.0 };
                let exact = leasts.iter().any(|l| l.order(wanted).is_eq());
                let begun = leasts.iter().any(|l| wanted.begins(l));
                if exact {
                    1.0
                } else if begun {
                    0.85
                } else if facts
                    .iter()
                    .all(|f| f.fact.strength != Strength::Ci && range(&f.fact.value).iter().any(|i| i.holds(wanted)))
                {
                    // The page asked for more than was asked of it.
                    0.8
                } else {
                    0.0
                }
            }
            Self::Compatible => {
                let end = wanted.compatible_end();
                let same =
                    |f: &&Held| leasts(&f.fact.value).iter().any(|l| l.compatible_end().order(&end).is_eq() && !l.pre);
                if facts.iter().any(same) { 1.0 } else { 0.0 }
            }
            Self::Major => {
                let major = |f: &&Held| leasts(&f.fact.value).first().map(|l| l.cut(1)) == Some(wanted.cut(1));
                if facts.iter().any(major) { 1.0 } else { 0.0 }
            }
            Self::Same => {
                let plain = |text: &str| text.strip_prefix('v').unwrap_or(text).to_owned();
                if facts.iter().any(|f| plain(&f.fact.value) == plain(text)) { 1.0 } else { 0.0 }
            }
        }
    }

    /// Whether `fact` alone excludes the version, by asking for a newer one.
    fn excludes(self, wanted: &Version, fact: &Held) -> bool {
        let ranges = range(&fact.fact.value);
        let leasts: Vec<&Version> = ranges.iter().filter_map(|i| i.least.as_ref()).collect();
        let newer = leasts.iter().any(|l| l.order(wanted).is_gt());
        match self {
            Self::Least => newer && !ranges.iter().any(|i| i.holds(wanted)) && !leasts.iter().any(|l| wanted.begins(l)),
            Self::Compatible => {
                let end = wanted.compatible_end();
                !leasts.is_empty()
                    && leasts.iter().all(|l| l.order(&end).is_ge() && !l.pre)
                    && !(fact.fact.strength != Strength::Own && ranges.iter().any(|i| i.holds(wanted)))
            }
            Self::Major => leasts.iter().all(|l| l.parts.first() > wanted.parts.first()) && newer,
            Self::Same => newer && !leasts.iter().any(|l| wanted.begins(l)),
        }
    }
}

fn leasts(value: &str) -> Vec<Version> {
    range(value).into_iter().filter_map(|i: Interval| i.least).collect()
}

/// The fact that asks for the least.
fn lowest<'f>(facts: &[&'f Held]) -> Option<&'f Held> {
    let least = |f: &Held| leasts(&f.fact.value).into_iter().min_by(Version::order);
    facts.iter().filter_map(|f| Some((least(f)?, *f))).min_by(|a, b| a.0.order(&b.0)).map(|(_, fact)| fact)
}

/// The facts about a claim, and how they are compared.
fn facts_of<'s>(claim: &VersionClaim, system: &'s System<'_>) -> Option<(&'s [Held], Comparison)> {
    let facts = system.facts;
    match claim.subject {
        Subject::Toolchain => {
            let held = facts.of(Of::Toolchain, &claim.name);
            if held.is_empty() && claim.bound == Bound::AtLeast {
                return Some((facts.of(Of::Package, &claim.name), Comparison::Least));
            }
            Some((held, Comparison::Least))
        }
        Subject::Package => {
            let name = package_name(&claim.name);
            let held = facts.of(Of::Package, &name);
            let own = held.iter().any(|h| h.fact.strength == Strength::Own);
            let least = claim.bound == Bound::AtLeast && !own;
            Some((held, if least { Comparison::Least } else { Comparison::Compatible }))
        }
        Subject::Image => Some((facts.of(Of::Image, &claim.name), Comparison::Same)),
        Subject::Action => Some((facts.of(Of::Action, &claim.name), Comparison::Major)),
        Subject::Pin => Some((facts.pins(&claim.name), Comparison::Same)),
    }
}

/// How many folders of `path`'s manifest lie above the page; `None` where it lies elsewhere.
pub(super) fn nearness(path: &RepoPath, folder: &[u8]) -> Option<usize> {
    let parent = if is_of_repository(path) { b"".as_slice() } else { path.parent() };
    let above =
        parent.is_empty() || folder == parent || folder.strip_prefix(parent).is_some_and(|rest| rest.starts_with(b"/"));
    above.then(|| parent.split(|b| *b == b'/').filter(|p| !p.is_empty()).count())
}

/// The facts that hold for a page in one state: those of the strongest kind, of the manifest next
/// above the page, or of all where none is above it.
fn effective<'f>(held: &'f [Held], folder: &[u8], snapshot: usize) -> Vec<&'f Held> {
    let alive = held.iter().filter(|h| h.held.has(snapshot));
    let Some(strength) = alive.clone().map(|h| h.fact.strength).max() else { return Vec::new() };
    let strong: Vec<&Held> = alive.filter(|h| h.fact.strength == strength).collect();
    let Some(nearest) = strong.iter().filter_map(|h| nearness(&h.path, folder)).max() else { return strong };
    strong.into_iter().filter(|h| nearness(&h.path, folder) == Some(nearest)).collect()
}

fn lost(
    page: &Page<'_>,
    claim: &VersionClaim,
    wanted: &Version,
    claims: &[VersionClaim],
    system: &System<'_>,
) -> Option<Suspect> {
    let (held, comparison) = facts_of(claim, system).filter(|(held, _)| !held.is_empty())?;
    let folder = page.folder();
    let head = system.snapshots.head().newest()?;
    let now = effective(held, folder, head);
    if now.is_empty() || !now.iter().all(|f| comparison.excludes(wanted, f)) {
        return None;
    }
    // What the project has had since a version of its own, it has still.
    let held_by_us = || now.iter().all(|f| f.fact.strength == Strength::Own);
    if comparison == Comparison::Compatible && is_from_here_on(page.document, claim) && held_by_us() {
        return None;
    }
    // What is installed is the newest release; a manifest names the one that is being made.
    let own = comparison == Comparison::Compatible && now.iter().all(|f| f.fact.strength == Strength::Own);
    let released = if own { system.releases.newest(&claim.name) } else { None };
    let released = released.and_then(|version| Version::parse(&version));
    if released.as_ref().is_some_and(|version| version.order(&wanted.compatible_end()).is_lt()) {
        return None;
    }
    let (mut had, mut best) = (Mask(0), 0.0f32);
    let mut backing: Vec<&Held> = Vec::new();
    for snapshot in 0..head {
        let then = effective(held, folder, snapshot);
        let agreement = comparison.agreement(wanted, &claim.version, &then);
        if agreement > 0.0 {
            had = had.or(Mask(1 << snapshot));
            best = best.max(agreement);
            backing.extend(then.into_iter().filter(|f| comparison.agreement(wanted, &claim.version, &[f]) > 0.0));
        }
    }
    let first = *backing.first()?;
    let own_too = |c: &VersionClaim| {
        let held = system.facts.of(Of::Package, &package_name(&c.name));
        c.block == claim.block && c.subject == Subject::Package && held.iter().any(|h| h.fact.strength == Strength::Own)
    };
    let beside_own = claims.iter().any(own_too);
    let probability = probability(page.document, claim, comparison, first, claims, beside_own)? * best;
    let newest = lowest(&now).or_else(|| now.first().copied())?;
    let release = released.map(|version| {
        let mut release = newest.clone();
        release.fact.value = version.cut(version.parts.len());
        release
    });
    let told = release.as_ref().unwrap_or(newest);
    let replacement = replacement(claim, wanted, comparison, best, first, told, claims);
    let shown = told.fact.value.trim_start_matches(['>', '=', ' ']).replace('`', " ");
    let holder = match release {
        Some(_) => format!("the newest release is `{shown}`"),
        None => format!("`{}` has `{shown}` now", super::name::shown(&newest.path.display())),
    };
    let matcher = FactMatcher::new(first, &backing, held, had);
    Some(Suspect {
        rule: ID,
        span: claim.span,
        section: claim.section,
        subject: format!("{} {}", claim.name, claim.version),
        anchor: claim.version.clone(),
        message: format!(
            "`{}` for {} is out of date: {holder}",
            super::name::shown(&claim.version),
            super::name::shown(&claim.name),
        ),
        probability,
        had,
        proof: Proof::Line {
            matcher: LineMatcher(std::sync::Arc::new(matcher)),
            now: standing(newest, &now),
            replacement,
        },
    })
}

/// Whether the words behind a version say that later ones are meant, too.
fn is_from_here_on(document: &Document, claim: &VersionClaim) -> bool {
    const LATER: &[&str] = &["higher", "later", "above", "newer", "up", "onwards", "onward", "beyond"];
    let rest = document.text.get(claim.span.end..).unwrap_or("");
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '.' && c != '\n' || c == '+');
    let mut words = rest.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    let joint = matches!(words.next().as_deref(), Some("and" | "or"));
    claim.bound == Bound::AtLeast
        || joint && words.next().is_some_and(|w| LATER.contains(&w.as_str()))
        || ["以上", "以降"].iter().any(|w| rest.starts_with(w))
}

fn standing(newest: &Held, now: &[&Held]) -> Vec<Standing> {
    let others = now.iter().copied().filter(|f| f.path != newest.path || f.fact.line != newest.fact.line);
    std::iter::once(newest)
        .chain(others)
        .take(SHOWN)
        .map(|f| Standing { path: f.path.clone(), line: f.fact.line, text: f.text.clone() })
        .collect()
}

/// How sure we are, by the way in which the page says it; `None` where it is no statement about now.
fn probability(
    document: &Document,
    claim: &VersionClaim,
    comparison: Comparison,
    first: &Held,
    claims: &[VersionClaim],
    beside_own: bool,
) -> Option<Sure> {
    let sentence = Sentence::around(document, claim);
    if sentence.is_of_the_past() || sentence.is_open() || sentence.is_condition() && !sentence.asks_itself() {
        return None;
    }
    // Words that name a version of something else may tell of any time.
    if claim.subject == Subject::Pin && !claim.sample && !sentence.is_of_another() {
        return None;
    }
    // A pipeline builds on more versions than the project asks for.
    // So does the pin of the tool that the project itself is built with.
    let pinned = first.path.name() == b"package.json";
    let built = first.fact.strength == Strength::Ci && (Class::of(&first.path) == Class::Weak || pinned);
    let circumstance = match (comparison, claim.subject) {
        (Comparison::Least, Subject::Toolchain) if claim.sample => "sample",
        (Comparison::Least, _) if built && claim.bound != Bound::AtLeast => {
            let alone = !claims.iter().any(|c| c.block == claim.block && c.name == claim.name && c.span != claim.span);
            if alone && sentence.asks_itself() && sentence.is_of_newer() { "built-on-asked" } else { "built-on" }
        }
        (Comparison::Least, _) if built && pinned => "built-on",
        (Comparison::Least, _) if claim.bound == Bound::AtLeast && sentence.asks() => "asked-at-least",
        (Comparison::Least, _) if claim.bound == Bound::AtLeast => "at-least",
        (Comparison::Least, _) if sentence.asks_itself() => "asked",
        (Comparison::Least, _) if sentence.asks() => "under-requirements",
        (Comparison::Least, _) => "mentioned",
        (Comparison::Compatible, _) => {
            // A page that shows several versions says which is for whom.
            let several = claims.iter().any(|c| {
                c.subject == claim.subject
                    && c.name == claim.name
                    && c.version != claim.version
                    && c.bound != Bound::Below
            });
            match (several, first.fact.strength) {
                (true, _) => "several",
                (false, Strength::Own) => "own",
                // What is installed together with the project has to fit it.
                (false, _) if beside_own => "dependency-beside",
                (false, _) => "dependency",
            }
        }
        (_, Subject::Pin) => "pin",
        (Comparison::Major | Comparison::Same, _) => "pinned",
    };
    let strength = if built { confidence::FROM_A_PIPELINE } else { 1.0 };
    Some(confidence::of(ID, circumstance) * strength)
}

/// The new version as the page would write it.
fn replacement(
    claim: &VersionClaim,
    wanted: &Version,
    comparison: Comparison,
    best: f32,
    first: &Held,
    newest: &Held,
    claims: &[VersionClaim],
) -> Option<String> {
    let plain = claim.version.trim_start_matches(['v', 'V']);
    let open = plain.strip_suffix(".x");
    let text = if claim.subject == Subject::Pin {
        let number = newest.fact.value.trim_start_matches('v');
        format!("{}{number}", if claim.version.starts_with('v') { "v" } else { "" })
    } else if comparison == Comparison::Same {
        newest.fact.value.clone()
    } else {
        if open.unwrap_or(plain).contains(|c: char| !(c.is_ascii_digit() || c == '.')) {
            return None;
        }
        let (old, new) = (leasts(&first.fact.value), leasts(&newest.fact.value));
        // The same alternative of the range, or else the first that is newer.
        let place = old.iter().position(|l| l.order(wanted).is_eq() || wanted.begins(l));
        let same = place.filter(|_| old.len() == new.len()).and_then(|at| new.get(at));
        let chosen =
            same.filter(|l| l.order(wanted).is_gt()).or_else(|| new.iter().find(|l| l.order(wanted).is_gt()))?;
        let count = wanted.parts.len();
        let number = if comparison == Comparison::Least && best >= 1.0 && open.is_none() {
            chosen.written(count)
        } else {
            chosen.cut(count)
        };
        // Java's old way of counting.
        if plain.starts_with("1.") && claim.name == "java" && claim.subject == Subject::Toolchain {
            return None;
        }
        let prefix = claim.version.strip_suffix(plain).unwrap_or("");
        format!("{prefix}{number}{}", if open.is_some() { ".x" } else { "" })
    };
    let beside = claims.iter().any(|c| c.block == claim.block && c.name == claim.name && c.version == text);
    (text != claim.version && !beside).then_some(text)
}

#[cfg(test)]
mod tests;
