//! Terms: hashed names under which the lifetime table remembers code.
//!
//! A name is remembered twice: as it is spelt (*exact*) and with case and separators folded away
//! (*folded*), so that `config_file`, `configFile`, `--config-file` and `CONFIG_FILE` are one term.
//! Names of a special kind (a build target, a dependency, a route) have terms of their own.

/// A hashed name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(pub u64);

/// Kinds of names that are kept apart from plain identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    /// A target of a build or task tool, a script of a manifest.
    Command,
    /// A package that a manifest asks for.
    Dependency,
    /// A path of an HTTP route, or the end of one.
    Route,
    /// A named object of a deployment.
    Resource,
    /// The beginning or the end of names that code puts together (`"handle_" + x`, `f"{x}_dir"`),
    /// with its separator; case aside, and `-` and `_` are one.
    Affix,
    /// A pattern of a list of ignored files.
    Ignored,
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

fn finish(hash: u64) -> u64 {
    let mut h = hash ^ (hash >> 32);
    h = h.wrapping_mul(SEED);
    h ^ (h >> 29)
}

impl Term {
    /// The name as it is spelt.
    #[must_use]
    pub fn exact(name: &[u8]) -> Self {
        Self::pair(name).0
    }

    /// The name without its separators (`_`, `-`) and in lower case.
    #[must_use]
    pub fn folded(name: &[u8]) -> Self {
        Self::pair(name).1
    }

    /// Both terms of a name in one pass; they are equal where folding changes nothing.
    #[must_use]
    pub fn pair(name: &[u8]) -> (Self, Self) {
        let (mut exact, mut folded) = (SEED, SEED);
        for &byte in name {
            exact = step(exact, byte);
            if byte != b'_' && byte != b'-' {
                folded = step(folded, byte.to_ascii_lowercase());
            }
        }
        (Self(finish(exact)), Self(finish(folded)))
    }

    /// A name of a special kind, spelt as it is; of packages case, `_` and `-` are one, as their
    /// registries have it.
    #[must_use]
    pub fn of(domain: Domain, name: &[u8]) -> Self {
        let mut hash = step(SEED, 0xf0 | domain as u8);
        for &byte in name {
            let byte = match (domain, byte) {
                (Domain::Dependency, b'_') => b'-',
                (Domain::Affix, b'-') => b'_',
                (Domain::Dependency | Domain::Affix, _) => byte.to_ascii_lowercase(),
                _ => byte,
            };
            hash = step(hash, byte);
        }
        Self(finish(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_fold_together() {
        let folded = Term::folded(b"config_file");
        for name in ["configFile", "CONFIG_FILE", "config-file", "ConfigFile", "configfile"] {
            assert_eq!(Term::folded(name.as_bytes()), folded, "{name}");
        }
        assert_ne!(Term::folded(b"config_files"), folded);
        assert_ne!(Term::exact(b"config_file"), Term::exact(b"configFile"));
        assert_eq!(Term::exact(b"plain"), Term::folded(b"plain"));
    }

    #[test]
    fn domains_are_apart() {
        assert_ne!(Term::of(Domain::Command, b"build"), Term::of(Domain::Dependency, b"build"));
        assert_ne!(Term::of(Domain::Command, b"build"), Term::exact(b"build"));
    }
}
