//! Where reports go, and in which form.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use shelflife::report::json::v1::Audit;
use shelflife::report::options::{Options, WriteError};
use shelflife::report::{self, file};

use crate::failure::Failure;

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people, on a terminal
    Plain,
    /// Everything, for other programs
    Json,
    /// For code scanning
    Sarif,
    /// For people, in a browser: one file
    Html,
    /// For people, in wikis and issues
    Markdown,
}

/// Which extension stands for which form.
const EXTENSIONS: [(&str, Form); 5] =
    [("txt", Form::Plain), ("json", Form::Json), ("sarif", Form::Sarif), ("html", Form::Html), ("md", Form::Markdown)];

impl Form {
    /// The form that the extension of `path` stands for.
    fn of(path: &Path) -> Result<Self, Failure> {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        EXTENSIONS.iter().find(|(known, _)| *known == extension).map(|(_, form)| *form).ok_or_else(|| {
            let known: Vec<String> = EXTENSIONS.iter().map(|(known, _)| format!(".{known}")).collect();
            Failure::usage(format!("`{}` has no extension that names a form of report", path.display()))
                .help(format!("one of {}", known.join(", ")))
        })
    }

    fn write(self, audit: &Audit, options: &Options, color: bool, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Plain => report::plain::write(out, audit, report::plain::Style { color }),
            Self::Json => report::json::write(out, audit),
            Self::Sarif => report::sarif::write(out, audit),
            Self::Html => report::html::write(audit, options, out).map_err(io_error),
            Self::Markdown => report::markdown::write(audit, options, out).map_err(io_error),
        }
    }
}

fn io_error(error: WriteError) -> io::Error {
    match error {
        WriteError::Io(error) => error,
        error @ (WriteError::Template(_) | WriteError::Data(_)) => io::Error::other(error),
    }
}

/// Where one run's reports go.
#[derive(Debug)]
pub struct Outputs {
    files: Vec<(PathBuf, Form)>,
    stdout: Form,
    color: bool,
    options: Options,
}

impl Outputs {
    /// Checks before the audit what would only fail after it: extensions, names given twice, folders
    /// that are not there. `-` is stdout, which has a report in any case.
    pub fn new(files: &[PathBuf], stdout: Form, color: bool, options: Options) -> Result<Self, Failure> {
        let mut checked: Vec<(PathBuf, Form)> = Vec::new();
        for path in files.iter().filter(|path| path.as_os_str() != "-") {
            let form = Form::of(path)?;
            check_place(path)?;
            if checked.iter().any(|(other, _)| other == path) {
                return Err(Failure::usage(format!("`{}` is named twice as an output", path.display())));
            }
            checked.push((path.clone(), form));
        }
        Ok(Self { files: checked, stdout, color, options })
    }

    /// Writes every report. One that fails keeps no other from being written; the first failure is
    /// returned.
    pub fn write(&self, audit: &Audit) -> Result<(), Failure> {
        let mut first = None;
        for (path, form) in &self.files {
            let written = file::write_atomically(path, |out| form.write(audit, &self.options, false, out));
            if let Err(error) = written {
                first.get_or_insert(cannot_write(path, &error));
            }
        }
        let mut out = BufWriter::new(io::stdout().lock());
        let printed = self.stdout.write(audit, &self.options, self.color, &mut out).and_then(|()| out.flush());
        if let Err(error) = printed {
            // Where a file is missing too, that is what is told: whoever closed the pipe knows.
            first.get_or_insert(Failure::stdout(&error));
        }
        first.map_or(Ok(()), Err)
    }
}

/// That a file can be made at `path`, as far as can be known beforehand.
pub fn check_place(path: &Path) -> Result<(), Failure> {
    let cannot = |why: String| Err(Failure::usage(format!("`{}` can't be written: {why}", path.display())));
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            cannot(format!("there is no folder `{}`", folder.display()))
        }
        _ if path.is_dir() => cannot("it is a folder".to_owned()),
        _ => Ok(()),
    }
}

/// The failure to write `path`.
pub fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::cannot(format!("`{}` could not be written: {error}", path.display()))
}
