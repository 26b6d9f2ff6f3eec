//! Values as pages and code write them, with one canonical form: `30s`, `30 seconds`, `0.5 min`,
//! `三十秒` and `Duration::from_secs(30)` are equal; so are `1_000`, `1,000` and `1k`.

mod number;
mod respell;
mod scan;
mod units;

pub use number::Decimal;
pub use respell::respell;
pub use scan::{parse, parse_all};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Literal {
    /// A number without a unit that we know.
    Number(Decimal),
    /// A time span in nanoseconds.
    Duration(Decimal),
    /// A size in bytes. `KB` and its like are taken as 1024, see [`Literal::agrees`].
    Size {
        /// Bytes.
        bytes: Decimal,
        /// The bytes if the unit means thousands (`KB`, `MB`), where it may.
        decimal: Option<Decimal>,
    },
    /// Per cent.
    Percent(Decimal),
    /// `true`, `yes`, `on`, `enabled` …
    Bool(bool),
    /// A version: three numbers or more, or a leading `v`.
    Version(String),
    /// An absolute URL.
    Url(String),
    /// Text: quoted, or a token of code.
    Text(String),
}

impl Literal {
    /// Whether two values mean the same, where one of them may lack its unit because the name
    /// beside it holds it (`timeout_ms = 500` and "500 ms"; `MAX = 8192` and "8 KiB").
    #[must_use]
    pub fn agrees(&self, other: &Literal) -> bool {
        if self == other {
            return true;
        }
        match (self, other) {
            (Self::Number(n), Self::Duration(d)) | (Self::Duration(d), Self::Number(n)) => {
                units::TIME.iter().any(|f| n.times(*f) == *d)
            }
            (Self::Number(n), Self::Size { bytes, decimal }) | (Self::Size { bytes, decimal }, Self::Number(n)) => {
                units::SIZE.iter().any(|f| n.times(*f) == *bytes || decimal.as_ref().is_some_and(|d| n.times(*f) == *d))
            }
            (Self::Size { bytes: a, decimal: x }, Self::Size { bytes: b, decimal: y }) => {
                a == b || x.as_ref() == Some(b) || y.as_ref() == Some(a) || (x.is_some() && x == y)
            }
            (Self::Percent(p), Self::Number(n)) | (Self::Number(n), Self::Percent(p)) => n == p || n.times(100) == *p,
            (Self::Number(n), Self::Version(v)) | (Self::Version(v), Self::Number(n)) => {
                n.to_string() == v.trim_start_matches('v')
            }
            (Self::Version(a), Self::Version(b)) => a.trim_start_matches('v') == b.trim_start_matches('v'),
            (Self::Text(t), x) | (x, Self::Text(t)) => match scan::parse_plain(t) {
                Some(y) if !matches!(y, Self::Text(_)) => x.agrees(&y),
                _ => match x {
                    Self::Text(u) => t.eq_ignore_ascii_case(u),
                    Self::Url(u) | Self::Version(u) => u.trim_end_matches('/') == t.trim_end_matches('/'),
                    _ => false,
                },
            },
            (Self::Url(a), Self::Url(b)) => a.trim_end_matches('/') == b.trim_end_matches('/'),
            // 0 and 1 stand for no and yes in many a configuration.
            (Self::Bool(b), Self::Number(n)) | (Self::Number(n), Self::Bool(b)) => *n == Decimal::from(i64::from(*b)),
            _ => false,
        }
    }

    /// Whether the two are of one kind, so that one may have become the other.
    #[must_use]
    pub fn is_kind_of(&self, other: &Literal) -> bool {
        let rank = |l: &Literal| match l {
            Self::Number(_) | Self::Duration(_) | Self::Size { .. } | Self::Percent(_) => 0,
            Self::Bool(_) => 1,
            Self::Version(_) => 2,
            Self::Url(_) | Self::Text(_) => 3,
        };
        rank(self) == rank(other)
    }

    /// Whether it says enough to be looked for: not 0, 1, 2, a single letter, an empty text.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        match self {
            Self::Number(n) => n.digits() > 1 || n.is_fraction(),
            Self::Duration(_) | Self::Size { .. } | Self::Percent(_) | Self::Version(_) | Self::Url(_) => true,
            Self::Bool(_) => false,
            Self::Text(t) => t.len() > 2,
        }
    }
}

#[cfg(test)]
mod tests;
