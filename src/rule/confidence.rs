//! How sure a finding is: what its rule's file says of its circumstances, and what the proof adds.

use super::registry;

/// The probability that a finding of `rule` is right under `circumstance`, as `rules/*/<rule>.toml` has it:
/// the only place where it stands. What the file does not name stays out of the default report.
#[must_use]
pub fn of(rule: &str, circumstance: &str) -> f32 {
    let definition = registry::get(rule);
    debug_assert!(
        definition.is_some_and(|d| d.file.confidence.contains_key(circumstance)),
        "rules/*/{rule}.toml says nothing of `{circumstance}`"
    );
    definition.map_or(0.5, |d| d.confidence(circumstance).probability())
}

/// The commit that broke it is not known.
pub const CAUSE_UNKNOWN: f32 = 0.7;
/// Files on the way to the cause could not be read.
pub const UNREAD_ON_THE_WAY: f32 = 0.8;
/// The line was really edited after the code had changed: its writer may have seen that.
pub const EDITED_SINCE: f32 = 0.88;
/// From this similarity on, a renamed file is the same file.
pub const SAME_FILE: f32 = 0.7;
/// The commit that took the name away brought another package in, which may have it now.
pub const MAY_HAVE_MOVED_OUT: f32 = 0.6;
/// Only a pipeline states the version, no manifest.
pub const FROM_A_PIPELINE: f32 = 0.95;
