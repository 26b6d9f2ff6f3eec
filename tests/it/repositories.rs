//! Every kind of repository, and what is none: opened, or refused with words that help.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};

use shelflife::history::overlay::Overlay;
use shelflife::history::{
    IgnoreRevs, MainIx, Moment, Objects, OpenError, PageHistories, RepoPath, Repository, treediff,
};

use crate::support::{Repo, git_in, lose_blob};

/// What the tests ask of a repository.
struct Read {
    root: PathBuf,
    shallow: bool,
    commits: usize,
    files: Vec<String>,
    histories: PageHistories,
    overlay: Overlay,
}

/// Reads all that this layer can read: every file as a page, every line, every commit.
fn read_everything(path: &Path) -> Result<Read, OpenError> {
    let repository = Repository::open(path)?;
    let mainline = repository.mainline().unwrap();
    let worker = repository.worker().unwrap();
    let objects = worker.objects().unwrap();
    let mut files = Vec::new();
    treediff::diff(&objects, None, Some(repository.head_tree()), &|_| true, &mut |change| {
        files.push(RepoPath::new(&change.path));
    })
    .unwrap();
    let ignore = IgnoreRevs::load(&repository, &mainline).unwrap();
    let histories = PageHistories::build(&objects, &mainline, &files, ignore).unwrap();
    for file in &files {
        let origins = histories.origins(&objects, file, None);
        for line in 0..origins.len() {
            assert!(origins.line(line).entered <= origins.line(line).edited);
            assert!(origins.token(line, "line") <= Moment::Uncommitted);
        }
    }
    for commit in mainline.commits() {
        assert_eq!(repository.commit_ref(commit.id).id, commit.id.to_string());
    }
    assert!(repository.tags().is_empty());
    assert!(repository.remote_slugs().is_empty());
    Ok(Read {
        root: repository.root().to_owned(),
        shallow: repository.is_shallow(),
        commits: mainline.len(),
        files: files.iter().map(ToString::to_string).collect(),
        overlay: Overlay::load(&repository).unwrap(),
        histories,
    })
}

fn refused(path: &Path) -> OpenError {
    match Repository::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

fn two_commits() -> Repo {
    let repo = Repo::new();
    repo.commit(&[("docs/a.md", "first line\n"), ("code.c", "int a;\n")], &[], "Begin", 0);
    repo.commit(&[("docs/a.md", "first line\nsecond line\n")], &[], "Add a line", 1);
    repo
}

#[test]
fn a_folder_without_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let error = refused(folder.path());
    assert!(matches!(error, OpenError::NotARepository { .. }));
    assert!(error.to_string().contains("shelflife audit PATH"), "{error}");
    assert!(matches!(refused(&folder.path().join("absent")), OpenError::Path { .. }));
    fs::write(folder.path().join(".git"), "gitdir: /nowhere/at/all\n").unwrap();
    let error = refused(folder.path());
    assert!(matches!(error, OpenError::DanglingLink { .. }), "{error:?}");
    assert!(error.to_string().contains("git worktree repair"), "{error}");
}

#[test]
fn a_repository_without_commits() {
    let repo = Repo::new();
    let error = refused(repo.path());
    assert!(matches!(error, OpenError::NoCommits { .. }), "{error:?}");
    assert!(error.to_string().contains("commit first"), "{error}");
}

#[test]
fn the_root_is_found_from_any_folder() {
    let repo = two_commits();
    let expected = repo.path().canonicalize().unwrap();
    for place in ["", "docs", ".git"] {
        assert_eq!(
            read_everything(&repo.path().join(place)).unwrap().root.canonicalize().unwrap(),
            expected,
            "{place}"
        );
    }
}

#[test]
fn a_bare_repository_is_read_at_its_head() {
    let repo = two_commits();
    let bare = repo.clone_with("bare.git", &["--bare"]);
    let read = read_everything(&bare).unwrap();
    assert_eq!((read.commits, read.files.len()), (2, 2));
    assert!(read.overlay.is_empty());
    // One without a configuration, as some mirrors are.
    fs::rename(&bare, repo.beside("mirror")).unwrap();
    fs::remove_file(repo.beside("mirror/config")).unwrap();
    let read = read_everything(&repo.beside("mirror")).unwrap();
    assert_eq!(read.commits, 2);
    assert!(read.overlay.is_empty());
}

#[test]
fn a_detached_head_is_the_head() {
    let repo = two_commits();
    let first = repo.git(&["rev-list", "--max-parents=0", "HEAD"]);
    repo.detach(git2::Oid::from_str(first.trim()).unwrap());
    assert_eq!(read_everything(repo.path()).unwrap().commits, 1);
}

#[test]
fn worktrees_have_their_own_head_and_index() {
    let repo = two_commits();
    repo.git(&["worktree", "add", "--quiet", "-b", "other", "../tree", "HEAD~1"]);
    let tree = repo.beside("tree");
    fs::write(tree.join("code.c"), "int b;\n").unwrap();
    let read = read_everything(&tree).unwrap();
    assert_eq!(read.root.canonicalize().unwrap(), tree.canonicalize().unwrap());
    assert_eq!(read.commits, 1);
    assert_eq!(read.overlay.entries().keys().map(ToString::to_string).collect::<Vec<_>>(), ["code.c"]);
    assert!(read_everything(repo.path()).unwrap().overlay.is_empty());
}

#[test]
fn submodules_are_repositories_and_no_content_of_the_outer_one() {
    let inner = two_commits();
    let outer = two_commits();
    outer.git(&["submodule", "--quiet", "add", &format!("file://{}", inner.path().display()), "vendor/inner"]);
    outer.commit_staged("Add a submodule", 2);
    let place = outer.path().join("vendor/inner");
    assert_eq!(read_everything(&place).unwrap().root.canonicalize().unwrap(), place.canonicalize().unwrap());
    git_in(&place, &["checkout", "--quiet", "HEAD~1"]);
    fs::write(place.join("docs/a.md"), "changed inside\n").unwrap();
    let read = read_everything(outer.path()).unwrap();
    assert_eq!(read.commits, 3);
    assert!(read.overlay.is_empty(), "{:?}", read.overlay);
}

#[test]
fn a_shallow_clone_says_what_is_unknown() {
    let repo = two_commits();
    let clone = repo.clone_with("shallow", &["--depth=1"]);
    let read = read_everything(&clone).unwrap();
    assert!(read.shallow);
    assert_eq!(read.commits, 1);
    assert!(read.histories.unknown_before(&"docs/a.md".into()));
    assert!(!read_everything(repo.path()).unwrap().histories.unknown_before(&"docs/a.md".into()));
}

#[test]
fn a_clone_without_blobs_is_read_as_far_as_it_goes() {
    let repo = two_commits();
    let clone = repo.clone_with("partial", &["--filter=blob:none", "--no-checkout"]);
    let read = read_everything(&clone).unwrap();
    assert_eq!(read.commits, 2);
    assert_eq!(read.histories.versions(&"docs/a.md".into()).len(), 2);
    let repository = Repository::open(&clone).unwrap();
    let worker = repository.worker().unwrap();
    let objects = worker.objects().unwrap();
    let origins = read.histories.origins(&objects, &"docs/a.md".into(), None);
    assert_eq!(origins.line(0).entered, Moment::BeforeHistory);
    let treeless = repo.clone_with("treeless", &["--filter=tree:0", "--no-checkout"]);
    let repository = Repository::open(&treeless).unwrap();
    assert_eq!(repository.mainline().unwrap().len(), 2);
    let worker = repository.worker().unwrap();
    assert!(worker.objects().unwrap().tree(repository.head_tree()).is_err());
}

#[test]
fn an_old_partial_clone_says_what_mends_it() {
    let repo = two_commits();
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.partialClone", "origin"]);
    let error = refused(repo.path());
    assert!(error.to_string().contains("git config --unset extensions.partialClone"), "{error}");
    repo.git(&["config", "--unset", "extensions.partialClone"]);
    assert_eq!(read_everything(repo.path()).unwrap().commits, 2);
}

#[test]
fn one_missing_version_of_a_page_is_unknown_not_new() {
    let repo = Repo::new();
    repo.commit(&[("a.md", "one\n")], &[], "One", 0);
    repo.commit(&[("a.md", "one\ntwo\n")], &[], "Two", 1);
    lose_blob(&repo, "a.md");
    repo.commit(&[("a.md", "one\ntwo\nthree\n")], &[], "Three", 2);
    repo.commit(&[("a.md", "one\ntwo\nthree\nfour\n")], &[], "Four", 3);
    let read = read_everything(repo.path()).unwrap();
    let repository = Repository::open(repo.path()).unwrap();
    let worker = repository.worker().unwrap();
    let origins = read.histories.origins(&worker.objects().unwrap(), &"a.md".into(), None);
    let entered: Vec<_> = (0..4).map(|line| origins.line(line).entered).collect();
    let at = |ix| Moment::At(MainIx(ix));
    assert_eq!(entered, [at(0), Moment::BeforeHistory, Moment::BeforeHistory, at(3)]);
}

#[test]
fn sha_256_and_reftable_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    git_in(folder.path(), &["init", "--quiet", "--object-format=sha256", "sha256"]);
    let error = refused(&folder.path().join("sha256"));
    assert!(matches!(error, OpenError::Sha256 { .. }), "{error:?}");
    assert!(error.to_string().contains("SHA-256"), "{error}");
    git_in(folder.path(), &["init", "--quiet", "--ref-format=reftable", "reftable"]);
    let error = refused(&folder.path().join("reftable"));
    assert!(matches!(error, OpenError::Reftable { .. }), "{error:?}");
    assert!(error.to_string().contains("git refs migrate --ref-format=files"), "{error}");
}

#[test]
fn a_damaged_repository_is_an_error_not_a_panic() {
    let repo = two_commits();
    fs::write(repo.path().join(".git/HEAD"), b"\xff\xfe garbage").unwrap();
    let error = refused(repo.path());
    assert!(error.to_string().contains(&repo.path().file_name().unwrap().to_string_lossy().into_owned()), "{error}");
    let repo = two_commits();
    let id = repo.head().to_string();
    fs::remove_file(repo.path().join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    assert!(matches!(refused(repo.path()), OpenError::Unreadable { .. }));
    let repo = two_commits();
    fs::write(repo.path().join(".git/config"), "[core\nbroken").unwrap();
    assert!(matches!(refused(repo.path()), OpenError::Unreadable { .. }));
}

#[test]
fn somebody_else_s_repository_names_the_line_that_mends_it() {
    let repo = two_commits();
    // Only root may give a folder away; elsewhere there is nobody to own it.
    if chown(repo.path(), Some(12_345), Some(12_345)).is_err() {
        return;
    }
    let error = refused(&repo.path().join("docs"));
    assert!(matches!(error, OpenError::Owner { .. }), "{error:?}");
    let root = repo.path().canonicalize().unwrap();
    let line = format!("git config --global --add safe.directory {}", root.display());
    assert!(error.to_string().contains(&line), "{error}");
}

#[test]
fn names_that_are_no_text_are_told_apart() {
    let repo = Repo::new();
    let names: [&[u8]; 4] = [b"docs/\xff.md", b"docs/new\nline.md", b"docs/\x1b[31mred.md", "docs/文書.md".as_bytes()];
    let files: Vec<_> = names.iter().map(|name| (*name, &b"line\n"[..])).collect();
    repo.commit_bytes(&files, &[], "Begin", 0);
    repo.write_bytes(b"docs/\xff.md", b"line\nmore\n");
    let read = read_everything(repo.path()).unwrap();
    assert_eq!(read.files, ["docs/\\x1b[31mred.md", "docs/new\\x0aline.md", "docs/文書.md", "docs/\\xff.md"]);
    assert_eq!(read.overlay.entries().keys().map(ToString::to_string).collect::<Vec<_>>(), ["docs/\\xff.md"]);
}

#[test]
fn links_out_of_the_tree_and_in_circles_are_read_as_links() {
    let repo = two_commits();
    repo.link("docs/passwd.md", "/etc/passwd", "Out", 2);
    repo.link("docs/self.md", "self.md", "Round", 3);
    repo.link("docs/up", "..", "Up", 4);
    let read = read_everything(repo.path()).unwrap();
    assert!(read.overlay.is_empty());
    // A link is no page with a history of its own.
    assert!(read.histories.versions(&"docs/passwd.md".into()).is_empty());
}
