//! The former versions of a page, to tell since when each of its lines has stood there: by GraphQL, which gives
//! the texts of many commits at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use octocrab::Octocrab;
use serde_json::{Map, Value, json};

use super::fault;
use super::listing::Repo;
use crate::pipeline::Progress;

/// The query; it asks for [`AT_ONCE`] versions at most.
const QUERY: &str = include_str!("versions.graphql");
/// Versions that the query has room for.
const AT_ONCE: usize = 20;
/// What one answer may weigh, by the page's size today.
const MAX_ANSWER: u64 = 4 << 20;
/// What all versions of a page may weigh, by its size today.
const MAX_ALL: u64 = 24 << 20;

/// Reads former versions of a repository's pages.
#[derive(Debug)]
pub struct Versions<'a> {
    /// GitHub.
    pub client: &'a Octocrab,
    /// The repository.
    pub repo: &'a Repo,
    /// Whether GraphQL is not to be had: it gives nothing to those without a token.
    pub refused: AtomicBool,
}

impl Versions<'_> {
    /// How many versions of a page of `size` bytes are read at most, that of today included.
    #[must_use]
    pub fn most(size: u64) -> usize {
        usize::try_from(MAX_ALL / size.max(1)).unwrap_or(usize::MAX).max(1)
    }

    /// Whether the host gives no versions to us.
    #[must_use]
    pub fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    /// The texts of `path` in `commits`; `None` where one of them is not to be had. A host that refuses is not
    /// asked again: `progress` is told once what follows from that.
    pub async fn texts(&self, path: &str, size: u64, commits: &[&str], progress: &dyn Progress) -> Option<Vec<String>> {
        let step = usize::try_from(MAX_ANSWER / size.max(1)).unwrap_or(AT_ONCE).clamp(1, AT_ONCE);
        let mut texts = Vec::with_capacity(commits.len());
        for part in commits.chunks(step) {
            if self.are_refused() {
                return None;
            }
            match self.ask(path, part).await {
                Ok(found) => texts.extend(found?),
                Err(message) => {
                    if !self.refused.swap(true, Ordering::Relaxed) {
                        progress.warn(&format!(
                            "{message}; pages of {} carry the time of their last edit for all their lines, and what is found in them counts less",
                            self.repo.full_name
                        ));
                    }
                    return None;
                }
            }
        }
        Some(texts)
    }

    /// One answer: none where a version is binary, cut off or not there under this name.
    async fn ask(&self, path: &str, commits: &[&str]) -> Result<Option<Vec<String>>, String> {
        let (owner, name) = self.repo.full_name.split_once('/').unwrap_or((&self.repo.full_name, ""));
        let mut variables = Map::new();
        variables.insert("owner".to_owned(), json!(owner));
        variables.insert("name".to_owned(), json!(name));
        for (at, commit) in commits.iter().enumerate() {
            variables.insert(format!("e{at}"), json!(format!("{commit}:{path}")));
            variables.insert(format!("i{at}"), json!(true));
        }
        let body = json!({ "query": QUERY, "variables": variables });
        let answer: Value = self
            .client
            .post("/graphql", Some(&body))
            .await
            .map_err(|error| fault::explain(&error, "GitHub's GraphQL interface").1)?;
        let Some(found) = answer.pointer("/data/repository").and_then(Value::as_object) else {
            let said =
                answer.pointer("/errors/0/message").and_then(Value::as_str).unwrap_or("no repository in its answer");
            let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
            return Err(format!("GitHub's GraphQL interface: {said}"));
        };
        let found: BTreeMap<&str, &Value> = found.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let text = |at: usize| {
            let blob = found.get(format!("v{at}").as_str())?;
            let whole = blob.get("isTruncated").and_then(Value::as_bool) == Some(false);
            blob.get("text").and_then(Value::as_str).filter(|_| whole).map(str::to_owned)
        };
        Ok((0..commits.len()).map(text).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_has_room_for_as_many_as_are_asked_for() {
        assert!(QUERY.contains(&format!("$e{}:", AT_ONCE - 1)) && !QUERY.contains(&format!("$e{AT_ONCE}:")));
        assert!(QUERY.contains(&format!("v{}: object", AT_ONCE - 1)));
        assert_eq!((Versions::most(0), Versions::most(u64::MAX)), (25_165_824, 1));
    }
}
