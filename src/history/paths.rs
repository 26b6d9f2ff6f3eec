//! Which paths there are and were: look-up by full path and by ending.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::snapshot::{Census, Mask, PathLife};

/// Paths of all snapshots, found by any ending of theirs.
#[derive(Debug)]
pub struct Paths<'c> {
    census: &'c Census,
    by_name: HashMap<&'c [u8], Vec<&'c [u8]>, FxBuildHasher>,
}

impl<'c> Paths<'c> {
    /// Indexes the paths of `census`.
    #[must_use]
    pub fn new(census: &'c Census) -> Self {
        let mut by_name: HashMap<&[u8], Vec<&[u8]>, FxBuildHasher> = HashMap::default();
        for path in census.paths.keys() {
            let name = memchr::memrchr(b'/', path).map_or(&path[..], |at| &path[at + 1..]);
            by_name.entry(name).or_default().push(path);
        }
        for paths in by_name.values_mut() {
            paths.sort_unstable();
        }
        Self { census, by_name }
    }

    /// The life of exactly this path.
    #[must_use]
    pub fn exact(&self, path: &[u8]) -> PathLife {
        if path.is_empty() {
            return PathLife { held: Mask(u32::MAX), folder: true };
        }
        self.census.paths.get(path).copied().unwrap_or_default()
    }

    /// The paths that are `ending` or end in `/ending`, in order.
    pub fn ending_in<'a>(&'a self, ending: &'a [u8]) -> impl Iterator<Item = (&'c [u8], PathLife)> + 'a {
        let name = memchr::memrchr(b'/', ending).map_or(ending, |at| &ending[at + 1..]);
        self.by_name
            .get(name)
            .into_iter()
            .flatten()
            .filter(move |path| {
                path.ends_with(ending) && (path.len() == ending.len() || path[path.len() - ending.len() - 1] == b'/')
            })
            .filter_map(|path| self.census.paths.get(*path).map(|life| (*path, *life)))
    }

    /// The paths of files whose name `accepts` takes, in no order.
    pub fn named<'a>(
        &'a self,
        accepts: impl Fn(&[u8]) -> bool + 'a,
    ) -> impl Iterator<Item = (&'c [u8], PathLife)> + 'a {
        let of = move |path: &&'c [u8]| self.census.paths.get(*path).map(|life| (*path, *life));
        let names = self.by_name.iter().filter(move |(name, _)| accepts(name));
        names.flat_map(|(_, paths)| paths).filter_map(of).filter(|(_, life)| !life.folder)
    }
}

/// Joins a relative path to a folder, resolving `.` and `..`; `None` where it leads out of the tree.
#[must_use]
pub fn join(folder: &[u8], relative: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = folder.split(|&b| b == b'/').filter(|p| !p.is_empty()).collect();
    for part in relative.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_stay_within_the_tree() {
        assert_eq!(join(b"docs/a", b"../b.md").as_deref(), Some(b"docs/b.md".as_slice()));
        assert_eq!(join(b"docs", b"./b//c").as_deref(), Some(b"docs/b/c".as_slice()));
        assert_eq!(join(b"", b"../x"), None);
        assert_eq!(join(b"a", b"..").as_deref(), Some(b"".as_slice()));
    }

    #[test]
    fn endings_match_whole_parts() {
        let mut census = Census::default();
        for path in ["src/a.rs", "lib/src/a.rs", "src/aa.rs"] {
            census.paths.insert(path.as_bytes().into(), PathLife { held: Mask(1), folder: false });
        }
        let paths = Paths::new(&census);
        let found = |e: &str| paths.ending_in(e.as_bytes()).map(|(p, _)| p.to_vec()).collect::<Vec<_>>();
        assert_eq!(found("a.rs"), [b"lib/src/a.rs".to_vec(), b"src/a.rs".to_vec()]);
        assert_eq!(found("lib/src/a.rs"), [b"lib/src/a.rs".to_vec()]);
        assert!(found("s/a.rs").is_empty());
    }
}
