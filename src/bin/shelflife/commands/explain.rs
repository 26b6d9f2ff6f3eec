//! `shelflife explain`.

use std::path::PathBuf;

use shelflife::triage::explain::explain;

use super::{export, print, read_audit};
use crate::exit::Exit;
use crate::failure::Failure;

/// Show how the verdict on a page or section came about.
///
/// The same sum that the policy makes: what each finding, age, churn and the other signals took from
/// 100, and what follows from it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife explain docs/install.md
  shelflife explain 'docs/install.md#linux' --audit weekly.json")]
pub struct Args {
    /// A page's id, and behind a # a section's id or heading
    #[arg(value_name = "PAGE[#HEADING]")]
    target: String,
    /// The audit that holds it
    #[arg(long, value_name = "AUDIT.json", default_value = "audit.json")]
    audit: PathBuf,
    /// Decide by this policy instead of the audit's own verdicts
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let policy = export::policy(args.policy.as_deref())?;
    let mut audit = read_audit(&args.audit)?;
    if args.policy.is_some() {
        shelflife::triage::verdict::apply(&mut audit, &policy);
    }
    let text = explain(&audit, &policy, &args.target).map_err(|e| Failure::usage(e.to_string()))?;
    print(text.as_bytes())?;
    Ok(Exit::Clean)
}
