//! Versions and the ranges that manifests ask for.

use std::cmp::Ordering;

/// A version: numbers, and whether it is one before its release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its numbers as written, at most four; `3.x` has one.
    pub parts: Vec<u64>,
    /// Whether something like `-rc.1`, `.dev0` or `-SNAPSHOT` follows.
    pub pre: bool,
}

impl Version {
    /// Reads `1.2.3`, `v1.2`, `3.x`, `1.0.0-rc.1`; `None` where no number begins it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let mut parts = Vec::new();
        loop {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number = rest.get(..digits).unwrap_or("");
            parts.push(number.parse().ok().filter(|_| digits <= 9)?);
            rest = rest.get(digits..).unwrap_or("");
            let more = rest.strip_prefix('.').filter(|r| r.starts_with(|c: char| c.is_ascii_digit()));
            match more {
                Some(more) if parts.len() < 4 => rest = more,
                _ => break,
            }
        }
        let lower = rest.to_ascii_lowercase();
        let lower = lower.trim_start_matches(['-', '.', '_']);
        let pre =
            ["alpha", "beta", "rc", "pre", "dev", "snapshot", "next", "canary", "a", "b", "m", "unreleased", "git"]
                .iter()
                .any(|p| lower.strip_prefix(p).is_some_and(|r| !r.starts_with(|c: char| c.is_ascii_alphabetic())));
        Some(Self { parts, pre })
    }

    /// Compares by numbers; what is not written is 0.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let length = self.parts.len().max(other.parts.len());
        let at = |v: &Self, i: usize| v.parts.get(i).copied().unwrap_or(0);
        (0..length).map(|i| at(self, i).cmp(&at(other, i))).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// Whether `other` is this version, said more exactly (`14` of `14.18.0`).
    #[must_use]
    pub fn begins(&self, other: &Self) -> bool {
        self.parts.iter().enumerate().all(|(i, p)| *p == other.parts.get(i).copied().unwrap_or(0))
    }

    /// The first version that is not compatible: the next of the leftmost number that is not 0.
    #[must_use]
    pub fn compatible_end(&self) -> Self {
        let last = self.parts.len().saturating_sub(1);
        let at = self.parts.iter().position(|p| *p != 0).unwrap_or(last);
        self.next(at)
    }

    /// The next version at number `at`.
    fn next(&self, at: usize) -> Self {
        let mut parts: Vec<u64> = self.parts.iter().take(at + 1).copied().collect();
        if let Some(last) = parts.last_mut() {
            *last += 1;
        }
        Self { parts, pre: false }
    }

    /// As text with at least `least` numbers, and as many more as are not 0.
    #[must_use]
    pub fn written(&self, least: usize) -> String {
        let needed = self.parts.iter().rposition(|p| *p != 0).map_or(1, |i| i + 1);
        self.cut(least.max(needed))
    }

    /// As text with exactly `count` numbers.
    #[must_use]
    pub fn cut(&self, count: usize) -> String {
        let parts: Vec<String> =
            (0..count.max(1)).map(|i| self.parts.get(i).copied().unwrap_or(0).to_string()).collect();
        parts.join(".")
    }
}

/// Versions from one on, up to but without another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// The least; none where any old one will do.
    pub least: Option<Version>,
    /// The first that is too new.
    pub end: Option<Version>,
}

impl Interval {
    /// Whether `version` lies within.
    #[must_use]
    pub fn holds(&self, version: &Version) -> bool {
        self.least.as_ref().is_none_or(|l| version.order(l).is_ge())
            && self.end.as_ref().is_none_or(|e| version.order(e).is_lt())
    }
}

/// Most alternatives of a range that are read.
const MOST: usize = 16;

/// Reads a requirement: npm's `^14.18 || >=16`, `14.x`, `1.2 - 2`; Cargo's `^1.2, <1.5`; Python's
/// `>=3.6,<4`, `~=3.6`; a bare version is its least. Empty where nothing in it is a version.
#[must_use]
pub fn range(text: &str) -> Vec<Interval> {
    text.split("||").take(MOST).filter_map(interval).collect()
}

fn interval(text: &str) -> Option<Interval> {
    let mut out = Interval { least: None, end: None };
    let mut any = false;
    let text = text.replace(['"', '\'', ';'], " ");
    // `1.2 - 2.3`: from the first on.
    let text = text.split(" - ").next().unwrap_or("");
    let mut rest = text.trim_start_matches([' ', ',']);
    for _ in 0..MOST {
        let length = rest.len() - rest.trim_start_matches(['^', '~', '>', '=', '<', '!', ' ']).len();
        let operator = rest.get(..length).unwrap_or("").replace(' ', "");
        rest = rest.get(length..).unwrap_or("");
        let end = rest.find([' ', ',']).unwrap_or(rest.len());
        let Some(version) = rest.get(..end).and_then(Version::parse) else { break };
        let last = version.parts.len().saturating_sub(1);
        match operator.as_str() {
            "<" | "<=" => {
                out.end = Some(if operator == "<" { version } else { version.next(last) });
                any = true;
            }
            "!=" => {}
            _ => {
                match operator.as_str() {
                    "^" => out.end = Some(version.compatible_end()),
                    "~=" if last > 0 => out.end = Some(version.next(last - 1)),
                    "~" => out.end = Some(version.next(last.min(1))),
                    _ => {}
                }
                out.least = Some(version);
                any = true;
            }
        }
        rest = rest.get(end..).unwrap_or("").trim_start_matches([' ', ',']);
        if rest.is_empty() {
            break;
        }
    }
    any.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_are_ordered_by_number() {
        assert!(v("1.9").order(&v("1.10.0")).is_lt());
        assert!(v("1.70").order(&v("1.70.0")).is_eq());
        assert!(v("14").begins(&v("14.18.1")));
        assert!(!v("14.6").begins(&v("14.18")));
        assert_eq!(v("3.x").parts, [3]);
        assert!(v("1.0.0-rc.1").pre && v("2.0.dev0").pre && !v("3.9-slim").pre && !v("1.2.3-bookworm").pre);
        assert_eq!(Version::parse("x1"), None);
        assert_eq!(Version::parse("99999999999999999999"), None);
    }

    #[test]
    fn what_is_compatible_ends_at_the_leftmost_number_that_counts() {
        assert_eq!(v("0.3").compatible_end().parts, [0, 4]);
        assert_eq!(v("1.2.3").compatible_end().parts, [2]);
        assert_eq!(v("0.0.3").compatible_end().parts, [0, 0, 4]);
    }

    #[test]
    fn ranges_of_every_ecosystem_have_their_least() {
        let least = |text: &str| {
            range(text)
                .into_iter()
                .map(|i| i.least.map_or("any".to_owned(), |l| l.cut(l.parts.len())))
                .collect::<Vec<_>>()
        };
        assert_eq!(least("^14.18.0 || >=16.0.0"), ["14.18.0", "16.0.0"]);
        assert_eq!(least(">= 3.6, <4"), ["3.6"]);
        assert_eq!(least("<4"), ["any"]);
        assert_eq!(least("14.x"), ["14"]);
        assert_eq!(least("latest"), Vec::<String>::new());
        assert!(!range("^14.18 || >=16")[0].holds(&v("15")));
        assert!(range("~=3.6.1")[0].holds(&v("3.6.9")) && !range("~=3.6.1")[0].holds(&v("3.7")));
    }

    #[test]
    fn a_version_is_written_with_the_numbers_that_it_needs() {
        assert_eq!(v("1.72").written(3), "1.72.0");
        assert_eq!(v("20.19.0").written(1), "20.19");
        assert_eq!(v("1.72.1").cut(2), "1.72");
    }
}
