//! The command line.

mod args;
mod commands;
mod exit;
mod failure;
mod output;
mod progress;
mod style;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A defect of ours must not look like a finding (1) or like a clean run.
    let result = std::panic::catch_unwind(commands::main);
    match result {
        Ok(status) => status.into(),
        Err(_) => {
            eprintln!("help: this is a defect in shelflife; please report it with the lines above");
            exit::Exit::CannotAudit.into()
        }
    }
}
