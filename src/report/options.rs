//! What a report for people can be told, and how writing it can fail.

use std::io;

use super::lang::Lang;
use super::template::{TemplateError, Templates};

/// How a report is to be written.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Its language; that of most pages where none is given.
    pub lang: Option<Lang>,
    /// The templates that it is made from.
    pub templates: Templates,
    /// The longest Markdown report in bytes: what matters least is left out, and counted. HTML
    /// reports are always whole.
    pub max_bytes: Option<usize>,
}

/// Why a report was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A template has a mistake.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The data could not be put into the report.
    #[error("cannot put the audit's data into the report: {0}")]
    Data(#[from] serde_json::Error),
    /// The output could not be written.
    #[error("cannot write the report: {0}")]
    Io(#[from] io::Error),
}
