//! What `world.toml` says, made: repositories behind git's own server, a wiki, a Notion and a GitHub.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, SecondsFormat};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::notion::{Workspace, block, id, page, text};
use crate::support::{Repo, at, github};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    pub repo: Vec<Repository>,
    pub wiki: Vec<WikiPage>,
    pub handbook: Vec<HandbookPage>,
    pub page: Vec<NotionPage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    pub name: String,
    commit: Vec<Commit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commit {
    day: i64,
    subject: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// File, what stands there, what is to stand there.
    #[serde(default)]
    replace: Vec<[String; 3]>,
    #[serde(default)]
    rename: Vec<[String; 2]>,
    #[serde(default)]
    removed: Vec<String>,
}

#[derive(Deserialize)]
pub struct WikiPage {
    pub title: String,
    #[serde(flatten)]
    pub stale: Stale,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandbookPage {
    pub path: String,
    /// Day and text, the newest first.
    versions: Vec<(i64, String)>,
    pub stale: Option<Stale>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotionPage {
    pub title: String,
    day: i64,
    #[serde(default = "payments")]
    under: String,
    #[serde(default = "one")]
    pub copies: usize,
    blocks: Vec<String>,
    #[serde(default)]
    pub stale: Vec<Stale>,
}

/// What is planted.
#[derive(Deserialize)]
pub struct Stale {
    #[serde(default)]
    pub block: usize,
    pub rule: String,
    pub text: String,
    pub cause: String,
}

fn payments() -> String {
    "Payments runbooks".to_owned()
}

fn one() -> usize {
    1
}

/// The moment of a day as the APIs write it.
pub fn time(day: i64) -> String {
    DateTime::from_timestamp(at(day), 0).unwrap().to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl World {
    pub fn read() -> Self {
        toml::from_str(include_str!("world.toml")).unwrap()
    }
}

impl Repository {
    /// Makes the repository, and a copy of it as its host has it, at `root`.
    pub fn make(&self, root: &Path) -> Repo {
        let repo = Repo::new();
        for commit in &self.commit {
            let mut files: BTreeMap<String, String> = commit.files.clone();
            let mut removed: Vec<&str> = commit.removed.iter().map(String::as_str).collect();
            let read = |path: &str| std::fs::read_to_string(repo.path().join(path)).unwrap();
            for [path, old, new] in &commit.replace {
                let text = files.get(path).cloned().unwrap_or_else(|| read(path));
                assert!(text.contains(old), "{path}: {old}");
                files.insert(path.clone(), text.replace(old, new));
            }
            for [from, to] in &commit.rename {
                files.insert(to.clone(), read(from));
                if !files.contains_key(from) {
                    removed.push(from);
                }
            }
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            repo.commit(&files, &removed, &commit.subject, commit.day);
        }
        let bare = root.join(format!("{}.git", self.name));
        std::fs::create_dir_all(bare.parent().unwrap()).unwrap();
        repo.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
        repo
    }
}

/// Words with code in backquotes and links as Markdown writes them, as Notion's rich text.
fn rich(said: &str) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    let mut push = |words: &str, code: bool, href: Option<&str>| {
        if !words.is_empty() {
            let mut part = text(words)[0].clone();
            part["annotations"]["code"] = json!(code);
            if let Some(href) = href {
                (part["href"], part["text"]["link"]) = (json!(href), json!({ "url": href }));
            }
            parts.push(part);
        }
    };
    for (at, words) in said.split('`').enumerate() {
        let link = words.split_once('[').and_then(|(before, rest)| {
            let (shown, rest) = rest.split_once("](")?;
            let (href, after) = rest.split_once(')')?;
            Some((before, shown, href, after))
        });
        match link.filter(|_| at % 2 == 0) {
            Some((before, shown, href, after)) => {
                push(before, false, None);
                push(shown, false, Some(href));
                push(after, false, None);
            }
            None => push(words, at % 2 == 1, None),
        }
    }
    Value::Array(parts)
}

fn notion_block(id: &str, said: &str, time: &str) -> Value {
    let words = |kind: &str, said: &str| {
        block(id, kind, json!({ "rich_text": rich(said), "color": "default", "is_toggleable": false }), time, false)
    };
    let mut made = if let Some(heading) = said.strip_prefix("# ") {
        words("heading_1", heading)
    } else if let Some(item) = said.strip_prefix("- ") {
        words("bulleted_list_item", item)
    } else if let Some(code) = said.strip_prefix("```") {
        let (language, code) = code.trim_end_matches("```").split_once('\n').unwrap();
        let body = json!({ "rich_text": text(code.trim_end()), "caption": [], "language": language });
        block(id, "code", body, time, false)
    } else {
        words("paragraph", said)
    };
    made["created_time"] = json!(time);
    made
}

/// Where the blocks of the workspace's pages are: by title of the page and place in it.
pub type Blocks = BTreeMap<(String, usize), Vec<String>>;

/// The workspace below a root, and the links of its blocks.
pub fn notion(pages: &[NotionPage]) -> (Workspace, String, Blocks) {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Runbooks", None, &[]);
    let mut blocks = Blocks::new();
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    let mut number = 100;
    for written in pages {
        let next = folders.len() + 2;
        let folder = *folders.entry(&written.under).or_insert_with(|| {
            workspace.add(next, &written.under, Some(1), &[]);
            next
        });
        for _ in 0..written.copies {
            number += 1;
            let (own, time) = (workspace.add(number, &written.title, Some(folder), &[]), time(written.day));
            let mut object = page(&own, &written.title, &time);
            object["created_time"] = json!(time);
            workspace.pages.insert(own.clone(), object);
            // The list that it stands in knows its last edit too.
            let listed = workspace.children.get_mut(&id(folder)).unwrap().last_mut().unwrap();
            listed["last_edited_time"] = json!(time);
            let address = format!("https://www.notion.so/{}", own.replace('-', ""));
            let mut all = Vec::new();
            for (at, said) in written.blocks.iter().enumerate() {
                let block = id(number * 1000 + at);
                blocks
                    .entry((written.title.clone(), at))
                    .or_default()
                    .push(format!("{address}#{}", block.replace('-', "")));
                all.push(notion_block(&block, said, &time));
            }
            workspace.children.insert(own, all);
        }
    }
    (workspace, root, blocks)
}

/// The repository of pages.
pub fn handbook(pages: &[HandbookPage]) -> github::Repo {
    let mut repo = github::Repo { visibility: "private", ..github::Repo::default() };
    for page in pages {
        let times: Vec<&'static str> = page.versions.iter().map(|(day, _)| &*time(*day).leak()).collect();
        let mut texts: Vec<String> = page.versions.iter().map(|(_, text)| text.clone()).collect();
        repo.files.insert(page.path.clone(), (texts.remove(0).into_bytes(), times));
        repo.former.insert(page.path.clone(), texts);
    }
    repo
}
