//! What a check gives: a claim that the lifetime table says lost its witness, not yet proved.

use std::fmt;
use std::sync::Arc;

use super::backing::{self, Backing};
use super::confidence::Sure;
use crate::document::{Format, Span};
use crate::history::cause::Matcher;
use crate::history::scan::{self, Role, Sink, Token};
use crate::history::snapshot::Mask;
use crate::history::term::{Domain, Term};
use crate::history::{MainIx, Oid, RepoPath};

/// A claim to look at closely.
#[derive(Debug, Clone)]
pub struct Suspect {
    /// The rule.
    pub rule: &'static str,
    /// Where the reference stands in the page.
    pub span: Span,
    /// Index of its section.
    pub section: usize,
    /// The reference, normalised for the fingerprint.
    pub subject: String,
    /// The text whose entry into the page is the moment (part of the page's line).
    pub anchor: String,
    /// What is wrong, in a sentence, without its end (" is gone from the code").
    pub message: String,
    /// How sure we are before the history is asked.
    pub probability: Sure,
    /// The snapshots that back the claim.
    pub had: Mask,
    /// How the claim is proved.
    pub proof: Proof,
}

impl Suspect {
    /// A suspect about `text`, the words at `span` of a section: they are its subject, and their entry into the
    /// page is its moment.
    #[must_use]
    pub fn of_text(
        rule: &'static str,
        (span, section): (Span, usize),
        text: &str,
        message: String,
        probability: Sure,
        had: Mask,
        proof: Proof,
    ) -> Self {
        let (subject, anchor) = (text.to_owned(), text.to_owned());
        Self { rule, span, section, subject, anchor, message, probability, had, proof }
    }
}

/// How a claim is proved.
#[derive(Debug, Clone)]
pub enum Proof {
    /// By a name in the code.
    Name {
        /// Recognises it.
        witness: NameWitness,
        /// The part of the page's text that a replacement stands for.
        text: String,
    },
    /// By a path of the tree.
    Path {
        /// The path as it was in the tree.
        path: RepoPath,
        /// The folder that relative destinations start from.
        base: Vec<u8>,
        /// How the page wrote it, to write a new one alike.
        style: PathStyle,
    },
    /// By a heading or anchor of a page, looked up in the page's own versions.
    Anchor {
        /// The page that held it.
        page: RepoPath,
        /// How that page is written.
        format: Format,
        /// The anchor.
        name: String,
    },
    /// By what stood at a place of a file when the page was written.
    Place {
        /// The file.
        path: RepoPath,
        /// The place in it.
        at: At,
    },
    /// By a release that overtook the one that the page names.
    Release {
        /// When that was.
        at: MainIx,
        /// Its commit.
        commit: Oid,
        /// The newest version now, as the page would write it.
        replacement: String,
    },
    /// By lines that hold a value, which other lines hold now.
    Line {
        /// Recognises the lines that hold the old value.
        matcher: LineMatcher,
        /// Where the new value stands at the head, best first; empty where nothing took its place.
        now: Vec<Standing>,
        /// The new value as the page would write it in the place of the anchor.
        replacement: Option<String>,
    },
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// First and last line, from 1.
    Lines(u32, u32),
    /// The definition of a name.
    Name(String),
}

/// A [`Matcher`] that suspects share.
#[derive(Clone)]
pub struct LineMatcher(pub Arc<dyn Matcher>);

impl fmt::Debug for LineMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineMatcher")
    }
}

/// A line of the head that holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The file.
    pub path: RepoPath,
    /// Line from 1; 0 where it is not known.
    pub line: u32,
    /// The line, trimmed.
    pub text: String,
}

/// How a page writes a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathStyle {
    /// From the root of the repository.
    Root,
    /// From the folder of the page.
    Relative,
    /// Only its end.
    Ending,
    /// As a name with dots, without its source folder and suffix.
    Dotted,
}

/// Recognises the witnesses of a name in a file.
#[derive(Debug, Clone)]
pub struct NameWitness {
    /// Any of these terms …
    pub terms: Arc<[Term]>,
    /// … in any of these roles.
    pub roles: &'static [Role],
    /// Names of manifests that count as well.
    pub declared: Option<(Domain, Term)>,
    /// Bytes that each holder contains, for a quick look.
    pub needle: Vec<u8>,
    /// What the line must show beside the name.
    pub backing: Backing,
}

struct Lines<'w> {
    witness: &'w NameWitness,
    path: &'w RepoPath,
    content: &'w [u8],
    found: Vec<(Role, u32)>,
}

impl Lines<'_> {
    fn backs(&self, token: &Token) -> bool {
        if self.witness.backing == Backing::Named {
            return true;
        }
        let start = memchr::memrchr(b'\n', &self.content[..token.start]).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &self.content[token.end..]).map_or(self.content.len(), |at| token.end + at);
        let name = &self.content[token.start..token.end];
        let line = &self.content[start..end];
        self.witness.backing.accepts(self.path, line, name, token.role)
            || self.witness.backing == Backing::Option && backing::opens_option(&self.content[..start], line, name)
    }
}

impl Sink for Lines<'_> {
    fn token(&mut self, token: &Token) {
        if self.witness.roles.contains(&token.role)
            && (self.witness.terms.contains(&token.exact) || self.witness.terms.contains(&token.folded))
            && self.backs(token)
        {
            self.found.push((token.role, token.line));
        }
    }
}

impl NameWitness {
    /// The lines of `content` that hold the name in one of the roles, definitions first.
    #[must_use]
    pub fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        let mut sink = Lines { witness: self, path, content, found: Vec::new() };
        if !self.terms.is_empty() {
            // A name without capitals and separators has other spellings too, on lines without it.
            if self.needle.is_empty() || self.terms.contains(&Term::folded(&self.needle)) {
                scan::scan(path, content, &mut sink);
            } else {
                scan::scan_near(path, content, &self.needle, &mut sink);
            }
        }
        if let Some((domain, term)) = self.declared {
            scan::names(path, content, &mut |d, name, line| {
                if d == domain && Term::of(d, name) == term && self.backing.accepts(path, b"", name, Role::Definition) {
                    sink.found.push((Role::Definition, line.max(1)));
                }
            });
        }
        sink.found.sort_unstable();
        sink.found.dedup_by_key(|f| f.1);
        sink.found.into_iter().map(|(_, line)| line).collect()
    }
}
