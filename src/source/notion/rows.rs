//! The rows of a data source, however many there are.
//!
//! A query stops at the host's bound (10,000 rows) and says that it is incomplete. Then its span of time is
//! split where its rows say that half of them were made, and each part is asked for by itself; a minute
//! that alone holds more than the bound, as after an import, is split by the rows' last edits. No query is
//! sorted: the official description of the API knows no order by these times.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::api::{After, Api, Cursor};
use super::id::NotionId;
use super::page::{self, Meta, PropertyNames};
use crate::source::http::HttpError;

/// No data source needs more queries than this.
const MAX_WINDOWS: usize = 20_000;

/// All rows, each once; and what could not be read.
#[derive(Debug, Default)]
pub struct Rows {
    /// What their properties say.
    pub rows: Vec<Meta>,
    /// What could not be read, a line each.
    pub incomplete: Vec<String>,
    seen: HashSet<String>,
    names: PropertyNames,
}

/// A span of time: from a moment on, and before another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    from: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
}

/// Rows that were made in one span and last edited in another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Window {
    made: Span,
    edited: Span,
}

/// How a query ended: with all there is, or at the bound, with the times of the rows that it gave.
enum End {
    All,
    Cut { made: Vec<DateTime<Utc>>, edited: Vec<DateTime<Utc>> },
}

/// Reads all rows of the data source `id`.
///
/// # Errors
/// Where the first query can't be made; what fails later is noted in [`Rows::incomplete`], except for a
/// token that is refused.
pub async fn read(api: &Api, id: &NotionId, names: &PropertyNames) -> Result<Rows, HttpError> {
    let mut rows = Rows { names: names.clone(), ..Rows::default() };
    let mut open = vec![Window::default()];
    let mut asked = 0;
    while let Some(window) = open.pop() {
        asked += 1;
        if asked > MAX_WINDOWS {
            rows.give_up("it took too many queries");
            break;
        }
        let End::Cut { made, edited } = rows.query(api, id, window).await? else { continue };
        let parts = window.made.split(made).map(|parts| parts.map(|made| Window { made, ..window }).to_vec());
        let parts = parts.or_else(|| {
            window.edited.split(edited).map(|parts| parts.map(|edited| Window { edited, ..window }).to_vec())
        });
        match parts {
            Some(parts) => open.extend(parts.into_iter().rev()),
            None => rows.give_up("more of them were made and last edited within one minute than a query gives"),
        }
    }
    Ok(rows)
}

impl Span {
    /// Three parts that are the whole and each less than it, the one in the middle perhaps nothing; none where
    /// it is one minute. `times` are those of rows in it.
    fn split(self, mut times: Vec<DateTime<Utc>>) -> Option<[Self; 3]> {
        // What a host says of rows that lie outside is no help.
        times.retain(|time| {
            self.from.is_none_or(|from| *time >= from) && self.before.is_none_or(|before| *time < before)
        });
        times.sort_unstable();
        let first = *times.first()?;
        let middle = *times.get(times.len() / 2)?;
        let (a, b) = if middle > first { (middle, middle) } else { (first, first + Duration::minutes(1)) };
        let parts = [
            Self { from: self.from, before: Some(a) },
            Self { from: Some(a), before: Some(b) },
            Self { from: Some(b), before: self.before },
        ];
        (!parts.contains(&self)).then_some(parts)
    }

    /// Whether nothing can lie in it.
    fn is_empty(self) -> bool {
        matches!((self.from, self.before), (Some(from), Some(before)) if from >= before)
    }

    fn conditions(self, time: &str) -> impl Iterator<Item = Value> {
        let condition = move |how: &str, moment: DateTime<Utc>| {
            let moment = moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            json!({"timestamp": time, time: {how: moment}})
        };
        let from = self.from.map(|from| condition("on_or_after", from));
        from.into_iter().chain(self.before.map(|before| condition("before", before)))
    }
}

impl Window {
    fn filter(self) -> Option<Value> {
        let all: Vec<Value> =
            self.made.conditions("created_time").chain(self.edited.conditions("last_edited_time")).collect();
        (!all.is_empty()).then(|| json!({ "and": all }))
    }
}

impl Rows {
    /// One query with all its parts.
    async fn query(&mut self, api: &Api, id: &NotionId, window: Window) -> Result<End, HttpError> {
        if window.made.is_empty() || window.edited.is_empty() {
            return Ok(End::All);
        }
        let filter = window.filter();
        let mut cursor = Cursor::default();
        let (mut made, mut edited) = (Vec::new(), Vec::new());
        loop {
            let part = match api.rows(id, filter.as_ref(), &cursor).await {
                Ok(part) => part,
                Err(error) if self.seen.is_empty() || error.status() == Some(401) => return Err(error),
                Err(error) => {
                    self.give_up(&error.to_string());
                    return Ok(End::All);
                }
            };
            let (after, cut) = (cursor.advance(&part), part.is_cut());
            for row in part.results {
                let time = |name: &str| {
                    row.get(name).and_then(Value::as_str).and_then(|time| time.parse::<DateTime<Utc>>().ok())
                };
                made.extend(time("created_time"));
                edited.extend(time("last_edited_time"));
                let name = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                if self.seen.insert(name) {
                    self.rows.extend(page::read(&row, &self.names));
                }
            }
            match after {
                After::More => {}
                After::End if cut => return Ok(End::Cut { made, edited }),
                After::End => return Ok(End::All),
                After::Broken => {
                    self.give_up("the host gave no way to go on behind a part of it");
                    return Ok(End::All);
                }
            }
        }
    }

    fn give_up(&mut self, why: &str) {
        self.incomplete.push(format!("after {} rows the rest was not read: {why}", self.seen.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::minutes(minute)
    }

    #[test]
    fn a_span_is_split_until_it_is_one_minute() {
        let span = |from, before| Span { from: Some(at(from)), before: Some(at(before)) };
        assert_eq!(span(0, 9).split(vec![at(1), at(3), at(7)]).unwrap(), [span(0, 3), span(3, 3), span(3, 9)]);
        assert_eq!(span(0, 9).split(vec![at(4); 3]).unwrap(), [span(0, 4), span(4, 5), span(5, 9)]);
        assert_eq!(span(4, 5).split(vec![at(4); 3]), None);
        assert_eq!(span(0, 9).split(vec![]), None);
        assert_eq!(span(0, 9).split(vec![at(20), at(-3)]), None);
        let all = Span::default().split(vec![at(4)]).unwrap();
        assert_eq!((all[0].before, all[1], all[2].from), (Some(at(4)), span(4, 5), Some(at(5))));
    }
}
