//! The command line.

mod args;
mod commands;
mod exit;
mod failure;
mod output;
mod progress;
mod style;

use std::process::ExitCode;

use shelflife::report::escape::{terminal, terminal_short};

/// Characters of a defect's message that are shown.
const MOST_SAID: usize = 400;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(tell));
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

/// Says where a defect is. Its message may quote what was read, which is anyone's text.
fn tell(defect: &std::panic::PanicHookInfo<'_>) {
    let place = defect.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    let message = defect.payload_as_str().unwrap_or("no message");
    eprintln!("error: a defect in shelflife{place}: {}", terminal_short(message, MOST_SAID));
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        let trace = std::backtrace::Backtrace::force_capture().to_string();
        trace.lines().for_each(|line| eprintln!("{}", terminal(line)));
    }
}
