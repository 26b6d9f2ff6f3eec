//! Pages of older releases, compared with the tags of their releases.

use serde_json::Value;

use crate::support::Repo;
use crate::support::program::run;

fn cli(flags: &[&str]) -> String {
    let lines: String = flags.iter().map(|f| format!("    parser.add_argument(\"{f}\")\n")).collect();
    format!(
        "import argparse\n\n\ndef main():\n    parser = argparse.ArgumentParser(\"tool\")\n{lines}    return parser\n"
    )
}

/// A repository whose release 1.0 lost an option that its pages still name, and whose head lost one more.
fn repo(pages: &str) -> Repo {
    let repo = Repo::new();
    let page = "# Use\n\nThe option `--early-option` starts it.\n\nThe option `--late-option` ends it.\n";
    repo.commit(
        &[("src/cli.py", &cli(&["--early-option", "--late-option", "--stays"])), ("docs/use.md", page)],
        &[],
        "Start",
        0,
    );
    repo.commit(&[("src/cli.py", &cli(&["--late-option", "--stays"]))], &[], "Drop the early option", 10);
    repo.tag("v1.0.0");
    repo.commit(&[(pages, page), ("docs/use.md", "# Use\n\nRun `tool --stays`.\n")], &[], "Keep the pages of 1.0", 20);
    repo.commit(&[("src/cli.py", &cli(&["--stays"]))], &[], "Drop the late option", 30);
    repo
}

fn audit(repo: &Repo) -> Value {
    // What stands on pages that are kept for a release is of low confidence.
    run(repo.path(), ["audit", "--format", "json", "--fail-on", "never", "--min-confidence", "low"]).ended(0).json()
}

fn found(audit: &Value) -> Vec<(&str, &str, &str)> {
    let text = |f: &'_ Value, p: &str| f.pointer(p).and_then(Value::as_str).unwrap_or("").to_owned();
    audit["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let of = |p: &str| Box::leak(text(f, p).into_boxed_str()) as &str;
            (of("/location/document"), of("/location/text"), of("/evidence/cause/commit/subject"))
        })
        .collect()
}

#[test]
fn what_a_release_has_is_right_on_its_pages() {
    let path = "versioned_docs/version-1.0/use.md";
    let audit = audit(&repo(path));
    // The option that went before the release is wrong there; the one that went after it is not.
    assert_eq!(found(&audit), [(path, "--early-option", "Drop the early option")], "{:#}", audit["findings"]);
    assert_eq!(audit["inconclusive"].as_array().unwrap().len(), 0, "{:#}", audit["inconclusive"]);
}

#[test]
fn a_release_without_a_tag_is_inconclusive() {
    let audit = audit(&repo("versioned_docs/version-0.9/use.md"));
    assert_eq!(found(&audit), []);
    assert_eq!(audit["inconclusive"][0]["reason"], "no-release-tag");
}

#[test]
fn the_configuration_names_releases_of_any_form() {
    let path = "guides/one/use.md";
    let repo = Repo::new();
    let page = "# Use\n\nThe option `--early-option` starts it.\n\nThe option `--late-option` ends it.\n";
    let options = cli(&["--early-option", "--late-option", "--stays"]);
    repo.commit(&[("src/cli.py", &options), (path, page)], &[], "Start", 0);
    repo.commit(&[("src/cli.py", &cli(&["--late-option", "--stays"]))], &[], "Drop the early option", 10);
    repo.tag("v1.0.0");
    repo.commit(&[("src/cli.py", &cli(&["--stays"]))], &[], "Drop the late option", 30);
    repo.commit(
        &[(
            "shelflife.toml",
            "[documents]\ninclude = [\"guides/**\"]\n[[version]]\ndocs = \"guides/one/**\"\nref = \"v1.0.0\"\n",
        )],
        &[],
        "Configure",
        40,
    );
    assert_eq!(found(&audit(&repo)), [(path, "--early-option", "Drop the early option")]);
    repo.commit(
        &[(
            "shelflife.toml",
            "[documents]\ninclude = [\"guides/**\"]\n[[version]]\ndocs = \"guides/one/**\"\nref = \"v9\"\n",
        )],
        &[],
        "Configure",
        41,
    );
    let audit = audit(&repo);
    assert_eq!(audit["inconclusive"][0]["reason"], "no-release-tag");
    assert!(audit["inconclusive"][0]["message"].as_str().unwrap().contains("`v9`"));
}

#[test]
fn a_page_that_had_another_name_at_its_tag_is_as_old_as_it_is_there() {
    // Renamed among the pages of its release, and renamed before these were cut.
    let cut = "versioned_docs/version-1.0/start.md";
    let renamed = repo("versioned_docs/version-1.0/use.md");
    renamed.rename("versioned_docs/version-1.0/use.md", cut, "Call it the start", 40);
    assert_eq!(found(&audit(&renamed)), [(cut, "--early-option", "Drop the early option")]);

    let repo = Repo::new();
    let page = "# Use\n\nThe option `--early-option` starts it.\n\nThe option `--late-option` ends it.\n";
    let code = |flags: &[&str]| cli(flags);
    repo.commit(
        &[("src/cli.py", &code(&["--early-option", "--late-option", "--stays"])), ("docs/use.md", page)],
        &[],
        "Start",
        0,
    );
    repo.commit(&[("src/cli.py", &code(&["--late-option", "--stays"]))], &[], "Drop the early option", 10);
    repo.tag("v1.0.0");
    repo.rename("docs/use.md", "docs/start.md", "Call it the start", 15);
    repo.commit(&[(cut, page)], &[], "Keep the pages of 1.0", 20);
    repo.commit(&[("docs/start.md", "# Use\n\nRun `tool --stays`.\n")], &[], "Only what stays", 25);
    repo.commit(&[("src/cli.py", &code(&["--stays"]))], &[], "Drop the late option", 30);
    assert_eq!(found(&audit(&repo)), [(cut, "--early-option", "Drop the early option")]);
}

#[test]
fn what_is_installed_follows_the_newest_tag_and_else_the_manifest() {
    let manifest = |version: &str| format!("[package]\nname = \"brook\"\nversion = \"{version}\"\n");
    let page = "# brook\n\n```toml\n[dependencies]\nbrook = \"1.2\"\n```\n";
    let repo = Repo::new();
    repo.commit(&[("Cargo.toml", &manifest("1.2.0")), ("README.md", page)], &[], "Start", 0);
    repo.tag("v1.2.0");
    // The next release is being made: what is to be had is the old one.
    repo.commit(&[("Cargo.toml", &manifest("3.0.0"))], &[], "Begin the next one", 10);
    assert_eq!(found(&audit(&repo)), []);
    // A tag that the head does not hold is none of its releases.
    repo.branch("other");
    repo.commit(&[("other.txt", "1\n")], &[], "Elsewhere", 11);
    repo.tag("v3.0.0").switch("main");
    assert_eq!(found(&audit(&repo)), []);
    repo.commit(&[("CHANGELOG.md", "# 2.1.0\n")], &[], "Release", 20);
    repo.tag("v2.1.0");
    let after = audit(&repo);
    assert_eq!(found(&after), [("README.md", "1.2", "Begin the next one")]);
    let finding = &after["findings"][0];
    assert_eq!(finding["evidence"]["replacement"]["text"], "2.1");
    assert!(finding["message"].as_str().unwrap().contains("the newest release is `2.1.0`"), "{finding:#}");
    // Without tags the manifest counts.
    repo.git(&["tag", "-d", "v1.2.0", "v2.1.0", "v3.0.0"]);
    assert_eq!(audit(&repo)["findings"][0]["evidence"]["replacement"]["text"], "3.0");
}

#[test]
fn what_is_installed_by_an_exact_version_is_the_newest_release() {
    let page = "# brook\n\n```sh\ngo install github.com/acme/brook@v1.2.0\ndocker run registry.example.org/acme/brook:v1.2.0 serve\ncurl -LO https://example.org/brook/v1.2.0/brook-linux\ngo install github.com/acme/other@v1.2.0\n```\n\nSince v1.2.0 it serves [pages](https://github.com/acme/brook/blob/v1.2.0/pages.go).\n";
    let repo = Repo::new();
    let manifest = "module github.com/acme/brook\n\ngo 1.22\n";
    repo.commit(&[("go.mod", manifest), ("README.md", page)], &[], "Start", 0);
    repo.tag("v1.2.0");
    repo.commit(&[("a.go", "package brook\n")], &[], "More", 10);
    assert_eq!(found(&audit(&repo)), []);
    repo.commit(&[("b.go", "package brook\n")], &[], "Still more", 20);
    repo.tag("v1.3.0");
    let after = audit(&repo);
    let expected = ("README.md", "v1.2.0", "Still more");
    assert_eq!(found(&after), [expected, expected, expected]);
    assert_eq!(after["findings"][0]["evidence"]["replacement"]["text"], "v1.3.0");
    // Who writes an old version on purpose is left alone.
    let pinned = "# Pinned\n\n```sh\ngo install github.com/acme/brook@v1.2.0\n```\n";
    repo.commit(&[("README.md", "# brook\n"), ("docs/pinned.md", pinned)], &[], "Pin it", 30);
    assert_eq!(found(&audit(&repo)), []);
    // What shows both tells of the step from one to the other.
    let both =
        "# Next\n\n```sh\ngo install github.com/acme/brook@v1.3.0\ngo install github.com/acme/brook@v1.4.0\n```\n";
    repo.commit(&[("docs/next.md", both)], &[], "Tell of the next", 40);
    repo.tag("v1.4.0");
    repo.commit(&[("c.go", "package brook\n")], &[], "And more", 50);
    repo.tag("v1.5.0");
    assert_eq!(found(&audit(&repo)), [("docs/next.md", "v1.4.0", "And more")]);
}
