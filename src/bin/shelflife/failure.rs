//! Why a command ends without its result, in the one form in which that is printed.

use std::io::{self, Write};

use shelflife::config::ConfigError;
use shelflife::history::OpenError;
use shelflife::judge::JudgeError;
use shelflife::pipeline::AuditError;
use shelflife::report::escape;

use crate::exit::Exit;
use crate::style::Paint;

/// Why a command ends without its result.
#[derive(Debug)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What happened, and where.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Whoever read our output has gone: not an error, and nothing to print.
    pub gone: bool,
}

impl Failure {
    /// The command line or the configuration is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into(), help: None, gone: false }
    }

    /// The audit, or the writing of a report, could not be done.
    pub fn cannot(message: impl Into<String>) -> Self {
        Self { exit: Exit::CannotAudit, message: message.into(), help: None, gone: false }
    }

    /// The same with a line on what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A failure to write to stdout; a closed pipe is none.
    pub fn stdout(error: &io::Error) -> Self {
        let gone = error.kind() == io::ErrorKind::BrokenPipe;
        let exit = if gone { Exit::Clean } else { Exit::CannotAudit };
        Self { exit, message: format!("the output could not be written: {error}"), help: None, gone }
    }

    /// Prints it on stderr: `error: …`, then `help: …`. Nothing can be done where that fails.
    pub fn print(&self, paint: Paint) {
        if self.gone {
            return;
        }
        let mut err = io::stderr().lock();
        let _ = writeln!(err, "{} {}", paint.error("error:"), escape::terminal(&self.message));
        if let Some(help) = &self.help {
            let _ = writeln!(err, "{} {}", paint.help("help:"), escape::terminal(help));
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let failure = Self::usage(error.to_string());
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::cannot(error.to_string())
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        let text = error.to_string();
        // Behind the first line stands what to do.
        let (message, help) = match text.split_once('\n') {
            Some((message, help)) => (message, Some(help.trim_matches(['(', ')']).to_owned())),
            None => (text.as_str(), None),
        };
        let failure = match &error {
            // What the user named is wrong, not what is audited.
            AuditError::BaselineFile { .. }
            | AuditError::Baseline(_)
            | AuditError::ReviewsFile { .. }
            | AuditError::Reviews(_)
            | AuditError::Discovery(_)
            | AuditError::Change(_)
            | AuditError::Policy(_) => Self::usage(message),
            AuditError::Judge(JudgeError::Template(_) | JudgeError::File { doing: "read", .. }) => Self::usage(message),
            AuditError::Judge(_)
            | AuditError::Open(_)
            | AuditError::Read(_)
            | AuditError::Overlay(_)
            | AuditError::Threads { .. }
            | AuditError::Folder { .. } => Self::cannot(message),
        };
        Self { help, ..failure }
    }
}
