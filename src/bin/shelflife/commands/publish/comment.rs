//! `shelflife publish comment`.

use std::path::PathBuf;

use shelflife::publish::Done;
use shelflife::publish::comment::{self, Target};

use super::github::{GitHub, api_failure, block_on, failure, link_home, read, tell};
use crate::commands::{job, print};
use crate::exit::Exit;
use crate::failure::Failure;

/// Keep one comment on a pull request that says what the change makes wrong.
///
/// There is none before a finding of high confidence; it is edited in place, and says so when the
/// change makes nothing wrong any more. In a job on `workflow_run`, which follows one on
/// `pull_request`, number and head of the pull request come from GitHub and not from the audit.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife publish comment audit.json --dry-run
  shelflife publish comment audit.json               in a job on a pull request
  shelflife publish comment audit.json --repo owner/name --pull 12")]
pub struct Args {
    /// The audit, made with `shelflife audit --base REF -o audit.json`
    #[arg(value_name = "AUDIT")]
    audit: PathBuf,
    #[command(flatten)]
    github: GitHub,
    /// The pull request's number [default: that of the job's event]
    #[arg(long, value_name = "NUMBER")]
    pull: Option<u64>,
    /// Tells several comments of one pull request apart
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,
    /// Suggest certain fixes in a review as well, each once
    #[arg(long)]
    suggest: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let event = job::event()?;
    let mut audit = read(&args.audit, &event)?;
    let report = args.github.report_url.as_deref();
    let text = |audit: &_| comment::text(audit, &args.name, report).map_err(|e| failure(&e));
    if args.github.dry_run {
        let text = text(&audit)?;
        print(text.open.as_deref().unwrap_or("nothing to publish\n").as_bytes())?;
        return Ok(Exit::Clean);
    }
    text(&audit)?;
    if args.pull.is_none() && !event.is_second_hand() && event.is_from_fork() {
        let why = "the pull request comes from a fork, so this job's token can only read: the summary and the annotations say it all, and a second workflow on `workflow_run` can comment (see docs/github.md)";
        return tell(&Done::Outdated(why.to_owned()));
    }
    let done = block_on(async {
        let session = args.github.session().await?;
        let target = match args.pull {
            Some(number) => Some(Target { slug: session.slug.clone(), number, head: None }),
            None => comment::target(&session.api, &session.slug, &event).await.map_err(api_failure)?,
        };
        let Some(target) = target else {
            if event.is_second_hand() {
                return Ok(Done::Outdated("no open pull request has the audited commit for its head".to_owned()));
            }
            return Err(Failure::usage("no pull request to comment on").help("name it with --pull NUMBER"));
        };
        args.github.admit(&session, &mut audit).await?;
        link_home(&mut audit, &session.told);
        let done = comment::publish(&session.api, &target, &text(&audit)?).await.map_err(|e| failure(&e))?;
        if args.suggest && !event.is_second_hand() {
            comment::suggest(&session.api, &target, &audit).await.map_err(|e| failure(&e))?;
        }
        Ok(done)
    })?;
    tell(&done)
}
