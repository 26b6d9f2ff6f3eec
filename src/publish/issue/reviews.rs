//! Boxes that readers ticked: "still right".
//!
//! Whoever can edit an issue can tick its boxes, and GitHub does not say in the text who it was. The
//! edits of the text do: a tick counts where the edit that brought it was made by somebody who may
//! write to the repository.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::data::Reviewed;
use crate::publish::github::{Api, ApiError, Slug};
use crate::publish::marker;

/// Boxes that are read.
const MOST: usize = 100;

const EDITS: &str = include_str!("edits.graphql");

/// The line of a box.
pub(super) fn unticked(id: &str, shown: &str) -> String {
    format!("- [ ] {shown} <!-- page:{} -->", marker::pack(id))
}

/// The pages whose boxes are ticked in `body`.
pub(super) fn ticked(body: &str) -> Vec<String> {
    let boxes = body.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("- [x] ").or_else(|| line.strip_prefix("- [X] ")).or_else(|| line.strip_prefix("* [x] "))
    });
    let pages = boxes.filter_map(|rest| {
        let (_, mark) = rest.rsplit_once("<!-- page:")?;
        marker::unpack(mark.strip_suffix(" -->")?)
    });
    pages.take(MOST).collect()
}

struct Edit {
    at: DateTime<Utc>,
    by: Option<String>,
    ticked: Option<Vec<String>>,
}

/// Who ticked each of `pages`, as far as they may write; and what could not be taken, for people.
///
/// # Errors
/// What GitHub says.
pub(super) async fn who(
    api: &Api,
    slug: &Slug,
    number: u64,
    pages: &[String],
) -> Result<(Vec<Reviewed>, Vec<String>), ApiError> {
    let variables = json!({ "owner": slug.owner, "name": slug.name, "number": number });
    let data = api.query(EDITS, variables).await?;
    let nodes = data.pointer("/repository/issue/userContentEdits/nodes").and_then(Value::as_array);
    let mut edits: Vec<Edit> = nodes.into_iter().flatten().filter_map(edit).collect();
    edits.sort_by_key(|edit| edit.at);
    let us = api.own().await?;
    let (mut reviewed, mut doubts) = (Vec::new(), Vec::new());
    for page in pages {
        match ticker(&edits, page) {
            Some((at, by)) if !us.logins().iter().any(|own| own.eq_ignore_ascii_case(&by)) => {
                if api.may_write(slug, &by).await? {
                    reviewed.push(Reviewed { document: page.clone(), date: at.date_naive(), by });
                } else {
                    doubts.push(format!("{page}: {by} may not write to {slug}, so the tick does not count"));
                }
            }
            _ => doubts.push(format!("{page}: GitHub does not say who ticked it, so the tick does not count")),
        }
    }
    Ok((reviewed, doubts))
}

fn edit(node: &Value) -> Option<Edit> {
    let at = node.get("editedAt")?.as_str()?.parse().ok()?;
    let by = node.pointer("/editor/login").and_then(Value::as_str).map(str::to_owned);
    let ticked = node.get("diff").and_then(Value::as_str).map(ticked);
    Some(Edit { at, by, ticked })
}

/// The last edit that ticked `page`'s box, of `edits` in their order.
fn ticker(edits: &[Edit], page: &String) -> Option<(DateTime<Utc>, String)> {
    let mut found = None;
    let mut before = false;
    for edit in edits {
        // A text that GitHub does not show tells nothing, so nothing after it can be told from it.
        let now = edit.ticked.as_ref()?.contains(page);
        if now && !before {
            found = edit.by.clone().map(|by| (edit.at, by));
        } else if !now {
            found = None;
        }
        before = now;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(hour: u32, by: &str, pages: &[&str]) -> Edit {
        let at = format!("2026-01-01T{hour:02}:00:00Z").parse().unwrap();
        Edit { at, by: Some(by.into()), ticked: Some(pages.iter().map(|p| (*p).to_owned()).collect()) }
    }

    #[test]
    fn only_ticked_boxes_with_a_page_count() {
        let line = unticked("docs/a b.md", "x");
        assert_eq!(ticked(&line), Vec::<String>::new());
        let body = format!("{}\n- [x] without\n> - [x] y <!-- page:z -->", line.replace("[ ]", "[x]"));
        assert_eq!(ticked(&body), ["docs/a b.md"]);
    }

    #[test]
    fn the_edit_that_brought_the_tick_counts() {
        let a = "a".to_owned();
        let by = |edits: &[Edit]| ticker(edits, &a).map(|(_, by)| by);
        assert_eq!(
            by(&[edit(1, "bot", &[]), edit(2, "ada", &["a"]), edit(3, "bo", &["a", "b"])]).as_deref(),
            Some("ada")
        );
        assert_eq!(by(&[edit(1, "ada", &["a"]), edit(2, "bot", &[]), edit(3, "bo", &["a"])]).as_deref(), Some("bo"));
        assert_eq!(by(&[edit(1, "ada", &["a"]), edit(2, "bot", &[])]), None);
        let mut hidden = edit(2, "bo", &[]);
        hidden.ticked = None;
        assert_eq!(by(&[edit(1, "ada", &["a"]), hidden]), None);
        assert_eq!(by(&[]), None);
    }
}
