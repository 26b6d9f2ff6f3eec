//! Real git repositories with fixed dates and authors, for tests.
//!
//! Unit tests use this module as it is; `tests/it/support` includes the same file.

#![allow(dead_code, clippy::unwrap_used)]

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::build::CheckoutBuilder;
use git2::{Oid, Repository, RepositoryInitOptions, Signature, Time};

/// Noon of 1 January 2020, UTC: day 0 of every test history.
pub const DAY_ZERO: i64 = 1_577_880_000;

/// Seconds since 1970 at noon of `day`.
pub fn at(day: i64) -> i64 {
    DAY_ZERO + day * 86_400
}

/// A throw-away repository with a work tree, on branch `main`. It goes when the value goes.
///
/// Every commit changes the work tree and the index too, as a person's commit would, so the head and
/// the disk agree until a test writes, stages or deletes something itself.
pub struct Repo {
    folder: tempfile::TempDir,
    git: Repository,
    author: RefCell<(String, String)>,
}

impl Repo {
    /// An empty repository without a commit.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("shelflife-test-").tempdir().unwrap();
        let path = folder.path().join("repo");
        let mut options = RepositoryInitOptions::new();
        options.initial_head("main").external_template(false);
        let git = Repository::init_opts(&path, &options).unwrap();
        let mut config = git.config().unwrap();
        // What a person's own configuration says must not reach a test.
        for (key, value) in [
            ("core.autocrlf", "false"),
            ("core.hooksPath", "/dev/null"),
            ("core.quotePath", "true"),
            ("commit.gpgSign", "false"),
            // As a host allows to its partial clones.
            ("uploadpack.allowFilter", "true"),
            ("uploadpack.allowAnySHA1InWant", "true"),
            ("user.name", "Ada"),
            ("user.email", "ada@example.org"),
        ] {
            config.set_str(key, value).unwrap();
        }
        drop(config);
        Self { folder, git, author: RefCell::new(("Ada".into(), "ada@example.org".into())) }
    }

    /// The root of the work tree.
    pub fn path(&self) -> &Path {
        self.git.workdir().unwrap()
    }

    /// A folder beside the repository that goes with it, for clones, caches and markers.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// libgit2's handle, for what this builder has no method for.
    pub fn git2(&self) -> &Repository {
        &self.git
    }

    /// The head commit.
    pub fn head(&self) -> Oid {
        self.git.head().unwrap().peel_to_commit().unwrap().id()
    }

    /// Author and committer of the commits from here on.
    pub fn author(&self, name: &str, mail: &str) -> &Self {
        *self.author.borrow_mut() = (name.into(), mail.into());
        self
    }

    /// Commits `files` (path, content) and the removal of `removed`, on `day`.
    pub fn commit(&self, files: &[(&str, &str)], removed: &[&str], subject: &str, day: i64) -> Oid {
        let files: Vec<_> = files.iter().map(|(p, c)| (p.as_bytes(), c.as_bytes())).collect();
        let removed: Vec<_> = removed.iter().map(|p| p.as_bytes()).collect();
        self.commit_bytes(&files, &removed, subject, day)
    }

    /// [`Repo::commit`] for names and contents that are not UTF-8.
    pub fn commit_bytes(&self, files: &[(&[u8], &[u8])], removed: &[&[u8]], subject: &str, day: i64) -> Oid {
        for path in removed {
            self.delete_bytes(path);
            self.stage_bytes(path);
        }
        for (path, content) in files {
            self.write_bytes(path, content);
            self.stage_bytes(path);
        }
        self.commit_staged(subject, day)
    }

    /// Commits a rename of the file `from`, content unchanged.
    pub fn rename(&self, from: &str, to: &str, subject: &str, day: i64) -> Oid {
        let content = fs::read(self.path().join(from)).unwrap();
        self.commit_bytes(&[(to.as_bytes(), &content)], &[from.as_bytes()], subject, day)
    }

    /// Commits a symbolic link.
    pub fn link(&self, path: &str, target: &str, subject: &str, day: i64) -> Oid {
        let place = self.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, &place).unwrap();
        self.stage(path);
        self.commit_staged(subject, day)
    }

    /// Commits what is staged.
    pub fn commit_staged(&self, subject: &str, day: i64) -> Oid {
        let parent = self.git.head().ok().map(|h| h.peel_to_commit().unwrap().id());
        self.write_commit(subject, day, &parent.into_iter().collect::<Vec<_>>())
    }

    fn write_commit(&self, subject: &str, day: i64, parents: &[Oid]) -> Oid {
        let mut index = self.index();
        let tree = self.git.find_tree(index.write_tree().unwrap()).unwrap();
        let (name, mail) = self.author.borrow().clone();
        let who = Signature::new(&name, &mail, &Time::new(at(day), 0)).unwrap();
        let parents: Vec<_> = parents.iter().map(|id| self.git.find_commit(*id).unwrap()).collect();
        let parents: Vec<_> = parents.iter().collect();
        self.git.commit(Some("HEAD"), &who, &who, subject, &tree, &parents).unwrap()
    }

    fn index(&self) -> git2::Index {
        let mut index = self.git.index().unwrap();
        index.read(false).unwrap();
        index
    }

    /// Makes branch `name` at the head and switches to it.
    pub fn branch(&self, name: &str) -> &Self {
        let head = self.git.head().unwrap().peel_to_commit().unwrap();
        self.git.branch(name, &head, true).unwrap();
        self.switch(name)
    }

    /// Switches to branch `name`; what was not committed is lost.
    pub fn switch(&self, name: &str) -> &Self {
        self.git.set_head(&format!("refs/heads/{name}")).unwrap();
        self.restore()
    }

    /// Puts the work tree and the index back to the head.
    pub fn restore(&self) -> &Self {
        self.git.checkout_head(Some(CheckoutBuilder::new().force().remove_untracked(true))).unwrap();
        self
    }

    /// Points the head at `commit` without a branch.
    pub fn detach(&self, commit: Oid) -> &Self {
        self.git.set_head_detached(commit).unwrap();
        self.restore()
    }

    /// Merges `branch` into the current one, always with a merge commit. What conflicts must stand in
    /// `files` or `removed`, which are applied on top of the merge.
    pub fn merge(&self, branch: &str, files: &[(&str, &str)], removed: &[&str], subject: &str, day: i64) -> Oid {
        let ours = self.git.head().unwrap().peel_to_commit().unwrap();
        let theirs = self.git.find_branch(branch, git2::BranchType::Local).unwrap().get().peel_to_commit().unwrap();
        let mut merged = self.git.merge_commits(&ours, &theirs, None).unwrap();
        for path in files.iter().map(|(p, _)| *p).chain(removed.iter().copied()) {
            merged.conflict_remove(Path::new(path)).ok();
            merged.remove_path(Path::new(path)).unwrap();
        }
        let tree = merged.write_tree_to(&self.git).unwrap();
        let tree = self.git.find_object(tree, None).unwrap();
        self.git.checkout_tree(&tree, Some(CheckoutBuilder::new().force().remove_untracked(true))).unwrap();
        for (path, content) in files {
            self.write(path, content);
            self.stage(path);
        }
        self.write_commit(subject, day, &[ours.id(), theirs.id()])
    }

    /// Tags the head.
    pub fn tag(&self, name: &str) -> &Self {
        let head = self.git.find_object(self.head(), None).unwrap();
        self.git.tag_lightweight(name, &head, true).unwrap();
        self
    }

    /// Writes a file of the work tree, without staging it.
    pub fn write(&self, path: &str, content: &str) -> &Self {
        self.write_bytes(path.as_bytes(), content.as_bytes())
    }

    /// [`Repo::write`] for bytes.
    pub fn write_bytes(&self, path: &[u8], content: &[u8]) -> &Self {
        let place = self.path().join(OsStr::from_bytes(path));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
        self
    }

    /// Deletes a file of the work tree and the folders that it leaves empty, without staging that. It may
    /// be gone already.
    pub fn delete(&self, path: &str) -> &Self {
        self.delete_bytes(path.as_bytes())
    }

    fn delete_bytes(&self, path: &[u8]) -> &Self {
        let place = self.path().join(OsStr::from_bytes(path));
        fs::remove_file(&place).ok();
        // Git keeps no empty folders.
        for folder in place.ancestors().skip(1).take_while(|f| *f != self.path()) {
            fs::remove_dir(folder).ok();
        }
        self
    }

    /// Stages a file as it is on disk, or its deletion.
    pub fn stage(&self, path: &str) -> &Self {
        self.stage_bytes(path.as_bytes())
    }

    fn stage_bytes(&self, path: &[u8]) -> &Self {
        let relative = Path::new(OsStr::from_bytes(path));
        let mut index = self.index();
        if self.path().join(relative).symlink_metadata().is_ok() {
            index.add_path(relative).unwrap();
        } else {
            index.remove_path(relative).unwrap();
        }
        index.write().unwrap();
        self
    }

    /// Runs git itself in the work tree, for what libgit2 can't make (worktrees, sparse checkouts,
    /// shallow and partial clones). Returns stdout; fails the test where git fails.
    pub fn git(&self, arguments: &[&str]) -> String {
        git_in(self.path(), arguments)
    }

    /// A clone of this repository beside it, by git itself: `arguments` such as `["--depth=1"]`.
    pub fn clone_with(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let to = self.beside(name);
        let url = format!("file://{}", self.path().display());
        let mut all = vec!["clone", "--quiet"];
        all.extend_from_slice(arguments);
        all.extend([url.as_str(), to.to_str().unwrap()]);
        git_in(self.folder.path(), &all);
        to
    }
}

/// A `git` command that sees no variable, configuration or template of the person who runs the tests.
pub fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    scrub(&mut command);
    command.current_dir(folder);
    command
}

/// Takes everything out of a command's environment by which git or a CI service would change what it
/// does, and gives it an empty home.
pub fn scrub(command: &mut Command) {
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        if ["GIT_", "GITHUB_", "GH_", "SHELFLIFE_", "XDG_"].iter().any(|p| name.starts_with(p)) || name == "CI" {
            command.env_remove(&key);
        }
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("HOME", "/nonexistent")
        .env("LC_ALL", "C.UTF-8")
        .env("GIT_AUTHOR_DATE", format!("{DAY_ZERO} +0000"))
        .env("GIT_COMMITTER_DATE", format!("{DAY_ZERO} +0000"));
}

/// Runs git in `folder` and returns stdout.
pub fn git_in(folder: &Path, arguments: &[&str]) -> String {
    // Submodules may come from this machine.
    let allow = ["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"];
    let output = git_command(folder).args(allow).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
