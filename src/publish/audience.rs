//! Who may read what is published.
//!
//! Each page and each repository that it is compared with has readers of its own. What quotes them may
//! go only where nobody else reads: a finding about a private page does not belong into a public
//! repository's issue, and a private repository's code does not either. What GitHub does not say, or
//! says to nobody (404), counts as private; so does Notion.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::github::{Api, ApiError, Slug};
use crate::report::json::v1::{Audit, Evidence, System};

/// Who reads something, fewer from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Everybody of an enterprise.
    Internal,
    /// Those who were let in.
    Private,
}

impl std::fmt::Display for Visibility {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Private => "private",
        })
    }
}

/// Publishing would show something to people who may not read it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{target} is {audience}, and the audit quotes what is {narrow}: {quoted}\n(publish to a place that only its readers see, or publish counts and links alone with --redact)"
)]
pub struct Wider {
    /// Where it was to be published.
    pub target: String,
    /// Who reads that.
    pub audience: Visibility,
    /// Who may read what is quoted.
    pub narrow: Visibility,
    /// What is quoted: the first such page or repository.
    pub quoted: String,
}

/// What is known of the readers of what an audit quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readers {
    /// Of where it is published.
    pub target: Visibility,
    /// Of each source of pages, by name.
    pub sources: BTreeMap<String, Visibility>,
    /// Of each system, in the audit's order.
    pub systems: Vec<Visibility>,
}

/// The repository at GitHub that `web` leads to.
fn slug_of(web: &str) -> Option<Slug> {
    let rest = web.strip_prefix("https://")?;
    let (_, path) = rest.split_once('/')?;
    let mut parts = path.trim_end_matches('/').split('/');
    let slug = format!("{}/{}", parts.next()?, parts.next()?);
    let slug = slug.strip_suffix(".git").unwrap_or(&slug);
    slug.strip_suffix(".wiki").unwrap_or(slug).parse().ok()
}

/// The host in an address.
fn host_of(address: &str) -> Option<String> {
    url::Url::parse(address).ok()?.host_str().map(str::to_ascii_lowercase)
}

/// What GitHub tells of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who reads it.
    pub visibility: Visibility,
    /// Where people see it.
    pub web: String,
    /// Its main branch.
    pub default_branch: String,
}

/// Asks GitHub about `slug`.
///
/// # Errors
/// What GitHub says.
pub async fn ask(api: &Api, slug: &Slug) -> Result<Told, ApiError> {
    let repository = api.get(&format!("/repos/{slug}")).await?;
    let text = |key: &str| repository.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let visibility = match (repository.get("visibility").and_then(Value::as_str), repository.get("private")) {
        (Some("public"), Some(Value::Bool(false)) | None) => Visibility::Public,
        (Some("internal"), _) => Visibility::Internal,
        (None, Some(Value::Bool(false))) => Visibility::Public,
        _ => Visibility::Private,
    };
    Ok(Told { visibility, web: text("html_url"), default_branch: text("default_branch") })
}

/// Finds out who reads what `audit` quotes, and who would read it in `target`.
///
/// # Errors
/// Where GitHub says nothing of `target` itself.
pub async fn readers(api: &Api, target: &Slug, told: &Told, audit: &Audit) -> Result<Readers, ApiError> {
    let mut asked: BTreeMap<String, Visibility> = BTreeMap::new();
    asked.insert(target.to_string().to_lowercase(), told.visibility);
    let host = host_of(&told.web);
    let mut systems = Vec::new();
    for (index, system) in audit.systems.iter().enumerate() {
        let own = index == 0 && system.repo == ".";
        let told = of_address(api, &mut asked, host.as_deref(), own.then_some(target), system.web.as_deref()).await;
        systems.push(narrower(told, system.visibility));
    }
    let mut sources = BTreeMap::new();
    for document in &audit.documents {
        if sources.contains_key(&key(document)) {
            continue;
        }
        let visibility = match document.source.as_str() {
            "git" => systems.first().copied().unwrap_or(Visibility::Private),
            "github" | "github-wiki" => {
                of_address(api, &mut asked, host.as_deref(), None, document.url.as_deref()).await
            }
            _ => Visibility::Private,
        };
        sources.insert(key(document), narrower(visibility, document.visibility));
    }
    Ok(Readers { target: told.visibility, sources, systems })
}

/// What GitHub tells, or what the source told when it was read where that is narrower.
fn narrower(told: Visibility, recorded: Option<crate::source::Visibility>) -> Visibility {
    use crate::source::Visibility as Recorded;
    match recorded {
        Some(Recorded::Private) => Visibility::Private,
        Some(Recorded::Internal) => told.max(Visibility::Internal),
        Some(Recorded::Public | Recorded::Unknown) | None => told,
    }
}

/// Pages with the same key have the same readers.
fn key(document: &crate::report::json::v1::Document) -> String {
    match (document.source.as_str(), document.url.as_deref().and_then(slug_of)) {
        ("github" | "github-wiki", Some(slug)) => format!("{} {slug} {:?}", document.source, document.visibility),
        (source, _) => format!("{source} {:?}", document.visibility),
    }
}

/// Who reads what is at `web`; `own` where it is the target's own code. An audit of the target's own
/// checkout quotes the target whatever its remote is called, as in a fork's pull request.
async fn of_address(
    api: &Api,
    asked: &mut BTreeMap<String, Visibility>,
    host: Option<&str>,
    own: Option<&Slug>,
    web: Option<&str>,
) -> Visibility {
    let Some(web) = web else {
        // A checkout without a remote that anybody could open.
        return own
            .and_then(|slug| asked.get(&slug.to_string().to_lowercase()).copied())
            .unwrap_or(Visibility::Private);
    };
    if host.is_none() || host_of(web).as_deref() != host {
        return Visibility::Private;
    }
    let Some(slug) = slug_of(web) else { return Visibility::Private };
    let name = slug.to_string().to_lowercase();
    if let Some(known) = asked.get(&name) {
        return *known;
    }
    let visibility = ask(api, &slug).await.map_or(Visibility::Private, |told| told.visibility);
    asked.insert(name, visibility);
    visibility
}

impl Readers {
    /// What can be known without asking anybody: the readers of the audited repository read its pages and
    /// its code, and nothing else for sure.
    #[must_use]
    pub fn of_repository(audit: &Audit) -> Self {
        let visibility = |own: bool| if own { Visibility::Public } else { Visibility::Private };
        let systems = audit.systems.iter().enumerate().map(|(n, s)| visibility(n == 0 && s.repo == "."));
        Self {
            target: Visibility::Public,
            sources: audit
                .documents
                .iter()
                .map(|d| (key(d), narrower(visibility(d.source == "git"), d.visibility)))
                .collect(),
            systems: systems.collect(),
        }
    }

    /// Whether publishing `audit` in `target` shows nobody what they may not read.
    ///
    /// # Errors
    /// [`Wider`] where it would.
    pub fn check(&self, audit: &Audit, target: &Slug) -> Result<(), Wider> {
        let mut narrowest: Option<(Visibility, String)> = None;
        let mut see = |visibility: Visibility, what: String| {
            if visibility > self.target && narrowest.as_ref().is_none_or(|(known, _)| visibility > *known) {
                narrowest = Some((visibility, what));
            }
        };
        for (system, visibility) in audit.systems.iter().zip(&self.systems) {
            see(*visibility, format!("the repository `{}`", system.name));
        }
        let quoted: BTreeSet<&str> = quoted(audit);
        for document in audit.documents.iter().filter(|d| quoted.contains(d.id.as_str())) {
            let visibility = self.sources.get(&key(document)).copied().unwrap_or(Visibility::Private);
            see(visibility, format!("a page from {}", document.source));
        }
        match narrowest {
            Some((narrow, quoted)) => Err(Wider { target: target.to_string(), audience: self.target, narrow, quoted }),
            None => Ok(()),
        }
    }

    /// Takes out of `audit` everything that is quoted from what the target's readers may not read:
    /// counts stay, and links, which lead nobody in who may not go there.
    pub fn redact(&self, audit: &mut Audit) {
        let code_is_narrow = self.systems.iter().any(|v| *v > self.target);
        let narrow: BTreeMap<String, bool> = audit
            .documents
            .iter()
            .map(|d| {
                let visibility = self.sources.get(&key(d)).copied().unwrap_or(Visibility::Private);
                (d.id.clone(), visibility > self.target)
            })
            .collect();
        let is_narrow = |document: &str| code_is_narrow || narrow.get(document).copied().unwrap_or(true);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (n, document) in audit.documents.iter_mut().enumerate() {
            if !is_narrow(&document.id) {
                continue;
            }
            let name = format!("page-{}", n + 1);
            names.insert(document.id.clone(), name.clone());
            document.id.clone_from(&name);
            document.title = name;
            document.tense_reason = None;
            document.last_edited = None;
            document.signals = crate::report::json::v1::Signals::default();
            if let Some(verdict) = &mut document.verdict {
                verdict.losses.clear();
            }
            for (s, section) in document.sections.iter_mut().enumerate() {
                section.id = format!("section-{}", s + 1);
                section.heading_path.clear();
                section.content_hash.clear();
                section.last_edited = None;
                section.blocks.clear();
                section.signals = crate::report::json::v1::Signals::default();
                if let Some(verdict) = &mut section.verdict {
                    verdict.losses.clear();
                }
            }
        }
        let hide = |finding: &mut crate::report::json::v1::Finding| {
            let Some(name) = names.get(&finding.location.document) else { return };
            finding.location.document.clone_from(name);
            finding.location.text.clear();
            finding.section.clear();
            finding.message = "not shown here".to_owned();
            finding.evidence = Evidence::default();
            finding.fix = None;
            finding.excerpt = None;
        };
        audit.findings.iter_mut().for_each(hide);
        audit.suppressed.retain(|hidden| !names.contains_key(&hidden.finding.location.document));
        audit.weak.retain(|weak| !names.contains_key(&weak.document));
        for inconclusive in &mut audit.inconclusive {
            if let Some(name) = inconclusive.document.as_ref().and_then(|id| names.get(id)) {
                inconclusive.document = Some(name.clone());
                inconclusive.message = "not shown here".to_owned();
            } else if code_is_narrow {
                inconclusive.message = "not shown here".to_owned();
            }
        }
        if let Some(change) = &mut audit.change {
            change.waived.retain(|w| !names.contains_key(&w.document));
            change.read_again.retain(|page| !names.contains_key(&page.document));
        }
        for (system, visibility) in audit.systems.iter_mut().zip(&self.systems) {
            if *visibility > self.target {
                *system = System { name: "not shown here".to_owned(), repo: String::new(), ..system.clone() };
            }
        }
    }
}

/// The pages that a text about `audit` would name.
fn quoted(audit: &Audit) -> BTreeSet<&str> {
    let of_findings = audit.findings.iter().map(|f| f.location.document.as_str());
    let hidden = audit.suppressed.iter().map(|s| s.finding.location.document.as_str());
    let undecided = audit.inconclusive.iter().filter_map(|i| i.document.as_deref());
    let change = audit.change.iter().flat_map(|c| {
        let waived = c.waived.iter().map(|w| w.document.as_str());
        waived.chain(c.read_again.iter().map(|page| page.document.as_str()))
    });
    let owned = audit.documents.iter().filter(|d| !d.signals.is_empty()).map(|d| d.id.as_str());
    of_findings.chain(hidden).chain(undecided).chain(change).chain(owned).collect()
}
