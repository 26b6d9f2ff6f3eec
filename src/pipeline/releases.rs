//! Pages of older releases, against the tags of their releases.

use std::collections::BTreeMap;

use super::asked::{self, Asking};
use super::compare::Ask;
use super::own::Surveyed;
use super::pages::HeadPage;
use super::target::{Label, Target};
use crate::config::VersionConfig;
use crate::document::Tense;
use crate::finding::{Finding, Inconclusive};
use crate::history::overlay::Overlay;
use crate::history::pages::PageHistories;
use crate::history::snapshot::HeadFile;
use crate::history::{IgnoreRevs, Objects, Oid, ReadError, RepoPath, Repository};
use crate::pipeline::compare::{Against, Compared, compare};
use crate::rule::dates::LineDates;
use crate::rule::system::Page;
use crate::system::dates::Translated;
use crate::system::pick;
use crate::triage::Filter;

/// States of a release's history that are read: fewer than of the head's, for its pages were cut from
/// pages that were right not long before.
const STATES: usize = 8;

/// Makes a page one of a release, where the configuration says so.
pub fn configured(page: &mut HeadPage, versions: &[VersionConfig]) {
    if versions.is_empty() || !matches!(page.document.tense, Tense::Current | Tense::Release { .. }) {
        return;
    }
    let path = page.path.display().into_owned();
    if let Some(release) = versions.iter().find_map(|v| v.release_of(&path)) {
        page.document.tense = Tense::Release { version: release.to_owned() };
    }
}

fn is_configured(page: &HeadPage, versions: &[VersionConfig]) -> bool {
    let path = page.path.display();
    versions.iter().any(|version| version.release_of(&path).is_some())
}

/// The pages of a release, and the commit that is its tag's.
struct Release {
    name: String,
    pages: Vec<usize>,
}

/// Compares the pages of releases with their tags; what has none, or can't be read, is undecided.
pub fn audit(
    own: &Surveyed,
    versions: &[VersionConfig],
    filter: &Filter,
    now: chrono::DateTime<chrono::Utc>,
) -> (Vec<Finding>, Vec<Inconclusive>) {
    let mut undecided = Vec::new();
    let mut releases: BTreeMap<Oid, Release> = BTreeMap::new();
    let mut tags: Option<Vec<(String, Oid)>> = None;
    for (index, page) in own.pages.pages.iter().enumerate() {
        let Tense::Release { version } = &page.document.tense else { continue };
        let tags = tags.get_or_insert_with(|| own.target.repository.tags());
        match tag_of(&own.target.repository, tags, versions, page, version) {
            Ok((name, commit)) => {
                releases.entry(commit).or_insert_with(|| Release { name, pages: Vec::new() }).pages.push(index);
            }
            Err(message) => {
                let document = Some(page.document.id.clone());
                undecided.push(Inconclusive { document, reason: "no-release-tag", message });
            }
        }
    }
    let mut findings = Vec::new();
    for (commit, release) in releases {
        match one(own, commit, &release, versions, filter, now) {
            Ok(compared) => {
                findings.extend(compared.findings);
                undecided.extend(compared.undecided);
            }
            Err(error) => undecided.extend(release.pages.iter().map(|page| Inconclusive {
                document: own.pages.pages.get(*page).map(|p| p.document.id.clone()),
                reason: "unreadable",
                message: format!("the release {} can't be read: {error}", release.name),
            })),
        }
    }
    (findings, undecided)
}

/// The tag, or branch, of the release that a page documents.
fn tag_of(
    repository: &Repository,
    tags: &[(String, Oid)],
    versions: &[VersionConfig],
    page: &HeadPage,
    version: &str,
) -> Result<(String, Oid), String> {
    let path = page.path.display();
    let configured = versions.iter().find_map(|v| Some(v.reference_for(v.release_of(&path)?)));
    if let Some(name) = configured {
        let places = [format!("refs/tags/{name}"), format!("refs/heads/{name}"), format!("refs/remotes/origin/{name}")];
        return places
            .iter()
            .find_map(|place| repository.resolve(place).ok())
            .map(|commit| (name.clone(), commit))
            .ok_or_else(|| {
                format!("it documents release {version}, but there is no tag or branch `{name}` (fetch it: `git fetch --tags`)")
            });
    }
    pick::of_release(tags, version).map(|(name, commit)| (name.clone(), *commit)).ok_or_else(|| {
        format!(
            "it documents release {version}, and no tag is of that release (fetch them: `git fetch --tags`, or name it with [[version]])"
        )
    })
}

fn one(
    own: &Surveyed,
    commit: Oid,
    release: &Release,
    versions: &[VersionConfig],
    filter: &Filter,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Compared, ReadError> {
    let repository = Repository::open(own.target.repository.root())
        .map_err(|e| ReadError::Database(e.to_string()))?
        .pinned_to(commit)?;
    let label = Label { reference: Some(release.name.clone()), ..own.target.label.clone() };
    let asking = |page: &usize| {
        let (references, values) = (own.references.get(*page)?, own.values.get(*page)?);
        Some(Asking { document: &own.pages.pages.get(*page)?.document, references, values })
    };
    let asked = asked::survey(&release.pages.iter().filter_map(asking).collect::<Vec<_>>(), filter);
    let target = Target::read(label, repository, &Overlay::default(), STATES, &asked)?;
    let former: Vec<Option<RepoPath>> = release
        .pages
        .iter()
        .map(|page| own.pages.pages.get(*page).and_then(|page| counterpart(own, page, &target)))
        .collect();
    let histories = {
        let worker = target.repository.worker()?;
        let objects = worker.objects()?;
        let paths: Vec<RepoPath> = former.iter().flatten().cloned().collect();
        let ignored = IgnoreRevs::load(&target.repository, &target.state.mainline)?;
        PageHistories::build(&objects, &target.state.mainline, &paths, ignored)?
    };
    let asks: Vec<Ask<'_>> = release
        .pages
        .iter()
        .zip(&former)
        .filter_map(|(index, former)| {
            let page = own.pages.pages.get(*index)?;
            let view = Page {
                document: &page.document,
                path: former.as_ref().unwrap_or(&page.path),
                known_as: Some(page.document.id.as_str()),
                elsewhere: false,
                references: own.references.get(*index)?,
                values: own.values.get(*index)?,
            };
            let kept = !is_configured(page, versions);
            let (histories, target) = (&histories, &target);
            let dates = move |objects: &dyn Objects| -> Result<Box<dyn LineDates + '_>, ReadError> {
                Ok(match former {
                    // As if the release's page were the tag's own, changed: what they share is as old as it
                    // is there.
                    Some(path) => Box::new(histories.origins(objects, path, Some(page.document.text.as_bytes()))),
                    None => {
                        let worker = own.target.repository.worker()?;
                        let objects = worker.objects()?;
                        let origins = own.histories.origins(&objects, &page.path, None);
                        Box::new(Translated::new(origins, &own.target.state.mainline, &target.clock, now))
                    }
                })
            };
            Some(Ask { page: view, dates: Box::new(dates), links_only: false, kept, rivals: Vec::new() })
        })
        .collect();
    let against = Against { target: &target, histories: &histories, tree: &[], first: true };
    compare(against, &asks, filter)
}

/// The page of the tag's tree that a release's page was cut from: the page itself where the tag has
/// it, else the one that lies as deep in another folder of pages; each under a former name too, where it
/// was called otherwise when the tag was set.
fn counterpart(own: &Surveyed, page: &HeadPage, target: &Target) -> Option<RepoPath> {
    let Tense::Release { version } = &page.document.tense else { return None };
    let former = |path: &RepoPath| -> Vec<RepoPath> {
        let versions = own.histories.versions(path).iter().rev().map(|version| version.path.clone());
        let mut names: Vec<RepoPath> = std::iter::once(path.clone()).chain(versions).collect();
        names.dedup();
        names
    };
    let tree = &target.state.census.head;
    let there = |name: &RepoPath| tree.binary_search_by(|file| file.path.cmp(name)).is_ok();
    let names = former(&page.path);
    let same = names.iter().find(|name| there(name)).cloned();
    let beside = |tree: &[HeadFile]| names.iter().find_map(|name| cut_from(name, version, tree));
    // It may have been cut when the page that it was cut from had another name already.
    let renamed = || former(&beside(&own.target.state.census.head)?).into_iter().find(there);
    same.or_else(|| beside(tree)).or_else(renamed)
}

/// The file of `head` that a page of release `version` at `path` was cut from: what lies as deep in another
/// folder of pages, which is no release's.
fn cut_from(path: &RepoPath, version: &str, head: &[HeadFile]) -> Option<RepoPath> {
    let path = path.as_bytes();
    let named = version.as_bytes();
    // What stands behind the part of the path that names the release.
    let mut at = 0;
    let mut found: Option<(&[u8], &[u8], &[u8])> = None;
    for part in path.split(|&b| b == b'/') {
        let end = at + part.len();
        if !named.is_empty() && part.ends_with(named) {
            found = Some((&path[..at], part, path.get(end + 1..)?));
            break;
        }
        at = end + 1;
    }
    let (above, part, rest) = found?;
    if rest.is_empty() {
        return None;
    }
    let form = without_numbers(part);
    let of_release = |path: &[u8]| path.split(|&b| b == b'/').any(|part| without_numbers(part) == form);
    // `website/versioned_docs/` leads to `website/docs/`; the nearest folder wins, then the shortest.
    let ending = [b"/", rest].concat();
    let shared = |candidate: &[u8]| candidate.iter().zip(above).take_while(|(a, b)| a == b).count();
    head.iter()
        .filter(|file| file.path.as_bytes().ends_with(&ending) || file.path.as_bytes() == rest)
        .filter(|file| !of_release(file.path.as_bytes()))
        .max_by(|a, b| {
            let key = |p: &RepoPath| (shared(p.as_bytes()), std::cmp::Reverse(p.as_bytes().len()));
            key(&a.path).cmp(&key(&b.path)).then_with(|| b.path.cmp(&a.path))
        })
        .map(|file| file.path.clone())
}

/// `version-1.2` as `version-#`: how folders of releases are called alike.
fn without_numbers(part: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(part.len());
    for &byte in part {
        if byte.is_ascii_digit() || (byte == b'.' && out.last() == Some(&b'#')) {
            if out.last() != Some(&b'#') {
                out.push(b'#');
            }
        } else {
            out.push(byte);
        }
    }
    out
}
