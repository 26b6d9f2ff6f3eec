//! `dead-symbol`: a function, type, module, constant or package that the code no longer has.

use super::name::{self, Rest};
use crate::history::lifetime::Life;
use crate::history::scan::Role;
use crate::history::term::{Domain, Term};
use crate::reference::{Kind, Place, Reference};
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-symbol";

/// Gives the names of the page that were declared once and are not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| name::is_claim(r)) {
        match reference.kind {
            Kind::Symbol => out.extend(symbol(reference, system)),
            Kind::Dependency => out.extend(dependency(reference, system)),
            _ => {}
        }
    }
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
    let had = system.earlier(life.any(name::DECLARED));
    if had.is_empty() || segment.len() < 3 || name::is_built(segment, system) {
        return None;
    }
    let defined = !system.earlier(life.role(Role::Definition)).is_empty();
    let probability = match name::rest(system, &life, name::DECLARED) {
        Rest::Declared => return None,
        Rest::Uses if reference.shape.weak => return None,
        Rest::Uses if defined => 0.55,
        Rest::Uses => 0.4,
        Rest::Weak => 0.8,
        Rest::Comments => 0.85,
        Rest::Nothing => 0.9,
    };
    let packages = Term::of(Domain::Dependency, segment.as_bytes());
    if system.at_head(system.lifetimes.of(packages).anywhere()) {
        return None;
    }
    let doubt = match (defined, reference.shape.weak, reference.place) {
        (_, true, _) => 0.15,
        (false, _, Place::CodeBlock) => 0.15,
        (false, _, _) => 0.08,
        (true, _, Place::CodeBlock) => 0.05,
        _ => 0.0,
    };
    let doubt = if alone { doubt } else { doubt - 0.03 };
    // An ordinary word in code font is a value or a word of the trade as often as a name.
    let ordinary = alone && !reference.shape.call && segment.bytes().all(|b| b.is_ascii_lowercase());
    let doubt = if ordinary && reference.shape.weak { doubt + 0.2 } else { doubt };
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

fn dependency(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let package = reference.parts.first()?;
    let life = system.lifetimes.of(Term::of(Domain::Dependency, package.as_bytes()));
    let had = system.earlier(life.any(&[Role::Definition]));
    if had.is_empty() || system.at_head(life.anywhere()) {
        return None;
    }
    let named = system.life(package.rsplit(['/', ':']).next()?);
    let probability = match name::rest(system, &named, name::DECLARED) {
        Rest::Nothing | Rest::Comments | Rest::Weak => 0.8,
        Rest::Uses => 0.5,
        Rest::Declared => 0.35,
    };
    let probability = if reference.shape.weak { probability - 0.1 } else { probability };
    let message = format!("`{}` is no longer among the dependencies", name::shown(&reference.text));
    Some(name::declared(ID, reference, package, Domain::Dependency, had, probability, message))
}
