//! What took a claim's last witness away, and what stands in its place.
//!
//! [`find`] takes claims with an interval of the mainline at whose start the code backed them and at
//! whose end it no longer does. It finds who held them by reading what changed in between, halves the
//! interval on those files by tree look-ups, follows the witness where a commit only moved it, and
//! checks the whole tree at the end. The replacement is voted for by the lines that changed.

mod find;
mod overlay;
mod scan;
mod trace;
mod votes;

#[cfg(test)]
mod tests;

use git2::Oid;

pub use find::{find, find_all};
pub(super) use trace::{bisect, comes_back, on_side};

use super::class::Class;
use super::mainline::MainIx;
use super::path::RepoPath;
use super::term::Term;
use crate::finding::{CauseKind, Replacement};

/// Whether a file's content backs a claim, and where.
pub trait Matcher: Send + Sync {
    /// Lines (from 1) of `content`, the file at `path`, that witness the claim, best first; empty if
    /// there are none.
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32>;

    /// Whether the file at `path` may be a witness at all, whatever it holds: by default code that
    /// counts ([`Class::Code`]). Others are not read.
    fn accepts(&self, path: &RepoPath) -> bool {
        Class::of(path) == Class::Code
    }

    /// Names one of which every holder has; empty where that can't be said.
    fn terms(&self) -> &[Term] {
        &[]
    }

    /// Bytes that every holder contains (a quick filter); none if there are no such.
    fn needle(&self) -> Option<&[u8]>;
}

/// How the replacement of a lost term is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoteStyle {
    /// The text is a name: whatever stands in its place in the changed lines, in any spelling.
    Name,
    /// The text is a literal beside a key: the literal that stands there now in witness lines.
    Literal,
    /// No replacement is asked for.
    Off,
}

/// One file that the working tree or the index lays over the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its path.
    pub path: RepoPath,
    /// Its content now; none where it is deleted.
    pub content: Option<Vec<u8>>,
}

/// Where the witness is known to be missing.
#[derive(Debug, Clone, Copy)]
pub enum LostAt<'a> {
    /// At this later commit of the mainline.
    At(MainIx),
    /// At no commit: the head has it, and these uncommitted changes took it away.
    Overlay(&'a [Changed]),
}

/// A claim that lost its witness.
#[derive(Clone, Copy)]
pub struct Lost<'a> {
    /// What backs it.
    pub matcher: &'a dyn Matcher,
    /// The term as the page writes it.
    pub text: &'a str,
    /// A commit whose tree has a witness.
    pub had: MainIx,
    /// A later state that has none.
    pub lost: LostAt<'a>,
    /// When the reference entered the page, in the system's history: where witnesses are shown from.
    pub moment: Option<MainIx>,
    /// How to look for a replacement.
    pub vote: VoteStyle,
    /// Whether a text names something (for [`VoteStyle::Literal`]: is the value) at the head. A
    /// replacement that does not is not proposed.
    pub exists_at_head: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether the commit of the mainline is enough: neither the one inside a merge nor a replacement is
    /// looked for.
    pub brief: bool,
}

/// The commit that broke a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCause {
    /// The commit of the mainline.
    pub mainline: MainIx,
    /// The same commit, or the one within its merged branch that did it.
    pub commit: Oid,
    /// What it did.
    pub kind: CauseKind,
    /// The file in which it did so.
    pub path: Option<RepoPath>,
}

/// Why there is no cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoCause {
    /// The change is not committed.
    Uncommitted,
    /// No file that changed in the interval held a witness at its start.
    NoHolder,
    /// A witness still stands at the end of the interval.
    StillThere,
    /// It moved or came back more often than we follow.
    Unsteady,
    /// The interval is empty or lies outside the mainline.
    Interval,
}

/// A place that backed a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The file.
    pub path: RepoPath,
    /// Line from 1.
    pub line: u32,
    /// The mainline commit in which it stood.
    pub at: MainIx,
    /// The line, trimmed, at most [`HOLDER_TEXT`] characters.
    pub text: String,
}

/// Characters of a holder's line that are kept.
pub const HOLDER_TEXT: usize = 200;
/// Holders that are listed; the others are counted.
pub const HOLDERS: usize = 8;

/// What speaks for and against a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints {
    /// How often the witness only moved to other files before it went.
    pub moves: u32,
    /// Whether it went, came back, and went again.
    pub came_back: bool,
    /// Files that held it at the start of the interval.
    pub files: u32,
    /// Files on the way that were not read (too large, binary, missing): one may hold it.
    pub unread: u32,
    /// Lines with the term that went without anything in their place.
    pub deleted_lines: u32,
}

/// What became of a claim's witnesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseReport {
    /// The commit that took the last one away, or why none is known.
    pub cause: Result<FoundCause, NoCause>,
    /// Witnesses at the moment, or where those are not among the files known to have held it, at the
    /// last commit that had them; best first, at most [`HOLDERS`].
    pub holders: Vec<Holder>,
    /// How many there were in all.
    pub holder_count: u32,
    /// What stands in the term's place at the head.
    pub replacement: Option<Replacement>,
    /// What speaks for and against it.
    pub hints: Hints,
}

impl CauseReport {
    fn none(why: NoCause) -> Self {
        Self { cause: Err(why), holders: Vec::new(), holder_count: 0, replacement: None, hints: Hints::default() }
    }
}
