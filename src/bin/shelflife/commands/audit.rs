//! `shelflife audit`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use shelflife::config::{Config, FailOn, Loaded};
use shelflife::finding::Level;
use shelflife::pipeline::{self, AuditOptions, Progress};
use shelflife::report::file;
use shelflife::report::json::v1::Audit;
use shelflife::report::lang::Lang;
use shelflife::report::options::Options;
use shelflife::report::template::Templates;
use shelflife::triage::baseline::Baseline;
use shelflife::triage::{HiddenBy, Triaged};

use crate::args::{FailOnArg, LevelArg};
use crate::commands::setup::Setup;
use crate::exit::{self, Exit};
use crate::failure::Failure;
use crate::output::{self, Form, Outputs};
use crate::progress::Terminal;
use crate::style::{ColorChoice, Paint};

/// Audit the documents of a git repository against its code.
///
/// What a page names (files, flags, variables, symbols, links, ...) is looked up in the code as it
/// was when the line was written and as it is now. What was there and is gone is a finding, with
/// the commit that removed it. No network, no configuration and no key is needed, and nothing in
/// the repository is run or changed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub struct Args {
    /// The repository, or a folder in it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Write a report to FILE as well, in the form of its extension: .txt, .json, .sarif, .html or .md (repeatable)
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// The form of the report on stdout
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Plain)]
    format: Form,
    /// The language of HTML and Markdown reports [default: that of most pages]
    #[arg(long, value_name = "LANG", value_parser = ["en", "ja"])]
    lang: Option<String>,
    /// Take the templates of HTML and Markdown reports that are in DIR instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// Run only this rule, even where the configuration switches it off (repeatable)
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// The least confidence a finding needs to be reported [default: medium]
    #[arg(long, value_enum, value_name = "LEVEL")]
    min_confidence: Option<LevelArg>,
    /// The least severity of a finding that makes the exit status 1 [default: warning]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOnArg>,
    /// End with status 4 where something could not be decided
    #[arg(long)]
    strict: bool,
    /// Hide the findings listed in FILE
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Count what FILE says of reviews: each resets its page's age, and hides no finding
    #[arg(long, value_name = "FILE")]
    reviews: Option<PathBuf>,
    /// Write all findings of this run to FILE, as a baseline for later runs; they don't fail this one
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    #[command(flatten)]
    setup: Setup,
    /// The moment to call now: 2026-01-31, or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "DATE", value_parser = parse_now)]
    now: Option<DateTime<Utc>>,
    /// How many threads to use [default: one per processor]
    #[arg(short, long, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,
    /// Show no progress on stderr
    #[arg(long)]
    no_progress: bool,
}

const EXAMPLES: &str = "\
Examples:
  shelflife audit                                   the repository around the current folder
  shelflife audit ../project --min-confidence high
  shelflife audit -o audit.json -o audit.sarif      two more forms from the same run
  shelflife audit --rule dead-flag --rule dead-path
  shelflife audit --write-baseline known.json       take what is wrong today as known
  shelflife audit --baseline known.json             report only what is new";

fn long_help() -> String {
    format!("{EXAMPLES}\n\n{}", exit::HELP)
}

fn parse_now(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.with_timezone(&Utc));
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map(|moment| moment.and_utc())
        .ok_or_else(|| "a day such as 2026-01-31, or a moment such as 2026-01-31T12:00:00Z".to_owned())
}

fn parse_jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse::<NonZeroUsize>().ok().filter(|n| n.get() <= 1024).ok_or_else(|| "a number from 1 to 1024".to_owned())
}

/// Runs the command.
pub fn run(args: Args, color: ColorChoice) -> Result<Exit, Failure> {
    let paint = Paint::stderr(color);
    let outputs = Outputs::new(&args.output, args.format, color.stdout(), report_options(&args)?)?;
    if let Some(path) = &args.write_baseline {
        output::check_place(path)?;
    }
    let rules = known_rules(&args.rule)?;
    let progress = Terminal::new(paint, !args.no_progress);

    let Loaded { config, warnings } = args.setup.configuration(&args.path)?;
    for warning in &warnings {
        progress.warn(warning);
    }
    let fail_on = args.fail_on.map(FailOn::from).or(config.run.fail_on).unwrap_or(FailOn::Warning);
    let (strict, write_baseline) = (args.strict, args.write_baseline.clone());
    let options = options(args, config, rules, &progress);

    let outcome = pipeline::audit(&options, &progress);
    progress.finish();
    let outcome = outcome?;
    for warning in &outcome.warnings {
        progress.warn(warning);
    }

    let reported = outputs.write(&outcome.audit);
    let baselined = match &write_baseline {
        Some(path) => {
            let json = baseline(&outcome.triaged).to_json();
            file::write_atomically(path, |out| out.write_all(json.as_bytes()))
                .map_err(|error| output::cannot_write(path, &error))
        }
        None => Ok(()),
    };
    baselined?;
    match reported {
        // The reader of stdout has gone; the status is what it would have been.
        Err(failure) if !failure.gone => Err(failure),
        Err(_) => Ok(Exit::Clean),
        // All that was found is known from now on.
        Ok(()) if write_baseline.is_some() => Ok(Exit::Clean),
        Ok(()) => Ok(status(&outcome.audit, fail_on, strict)),
    }
}

/// All that a later run should take as known: what this one reports, and what a baseline hid from it.
fn baseline(triaged: &Triaged) -> Baseline {
    let hidden = triaged.suppressed.iter().filter(|hidden| hidden.by == HiddenBy::Baseline);
    Baseline::from_findings(triaged.findings.iter().chain(hidden.map(|hidden| &hidden.finding)))
}

/// The status that the audit deserves. It depends on no report.
fn status(audit: &Audit, fail_on: FailOn, strict: bool) -> Exit {
    if audit.findings.iter().any(|finding| fail_on.fails(finding.severity)) {
        Exit::Findings
    } else if strict && !audit.inconclusive.is_empty() {
        Exit::Inconclusive
    } else {
        Exit::Clean
    }
}

/// What the reports for people are told.
fn report_options(args: &Args) -> Result<Options, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::usage(error.to_string());
    let lang = args.lang.as_deref().map(str::parse::<Lang>).transpose().map_err(|error| usage(&error))?;
    let templates =
        args.templates.as_deref().map(Templates::with_overrides).transpose().map_err(|error| usage(&error))?;
    Ok(Options { lang, templates: templates.unwrap_or_default(), max_bytes: None })
}

/// The ids of the rules that `--rule` names, under their present names.
fn known_rules(given: &[String]) -> Result<Option<Vec<String>>, Failure> {
    if given.is_empty() {
        return Ok(None);
    }
    let ids = given.iter().map(|id| super::rules::find(id).map(|rule| rule.id().to_owned()));
    ids.collect::<Result<Vec<_>, _>>().map(Some)
}

/// Lays the command line over the configuration, and the defaults under both.
fn options(args: Args, mut config: Config, rules: Option<Vec<String>>, progress: &Terminal) -> AuditOptions {
    let asked = args.min_confidence.map(Level::from);
    if asked.is_some() {
        // What the user asks for now goes before what the file says of single rules, too.
        for rule in config.rules.values_mut() {
            rule.min_confidence = None;
        }
    }
    AuditOptions {
        now: args.now,
        jobs: args.jobs.or(config.run.jobs).map_or(0, NonZeroUsize::get),
        cache: args.setup.cache(&|warning| progress.warn(warning)),
        rules,
        min_confidence: asked.or(config.run.min_confidence).unwrap_or(Level::Medium),
        baseline: args.baseline.or_else(|| config.run.baseline.clone()),
        reviews: args.reviews,
        root: args.path,
        config,
    }
}
