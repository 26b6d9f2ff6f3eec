//! Pages that stand elsewhere than in the audited repository, read.

use rayon::prelude::*;

use crate::document::tense::{self, Versions};
use crate::document::{self, Attributes, Document, DocumentId, Tense};
use crate::finding::Inconclusive;
use crate::history::RepoPath;
use crate::reference::claim::value::{self, ValueClaim};
use crate::reference::{self, Reference};
use crate::source::{Collected, CollectedPage, SourceKind};
use crate::system::mapping::{PageClues, front_matter, links};

/// A page from elsewhere.
#[derive(Debug)]
pub struct Foreign<'a> {
    /// As its source gave it.
    pub page: &'a CollectedPage,
    /// The parsed page.
    pub document: Document,
    /// A name in the place of a path, which no file of a system has.
    pub path: RepoPath,
    /// What it names.
    pub references: Vec<Reference>,
    /// The values that it gives to them.
    pub values: Vec<ValueClaim>,
}

/// Parses the pages of `collected`; what can't be read, or was not collected, is said by name.
#[must_use]
pub fn read(collected: &Collected) -> (Vec<Foreign<'_>>, Vec<Inconclusive>) {
    let mut undecided: Vec<Inconclusive> = collected
        .failures
        .iter()
        .map(|failure| Inconclusive {
            document: failure.page.as_deref().map(DocumentId::new),
            reason: failure.reason.as_str(),
            message: match (&failure.page, &failure.title) {
                (Some(_), Some(title)) => format!("“{title}” was not collected: {}", failure.message),
                (Some(_), None) => format!("it was not collected: {}", failure.message),
                (None, _) => format!("{}: {}", failure.origin(), failure.message),
            },
        })
        .collect();
    let read: Vec<Result<Foreign<'_>, Inconclusive>> = collected.pages.par_iter().map(one).collect();
    let mut pages = Vec::new();
    for page in read {
        match page {
            Ok(page) => pages.push(page),
            Err(inconclusive) => undecided.push(inconclusive),
        }
    }
    for page in &pages {
        for message in &page.page.incomplete {
            let document = Some(page.document.id.clone());
            undecided.push(Inconclusive { document, reason: "incomplete", message: message.clone() });
        }
    }
    (pages, undecided)
}

fn one(page: &CollectedPage) -> Result<Foreign<'_>, Inconclusive> {
    let id = DocumentId::new(&page.id);
    let mut document = document::parse(id.clone(), page.format.into(), page.text.as_bytes())
        .map_err(|error| Inconclusive { document: Some(id), reason: error.reason(), message: error.to_string() })?;
    // By where it stands and what it is called: what is called minutes is minutes in every tool.
    let place = page.path.clone().unwrap_or_else(|| page.title.clone());
    let place = if place.contains('.') { place } else { format!("{place}.md") };
    tense::classify(&mut document, &RepoPath::from(place.as_str()), &Attributes::default(), &Versions::default());
    let current = matches!(document.tense, Tense::Current);
    let references = if current { reference::extract(&document) } else { Vec::new() };
    let values = if current { value::extract(&document, &references) } else { Vec::new() };
    Ok(Foreign { page, document, path: RepoPath::from(page.id.as_str()), references, values })
}

impl Foreign<'_> {
    /// Whether it speaks of the present.
    #[must_use]
    pub fn is_audited(&self) -> bool {
        matches!(self.document.tense, Tense::Current)
    }

    /// What mapping looks at.
    #[must_use]
    pub fn clues(&self) -> PageClues<'_> {
        let page = self.page;
        let mut names = vec![page.title.as_str(), page.source_name.as_str()];
        names.extend(page.parents.iter().map(|parent| parent.title.as_str()));
        names.extend(page.path.as_deref());
        names.extend(page.url.as_deref());
        names.push(page.id.split_once(':').map_or(page.id.as_str(), |(_, id)| id));
        let repository = page.repository.as_ref().map(|r| r.slug.trim_end_matches(".wiki").to_owned());
        let wiki = (page.source == SourceKind::GithubWiki).then(|| page.source_name.clone());
        PageClues {
            kind: Some(page.source),
            names,
            front_matter: front_matter(&self.document),
            property: page.describes.clone(),
            repository: repository.or(wiki),
            links: links(&self.document),
            references: &self.references,
        }
    }
}
