//! Which files of the code speak of what a page speaks of: BM25 over the words of identifiers
//! (Robertson, Walker 1994), restricted to the terms that pages ask for.

use globset::GlobSet;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::select::Code;
use super::words;
use crate::history::class::Class;
use crate::history::lifetime::is_binary;
use crate::history::snapshot::{Census, Content};
use crate::history::term::Term;
use crate::history::{Mode, Objects, ReadError, RepoPath};

/// Files with more bytes than this are not evidence: generated, or data.
pub const LARGEST: usize = 512 << 10;

/// A number that more files hold leads to none of them.
const MOST_OF_VALUE: usize = 40;

/// Files of one name that are looked at for what became of a gone one.
const MOST_SUCCESSORS: usize = 12;

/// A common name leads to a file that holds at least so many terms of the lines.
const LEAST_WORDS: usize = 3;

const K1: f32 = 1.2;
const B: f32 = 0.5;

/// Reads a content of the head or of an older state.
pub type Read<'r> = dyn Fn(&dyn Objects, &Content) -> Result<Vec<u8>, ReadError> + Sync + 'r;

/// A file of the code.
#[derive(Debug, Clone)]
pub struct File {
    /// Its path; of a file that is gone, its last one.
    pub path: RepoPath,
    /// What it is worth.
    pub class: Class,
    /// Its content, at the head or as it was last seen.
    pub content: Content,
    /// Whether the head has it no more.
    pub gone: bool,
    /// Its contents in older snapshots.
    past: Vec<Content>,
    /// Number of terms in it.
    length: u32,
}

/// The files and where their terms are.
#[derive(Debug, Default)]
pub struct Index {
    /// The files, by path.
    pub files: Vec<File>,
    postings: FxHashMap<Term, Vec<(u32, u16)>>,
    /// The terms that a file of the head holds today.
    standing: FxHashSet<Term>,
    average: f32,
}

/// What is asked for: terms with their weights.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Each term once.
    pub terms: FxHashMap<Term, f32>,
    /// The terms that are names of the page's references, or versions: what makes a file a witness.
    pub names: FxHashSet<Term>,
    /// Names that are too common to lead to a file by themselves: they do together with other words.
    pub common: FxHashSet<Term>,
    /// The terms of each statement: a line of code or of a table, an item of a list, a paragraph.
    pub units: Vec<Vec<Term>>,
    /// Those of the names that are versions.
    pub versions: FxHashSet<Term>,
    /// Numbers, and words that the code gave up altogether. One that went, near another word of the line,
    /// makes a witness too.
    pub values: FxHashSet<Term>,
    /// Whether the lines say that something is not there yet: what came is what they are asked about.
    pub promised: bool,
}

impl Query {
    /// Whether `term` is a number or a version: many files hold those by chance.
    #[must_use]
    pub fn is_value(&self, term: Term) -> bool {
        self.values.contains(&term) || self.versions.contains(&term)
    }
}

/// A file that answers a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Index of the file.
    pub file: usize,
    /// How well; any positive number.
    pub score: f32,
    /// Whether it holds one of the query's names.
    pub witness: bool,
}

impl Index {
    /// Reads the code of the head, what it was before, and what left it, into an index of `wanted` terms: a
    /// value that a page gives is often in a file no more. `pages` are no code.
    ///
    /// # Errors
    /// Where the object store can't be opened. A file that can't be read is left out.
    pub fn read(code: &Code<'_>, pages: &FxHashSet<&RepoPath>, wanted: &FxHashSet<Term>) -> Result<Self, ReadError> {
        let (repository, read) = (code.repository, code.read);
        let mut files = files(code.census, pages, code.within);
        let chunk = files.len().div_ceil(rayon::current_num_threads().max(1) * 4).max(1);
        let counts = files
            .par_chunks(chunk)
            .map(|chunk| {
                let worker = repository.worker()?;
                let objects = worker.objects()?;
                Ok(chunk.iter().map(|file| count(&objects, file, wanted, read)).collect::<Vec<_>>())
            })
            .collect::<Result<Vec<_>, ReadError>>()?;
        let mut postings: FxHashMap<Term, Vec<(u32, u16)>> = FxHashMap::default();
        let mut standing: FxHashSet<Term> = FxHashSet::default();
        for (at, (file, (length, counts))) in files.iter_mut().zip(counts.into_iter().flatten()).enumerate() {
            file.length = length;
            for (term, count) in counts {
                // Of what it held before, no count is kept.
                if count > 0 && !file.gone {
                    standing.insert(term);
                }
                let count = count.max(1);
                postings.entry(term).or_default().push((u32::try_from(at).unwrap_or(u32::MAX), count));
            }
        }
        let total: f64 = files.iter().map(|f| f64::from(f.length)).sum();
        // A mean of file lengths needs no more digits than a float has.
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let average = (total / files.len().max(1) as f64).max(1.0) as f32;
        Ok(Self { files, postings, standing, average })
    }

    /// How rare a term is: next to 0 for one that every file holds. What no file holds any more is the
    /// rarest: a value that the code gave up.
    #[must_use]
    pub fn rarity(&self, term: Term) -> f32 {
        let holders = self.postings.get(&term).map_or(0, Vec::len);
        #[allow(clippy::cast_precision_loss)]
        let (n, df) = (self.files.len() as f32, holders as f32);
        (1.0 + (n - df + 0.5) / (df + 0.5)).ln().max(0.0)
    }

    /// Whether a file of the head holds `term`.
    #[must_use]
    pub fn stands(&self, term: Term) -> bool {
        self.standing.contains(&term)
    }

    /// Whether files held `term`, few of them, and none holds it today.
    #[must_use]
    pub fn gave_up(&self, term: Term) -> bool {
        !self.standing.contains(&term) && (1..=MOST_OF_VALUE).contains(&self.holders(term))
    }

    /// How many files hold `term`.
    #[must_use]
    pub fn holders(&self, term: Term) -> usize {
        self.postings.get(&term).map_or(0, Vec::len)
    }

    /// Files of the head that may be what the gone ones among `files` became: those with nearly the same name.
    #[must_use]
    pub fn successors(&self, files: impl Iterator<Item = usize>) -> Vec<usize> {
        let gone: Vec<&File> = files.filter_map(|at| self.files.get(at)).filter(|f| f.gone).collect();
        let wanted: FxHashSet<Vec<u8>> = gone.iter().map(|f| bare_name(&f.path)).collect();
        let mut of: FxHashMap<Vec<u8>, Vec<usize>> = FxHashMap::default();
        for (at, file) in self.files.iter().enumerate().filter(|(_, f)| !f.gone) {
            let name = bare_name(&file.path);
            if wanted.contains(&name) {
                of.entry(name).or_default().push(at);
            }
        }
        // A name that many files have tells nothing.
        let mut out: Vec<usize> = of.into_values().filter(|same| same.len() <= MOST_SUCCESSORS).flatten().collect();
        out.sort_unstable();
        out
    }

    /// The files that answer `query` best, best first, at most `most`; with `named`, only those that hold
    /// one of its names, or a common one beside other words of the lines, and `also` of the others. Files for
    /// which `near` holds need no name.
    #[must_use]
    pub fn search(
        &self,
        query: &Query,
        (most, also): (usize, usize),
        named: bool,
        near: &dyn Fn(&RepoPath) -> bool,
    ) -> Vec<Hit> {
        let mut found: FxHashMap<u32, Answer> = FxHashMap::default();
        // Sums of floats depend on their order.
        let mut terms: Vec<(Term, f32)> = query.terms.iter().map(|(t, w)| (*t, *w)).collect();
        terms.sort_unstable_by_key(|(term, _)| *term);
        for (term, weight) in terms {
            let Some(postings) = self.postings.get(&term) else { continue };
            let rarity = self.rarity(term) * weight;
            let name = query.names.contains(&term);
            let common = query.common.contains(&term);
            let own = weight >= 1.0;
            let leads = name || query.values.contains(&term) && postings.len() <= MOST_OF_VALUE;
            for &(file, count) in postings {
                let Some(held) = self.files.get(file as usize) else { continue };
                #[allow(clippy::cast_precision_loss)]
                let norm = K1 * (1.0 - B + B * held.length as f32 / self.average);
                let tf = f32::from(count);
                let worth = if name { worth_of_name(held.class) } else { worth(held.class) };
                let entry = found.entry(file).or_default();
                entry.score += worth * rarity * tf * (K1 + 1.0) / (tf + norm);
                entry.leads |= leads;
                entry.common |= common;
                entry.words += usize::from(own);
            }
        }
        let mut hits: Vec<Hit> = found
            .into_iter()
            .filter(|(_, answer)| answer.score > 0.0)
            .filter_map(|(file, answer)| {
                let file = file as usize;
                let near = || self.files.get(file).is_some_and(|f| near(&f.path));
                let beside = answer.words >= LEAST_WORDS && (answer.common || near());
                let witness = answer.leads || beside;
                (witness || !named || also > 0 && answer.words >= LEAST_WORDS).then_some(Hit {
                    file,
                    score: answer.score,
                    witness,
                })
            })
            .collect();
        hits.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.file.cmp(&b.file)));
        let (mut first, mut others) = (0, 0);
        hits.retain(|hit| {
            let (count, room) = if hit.witness || !named { (&mut first, most) } else { (&mut others, also) };
            *count += 1;
            *count <= room
        });
        hits
    }
}

/// What a file has of a query.
#[derive(Debug, Default)]
struct Answer {
    score: f32,
    /// Whether it holds a name or a value that leads to it.
    leads: bool,
    /// Whether it holds a common name.
    common: bool,
    /// How many terms of the lines themselves it holds.
    words: usize,
}

fn worth(class: Class) -> f32 {
    match class {
        Class::Code => 1.0,
        Class::Weak => 0.3,
        Class::Vendored | Class::Ignored => 0.1,
    }
}

fn worth_of_name(class: Class) -> f32 {
    match class {
        Class::Code => 1.0,
        Class::Weak => 0.4,
        Class::Vendored | Class::Ignored => 0.2,
    }
}

/// Whether the file sets up builds: it has no names that count, but versions that do.
#[must_use]
pub fn is_setting(path: &RepoPath) -> bool {
    let ends = |end: &[u8]| path.as_bytes().ends_with(end);
    let hidden = path.as_bytes().split(|b| *b == b'/').any(|part| part.len() > 1 && part.starts_with(b"."));
    hidden && (ends(b".yml") || ends(b".yaml") || ends(b".toml") || ends(b".json"))
}

/// The letters and digits of a file's name.
fn bare_name(path: &RepoPath) -> Vec<u8> {
    let name = path.as_bytes().rsplit(|b| *b == b'/').next().unwrap_or_default();
    name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// The files of the head, and the last content of each that older snapshots held.
fn files(census: &Census, pages: &FxHashSet<&RepoPath>, part: Option<&GlobSet>) -> Vec<File> {
    let within = |path: &RepoPath| part.is_none_or(|part| part.is_match(&*path.display()));
    let mut files: Vec<File> = census
        .head
        .iter()
        .filter(|f| f.mode != Mode::Symlink && !pages.contains(&f.path) && within(&f.path))
        .map(|f| File {
            path: f.path.clone(),
            class: Class::of(&f.path),
            content: f.content.clone(),
            gone: false,
            past: Vec::new(),
            length: 0,
        })
        .filter(|f| f.class != Class::Ignored)
        .collect();
    let standing: FxHashSet<&RepoPath> = census.head.iter().map(|f| &f.path).collect();
    let places: FxHashMap<RepoPath, usize> = files.iter().enumerate().map(|(at, f)| (f.path.clone(), at)).collect();
    // A pipeline, too, tells which versions were built with.
    let told = |b: &&crate::history::snapshot::Blob| b.class == Class::Code || is_setting(&b.path);
    for blob in census.blobs.iter().filter(told) {
        if let Some(file) = places.get(&blob.path).and_then(|at| files.get_mut(*at))
            && file.content != blob.content
        {
            file.past.push(blob.content.clone());
        }
    }
    let mut gone: std::collections::BTreeMap<&RepoPath, (usize, &crate::history::snapshot::Blob)> =
        std::collections::BTreeMap::new();
    for blob in census.blobs.iter().filter(|b| b.class == Class::Code && !standing.contains(&b.path)) {
        let newest = blob.held.newest().unwrap_or(0);
        let entry = gone.entry(&blob.path).or_insert((newest, blob));
        if newest > entry.0 {
            *entry = (newest, blob);
        }
    }
    files.extend(gone.into_iter().filter(|(path, _)| !pages.contains(*path) && within(path)).map(
        |(path, (_, blob))| File {
            path: path.clone(),
            class: blob.class,
            content: blob.content.clone(),
            gone: true,
            past: Vec::new(),
            length: 0,
        },
    ));
    files.sort_by(|a, b| a.path.cmp(&b.path).then(a.gone.cmp(&b.gone)));
    files
}

type Counts = (u32, Vec<(Term, u16)>);

fn count(objects: &dyn Objects, file: &File, wanted: &FxHashSet<Term>, read: &Read<'_>) -> Counts {
    let Some(text) = text(objects, &file.content, read) else { return Counts::default() };
    let mut length = 0u32;
    let mut counts: FxHashMap<Term, u16> = FxHashMap::default();
    let mut take = |term: Term, _| {
        length = length.saturating_add(1);
        if wanted.contains(&term) {
            let count = counts.entry(term).or_default();
            *count = count.saturating_add(1);
        }
    };
    words::terms(&text, &mut take);
    // The name of a file says what it is about.
    words::terms(&file.path.display(), &mut take);
    let mut past: FxHashMap<Term, u16> = FxHashMap::default();
    for content in &file.past {
        words::terms(&self::text(objects, content, read).unwrap_or_default(), &mut |term, _| {
            if wanted.contains(&term) && !counts.contains_key(&term) {
                past.insert(term, 0);
            }
        });
    }
    counts.extend(past);
    let mut counts: Vec<(Term, u16)> = counts.into_iter().collect();
    counts.sort_unstable();
    (length, counts)
}

/// A content as text; none for what is too large, binary, or can't be read.
pub fn text(objects: &dyn Objects, content: &Content, read: &Read<'_>) -> Option<String> {
    if let Content::Object(id) = content
        && objects.size(*id).ok()? > LARGEST
    {
        return None;
    }
    let bytes = read(objects, content).ok()?;
    if bytes.len() > LARGEST || is_binary(&bytes) {
        return None;
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}
