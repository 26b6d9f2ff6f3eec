//! `shelflife collect`.

use std::path::PathBuf;

use shelflife::config::{self, Loaded, Origin};
use shelflife::pipeline::Progress;
use shelflife::report::escape;
use shelflife::rule::registry;
use shelflife::source::gather::{self, Summary};

use super::hosts::with_sources;
use super::print;
use super::setup::Setup;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Terminal;
use crate::style::{ColorChoice, Paint};

/// Of failures, as many are told one by one.
const TOLD: usize = 20;

/// Collect pages from Notion, GitHub and wikis into a folder.
///
/// What `[[source]]` in the configuration names is written as Markdown with front matter, for people and
/// for other tools; `shelflife audit --from DIR` audits it without a network. A run that was stopped goes on
/// where it was, and a later one downloads only what changed.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = LONG_HELP)]
pub struct Args {
    /// The folder to write to: a new or empty one, or an older dump, which is replaced
    #[arg(long, value_name = "DIR")]
    dump: PathBuf,
    #[command(flatten)]
    setup: Setup,
    /// End with status 4 where a page could not be collected
    #[arg(long)]
    strict: bool,
    /// Show no progress on stderr
    #[arg(long)]
    no_progress: bool,
}

const EXAMPLES: &str = "\
Examples:
  NOTION_TOKEN=… shelflife collect --config shelflife.toml --dump pages
  shelflife audit --from pages --config shelflife.toml";

const LONG_HELP: &str = "\
Examples:
  NOTION_TOKEN=… shelflife collect --config shelflife.toml --dump pages
  shelflife audit --from pages --config shelflife.toml

Tokens come from the environment alone:
  Notion  SHELFLIFE_NOTION_TOKEN or NOTION_TOKEN: an integration with \"Read content\"
  GitHub  SHELFLIFE_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN: Contents and Metadata, read
          SHELFLIFE_GITHUB_APP_ID and SHELFLIFE_GITHUB_APP_KEY for an App
          For another host: SHELFLIFE_GITHUB_TOKEN or GH_ENTERPRISE_TOKEN

Exit status:
  0  collected; what could not be is told on stderr and noted in the dump
  2  the command line or the configuration is wrong
  3  nothing could be collected, or the dump not be written
  4  with --strict: a page could not be collected";

/// Runs the command.
pub fn run(args: &Args, color: ColorChoice) -> Result<Exit, Failure> {
    let progress = Terminal::new(Paint::stderr(color), !args.no_progress);
    let Some(file) = &args.setup.config else {
        return Err(Failure::usage("no configuration names what to collect").help(
            "name one with --config: sources count only in a file that you name, since they decide where tokens go",
        ));
    };
    let Loaded { config, warnings } = config::load(file, Origin::Given, &registry::specs())?;
    for warning in &warnings {
        progress.warn(warning);
    }
    if config.sources.is_empty() {
        return Err(Failure::usage(format!("{} names no source", file.display()))
            .help("add a [[source]], for example kind = \"notion\" with roots = [\"https://www.notion.so/…\"]"));
    }
    let cache = args.setup.cache(&|message| progress.warn(message));
    let terminal: &dyn Progress = &progress;
    let collected = with_sources(&config, &cache, terminal, |opened, transport| async move {
        let summary = gather::into_dump(&opened.sources, opened.failures, &args.dump, terminal)
            .await
            .map_err(|error| Failure::cannot(error.to_string()))?;
        Ok((summary, transport.counts()))
    });
    progress.finish();
    let (summary, counts) = collected?;
    tell(&summary, &progress);
    let requests = format!("{} requests, {} repeated, {} unchanged", counts.sent, counts.repeated, counts.kept);
    eprintln!("{requests}");
    let line = format!("{} pages in {}, {} not collected", summary.pages, args.dump.display(), summary.failures.len());
    print(format!("{}\n", escape::terminal(&line)).as_bytes())?;
    Ok(match (summary.pages, summary.failures.len()) {
        (_, 0) => Exit::Clean,
        (0, _) => Exit::CannotAudit,
        _ if args.strict => Exit::Inconclusive,
        _ => Exit::Clean,
    })
}

fn tell(summary: &Summary, progress: &Terminal) {
    for failure in summary.failures.iter().take(TOLD) {
        let what = failure.title.as_deref().or(failure.page.as_deref()).unwrap_or("the source as a whole");
        let source = failure.origin();
        progress.warn(&format!("{source}: {what} was not collected: {}", failure.message));
    }
    if let Some(more) = summary.failures.len().checked_sub(TOLD).filter(|more| *more > 0) {
        progress.warn(&format!("{more} more were not collected; shelflife-dump.json in the dump names them all"));
    }
}
