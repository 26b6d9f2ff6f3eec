//! Proofs of places: lines of a file, and the file that holds a name.

use std::collections::BTreeMap;

use super::{Archive, Dated, Proved, moment};
use crate::finding::{CauseKind, Replacement};
use crate::history::cause::Holder;
use crate::history::class::Class;
use crate::history::lifetime::is_binary;
use crate::history::lookup::Lookup;
use crate::history::scan::{self, Role, Sink, Token};
use crate::history::term::Term;
use crate::history::{MainIx, Objects, ReadError, RepoPath, place, treediff};
use crate::rule::suspect::{At, Proof};

/// What the text of the lines is found nowhere else, or in several places, does to the probability.
const NOT_FOUND: f32 = 0.33;
/// What several files that define the name do.
const SEVERAL: f32 = 0.6;

/// Looks for what the page pointed at when it was written.
pub(super) fn prove(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    archive: Archive<'_>,
    objects: &dyn Objects,
) -> Result<(), ReadError> {
    let lookup = Lookup::new(objects, archive.mainline);
    let mut moved: Vec<(usize, &str)> = Vec::new();
    for (index, dated) in dated.iter().enumerate() {
        let Proof::Place { path, at } = &dated.suspect.proof else { continue };
        let Some(since) = moment(dated) else { continue };
        let Some(now) = head(path, archive, &lookup)? else { continue };
        match at {
            // One claim that can't be read takes no other down.
            At::Lines(first, last) => {
                let found = place::moved_lines(&lookup, path, (*first, *last), since, &now).ok().flatten();
                if let Some(proof) = proofs.get_mut(index) {
                    *proof = found.map(|found| of_lines(found, path, (*first, *last), since, archive));
                }
            }
            At::Name(name) => {
                let then = place::content(&lookup, since, path).ok().flatten();
                let defined = then.is_some_and(|then| uses(path, &then, name).0.is_some());
                let (_, left) = uses(path, &now, name);
                if defined && !left {
                    moved.push((index, name));
                }
            }
        }
    }
    if moved.is_empty() {
        return Ok(());
    }
    let homes = homes(&moved, archive, &lookup)?;
    for (index, name) in moved {
        let (Some(dated), Some(proof)) = (dated.get(index), proofs.get_mut(index)) else { continue };
        let Some(found) = homes.get(name).filter(|h| !h.is_empty()) else { continue };
        *proof = of_name(dated, name, found, archive, &lookup).unwrap_or_default();
    }
    Ok(())
}

fn of_lines(
    found: place::MovedLines,
    path: &RepoPath,
    (first, last): (u32, u32),
    since: MainIx,
    archive: Archive<'_>,
) -> Proved {
    let replacement = found.now.map(|now| {
        let text = if last > first { format!("{now}-{}", now + (last - first)) } else { now.to_string() };
        Replacement { text, votes: 1, of: 1 }
    });
    Proved {
        cause: found.cause.map(|at| (at, archive.mainline.get(at).id, CauseKind::Changed, Some(path.clone()))),
        holders: vec![Holder { path: path.clone(), line: first, at: since, text: found.text }],
        holder_count: 1,
        certain: replacement.is_some(),
        factor: if replacement.is_some() { 1.0 } else { NOT_FOUND },
        replacement,
    }
}

fn of_name(
    dated: &Dated<'_>,
    name: &str,
    homes: &[RepoPath],
    archive: Archive<'_>,
    lookup: &Lookup<'_>,
) -> Result<Option<Proved>, ReadError> {
    let Proof::Place { path, .. } = &dated.suspect.proof else { return Ok(None) };
    let Some(since) = moment(dated) else { return Ok(None) };
    let mut holds = |ix: MainIx| {
        Ok(place::content(lookup, ix, path)?.is_some_and(|content| uses(path, &content, name).0.is_some()))
    };
    let cause = place::lost(lookup, since, &mut holds)?;
    let then = place::content(lookup, since, path)?.unwrap_or_default();
    let line = uses(path, &then, name).0.unwrap_or(1);
    let text = then.split(|b| *b == b'\n').nth(line as usize - 1).unwrap_or_default();
    let text = String::from_utf8_lossy(text).trim().chars().take(200).collect();
    let only = match homes {
        [only] => Some(only.display().into_owned()),
        _ => None,
    };
    Ok(Some(Proved {
        cause: cause.map(|at| (at, archive.mainline.get(at).id, CauseKind::Renamed, Some(path.clone()))),
        holders: vec![Holder { path: path.clone(), line, at: since, text }],
        holder_count: 1,
        certain: only.is_some(),
        factor: if only.is_some() { 1.0 } else { SEVERAL },
        replacement: only.map(|text| Replacement { text, votes: 1, of: 1 }),
    }))
}

/// The content of a file at the head, with what lies over it.
fn head(path: &RepoPath, archive: Archive<'_>, lookup: &Lookup<'_>) -> Result<Option<Vec<u8>>, ReadError> {
    if let Some(over) = archive.overlaid.iter().find(|c| c.path == *path) {
        return Ok(over.content.clone());
    }
    place::content(lookup, archive.mainline.head(), path)
}

/// The line that defines a name in a file, and whether the name stands in its code at all.
fn uses(path: &RepoPath, content: &[u8], name: &str) -> (Option<u32>, bool) {
    struct Uses {
        term: Term,
        defined: Option<u32>,
        used: bool,
    }
    impl Sink for Uses {
        fn token(&mut self, token: &Token) {
            if token.exact != self.term {
                return;
            }
            self.used |= token.role != Role::Comment;
            if token.role == Role::Definition && self.defined.is_none() {
                self.defined = Some(token.line);
            }
        }
    }
    let mut uses = Uses { term: Term::exact(name.as_bytes()), defined: None, used: false };
    if !is_binary(content) {
        scan::scan(path, content, &mut uses);
    }
    (uses.defined, uses.used)
}

/// The files of the head that define each of some names.
fn homes<'n>(
    names: &[(usize, &'n str)],
    archive: Archive<'_>,
    lookup: &Lookup<'_>,
) -> Result<BTreeMap<&'n str, Vec<RepoPath>>, ReadError> {
    let mut files: BTreeMap<RepoPath, Option<git2::Oid>> = BTreeMap::new();
    let root = lookup.root(archive.mainline.head());
    treediff::diff(lookup, None, root, &|_| true, &mut |change| {
        if let Some((mode, id)) = change.new.filter(|(mode, _)| mode.is_file()) {
            let path = RepoPath::new(&change.path);
            if Class::of(&path) == Class::Code && mode.is_file() {
                files.insert(path, Some(id));
            }
        }
    })?;
    for over in archive.overlaid {
        files.insert(over.path.clone(), None);
    }
    let terms: Vec<Term> = names.iter().map(|(_, name)| Term::exact(name.as_bytes())).collect();
    let mut homes: BTreeMap<&str, Vec<RepoPath>> = BTreeMap::new();
    for (path, id) in &files {
        if id.is_some_and(|id| archive.holdings.lacks(path, id, &terms)) {
            continue;
        }
        // A file that can't be read defines nothing that we know of.
        let Some(content) = head(path, archive, lookup).ok().flatten() else { continue };
        for (_, name) in names {
            let found = memchr::memmem::find(&content, name.as_bytes()).is_some();
            if found && uses(path, &content, name).0.is_some() {
                let list = homes.entry(name).or_default();
                if list.last() != Some(path) {
                    list.push(path.clone());
                }
            }
        }
    }
    Ok(homes)
}
