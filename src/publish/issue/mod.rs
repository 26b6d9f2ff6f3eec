//! The one issue that each week says what to mend first.

mod body;
mod data;
mod edits;
mod reviews;

use serde_json::{Value, json};

pub use body::{Options, Text, text};
pub use data::{Data, Reviewed, Run};

use super::comment::{read, same};
use super::github::{Api, ApiError, Slug, Thread};
use super::marker::{self, Kind, is_marked, mark};
use super::{Done, PublishError};
use crate::report::json::v1::{Audit, Scope};
use crate::triage::reviews::{Entry, Reviews};

/// The issue as it is at GitHub, before this run.
#[derive(Debug, Clone, Default)]
pub struct Current {
    /// The issue; none where there never was one.
    pub thread: Option<Thread>,
    /// What it remembers, with what its readers ticked since.
    pub data: Data,
    /// What was ticked and could not be taken, for people.
    pub doubts: Vec<String>,
    /// Others of ours, made by another run at the same moment.
    extra: Vec<Thread>,
}

/// Looks for our issue, and reads what its readers ticked.
///
/// # Errors
/// What GitHub says.
pub async fn current(api: &Api, slug: &Slug, name: &str) -> Result<Current, PublishError> {
    let mut mine = own(api, slug, &mark(Kind::Issue, name)).await?;
    if mine.is_empty() {
        return Ok(Current::default());
    }
    let thread = mine.remove(0);
    let body = thread.body.clone().unwrap_or_default();
    let mut data: Data = marker::find(data::KEY, &body).unwrap_or_default();
    data.bound();
    let mut doubts = Vec::new();
    let ticked = reviews::ticked(&body);
    if !ticked.is_empty() {
        let (reviewed, more) = reviews::who(api, slug, thread.number, &ticked).await?;
        doubts = more;
        data.add(reviewed);
    }
    Ok(Current { thread: Some(thread), data, doubts, extra: mine })
}

/// What readers found right, as `shelflife audit --reviews` takes it.
#[must_use]
pub fn reviews_file(reviewed: &[Reviewed]) -> Reviews {
    let mut reviewed = reviewed.to_vec();
    reviewed.sort();
    let entry = |r: Reviewed| Entry { page: r.document, section: None, date: r.date, by: Some(r.by), until: None };
    Reviews { review: reviewed.into_iter().map(entry).collect() }
}

/// Refuses an audit that is not of all pages.
///
/// # Errors
/// [`PublishError::Scope`].
pub fn check(audit: &Audit) -> Result<(), PublishError> {
    match audit.scope {
        Scope::Full => Ok(()),
        Scope::Change => Err(PublishError::Scope {
            found: audit.scope,
            wants: "the issue tells of all pages: audit without `--base`",
        }),
    }
}

/// Makes the one issue say what `text` says: opens it, edits it in place, closes it when nothing is
/// wrong, opens it again when something is.
///
/// # Errors
/// What GitHub says.
pub async fn publish(api: &Api, slug: &Slug, current: &Current, text: &Text) -> Result<Done, PublishError> {
    let Some(thread) = &current.thread else {
        return if text.clean { Ok(Done::Nothing) } else { create(api, slug, text).await };
    };
    give_way(api, slug, thread.number, &current.extra).await?;
    let at = thread.html_url.clone();
    let state = if text.clean { "closed" } else { "open" };
    if thread.state == state && same(thread.body.as_deref(), &text.body) {
        return Ok(Done::Unchanged(at));
    }
    let mut change = json!({ "title": text.title, "body": text.body });
    if thread.state != state {
        let reason = if text.clean { "completed" } else { "reopened" };
        if let Some(change) = change.as_object_mut() {
            change.insert("state".to_owned(), Value::from(state));
            change.insert("state_reason".to_owned(), Value::from(reason));
        }
    }
    let route = format!("/repos/{slug}/issues/{}", thread.number);
    if let Err(error) = api.write("PATCH", &route, &change).await {
        if !Api::is_unsure(&error) {
            return Err(error.into());
        }
        let there: Thread = read(api, &route).await?;
        if there.state != state || !same(there.body.as_deref(), &text.body) {
            api.write("PATCH", &route, &change).await?;
        }
    }
    Ok(if text.clean { Done::Resolved(at) } else { Done::Updated(at) })
}

async fn create(api: &Api, slug: &Slug, text: &Text) -> Result<Done, PublishError> {
    let route = format!("/repos/{slug}/issues");
    let new = json!({ "title": text.title, "body": text.body });
    if let Err(error) = api.write("POST", &route, &new).await {
        if !Api::is_unsure(&error) {
            return Err(error.into());
        }
        if own(api, slug, &text.mark).await?.is_empty() {
            api.write("POST", &route, &new).await?;
        }
    }
    // Another run may have opened one at the same moment: all runs keep the first.
    let mut mine = own(api, slug, &text.mark).await?;
    if mine.is_empty() {
        return Ok(Done::Created(String::new()));
    }
    let first = mine.remove(0);
    give_way(api, slug, first.number, &mine).await?;
    Ok(Done::Created(first.html_url))
}

/// Closes all but the first, which can't be deleted, and takes their marks away.
async fn give_way(api: &Api, slug: &Slug, first: u64, extra: &[Thread]) -> Result<(), ApiError> {
    for thread in extra {
        let body = json!({ "body": format!("See #{first}."), "state": "closed", "state_reason": "not_planned" });
        api.write("PATCH", &format!("/repos/{slug}/issues/{}", thread.number), &body).await?;
    }
    Ok(())
}

/// Our own issues with `mark`, oldest first.
async fn own(api: &Api, slug: &Slug, mark: &str) -> Result<Vec<Thread>, ApiError> {
    let us = api.own().await?;
    let mut mine: Vec<Thread> = Vec::new();
    for login in us.logins() {
        let creator = super::github_query(&login);
        let route = format!("/repos/{slug}/issues?state=all&sort=created&direction=asc&creator={creator}");
        match api.list::<Thread>(&route, None).await {
            Ok(threads) => mine.extend(threads),
            // A name that GitHub knows nobody by wrote nothing.
            Err(error) if matches!(error.status(), Some(404 | 422)) => {}
            Err(error) => return Err(error),
        }
    }
    mine.retain(|t| {
        t.pull_request.is_none() && us.wrote(t.user.as_ref()) && t.body.as_deref().is_some_and(|b| is_marked(b, mark))
    });
    mine.sort_by_key(|t| t.number);
    mine.dedup_by_key(|t| t.number);
    Ok(mine)
}
