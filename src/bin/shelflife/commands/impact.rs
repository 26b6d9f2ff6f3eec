//! `shelflife impact`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use shelflife::graph::impact::{Place, Query, impact};
use shelflife::report::escape;

use super::{print, read_audit};
use crate::exit::Exit;
use crate::failure::Failure;

/// Which pages speak of this file or symbol, and are they right?
///
/// Answers from an audit, without reading the repository. What is proved wrong comes first, then what
/// is least fresh.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife impact src/reader.rs
  shelflife impact src/reader.rs:read_limits
  shelflife impact deploy/ --audit nightly.json --format json")]
pub struct Args {
    /// A file or folder, by its path or the end of it, and behind a colon a symbol
    #[arg(value_name = "PATH[:SYMBOL]")]
    target: String,
    /// The audit to answer from
    #[arg(long, value_name = "AUDIT.json", default_value = "audit.json")]
    audit: PathBuf,
    /// The form of the answer
    #[arg(long, value_enum, value_name = "FORM", default_value = "plain")]
    format: Form,
}

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people
    Plain,
    /// For programs
    Json,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let audit = read_audit(&args.audit)?;
    let places = impact(&audit, &Query::parse(&args.target));
    let text = match args.format {
        Form::Plain => plain(&places),
        Form::Json => serde_json::to_string_pretty(&places).map_err(|e| Failure::cannot(e.to_string()))? + "\n",
    };
    print(text.as_bytes())?;
    if places.is_empty() {
        let line = format!("no audited page speaks of {}", args.target);
        eprintln!("{}", escape::terminal(&line));
    }
    Ok(Exit::Clean)
}

fn plain(places: &[Place]) -> String {
    let mut out = String::new();
    for place in places {
        let status = match serde_json::to_value(place.status) {
            Ok(serde_json::Value::String(word)) => word.replace('_', " "),
            _ => "no verdict".to_owned(),
        };
        let freshness = place.freshness.map(|f| format!(", freshness {f}")).unwrap_or_default();
        let owners = match place.owners.as_slice() {
            [] => String::new(),
            owners => format!(", ask {}", owners.join(", ")),
        };
        let mut line = |indent: &str, text: &str| {
            let _ = writeln!(out, "{indent}{}", escape::terminal(text));
        };
        line("", &format!("{}:{} #{}: {status}{freshness}{owners}", place.document, place.line, place.section));
        for wrong in &place.wrong {
            line("  ", &format!("wrong: {wrong}"));
        }
        for said in place.says.iter().take(5) {
            line("  ", &format!("line {}: {}", said.line, said.text));
        }
        if place.says.len() > 5 {
            line("  ", &format!("and {} more", place.says.len() - 5));
        }
    }
    out
}
