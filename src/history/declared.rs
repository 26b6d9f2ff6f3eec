//! Which files of the head declare a name: one look at each file of code, for the names that pages ask
//! for and no others.

use std::hash::BuildHasherDefault;

use super::class::Class;
use super::in_turn::in_turn;
use super::lifetime::{LARGEST, TermHasher, TermMap, is_binary};
use super::objects::Objects;
use super::path::RepoPath;
use super::scan::{self, Role, Sink, Token};
use super::snapshot::{Content, HeadFile};
use super::term::{Domain, Term};

/// A name that more files declare than this says nothing of any of them.
pub const MOST_FILES: usize = 4;

/// A set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// The set of `roles`.
    #[must_use]
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |all, role| all | 1 << *role as u8))
    }

    fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }
}

/// The names that are asked for, and the roles in which each counts as declared.
#[derive(Debug, Default)]
pub struct Asked(TermMap<Roles>);

impl Asked {
    /// Asks for a name; asked for twice, it counts in the roles of both.
    pub fn add(&mut self, term: Term, roles: Roles) {
        self.0.entry(term).or_default().0 |= roles.0;
    }

    fn wants(&self, term: Term, role: Role) -> bool {
        self.0.get(&term).is_some_and(|roles| roles.has(role))
    }
}

/// Which files declare which of the names.
#[derive(Debug, Default)]
pub struct Declared {
    files: TermMap<Vec<RepoPath>>,
}

impl Declared {
    /// Looks through the code of the head for the names of `asked`. `reader` calls back with a view of
    /// the object store of the calling thread's own; `overlaid` are the contents laid over the head.
    ///
    /// # Errors
    /// What `reader` says where the store can't be opened. A file that can't be read declares nothing.
    pub fn read<E: Send>(
        head: &[HeadFile],
        asked: &Asked,
        overlaid: &[&[u8]],
        reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync,
    ) -> Result<Self, E> {
        if asked.0.is_empty() {
            return Ok(Self::default());
        }
        let code: Vec<&HeadFile> =
            head.iter().filter(|f| f.mode.is_file() && Class::of(&f.path) == Class::Code).collect();
        let parts = in_turn(&code, reader, |objects, file: &&HeadFile| {
            let mut found = Vec::new();
            one(file, asked, overlaid, objects, &mut found);
            found
        })?;
        let mut declared = Self::default();
        // In the order of paths, whatever the threads did.
        for (term, path) in parts.into_iter().flatten() {
            let files = declared.files.entry(term).or_default();
            if files.len() <= MOST_FILES {
                files.push(path);
            }
        }
        Ok(declared)
    }

    /// The files that declare `term`, by path; none where there are more than [`MOST_FILES`].
    #[must_use]
    pub fn of(&self, term: Term) -> &[RepoPath] {
        self.files.get(&term).filter(|files| files.len() <= MOST_FILES).map_or(&[], Vec::as_slice)
    }
}

fn one(file: &HeadFile, asked: &Asked, overlaid: &[&[u8]], objects: &dyn Objects, out: &mut Vec<(Term, RepoPath)>) {
    let read;
    let content: &[u8] = match file.content {
        Content::Overlaid(at) => overlaid.get(at).copied().unwrap_or_default(),
        Content::Object(id) => match objects.size(id) {
            Ok(size) if size <= LARGEST => match objects.blob(id) {
                Ok(bytes) => {
                    read = bytes;
                    &read
                }
                Err(_) => return,
            },
            _ => return,
        },
    };
    if is_binary(content) {
        return;
    }
    let mut seen = Seen { asked, found: std::collections::HashSet::default() };
    scan::scan(&file.path, content, &mut seen);
    scan::names(&file.path, content, &mut |domain: Domain, name: &[u8], _| {
        seen.take(Term::of(domain, name), Role::Definition);
    });
    let mut found: Vec<Term> = seen.found.into_iter().collect();
    found.sort_unstable();
    out.extend(found.into_iter().map(|term| (term, file.path.clone())));
}

struct Seen<'a> {
    asked: &'a Asked,
    found: std::collections::HashSet<Term, BuildHasherDefault<TermHasher>>,
}

impl Seen<'_> {
    fn take(&mut self, term: Term, role: Role) {
        if self.asked.wants(term, role) {
            self.found.insert(term);
        }
    }
}

impl Sink for Seen<'_> {
    fn token(&mut self, token: &Token) {
        if matches!(token.role, Role::Use | Role::Comment) {
            return;
        }
        self.take(token.exact, token.role);
        if token.folded != token.exact {
            self.take(token.folded, token.role);
        }
    }
}
