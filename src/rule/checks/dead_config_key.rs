//! `dead-config-key`: a configuration key that no field, schema or table of the code has any more.

use super::name::{self, Rest};
use crate::history::scan::Role;
use crate::reference::Kind;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-config-key";

const BACKED: &[Role] = &[Role::Definition, Role::Key, Role::Literal, Role::Flag];

/// Gives the keys of the page that the code had once and has not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::ConfigKey && name::is_claim(r)) {
        let Some(key) = reference.parts.last().filter(|k| k.len() > 2) else { continue };
        let life = system.life(key);
        let had = system.earlier(life.any(BACKED));
        if had.is_empty() || name::is_built(key, system) {
            continue;
        }
        let probability = match name::rest(system, &life, BACKED) {
            Rest::Declared => continue,
            Rest::Uses => 0.5,
            Rest::Weak => 0.75,
            Rest::Comments => 0.8,
            Rest::Nothing => 0.87,
        };
        out.push(name::suspect(system, ID, reference, key, BACKED, had, probability, "key "));
    }
}
