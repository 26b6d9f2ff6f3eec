//! `dead-resource`: an alert, dashboard, object or address that no manifest declares any more.

use super::name;
use crate::history::scan::Role;
use crate::history::snapshot::Mask;
use crate::history::term::{Domain, Term};
use crate::reference::{Kind, Reference};
use crate::rule::confidence;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-resource";

/// Gives the resources of the page that manifests declared once and do not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| name::is_claim(r)) {
        let known = match reference.kind {
            Kind::Resource => declared(reference, system),
            _ if is_resource(reference, system) => declared(reference, system),
            _ => None,
        };
        let Some((object, had)) = known else { continue };
        let named = system.life(&object);
        if had.is_empty()
            || system.at_head(named.any(name::DECLARED))
            || is_built(&object, system)
            || is_foreign(reference, system)
        {
            continue;
        }
        let used = system.at_head(system.life_exact(&object).code());
        let circumstance = match (used, is_value(reference, &object)) {
            (_, true) => "value",
            (true, _) => "used",
            (false, _) => "declared",
        };
        let message = format!("`{}` is no longer declared in any manifest", name::shown(&reference.text));
        out.push(name::declared(
            ID,
            reference,
            &object,
            Domain::Resource,
            had,
            confidence::of(ID, circumstance),
            message,
        ));
    }
}

/// Whether a name that could as well be a symbol is that of an object: manifests declared it, code never
/// did, and it is more than an ordinary word.
pub fn is_resource(reference: &Reference, system: &System<'_>) -> bool {
    let name = reference.text.as_str();
    let telling = name.len() > 4 && name.bytes().any(|b| b.is_ascii_uppercase() || matches!(b, b'.' | b'-' | b'_'));
    matches!(reference.kind, Kind::Symbol | Kind::Dependency)
        && telling
        && !reference.shape.call
        && !life(name, system).is_empty()
        && system.earlier(system.life(name).role(Role::Definition)).is_empty()
        && system.lifetimes.of(Term::of(Domain::Dependency, name.as_bytes())).anywhere().is_empty()
}

fn life(name: &str, system: &System<'_>) -> Mask {
    system.lifetimes.of(Term::of(Domain::Resource, name.as_bytes())).anywhere()
}

/// Whether a dotted value is one of another chart, on which a chart of the head depends.
fn is_foreign(reference: &Reference, system: &System<'_>) -> bool {
    let Some((first, _)) = reference.text.split_once('.') else { return false };
    system.at_head(system.lifetimes.of(Term::of(Domain::Dependency, first.as_bytes())).anywhere())
}

/// Whether it is a value of a chart, by its dotted name.
fn is_value(reference: &Reference, object: &str) -> bool {
    reference.text.contains('.') && object.contains('.') && !object.starts_with("module.")
}

/// The name under which manifests declared what the page names, and when; none where they still do.
fn declared(reference: &Reference, system: &System<'_>) -> Option<(String, Mask)> {
    // An address has several parts, an object its kind before its name.
    let spellings = [reference.parts.join("."), reference.parts.last()?.clone(), reference.text.clone()];
    if spellings.iter().any(|s| system.at_head(life(s, system))) {
        return None;
    }
    spellings.into_iter().find_map(|spelling| {
        let of = system.lifetimes.of(Term::of(Domain::Resource, spelling.as_bytes()));
        let had = system.earlier(of.role(Role::Definition));
        (!had.is_empty()).then_some((spelling, had))
    })
}

/// Whether a template of the head ends like the name (`{{ .Release.Name }}-worker`).
fn is_built(name: &str, system: &System<'_>) -> bool {
    name.match_indices('-').skip_while(|(at, _)| *at == 0).take(16).any(|(at, _)| {
        system.at_head(system.lifetimes.of(Term::of(Domain::Affix, &name.as_bytes()[at..])).role(Role::Definition))
    })
}
