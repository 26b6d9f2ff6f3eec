//! What manifests and pipelines say of versions: which toolchain they ask for, which version the
//! project itself has, on what it builds; and in which snapshots they said so.

mod ci;
mod manifest;
pub mod pin;
mod table;
pub mod version;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::class::Class;
use super::lifetime::is_binary;
use super::path::RepoPath;
use super::snapshot::{Blob, Mask};

/// Larger manifests (in bytes) are not read.
const LARGEST: usize = 512 << 10;
/// Characters of a fact's line that are kept.
const TEXT: usize = 200;

/// What a version is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of {
    /// A language, a runtime, a tool; by its id (`rust`, `node`, `cpp`).
    Toolchain,
    /// A package, by its name in [`package_name`]'s form.
    Package,
    /// A container image, without its tag.
    Image,
    /// An action of a workflow: `owner/name`.
    Action,
    /// Another thing that the build pins in a variable, by [`pin::name`].
    Pin,
    /// What is chosen when a package is built or installed: a feature, an extra. Its value is its name.
    Feature,
}

/// How much a fact says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// What a manifest says is of no older version.
    Implied,
    /// A pipeline, an image or a pin uses it.
    Ci,
    /// A manifest asks for it.
    Manifest,
    /// The project is it.
    Own,
}

/// A version that a file states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What kind of thing it is of.
    pub of: Of,
    /// Its name.
    pub name: String,
    /// The version or range, as written.
    pub value: String,
    /// How much it says.
    pub strength: Strength,
    /// Line from 1.
    pub line: u32,
}

/// A fact with the states that held it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it says.
    pub fact: Fact,
    /// A file that says so.
    pub path: RepoPath,
    /// The snapshots that hold it.
    pub held: Mask,
    /// Its line, trimmed.
    pub text: String,
}

/// All facts, by what they are of.
#[derive(Debug, Default)]
pub struct Facts {
    by_name: BTreeMap<(Of, String), Vec<Held>>,
}

impl Facts {
    /// Takes in what `content`, the content of `blob`, says. Blobs come in the order of their paths.
    pub fn add(&mut self, blob: &Blob, content: &[u8]) {
        for held in of_blob(blob, content) {
            self.push(held);
        }
    }

    /// Takes in what [`of_blob`] found.
    pub fn push(&mut self, held: Held) {
        self.by_name.entry((held.fact.of, held.fact.name.clone())).or_default().push(held);
    }

    /// Whether the manifest at `path` is that of a package with a version in any of the snapshots `at`.
    #[must_use]
    pub fn is_package(&self, path: &RepoPath, at: Mask) -> bool {
        let own = |h: &Held| h.fact.strength == Strength::Own && h.path == *path && !h.held.and(at).is_empty();
        self.by_name.iter().any(|((of, _), held)| *of == Of::Package && held.iter().any(own))
    }

    /// Whether the manifest at `path` offers any feature in any of the snapshots `at`.
    #[must_use]
    pub fn offers(&self, path: &RepoPath, at: Mask) -> bool {
        let here = |h: &Held| h.path == *path && !h.held.and(at).is_empty();
        self.by_name.iter().any(|((of, _), held)| *of == Of::Feature && held.iter().any(here))
    }

    /// The facts of a pinned thing: of that name, or of the only name that ends in it.
    #[must_use]
    pub fn pins(&self, name: &str) -> &[Held] {
        let exact = self.of(Of::Pin, name);
        if !exact.is_empty() || name.len() < 4 {
            return exact;
        }
        let mut ending = self
            .by_name
            .iter()
            .filter(|((of, pinned), _)| *of == Of::Pin && pinned.ends_with(name))
            .map(|(_, held)| held);
        match (ending.next(), ending.next()) {
            (Some(only), None) => only,
            _ => &[],
        }
    }

    /// The facts of one thing, ordered by path.
    #[must_use]
    pub fn of(&self, of: Of, name: &str) -> &[Held] {
        self.by_name.get(&(of, name.to_owned())).map_or(&[], Vec::as_slice)
    }
}

/// What `content`, the content of `blob`, says.
pub fn of_blob<'b>(blob: &'b Blob, content: &'b [u8]) -> impl Iterator<Item = Held> + 'b {
    facts(&blob.path, content).into_iter().map(|fact| {
        let index = (fact.line as usize).saturating_sub(1);
        let line = content.split(|&b| b == b'\n').nth(index).unwrap_or_default();
        let line = line.get(..4 * TEXT).unwrap_or(line);
        let text = String::from_utf8_lossy(line).trim().chars().take(TEXT).collect();
        Held { fact, path: blob.path.clone(), held: blob.held, text }
    })
}

/// Whether the file at `path` states facts that count.
#[must_use]
pub fn counts(path: &RepoPath) -> bool {
    match Source::of(path) {
        None => false,
        Some(Source::Ci) => true,
        Some(_) => Class::of(path) == Class::Code,
    }
}

/// The facts that `content`, the file at `path`, states, in the order of its lines.
#[must_use]
pub fn facts(path: &RepoPath, content: &[u8]) -> Vec<Fact> {
    let Some(source) = Source::of(path) else { return Vec::new() };
    if is_binary(content) || content.len() > LARGEST {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(content);
    let mut out = Vec::new();
    match source {
        Source::Ci => {
            ci::pipeline(&text, &mut out);
            pin::assignments(&text, &mut out);
        }
        Source::Dockerfile => {
            ci::dockerfile(&text, &mut out);
            pin::assignments(&text, &mut out);
        }
        Source::Assignments => pin::assignments(&text, &mut out),
        Source::Catalogue => pin::catalogue(&text, &mut out),
        Source::Cargo => table::cargo(&text, &mut out),
        Source::Pyproject => table::pyproject(&text, &mut out),
        Source::Setup => manifest::setup(&text, &mut out),
        Source::Package => manifest::package_json(&text, &mut out),
        Source::GoMod => manifest::go_mod(&text, &mut out),
        Source::Pom => {
            manifest::pom(&text, &mut out);
            pin::properties(&text, &mut out);
        }
        Source::Gradle => {
            manifest::gradle(&text, &mut out);
            pin::assignments(&text, &mut out);
        }
        Source::CMake => manifest::cmake(&text, &mut out),
        Source::Chart => manifest::chart(&text, &mut out),
        Source::Bazel => manifest::bazel(&text, &mut out),
        Source::Pin(tool) => manifest::pin(tool, &text, &mut out),
        Source::ToolVersions => manifest::tool_versions(&text, &mut out),
        Source::PythonVersion => manifest::python_version(path, &text, &mut out),
    }
    out.sort_by_key(|f| f.line);
    out
}

/// What kind of manifest a file is.
#[derive(Debug, Clone, Copy)]
enum Source {
    Assignments,
    Catalogue,
    Ci,
    Dockerfile,
    Cargo,
    Pyproject,
    Setup,
    Package,
    GoMod,
    Pom,
    Gradle,
    CMake,
    Chart,
    Bazel,
    Pin(&'static str),
    ToolVersions,
    PythonVersion,
}

impl Source {
    fn of(path: &RepoPath) -> Option<Self> {
        let name = path.name();
        Some(match name {
            b"Cargo.toml" => Self::Cargo,
            b"pyproject.toml" => Self::Pyproject,
            b"setup.py" | b"setup.cfg" => Self::Setup,
            b"package.json" => Self::Package,
            b"go.mod" => Self::GoMod,
            b"pom.xml" => Self::Pom,
            b"build.gradle" | b"build.gradle.kts" => Self::Gradle,
            b"CMakeLists.txt" => Self::CMake,
            b"Chart.yaml" => Self::Chart,
            b".bazelrc" => Self::Bazel,
            b"Makefile" | b"GNUmakefile" | b"gradle.properties" => Self::Assignments,
            b"libs.versions.toml" => Self::Catalogue,
            b"rust-toolchain" | b"rust-toolchain.toml" => Self::Pin("rust"),
            b".nvmrc" | b".node-version" => Self::Pin("node"),
            b".python-version" => Self::Pin("python"),
            b".go-version" => Self::Pin("go"),
            b".ruby-version" => Self::Pin("ruby"),
            b".java-version" => Self::Pin("java"),
            b".tool-versions" => Self::ToolVersions,
            b"__version__.py" | b"_version.py" | b"__init__.py" | b"version.py" | b"__about__.py" => {
                if path.as_bytes().iter().filter(|b| **b == b'/').count() > 2 {
                    return None;
                }
                Self::PythonVersion
            }
            b"compose.yml" | b"compose.yaml" | b"docker-compose.yml" | b"docker-compose.yaml" => Self::Ci,
            b".travis.yml"
            | b".gitlab-ci.yml"
            | b"azure-pipelines.yml"
            | b"appveyor.yml"
            | b".appveyor.yml"
            | b".cirrus.yml"
            | b".drone.yml" => Self::Ci,
            _ if name == b"Dockerfile" || name.ends_with(b".Dockerfile") || name.starts_with(b"Dockerfile.") => {
                Self::Dockerfile
            }
            _ if name.ends_with(b".mk") || name.starts_with(b"Makefile.") => Self::Assignments,
            _ if name.ends_with(b".cmake") => Self::CMake,
            _ if is_pipeline(path) => Self::Ci,
            _ => return None,
        })
    }
}

fn is_pipeline(path: &RepoPath) -> bool {
    let name = path.name();
    (name.ends_with(b".yml") || name.ends_with(b".yaml"))
        && [b".github/workflows/".as_slice(), b".circleci/", b".azure-pipelines/", b".gitlab/", b".buildkite/"]
            .iter()
            .any(|folder| path.as_bytes().starts_with(folder))
}

/// Whether the facts of `path` are of the whole repository, wherever it lies.
#[must_use]
pub fn is_of_repository(path: &RepoPath) -> bool {
    is_pipeline(path)
}

/// A package's name in the form in which registries compare names.
#[must_use]
pub fn package_name(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace('_', "-")
}

/// The toolchain that an image or a version manager's name stands for.
fn toolchain(name: &str) -> Option<&'static str> {
    Some(match name {
        "python" | "cpython" => "python",
        "node" | "nodejs" => "node",
        "golang" | "go" => "go",
        "rust" => "rust",
        "openjdk" | "eclipse-temurin" | "java" | "jdk" => "java",
        "ruby" => "ruby",
        "php" => "php",
        "elixir" => "elixir",
        "pnpm" => "pnpm",
        "yarn" => "yarn",
        "npm" => "npm",
        "bun" => "bun",
        "deno" => "deno",
        "terraform" => "terraform",
        _ => return None,
    })
}

/// Collects facts.
type Out = Vec<Fact>;

fn push(out: &mut Out, of: Of, name: &str, value: &str, strength: Strength, line: usize) {
    let value = value.trim();
    if name.is_empty() || value.is_empty() || value.len() > 120 || !value.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    let name = if of == Of::Package { package_name(name) } else { name.to_owned() };
    let line = u32::try_from(line).unwrap_or(0);
    out.push(Fact { of, name, value: value.to_owned(), strength, line });
}

fn feature(out: &mut Out, name: &str, line: usize) {
    let named = name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if named {
        let (name, line) = (package_name(name), u32::try_from(line).unwrap_or(0));
        out.push(Fact { of: Of::Feature, value: name.clone(), name, strength: Strength::Manifest, line });
    }
}

/// The text between the first pair of quotes.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\''])?;
    let quote = text.get(start..)?.chars().next()?;
    let rest = text.get(start + 1..)?;
    rest.get(..rest.find(quote)?)
}

/// A Python requirement: `name`, and its specifiers.
fn requirement(text: &str) -> Option<(&str, &str)> {
    let text = text.split(';').next()?.trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))?;
    let (name, rest) = text.split_at_checked(end)?;
    let rest = if rest.starts_with('[') { rest.split_once(']')?.1 } else { rest };
    let rest = rest.trim_start();
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.starts_with(['>', '=', '~', '<']))
        .then_some((name, rest))
}
