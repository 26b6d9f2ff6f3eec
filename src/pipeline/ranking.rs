//! What git knows of pages besides proofs: who edited which section when, what the sections describe,
//! how often that changed since, and who answers for it. It ranks pages; it accuses none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use chrono::{DateTime, Days, NaiveDate, Utc};
use rayon::prelude::*;

use super::outcome::{Parts, commit, date};
use super::pages::HeadPage;
use crate::document::Tense;
use crate::history::churn::Changes;
use crate::history::declared::Asked;
use crate::history::paths::Paths;
use crate::history::people::{Author, People};
use crate::history::{MainIx, Moment, Objects, ReadError, RepoPath};
use crate::report::json::v1;
use crate::rule::described::{self, Head, Mention};
use crate::triage::owners::{self, Codeowners, Person};
use crate::triage::policy::Policy;

/// Writers of a page, and those who change what it describes, that are named at most.
const MOST_NAMED: usize = 3;
/// Writers that are asked whether they are still there, at most: those of most lines.
const MOST_WRITERS: usize = 16;

/// Who edited a page when.
#[derive(Debug, Default, Clone)]
pub(super) struct Edits {
    /// The last real edit of each of the page's sections, in the document's order.
    sections: Vec<Option<Moment>>,
    /// Lines by the commit that last really edited them.
    lines: BTreeMap<MainIx, usize>,
    /// Whether some lines are older than the history that is there.
    unknown: bool,
}

impl Edits {
    /// In the published form; `known` keeps the commits that were read.
    pub(super) fn published(&self, parts: &Parts<'_>, known: &mut BTreeMap<MainIx, v1::Edit>) -> Vec<Option<v1::Edit>> {
        let edit = |moment: &Option<Moment>| match moment {
            Some(Moment::At(at)) => Some(known.entry(*at).or_insert_with(|| commit(parts, *at)).clone()),
            // Some time after the head; nothing here may depend on the day on which it is asked.
            Some(Moment::Uncommitted) => Some(v1::Edit { date: head(parts), author: String::new(), commit: None }),
            Some(Moment::BeforeHistory) | None => None,
        };
        self.sections.iter().map(edit).collect()
    }
}

/// When the head was committed.
fn head(parts: &Parts<'_>) -> DateTime<Utc> {
    date(parts.state.mainline.get(parts.state.mainline.head()).time)
}

/// Who edited each page when, in the order of the pages.
pub(super) fn edits(parts: &Parts<'_>) -> Result<Vec<Edits>, ReadError> {
    let pages: Vec<(&HeadPage, &OnceLock<Edits>)> = parts.pages.pages.iter().zip(parts.edits).collect();
    let chunk = pages.len().div_ceil(rayon::current_num_threads().max(1) * 32).max(1);
    let edits = pages.par_chunks(chunk).map(|chunk| {
        let worker = parts.repository.worker()?;
        let objects = worker.objects()?;
        let one = |(page, slot): &(&HeadPage, &OnceLock<Edits>)| {
            if !matches!(page.document.tense, Tense::Current) {
                return Edits::default();
            }
            // Whoever asked for its lines before has left what is needed here.
            let read = || {
                let text = page.differs.then_some(page.document.text.as_bytes());
                of_page(page, &parts.histories.origins(&objects, &page.path, text))
            };
            slot.get().cloned().unwrap_or_else(read)
        };
        Ok(chunk.iter().map(one).collect::<Vec<_>>())
    });
    Ok(edits.collect::<Result<Vec<_>, ReadError>>()?.into_iter().flatten().collect())
}

/// Who edited `page` when, by the origins of its lines.
pub(super) fn of_page(page: &HeadPage, origins: &crate::history::PageOrigins) -> Edits {
    let document = &page.document;
    let mut edits = Edits::default();
    for section in &document.sections {
        let mut last: Option<Moment> = None;
        if !section.span.is_empty() && !origins.is_empty() {
            let from = document.lines.line_of(section.span.start);
            let text = section.span.of(&document.text);
            for (offset, line) in text.split('\n').enumerate() {
                if line.trim().is_empty() {
                    continue;
                }
                let edited = origins.line(from + offset).edited;
                match edited {
                    Moment::At(at) => *edits.lines.entry(at).or_default() += 1,
                    Moment::BeforeHistory => edits.unknown = true,
                    Moment::Uncommitted => {}
                }
                last = last.max(Some(edited));
            }
        }
        edits.sections.push(last.filter(|m| *m != Moment::BeforeHistory));
    }
    edits
}

/// What ranks pages and depends on no finding.
pub(super) struct Standing<'r> {
    /// What each section of each page mentions.
    mentions: Vec<Vec<Vec<Mention>>>,
    /// The files of code that each section describes.
    described: Vec<Vec<BTreeSet<RepoPath>>>,
    people: People<'r>,
    /// The changes of those files, and from when on they were looked for.
    changes: Changes,
    from: DateTime<Utc>,
}

impl<'r> Standing<'r> {
    /// Reads it.
    ///
    /// # Errors
    /// Where objects can't be read.
    pub(super) fn read(parts: &Parts<'r>, policy: &Policy) -> Result<Self, ReadError> {
        // Who is still there is asked for while the mentions are looked for.
        let (read, people) = rayon::join(|| mentions(parts), || people(parts, policy));
        let (mentions, mut people) = (read?, people?);
        people.rest();
        let own: BTreeSet<&RepoPath> = parts.pages.pages.iter().map(|p| &p.path).collect();
        let code = |mentions: &[Mention]| -> BTreeSet<RepoPath> {
            let files = mentions.iter().flat_map(|m| &m.files);
            files.filter(|f| !f.as_bytes().ends_with(b"/") && !own.contains(f)).cloned().collect()
        };
        let described: Vec<Vec<BTreeSet<RepoPath>>> =
            mentions.iter().map(|page| page.iter().map(|section| code(section)).collect()).collect();

        // Twice the interval is as overdue as a page gets: changes before that make no difference.
        let window = |page: &HeadPage| {
            let days = Days::new(2 * u64::from(policy.interval(page.document.id.as_str())));
            head(parts).checked_sub_days(days).unwrap_or(DateTime::UNIX_EPOCH)
        };
        let names_code = |(_, sections): &(&HeadPage, &Vec<BTreeSet<RepoPath>>)| sections.iter().any(|s| !s.is_empty());
        let pages = parts.pages.pages.iter().zip(&described).filter(names_code);
        let from = pages.map(|(page, _)| window(page)).min().unwrap_or_else(|| head(parts));
        let reader = |read: &mut dyn FnMut(&dyn Objects)| {
            let worker = parts.repository.worker()?;
            read(&worker.objects()?);
            Ok(())
        };
        let files = described.iter().flatten().flatten();
        let changes = Changes::read(reader, &parts.state.mainline, files, from.timestamp())?;
        Ok(Self { mentions, described, people, changes, from })
    }
}

impl Standing<'_> {
    /// Reads who wrote what the pages hold.
    pub(super) fn meet(&mut self, parts: &Parts<'_>, edits: &[Edits]) {
        let written: BTreeSet<MainIx> = edits.iter().flat_map(|edits| edits.lines.keys().copied()).collect();
        for at in written {
            self.people.author(&parts.state.mainline, at);
        }
    }
}

/// Adds to the audit's pages what they mention, how it churned, and who answers for them.
pub(super) fn apply(
    audit: &mut v1::Audit,
    parts: &Parts<'_>,
    edits: &[Edits],
    standing: Standing<'_>,
    policy: &Policy,
) {
    let Standing { mentions, described, mut people, changes, from } = standing;
    let at: BTreeMap<String, usize> = audit.documents.iter().enumerate().map(|(i, d)| (d.id.clone(), i)).collect();
    let codeowners = codeowners(parts);
    for (((page, mentions), described), edits) in parts.pages.pages.iter().zip(mentions).zip(&described).zip(edits) {
        let Some(document) = at.get(page.document.id.as_str()).and_then(|i| audit.documents.get_mut(*i)) else {
            continue;
        };
        let reviewed = document.signals.reviewed.clone();
        let sections = page.document.sections.iter().zip(mentions).zip(described).enumerate();
        let published = sections.filter(|(_, ((section, _), _))| !section.span.is_empty());
        for (published, (index, ((_, mentions), files))) in document.sections.iter_mut().zip(published) {
            published.mentions = mentions.iter().map(mention).collect();
            let edited = edits.sections.get(index).copied().flatten();
            let reviewed = published.signals.reviewed.as_ref().or(reviewed.as_ref());
            let since = Since { edited, reviewed: reviewed.and_then(|r| r.date.parse().ok()), from };
            if !matches!(page.document.tense, Tense::Historical { .. }) {
                published.signals.churn = since.churn(parts, &changes, files);
            }
        }
        answer(parts, page, document, edits, described, &changes, &mut people, &codeowners, policy);
    }
}

/// Those who commit, read as far back as it counts.
fn people<'r>(parts: &Parts<'r>, policy: &Policy) -> Result<People<'r>, ReadError> {
    let mut people = People::of(parts.repository, &parts.options.config.bots)?;
    if parts.pages.pages.iter().any(|page| matches!(page.document.tense, Tense::Current)) {
        people.reach(gone_since(&people, policy));
    }
    Ok(people)
}

/// Who committed nothing since then is gone, in seconds since 1970.
fn gone_since(people: &People<'_>, policy: &Policy) -> i64 {
    people.head_time() - i64::from(policy.values().owners.gone_after) * 86_400
}

/// What each section of each page mentions.
fn mentions(parts: &Parts<'_>) -> Result<Vec<Vec<Vec<Mention>>>, ReadError> {
    let mut asked = Asked::default();
    parts.references.iter().for_each(|references| described::ask(references, &mut asked));
    let declared = parts.state.declared(parts.repository, &asked)?;
    let paths = Paths::new(&parts.state.census);
    let slugs = parts.repository.remote_slugs();
    let head = Head { paths: &paths, mask: parts.state.snapshots.head(), declared: &declared, slugs: &slugs };
    let pages = parts.pages.pages.par_iter().zip(parts.references);
    Ok(pages.map(|(page, refs)| described::mentions(&page.document, &page.path, refs, &head)).collect())
}

fn mention(mention: &Mention) -> v1::Mention {
    v1::Mention {
        kind: mention.kind.as_str().to_owned(),
        text: mention.text.clone(),
        line: u32::try_from(mention.line0 + 1).unwrap_or(u32::MAX),
        files: mention.files.iter().map(|f| f.display().into_owned()).collect(),
    }
}

/// From when on changes of a section's files count.
struct Since {
    edited: Option<Moment>,
    reviewed: Option<NaiveDate>,
    from: DateTime<Utc>,
}

impl Since {
    fn churn(&self, parts: &Parts<'_>, changes: &Changes, files: &BTreeSet<RepoPath>) -> Option<v1::Churn> {
        let edited = match self.edited? {
            Moment::At(at) => Some(at),
            Moment::Uncommitted => return None,
            Moment::BeforeHistory => None,
        };
        if files.is_empty() {
            return None;
        }
        let reviewed = self.reviewed;
        let mut commits = changes.of_all(files, edited);
        if let Some(day) = reviewed {
            // What changed on the day itself may well have been read.
            commits.retain(|at| date(parts.state.mainline.get(*at).time).date_naive() > day);
        }
        let start = edited.map(|at| date(parts.state.mainline.get(at).time)).unwrap_or_default();
        let cut = start.date_naive().max(reviewed.unwrap_or_default()) < self.from.date_naive();
        Some(v1::Churn {
            commits: u32::try_from(commits.len()).unwrap_or(u32::MAX),
            files: u32::try_from(files.len()).unwrap_or(u32::MAX),
            counted_from: cut.then(|| self.from.date_naive().to_string()),
        })
    }
}

fn codeowners(parts: &Parts<'_>) -> Codeowners {
    let read = owners::CODEOWNERS.iter().find_map(|path| parts.repository.head_file(path.as_bytes()));
    read.map(|bytes| Codeowners::parse(&String::from_utf8_lossy(&bytes))).unwrap_or_default()
}

/// Names who answers for a page, and says whether all of its writers have left.
#[allow(clippy::too_many_arguments)]
fn answer(
    parts: &Parts<'_>,
    page: &HeadPage,
    document: &mut v1::Document,
    edits: &Edits,
    described: &[BTreeSet<RepoPath>],
    changes: &Changes,
    people: &mut People<'_>,
    codeowners: &Codeowners,
    policy: &Policy,
) {
    let mainline = &parts.state.mainline;
    let mut lines: BTreeMap<Author, usize> = BTreeMap::new();
    for (at, count) in &edits.lines {
        if let Some(author) = people.author(mainline, *at) {
            *lines.entry(author).or_default() += count;
        }
    }
    let mut writers: Vec<(Author, usize)> = lines.into_iter().collect();
    writers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut committers: Vec<Author> = Vec::new();
    let all: BTreeSet<&RepoPath> = described.iter().flatten().collect();
    for at in changes.of_all(all, None) {
        if committers.len() >= MOST_WRITERS {
            break;
        }
        if let Some(author) = people.author(mainline, at).filter(|a| !committers.contains(a)) {
            committers.push(author);
        }
    }
    let names = |all: &[Author]| all.iter().take(MOST_NAMED).map(|a| a.name.clone()).collect::<Vec<_>>();
    let authors: Vec<Author> = writers.into_iter().map(|(author, _)| author).take(MOST_WRITERS).collect();
    let front_matter = page.document.front_matter.as_ref().map(|f| &f.value);
    let (named, said) = (names(&authors), !document.signals.owners.is_empty());
    if !said {
        let path = page.path.display();
        document.signals.owners = owners::of(&path, front_matter, codeowners, &named, &names(&committers));
    }
    // Who wrote lines that are older than the history may still be there.
    if edits.unknown || authors.is_empty() || !matches!(page.document.tense, Tense::Current) {
        return;
    }
    let days = policy.values().owners.gone_after;
    let (head, since) = (people.head_time(), gone_since(people, policy));
    if authors.iter().any(|author| people.seen_since(author, since).is_some()) {
        return;
    }
    let own = edits.lines.keys().next_back().map_or(0, |at| mainline.get(*at).time);
    let person =
        |author: &Author, seen: Option<i64>| Person { name: author.name.clone(), last_seen: date(seen.unwrap_or(own)) };
    let gone: Vec<Person> = authors.iter().map(|a| person(a, people.last_seen(a))).collect();
    let there: Vec<Person> =
        committers.iter().filter_map(|a| people.seen_since(a, since).map(|seen| person(a, Some(seen)))).collect();
    document.signals.orphaned = owners::orphaned(&gone, &there, date(head), days);
}
