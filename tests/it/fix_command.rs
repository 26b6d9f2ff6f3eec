//! `shelflife fix` as a person runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use shelflife::report::json::{self, v1};

use crate::support::{Repo, sample};

const TEXT: &str = "# Use\n\nStart the server with `--config-file` and wait for it.\n";

fn run(at: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shelflife")).current_dir(at).arg("fix").args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A repository with two pages, each with a change, and an audit beside it.
fn prepared() -> (Repo, String) {
    let repo = Repo::new();
    repo.commit(&[("docs/a.md", TEXT), ("docs/b.md", TEXT)], &[], "add", 1);
    let findings = vec![
        sample::finding("docs/a.md", 3, "--config-file", "--config", 2),
        sample::finding("docs/b.md", 3, "--config-file", "--settings", 4),
    ];
    let pages = ["docs/a.md", "docs/b.md"].map(|id| sample::document(id, id)).to_vec();
    let audit = write(&repo, &sample::audit(pages, findings));
    (repo, audit)
}

fn write(repo: &Repo, audit: &v1::Audit) -> String {
    let mut bytes = Vec::new();
    json::write(&mut bytes, audit).unwrap();
    let path = repo.beside("audit.json");
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_changes_are_listed_and_nothing_is_written() {
    let (repo, audit) = prepared();
    let out = run(repo.path(), &["--audit", &audit]);
    assert_eq!(
        text(&out.stdout),
        "docs/a.md\n  3:24  --config-file → --config\ndocs/b.md\n  3:24  --config-file → --settings\n\
         2 changes in 2 pages; --patch prints them as a patch, --apply makes them\n"
    );
    assert_eq!((text(&out.stderr).as_str(), out.status.code()), ("", Some(0)));
    assert_eq!(fs::read_to_string(repo.path().join("docs/a.md")).unwrap(), TEXT);
}

#[test]
fn a_patch_and_an_application_agree() {
    let (repo, audit) = prepared();
    let out = run(repo.path(), &["--audit", &audit, "--patch"]);
    let patch = repo.beside("fix.patch");
    fs::write(&patch, &out.stdout).unwrap();
    let git = Command::new("git").current_dir(repo.path()).args(["apply", "--check"]).arg(&patch).status().unwrap();
    assert!(git.success(), "{}", text(&out.stdout));
    let out = run(repo.path(), &["--audit", &audit, "--apply"]);
    assert_eq!((text(&out.stdout).as_str(), out.status.code()), ("2 changes in 2 pages made\n", Some(0)));
    let changed = TEXT.replace("--config-file", "--config");
    assert_eq!(fs::read_to_string(repo.path().join("docs/a.md")).unwrap(), changed);
    // Once made, they are not made again.
    let out = run(repo.path(), &["--audit", &audit, "--apply"]);
    assert_eq!(text(&out.stdout), "0 changes in 0 pages made\n");
    assert!(text(&out.stderr).contains("docs/a.md:3 is not changed: the page has changed since the audit"));
}

#[test]
fn pages_are_named_from_where_one_stands() {
    let (repo, audit) = prepared();
    let docs = repo.path().join("docs");
    let out = run(&docs, &["--audit", &audit, "a.md"]);
    assert!(text(&out.stdout).starts_with("docs/a.md\n"), "{}", text(&out.stderr));
    assert!(!text(&out.stdout).contains("b.md"));
    let out = run(&docs, &["--audit", &audit, "../docs/b.md"]);
    assert!(text(&out.stdout).starts_with("docs/b.md\n"), "{}", text(&out.stderr));
    let out = run(&docs, &["--audit", &audit, "none.md"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).starts_with("error: `docs/none.md` is no page of this audit"), "{}", text(&out.stderr));
    let out = run(&docs, &["--audit", &audit, "../../outside.md"]);
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn what_is_hostile_reaches_no_terminal() {
    let repo = Repo::new();
    repo.commit(&[("README.md", "x\n")], &[], "add", 1);
    let audit = write(&repo, &sample::hostile());
    for how in [&["--audit", &audit][..], &["--audit", &audit, "--apply"], &["--audit", &audit, "--patch"]] {
        let out = run(repo.path(), how);
        for stream in [text(&out.stdout), text(&out.stderr)] {
            assert!(!stream.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r', '\0']), "{stream}");
            assert!(stream.lines().all(|line| !line.starts_with("::")), "{stream}");
        }
    }
    assert_eq!(fs::read_to_string(repo.path().join("README.md")).unwrap(), "x\n");
}

#[cfg(unix)]
#[test]
fn a_page_s_name_is_no_command_to_a_runner() {
    let repo = Repo::new();
    let id = "::add-mask::x.md";
    repo.commit(&[(id, TEXT)], &[], "add", 1);
    let finding = sample::finding(id, 3, "--config-file", "--config", 2);
    let audit = write(&repo, &sample::audit(vec![sample::document(id, id)], vec![finding]));
    let out = run(repo.path(), &["--audit", &audit]);
    assert!(text(&out.stdout).starts_with("./::add-mask::x.md\n"), "{}", text(&out.stderr));
}

#[test]
fn an_audit_that_is_none_is_refused() {
    let (repo, _) = prepared();
    let bad = repo.beside("bad.json");
    for content in ["{", "[]", "{\"schema_version\": 9}"] {
        fs::write(&bad, content).unwrap();
        let out = run(repo.path(), &["--audit", bad.to_str().unwrap()]);
        assert_eq!(out.status.code(), Some(3), "{}", text(&out.stderr));
    }
}

#[test]
fn without_an_audit_it_makes_one_and_looks_again_after() {
    let repo = Repo::new();
    let flag = |name: &str| {
        format!(
            "use clap::Parser;\n\n#[derive(Parser)]\npub struct Args {{\n    /// Settings.\n    #[arg(long = \"{name}\")]\n    pub file: String,\n}}\n"
        )
    };
    let help = |name: &str| format!("pub const USAGE: &str = \"harbour --{name} FILE\";\n");
    let page = "# Use\n\nRun `harbour --config-file harbour.toml` to start.\n\nThe option `--config-file` names the settings.\n";
    let manifest = "[package]\nname = \"harbour\"\n";
    repo.commit(
        &[
            ("Cargo.toml", manifest),
            ("src/main.rs", &flag("config-file")),
            ("src/help.rs", &help("config-file")),
            ("docs/use.md", page),
        ],
        &[],
        "add",
        1,
    );
    let renamed = [("src/main.rs", &*flag("settings-file")), ("src/help.rs", &help("settings-file"))];
    repo.commit(&renamed, &[], "Rename --config-file to --settings-file", 400);
    let out = run(repo.path(), &["--no-cache"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let listing = text(&out.stdout);
    assert!(listing.contains("config-file → "), "{listing}{}", text(&out.stderr));
    let patch = run(repo.path(), &["--no-cache", "--patch"]);
    let out = run(repo.path(), &["--no-cache", "--apply"]);
    let told = text(&out.stdout);
    let made = listing.matches(" → ").count();
    assert!(
        told.contains(&format!("audited again: {made} of {made} findings are gone")),
        "{told}{}",
        text(&out.stderr)
    );
    let after = fs::read_to_string(repo.path().join("docs/use.md")).unwrap();
    assert_eq!(after, page.replace("--config-file", "--settings-file"));
    // The patch says the same.
    fs::write(repo.path().join("docs/use.md"), page).unwrap();
    let file = repo.beside("fix.patch");
    fs::write(&file, &patch.stdout).unwrap();
    assert!(Command::new("git").current_dir(repo.path()).arg("apply").arg(&file).status().unwrap().success());
    assert_eq!(fs::read_to_string(repo.path().join("docs/use.md")).unwrap(), after);
}
