//! `dead-resource`: an alert, dashboard, object or address that no manifest declares any more.

use super::name;
use crate::history::scan::Role;
use crate::history::term::{Domain, Term};
use crate::reference::Kind;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-resource";

/// Gives the resources of the page that manifests declared once and do not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Resource && name::is_claim(r)) {
        let Some(object) = reference.parts.last() else { continue };
        let life = system.lifetimes.of(Term::of(Domain::Resource, object.as_bytes()));
        let had = system.earlier(life.any(&[Role::Definition]));
        let named = system.life(object);
        if had.is_empty() || system.at_head(life.anywhere()) || system.at_head(named.any(name::DECLARED)) {
            continue;
        }
        let message = format!("`{}` is no longer declared in any manifest", name::shown(&reference.text));
        out.push(name::declared(ID, reference, object, Domain::Resource, had, 0.86, message));
    }
}
