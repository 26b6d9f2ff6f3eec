//! What a change does to files and pages, between the merge base and the head.

use std::collections::{BTreeMap, BTreeSet};

use imara_diff::{Algorithm, Diff, InternedInput};

use super::range::Range;
use crate::document::{self, Attributes, Document, DocumentId, tense};
use crate::history::{Mode, Objects, Oid, ReadError, RepoPath, Repository, treediff};
use crate::pipeline::pages::{HeadPage, Pages};
use crate::pipeline::state::State;

/// Larger files are not compared, in bytes.
const LARGEST: usize = 1 << 20;
/// A page that is new is looked for among at most this many that are gone.
const MOST_GONE: usize = 200;
/// The share of lines that a renamed page keeps.
const ALIKE: f64 = 0.5;

/// A file that the change touches.
#[derive(Debug, Clone)]
pub struct ChangedFile {
    /// What it held at the merge base; none where it was not there, or was no file.
    pub old: Option<Oid>,
    /// What it holds at the head, where that is an object.
    pub new: Option<Oid>,
    /// What lies over it on disk.
    pub overlaid: Option<Vec<u8>>,
    /// Whether the head has nothing at its path.
    pub gone: bool,
}

/// A page that the change writes or edits.
#[derive(Debug)]
pub struct PageEdit {
    /// The page at the merge base; none for a new one.
    pub base: Option<Document>,
    /// Its lines, from 0, that the change adds or rewrites.
    pub added: Vec<bool>,
    /// Its lines at which the change does anything: those of `added`, and where it takes lines out the
    /// next one.
    pub touched: Vec<bool>,
}

/// What a change does to files and pages.
#[derive(Debug, Default)]
pub struct Edits {
    /// By path.
    pub files: BTreeMap<RepoPath, ChangedFile>,
    /// By the head's id; filled by [`Edits::compare`].
    pub pages: BTreeMap<DocumentId, PageEdit>,
}

impl Edits {
    /// Compares the trees of merge base and head, with what `state` lays over the head.
    ///
    /// # Errors
    /// Where a tree can't be read.
    pub(super) fn read(repository: &Repository, range: &Range, state: &State) -> Result<Self, ReadError> {
        let worker = repository.worker()?;
        let objects = worker.objects()?;
        let base = objects.commit(range.merge_base)?.tree;
        let file = |entry: Option<(Mode, Oid)>| entry.filter(|(mode, _)| mode.is_file()).map(|(_, id)| id);
        let mut files = BTreeMap::new();
        treediff::diff(&objects, Some(base), Some(repository.head_tree()), &|_| true, &mut |change| {
            let changed = ChangedFile {
                old: file(change.old),
                new: file(change.new),
                overlaid: None,
                gone: change.new.is_none(),
            };
            files.insert(RepoPath::new(&change.path), changed);
        })?;
        for laid in state.laid.changed() {
            let old = file(objects.lookup(base, laid.path.as_bytes())?);
            let same = match (old, &laid.content) {
                (Some(old), Some(content)) => objects.size(old)? == content.len() && objects.blob(old)? == *content,
                (None, None) => true,
                _ => false,
            };
            if same {
                files.remove(&laid.path);
            } else {
                let gone = laid.content.is_none();
                files.insert(laid.path, ChangedFile { old, new: None, overlaid: laid.content, gone });
            }
        }
        Ok(Self { files, pages: BTreeMap::new() })
    }

    /// Compares the changed pages among `pages` with themselves at the merge base, renames followed.
    ///
    /// # Errors
    /// Where the object store can't be opened; a single page that can't be read counts as new.
    pub(in crate::pipeline) fn compare(
        &mut self,
        repository: &Repository,
        pages: &Pages,
        attributes: &Attributes,
    ) -> Result<(), ReadError> {
        let worker = repository.worker()?;
        let objects = worker.objects()?;
        let versions = tense::Versions::of(pages.pages.iter().map(|page| &page.path));
        let gone: Vec<(&RepoPath, Oid)> =
            self.files.iter().filter(|(_, f)| f.gone).filter_map(|(path, f)| Some((path, f.old?))).collect();
        let mut edits = BTreeMap::new();
        for page in &pages.pages {
            let Some(file) = self.files.get(&page.path) else { continue };
            let before = match file.old {
                Some(old) => Some((page.path.clone(), old)),
                None => former(&objects, page, file, &gone).map(|(path, old)| (path.clone(), old)),
            };
            let base = before.and_then(|(path, old)| {
                let bytes = objects.blob(old).ok()?;
                let id = DocumentId::new(&path.display());
                let mut document = document::parse(id, page.document.format, &bytes).ok()?;
                tense::classify(&mut document, &path, attributes, &versions);
                Some(document)
            });
            let (added, touched) = lines(base.as_ref().map_or("", |b| &b.text), &page.document.text);
            edits.insert(page.document.id.clone(), PageEdit { base, added, touched });
        }
        self.pages = edits;
        Ok(())
    }
}

/// The page that `page`, which is new at its path, was before.
fn former<'g>(
    objects: &dyn Objects,
    page: &HeadPage,
    file: &ChangedFile,
    gone: &[(&'g RepoPath, Oid)],
) -> Option<(&'g RepoPath, Oid)> {
    if let Some(same) = file.new.and_then(|new| gone.iter().find(|(_, old)| *old == new)) {
        return Some(*same);
    }
    let text = &page.document.text;
    let own: BTreeSet<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let alike = |old: Oid| -> Option<f64> {
        if objects.size(old).ok()? > LARGEST {
            return None;
        }
        let bytes = objects.blob(old).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let theirs: BTreeSet<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let most = own.len().max(theirs.len());
        (most > 0).then(|| own.intersection(&theirs).count() as f64 / most as f64)
    };
    let scored = gone.iter().filter(|(path, _)| path.extension() == page.path.extension()).take(MOST_GONE);
    let scored = scored.filter_map(|candidate| Some((alike(candidate.1)?, candidate)));
    let best = scored.max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.0.cmp(x.0)))?;
    (best.0 >= ALIKE).then_some(*best.1)
}

/// Which lines of `new` are not in `old`, and at which anything changed.
pub(super) fn lines(old: &str, new: &str) -> (Vec<bool>, Vec<bool>) {
    let split = |text: &'_ str| text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect::<Vec<_>>();
    let (before, after) = (split(old), split(new));
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(before.iter().map(String::as_str));
    input.update_after(after.iter().map(String::as_str));
    let mut added = vec![false; after.len()];
    let mut touched = vec![false; after.len()];
    let diff = Diff::compute(Algorithm::Histogram, &input);
    for hunk in diff.hunks() {
        let (start, end) = (hunk.after.start as usize, hunk.after.end as usize);
        for line in start..end {
            if let (Some(added), Some(touched)) = (added.get_mut(line), touched.get_mut(line)) {
                (*added, *touched) = (true, true);
            }
        }
        if start == end {
            let last = after.len().saturating_sub(1);
            if let Some(touched) = touched.get_mut(start.min(last)) {
                *touched = true;
            }
        }
    }
    (added, touched)
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn rewritten_and_new_lines_are_added_and_a_gap_is_touched() {
        let (added, touched) = lines("a\nb\nc\nd\n", "a\nB\nc\nnew\nd\n");
        assert_eq!(added, [false, true, false, true, false, false]);
        assert_eq!(touched, added);
        let (added, touched) = lines("a\nb\nc\n", "a\nc\n");
        assert_eq!(added, [false; 3]);
        assert_eq!(touched, [false, true, false]);
        assert_eq!(lines("", "a").0, [true]);
        assert_eq!(lines("a\r\nb", "a\nb").0, [false, false]);
    }
}
