//! Rules: what each finds and why it matters, as data with examples that run as tests.

mod definition;
pub mod explain;
pub mod registry;

pub use definition::{
    Circumstance, Definition, Example, Expectation, FileState, RuleFile, RuleFileError, RuleOption, Severity,
};
