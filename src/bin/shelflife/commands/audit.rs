//! `shelflife audit`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use shelflife::config::{Config, FailOn, Loaded};
use shelflife::finding::Level;
use shelflife::history::Repository;
use shelflife::pipeline::{self, AuditOptions, ChangeOptions, Given, Progress};
use shelflife::publish::audience::Readers;
use shelflife::report::file;
use shelflife::report::json::v1::{Audit, Finding, Role};
use shelflife::report::lang::Lang;
use shelflife::report::options::Options;
use shelflife::report::template::Templates;
use shelflife::system::credentials::Tokens;
use shelflife::triage::baseline::Baseline;
use shelflife::triage::{HiddenBy, Triaged};

use crate::args::{FailOnArg, LevelArg};
use crate::commands::base::{Base, Folder};
use crate::commands::given::{self, What};
use crate::commands::job;
use crate::commands::judge::{self, JudgeArgs};
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
    #[command(flatten)]
    what: What,
    /// Tell only what the change from REF to the head makes wrong
    ///
    /// Configuration, baseline, templates and attributes count as REF has them. `@event` is the base of
    /// the pull request, or of the merge queue's group, that a job on GitHub runs for.
    #[arg(long, value_name = "REF", conflicts_with_all = ["write_baseline", "from"])]
    base: Option<String>,
    /// With --base: the last commit of the change [default: what is checked out, with changes on disk]
    #[arg(long, value_name = "REF", requires = "base")]
    head: Option<String>,
    /// Write a report to FILE as well, in the form of its extension: .txt, .json, .sarif, .html or .md (repeatable)
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// The form of the report on stdout
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Plain)]
    format: Form,
    /// Append a Markdown report to FILE too, as long as a job's summary may be ($GITHUB_STEP_SUMMARY)
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    summary: Option<PathBuf>,
    /// Append the counts to FILE, for later steps of a job ($GITHUB_OUTPUT)
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    counts: Option<PathBuf>,
    /// Show counts and links alone of what not all readers of the repository may read (Notion, other repositories)
    #[arg(long, hide_short_help = true)]
    redact: bool,
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
    judge: JudgeArgs,
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
  shelflife audit --baseline known.json             report only what is new
  shelflife audit --base origin/main                report only what this branch makes wrong
  shelflife audit --config shelflife.toml           what its [[source]]s hold, against its [[system]]s
  shelflife audit --from pages --config shelflife.toml   the same from a dump, without the sources
  shelflife audit --judge-dry-run                   what a model would be asked, and the price
  OPENAI_API_KEY=... shelflife audit --judge        ask it";

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

impl Args {
    fn change(&self) -> Option<Result<ChangeOptions, Failure>> {
        let base = self.base.as_deref()?;
        Some(
            match base {
                EVENT => base_of_event(&self.what.root()),
                named => Ok(named.to_owned()),
            }
            .map(|base| ChangeOptions { base, head: self.head.clone() }),
        )
    }
}

/// The name of the base that a job's event gives.
const EVENT: &str = "@event";

/// The base of the change that the job's event is about.
fn base_of_event(path: &Path) -> Result<String, Failure> {
    let event = job::event()?;
    // What a job checks out is the host's own merge of the two. Its first parent is the base as it was
    // then; the event's may be older, and what others merged since is not this change's.
    if let Some(first) = merged_into(path, event.head()) {
        return Ok(first);
    }
    event.base().map(str::to_owned).ok_or_else(|| {
        Failure::usage("this job's event has no base, so `--base @event` names none")
            .help("it works on pull_request and merge_group; name another base with --base REF")
    })
}

/// The first parent of what is checked out, where that is a merge of `head`.
fn merged_into(path: &Path, head: Option<&str>) -> Option<String> {
    let repository = Repository::open(path).ok()?;
    let merged = repository.resolve("HEAD^2").ok()?;
    if head? != merged.to_string() {
        return None;
    }
    repository.resolve("HEAD^1").ok().map(|first| first.to_string())
}

/// Runs the command.
pub fn run(args: Args, color: ColorChoice) -> Result<Exit, Failure> {
    let paint = Paint::stderr(color);
    let base = args.change().transpose()?.map(|change| Base::open(&args.what.root(), change)).transpose()?;
    let report_options = report_options(&args, base.as_ref())?;
    let templates = report_options.templates.clone();
    let outputs = Outputs::new(&args.output, args.format, color.stdout(), report_options)?
        .for_job(args.summary.clone(), args.counts.clone());
    if let Some(path) = &args.write_baseline {
        output::check_place(path)?;
    }
    let rules = known_rules(&args.rule)?;
    let progress = Terminal::new(paint, !args.no_progress);

    let Loaded { config, warnings } = match &base {
        Some(base) => args.setup.configuration_at(base)?,
        None => args.what.configuration(&args.setup)?,
    };
    for warning in &warnings {
        progress.warn(warning);
    }
    let (own, from) = (args.what.own(&config), args.what.from.clone());
    let fail_on = args.fail_on.map(FailOn::from).or(config.run.fail_on).unwrap_or(FailOn::Warning);
    let (strict, write_baseline, redact) = (args.strict, args.write_baseline.clone(), args.redact);
    let judge = args.judge.options(&config.judge, &templates)?;
    let dry_run = args.judge.judge_dry_run;
    let options = AuditOptions { judge, ..options(args, config, rules, &progress) };

    let mut nothing = false;
    let outcome = match &base {
        Some(base) => pipeline::audit_change(&options, base.change(), &progress),
        None => {
            let collected = given::pages(&options, from.as_deref(), &progress)?;
            // Of what was asked for nothing was to be had; the report says why.
            nothing = !own && collected.pages.is_empty() && !collected.failures.is_empty();
            let tokens = Arc::new(Tokens::from_environment(&options.config));
            let given = Given { collected: Some(&collected), own, tokens };
            pipeline::audit_given(&options, &given, &progress)
        }
    };
    progress.finish();
    let mut outcome = outcome?;
    for warning in &outcome.warnings {
        progress.warn(warning);
    }
    if redact {
        Readers::of_repository(&outcome.audit).redact(&mut outcome.audit);
    }

    if dry_run {
        let mut out = Vec::new();
        judge::print(&outcome.questions, &mut out).map_err(|error| Failure::stdout(&error))?;
        super::print(&out)?;
        return Ok(Exit::Clean);
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
        Ok(()) if nothing => Ok(Exit::CannotAudit),
        Ok(()) => Ok(status(&outcome.audit, fail_on, strict)),
    }
}

/// All that a later run should take as known: what this one reports, and what a baseline hid from it.
fn baseline(triaged: &Triaged) -> Baseline {
    let hidden = triaged.suppressed.iter().filter(|hidden| hidden.by == HiddenBy::Baseline);
    Baseline::from_findings(triaged.findings.iter().chain(hidden.map(|hidden| &hidden.finding)))
}

/// The status that the audit deserves. It depends on no report. What was wrong before a change is not
/// the change's fault.
fn status(audit: &Audit, fail_on: FailOn, strict: bool) -> Exit {
    let counts = |finding: &&Finding| finding.role != Some(Role::Edited);
    if audit.findings.iter().filter(counts).any(|finding| fail_on.fails(finding.severity)) {
        Exit::Findings
    } else if strict && !audit.inconclusive.is_empty() {
        Exit::Inconclusive
    } else {
        Exit::Clean
    }
}

/// What the reports for people are told.
fn report_options(args: &Args, base: Option<&Base>) -> Result<Options, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::usage(error.to_string());
    let lang = args.lang.as_deref().map(str::parse::<Lang>).transpose().map_err(|error| usage(&error))?;
    let folder = match (&args.templates, base) {
        (Some(folder), Some(base)) => base.folder(folder)?,
        (folder, _) => folder.clone().map(Folder::There),
    };
    let templates = folder.map(|f| Templates::with_overrides(f.path())).transpose().map_err(|error| usage(&error))?;
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
        root: args.what.root(),
        judge: None,
        config,
    }
}
