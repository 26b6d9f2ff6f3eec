//! One file per command.

pub mod audit;
mod base;
pub mod cache;
pub mod collect;
pub mod explain;
pub mod export;
pub mod fix;
pub mod generate;
pub mod given;
pub mod graph;
pub mod hosts;
pub mod impact;
pub mod init;
mod job;
pub mod judge;
pub mod map;
pub mod merge;
pub mod publish;
pub mod review;
pub mod rules;
pub mod serve;
pub mod setup;

use std::io::{self, Write};
use std::path::Path;

use clap::Parser;
use clap::error::ErrorKind;
use shelflife::report::escape;
use shelflife::report::json::v1::{Audit, SCHEMA_VERSION};

use crate::args::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::style::{ColorChoice, Paint};

/// Reads the command line and does what it says.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let color = cli.color;
    let result = match cli.command {
        Command::Audit(args) => audit::run(*args, color),
        Command::Export(args) => export::run(&args),
        Command::Publish(args) => publish::run(&args.command),
        Command::Serve(args) => serve::run(&args),
        Command::Graph(args) => graph::run(&args),
        Command::Impact(args) => impact::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Review(args) => review::run(&args),
        Command::Fix(args) => fix::run(&args, color),
        Command::Init(args) => init::run(&args),
        Command::Map(args) => map::run(&args, color),
        Command::Merge(args) => merge::run(&args, color),
        Command::Rules(args) => rules::run(&args),
        Command::Cache(args) => cache::run(&args),
        Command::Collect(args) => collect::run(&args, color),
        Command::Generate(args) => generate::run(&args),
    };
    result.unwrap_or_else(|failure| {
        failure.print(Paint::stderr(color));
        failure.exit
    })
}

/// Prints clap's help or version where that was asked for, else its error in our form.
fn refuse(error: &clap::Error) -> Exit {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return match error.print() {
            Ok(()) => Exit::Clean,
            Err(error) => Failure::stdout(&error).exit,
        };
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return Exit::Usage;
    }
    // No line of clap's own is lost but the usage, which `--help` gives with its explanations.
    let text = error.render().to_string();
    let mut message = String::new();
    let mut help = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(tip) = line.strip_prefix("tip: ") {
            help.push(tip.to_owned());
        } else if let Some(values) = line.strip_prefix("[possible values: ") {
            help.push(format!("possible values: {}", values.trim_end_matches(']')));
        } else if let Some(more) = line.strip_prefix("For more information, ") {
            help.push(more.trim_end_matches('.').to_owned());
        } else if line.starts_with("Usage: ") {
            // Left out.
        } else {
            let line = line.strip_prefix("error: ").unwrap_or(line);
            if !message.is_empty() {
                message.push(' ');
            }
            message.push_str(line);
        }
    }
    let paint = Paint::stderr(ColorChoice::Auto);
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{} {}", paint.error("error:"), escape::terminal(&message));
    for line in help {
        let _ = writeln!(err, "{} {}", paint.help("help:"), escape::terminal(&line));
    }
    Exit::Usage
}

/// Reads a whole audit.
fn read_audit(path: &Path) -> Result<Audit, Failure> {
    let name = path.display();
    let bytes = std::fs::read(path)
        .map_err(|e| Failure::cannot(format!("{name}: {e}")).help("`shelflife audit -o audit.json` writes an audit"))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // A later version may differ anywhere: say that rather than where.
        let value = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
        match value.and_then(|v| v.get("schema_version").cloned()).filter(|v| *v != SCHEMA_VERSION) {
            Some(found) => {
                Failure::cannot(format!("{name} is an audit of schema version {found}, not {SCHEMA_VERSION}"))
            }
            None => Failure::cannot(format!("{name} is no audit: {error}")),
        }
    })
}

/// Writes `text` to stdout.
fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).map_err(|error| Failure::stdout(&error))
}
