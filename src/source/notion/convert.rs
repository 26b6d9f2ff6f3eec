//! From a page's blocks to what an audit takes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use globset::GlobSet;

use super::page::{Meta, end_of_minute};
use super::render::render;
use super::tree::Tree;
use crate::source::{CollectedPage, Edit, LineRun, Parent, Person, SourceKind, Visibility};

/// The last human edits of blocks that earlier runs saw, by block id.
pub type HumanEdits = BTreeMap<String, (DateTime<Utc>, String)>;

/// What a page takes from its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The workspace.
    pub source_name: &'a str,
    /// Who may read it.
    pub visibility: Visibility,
    /// The pages above it.
    pub parents: &'a [Parent],
    /// Users that are programs, by id.
    pub bots: &'a GlobSet,
    /// What earlier runs saw.
    pub human: &'a HumanEdits,
}

/// The page as an audit takes it.
#[must_use]
pub fn page(meta: &Meta, tree: &Tree, around: Surroundings<'_>) -> CollectedPage {
    let rendered = render(tree);
    let id = format!("notion:{}", meta.id.as_str());
    let title = if meta.title.is_empty() { "Untitled" } else { &meta.title };
    let mut page = CollectedPage::new(&id, SourceKind::Notion, around.source_name, title, &rendered.text);
    let base = meta.url.clone().unwrap_or_else(|| meta.id.address());
    let is_bot = |id: &str| around.bots.is_match(id);
    let person = |id: &String| Person { name: id.clone(), id: Some(id.clone()), bot: is_bot(id) };
    for run in &rendered.runs {
        let Some(node) = tree.nodes.get(run.block) else { continue };
        let block = &node.block;
        let (Some(created), Some(edited)) = (block.created, block.edited) else { continue };
        // Where a program edited last, what a person did before it counts, if a run saw that.
        let seen = block.editor.as_deref().filter(|id| is_bot(id)).and_then(|_| around.human.get(block.id.as_str()));
        let (edited, by) = match seen {
            Some((at, by)) => (*at, Some(by)),
            None => (edited, block.editor.as_ref()),
        };
        let url = if node.copied { block.id.address() } else { format!("{base}#{}", block.id.as_str()) };
        page.lines.push(LineRun {
            first: run.first,
            last: run.last,
            entered: created,
            // An edit is never before the making, whatever a clock said.
            edited: end_of_minute(edited).max(created),
            by: by.map(person),
            commit: None,
            block: Some(block.id.as_str().to_owned()),
            url: Some(url),
        });
    }
    let titles = around.parents.iter().map(|parent| parent.title.as_str()).chain([title]);
    // A slash in a title is no step down.
    let steps: Vec<String> = titles.map(|title| title.replace('/', "\u{2215}")).collect();
    page.path = Some(steps.join("/"));
    page.url = Some(base);
    page.visibility = if meta.public { Visibility::Public } else { around.visibility };
    page.created = meta.created;
    page.last_edited =
        meta.edited.map(|at| Edit { at: end_of_minute(at), by: meta.editor.as_ref().map(person), commit: None });
    page.last_human_edit = last_human(&page, is_bot);
    page.verification.clone_from(&meta.verification);
    page.owners.clone_from(&meta.owners);
    page.describes.clone_from(&meta.describes);
    page.properties.clone_from(&meta.properties);
    page.parents = around.parents.to_vec();
    page.incomplete.clone_from(&tree.incomplete);
    page
}

/// The last edit by a person, where a program made the last one.
fn last_human(page: &CollectedPage, is_bot: impl Fn(&str) -> bool) -> Option<Edit> {
    let last = page.last_edited.as_ref()?;
    let by_bot = |person: &Option<Person>| person.as_ref().and_then(|p| p.id.as_deref()).is_some_and(&is_bot);
    if !by_bot(&last.by) {
        return None;
    }
    let human = page.lines.iter().filter(|run| run.by.is_some() && !by_bot(&run.by)).max_by_key(|run| run.edited)?;
    Some(Edit { at: human.edited, by: human.by.clone(), commit: None })
}

/// Takes the edits of people in `tree` into `human`; whether any was new.
pub fn note_human(tree: &Tree, bots: &GlobSet, human: &mut HumanEdits) -> bool {
    let mut changed = false;
    for node in &tree.nodes {
        let (Some(at), Some(by)) = (node.block.edited, &node.block.editor) else { continue };
        if bots.is_match(by) {
            continue;
        }
        let new = (at, by.clone());
        if human.get(node.block.id.as_str()) != Some(&new) {
            human.insert(node.block.id.as_str().to_owned(), new);
            changed = true;
        }
    }
    changed
}
