//! The blocks of a page, at any depth.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::api::{After, Api, Cursor};
use super::block::{self, Block, Content};
use super::id::NotionId;
use crate::source::http::HttpError;

/// A page with more blocks than this is read so far and no further.
const MAX_BLOCKS: usize = 200_000;
/// No one nests deeper; a host that does makes an endless page.
const MAX_DEPTH: u16 = 256;

/// A block among its like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The block.
    pub block: Block,
    /// Indices of the blocks below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<usize>,
    /// It stands here as a copy of one on another page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copied: bool,
}

/// The blocks of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// All of them.
    pub nodes: Vec<Node>,
    /// Indices of those at the top.
    pub roots: Vec<usize>,
    /// Blocks directly above pages and databases: what stands there tells of children that changed,
    /// though the page did not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listings: Vec<NotionId>,
    /// What could not be read, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete: Vec<String>,
}

/// A page or database below a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Below {
    /// Its id.
    pub id: NotionId,
    /// Its title.
    pub title: String,
    /// It is a database.
    pub database: bool,
    /// Its last edit, rounded down to the minute.
    pub edited: Option<DateTime<Utc>>,
}

impl Tree {
    /// The latest edit of any block.
    #[must_use]
    pub fn edited(&self) -> Option<DateTime<Utc>> {
        // A copy is edited where its original stands, and a page below has edits of its own.
        let own = self.nodes.iter().filter(|node| !node.copied && below(&node.block).is_none());
        own.filter_map(|node| node.block.edited).max()
    }

    /// Whether it shows what stands on other pages: its own times say nothing of that.
    #[must_use]
    pub fn has_copies(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node.block.content, Content::Synced(Some(_))))
    }

    /// Pages and databases directly below.
    #[must_use]
    pub fn below(&self) -> Vec<Below> {
        self.nodes.iter().filter(|node| !node.copied).filter_map(|node| below(&node.block)).collect()
    }
}

/// The page or database that `block` stands for.
#[must_use]
pub fn below(block: &Block) -> Option<Below> {
    let (title, database) = match &block.content {
        Content::ChildPage(title) => (title, false),
        Content::ChildDatabase(title) => (title, true),
        _ => return None,
    };
    Some(Below { id: block.id.clone(), title: title.clone(), database, edited: block.edited })
}

/// A list of children yet to be asked for.
struct Ask {
    /// Whose children.
    of: NotionId,
    /// Under which node they go; at the top where `None`.
    under: Option<usize>,
    depth: u16,
    copied: bool,
    /// The originals of copies that we are in: one of them again is a circle.
    within: Vec<NotionId>,
}

/// Reads all blocks of the page `id`, and how many requests that took.
///
/// # Errors
/// Where the page's own list can't be read. What fails further down is noted in
/// [`Tree::incomplete`], except for what concerns the whole run (a token that is refused).
pub async fn read(api: &Api, id: &NotionId) -> Result<(Tree, u32), HttpError> {
    let mut tree = Tree::default();
    let mut requests = 0;
    let mut asked: HashSet<(NotionId, Option<usize>)> = HashSet::new();
    let mut open = vec![Ask { of: id.clone(), under: None, depth: 0, copied: false, within: Vec::new() }];
    while let Some(ask) = open.pop() {
        // The same list under the same block once: a host that sends a block twice makes no circle.
        if !asked.insert((ask.of.clone(), ask.under)) {
            continue;
        }
        let mut cursor = Cursor::default();
        loop {
            requests += 1;
            let part = match api.children(&ask.of, &cursor).await {
                Ok(part) => part,
                Err(error) if ask.under.is_none() || error.status() == Some(401) => return Err(error),
                Err(error) => {
                    let copy = if ask.copied { "the original of a synced block" } else { "what stands below a block" };
                    tree.incomplete.push(format!("{copy} ({}) could not be read: {error}", ask.of.as_str()));
                    break;
                }
            };
            let after = cursor.advance(&part);
            take(&mut tree, &ask, part.results, &mut open);
            if tree.nodes.len() > MAX_BLOCKS {
                tree.incomplete.push(format!("it has more than {MAX_BLOCKS} blocks; the rest was not read"));
                return Ok((tree, requests));
            }
            match after {
                After::More => {}
                After::End => break,
                After::Broken => {
                    let message = format!(
                        "the host gave no way to go on behind a part of the list of {}; the rest was not read",
                        ask.of.as_str()
                    );
                    tree.incomplete.push(message);
                    break;
                }
            }
        }
    }
    Ok((tree, requests))
}

/// Takes blocks in, and notes what stands below them to be asked for.
fn take(tree: &mut Tree, ask: &Ask, blocks: Vec<serde_json::Value>, open: &mut Vec<Ask>) {
    let mut deeper = Vec::new();
    for value in blocks {
        let Some(block) = block::read(value) else { continue };
        let index = tree.nodes.len();
        if below(&block).is_some() && !ask.copied && tree.listings.last() != Some(&ask.of) {
            tree.listings.push(ask.of.clone());
        }
        let original = match &block.content {
            Content::Synced(original) => original.clone(),
            _ => None,
        };
        let mut next = |of: NotionId, copied: bool, within: Vec<NotionId>| {
            deeper.push(Ask { of, under: Some(index), depth: ask.depth + 1, copied, within });
        };
        // What stands below a page or a database is not this page's.
        if below(&block).is_some() {
        } else if ask.depth >= MAX_DEPTH && block.has_children {
            tree.incomplete.push(format!("it is nested deeper than {MAX_DEPTH} levels; the rest was not read"));
        } else if let Some(original) = original {
            if !ask.within.contains(&original) {
                let mut within = ask.within.clone();
                within.push(original.clone());
                next(original, true, within);
            }
        } else if block.has_children {
            let mut within = ask.within.clone();
            if matches!(block.content, Content::Synced(None)) {
                within.push(block.id.clone());
            }
            next(block.id.clone(), ask.copied, within);
        } else {
            for part in &block.parts {
                next(part.clone(), ask.copied, ask.within.clone());
            }
        }
        tree.nodes.push(Node { block, children: Vec::new(), copied: ask.copied });
        match ask.under.and_then(|under| tree.nodes.get_mut(under)) {
            Some(parent) => parent.children.push(index),
            None => tree.roots.push(index),
        }
    }
    // From the end of the stack the first comes next: requests go in the order of the page.
    open.extend(deeper.into_iter().rev());
}
