//! Which pages speak of a file or symbol, and whether they are right: from an audit alone, so that it
//! answers at once.

use serde::Serialize;

use crate::report::json::v1::{Action, Audit, Document, Finding, Section, Status};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// A file or folder of the system: its path, or the end of it.
    pub path: String,
    /// A symbol in it.
    pub symbol: Option<String>,
}

impl Query {
    /// `PATH`, `PATH:SYMBOL` or `PATH::SYMBOL`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, symbol) = match text.split_once(':') {
            Some((path, symbol)) => (path, Some(symbol.trim_start_matches(':').to_owned())),
            None => (text, None),
        };
        let path = path.trim_start_matches("./").trim_end_matches('/').to_owned();
        Self { path, symbol: symbol.filter(|s| !s.is_empty()) }
    }

    /// Whether `file` is the one, lies in it, or is the folder that holds it.
    fn meets(&self, file: &str) -> bool {
        if self.path.is_empty() {
            return false;
        }
        if let Some(folder) = file.strip_suffix('/') {
            return self.path == folder || self.path.starts_with(file);
        }
        file == self.path
            || file.strip_suffix(self.path.as_str()).is_some_and(|before| before.ends_with('/'))
            || file.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }

    fn names(&self, text: &str) -> bool {
        let Some(symbol) = &self.symbol else { return true };
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let last = symbol.rsplit(|c: char| !is_part(c)).find(|s| !s.is_empty()).unwrap_or(symbol);
        text == symbol || text.split(|c: char| !is_part(c)).any(|part| part == last)
    }
}

/// A section that speaks of what was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// The page.
    pub document: String,
    /// The section.
    pub section: String,
    /// Its line.
    pub line: u32,
    /// What the policy makes of the section.
    pub status: Option<Status>,
    /// 0 to 100.
    pub freshness: Option<u8>,
    /// What a bot should do with it.
    pub action: Option<Action>,
    /// What the section says, a line each.
    pub says: Vec<Said>,
    /// What is proved wrong in it about this.
    pub wrong: Vec<String>,
    /// Who answers for the page.
    pub owners: Vec<String>,
    /// Where a person can open it.
    pub url: Option<String>,
}

/// A mention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// As the page writes it.
    pub text: String,
    /// Its line.
    pub line: u32,
}

/// The sections that speak of it: what is proved wrong first, then what is least fresh.
#[must_use]
pub fn impact(audit: &Audit, query: &Query) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    let mut findings: std::collections::HashMap<(&str, &str), Vec<&Finding>> = std::collections::HashMap::new();
    for finding in audit.findings.iter().filter(|f| concerns(f, query)) {
        findings.entry((&finding.location.document, &finding.section)).or_default().push(finding);
    }
    for document in &audit.documents {
        for section in &document.sections {
            let wrong = findings.get(&(document.id.as_str(), section.id.as_str())).map_or(&[][..], Vec::as_slice);
            places.extend(place(document, section, wrong, query));
        }
    }
    places.sort_by(|a, b| {
        (a.wrong.is_empty(), a.freshness, &a.document, a.line).cmp(&(
            b.wrong.is_empty(),
            b.freshness,
            &b.document,
            b.line,
        ))
    });
    places
}

fn place(document: &Document, section: &Section, findings: &[&Finding], query: &Query) -> Option<Place> {
    let mentions = section.mentions.iter().filter(|m| m.files.iter().any(|f| query.meets(f)));
    // Who asks for a symbol does not want all that the file is named for.
    let mentions = mentions.filter(|m| query.names(&m.text));
    let says: Vec<Said> = mentions.map(|m| Said { text: m.text.clone(), line: m.line }).collect();
    if says.is_empty() && findings.is_empty() {
        return None;
    }
    let first = says.iter().map(|s| s.line).chain(findings.iter().map(|f| f.location.start.line)).min();
    Some(Place {
        document: document.id.clone(),
        section: section.id.clone(),
        line: first.unwrap_or(section.start),
        status: section.verdict.as_ref().map(|v| v.status),
        freshness: section.verdict.as_ref().map(|v| v.freshness),
        action: section.verdict.as_ref().map(|v| v.action),
        says,
        wrong: findings.iter().map(|f| format!("{}: {} (line {})", f.rule, f.message, f.location.start.line)).collect(),
        owners: document.signals.owners.iter().map(|o| o.name.clone()).collect(),
        url: document.url.clone(),
    })
}

/// Whether the proof of a finding lies in the file: it was backed there, broke there, or stands there now.
fn concerns(finding: &Finding, query: &Query) -> bool {
    let evidence = &finding.evidence;
    let witnesses = evidence.witnesses.iter().chain(&evidence.now).map(|w| w.path.as_str());
    let cause = evidence.cause.iter().filter_map(|c| c.path.as_deref());
    witnesses.chain(cause).any(|path| query.meets(path)) && query.names(&finding.location.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_met_by_path_ending_and_folder() {
        let meets = |query: &str, file: &str| Query::parse(query).meets(file);
        assert!(meets("src/a.rs", "src/a.rs"));
        assert!(meets("./src/a.rs:read", "src/a.rs"));
        assert!(meets("a.rs", "src/a.rs"));
        assert!(meets("src", "src/a.rs"));
        assert!(meets("src/", "src/a.rs"));
        assert!(meets("src/a.rs", "src/"));
        assert!(!meets("rc/a.rs", "src/a.rs"));
        assert!(!meets("src/a", "src/a.rs"));
        assert!(!meets("srcs/a.rs", "src/"));
        assert!(!meets("", "src/a.rs"));
        let names = |query: &str, text: &str| Query::parse(query).names(text);
        assert!(names("a.rs", "anything"));
        assert!(names("a.rs:read_all", "reader::read_all()"));
        assert!(names("a.rs::Reader::read_all", "read_all"));
        assert!(!names("a.rs:read", "read_all"));
    }
}
