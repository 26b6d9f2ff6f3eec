//! `shelflife export`.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use shelflife::exclusion::export::list;
use shelflife::exclusion::list::v1::List;
use shelflife::exclusion::target::{By, Target};
use shelflife::exclusion::{ExportError, Options, Outcome, Output, diff, export};
use shelflife::report::escape;
use shelflife::triage::policy::Policy;

use super::print;
use crate::exit::Exit;
use crate::failure::Failure;

/// Write what a retrieval pipeline must not quote, in the form that its store takes.
///
/// Reads the audit.json of a full audit. Sections and pages that are proved wrong are excluded; the
/// rest stays, and so does every record that lacks the id's field. A list that would exclude too
/// much is not written, and the previous one stands.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife export audit.json -o exclusions.json
  shelflife export audit.json --to qdrant --id-field source -o filter.json
  shelflife export audit.json --to pgvector --by section --id '{path}:{lines}' -o exclusions.sql
  shelflife export audit.json --to qdrant --pieces chunks.jsonl --id-field chunk_id -o filter.json
  shelflife export audit.json --diff exclusions.json

Fields of an id: {repo} {path} {url} {title} {name}, and of sections {section} {heading}
{heading_path} {start} {end} {lines} {hash} {block}

Exit status: 2 for options that don't fit, 3 where the list was refused or could not be written")]
pub struct Args {
    /// The audit
    #[arg(value_name = "AUDIT.json")]
    audit: PathBuf,
    /// For which store
    #[arg(long, value_name = "TARGET", default_value = "list", value_parser = targets(), hide_possible_values = false)]
    to: Target,
    /// Write to FILE (for `bedrock`, a folder) instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Whether the index knows whole pages or sections
    #[arg(long, value_name = "WHAT", value_parser = ["document", "section"], default_value = "document")]
    by: String,
    /// The pieces of the index, a line each: {"id": …, "page": …, "start": 12, "end": 40}. Those that hold
    /// what is wrong are named by their ids; `page` is what --id says
    #[arg(long, value_name = "FILE")]
    pieces: Option<PathBuf>,
    /// The field under which the index knows them [default: path; section_id by section; id of pieces]
    #[arg(long, value_name = "NAME")]
    id_field: Option<String>,
    /// What stands in that field [default: {path}, or {path}#{section} by section]
    #[arg(long, value_name = "TEMPLATE")]
    id: Option<String>,
    /// The {repo} of ids [default: the repository's name in the audit]
    #[arg(long, value_name = "NAME")]
    repo: Option<String>,
    /// The table of exclusions [default: shelflife_exclusions] (pgvector)
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Refuse a list that excludes a larger share of the pages, or of the sections [default: 0.2]
    #[arg(long, value_name = "0..1", value_parser = share)]
    max_excluded: Option<f64>,
    /// Leave in what the target's language can't say, instead of refusing the list
    #[arg(long)]
    allow_unfit: bool,
    /// A canonical list whose entries stay until they are right again [default: what stands at FILE, for `list`]
    #[arg(long, value_name = "LIST")]
    previous: Option<PathBuf>,
    /// Print what comes and goes against this canonical list; without --output, write nothing
    #[arg(long, value_name = "LIST")]
    diff: Option<PathBuf>,
    /// Decide by this policy instead of the audit's own verdicts
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Take `[export]` from this configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let policy = policy(args.policy.as_deref())?;
    let mut options = Options::new(args.to);
    options.by = Some(if args.by == "section" { By::Section } else { By::Document });
    options.pieces.clone_from(&args.pieces);
    options.id_field.clone_from(&args.id_field);
    options.id_template.clone_from(&args.id);
    options.repo.clone_from(&args.repo);
    options.table.clone_from(&args.table);
    options.allow_unfit = args.allow_unfit;
    options.previous.clone_from(&args.previous);
    options.recompute = args.policy.is_some();
    options.max_excluded = max_excluded(args.max_excluded, args.config.as_deref())?;
    // Before the new list takes the old one's place, which may be the same file.
    let old = args.diff.as_deref().map(read_list).transpose()?;
    let new = match &old {
        Some(_) => {
            let previous = args.previous.clone().or_else(|| args.diff.clone());
            Some(list(&args.audit, &policy, &Options { previous, ..options.clone() }).map_err(failure)?)
        }
        None => None,
    };
    if args.output.is_some() || old.is_none() {
        let mut stdout = io::stdout().lock();
        let output = match &args.output {
            Some(path) if path.as_os_str() != "-" => Output::Path(path),
            _ => Output::Stream(&mut stdout),
        };
        let outcome = export(&args.audit, &policy, &options, output).map_err(failure)?;
        drop(stdout);
        summary(&outcome, args.to, args.pieces.is_some());
    }
    if let (Some(old), Some(new)) = (&old, &new) {
        let text: String = diff::lines(old, new).into_iter().map(|line| line + "\n").collect();
        print(text.as_bytes())?;
    }
    Ok(Exit::Clean)
}

/// The policy in `file`, or the one that is built in.
pub fn policy(file: Option<&Path>) -> Result<Policy, Failure> {
    let named = |e: &dyn std::fmt::Display| match file {
        Some(file) => Failure::usage(format!("{}: {e}", file.display())),
        None => Failure::usage(e.to_string()),
    };
    match file {
        None => Policy::builtin().map_err(|e| named(&e)),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|e| named(&e))?;
            Policy::parse(&text).map_err(|e| named(&e))
        }
    }
}

/// The share that may be excluded: as said, else as `config` has it, else the default.
pub fn max_excluded(given: Option<f64>, config: Option<&Path>) -> Result<f64, Failure> {
    Ok(match (given, config) {
        (Some(share), _) => share,
        (None, Some(file)) => {
            let specs = shelflife::rule::registry::specs();
            shelflife::config::load(file, shelflife::config::Origin::Given, &specs)?.config.export.max_excluded
        }
        (None, None) => shelflife::config::export::DEFAULT_MAX_EXCLUDED,
    })
}

fn read_list(path: &Path) -> Result<List, Failure> {
    let file = File::open(path).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())))?;
    List::read(path, BufReader::new(file)).map_err(failure)
}

/// What was written, on stderr.
fn summary(outcome: &Outcome, target: Target, pieces: bool) {
    let counts = outcome.counts;
    let mut err = io::stderr().lock();
    let mut say = |line: String| {
        let _ = writeln!(err, "{}", escape::terminal(&line));
    };
    say(format!(
        "{} of {} pages and {} of {} sections excluded",
        counts.documents_excluded, counts.documents, counts.sections_excluded, counts.sections
    ));
    if outcome.held > 0 {
        say(format!("{} of them stay from the previous list: they are not right again", outcome.held));
    }
    if outcome.made.strangers > 0 {
        say(format!(
            "of the pieces {} stay because the audit knows no page of that name (see --id)",
            outcome.made.strangers
        ));
    }
    if outcome.partly > 0 && !pieces && !matches!(target, Target::List | Target::Freshness) {
        let way = match target {
            Target::Dify => " (`shelflife publish dify` switches off their chunks)",
            Target::Vertex => " (see --by section)",
            Target::Ignore | Target::Bedrock | Target::Openai => "",
            _ => " (see --by section, --pieces)",
        };
        say(format!("{} pages are wrong in part: an index that knows whole pages keeps them{way}", outcome.partly));
    }
    let made = &outcome.made;
    if let Some(id) = &made.ambiguous {
        say(format!(
            "warning: {} ids name both something excluded and something that is not, such as {id:?}: \
             choose an --id that tells them apart",
            made.ambiguous_count
        ));
    }
    for (id, reason) in &made.unfit {
        say(format!("warning: {id:?} stays in: {reason}"));
    }
    if made.unfit_count > made.unfit.len() {
        say(format!("warning: and {} more", made.unfit_count - made.unfit.len()));
    }
}

fn failure(error: ExportError) -> Failure {
    match error {
        ExportError::Usage(message) => Failure::usage(message),
        ExportError::Write(error) => Failure::stdout(&error),
        ExportError::Json(error) if error.is_io() => Failure::stdout(&error.into()),
        error => Failure::cannot(error.to_string()),
    }
}

fn targets() -> impl TypedValueParser<Value = Target> {
    let values = Target::ALL.map(|target| PossibleValue::new(target.name()).help(target.help()));
    PossibleValuesParser::new(values).try_map(|name| {
        Target::from_name(&name).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no such target"))
    })
}

pub fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share is between 0 and 1, such as 0.2".into()),
    }
}
