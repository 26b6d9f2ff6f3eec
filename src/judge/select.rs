//! Which passages are worth a question, and with what evidence: those whose witnesses changed since
//! their lines were written.

use std::collections::BTreeSet;
use std::sync::Arc;

use globset::GlobSet;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::change::{self, Hunk};
use super::evidence::{Choice, FileChange, Found, Pack};
use super::index::{self, File, Hit, Index, Read};
use super::links;
use super::passage::{self, Passage};
use super::redact;
use super::score::{self, Prepared};
use super::statement::{self, Group};
use crate::document::{Document, Tense};
use crate::history::pages::PageHistories;
use crate::history::snapshot::{Census, Content};
use crate::history::term::Term;
use crate::history::{IgnoreRevs, MainIx, Mainline, Objects, Oid, ReadError, RepoPath, Repository};
use crate::reference::Reference;
use crate::rule::dates::LineDates;

/// Files that are compared for one group of lines.
const FILES: usize = 30;
/// Files that hold words of the lines only: looked at where no name leads to anything.
const FILES_BY_WORDS: usize = 6;
/// What such a change counts for.
const BY_WORDS: f32 = 0.6;
/// A name that more files hold than this share of them, and more than [`COMMON_FILES`], leads nowhere.
const COMMON_SHARE: f32 = 0.06;
const COMMON_FILES: usize = 24;

/// A page as the judge sees it.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// The page.
    pub document: &'a Document,
    /// Its path in the system.
    pub path: &'a RepoPath,
    /// What it names.
    pub references: &'a [Reference],
    /// The name that findings in it are known by: its first one.
    pub first_path: &'a RepoPath,
    /// When its lines were last edited, by its own source.
    pub times: &'a dyn Times,
}

/// When the lines of a page were last edited, by its own source.
pub trait Times: Sync {
    /// Reads its history; tells when a line (from 0) was last edited, in seconds since 1970.
    fn read(&self) -> Box<dyn Fn(usize) -> Option<i64> + '_>;
}

/// When the lines of a page came to stand there, as commits of a system.
pub trait Dated: Sync + Send {
    /// Reads that from the system's objects.
    ///
    /// # Errors
    /// Where they can't be read.
    fn read(&self, objects: &dyn Objects) -> Result<Box<dyn LineDates + '_>, ReadError>;
}

/// A page that describes a system.
pub struct Told<'a> {
    /// Index of the page.
    pub page: usize,
    /// Gives the dates of its lines, as commits of the system.
    pub dates: Box<dyn Dated + 'a>,
    /// Whether somebody said that it describes the system: then its words may lead to code there, with no
    /// name to begin from.
    pub said: bool,
}

/// A system, as pages are judged against it.
#[derive(Clone, Copy)]
pub struct Code<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// Its first-parent history.
    pub mainline: &'a Mainline,
    /// Its files.
    pub census: &'a Census,
    /// Reads a file's content.
    pub read: &'a Read<'a>,
    /// The pages that describe it.
    pub told: &'a [Told<'a>],
    /// The part of the repository that it is; all of it where none.
    pub within: Option<&'a GlobSet>,
    /// What it is called in evidence; none for the first.
    pub name: Option<&'a Arc<str>>,
}

impl Code<'_> {
    /// Whether `page` describes it.
    #[must_use]
    pub fn has(&self, page: usize) -> bool {
        self.told.binary_search_by_key(&page, |told| told.page).is_ok()
    }

    /// The commit that counts, full id.
    #[must_use]
    pub fn head(&self) -> String {
        self.mainline.get(self.mainline.head()).id.to_string()
    }
}

/// How candidates are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether words alone may lead to code, where no reference does.
    pub words: bool,
    /// Tokens that the evidence of one passage may take.
    pub evidence_tokens: usize,
}

/// What was looked at and what came of it.
#[derive(Debug, Default)]
pub struct Selection {
    /// Passages of pages that speak of the present.
    pub passages: usize,
    /// Those whose evidence changed.
    pub packs: Vec<Pack>,
    /// Secrets that were taken out of pages and code.
    pub redacted: usize,
    /// The versions of the files that were compared.
    pub histories: PageHistories,
}

/// Looks for the passages of `pages` whose witnesses in `code` changed since.
///
/// # Errors
/// Where the object store can't be opened.
pub fn select(pages: &[Page<'_>], code: Code<'_>, rules: Rules) -> Result<Selection, ReadError> {
    let asked = code.told.par_iter().map(|told| ask(told, pages, code)).collect::<Result<Vec<_>, ReadError>>()?;
    let asked: Vec<Asked> = asked.into_iter().flatten().collect();
    let wanted: FxHashSet<Term> =
        asked.iter().flat_map(|a| a.groups.iter().flat_map(|g| g.query.terms.keys().copied())).collect();
    let mut asked = asked;
    let paths: FxHashSet<&RepoPath> = pages.iter().map(|p| p.path).collect();
    let index = Index::read(&code, &paths, &wanted)?;
    asked.par_iter_mut().flat_map_iter(|a| a.groups.iter_mut()).for_each(|group| part_common(&index, group));
    let mut hits: Vec<Vec<Vec<Hit>>> =
        asked.par_iter().map(|a| a.groups.iter().map(|group| search(&index, group, a, rules)).collect()).collect();
    let changes = Changes::of(&index, &asked, &mut hits, code)?;
    let links = links::count(pages);
    let mut packs: Vec<Pack> = asked
        .par_iter()
        .zip(&hits)
        .filter_map(|(asked, hits)| pack(asked, hits, pages, &index, &changes, code, rules))
        .collect();
    for pack in &mut packs {
        let linked = links.get(pack.passage.page).copied().unwrap_or(0);
        #[allow(clippy::cast_precision_loss)]
        let factor = 1.0 + 0.15 * (1.0 + linked as f32).ln();
        pack.score *= factor;
    }
    let redacted = packs.iter().map(|p| p.redacted).sum();
    Ok(Selection { passages: asked.len(), packs, redacted, histories: changes.histories })
}

/// A passage with its groups of lines.
struct Asked {
    passage: Passage,
    groups: Vec<Group>,
    /// Whether words alone lead to code.
    words: bool,
    /// The folder that the page lies in and so speaks of; none at the root.
    home: Option<Vec<u8>>,
}

impl Asked {
    /// Whether the page lies in the part of the tree that the file is of: then words lead to it.
    fn is_near(&self, path: &RepoPath) -> bool {
        self.home
            .as_deref()
            .is_some_and(|home| path.as_bytes().strip_prefix(home).is_some_and(|rest| rest.starts_with(b"/")))
    }
}

fn ask(told: &Told<'_>, pages: &[Page<'_>], code: Code<'_>) -> Result<Vec<Asked>, ReadError> {
    let Some(page) = pages.get(told.page).filter(|page| matches!(page.document.tense, Tense::Current)) else {
        return Ok(Vec::new());
    };
    let worker = code.repository.worker()?;
    let objects = worker.objects()?;
    let dates = told.dates.read(&objects)?;
    let passages = passage::of(told.page, page.document);
    Ok(passages
        .into_iter()
        .map(|passage| Asked {
            groups: statement::groups(&passage, page.document, page.references, &*dates),
            passage,
            words: told.said,
            home: home(page.path),
        })
        .collect())
}

/// The folder that the page at `path` speaks of by where it lies: its own, without the folders for pages in
/// it. None at the root, which is everything.
fn home(path: &RepoPath) -> Option<Vec<u8>> {
    const FOR_PAGES: &[&[u8]] =
        &[b"docs", b"doc", b"documentation", b"guide", b"guides", b"website", b"site", b"content"];
    let folder = path.parent();
    let parts: Vec<&[u8]> = folder.split(|b| *b == b'/').collect();
    let end = parts.iter().position(|part| FOR_PAGES.iter().any(|name| part.eq_ignore_ascii_case(name)));
    let home = parts.get(..end.unwrap_or(parts.len()))?.join(&b'/');
    (!home.is_empty()).then_some(home)
}

/// Takes the names out that are too common to lead to a file by themselves, and adds the words of the lines
/// that the code gave up.
fn part_common(index: &Index, group: &mut Group) {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let most = ((index.files.len() as f32 * COMMON_SHARE) as usize).max(COMMON_FILES);
    let query = &mut group.query;
    let (names, common) = query.names.drain().partition(|term| index.holders(*term) <= most);
    (query.names, query.common) = (names, common);
    let gone = query.units.iter().flatten().filter(|term| !query.names.contains(*term) && index.gave_up(**term));
    query.values.extend(gone.copied());
}

fn search(index: &Index, group: &Group, asked: &Asked, rules: Rules) -> Vec<Hit> {
    index.search(
        &group.query,
        (FILES, FILES_BY_WORDS),
        !(asked.words || rules.words || group.query.promised),
        &|path| asked.is_near(path),
    )
}

/// What a file's change is known by: its place in the index and the state it is compared with.
type Key = (usize, Option<Oid>);

/// The changes that any group asks for, each worked out once.
struct Changes {
    histories: PageHistories,
    by_key: FxHashMap<Key, Prepared>,
}

impl Changes {
    fn of(index: &Index, asked: &[Asked], hits: &mut [Vec<Vec<Hit>>], code: Code<'_>) -> Result<Self, ReadError> {
        let found: BTreeSet<usize> = hits.iter().flatten().flatten().map(|hit| hit.file).collect();
        let successors = index.successors(found.iter().copied());
        let paths: BTreeSet<RepoPath> = found
            .iter()
            .chain(&successors)
            .filter_map(|at| index.files.get(*at).filter(|f| !f.gone).map(|f| f.path.clone()))
            .collect();
        let paths: Vec<RepoPath> = paths.into_iter().collect();
        let worker = code.repository.worker()?;
        let objects = worker.objects()?;
        let histories = PageHistories::build(&objects, code.mainline, &paths, IgnoreRevs::default())?;
        // What was found under a name that the head has given up is looked for under its name of today.
        let mut today: FxHashMap<&RepoPath, &RepoPath> = FxHashMap::default();
        for path in &paths {
            today.extend(histories.versions(path).iter().filter(|v| v.path != *path).map(|v| (&v.path, path)));
        }
        let places: FxHashMap<&RepoPath, usize> =
            index.files.iter().enumerate().filter(|(_, f)| !f.gone).map(|(at, f)| (&f.path, at)).collect();
        for hits in hits.iter_mut().flatten() {
            for hit in hits.iter_mut() {
                let gone = index.files.get(hit.file).filter(|f| f.gone);
                let moved = gone.and_then(|f| places.get(*today.get(&f.path)?));
                hit.file = moved.copied().unwrap_or(hit.file);
            }
            let mut seen = FxHashSet::default();
            hits.retain(|hit| seen.insert(hit.file));
        }
        let mut this = Self { histories, by_key: FxHashMap::default() };
        let mut keys: FxHashSet<Key> = FxHashSet::default();
        for (asked, hits) in asked.iter().zip(hits.iter()) {
            for (group, hits) in asked.groups.iter().zip(hits) {
                for hit in hits {
                    let Some(file) = index.files.get(hit.file) else { continue };
                    for moment in moments_for(group, hit) {
                        if let Some(old) = this.before(file, moment, code, &objects) {
                            keys.insert((hit.file, old));
                        }
                    }
                }
            }
        }
        let mut keys: Vec<Key> = keys.into_iter().collect();
        keys.sort_unstable();
        let chunk = keys.len().div_ceil(rayon::current_num_threads().max(1) * 4).max(1);
        let prepared = keys
            .par_chunks(chunk)
            .map(|chunk| {
                let worker = code.repository.worker()?;
                let objects = worker.objects()?;
                Ok(chunk.iter().map(|key| (*key, prepare(&objects, *key, index, code))).collect::<Vec<_>>())
            })
            .collect::<Result<Vec<_>, ReadError>>()?;
        this.by_key = prepared.into_iter().flatten().collect();
        Ok(this)
    }

    /// The content that `file` had at `moment`, none for a file that was not there; none at all where
    /// nothing changed since.
    fn before(&self, file: &File, moment: MainIx, code: Code<'_>, objects: &dyn Objects) -> Option<Option<Oid>> {
        if file.gone {
            let tree = code.mainline.commits().get(moment.0 as usize)?.tree;
            let (mode, id) = objects.lookup(tree, file.path.as_bytes()).ok()??;
            return mode.is_file().then_some(Some(id));
        }
        let versions = self.histories.versions(&file.path);
        let old = versions.iter().rev().find(|v| v.at <= moment).map(|v| v.blob);
        if old.is_none() && self.histories.unknown_before(&file.path) {
            return None;
        }
        match (&file.content, old) {
            (Content::Object(now), Some(old)) if *now == old => None,
            _ => Some(old),
        }
    }
}

/// What words alone lead to is compared with the later state only.
fn moments_for(group: &Group, hit: &Hit) -> Vec<MainIx> {
    let mut moments = moments(group);
    if !hit.witness {
        moments.truncate(1);
    }
    moments
}

/// The states that a group's lines are compared with: when they were last edited, and when they entered the
/// page, since an edit may have had another reason.
fn moments(group: &Group) -> Vec<MainIx> {
    if group.entered < group.edited { vec![group.edited, group.entered] } else { vec![group.edited] }
}

fn prepare(objects: &dyn Objects, key: Key, index: &Index, code: Code<'_>) -> Prepared {
    let Some(file) = index.files.get(key.0) else { return Prepared::default() };
    let text = |content: &Content| index::text(objects, content, code.read);
    let old = match key.1 {
        Some(id) => text(&Content::Object(id)),
        None => Some(String::new()),
    };
    let new = if file.gone { Some(String::new()) } else { text(&file.content) };
    let (Some(old), Some(new)) = (old, new) else { return Prepared::default() };
    let (old, in_old) = redact::redact(&old);
    let (new, in_new) = redact::redact(&new);
    Prepared::new(change::hunks(&old, &new), &file.path, in_old.max(in_new))
}

/// The evidence for one passage; none where nothing that it speaks of changed.
fn pack(
    asked: &Asked,
    hits: &[Vec<Hit>],
    pages: &[Page<'_>],
    index: &Index,
    changes: &Changes,
    code: Code<'_>,
    rules: Rules,
) -> Option<Pack> {
    let worker = code.repository.worker().ok()?;
    let objects = worker.objects().ok()?;
    let page = pages.get(asked.passage.page)?;
    let mut found: Vec<Found<'_>> = Vec::new();
    for (of_group, (group, hits)) in asked.groups.iter().zip(hits).enumerate() {
        for hit in hits {
            for (step, moment) in moments_for(group, hit).into_iter().enumerate() {
                let Some(file) = index.files.get(hit.file) else { continue };
                let by_words = asked.words || rules.words || group.query.promised || asked.is_near(&file.path);
                let Some(old) = changes.before(file, moment, code, &objects) else { continue };
                let Some(prepared) = changes.by_key.get(&(hit.file, old)) else { continue };
                for (at, hunk) in prepared.hunks.iter().enumerate() {
                    let scored = score::score(hunk, &group.query, index, file, by_words || !hit.witness);
                    let Some(mut score) = scored else { continue };
                    score.by_words &= !by_words;
                    // What the line's last editor could see counts for less, and only where it took something away
                    // that the line still says.
                    if step > 0 {
                        if !score.lost {
                            continue;
                        }
                        score.scale(0.5);
                    }
                    found.push(Found { file: hit.file, old, moment, at, hunk: &hunk.hunk, score, group: of_group });
                }
            }
        }
    }
    // Words alone speak for the statements that no name leads anywhere from, in a passage that is asked about anyway.
    let named: FxHashSet<(usize, usize)> = found.iter().filter(|f| !f.score.by_words).map(Found::statement).collect();
    found.retain(|f| !f.score.by_words || !named.is_empty() && !named.contains(&f.statement()));
    for f in found.iter_mut().filter(|f| f.score.by_words) {
        f.score.scale(BY_WORDS);
    }
    let choice = Choice::of(found, rules.evidence_tokens)?;
    let (_, redacted_page) = redact::redact(asked.passage.text(page.document));
    let mut pack = Pack {
        passage: asked.passage.clone(),
        changes: Vec::new(),
        commits: Vec::new(),
        more_commits: 0,
        left_out_hunks: choice.left_out_hunks,
        left_out_files: choice.left_out_files,
        score: choice.score,
        redacted: redacted_page,
    };
    let mut commits: FxHashSet<MainIx> = FxHashSet::default();
    for (key, moment, hunks) in choice.by_file {
        let Some(file) = index.files.get(key.0) else { continue };
        let versions = changes.histories.versions(&file.path);
        commits.extend(versions.iter().map(|v| v.at).filter(|at| *at > moment));
        let former = versions.iter().rev().find(|v| v.at <= moment).filter(|v| v.path != file.path);
        pack.redacted += changes.by_key.get(&key).map_or(0, |p| p.redacted);
        pack.changes.push(FileChange {
            path: file.path.clone(),
            former: former.map(|v| v.path.clone()),
            added: key.1.is_none(),
            gone: file.gone,
            moment,
            hunks: hunks.into_iter().cloned().collect::<Vec<Hunk>>(),
        });
    }
    let mut commits: Vec<MainIx> = commits.into_iter().collect();
    commits.sort_unstable_by(|a, b| b.cmp(a));
    pack.more_commits = commits.len().saturating_sub(Pack::COMMITS);
    commits.truncate(Pack::COMMITS);
    pack.commits = commits.into_iter().map(|at| code.repository.commit_ref(code.mainline.get(at).id)).collect();
    Some(pack)
}
