//! What circumstances of a proof do to a finding's probability.
//!
//! A check starts from how much of the name is left; these factors are what the history adds.

/// The commit that broke it is not known.
pub const CAUSE_UNKNOWN: f32 = 0.7;
/// Files on the way to the cause could not be read.
pub const UNREAD_ON_THE_WAY: f32 = 0.8;
/// The line was really edited after the code had changed: its writer may have seen that.
pub const EDITED_SINCE: f32 = 0.88;
/// From this similarity on, a renamed file is the same file.
pub const SAME_FILE: f32 = 0.7;
