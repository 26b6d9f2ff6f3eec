//! Which commit of a repository counts: what a `ref` of the configuration names, and the tag of a
//! release.

use git2::Oid;

use crate::config::system::RefConfig;
use crate::history::Repository;

/// The commit that `reference` names in `repository`. `default` is the head that the host named;
/// without it the repository's own counts.
///
/// # Errors
/// Where there is no such branch or tag; says so in a sentence.
pub fn pick(repository: &Repository, reference: &RefConfig, default: Option<Oid>) -> Result<Oid, String> {
    match reference {
        RefConfig::Default => Ok(default.unwrap_or_else(|| repository.head())),
        RefConfig::Named(name) => {
            let places =
                [format!("refs/heads/{name}"), format!("refs/tags/{name}"), format!("refs/remotes/origin/{name}")];
            places
                .iter()
                .find_map(|place| repository.resolve(place).ok())
                .ok_or_else(|| format!("there is no branch or tag `{name}` (was it deleted or renamed?)"))
        }
        RefConfig::LatestTag(glob) => {
            let matcher = glob.compile_matcher();
            let tags: Vec<(String, Oid)> =
                repository.tags().into_iter().filter(|(name, _)| matcher.is_match(name)).collect();
            newest(&tags).map(|(_, id)| *id).ok_or_else(|| format!("no tag matches `{}`", glob.glob()))
        }
    }
}

/// The newest of `tags` by version; a release goes before its candidates, and names without a version
/// come last, by name.
#[must_use]
pub fn newest(tags: &[(String, Oid)]) -> Option<&(String, Oid)> {
    tags.iter().max_by(|a, b| {
        let key = |name: &str| version(name).map(|v| (!v.candidate, v.numbers.clone()));
        let settled = |name: &str| version(name).map(|v| v.numbers);
        // Among finished releases the highest; candidates only where nothing else is there.
        key(&a.0).cmp(&key(&b.0)).then_with(|| settled(&a.0).cmp(&settled(&b.0))).then_with(|| a.0.cmp(&b.0))
    })
}

/// The version in a tag's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagVersion {
    /// What stands before it (`v`, `release-`, `@scope/name@`).
    pub prefix: String,
    /// Its numbers.
    pub numbers: Vec<u64>,
    /// Whether something stands behind the numbers (`-rc.1`, `b2`, `-alpha`).
    pub candidate: bool,
}

/// The version in a tag's name: the last run of numbers with dots that begins a part of it.
#[must_use]
pub fn version(tag: &str) -> Option<TagVersion> {
    // Where the name of a package ends in digits (`log4j-2.17.1`), the version has a dot.
    let bytes = tag.as_bytes();
    let mut starts: Vec<usize> = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|b| bytes.get(b));
        let begins = before.is_none_or(|b| !b.is_ascii_digit() && *b != b'.');
        if byte.is_ascii_digit() && begins {
            starts.push(at);
        }
    }
    let read = |start: usize| {
        let end = bytes
            .iter()
            .enumerate()
            .skip(start)
            .find(|(at, b)| {
                let dot = **b == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                !(b.is_ascii_digit() || dot)
            })
            .map_or(bytes.len(), |(at, _)| at);
        (start, end)
    };
    let runs: Vec<(usize, usize)> = starts.into_iter().map(read).collect();
    let dotted = runs.iter().find(|(start, end)| tag.get(*start..*end).is_some_and(|run| run.contains('.')));
    let &(start, end) = dotted.or(runs.first())?;
    let numbers = tag.get(start..end)?.split('.').map(|n| n.parse().ok()).collect::<Option<Vec<u64>>>()?;
    let rest = tag.get(end..)?;
    // A suffix that names no state of completion (`+build`, `.Final`, `-stable`) makes no candidate.
    let finished = rest.is_empty()
        || rest.starts_with('+')
        || ["final", "ga", "release", "stable", "lts"]
            .iter()
            .any(|w| rest.trim_start_matches(['.', '-', '_']).eq_ignore_ascii_case(w));
    Some(TagVersion { prefix: tag.get(..start)?.to_owned(), numbers, candidate: !finished })
}

/// The tag of the release that pages call `release` (`1.2`, `v1`, `2.x`): the newest tag whose version
/// begins so. Of a repository with several products, the tags of the plainest name count.
#[must_use]
pub fn of_release<'t>(tags: &'t [(String, Oid)], release: &str) -> Option<&'t (String, Oid)> {
    if let Some(same) = tags.iter().find(|(name, _)| name == release) {
        return Some(same);
    }
    let wanted = release.trim_end_matches(".x").trim_end_matches(".X");
    let wanted = version(wanted)?;
    // A candidate is one tag: `2.0.0-beta.1` is described by no other.
    if wanted.candidate {
        let bare = |name: &str, prefix: &str| name.get(prefix.len()..).map(str::to_owned);
        let own = bare(release, &wanted.prefix);
        return tags
            .iter()
            .filter(|(name, _)| version(name).is_some_and(|v| bare(name, &v.prefix) == own))
            .min_by(|a, b| a.0.len().cmp(&b.0.len()).then(a.0.cmp(&b.0)));
    }
    let fits: Vec<(String, &(String, Oid), TagVersion)> = tags
        .iter()
        .filter_map(|tag| {
            let found = version(&tag.0)?;
            let begins = found.numbers.get(..wanted.numbers.len()) == Some(&wanted.numbers[..]);
            begins.then(|| (plain(&found.prefix), tag, found))
        })
        .collect();
    // `v1.2.0` before `name-v1.2.0` before `other@1.2.0`: the shortest prefix is the product's own.
    let prefix = fits.iter().map(|(prefix, ..)| prefix).min_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)))?.clone();
    fits.into_iter()
        .filter(|(own, ..)| *own == prefix)
        .max_by(|a, b| (!a.2.candidate, &a.2.numbers, &a.1.0).cmp(&(!b.2.candidate, &b.2.numbers, &b.1.0)))
        .map(|(_, tag, _)| tag)
}

/// A prefix without the marks of versions: `v`, `release-`, `ver.`.
#[must_use]
pub fn plain(prefix: &str) -> String {
    let lower = prefix.to_ascii_lowercase();
    let mut rest = lower.as_str();
    loop {
        let before = rest;
        rest = rest.trim_end_matches(['-', '_', '/', '.', '@']);
        for word in ["version", "release", "rel", "ver", "v", "r"] {
            if let Some(shorter) = rest.strip_suffix(word)
                && !shorter.ends_with(|c: char| c.is_ascii_alphanumeric())
            {
                rest = shorter;
                break;
            }
        }
        if rest == before {
            return rest.to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Vec<(String, Oid)> {
        names.iter().map(|n| ((*n).to_owned(), Oid::ZERO_SHA1)).collect()
    }

    #[test]
    fn a_candidate_is_one_tag() {
        let all = tags(&["v1.9.0", "v2.0.0-beta.1", "v2.0.0-beta.2"]);
        assert_eq!(of_release(&all, "2.0.0-beta.1").unwrap().0, "v2.0.0-beta.1");
        assert_eq!(of_release(&all, "2.0").unwrap().0, "v2.0.0-beta.2");
        assert!(of_release(&all, "2.0.0-rc.1").is_none());
    }

    #[test]
    fn the_newest_tag_is_that_of_the_highest_finished_version() {
        for (names, expected) in [
            (&["v1.9.0", "v1.10.0", "v2.0.0-rc.1"][..], "v1.10.0"),
            (&["v2.0.0-rc.2", "v2.0.0-rc.1"], "v2.0.0-rc.2"),
            (&["1.0", "1.0.1"], "1.0.1"),
            (&["nightly", "v0.1"], "v0.1"),
        ] {
            assert_eq!(newest(&tags(names)).unwrap().0, expected);
        }
        assert!(newest(&[]).is_none());
    }

    #[test]
    fn a_release_is_found_by_the_beginning_of_its_version() {
        let all = tags(&[
            "v1.1.0",
            "v1.2.0",
            "v1.2.10",
            "v1.2.9",
            "v1.20.0",
            "v1.3.0-rc.1",
            "v2.0.0",
            "client@1.2.11",
            "release-3.1",
            "docs-2024",
        ]);
        for (release, expected) in [
            ("1.2", Some("v1.2.10")),
            ("v1.2", Some("v1.2.10")),
            ("1.2.9", Some("v1.2.9")),
            ("v1", Some("v1.20.0")),
            ("1.x", Some("v1.20.0")),
            ("1.3", Some("v1.3.0-rc.1")),
            ("2.0", Some("v2.0.0")),
            ("3.1", Some("release-3.1")),
            ("4.0", None),
            ("next", None),
            ("v2.0.0", Some("v2.0.0")),
        ] {
            assert_eq!(of_release(&all, release).map(|t| t.0.as_str()), expected, "{release}");
        }
    }

    #[test]
    fn versions_are_read_out_of_names() {
        let of = |tag: &str| version(tag).map(|v| (v.prefix, v.numbers, v.candidate));
        assert_eq!(of("log4j2-2.17.1"), Some(("log4j2-".into(), vec![2, 17, 1], false)));
        assert_eq!(of("v3"), Some(("v".into(), vec![3], false)));
        assert_eq!(of("4.0.0.Final"), Some((String::new(), vec![4, 0, 0], false)));
        assert_eq!(of("v1.0b2"), Some(("v".into(), vec![1, 0], true)));
        assert_eq!(of("latest"), None);
        assert_eq!(of("v99999999999999999999999"), None);
    }
}
