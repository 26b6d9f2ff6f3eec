//! Colour: when, and which.

use std::ffi::OsString;
use std::io::IsTerminal;

use clap::ValueEnum;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set; with `CLICOLOR_FORCE` everywhere
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

impl ColorChoice {
    /// Whether to colour what goes to stdout.
    pub fn stdout(self) -> bool {
        self.decide(std::io::stdout().is_terminal(), &|name| std::env::var_os(name))
    }

    /// Whether to colour what goes to stderr.
    pub fn stderr(self) -> bool {
        self.decide(std::io::stderr().is_terminal(), &|name| std::env::var_os(name))
    }

    /// The conventions of no-color.org and bixense.com/clicolors.
    fn decide(self, terminal: bool, variable: &dyn Fn(&str) -> Option<OsString>) -> bool {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR") => false,
            Self::Auto if set("CLICOLOR_FORCE") && variable("CLICOLOR_FORCE").is_none_or(|v| v != "0") => true,
            Self::Auto if variable("CLICOLOR").is_some_and(|v| v == "0") => false,
            Self::Auto => terminal && variable("TERM").is_none_or(|v| v != "dumb"),
        }
    }
}

/// Paints words for stderr.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    color: bool,
}

impl Paint {
    /// For stderr.
    pub fn stderr(choice: ColorChoice) -> Self {
        Self { color: choice.stderr() }
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The word that begins an error.
    pub fn error(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// The word that begins a warning.
    pub fn warning(self, text: &str) -> String {
        self.with("1;33", text)
    }

    /// The word that begins advice.
    pub fn help(self, text: &str) -> String {
        self.with("1;36", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_only_where_the_flag_does_not() {
        let with = |choice: ColorChoice, terminal: bool, set: &[(&str, &str)]| {
            choice.decide(terminal, &|name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v)))
        };
        assert!(with(ColorChoice::Auto, true, &[]));
        assert!(!with(ColorChoice::Auto, false, &[]));
        assert!(!with(ColorChoice::Auto, true, &[("NO_COLOR", "1")]));
        assert!(with(ColorChoice::Auto, true, &[("NO_COLOR", "")]));
        assert!(with(ColorChoice::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!with(ColorChoice::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!with(ColorChoice::Auto, false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
        assert!(!with(ColorChoice::Auto, true, &[("CLICOLOR", "0")]));
        assert!(!with(ColorChoice::Auto, true, &[("TERM", "dumb")]));
        assert!(with(ColorChoice::Always, false, &[("NO_COLOR", "1")]));
        assert!(!with(ColorChoice::Never, true, &[("CLICOLOR_FORCE", "1")]));
    }
}
