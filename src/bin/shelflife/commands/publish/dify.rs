//! `shelflife publish dify`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use shelflife::exclusion::ExportError;
use shelflife::exclusion::Options;
use shelflife::exclusion::source::AuditFile;
use shelflife::exclusion::target::Target;
use shelflife::publish::dify::{self, Api, DifyError, Journal, Report, SyncOptions, pages};
use shelflife::publish::page_text::PageTexts;
use shelflife::report::escape;
use shelflife::source::http::{BaseUrl, Endpoint, EndpointOptions, HttpError, Rate, Transport, TransportOptions};

use crate::commands::{export, print};
use crate::exit::Exit;
use crate::failure::Failure;

/// Bring a Dify dataset to what an audit says.
///
/// Writes freshness to the metadata of every document. A page that is wrong as a whole is switched off;
/// of one that is wrong in part, the chunks that hold the wrong sections are. Without --apply nothing is
/// written, and what would be done is told. Each write is read back. Only what an earlier run switched
/// off is switched on again. It can be stopped and repeated at any time.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  export DIFY_API_KEY=dataset-…
  shelflife publish dify audit.json --dataset 6f2c…                   what would be done
  shelflife publish dify audit.json --dataset 6f2c… --apply
  shelflife publish dify audit.json --dataset 6f2c… --base-url https://dify.example.org/v1 --id '{repo}/{path}'

Documents are known by the page's id that an earlier run wrote, the Notion page of an import, a source
URL in their metadata, or their name: the id of --id, the page's path, its file name, its title.

Exit status: 0 all is as the audit says (or would be), 2 wrong options, 3 refused, not reached, or
something was not done: run again")]
pub struct Args {
    /// The audit
    #[arg(value_name = "AUDIT.json")]
    audit: PathBuf,
    /// The dataset's id
    #[arg(long, value_name = "ID", env = "DIFY_DATASET_ID")]
    dataset: String,
    /// Where Dify's API is
    #[arg(long, value_name = "URL", env = "DIFY_BASE_URL", default_value = "https://api.dify.ai/v1")]
    base_url: String,
    /// The environment variable that holds the dataset's key
    #[arg(long, value_name = "NAME", default_value = "DIFY_API_KEY")]
    api_key_env: String,
    /// Write; without it, only tell what would be written
    #[arg(long)]
    apply: bool,
    /// The metadata field by which the dataset knows a page; then nothing is matched by name
    #[arg(long, value_name = "FIELD")]
    id_field: Option<String>,
    /// What stands in that field, or in the document's name [default: {path}]
    #[arg(long, value_name = "TEMPLATE")]
    id: Option<String>,
    /// The name of the repository in ids
    #[arg(long, value_name = "NAME")]
    repo_name: Option<String>,
    /// Where the audited pages are, to find chunks by their text
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
    /// What was switched off, on this machine [default: in the user's state folder]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// A canonical list whose entries stay until they are right again
    #[arg(long, value_name = "LIST.json")]
    previous: Option<PathBuf>,
    /// The share of pages, and of sections, that may be excluded, 0 to 1 [default: 0.2]
    #[arg(long, value_name = "SHARE", value_parser = export::share)]
    max_excluded: Option<f64>,
    /// Take `[export]` from this configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Decide by this policy instead of the audit's own verdicts
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Certificates (PEM) to trust besides the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let policy = export::policy(args.policy.as_deref())?;
    let base = BaseUrl::parse(&args.base_url).map_err(|e| Failure::usage(e.to_string()))?;
    let key = std::env::var(&args.api_key_env).ok().filter(|key| !key.trim().is_empty()).ok_or_else(|| {
        Failure::usage(format!("the environment variable {} holds no key", args.api_key_env))
            .help("it is the dataset's API key, `dataset-…`")
    })?;
    let mut options = Options::new(Target::Dify);
    options.id_template.clone_from(&args.id);
    options.repo.clone_from(&args.repo_name);
    options.previous.clone_from(&args.previous);
    options.recompute = args.policy.is_some();
    options.max_excluded = export::max_excluded(args.max_excluded, args.config.as_deref())?;

    let (pages, outcome) = pages::read(&args.audit, &policy, &options).map_err(refused)?;
    let audit = AuditFile::open(&args.audit, &policy).map_err(refused)?;
    let own = audit.systems.iter().find(|s| s.repo == ".").or(audit.systems.first());
    let texts = PageTexts::of(&args.repo, own.map(|s| s.head.as_str()));
    let path = match &args.journal {
        Some(path) => path.clone(),
        None => journal_of(&base, &args.dataset)?,
    };
    let mut journal = Journal::open(&path).map_err(|e| failure(&e))?;
    let sync = SyncOptions { apply: args.apply, id_field: args.id_field.clone() };

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::cannot(format!("no runtime could be started: {e}")))?;
    let report = runtime.block_on(async {
        let transport =
            Transport::new(TransportOptions { ca_file: args.ca_file.clone(), ..TransportOptions::default() })?;
        let rate = Rate { per_second: 20.0, burst: 20, concurrency: 1 };
        let endpoint = Endpoint::new(
            transport,
            EndpointOptions { base, token: Some(SecretString::from(key)), headers: Default::default(), rate },
        )?;
        let api = Api::new(endpoint, &args.dataset);
        dify::run(&api, &pages, &mut journal, &sync, &|id| texts.read(id)).await
    });
    let report = report.map_err(|e| failure(&e))?;
    let lines: String = report.lines.iter().map(|line| format!("{}\n", escape::terminal(line))).collect();
    print(lines.as_bytes())?;
    tell(&report, args.apply, &outcome);
    Ok(if report.failed.is_empty() && (report.left.is_empty() || !args.apply) {
        Exit::Clean
    } else {
        Exit::CannotAudit
    })
}

/// In the user's state folder, one file for each dataset.
fn journal_of(base: &BaseUrl, dataset: &str) -> Result<PathBuf, Failure> {
    let folder = std::env::var_os("XDG_STATE_HOME").filter(|f| !f.is_empty()).map(PathBuf::from).or_else(|| {
        std::env::var_os("HOME").filter(|f| !f.is_empty()).map(|home| Path::new(&home).join(".local/state"))
    });
    let folder = folder.ok_or_else(|| {
        Failure::usage("there is no state folder for this user, so nobody would know what was switched off")
            .help("name a file with --journal")
    })?;
    let name: String = format!("{}-{dataset}", base.host())
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' })
        .take(160)
        .collect();
    Ok(folder.join("shelflife").join(format!("dify-{name}.jsonl")))
}

fn refused(error: ExportError) -> Failure {
    match error {
        ExportError::Usage(message) => Failure::usage(message),
        error => Failure::cannot(error.to_string()),
    }
}

fn failure(error: &DifyError) -> Failure {
    let failure = Failure::cannot(error.to_string());
    match error {
        DifyError::Http(HttpError::Status { status: 401, .. }) => failure.help("is it a dataset's key (`dataset-…`)?"),
        DifyError::Http(HttpError::Status { status: 404, .. }) => {
            failure.help("is --dataset the id of a knowledge base?")
        }
        DifyError::Http(_) => failure.help("what was written stays; run again to go on"),
        _ => failure,
    }
}

/// The figures and what needs a person, on stderr.
fn tell(report: &Report, applied: bool, outcome: &shelflife::exclusion::Outcome) {
    let mut err = io::stderr().lock();
    let mut say = |line: String| {
        let _ = writeln!(err, "{}", escape::terminal(&line));
    };
    let counts = outcome.counts;
    say(format!(
        "{} of {} pages and {} of {} sections are excluded; {} of {} documents stand for a page",
        counts.documents_excluded,
        counts.documents,
        counts.sections_excluded,
        counts.sections,
        report.matched,
        report.documents
    ));
    say(format!(
        "{} metadata of {} documents, {} off, {} on again, {} chunks off, {} on again",
        if applied { "written:" } else { "would write (--apply):" },
        report.metadata,
        report.off,
        report.on,
        report.chunks_off,
        report.chunks_on
    ));
    for (name, pages) in report.unmatched.iter().take(20) {
        match pages.as_slice() {
            [] => say(format!("no page: {name}")),
            pages => say(format!("no page: {name} could be any of {}", pages.join(", "))),
        }
    }
    if report.unmatched.len() > 20 {
        say(format!("no page: and {} more", report.unmatched.len() - 20));
    }
    if !report.absent.is_empty() {
        let some: Vec<&str> = report.absent.iter().take(5).map(String::as_str).collect();
        say(format!("{} pages are not in the dataset, such as {}", report.absent.len(), some.join(", ")));
    }
    for (name, reason) in &report.left {
        say(format!("left: {name}: {reason}"));
    }
    for (name, reason) in &report.failed {
        say(format!("failed: {name}: {reason}"));
    }
}
