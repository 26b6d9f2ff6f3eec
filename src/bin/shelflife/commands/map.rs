//! `shelflife map`.

use std::fmt::Write as _;
use std::sync::Arc;

use clap::ValueEnum;
use shelflife::config::Loaded;
use shelflife::finding::Level;
use shelflife::pipeline::{self, AuditOptions, Given, MapReport, Progress as _};
use shelflife::report::escape::terminal;
use shelflife::system::credentials::Tokens;

use super::given::{self, What};
use super::print;
use super::setup::Setup;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Terminal;
use crate::style::{ColorChoice, Paint};

/// Show which page describes which system, and why.
///
/// What the configuration, a page's front matter or one of its properties says decides; then where the
/// page stands and where it links to; then what it names that only one system ever had. Nothing is
/// audited.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife map --from pages --config shelflife.toml
  shelflife map --config shelflife.toml --format json")]
pub struct Args {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    setup: Setup,
    /// The form of the result
    #[arg(long, value_enum, value_name = "FORM", default_value_t = MapForm::Plain)]
    format: MapForm,
    /// Show no progress on stderr
    #[arg(long)]
    no_progress: bool,
}

/// Forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MapForm {
    /// For people
    Plain,
    /// For programs
    Json,
}

/// Runs the command.
pub fn run(args: &Args, color: ColorChoice) -> Result<Exit, Failure> {
    let progress = Terminal::new(Paint::stderr(color), !args.no_progress);
    let Loaded { config, warnings } = args.what.configuration(&args.setup)?;
    for warning in &warnings {
        progress.warn(warning);
    }
    let own = args.what.own(&config);
    let options = AuditOptions {
        root: args.what.root(),
        now: None,
        jobs: config.run.jobs.map_or(0, std::num::NonZeroUsize::get),
        cache: args.setup.cache(&|warning| progress.warn(warning)),
        rules: None,
        min_confidence: Level::Medium,
        baseline: None,
        reviews: None,
        judge: None,
        config,
    };
    let collected = given::pages(&options, args.what.from.as_deref(), &progress)?;
    let tokens = Arc::new(Tokens::from_environment(&options.config));
    let report = pipeline::map(&options, &Given { collected: Some(&collected), own, tokens }, &progress);
    progress.finish();
    let report = report?;
    let text = match args.format {
        MapForm::Plain => plain(&report),
        MapForm::Json => serde_json::to_string_pretty(&report)
            .map(|json| json + "\n")
            .map_err(|error| Failure::cannot(error.to_string()))?,
    };
    print(text.as_bytes())?;
    Ok(Exit::Clean)
}

fn plain(report: &MapReport) -> String {
    let mut text = String::new();
    for page in &report.pages {
        let _ = writeln!(text, "{}  {}", terminal(&page.id), terminal(&page.title));
        for system in &page.systems {
            let _ = writeln!(text, "    {}: {}", terminal(&system.system), terminal(&system.reason));
        }
        if let Some(why) = &page.unmapped {
            let _ = writeln!(text, "    unmapped: {}", terminal(why));
        }
    }
    for said in &report.inconclusive {
        let place = said.document.as_deref().unwrap_or("(the whole run)");
        let _ = writeln!(text, "{}  {}  {}", terminal(place), terminal(&said.reason), terminal(&said.message));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    for system in &report.systems {
        let _ = writeln!(text, "{}: {} pages  ({})", terminal(&system.name), system.pages, terminal(&system.repo));
    }
    let unmapped = report.pages.iter().filter(|page| page.unmapped.is_some()).count();
    let _ = writeln!(text, "{} pages, {unmapped} unmapped", report.pages.len());
    text
}
