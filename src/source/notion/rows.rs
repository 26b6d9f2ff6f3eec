//! The rows of a data source, however many there are.
//!
//! A query stops at the host's bound (10,000 rows) and says that it is incomplete. So rows come in the
//! order in which they were made, and where a query stops, the next begins at the minute of its last
//! row. Where one minute alone holds more than the bound, as after an import, its rows come by their
//! last edit in the same way.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::api::{After, Api, Cursor};
use super::id::NotionId;
use super::page::{self, Meta, PropertyNames};
use crate::source::http::HttpError;

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

/// How a query ended.
enum End {
    /// With all there is.
    All,
    /// At the bound; the last row was made or edited in this minute.
    Cut(Option<DateTime<Utc>>),
}

/// Reads all rows of the data source `id`.
///
/// # Errors
/// Where the first query can't be made; what fails later is noted in [`Rows::incomplete`], except for a
/// token that is refused.
pub async fn read(api: &Api, id: &NotionId, names: &PropertyNames) -> Result<Rows, HttpError> {
    let mut rows = Rows { names: names.clone(), ..Rows::default() };
    let mut window: Option<(DateTime<Utc>, &str)> = None;
    loop {
        let filter = window.map(|(from, how)| condition("created_time", how, from));
        let last = match rows.query(api, id, "created_time", filter.as_ref()).await? {
            End::All => return Ok(rows),
            End::Cut(last) => last,
        };
        window = match (last, window) {
            // The whole window was one minute: its rows by another time, and on behind it.
            (Some(last), Some((from, "on_or_after"))) if last <= from => {
                rows.minute(api, id, from).await?;
                Some((from, "after"))
            }
            (Some(last), Some((from, _))) if last <= from => {
                rows.give_up("its rows did not come in the order of their times");
                return Ok(rows);
            }
            (Some(last), _) => Some((last, "on_or_after")),
            (None, _) => {
                rows.give_up("its rows have no times");
                return Ok(rows);
            }
        };
    }
}

impl Rows {
    /// The rows that were made in one minute, by their last edit.
    async fn minute(&mut self, api: &Api, id: &NotionId, minute: DateTime<Utc>) -> Result<(), HttpError> {
        let made =
            [condition("created_time", "on_or_after", minute), condition("created_time", "on_or_before", minute)];
        let mut from: Option<DateTime<Utc>> = None;
        loop {
            let mut all = made.to_vec();
            all.extend(from.map(|from| condition("last_edited_time", "on_or_after", from)));
            match self.query(api, id, "last_edited_time", Some(&json!({ "and": all }))).await? {
                End::All => return Ok(()),
                End::Cut(Some(last)) if from.is_none_or(|from| last > from) => from = Some(last),
                End::Cut(_) => {
                    self.give_up("more of them were made and last edited in one minute than a query gives");
                    return Ok(());
                }
            }
        }
    }

    /// One query with all its parts.
    async fn query(&mut self, api: &Api, id: &NotionId, by: &str, filter: Option<&Value>) -> Result<End, HttpError> {
        let mut cursor = Cursor::default();
        let mut last = None;
        loop {
            let part = match api.rows(id, by, filter, &cursor).await {
                Ok(part) => part,
                Err(error) if self.seen.is_empty() || error.status() == Some(401) => return Err(error),
                Err(error) => {
                    self.give_up(&error.to_string());
                    return Ok(End::All);
                }
            };
            let (after, cut) = (cursor.advance(&part), part.is_cut());
            for row in part.results {
                if let Some(time) = row.get(by).and_then(Value::as_str).and_then(|time| time.parse().ok()) {
                    last = Some(time);
                }
                let name = row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                if self.seen.insert(name) {
                    self.rows.extend(page::read(&row, &self.names));
                }
            }
            match after {
                After::More => {}
                After::End => return Ok(if cut { End::Cut(last) } else { End::All }),
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

fn condition(time: &str, how: &str, moment: DateTime<Utc>) -> Value {
    let moment = moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    json!({"timestamp": time, time: {how: moment}})
}
