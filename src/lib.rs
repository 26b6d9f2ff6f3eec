//! Shelflife audits documentation for freshness: it finds what pages say that is no longer true,
//! and proves it from git history.
//!
//! A reference (a flag, a path, a symbol, a value) that had a *witness* in the code at its *moment*
//! and has none now, or another one, is stale. See the modules for the stages:
//! [`document`] (pages), [`reference`] (what they name), [`history`] (what git remembers),
//! [`finding`] (results), [`report`] (output).

pub mod config;
pub mod document;
pub mod exclusion;
pub mod finding;
pub mod history;
pub mod pipeline;
pub mod reference;
pub mod report;
pub mod rule;
pub mod schema;
pub mod triage;

#[cfg(test)]
mod testing;
