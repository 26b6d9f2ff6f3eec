//! What stands in a lost term's place: a vote of the lines that changed.
//!
//! Whoever renames a thing rewrites the lines that name it, mostly leaving the rest of each line as
//! it was. So each removed line that holds the term is laid beside the added line most like it, and
//! the token that stands where the term stood gets a vote. Nothing here reads git.

mod advice;
mod align;
mod ballot;
mod hunks;
mod shape;
mod target;
mod tokens;

#[cfg(test)]
mod tests;

pub use ballot::{Ballot, Candidate};
pub use hunks::{vote_literal, vote_name};
pub use shape::{Style, related, words};
pub use target::{Form, Target, is_bounded, targets};
