//! The signals that a page's own text gives: what it says of its reviews and owners, and which of
//! its sections are older copies of others. What git knows comes from elsewhere.

use std::collections::HashMap;

use super::{near_duplicates, owners, review};
use crate::document::Document;
use crate::report::json::v1;

/// What a page says of itself.
#[must_use]
pub fn of_page(document: &Document) -> v1::Signals {
    let front_matter = document.front_matter.as_ref().map(|f| &f.value);
    let said = review::said(front_matter, document.comments.iter().map(|c| c.text.as_str()));
    let mut owners = front_matter.map(owners::of_front_matter).unwrap_or_default();
    if let Some(name) = said.owner.filter(|_| owners.is_empty()) {
        owners.push(v1::Owner { name, source: "front-matter".into() });
    }
    v1::Signals { reviewed: said.reviewed, review_by: said.review_by, owners, ..v1::Signals::default() }
}

/// Marks the sections of `published` that are older copies, by the texts of the pages `read`.
pub fn mark_duplicates<'d>(published: &mut [v1::Document], read: impl IntoIterator<Item = &'d Document>) {
    let mut texts: HashMap<(&str, &str), &str> = HashMap::new();
    for document in read {
        for section in &document.sections {
            texts.insert((document.id.as_str(), section.id.as_str()), section.span.of(&document.text));
        }
    }
    near_duplicates::annotate(published, &|document, section| {
        texts.get(&(document.id.as_str(), section.id.as_str())).copied()
    });
}
