//! `dead-resource`, for services and tools that a project uses by a file of settings (`rules/language/services.toml`):
//! the page says that it uses one, and the file is gone.
//!
//! Pages name services for many reasons. Only what speaks of the project's own use counts: a page for contributors, a
//! sentence that says "we", a link that bears the project's name.

use std::sync::Arc;

use crate::document::Document;
use crate::history::RepoPath;
use crate::history::cause::Matcher;
use crate::history::snapshot::Mask;
use crate::reference::{Kind, Place, Reference, Service, Standing, service_named, service_of_host};
use crate::rule::confidence;
use crate::rule::suspect::{LineMatcher, Proof, Suspect};
use crate::rule::system::{Page, System};

/// Words of a page's name or title that tell that it is for those who work on the project.
const INSIDE: &[&str] =
    &["contribut", "develop", "hacking", "releas", "maintain", "building", "testing", "開発", "貢献"];
/// Words of a sentence that speaks of the project's own ways.
const OWN: &[&str] = &[
    " we ",
    " our ",
    " us ",
    "pull request",
    "this project",
    "this repo",
    "the project",
    "your pr ",
    "the build",
    "プルリクエスト",
    "このプロジェクト",
    "このリポジトリ",
];

/// Gives the services of the page whose settings were there and are not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references {
        let named = match (reference.kind, reference.standing) {
            (_, Standing::Past | Standing::Placeholder | Standing::Output) => None,
            (Kind::Resource, _) if reference.place == Place::CodeBlock => None,
            (Kind::Resource, _) => service_named(reference).filter(|s| is_of_project(page, reference, s)),
            (Kind::Link, _) => of_link(reference, system),
            _ => None,
        };
        if let Some(service) = named {
            out.extend(lost(reference, service, system));
        }
    }
}

/// `https://HOST/…OWNER/NAME…` of the project's own.
fn of_link(reference: &Reference, system: &System<'_>) -> Option<&'static Service> {
    let url = reference.parts.first()?;
    let rest = url.split_once("://")?.1.to_lowercase();
    let service = service_of_host(rest.split('/').next()?)?;
    system.slugs.iter().any(|slug| rest.contains(&slug.to_lowercase())).then_some(service)
}

fn is_of_project(page: &Page<'_>, reference: &Reference, service: &Service) -> bool {
    let document = page.document;
    let has = |text: &str, words: &[&str]| words.iter().any(|w| text.contains(w));
    let path = page.path.display().to_lowercase();
    // A page about the service is for those who want to use it.
    if service.names.iter().any(|name| path.contains(&name.to_lowercase())) {
        return false;
    }
    let headings = document.sections.get(reference.section).map(|s| s.heading_path.join(" ").to_lowercase());
    let inside = has(&path, INSIDE) || headings.is_some_and(|h| has(&h, INSIDE));
    inside || has(&sentence(document, reference), OWN)
}

/// The sentence that holds the reference, in lower case, with a blank at either end.
fn sentence(document: &Document, reference: &Reference) -> String {
    let block = document.blocks.get(reference.block).map_or(reference.span, |b| b.span);
    let before = document.text.get(block.start..reference.span.start).unwrap_or("");
    let after = document.text.get(reference.span.end..block.end).unwrap_or("");
    let from = [". ", ".\n", "。"].iter().filter_map(|s| before.rfind(s).map(|at| at + s.len())).max().unwrap_or(0);
    let to = [". ", ".\n", "。"].iter().filter_map(|s| after.find(s)).min().unwrap_or(after.len());
    let text = document.text.get(block.start + from..reference.span.end + to).unwrap_or("");
    format!(" {} ", text.to_lowercase())
}

fn lost(reference: &Reference, service: &'static Service, system: &System<'_>) -> Option<Suspect> {
    let mut had = Mask::default();
    let mut was: Option<&str> = None;
    for file in &service.files {
        let life = system.paths.exact(file.as_bytes()).held;
        let elsewhere = system.paths.ending_in(file.as_bytes()).any(|(_, life)| system.at_head(life.held));
        if system.at_head(life) || elsewhere {
            return None;
        }
        if !system.earlier(life).is_empty() {
            had = had.or(life);
            was = Some(file);
        }
    }
    let file = was?;
    let circumstance = if reference.kind == Kind::Link { "service-link" } else { "service" };
    let message = format!("the project no longer uses `{}`: `{file}` is gone", service.name());
    let files = service.files.iter().map(|f| f.as_str().into()).collect();
    let proof = Proof::Line { matcher: LineMatcher(Arc::new(Settings { files })), now: Vec::new(), replacement: None };
    let (rule, place) = (super::dead_resource::ID, (reference.span, reference.section));
    let (probability, had) = (confidence::of(rule, circumstance), system.earlier(had));
    Some(Suspect::of_text(rule, place, &reference.text, message, probability, had, proof))
}

/// Recognises the files by their path.
struct Settings {
    files: Vec<RepoPath>,
}

impl Matcher for Settings {
    fn lines(&self, path: &RepoPath, _: &[u8]) -> Vec<u32> {
        if self.files.contains(path) { vec![1] } else { Vec::new() }
    }

    fn accepts(&self, path: &RepoPath) -> bool {
        self.files.contains(path)
    }

    fn needle(&self) -> Option<&[u8]> {
        None
    }
}
