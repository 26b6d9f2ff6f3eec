//! How sure a finding is: what its rule's file says of its circumstances, and what the proof adds.

use std::ops::Mul;

use super::registry;

/// A probability, and the line of the rule's table that it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sure {
    /// The probability, 0 to 1.
    pub p: f32,
    /// The circumstance, as the rule's file calls it.
    pub circumstance: &'static str,
}

impl Sure {
    /// The same, and no surer than `most`.
    #[must_use]
    pub fn at_most(self, most: f32) -> Self {
        Self { p: self.p.min(most), ..self }
    }
}

impl Mul<f32> for Sure {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        Self { p: self.p * factor, ..self }
    }
}

/// The probability that a finding of `rule` is right under `circumstance`, as `rules/*/<rule>.toml` has it:
/// the only place where it stands. What the file does not name stays out of the default report.
#[must_use]
pub fn of(rule: &str, circumstance: &'static str) -> Sure {
    let definition = registry::get(rule);
    debug_assert!(
        definition.is_some_and(|d| d.file.confidence.contains_key(circumstance)),
        "rules/*/{rule}.toml says nothing of `{circumstance}`"
    );
    Sure { p: definition.map_or(0.5, |d| d.confidence(circumstance).probability()), circumstance }
}

/// The commit that broke it is not known.
pub const CAUSE_UNKNOWN: f32 = 0.7;
/// Files on the way to the cause could not be read.
pub const UNREAD_ON_THE_WAY: f32 = 0.8;
/// The line was really edited after the code had changed: its writer may have seen that.
pub const EDITED_SINCE: f32 = 0.88;
/// A link whose target was gone when its line was written.
pub const GONE_BEFORE: f32 = 0.9;
/// From this similarity on, a renamed file is the same file.
pub const SAME_FILE: f32 = 0.7;
/// The commit that took the name away brought another package in, which may have it now.
pub const MAY_HAVE_MOVED_OUT: f32 = 0.6;
/// Only a pipeline states the version, no manifest.
pub const FROM_A_PIPELINE: f32 = 0.95;
/// All that backed a key were lines that gave it a value: what takes it may be another project's.
pub const PASSED_ON: f32 = 0.75;
/// The repository is a site: its own code is not what its pages describe.
pub const OF_A_SITE: f32 = 0.6;
/// The lines that declared an option agree on what they declare in its place: it did not move elsewhere.
pub const RENAMED: f32 = 1.2;
/// The page is kept for the readers of one release.
pub const OF_A_RELEASE: f32 = 0.75;
