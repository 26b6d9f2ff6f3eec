//! `shelflife publish issue`.

use std::path::PathBuf;

use shelflife::publish::issue::{self, Current, Options};
use shelflife::report::file;

use super::github::{GitHub, block_on, failure, link_home, read, tell, warn};
use crate::commands::{job, print};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// Keep one issue that says what to mend first.
///
/// The issue is found again by a hidden mark in what the token's own user wrote, edited in place,
/// closed when nothing is wrong and opened again when something is. It keeps the trend of the last
/// twelve runs. Boxes that a reader with write access ticked ("still right") are written to
/// --reviews-out, which `shelflife audit --reviews` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife publish issue audit.json --dry-run
  shelflife publish issue audit.json --repo owner/name --reviews-out reviews.toml
  shelflife publish issue audit.json --mention-owners")]
pub struct Args {
    /// The audit, made with `shelflife audit -o audit.json`
    #[arg(value_name = "AUDIT")]
    audit: PathBuf,
    #[command(flatten)]
    github: GitHub,
    /// Tells several issues of one repository apart
    #[arg(long, value_name = "NAME", default_value = "")]
    name: String,
    /// Call owners with @, so that GitHub notifies them
    #[arg(long)]
    mention_owners: bool,
    /// Write what readers found right to FILE
    #[arg(long, value_name = "FILE")]
    reviews_out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    if let Some(path) = &args.reviews_out {
        output::check_place(path)?;
    }
    let event = job::event()?;
    let mut audit = read(&args.audit, &event)?;
    issue::check(&audit).map_err(|e| failure(&e))?;
    let options =
        Options { name: args.name.clone(), report: args.github.report_url.clone(), mention: args.mention_owners };
    if args.github.dry_run {
        let text = issue::text(&audit, &Current::default().data, &options).map_err(|e| failure(&e))?;
        print(text.body.as_bytes())?;
        return Ok(Exit::Clean);
    }
    let (done, data) = block_on(async {
        let session = args.github.session().await?;
        args.github.admit(&session, &mut audit).await?;
        link_home(&mut audit, &session.told);
        let current = issue::current(&session.api, &session.slug, &args.name).await.map_err(|e| failure(&e))?;
        for doubt in &current.doubts {
            warn(doubt);
        }
        let text = issue::text(&audit, &current.data, &options).map_err(|e| failure(&e))?;
        let done = issue::publish(&session.api, &session.slug, &current, &text).await.map_err(|e| failure(&e))?;
        Ok((done, current.data))
    })?;
    if let Some(path) = &args.reviews_out {
        let reviews = issue::reviews_file(&data.reviews);
        let text = toml::to_string(&reviews).map_err(|e| Failure::cannot(e.to_string()))?;
        file::write_atomically(path, |out| out.write_all(text.as_bytes()))
            .map_err(|error| output::cannot_write(path, &error))?;
    }
    tell(&done)
}
