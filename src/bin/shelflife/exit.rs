//! The exit statuses, which scripts rely on.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing to complain of.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// The audit could not be done, or its result not be written.
    CannotAudit = 3,
    /// Under `--strict`: something could not be decided.
    Inconclusive = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// For `--help`.
pub const HELP: &str = "\
Exit status:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on
  2  the command line or the configuration is wrong
  3  the audit could not be done, or a report not be written
  4  with --strict: no such finding, but something could not be decided";
