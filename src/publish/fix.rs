//! One pull request with the certain fixes, kept up to date in place.

use serde::Deserialize;
use serde_json::{Value, json};

use super::comment::{read, same};
use super::github::{Api, ApiError, Slug};
use super::marker::{Kind, is_marked, mark};
use super::words::{count, fit};
use super::{Done, LONGEST_BODY, PublishError};
use crate::fix::Plan;
use crate::report::inert::clip;
use crate::report::markdown::escape::code;

/// Pages of one pull request.
const MOST_PAGES: usize = 300;
/// Changes that its text lists.
const LISTED: usize = 100;

/// Where the fixes go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The repository.
    pub slug: Slug,
    /// The branch that they are for.
    pub base: String,
    /// The branch that carries them, which is ours alone.
    pub branch: String,
    /// The commit that was audited, full id: the fixes are made on it.
    pub commit: String,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
    body: Option<String>,
    html_url: String,
    user: Option<super::github::User>,
}

/// Makes the branch and its pull request say what `plan` says; closes the pull request when there is
/// nothing to fix any more.
///
/// # Errors
/// What GitHub says; a branch that is not ours.
pub async fn publish(api: &Api, target: &Target, plan: &Plan) -> Result<Done, PublishError> {
    let Target { slug, base, branch, .. } = target;
    if !is_branch(branch) || branch == base {
        return Err(PublishError::Missing(format!("`{}` is no name for a branch of fixes", clip(branch, 80))));
    }
    let us = api.own().await?;
    let mark = mark(Kind::Fix, "");
    let head = super::github_query(&format!("{}:{branch}", slug.owner));
    let open: Vec<Pull> = api.list(&format!("/repos/{slug}/pulls?state=open&head={head}"), None).await?;
    let ours = |p: &Pull| us.wrote(p.user.as_ref()) && p.body.as_deref().is_some_and(|b| is_marked(b, &mark));
    if let Some(stranger) = open.iter().find(|p| !ours(p)) {
        let message = format!("#{} is open from `{branch}` and not ours: choose another --branch", stranger.number);
        return Err(PublishError::Missing(message));
    }
    let Some(tree) = tree(api, target, plan).await? else {
        let Some(pull) = open.first() else { return Ok(Done::Nothing) };
        let route = format!("/repos/{slug}/pulls/{}", pull.number);
        api.write("PATCH", &route, &json!({ "state": "closed" })).await?;
        return Ok(Done::Resolved(pull.html_url.clone()));
    };
    let moved = push(api, target, &tree, plan).await?;
    let title = format!("Correct {} of the documentation", count(plan.changes.len(), "page"));
    let body = body(&mark, plan);
    if let Some(pull) = open.first() {
        if !moved && same(pull.body.as_deref(), &body) {
            return Ok(Done::Unchanged(pull.html_url.clone()));
        }
        // The same text twice is the same text.
        api.write("PATCH", &format!("/repos/{slug}/pulls/{}", pull.number), &json!({ "title": title, "body": body }))
            .await?;
        return Ok(Done::Updated(pull.html_url.clone()));
    }
    let new = json!({ "title": title, "body": body, "head": branch, "base": base });
    match api.write("POST", &format!("/repos/{slug}/pulls"), &new).await {
        Ok(answer) => Ok(Done::Created(answer.get("html_url").and_then(Value::as_str).unwrap_or_default().to_owned())),
        // Another run was faster, or the answer was lost: GitHub allows one open pull request a branch.
        Err(error) if Api::is_unsure(&error) || error.status() == Some(422) => {
            let open: Vec<Pull> = api.list(&format!("/repos/{slug}/pulls?state=open&head={head}"), None).await?;
            match open.into_iter().find(|p| ours(p)) {
                Some(pull) => Ok(Done::Created(pull.html_url)),
                None => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn is_branch(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 200
        && !name.starts_with(['/', '.', '-'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("//")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.'))
}

/// The tree with the fixes; none where there is nothing to fix.
async fn tree(api: &Api, target: &Target, plan: &Plan) -> Result<Option<String>, PublishError> {
    let Target { slug, commit, .. } = target;
    let mut entries = Vec::new();
    for change in plan.changes.iter().take(MOST_PAGES) {
        let Some(path) = change.path.to_str() else { continue };
        let content = json!({ "content": base64(&change.new), "encoding": "base64" });
        let blob = sha(api.write("POST", &format!("/repos/{slug}/git/blobs"), &content).await?)?;
        entries.push(json!({ "path": path, "mode": "100644", "type": "blob", "sha": blob }));
    }
    if entries.is_empty() {
        return Ok(None);
    }
    let base: Value = read(api, &format!("/repos/{slug}/git/commits/{commit}")).await?;
    let base_tree = base.pointer("/tree/sha").cloned().unwrap_or_default();
    let body = json!({ "base_tree": base_tree, "tree": entries });
    Ok(Some(sha(api.write("POST", &format!("/repos/{slug}/git/trees"), &body).await?)?))
}

/// Puts the tree on the branch, as one commit; whether the branch moved.
async fn push(api: &Api, target: &Target, tree: &str, plan: &Plan) -> Result<bool, PublishError> {
    let Target { slug, branch, commit, .. } = target;
    // One part of the route, whatever slashes are in it.
    let name = super::github_query(&format!("heads/{branch}"));
    let there = match api.get(&format!("/repos/{slug}/git/ref/{name}")).await {
        Ok(there) => there.pointer("/object/sha").and_then(Value::as_str).map(str::to_owned),
        Err(error) if error.status() == Some(404) => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(tip) = &there {
        let tip: Value = read(api, &format!("/repos/{slug}/git/commits/{tip}")).await?;
        let same_tree = tip.pointer("/tree/sha").and_then(Value::as_str) == Some(tree);
        let same_parent = tip.pointer("/parents/0/sha").and_then(Value::as_str) == Some(commit);
        if same_tree && same_parent {
            return Ok(false);
        }
    }
    let message = format!("Correct {} of the documentation", count(plan.changes.len(), "page"));
    let body = json!({ "message": message, "tree": tree, "parents": [commit] });
    let new = sha(api.write("POST", &format!("/repos/{slug}/git/commits"), &body).await?)?;
    if there.is_some() {
        let body = json!({ "sha": new, "force": true });
        api.write("PATCH", &format!("/repos/{slug}/git/refs/{name}"), &body).await?;
    } else {
        let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": new });
        api.write("POST", &format!("/repos/{slug}/git/refs"), &body).await?;
    }
    Ok(true)
}

fn sha(answer: Value) -> Result<String, ApiError> {
    let sha = answer.get("sha").and_then(Value::as_str).filter(|sha| sha.bytes().all(|b| b.is_ascii_hexdigit()));
    sha.map(str::to_owned).ok_or_else(|| ApiError::Answer {
        method: "POST",
        route: "/git".to_owned(),
        message: "it names no object".to_owned(),
    })
}

fn body(mark: &str, plan: &Plan) -> String {
    let made: usize = plan.changes.iter().map(|c| c.edits.len()).sum();
    let mut out = format!(
        "{mark}\n{} in {}, each with one proved successor. Nothing else on a line is touched.\n\n| Page | Was | Becomes |\n|---|---|---|\n",
        count(made, "change"),
        count(plan.changes.len(), "page")
    );
    let all = plan.changes.iter().flat_map(|change| change.edits.iter().map(move |edit| (change, edit)));
    for (change, edit) in all.take(LISTED) {
        let place = format!("{}:{}", clip(&change.document, 160), edit.at.line);
        out.push_str(&format!(
            "| {} | {} | {} |\n",
            code(&place),
            code(&clip(&edit.old, 100)),
            code(&clip(&edit.new, 100))
        ));
    }
    if made > LISTED {
        out.push_str(&format!("\n… and {}.\n", count(made - LISTED, "more change")));
    }
    fit(out, LONGEST_BODY)
}

/// Base64 with padding, as GitHub's blobs want it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let part = |n: usize| u32::from(chunk.get(n).copied().unwrap_or(0));
        let word = part(0) << 16 | part(1) << 8 | part(2);
        for n in 0..4 {
            let digit = (word >> (18 - 6 * n)) & 63;
            let digit = DIGITS.get(digit as usize).copied().unwrap_or(b'=');
            out.push(if n <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_standard() {
        for (text, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("設定", "6Kit5a6a")]
        {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }

    #[test]
    fn names_of_branches() {
        assert!(is_branch("shelflife/fix-1.2_x"));
        for bad in ["", "a b", "-x", "a..b", "/a", "a/", "a//b", "a?b", "a#b"] {
            assert!(!is_branch(bad), "{bad}");
        }
    }
}
