//! The lifetime table: for every name that the code ever held, in which snapshots, and how.
//!
//! Each content of each snapshot is read once. The table answers every reference of every page at
//! once, with a few words of memory per name.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rayon::prelude::*;

use super::class::Class;
use super::scan::{ROLES, Role};
use super::snapshot::Mask;
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

/// The table is kept in this many parts, which threads put together side by side.
const SHARDS: usize = 16;

/// The part of the table that holds `term`: by bits that the maps themselves use least.
fn shard(term: Term) -> usize {
    (term.0 >> 32) as usize & (SHARDS - 1)
}

/// Names and their lives.
#[derive(Debug, Default)]
pub struct Lifetimes {
    /// By [`shard`].
    tables: Vec<TermMap<Life>>,
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
        self.tables.get(shard(term)).and_then(|t| t.get(&term)).copied().unwrap_or_default()
    }

    /// Number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.iter().map(HashMap::len).sum()
    }

    /// Whether the table is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts the parts of a table together.
    #[must_use]
    pub fn of_parts(parts: Vec<Part>) -> Self {
        let mut unread: Vec<_> = Vec::new();
        let mut shards: Vec<Vec<TermMap<Life>>> = (0..SHARDS).map(|_| Vec::new()).collect();
        for mut part in parts {
            unread.append(&mut part.unread);
            for (shard, table) in shards.iter_mut().zip(part.tables) {
                shard.push(table);
            }
        }
        unread.sort();
        Self { tables: shards.into_par_iter().map(joined).collect(), unread }
    }
}

fn joined(mut tables: Vec<TermMap<Life>>) -> TermMap<Life> {
    let largest = (0..tables.len()).max_by_key(|&at| tables.get(at).map_or(0, HashMap::len));
    let mut all = largest.map(|at| tables.swap_remove(at)).unwrap_or_default();
    for table in tables {
        for (term, life) in table {
            all.entry(term).or_default().merge(&life);
        }
    }
    all
}

/// A part of a table, as one thread fills it.
pub struct Part {
    tables: [TermMap<Life>; SHARDS],
    /// Files of the head that were not read.
    pub unread: Vec<(super::RepoPath, Unread)>,
    recent: Vec<(u64, u32, u8)>,
}

impl Default for Part {
    fn default() -> Self {
        Self { tables: Default::default(), unread: Vec::new(), recent: vec![(0, 0, 0); RECENT] }
    }
}

impl Part {
    /// Starts with another file: what its names are worth may differ.
    pub fn next_file(&mut self) {
        self.recent.fill((0, 0, 0));
    }

    /// Takes in that a file of `class` holds `term` in `role` in the snapshots `held`.
    pub fn add(&mut self, term: Term, role: Role, class: Class, held: u32) {
        let bit = 1u8 << role as u8;
        let slot = &mut self.recent[term.0 as usize & (RECENT - 1)];
        // Once with the same or with more snapshots.
        if slot.0 == term.0 && slot.2 & bit != 0 && slot.1 & held == held {
            return;
        }
        *slot = if slot.0 == term.0 && slot.1 == held { (term.0, held, slot.2 | bit) } else { (term.0, held, bit) };
        let life = self.tables[shard(term)].entry(term).or_default();
        match class {
            Class::Weak => life.weak |= held,
            Class::Vendored if role == Role::Comment => {}
            Class::Vendored => life.vendored |= held,
            Class::Code | Class::Ignored => life.roles[role as usize] |= held,
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
