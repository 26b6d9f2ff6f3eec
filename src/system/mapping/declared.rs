//! What people said: in the configuration, in the page, or by where they put it and linked to.

use serde_json::Value;

use super::{Candidate, Mapped, PageClues};
use crate::config::RepoAddress;
use crate::document::{Document, InlineKind};

/// What somebody said of the page.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) mapped: Vec<Mapped>,
    /// Names that no candidate has.
    pub(super) unknown: Vec<String>,
}

/// What the configuration, the front matter and a property say.
pub(super) fn declared(page: &PageClues<'_>, candidates: &[Candidate<'_>]) -> Declared {
    let mut out = Declared::default();
    for (system, candidate) in candidates.iter().enumerate() {
        let fits = candidate.describes.iter().find(|d| {
            let matcher = d.glob.compile_matcher();
            let kind = match (d.kind, page.kind) {
                (Some(asked), Some(is)) => asked == is,
                (None, None) => true,
                // A dump's own pages have no other kind than `folder`; paths in it are asked for plainly.
                (None, Some(crate::source::SourceKind::Folder)) => true,
                _ => false,
            };
            kind && page.names.iter().any(|name| matcher.is_match(name))
        });
        if let Some(fits) = fits {
            let reason = format!("`describes` of the configuration: `{}`", fits.written);
            out.mapped.push(Mapped { system, reason, said: true });
        }
    }
    for (names, what) in [(&page.front_matter, "front matter"), (&page.property, "a property of the page")] {
        for name in names {
            let found = candidates.iter().position(|candidate| is_called(candidate, name));
            match found {
                Some(system) if out.mapped.iter().all(|m| m.system != system) => {
                    out.mapped.push(Mapped { system, reason: format!("{what}: `{name}`"), said: true });
                }
                Some(_) => {}
                None => out.unknown.push(name.clone()),
            }
        }
    }
    out.mapped.sort_by_key(|m| m.system);
    out
}

/// Where the page stands, else where it links to.
pub(super) fn placed(page: &PageClues<'_>, candidates: &[Candidate<'_>]) -> Vec<Mapped> {
    let of = |slug: &str, reason: &dyn Fn() -> String| -> Vec<Mapped> {
        let same = |c: &Candidate<'_>| c.slugs.iter().any(|s| s.eq_ignore_ascii_case(slug));
        let found = candidates.iter().enumerate().filter(|(_, c)| same(c));
        found.map(|(system, _)| Mapped { system, reason: reason(), said: false }).collect()
    };
    if let Some(slug) = &page.repository {
        let found = of(slug, &|| format!("it stands in {slug}"));
        if !found.is_empty() {
            return found;
        }
    }
    let mut found: Vec<Mapped> = Vec::new();
    for (slug, count) in &page.links {
        let noun = if *count == 1 { "link leads" } else { "links lead" };
        found.extend(of(slug, &|| format!("{count} {noun} into {slug}")));
    }
    found.sort_by_key(|m| m.system);
    found.dedup_by_key(|m| m.system);
    found
}

/// Whether `name` is the candidate's own, or an address of its repository.
fn is_called(candidate: &Candidate<'_>, name: &str) -> bool {
    let name = name.trim();
    let slug = RepoAddress::parse(name, std::path::Path::new("")).ok().and_then(|address| address.slug());
    candidate.name.eq_ignore_ascii_case(name)
        || candidate.slugs.iter().any(|s| s.eq_ignore_ascii_case(name))
        || slug.is_some_and(|slug| candidate.slugs.iter().any(|s| s.eq_ignore_ascii_case(&slug)))
}

/// The systems that a page's front matter names: `shelflife.describes`, as a string or a list.
#[must_use]
pub fn front_matter(document: &Document) -> Vec<String> {
    let Some(front) = &document.front_matter else { return Vec::new() };
    let value = front
        .value
        .get("shelflife")
        .and_then(|section| section.get("describes"))
        .or_else(|| front.value.get("shelflife.describes"));
    let text = |value: &Value| value.as_str().map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned);
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// `owner/name` of the repositories that a page links to, with the number of links, by name. Links to a
/// repository's issues or releases count: they speak of it too.
#[must_use]
pub fn links(document: &Document) -> Vec<(String, usize)> {
    let mut found: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for inline in document.blocks.iter().flat_map(|block| &block.inlines) {
        let InlineKind::Link(target) = &inline.kind else { continue };
        let Ok(url) = url::Url::parse(&target.dest) else { continue };
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            continue;
        }
        let mut parts = url.path().split('/').filter(|p| !p.is_empty());
        if let (Some(owner), Some(name)) = (parts.next(), parts.next()) {
            let name = name.strip_suffix(".git").unwrap_or(name);
            *found.entry(format!("{owner}/{name}")).or_default() += 1;
        }
    }
    found.into_iter().collect()
}
