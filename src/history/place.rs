//! Where lines of a file, and names in it, went.

use super::cause::bisect;
use super::lookup::Lookup;
use super::mainline::MainIx;
use super::objects::{Objects, ReadError};
use super::path::RepoPath;

/// Files larger than this (in bytes) are not looked at.
const LARGEST: usize = 4 << 20;
/// Letters and digits that lines need to be known again.
const TELLING: usize = 6;

/// What became of the lines that a page points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedLines {
    /// What stood there, cut.
    pub text: String,
    /// Where it stands now, from 1; none where it is found nowhere, or more than once.
    pub now: Option<u32>,
    /// The first commit after which something else stood there; none where only uncommitted changes did it.
    pub cause: Option<MainIx>,
}

fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).collect()
}

fn part<'c>(lines: &'c [&'c [u8]], first: u32, last: u32) -> Option<&'c [&'c [u8]]> {
    let (from, to) = (usize::try_from(first).ok()?.checked_sub(1)?, usize::try_from(last).ok()?);
    lines.get(from..to)
}

/// The content of the file at `path` in the mainline commit `at`.
///
/// # Errors
/// Where an object can't be read.
pub fn content(lookup: &Lookup<'_>, at: MainIx, path: &RepoPath) -> Result<Option<Vec<u8>>, ReadError> {
    let Some((_, id)) = lookup.at(at, path)?.filter(|e| e.0.is_file()) else { return Ok(None) };
    if lookup.size(id)? > LARGEST {
        return Ok(None);
    }
    lookup.blob(id).map(Some)
}

/// Follows the lines `first..=last` of the file at `path`, as they were at `moment`, to `now`, its content at the
/// head. None where they still stand there, were none, or are too plain to be known again.
///
/// # Errors
/// Where an object can't be read.
pub fn moved_lines(
    lookup: &Lookup<'_>,
    path: &RepoPath,
    (first, last): (u32, u32),
    moment: MainIx,
    now: &[u8],
) -> Result<Option<MovedLines>, ReadError> {
    let Some(then) = content(lookup, moment, path)? else { return Ok(None) };
    let (then, now) = (lines(&then), lines(now));
    let Some(meant) = part(&then, first, last) else { return Ok(None) };
    let letters = meant.iter().flat_map(|l| l.iter()).filter(|b| b.is_ascii_alphanumeric()).count();
    if letters < TELLING || part(&now, first, last) == Some(meant) {
        return Ok(None);
    }
    if then.windows(meant.len()).filter(|w| *w == meant).count() != 1 {
        return Ok(None);
    }
    let mut found = now.windows(meant.len()).enumerate().filter(|(_, w)| *w == meant).map(|(at, _)| at + 1);
    let at = match (found.next(), found.next()) {
        (Some(at), None) => u32::try_from(at).ok(),
        _ => None,
    };
    let mut holds =
        |ix: MainIx| Ok(content(lookup, ix, path)?.is_some_and(|c| part(&lines(&c), first, last) == Some(meant)));
    let cause = lost(lookup, moment, &mut holds)?;
    let text = String::from_utf8_lossy(&meant.join(&b' ')).chars().take(200).collect();
    Ok(Some(MovedLines { text, now: at, cause }))
}

/// A commit after `moment` at whose parent something holds and at which it does not, if the head does not.
///
/// # Errors
/// Where an object can't be read.
pub fn lost(
    lookup: &Lookup<'_>,
    moment: MainIx,
    holds: &mut dyn FnMut(MainIx) -> Result<bool, ReadError>,
) -> Result<Option<MainIx>, ReadError> {
    let head = lookup.mainline().head();
    if moment >= head || holds(head)? {
        return Ok(None);
    }
    bisect(moment, head, holds).map(Some)
}
