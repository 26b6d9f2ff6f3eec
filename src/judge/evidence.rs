//! The evidence for a passage: what changed in the code that it speaks of, within a budget of tokens.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::change::Hunk;
use super::passage::Passage;
use super::score::Score;
use super::tokens;
use crate::finding::CommitRef;
use crate::history::term::Term;
use crate::history::{MainIx, Oid, RepoPath};

/// Hunks with less than this share of the best one's points are left out …
const LEAST_SHARE: f32 = 0.06;
/// … and those with less than this share of the best one's that says something to the same statement.
const LEAST_OF_STATEMENT: f32 = 0.2;
/// Hunks that are weighed against each other.
const MOST_WEIGHED: usize = 240;
/// What a term counts for in a further hunk, each time: a passage names many things, and the change of one
/// should not crowd out those of the others.
const AGAIN: f32 = 0.6;
/// What a further hunk about the same statement counts for, each time: nobody knows which of them is wrong.
const STATEMENT_AGAIN: f32 = 0.7;
/// How much the room that a hunk takes counts against it: of two that say as much the smaller is shown.
const BY_COST: f32 = 0.5;
/// Hunks that one question may show.
const MOST_HUNKS: usize = 40;
/// Hunks of one file.
const MOST_OF_FILE: usize = 8;

/// A passage and what it is to be compared with.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The passage.
    pub passage: Passage,
    /// What changed, the smallest change first.
    pub changes: Vec<FileChange>,
    /// The commits that made the changes, newest first, at most [`Pack::COMMITS`].
    pub commits: Vec<CommitRef>,
    /// How many more there are.
    pub more_commits: usize,
    /// Hunks that had something to say and found no room.
    pub left_out_hunks: usize,
    /// Files of which nothing is shown for that reason.
    pub left_out_files: usize,
    /// How doubtful the passage is; for ranking only.
    pub score: f32,
    /// Secrets taken out of it.
    pub redacted: usize,
}

impl Pack {
    /// Commits that are named.
    pub const COMMITS: usize = 6;
}

/// What became of a file since a passage's lines were written.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// Its path at the head, or its last one.
    pub path: RepoPath,
    /// Its path then, where it was another.
    pub former: Option<RepoPath>,
    /// Whether it was made since.
    pub added: bool,
    /// Whether it is gone.
    pub gone: bool,
    /// The state that it is compared with.
    pub moment: MainIx,
    /// Some of what changed, in the file's order.
    pub hunks: Vec<Hunk>,
}

/// A hunk that has something to say.
#[derive(Debug, Clone)]
pub struct Found<'h> {
    /// The file, by its place in the index.
    pub file: usize,
    /// What it is compared with.
    pub old: Option<Oid>,
    /// The state that this was the content of.
    pub moment: MainIx,
    /// Which hunk of the change.
    pub at: usize,
    /// The hunk.
    pub hunk: &'h Hunk,
    /// How much it says.
    pub score: Score,
    /// The group of lines that it says that to.
    pub group: usize,
}

impl Found<'_> {
    /// The statement that it is about.
    #[must_use]
    pub fn statement(&self) -> (usize, usize) {
        (self.group, self.score.unit)
    }
}

/// A file by its index, and its state at the moment; none where it was not there.
pub type FileState = (usize, Option<Oid>);

/// The hunks of one file since one moment.
pub type FileHunks<'h> = (FileState, MainIx, Vec<&'h Hunk>);

/// A hunk that was seen: the state that it is compared with, which hunk of that change, and its lines.
type Seen = (Option<Oid>, usize, (u32, u32));

/// Hunks, each with what it costs.
type Costed<'h> = Vec<(usize, &'h Hunk)>;

/// The hunks that are shown.
#[derive(Debug)]
pub struct Choice<'h> {
    /// By file and state, the smallest first.
    pub by_file: Vec<FileHunks<'h>>,
    /// Hunks without room.
    pub left_out_hunks: usize,
    /// Files without room.
    pub left_out_files: usize,
    /// The points of the best hunks.
    pub score: f32,
}

impl<'h> Choice<'h> {
    /// Chooses of `found` what says most, whole hunks only, while `room` tokens last; none where nothing
    /// was found.
    #[must_use]
    pub fn of(mut found: Vec<Found<'h>>, room: usize) -> Option<Self> {
        let order = |a: &Found<'_>, b: &Found<'_>| {
            b.score.points.total_cmp(&a.score.points).then((a.file, a.at, a.old).cmp(&(b.file, b.at, b.old)))
        };
        found.sort_by(order);
        // The same lines of the head, seen from two moments, are shown once.
        let mut seen: BTreeMap<usize, Vec<Seen>> = BTreeMap::new();
        found.retain(|f| {
            let seen = seen.entry(f.file).or_default();
            let lines = f.hunk.place();
            let again = |(old, at, held): &Seen| {
                if *old == f.old { *at == f.at } else { held.0 <= lines.1 && lines.0 <= held.1 }
            };
            let new = !seen.iter().any(again);
            if new {
                seen.push((f.old, f.at, lines));
            }
            new
        });
        let best = found.first()?.score.points;
        let mut best_of: FxHashMap<(usize, usize), f32> = FxHashMap::default();
        // The best of each comes first.
        found.retain(|f| {
            let best_of_statement = *best_of.entry(f.statement()).or_insert(f.score.points);
            f.score.points >= (best * LEAST_SHARE).max(best_of_statement * LEAST_OF_STATEMENT)
        });
        let score = found.iter().take(3).map(|f| f.score.points).sum();
        let mut by_file: BTreeMap<FileState, (MainIx, Costed<'h>)> = BTreeMap::new();
        let mut left_out_hunks = found.len().saturating_sub(MOST_WEIGHED);
        let mut left_out: BTreeSet<usize> = BTreeSet::new();
        found.truncate(MOST_WEIGHED);
        let (mut left, mut shown) = (room, 0);
        let mut told: FxHashMap<Term, f32> = FxHashMap::default();
        let mut spoken: FxHashMap<(usize, usize), f32> = FxHashMap::default();
        while let Some(f) = take_best(&mut found, &told, &spoken) {
            let cost = cost(f.hunk);
            let of_file: usize = by_file.iter().filter(|(key, _)| key.0 == f.file).map(|(_, v)| v.1.len()).sum();
            if cost > left || shown >= MOST_HUNKS || of_file >= MOST_OF_FILE {
                left_out_hunks += 1;
                left_out.insert(f.file);
                continue;
            }
            left -= cost;
            shown += 1;
            for (term, _) in &f.score.parts {
                *told.entry(*term).or_insert(1.0) *= AGAIN;
            }
            *spoken.entry(f.statement()).or_insert(1.0) *= STATEMENT_AGAIN;
            by_file.entry((f.file, f.old)).or_insert((f.moment, Vec::new())).1.push((f.at, f.hunk));
        }
        if by_file.is_empty() {
            return None;
        }
        let left_out_files = left_out.iter().filter(|file| !by_file.keys().any(|key| key.0 == **file)).count();
        let mut by_file: Vec<_> = by_file
            .into_iter()
            .map(|(key, (moment, mut hunks))| {
                hunks.sort_by_key(|(at, _)| *at);
                (key, moment, hunks.into_iter().map(|(_, hunk)| hunk).collect::<Vec<_>>())
            })
            .collect();
        by_file.sort_by_key(|(key, _, hunks)| (hunks.iter().map(|h| h.lines.len()).sum::<usize>(), *key));
        Some(Self { by_file, left_out_hunks, left_out_files, score })
    }
}

/// Takes the hunk out that says most beyond what was `told` already.
fn take_best<'h>(
    found: &mut Vec<Found<'h>>,
    told: &FxHashMap<Term, f32>,
    spoken: &FxHashMap<(usize, usize), f32>,
) -> Option<Found<'h>> {
    let worth = |f: &Found<'_>| -> f32 {
        let parts = f.score.parts.iter().map(|(term, points)| points * told.get(term).copied().unwrap_or(1.0));
        #[allow(clippy::cast_precision_loss)]
        let cost = cost(f.hunk) as f32;
        parts.sum::<f32>() * spoken.get(&f.statement()).copied().unwrap_or(1.0) / cost.powf(BY_COST)
    };
    let mut best: Option<(usize, f32)> = None;
    for (at, f) in found.iter().enumerate() {
        let worth = worth(f);
        // Of equals the first, which has more points by itself.
        if best.is_none_or(|(_, most)| worth > most) {
            best = Some((at, worth));
        }
    }
    best.map(|(at, _)| found.remove(at))
}

/// Tokens that a hunk takes.
fn cost(hunk: &Hunk) -> usize {
    let within = hunk.within.as_deref().map_or(0, tokens::estimate);
    let lines: u64 = hunk.lines.iter().map(|line| tokens::estimate(&line.text) + 2).sum();
    usize::try_from(within + lines + 14).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::change::hunks;

    fn found(hunk: &Hunk, file: usize, at: usize, points: f32) -> Found<'_> {
        let parts = vec![(Term::exact(&[u8::try_from(file).unwrap()]), points)];
        let score = Score { points, parts, witness: true, lost: true, by_words: false, unit: file };
        Found { file, old: None, moment: MainIx(0), at, hunk, score, group: 0 }
    }

    #[test]
    fn what_says_most_is_shown_while_there_is_room() {
        let small = hunks("a = 1\n", "a = 2\n");
        let large = hunks("", &"some more words in a line\n".repeat(30));
        let all = vec![found(&small[0], 0, 0, 5.0), found(&large[0], 1, 0, 9.0), found(&small[0], 2, 0, 0.1)];
        let choice = Choice::of(all.clone(), 10_000).unwrap();
        let files: Vec<usize> = choice.by_file.iter().map(|(key, ..)| key.0).collect();
        assert_eq!(files, [0, 1], "the smallest first, and without what says next to nothing");
        assert_eq!((choice.left_out_hunks, choice.left_out_files), (0, 0));
        let choice = Choice::of(all, 60).unwrap();
        assert_eq!(choice.by_file.len(), 1);
        assert_eq!((choice.left_out_hunks, choice.left_out_files), (1, 1));
        assert!(Choice::of(Vec::new(), 100).is_none());
    }

    #[test]
    fn one_line_seen_from_two_moments_is_shown_once() {
        let hunk = hunks("a = 1\n", "a = 2\n");
        let mut twice = vec![found(&hunk[0], 0, 0, 5.0), found(&hunk[0], 0, 0, 4.0)];
        twice[1].old = Some(Oid::ZERO_SHA1);
        let choice = Choice::of(twice, 1000).unwrap();
        assert_eq!(choice.by_file.iter().map(|(.., hunks)| hunks.len()).sum::<usize>(), 1);
    }

    #[test]
    fn every_statement_has_its_turn() {
        let first = hunks("a = 1\nb = 1\n", "a = 2\nb = 2\n");
        let other = hunks("c = 1\nd = 1\n", "c = 2\nd = 2\n");
        let mut all: Vec<Found<'_>> = (0..6).map(|file| found(&first[0], file, 0, 9.0)).collect();
        all.iter_mut().for_each(|f| f.score.unit = 0);
        let mut last = found(&other[0], 6, 0, 5.0);
        last.score.unit = 1;
        all.push(last);
        let choice = Choice::of(all, 4 * cost(&first[0])).unwrap();
        assert!(choice.by_file.iter().any(|(key, ..)| key.0 == 6), "{choice:?}");
    }
}
