//! Proofs by a path of the tree.

use super::code::lost_at;
use super::respell::written;
use super::{Archive, Dated, Proved};
use crate::finding::Replacement;
use crate::history::cause::{Holder, LostAt, NoCause};
use crate::history::{Objects, rename};
use crate::rule::confidence;
use crate::rule::suspect::Proof;
use crate::rule::system::System;

/// Looks for the commit that took each path away, and for what the file is called now.
pub(super) fn prove(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    system: &System<'_>,
    archive: Archive<'_>,
    objects: &dyn Objects,
) {
    let lookup = crate::history::lookup::Lookup::new(objects, archive.mainline);
    let paths = rename::Paths::new(&lookup);
    for (dated, proof) in dated.iter().zip(proofs) {
        let Proof::Path { path, base, style } = &dated.suspect.proof else { continue };
        let Some((had, lost)) = lost_at(dated, system, archive) else { continue };
        let report = match lost {
            LostAt::At(at) => paths.cause(path, had, at),
            LostAt::Overlay(changes) => paths.uncommitted(path, changes),
        };
        let Ok(report) = report else { continue };
        let (cause, factor) = match report.cause {
            Ok(found) => (Some((found.mainline, found.commit, found.kind, found.path)), 1.0),
            Err(NoCause::Uncommitted) => (None, 1.0),
            Err(NoCause::Unsteady | NoCause::NoHolder) => (None, confidence::CAUSE_UNKNOWN),
            Err(NoCause::StillThere | NoCause::Interval) => continue,
        };
        let replacement = report.target.as_ref().map(|target| Replacement {
            text: written(target, path, base, *style, &dated.suspect.anchor),
            votes: 1,
            of: 1,
        });
        *proof = Some(Proved {
            cause,
            holders: vec![Holder { path: path.clone(), line: 0, at: had, text: String::new() }],
            holder_count: 1,
            certain: report.similarity >= confidence::SAME_FILE,
            replacement,
            factor,
        });
    }
}
