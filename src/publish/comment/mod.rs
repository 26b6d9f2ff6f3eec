//! The one comment on a pull request.

mod body;
mod suggest;

use serde::Deserialize;
use serde_json::json;

pub use body::{Text, text};
pub use suggest::suggest;

use super::github::{Api, ApiError, Event, Slug, Thread};
use super::marker::is_marked;
use super::{Done, PublishError};

/// Where a comment goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The repository.
    pub slug: Slug,
    /// The pull request's number.
    pub number: u64,
    /// The commit that was audited, where it is known: a pull request that has moved on gets nothing.
    pub head: Option<String>,
}

/// A pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pull {
    pub number: u64,
    pub state: String,
    pub head: Tip,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tip {
    pub sha: String,
}

/// The pull request that `event` is about. Of a job that follows another (`workflow_run`), number and
/// head come from GitHub: nothing that the first job left behind can choose them.
///
/// # Errors
/// What GitHub says. `None` where the event is about no pull request that is open.
pub async fn target(api: &Api, slug: &Slug, event: &Event) -> Result<Option<Target>, ApiError> {
    if !event.is_second_hand() {
        let head = event.head().map(str::to_owned);
        return Ok(event.number().map(|number| Target { slug: slug.clone(), number, head }));
    }
    let (Some((owner, branch)), Some(head)) = (event.run_branch(), event.head()) else { return Ok(None) };
    let from = super::github_query(&format!("{owner}:{branch}"));
    let pulls: Vec<Pull> = api.list(&format!("/repos/{slug}/pulls?state=open&head={from}"), None).await?;
    let pull = pulls.into_iter().find(|pull| pull.head.sha == head);
    Ok(pull.map(|pull| Target { slug: slug.clone(), number: pull.number, head: Some(head.to_owned()) }))
}

/// Makes the one comment say what `text` says.
///
/// # Errors
/// What GitHub says.
pub async fn publish(api: &Api, target: &Target, text: &Text) -> Result<Done, PublishError> {
    let Target { slug, number, head } = target;
    let pull: Pull = read(api, &format!("/repos/{slug}/pulls/{number}")).await?;
    if pull.state != "open" {
        return Ok(Done::Outdated("the pull request is closed".to_owned()));
    }
    if head.as_ref().is_some_and(|head| *head != pull.head.sha) {
        return Ok(Done::Outdated("the pull request has newer commits than were audited".to_owned()));
    }
    let mine = own(api, target, &text.mark).await?;
    let Some(first) = mine.first() else {
        return match &text.open {
            None => Ok(Done::Nothing),
            Some(body) => create(api, target, text, body).await,
        };
    };
    tidy(api, slug, &mine).await?;
    let resolved = text.open.is_none();
    let body = text.open.as_ref().unwrap_or(&text.resolved);
    if same(first.body.as_deref(), body) {
        return Ok(Done::Unchanged(first.html_url.clone()));
    }
    let route = format!("/repos/{slug}/issues/comments/{}", first.id);
    let sent = api.write("PATCH", &route, &json!({ "body": body })).await;
    if let Err(error) = sent {
        // The same text twice is the same text: but only one more time, and only if it isn't there.
        let there: Thread = if Api::is_unsure(&error) { read(api, &route).await? } else { return Err(error.into()) };
        if !same(there.body.as_deref(), body) {
            api.write("PATCH", &route, &json!({ "body": body })).await?;
        }
    }
    let at = first.html_url.clone();
    Ok(if resolved { Done::Resolved(at) } else { Done::Updated(at) })
}

/// Our own comments with `mark`, oldest first.
async fn own(api: &Api, target: &Target, mark: &str) -> Result<Vec<Thread>, ApiError> {
    let us = api.own().await?;
    let all: Vec<Thread> = api.list(&format!("/repos/{}/issues/{}/comments", target.slug, target.number), None).await?;
    let is_ours = |c: &Thread| us.wrote(c.user.as_ref()) && c.body.as_deref().is_some_and(|b| is_marked(b, mark));
    let mut mine: Vec<Thread> = all.into_iter().filter(is_ours).collect();
    mine.sort_by_key(|c| c.id);
    Ok(mine)
}

/// Writes the first comment. Another run may do so at the same moment: whoever is later gives way.
async fn create(api: &Api, target: &Target, text: &Text, body: &str) -> Result<Done, PublishError> {
    let route = format!("/repos/{}/issues/{}/comments", target.slug, target.number);
    if let Err(error) = api.write("POST", &route, &json!({ "body": body })).await {
        if !Api::is_unsure(&error) {
            return Err(error.into());
        }
        if own(api, target, &text.mark).await?.is_empty() {
            api.write("POST", &route, &json!({ "body": body })).await?;
        }
    }
    let mine = own(api, target, &text.mark).await?;
    tidy(api, &target.slug, &mine).await?;
    Ok(Done::Created(mine.first().map(|c| c.html_url.clone()).unwrap_or_default()))
}

/// Deletes all but the first: all runs agree on which that is.
async fn tidy(api: &Api, slug: &Slug, mine: &[Thread]) -> Result<(), ApiError> {
    for extra in mine.iter().skip(1) {
        match api.write("DELETE", &format!("/repos/{slug}/issues/comments/{}", extra.id), &json!(null)).await {
            Ok(_) => {}
            // The other run was faster.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether a text is on GitHub as it should be; GitHub may have other line ends.
pub(super) fn same(there: Option<&str>, wanted: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    there.is_some_and(|there| plain(there) == plain(wanted))
}

/// Reads one thing.
pub(super) async fn read<T: serde::de::DeserializeOwned>(api: &Api, route: &str) -> Result<T, ApiError> {
    let body = api.get(route).await?;
    serde_json::from_value(body).map_err(|e| ApiError::Answer {
        method: "GET",
        route: route.to_owned(),
        message: e.to_string(),
    })
}
