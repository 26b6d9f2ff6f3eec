//! `shelflife fix`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};

use shelflife::config::Loaded;
use shelflife::finding::Level;
use shelflife::fix::{self, Change, Plan, Refused};
use shelflife::history::Repository;
use shelflife::pipeline::{self, AuditOptions, Silent};
use shelflife::report::escape::terminal;
use shelflife::report::json::v1::{Audit, SCHEMA_VERSION};

use super::print;
use super::setup::Setup;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::style::{ColorChoice, Paint};

/// Make the changes that are certain: paths, links, flags, names and values that have a proved successor.
///
/// Without --apply or --patch the changes are listed and nothing is written. Nothing else on a line
/// is touched; a page that has changed since the audit, or that a symbolic link leads to, is left
/// alone and named.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife fix                             what would be changed
  shelflife fix docs/install.md --apply     change that page
  shelflife fix --patch > fix.patch         for review, and `git apply fix.patch`
  shelflife fix --audit audit.json --patch  from an audit that is there already")]
pub struct Args {
    /// Pages, or folders of pages [default: all]
    #[arg(value_name = "PAGE")]
    pages: Vec<String>,
    /// Change the pages
    #[arg(long, conflicts_with = "patch")]
    apply: bool,
    /// Print the changes as a unified patch
    #[arg(long)]
    patch: bool,
    /// The repository, or a folder in it
    #[arg(long, value_name = "PATH", default_value = ".")]
    repo: PathBuf,
    /// Take the findings from this audit of the repository instead of auditing it
    #[arg(long, value_name = "AUDIT.json", conflicts_with_all = ["config", "no_cache", "cache_dir"])]
    audit: Option<PathBuf>,
    #[command(flatten)]
    setup: Setup,
}

/// Runs the command.
pub fn run(args: &Args, color: ColorChoice) -> Result<Exit, Failure> {
    let paint = Paint::stderr(color);
    let repository = Repository::open(&args.repo)?;
    if repository.is_bare() {
        return Err(Failure::cannot("the repository is bare: it has no pages to change on disk"));
    }
    let root = repository.root();
    let source = match &args.audit {
        Some(file) => Source::File(file),
        None => Source::Run(Box::new(options(args, root, paint)?)),
    };
    let audit = source.read()?;
    let pages = pages(&args.pages, &args.repo, root);
    let plan = fix::plan(&audit, root, &pages).map_err(|error| Failure::usage(error.to_string()))?;
    warn(&plan.refused, paint);
    if args.patch {
        let mut out = io::stdout().lock();
        let refused = fix::patch(&plan, &mut out).and_then(|refused| out.flush().map(|()| refused));
        warn(&refused.map_err(|error| Failure::stdout(&error))?, paint);
        return Ok(Exit::Clean);
    }
    if args.apply {
        return apply(&plan, root, &source, paint);
    }
    print(listing(&plan).as_bytes())?;
    Ok(Exit::Clean)
}

/// Where the findings come from.
enum Source<'a> {
    /// An audit that is there already.
    File(&'a Path),
    /// An audit to be made.
    Run(Box<AuditOptions>),
}

impl Source<'_> {
    fn read(&self) -> Result<Audit, Failure> {
        match self {
            Self::File(path) => read(path),
            Self::Run(options) => pipeline::audit(options, &Silent)
                .map(|outcome| outcome.audit)
                .map_err(|error| Failure::cannot(error.to_string())),
        }
    }
}

/// The audit as `shelflife audit` makes it without options of its own.
fn options(args: &Args, root: &Path, paint: Paint) -> Result<AuditOptions, Failure> {
    let Loaded { config, warnings } = args.setup.configuration(root)?;
    for warning in warnings {
        say(&warning, paint);
    }
    Ok(AuditOptions {
        judge: None,
        root: root.to_owned(),
        now: None,
        jobs: config.run.jobs.map_or(0, NonZeroUsize::get),
        cache: args.setup.cache(&|warning| say(warning, paint)),
        rules: None,
        min_confidence: config.run.min_confidence.unwrap_or(Level::Medium),
        baseline: config.run.baseline.clone(),
        reviews: None,
        config,
    })
}

/// Writes the changes, and looks whether they mended what they were to mend.
fn apply(plan: &Plan, root: &Path, source: &Source<'_>, paint: Paint) -> Result<Exit, Failure> {
    let refused = fix::apply(plan, root);
    warn(&refused, paint);
    let written: Vec<&Change> =
        plan.changes.iter().filter(|c| !refused.iter().any(|r| r.document == c.document)).collect();
    let edits = written.iter().map(|c| c.edits.len()).sum();
    let mut text = format!("{} made\n", count((edits, written.len())));
    if let (Source::Run(_), false) = (source, written.is_empty()) {
        let after = source.read()?;
        let left: BTreeSet<&str> = after.findings.iter().map(|f| f.fingerprint.as_str()).collect();
        let mut mended = edits;
        for change in &written {
            for edit in change.edits.iter().filter(|edit| left.contains(edit.fingerprint.as_str())) {
                mended -= 1;
                say(&format!("{}:{} is still found wrong", change.document, edit.at.line), paint);
            }
        }
        let _ = writeln!(text, "audited again: {mended} of {edits} findings are gone");
    }
    print(text.as_bytes())?;
    Ok(if refused.is_empty() { Exit::Clean } else { Exit::CannotAudit })
}

fn read(path: &Path) -> Result<Audit, Failure> {
    let name = path.display();
    let bytes = fs::read(path)
        .map_err(|e| Failure::cannot(format!("{name}: {e}")).help("`shelflife audit -o audit.json` writes an audit"))?;
    let audit: Audit =
        serde_json::from_slice(&bytes).map_err(|e| Failure::cannot(format!("{name} is no audit: {e}")))?;
    if audit.schema_version == SCHEMA_VERSION {
        Ok(audit)
    } else {
        let found = audit.schema_version;
        Err(Failure::cannot(format!("{name} is an audit of schema version {found}, not {SCHEMA_VERSION}")))
    }
}

/// The pages as the audit names them. As for git, names are relative to the current folder where
/// that lies in the repository.
fn pages(named: &[String], repo: &Path, root: &Path) -> Vec<String> {
    let here = if repo == Path::new(".") { std::env::current_dir().ok() } else { None };
    let here = here.and_then(|dir| dir.canonicalize().ok());
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let prefix = here.as_deref().and_then(|dir| dir.strip_prefix(&root).ok()).unwrap_or(Path::new(""));
    named
        .iter()
        .map(|page| {
            let mut parts: Vec<String> = Vec::new();
            for part in prefix.join(page).components() {
                match part {
                    Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
                    Component::ParentDir if parts.pop().is_some() => {}
                    Component::CurDir => {}
                    // Out of the repository: no page has that name, and the error says so.
                    _ => return page.clone(),
                }
            }
            if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
        })
        .collect()
}

/// What would be changed, page by page.
fn listing(plan: &Plan) -> String {
    let mut out = String::new();
    let mut total = (0, 0);
    for change in &plan.changes {
        total = (total.0 + change.edits.len(), total.1 + 1);
        // Writing to a string can't fail.
        // At the start of a line, two colons are a command to GitHub's runner.
        let start = if change.document.trim_start().starts_with("::") { "./" } else { "" };
        let _ = writeln!(out, "{start}{}", terminal(&change.document));
        for edit in &change.edits {
            let (line, column) = (edit.at.line, edit.at.column);
            let new = if edit.new.is_empty() { "(nothing)".into() } else { terminal(&edit.new) };
            let _ = writeln!(out, "  {line}:{column}  {} → {new}", terminal(&edit.old));
        }
    }
    let _ = match total.0 {
        0 => writeln!(out, "no certain changes"),
        _ => writeln!(out, "{}; --patch prints them as a patch, --apply makes them", count(total)),
    };
    out
}

fn count((changes, pages): (usize, usize)) -> String {
    let s = |n: usize| if n == 1 { "" } else { "s" };
    format!("{changes} change{} in {pages} page{}", s(changes), s(pages))
}

fn warn(refused: &[Refused], paint: Paint) {
    for it in refused {
        let line = it.line.map_or_else(String::new, |line| format!(":{line}"));
        say(&format!("{}{line} is not changed: {}", it.document, it.reason), paint);
    }
}

/// A warning. Nothing can be done where stderr is gone.
fn say(what: &str, paint: Paint) {
    let _ = writeln!(io::stderr().lock(), "{} {}", paint.warning("warning:"), terminal(what));
}
