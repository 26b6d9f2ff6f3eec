//! Which commits stand for the history, and which files each of them held.

use std::collections::HashMap;

use git2::Oid;
use globset::GlobSet;
use rustc_hash::FxBuildHasher;

use super::class::Class;
use super::mainline::{MainIx, Mainline};
use super::objects::{Mode, Objects, ReadError};
use super::path::RepoPath;
use super::treediff;

/// A set of snapshots, one bit each; bit 0 is the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Mask(pub u32);

impl Mask {
    /// Whether no snapshot is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in both sets.
    #[must_use]
    pub fn and(self, other: Mask) -> Mask {
        Mask(self.0 & other.0)
    }

    /// What is in either set.
    #[must_use]
    pub fn or(self, other: Mask) -> Mask {
        Mask(self.0 | other.0)
    }

    /// The newest snapshot of the set.
    #[must_use]
    pub fn newest(self) -> Option<usize> {
        (self.0 != 0).then(|| 31 - self.0.leading_zeros() as usize)
    }

    /// The oldest snapshot of the set.
    #[must_use]
    pub fn oldest(self) -> Option<usize> {
        (self.0 != 0).then(|| self.0.trailing_zeros() as usize)
    }

    /// Whether snapshot `at` is in the set.
    #[must_use]
    pub fn has(self, at: usize) -> bool {
        at < 32 && self.0 & (1 << at) != 0
    }

    fn range(from: usize, to: usize) -> Mask {
        let below = |n: usize| if n >= 32 { u32::MAX } else { (1 << n) - 1 };
        Mask(below(to) & !below(from))
    }
}

/// The states that stand for the history, oldest first. The last is the head: its commit, or, where
/// files are changed on disk or in the index, a state of its own behind that commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshots {
    at: Vec<MainIx>,
    overlaid: bool,
}

/// At most this many, so that a set fits in a word.
pub const MOST: usize = 32;

impl Snapshots {
    /// Spreads at most `most` (up to [`MOST`]) snapshots over the mainline: three quarters evenly,
    /// the rest ever closer to the head, where many pages' lines were written. With `overlaid` the
    /// working tree is one more.
    #[must_use]
    pub fn spread(mainline: &Mainline, most: usize, overlaid: bool) -> Self {
        let most = most.clamp(2, MOST) - usize::from(overlaid);
        let head = mainline.head().0;
        let mut at: Vec<u32> = Vec::new();
        if mainline.len() <= most {
            at.extend(0..=head);
        } else {
            let close = most / 4;
            let even = (most - close).max(2);
            at.extend((0..even).map(|i| share(head, i, even - 1)));
            // The gap before the head in ever smaller steps.
            let gap = f64::from(head) / (even - 1) as f64;
            at.extend((1..=close).map(|i| head.saturating_sub(gap.powf(i as f64 / (close + 1) as f64) as u32)));
        }
        at.sort_unstable();
        at.dedup();
        Self { at: at.into_iter().map(MainIx).collect(), overlaid }
    }

    /// The same and `at`, unless there are [`MOST`] of them already.
    #[must_use]
    pub fn and(mut self, at: MainIx) -> Self {
        if let Err(place) = self.at.binary_search(&at)
            && self.len() < MOST
            && place < self.at.len()
        {
            self.at.insert(place, at);
        }
        self
    }

    /// The commits among them, as places on the mainline.
    #[must_use]
    pub fn commits(&self) -> &[MainIx] {
        &self.at
    }

    /// The commit of snapshot `index`; `None` for the working tree.
    #[must_use]
    pub fn commit(&self, index: usize) -> Option<MainIx> {
        self.at.get(index).copied()
    }

    /// Number of snapshots.
    #[must_use]
    pub fn len(&self) -> usize {
        self.at.len() + usize::from(self.overlaid)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The set that holds only the head.
    #[must_use]
    pub fn head(&self) -> Mask {
        Mask(1 << self.len().saturating_sub(1))
    }

    /// The snapshots at or after `at`.
    #[must_use]
    pub fn since(&self, at: MainIx) -> Mask {
        Mask::range(self.at.partition_point(|s| *s < at), self.len())
    }

    /// All snapshots before the head.
    #[must_use]
    pub fn before_head(&self) -> Mask {
        Mask::range(0, self.len().saturating_sub(1))
    }
}

/// `whole * part / of`, without overflow.
fn share(whole: u32, part: usize, of: usize) -> u32 {
    u32::try_from(u64::from(whole) * part as u64 / of.max(1) as u64).unwrap_or(whole)
}

/// Where a file's content is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// In the object store.
    Object(Oid),
    /// Laid over the head from the disk or the index; the index into the overlay's contents.
    Overlaid(usize),
}

/// A content that some snapshots hold.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Where it is.
    pub content: Content,
    /// One of the paths at which it stands.
    pub path: RepoPath,
    /// What it is worth there.
    pub class: Class,
    /// The snapshots that hold it.
    pub held: Mask,
}

/// A file's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PathLife {
    /// The snapshots that have it.
    pub held: Mask,
    /// Whether it is a folder.
    pub folder: bool,
}

/// Every path of every snapshot, and every content.
#[derive(Debug, Default)]
pub struct Census {
    /// Paths of files, links, submodules and folders.
    pub paths: HashMap<Box<[u8]>, PathLife, FxBuildHasher>,
    /// Contents with the snapshots that hold them, ordered by path.
    pub blobs: Vec<Blob>,
    /// The head's files and links, ordered by path.
    pub head: Vec<HeadFile>,
}

/// A file of the head.
#[derive(Debug, Clone)]
pub struct HeadFile {
    /// Its path.
    pub path: RepoPath,
    /// What it is.
    pub mode: Mode,
    /// Its content.
    pub content: Content,
}

impl HeadFile {
    /// The file or link at `path`; none where it is something else.
    fn of(path: &[u8], mode: Mode, content: Content) -> Option<Self> {
        (mode.is_file() || mode == Mode::Symlink).then(|| Self { path: RepoPath::new(path), mode, content })
    }
}

fn in_order(files: impl Iterator<Item = HeadFile>) -> Vec<HeadFile> {
    let mut files: Vec<HeadFile> = files.collect();
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The files and links of the tree `head` with `overlay` laid over it, ordered by path: [`Census::head`]
/// without the rest.
///
/// # Errors
/// Where a tree can't be read.
pub fn files(objects: &dyn Objects, head: Oid, overlay: &[OverlaidPath<'_>]) -> Result<Vec<HeadFile>, ReadError> {
    let laid: HashMap<&[u8], Option<usize>, FxBuildHasher> =
        overlay.iter().map(|(path, content)| (path.as_bytes(), *content)).collect();
    let mut files = Vec::new();
    treediff::diff(objects, None, Some(head), &|_| true, &mut |change| {
        if let Some((mode, id)) = change.new
            && !laid.contains_key(change.path.as_slice())
        {
            files.extend(HeadFile::of(&change.path, mode, Content::Object(id)));
        }
    })?;
    let over = laid.iter().filter_map(|(path, at)| HeadFile::of(path, Mode::File, Content::Overlaid((*at)?)));
    Ok(in_order(files.into_iter().chain(over)))
}

/// A change laid over the head: a path with its new content's index, or gone.
pub type OverlaidPath<'a> = (&'a RepoPath, Option<usize>);

/// Takes the census of `snapshots`, with `overlay` laid over the last. Where only a `part` of the
/// repository counts, contents are those of its files: another part may hold the same.
///
/// # Errors
/// Where a tree can't be read.
pub fn census(
    objects: &dyn Objects,
    mainline: &Mainline,
    snapshots: &Snapshots,
    overlay: &[OverlaidPath<'_>],
    part: Option<&GlobSet>,
) -> Result<Census, ReadError> {
    let mut live: HashMap<Box<[u8]>, (Mode, Content, usize), FxBuildHasher> = HashMap::default();
    let mut ended: Vec<(Box<[u8]>, Mode, Content, Mask)> = Vec::new();
    let mut before: Option<Oid> = None;
    for (index, at) in snapshots.commits().iter().enumerate() {
        let tree = mainline.get(*at).tree;
        treediff::diff(objects, before, Some(tree), &|_| true, &mut |change| {
            let path: Box<[u8]> = change.path.into();
            match change.new {
                Some((mode, id)) => {
                    if let Some((mode, content, since)) = live.insert(path.clone(), (mode, Content::Object(id), index))
                    {
                        ended.push((path, mode, content, Mask::range(since, index)));
                    }
                }
                None => {
                    if let Some((mode, content, since)) = live.remove(&path) {
                        ended.push((path, mode, content, Mask::range(since, index)));
                    }
                }
            }
        })?;
        before = Some(tree);
    }
    let last = snapshots.len().saturating_sub(1);
    for (path, content) in overlay {
        let key: Box<[u8]> = path.as_bytes().into();
        let old = match content {
            Some(index) => live.insert(key.clone(), (Mode::File, Content::Overlaid(*index), last)),
            None => live.remove(&key),
        };
        if let Some((mode, content, since)) = old {
            ended.push((key, mode, content, Mask::range(since, last)));
        }
    }
    let head =
        in_order(live.iter().filter_map(|(path, (mode, content, _))| HeadFile::of(path, *mode, content.clone())));
    ended.extend(live.into_iter().map(|(path, (mode, content, since))| {
        let held = Mask::range(since, snapshots.len());
        (path, mode, content, held)
    }));
    Ok(Census { head, ..sort_out(ended, part) })
}

fn sort_out(mut lives: Vec<(Box<[u8]>, Mode, Content, Mask)>, part: Option<&GlobSet>) -> Census {
    lives.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.3.0.cmp(&b.3.0)));
    let mut census = Census::default();
    let mut seen: HashMap<(Content, Class), usize, FxBuildHasher> = HashMap::default();
    for (path, mode, content, held) in lives {
        if held.is_empty() {
            continue;
        }
        let mut parent: &[u8] = &path;
        while let Some(slash) = memchr::memrchr(b'/', parent) {
            parent = &parent[..slash];
            match census.paths.get_mut(parent) {
                Some(life) if life.held.and(held) == held => break,
                Some(life) => life.held = life.held.or(held),
                None => {
                    census.paths.insert(parent.into(), PathLife { held, folder: true });
                }
            }
        }
        let life = census.paths.entry(path.clone()).or_default();
        life.held = life.held.or(held);
        life.folder |= mode == Mode::Submodule;
        if !mode.is_file() {
            continue;
        }
        let path = RepoPath::new(&path);
        let class = Class::of(&path);
        if class == Class::Ignored || part.is_some_and(|part| !part.is_match(&*path.display())) {
            continue;
        }
        match seen.entry((content.clone(), class)) {
            std::collections::hash_map::Entry::Occupied(at) => {
                if let Some(blob) = census.blobs.get_mut(*at.get()) {
                    blob.held = blob.held.or(held);
                }
            }
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(census.blobs.len());
                census.blobs.push(Blob { content, path, class, held });
            }
        }
    }
    census
}
