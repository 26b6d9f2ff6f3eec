//! Which page describes which system, and why.
//!
//! What somebody said decides first: `describes` of the configuration, the page's front matter, a
//! property of the page. Then where it stands (a repository's wiki) and where it links to. Otherwise
//! the names in it decide: a page that names what only one system ever had describes that system. A
//! page that tells by nothing is unmapped, which is a result, not a guess.

mod declared;
mod hits;

use serde::{Deserialize, Serialize};

use crate::config::system::DescribesConfig;
use crate::reference::Reference;
use crate::source::SourceKind;

pub use declared::{front_matter, links};
pub use hits::weight;

/// What is known of a page before its content is looked at.
#[derive(Debug, Clone, Default)]
pub struct PageClues<'a> {
    /// The kind of its source; none for pages of the audited tree.
    pub kind: Option<SourceKind>,
    /// What globs of `describes` are matched against: title, the titles above it, id without its kind,
    /// address, path, the source's name.
    pub names: Vec<&'a str>,
    /// The systems that its front matter names.
    pub front_matter: Vec<String>,
    /// The systems that a property of the page names.
    pub property: Vec<String>,
    /// `owner/name` of the repository that holds it, if one does; of a wiki, of its repository.
    pub repository: Option<String>,
    /// `owner/name` of the repositories that it links to, with the number of links.
    pub links: Vec<(String, usize)>,
    /// What it names.
    pub references: &'a [Reference],
}

/// A system that pages can describe.
pub struct Candidate<'a> {
    /// Its name.
    pub name: &'a str,
    /// `owner/name` at its hosts, and other names of its repository.
    pub slugs: &'a [String],
    /// What the configuration says of it.
    pub describes: &'a [DescribesConfig],
    /// How much it tells that the system had what a reference names, 0 for nothing; none where the
    /// system could not be read.
    pub knows: Option<&'a (dyn Fn(&Reference) -> u32 + Sync)>,
}

/// A page's system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// Index of the candidate.
    pub system: usize,
    /// Why, for people: one line.
    pub reason: String,
    /// Whether somebody said so, rather than its place or its names telling it.
    #[serde(default)]
    pub said: bool,
}

/// What became of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapping {
    /// It describes these, in the order of the candidates; never empty.
    To(Vec<Mapped>),
    /// It tells by nothing; says what was looked at.
    Unmapped(String),
}

/// Maps a page to the candidates that it describes.
#[must_use]
pub fn map(page: &PageClues<'_>, candidates: &[Candidate<'_>]) -> Mapping {
    let declared = declared::declared(page, candidates);
    if !declared.mapped.is_empty() {
        return Mapping::To(declared.mapped);
    }
    if !declared.unknown.is_empty() {
        let names = declared.unknown.join("`, `");
        return Mapping::Unmapped(format!(
            "it says that it describes `{names}`, which no [[system]] of the configuration is called"
        ));
    }
    let placed = declared::placed(page, candidates);
    if !placed.is_empty() {
        return Mapping::To(placed);
    }
    hits::by_hits(page.references, candidates)
}

#[cfg(test)]
mod tests;
