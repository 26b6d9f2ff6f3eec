//! The list that stands: what is on it stays until it is right again, not until a threshold
//! flickers.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::ExportError;
use super::list::v1::List;
use crate::report::json::v1::{Action, Document, Section, Status, Verdict};
use crate::triage::grounds::Grounds;
use crate::triage::policy::Policy;
use crate::triage::{score, verdict};

/// What an earlier list excludes.
#[derive(Debug, Clone, Default)]
pub struct Previous {
    /// By page, then section (empty for the page as a whole): since when.
    excluded: HashMap<String, HashMap<String, Option<DateTime<Utc>>>>,
    /// By page, then section: the lines of sections that stay in.
    lines: HashMap<String, HashMap<String, Lines>>,
}

/// Lines of a section that an earlier list leaves out.
#[derive(Debug, Clone)]
struct Lines {
    /// The section's first line then.
    start: u32,
    /// The hash of its text then.
    hash: String,
    wrong: Vec<[u32; 2]>,
}

impl Lines {
    /// The lines as they are numbered now, if the section's text is the same.
    fn now(&self, section: &Section) -> Option<Vec<[u32; 2]>> {
        if self.hash != section.content_hash {
            return None;
        }
        let moved = |line: u32| Some(line.checked_sub(self.start)?.saturating_add(section.start).min(section.end));
        self.wrong.iter().map(|[first, last]| Some([moved(*first)?, moved(*last)?])).collect()
    }
}

impl Previous {
    /// Reads an earlier list; none if there is no such file.
    ///
    /// # Errors
    /// If there is a file, and it is no list.
    pub fn read(path: &Path) -> Result<Option<Self>, ExportError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(ExportError::io(path, e)),
        };
        Ok(Some(Self::of(&List::read(path, BufReader::new(file))?)))
    }

    /// What `list` excludes.
    #[must_use]
    pub fn of(list: &List) -> Self {
        let mut excluded: HashMap<String, HashMap<String, Option<DateTime<Utc>>>> = HashMap::new();
        for entry in list.entries.iter().filter(|e| e.action == Action::Exclude) {
            let section = entry.section.clone().unwrap_or_default();
            excluded.entry(entry.document.clone()).or_default().insert(section, entry.since);
        }
        let mut lines: HashMap<String, HashMap<String, Lines>> = HashMap::new();
        for entry in list.entries.iter().filter(|e| e.action != Action::Exclude && !e.lines.is_empty()) {
            let (Some(section), Some(start), Some(hash)) = (&entry.section, entry.ids.start, &entry.ids.content_hash)
            else {
                continue;
            };
            let held = Lines { start, hash: hash.clone(), wrong: entry.lines.clone() };
            lines.entry(entry.document.clone()).or_default().insert(section.clone(), held);
        }
        Self { excluded, lines }
    }

    /// Since when the list excludes it; the inner value is none where it does not say.
    #[must_use]
    pub fn since(&self, document: &str, section: Option<&str>) -> Option<Option<DateTime<Utc>>> {
        self.excluded.get(document)?.get(section.unwrap_or_default()).copied()
    }

    /// Keeps sections of a page excluded that are not right again: something still speaks against
    /// them, with too few points or too little confidence by itself, or they can't be decided now. Likewise
    /// the lines of sections whose text is the same. Says which.
    pub fn hold(&self, grounds: &Grounds, document: &Document, sections: &mut [Verdict]) -> Vec<bool> {
        let mut held = vec![false; sections.len()];
        for ((section, verdict), held) in document.sections.iter().zip(sections).zip(&mut held) {
            if verdict.action == Action::Exclude {
                continue;
            }
            let whole = self.since(&document.id, Some(&section.id)).is_some();
            let lines = self.lines.get(&document.id).and_then(|held| held.get(&section.id)?.now(section));
            let missing = lines.filter(|lines| lines.iter().any(|line| !verdict.lines.contains(line)));
            if !whole && missing.is_none() {
                continue;
            }
            let unsettled = match verdict.status {
                Status::Stale | Status::Contradicted | Status::Inconclusive => true,
                Status::Historical => false,
                Status::Fresh | Status::Generated | Status::ReviewDue => {
                    verdict.finding_points() > 0 || grounds.is_weak(&document.id, &section.id)
                }
            };
            if unsettled && whole {
                verdict.action = Action::Exclude;
                *held = true;
            } else if unsettled && let Some(missing) = missing {
                verdict.lines = score::joined(verdict.lines.iter().copied().chain(missing).collect());
                verdict.action = Action::Demote;
                *held = true;
            }
        }
        held
    }

    /// Keeps a page excluded as a whole until little of it is wrong.
    pub fn hold_page(&self, policy: &Policy, document: &Document, sections: &[Verdict], page: &mut Verdict) -> bool {
        let share = verdict::excluded_share(document, sections);
        let stands = self.since(&document.id, None).is_some();
        if page.action == Action::Exclude || !stands || share < policy.values().page.return_share || share == 0.0 {
            return false;
        }
        page.action = Action::Exclude;
        true
    }
}
