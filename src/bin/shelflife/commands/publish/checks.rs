//! `shelflife publish checks`.

use std::path::PathBuf;

use shelflife::config::FailOn;
use shelflife::publish::{checks, comment};

use super::github::{GitHub, api_failure, block_on, failure, read, tell};
use crate::args::FailOnArg;
use crate::commands::{job, print};
use crate::exit::Exit;
use crate::failure::Failure;

/// Make a check run with annotations, fifty to a request.
///
/// On a pull request it belongs to the head of the pull request, else to the audited commit. It needs
/// a token of an app, such as that of a job with `checks: write`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife publish checks audit.json --dry-run
  shelflife publish checks audit.json --fail-on error")]
pub struct Args {
    /// The audit, made with `shelflife audit -o audit.json`
    #[arg(value_name = "AUDIT")]
    audit: PathBuf,
    #[command(flatten)]
    github: GitHub,
    /// The commit that the check belongs to, full id [default: as above]
    #[arg(long, value_name = "COMMIT")]
    commit: Option<String>,
    /// The check's name
    #[arg(long, value_name = "NAME", default_value = "shelflife")]
    name: String,
    /// The least severity that makes the check fail
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOnArg::Never)]
    fail_on: FailOnArg,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let event = job::event()?;
    let mut audit = read(&args.audit, &event)?;
    let fail_on = FailOn::from(args.fail_on);
    let check = |audit: &_| checks::check(audit, &|severity| fail_on.fails(severity));
    if args.github.dry_run {
        let check = check(&audit);
        let text = serde_json::json!({ "title": check.title, "conclusion": check.conclusion,
            "summary": check.summary, "annotations": check.annotations });
        print(format!("{text:#}\n").as_bytes())?;
        return Ok(Exit::Clean);
    }
    let done = block_on(async {
        let session = args.github.session().await?;
        let commit = match &args.commit {
            Some(commit) => commit.clone(),
            None => {
                let target = comment::target(&session.api, &session.slug, &event).await.map_err(api_failure)?;
                match target {
                    Some(target) => {
                        checks::head_of(&session.api, &session.slug, target.number).await.map_err(|e| failure(&e))?
                    }
                    None => audit.systems.first().map(|s| s.head.clone()).unwrap_or_default(),
                }
            }
        };
        args.github.admit(&session, &mut audit).await?;
        checks::publish(&session.api, &session.slug, &commit, &args.name, &check(&audit)).await.map_err(|e| failure(&e))
    })?;
    tell(&done)
}
