//! `dead-symbol`, for names that say where they are declared: a class by its full name (`org.example.mill.Grinder`),
//! a module by its packages (`mill.tools.grind`).
//!
//! Where folders are name spaces such a name is a path of the tree, whatever else is called like its end.

use super::name;
use crate::document::Span;
use crate::history::RepoPath;
use crate::history::class::Class;
use crate::history::snapshot::Mask;
use crate::reference::{Kind, Place, Reference};
use crate::rule::confidence;
use crate::rule::suspect::{PathStyle, Proof, Suspect};
use crate::rule::system::{Page, System};

/// Suffixes of files that hold the class that they are called after.
const CLASSES: &[&str] = &["java", "kt", "groovy", "scala"];
/// Suffixes of Python's modules.
const MODULES: &[&str] = &["py", "pyi", "pyx", "so", "pyd", "c", "cpp", "rs"];
/// Folders that hold Python packages.
const ROOTS: &[&str] = &["", "src/", "lib/", "python/"];

/// Gives the full names of the page whose file was there and is not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Symbol && name::is_claim(r)) {
        if reference.text.contains('.') {
            out.extend(class(reference, system).or_else(|| module(reference, system)));
        }
    }
}

fn is_package(part: &str) -> bool {
    !part.is_empty()
        && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !part.starts_with(|c: char| c.is_ascii_digit())
}

/// `org.example.mill.Grinder`: three packages or more, then a class.
fn class(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let packages = reference.parts.iter().take_while(|p| is_package(p)).count();
    let named = reference.parts.get(packages)?;
    if packages < 3 || !named.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let parts = reference.parts.get(..=packages)?;
    let stem = parts.join("/");
    let files: Vec<String> = CLASSES.iter().map(|suffix| format!("{stem}.{suffix}")).collect();
    let lives = || files.iter().flat_map(|file| system.paths.ending_in(file.as_bytes()));
    if lives().any(|(_, life)| system.at_head(life.held)) {
        return None;
    }
    let (path, life) = lives().find(|(path, _)| Class::of(&RepoPath::new(path)) == Class::Code)?;
    // Several classes may share a file, and files of Kotlin and Scala may hold any.
    let moved = system.at_head(system.life_exact(named).any(&[crate::history::scan::Role::Definition]));
    let circumstance = if moved { "moved-class" } else { "class" };
    suspect(reference, &parts.join("."), path, life.held, circumstance, system)
}

/// `mill.tools.grind`: a package of the project's own, and what is no longer in it.
fn module(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let packages: Vec<&str> = reference.parts.iter().map(String::as_str).take_while(|p| is_package(p)).collect();
    if packages.len() < 2 {
        return None;
    }
    let exact = |path: &str| system.paths.exact(path.as_bytes()).held;
    // The package may have moved to another source folder.
    let held = |path: &str| {
        ROOTS.iter().fold(Mask::default(), |mask, root| {
            let path = format!("{root}{path}");
            MODULES.iter().fold(mask.or(exact(&path)), |mask, suffix| mask.or(exact(&format!("{path}.{suffix}"))))
        })
    };
    let top = packages.first()?;
    let is_own = |root: &&&str| !exact(&format!("{root}{top}/__init__.py")).is_empty();
    // What a sample asks an object for looks alike, unless it goes deep.
    let least = if reference.place == Place::CodeBlock { 3 } else { 2 };
    for depth in 2..=packages.len() {
        let path = packages.get(..depth)?.join("/");
        let life = held(&path);
        if system.at_head(life) {
            continue;
        }
        if system.earlier(life).is_empty() || depth < least {
            return None;
        }
        // Another source folder may hold the package now.
        let elsewhere = [format!("{path}.py"), format!("{path}/__init__.py")];
        if elsewhere
            .iter()
            .any(|file| system.paths.ending_in(file.as_bytes()).any(|(_, life)| system.at_head(life.held)))
        {
            return None;
        }
        // It may be made when the package is loaded.
        let last = packages.get(depth - 1)?;
        let spoken = system.at_head(system.life_exact(last).any(name::DECLARED));
        if spoken && depth == packages.len() && reference.parts.len() == depth {
            return None;
        }
        let files = ROOTS
            .iter()
            .filter(is_own)
            .flat_map(|root| [format!("{root}{path}.py"), format!("{root}{path}/__init__.py")]);
        let file = files.max_by_key(|file| system.earlier(exact(file)).newest())?;
        let was = exact(&file);
        let text = packages.get(..depth)?.join(".");
        return suspect(reference, &text, file.as_bytes(), was, "module", system);
    }
    None
}

fn suspect(
    reference: &Reference,
    text: &str,
    path: &[u8],
    held: Mask,
    circumstance: &'static str,
    system: &System<'_>,
) -> Option<Suspect> {
    let had = system.earlier(held);
    if had.is_empty() {
        return None;
    }
    let at = reference.text.find(text)?;
    let start = reference.span.start + at;
    let whole = reference.span.end - reference.span.start == reference.text.len();
    let span = if whole { Span::new(start, start + text.len()) } else { reference.span };
    let proof = Proof::Path { path: RepoPath::new(path), base: Vec::new(), style: PathStyle::Dotted };
    let message = format!("nothing is called `{}` any more", name::shown(text));
    let (rule, place) = (super::dead_symbol::ID, (span, reference.section));
    Some(Suspect::of_text(rule, place, text, message, confidence::of(rule, circumstance), had, proof))
}
