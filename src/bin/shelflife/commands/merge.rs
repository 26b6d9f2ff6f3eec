//! `shelflife merge`.

use std::fs;
use std::path::PathBuf;

use shelflife::merge::merge;
use shelflife::report::json::v1::{Audit, SCHEMA_VERSION};
use shelflife::report::options::Options;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Form, Outputs};
use crate::style::ColorChoice;

/// Make one audit of many, each of another repository.
///
/// Pages are named by their repository. From the result come one report and, with `shelflife export`,
/// one exclusion list of all.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife merge audits/*.json -o all.json -o all.html
  shelflife export all.json --to list -o exclusions.json")]
pub struct Args {
    /// Audits, made with `shelflife audit -o NAME.json`
    #[arg(value_name = "AUDIT", required = true)]
    audits: Vec<PathBuf>,
    /// Write a report to FILE, in the form of its extension (repeatable)
    #[arg(short, long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// The form of the report on stdout
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Form::Plain)]
    format: Form,
}

/// Runs the command.
pub fn run(args: &Args, color: ColorChoice) -> Result<Exit, Failure> {
    let outputs = Outputs::new(&args.output, args.format, color.stdout(), Options::default())?;
    let mut audits = Vec::new();
    for path in &args.audits {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|e| Failure::cannot(format!("{name}: {e}")))?;
        let audit: Audit =
            serde_json::from_slice(&bytes).map_err(|e| Failure::cannot(format!("{name} is no audit: {e}")))?;
        if audit.schema_version != SCHEMA_VERSION {
            let found = audit.schema_version;
            return Err(Failure::cannot(format!("{name} is an audit of schema version {found}, not {SCHEMA_VERSION}")));
        }
        audits.push((name, audit));
    }
    let all = merge(audits).map_err(|error| Failure::usage(error.to_string()))?;
    outputs.write(&all)?;
    Ok(Exit::Clean)
}
