//! Proofs by a heading or an anchor of a page, looked up in the page's own versions.

use super::{Archive, Dated, Proved, moment};
use crate::document::{self, DocumentId, Format};
use crate::finding::CauseKind;
use crate::history::cause::Holder;
use crate::history::merge::inside_merge;
use crate::history::{Objects, RepoPath};
use crate::rule::checks::dead_link;
use crate::rule::suspect::Proof;
use crate::rule::system::System;

/// Looks for the page version that still had the anchor.
pub(super) fn prove(
    dated: &[Dated<'_>],
    proofs: &mut [Option<Proved>],
    system: &System<'_>,
    archive: Archive<'_>,
    objects: &dyn Objects,
) {
    for (dated, proof) in dated.iter().zip(proofs) {
        let Proof::Anchor { page, format, name } = &dated.suspect.proof else { continue };
        let head = system.pages.get(page).map_or("", |document| &*document.text);
        *proof = anchor(dated, (page, *format), (name, head), archive, objects);
    }
}

/// Versions of a page that are parsed in search of an anchor.
const MOST_VERSIONS: usize = 400;

fn anchor(
    dated: &Dated<'_>,
    (page, format): (&RepoPath, Format),
    (name, head): (&str, &str),
    archive: Archive<'_>,
    objects: &dyn Objects,
) -> Option<Proved> {
    let entered = moment(dated)?;
    let versions = archive.histories.versions(page);
    let mut later: Option<&crate::history::pages::PageVersion> = None;
    for version in versions.iter().rev().take(MOST_VERSIONS) {
        let bytes = objects.blob(version.blob).ok()?;
        if holds_anchor(&bytes, format, name) {
            // An include that came since may bring the heading; what it brings is not read.
            if dead_link::brings_more(head, &String::from_utf8_lossy(&bytes)) {
                return None;
            }
            let cause = later.map(|l| {
                let merge = archive.mainline.get(l.at).id;
                // The page may bear its old name on the merged side.
                let holds = &mut |tree: git2::Oid| {
                    for path in [&l.path, &version.path] {
                        if let Some(entry) = objects.lookup(tree, path.as_bytes())? {
                            return Ok(holds_anchor(&objects.blob(entry.1)?, format, name));
                        }
                    }
                    Ok(false)
                };
                let inner = inside_merge(objects, merge, holds).ok();
                // A turn on the mainline, before the branch left it, is not what the merge brought.
                let inner = inner.filter(|id| archive.mainline.commits().iter().all(|c| c.id != *id));
                (l.at, inner.unwrap_or(merge), CauseKind::Removed, Some(page.clone()))
            });
            return Some(Proved {
                cause,
                holders: vec![Holder { path: version.path.clone(), line: 0, at: version.at, text: String::new() }],
                holder_count: 1,
                replacement: None,
                certain: false,
                factor: 1.0,
            });
        }
        if version.at <= entered {
            return None;
        }
        later = Some(version);
    }
    None
}

fn holds_anchor(bytes: &[u8], format: Format, name: &str) -> bool {
    quick_anchor(bytes, name)
        && document::parse(DocumentId::new(""), format, bytes)
            .is_ok_and(|document| dead_link::Anchors::of(&document).has(&document, name))
}

/// Whether a page could have the anchor at all: its longest word stands somewhere.
fn quick_anchor(bytes: &[u8], name: &str) -> bool {
    let word = name.split(['-', '_', '.']).filter(|w| w.is_ascii()).max_by_key(|w| w.len()).unwrap_or("");
    let lower = word.to_ascii_lowercase();
    if lower.is_empty() {
        return true;
    }
    bytes.windows(lower.len()).any(|w| w.eq_ignore_ascii_case(lower.as_bytes()))
}
