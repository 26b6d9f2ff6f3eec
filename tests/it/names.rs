//! Where the action and its releases are is said in one place, `Cargo.toml`.

use std::path::Path;

use shelflife::init::released_action;

/// What each `uses:` of `text` names that is ours.
fn uses<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    let named = text.lines().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("uses:"));
    named.map(str::trim).filter(move |used| used.starts_with(name))
}

#[test]
fn the_action_and_its_version_are_those_of_the_manifest() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let released = released_action();
    let (name, version) = released.split_once('@').unwrap();
    assert_eq!((name, version), ("shelflife/shelflife", concat!("v", env!("CARGO_PKG_VERSION"))));
    let allowed = [released.clone(), format!("{name}/install@{version}")];
    let examples = std::fs::read_dir(root.join(".github/workflows/examples")).unwrap();
    let mut files: Vec<_> = examples.map(|entry| entry.unwrap().path()).collect();
    files.extend(["README.md", "docs/github.md"].map(|file| root.join(file)));
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for used in uses(&text, name) {
            assert!(allowed.iter().any(|it| it == used), "{}: {used}", file.display());
            seen += 1;
        }
    }
    assert!(seen >= 7, "{seen}");
    let install = std::fs::read_to_string(root.join("action/install.sh")).unwrap();
    assert!(
        install.contains(&format!("${{ACTION_REPOSITORY:-{name}}}")),
        "install.sh takes releases from another place"
    );
}
