//! What the command line looks like. Each command's own arguments stand in its file.

use clap::{Parser, Subcommand, ValueEnum};
use shelflife::config::FailOn;
use shelflife::finding::Level;

use crate::commands::{
    audit, cache, collect, explain, export, fix, generate, graph, impact, init, map, merge, publish, review, rules,
    serve,
};
use crate::style::ColorChoice;

/// Finds what documentation says that is no longer true, and proves it from git history.
#[derive(Debug, Parser)]
#[command(name = "shelflife", version, max_term_width = 100, propagate_version = true)]
#[command(after_help = "\
Examples:
  shelflife audit                          the repository around the current folder
  shelflife audit ../project -o audit.json -o audit.sarif
  shelflife rules dead-flag                what a rule finds, and why
  shelflife help audit                     all options of a command")]
pub struct Cli {
    /// When to use colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", display_order = 90, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do. The help of each is that of its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    Audit(Box<audit::Args>),
    Export(Box<export::Args>),
    Publish(Box<publish::Args>),
    Serve(Box<serve::Args>),
    Graph(graph::Args),
    Impact(impact::Args),
    Explain(explain::Args),
    Review(review::Args),
    Fix(fix::Args),
    Init(init::Args),
    Map(map::Args),
    Merge(merge::Args),
    Rules(rules::Args),
    Cache(cache::Args),
    Collect(collect::Args),
    Generate(generate::Args),
}

/// A confidence on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    /// Everything
    Low,
    /// What is probably right
    Medium,
    /// What we would bet on
    High,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Low => Self::Low,
            LevelArg::Medium => Self::Medium,
            LevelArg::High => Self::High,
        }
    }
}

/// `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOnArg {
    /// Any finding
    Note,
    /// Warnings and errors
    Warning,
    /// Errors only
    Error,
    /// No finding
    Never,
}

impl From<FailOnArg> for FailOn {
    fn from(fail_on: FailOnArg) -> Self {
        match fail_on {
            FailOnArg::Note => Self::Note,
            FailOnArg::Warning => Self::Warning,
            FailOnArg::Error => Self::Error,
            FailOnArg::Never => Self::Never,
        }
    }
}
