//! Whether the commit that took a name away brought another package in: then the name may have moved there,
//! and the code has it still.

use std::collections::BTreeSet;

use crate::history::scan;
use crate::history::term::Domain;
use crate::history::{MainIx, Mainline, Objects, RepoPath};

/// Files at the root that say which packages a project asks for.
const MANIFESTS: &[&str] = &[
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "requirements.txt",
    "Pipfile",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "composer.json",
    "pom.xml",
    "build.gradle",
];

/// Whether the mainline's step to `at` added a package to a manifest at the root. What can't be read adds
/// nothing.
pub fn brings_a_package(objects: &dyn Objects, mainline: &Mainline, at: MainIx) -> bool {
    let Some(before) = at.0.checked_sub(1).map(MainIx) else { return false };
    let (old, new) = (mainline.get(before).tree, mainline.get(at).tree);
    MANIFESTS.iter().any(|name| {
        let id = |tree| objects.lookup(tree, name.as_bytes()).ok().flatten().map(|(_, id)| id);
        let (Some(was), Some(is)) = (id(old), id(new)) else { return false };
        was != is && {
            let had = packages(objects, name, was);
            packages(objects, name, is).iter().any(|package| !had.contains(package))
        }
    })
}

fn packages(objects: &dyn Objects, name: &str, id: git2::Oid) -> BTreeSet<Vec<u8>> {
    let mut out = BTreeSet::new();
    if let Ok(content) = objects.blob(id) {
        scan::names(&RepoPath::from(name), &content, &mut |domain, package, _| {
            if domain == Domain::Dependency {
                out.insert(package.to_ascii_lowercase());
            }
        });
    }
    out
}
