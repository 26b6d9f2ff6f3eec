//! All claims at once: by interval, so that each blob and tree is read once.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;
use rayon::prelude::*;

use super::overlay;
use super::scan::Scanner;
use super::trace::{self, Loss};
use super::{CauseReport, FoundCause, HOLDER_TEXT, HOLDERS, Holder, Lost, LostAt, NoCause, VoteStyle, votes};
use crate::finding::CauseKind;
use crate::history::holdings::Holdings;
use crate::history::lookup::Lookup;
use crate::history::mainline::{MainIx, Mainline};
use crate::history::objects::{Objects, ReadError};
use crate::history::path::RepoPath;
use crate::history::rename::Paths;
use crate::history::replacement::{Target, targets};
use crate::history::treediff;

/// What the claims of one interval share.
pub(super) struct Session<'a> {
    pub lookup: &'a Lookup<'a>,
    pub scanner: Scanner<'a>,
    pub paths: Paths<'a, 'a>,
    pub lost: &'a [&'a Lost<'a>],
    /// Names to vote on, per claim.
    pub targets: Vec<Vec<Target>>,
}

/// One file that differs between the ends of an interval.
pub(super) struct Touched {
    pub path: RepoPath,
    /// At its start.
    pub old: Oid,
    /// At its end.
    pub new: Option<Oid>,
    /// Whether it was read: some claim accepts it as a witness.
    pub read: bool,
}

type Report = Result<CauseReport, ReadError>;

/// For each claim of `lost`, in the same order: what took its last witness away, where that stood, and
/// what took its place.
///
/// A claim whose objects can't be read gets the error; the others are not touched by it.
#[must_use]
pub fn find(objects: &dyn Objects, mainline: &Mainline, lost: &[Lost<'_>]) -> Vec<Report> {
    let mut out: Vec<Report> = lost.iter().map(|_| Ok(CauseReport::none(NoCause::Interval))).collect();
    for (interval, claims) in intervals(mainline, lost) {
        let reports = of_interval(objects, mainline, &Holdings::default(), lost, interval, &claims);
        claims.into_iter().zip(reports).for_each(|(n, report)| set(&mut out, n, report));
    }
    out
}

/// [`find`] on all threads, one interval each, passing over what `holdings` says has none of the names.
/// `reader` calls back with a view of the object store of the calling thread's own.
///
/// # Errors
/// What `reader` says where the store can't be opened.
pub fn find_all<E: Send>(
    reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync,
    mainline: &Mainline,
    holdings: &Holdings,
    lost: &[Lost<'_>],
) -> Result<Vec<Report>, E> {
    let intervals: Vec<_> = intervals(mainline, lost).into_iter().collect();
    let parts = intervals
        .par_iter()
        .map(|(interval, claims)| {
            let mut reports = Vec::new();
            reader(&mut |objects| reports = of_interval(objects, mainline, holdings, lost, *interval, claims))?;
            Ok(reports)
        })
        .collect::<Result<Vec<_>, E>>()?;
    let mut out: Vec<Report> = lost.iter().map(|_| Ok(CauseReport::none(NoCause::Interval))).collect();
    for ((_, claims), reports) in intervals.into_iter().zip(parts) {
        claims.into_iter().zip(reports).for_each(|(n, report)| set(&mut out, n, report));
    }
    Ok(out)
}

/// The claims by interval; no end where only uncommitted changes lost them. Those whose interval is
/// none are left out.
fn intervals(mainline: &Mainline, lost: &[Lost<'_>]) -> BTreeMap<(MainIx, Option<MainIx>), Vec<usize>> {
    let mut intervals: BTreeMap<(MainIx, Option<MainIx>), Vec<usize>> = BTreeMap::new();
    for (n, claim) in lost.iter().enumerate() {
        match claim.lost {
            _ if mainline.is_empty() => {}
            LostAt::Overlay(_) => intervals.entry((mainline.head(), None)).or_default().push(n),
            LostAt::At(end) if claim.had < end && end <= mainline.head() => {
                intervals.entry((claim.had, Some(end))).or_default().push(n);
            }
            LostAt::At(_) => {}
        }
    }
    intervals
}

fn of_interval(
    objects: &dyn Objects,
    mainline: &Mainline,
    holdings: &Holdings,
    lost: &[Lost<'_>],
    (had, end): (MainIx, Option<MainIx>),
    claims: &[usize],
) -> Vec<Report> {
    let lost: Vec<&Lost<'_>> = claims.iter().filter_map(|&n| lost.get(n)).collect();
    let lookup = Lookup::new(objects, mainline);
    let targets: Vec<Vec<Target>> =
        lost.iter().map(|l| if l.vote == VoteStyle::Name && !l.brief { targets(l.text) } else { Vec::new() }).collect();
    let scanner = Scanner::new(objects, holdings, &lost, &targets);
    let session = Session { lookup: &lookup, scanner, paths: Paths::new(&lookup), lost: &lost, targets };
    let touched = end.map(|end| session.touched(had, end));
    (0..lost.len())
        .map(|n| match (end, &touched, lost.get(n).map(|l| l.lost)) {
            (Some(end), Some(Ok((touched, unread))), _) => session.report(n, had, end, touched, *unread),
            (_, Some(Err(error)), _) => Err(error.clone()),
            (_, _, Some(LostAt::Overlay(changes))) => overlay::report(&session, n, changes),
            _ => Ok(CauseReport::none(NoCause::Interval)),
        })
        .collect()
}

fn set(out: &mut [Report], n: usize, report: Report) {
    if let Some(slot) = out.get_mut(n) {
        *slot = report;
    }
}

impl Session<'_> {
    /// The files at `had` that are others at `end`, each that may be a witness read once; and how many
    /// of those could not be.
    fn touched(&self, had: MainIx, end: MainIx) -> Result<(Vec<Touched>, u32), ReadError> {
        let mut touched = Vec::new();
        treediff::diff(self.lookup, self.lookup.root(had), self.lookup.root(end), &|_| true, &mut |change| {
            let file = |e: Option<(crate::history::Mode, Oid)>| e.filter(|e| e.0.is_file()).map(|e| e.1);
            if let Some(old) = file(change.old) {
                let path = RepoPath::new(&change.path);
                let read = self.scanner.accepts(&path);
                touched.push(Touched { path, old, new: file(change.new), read });
            }
        })?;
        let asked = |t: &&Touched| t.read && self.scanner.may_witness(&t.path, t.old);
        let unread = touched.iter().filter(asked).filter(|t| !self.scanner.visit(t.old)).count();
        Ok((touched, u32::try_from(unread).unwrap_or(u32::MAX)))
    }

    fn report(
        &self,
        n: usize,
        had: MainIx,
        end: MainIx,
        touched: &[Touched],
        unread: u32,
    ) -> Result<CauseReport, ReadError> {
        let mut paths = BTreeSet::new();
        for file in touched {
            // A missing blob is counted as unread; it is an error only where a trace leads to it.
            if self.scanner.holds(n, &file.path, file.old).unwrap_or(false) {
                paths.insert(file.path.clone());
            }
        }
        let mut report = CauseReport::none(NoCause::NoHolder);
        report.hints.unread = unread;
        if paths.is_empty() {
            return Ok(report);
        }
        report.hints.files = u32::try_from(paths.len()).unwrap_or(u32::MAX);
        let first = paths.clone();
        let holds = |path: &RepoPath, id: Oid| self.scanner.holds(n, path, id);
        let loss = match trace::last_loss(self.lookup, paths, had, end, &holds)? {
            Ok(loss) => loss,
            Err(why) => {
                report.cause = Err(why);
                self.list_holders(n, &first, had, None, &mut report)?;
                return Ok(report);
            }
        };
        report.hints.moves = loss.moves;
        report.hints.came_back = loss.came_back;
        // What was gone before the page named it never backed it: nobody asks for more.
        if self.lost.get(n).and_then(|l| l.moment).is_some_and(|moment| loss.at <= moment) {
            let commit = self.lookup.mainline().get(loss.at).id;
            report.cause = Ok(FoundCause { mainline: loss.at, commit, kind: CauseKind::Removed, path: None });
            return Ok(report);
        }
        let path = self.last_holder(n, &loss)?;
        self.holders(n, &loss, path.as_ref(), &mut report)?;
        if self.lost.get(n).is_some_and(|l| l.brief) {
            let commit = self.lookup.mainline().get(loss.at).id;
            report.cause = Ok(FoundCause { mainline: loss.at, commit, kind: CauseKind::Removed, path });
            return Ok(report);
        }
        let commit = trace::inner(self.lookup, &loss, &|id| self.paths.on_mainline(id), &holds)?;
        votes::run(self, n, (had, end), &loss, touched, &mut report)?;
        let kind = match (self.style(n), &report.replacement) {
            (_, None) => CauseKind::Removed,
            (VoteStyle::Literal, Some(_)) => CauseKind::Changed,
            (_, Some(_)) => CauseKind::Renamed,
        };
        report.cause = Ok(FoundCause { mainline: loss.at, commit, kind, path });
        Ok(report)
    }

    fn style(&self, n: usize) -> VoteStyle {
        self.lost.get(n).map_or(VoteStyle::Off, |l| l.vote)
    }

    /// The first file that held it up to the loss.
    fn last_holder(&self, n: usize, loss: &Loss) -> Result<Option<RepoPath>, ReadError> {
        let Some(before) = loss.at.0.checked_sub(1).map(MainIx) else { return Ok(None) };
        for path in &loss.paths {
            if let Some((mode, id)) = self.lookup.at(before, path)?
                && mode.is_file()
                && self.scanner.holds(n, path, id)?
            {
                return Ok(Some(path.clone()));
            }
        }
        Ok(None)
    }

    /// Lists the witnesses at the moment, or else at the last commit that had one.
    fn holders(
        &self,
        n: usize,
        loss: &Loss,
        best: Option<&RepoPath>,
        report: &mut CauseReport,
    ) -> Result<(), ReadError> {
        let last = MainIx(loss.at.0.saturating_sub(1));
        if let Some(moment) = self.lost.get(n).and_then(|l| l.moment).filter(|&m| m < loss.at) {
            self.list_holders(n, &loss.paths, moment, best, report)?;
        }
        if report.holder_count == 0 {
            self.list_holders(n, &loss.paths, last, best, report)?;
        }
        Ok(())
    }

    /// Lists the witnesses in `paths` at the commit `at`, those in `best` first.
    fn list_holders(
        &self,
        n: usize,
        paths: &BTreeSet<RepoPath>,
        at: MainIx,
        best: Option<&RepoPath>,
        report: &mut CauseReport,
    ) -> Result<(), ReadError> {
        let others = paths.iter().filter(|p| Some(*p) != best);
        for path in best.into_iter().filter(|b| paths.contains(*b)).chain(others) {
            let Some((mode, id)) = self.lookup.at(at, path)? else { continue };
            if !mode.is_file() {
                continue;
            }
            let lines = self.scanner.lines(n, path, id)?;
            report.holder_count = report.holder_count.saturating_add(u32::try_from(lines.len()).unwrap_or(u32::MAX));
            if lines.is_empty() || report.holders.len() >= HOLDERS {
                continue;
            }
            let Some(content) = self.scanner.content(id)? else { continue };
            for line in lines.into_iter().take(HOLDERS - report.holders.len()) {
                report.holders.push(Holder { path: path.clone(), line, at, text: line_text(&content, line) });
            }
        }
        Ok(())
    }
}

/// Line `number` (from 1) of `content`, trimmed and cut.
pub(super) fn line_text(content: &[u8], number: u32) -> String {
    let index = (number as usize).saturating_sub(1);
    let line = content.split(|&b| b == b'\n').nth(index).unwrap_or_default();
    // The longest form of a character has four bytes; a 5 MB line is not decoded whole.
    let start = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let line = line.get(start..).unwrap_or_default();
    let line = line.get(..4 * HOLDER_TEXT).unwrap_or(line);
    String::from_utf8_lossy(line).trim().chars().take(HOLDER_TEXT).collect()
}
