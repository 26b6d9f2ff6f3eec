//! Where reports go, and in which form.

use std::fs;
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
    /// Annotations of a job on GitHub, the most important first
    Github,
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
            Self::Github => report::github::write(out, audit),
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
    summary: Option<PathBuf>,
    counts: Option<PathBuf>,
}

/// The most that GitHub shows of a job's summary, with room for what other steps write, in bytes.
const LONGEST_SUMMARY: u64 = (1 << 20) - (16 << 10);

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
        Ok(Self { files: checked, stdout, color, options, summary: None, counts: None })
    }

    /// Appends a Markdown report to `summary` as well, as long as GitHub shows, and to `counts` what
    /// later steps of a job can read: `findings=N`.
    pub fn for_job(mut self, summary: Option<PathBuf>, counts: Option<PathBuf>) -> Self {
        self.summary = summary;
        self.counts = counts;
        self
    }

    fn write_for_job(&self, audit: &Audit) -> Result<(), Failure> {
        let append = |path: &Path, bytes: &[u8]| {
            let open = fs::OpenOptions::new().create(true).append(true).open(path);
            open.and_then(|mut file| file.write_all(bytes)).map_err(|error| cannot_write(path, &error))
        };
        if let Some(path) = &self.summary {
            let there = fs::metadata(path).map_or(0, |meta| meta.len());
            let room = usize::try_from(LONGEST_SUMMARY.saturating_sub(there)).unwrap_or(0);
            let options = Options { max_bytes: Some(room), ..self.options.clone() };
            let mut text = Vec::new();
            let made = report::markdown::write(audit, &options, &mut text).map_err(io_error);
            made.map_err(|error| cannot_write(path, &error))?;
            text.push(b'\n');
            append(path, &text)?;
        }
        if let Some(path) = &self.counts {
            // Numbers alone: nothing of a page can end a line of this file and begin another.
            let counts = format!("findings={}\nerrors={}\n", audit.summary.findings, audit.summary.errors);
            append(path, counts.as_bytes())?;
        }
        Ok(())
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
        if let Err(error) = self.write_for_job(audit) {
            first.get_or_insert(error);
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
