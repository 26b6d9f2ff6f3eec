//! What the audit says of each page, and what Dify should hold of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::exclusion::export::records;
use crate::exclusion::template::{Template, TemplateError};
use crate::exclusion::{ExportError, Options, Outcome};
use crate::report::json::v1::Action;
use crate::triage::policy::Policy;

/// The metadata field of the action.
pub const ACTION: &str = "shelflife_action";
/// The metadata field that names the page, by which a later run knows a renamed document.
pub const ID: &str = "shelflife_id";
/// The metadata field that says what we switched off: `document`, or the first letters of chunks' ids.
pub const OFF: &str = "shelflife_off";

/// The metadata fields that we write, with their types.
pub const FIELDS: [(&str, &str); 6] = [
    (ACTION, "string"),
    ("shelflife_freshness", "number"),
    ("shelflife_since", "string"),
    ("shelflife_status", "string"),
    (ID, "string"),
    (OFF, "string"),
];

/// A page of the audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its id.
    pub id: String,
    /// How the index names it, by the template.
    pub name: Option<String>,
    /// Its title.
    pub title: String,
    /// Where a person can open it.
    pub url: Option<String>,
    /// Whether it is to be switched off as a whole.
    pub off: bool,
    /// The values of its metadata, without [`OFF`].
    pub metadata: BTreeMap<&'static str, Value>,
    /// Its sections, in order.
    pub sections: Vec<Part>,
}

/// A section of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// First line, from 1.
    pub start: u32,
    /// Last line.
    pub end: u32,
    /// Hash of its text.
    pub hash: String,
    /// Whether it is excluded.
    pub off: bool,
    /// The lines that are proved wrong in it, also where it is not excluded as a whole: first and last.
    pub wrong: Vec<[u32; 2]>,
}

impl Page {
    /// Whether some of its sections, or some lines of them, are to be switched off, and others not.
    #[must_use]
    pub fn is_partly_off(&self) -> bool {
        !self.off && self.sections.iter().any(|s| s.off || !s.wrong.is_empty())
    }
}

/// Reads the pages of the audit at `path`. `template` says how the index names a page.
///
/// # Errors
/// If the audit is not to be used, too much would be excluded, or the template is none.
pub fn read(path: &Path, policy: &Policy, options: &Options) -> Result<(Vec<Page>, Outcome), ExportError> {
    let usage = |e: TemplateError| ExportError::Usage(e.to_string());
    let template = Template::parse(options.id_template.as_deref().unwrap_or("{path}"), false).map_err(usage)?;
    let mut pages: Vec<Page> = Vec::new();
    let outcome = records(path, policy, options, &mut |_, record| {
        let document = record.document;
        let verdict = record.verdict;
        let Some(section) = record.section else {
            let since = record.since.map(|s| s.date_naive().to_string()).unwrap_or_default();
            let mut metadata: BTreeMap<&'static str, Value> = BTreeMap::new();
            metadata.insert(ACTION, word(&verdict.action));
            metadata.insert("shelflife_freshness", json!(verdict.freshness));
            metadata.insert("shelflife_since", since.into());
            metadata.insert("shelflife_status", word(&verdict.status));
            metadata.insert(ID, document.id.as_str().into());
            pages.push(Page {
                id: document.id.clone(),
                name: template.render(record).ok().and_then(|names| names.into_iter().next()),
                title: document.title.clone(),
                url: document.url.clone(),
                off: verdict.action == Action::Exclude,
                metadata,
                sections: Vec::with_capacity(document.sections.len()),
            });
            return;
        };
        let off = verdict.action == Action::Exclude;
        let wrong = verdict.lines.clone();
        let part = Part { start: section.start, end: section.end, hash: section.content_hash.clone(), off, wrong };
        if let Some(page) = pages.last_mut() {
            page.sections.push(part);
        }
    })?;
    Ok((pages, outcome))
}

fn word(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
