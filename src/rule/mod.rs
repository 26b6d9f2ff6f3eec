//! Rules: what each finds and why it matters, as data with examples that run as tests.

pub mod backing;
pub mod checks;
pub mod confidence;
pub mod dates;
mod definition;
pub mod described;
pub mod explain;
mod extracted;
pub mod past;
pub mod prove;
pub mod registry;
pub mod suspect;
pub mod system;

pub use definition::{Circumstance, Definition, Example, Expectation, FileState, RuleFile, RuleFileError, RuleOption};
