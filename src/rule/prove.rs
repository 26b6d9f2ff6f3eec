//! From suspects to findings: when the reference entered its page, what backed it then, what broke
//! it, and what stands in its place.

mod place;
mod respell;

use globset::GlobSet;
use rayon::prelude::*;

use respell::written;

use super::confidence;
use super::dates::{LineDates, OwnDates};
use super::suspect::{NameWitness, Proof, Standing, Suspect};
use super::system::{Page, System};
use crate::document::{self, DocumentId, Format, Span};
use crate::finding::{
    Cause, CauseKind, CommitRef, Confidence, Evidence, Finding, Fingerprint, Fix, MomentEvidence, Occurrences,
    Replacement, Severity, Witness,
};
use crate::history::cause::{self, CauseReport, Changed, Holder, Lost, LostAt, Matcher, NoCause, VoteStyle};
use crate::history::holdings::Holdings;
use crate::history::merge::inside_merge;
use crate::history::moment::Moment;
use crate::history::pages::PageHistories;
use crate::history::rename;
use crate::history::scan::route_endings;
use crate::history::snapshot::Mask;
use crate::history::term::{Domain, Term};
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
}

impl Matcher for NameWitness {
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        NameWitness::lines(self, path, content)
    }

    fn terms(&self) -> &[Term] {
        match &self.declared {
            None => &self.terms,
            Some((_, term)) if self.terms.is_empty() => std::slice::from_ref(term),
            Some(_) => &[],
        }
    }

    fn needle(&self) -> Option<&[u8]> {
        (!self.needle.is_empty()).then_some(&self.needle)
    }
}

/// A matcher that looks at a part of the repository alone.
struct Within<'a> {
    matcher: &'a dyn Matcher,
    part: Option<&'a GlobSet>,
}

impl Matcher for Within<'_> {
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        self.matcher.lines(path, content)
    }

    fn accepts(&self, path: &RepoPath) -> bool {
        self.part.is_none_or(|part| part.is_match(&*path.display())) && self.matcher.accepts(path)
    }

    fn terms(&self) -> &[Term] {
        self.matcher.terms()
    }

    fn needle(&self) -> Option<&[u8]> {
        self.matcher.needle()
    }
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
    let mut proofs: Vec<Option<Proved>> = dated.iter().map(|_| None).collect();
    prove_names(&dated, &mut proofs, system, archive)?;
    prove_paths(&dated, &mut proofs, system, archive, &objects);
    prove_anchors(&dated, &mut proofs, system, archive, &objects);
    prove_lines(&dated, &mut proofs, system, archive)?;
    place::prove(&dated, &mut proofs, archive, &objects)?;
    let mut occurrences = Occurrences::default();
    let mut page = usize::MAX;
    let mut findings = Vec::new();
    for (dated, proved) in dated.iter().zip(proofs) {
        // What only a copy of another project held was never this project's.
        let copied = |p: &Proved| !p.holders.is_empty() && p.holders.iter().all(|h| system.was_copied(&h.path));
        let by_name = matches!(dated.suspect.proof, Proof::Name { .. });
        let mut proved = proved.filter(|p| !by_name || !copied(p));
        if let Some(p) = &mut proved
            && by_name
            && p.replacement.is_none()
            && let Some((at, ..)) = p.cause
            && super::extracted::brings_a_package(&objects, archive.mainline, at)
        {
            p.factor *= confidence::MAY_HAVE_MOVED_OUT;
        }
        if dated.page != page {
            page = dated.page;
            occurrences = Occurrences::default();
        }
        findings.extend(proved.and_then(|p| finding(dated, p, &pages[dated.page], archive, &mut occurrences)));
    }
    Ok(findings)
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
    Ok(suspects.iter().filter_map(|suspect| date_one(index, page, suspect, system, &*dates)).collect())
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
    let had = suspect.had.and(since.or(floor)).newest()?;
    let (own, trust) = (dates.own(line), dates.trust(line));
    Some(Dated { page: index, suspect, entered, edited, own, trust, had })
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

fn lost_at<'a>(dated: &Dated<'_>, system: &System<'_>, archive: Archive<'a>) -> Option<(MainIx, LostAt<'a>)> {
    let had = system.snapshots.commit(dated.had)?;
    Some(match system.snapshots.commit(dated.had + 1) {
        Some(next) => (had, LostAt::At(next)),
        None => (had, LostAt::Overlay(archive.overlaid)),
    })
}

fn moment(dated: &Dated<'_>) -> Option<MainIx> {
    match dated.entered {
        Moment::At(at) => Some(at),
        _ => None,
    }
}

fn prove_names(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    system: &System<'_>,
    archive: Archive<'_>,
) -> Result<(), ReadError> {
    let exists = |text: &str| {
        if text.starts_with('/') {
            let served = |end: &Vec<u8>| system.at_head(system.lifetimes.of(Term::of(Domain::Route, end)).anywhere());
            return route_endings(text.as_bytes()).iter().any(served);
        }
        let name = text.trim_start_matches('-').rsplit(['.', ':']).next().unwrap_or(text);
        system.at_head(system.life(name).code())
    };
    let within: Vec<Option<Within<'_>>> = dated
        .iter()
        .map(|dated| match &dated.suspect.proof {
            Proof::Name { witness, .. } => Some(Within { matcher: witness, part: archive.within }),
            _ => None,
        })
        .collect();
    let mut indices = Vec::new();
    let mut lost = Vec::new();
    for ((index, dated), within) in dated.iter().enumerate().zip(&within) {
        let (Proof::Name { text, .. }, Some(matcher)) = (&dated.suspect.proof, within) else { continue };
        let Some((had, at)) = lost_at(dated, system, archive) else { continue };
        indices.push(index);
        lost.push(Lost {
            matcher,
            text,
            had,
            lost: at,
            moment: moment(dated),
            vote: VoteStyle::Name,
            exists_at_head: &exists,
        });
    }
    for (index, report) in indices.into_iter().zip(causes(archive, &lost)?) {
        proofs[index] = report.ok().and_then(of_report);
    }
    Ok(())
}

/// What took each claim's witness away, in parallel.
fn causes(archive: Archive<'_>, lost: &[Lost<'_>]) -> Result<Vec<Result<CauseReport, ReadError>>, ReadError> {
    let reader = |read: &mut dyn FnMut(&dyn Objects)| {
        let worker = archive.repository.worker()?;
        let objects = worker.objects()?;
        read(&objects);
        Ok(())
    };
    cause::find_all(reader, archive.mainline, archive.holdings, lost)
}

/// Looks for the commit that took the old value away; the check knows the new one.
fn prove_lines(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    system: &System<'_>,
    archive: Archive<'_>,
) -> Result<(), ReadError> {
    let exists = |_: &str| true;
    let within: Vec<Option<Within<'_>>> = dated
        .iter()
        .map(|dated| match &dated.suspect.proof {
            Proof::Line { matcher, .. } => Some(Within { matcher: &*matcher.0, part: archive.within }),
            _ => None,
        })
        .collect();
    let mut indices = Vec::new();
    let mut lost = Vec::new();
    for ((index, dated), within) in dated.iter().enumerate().zip(&within) {
        let Some(matcher) = within else { continue };
        let Some((had, at)) = lost_at(dated, system, archive) else { continue };
        indices.push(index);
        lost.push(Lost {
            matcher,
            text: &dated.suspect.anchor,
            had,
            lost: at,
            moment: moment(dated),
            vote: VoteStyle::Off,
            exists_at_head: &exists,
        });
    }
    for (index, report) in indices.into_iter().zip(causes(archive, &lost)?) {
        let Some(mut proved) = report.ok().and_then(of_report) else { continue };
        let Proof::Line { now, replacement, .. } = &dated[index].suspect.proof else { continue };
        if !now.is_empty()
            && let Some((_, _, kind, _)) = &mut proved.cause
        {
            *kind = CauseKind::Changed;
        }
        let votes = u32::try_from(now.len()).unwrap_or(u32::MAX).max(1);
        proved.replacement = replacement.clone().map(|text| Replacement { text, votes, of: votes });
        proved.certain = proved.replacement.is_some();
        proofs[index] = Some(proved);
    }
    Ok(())
}

fn of_report(report: CauseReport) -> Option<Proved> {
    let (cause, factor) = match report.cause {
        Ok(found) => (Some((found.mainline, found.commit, found.kind, found.path)), 1.0),
        Err(NoCause::Uncommitted) => (None, 1.0),
        Err(NoCause::Unsteady) => (None, confidence::CAUSE_UNKNOWN),
        Err(NoCause::NoHolder | NoCause::StillThere | NoCause::Interval) => return None,
    };
    let certain = report.replacement.as_ref().is_some_and(|r| r.votes >= 2 && r.votes * 3 >= r.of * 2);
    let factor = if report.hints.unread > 0 { factor * confidence::UNREAD_ON_THE_WAY } else { factor };
    Some(Proved {
        cause,
        holders: report.holders,
        holder_count: report.holder_count,
        replacement: report.replacement,
        certain,
        factor,
    })
}

fn prove_paths(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    system: &System<'_>,
    archive: Archive<'_>,
    objects: &dyn Objects,
) {
    let lookup = crate::history::lookup::Lookup::new(objects, archive.mainline);
    let paths = rename::Paths::new(&lookup);
    for (dated, proof) in dated.iter().zip(proofs) {
        let Proof::Path { path, base, style } = &dated.suspect.proof else { continue };
        let Some((had, lost)) = lost_at(dated, system, archive) else { continue };
        let report = match lost {
            LostAt::At(at) => paths.cause(path, had, at),
            LostAt::Overlay(changes) => paths.uncommitted(path, changes),
        };
        let Ok(report) = report else { continue };
        let (cause, factor) = match report.cause {
            Ok(found) => (Some((found.mainline, found.commit, found.kind, found.path)), 1.0),
            Err(NoCause::Uncommitted) => (None, 1.0),
            Err(NoCause::Unsteady | NoCause::NoHolder) => (None, confidence::CAUSE_UNKNOWN),
            Err(NoCause::StillThere | NoCause::Interval) => continue,
        };
        let replacement = report.target.as_ref().map(|target| Replacement {
            text: written(target, path, base, *style, &dated.suspect.anchor),
            votes: 1,
            of: 1,
        });
        *proof = Some(Proved {
            cause,
            holders: vec![Holder { path: path.clone(), line: 0, at: had, text: String::new() }],
            holder_count: 1,
            certain: report.similarity >= confidence::SAME_FILE,
            replacement,
            factor,
        });
    }
}

/// Looks for the page version that still had the anchor.
fn prove_anchors(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    system: &System<'_>,
    archive: Archive<'_>,
    objects: &dyn Objects,
) {
    for (dated, proof) in dated.iter().zip(proofs) {
        let Proof::Anchor { page, format, name } = &dated.suspect.proof else { continue };
        let head = system.pages.get(page).map_or("", |document| &*document.text);
        *proof = anchor(dated, (page, *format), (name, head), archive, objects);
    }
}

/// Versions of a page that are parsed in search of an anchor.
const MOST_VERSIONS: usize = 400;

fn anchor(
    dated: &Dated<'_>,
    (page, format): (&RepoPath, Format),
    (name, head): (&str, &str),
    archive: Archive<'_>,
    objects: &dyn Objects,
) -> Option<Proved> {
    let entered = moment(dated)?;
    let versions = archive.histories.versions(page);
    let mut later: Option<&crate::history::pages::PageVersion> = None;
    for version in versions.iter().rev().take(MOST_VERSIONS) {
        let bytes = objects.blob(version.blob).ok()?;
        if holds_anchor(&bytes, format, name) {
            // An include that came since may bring the heading; what it brings is not read.
            if super::checks::dead_link::brings_more(head, &String::from_utf8_lossy(&bytes)) {
                return None;
            }
            let cause = later.map(|l| {
                let merge = archive.mainline.get(l.at).id;
                // The page may bear its old name on the merged side.
                let holds = &mut |tree: git2::Oid| {
                    for path in [&l.path, &version.path] {
                        if let Some(entry) = objects.lookup(tree, path.as_bytes())? {
                            return Ok(holds_anchor(&objects.blob(entry.1)?, format, name));
                        }
                    }
                    Ok(false)
                };
                let inner = inside_merge(objects, merge, holds).ok();
                // A turn on the mainline, before the branch left it, is not what the merge brought.
                let inner = inner.filter(|id| archive.mainline.commits().iter().all(|c| c.id != *id));
                (l.at, inner.unwrap_or(merge), CauseKind::Removed, Some(page.clone()))
            });
            return Some(Proved {
                cause,
                holders: vec![Holder { path: version.path.clone(), line: 0, at: version.at, text: String::new() }],
                holder_count: 1,
                replacement: None,
                certain: false,
                factor: 1.0,
            });
        }
        if version.at <= entered {
            return None;
        }
        later = Some(version);
    }
    None
}

fn holds_anchor(bytes: &[u8], format: Format, name: &str) -> bool {
    quick_anchor(bytes, name)
        && document::parse(DocumentId::new(""), format, bytes)
            .is_ok_and(|document| super::checks::dead_link::has_anchor(&document, name))
}

/// Whether a page could have the anchor at all: its longest word stands somewhere.
fn quick_anchor(bytes: &[u8], name: &str) -> bool {
    let word = name.split(['-', '_', '.']).filter(|w| w.is_ascii()).max_by_key(|w| w.len()).unwrap_or("");
    let lower = word.to_ascii_lowercase();
    if lower.is_empty() {
        return true;
    }
    bytes.windows(lower.len()).any(|w| w.eq_ignore_ascii_case(lower.as_bytes()))
}

fn finding(
    dated: &Dated<'_>,
    proved: Proved,
    page: &Page<'_>,
    archive: Archive<'_>,
    occurrences: &mut Occurrences,
) -> Option<Finding> {
    let suspect = dated.suspect;
    let entered = moment(dated)?;
    let mut probability = suspect.probability * proved.factor * dated.trust;
    if let Some((at, ..)) = proved.cause {
        // What was gone before the line was written never backed it.
        if at <= entered {
            return None;
        }
        if matches!(dated.edited, Moment::At(edited) if edited > at) {
            probability *= confidence::EDITED_SINCE;
        }
    }
    let commit = |at: MainIx| archive.repository.commit_ref(archive.mainline.get(at).id);
    let edited = match dated.edited {
        Moment::At(at) if at != entered => Some(commit(at)),
        _ => None,
    };
    let mut evidence = Evidence {
        moment: Some(MomentEvidence { entered: Some(commit(entered)), edited, own: dated.own.clone() }),
        witnesses: proved.holders.iter().map(|h| witness(h, archive.mainline)).collect(),
        witness_count: proved.holder_count,
        cause: proved.cause.map(|(_, id, kind, path)| Cause {
            kind,
            commit: commit_ref(archive, id),
            path: path.map(|p| p.display().into_owned()),
        }),
        replacement: proved.replacement,
        ..Evidence::default()
    };
    if let Proof::Line { now, .. } = &suspect.proof {
        let head = archive.mainline.get(archive.mainline.head()).id.to_string();
        evidence.now = now.iter().map(|standing| stands(standing, &head)).collect();
    }
    let document = page.document;
    let fix = evidence.replacement.as_ref().filter(|_| proved.certain).and_then(|r| fix(suspect, r, &document.text));
    if let Some(replacement) = &mut evidence.replacement {
        whole(suspect, replacement);
    }
    let section = document.sections.get(suspect.section);
    let occurrence = occurrences.next(suspect.rule, suspect.section, &suspect.subject);
    let oldest = match page.known_as {
        Some(name) => name.to_owned(),
        None => archive.histories.oldest_name(page.path).display().into_owned(),
    };
    Some(Finding {
        rule: suspect.rule,
        severity: Severity::Error,
        confidence: Confidence::new(probability),
        message: suspect.message.clone(),
        document: document.id.clone(),
        section: suspect.section,
        span: suspect.span,
        start: document.lines.position(&document.text, suspect.span.start),
        end: document.lines.position(&document.text, suspect.span.end),
        subject: suspect.subject.clone(),
        fingerprint: Fingerprint::new(
            suspect.rule,
            &oldest,
            &suspect.subject,
            section.map_or(&[], |s| &s.heading_path),
            occurrence,
        ),
        evidence,
        fix,
    })
}

fn commit_ref(archive: Archive<'_>, id: git2::Oid) -> CommitRef {
    archive.repository.commit_ref(id)
}

fn stands(standing: &Standing, head: &str) -> Witness {
    Witness {
        path: standing.path.display().into_owned(),
        line: (standing.line > 0).then_some(standing.line),
        commit: head.to_owned(),
        text: standing.text.clone(),
    }
}

fn witness(holder: &Holder, mainline: &Mainline) -> Witness {
    Witness {
        path: holder.path.display().into_owned(),
        line: (holder.line > 0).then_some(holder.line),
        commit: mainline.get(holder.at).id.to_string(),
        text: holder.text.clone(),
    }
}

/// What is proposed for a part of a reference (`config` for `config-file`) becomes what is proposed
/// for all of it (`--config`), which is what people read.
fn whole(suspect: &Suspect, replacement: &mut Replacement) {
    let Proof::Name { text, .. } = &suspect.proof else { return };
    let text = text.trim_matches('"');
    // A member of the code (`Serve`) that the page writes as a command line has it (`serve`).
    if suspect.anchor != *text && suspect.anchor.eq_ignore_ascii_case(text) {
        replacement.text = kebab(&replacement.text);
        return;
    }
    if !text.is_empty() && suspect.anchor.matches(text).count() == 1 {
        replacement.text = suspect.anchor.replace(text, replacement.text.trim_start_matches('-'));
    }
}

/// `AddUser` as `add-user`.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, c) in name.char_indices() {
        if at > 0 && c.is_ascii_uppercase() && !out.ends_with('-') {
            out.push('-');
        }
        out.push(if c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    out
}

/// The change to the page: the lost text within the reference becomes the replacement.
fn fix(suspect: &Suspect, replacement: &Replacement, text: &str) -> Option<Fix> {
    let written = suspect.span.of(text);
    let old = match &suspect.proof {
        Proof::Name { text, .. } => text.trim_matches('"'),
        Proof::Path { .. } | Proof::Line { .. } => suspect.anchor.as_str(),
        Proof::Place { .. } => written,
        Proof::Anchor { .. } => return None,
    };
    let new = match &suspect.proof {
        Proof::Name { .. } => replacement.text.trim_start_matches('-'),
        _ => replacement.text.as_str(),
    };
    let at = written.find(old)?;
    if written[at + old.len()..].contains(old) || old.is_empty() {
        return None;
    }
    let start = suspect.span.start + at;
    // A value may stand a second time on the line and mean another thing there.
    if matches!(suspect.proof, Proof::Line { .. }) && line_around(text, start).matches(old).count() != 1 {
        return None;
    }
    Some(Fix { span: Span::new(start, start + old.len()), text: new.to_owned() })
}

/// The line of `text` that holds byte `at`.
fn line_around(text: &str, at: usize) -> &str {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    let end = at + after.find('\n').unwrap_or(after.len());
    text.get(start..end).unwrap_or("")
}
