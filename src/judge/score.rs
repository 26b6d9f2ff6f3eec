//! How much a hunk has to say to a passage.
//!
//! A literal comparison beats small models at finding what a sentence has lost, so it comes first: what
//! weighs most is a term of the page that the hunk's removed lines hold and its added lines do not.

use rustc_hash::{FxHashMap, FxHashSet};

use super::change::{Hunk, Mark};
use super::defines;
use super::index::{self, File, Index, Query};
use super::words::{self, Shape};
use crate::history::RepoPath;
use crate::history::class::Class;
use crate::history::term::Term;

const LOST: f32 = 1.5;
const MOVED: f32 = 0.9;
const CAME: f32 = 0.7;
const CHANGED: f32 = 0.8;
const NEAR: f32 = 0.4;
const WITHIN: f32 = 0.3;
/// What a changed line that defines the name counts for beside one that only uses it …
const DEFINES: f32 = 2.0;
/// … and a change in the body of what has the name.
const WITHIN_DEFINED: f32 = 0.8;
/// The text of a licence says nothing of the code.
const LICENCE: f32 = 0.05;
/// What only came takes nothing from what a page says, as a rule.
const ONLY_ADDED: f32 = 0.45;
/// A hunk with this many lines has its points as they are; longer ones have to have more.
const USUAL_LINES: f32 = 14.0;
/// Without a name in common, a hunk must share at least so much rarity with the passage …
const LEAST_RARITY: f32 = 6.0;
/// … in at least so many terms.
const LEAST_TERMS: usize = 2;
/// What the rest of a passage counts for beside the statement that a hunk says most to.
const OTHER_STATEMENTS: f32 = 0.3;
/// The rarity of the word, such as the name of a tool or a language, that two versions stand beside.
const LEAST_OF_TOOL: f32 = 0.9;
/// What another version beside a word of the statement counts for.
const VERSION_BESIDE: f32 = 2.0;
/// What a hunk counts for whose removed line gave the statement's value beside a word of it.
const VALUE_OF_NAME: f32 = 2.5;
/// Lines that only bring names into reach count for less.
const IMPORT: f32 = 0.45;
/// What a common name and its neighbours in a statement must have in rarity.
const LEAST_BESIDE_COMMON: f32 = 4.0;
/// The rarity of a word that, beside a number that went, says that it is the page's number.
const LEAST_BESIDE: f32 = 1.5;

/// The terms of a hunk, by where in it they stand.
#[derive(Debug, Clone)]
pub struct Scanned {
    /// The hunk.
    pub hunk: Hunk,
    removed: FxHashSet<Term>,
    added: FxHashSet<Term>,
    kept: FxHashSet<Term>,
    within: FxHashSet<Term>,
    imports: FxHashSet<Term>,
    /// The names that its changed lines define, …
    defined: FxHashSet<Term>,
    /// … and those that the lines above it do.
    within_defined: FxHashSet<Term>,
    /// Whether it holds the text of a licence.
    licence: bool,
    /// The other words of each added line that gives a version.
    versions: Vec<FxHashSet<Term>>,
    /// All of each removed line that gives a number or a version.
    values: Vec<FxHashSet<Term>>,
}

/// A file's change, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    /// Its hunks in order.
    pub hunks: Vec<Scanned>,
    /// Secrets that were taken out of it.
    pub redacted: usize,
}

impl Prepared {
    /// Scans `hunks` of the file at `path`, whose name says what they are about.
    #[must_use]
    pub fn new(hunks: Vec<Hunk>, path: &RepoPath, redacted: usize) -> Self {
        let about = words::set(&path.display());
        Self { hunks: hunks.into_iter().map(|hunk| scan(hunk, &about)).collect(), redacted }
    }
}

fn scan(hunk: Hunk, about: &FxHashSet<Term>) -> Scanned {
    let mut out = Scanned {
        removed: FxHashSet::default(),
        added: FxHashSet::default(),
        kept: FxHashSet::default(),
        imports: FxHashSet::default(),
        defined: FxHashSet::default(),
        within_defined: FxHashSet::default(),
        licence: is_licence(&hunk),
        versions: Vec::new(),
        values: Vec::new(),
        within: hunk.within.as_deref().map(words::set).unwrap_or_default().union(about).copied().collect(),
        hunk,
    };
    for line in out.hunk.within.as_deref().unwrap_or_default().split(" › ") {
        defines::names(line, &mut |term| {
            out.within_defined.insert(term);
        });
    }
    let mut elsewhere: FxHashSet<Term> = FxHashSet::default();
    for line in &out.hunk.lines {
        let set = match line.mark {
            Mark::Removed => &mut out.removed,
            Mark::Added => &mut out.added,
            Mark::Kept => &mut out.kept,
        };
        if line.mark != Mark::Kept {
            defines::names(&line.text, &mut |term| {
                out.defined.insert(term);
            });
        }
        let others = if is_import(&line.text) { &mut out.imports } else { &mut elsewhere };
        let (mut words, mut all, mut value, mut version) = (FxHashSet::default(), FxHashSet::default(), false, false);
        words::terms(&line.text, &mut |term, shape: Shape| {
            set.insert(term);
            others.insert(term);
            all.insert(term);
            version |= shape == Shape::Version;
            value |= matches!(shape, Shape::Version | Shape::Number);
            if matches!(shape, Shape::Name | Shape::Word) {
                words.insert(term);
            }
        });
        if value && line.mark == Mark::Removed {
            out.values.push(all);
        }
        if version && line.mark == Mark::Added {
            out.versions.push(words);
        }
    }
    out.imports.retain(|term| !elsewhere.contains(term));
    out
}

/// Whether a line brings names of elsewhere into reach, in one of the usual spellings.
fn is_import(line: &str) -> bool {
    let line = line.trim_start();
    // In a list of imports a line is nothing but the path.
    let path = line.split_once('"').and_then(|(alias, rest)| rest.trim_end().strip_suffix('"').map(|p| (alias, p)));
    ["use ", "pub use ", "import ", "from ", "#include", "using "].iter().any(|start| line.starts_with(start))
        || line.contains("= require(")
        || path.is_some_and(|(alias, path)| {
            path.contains('/')
                && !path.contains(['"', ' '])
                && alias.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ' | b'.'))
        })
}

/// Whether a hunk is, for the most part, one of the licences that stand in most files.
fn is_licence(hunk: &Hunk) -> bool {
    const SIGNS: &[&str] = &[
        "WITHOUT WARRANT",
        "Permission is hereby granted",
        "Licensed under the",
        "Redistribution and use in source and binary",
        "SPDX-License-Identifier",
        "governing permissions and",
        "NO EVENT SHALL",
    ];
    let comments = hunk.lines.iter().filter(|line| defines::is_comment(line.text.trim())).count();
    let signed = || hunk.lines.iter().any(|line| SIGNS.iter().any(|sign| line.text.contains(sign)));
    2 * comments >= hunk.lines.len() && signed()
}

/// How much a hunk says.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// For ranking; any positive number.
    pub points: f32,
    /// What each term of the passage has in that.
    pub parts: Vec<(Term, f32)>,
    /// Whether a name that the page gives stands in it.
    pub witness: bool,
    /// Whether it took a name or a value of the page away.
    pub lost: bool,
    /// Whether nothing but words in common speaks for it.
    pub by_words: bool,
    /// The statement that it says most to, by its place among those of the group.
    pub unit: usize,
}

impl Score {
    /// Makes it count for more or less.
    pub fn scale(&mut self, factor: f32) {
        self.points *= factor;
        self.parts.iter_mut().for_each(|(_, points)| *points *= factor);
    }
}

/// What `hunk` of `file` says to `query`; none where it says nothing. With `by_words`, words in common
/// are enough.
#[must_use]
pub fn score(hunk: &Scanned, query: &Query, index: &Index, file: &File, by_words: bool) -> Option<Score> {
    let mut parts: Vec<(Term, f32)> = Vec::new();
    let mut witness = false;
    // A name of many files that changed here.
    let mut common = false;
    let mut took = false;
    // A number that went, and a word of its line that stands by.
    let (mut lost, mut beside) = (false, false);
    let mut changed: FxHashMap<Term, f32> = FxHashMap::default();
    // Sums of floats depend on their order.
    let mut terms: Vec<(Term, f32)> = query.terms.iter().map(|(t, w)| (*t, *w)).collect();
    terms.sort_unstable_by_key(|(term, _)| *term);
    for (term, weight) in terms {
        let (removed, added) = (hunk.removed.contains(&term), hunk.added.contains(&term));
        let factor = match (removed, added) {
            // What stands elsewhere today may only have moved.
            (true, false) if index.stands(term) && !query.is_value(term) => MOVED,
            (true, false) => LOST,
            (false, true) if query.promised => LOST,
            (false, true) => CAME,
            (true, true) => CHANGED,
            (false, false) if hunk.within_defined.contains(&term) => WITHIN_DEFINED,
            (false, false) if hunk.kept.contains(&term) => NEAR,
            (false, false) if hunk.within.contains(&term) => WITHIN,
            (false, false) => continue,
        };
        let named = query.names.contains(&term) || query.common.contains(&term);
        let defined = named && hunk.defined.contains(&term);
        let factor = if hunk.imports.contains(&term) { factor * IMPORT } else { factor };
        let factor = if defined { factor * DEFINES } else { factor };
        let rarity = index.rarity(term).max(0.2);
        parts.push((term, factor * weight * rarity));
        witness |= query.names.contains(&term);
        let body = defined || hunk.within_defined.contains(&term);
        common |= query.common.contains(&term) && (removed != added || body);
        took |= removed && !added && (named || query.values.contains(&term) || query.versions.contains(&term));
        let value = query.values.contains(&term);
        lost |= value && removed && !added;
        beside |= !value && weight >= 1.0 && rarity >= LEAST_BESIDE;
        if removed || added {
            changed.insert(term, weight.min(1.0) * rarity);
        }
    }
    witness |= lost && beside;
    if let Some(part) = other_version(hunk, query, index) {
        parts.push(part);
        witness = true;
    }
    let mut words_only = false;
    if !witness {
        // Words are enough only where one statement has several of them.
        let (shared, rarity) = most_of_one_statement(&changed, query);
        let enough = |terms: usize, least: f32| shared >= terms && rarity >= least;
        words_only = !(common && enough(LEAST_TERMS, LEAST_BESIDE_COMMON));
        if words_only && !(by_words && enough(LEAST_TERMS, LEAST_RARITY)) {
            return None;
        }
    }
    let unit = weigh(&mut parts, query);
    let mut scale = if hunk.removed.is_empty() && !query.promised { ONLY_ADDED } else { 1.0 };
    #[allow(clippy::cast_precision_loss)]
    let lines = hunk.hunk.lines.len() as f32;
    scale /= 1.0 + (lines / USUAL_LINES).max(1.0).ln();
    if gave_up_value(hunk, query, index) {
        scale *= VALUE_OF_NAME;
        witness = true;
    }
    if hunk.licence {
        scale *= LICENCE;
    }
    scale *= match file.class {
        Class::Code => 1.0,
        Class::Weak if index::is_setting(&file.path) => 0.7,
        Class::Weak => 0.3,
        Class::Vendored | Class::Ignored => 0.2,
    };
    for (_, points) in &mut parts {
        *points *= scale;
    }
    Some(Score {
        points: parts.iter().map(|(_, points)| points).sum(),
        parts,
        witness,
        lost: took,
        by_words: words_only && !witness,
        unit,
    })
}

/// Whether a removed line gives the very value of a statement beside a word of it, and no added line does:
/// the plainest of all contradictions.
fn gave_up_value(hunk: &Scanned, query: &Query, index: &Index) -> bool {
    let is_value = |term: &Term| query.values.contains(term) || query.versions.contains(term);
    hunk.values.iter().any(|line| {
        query.units.iter().any(|unit| {
            let (mut value, mut word) = (false, false);
            for term in unit.iter().filter(|term| line.contains(*term)) {
                let gave_up = is_value(term);
                value |= gave_up && !hunk.added.contains(term);
                word |= !gave_up && index.rarity(*term) >= LEAST_BESIDE;
            }
            value && word
        })
    })
}

/// What it says that an added line gives a version beside a word of a statement that gives one too: the
/// version of the same thing, whatever it was before. The part is the version's of the statement.
fn other_version(hunk: &Scanned, query: &Query, index: &Index) -> Option<(Term, f32)> {
    if hunk.versions.is_empty() {
        return None;
    }
    let mut best: Option<(Term, f32)> = None;
    for unit in &query.units {
        let Some(&version) = unit.iter().find(|term| query.versions.contains(term)) else { continue };
        if hunk.added.contains(&version) {
            continue;
        }
        let shared = unit.iter().filter(|term| hunk.versions.iter().any(|line| line.contains(term)));
        let Some(rarity) = shared.map(|term| index.rarity(*term)).max_by(f32::total_cmp) else { continue };
        let points = CAME * VERSION_BESIDE * rarity;
        if rarity >= LEAST_OF_TOOL && best.is_none_or(|(_, most)| points > most) {
            best = Some((version, points));
        }
    }
    best
}

/// How many terms of one statement are among the `changed` ones, and how rare those are together, at most.
fn most_of_one_statement(changed: &FxHashMap<Term, f32>, query: &Query) -> (usize, f32) {
    let of = |unit: &Vec<Term>| {
        let mut rarity: Vec<f32> = unit.iter().filter_map(|term| changed.get(term).copied()).collect();
        rarity.sort_by(f32::total_cmp);
        (rarity.len(), rarity.iter().sum::<f32>())
    };
    query.units.iter().map(of).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default()
}

/// Leaves the statement that the hunk says most to its points, and the others a part of them. Tells which
/// statement that is.
fn weigh(parts: &mut [(Term, f32)], query: &Query) -> usize {
    if query.units.len() < 2 {
        return 0;
    }
    let points: FxHashMap<Term, f32> = parts.iter().copied().collect();
    let of = |unit: &Vec<Term>| {
        let mut found: Vec<f32> = unit.iter().filter_map(|term| points.get(term).copied()).collect();
        found.sort_by(f32::total_cmp);
        found.iter().sum::<f32>()
    };
    let units = query.units.iter().enumerate().map(|(at, unit)| (at, unit, of(unit)));
    let best = units.reduce(|a, b| if b.2 > a.2 { b } else { a });
    if let Some((_, unit, _)) = best {
        let own: FxHashSet<Term> = unit.iter().copied().collect();
        for (_, points) in parts.iter_mut().filter(|(term, _)| !own.contains(term)) {
            *points *= OTHER_STATEMENTS;
        }
    }
    best.map_or(0, |(at, ..)| at)
}
