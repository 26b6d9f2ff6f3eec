//! An opened repository: where it is, what its head is, and readers of its objects.
//!
//! Nothing here starts a process. libgit2 knows no hooks, pagers, signature programs, external diffs,
//! file system monitors or filter programs, and no network is ever asked for a missing object.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use git2::{Oid, RepositoryOpenFlags};

use super::mailmap::Mailmap;
use super::mainline::Mainline;
use super::objects::{CommitHead, GitObjects, Objects, ReadError, Tree};
use super::open_error::OpenError;
use crate::finding::CommitRef;

/// The largest `.mailmap` that is read, in bytes.
const MAX_MAILMAP: usize = 8 << 20;

/// A repository to audit. May be shared between threads; each thread reads through its own
/// [`Worker`].
pub struct Repository {
    root: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
    bare: bool,
    /// Whether the head is another commit than the one that is checked out.
    pinned: bool,
    head: Oid,
    head_tree: Oid,
    shallow: BTreeSet<Oid>,
    grafts: HashMap<Oid, Vec<Oid>>,
    mailmap: Mailmap,
    /// For the few reads that belong to no worker; none until there is one.
    own: Mutex<Option<Worker>>,
}

/// One thread's reader of a repository.
pub struct Worker {
    git: git2::Repository,
}

impl Worker {
    fn open(at: &Path) -> Result<Self, git2::Error> {
        static SETTINGS: Once = Once::new();
        // Hashing what is read costs four times the reading, and git itself does not do it. The
        // switches are process-wide.
        SETTINGS.call_once(|| {
            git2::opts::strict_hash_verification(false);
            // Objects are read once; what is asked for again is remembered by whoever asks.
            git2::opts::enable_caching(false);
        });
        // Without `FROM_ENV`: `GIT_DIR` and its like, as set inside a hook, must not lead elsewhere.
        let git = git2::Repository::open_ext(at, RepositoryOpenFlags::empty(), std::iter::empty::<&std::ffi::OsStr>())?;
        Ok(Self { git })
    }

    /// The objects, for this thread.
    ///
    /// # Errors
    /// Where the object database can't be opened.
    pub fn objects(&self) -> Result<GitObjects<'_>, ReadError> {
        GitObjects::new(&self.git).map_err(|e| ReadError::Database(e.message().to_owned()))
    }

    /// libgit2's own handle.
    #[must_use]
    pub fn git2(&self) -> &git2::Repository {
        &self.git
    }
}

impl Repository {
    /// Opens the repository that holds `path`, looked for upward as git does. Worktrees, submodules,
    /// detached heads, bare repositories and shallow clones will do.
    ///
    /// # Errors
    /// [`OpenError`] says why not and what mends it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        if let Err(error) = fs::metadata(path) {
            return Err(OpenError::Path { path: path.to_owned(), message: error.to_string() });
        }
        let worker = Worker::open(path).map_err(|e| OpenError::classify(path, &e))?;
        let git = &worker.git;
        let git_dir = git.path().to_owned();
        let common_dir = git.commondir().to_owned();
        // A git folder that says nothing of a work tree and isn't called `.git` stands alone.
        let guessed = |workdir: &&Path| git.path().parent() == Some(*workdir) && !git.path().ends_with(".git");
        let workdir = git.workdir().filter(|w| !guessed(w));
        let bare = workdir.is_none();
        let root = workdir.unwrap_or(git.path());
        // libgit2 ends folders in a slash; people and `Path::join` don't care for it.
        let root: PathBuf = root.components().collect();
        let unreadable = |message: &str| OpenError::Unreadable { path: root.clone(), message: message.to_owned() };
        let head = match git.head().and_then(|head| head.peel_to_commit()) {
            Ok(commit) => commit.id(),
            Err(e) if e.code() == git2::ErrorCode::UnbornBranch => {
                return Err(OpenError::NoCommits { path: root });
            }
            Err(e) => return Err(unreadable(e.message())),
        };
        let (head_tree, mailmap) = {
            let objects = worker.objects().map_err(|e| unreadable(&e.to_string()))?;
            let commit = objects.commit(head).map_err(|e| unreadable(&e.to_string()))?;
            (commit.tree, load_mailmap(&objects, commit.tree))
        };
        Ok(Self {
            head,
            head_tree,
            shallow: load_shallow(&common_dir),
            grafts: load_grafts(&common_dir),
            mailmap,
            root,
            git_dir,
            common_dir,
            bare,
            pinned: false,
            own: Mutex::new(Some(worker)),
        })
    }

    /// The same repository with `commit` for its head, and with nothing laid over it: what is changed
    /// on disk or in the index belongs to the commit that is checked out.
    ///
    /// # Errors
    /// Where the commit can't be read.
    pub fn pinned_to(mut self, commit: Oid) -> Result<Self, ReadError> {
        let (tree, mailmap) = {
            let worker = self.worker()?;
            let objects = worker.objects()?;
            let tree = objects.commit(commit)?.tree;
            (tree, load_mailmap(&objects, tree))
        };
        self.head = commit;
        self.head_tree = tree;
        self.mailmap = mailmap;
        self.pinned = true;
        Ok(self)
    }

    /// Whether what lies on disk belongs to the head: there is a work tree, and the head is what is
    /// checked out in it.
    #[must_use]
    pub fn is_checked_out(&self) -> bool {
        !self.bare && !self.pinned
    }

    /// The commit that `revision` names, as git reads it: an id, a branch, a tag, `HEAD~2`.
    ///
    /// # Errors
    /// Where it names none; with libgit2's words.
    pub fn resolve(&self, revision: &str) -> Result<Oid, String> {
        self.own(|git| {
            let found = git.revparse_single(revision).and_then(|object| object.peel_to_commit());
            found.map(|commit| commit.id()).map_err(|e| e.message().to_owned())
        })
        .map_err(|e| e.to_string())?
    }

    /// The root of the work tree; of a bare repository, the repository itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The git folder of this work tree.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git folder that worktrees of one repository share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Whether there is no work tree.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// Whether a part of the history was never fetched.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        !self.shallow.is_empty()
    }

    /// The head commit.
    #[must_use]
    pub fn head(&self) -> Oid {
        self.head
    }

    /// The head commit's tree.
    #[must_use]
    pub fn head_tree(&self) -> Oid {
        self.head_tree
    }

    /// A reader for one thread.
    ///
    /// # Errors
    /// Where the repository can't be opened again.
    pub fn worker(&self) -> Result<Worker, ReadError> {
        let at = if self.bare { &self.git_dir } else { &self.root };
        Worker::open(at).map_err(|e| ReadError::Database(e.message().to_owned()))
    }

    /// Lets `read` have the repository's own reader, which is opened where there is none.
    fn own<R>(&self, read: impl FnOnce(&git2::Repository) -> R) -> Result<R, ReadError> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = match own.take() {
            Some(worker) => worker,
            None => self.worker()?,
        };
        Ok(read(&own.insert(worker).git))
    }

    /// Closes the repository's own reader until it is needed again. Where no other reads either, the packs
    /// are no longer mapped, and what was read of them no longer counts as this program's memory.
    pub fn rest(&self) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The first-parent history of the head, up to where a shallow clone was cut off. Grafts
    /// (`info/grafts`) count, as they do for git.
    ///
    /// # Errors
    /// Where the head can't be read.
    pub fn mainline(&self) -> Result<Mainline, ReadError> {
        let worker = self.worker()?;
        let objects = worker.objects()?;
        let boundary = |id: Oid| self.shallow.contains(&id);
        if self.grafts.is_empty() {
            return Mainline::walk(&objects, self.head, &boundary);
        }
        Mainline::walk(&Grafted { objects: &objects, grafts: &self.grafts }, self.head, &boundary)
    }

    /// What evidence says of commit `id`: author's name through the head's `.mailmap`, author date and
    /// subject, all made fit to print. Where the commit can't be read, the id alone.
    #[must_use]
    pub fn commit_ref(&self, id: Oid) -> CommitRef {
        let read = self.own(|git| {
            let commit = git.find_commit(id).ok()?;
            let label = commit.message_encoding().ok().flatten();
            let text = |bytes: &[u8]| printable(&decode(bytes, label));
            let author = commit.author();
            let (name, mail) = (text(author.name_bytes()), text(author.email_bytes()));
            Some(CommitRef {
                id: id.to_string(),
                time: author.when().seconds(),
                author: self.mailmap.resolve(&name, &mail).0.to_owned(),
                subject: text(subject(commit.message_raw_bytes())),
            })
        });
        let nameless = || CommitRef { id: id.to_string(), time: 0, author: String::new(), subject: String::new() };
        read.ok().flatten().unwrap_or_else(nameless)
    }

    /// The people that the head's `.mailmap` joins.
    #[must_use]
    pub fn mailmap(&self) -> &Mailmap {
        &self.mailmap
    }

    /// The tags that lead to a commit, by name without `refs/tags/`; in the order of their names.
    #[must_use]
    pub fn tags(&self) -> Vec<(String, Oid)> {
        let mut tags = Vec::new();
        // Without a reader there is no tag that can be read.
        let _ = self.own(|git| {
            // A tag that can't be read is no place to look at; the others stand.
            for reference in git.references_glob("refs/tags/*").into_iter().flatten().flatten() {
                let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                if let (Some(name), Ok(commit)) = (name.strip_prefix("refs/tags/"), reference.peel_to_commit()) {
                    tags.push((name.to_owned(), commit.id()));
                }
            }
        });
        tags.sort();
        tags
    }

    /// The committer date of `commit`, in seconds since 1970.
    #[must_use]
    pub fn time(&self, commit: Oid) -> Option<i64> {
        self.own(|git| git.find_commit(commit).ok().map(|c| c.committer().when().seconds())).ok().flatten()
    }

    /// Whether `commit` is `of`, or among what came before it; false where the history between them can't be read.
    #[must_use]
    pub fn is_ancestor(&self, commit: Oid, of: Oid) -> bool {
        commit == of || self.own(|git| git.graph_descendant_of(of, commit).unwrap_or(false)).unwrap_or(false)
    }

    /// The configured remotes as `owner/name` (with every group where a host nests them), sorted,
    /// without credentials, host or `.git`.
    #[must_use]
    pub fn remote_slugs(&self) -> Vec<String> {
        let slugs: BTreeSet<String> = self.remote_urls().iter().filter_map(|url| slug(url)).collect();
        slugs.into_iter().collect()
    }

    /// The addresses of the configured remotes as they stand there, `origin` first, then by name.
    /// They may hold credentials: show them to nobody.
    #[must_use]
    pub fn remote_urls(&self) -> Vec<String> {
        let read = self.own(|git| {
            let Ok(names) = git.remotes() else { return Vec::new() };
            let mut names: Vec<&str> = names.iter().flatten().flatten().collect();
            names.sort_by_key(|name| (*name != "origin", *name));
            let url = |name: &str| Some(git.find_remote(name).ok()?.url().ok()?.to_owned());
            names.into_iter().filter_map(url).collect()
        });
        read.unwrap_or_default()
    }

    /// The bytes of a file at the root of the head, if it is there.
    #[must_use]
    pub fn head_file(&self, path: &[u8]) -> Option<Vec<u8>> {
        self.file_at(self.head, path)
    }

    /// The bytes of a file of `commit`, if it is there; `path` goes from the root.
    #[must_use]
    pub fn file_at(&self, commit: Oid, path: &[u8]) -> Option<Vec<u8>> {
        let read = self.own(|git| {
            let objects = GitObjects::new(git).ok()?;
            let tree = if commit == self.head { self.head_tree } else { objects.commit(commit).ok()?.tree };
            let (mode, id) = objects.lookup(tree, path).ok()??;
            if mode.is_file() { objects.blob(id).ok() } else { None }
        });
        read.ok().flatten()
    }
}

/// `Objects` with the parents that `info/grafts` gives.
struct Grafted<'a> {
    objects: &'a dyn Objects,
    grafts: &'a HashMap<Oid, Vec<Oid>>,
}

impl Objects for Grafted<'_> {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.objects.blob(id)
    }

    fn size(&self, id: Oid) -> Result<usize, ReadError> {
        self.objects.size(id)
    }

    fn tree(&self, id: Oid) -> Result<Tree, ReadError> {
        self.objects.tree(id)
    }

    fn commit(&self, id: Oid) -> Result<CommitHead, ReadError> {
        let mut commit = self.objects.commit(id)?;
        if let Some(parents) = self.grafts.get(&id) {
            commit.parents.clone_from(parents);
        }
        Ok(commit)
    }
}

fn load_mailmap(objects: &dyn Objects, tree: Oid) -> Mailmap {
    let read = || -> Result<Option<Vec<u8>>, ReadError> {
        match objects.lookup(tree, b".mailmap")? {
            Some((mode, id)) if mode.is_file() && objects.size(id)? <= MAX_MAILMAP => objects.blob(id).map(Some),
            _ => Ok(None),
        }
    };
    // Without it names are spelled as in the commits, which is no reason to stop.
    match read() {
        Ok(Some(bytes)) => Mailmap::parse(&String::from_utf8_lossy(&bytes)),
        _ => Mailmap::default(),
    }
}

fn load_shallow(common_dir: &Path) -> BTreeSet<Oid> {
    let text = fs::read_to_string(common_dir.join("shallow")).unwrap_or_default();
    text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()
}

fn load_grafts(common_dir: &Path) -> HashMap<Oid, Vec<Oid>> {
    let text = fs::read_to_string(common_dir.join("info/grafts")).unwrap_or_default();
    let mut grafts = HashMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut ids = line.split_ascii_whitespace().map(Oid::from_str);
        if let Some(Ok(commit)) = ids.next()
            && let Ok(parents) = ids.collect()
        {
            grafts.insert(commit, parents);
        }
    }
    grafts
}

/// The first line of a message that is not empty.
fn subject(message: &[u8]) -> &[u8] {
    message.split(|&b| b == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty()).unwrap_or_default()
}

pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    match label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes())) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Control characters would let a commit write to the reader's terminal.
pub(super) fn printable(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// `owner/name` of a remote's address.
fn slug(url: &str) -> Option<String> {
    let path = if let Some((scheme, rest)) = url.split_once("://") {
        if scheme.eq_ignore_ascii_case("file") {
            return None;
        }
        rest.split_once('/')?.1
    } else {
        // `user@host:owner/name`; a local path has no colon before its first slash.
        let (host, path) = url.split_once(':')?;
        // `helper::address` would run a program.
        if host.contains('/') || path.starts_with(':') {
            return None;
        }
        path
    };
    let path = path.split(['?', '#']).next()?.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<_> = path.split('/').collect();
    (parts.len() >= 2 && parts.iter().all(|p| !p.is_empty())).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Repo, at};

    #[test]
    fn slugs_of_every_form_of_address() {
        for (url, expected) in [
            ("https://github.com/owner/name.git", Some("owner/name")),
            ("https://user:secret@github.com/owner/name", Some("owner/name")),
            ("git@github.com:owner/name.git", Some("owner/name")),
            ("ssh://git@host:2222/group/sub/name.git/", Some("group/sub/name")),
            ("/srv/git/name.git", None),
            ("file:///srv/git/name.git", None),
            ("../a:b/c", None),
            ("ext::sh -c x/y", None),
            ("https://host/name", None),
        ] {
            assert_eq!(slug(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn commits_are_named_by_mailmap_and_can_t_drive_a_terminal() {
        let repo = Repo::new();
        repo.author("old", "ada@example.org");
        let id = repo.commit(&[(".mailmap", "Ada <ada@example.org>\n")], &[], "\n\n  Say\x1b[31m it \nbody", 3);
        let opened = Repository::open(&repo.path().join(".git")).unwrap();
        let named = opened.commit_ref(id);
        assert_eq!((named.author.as_str(), named.time), ("Ada", at(3)));
        assert_eq!(named.subject, "Say\u{fffd}[31m it");
        assert_eq!(named.id, id.to_string());
        let absent = opened.commit_ref(Oid::ZERO_SHA1);
        assert_eq!(absent.subject, "");
    }

    #[test]
    fn tags_of_both_kinds_lead_to_their_commits() {
        let repo = Repo::new();
        let first = repo.commit(&[("a", "1\n")], &[], "One", 0);
        repo.tag("v1");
        let second = repo.commit(&[("a", "2\n")], &[], "Two", 1);
        repo.git(&["tag", "-a", "-m", "two", "v2"]);
        repo.git(&["tag", "tree", "HEAD^{tree}"]);
        let opened = Repository::open(repo.path()).unwrap();
        assert_eq!(opened.tags(), [("v1".to_owned(), first), ("v2".to_owned(), second)]);
    }

    #[test]
    fn grafts_join_histories() {
        let repo = Repo::new();
        let old = repo.commit(&[("a", "1\n")], &[], "Old", 0);
        repo.git(&["checkout", "-q", "--orphan", "fresh"]);
        let new = repo.commit(&[("a", "2\n")], &[], "New", 1);
        let length = |repo: &Repo| Repository::open(repo.path()).unwrap().mainline().unwrap().len();
        assert_eq!(length(&repo), 1);
        std::fs::create_dir_all(repo.path().join(".git/info")).unwrap();
        std::fs::write(repo.path().join(".git/info/grafts"), format!("{new} {old}\n")).unwrap();
        assert_eq!(length(&repo), 2);
    }
}
