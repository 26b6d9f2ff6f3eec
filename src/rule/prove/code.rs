//! Proofs by what stands in code: names, and lines that hold a value.

use super::{Archive, Dated, Proved, moment};
use crate::finding::{CauseKind, Replacement};
use crate::history::cause::{self, CauseReport, Lost, LostAt, Matcher, NoCause, VoteStyle};
use crate::history::scan::route_endings;
use crate::history::term::{Domain, Term};
use crate::history::{MainIx, Objects, ReadError, RepoPath};
use crate::rule::confidence;
use crate::rule::suspect::{NameWitness, Proof};
use crate::rule::system::System;
use globset::GlobSet;

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

pub(super) fn lost_at<'a>(
    dated: &Dated<'_>,
    system: &System<'_>,
    archive: Archive<'a>,
) -> Option<(MainIx, LostAt<'a>)> {
    let had = system.snapshots.commit(dated.had)?;
    Some(match system.snapshots.commit(dated.had + 1) {
        Some(next) => (had, LostAt::At(next)),
        None => (had, LostAt::Overlay(archive.overlaid)),
    })
}

pub(super) fn names(
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
            brief: dated.brief,
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
pub(super) fn lines(
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
            brief: dated.brief,
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
