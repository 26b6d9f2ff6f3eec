//! A new value, written as the page wrote the old one.

use super::{Decimal, Literal, parse_all};
use crate::reference::shape::narrow_char;

/// What to write in the place of `page` (a value as a page writes it), where the code went from `old`
/// to `new`: in the page's unit, with its marks. None where that can't be said exactly.
#[must_use]
pub fn respell(page: &str, old: &Literal, new: &Literal) -> Option<String> {
    match (old, new) {
        (Literal::Bool(_), Literal::Bool(to)) => switch(page, *to),
        (
            Literal::Text(from) | Literal::Url(from) | Literal::Version(from),
            Literal::Text(to) | Literal::Url(to) | Literal::Version(to),
        ) => {
            let plain = from.as_str();
            let fits = !to.contains(['\n', '`']) && !to.is_empty();
            (fits && page.matches(plain).count() == 1).then(|| page.replacen(plain, to, 1))
        }
        _ => number(page, amount(old)?, amount(new)?),
    }
}

fn amount(literal: &Literal) -> Option<Decimal> {
    match literal {
        Literal::Number(n) | Literal::Duration(n) | Literal::Percent(n) | Literal::Size { bytes: n, .. } => Some(*n),
        _ => None,
    }
}

/// The page's number grows as the code's did, so that units need no care.
fn number(page: &str, old: Decimal, new: Decimal) -> Option<String> {
    let narrow: String = page.chars().map(narrow_char).collect();
    if parse_all(&narrow).len() > 1 {
        return None;
    }
    let start = narrow.find(|c: char| c.is_ascii_digit())?;
    let tail = narrow.get(start..)?;
    let length = tail.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_'))).unwrap_or(tail.len());
    let written = tail.get(..length)?.trim_end_matches(['.', ',']);
    if tail.get(written.len()..)?.contains(|c: char| c.is_ascii_digit()) {
        return None; // `1h30m`, `8 << 10`
    }
    let shown = Decimal::parse(written)?;
    let (n, from, to) = (shown.integer()?, old.integer()?, new.integer()?);
    let product = n.checked_mul(to)?;
    if from == 0 || product % from != 0 {
        return None;
    }
    let mut text = (product / from).to_string();
    for mark in [',', '_'] {
        if written.contains(mark) {
            text = grouped(&text, mark);
        }
    }
    if page.chars().any(|c| ('０'..='９').contains(&c)) {
        text = text.chars().map(widen).collect();
    }
    // One unit more is another word: `1 second`, `30 seconds`.
    let after = narrow.get(start + written.len()..)?;
    let unit = match (n == 1, product / from == 1) {
        (true, false)
            if after.trim_start().len() > 2
                && after.ends_with(|c: char| c.is_ascii_lowercase())
                && !after.ends_with('s') =>
        {
            "s"
        }
        _ => "",
    };
    let keep = |range: std::ops::Range<usize>| -> String {
        page.chars().zip(narrow.char_indices()).filter(|(_, (at, _))| range.contains(at)).map(|(c, _)| c).collect()
    };
    Some(format!("{}{text}{}{unit}", keep(0..start), keep(start + written.len()..narrow.len())))
}

fn grouped(digits: &str, mark: char) -> String {
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(c);
    }
    out
}

fn widen(c: char) -> char {
    c.to_digit(10).and_then(|d| char::from_u32('０' as u32 + d)).unwrap_or(c)
}

/// `true` for `false`, `on` for `off`, in the page's case and marks.
fn switch(page: &str, to: bool) -> Option<String> {
    const WORDS: [(&str, &str); 4] = [("true", "false"), ("yes", "no"), ("on", "off"), ("enabled", "disabled")];
    let word = page.trim_matches(|c: char| !c.is_ascii_alphabetic());
    let lower = word.to_ascii_lowercase();
    let (yes, no) = WORDS.into_iter().find(|(yes, no)| lower == *yes || lower == *no)?;
    let new = if to { yes } else { no };
    let new = match word.chars().next() {
        Some(c) if c.is_uppercase() && word.chars().nth(1).is_some_and(char::is_uppercase) => new.to_ascii_uppercase(),
        Some(c) if c.is_uppercase() => new.get(..1)?.to_ascii_uppercase() + new.get(1..)?,
        _ => new.to_owned(),
    };
    Some(page.replacen(word, &new, 1))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn new_values_keep_the_pages_unit_and_marks() {
        for (page, old, new, wanted) in [
            ("30 seconds", "30s", "90s", Some("90 seconds")),
            ("30s", "30", "60", Some("60s")),
            ("500 ms", "500", "2000", Some("2000 ms")),
            ("1,000", "1000", "2500", Some("2,500")),
            ("３０秒", "30s", "60s", Some("６０秒")),
            ("1 second", "1s", "5s", Some("5 seconds")),
            ("8 KiB", "8192", "16384", Some("16 KiB")),
            ("1 minute", "60s", "90s", None),
            ("true", "true", "false", Some("false")),
            ("`On`", "true", "false", Some("`Off`")),
            ("\"fast\"", "fast", "safe", Some("\"safe\"")),
        ] {
            let made = respell(page, &parse(old).unwrap(), &parse(new).unwrap());
            assert_eq!(made.as_deref(), wanted, "{page}");
        }
    }
}
