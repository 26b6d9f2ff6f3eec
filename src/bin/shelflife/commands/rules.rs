//! `shelflife rules`.

use shelflife::rule::{Definition, explain, registry};

use super::print;
use crate::exit::Exit;
use crate::failure::Failure;

/// List the rules, or explain one.
///
/// Of a rule: what it finds, why that matters, examples that it reports and that it does not, and
/// its options.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife rules
  shelflife rules dead-flag")]
pub struct Args {
    /// The rule to explain
    #[arg(value_name = "ID")]
    id: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let text = match &args.id {
        None => explain::list(registry::all()),
        Some(id) => explain::explain(find(id)?),
    };
    print(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// The rule called `id`.
pub fn find(id: &str) -> Result<&'static Definition, Failure> {
    registry::get(id).ok_or_else(|| {
        let failure = Failure::usage(format!("there is no rule `{id}`"));
        match registry::nearest(id) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`shelflife rules` lists them"),
        }
    })
}
