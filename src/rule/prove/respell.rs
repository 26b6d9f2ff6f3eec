//! A new path in the way in which the page wrote the old one.

use crate::history::RepoPath;
use crate::rule::suspect::PathStyle;

/// The new path as the page would write it.
pub(super) fn written(target: &RepoPath, old: &RepoPath, base: &[u8], style: PathStyle, before: &str) -> String {
    let fragment = before.find('#').map_or("", |at| &before[at..]);
    let text = match style {
        PathStyle::Dotted => dotted(target, before),
        PathStyle::Root => target.display().into_owned(),
        PathStyle::Relative => relative(base, target.as_bytes()),
        PathStyle::Ending if old.parent() == target.parent() => {
            // Only the name changed: keep as many folders as the page wrote.
            let depth = before.trim_matches('/').matches('/').count();
            let parts: Vec<&[u8]> = target.as_bytes().split(|&b| b == b'/').collect();
            let kept = parts[parts.len().saturating_sub(depth + 1)..].join(&b'/');
            String::from_utf8_lossy(&kept).into_owned()
        }
        PathStyle::Ending => target.display().into_owned(),
    };
    format!("{text}{fragment}")
}

/// A file's name with dots, from the folder on with which the old name began.
fn dotted(target: &RepoPath, before: &str) -> String {
    let path = target.display().into_owned();
    let first = before.split('.').next().unwrap_or("");
    let at = if path.starts_with(&format!("{first}/")) {
        Some(0)
    } else {
        path.find(&format!("/{first}/")).map(|at| at + 1)
    };
    let name = at.and_then(|at| path.get(at..)).unwrap_or(&path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".")
}

fn relative(base: &[u8], target: &[u8]) -> String {
    let base: Vec<&[u8]> = base.split(|&b| b == b'/').filter(|p| !p.is_empty()).collect();
    let target: Vec<&[u8]> = target.split(|&b| b == b'/').collect();
    let shared = base.iter().zip(&target).take_while(|(a, b)| a == b).count();
    let mut parts = vec![b"..".as_slice(); base.len() - shared];
    parts.extend(&target[shared.min(target.len())..]);
    String::from_utf8_lossy(&parts.join(&b'/')).into_owned()
}
