//! `shelflife publish`: one file for each place.

mod dify;

use clap::Subcommand;

use crate::exit::Exit;
use crate::failure::Failure;

/// Bring what an audit says to where it is needed.
///
/// Nothing is written anywhere without --apply: what would be done is told instead.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to.
    #[command(subcommand)]
    pub command: Kind,
}

/// A place. The help of each is that of its arguments.
#[derive(Debug, Subcommand)]
pub enum Kind {
    Dify(dify::Args),
}

/// Runs the command.
pub fn run(kind: &Kind) -> Result<Exit, Failure> {
    match kind {
        Kind::Dify(args) => dify::run(args),
    }
}
