//! The pages of a cloned wiki.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use git2::{ObjectType, TreeWalkMode, TreeWalkResult};

use super::{WikiOptions, page_url};
use crate::document::{self, Format};
use crate::history::mainline::{MainIx, Mainline};
use crate::history::pages::PageHistories;
use crate::history::{IgnoreRevs, RepoPath, Repository};
use crate::source::{
    CollectedPage, Edit, Failure, FailureReason, PageRepository, Person, SourceError, SourceKind, Visibility, lines,
};
use crate::system::fetch::Fetched;

/// Formats of pages, by the suffix of their files.
const FORMATS: &[(&str, Option<Format>)] = &[
    ("md", Some(Format::Markdown)),
    ("markdown", Some(Format::Markdown)),
    ("mdown", Some(Format::Markdown)),
    ("mkd", Some(Format::Markdown)),
    ("mkdn", Some(Format::Markdown)),
    ("rst", Some(Format::Rst)),
    ("rest", Some(Format::Rst)),
    ("adoc", Some(Format::Asciidoc)),
    ("asciidoc", Some(Format::Asciidoc)),
    ("asc", Some(Format::Asciidoc)),
    ("txt", Some(Format::Plain)),
    // A wiki takes these too; we don't read them.
    ("textile", None),
    ("mediawiki", None),
    ("wiki", None),
    ("org", None),
    ("creole", None),
    ("pod", None),
    ("rdoc", None),
];

/// Reads all pages, and what could not be read.
pub(super) fn read(
    options: &WikiOptions,
    fetched: &Fetched,
    visibility: Visibility,
) -> Result<(Vec<CollectedPage>, Vec<Failure>), SourceError> {
    let broken = |error: &dyn std::fmt::Display| SourceError::new(FailureReason::Unreadable, error.to_string());
    let mut failures = Vec::new();
    if let Some(stale) = &fetched.stale {
        let message = format!("{stale}; its pages are as an earlier run found them");
        failures.push(failure(options, None, FailureReason::Unreachable, message));
    }
    let mut repository = Repository::open(&fetched.path).map_err(|e| broken(&e))?;
    if let Some(head) = fetched.default {
        repository = repository.pinned_to(head).map_err(|e| broken(&e))?;
    }
    let mainline = repository.mainline().map_err(|e| broken(&e))?;
    let worker = repository.worker().map_err(|e| broken(&e))?;
    let objects = worker.objects().map_err(|e| broken(&e))?;
    let mut found: Vec<(RepoPath, git2::Oid, Option<Format>)> = Vec::new();
    let tree = worker.git2().find_tree(repository.head_tree()).map_err(|e| broken(&e.message().to_owned()))?;
    tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        // A link's content is the path that it leads to.
        if entry.kind() == Some(ObjectType::Blob) && entry.filemode() != 0o120_000 {
            let path = RepoPath::new(&[folder.as_bytes(), entry.name_bytes()].concat());
            let suffix = path.extension().map(|s| String::from_utf8_lossy(s).to_lowercase());
            if let Some((_, format)) = FORMATS.iter().find(|(known, _)| suffix.as_deref() == Some(known)) {
                found.push((path, entry.id(), *format));
            }
        }
        TreeWalkResult::Ok
    })
    .map_err(|e| broken(&e.message().to_owned()))?;
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let paths: Vec<RepoPath> = found.iter().map(|(path, ..)| path.clone()).collect();
    let ignored = IgnoreRevs::load(&repository, &mainline).map_err(|e| broken(&e))?;
    let histories = PageHistories::build(&objects, &mainline, &paths, ignored).map_err(|e| broken(&e))?;
    let reader = Reader { options, repository: &repository, mainline: &mainline, visibility };
    let mut names = BTreeSet::new();
    let mut pages = Vec::new();
    for (path, blob, format) in found {
        let shown = path.display().into_owned();
        let Some(format) = format else {
            let message = "pages of this markup are not read".to_owned();
            failures.push(failure(options, Some(&shown), FailureReason::Unreadable, message));
            continue;
        };
        let text = worker
            .git2()
            .find_blob(blob)
            .map_err(|error| (FailureReason::Unreadable, error.message().to_owned()))
            .and_then(|blob| {
                document::decode(blob.content()).map_err(|error| (FailureReason::Encoding, error.to_string()))
            });
        match text {
            Ok(text) => {
                let mut page = reader.page(&shown, format, &text, &mut names);
                let origins = histories.origins(&objects, &path, None);
                page.lines =
                    lines::runs(&origins, text.lines().count(), &|at| time(&mainline, at), &|at| Some(reader.edit(at)));
                page.last_edited = histories.last_edit(&path).map(|at| reader.edit(at));
                page.created = histories
                    .versions(&path)
                    .first()
                    .filter(|_| !histories.unknown_before(&path))
                    .and_then(|first| time(&mainline, first.at));
                pages.push(page);
            }
            Err((reason, message)) => failures.push(failure(options, Some(&shown), reason, message)),
        }
    }
    Ok((pages, failures))
}

struct Reader<'a> {
    options: &'a WikiOptions,
    repository: &'a Repository,
    mainline: &'a Mainline,
    visibility: Visibility,
}

impl Reader<'_> {
    fn page(&self, path: &str, format: Format, text: &str, names: &mut BTreeSet<String>) -> CollectedPage {
        let repo = &self.options.repo;
        let file = path.rsplit('/').next().unwrap_or(path);
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        // A wiki knows a page by its name, whatever folder it lies in; where two share one, by its path.
        let name = if names.insert(stem.to_lowercase()) { stem } else { path };
        let id = format!("wiki:{repo}/{name}");
        let mut page = CollectedPage::new(&id, SourceKind::GithubWiki, repo, &stem.replace('-', " "), text);
        page.url = self.options.home.as_ref().map(|home| page_url(home, stem));
        page.path = Some(path.to_owned());
        page.visibility = self.visibility;
        page.format = format.into();
        page.repository = Some(PageRepository {
            address: self.options.address.display(),
            slug: format!("{repo}.wiki"),
            branch: None,
            commit: Some(self.repository.head().to_string()),
            path: path.to_owned(),
        });
        page
    }

    fn edit(&self, at: MainIx) -> Edit {
        let commit = self.mainline.get(at);
        let author = self.repository.commit_ref(commit.id).author;
        let by = Some(Person { name: author, id: None, bot: false }).filter(|person| !person.name.is_empty());
        let at = DateTime::from_timestamp(commit.time, 0).unwrap_or_default();
        Edit { at, by, commit: Some(commit.id.to_string()) }
    }
}

fn time(mainline: &Mainline, at: MainIx) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(mainline.get(at).time, 0)
}

fn failure(options: &WikiOptions, path: Option<&str>, reason: FailureReason, message: String) -> Failure {
    Failure {
        source: SourceKind::GithubWiki,
        source_name: options.repo.clone(),
        page: path.map(|path| format!("wiki:{}/{path}", options.repo)),
        title: path.map(str::to_owned),
        reason,
        message,
    }
}
