//! `shelflife init`.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use shelflife::history::Repository;
use shelflife::init::{self, WORKFLOWS};
use shelflife::report::escape::terminal;

use super::print;
use crate::exit::Exit;
use crate::failure::Failure;

/// Show, and with --write make, a configuration and workflows that fit the repository.
///
/// Nothing that is there is ever changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife init                               what would be written, and why
  shelflife init --write
  shelflife init --workflow weekly --workflow exclusions --write")]
pub struct Args {
    /// The repository, or a folder in it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Write the files
    #[arg(long)]
    write: bool,
    /// A workflow to write: pull-request, pull-request-comment, weekly, exclusions or none (repeatable) [default: the first three]
    #[arg(long, value_name = "NAME", value_parser = ["pull-request", "pull-request-comment", "weekly", "exclusions", "none"])]
    workflow: Vec<String>,
    /// The action that the workflows use, where it is another than the released one
    #[arg(long, value_name = "OWNER/NAME@REF", value_parser = action)]
    action: Option<String>,
}

fn action(text: &str) -> Result<String, String> {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
    };
    match text.split_once('@') {
        Some((name, version)) if plain(name) && plain(version) && name.contains('/') => Ok(text.to_owned()),
        _ => Err("an action and its version, such as owner/name@v1.2.3".to_owned()),
    }
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let repository = Repository::open(&args.path)?;
    if repository.is_bare() {
        return Err(Failure::usage("the repository is bare: there is no place to write files to"));
    }
    let default: Vec<&str> = WORKFLOWS.iter().map(|(name, _)| *name).take(3).collect();
    let asked: Vec<&str> = args.workflow.iter().map(String::as_str).collect();
    let workflows = if asked.is_empty() { default } else { asked };
    let plan = init::plan(&repository, &workflows, args.action.as_deref())
        .map_err(|error| Failure::cannot(error.to_string()))?;
    let mut text = String::new();
    for line in &plan.seen {
        text.push_str(&format!("seen: {}\n", terminal(line)));
    }
    for file in &plan.files {
        let verb = if args.write { "written" } else { "would write" };
        text.push_str(&format!("{verb}: {}  ({})\n", file.path.display(), terminal(&file.why)));
    }
    if plan.files.is_empty() {
        text.push_str("nothing to write\n");
    } else if !args.write {
        for file in &plan.files {
            text.push_str(&format!("\n--- {}\n{}", file.path.display(), file.text));
        }
        text.push_str("\nNothing was written; --write does it.\n");
    }
    if args.write {
        let root = repository.root();
        for file in &plan.files {
            let path = root.join(&file.path);
            let cannot = |error: std::io::Error| Failure::cannot(format!("{}: {error}", path.display()));
            if let Some(folder) = path.parent() {
                // A folder that is a link leads to where nobody asked to write.
                let below = folder.strip_prefix(root).unwrap_or(folder);
                let mut at = root.to_owned();
                for part in below.components() {
                    at.push(part);
                    if at.is_symlink() {
                        return Err(Failure::cannot(format!(
                            "{} is a symbolic link: nothing is written there",
                            at.display()
                        )));
                    }
                }
                fs::create_dir_all(folder).map_err(cannot)?;
            }
            // Never over what is there, even if it came this moment.
            let mut new = fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(cannot)?;
            new.write_all(file.text.as_bytes()).map_err(cannot)?;
        }
    }
    print(text.as_bytes())?;
    Ok(Exit::Clean)
}
