//! `shelflife publish`: what writes outside. One file per kind.

mod checks;
mod comment;
mod dify;
mod fix;
mod github;
mod issue;

use clap::Subcommand;

pub use github::failure;

use crate::exit::Exit;
use crate::failure::Failure;

/// Bring what an audit says to where it is needed: GitHub, Dify.
///
/// At GitHub each kind makes one thing and keeps it up to date in place; --dry-run prints it, and the token
/// comes from GITHUB_TOKEN. At Dify nothing is written without --apply.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife publish issue audit.json --dry-run      what the weekly issue would say; needs no token
  shelflife publish issue audit.json --repo owner/name
  shelflife publish comment audit.json              in a job on a pull request
  shelflife publish checks audit.json
  shelflife publish fix audit.json")]
pub struct Args {
    /// What to make.
    #[command(subcommand)]
    pub command: Kind,
}

/// What to make. The help of each is that of its arguments.
#[derive(Debug, Subcommand)]
pub enum Kind {
    Issue(Box<issue::Args>),
    Comment(Box<comment::Args>),
    Checks(Box<checks::Args>),
    Fix(Box<fix::Args>),
    Dify(Box<dify::Args>),
}

/// Runs the command.
pub fn run(kind: &Kind) -> Result<Exit, Failure> {
    match kind {
        Kind::Issue(args) => issue::run(args),
        Kind::Comment(args) => comment::run(args),
        Kind::Checks(args) => checks::run(args),
        Kind::Fix(args) => fix::run(args),
        Kind::Dify(args) => dify::run(args),
    }
}
