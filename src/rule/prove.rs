//! From suspects to findings: when the reference entered its page, what backed it then, what broke
//! it, and what stands in its place.

mod anchors;
mod code;
mod paths;
mod place;
mod report;
mod respell;
mod uses;

use globset::GlobSet;
use rayon::prelude::*;

use super::checks::{dead_flag, dead_link, dead_path};
use super::confidence;
use super::dates::{LineDates, OwnDates};
use super::suspect::{PathStyle, Proof, Suspect};
use super::system::{Page, System};
use crate::finding::{CauseKind, Finding, Occurrences, Replacement};
use crate::history::cause::{Changed, Holder};
use crate::history::holdings::Holdings;
use crate::history::moment::Moment;
use crate::history::pages::PageHistories;
use crate::history::snapshot::Mask;
use crate::history::{MainIx, Mainline, Objects, ReadError, RepoPath, Repository};

/// Gives the dates of the lines of the page with an index.
pub type DatesOf<'a> = dyn Fn(usize, &dyn Objects) -> Result<Box<dyn LineDates + 'a>, ReadError> + Sync + 'a;

/// What a proof reads.
#[derive(Clone, Copy)]
pub struct Archive<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// Its first-parent history.
    pub mainline: &'a Mainline,
    /// Which names the code of the snapshots may hold.
    pub holdings: &'a Holdings,
    /// The pages' versions.
    pub histories: &'a PageHistories,
    /// Files changed on disk or in the index.
    pub overlaid: &'a [Changed],
    /// The dates of the lines of the page with this index.
    pub dates: &'a DatesOf<'a>,
    /// The part of the repository that is the system; all of it where none.
    pub within: Option<&'a GlobSet>,
    /// Whether a finding of this rule and probability, in a page with no comment that hides anything, is in
    /// no report: then it is enough to know that it is one.
    pub unseen: &'a (dyn Fn(&str, f32) -> bool + Sync),
}

/// A suspect with its moment.
struct Dated<'s> {
    page: usize,
    suspect: &'s Suspect,
    entered: Moment,
    edited: Moment,
    /// The dates that the page's own source gives.
    own: Option<OwnDates>,
    /// How far the dates can be trusted.
    trust: f32,
    /// The newest snapshot that backs it at or after the moment, or the one just before it.
    had: usize,
    /// Whether no report shows it.
    brief: bool,
}

/// Proves the suspects of each page (same order as `pages`); what history does not bear out is dropped.
///
/// # Errors
/// Where the object store can't be opened; a single object that can't be read drops its suspect only.
pub fn prove(
    pages: &[Page<'_>],
    suspects: &[Vec<Suspect>],
    system: &System<'_>,
    archive: Archive<'_>,
) -> Result<Vec<Finding>, ReadError> {
    let dated = suspects
        .par_iter()
        .enumerate()
        .filter(|(_, of_page)| !of_page.is_empty())
        .map(|(index, of_page)| date(index, &pages[index], of_page, system, archive))
        .collect::<Result<Vec<_>, ReadError>>()?;
    let dated: Vec<Dated<'_>> = dated.into_iter().flatten().collect();
    let worker = archive.repository.worker()?;
    let objects = worker.objects()?;
    let mut proofs = proofs(&dated, system, archive)?;
    for (dated, proof) in dated.iter().zip(&mut proofs) {
        if let Proof::Release { at, commit, replacement } = &dated.suspect.proof {
            *proof = Some(of_release(*at, *commit, replacement));
        }
    }
    let mut occurrences = Occurrences::default();
    let mut page = usize::MAX;
    let mut findings = Vec::new();
    for (dated, proved) in dated.iter().zip(proofs) {
        // What only a copy of another project held was never this project's.
        let copied = |p: &Proved| !p.holders.is_empty() && p.holders.iter().all(|h| system.was_copied(&h.path));
        let by_name = matches!(dated.suspect.proof, Proof::Name { .. });
        let other = |p: &Proved| is_borrowed(dated.suspect, p) || uses::is_of_another_package(dated.suspect, p);
        let mut proved = proved.filter(|p| !by_name || !copied(p) && !other(p));
        if let Some(p) = &mut proved
            && by_name
            && !dated.brief
            // A program declares its own options, unless it has the whole file from a package now.
            && (dated.suspect.rule != dead_flag::ID || is_gone_as_a_whole(p, system))
            && !is_of_manifest(dated.suspect)
            && p.replacement.is_none()
            && let Some((at, ..)) = p.cause
            && super::extracted::brings_a_package(&objects, archive.mainline, at)
        {
            p.factor *= confidence::MAY_HAVE_MOVED_OUT;
        }
        if let Some(p) = &mut proved
            && uses::is_passed_on(dated.suspect, p)
        {
            p.factor *= confidence::PASSED_ON;
        }
        if let Some(p) = &mut proved
            && dated.suspect.rule == dead_flag::ID
            && p.certain
            && p.replacement.is_some()
        {
            p.factor *= confidence::RENAMED;
        }
        if dated.page != page {
            page = dated.page;
            occurrences = Occurrences::default();
        }
        findings.extend(proved.and_then(|p| report::finding(dated, p, &pages[dated.page], archive, &mut occurrences)));
    }
    Ok(findings)
}

/// What history says of each suspect, in their order.
fn proofs(dated: &[Dated<'_>], system: &System<'_>, archive: Archive<'_>) -> Result<Vec<Option<Proved>>, ReadError> {
    let none = || dated.iter().map(|_| None).collect::<Vec<Option<Proved>>>();
    // Names are looked for side by side already; what else there is goes beside them, one after the other.
    let by_code = || {
        let mut proofs = none();
        code::names(dated, &mut proofs, system, archive)?;
        code::lines(dated, &mut proofs, system, archive)?;
        Ok(proofs)
    };
    let by_place = || {
        let worker = archive.repository.worker()?;
        let objects = worker.objects()?;
        let mut proofs = none();
        paths::prove(dated, &mut proofs, system, archive)?;
        anchors::prove(dated, &mut proofs, system, archive, &objects);
        place::prove(dated, &mut proofs, archive, &objects)?;
        Ok(proofs)
    };
    let (code, place): (Result<_, ReadError>, Result<_, ReadError>) = rayon::join(by_code, by_place);
    // Each suspect has one proof, so at most one of the two has found it.
    Ok(code?.into_iter().zip(place?).map(|(code, place)| code.or(place)).collect())
}

fn date<'s>(
    index: usize,
    page: &Page<'_>,
    suspects: &'s [Suspect],
    system: &System<'_>,
    archive: Archive<'_>,
) -> Result<Vec<Dated<'s>>, ReadError> {
    let worker = archive.repository.worker()?;
    let objects = worker.objects()?;
    let dates = (archive.dates)(index, &objects)?;
    let plain = !page.document.comments.iter().any(|c| crate::triage::suppression::is_suppression(&c.text));
    let date = |suspect| {
        let mut dated = date_one(index, page, suspect, system, &*dates)?;
        dated.brief = plain && (archive.unseen)(suspect.rule, suspect.probability.p * dated.trust);
        Some(dated)
    };
    Ok(suspects.iter().filter_map(date).collect())
}

fn date_one<'s>(
    index: usize,
    page: &Page<'_>,
    suspect: &'s Suspect,
    system: &System<'_>,
    dates: &dyn LineDates,
) -> Option<Dated<'s>> {
    let document = page.document;
    let line = document.lines.line_of(suspect.span.start);
    let entered = dates.token(line, &suspect.anchor);
    let edited = dates.edited(line);
    let since = match entered {
        Moment::Uncommitted | Moment::BeforeHistory => return None,
        Moment::At(at) => system.snapshots.since(at),
    };
    // The state just before the moment may still have backed it when the line was written; whether
    // it did is decided by the date of the cause.
    let floor = since.oldest().and_then(|s| s.checked_sub(1)).map_or(Mask(0), |s| Mask(1 << s));
    let before = is_broken_anyway(suspect).then_some(suspect.had).and_then(|had| had.newest());
    // What no snapshot holds is looked for in the tree of the moment itself.
    let unseen = is_of_moment(suspect).then_some(floor).and_then(|floor| floor.newest());
    let had = suspect.had.and(since.or(floor)).newest().or(before).or(unseen)?;
    let (own, trust) = (dates.own(line), dates.trust(line));
    Some(Dated { page: index, suspect, entered, edited, own, trust, had, brief: false })
}

/// Whether it is about a path that no snapshot holds: the tree of its moment must have had it.
fn is_of_moment(suspect: &Suspect) -> bool {
    suspect.rule == dead_path::ID && suspect.had.is_empty() && matches!(suspect.proof, Proof::Path { .. })
}

/// Whether it is wrong even where its target was gone before the line was written: a link by its full path leads
/// nowhere, whatever its writer saw.
fn is_broken_anyway(suspect: &Suspect) -> bool {
    suspect.rule == dead_link::ID
        && matches!(suspect.proof, Proof::Path { style: PathStyle::Root | PathStyle::Relative, .. })
}

/// Whether each place that defined the name only passed on what another package calls so
/// (`class Sync(other.Sync)`, `Sync = other.Sync`): the page means the other's.
fn is_borrowed(suspect: &Suspect, proved: &Proved) -> bool {
    let Proof::Name { text: name, .. } = &suspect.proof else { return false };
    let passes_on = |line: &str| {
        let mut places = line.match_indices(name.as_str()).map(|(at, _)| at);
        let first = places.next();
        let is_other = |at: usize| {
            let before = line.get(..at).and_then(|b| b.strip_suffix('.').or_else(|| b.strip_suffix("::")));
            let owner = before.map(|b| b.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(""));
            let ends = line.get(at + name.len()..).and_then(|r| r.chars().next());
            let whole = ends.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | '(')));
            whole && owner.is_some_and(|o| !o.is_empty() && !matches!(o, "self" | "this" | "Self" | "crate" | "super"))
        };
        first.is_some() && places.any(is_other)
    };
    !proved.holders.is_empty() && proved.holders.iter().all(|h| passes_on(&h.text))
}

/// Whether none of the files that held the name is left.
fn is_gone_as_a_whole(proved: &Proved, system: &System<'_>) -> bool {
    !proved.holders.is_empty()
        && proved.holders.iter().all(|h| !system.at_head(system.paths.exact(h.path.as_bytes()).held))
}

/// Whether it is about a name of the manifests, whose place another package may well have taken.
fn is_of_manifest(suspect: &Suspect) -> bool {
    matches!(&suspect.proof, Proof::Name { witness, .. } if witness.declared.is_some())
}

/// What history says of a suspect.
struct Proved {
    cause: Option<(MainIx, git2::Oid, CauseKind, Option<RepoPath>)>,
    holders: Vec<Holder>,
    holder_count: u32,
    replacement: Option<Replacement>,
    /// Whether the replacement may be written into the page as it is.
    certain: bool,
    factor: f32,
}

/// A release overtook the one that the page names.
fn of_release(at: MainIx, commit: git2::Oid, replacement: &str) -> Proved {
    Proved {
        cause: Some((at, commit, CauseKind::Changed, None)),
        holders: Vec::new(),
        holder_count: 0,
        replacement: Some(Replacement { text: replacement.to_owned(), votes: 1, of: 1 }),
        certain: true,
        factor: 1.0,
    }
}

fn moment(dated: &Dated<'_>) -> Option<MainIx> {
    match dated.entered {
        Moment::At(at) => Some(at),
        _ => None,
    }
}
