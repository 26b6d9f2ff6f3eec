//! Proofs by a path of the tree.

use rayon::prelude::*;

use super::code::lost_at;
use super::respell::written;
use super::{Archive, Dated, Proved};
use crate::finding::Replacement;
use crate::history::cause::{Holder, LostAt, NoCause};
use crate::history::lookup::Lookup;
use crate::history::{ReadError, RepoPath, rename};
use crate::rule::confidence;
use crate::rule::suspect::Proof;
use crate::rule::system::System;

/// Looks for the commit that took each path away, and for what the file is called now. Paths that lie beside
/// each other were often taken away together: each thread takes a run of them.
///
/// # Errors
/// Where the object store can't be opened.
pub(super) fn prove(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    system: &System<'_>,
    archive: Archive<'_>,
) -> Result<(), ReadError> {
    let mut asked: Vec<(&RepoPath, usize)> = Vec::new();
    for (index, dated) in dated.iter().enumerate() {
        if let Proof::Path { path, .. } = &dated.suspect.proof {
            asked.push((path, index));
        }
    }
    asked.sort();
    let run = asked.len().div_ceil(rayon::current_num_threads().max(1)).max(1);
    let found = asked
        .par_chunks(run)
        .map(|run| {
            let worker = archive.repository.worker()?;
            let objects = worker.objects()?;
            let lookup = Lookup::new(&objects, archive.mainline);
            let paths = rename::Paths::new(&lookup);
            let one = |(_, index): &(&RepoPath, usize)| (*index, prove_one(&dated[*index], system, archive, &paths));
            Ok(run.iter().map(one).collect::<Vec<_>>())
        })
        .collect::<Result<Vec<_>, ReadError>>()?;
    for (index, proved) in found.into_iter().flatten() {
        if let Some(slot) = proofs.get_mut(index) {
            *slot = proved;
        }
    }
    Ok(())
}

fn prove_one(
    dated: &Dated<'_>,
    system: &System<'_>,
    archive: Archive<'_>,
    paths: &rename::Paths<'_, '_>,
) -> Option<Proved> {
    let Proof::Path { path, base, style } = &dated.suspect.proof else { return None };
    let (had, lost) = lost_at(dated, system, archive)?;
    let of_moment = super::is_of_moment(dated.suspect);
    let had = if of_moment { super::moment(dated)? } else { had };
    let report = match lost {
        LostAt::At(at) => paths.cause(path, had, at),
        LostAt::Overlay(changes) => paths.uncommitted(path, changes),
    }
    .ok()?;
    let (cause, factor) = match report.cause {
        Ok(found) => (Some((found.mainline, found.commit, found.kind, found.path)), 1.0),
        Err(NoCause::Uncommitted) => (None, 1.0),
        Err(_) if of_moment => return None,
        Err(NoCause::Unsteady | NoCause::NoHolder) => (None, confidence::CAUSE_UNKNOWN),
        Err(NoCause::StillThere | NoCause::Interval) => return None,
    };
    let replacement = report.target.as_ref().map(|target| Replacement {
        text: written(target, path, base, *style, &dated.suspect.anchor),
        votes: 1,
        of: 1,
    });
    Some(Proved {
        cause,
        holders: vec![Holder { path: path.clone(), line: 0, at: had, text: String::new() }],
        holder_count: 1,
        certain: report.similarity >= confidence::SAME_FILE,
        replacement,
        factor,
    })
}
