//! What has to be written to the documents of a dataset: a pure function of what the audit says, what
//! the dataset holds and what we switched off before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::Remote;
use super::journal::Journal;
use super::matching::Matched;
use super::pages::{ACTION, ID, OFF, Page};

/// The word in [`OFF`] for a document as a whole.
const WHOLE: &str = "document";
/// Letters of a chunk's id in [`OFF`].
const SHORT: usize = 8;

/// What we switched off of a document, as its metadata says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mark {
    /// The document itself.
    pub whole: bool,
    /// The first letters of chunks' ids.
    pub chunks: BTreeSet<String>,
}

impl Mark {
    /// Reads it from a document's metadata.
    #[must_use]
    pub fn of(document: &Remote) -> Self {
        let metadata = document.metadata();
        let mut mark = Self::default();
        for word in metadata.get(OFF).map(|w| w.split_whitespace()).into_iter().flatten() {
            if word == WHOLE {
                mark.whole = true;
            } else {
                mark.chunks.insert(word.to_owned());
            }
        }
        mark
    }

    /// The name under which a mark knows a chunk.
    #[must_use]
    pub fn short(chunk: &str) -> String {
        chunk.chars().take(SHORT).collect()
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> String {
        let whole = self.whole.then_some(WHOLE);
        whole.into_iter().chain(self.chunks.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

/// How a document is to be switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// Off.
    Off,
    /// On: we had switched it off.
    On,
}

/// What is to become of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Index of the document.
    pub document: usize,
    /// Index of its page; none where it stands for none.
    pub page: Option<usize>,
    /// The values that differ from those that it has, what we switch off among them.
    pub metadata: BTreeMap<&'static str, Value>,
    /// How it is to be switched.
    pub switch: Option<Switch>,
    /// What its metadata says of what we switched off, once it is switched.
    pub mark: Mark,
    /// Whether its chunks have to be looked at.
    pub chunks: bool,
    /// Why something can't be done now.
    pub left: Option<&'static str>,
}

/// What is to become of each document.
#[must_use]
pub fn steps(pages: &[Page], documents: &[Remote], matched: &Matched, journal: &Journal) -> Vec<Step> {
    let pairs = documents.iter().zip(&matched.page).enumerate();
    pairs
        .map(|(index, (document, page))| match page.as_ref().ok().and_then(|i| Some((*i, pages.get(*i)?))) {
            Some((at, page)) => step(index, at, page, document, journal),
            None => unknown(index, document),
        })
        .collect()
}

/// A document without a page: a filter by our metadata would drop it if the field were missing.
fn unknown(index: usize, document: &Remote) -> Step {
    let mut values: BTreeMap<&'static str, Value> = BTreeMap::new();
    values.insert(ACTION, "include".into());
    values.insert("shelflife_status", "unknown".into());
    values.insert("shelflife_freshness", 100.into());
    // What was switched off for a page that is gone stays as it is: nothing says that it is right.
    let stays = !document.enabled && Mark::of(document).whole;
    if stays {
        values.clear();
    }
    Step {
        document: index,
        page: None,
        metadata: differing(values, document),
        switch: None,
        mark: Mark::of(document),
        chunks: false,
        left: stays.then_some("its page is no longer there, and it stays switched off"),
    }
}

fn step(index: usize, at: usize, page: &Page, document: &Remote, journal: &Journal) -> Step {
    let mark = Mark::of(document);
    let ours = mark.whole || journal.has_document(&document.id);
    let our_chunks = !mark.chunks.is_empty() || journal.has_chunks(&document.id);
    let wanted = match (page.off, document.enabled) {
        (true, true) => Some(Switch::Off),
        (false, false) if ours => Some(Switch::On),
        _ => None,
    };
    let chunks = page.is_partly_off() || (our_chunks && !page.off);
    let (mut switch, mut left) = (wanted, None);
    if wanted.is_some() || chunks {
        if document.archived {
            (switch, left) = (None, Some("it is archived, and is not switched"));
        } else if !document.is_ready() {
            (switch, left) = (None, Some("it is still being indexed: run again later"));
        }
    }
    let whole = match switch {
        Some(Switch::Off) => true,
        Some(Switch::On) => false,
        // Who switched it off before we did may switch it on again.
        None => ours && !document.enabled,
    };
    let after = Mark { whole, chunks: mark.chunks.clone() };
    let mut values = page.metadata.clone();
    // Noted before it is switched off, and until it is switched on.
    let before = Mark { whole: whole || (switch == Some(Switch::On)), chunks: mark.chunks };
    values.insert(OFF, before.text().into());
    Step {
        document: index,
        page: Some(at),
        metadata: differing(values, document),
        switch,
        mark: after,
        chunks: chunks && left.is_none(),
        left,
    }
}

/// The values that the document does not have yet.
#[must_use]
pub fn differing(values: BTreeMap<&'static str, Value>, document: &Remote) -> BTreeMap<&'static str, Value> {
    let held = document.metadata();
    let same = |name: &str, value: &Value| held.get(name).cloned().unwrap_or_default() == plain(value);
    values.into_iter().filter(|(name, value)| !same(name, value)).collect()
}

/// A value as [`Remote::metadata`] gives it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |n| n.to_string()),
        _ => String::new(),
    }
}

/// What takes our word on a document back.
#[must_use]
pub fn taken_back() -> BTreeMap<&'static str, Value> {
    let mut values: BTreeMap<&'static str, Value> = BTreeMap::new();
    values.insert(ACTION, "include".into());
    values.insert("shelflife_status", "unknown".into());
    values.insert("shelflife_freshness", 100.into());
    values.insert("shelflife_since", "".into());
    values.insert(ID, "".into());
    values.insert(OFF, "".into());
    values
}
