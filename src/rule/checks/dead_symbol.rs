//! `dead-symbol`: a function, type, module, constant or package that the code no longer has.

use std::collections::HashSet;

use super::name::{self, Rest};
use crate::document::BlockKind;
use crate::history::RepoPath;
use crate::history::lifetime::Life;
use crate::history::scan::{self, Role, Sink, Token};
use crate::history::term::{Domain, Term};
use crate::reference::{Kind, Place, Reference};
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-symbol";

/// Gives the names of the page that were declared once and are not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    let own = own_names(page);
    for reference in page.references.iter().filter(|r| name::is_mention(r)) {
        if reference.shape.incidental && (reference.kind != Kind::Symbol || !reference.text.contains('_')) {
            continue;
        }
        match reference.kind {
            Kind::Symbol if is_own(reference, &own) || is_value(page, reference) => {}
            Kind::Symbol => out.extend(symbol(reference, system).or_else(|| package(reference, system))),
            Kind::Dependency => out.extend(package(reference, system).or_else(|| symbol(reference, system))),
            // Links of Rust's documentation may lead to an item by its path.
            Kind::Link => out.extend(item_link(reference).and_then(|r| symbol(&r, system))),
            _ => {}
        }
    }
}

/// Names that the page's own samples define and use: the page's examples, not the code's.
fn own_names(page: &Page<'_>) -> HashSet<Term> {
    struct Own(HashSet<Term>);
    impl Sink for Own {
        fn token(&mut self, token: &Token) {
            if token.role == Role::Definition {
                self.0.insert(token.exact);
            }
        }
    }
    let mut own = Own(HashSet::new());
    for block in &page.document.blocks {
        let BlockKind::Code { lang: Some(lang), .. } = &block.kind else { continue };
        let Some(suffix) = suffix_of(lang) else { continue };
        let code: Vec<&str> = block.inlines.iter().map(|line| line.text.as_str()).collect();
        // A block that is a declaration and nothing more documents the code's own.
        if code.iter().any(|line| line.trim_end().ends_with('{') || line.trim_end().ends_with(':')) {
            scan::scan(&RepoPath::from(format!("sample.{suffix}").as_str()), code.join("\n").as_bytes(), &mut own);
        }
    }
    own.0
}

/// Whether a plain word stands in one list with values of the language (`ready`, `done` or `null`): it is
/// a value then, too.
fn is_value(page: &Page<'_>, reference: &Reference) -> bool {
    const VALUES: &[&str] = &["`null`", "`nil`", "`true`", "`false`", "`none`", "`None`", "`undefined`"];
    const REACH: usize = 32;
    let text = page.document.text.as_bytes();
    let near = reference.span.start.saturating_sub(REACH)..text.len().min(reference.span.end + REACH);
    let Some(near) = text.get(near) else { return false };
    reference.shape.weak
        && reference.parts.len() == 1
        && !reference.shape.call
        && VALUES.iter().any(|value| memchr::memmem::find(near, value.as_bytes()).is_some())
}

/// The suffix of files in the language that a code block is marked with.
fn suffix_of(lang: &str) -> Option<&str> {
    Some(match lang {
        "rust" | "rs" => "rs",
        "go" | "golang" => "go",
        "python" | "py" | "python3" | "pycon" => "py",
        "js" | "javascript" | "jsx" => "js",
        "ts" | "typescript" | "tsx" => "ts",
        "c" => "c",
        "cpp" | "c++" | "cc" => "cpp",
        "java" => "java",
        "kotlin" | "kt" => "kt",
        "csharp" | "cs" | "c#" => "cs",
        "ruby" | "rb" => "rb",
        "php" => "php",
        "swift" => "swift",
        "scala" | "groovy" => "scala",
        _ => return None,
    })
}

fn is_own(reference: &Reference, own: &HashSet<Term>) -> bool {
    reference.parts.iter().any(|part| own.contains(&Term::exact(part.as_bytes())))
}

/// `crate::a::B::c` as the destination of a link.
fn item_link(reference: &Reference) -> Option<Reference> {
    let path = reference.parts.first().filter(|p| p.contains("::"))?;
    let segment = |s: &str| s.trim_end_matches("()").trim_end_matches('!').to_owned();
    let parts: Vec<String> =
        path.split("::").filter(|s| !matches!(*s, "crate" | "self" | "super")).map(segment).collect();
    Some(Reference { kind: Kind::Symbol, parts, text: path.clone(), ..reference.clone() })
}

/// The last segment is what is named; the others say where. Any of them can be gone.
fn symbol(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let (last, qualifiers) = reference.parts.split_last()?;
    if super::dead_resource::is_resource(reference, system) {
        return None;
    }
    // The first segment of a call on a value (`client.get()`) is often a variable of the reader's.
    let named = |q: &&String| q.chars().next().is_some_and(char::is_uppercase) || q.contains('_');
    std::iter::once(last)
        .chain(qualifiers.iter().filter(named))
        .find_map(|segment| lost(reference, segment, system, qualifiers.is_empty()))
}

fn lost(reference: &Reference, segment: &str, system: &System<'_>, alone: bool) -> Option<Suspect> {
    let life = system.life(segment);
    // What lives on in another spelling is alive; what was there must have been spelt like this.
    let exact = system.life_exact(segment);
    let spelt = if segment.contains('-') { life } else { exact };
    let had = system.earlier(spelt.any(name::DECLARED));
    if had.is_empty() || segment.len() < 3 || name::is_built(segment, system) {
        return None;
    }
    let defined = !system.earlier(spelt.role(Role::Definition)).is_empty();
    let rest = name::rest(system, &life, name::DECLARED);
    let probability = match rest {
        Rest::Declared => return None,
        // A plain word that was only ever a string or a key proves something only if it is gone for good.
        _ if reference.shape.weak && (rest == Rest::Uses || !defined && rest > Rest::Nothing) => return None,
        Rest::Uses if defined => 0.55,
        Rest::Uses => 0.4,
        Rest::Weak => 0.8,
        Rest::Comments => 0.87,
        Rest::Nothing => 0.92,
    };
    if is_package(segment, system) {
        return None;
    }
    let doubt = match (defined, reference.shape.weak, reference.place) {
        (false, true, _) => 0.27,
        (true, true, _) => 0.15,
        (false, _, Place::CodeBlock) => 0.35,
        (false, _, _) => 0.1,
        (true, _, Place::CodeBlock) => 0.05,
        _ => 0.0,
    };
    // An argument's name is a parameter's only if the code had it as one.
    let doubt = if reference.shape.incidental { 0.2_f32.max(doubt - 0.1) } else { doubt };
    let doubt = if alone { doubt } else { doubt - 0.03 };
    // An ordinary word in code font is a value or a word of the trade as often as a name.
    let ordinary = alone && !reference.shape.call && segment.bytes().all(|b| b.is_ascii_lowercase());
    let doubt = if ordinary && reference.shape.weak && rest > Rest::Nothing { doubt + 0.2 } else { doubt };
    let (rule, what) = if is_key(reference, &life, system) { (super::dead_config_key::ID, "key ") } else { (ID, "") };
    Some(name::suspect(system, rule, reference, segment, name::DECLARED, had, probability - doubt, what))
}

/// Whether a dotted name is that of a setting: words, of which the code had the last as a key alone.
fn is_key(reference: &Reference, life: &Life, system: &System<'_>) -> bool {
    let word = |part: &String| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    reference.parts.len() > 1
        && !reference.shape.call
        && reference.text.contains('.')
        && reference.parts.iter().all(word)
        && !system.earlier(life.role(Role::Key)).is_empty()
        && system.earlier(life.role(Role::Definition)).is_empty()
}

fn is_package(name: &str, system: &System<'_>) -> bool {
    system.at_head(system.lifetimes.of(Term::of(Domain::Dependency, name.as_bytes())).anywhere())
}

/// A package that the manifests asked for and ask for no more.
fn package(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let package = reference.parts.first().filter(|_| reference.parts.len() == 1)?;
    let life = system.lifetimes.of(Term::of(Domain::Dependency, package.as_bytes()));
    let had = system.earlier(life.any(&[Role::Definition]));
    if had.is_empty() || system.at_head(life.anywhere()) || reference.place == Place::CodeBlock {
        return None;
    }
    let named = system.life(package.rsplit(['/', ':']).next()?);
    let probability = match name::rest(system, &named, name::DECLARED) {
        Rest::Nothing => 0.75,
        Rest::Comments | Rest::Weak => 0.65,
        // It may still come with another package.
        Rest::Uses | Rest::Declared => 0.45,
    };
    let message = format!("`{}` is no longer among the dependencies", name::shown(&reference.text));
    Some(name::declared(ID, reference, package, Domain::Dependency, had, probability, message))
}
