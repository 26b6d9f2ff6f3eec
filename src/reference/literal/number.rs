//! Exact decimal numbers.

/// `digits × 10^exponent`, without trailing zeros, so that equal numbers are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decimal {
    digits: i128,
    exponent: i16,
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(i128::from(value), 0)
    }
}

impl Decimal {
    /// Normalises.
    #[must_use]
    pub fn new(mut digits: i128, mut exponent: i16) -> Self {
        if digits == 0 {
            return Self { digits: 0, exponent: 0 };
        }
        while digits % 10 == 0 && exponent < i16::MAX {
            digits /= 10;
            exponent += 1;
        }
        Self { digits, exponent }
    }

    /// Reads `12`, `1_000`, `1,000`, `0.5`, `1e6`, `0x1F`, `0b1`, `0o17`; none for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, body) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)] {
            if let Some(rest) = body.strip_prefix(prefix) {
                let clean: String = rest.chars().filter(|c| *c != '_').collect();
                return i128::from_str_radix(&clean, radix).ok().map(|d| Self::new(sign * d, 0));
            }
        }
        let (mantissa, power) = match body.split_once(['e', 'E']) {
            Some((m, p)) => (m, p.parse::<i16>().ok().filter(|p| p.abs() < 60)?),
            None => (body, 0),
        };
        let mut digits: i128 = 0;
        let mut exponent = power;
        let mut point = false;
        let mut any = false;
        for c in mantissa.bytes() {
            match c {
                b'0'..=b'9' => {
                    any = true;
                    digits = digits.checked_mul(10)?.checked_add(i128::from(c - b'0'))?;
                    if point {
                        exponent = exponent.checked_sub(1)?;
                    }
                }
                b'.' if !point => point = true,
                b'_' | b',' => {}
                _ => return None,
            }
        }
        any.then(|| Self::new(sign * digits, exponent))
    }

    /// The number times `factor`; itself where that is out of range.
    #[must_use]
    pub fn times(self, factor: i128) -> Self {
        self.digits.checked_mul(factor).map_or(self, |d| Self::new(d, self.exponent))
    }

    /// The product; none where out of range.
    #[must_use]
    pub fn product(self, other: Self) -> Option<Self> {
        Some(Self::new(self.digits.checked_mul(other.digits)?, self.exponent.checked_add(other.exponent)?))
    }

    /// The sum; none where out of range.
    #[must_use]
    pub fn sum(self, other: Self) -> Option<Self> {
        let low = self.exponent.min(other.exponent);
        let scaled = |d: Self| {
            let up = u32::try_from(i32::from(d.exponent) - i32::from(low)).ok()?;
            d.digits.checked_mul(10i128.checked_pow(up)?)
        };
        Some(Self::new(scaled(self)?.checked_add(scaled(other)?)?, low))
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn integer(self) -> Option<i128> {
        let up = u32::try_from(self.exponent).ok()?;
        self.digits.checked_mul(10i128.checked_pow(up)?)
    }

    /// Number of digits before the point, at least one.
    #[must_use]
    pub fn digits(self) -> usize {
        let mut n = i64::from(self.exponent);
        let mut d = self.digits.unsigned_abs();
        while d > 0 {
            d /= 10;
            n += 1;
        }
        usize::try_from(n).unwrap_or(0).max(1)
    }

    /// Whether it has digits behind the point.
    #[must_use]
    pub fn is_fraction(self) -> bool {
        self.exponent < 0
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(whole) = self.integer() {
            return write!(f, "{whole}");
        }
        if self.exponent > 0 {
            return write!(f, "{}e{}", self.digits, self.exponent);
        }
        let places = usize::from(self.exponent.unsigned_abs());
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        write!(f, "{sign}{whole}.{fraction}")
    }
}
