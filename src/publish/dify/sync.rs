//! Brings a dataset to what the audit says: writes, reads each write back, and can be stopped anywhere
//! and run again.
//!
//! What we are about to switch off is noted first, in the journal and in the document's metadata; what
//! we switched on loses its note last. So a stop in the middle leaves nothing off that a later run
//! would not know for its own.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::api::{Api, Field, FieldValue, Remote};
use super::error::DifyError;
use super::journal::Journal;
use super::matching::{self, Matched, Unmatched};
use super::pages::{FIELDS, ID, OFF, Page};
use super::plan::{self, Mark, Step, Switch};
use super::segments;

/// Documents of one write.
const BATCH: usize = 20;

/// How a dataset is to be brought up to date.
#[derive(Debug, Clone, Default)]
pub struct SyncOptions {
    /// Whether to write at all; else everything is read, and what would be written is told.
    pub apply: bool,
    /// The metadata field by which the dataset knows a page, in the form of the id template.
    pub id_field: Option<String>,
}

/// What was done, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Documents of the dataset.
    pub documents: usize,
    /// Of them, those that stand for a page.
    pub matched: usize,
    /// Documents whose metadata was written.
    pub metadata: usize,
    /// Documents that were switched off.
    pub off: usize,
    /// Documents that were switched on again.
    pub on: usize,
    /// Chunks that were switched off.
    pub chunks_off: usize,
    /// Chunks that were switched on again.
    pub chunks_on: usize,
    /// What is done, a line each, in the dataset's order.
    pub lines: Vec<String>,
    /// Documents that stand for no page, with the pages that they might.
    pub unmatched: Vec<(String, Vec<String>)>,
    /// Pages that the dataset does not hold.
    pub absent: Vec<String>,
    /// What could not be decided or has to wait, by document.
    pub left: Vec<(String, String)>,
    /// What was tried and failed, by document.
    pub failed: Vec<(String, String)>,
}

impl Report {
    /// Whether all that had to be done is done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.left.is_empty()
    }
}

/// Brings the dataset behind `api` to what `pages` say. `texts` gives the texts that a page may have had
/// when it was audited, the likeliest first.
///
/// # Errors
/// If Dify can't be reached or refuses altogether, or the journal can't be written. What was written
/// before stays.
pub async fn run(
    api: &Api,
    pages: &[Page],
    journal: &mut Journal,
    options: &SyncOptions,
    texts: &dyn Fn(&str) -> Vec<String>,
) -> Result<Report, DifyError> {
    let documents = api.documents().await?;
    let matched = matching::of_documents(pages, &documents, options.id_field.as_deref());
    let steps = plan::steps(pages, &documents, &matched, journal);
    let mut report = begin(pages, &documents, &matched, &steps);
    let mut sync =
        Sync { api, pages, documents: &documents, journal, options, report: &mut report, unsettled: HashSet::new() };
    if options.apply {
        let fields = sync.fields(&steps).await?;
        sync.metadata(&fields, &steps).await?;
        sync.switch(&steps, Switch::Off).await?;
        sync.switch(&steps, Switch::On).await?;
        sync.read_back(&fields, &steps).await?;
        sync.chunks(Some(&fields), &steps, texts).await?;
    } else {
        sync.chunks(None, &steps, texts).await?;
    }
    Ok(report)
}

/// What is known before anything is written.
fn begin(pages: &[Page], documents: &[Remote], matched: &Matched, steps: &[Step]) -> Report {
    let mut report = Report { documents: documents.len(), ..Report::default() };
    report.absent = matched.absent.iter().filter_map(|i| pages.get(*i)).map(|p| p.id.clone()).collect();
    for ((document, found), step) in documents.iter().zip(&matched.page).zip(steps) {
        match found {
            Ok(_) => report.matched += 1,
            Err(Unmatched::Unknown) => report.unmatched.push((document.name.clone(), Vec::new())),
            Err(Unmatched::Ambiguous(pages)) => report.unmatched.push((document.name.clone(), pages.clone())),
        }
        report.metadata += usize::from(!step.metadata.is_empty());
        match step.switch {
            Some(Switch::Off) => report.off += 1,
            Some(Switch::On) => report.on += 1,
            None => {}
        }
        let page = step.page.and_then(|i| pages.get(i)).map(|p| format!(" ({})", p.id)).unwrap_or_default();
        match step.switch {
            Some(Switch::Off) => report.lines.push(format!("off: {}{page}", document.name)),
            Some(Switch::On) => report.lines.push(format!("on again: {}{page}", document.name)),
            None => {}
        }
        if let Some(reason) = step.left {
            report.left.push((document.name.clone(), reason.to_owned()));
        }
    }
    report
}

struct Sync<'a> {
    api: &'a Api,
    pages: &'a [Page],
    documents: &'a [Remote],
    journal: &'a mut Journal,
    options: &'a SyncOptions,
    report: &'a mut Report,
    /// Ids of documents of which something was left or failed.
    unsettled: HashSet<String>,
}

/// The dataset's fields by name.
type Known = BTreeMap<String, Field>;

fn values(fields: &Known, values: &BTreeMap<&'static str, Value>) -> Vec<FieldValue> {
    values.iter().filter_map(|(name, value)| Some((fields.get(*name)?.clone(), value.clone()))).collect()
}

impl Sync<'_> {
    fn document(&self, step: &Step) -> Option<&Remote> {
        self.documents.get(step.document)
    }

    fn fail(&mut self, id: &str, error: impl std::fmt::Display) {
        self.unsettled.insert(id.to_owned());
        self.report.failed.push((self.name(id), error.to_string()));
    }

    fn leave(&mut self, id: &str, name: &str, reason: &str) {
        self.unsettled.insert(id.to_owned());
        self.report.left.push((name.to_owned(), reason.to_owned()));
    }

    /// Our metadata fields, made where they are missing.
    async fn fields(&mut self, steps: &[Step]) -> Result<Known, DifyError> {
        let mut known: Known = self.api.fields().await?.into_iter().map(|f| (f.name.clone(), f)).collect();
        if steps.is_empty() {
            return Ok(known);
        }
        for (name, wanted) in FIELDS {
            match known.get(name) {
                Some(field) if field.kind == wanted || field.kind.is_empty() => {}
                Some(field) => {
                    return Err(DifyError::Field { name: name.into(), kind: field.kind.clone(), wanted });
                }
                None => {
                    let field = match self.api.add_field(name, wanted).await {
                        Ok(field) => field,
                        // It may be there all the same: an answer was lost, or another run was quicker.
                        Err(error) if error.is_local() => {
                            let again = self.api.fields().await?.into_iter().find(|f| f.name == name);
                            again.ok_or(error)?
                        }
                        Err(error) => return Err(error),
                    };
                    known.insert(name.to_owned(), field);
                }
            }
        }
        Ok(known)
    }

    async fn metadata(&mut self, fields: &Known, steps: &[Step]) -> Result<(), DifyError> {
        let writes: Vec<(String, Vec<FieldValue>)> = steps
            .iter()
            .filter(|step| !step.metadata.is_empty())
            .filter_map(|step| Some((self.document(step)?.id.clone(), values(fields, &step.metadata))))
            .collect();
        for batch in writes.chunks(BATCH) {
            self.write(batch).await?;
        }
        Ok(())
    }

    /// Writes metadata; where a batch is refused, each of its documents by itself.
    async fn write(&mut self, batch: &[(String, Vec<FieldValue>)]) -> Result<(), DifyError> {
        match self.api.write_metadata(batch).await {
            Err(error) if error.is_local() => {
                for one in batch {
                    match self.api.write_metadata(std::slice::from_ref(one)).await {
                        Err(error) if error.is_local() => self.fail(&one.0, error),
                        other => other?,
                    }
                }
                Ok(())
            }
            other => other,
        }
    }

    fn name(&self, id: &str) -> String {
        self.documents.iter().find(|d| d.id == id).map_or_else(|| id.to_owned(), |d| d.name.clone())
    }

    async fn switch(&mut self, steps: &[Step], to: Switch) -> Result<(), DifyError> {
        let ids: Vec<String> = steps
            .iter()
            .filter(|step| step.switch == Some(to))
            .filter_map(|step| Some(self.document(step)?.id.clone()))
            .collect();
        let on = to == Switch::On;
        for batch in ids.chunks(BATCH) {
            if !on {
                for id in batch {
                    self.journal.note(id, None, true)?;
                }
            }
            match self.api.switch(batch, on).await {
                // One of them can't be switched, and those behind it were not: each by itself.
                Err(error) if error.is_local() => {
                    for id in batch {
                        match self.api.switch(std::slice::from_ref(id), on).await {
                            Err(error) if error.is_busy() => {
                                self.leave(id, &self.name(id), "it is still being indexed: run again later");
                            }
                            Err(error) if error.is_local() => self.fail(id, error),
                            other => other?,
                        }
                    }
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// Reads all documents again and compares them with what they should be.
    async fn read_back(&mut self, fields: &Known, steps: &[Step]) -> Result<(), DifyError> {
        let touched = |step: &&Step| step.switch.is_some() || !step.metadata.is_empty();
        if !steps.iter().any(|step| touched(&step)) {
            return Ok(());
        }
        let now: HashMap<String, Remote> = self.api.documents().await?.into_iter().map(|d| (d.id.clone(), d)).collect();
        let mut cleared: Vec<(String, Vec<FieldValue>)> = Vec::new();
        for step in steps.iter().filter(touched) {
            let Some(before) = self.documents.get(step.document) else { continue };
            let Some(after) = now.get(&before.id) else {
                // Nothing is left to be wrong.
                self.journal.note(&before.id, None, false)?;
                self.leave(&before.id, &before.name, "it was deleted meanwhile");
                continue;
            };
            if after.name != before.name && self.is_another(before, after, step) {
                self.take_back(fields, after, step).await?;
                continue;
            }
            if !plan::differing(step.metadata.clone(), after).is_empty() {
                self.fail(&before.id, "Dify accepted its metadata and did not keep it");
            }
            let Some(switch) = step.switch else { continue };
            let waits = self.unsettled.contains(&before.id);
            if after.enabled == (switch == Switch::On) {
                if switch == Switch::On {
                    self.journal.note(&before.id, None, false)?;
                    let mut value = BTreeMap::new();
                    value.insert(OFF, Value::from(step.mark.text()));
                    cleared.push((before.id.clone(), values(fields, &value)));
                }
            } else if !waits {
                self.fail(&before.id, "Dify accepted the switch and did not do it");
            }
        }
        for batch in cleared.chunks(BATCH) {
            self.write(batch).await?;
        }
        Ok(())
    }

    /// Whether a document that got another name meanwhile stands for another page by it.
    fn is_another(&self, before: &Remote, after: &Remote, step: &Step) -> bool {
        if before.metadata().contains_key(ID) || self.options.id_field.is_some() {
            return false;
        }
        let mut renamed = before.clone();
        renamed.name.clone_from(&after.name);
        let found = matching::of_documents(self.pages, &[renamed], None).page.pop();
        found.and_then(Result::ok) != step.page
    }

    async fn take_back(&mut self, fields: &Known, after: &Remote, step: &Step) -> Result<(), DifyError> {
        if step.switch == Some(Switch::Off) {
            self.api.switch(std::slice::from_ref(&after.id), true).await?;
            self.journal.note(&after.id, None, false)?;
        }
        self.api.write_metadata(&[(after.id.clone(), values(fields, &plan::taken_back()))]).await?;
        self.leave(&after.id, &after.name, "it was renamed meanwhile, and what was done to it is undone: run again");
        Ok(())
    }

    /// Looks at the chunks of each document that needs it; without `fields`, only tells what it would do.
    async fn chunks(
        &mut self,
        fields: Option<&Known>,
        steps: &[Step],
        texts: &dyn Fn(&str) -> Vec<String>,
    ) -> Result<(), DifyError> {
        for step in steps.iter().filter(|step| step.chunks) {
            let Some(document) = self.documents.get(step.document) else { continue };
            let Some(page) = step.page.and_then(|i| self.pages.get(i)) else { continue };
            if self.unsettled.contains(&document.id) {
                continue;
            }
            let segments = match self.api.segments(&document.id).await {
                Ok(segments) => segments,
                Err(error) if error.is_local() => {
                    self.fail(&document.id, error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let at_hand = if page.is_partly_off() { texts(&page.id) } else { Vec::new() };
            let chunks = segments::decide(page, &at_hand, &document.id, segments, &step.mark, self.journal);
            for (segment, what) in
                chunks.off.iter().map(|s| (s, "chunk off")).chain(chunks.on.iter().map(|s| (s, "chunk on again")))
            {
                let begin: String = segment.content.split_whitespace().collect::<Vec<_>>().join(" ");
                let begin: String = begin.chars().take(60).collect();
                self.report.lines.push(format!("{what}: {}: {begin}", document.name));
            }
            let mut tell = |reason: String| self.report.left.push((document.name.clone(), reason));
            if let Some(reason) = chunks.left {
                tell(reason.to_owned());
            } else if chunks.unknown > 0 && page.is_partly_off() {
                tell(format!("{} of its chunks hold nothing of the audited page, and stay", chunks.unknown));
            }
            if chunks.busy > 0 {
                tell(format!("{} of its chunks are still being indexed: run again later", chunks.busy));
            }
            let Some(fields) = fields else {
                self.report.chunks_off += chunks.off.len();
                self.report.chunks_on += chunks.on.len();
                continue;
            };
            self.switch_chunks(fields, document, step, &chunks).await?;
        }
        Ok(())
    }

    async fn switch_chunks(
        &mut self,
        fields: &Known,
        document: &Remote,
        step: &Step,
        chunks: &segments::Chunks,
    ) -> Result<(), DifyError> {
        let mark = |ids: &mut dyn Iterator<Item = &String>| Mark {
            whole: step.mark.whole,
            chunks: ids.map(|id| Mark::short(id)).collect(),
        };
        let write = |mark: &Mark| {
            let mut value = BTreeMap::new();
            value.insert(OFF, Value::from(mark.text()));
            [(document.id.clone(), values(fields, &value))]
        };
        let all = chunks.off.iter().chain(&chunks.on).map(|s| &s.id).chain(&chunks.kept);
        let before = mark(&mut all.into_iter());
        let mut written = step.mark.clone();
        if before != written {
            self.write(&write(&before)).await?;
            written = before;
        }
        let mut done = segments::Done::default();
        let switched = segments::switch(self.api, &document.id, chunks, self.journal, &mut done).await;
        self.report.chunks_off += done.switched_off;
        self.report.chunks_on += done.switched_on;
        for (chunk, reason) in std::mem::take(&mut done.failed) {
            self.fail(&document.id, format!("chunk {chunk}: {reason}"));
        }
        switched?;
        let after = mark(&mut done.off.iter());
        if after != written {
            self.write(&write(&after)).await?;
        }
        // What the journal knows and the document no longer has is settled.
        Ok(())
    }
}
