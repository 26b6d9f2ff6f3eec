//! Finds values in a line of code or of words.

use std::ops::Range;

use super::units::{self, Unit};
use super::{Decimal, Literal};
use crate::reference::shape::narrow_char;

/// Longest text between quotes that is taken for a value.
const LONGEST_TEXT: usize = 200;

/// The values in `line` with their places: numbers with units, products (`60 * 60`, `8 << 10`),
/// durations of the usual libraries, quoted texts, booleans, versions, URLs. Linear in the line.
#[must_use]
pub fn parse_all(line: &str) -> Vec<(Literal, Range<usize>)> {
    if line.contains('\u{FF10}')
        || line.bytes().any(|b| b == 0xEF) && line.chars().any(|c| ('\u{FF01}'..='\u{FF5E}').contains(&c))
    {
        return wide(line);
    }
    let mut out = Vec::new();
    scan(line, &mut out);
    out
}

/// The value that `text` is as a whole; a text that is nothing else is [`Literal::Text`]. None for
/// the empty text.
#[must_use]
pub fn parse(text: &str) -> Option<Literal> {
    let trimmed = text.trim().trim_matches('`');
    if trimmed.is_empty() {
        return None;
    }
    let unquoted = trimmed.strip_prefix(['"', '\'']).and_then(|t| t.strip_suffix(['"', '\'']));
    match unquoted {
        Some(inner) => Some(Literal::Text(inner.to_owned())),
        None => parse_plain(trimmed).or_else(|| Some(Literal::Text(trimmed.to_owned()))),
    }
}

/// The value that an unquoted text is, if it is one throughout.
pub(super) fn parse_plain(text: &str) -> Option<Literal> {
    let text = text.trim();
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let mut found = parse_all(text);
    let (literal, range) = found.pop()?;
    (found.is_empty() && range.start == 0 && range.end == text.len()).then_some(literal)
}

/// Lines with full-width forms: read narrowed, places mapped back.
fn wide(line: &str) -> Vec<(Literal, Range<usize>)> {
    let mut narrow = String::with_capacity(line.len());
    let mut places = Vec::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        let n = narrow_char(c);
        narrow.push(n);
        places.extend(std::iter::repeat_n(at, n.len_utf8()));
    }
    places.push(line.len());
    let mut out = Vec::new();
    scan(&narrow, &mut out);
    let at = |i: usize| places.get(i).copied().unwrap_or(line.len());
    out.into_iter().map(|(l, r)| (l, at(r.start)..at(r.end))).collect()
}

fn scan(line: &str, out: &mut Vec<(Literal, Range<usize>)>) {
    let b = line.as_bytes();
    let mut i = 0;
    // A quote without a partner is not searched for again.
    let mut hopeless = (false, false);
    while let Some(&c) = b.get(i) {
        match c {
            b'0'..=b'9' => i = number(line, i, out),
            b'"' | b'\'' => {
                let lost = if c == b'"' { &mut hopeless.0 } else { &mut hopeless.1 };
                let close = if *lost { None } else { quote_end(b, i) };
                match close {
                    Some(end) => {
                        if end - i <= LONGEST_TEXT
                            && let Some(inner) = line.get(i + 1..end)
                        {
                            push_text(inner, i..end + 1, out);
                        }
                        i = end + 1;
                    }
                    None => {
                        *lost = true;
                        i += 1;
                    }
                }
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => i = word(line, i, out),
            0xE4..=0xE9 => i = japanese(line, i, out),
            _ => i += 1,
        }
    }
}

fn quote_end(b: &[u8], open: usize) -> Option<usize> {
    let quote = *b.get(open)?;
    let mut i = open + 1;
    while let Some(&c) = b.get(i) {
        match c {
            b'\\' => i += 2,
            _ if c == quote => return Some(i),
            _ => i += 1,
        }
    }
    None
}

fn push_text(inner: &str, range: Range<usize>, out: &mut Vec<(Literal, Range<usize>)>) {
    let literal = if inner.starts_with("http://") || inner.starts_with("https://") {
        Literal::Url(inner.to_owned())
    } else {
        Literal::Text(inner.to_owned())
    };
    out.push((literal, range));
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

/// A word from `i` on: a boolean, a version (`v1.2`), a URL, a constructor of a duration.
fn word(line: &str, i: usize, out: &mut Vec<(Literal, Range<usize>)>) -> usize {
    let b = line.as_bytes();
    let mut end = i;
    while b.get(end).copied().is_some_and(is_word) {
        end += 1;
    }
    let word = line.get(i..end).unwrap_or("");
    match word {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "enabled" | "on" => {
            if !matches!(word, "on" | "yes" | "Yes" | "enabled") || stands_alone(line, i, end) {
                out.push((Literal::Bool(true), i..end));
            }
        }
        "false" | "False" | "FALSE" | "no" | "No" | "disabled" | "off" => {
            if !matches!(word, "no" | "No" | "off" | "disabled") || stands_alone(line, i, end) {
                out.push((Literal::Bool(false), i..end));
            }
        }
        "http" | "https" if line.get(end..).is_some_and(|r| r.starts_with("://")) => {
            let mut stop = end;
            while b.get(stop).is_some_and(|c| {
                c.is_ascii_graphic() && !matches!(c, b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b']' | b',')
            }) {
                stop += 1;
            }
            while stop > end && matches!(b.get(stop - 1), Some(b'.' | b';' | b':')) {
                stop -= 1;
            }
            if let Some(url) = line.get(i..stop) {
                out.push((Literal::Url(url.to_owned()), i..stop));
            }
            return stop;
        }
        _ => {
            if let Some(rest) =
                word.strip_prefix('v').filter(|r| !r.is_empty() && r.bytes().all(|c| c.is_ascii_digit()))
            {
                let stop = version_end(b, end);
                if stop > end || rest.len() < 4 {
                    if let Some(text) = line.get(i..stop) {
                        out.push((Literal::Version(text.to_owned()), i..stop));
                    }
                    return stop;
                }
            }
            // `Duration::from_secs(30)`, `Duration.ofSeconds(30)`, `timedelta(seconds=30)`
            if let Some(factor) = units::of_code(word)
                && let Some(&mark @ (b'(' | b'=')) = b.get(end)
            {
                let inner = end + 1;
                let mut found = Vec::new();
                if b.get(inner).is_some_and(u8::is_ascii_digit) {
                    let stop = number(line, inner, &mut found);
                    if let Some((Literal::Number(n), _)) = found.pop() {
                        let close = if mark == b'(' && b.get(stop) == Some(&b')') { stop + 1 } else { stop };
                        let head = constructor_start(b, i);
                        out.push((Literal::Duration(n.times(factor)), head..close));
                        return close;
                    }
                }
            }
        }
    }
    end
}

/// Where `Duration::` before a constructor begins.
fn constructor_start(b: &[u8], i: usize) -> usize {
    let mut start = i;
    while start > 0 && b.get(start - 1).is_some_and(|c| is_word(*c) || matches!(c, b':' | b'.')) {
        start -= 1;
    }
    start
}

/// Whether a word is the value of something: at the end, in code, behind `=` or `:`.
fn stands_alone(line: &str, start: usize, end: usize) -> bool {
    let before = line.get(..start).unwrap_or("").trim_end();
    let after = line.get(end..).unwrap_or("").trim_start();
    (before.is_empty() || before.ends_with(['=', ':', '`', '(', ',', '|', '：']))
        && (after.is_empty() || after.starts_with(['`', ',', ')', ';', '|', '}', ']', '#', '.', '、', '。']))
}

/// The end of `.2.3-rc.1` behind the first number.
fn version_end(b: &[u8], mut i: usize) -> usize {
    while b.get(i) == Some(&b'.') && b.get(i + 1).is_some_and(|c| c.is_ascii_digit() || *c == b'x') {
        i += 1;
        while b.get(i).is_some_and(|c| c.is_ascii_digit() || *c == b'x') {
            i += 1;
        }
    }
    if b.get(i) == Some(&b'-') && b.get(i + 1).is_some_and(u8::is_ascii_lowercase) {
        let mut k = i + 1;
        while b.get(k).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'.') {
            k += 1;
        }
        while k > i && b.get(k - 1) == Some(&b'.') {
            k -= 1;
        }
        let tag = b.get(i + 1..k).unwrap_or_default();
        if [&b"alpha"[..], b"beta", b"rc", b"pre", b"dev", b"snapshot", b"canary"].iter().any(|t| tag.starts_with(t)) {
            i = k;
        }
    }
    i
}

/// A number from `i` on with what follows it; returns where it ends.
fn number(line: &str, i: usize, out: &mut Vec<(Literal, Range<usize>)>) -> usize {
    let b = line.as_bytes();
    let negative = i > 0
        && b.get(i - 1) == Some(&b'-')
        && (i < 2
            || b.get(i - 2).is_some_and(|c| {
                c.is_ascii_whitespace() || matches!(c, b'=' | b'(' | b',' | b':' | b'[' | b'`' | b'|')
            }));
    let mut end = i;
    let radix = b.get(i) == Some(&b'0') && b.get(i + 1).is_some_and(|c| matches!(c, b'x' | b'X' | b'b' | b'o'));
    if radix {
        end += 2;
        while b.get(end).is_some_and(|c| c.is_ascii_hexdigit() || *c == b'_') {
            end += 1;
        }
        if end == i + 2 {
            return end;
        }
    } else {
        let digits = |mut at: usize| {
            while b
                .get(at)
                .is_some_and(|c| c.is_ascii_digit() || (*c == b'_' && b.get(at + 1).is_some_and(u8::is_ascii_digit)))
            {
                at += 1;
            }
            at
        };
        end = digits(end);
        // `1,000,000`
        while end - i <= 24
            && b.get(end) == Some(&b',')
            && b.get(end + 1..end + 4).is_some_and(|g| g.iter().all(u8::is_ascii_digit))
            && !b.get(end + 4).is_some_and(u8::is_ascii_digit)
            && b.get(i..end).is_some_and(|g| g.len() <= 3 || g.contains(&b','))
        {
            end += 4;
        }
        let whole = end;
        if b.get(end) == Some(&b'.') && b.get(end + 1).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1);
            if b.get(end) == Some(&b'.') && b.get(end + 1).is_some_and(|c| c.is_ascii_digit() || *c == b'x') {
                let stop = version_end(b, end);
                return version_or_address(line, i, stop, out);
            }
        } else if b.get(end) == Some(&b'.')
            && b.get(end + 1) == Some(&b'x')
            && !b.get(end + 2).copied().is_some_and(is_word)
        {
            let stop = end + 2;
            if let Some(text) = line.get(i..stop) {
                out.push((Literal::Version(text.to_owned()), i..stop));
            }
            return stop;
        }
        if b.get(end).is_some_and(|c| matches!(c, b'e' | b'E')) {
            let sign = usize::from(b.get(end + 1).is_some_and(|c| matches!(c, b'-' | b'+')));
            let stop = digits(end + 1 + sign);
            if stop > end + 1 + sign && !b.get(stop).copied().is_some_and(is_word) {
                end = stop;
            }
        }
        if end == whole
            && b.get(end) == Some(&b'-')
            && b.get(end + 1..end + 3).is_some_and(|d| d.iter().all(u8::is_ascii_digit))
            && end - i == 4
        {
            // A date.
            while b.get(end).is_some_and(|c| c.is_ascii_digit() || matches!(c, b'-' | b':' | b'T' | b'Z')) {
                end += 1;
            }
            return end;
        }
    }
    let start = if negative { i - 1 } else { i };
    let Some(mut value) = line.get(start..end).and_then(Decimal::parse) else { return end.max(i + 1) };
    // Suffixes of types: `30u64`, `10L`, `1.5f`.
    let mut tail = end;
    while b.get(tail).copied().is_some_and(is_word) {
        tail += 1;
    }
    let suffix = line.get(end..tail).unwrap_or("");
    let typed = matches!(
        suffix,
        "u8" | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "f32"
            | "f64"
            | "L"
            | "l"
            | "UL"
            | "ul"
            | "U"
            | "u"
            | "f"
            | "F"
            | "LL"
            | "ULL"
            | "n"
            | "_u32"
            | "_u64"
            | "_usize"
            | "_i64"
    );
    if typed || suffix.is_empty() {
        let mut stop = tail;
        let mut factor_unit = None;
        // `60 * 60`, `10 * time.Second`, `8 << 10`
        let mut guard = 0;
        while guard < 8 {
            guard += 1;
            let rest = line.get(stop..).unwrap_or("");
            let body = rest.trim_start_matches(' ');
            let lead = rest.len() - body.len();
            if let Some(right) = body.strip_prefix("<<") {
                let shift = right.trim_start_matches(' ');
                let len = shift.bytes().take_while(u8::is_ascii_digit).count();
                let Some(bits) = shift.get(..len).and_then(|d| d.parse::<u32>().ok()).filter(|n| *n < 64) else {
                    break;
                };
                value = value.times(1i128 << bits);
                stop += lead + 2 + (right.len() - shift.len()) + len;
                continue;
            }
            let Some(right) = body.strip_prefix('*').filter(|r| !r.starts_with('*')) else { break };
            let right_body = right.trim_start_matches(' ');
            let at = stop + lead + 1 + (right.len() - right_body.len());
            let len = right_body.bytes().take_while(|c| is_word(*c) || *c == b'.').count();
            let Some(term) = right_body.get(..len) else { break };
            if let Some(n) = Decimal::parse(term) {
                match value.product(n) {
                    Some(p) => value = p,
                    None => break,
                }
                stop = at + len;
                continue;
            }
            if let Some(factor) = term.rsplit('.').next().and_then(units::of_code) {
                factor_unit = Some(factor);
                stop = at + len;
            }
            break;
        }
        if let Some(factor) = factor_unit {
            out.push((Literal::Duration(value.times(factor)), start..stop));
            return stop;
        }
        if stop > tail {
            out.push((Literal::Number(value), start..stop));
            return stop;
        }
    }
    if typed {
        // `5m`'s like are units, not types: only `f`, `u`, `l` and `n` come here.
        out.push((Literal::Number(value), start..tail));
        return tail;
    }
    if !suffix.is_empty() {
        return compound(line, start, value, end, tail, out);
    }
    // A unit behind the number: `%`, `秒`, ` seconds`.
    let rest = line.get(end..).unwrap_or("");
    let lead = rest.len() - rest.trim_start_matches([' ', '-', '\u{a0}']).len();
    let body = rest.get(lead..).unwrap_or("");
    if lead <= 2
        && !(lead > 0 && rest.starts_with("--"))
        && let Some((unit, len)) = unit_at(body, lead == 0)
        && !(rest.starts_with('-') && matches!(unit, Unit::Thousand(_)))
    {
        out.push((units::apply(value, unit), start..end + lead + len));
        return end + lead + len;
    }
    out.push((Literal::Number(value), start..end));
    end
}

/// `30s`, `1h30m`, `8KiB`; anything else with letters (`2nd`, `3x`) is no value.
fn compound(
    line: &str,
    start: usize,
    value: Decimal,
    end: usize,
    tail: usize,
    out: &mut Vec<(Literal, Range<usize>)>,
) -> usize {
    let word = line.get(end..tail).unwrap_or("");
    if let Some(unit) = units::of(word, true) {
        out.push((units::apply(value, unit), start..tail));
        return tail;
    }
    // Several numbers with units of time.
    let mut total: Option<Decimal> = None;
    let mut number = value;
    let mut rest = word;
    let mut guard = 0;
    while guard < 8 {
        guard += 1;
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let Some(Unit::Time(factor)) = rest.get(..letters).and_then(|u| units::of(u, true)) else { return tail };
        total = match total {
            Some(t) => t.sum(number.times(factor)),
            None => Some(number.times(factor)),
        };
        rest = rest.get(letters..).unwrap_or("");
        if rest.is_empty() {
            break;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Some(next) = rest.get(..digits).and_then(Decimal::parse) else { return tail };
        number = next;
        rest = rest.get(digits..).unwrap_or("");
    }
    if let Some(total) = total.filter(|_| rest.is_empty()) {
        out.push((Literal::Duration(total), start..tail));
    }
    tail
}

/// A unit at the beginning of `body`, and its length.
fn unit_at(body: &str, close: bool) -> Option<(Unit, usize)> {
    if body.starts_with('%') {
        return Some((Unit::Percent, 1));
    }
    let first = body.as_bytes().first()?;
    if first.is_ascii_alphabetic() {
        let len = body.bytes().take_while(u8::is_ascii_alphabetic).count();
        if body.as_bytes().get(len).copied().is_some_and(is_word) {
            return None;
        }
        let word = body.get(..len)?;
        return units::of(word, close && len > 1).map(|u| (u, len));
    }
    // The longest Japanese unit first.
    const WIDE: [&str; 21] = [
        "マイクロ秒",
        "ナノ秒",
        "ミリ秒",
        "秒間",
        "秒",
        "分間",
        "分",
        "時間",
        "日間",
        "日",
        "週間",
        "年間",
        "年",
        "キロバイト",
        "メガバイト",
        "ギガバイト",
        "テラバイト",
        "バイト",
        "パーセント",
        "µs",
        "万",
    ];
    let unit = WIDE.iter().find(|w| body.starts_with(**w))?;
    units::of(unit, true).map(|u| (u, unit.len()))
}

fn version_or_address(line: &str, i: usize, stop: usize, out: &mut Vec<(Literal, Range<usize>)>) -> usize {
    let Some(text) = line.get(i..stop) else { return stop };
    let address = text.matches('.').count() == 3 && text.split('.').all(|p| p.parse::<u8>().is_ok());
    out.push((if address { Literal::Text(text.to_owned()) } else { Literal::Version(text.to_owned()) }, i..stop));
    stop
}

/// Japanese numerals before a unit or a counter: `三十秒`, `十回`.
fn japanese(line: &str, i: usize, out: &mut Vec<(Literal, Range<usize>)>) -> usize {
    let Some(rest) = line.get(i..) else { return i + 1 };
    let mut total: i64 = 0;
    let mut part: i64 = 0;
    let mut len = 0;
    for c in rest.chars().take(12) {
        match c {
            '〇' => part *= 10,
            '一' => part = part * 10 + 1,
            '二' => part = part * 10 + 2,
            '三' => part = part * 10 + 3,
            '四' => part = part * 10 + 4,
            '五' => part = part * 10 + 5,
            '六' => part = part * 10 + 6,
            '七' => part = part * 10 + 7,
            '八' => part = part * 10 + 8,
            '九' => part = part * 10 + 9,
            '十' | '百' | '千' => {
                let scale = match c {
                    '十' => 10,
                    '百' => 100,
                    _ => 1000,
                };
                total += part.max(1) * scale;
                part = 0;
            }
            '万' if total + part > 0 => {
                total = (total + part) * 10_000;
                part = 0;
            }
            _ => break,
        }
        len += c.len_utf8();
    }
    if len == 0 {
        return i + rest.chars().next().map_or(1, char::len_utf8);
    }
    let value = Decimal::from(total + part);
    let body = rest.get(len..).unwrap_or("");
    if let Some((unit, unit_len)) =
        unit_at(body, true).filter(|(u, _)| matches!(u, Unit::Time(_) | Unit::Size(..) | Unit::Percent))
    {
        out.push((units::apply(value, unit), i..i + len + unit_len));
        return i + len + unit_len;
    }
    if ["回", "件", "個", "つ", "種類", "台", "人", "本", "行", "文字", "段階", "項目", "通り"]
        .iter()
        .any(|c| body.starts_with(c))
    {
        out.push((Literal::Number(value), i..i + len));
    }
    i + len
}
