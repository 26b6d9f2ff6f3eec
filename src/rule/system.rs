//! What checks may ask: the code's past and present, and the pages.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::document::Document;
use crate::history::declarations::Declarations;
use crate::history::facts::Facts;
use crate::history::lifetime::{Life, Lifetimes};
use crate::history::lists::Lists;
use crate::history::pairs::Pairs;
use crate::history::paths::Paths;
use crate::history::scan::Role;
use crate::history::snapshot::{Mask, Snapshots};
use crate::history::term::{Domain, Term};
use crate::history::{MainIx, Oid, RepoPath};
use crate::reference::Reference;
use crate::reference::claim::value::ValueClaim;
use crate::rule::checks::dead_link::Anchors;

/// A page with what was read from it.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The parsed page.
    pub document: &'a Document,
    /// Its path in the repository; of a page that stands elsewhere, a name that no file there has.
    pub path: &'a RepoPath,
    /// The name by which fingerprints know it, where that is not its oldest path.
    pub known_as: Option<&'a str>,
    /// Whether it stands elsewhere than in the system's repository: what it links to by a path is
    /// no file of the system.
    pub elsewhere: bool,
    /// What it names, in reading order.
    pub references: &'a [Reference],
    /// The values that it gives to them.
    pub values: &'a [ValueClaim],
}

impl Page<'_> {
    /// The folder that holds the page.
    #[must_use]
    pub fn folder(&self) -> &[u8] {
        self.path.parent()
    }
}

/// What overtook a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superseded {
    /// When: the state of the mainline that the next release was made of, or the first after it.
    pub at: MainIx,
    /// The commit of that release.
    pub commit: Oid,
    /// The newest version now, as numbers with dots.
    pub newest: String,
}

/// Says which releases there were.
pub trait Releases: Sync + std::fmt::Debug {
    /// What overtook the release with the numbers `version` of the system's own `package`; none where there was no such
    /// release, or where the head holds no newer one.
    fn superseded(&self, package: &str, version: &[u64]) -> Option<Superseded>;

    /// The version of the newest finished release of the system's own `package` that its head holds, as numbers
    /// with dots; none where nothing was released.
    fn newest(&self, package: &str) -> Option<String>;
}

/// Words in the names of repositories that hold documentation alone.
const SITES: &[&str] = &[
    "docs",
    "doc",
    "documentation",
    "website",
    "site",
    "wiki",
    "handbook",
    "guides",
    "runbooks",
    "manual",
    "homepage",
];
/// Ends of such names that are a site's domain.
const DOMAINS: &[&str] = &[".io", ".com", ".org", ".dev", ".net", ".jp"];

/// Whether a file's name is one of code.
fn is_source(name: &[u8]) -> bool {
    let suffix = memchr::memrchr(b'.', name).and_then(|at| name.get(at + 1..)).unwrap_or_default();
    matches!(
        suffix,
        b"rs"
            | b"go"
            | b"py"
            | b"rb"
            | b"php"
            | b"java"
            | b"kt"
            | b"scala"
            | b"cs"
            | b"c"
            | b"cc"
            | b"cpp"
            | b"h"
            | b"hpp"
            | b"m"
            | b"swift"
            | b"js"
            | b"jsx"
            | b"mjs"
            | b"ts"
            | b"tsx"
            | b"vue"
            | b"svelte"
            | b"ex"
            | b"erl"
            | b"hs"
            | b"ml"
            | b"clj"
            | b"lua"
            | b"pl"
            | b"r"
            | b"jl"
            | b"dart"
            | b"sh"
            | b"tf"
            | b"sql"
    )
}

/// The system that pages are compared with.
#[derive(Debug)]
pub struct System<'a> {
    /// The states that stand for the history.
    pub snapshots: &'a Snapshots,
    /// Its paths.
    pub paths: Paths<'a>,
    /// Its names.
    pub lifetimes: &'a Lifetimes,
    /// The values beside the names that pages give values to.
    pub pairs: &'a Pairs,
    /// What the code declares, by grammar, of the names that pages ask for.
    pub declarations: &'a Declarations,
    /// The lists of the code that have to do with those of the pages.
    pub lists: &'a Lists,
    /// Every page that was parsed, by path.
    pub pages: HashMap<&'a RepoPath, &'a Document>,
    /// What their headings and anchors answer to, once it was asked for.
    pub anchors: HashMap<&'a RepoPath, OnceLock<Anchors>>,
    /// What its manifests said of versions.
    pub facts: &'a Facts,
    /// `owner/name` of the repository at its hosts.
    pub slugs: &'a [String],
    /// What of it was released.
    pub releases: &'a dyn Releases,
}

impl System<'_> {
    /// The set that holds only the head.
    #[must_use]
    pub fn head(&self) -> Mask {
        self.snapshots.head()
    }

    /// The life of a name, all spellings together.
    #[must_use]
    pub fn life(&self, name: &str) -> Life {
        self.lifetimes.of(Term::folded(name.as_bytes()))
    }

    /// The life of a name as it is spelt.
    #[must_use]
    pub fn life_exact(&self, name: &str) -> Life {
        self.lifetimes.of(Term::exact(name.as_bytes()))
    }

    /// Whether any of `masks` is held by the head.
    #[must_use]
    pub fn at_head(&self, mask: Mask) -> bool {
        !mask.and(self.head()).is_empty()
    }

    /// The part of `mask` that lies before the head.
    #[must_use]
    pub fn earlier(&self, mask: Mask) -> Mask {
        mask.and(self.snapshots.before_head())
    }

    /// Whether the repository holds a site or a manual and little else: what its pages describe has its code
    /// elsewhere, and the code that is here is the site's own.
    #[must_use]
    pub fn is_site(&self) -> bool {
        let names = self.slugs.iter().filter_map(|slug| slug.rsplit('/').next()).map(str::to_ascii_lowercase);
        let mut of_domain = false;
        for name in names {
            if name.split(['-', '_', '.']).any(|word| SITES.contains(&word)) {
                return true;
            }
            of_domain |= DOMAINS.iter().any(|end| name.ends_with(end));
        }
        // Many a program is called like a domain, too.
        let most = self.pages.len() * 3;
        let head = self.paths.named(is_source).filter(|(_, life)| self.at_head(life.held));
        of_domain && head.take(most + 1).count() <= most
    }

    /// Whether `program` is one of the project's own: its manifests, its tree or its name at its hosts
    /// say so.
    #[must_use]
    pub fn owns_program(&self, program: &str) -> bool {
        let name = program.trim_end_matches(".exe");
        if name.len() < 2 {
            return false;
        }
        let kin = |own: &str| {
            let (own, name) = (own.to_lowercase(), name.to_lowercase());
            own == name
                || own.len() > 2 && name.contains(&own)
                || name.len() > 2 && own.split(['-', '_', '.']).any(|part| part == name)
        };
        self.slugs.iter().flat_map(|slug| slug.split('/')).any(kin)
            || !self.lifetimes.of(Term::of(Domain::Command, name.as_bytes())).anywhere().is_empty()
            || ["", ".py", ".sh", ".js", ".rb", ".pl", ".go", ".rs"]
                .iter()
                .any(|suffix| self.paths.ending_in(format!("{name}{suffix}").as_bytes()).next().is_some())
    }

    /// Whether the project is `program` itself, by its name at its hosts. A tool that everybody knows is another
    /// project's everywhere but in its own repository.
    #[must_use]
    pub fn is_program(&self, program: &str) -> bool {
        let name = program.trim_end_matches(".exe");
        self.slugs.iter().filter_map(|slug| slug.rsplit('/').next()).any(|own| own.eq_ignore_ascii_case(name))
    }

    /// Whether the file at `path` stood in a copy of another project's package: a folder that is gone as a
    /// whole, called like a package that the manifests ask for now.
    #[must_use]
    pub fn was_copied(&self, path: &RepoPath) -> bool {
        let bytes = path.as_bytes();
        // There folders are name spaces, and the project's own may be called like its package.
        if matches!(path.extension(), Some(b"java" | b"kt" | b"scala" | b"groovy")) {
            return false;
        }
        memchr::memchr_iter(b'/', bytes).any(|end| {
            let folder = &bytes[..end];
            let name = folder.rsplit(|&b| b == b'/').next().unwrap_or(folder);
            self.at_head(self.lifetimes.of(Term::of(Domain::Dependency, name)).role(Role::Definition))
                && !self.at_head(self.paths.exact(folder).held)
        })
    }
}
