//! What checks may ask: the code's past and present, and the pages.

use std::collections::HashMap;

use crate::document::Document;
use crate::history::RepoPath;
use crate::history::facts::Facts;
use crate::history::lifetime::{Life, Lifetimes};
use crate::history::pairs::Pairs;
use crate::history::paths::Paths;
use crate::history::snapshot::{Mask, Snapshots};
use crate::history::term::Term;
use crate::reference::Reference;
use crate::reference::claim::value::ValueClaim;

/// A page with what was read from it.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The parsed page.
    pub document: &'a Document,
    /// Its path in the repository.
    pub path: &'a RepoPath,
    /// What it names, in reading order.
    pub references: &'a [Reference],
    /// The values that it gives to them.
    pub values: &'a [ValueClaim],
}

impl Page<'_> {
    /// The folder that holds the page.
    #[must_use]
    pub fn folder(&self) -> &[u8] {
        self.path.parent()
    }
}

/// The system that pages are compared with.
#[derive(Debug)]
pub struct System<'a> {
    /// The states that stand for the history.
    pub snapshots: &'a Snapshots,
    /// Its paths.
    pub paths: Paths<'a>,
    /// Its names.
    pub lifetimes: &'a Lifetimes,
    /// The values beside the names that pages give values to.
    pub pairs: &'a Pairs,
    /// Every page that was parsed, by path.
    pub pages: HashMap<&'a RepoPath, &'a Document>,
    /// What its manifests said of versions.
    pub facts: &'a Facts,
    /// `owner/name` of the repository at its hosts.
    pub slugs: &'a [String],
}

impl System<'_> {
    /// The set that holds only the head.
    #[must_use]
    pub fn head(&self) -> Mask {
        self.snapshots.head()
    }

    /// The life of a name, all spellings together.
    #[must_use]
    pub fn life(&self, name: &str) -> Life {
        self.lifetimes.of(Term::folded(name.as_bytes()))
    }

    /// The life of a name as it is spelt.
    #[must_use]
    pub fn life_exact(&self, name: &str) -> Life {
        self.lifetimes.of(Term::exact(name.as_bytes()))
    }

    /// Whether any of `masks` is held by the head.
    #[must_use]
    pub fn at_head(&self, mask: Mask) -> bool {
        !mask.and(self.head()).is_empty()
    }

    /// The part of `mask` that lies before the head.
    #[must_use]
    pub fn earlier(&self, mask: Mask) -> Mask {
        mask.and(self.snapshots.before_head())
    }
}
