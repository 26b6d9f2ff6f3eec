//! The overlay of real work trees.

use std::fs;

use super::{Overlay, OverlayEntry};
use crate::history::{Mode, Repository};
use crate::testing::{Repo, git_command};

fn overlay(repo: &Repo) -> Overlay {
    Overlay::load(&Repository::open(repo.path()).unwrap()).unwrap()
}

fn told(overlay: &Overlay) -> Vec<String> {
    let word = |entry: &OverlayEntry| match entry {
        OverlayEntry::Content { bytes, mode: Mode::Symlink } => format!("-> {}", String::from_utf8_lossy(bytes)),
        OverlayEntry::Content { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
        OverlayEntry::Deleted => "deleted".to_owned(),
        OverlayEntry::PageMissing => "missing".to_owned(),
    };
    overlay.entries().iter().map(|(path, entry)| format!("{path}: {}", word(entry))).collect()
}

fn some_files() -> Repo {
    let repo = Repo::new();
    repo.commit(&[("a.md", "a"), ("b/c.md", "c"), ("b/d.md", "d"), ("e.c", "e")], &[], "Begin", 0);
    repo
}

#[test]
fn an_unchanged_work_tree_has_no_overlay() {
    let repo = some_files();
    assert!(overlay(&repo).is_empty());
    // Nor has one that git knows nothing of any more, by its dates: contents count.
    for file in ["a.md", "b/c.md"] {
        let text = fs::read(repo.path().join(file)).unwrap();
        fs::remove_file(repo.path().join(file)).unwrap();
        fs::write(repo.path().join(file), text).unwrap();
    }
    repo.write("untracked.md", "not ours");
    assert!(overlay(&repo).is_empty());
}

#[test]
fn changes_on_disk_and_in_the_index() {
    let repo = some_files();
    repo.write("a.md", "x"); // As long as before, in the same instant.
    repo.delete("b/c.md");
    repo.delete("e.c").stage("e.c");
    repo.write("new.md", "staged").stage("new.md").write("new.md", "newer");
    repo.write("b/new.md", "staged").stage("b/new.md");
    let expected = ["a.md: x", "b/c.md: missing", "b/new.md: staged", "e.c: deleted", "new.md: newer"];
    assert_eq!(told(&overlay(&repo)), expected);
}

#[test]
fn what_was_staged_and_taken_back_on_disk_is_the_head() {
    let repo = some_files();
    repo.write("a.md", "other").stage("a.md").write("a.md", "a");
    assert!(overlay(&repo).is_empty());
    repo.git(&["rm", "-q", "--cached", "b/d.md"]);
    assert_eq!(told(&overlay(&repo)), ["b/d.md: deleted"]);
}

#[test]
fn a_file_meant_to_be_added_is_tracked() {
    let repo = some_files();
    repo.write("soon.md", "text");
    repo.git(&["add", "--intent-to-add", "soon.md"]);
    assert_eq!(told(&overlay(&repo)), ["soon.md: text"]);
}

#[test]
fn files_that_git_was_told_not_to_look_at_stand() {
    let repo = some_files();
    repo.git(&["update-index", "--skip-worktree", "a.md"]);
    repo.git(&["update-index", "--assume-unchanged", "b/c.md"]);
    repo.delete("a.md").write("b/c.md", "changed");
    assert!(overlay(&repo).is_empty());
}

#[test]
fn sparse_checkouts_are_whole() {
    let repo = some_files();
    for sparse_index in ["--no-sparse-index", "--sparse-index"] {
        repo.git(&["sparse-checkout", "set", "--cone", sparse_index, "none"]);
        assert!(!repo.path().join("b").exists());
        assert!(overlay(&repo).is_empty(), "{sparse_index}");
    }
    repo.git(&["rm", "-q", "--sparse", "--cached", "b/d.md"]);
    assert_eq!(told(&overlay(&repo)), ["b/d.md: deleted"]);
}

#[test]
fn links_are_not_followed() {
    let repo = some_files();
    fs::write(repo.beside("secret"), "secret").unwrap();
    repo.link("link.md", "a.md", "Link", 1);
    assert!(overlay(&repo).is_empty());
    repo.delete("a.md").delete("b/c.md").delete("b/d.md").delete("link.md");
    std::os::unix::fs::symlink("../secret", repo.path().join("a.md")).unwrap();
    std::os::unix::fs::symlink("..", repo.path().join("b")).unwrap();
    fs::create_dir(repo.path().join("link.md")).unwrap();
    fs::write(repo.beside("c.md"), "through the link").unwrap();
    let expected = ["a.md: -> ../secret", "b/c.md: missing", "b/d.md: missing", "link.md: missing"];
    assert_eq!(told(&overlay(&repo)), expected);
}

#[test]
fn conflicts_have_what_is_on_disk() {
    let repo = some_files();
    repo.branch("side");
    repo.commit(&[("a.md", "theirs\n")], &[], "Theirs", 1);
    repo.switch("main");
    repo.commit(&[("a.md", "ours\n")], &[], "Ours", 2);
    let merge = git_command(repo.path()).args(["merge", "side"]).output().unwrap();
    assert!(!merge.status.success());
    let found = told(&overlay(&repo));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("a.md: <<<<<<<"), "{found:?}");
}

#[test]
fn line_ends_that_git_wrote_are_no_change() {
    let repo = Repo::new();
    repo.commit(&[(".gitattributes", "*.md eol=crlf\n"), ("a.md", "one\ntwo\n")], &[], "Begin", 0);
    repo.delete("a.md").git(&["checkout", "-q", "--", "a.md"]);
    assert_eq!(fs::read(repo.path().join("a.md")).unwrap(), b"one\r\ntwo\r\n");
    assert!(overlay(&repo).is_empty());
    repo.write("a.md", "one\r\nthree\r\n");
    assert_eq!(told(&overlay(&repo)), ["a.md: one\r\nthree\r\n"]);
}

#[test]
fn what_a_filter_wrote_is_left_alone_and_named() {
    let repo = Repo::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
    let attributes = "*.bin filter=lfs\n*.secret filter=crypt\n*.utf16 working-tree-encoding=UTF-16LE\n";
    let files = [("a.bin", pointer), ("b.secret", "closed"), ("c.utf16", "c")];
    repo.commit(&files, &[], "Begin", 0);
    repo.commit(&[(".gitattributes", attributes)], &[], "Attributes", 1);
    repo.write("a.bin", "12345").write("b.secret", "open").write("c.utf16", "c\0");
    let found = overlay(&repo);
    assert!(found.is_empty(), "{found:?}");
    let left_out: Vec<_> = found.left_out().iter().map(|l| l.path.to_string()).collect();
    assert_eq!(left_out, ["b.secret"]);
}

#[test]
fn a_split_index_says_what_to_do() {
    let repo = some_files();
    repo.git(&["update-index", "--split-index"]);
    let error = Overlay::load(&Repository::open(repo.path()).unwrap()).unwrap_err();
    assert!(error.to_string().contains("git update-index --no-split-index"), "{error}");
}

#[test]
fn only_the_head_counts_without_a_work_tree_or_an_index() {
    let repo = some_files();
    for (name, arguments) in [("bare", ["--bare"]), ("no-checkout", ["--no-checkout"])] {
        let clone = repo.clone_with(name, &arguments);
        assert!(Overlay::load(&Repository::open(&clone).unwrap()).unwrap().is_empty(), "{name}");
    }
}

/// How long it takes: `SHELFLIFE_BENCH_REPO=… cargo test --profile release-fast --lib -- --ignored
/// --nocapture overlay_of_a_large_work_tree`, the repository with a work tree.
#[test]
#[ignore = "measures; needs a large work tree"]
fn overlay_of_a_large_work_tree() {
    let repository = Repository::open(std::path::Path::new(&std::env::var("SHELFLIFE_BENCH_REPO").unwrap())).unwrap();
    for _ in 0..5 {
        let time = std::time::Instant::now();
        let overlay = Overlay::load(&repository).unwrap();
        println!("{} changed, {} left out: {:?}", overlay.entries().len(), overlay.left_out().len(), time.elapsed());
    }
}
