//! Edits by programs. A bot that touches a page says nothing on whether it is right: the last edit by
//! a person counts, as far as this or an earlier run saw it.

use std::collections::BTreeMap;
use std::path::Path;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};

use crate::report::file::write_atomically;
use crate::source::{CollectedPage, Edit, Person};

/// The store's file in the cache folder.
const FILE: &str = "human-edits-v1.json";
/// No store that we write is larger.
const MAX_BYTES: u64 = 64 << 20;

/// Who is a bot, and what people were seen to do.
#[derive(Debug, Default)]
pub struct Bots {
    names: GlobSet,
    seen: BTreeMap<String, Edit>,
}

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Store {
    /// By page or block id, the last edit by a person.
    edits: BTreeMap<String, Edit>,
}

impl Bots {
    /// `names` are those of the configuration; `cache` the folder that holds what earlier runs saw. A
    /// store that can't be read counts as none.
    #[must_use]
    pub fn new(names: &[Glob], cache: Option<&Path>) -> Self {
        let mut set = GlobSetBuilder::new();
        for name in names {
            set.add(name.clone());
        }
        let seen = cache.and_then(|folder| load(&folder.join(FILE))).unwrap_or_default();
        Self { names: set.build().unwrap_or_default(), seen }
    }

    /// Whether the configuration, or the source itself, says that `person` is a program.
    #[must_use]
    pub fn is_one(&self, person: &Person) -> bool {
        person.bot
            || self.names.is_match(&person.name)
            || person.id.as_deref().is_some_and(|id| self.names.is_match(id))
    }

    /// The last edit by a person of the page or block `id` that an earlier run saw.
    #[must_use]
    pub fn last_human_edit(&self, id: &str) -> Option<&Edit> {
        self.seen.get(id)
    }

    /// Takes in what `pages` say of edits by people, and writes it down for later runs in the folder
    /// `cache`. What can't be written is only not remembered; the error says so.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn remember(&mut self, pages: &[CollectedPage], cache: Option<&Path>) -> std::io::Result<()> {
        let before = self.seen.clone();
        for page in pages {
            if let Some(edit) =
                page.last_edited.iter().chain(&page.last_human_edit).filter(|e| self.by_person(e)).max_by_key(|e| e.at)
            {
                self.see(&page.id, edit);
            }
            for run in &page.lines {
                let edit = Edit { at: run.edited, by: run.by.clone(), commit: None };
                if let Some(block) = run.block.as_deref().filter(|_| self.by_person(&edit)) {
                    self.see(block, &edit);
                }
            }
        }
        match cache {
            Some(folder) if self.seen != before => self.save(&folder.join(FILE)),
            _ => Ok(()),
        }
    }

    fn by_person(&self, edit: &Edit) -> bool {
        edit.by.as_ref().is_some_and(|by| !self.is_one(by))
    }

    fn see(&mut self, id: &str, edit: &Edit) {
        if self.seen.get(id).is_none_or(|seen| seen.at < edit.at) {
            self.seen.insert(id.to_owned(), edit.clone());
        }
    }

    fn save(&self, file: &Path) -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let json = serde_json::to_vec(&Store { edits: self.seen.clone() })?;
        write_atomically(file, |out| out.write_all(&json))
    }
}

fn load(file: &Path) -> Option<BTreeMap<String, Edit>> {
    if std::fs::metadata(file).ok()?.len() > MAX_BYTES {
        return None;
    }
    let store: Store = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    Some(store.edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceKind;
    use chrono::DateTime;

    fn page(name: &str, minute: i64) -> CollectedPage {
        let by = Some(Person { name: name.into(), ..Person::default() });
        let at = DateTime::from_timestamp(minute * 60, 0).unwrap();
        let mut page = CollectedPage::new("notion:1", SourceKind::Notion, "acme", "A", "text\n");
        page.last_edited = Some(Edit { at, by, commit: None });
        page
    }

    #[test]
    fn the_last_edit_by_a_person_outlives_a_bots() {
        let folder = tempfile::tempdir().unwrap();
        let names = [Glob::new("*[[]bot[]]").unwrap()];
        let cache = Some(folder.path());
        Bots::new(&names, cache).remember(&[page("Ada", 5)], cache).unwrap();
        let mut bots = Bots::new(&names, cache);
        let later = page("deploy[bot]", 9);
        bots.remember(std::slice::from_ref(&later), cache).unwrap();
        let (edit, hidden) = super::super::dates::human_edit(&later, &bots);
        assert_eq!((edit.unwrap().at.timestamp(), hidden), (300, false));
        // Nothing was seen before: hidden.
        let bots = Bots::new(&names, None);
        assert_eq!(super::super::dates::human_edit(&later, &bots), (None, true));
        // A file that is none does no harm.
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(Bots::new(&names, cache).last_human_edit("notion:1"), None);
    }
}
