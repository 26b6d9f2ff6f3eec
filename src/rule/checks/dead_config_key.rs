//! `dead-config-key`: a configuration key that no field, schema or table of the code has any more.

use super::name::{self, Rest};
use crate::history::scan::Role;
use crate::reference::Kind;
use crate::rule::backing::Backing;
use crate::rule::confidence;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-config-key";

const BACKED: &[Role] = &[Role::Definition, Role::Key, Role::Literal, Role::Flag];

/// Gives the keys of the page that the code had once and has not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::ConfigKey && name::is_claim(r)) {
        let Some(key) = reference.parts.last().filter(|k| k.len() > 2) else { continue };
        // A field of a message's head (`Content-Length`) is every server's.
        if key.contains('-') && key.split('-').all(|part| part.starts_with(|c: char| c.is_ascii_uppercase())) {
            continue;
        }
        let life = system.life(key);
        let had = system.earlier(life.any(BACKED));
        if had.is_empty() || name::is_built(key, system) {
            continue;
        }
        let circumstance = match name::rest(system, &life, BACKED) {
            Rest::Declared => continue,
            Rest::Uses => "used",
            // An ordinary word is what a reader chooses as often as what the code asks for.
            _ if !name::is_telling(key) => "word",
            Rest::Weak => "lives-on",
            Rest::Comments | Rest::Nothing => "declared",
        };
        let probability = confidence::of(ID, circumstance);
        let suspect = name::suspect(system, ID, reference, key, BACKED, had, probability, "key ");
        out.push(name::backed_by(suspect, Backing::Field));
    }
}
