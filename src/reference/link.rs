//! Destinations of links.

use crate::document::{LinkStyle, Target};

use super::extract::{Draft, Sink};
use super::model::{Kind, Place, Standing};

/// A link's destination, in its parts.
///
/// Relative, site-absolute and anchor links give path and fragment. A link to a host gives a
/// reference only where it names a file of a repository on a hosting site, since no other can be
/// checked without a network.
pub(super) fn push(target: &Target, sink: &mut Sink) {
    let dest = target.dest.trim();
    if dest.is_empty() || dest == "#" {
        return;
    }
    let standing = match scheme(dest) {
        // A label is no path; where it is set can be anywhere.
        _ if matches!(target.style, LinkStyle::Label) => Standing::Foreign,
        Some("http" | "https") => {
            if Permalink::parse(dest).is_none() {
                Standing::Foreign
            } else {
                Standing::Affirmed
            }
        }
        Some(_) => Standing::Foreign,
        None if dest.starts_with("//") => Standing::Foreign,
        None if dest.contains("{{") || dest.contains("${") || dest.contains("{%") => Standing::Placeholder,
        None => Standing::Affirmed,
    };
    if standing == Standing::Foreign && matches!(target.style, LinkStyle::Auto) && !dest.starts_with("http") {
        return;
    }
    let (path, fragment) = match dest.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (dest, None),
    };
    let mut parts = vec![path.to_owned()];
    parts.extend(fragment.map(str::to_owned));
    let place = sink.at(Place::Link);
    sink.push(Draft::new(Kind::Link, &target.dest, parts, target.span).standing(standing));
    sink.at(place);
}

/// The scheme of a URL; drive letters are none.
pub(crate) fn scheme(dest: &str) -> Option<&str> {
    let (scheme, rest) = dest.split_once(':')?;
    // `crate::name` is a path of code.
    let ok = scheme.len() > 1
        && !rest.starts_with(':')
        && scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    ok.then_some(scheme)
}

/// A link to a file of a repository on a hosting site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permalink {
    /// `github.com` or another host.
    pub host: String,
    /// Owner and name; more parts for nested groups.
    pub repository: String,
    /// Branch, tag or commit. It may hold a slash that can't be told from the path's: then the first
    /// part stands here, and the rest in the path.
    pub reference: String,
    /// Path in the repository, percent-encoding resolved, without slashes at its ends.
    pub path: String,
    /// Whether it names a folder (`tree`).
    pub folder: bool,
    /// First and last line from `#L10-L20`.
    pub lines: Option<(u32, u32)>,
    /// The fragment, if it is not of lines.
    pub fragment: Option<String>,
}

impl Permalink {
    /// Reads `https://HOST/OWNER/NAME/blob/REF/PATH#L1-L2` and its like: `blob`, `tree`, `raw`,
    /// `edit`, `blame`; GitLab's `/-/blob/`; Bitbucket's `/src/`; Gitea's `/src/branch/`; raw hosts.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (rest, fragment) = match rest.split_once('#') {
            Some((r, f)) => (r, Some(f)),
            None => (rest, None),
        };
        let rest = rest.split('?').next().unwrap_or(rest);
        let mut parts: Vec<&str> = rest.split('/').collect();
        let host = parts.first()?.trim_start_matches("www.").to_owned();
        parts.remove(0);
        if parts.len() > 64 {
            return None;
        }
        let (repository, reference, path, folder) = if host == "raw.githubusercontent.com" {
            if parts.get(2).copied() == Some("refs") {
                (parts.get(..2)?, parts.get(4).copied()?, parts.get(5..)?, false)
            } else {
                (parts.get(..2)?, parts.get(2).copied()?, parts.get(3..)?, false)
            }
        } else if let Some(dash) = parts.iter().position(|p| *p == "-") {
            let verb = parts.get(dash + 1).copied()?;
            verb_of(verb)?;
            (parts.get(..dash)?, parts.get(dash + 2).copied()?, parts.get(dash + 3..)?, verb == "tree")
        } else {
            let verb = parts.get(2).copied()?;
            if verb == "src" {
                let skip = usize::from(matches!(parts.get(3).copied(), Some("branch" | "tag" | "commit")));
                (parts.get(..2)?, parts.get(3 + skip).copied()?, parts.get(4 + skip..)?, false)
            } else {
                verb_of(verb)?;
                (parts.get(..2)?, parts.get(3).copied()?, parts.get(4..)?, verb == "tree")
            }
        };
        if repository.len() < 2 || repository.iter().any(|p| p.is_empty()) || reference.is_empty() {
            return None;
        }
        let path = percent_decode(path.join("/").trim_matches('/'));
        let lines = fragment.and_then(line_range);
        let fragment = if lines.is_some() { None } else { fragment.filter(|f| !f.is_empty()).map(str::to_owned) };
        let host = if host == "raw.githubusercontent.com" { "github.com".to_owned() } else { host };
        Some(Self {
            host,
            repository: repository.join("/").trim_end_matches(".git").to_owned(),
            reference: percent_decode(reference),
            path,
            folder,
            lines,
            fragment,
        })
    }
}

fn verb_of(verb: &str) -> Option<()> {
    matches!(verb, "blob" | "tree" | "raw" | "edit" | "blame").then_some(())
}

/// `L10-L20`, `L10-20`, `L10`, `L10C3-L20C5`, `lines-10:20`.
fn line_range(fragment: &str) -> Option<(u32, u32)> {
    let body = fragment.strip_prefix("lines-").or_else(|| fragment.strip_prefix('L'))?;
    let number = |s: &str| {
        let digits: &str = s.trim_start_matches('L');
        let end = digits.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(digits.len());
        let tail = digits.get(end..)?;
        (tail.is_empty() || tail.starts_with('C')).then(|| digits.get(..end)?.parse::<u32>().ok()).flatten()
    };
    match body.split_once(['-', ':']) {
        Some((a, b)) => {
            let (a, b) = (number(a)?, number(b)?);
            Some((a.min(b), a.max(b)))
        }
        None => number(body).map(|n| (n, n)),
    }
}

/// Resolves `%20`; bytes that make no UTF-8 are replaced.
#[must_use]
pub fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        let pair = bytes.get(i + 1..i + 3).and_then(|p| std::str::from_utf8(p).ok());
        match pair.filter(|_| b == b'%').and_then(|p| u8::from_str_radix(p, 16).ok()) {
            Some(v) => {
                out.push(v);
                i += 3;
            }
            None => {
                out.push(b);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(url: &str) -> Permalink {
        Permalink::parse(url).unwrap()
    }

    #[test]
    fn permalinks_of_every_host() {
        let it = link("https://github.com/o/n/blob/main/src/a%20b.rs#L10-L20");
        assert_eq!((it.repository.as_str(), it.reference.as_str(), it.path.as_str()), ("o/n", "main", "src/a b.rs"));
        assert_eq!(it.lines, Some((10, 20)));
        assert!(link("https://github.com/o/n/tree/v1/docs/").folder);
        let it = link("https://gitlab.com/g/sub/n/-/blob/main/x.go#L3");
        assert_eq!((it.repository.as_str(), it.path.as_str(), it.lines), ("g/sub/n", "x.go", Some((3, 3))));
        assert_eq!(link("https://raw.githubusercontent.com/o/n/v2/x.sh").path, "x.sh");
        assert_eq!(link("https://codeberg.org/o/n/src/branch/main/x.c").reference, "main");
        assert_eq!(link("https://github.com/o/n/blob/main/README.md#usage").fragment.as_deref(), Some("usage"));
        assert_eq!(Permalink::parse("https://github.com/o/n/issues/3"), None);
        assert_eq!(Permalink::parse("https://example.com/"), None);
        assert_eq!(Permalink::parse("/o/n/blob/main/x"), None);
    }
}
