//! What a page's statements are measured against: the present, the past, an older release, or
//! nothing, because a program wrote it.
//!
//! The words and patterns are data: `rules/document/{past,generated,releases}.toml`.

mod generated;
mod past;
mod release;
mod versions;

use std::collections::BTreeMap;

use super::attributes::Attributes;
use super::model::{Document, Tense};
use crate::history::RepoPath;

pub use release::Versions;

/// Sets the tense of a page, whether it is a guide from an old version to a new one, and which of
/// its sections tell of the past.
///
/// What says that a program wrote the page decides first; then folders of releases; then what makes
/// a page a record of the past: path, title, front matter, shape.
pub fn classify(document: &mut Document, path: &RepoPath, attributes: &Attributes, versions: &Versions) {
    let place = Place::new(path);
    let marks = attributes.of(path);
    let generated = match marks.generated {
        Some(true) => Some("linguist-generated in .gitattributes".to_owned()),
        Some(false) => None,
        None => generated::by(document),
    };
    let past = past::reason(document, &place);
    document.migration = false;
    document.historical_sections = Vec::new();
    document.tense = if let Some(by) = generated {
        Tense::Generated { by }
    } else if let Some(reason) = past.clone().filter(|reason| reason.starts_with("changelog")) {
        Tense::Historical { reason }
    } else if let Some(version) = versions.release_of(path) {
        Tense::Release { version }
    } else if let Some(reason) = past {
        Tense::Historical { reason }
    } else {
        document.migration = past::is_migration(document, &place);
        document.historical_sections = versions::sections(document);
        Tense::Current
    };
}

/// Makes proposals of the other pages of a folder for designs many of whose pages are proposals: at least three, and
/// a third.
pub fn spread<'p>(pages: impl Iterator<Item = (&'p RepoPath, &'p mut Document)>) {
    let mut folders: BTreeMap<String, (Vec<&mut Document>, usize, usize)> = BTreeMap::new();
    for (path, document) in pages {
        let place = Place::new(path);
        let Some(folder) = past::design_folder(&place) else { continue };
        let (current, proposals, all) = folders.entry(folder).or_default();
        *all += 1;
        match &document.tense {
            Tense::Historical { .. } => *proposals += 1,
            Tense::Current if !past::is_about(document, &place) => current.push(document),
            _ => {}
        }
    }
    for (folder, (current, proposals, all)) in folders {
        if proposals > 2 && proposals * 3 >= all {
            for document in current {
                let reason = format!("proposal: so are others of the folder `{folder}`");
                document.tense = Tense::Historical { reason };
            }
        }
    }
}

/// A page's path in lower case, with `_` and `-` as spaces.
struct Place {
    folders: Vec<String>,
    stem: String,
}

impl Place {
    fn new(path: &RepoPath) -> Self {
        let text = String::from_utf8_lossy(path.as_bytes()).to_lowercase();
        let (parent, name) = text.rsplit_once('/').unwrap_or(("", &text));
        let stem = match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() && !ending.bytes().all(|b| b.is_ascii_digit()) => stem,
            _ => name,
        };
        let plain = |s: &str| s.replace(['_', '-'], " ");
        Self { folders: parent.split('/').filter(|f| !f.is_empty()).map(plain).collect(), stem: plain(stem) }
    }
}

#[cfg(test)]
mod tests;
