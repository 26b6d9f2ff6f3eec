//! By which `owner/name` the repository is known at its hosts.

use std::collections::BTreeMap;

use crate::history::Repository;

/// Files at the root that say where a project lives.
const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "package.json",
    "go.mod",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "pom.xml",
    "build.gradle",
    "gradle.properties",
    "composer.json",
    "mkdocs.yml",
    "book.toml",
    "README.md",
    "README.adoc",
    "README.rst",
];

/// The slugs of the remotes, and where there is no remote at a known host the one that the manifests
/// name most often.
#[must_use]
pub fn own(repository: &Repository) -> Vec<String> {
    let mut slugs = repository.remote_slugs();
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for file in MANIFESTS {
        let Some(text) = text(repository, file) else { continue };
        if *file == "Cargo.toml" {
            for member in members(&text) {
                let manifest = format!("{member}/Cargo.toml");
                let slugs = self::text(repository, &manifest).map(|t| slugs_in(&t).collect::<Vec<_>>());
                slugs.into_iter().flatten().for_each(|slug| *named.entry(slug).or_default() += 20);
            }
        }
        // A manifest speaks of its own project; a README of many.
        let weight = if file.starts_with("README") { 1 } else { 20 };
        // A module asks for other projects' modules by their addresses.
        let own = if *file == "go.mod" { text.split("\nrequire").next().unwrap_or("") } else { text.as_str() };
        for slug in slugs_in(own) {
            *named.entry(slug).or_default() += weight;
        }
    }
    if let Some((slug, _)) = named.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))
        && !slugs.contains(&slug)
    {
        slugs.push(slug);
    }
    slugs
}

/// The text of a file of the head; a link to another is followed once.
fn text(repository: &Repository, file: &str) -> Option<String> {
    let read = |path: &str| repository.head_file(path.as_bytes()).map(|b| String::from_utf8_lossy(&b).into_owned());
    let text = read(file)?;
    let is_link = text.len() < 200 && !text.contains(['\n', ' ']) && text.ends_with(file);
    if is_link { read(text.trim_start_matches("./")).or(Some(text)) } else { Some(text) }
}

/// The packages that a workspace names, at most eight.
fn members(manifest: &str) -> impl Iterator<Item = &str> {
    let list =
        manifest.split_once("members").and_then(|(_, rest)| rest.split_once('[')?.1.split_once(']')).map(|l| l.0);
    list.unwrap_or("")
        .split(',')
        .map(|m| m.trim().trim_matches(['"', '\'']))
        .filter(|m| !m.is_empty() && !m.contains('*'))
        .take(8)
}

fn slugs_in(text: &str) -> impl Iterator<Item = String> + '_ {
    ["github.com/", "gitlab.com/", "codeberg.org/", "bitbucket.org/"].into_iter().flat_map(move |host| {
        text.match_indices(host).filter_map(move |(at, _)| {
            let rest = &text[at + host.len()..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/')));
            let mut parts = rest[..end.unwrap_or(rest.len())].split('/');
            let (owner, name) = (parts.next()?, parts.next()?);
            let name = name.strip_suffix(".git").unwrap_or(name).trim_end_matches('.');
            (!owner.is_empty() && !name.is_empty()).then(|| format!("{owner}/{name}"))
        })
    })
}
