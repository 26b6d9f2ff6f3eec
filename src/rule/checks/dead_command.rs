//! `dead-command`: a target, script, recipe or service that no task file declares any more.

use super::name;
use crate::history::scan::Role;
use crate::history::term::{Domain, Term};
use crate::reference::Kind;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-command";

/// Gives the commands of the page whose target was declared once and is not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Command && name::is_claim(r)) {
        let Some(target) = reference.parts.last() else { continue };
        let life = system.lifetimes.of(Term::of(Domain::Command, target.as_bytes()));
        let had = system.earlier(life.role(Role::Definition).or(life.weak()));
        if had.is_empty() || is_alive(target, system) {
            continue;
        }
        let message =
            format!("`{}` is no longer declared as a target, script or service", name::shown(&reference.text));
        out.push(name::declared(ID, reference, target, Domain::Command, had, 0.88, message));
    }
}

fn is_alive(target: &str, system: &System<'_>) -> bool {
    let declared =
        |name: &str| system.at_head(system.lifetimes.of(Term::of(Domain::Command, name.as_bytes())).anywhere());
    declared(target)
        || system.at_head(system.paths.exact(target.as_bytes()).held)
        || (0..=target.len())
            .filter(|at| target.is_char_boundary(*at))
            .any(|at| declared(&format!("{}%", &target[..at])) || declared(&format!("%{}", &target[at..])))
}
