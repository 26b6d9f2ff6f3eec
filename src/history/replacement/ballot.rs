//! The count of a vote, and who may win it.

use std::collections::BTreeMap;

use super::target::Target;

/// Votes for what stands in a term's place.
#[derive(Debug, Clone, Default)]
pub struct Ballot {
    votes: BTreeMap<String, Tally>,
    /// Lines with the term that were changed: removed where something else was added.
    pub of: u32,
    /// Lines with the term that went without anything in their place.
    pub deleted: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    votes: u32,
    likeness: f32,
    /// Whether a note in the code told so.
    told: bool,
}

/// Someone who may win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As the page would write it.
    pub text: String,
    /// Lines that speak for it, of [`Ballot::of`].
    pub votes: u32,
}

impl Ballot {
    /// Counts a line for `text`; `likeness` says how alike the line and its successor are.
    pub fn vote(&mut self, text: String, likeness: f32) {
        let tally = self.votes.entry(text).or_default();
        tally.votes += 1;
        tally.likeness = tally.likeness.max(likeness);
    }

    /// Counts a note in the code that tells of `text`.
    pub fn told(&mut self, text: String) {
        let tally = self.votes.entry(text).or_default();
        tally.votes += 1;
        tally.told = true;
        self.of += 1;
    }

    /// Whether nobody voted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.votes.is_empty()
    }

    /// Names that may replace `target`, best first. A name that shares no word with the old one
    /// needs more than half of all lines, and more than one of them unless the only line is
    /// otherwise the same.
    #[must_use]
    pub fn names(&self, target: &Target) -> Vec<Candidate> {
        let all = self.of + self.deleted;
        self.ranked(|text, tally| {
            if tally.told && tally.votes * 3 >= self.of {
                true
            } else if target.is_related(text) {
                // A single line must be much like the one that it replaced, the more so among others.
                let alike = if self.of > 1 { 0.8 } else { 0.55 };
                let clear = tally.votes >= 2 || tally.likeness >= alike;
                clear && tally.votes * 3 >= self.of || (tally.votes >= 3 && tally.votes * 5 >= self.of)
            } else {
                let clear = if tally.votes == 1 { all == 1 && tally.likeness >= 0.75 } else { tally.votes * 4 >= all };
                tally.votes * 2 > self.of && clear
            }
        })
    }

    /// Literals that may replace the old one: those with at least half of the lines.
    #[must_use]
    pub fn literals(&self) -> Vec<Candidate> {
        self.ranked(|_, tally| tally.votes * 2 >= self.of)
    }

    fn ranked(&self, may: impl Fn(&str, &Tally) -> bool) -> Vec<Candidate> {
        let mut out: Vec<(&String, &Tally)> = self.votes.iter().filter(|(text, tally)| may(text, tally)).collect();
        out.sort_by(|a, b| {
            (b.1.votes.cmp(&a.1.votes)).then(b.1.likeness.total_cmp(&a.1.likeness)).then_with(|| a.0.cmp(b.0))
        });
        out.into_iter().map(|(text, tally)| Candidate { text: text.clone(), votes: tally.votes }).collect()
    }
}
