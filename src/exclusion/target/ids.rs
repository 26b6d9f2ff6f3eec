//! For targets that take ids: which of the records are theirs, how they are named, and whether a
//! name is used for something right as well.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::io::Write;

use rustc_hash::{FxBuildHasher, FxHasher};

use super::{By, Made, Sink};
use crate::exclusion::ExportError;
use crate::exclusion::pieces::Pieces;
use crate::exclusion::record::Record;
use crate::exclusion::source::AuditFile;
use crate::exclusion::template::Template;
use crate::report::json::v1::Action;

/// Unfit ids that are kept to be shown.
const SHOWN: usize = 8;

/// Why an id can't be written.
pub(super) struct Unfit(pub String);

/// What an id's writer answers: the outer error ends the export, the inner one leaves the id out.
pub(super) type Fits = Result<Result<(), Unfit>, ExportError>;

/// Writes the ids of what is excluded.
pub(super) trait IdSink {
    /// Takes an id that was not taken before.
    fn id(&mut self, id: &str, record: &Record<'_>, out: &mut dyn Write) -> Fits;

    /// Writes what stands behind them.
    fn finish(&mut self, out: &mut dyn Write) -> Result<(), ExportError>;
}

/// How records are named, and what became of the names.
pub(super) struct Ids {
    by: By,
    template: Template,
    pieces: Option<Pieces>,
    excluded: HashSet<String>,
    /// Hashes of the names of what stays: a name in both sets excludes too much.
    included: HashSet<u64, BuildHasherDefault<FxHasher>>,
    made: Made,
}

impl Ids {
    pub(super) fn new(by: By, template: Template, pieces: Option<Pieces>) -> Self {
        Self { by, template, pieces, excluded: HashSet::new(), included: HashSet::default(), made: Made::default() }
    }

    /// Whether the record is of the kind that the index knows.
    pub(super) fn takes(&self, record: &Record<'_>) -> bool {
        record.section.is_some() == (self.by == By::Section)
    }

    /// The record's names; none, and noted as unfit, where it lacks a field of the template and
    /// should be excluded.
    pub(super) fn names(&mut self, record: &Record<'_>) -> Vec<String> {
        match self.template.render(record) {
            Ok(names) => names,
            Err(_) if record.verdict.action != Action::Exclude => Vec::new(),
            Err(field) => {
                let name = match record.section {
                    Some(section) => format!("{}#{}", record.document.id, section.id),
                    None => record.document.id.clone(),
                };
                self.unfit(&name, format!("it has no `{field}`"));
                Vec::new()
            }
        }
    }

    /// The record's names with what is to be done with them. Of an index that lists its pieces only those that
    /// go: several sections may have a say in one.
    fn picked(&mut self, record: &Record<'_>) -> Vec<(String, Action)> {
        if self.pieces.is_none() {
            let names = if self.takes(record) { self.names(record) } else { Vec::new() };
            return names.into_iter().map(|name| (name, record.verdict.action)).collect();
        }
        // A page that the template can't name is none of the index's.
        let page = self.template.render(record).ok().and_then(|names| names.into_iter().next());
        let (Some(pieces), Some(page)) = (&mut self.pieces, page) else { return Vec::new() };
        if record.section.is_none() {
            pieces.meet(&page);
        }
        pieces.excluded(&page, record).into_iter().map(|id| (id, Action::Exclude)).collect()
    }

    /// Notes a name; true if it is to be excluded and was not before.
    pub(super) fn note(&mut self, name: &str, action: Action) -> bool {
        if action == Action::Exclude {
            self.excluded.insert(name.to_owned())
        } else {
            self.included.insert(FxBuildHasher.hash_one(name));
            false
        }
    }

    /// Notes that a name can't be written.
    pub(super) fn unfit(&mut self, name: &str, reason: String) {
        self.made.unfit_count += 1;
        if self.made.unfit.len() < SHOWN {
            self.made.unfit.push((name.to_owned(), reason));
        }
    }

    /// The names that are excluded, sorted.
    pub(super) fn excluded(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.excluded.iter().map(String::as_str).collect();
        all.sort_unstable();
        all
    }

    /// What became of the names.
    pub(super) fn made(&self) -> Made {
        let mut both: Vec<&String> =
            self.excluded.iter().filter(|n| self.included.contains(&FxBuildHasher.hash_one(n.as_str()))).collect();
        both.sort_unstable();
        Made {
            ids: self.excluded.len(),
            ambiguous: both.first().map(|n| (*n).clone()),
            ambiguous_count: both.len(),
            strangers: self.pieces.as_ref().map_or(0, Pieces::strangers),
            ..self.made.clone()
        }
    }
}

/// A sink that hands the names of what is excluded to `writer`.
pub(super) fn sink(ids: Ids, writer: impl IdSink + 'static) -> Box<dyn Sink> {
    Box::new(Named { ids, writer })
}

struct Named<W> {
    ids: Ids,
    writer: W,
}

impl<W: IdSink> Sink for Named<W> {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
        for (name, action) in self.ids.picked(record) {
            if !self.ids.note(&name, action) {
                continue;
            }
            if let Err(Unfit(reason)) = self.writer.id(&name, record, out)? {
                self.ids.unfit(&name, reason);
            }
        }
        Ok(())
    }

    fn finish(&mut self, _audit: &AuditFile, out: &mut dyn Write) -> Result<(), ExportError> {
        self.writer.finish(out)
    }

    fn made(&self) -> Made {
        self.ids.made()
    }
}
