//! The list that answers are filtered by, looked up by the names that an index gives its records, and
//! read again when its file changes.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

use crate::exclusion::list::v1::{Entry, List};
use crate::exclusion::record::Record;
use crate::exclusion::target::By;
use crate::exclusion::template::Template;
use crate::report::json::v1::{Action, Document, Section, Signals, Verdict};

/// The file is looked at again after this long.
const LOOK: Duration = Duration::from_secs(1);

/// How an index names its records.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The metadata field that holds the name.
    pub field: String,
    /// Whether it names pages or sections.
    pub by: By,
    /// What stands in it.
    pub template: Template,
    /// The metadata fields that hold a record's first and last line in its page, if it is a piece of one.
    pub lines: Option<[String; 2]>,
}

/// A list, looked up by name.
#[derive(Debug)]
pub struct Index {
    /// The moment of the audit behind it.
    pub now: DateTime<Utc>,
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    by_hash: HashMap<String, usize>,
    by_document: HashMap<String, Vec<usize>>,
}

impl Index {
    /// Indexes a list. Of two entries with one name, the one that takes more away counts.
    #[must_use]
    pub fn new(list: List, naming: &Naming) -> Self {
        let mut index = Self {
            now: list.now,
            entries: list.entries,
            by_name: HashMap::new(),
            by_hash: HashMap::new(),
            by_document: HashMap::new(),
        };
        for (at, entry) in index.entries.iter().enumerate() {
            index.by_document.entry(entry.document.clone()).or_default().push(at);
            let add = |map: &mut HashMap<String, usize>, key: String| {
                let lighter = |other: &usize| index.entries.get(*other).is_some_and(|o| o.weight <= entry.weight);
                if !map.get(&key).is_some_and(lighter) {
                    map.insert(key, at);
                }
            };
            if let Some(hash) = entry.ids.content_hash.clone().filter(|_| entry.section.is_some()) {
                add(&mut index.by_hash, hash);
            }
            if entry.section.is_some() == (naming.by == By::Section) {
                for name in names(entry, naming) {
                    add(&mut index.by_name, name);
                }
            }
        }
        index
    }

    /// The entry that concerns a record of that name and text, and by what its score is multiplied: the one
    /// that takes more away. Of a record whose `lines` in the page are known, the page's sections decide.
    #[must_use]
    pub fn of_record(&self, name: Option<&str>, content: &str, lines: Option<[u32; 2]>) -> Option<(&Entry, f64)> {
        let named = name.and_then(|name| self.named(name));
        let named = match (named, lines) {
            (Some(page), Some(lines)) if page.section.is_none() => self.of_piece(&page.document, lines),
            (named, _) => named.map(|entry| (entry, entry.weight)),
        };
        let hashed = self.by_hash.get(&crate::document::section_hash(content)).and_then(|at| self.entries.get(*at));
        let entries = named.into_iter().chain(hashed.map(|entry| (entry, entry.weight)));
        entries.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The section that concerns some lines of a page: one of whose wrong lines they hold any, which takes
    /// them out, else the one that holds half of them or more. What is right in an excluded section whose wrong
    /// lines are known only ranks lower.
    fn of_piece(&self, document: &str, [first, last]: [u32; 2]) -> Option<(&Entry, f64)> {
        let shared = |from: u32, to: u32| (u64::from(to.min(last)) + 1).saturating_sub(u64::from(from.max(first)));
        let sections = || self.of_document(document).into_iter().filter(|entry| entry.section.is_some());
        let wrong = sections().find(|entry| entry.lines.iter().any(|[from, to]| shared(*from, *to) > 0));
        if let Some(wrong) = wrong {
            return Some((wrong, 0.0));
        }
        let within = |e: &Entry| e.ids.start.zip(e.ids.end).map_or(0, |(from, to)| shared(from, to));
        let main = sections().find(|entry| 2 * within(entry) >= shared(first, last).max(1))?;
        let rest = main.action == Action::Exclude && !main.lines.is_empty();
        let weight = if rest { f64::from(main.freshness) / 100.0 } else { main.weight };
        Some((main, weight))
    }

    /// The entries of a page, the page as a whole first.
    #[must_use]
    pub fn of_document(&self, id: &str) -> Vec<&Entry> {
        self.by_document.get(id).into_iter().flatten().filter_map(|at| self.entries.get(*at)).collect()
    }

    /// The entry of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).and_then(|at| self.entries.get(*at))
    }
}

/// The names that the template gives an entry.
fn names(entry: &Entry, naming: &Naming) -> Vec<String> {
    let verdict = Verdict {
        status: entry.status,
        freshness: entry.freshness,
        action: entry.action,
        losses: Vec::new(),
        lines: entry.lines.clone(),
        since: entry.since,
    };
    let document = Document {
        id: entry.document.clone(),
        title: entry.ids.title.clone(),
        source: String::new(),
        url: entry.ids.url.clone(),
        format: String::new(),
        tense: String::new(),
        tense_reason: None,
        last_edited: None,
        references: 0,
        findings: 0,
        inconclusive: 0,
        sections: Vec::new(),
        systems: Vec::new(),
        visibility: None,
        signals: Signals::default(),
        verdict: None,
    };
    let section = entry.section.as_ref().map(|id| Section {
        id: id.clone(),
        heading_path: entry.ids.heading_path.clone().unwrap_or_default(),
        start: entry.ids.start.unwrap_or_default(),
        end: entry.ids.end.unwrap_or_default(),
        content_hash: entry.ids.content_hash.clone().unwrap_or_default(),
        last_edited: None,
        blocks: entry.ids.blocks.clone(),
        mentions: Vec::new(),
        signals: Signals::default(),
        verdict: None,
    });
    let record = Record {
        repo: entry.ids.repo.as_deref().unwrap_or_default(),
        document: &document,
        section: section.as_ref(),
        verdict: &verdict,
        since: entry.since,
        reasons: Vec::new(),
        evidence: Vec::new(),
    };
    naming.template.render(&record).unwrap_or_default()
}

/// What can be said by the list now.
#[derive(Debug, Clone)]
pub enum Current {
    /// It holds.
    Fresh(Arc<Index>),
    /// It is older than allowed.
    TooOld(Arc<Index>),
    /// There is none, with the reason.
    Missing(String),
}

/// A file with a list, read again when it changes.
#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    naming: Naming,
    max_age: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    looked: Option<Instant>,
    changed: Option<(SystemTime, u64)>,
    held: Result<Arc<Index>, String>,
}

impl Watched {
    /// Watches the file at `path`.
    #[must_use]
    pub fn new(path: PathBuf, naming: Naming, max_age: Option<Duration>) -> Self {
        let state = State { looked: None, changed: None, held: Err("it was not read yet".into()) };
        Self { path, naming, max_age, state: Mutex::new(state) }
    }

    /// How records are named.
    #[must_use]
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// What can be said at `now`. A file that is broken or gone leaves the list that was read before.
    #[must_use]
    pub fn current(&self, now: DateTime<Utc>) -> Current {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.is_none_or(|at| at.elapsed() >= LOOK) {
            state.looked = Some(Instant::now());
            self.look(&mut state);
        }
        match &state.held {
            Err(reason) => Current::Missing(reason.clone()),
            Ok(index) => {
                let age = now.signed_duration_since(index.now).to_std().unwrap_or_default();
                match self.max_age.is_some_and(|max| age > max) {
                    true => Current::TooOld(Arc::clone(index)),
                    false => Current::Fresh(Arc::clone(index)),
                }
            }
        }
    }

    fn look(&self, state: &mut State) {
        let seen = std::fs::metadata(&self.path).and_then(|m| Ok((m.modified()?, m.len())));
        let read = match seen {
            Ok(seen) if state.changed == Some(seen) => return,
            Ok(seen) => {
                state.changed = Some(seen);
                read(&self.path)
            }
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(list) => state.held = Ok(Arc::new(Index::new(list, &self.naming))),
            // The old one stands, and grows old.
            Err(_) if state.held.is_ok() => {}
            Err(reason) => state.held = Err(reason),
        }
    }
}

fn read(path: &Path) -> Result<List, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    List::read(path, BufReader::new(file)).map_err(|e| e.to_string())
}
