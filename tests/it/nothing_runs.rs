//! Nothing that an audited repository asks for is run.

use std::fs;

use shelflife::history::overlay::Overlay;
use shelflife::history::{IgnoreRevs, Objects, PageHistories, ReadError, Repository, inner_commit};

use crate::support::{Repo, Traps, git_command, lose_blob};

fn trapped() -> (Repo, Traps) {
    let repo = Repo::new();
    repo.commit(&[("a.md", "one line\n"), ("b.md", "gone\n"), (".gitmodules", "")], &[], "Begin", 0);
    repo.branch("side");
    repo.commit(&[("c.md", "side\n")], &[], "Side", 1);
    repo.switch("main");
    repo.commit(&[("a.md", "one line\nand another\n")], &[], "Edit", 2);
    repo.merge("side", &[], &[], "Merge side", 3);
    let traps = Traps::plant(&repo);
    // Changed on disk, so that git itself would filter, convert and compare it.
    repo.write("a.md", "one line\nand another\nnot committed\n");
    lose_blob(&repo, "b.md");
    (repo, traps)
}

#[test]
fn the_traps_are_live_for_git_itself() {
    let (repo, traps) = trapped();
    for (arguments, expected) in [
        (&["--no-pager", "show", "-s", "HEAD"][..], "gpg"),
        (&["--no-pager", "diff", "HEAD", "--", "a.md"], "fsmonitor"),
        (&["x"], "alias-x"),
        (&["add", "a.md"], "process"),
        (&["cat-file", "-p", "HEAD:b.md"], "ext"),
        (&["hook", "run", "pre-commit"], "pre-commit"),
    ] {
        // It fails or not; what counts is that the script ran.
        git_command(repo.path()).args(arguments).output().unwrap();
        let sprung = traps.sprung();
        assert!(sprung.iter().any(|name| name == expected), "git {arguments:?} ran {sprung:?}");
    }
}

#[test]
fn reading_a_repository_runs_none_of_them() {
    let (repo, traps) = trapped();
    let repository = Repository::open(repo.path()).unwrap();
    let mainline = repository.mainline().unwrap();
    let worker = repository.worker().unwrap();
    let objects = worker.objects().unwrap();
    let pages = ["a.md".into(), "b.md".into(), "c.md".into()];
    let ignore = IgnoreRevs::load(&repository, &mainline).unwrap();
    let histories = PageHistories::build(&objects, &mainline, &pages, ignore).unwrap();
    for page in &pages {
        assert_eq!(histories.origins(&objects, page, None).is_empty(), page.as_bytes() == b"b.md");
    }
    for commit in mainline.commits() {
        assert_eq!(repository.commit_ref(commit.id).id, commit.id.to_string());
        if commit.merged.is_some() {
            inner_commit(&objects, commit.id, b"c.md").unwrap();
        }
    }
    assert!(repository.tags().is_empty());
    assert!(repository.remote_slugs().is_empty());
    let lost = histories.versions(&pages[1])[0].blob;
    assert!(matches!(objects.blob(lost), Err(ReadError::Missing(_))));
    let overlay = Overlay::load(&repository).unwrap();
    // A filter stands between the disk and the head: it is named, not run.
    assert!(overlay.left_out().iter().any(|l| l.path.to_string() == "a.md" && l.reason.contains("evil")));
    assert_eq!(traps.sprung(), [] as [String; 0]);
}

#[test]
fn reading_a_repository_writes_nothing_into_it() {
    let repo = Repo::new();
    repo.commit(&[("a.md", "one\n")], &[], "Begin", 0);
    let state = |repo: &Repo| {
        let mut all = Vec::new();
        let mut folders = vec![repo.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let found = path.symlink_metadata().unwrap();
                if found.is_dir() {
                    folders.push(path.clone());
                }
                all.push((path, found.modified().unwrap(), found.len()));
            }
        }
        all.sort();
        all
    };
    let before = state(&repo);
    let repository = Repository::open(repo.path()).unwrap();
    assert_eq!(repository.mainline().unwrap().len(), 1);
    assert!(Overlay::load(&repository).unwrap().is_empty());
    assert_eq!(repository.commit_ref(repository.head()).subject, "Begin");
    assert_eq!(state(&repo), before);
}
