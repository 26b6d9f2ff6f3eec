//! Makes a list from an audit: verdicts, what stands already, the fuse, and the writing.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ExportError;
use super::fuse::{self, Counts};
use super::list::v1::List;
use super::previous::Previous;
use super::record::{self, Evidence, Record};
use super::source::AuditFile;
use super::target::{By, Made, Place, Sink, Target};
use crate::config::ExportConfig;
use crate::report::file::write_atomically;
use crate::report::json::v1::{Action, Document, Verdict};
use crate::triage::policy::Policy;
use crate::triage::verdict;

/// How to make a list.
#[derive(Debug, Clone)]
pub struct Options {
    /// For which store.
    pub target: Target,
    /// Whether the index knows pages or sections; the target's own way if not set.
    pub by: Option<By>,
    /// A file with the pieces that the index is made of, by which it is told which of them to leave out.
    pub pieces: Option<PathBuf>,
    /// Under which field it knows them; the target's own way if not set.
    pub id_field: Option<String>,
    /// What stands in that field: `{path}` or `{path}#{section}` if not set.
    pub id_template: Option<String>,
    /// Name of the repository in ids; the audit's if not set.
    pub repo: Option<String>,
    /// The table of exclusions (pgvector).
    pub table: Option<String>,
    /// The share of pages, and of sections, that may be excluded, 0 to 1.
    pub max_excluded: f64,
    /// Whether to leave in what the target's language can't say, instead of refusing the list.
    pub allow_unfit: bool,
    /// A list whose entries stay until they are right again.
    pub previous: Option<PathBuf>,
    /// Compute verdicts by the given policy even where the audit holds them.
    pub recompute: bool,
}

impl Options {
    /// The usual way for a target.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            by: None,
            pieces: None,
            id_field: None,
            id_template: None,
            repo: None,
            table: None,
            max_excluded: ExportConfig::default().max_excluded,
            allow_unfit: false,
            previous: None,
            recompute: false,
        }
    }
}

/// Where a list goes.
pub enum Output<'w> {
    /// A file, or a folder for targets that make one.
    Path(&'w Path),
    /// A stream, which gets nothing unless the list is allowed.
    Stream(&'w mut dyn Write),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// How much is excluded.
    pub counts: Counts,
    /// Sections and pages that stay excluded only because an earlier list excludes them.
    pub held: usize,
    /// Pages of which sections are excluded, but which stay in as a whole.
    pub partly: usize,
    /// Ids, and whatever the target wants said of them.
    pub made: Made,
}

/// Makes the list of `options.target` from the audit at `audit`.
///
/// # Errors
/// If the audit is not to be used, an option does not fit, the list would drop too much, or it
/// can't be written. Nothing is written then.
pub fn export(audit: &Path, policy: &Policy, options: &Options, output: Output<'_>) -> Result<Outcome, ExportError> {
    if !(0.0..=1.0).contains(&options.max_excluded) {
        let message = format!("`--max-excluded` is {}: it has to be between 0 and 1", options.max_excluded);
        return Err(ExportError::Usage(message));
    }
    let audit = AuditFile::open(audit, policy)?;
    // A canonical list that is replaced is the previous one.
    let stands = match &output {
        Output::Path(path) if options.target == Target::List && path.is_file() => Some(*path),
        _ => None,
    };
    let previous = match options.previous.as_deref() {
        Some(path) => Some(Previous::read(path)?.ok_or_else(|| {
            ExportError::io(path, std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such list"))
        })?),
        None => stands.map(Previous::read).transpose()?.flatten(),
    };
    let run = Run { audit: &audit, policy, options, previous: previous.as_ref() };
    match output {
        Output::Path(path) if options.target.is_folder() => {
            let mut sink = options.target.sink(&audit, policy, options, Place::Folder(path))?;
            let outcome = run.checked(sink.as_mut(), &mut std::io::sink())?;
            sink.commit()?;
            Ok(outcome)
        }
        Output::Stream(_) if options.target.is_folder() => {
            Err(ExportError::Usage(format!("`{}` writes a folder: name it with `-o`", options.target.name())))
        }
        Output::Path(path) if !path.exists() || path.is_file() => {
            let mut failed = None;
            let mut outcome = Outcome::default();
            let written = write_atomically(path, |out| match run.once(out) {
                Ok(done) => {
                    outcome = done;
                    Ok(())
                }
                Err(error) => {
                    failed = Some(error);
                    Err(std::io::Error::other("stopped"))
                }
            });
            match failed {
                Some(error) => Err(named(error, path)),
                None => written.map(|()| outcome).map_err(|e| ExportError::io(path, e)),
            }
        }
        Output::Path(path) if path.is_dir() => {
            Err(ExportError::Usage(format!("{} is a folder, and this target writes a file", path.display())))
        }
        Output::Path(path) => {
            let mut file = OpenOptions::new().write(true).open(path).map_err(|e| ExportError::io(path, e))?;
            run.twice(&mut file).map_err(|e| named(e, path))
        }
        Output::Stream(out) => run.twice(out),
    }
}

/// Hands the records of the audit at `audit` to `each`, pages before their sections, as they would be
/// exported: with what stands already, and only if the list would be allowed.
///
/// # Errors
/// If the audit is not to be used or the list would drop too much. `each` may have been called by
/// then: act on the records only once all is well.
pub fn records(
    audit: &Path,
    policy: &Policy,
    options: &Options,
    each: &mut dyn FnMut(&AuditFile, &Record<'_>),
) -> Result<Outcome, ExportError> {
    let audit = AuditFile::open(audit, policy)?;
    let previous = options.previous.as_deref().map(Previous::read).transpose()?.flatten();
    let run = Run { audit: &audit, policy, options, previous: previous.as_ref() };
    run.checked(&mut Handed { audit: &audit, each }, &mut std::io::sink())
}

/// Hands records on.
struct Handed<'a, 'f> {
    audit: &'a AuditFile,
    each: &'f mut dyn FnMut(&AuditFile, &Record<'_>),
}

impl Sink for Handed<'_, '_> {
    fn record(&mut self, record: &Record<'_>, _out: &mut dyn Write) -> Result<(), ExportError> {
        (self.each)(self.audit, record);
        Ok(())
    }

    fn finish(&mut self, _audit: &AuditFile, _out: &mut dyn Write) -> Result<(), ExportError> {
        Ok(())
    }
}

/// The canonical list of the audit at `audit`, in memory, without the fuse: what `--diff` compares.
///
/// # Errors
/// If the audit is not to be used.
pub fn list(audit: &Path, policy: &Policy, options: &Options) -> Result<List, ExportError> {
    let mut bytes = Vec::new();
    let options = Options { target: Target::List, max_excluded: 1.0, ..options.clone() };
    export(audit, policy, &options, Output::Stream(&mut bytes))?;
    List::read(audit, bytes.as_slice())
}

/// An error of writing, with the file's name.
fn named(error: ExportError, path: &Path) -> ExportError {
    match error {
        ExportError::Write(source) => ExportError::io(path, source),
        ExportError::Json(e) if e.is_io() => ExportError::io(path, e.into()),
        error => error,
    }
}

struct Run<'a> {
    audit: &'a AuditFile,
    policy: &'a Policy,
    options: &'a Options,
    previous: Option<&'a Previous>,
}

impl Run<'_> {
    fn once(&self, mut out: &mut dyn Write) -> Result<Outcome, ExportError> {
        let mut sink = self.options.target.sink(self.audit, self.policy, self.options, Place::Stream(&mut out))?;
        self.checked(sink.as_mut(), out)
    }

    /// What can't be taken back is written only once it is known to be allowed.
    fn twice(&self, out: &mut dyn Write) -> Result<Outcome, ExportError> {
        self.once(&mut std::io::sink())?;
        let mut out = BufWriter::with_capacity(1 << 16, out);
        let outcome = self.once(&mut out)?;
        out.flush()?;
        Ok(outcome)
    }

    fn checked(&self, sink: &mut dyn Sink, out: &mut dyn Write) -> Result<Outcome, ExportError> {
        let mut outcome = Outcome::default();
        self.audit.pages(&mut |document| self.page(&document, sink, out, &mut outcome))?;
        sink.finish(self.audit, out)?;
        outcome.made = sink.made();
        if self.options.target != Target::Freshness {
            fuse::check(outcome.counts, self.options.max_excluded)?;
        }
        match outcome.made.unfit.first() {
            Some((id, reason)) if !self.options.allow_unfit => {
                let (id, reason) = (id.clone(), reason.clone());
                Err(ExportError::Unfit { count: outcome.made.unfit_count, id, reason })
            }
            _ => Ok(outcome),
        }
    }

    fn page(
        &self,
        document: &Document,
        sink: &mut dyn Sink,
        out: &mut dyn Write,
        outcome: &mut Outcome,
    ) -> Result<(), ExportError> {
        let grounds = &self.audit.grounds;
        let given: Option<Vec<Verdict>> = match self.options.recompute {
            true => None,
            false => document.sections.iter().map(|s| s.verdict.clone()).collect(),
        };
        let computed = || verdict::sections(self.policy, grounds, document, self.audit.now);
        let mut sections = given.unwrap_or_else(computed);
        let held = self.previous.map(|p| p.hold(grounds, document, &mut sections)).unwrap_or_default();
        let holds = held.iter().filter(|h| **h).count();
        let mut page = match &document.verdict {
            Some(verdict) if !self.options.recompute && holds == 0 => verdict.clone(),
            _ => verdict::page(self.policy, grounds, document, &sections),
        };
        let page_held = self.previous.is_some_and(|p| p.hold_page(self.policy, document, &sections, &mut page));
        outcome.held += holds + usize::from(page_held);

        let excluded = sections.iter().filter(|v| v.action == Action::Exclude).count();
        outcome.counts.documents += 1;
        outcome.counts.sections += sections.len();
        outcome.counts.sections_excluded += excluded;
        outcome.counts.documents_excluded += usize::from(page.action == Action::Exclude);
        outcome.partly += usize::from(excluded > 0 && page.action != Action::Exclude);

        let proofs = grounds.by_section(document);
        let mut because: Vec<(Vec<String>, Vec<Evidence>)> = sections
            .iter()
            .zip(&proofs)
            .map(|(verdict, proofs)| record::because(self.audit, document, verdict, proofs))
            .collect();
        for ((reasons, _), held) in because.iter_mut().zip(&held) {
            if *held {
                reasons.push("an earlier list excludes it or lines of it, and it is not right again".into());
            }
        }
        let repo = self.options.repo.as_deref().unwrap_or_else(|| record::repo(self.audit));
        let since = |section: Option<&str>, verdict: &Verdict| {
            verdict.since.or_else(|| self.previous.and_then(|p| p.since(&document.id, section)).flatten())
        };
        let (reasons, evidence) = of_page(document, &sections, &because);
        let whole =
            Record { repo, document, section: None, verdict: &page, since: since(None, &page), reasons, evidence };
        sink.record(&whole, out)?;
        for ((section, verdict), (reasons, evidence)) in document.sections.iter().zip(&sections).zip(because) {
            let since = since(Some(&section.id), verdict);
            sink.record(&Record { repo, document, section: Some(section), verdict, since, reasons, evidence }, out)?;
        }
        Ok(())
    }
}

/// The first reason and proof of each section that is not as it should be.
fn of_page(
    document: &Document,
    sections: &[Verdict],
    because: &[(Vec<String>, Vec<Evidence>)],
) -> (Vec<String>, Vec<Evidence>) {
    let mut reasons = Vec::new();
    let mut evidence: Vec<Evidence> = Vec::new();
    for ((section, verdict), (why, proof)) in document.sections.iter().zip(sections).zip(because) {
        let Some(first) = why.first().filter(|_| verdict.action != Action::Include) else { continue };
        if reasons.len() == 8 {
            break;
        }
        reasons.push(format!("{}: {first}", section.id));
        evidence.extend(proof.first().cloned());
    }
    (reasons, evidence)
}
