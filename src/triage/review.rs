//! A person's word that a page is right: where pages hold it, and how it is written there.

use chrono::NaiveDate;
use serde_json::Value;

use crate::document::Format;
use crate::report::json::v1::Review;

/// Keys of front matter that hold the day of the last review; `ms.date` is Microsoft Learn's.
const REVIEWED: [&str; 7] =
    ["reviewed", "last_reviewed", "last-reviewed", "lastReviewed", "reviewed_on", "last_verified", "ms.date"];
/// Keys that say who it was.
const BY: [&str; 4] = ["reviewed_by", "reviewed-by", "reviewer", "reviewedBy"];
/// Keys that hold the day until which it holds.
const UNTIL: [&str; 6] = ["review_by", "review-by", "reviewBy", "next_review", "next-review", "review_due"];

/// What a page says of its reviews.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The last review.
    pub reviewed: Option<Review>,
    /// The last day on which it holds (`YYYY-MM-DD`).
    pub review_by: Option<String>,
    /// The owner that a freshness comment names.
    pub owner: Option<String>,
}

/// What a page's front matter and comments say of its reviews: the latest day counts. Comments are
/// given without their marks, or with them.
#[must_use]
pub fn said<'c>(front_matter: Option<&Value>, comments: impl IntoIterator<Item = &'c str>) -> Said {
    let mut out = Said::default();
    if let Some(front_matter) = front_matter {
        let first = |keys: &[&str]| keys.iter().find_map(|key| get(front_matter, key));
        out.review_by = first(&UNTIL).and_then(day).map(|d| d.to_string());
        let by = first(&BY).and_then(Value::as_str).map(str::to_owned);
        let days = REVIEWED.iter().filter_map(|key| get(front_matter, key)).filter_map(|value| match value {
            Value::Object(map) => {
                Some((day(map.get("date")?)?, map.get("by").and_then(Value::as_str).map(str::to_owned)))
            }
            value => Some((day(value)?, by.clone())),
        });
        if let Some((date, by)) = days.max() {
            out.reviewed = Some(Review { date: date.to_string(), by, source: "front-matter".into() });
        }
    }
    for comment in comments {
        let Some((date, by)) = of_comment(comment) else { continue };
        let later = out.reviewed.as_ref().is_none_or(|r| r.date < date.to_string());
        if later {
            out.owner = by.clone().or(out.owner);
            out.reviewed = Some(Review { date: date.to_string(), by, source: "comment".into() });
        }
    }
    out
}

/// A key of front matter; one with a dot may also be nested.
fn get<'v>(front_matter: &'v Value, key: &str) -> Option<&'v Value> {
    front_matter.get(key).or_else(|| {
        let (outer, inner) = key.split_once('.')?;
        front_matter.get(outer)?.get(inner)
    })
}

fn day(value: &Value) -> Option<NaiveDate> {
    day_of(value.as_str()?)
}

/// A day as people write it: ISO, with slashes, or `MM/DD/YYYY` as Microsoft does; a time behind it is
/// left out.
fn day_of(text: &str) -> Option<NaiveDate> {
    let text = text.trim().split(['T', ' ']).next()?;
    ["%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

/// `freshness: { owner: 'name' reviewed: '2026-01-31' }`, as Google's open pages have it, or `reviewed:
/// 2026-01-31 by Name`.
fn of_comment(comment: &str) -> Option<(NaiveDate, Option<String>)> {
    let at = comment.find("reviewed:")?;
    let rest = comment.get(at + "reviewed:".len()..)?.trim_start();
    let rest = rest.trim_start_matches(['\'', '"']);
    let date = day_of(rest.get(..10)?)?;
    if comment.contains("freshness:") {
        let quoted = |text: &str| text.trim_start().split(['\'', '"']).nth(1).map(str::to_owned);
        return Some((date, comment.split_once("owner:").and_then(|(_, text)| quoted(text))));
    }
    let by = rest.get(10..)?.trim_start().strip_prefix("by ");
    let by = by.and_then(|b| b.lines().next()).map(|b| b.trim_end_matches("-->").trim());
    Some((date, by.filter(|b| !b.is_empty()).map(str::to_owned)))
}

/// Why a review could not be written into a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// Plain text has no place for it.
    #[error("plain text has no place for a review: note it in a reviews file (`audit --reviews FILE`)")]
    NoPlace,
    /// Front matter that begins and never ends.
    #[error("the page's front matter is never closed: mend it first")]
    Open,
}

/// The page's text with the review noted in it: where it notes one already, else in its front
/// matter, else at its top. Nothing else changes, line ends included.
///
/// # Errors
/// If the page has no place for it.
pub fn record(text: &str, format: Format, date: NaiveDate, by: &str) -> Result<String, ReviewError> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let end = if body.contains("\r\n") { "\r\n" } else { "\n" };
    // One line, whatever the name holds.
    let by: String = by.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let quoted = Value::from(by.as_str()).to_string();
    let plain = by.replace("--", "–");
    let new = match format {
        Format::Markdown | Format::Mdx => {
            if let Some(noted) = in_freshness_comment(body, date) {
                noted
            } else if let Some(rest) = fenced(body, "---") {
                in_front_matter(body, rest?, [format!("reviewed: {date}"), format!("reviewed_by: {quoted}")], ':', end)
            } else if let Some(rest) = fenced(body, "+++") {
                in_front_matter(
                    body,
                    rest?,
                    [format!("reviewed = {date}"), format!("reviewed_by = {quoted}")],
                    '=',
                    end,
                )
            } else {
                format!("---{end}reviewed: {date}{end}reviewed_by: {quoted}{end}---{end}{end}{body}")
            }
        }
        Format::Rst => in_line(body, ".. reviewed:", &format!(".. reviewed: {date} by {plain}"), end),
        Format::Asciidoc => in_line(body, "// reviewed:", &format!("// reviewed: {date} by {plain}"), end),
        Format::Plain => return Err(ReviewError::NoPlace),
    };
    Ok(format!("{mark}{new}"))
}

/// The bytes between two fences at the top of a text, if it begins with one.
fn fenced(body: &str, fence: &str) -> Option<Result<std::ops::Range<usize>, ReviewError>> {
    let first = body.lines().next()?;
    if first.trim_end() != fence {
        return None;
    }
    let start = body.find('\n')? + 1;
    let mut at = start;
    for line in body.get(start..)?.split_inclusive('\n') {
        if line.trim_end() == fence {
            return Some(Ok(start..at));
        }
        at += line.len();
    }
    Some(Err(ReviewError::Open))
}

fn in_front_matter(
    body: &str,
    range: std::ops::Range<usize>,
    lines: [String; 2],
    separator: char,
    end: &str,
) -> String {
    let key = |line: &str| line.split(separator).next().map(|k| k.trim_end().to_owned()).unwrap_or_default();
    let ours = |line: &str| {
        let key = key(line);
        !line.starts_with([' ', '\t']) && (REVIEWED[..5].contains(&key.as_str()) || BY.contains(&key.as_str()))
    };
    let mut kept = String::new();
    let mut table = String::new();
    for line in body[range.clone()].split_inclusive('\n').filter(|l| !ours(l)) {
        // In TOML a key behind a table's head would belong to the table.
        if separator == '=' && (!table.is_empty() || line.trim_start().starts_with('[')) {
            table.push_str(line);
        } else {
            kept.push_str(line);
        }
    }
    let [first, second] = lines;
    format!("{}{kept}{first}{end}{second}{end}{table}{}", &body[..range.start], &body[range.end..])
}

/// The text with the day of its freshness comment replaced, if it has one.
fn in_freshness_comment(body: &str, date: NaiveDate) -> Option<String> {
    let (start, comment) = comments(body).find(|(_, c)| c.contains("freshness:") && c.contains("reviewed:"))?;
    let at = comment.find("reviewed:")? + "reviewed:".len();
    let value = comment.get(at..)?;
    let digits = value.find(|c: char| c.is_ascii_digit())?;
    let old = value.get(digits..digits + 10)?;
    day_of(old)?;
    let from = start + at + digits;
    Some(format!("{}{date}{}", &body[..from], &body[from + 10..]))
}

/// The HTML comments of a text with the place of each. They do not nest, so each is looked at once.
fn comments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find("<!--")?;
        let end = start + text.get(start..)?.find("-->")?;
        at = end;
        Some((start, text.get(start..end)?))
    })
}

/// The text with the line that begins so replaced, or with one at its top.
fn in_line(body: &str, begins: &str, line: &str, end: &str) -> String {
    let mut at = 0;
    for old in body.split_inclusive('\n') {
        if old.starts_with(begins) {
            let kept = old.trim_end_matches(['\r', '\n']).len();
            return format!("{}{line}{}", &body[..at], &body[at + kept..]);
        }
        at += old.len();
    }
    format!("{line}{end}{end}{body}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn pages_say_it_in_many_ways() {
        let of = |value: Value| said(Some(&value), []);
        let reviewed = |value: Value| of(value).reviewed.map(|r| (r.date, r.by));
        let on = |d: &str| Some((d.to_owned(), None));
        assert_eq!(reviewed(json!({"reviewed": "2026-01-31"})), on("2026-01-31"));
        assert_eq!(reviewed(json!({"ms.date": "01/31/2026"})), on("2026-01-31"));
        assert_eq!(reviewed(json!({"ms": {"date": "1/31/2026"}})), on("2026-01-31"));
        assert_eq!(reviewed(json!({"last_reviewed": "2026/01/31"})), on("2026-01-31"));
        assert_eq!(reviewed(json!({"lastReviewed": "2026-01-31T10:00:00Z"})), on("2026-01-31"));
        let by = Some(("2026-01-31".to_owned(), Some("Ann".to_owned())));
        assert_eq!(reviewed(json!({"reviewed": "2026-01-31", "reviewed_by": "Ann"})), by);
        assert_eq!(reviewed(json!({"reviewed": {"date": "2026-01-31", "by": "Ann"}})), by);
        assert_eq!(reviewed(json!({"reviewed": "soon"})), None);
        assert_eq!(reviewed(json!(["reviewed"])), None);
        assert_eq!(of(json!({"review_by": "2027-01-01"})).review_by.as_deref(), Some("2027-01-01"));
        let comment = "<!--* freshness: { owner: 'jdoe' reviewed: '2026-02-01' } *-->";
        let said = said(Some(&json!({"reviewed": "2026-01-31"})), [comment, "reviewed:", "reviewed: 日本日本日本日本"]);
        assert_eq!(said.reviewed.unwrap().date, "2026-02-01");
        assert_eq!(said.owner.as_deref(), Some("jdoe"));
    }

    #[test]
    fn a_review_is_written_where_the_page_keeps_it_and_read_back() {
        let day = date("2026-06-01");
        let write = |text: &str, format| record(text, format, day, "Ann \"A\"\n--> B").unwrap();
        assert_eq!(
            write("# T\r\n", Format::Markdown),
            "---\r\nreviewed: 2026-06-01\r\nreviewed_by: \"Ann \\\"A\\\" --> B\"\r\n---\r\n\r\n# T\r\n"
        );
        assert_eq!(
            write("\u{feff}---\ntitle: x\nreviewed: 2020-01-01\nnested:\n  reviewed: no\n---\n# T\n", Format::Mdx),
            "\u{feff}---\ntitle: x\nnested:\n  reviewed: no\nreviewed: 2026-06-01\nreviewed_by: \"Ann \\\"A\\\" --> B\"\n---\n# T\n"
        );
        assert_eq!(
            write("+++\na = 1\n[t]\nb = 2\n+++\nx", Format::Markdown),
            "+++\na = 1\nreviewed = 2026-06-01\nreviewed_by = \"Ann \\\"A\\\" --> B\"\n[t]\nb = 2\n+++\nx"
        );
        let comment = "# T\n<!-- other -->\n<!--* freshness: { owner: 'j' reviewed: '2020-01-01' } *-->\nx\n";
        assert_eq!(write(comment, Format::Markdown), comment.replace("2020-01-01", "2026-06-01"));
        assert_eq!(record("---\nopen\n", Format::Markdown, day, "A"), Err(ReviewError::Open));
        assert_eq!(record("x", Format::Plain, day, "A"), Err(ReviewError::NoPlace));
        for format in [Format::Rst, Format::Asciidoc] {
            let once = write("T\n=\n", format);
            let said = said(None, [once.lines().next().unwrap()]);
            assert_eq!(said.reviewed.unwrap().date, "2026-06-01");
            assert_eq!(write(&once, format), once, "noted twice");
            assert!(once.ends_with("\n\nT\n=\n"));
        }
    }

    #[test]
    fn hostile_pages_are_no_trouble() {
        let _ = record(&"<!--".repeat(100_000), Format::Markdown, date("2026-06-01"), "A");
        let _ = record(&"<!-- freshness: reviewed: -->".repeat(10_000), Format::Markdown, date("2026-06-01"), "A");
        let _ = said(None, ["reviewed: 2026-01-3", "reviewed:'", "freshness: owner: reviewed: 2026-01-31"]);
    }
}
