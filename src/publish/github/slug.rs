//! `owner/name`.

use std::fmt;
use std::str::FromStr;

/// A repository's name at GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug {
    /// Whose it is.
    pub owner: String,
    /// What it is called.
    pub name: String,
}

/// A name that no repository has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no repository: write `owner/name`")]
pub struct SlugError(pub String);

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || SlugError(text.chars().take(200).collect());
        let (owner, name) = text.split_once('/').ok_or_else(wrong)?;
        let plain = |part: &str, more: &[u8]| {
            !part.is_empty()
                && part.len() <= 100
                && part != "."
                && part != ".."
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
        };
        if plain(owner, b"-_") && plain(name, b"-_.") {
            Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
        } else {
            Err(wrong())
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn only_names_of_repositories() {
        assert!("o-1/n.rs".parse::<Slug>().is_ok());
        for bad in ["", "o", "o/", "/n", "o/n/x", "o/..", "o/n?x", "o n/x", "o/n#", "../n"] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }
}
