//! What `shelflife init` would write: a configuration and workflows that fit the repository.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config;
use crate::document::{Attributes, Discovery};
use crate::history::{Objects, ReadError, RepoPath, Repository, treediff};
use crate::report::link;

const PULL_REQUEST: &str = include_str!("../.github/workflows/examples/pull-request.yml");
const COMMENT: &str = include_str!("../.github/workflows/examples/pull-request-comment.yml");
const WEEKLY: &str = include_str!("../.github/workflows/examples/weekly.yml");
const EXCLUSIONS: &str = include_str!("../.github/workflows/examples/exclusions.yml");

/// The workflows, by the name that they are asked for.
pub const WORKFLOWS: [(&str, &str); 4] =
    [("pull-request", PULL_REQUEST), ("pull-request-comment", COMMENT), ("weekly", WEEKLY), ("exclusions", EXCLUSIONS)];

/// Where the action and its releases are.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The action of this version, as a workflow uses it: `owner/name@v1.2.3`.
#[must_use]
pub fn released_action() -> String {
    format!("{}@v{}", action(), env!("CARGO_PKG_VERSION"))
}

/// The action's repository: `owner/name`.
fn action() -> &'static str {
    REPOSITORY.trim_start_matches("https://github.com/")
}

/// A file that would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path from the root.
    pub path: PathBuf,
    /// Its content.
    pub text: String,
    /// Why it would be written, in a line.
    pub why: String,
}

/// What was seen in the repository, and what would be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What was seen, in lines.
    pub seen: Vec<String>,
    /// What would be written.
    pub files: Vec<NewFile>,
}

/// Looks at `repository` and plans. `workflows` are names of [`WORKFLOWS`]; `action` names our action
/// and its version where another than the released one is to be used (`owner/name@ref`).
///
/// # Errors
/// Where the head can't be read.
pub fn plan(repository: &Repository, workflows: &[&str], action: Option<&str>) -> Result<Plan, ReadError> {
    let worker = repository.worker()?;
    let objects = worker.objects()?;
    let mut paths: Vec<RepoPath> = Vec::new();
    let mut attributes: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    treediff::diff(&objects, None, Some(repository.head_tree()), &|_| true, &mut |change| {
        let path = RepoPath::new(&change.path);
        if let Some((mode, id)) = change.new.filter(|(mode, _)| mode.is_file()) {
            let _ = mode;
            if path.name() == b".gitattributes"
                && let Ok(bytes) = objects.blob(id)
            {
                attributes.push((path.parent().to_vec(), bytes));
            }
            paths.push(path);
        }
    })?;
    let attributes = Attributes::parse(attributes.iter().map(|(folder, bytes)| (folder.as_slice(), bytes.as_slice())));
    let mut plan = Plan::default();
    let Ok(discovery) = Discovery::new(&[], &[]) else { return Ok(plan) };
    let pages: Vec<&RepoPath> = paths.iter().filter(|p| discovery.format_of(p, &attributes).is_some()).collect();
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for page in &pages {
        let top = page.display().split_once('/').map_or_else(|| ".".to_owned(), |(top, _)| format!("{top}/"));
        *folders.entry(top).or_default() += 1;
    }
    let mut folders: Vec<(String, usize)> = folders.into_iter().collect();
    folders.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let listed: Vec<String> = folders.iter().take(5).map(|(folder, n)| format!("{n} in {folder}")).collect();
    plan.seen.push(match pages.len() {
        0 => "no pages: only what looks like documentation is audited; name yours in [documents]".to_owned(),
        n => format!("{n} pages: {}", listed.join(", ")),
    });
    let web = repository.remote_urls().iter().find_map(|url| link::web(url));
    plan.seen.push(match &web {
        Some(web) => format!("published at {web}"),
        None => "no remote at a host that people can open".to_owned(),
    });
    if repository.is_shallow() {
        plan.seen.push("a shallow clone: fetch the rest with `git fetch --unshallow` before you audit".to_owned());
    }
    let has =
        |path: &str| paths.iter().any(|p| p.as_bytes() == path.as_bytes()) || repository.root().join(path).exists();
    if has(config::FILE_NAME) {
        plan.seen.push(format!("{} is there already and stays", config::FILE_NAME));
    } else {
        plan.files.push(NewFile {
            path: config::FILE_NAME.into(),
            text: configuration(&folders),
            why: "settings; all of them may go".to_owned(),
        });
    }
    let at_github = web.as_deref().is_some_and(|web| web.contains("github"));
    if !at_github && !workflows.is_empty() {
        plan.seen.push("not at GitHub as far as can be seen; the workflows work there only".to_owned());
    }
    let released = released_action();
    for (name, text) in WORKFLOWS.iter().filter(|(name, _)| workflows.contains(name)) {
        let path = format!(".github/workflows/shelflife-{name}.yml");
        if has(&path) {
            plan.seen.push(format!("{path} is there already and stays"));
            continue;
        }
        let text = with_action(text, action.unwrap_or(&released));
        let why = text.lines().next().unwrap_or_default().trim_start_matches(['#', ' ']).to_owned();
        plan.files.push(NewFile { path: path.into(), text, why });
    }
    Ok(plan)
}

/// The workflow with another name for our action.
fn with_action(text: &str, action: &str) -> String {
    let (name, version) = action.split_once('@').unwrap_or((action, "main"));
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.split_once(self::action()) {
            Some((before, after)) if before.trim_end().ends_with("uses:") => {
                let (folder, rest) = after.split_once('@').unwrap_or(("", after));
                let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
                out.push_str(&format!("{before}{name}{folder}@{version}{}", rest.get(end..).unwrap_or("")));
            }
            _ => out.push_str(line),
        }
    }
    out
}

fn configuration(folders: &[(String, usize)]) -> String {
    let top: Vec<&str> = folders.iter().map(|(folder, _)| folder.as_str()).filter(|f| *f != ".").take(3).collect();
    let example = top.first().copied().unwrap_or("docs/");
    // A name of a folder may hold anything: as a comment within one line it holds nothing.
    let example: String = example.chars().filter(|c| !c.is_control() && *c != '"' && *c != '\\').collect();
    format!(
        "# Settings of Shelflife. What is commented out is the default.\n\n\
         # min_confidence = \"medium\"         # report findings from here on: low, medium, high\n\
         # fail_on = \"warning\"               # exit status 1 from here on: note, warning, error, never\n\
         # baseline = \"shelflife-known.json\" # findings to hide, made with `shelflife audit --write-baseline`\n\n\
         [documents]\n\
         # include = [\"{example}**/*.txt\"]   # besides what looks like documentation\n\
         # exclude = [\"{example}archive/\"]\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Origin, parse};
    use crate::rule::registry;
    use crate::testing::Repo;

    #[test]
    fn what_is_written_fits_what_is_there() {
        let repo = Repo::new();
        repo.commit(&[("docs/a.md", "# A\n"), ("docs/b.md", "# B\n"), ("README.md", "# R\n")], &[], "Begin", 0);
        repo.git2().remote("origin", "https://github.com/o/n.git").unwrap();
        let repository = Repository::open(repo.path()).unwrap();
        let plan = plan(&repository, &["weekly", "pull-request-comment"], Some("me/fork@0123abc")).unwrap();
        assert_eq!(plan.seen, ["3 pages: 2 in docs/, 1 in .", "published at https://github.com/o/n"]);
        let paths: Vec<String> = plan.files.iter().map(|f| f.path.display().to_string()).collect();
        assert_eq!(
            paths,
            [
                "shelflife.toml",
                ".github/workflows/shelflife-pull-request-comment.yml",
                ".github/workflows/shelflife-weekly.yml"
            ]
        );
        parse(&plan.files[0].text, "shelflife.toml".as_ref(), Origin::Found, &registry::specs()).unwrap();
        assert!(plan.files[1].text.contains("uses: me/fork/install@0123abc\n"), "{}", plan.files[1].text);
        assert!(plan.files[2].text.contains("uses: me/fork@0123abc\n"));
        assert!(!plan.files.iter().any(|f| f.text.contains(super::action())));
    }

    #[test]
    fn what_is_there_stays() {
        let repo = Repo::new();
        let workflow = ".github/workflows/shelflife-weekly.yml";
        repo.commit(&[("shelflife.toml", ""), (workflow, "mine\n")], &[], "Begin", 0);
        let repository = Repository::open(repo.path()).unwrap();
        let plan = plan(&repository, &["weekly"], None).unwrap();
        assert!(plan.files.is_empty(), "{plan:?}");
        assert!(plan.seen.iter().any(|line| line.contains("stays")));
    }
}
