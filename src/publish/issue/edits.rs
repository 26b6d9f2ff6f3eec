//! The edits of the issue's text, as GitHub keeps them.
//!
//! GitHub's schema calls an edit's text `diff` and a summary of the changes; in what it answers, the text is
//! the whole body after the edit. Both are read, and it is looked at which of them it is: the newest edit's
//! text is either the body that the issue has now, or it is a diff. What is neither tells nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::reviews::ticked;
use crate::publish::comment::same;
use crate::publish::github::{Api, ApiError, Slug};

/// Pages of a hundred edits that are asked for; older ones are not looked at.
const MOST_PAGES: usize = 20;

const EDITS: &str = include_str!("edits.graphql");

/// Who ticked what.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Edits {
    /// Oldest first.
    edits: Vec<Edit>,
    /// Whether the first edit is the oldest there is; else what it found ticked may have been so before.
    whole: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Edit {
    at: DateTime<Utc>,
    by: Option<String>,
    boxes: Boxes,
}

/// What an edit says of the boxes.
#[derive(Debug, Clone, PartialEq)]
enum Boxes {
    /// These are ticked after it, no others.
    All(BTreeSet<String>),
    /// These became ticked, those free; the others stayed as they were.
    Changed { ticked: BTreeSet<String>, freed: BTreeSet<String> },
    /// Nothing: GitHub does not show its text.
    Hidden,
}

impl Edits {
    /// Asks GitHub for all edits of issue `number`.
    ///
    /// # Errors
    /// What GitHub says.
    pub(super) async fn read(api: &Api, slug: &Slug, number: u64) -> Result<Self, ApiError> {
        let (mut nodes, mut body, mut after) = (Vec::new(), String::new(), Value::Null);
        for _ in 0..MOST_PAGES {
            let variables = json!({ "owner": slug.owner, "name": slug.name, "number": number, "after": after });
            let data = api.query(EDITS, variables).await?;
            let Some(issue) = data.pointer("/repository/issue") else { break };
            if let Some(now) = issue.get("body").and_then(Value::as_str) {
                now.clone_into(&mut body);
            }
            nodes.extend(
                issue.pointer("/userContentEdits/nodes").and_then(Value::as_array).into_iter().flatten().cloned(),
            );
            after = issue.pointer("/userContentEdits/pageInfo/endCursor").cloned().unwrap_or_default();
            let more = issue.pointer("/userContentEdits/pageInfo/hasNextPage").and_then(Value::as_bool);
            if more != Some(true) || !after.is_string() {
                // Where GitHub does not say that there are no more, there may be.
                return Ok(Self::of(&nodes, &body, more == Some(false)));
            }
        }
        Ok(Self::of(&nodes, &body, false))
    }

    /// Reads GitHub's `nodes`, in whatever order; `body` is the issue's text after the last of them.
    fn of(nodes: &[Value], body: &str, whole: bool) -> Self {
        let mut read: Vec<(DateTime<Utc>, &Value)> = Vec::with_capacity(nodes.len());
        for node in nodes {
            // An edit without a date has no place among the others.
            let Some(at) = node.get("editedAt").and_then(Value::as_str).and_then(|at| at.parse().ok()) else {
                return Self::default();
            };
            read.push((at, node));
        }
        // Of two in one second the order that GitHub lists them in tells which came first.
        if read.first().zip(read.last()).is_some_and(|(first, last)| first.0 > last.0) {
            read.reverse();
        }
        read.sort_by_key(|(at, _)| *at);
        let text = |node: &'_ Value| node.get("diff").and_then(Value::as_str).map(str::to_owned);
        let newest = read.last().and_then(|(_, node)| text(node));
        let whole_texts = newest.as_deref().is_some_and(|text| same(Some(text), body));
        let edits = read.iter().map(|(at, node)| Edit {
            at: *at,
            by: node.pointer("/editor/login").and_then(Value::as_str).map(str::to_owned),
            boxes: text(node).map_or(Boxes::Hidden, |text| {
                if whole_texts { Boxes::All(ticked(&text).into_iter().collect()) } else { changed(&text) }
            }),
        });
        Self { edits: edits.collect(), whole }
    }

    /// Who ticked `page`'s box as it is now, and when; none where that can't be told.
    pub(super) fn ticker(&self, page: &str) -> Option<(DateTime<Utc>, &str)> {
        // Before the oldest edit that is known nothing is: a tick in it may be older.
        let mut before = if self.whole { Some(false) } else { None };
        let mut found = None;
        for edit in &self.edits {
            let now = match &edit.boxes {
                Boxes::All(ticked) => Some(ticked.contains(page)),
                Boxes::Changed { ticked, .. } if ticked.contains(page) => Some(true),
                Boxes::Changed { freed, .. } if freed.contains(page) => Some(false),
                Boxes::Changed { .. } => continue,
                Boxes::Hidden => None,
            };
            found = match (before, now) {
                (Some(false), Some(true)) => edit.by.as_deref().map(|by| (edit.at, by)),
                // A diff that ticks a box found it free.
                (None, Some(true)) if matches!(edit.boxes, Boxes::Changed { .. }) => {
                    edit.by.as_deref().map(|by| (edit.at, by))
                }
                (Some(true), Some(true)) => found,
                _ => None,
            };
            before = now;
        }
        found
    }
}

/// What the lines of a diff do to the boxes; a text that is none says nothing.
fn changed(text: &str) -> Boxes {
    let is_diff = text.lines().all(|line| line.is_empty() || line.starts_with(['+', '-', ' ', '@', '\\']));
    if !is_diff {
        return Boxes::Hidden;
    }
    let side = |sign: char| -> BTreeSet<String> {
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(sign)).collect();
        ticked(&lines.join("\n")).into_iter().collect()
    };
    let (added, removed) = (side('+'), side('-'));
    Boxes::Changed {
        ticked: added.difference(&removed).cloned().collect(),
        freed: removed.difference(&added).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::reviews::unticked;
    use super::*;

    fn body(pages: &[&str]) -> String {
        let boxes = ["a", "b"].map(|page| {
            let line = unticked(page, page);
            if pages.contains(&page) { line.replace("[ ]", "[x]") } else { line }
        });
        format!("# Documentation\n\n{}\n", boxes.join("\n"))
    }

    fn node(hour: u32, by: &str, diff: Option<&str>) -> Value {
        json!({ "editedAt": format!("2026-01-01T{hour:02}:00:00Z"), "editor": { "login": by }, "diff": diff })
    }

    /// Who ticked `a`, of edits that leave these boxes ticked.
    fn who(edits: &[(u32, &str, &[&str])], whole: bool) -> Option<String> {
        let texts: Vec<(u32, &str, String)> = edits.iter().map(|(at, by, pages)| (*at, *by, body(pages))).collect();
        let nodes: Vec<Value> = texts.iter().map(|(at, by, text)| node(*at, by, Some(text))).collect();
        let last = texts.last().map(|(.., text)| text.clone()).unwrap_or_default();
        Edits::of(&nodes, &last, whole).ticker("a").map(|(_, by)| by.to_owned())
    }

    #[test]
    fn the_edit_that_brought_the_tick_counts() {
        let ada_then_bo: &[(u32, &str, &[&str])] = &[(1, "bot", &[]), (2, "ada", &["a"]), (3, "bo", &["a", "b"])];
        assert_eq!(who(ada_then_bo, true).as_deref(), Some("ada"));
        assert_eq!(who(ada_then_bo, false).as_deref(), Some("ada"));
        assert_eq!(who(&[(1, "ada", &["a"]), (2, "bot", &[]), (3, "bo", &["a"])], true).as_deref(), Some("bo"));
        assert_eq!(who(&[(1, "ada", &["a"]), (2, "bot", &[])], true), None);
        assert_eq!(who(&[], true), None);
    }

    #[test]
    fn a_tick_in_the_oldest_edit_that_is_known_may_be_older() {
        let edits: &[(u32, &str, &[&str])] = &[(1, "ada", &["a"]), (2, "bo", &["a", "b"])];
        assert_eq!(who(edits, true).as_deref(), Some("ada"));
        assert_eq!(who(edits, false), None);
    }

    #[test]
    fn what_github_does_not_show_tells_nothing_of_what_came_before() {
        let (free, done) = (body(&[]), body(&["a"]));
        let hidden = [node(1, "bot", Some(&free)), node(2, "ada", None), node(3, "bo", Some(&done))];
        assert_eq!(Edits::of(&hidden, &done, true).ticker("a"), None);
        let after = [node(1, "ada", None), node(2, "bot", Some(&free)), node(3, "bo", Some(&done))];
        assert_eq!(Edits::of(&after, &done, true).ticker("a").unwrap().1, "bo");
    }

    #[test]
    fn newest_first_and_two_in_one_second() {
        let (free, done) = (body(&[]), body(&["a"]));
        let nodes = [node(2, "ada", Some(&done)), node(2, "bot", Some(&free)), node(1, "bot", Some(&free))];
        assert_eq!(Edits::of(&nodes, &done, true).ticker("a").unwrap().1, "ada");
    }

    #[test]
    fn diffs_are_read_as_diffs() {
        let (free, done) = (unticked("a", "a"), unticked("a", "a").replace("[ ]", "[x]"));
        let ticks = format!("@@ -1,2 +1,2 @@\n # Documentation\n-{free}\n+{done}\n");
        let frees = format!("@@ -1,2 +1,2 @@\n # Documentation\n-{done}\n+{free}\n");
        let other = "@@ -1 +1 @@\n-# Documentation\n+# Docs\n";
        let edits = |texts: &[(&str, &str)]| {
            let nodes: Vec<Value> = (1..).zip(texts).map(|(at, (by, text))| node(at, by, Some(text))).collect();
            Edits::of(&nodes, &body(&["a"]), false).ticker("a").map(|(_, by)| by.to_owned())
        };
        assert_eq!(edits(&[("ada", &ticks), ("bo", other)]).as_deref(), Some("ada"));
        assert_eq!(edits(&[("ada", &ticks), ("bo", &frees)]), None);
        assert_eq!(edits(&[("ada", &ticks), ("bo", &frees), ("cy", &ticks)]).as_deref(), Some("cy"));
        assert_eq!(edits(&[("bo", other)]), None);
    }

    #[test]
    fn a_text_that_is_neither_the_body_nor_a_diff_credits_nobody() {
        let done = body(&["a"]);
        // Somebody edited once more after the list was made: the newest text is not the body.
        let nodes = [node(1, "bot", Some(&body(&[]))), node(2, "ada", Some(&done))];
        assert_eq!(Edits::of(&nodes, "another text", true).ticker("a"), None);
        // Whole texts that are made to look like diffs are whole texts still.
        let guise = format!(" # Documentation\n{}\n", unticked("a", "a").replace("[ ]", "[x]"));
        let nodes = [node(1, "bot", Some(" \n")), node(2, "eve", Some(&guise)), node(3, "ada", Some(&guise))];
        assert_eq!(Edits::of(&nodes, &guise, true).ticker("a").unwrap().1, "eve");
    }
}
