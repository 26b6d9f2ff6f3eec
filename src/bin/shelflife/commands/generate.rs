//! `shelflife generate`.

use std::path::PathBuf;

use clap::{CommandFactory, Subcommand};
use clap_complete::Shell;
use shelflife::report::file;
use shelflife::schema;

use super::print;
use crate::args::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::cannot_write;

/// Write JSON Schemas, shell completions or manual pages.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife generate schema docs/schema
  shelflife generate completions bash > /etc/bash_completion.d/shelflife
  shelflife generate man /usr/local/share/man/man1")]
pub struct Args {
    /// What to write.
    #[command(subcommand)]
    what: What,
}

/// What to write.
#[derive(Debug, Subcommand)]
enum What {
    /// Write the JSON Schemas of shelflife.toml, audit.json, exclusion lists and rule files
    Schema {
        /// The folder; made where it is not there
        #[arg(value_name = "DIR", default_value = "docs/schema")]
        dir: PathBuf,
    },
    /// Print a completion script
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Write the manual pages, one per command, into a folder
    Man {
        /// The folder; made where it is not there
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.what {
        What::Schema { dir } => {
            std::fs::create_dir_all(dir).map_err(|error| cannot_write(dir, &error))?;
            for schema in schema::all() {
                let path = dir.join(schema.file);
                file::write_atomically(&path, |out| out.write_all(schema.json.as_bytes()))
                    .map_err(|error| cannot_write(&path, &error))?;
            }
        }
        What::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "shelflife", &mut text);
            print(&text)?;
        }
        What::Man { dir } => {
            let made = std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
            made.map_err(|error| cannot_write(dir, &error))?;
        }
    }
    Ok(Exit::Clean)
}
