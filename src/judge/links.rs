//! How often pages lead to each other: what many pages link to is read more.

use std::collections::BTreeMap;

use super::select::Page;
use crate::history::paths::join;
use crate::reference::{Kind, percent_decode};

/// For each page, how many other pages link to it.
#[must_use]
pub fn count(pages: &[Page<'_>]) -> Vec<usize> {
    let by_path: BTreeMap<&[u8], usize> = pages.iter().enumerate().map(|(at, p)| (p.path.as_bytes(), at)).collect();
    let mut counts = vec![0; pages.len()];
    for (from, page) in pages.iter().enumerate() {
        let mut to: Vec<usize> = page
            .references
            .iter()
            .filter(|r| matches!(r.kind, Kind::Link | Kind::Path))
            .filter_map(|r| {
                let path = if r.kind == Kind::Link { r.parts.first()?.clone() } else { r.parts.join("/") };
                let path = percent_decode(&path);
                let found = join(page.path.parent(), path.as_bytes()).and_then(|p| by_path.get(p.as_slice()).copied());
                found.filter(|to| *to != from)
            })
            .collect();
        to.sort_unstable();
        to.dedup();
        for at in to {
            if let Some(count) = counts.get_mut(at) {
                *count += 1;
            }
        }
    }
    counts
}
