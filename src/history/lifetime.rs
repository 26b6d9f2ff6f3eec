//! The lifetime table: for every name that the code ever held, in which snapshots, and how.
//!
//! Each content of each snapshot is read once. The table answers every reference of every page at
//! once, with a few words of memory per name.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rayon::prelude::*;

use super::class::Class;
use super::objects::Objects;
use super::scan::{self, ROLES, Role, Sink, Token};
use super::snapshot::{Blob, Content, Mask};
use super::term::Term;

/// Files larger than this (in bytes) are not read; what they hold is unknown.
pub const LARGEST: usize = 4 << 20;

/// A name's life: for each role the snapshots in which it plays it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Life {
    roles: [u32; ROLES],
    weak: u32,
    vendored: u32,
}

impl Life {
    /// The snapshots in which the name plays `role` in code that counts.
    #[must_use]
    pub fn role(&self, role: Role) -> Mask {
        Mask(self.roles[role as usize])
    }

    /// The snapshots in which it plays any of `roles` in code that counts.
    #[must_use]
    pub fn any(&self, roles: &[Role]) -> Mask {
        Mask(roles.iter().fold(0, |mask, role| mask | self.roles[*role as usize]))
    }

    /// The snapshots in which vendored code declares or uses it.
    #[must_use]
    pub fn vendored(&self) -> Mask {
        Mask(self.vendored)
    }

    /// The snapshots in which it stands in tests, examples or generated files, in any role.
    #[must_use]
    pub fn weak(&self) -> Mask {
        Mask(self.weak)
    }

    /// The snapshots in which code that counts holds it outside of comments.
    #[must_use]
    pub fn code(&self) -> Mask {
        self.any(&[Role::Definition, Role::Key, Role::Literal, Role::Flag, Role::Use])
    }

    /// The snapshots in which it stands anywhere at all.
    #[must_use]
    pub fn anywhere(&self) -> Mask {
        Mask(self.roles.iter().fold(self.weak | self.vendored, |a, b| a | b))
    }

    fn merge(&mut self, other: &Life) {
        for (mine, theirs) in self.roles.iter_mut().zip(other.roles) {
            *mine |= theirs;
        }
        self.weak |= other.weak;
        self.vendored |= other.vendored;
    }
}

/// Hashes a [`Term`] by itself: it is a hash already.
#[derive(Default)]
pub struct TermHasher(u64);

impl Hasher for TermHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// A map by term.
pub type TermMap<V> = HashMap<Term, V, BuildHasherDefault<TermHasher>>;

/// Names and their lives.
#[derive(Debug, Default)]
pub struct Lifetimes {
    table: TermMap<Life>,
    /// Files of the head that were not read, with the reason: what they hold is unknown.
    pub unread: Vec<(super::RepoPath, Unread)>,
}

/// Why a file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unread {
    /// Larger than [`LARGEST`].
    TooLarge,
    /// Not in the object store.
    Missing,
    /// Not text.
    Binary,
}

impl Lifetimes {
    /// The life of `term`; empty where the code never held it.
    #[must_use]
    pub fn of(&self, term: Term) -> Life {
        self.table.get(&term).copied().unwrap_or_default()
    }

    /// Number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether the table is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Reads `blobs` into a table, in parallel. `reader` calls back with a view of the object store
    /// of the calling thread's own; `overlaid` are the contents that are laid over the head.
    ///
    /// # Errors
    /// What `reader` says where the store can't be opened.
    pub fn read<E: Send>(
        blobs: &[Blob],
        head: Mask,
        overlaid: &[&[u8]],
        reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync,
    ) -> Result<Self, E> {
        let workers = rayon::current_num_threads().max(1);
        let chunk = blobs.len().div_ceil(workers * 4).max(1);
        blobs
            .par_chunks(chunk)
            .map(|chunk| {
                let mut part = Self::default();
                reader(&mut |objects| part.read_chunk(chunk, head, overlaid, objects))?;
                Ok(part)
            })
            .try_reduce(Self::default, |a, b| Ok(a.merged(b)))
    }

    fn merged(mut self, mut other: Self) -> Self {
        if self.table.len() < other.table.len() {
            std::mem::swap(&mut self, &mut other);
        }
        for (term, life) in &other.table {
            self.table.entry(*term).or_default().merge(life);
        }
        self.unread.append(&mut other.unread);
        self.unread.sort();
        self
    }

    fn read_chunk(&mut self, blobs: &[Blob], head: Mask, overlaid: &[&[u8]], objects: &dyn Objects) {
        let mut recent = vec![(0u64, 0u8); RECENT];
        for blob in blobs {
            let read;
            let content: &[u8] = match blob.content {
                Content::Overlaid(at) => overlaid.get(at).copied().unwrap_or_default(),
                Content::Object(id) => match objects.size(id) {
                    Ok(size) if size > LARGEST => {
                        self.skip(blob, head, Unread::TooLarge);
                        continue;
                    }
                    _ => match objects.blob(id) {
                        Ok(bytes) => {
                            read = bytes;
                            &read
                        }
                        Err(_) => {
                            self.skip(blob, head, Unread::Missing);
                            continue;
                        }
                    },
                },
            };
            if is_binary(content) {
                self.skip(blob, head, Unread::Binary);
                continue;
            }
            recent.fill((0, 0));
            let mut filler =
                Filler { table: &mut self.table, held: blob.held.0, class: blob.class, recent: &mut recent };
            scan::scan(&blob.path, content, &mut filler);
            scan::names(&blob.path, content, &mut |domain, name, _| {
                filler.add(Term::of(domain, name), Role::Definition)
            });
        }
    }

    fn skip(&mut self, blob: &Blob, head: Mask, why: Unread) {
        if !blob.held.and(head).is_empty() && why != Unread::Binary {
            self.unread.push((blob.path.clone(), why));
        }
    }
}

/// Whether a content is no text: a NUL among its first bytes, as git sees it.
#[must_use]
pub fn is_binary(content: &[u8]) -> bool {
    memchr::memchr(0, &content[..content.len().min(8000)]).is_some()
}

/// Slots for the names that a file has shown already; most names of a file come many times.
const RECENT: usize = 1 << 12;

struct Filler<'a> {
    table: &'a mut TermMap<Life>,
    held: u32,
    class: Class,
    recent: &'a mut [(u64, u8)],
}

impl Filler<'_> {
    fn add(&mut self, term: Term, role: Role) {
        let bit = 1u8 << role as u8;
        let slot = &mut self.recent[term.0 as usize & (RECENT - 1)];
        if slot.0 == term.0 {
            if slot.1 & bit != 0 {
                return;
            }
            slot.1 |= bit;
        } else {
            *slot = (term.0, bit);
        }
        let life = self.table.entry(term).or_default();
        match self.class {
            Class::Weak => life.weak |= self.held,
            Class::Vendored if role == Role::Comment => {}
            Class::Vendored => life.vendored |= self.held,
            Class::Code | Class::Ignored => life.roles[role as usize] |= self.held,
        }
    }
}

impl Sink for Filler<'_> {
    fn token(&mut self, token: &Token) {
        self.add(token.exact, token.role);
        if token.folded != token.exact {
            self.add(token.folded, token.role);
        }
    }
}
