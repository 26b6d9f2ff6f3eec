//! The pages of one repository.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use octocrab::Octocrab;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use url::Url;

use super::fault;
use super::listing::{self, File, Repo};
use super::versions::Versions;
use crate::document::{self, Attributes, Discovery, Document, Format, Tense, tense};
use crate::history::RepoPath;
use crate::history::{MainIx, PageOrigins};
use crate::pipeline::Progress;
use crate::source::http::{Store, segment};
use crate::source::{
    CollectedPage, Edit, Failure, FailureReason, LineRun, PageRepository, Person, SourceKind, Visibility, lines,
};

/// How many pages are read at once; the limiter bounds the requests.
const AT_ONCE: usize = 8;
/// The largest page, in bytes; no person reads a larger one either.
const LARGEST: u64 = 8 << 20;
/// The store's space for texts, by blob: they never change.
const BLOBS: &str = "github-blob";
/// The store's space for edits, by repository, path and blob.
const EDITS: &str = "github-edits-2";

/// Reads the pages of a repository.
pub struct Pages<'a> {
    /// GitHub.
    pub client: &'a Octocrab,
    /// Where downloads are kept.
    pub store: Option<&'a Arc<Store>>,
    /// The repository.
    pub repo: &'a Repo,
    /// Where the API is.
    pub host: &'a Url,
    /// Who may read the pages, where the user says so.
    pub visibility: Option<Visibility>,
    /// Which files are pages.
    pub discovery: &'a Discovery,
    /// Is told how far we are.
    pub progress: &'a dyn Progress,
    /// Reads former versions.
    pub versions: Versions<'a>,
}

/// The first and the last edit of a page, and those of its lines as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Edits {
    last: Option<Edit>,
    created: Option<DateTime<Utc>>,
    /// None where the host gives no former versions to us.
    lines: Option<Vec<LineRun>>,
}

#[derive(Debug, Deserialize)]
struct Commit {
    sha: String,
    commit: Inner,
    #[serde(default)]
    author: Option<Account>,
}

#[derive(Debug, Deserialize)]
struct Inner {
    #[serde(default)]
    committer: Option<Signature>,
    #[serde(default)]
    author: Option<Signature>,
    tree: Sha,
}

#[derive(Debug, Deserialize)]
struct Sha {
    sha: String,
}

#[derive(Debug, Deserialize)]
struct Signature {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    date: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
struct Account {
    #[serde(default)]
    login: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl Commit {
    fn edit(&self) -> Option<Edit> {
        let at = self.commit.committer.as_ref().or(self.commit.author.as_ref())?.date?;
        let login = self.author.as_ref().and_then(|account| account.login.clone());
        let name = self.commit.author.as_ref().and_then(|author| author.name.clone()).or_else(|| login.clone());
        let bot = self.author.as_ref().is_some_and(|account| account.kind.as_deref() == Some("Bot"));
        let by = name.map(|name| Person { name, id: login, bot });
        Some(Edit { at, by, commit: Some(self.sha.clone()) })
    }
}

/// Why a page is not there.
type NotRead = (FailureReason, String);

/// A page being read, with its path.
type Reading<'a> = Pin<Box<dyn Future<Output = (String, Result<Option<CollectedPage>, NotRead>)> + Send + 'a>>;

impl Pages<'_> {
    /// Reads all pages, hands each to `sink`, and returns what could not be read.
    pub async fn read(&self, sink: &mut (dyn FnMut(CollectedPage) + Send)) -> Vec<Failure> {
        let name = &self.repo.full_name;
        let (head, files) = match self.files().await {
            Ok(found) => found,
            Err((reason, message)) => return vec![fault::failure(name, None, reason, message)],
        };
        let mut failures: Vec<Failure> = files
            .incomplete
            .iter()
            .map(|message| fault::failure(name, None, FailureReason::TooLarge, message.clone()))
            .collect();
        let attributes = self.attributes(&files.files, &mut failures).await;
        let mut wanted = files.files.iter().filter_map(|file| {
            Some((file, self.discovery.format_of(&RepoPath::new(file.path.as_bytes()), &attributes)?))
        });
        let mut reading: FuturesUnordered<Reading<'_>> = FuturesUnordered::new();
        loop {
            while reading.len() < AT_ONCE
                && let Some((file, format)) = wanted.next()
            {
                let head = &head;
                reading.push(Box::pin(async move { (file.path.clone(), self.page(head, file, format).await) }));
            }
            match reading.next().await {
                None => break,
                Some((_, Ok(None))) => {}
                Some((_, Ok(Some(page)))) => {
                    self.progress.tick(1);
                    sink(page);
                }
                Some((path, Err((reason, message)))) => {
                    failures.push(fault::failure(name, Some(&path), reason, message));
                }
            }
        }
        drop(reading);
        failures.sort();
        failures
    }

    async fn files(&self) -> Result<(Commit, listing::Files), NotRead> {
        let name = &self.repo.full_name;
        let branch = self.repo.default_branch.as_deref().unwrap_or("HEAD");
        let route = format!("{}/commits/{}", self.repo.route(), segment(branch));
        let head: Commit = listing::get(self.client, &route).await.map_err(|e| fault::explain(&e, name))?;
        let files = listing::files(self.client, self.repo, &head.commit.tree.sha)
            .await
            .map_err(|e| fault::explain(&e, name))?;
        Ok((head, files))
    }

    /// What `.gitattributes` files say of vendored and generated pages.
    async fn attributes(&self, files: &[File], failures: &mut Vec<Failure>) -> Attributes {
        let mut found: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for file in files.iter().filter(|file| RepoPath::new(file.path.as_bytes()).name() == b".gitattributes") {
            match self.blob(file).await {
                Ok(bytes) => {
                    found.insert(RepoPath::new(file.path.as_bytes()).parent().to_vec(), bytes);
                }
                Err((reason, message)) => {
                    failures.push(fault::failure(&self.repo.full_name, Some(&file.path), reason, message));
                }
            }
        }
        Attributes::parse(found.iter().map(|(folder, bytes)| (folder.as_slice(), bytes.as_slice())))
    }

    /// One page; `None` where the file turns out to be none.
    async fn page(&self, head: &Commit, file: &File, format: Format) -> Result<Option<CollectedPage>, NotRead> {
        let name = &self.repo.full_name;
        let bytes = self.blob(file).await?;
        let id = document::DocumentId::new(&file.path);
        let mut parsed = document::parse(id, format, &bytes).map_err(|error| {
            let reason = match error {
                document::ParseError::TooLarge { .. } => FailureReason::TooLarge,
                _ => FailureReason::Encoding,
            };
            (reason, error.to_string())
        })?;
        if !document::discover::is_prose(&parsed) {
            return Ok(None);
        }
        let path = RepoPath::new(file.path.as_bytes());
        tense::classify(&mut parsed, &path, &Attributes::default(), &tense::Versions::default());
        let edits = self.edits(head, file, &parsed).await?;
        let title = parsed
            .sections
            .iter()
            .find(|s| !s.heading.is_empty())
            .map_or_else(|| file.path.clone(), |s| s.heading.clone());
        let mut page =
            CollectedPage::new(&format!("github:{name}/{}", file.path), SourceKind::Github, name, &title, &parsed.text);
        let branch = self.repo.default_branch.clone();
        let home = self.home();
        let encoded: Vec<String> = file.path.split('/').map(segment).collect();
        page.url = branch.as_ref().map(|branch| format!("{home}/blob/{}/{}", encode_branch(branch), encoded.join("/")));
        page.path = Some(file.path.clone());
        page.visibility = self.visibility.unwrap_or_else(|| self.repo.visibility());
        page.format = format.into();
        page.created = edits.created;
        page.last_edited = edits.last;
        page.lines = edits.lines.unwrap_or_default();
        page.repository = Some(PageRepository {
            address: home,
            slug: name.clone(),
            branch,
            commit: Some(head.sha.clone()),
            path: file.path.clone(),
        });
        Ok(Some(page))
    }

    /// Where people open the repository.
    fn home(&self) -> String {
        let said = self.repo.html_url.as_deref().filter(|url| url.starts_with("https://"));
        said.map(str::to_owned).unwrap_or_else(|| {
            let host = self.host.host_str().unwrap_or("github.com");
            format!("https://{}/{}", host.strip_prefix("api.").unwrap_or(host), self.repo.full_name)
        })
    }

    /// The bytes of a file.
    async fn blob(&self, file: &File) -> Result<Vec<u8>, NotRead> {
        if file.size > LARGEST {
            return Err((FailureReason::TooLarge, format!("it is larger than {} MiB", LARGEST >> 20)));
        }
        let key = format!("{} {} {}", self.host, self.repo.full_name, file.sha);
        if let Some(kept) = self.store.and_then(|store| store.get(BLOBS, &key)) {
            return Ok(kept.body);
        }
        let what = || format!("{}/{}", self.repo.full_name, file.path);
        let route = format!("{}/git/blobs/{}", self.repo.route(), segment(&file.sha));
        let raw = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/vnd.github.raw+json"))]);
        let asked = self.client._get_with_headers(route, Some(raw)).await;
        let answer = match asked {
            Ok(answer) => octocrab::map_github_error(answer).await,
            Err(error) => Err(error),
        };
        let answer = answer.map_err(|error| fault::explain(&error, &what()))?;
        let limit = usize::try_from(LARGEST).unwrap_or(usize::MAX).saturating_add(1);
        let bytes = to_bytes(Body::new(answer.into_body()), limit)
            .await
            .map_err(|_| (FailureReason::TooLarge, format!("it is larger than {} MiB", LARGEST >> 20)))?
            .to_vec();
        if let Some(store) = self.store {
            store.put(BLOBS, &key, "", &bytes);
        }
        Ok(bytes)
    }

    /// When a page and its lines were made and last edited: the newest commits that touch it, and its text in them.
    async fn edits(&self, head: &Commit, file: &File, page: &Document) -> Result<Edits, NotRead> {
        let key = format!("{} {} {} {}", self.host, self.repo.full_name, file.sha, file.path);
        if let Some(kept) = self.store.and_then(|store| store.get(EDITS, &key))
            && let Ok(edits) = serde_json::from_slice::<Edits>(&kept.body)
            && (edits.lines.is_some() || self.versions.are_refused())
        {
            return Ok(edits);
        }
        let route = format!(
            "{}/commits?sha={}&path={}&per_page=100",
            self.repo.route(),
            segment(&head.sha),
            segment(&file.path)
        );
        let what = || format!("{}/{}", self.repo.full_name, file.path);
        let commits: Vec<Commit> = listing::get(self.client, &route).await.map_err(|e| fault::explain(&e, &what()))?;
        // A page with more commits than one answer holds was made before the oldest of them.
        let all = commits.len() < 100;
        let created = commits.last().filter(|_| all).and_then(Commit::edit).map(|edit| edit.at);
        let lines = self.lines(file, page, &commits).await;
        let edits = Edits { last: commits.first().and_then(Commit::edit), created, lines };
        if let (Some(store), Ok(body)) = (self.store, serde_json::to_vec(&edits)) {
            store.put(EDITS, &key, "", &body);
        }
        Ok(edits)
    }
}

impl Pages<'_> {
    /// The runs of a page's lines by `commits`, newest first; `None` where the host refuses. What tells of the past
    /// is compared with nothing, so nothing is asked of it.
    async fn lines(&self, file: &File, page: &Document, commits: &[Commit]) -> Option<Vec<LineRun>> {
        if !matches!(page.tense, Tense::Current) {
            return Some(Vec::new());
        }
        let commits: Vec<&Commit> = commits.iter().take(Versions::most(file.size)).collect();
        let former: Vec<&str> = commits.iter().skip(1).map(|commit| commit.sha.as_str()).collect();
        let Some(mut texts) = self.versions.texts(&file.path, file.size, &former, self.progress).await else {
            return if self.versions.are_refused() { None } else { Some(Vec::new()) };
        };
        texts.insert(0, page.text.to_string());
        let origins = PageOrigins::of_texts(texts.iter().rev().map(String::as_str));
        // The oldest text comes first there, the newest commit here.
        let edit = |at: MainIx| commits.iter().rev().nth(at.0 as usize).and_then(|commit| commit.edit());
        Some(lines::runs(&origins, page.text.lines().count(), &|at| edit(at).map(|edit| edit.at), &edit))
    }
}

fn encode_branch(branch: &str) -> String {
    branch.split('/').map(segment).collect::<Vec<_>>().join("/")
}
