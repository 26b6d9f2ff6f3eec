//! Every change that took a term out of a file, put to the vote.

use std::collections::BTreeSet;
use std::rc::Rc;

use git2::Oid;

use super::find::{Session, Touched};
use super::trace::{Loss, bisect};
use super::{CauseReport, VoteStyle};
use crate::finding::Replacement;
use crate::history::mainline::MainIx;
use crate::history::objects::ReadError;
use crate::history::path::RepoPath;
use crate::history::replacement::{Ballot, Candidate, Target, vote_literal, vote_name};
use crate::history::treediff;

/// Changed files that vote on one name.
const VOTERS: usize = 48;
/// Changed files with the name whose later versions are looked at: a name that so many keep is a common
/// word.
const ASKED: usize = 120;
/// Files changed by the commit that took the witness away, code or not, that may vote.
const BESIDE: usize = 100;
/// Deleted files of them whose successor is looked for.
const MOVED: usize = 8;
/// Larger files do not vote (bytes).
const VOTE_BYTES: usize = 1 << 20;
/// Names in a row that are followed (`a` → `b` → `c`).
const CHAIN: usize = 6;
/// Candidates whose own successors are followed.
const FOLLOWED: usize = 3;

/// A change of one file that took something out of it.
#[derive(Debug, Clone)]
struct Step {
    at: MainIx,
    old: Oid,
    /// What stands there afterwards, or in the file that it was renamed to.
    new: Option<(RepoPath, Oid)>,
}

/// Looks for a replacement of claim `n`, whose witnesses went at `loss` within `interval`, and puts it
/// into `report`.
pub(super) fn run(
    session: &Session<'_>,
    n: usize,
    interval: (MainIx, MainIx),
    loss: &Loss,
    touched: &[Touched],
    report: &mut CauseReport,
) -> Result<(), ReadError> {
    match session.lost.get(n).map(|l| l.vote) {
        Some(VoteStyle::Name) => name(session, n, interval, loss, touched, report),
        Some(VoteStyle::Literal) => literal(session, n, loss, report),
        _ => Ok(()),
    }
}

fn name(
    session: &Session<'_>,
    n: usize,
    (had, end): (MainIx, MainIx),
    loss: &Loss,
    touched: &[Touched],
    report: &mut CauseReport,
) -> Result<(), ReadError> {
    let head = session.lookup.mainline().head();
    let beside = beside(session, loss)?;
    // The files that backed the claim vote first, then other code that named it, then whatever else
    // (tests, pages) the commit that took it away changed too.
    let rank = |t: &Touched| match (loss.paths.contains(&t.path), t.read, beside.contains(&t.path)) {
        (true, ..) => Some(0),
        (_, true, _) => Some(1),
        (_, _, true) => Some(2),
        _ => None,
    };
    let mut voters: Vec<&Touched> = touched.iter().filter(|t| rank(t).is_some()).collect();
    voters.sort_by_key(|t| rank(t));
    for (number, target) in session.targets.get(n).into_iter().flatten().enumerate() {
        let names = |id: Oid| session.scanner.names(n, number, id);
        let mut steps = Vec::new();
        let mut moved = 0;
        let mut asked = 0;
        for file in &voters {
            if steps.len() >= VOTERS || asked >= ASKED {
                break;
            }
            // What can't be read does not vote.
            if !names(file.old).unwrap_or(false) {
                continue;
            }
            asked += 1;
            let still = match file.new {
                Some(id) => names(id).unwrap_or(true),
                None => false,
            };
            let (from, to) = if still { (end, head) } else { (had, end) };
            if let Some(step) = step(session, &file.path, from, to, &names, &mut moved)? {
                steps.push(step);
            }
        }
        let mut ballot = Ballot::default();
        for step in &steps {
            cast(session, target, step, &mut ballot)?;
        }
        report.hints.deleted_lines = report.hints.deleted_lines.max(ballot.deleted);
        report.replacement = settle(session, n, target, &ballot, &steps, 0)?;
        if report.replacement.is_some() {
            return Ok(());
        }
    }
    Ok(())
}

/// The files that the commit of `loss` changed, at most [`BESIDE`].
fn beside(session: &Session<'_>, loss: &Loss) -> Result<BTreeSet<RepoPath>, ReadError> {
    let before = loss.at.0.checked_sub(1).and_then(|n| session.lookup.root(MainIx(n)));
    let mut out = BTreeSet::new();
    treediff::diff(session.lookup, before, session.lookup.root(loss.at), &|_| true, &mut |change| {
        if change.old.is_some() && out.len() < BESIDE {
            out.insert(RepoPath::new(&change.path));
        }
    })?;
    Ok(out)
}

/// The change between `from` and `to` that took what `names` finds out of `path`; none where it is
/// still there, or was not.
fn step(
    session: &Session<'_>,
    path: &RepoPath,
    from: MainIx,
    to: MainIx,
    names: &dyn Fn(Oid) -> Result<bool, ReadError>,
    moved: &mut usize,
) -> Result<Option<Step>, ReadError> {
    let file = |ix: MainIx| Ok(session.lookup.at(ix, path)?.filter(|e| e.0.is_file()).map(|e| e.1));
    let mut there = |ix: MainIx| file(ix)?.map_or(Ok(false), names);
    if from >= to || !there(from)? || there(to)? {
        return Ok(None);
    }
    let at = bisect(from, to, &mut there)?;
    let before = MainIx(at.0 - 1);
    let Some(old) = file(before)? else { return Ok(None) };
    let mut new = file(at)?.map(|id| (path.clone(), id));
    if new.is_none() && *moved < MOVED {
        *moved += 1;
        if let (Some(a), Some(b)) = (session.lookup.root(before), session.lookup.root(at)) {
            let target = session.paths.pairs(a, b)?.of_file(session.lookup, path, old);
            new = match target {
                Some((path, _)) => session.lookup.file_below(b, path.as_bytes())?.map(|id| (path, id)),
                None => None,
            };
        }
    }
    Ok(Some(Step { at, old, new }))
}

fn text(session: &Session<'_>, id: Oid) -> Result<Option<String>, ReadError> {
    let content: Option<Rc<[u8]>> = session.scanner.content(id)?;
    Ok(content.filter(|bytes| bytes.len() <= VOTE_BYTES).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn cast(session: &Session<'_>, target: &Target, step: &Step, ballot: &mut Ballot) -> Result<(), ReadError> {
    let Some(old) = text(session, step.old)? else { return Ok(()) };
    let new = match &step.new {
        Some((_, id)) => text(session, *id)?,
        None => None,
    };
    vote_name(target, &old, new.as_deref(), ballot);
    Ok(())
}

/// The winner that is there at the head, if need be by way of its own successors.
fn settle(
    session: &Session<'_>,
    n: usize,
    target: &Target,
    ballot: &Ballot,
    steps: &[Step],
    depth: usize,
) -> Result<Option<Replacement>, ReadError> {
    let Some(lost) = session.lost.get(n) else { return Ok(None) };
    for (rank, Candidate { text, votes }) in ballot.names(target).into_iter().enumerate() {
        if text != lost.text && (lost.exists_at_head)(&text) {
            return Ok(Some(Replacement { text, votes, of: ballot.of }));
        }
        if rank < FOLLOWED && depth < CHAIN && text != lost.text {
            let Some(next) = target.successor(&text) else { continue };
            let found = successors(session, &next, steps)?;
            let mut onward = Ballot::default();
            for step in &found {
                cast(session, &next, step, &mut onward)?;
            }
            if let Some(end) = settle(session, n, &next, &onward, &found, depth + 1)? {
                return Ok(Some(end));
            }
        }
    }
    Ok(None)
}

/// The changes that took `target` out of the files that `steps` brought it into.
fn successors(session: &Session<'_>, target: &Target, steps: &[Step]) -> Result<Vec<Step>, ReadError> {
    let head = session.lookup.mainline().head();
    let finders: Vec<memchr::memmem::Finder<'static>> =
        target.forms().iter().map(|f| memchr::memmem::Finder::new(f.pattern().as_bytes()).into_owned()).collect();
    let names = |id: Oid| {
        Ok(session.scanner.content(id)?.is_some_and(|content| {
            finders.iter().any(|f| {
                f.find_iter(&content)
                    .any(|at| crate::history::replacement::is_bounded(&content, at, at + f.needle().len()))
            })
        }))
    };
    let mut out = Vec::new();
    let mut moved = 0;
    for before in steps {
        let Some((path, _)) = &before.new else { continue };
        if let Some(found) = step(session, path, before.at, head, &names, &mut moved)? {
            out.push(found);
        }
    }
    Ok(out)
}

fn literal(session: &Session<'_>, n: usize, loss: &Loss, report: &mut CauseReport) -> Result<(), ReadError> {
    let Some(lost) = session.lost.get(n) else { return Ok(()) };
    let before = MainIx(loss.at.0.saturating_sub(1));
    let mut ballot = Ballot::default();
    let mut moved = 0;
    for path in loss.paths.iter().take(VOTERS) {
        let holds = |id: Oid| session.scanner.holds(n, path, id);
        let Some(step) = step(session, path, before, loss.at, &holds, &mut moved)? else { continue };
        let witnesses = session.scanner.lines(n, path, step.old)?;
        let Some(old) = text(session, step.old)? else { continue };
        let new = match &step.new {
            Some((_, id)) => text(session, *id)?,
            None => None,
        };
        vote_literal(lost.text, &witnesses, &old, new.as_deref(), &mut ballot);
    }
    report.hints.deleted_lines = ballot.deleted;
    report.replacement = ballot.literals().into_iter().find(|c| (lost.exists_at_head)(&c.text)).map(|c| Replacement {
        text: c.text,
        votes: c.votes,
        of: ballot.of,
    });
    Ok(())
}
