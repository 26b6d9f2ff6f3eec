//! The versions of each page along the first-parent history.
//!
//! One walk from the head to the oldest commit compares only the tree entries on the way to pages, by
//! object id. A whole-tree difference is made only at the commits in which a page appears, to find
//! the name that it had before.

use std::collections::BTreeMap;

use git2::Oid;

use super::former_name::{self, File};
use super::wanted::{Leaf, Step, Wanted};
use crate::history::ignore_revs::IgnoreRevs;
use crate::history::mainline::{MainIx, Mainline};
use crate::history::merge::inside_merge;
use crate::history::moment::PageOrigins;
use crate::history::objects::{Objects, ReadError};
use crate::history::path::RepoPath;
use crate::history::treediff;

/// A page as one commit left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageVersion {
    /// The commit that made the page so.
    pub at: MainIx,
    /// Its path then.
    pub path: RepoPath,
    /// Its content.
    pub blob: Oid,
}

/// One page's history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct History {
    /// Oldest first.
    versions: Vec<PageVersion>,
    unknown_before: bool,
}

/// The versions of the pages that were asked for, renames followed.
#[derive(Debug, Clone, Default)]
pub struct PageHistories {
    pages: BTreeMap<RepoPath, History>,
    ignore: IgnoreRevs,
}

impl PageHistories {
    /// Follows `pages` (paths of the head) back over `mainline`. A page that the head does not hold
    /// has no versions.
    ///
    /// # Errors
    /// Where the head's tree can't be read. An older tree that can't be read ends the walk there: what
    /// came before is unknown (see [`PageHistories::unknown_before`]).
    pub fn build(
        objects: &dyn Objects,
        mainline: &Mainline,
        pages: &[RepoPath],
        ignore: IgnoreRevs,
    ) -> Result<Self, ReadError> {
        let mut histories: BTreeMap<RepoPath, History> =
            pages.iter().map(|page| (page.clone(), History::default())).collect();
        if !mainline.is_empty() {
            let names: Vec<RepoPath> = histories.keys().cloned().collect();
            let followed = Walk::new(objects, mainline, &names)?.run();
            for (history, found) in histories.values_mut().zip(followed) {
                *history = found;
            }
        }
        Ok(Self { pages: histories, ignore })
    }

    /// The page's versions, oldest first.
    #[must_use]
    pub fn versions(&self, page: &RepoPath) -> &[PageVersion] {
        self.pages.get(page).map_or(&[], |h| &h.versions)
    }

    /// The commit that last changed the page's content. Pure moves and the commits of
    /// `.git-blame-ignore-revs` don't count, unless there is nothing else.
    #[must_use]
    pub fn last_edit(&self, page: &RepoPath) -> Option<MainIx> {
        let versions = self.versions(page);
        let edits = versions.iter().enumerate().rev().filter(|(at, version)| {
            let moved = at.checked_sub(1).is_some_and(|before| versions[before].blob == version.blob);
            !moved && !self.ignore.contains(version.at)
        });
        edits.map(|(_, version)| version.at).next().or_else(|| versions.first().map(|v| v.at))
    }

    /// The first name that the page is known by: it names the page across renames.
    #[must_use]
    pub fn oldest_name<'a>(&'a self, page: &'a RepoPath) -> &'a RepoPath {
        self.versions(page).first().map_or(page, |v| &v.path)
    }

    /// Whether the page is older than the history that is there (shallow clone, missing objects).
    #[must_use]
    pub fn unknown_before(&self, page: &RepoPath) -> bool {
        self.pages.get(page).is_some_and(|h| h.unknown_before)
    }

    /// Where the page's lines come from. `head_text` is the page's text where it is not the head's:
    /// changed on disk, or decoded from another encoding.
    #[must_use]
    pub fn origins(&self, objects: &dyn Objects, page: &RepoPath, head_text: Option<&[u8]>) -> PageOrigins {
        PageOrigins::build(objects, self.versions(page), self.unknown_before(page), head_text, &self.ignore)
    }

    /// The commits that are looked through.
    #[must_use]
    pub fn ignored(&self) -> &IgnoreRevs {
        &self.ignore
    }
}

/// The walk over the mainline, newest commit first.
struct Walk<'a> {
    objects: &'a dyn Objects,
    mainline: &'a Mainline,
    wanted: Wanted,
    /// Which tracks follow a wanted path, by leaf.
    followers: Vec<Vec<usize>>,
    tracks: Vec<Track>,
}

struct Track {
    /// The page's name at the commit that the walk has come to.
    name: RepoPath,
    leaf: Leaf,
    /// Newest first.
    versions: Vec<PageVersion>,
    /// The page is not in the tree that the walk has come to. It may have been there before, and
    /// been taken away for a while (a revert and its revert).
    absent: bool,
    unknown_before: bool,
}

impl<'a> Walk<'a> {
    fn new(objects: &'a dyn Objects, mainline: &'a Mainline, pages: &[RepoPath]) -> Result<Self, ReadError> {
        let wanted = Wanted::at(objects, mainline.get(mainline.head()).tree)?;
        let mut walk = Self { objects, mainline, wanted, followers: Vec::new(), tracks: Vec::new() };
        for page in pages {
            let leaf = walk.follow(page)?;
            let absent = walk.wanted.object(leaf).is_none();
            walk.tracks.push(Track { name: page.clone(), leaf, versions: Vec::new(), absent, unknown_before: false });
            // A page that the head doesn't hold is a new one; what stood at its path once was another.
            if !absent {
                walk.followers[leaf.0 as usize].push(walk.tracks.len() - 1);
            }
        }
        Ok(walk)
    }

    fn follow(&mut self, path: &RepoPath) -> Result<Leaf, ReadError> {
        let leaf = self.wanted.add(self.objects, path.as_bytes())?;
        self.followers.resize_with(self.followers.len().max(leaf.0 as usize + 1), Vec::new);
        Ok(leaf)
    }

    fn run(mut self) -> Vec<History> {
        let mut steps = Vec::new();
        let mut at = self.mainline.head();
        while at.0 > 0 {
            steps.clear();
            let older = MainIx(at.0 - 1);
            let stepped = self.wanted.step(self.objects, self.mainline.get(older).tree, &mut steps);
            // What was stepped over before the error is taken in all the same.
            let appeared = self.take(at, &steps);
            if stepped.and_then(|()| self.rename(at, &appeared)).is_err() {
                return self.end(at, true);
            }
            at = older;
        }
        let cut_off = self.mainline.cut_off;
        self.end(at, cut_off)
    }

    /// What is still there when the walk ends at `at` was made by `at`, or before it where the
    /// history is cut off.
    fn end(mut self, at: MainIx, cut_off: bool) -> Vec<History> {
        for track in &mut self.tracks {
            let blob = self.wanted.object(track.leaf);
            if !track.absent
                && let Some(blob) = blob
                && track.versions.last().is_none_or(|v| v.at > at)
            {
                track.versions.push(PageVersion { at, path: track.name.clone(), blob });
            }
            track.unknown_before |= cut_off && !track.absent;
        }
        let history = |mut track: Track| {
            track.versions.reverse();
            History { versions: track.versions, unknown_before: track.unknown_before }
        };
        self.tracks.into_iter().map(history).collect()
    }

    /// Takes in what changed between the commit `at` and its parent; the tracks of the pages that
    /// appeared in `at`, with their blobs.
    fn take(&mut self, at: MainIx, steps: &[Step]) -> Vec<(usize, Oid)> {
        let mut appeared = Vec::new();
        for step in steps {
            let followers = self.followers.get(step.leaf.0 as usize).cloned().unwrap_or_default();
            for track in followers {
                self.step(at, track, step, &mut appeared);
            }
        }
        appeared
    }

    fn step(&mut self, at: MainIx, track: usize, step: &Step, appeared: &mut Vec<(usize, Oid)>) {
        let Some(this) = self.tracks.get_mut(track) else { return };
        match (step.from, step.to) {
            (Some(blob), older) if !this.absent => {
                this.versions.push(PageVersion { at, path: this.name.clone(), blob });
                this.absent = older.is_none();
                if older.is_none() {
                    appeared.push((track, blob));
                }
            }
            (None, Some(older)) => {
                // Going back, the page's path is there again. The same page that was away, or another?
                let alike = this.versions.last().is_some_and(|newer| {
                    let read = |id| self.objects.blob(id);
                    newer.blob == older
                        || matches!((read(newer.blob), read(older)), (Ok(a), Ok(b)) if former_name::alike(&a, &b))
                });
                if alike {
                    this.absent = false;
                } else {
                    self.unfollow(track, step.leaf);
                }
            }
            _ => {}
        }
    }

    fn unfollow(&mut self, track: usize, leaf: Leaf) {
        if let Some(followers) = self.followers.get_mut(leaf.0 as usize) {
            followers.retain(|t| *t != track);
        }
    }

    /// Looks for the names that the pages that appeared in `at` had before.
    fn rename(&mut self, at: MainIx, appeared: &[(usize, Oid)]) -> Result<(), ReadError> {
        if appeared.is_empty() {
            return Ok(());
        }
        let older = MainIx(at.0 - 1);
        let (commit, parent) = (*self.mainline.get(at), *self.mainline.get(older));
        let new: Vec<File> = appeared
            .iter()
            .filter_map(|(track, blob)| Some(File { path: self.tracks.get(*track)?.name.clone(), blob: *blob }))
            .collect();
        let deleted = deleted(self.objects, parent.tree, commit.tree)?;
        let found =
            if deleted.is_empty() { vec![None; new.len()] } else { former_name::origins(self.objects, &new, &deleted) };
        for ((&(track, _), file), origin) in appeared.iter().zip(&new).zip(found) {
            let name = match origin {
                Some(origin) => Some(deleted[origin].path.clone()),
                None if commit.merged.is_some() && deleted.iter().any(|f| former_name::page_like(&f.path)) => {
                    self.renamed_inside(commit.id, parent.tree, &file.path)?
                }
                None => None,
            };
            if let Some(name) = name {
                let leaf = self.follow(&name)?;
                let Some(this) = self.tracks.get(track) else { continue };
                self.unfollow(track, this.leaf);
                self.followers[leaf.0 as usize].push(track);
                let absent = self.wanted.object(leaf).is_none();
                if let Some(this) = self.tracks.get_mut(track) {
                    (this.name, this.leaf, this.absent) = (name, leaf, absent);
                }
            }
        }
        Ok(())
    }

    /// The name from which a page came inside the merge `merge`, where the merge as a whole changed it
    /// too much to tell; only if that name is in the merge's first parent.
    fn renamed_inside(&self, merge: Oid, parent: Oid, page: &RepoPath) -> Result<Option<RepoPath>, ReadError> {
        let exists = &mut |tree| Ok(self.objects.lookup(tree, page.as_bytes())?.is_some());
        let inner = inside_merge(self.objects, merge, exists)?;
        if inner == merge {
            return Ok(None);
        }
        let commit = self.objects.commit(inner)?;
        let Some(&before) = commit.parents.first() else { return Ok(None) };
        let Ok(before) = self.objects.commit(before) else { return Ok(None) };
        let Some((mode, blob)) = self.objects.lookup(commit.tree, page.as_bytes())? else { return Ok(None) };
        let deleted = deleted(self.objects, before.tree, commit.tree)?;
        if !mode.is_file() || deleted.is_empty() {
            return Ok(None);
        }
        let new = [File { path: page.clone(), blob }];
        let Some(Some(origin)) = former_name::origins(self.objects, &new, &deleted).first().copied() else {
            return Ok(None);
        };
        let name = &deleted[origin].path;
        let there = self.objects.lookup(parent, name.as_bytes())?.is_some_and(|(mode, _)| mode.is_file());
        Ok(there.then(|| name.clone()))
    }
}

/// The files that `new` no longer has.
fn deleted(objects: &dyn Objects, old: Oid, new: Oid) -> Result<Vec<File>, ReadError> {
    let mut deleted = Vec::new();
    treediff::diff(objects, Some(old), Some(new), &|_| true, &mut |change| {
        if let (Some((mode, blob)), None) = (change.old, change.new)
            && mode.is_file()
        {
            deleted.push(File { path: RepoPath::new(&change.path), blob });
        }
    })?;
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Repository;
    use crate::testing::Repo;

    fn build(repo: &Repo, pages: &[&str]) -> PageHistories {
        let opened = Repository::open(repo.path()).unwrap();
        let mainline = opened.mainline().unwrap();
        let ignore = IgnoreRevs::load(&opened, &mainline).unwrap();
        let worker = opened.worker().unwrap();
        let pages: Vec<RepoPath> = pages.iter().map(|p| RepoPath::from(*p)).collect();
        PageHistories::build(&worker.objects().unwrap(), &mainline, &pages, ignore).unwrap()
    }

    fn places(histories: &PageHistories, page: &str) -> Vec<(u32, String)> {
        let versions = histories.versions(&page.into());
        versions.iter().map(|v| (v.at.0, v.path.to_string())).collect()
    }

    fn is(versions: &[(u32, &str)]) -> Vec<(u32, String)> {
        versions.iter().map(|(at, path)| (*at, (*path).to_owned())).collect()
    }

    const TEXT: &str = "first line of it\nsecond line of it\nthird line of it\n";

    #[test]
    fn renames_are_followed_through_names_and_edits() {
        let repo = Repo::new();
        repo.commit(&[("old.txt", TEXT), ("keep.md", "keep\n"), ("src/a.c", "int a;\n")], &[], "Begin", 0);
        repo.commit(&[("src/a.c", "int b;\n")], &[], "Code only", 1);
        repo.rename("old.txt", "docs/mid.md", "Move", 2);
        let edited = TEXT.replace("third", "3rd");
        repo.commit(&[("docs/mid.md", &edited)], &[], "Edit", 3);
        let again = edited.replace("second", "2nd");
        repo.commit(
            &[("guide/new.md", &again), ("guide/other.md", "quite\nanother\n")],
            &["docs/mid.md"],
            "Move and edit",
            4,
        );
        let histories = build(&repo, &["guide/new.md", "guide/other.md", "keep.md", "none.md"]);
        let expected = is(&[(0, "old.txt"), (2, "docs/mid.md"), (3, "docs/mid.md"), (4, "guide/new.md")]);
        assert_eq!(places(&histories, "guide/new.md"), expected);
        assert_eq!(places(&histories, "guide/other.md"), is(&[(4, "guide/other.md")]));
        assert_eq!(places(&histories, "keep.md"), is(&[(0, "keep.md")]));
        assert_eq!(places(&histories, "none.md"), []);
        assert_eq!(histories.oldest_name(&"guide/new.md".into()).to_string(), "old.txt");
        assert_eq!(histories.last_edit(&"guide/new.md".into()), Some(MainIx(4)));
        assert!(!histories.unknown_before(&"guide/new.md".into()));
    }

    #[test]
    fn pure_moves_and_ignored_commits_are_no_edits() {
        let repo = Repo::new();
        repo.commit(&[("a.md", TEXT)], &[], "Begin", 0);
        let format = repo.commit(&[("a.md", &TEXT.replace("line", "*line*"))], &[], "Format", 1);
        repo.rename("a.md", "b.md", "Move", 2);
        repo.commit(&[(".git-blame-ignore-revs", &format!("{format}\n"))], &[], "List", 3);
        assert_eq!(build(&repo, &["b.md"]).last_edit(&"b.md".into()), Some(MainIx(0)));
    }

    #[test]
    fn a_merge_that_brings_a_rename_is_followed() {
        let repo = Repo::new();
        repo.commit(&[("old.md", TEXT)], &[], "Begin", 0);
        repo.branch("side");
        repo.rename("old.md", "new.md", "Move", 1);
        repo.commit(&[("new.md", "all\nother\nwords\n")], &[], "Rewrite", 2);
        repo.switch("main");
        repo.commit(&[("code.c", "int c;\n")], &[], "Code", 3);
        repo.merge("side", &[], &[], "Merge side", 4);
        // Seen from the first parent nothing is alike; inside the merge the move is plain.
        assert_eq!(places(&build(&repo, &["new.md"]), "new.md"), is(&[(0, "old.md"), (2, "new.md")]));
    }

    #[test]
    fn a_merge_that_leaves_a_page_as_it_was_is_no_edit() {
        let repo = Repo::new();
        repo.commit(&[("a.md", TEXT)], &[], "Begin", 0);
        repo.branch("side");
        repo.commit(&[("b.md", "b\n")], &[], "Add b", 1);
        repo.switch("main");
        repo.commit(&[("a.md", &TEXT.replace("third", "3rd"))], &[], "Edit a", 2);
        repo.merge("side", &[], &[], "Merge side", 3);
        let histories = build(&repo, &["a.md", "b.md"]);
        assert_eq!(histories.last_edit(&"a.md".into()), Some(MainIx(1)));
        assert_eq!(places(&histories, "b.md"), is(&[(2, "b.md")]));
    }

    #[test]
    fn a_page_that_was_away_for_a_while_is_the_same_page() {
        let repo = Repo::new();
        repo.commit(&[("a.md", TEXT), ("b.md", "b once\n")], &[], "Begin", 0);
        repo.commit(&[], &["a.md", "b.md"], "Remove", 1);
        repo.commit(&[("c.c", "int c;\n")], &[], "Code", 2);
        repo.commit(&[("a.md", TEXT), ("b.md", "another page\nof this name\n")], &[], "Revert, in part", 3);
        let histories = build(&repo, &["a.md", "b.md"]);
        assert_eq!(places(&histories, "a.md"), is(&[(0, "a.md"), (3, "a.md")]));
        assert_eq!(places(&histories, "b.md"), is(&[(3, "b.md")]));
    }

    fn pages_of(repository: &Repository, objects: &dyn Objects) -> Vec<RepoPath> {
        let mut pages = Vec::new();
        treediff::diff(objects, None, Some(repository.head_tree()), &|_| true, &mut |change| {
            let path = RepoPath::new(&change.path);
            let documentation = path.as_bytes().to_ascii_lowercase().starts_with(b"doc");
            let page = path.extension() == Some(b"md") || documentation && former_name::page_like(&path);
            if page && change.new.is_some_and(|new| new.0.is_file()) {
                pages.push(path);
            }
        })
        .unwrap();
        pages
    }

    /// How well line origins agree with git: `SHELFLIFE_BENCH_REPO=… cargo test --lib -- --ignored
    /// --nocapture origins_agree_with_blame`.
    #[test]
    #[ignore = "compares with git blame; needs a real repository"]
    fn origins_agree_with_blame() {
        let path = std::env::var("SHELFLIFE_BENCH_REPO").unwrap();
        let opened = Repository::open(std::path::Path::new(&path)).unwrap();
        let mainline = opened.mainline().unwrap();
        let worker = opened.worker().unwrap();
        let objects = worker.objects().unwrap();
        let pages = pages_of(&opened, &objects);
        let histories = PageHistories::build(&objects, &mainline, &pages, IgnoreRevs::default()).unwrap();
        let (mut lines, mut same) = (0, 0);
        for page in &pages {
            let origins = histories.origins(&objects, page, None);
            let name = page.to_string();
            let arguments = ["blame", "-w", "--first-parent", "-s", "-l", "HEAD", "--", &name];
            let blame = crate::testing::git_in(std::path::Path::new(&path), &arguments);
            for (at, blamed) in blame.lines().enumerate() {
                let text = blamed.split_once(')').map_or("", |(_, text)| text);
                if !text.chars().any(char::is_alphanumeric) {
                    continue;
                }
                let ours = match origins.line(at).edited {
                    crate::history::Moment::At(at) => mainline.get(at).id.to_string(),
                    other => format!("{other:?}"),
                };
                lines += 1;
                if blamed.trim_start_matches('^').starts_with(ours.get(..39).unwrap_or(&ours)) {
                    same += 1;
                } else {
                    println!("{name}:{}: {} / {}: {text}", at + 1, &ours[..9], &blamed[..9]);
                }
            }
        }
        println!("{same} of {lines} lines");
        assert!(same * 100 >= lines * 90);
    }

    /// How long it takes on a large repository: `SHELFLIFE_BENCH_REPO=… cargo test --profile
    /// release-fast --lib -- --ignored --nocapture pages_of_a_large_history`.
    #[test]
    #[ignore = "measures; needs a large repository"]
    fn pages_of_a_large_history() {
        let path = std::env::var("SHELFLIFE_BENCH_REPO").unwrap();
        // Time on the processor, which other work on the machine changes less.
        let clock = || {
            let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
            text.split(' ').next().and_then(|t| t.parse::<u64>().ok()).unwrap_or_default() / 1_000
        };
        let mut last = clock();
        let mut lap = |what: &str| {
            let now = clock();
            println!("{what}: {} µs", now - last);
            last = now;
        };
        let opened = Repository::open(std::path::Path::new(&path)).unwrap();
        lap("open");
        let mainline = opened.mainline().unwrap();
        println!("{} commits", mainline.len());
        lap("mainline");
        let worker = opened.worker().unwrap();
        let objects = worker.objects().unwrap();
        let pages = pages_of(&opened, &objects);
        println!("{} pages", pages.len());
        lap("head");
        let histories = PageHistories::build(&objects, &mainline, &pages, IgnoreRevs::default()).unwrap();
        lap("histories");
        let versions: usize = pages.iter().map(|p| histories.versions(p).len()).sum();
        let renamed = pages.iter().filter(|p| histories.oldest_name(p) != *p).count();
        println!("{versions} versions, {renamed} renamed");
        let mut lines = 0;
        for page in &pages {
            lines += histories.origins(&objects, page, None).len();
        }
        println!("{lines} lines");
        lap("origins");
    }
}
