//! Which repositories a pattern means, and which files they hold.

use octocrab::Octocrab;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::source::Visibility;
use crate::source::http::segment;

/// Entries of a tree beyond this many are not read: no one documents in more.
const MAX_ENTRIES: usize = 2_000_000;
/// Pages of a list beyond this many are not read.
const MAX_PAGES: u32 = 1000;

/// A repository, by what we need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repo {
    /// `owner/name`.
    pub full_name: String,
    /// The branch that people see first.
    #[serde(default)]
    pub default_branch: Option<String>,
    /// Where people open it.
    #[serde(default)]
    pub html_url: Option<String>,
    #[serde(default)]
    visibility: Option<String>,
    #[serde(default)]
    private: Option<bool>,
    /// Read-only for good: nobody keeps its pages up to date.
    #[serde(default)]
    pub archived: bool,
    /// In kilobytes; nothing where nothing was pushed yet.
    #[serde(default)]
    pub size: u64,
}

impl Repo {
    /// Who may read it, as the host says.
    #[must_use]
    pub fn visibility(&self) -> Visibility {
        match (self.visibility.as_deref(), self.private) {
            (Some("public"), _) => Visibility::Public,
            (Some("internal"), _) => Visibility::Internal,
            (Some("private"), _) | (None, Some(true)) => Visibility::Private,
            (None, Some(false)) => Visibility::Public,
            _ => Visibility::Unknown,
        }
    }

    /// The route of its API.
    #[must_use]
    pub fn route(&self) -> String {
        route(&self.full_name)
    }
}

/// The route of the repository `owner/name`.
#[must_use]
pub fn route(full_name: &str) -> String {
    let (owner, name) = full_name.split_once('/').unwrap_or((full_name, ""));
    format!("/repos/{}/{}", segment(owner), segment(name))
}

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its blob.
    pub sha: String,
    /// Its size in bytes.
    pub size: u64,
}

#[derive(Debug, Deserialize)]
struct Tree {
    #[serde(default)]
    tree: Vec<Entry>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    sha: String,
    #[serde(default)]
    size: u64,
}

/// Reads a route and its form.
pub async fn get<T: DeserializeOwned>(client: &Octocrab, route: &str) -> octocrab::Result<T> {
    client.get::<T, _, ()>(route, None).await
}

/// The repositories of `owner` whose names fit `pattern` (`*` for any characters), by name. Archived ones
/// are left out, unless the pattern is a name.
///
/// # Errors
/// Where the host does not know the owner or can't be asked.
pub async fn repositories(client: &Octocrab, owner: &str, pattern: &str) -> octocrab::Result<Vec<Repo>> {
    if !pattern.contains('*') {
        return Ok(vec![get(client, &route(&format!("{owner}/{pattern}"))).await?]);
    }
    let mut all = match list(client, &format!("/orgs/{}/repos?type=all", segment(owner))).await {
        Ok(all) => all,
        Err(error) if super::fault::status(&error) == Some(404) => {
            list(client, &format!("/users/{}/repos?type=owner", segment(owner))).await?
        }
        Err(error) => return Err(error),
    };
    all.retain(|repo| {
        let name = repo.full_name.split_once('/').map_or("", |(_, name)| name);
        fits(&pattern.to_lowercase(), &name.to_lowercase()) && !repo.archived && repo.size > 0
    });
    all.sort_by(|a, b| a.full_name.cmp(&b.full_name));
    all.dedup_by(|a, b| a.full_name == b.full_name);
    Ok(all)
}

async fn list(client: &Octocrab, route: &str) -> octocrab::Result<Vec<Repo>> {
    let mut all: Vec<Repo> = Vec::new();
    for page in 1..=MAX_PAGES {
        let part: Vec<Repo> = get(client, &format!("{route}&per_page=100&page={page}")).await?;
        let last = part.len() < 100;
        all.extend(part);
        if last {
            break;
        }
    }
    Ok(all)
}

/// Whether `name` fits `pattern`, in which `*` stands for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut rest) = name.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = tail.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.len() >= end.len() && rest.ends_with(end)
}

/// All files of the tree `sha`. A tree with more entries than the host gives at once is read folder by
/// folder.
///
/// # Errors
/// Where the host can't be asked.
pub async fn files(client: &Octocrab, repo: &Repo, sha: &str) -> octocrab::Result<Files> {
    let route = |sha: &str, whole: bool| {
        format!("{}/git/trees/{}{}", repo.route(), segment(sha), if whole { "?recursive=1" } else { "" })
    };
    let mut files = Files::default();
    let mut open = vec![(String::new(), sha.to_owned())];
    while let Some((folder, sha)) = open.pop() {
        let whole: Tree = get(client, &route(&sha, true)).await?;
        if !whole.truncated {
            files.take(&folder, whole.tree, None);
        } else {
            let own: Tree = get(client, &route(&sha, false)).await?;
            if own.truncated {
                files
                    .incomplete
                    .push(format!("the folder {}/ holds more files than the host lists", folder.trim_end_matches('/')));
            }
            files.take(&folder, own.tree, Some(&mut open));
        }
        if files.files.len() > MAX_ENTRIES {
            files.incomplete.push(format!("it holds more than {MAX_ENTRIES} files; the rest was not listed"));
            break;
        }
    }
    files.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The files of a tree.
#[derive(Debug, Default)]
pub struct Files {
    /// By path.
    pub files: Vec<File>,
    /// What could not be listed, a line each.
    pub incomplete: Vec<String>,
}

impl Files {
    fn take(&mut self, folder: &str, entries: Vec<Entry>, mut folders: Option<&mut Vec<(String, String)>>) {
        for entry in entries {
            let path = format!("{folder}{}", entry.path);
            match (entry.kind.as_str(), &mut folders) {
                // A link's blob is the path that it leads to.
                ("blob", _) if entry.mode != "120000" => {
                    self.files.push(File { path, sha: entry.sha, size: entry.size });
                }
                ("tree", Some(folders)) => folders.push((format!("{path}/"), entry.sha)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_names() {
        for (pattern, name, good) in [
            ("*", "x", true),
            ("pay*", "payments", true),
            ("*-docs", "pay-docs", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*a", "a", false),
            ("pay", "payments", false),
            ("*x*", "yz", false),
        ] {
            assert_eq!(fits(pattern, name), good, "{pattern} {name}");
        }
    }

    #[test]
    fn the_host_says_who_may_read() {
        let read = |json: &str| serde_json::from_str::<Repo>(json).unwrap().visibility();
        assert_eq!(read(r#"{"full_name":"a/b","visibility":"internal","private":true}"#), Visibility::Internal);
        assert_eq!(read(r#"{"full_name":"a/b","private":true}"#), Visibility::Private);
        assert_eq!(read(r#"{"full_name":"a/b","private":false}"#), Visibility::Public);
        assert_eq!(read(r#"{"full_name":"a/b"}"#), Visibility::Unknown);
        assert_eq!(route("a b/../c"), "/repos/a%20b/..%2Fc");
    }
}
