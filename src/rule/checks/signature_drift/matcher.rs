//! Recognises the files in which a declaration still fits.

use crate::code::{self, Declaration, Family, Grammar};
use crate::history::RepoPath;
use crate::history::cause::Matcher;
use crate::history::lifetime::is_binary;
use crate::history::scan::{self, Role, Sink, Token};
use crate::history::term::Term;

/// What is looked for in a declaration.
pub type Accepts = Box<dyn Fn(&Declaration, Family) -> bool + Send + Sync>;

/// The declarations of one name that are accepted.
pub struct DeclarationMatcher {
    name: String,
    accepts: Accepts,
}

impl DeclarationMatcher {
    /// The matcher of declarations called `name` of which `accepts` holds.
    pub fn new(name: &str, accepts: Accepts) -> Self {
        Self { name: name.to_owned(), accepts }
    }
}

struct Declares {
    term: Term,
    found: bool,
}

impl Sink for Declares {
    fn token(&mut self, token: &Token) {
        self.found |= token.exact == self.term && matches!(token.role, Role::Definition | Role::Key | Role::Literal);
    }
}

impl Matcher for DeclarationMatcher {
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        let Some(grammar) = Grammar::of(path).filter(|_| !is_binary(content)) else { return Vec::new() };
        let mut declares = Declares { term: Term::exact(self.name.as_bytes()), found: false };
        if grammar != Grammar::Cpp {
            scan::scan(path, content, &mut declares);
        }
        if !declares.found && grammar != Grammar::Cpp {
            return Vec::new();
        }
        let Some(found) = code::read(grammar, content) else { return Vec::new() };
        let family = grammar.family();
        let mut lines: Vec<u32> = found
            .declarations
            .iter()
            .filter(|d| d.name == self.name && (self.accepts)(d, family))
            .map(|d| d.line)
            .collect();
        lines.dedup();
        lines
    }

    fn needle(&self) -> Option<&[u8]> {
        Some(self.name.as_bytes())
    }
}
