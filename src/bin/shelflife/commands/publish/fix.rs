//! `shelflife publish fix`.

use std::path::PathBuf;

use shelflife::fix;
use shelflife::history::Repository;
use shelflife::publish::fix::Target;
use shelflife::report::json::v1::Scope;

use super::github::{GitHub, block_on, failure, read, tell, warn};
use crate::commands::{job, print};
use crate::exit::Exit;
use crate::failure::Failure;

/// Keep one pull request with the changes that are certain.
///
/// The changes are made to the pages as they are in the checkout, which has to be at the audited
/// commit with nothing changed on disk, and go to a branch of their own. When there is nothing to fix
/// any more, the pull request is closed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife publish fix audit.json --dry-run        the patch
  shelflife publish fix audit.json --branch docs/fix")]
pub struct Args {
    /// The audit, made with `shelflife audit -o audit.json`
    #[arg(value_name = "AUDIT")]
    audit: PathBuf,
    #[command(flatten)]
    github: GitHub,
    /// The checkout
    #[arg(long, value_name = "PATH", default_value = ".")]
    checkout: PathBuf,
    /// The branch that carries the changes
    #[arg(long, value_name = "BRANCH", default_value = "shelflife/fix")]
    branch: String,
    /// The branch that they are for [default: the repository's main branch]
    #[arg(long, value_name = "BRANCH")]
    base: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let event = job::event()?;
    if event.is_second_hand() {
        return Err(Failure::usage("fixes are not published from another job's audit"));
    }
    let mut audit = read(&args.audit, &event)?;
    if audit.scope == Scope::Change {
        return Err(Failure::usage("this audit is of one change; fixes are made from one of all pages")
            .help("audit without --base"));
    }
    let repository = Repository::open(&args.checkout)?;
    let commit = repository.head().to_string();
    let audited = audit.systems.first();
    if audited.is_none_or(|s| s.head != commit || s.overlaid) {
        return Err(Failure::usage("the audit is not of the commit that is checked out, as it is committed")
            .help("audit again, with nothing changed on disk"));
    }
    let make = |audit: &_| fix::plan(audit, repository.root(), &[]).map_err(|error| Failure::usage(error.to_string()));
    let plan = make(&audit)?;
    for refused in &plan.refused {
        warn(&format!("{}: {}", refused.document, refused.reason));
    }
    if args.github.dry_run {
        let mut patch = Vec::new();
        fix::patch(&plan, &mut patch).map_err(|e| Failure::cannot(e.to_string()))?;
        print(&patch)?;
        return Ok(Exit::Clean);
    }
    let done = block_on(async {
        let session = args.github.session().await?;
        args.github.admit(&session, &mut audit).await?;
        let target = Target {
            slug: session.slug.clone(),
            base: args.base.clone().unwrap_or_else(|| session.told.default_branch.clone()),
            branch: args.branch.clone(),
            commit,
        };
        shelflife::publish::fix::publish(&session.api, &target, &plan).await.map_err(|e| failure(&e))
    })?;
    tell(&done)
}
