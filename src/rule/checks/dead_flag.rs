//! `dead-flag`: a command-line option that the project's programs no longer declare.

use super::name::{self, Rest};
use crate::history::scan::Role;
use crate::history::term::Term;
use crate::reference::Kind;
use crate::rule::suspect::{Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-flag";

/// Gives the options of the page that were declared once and are not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Flag && name::is_claim(r)) {
        let lost = reference.parts.iter().all(|spelling| !is_alive(system, spelling));
        let Some(spelling) = reference.parts.first().filter(|_| lost) else { continue };
        let Some(bare) = bare(spelling) else { continue };
        let life = if bare.len() == 1 { system.life_exact(spelling) } else { system.life(bare) };
        let had = system.earlier(life.role(Role::Flag));
        if had.is_empty() {
            continue;
        }
        let probability = match name::rest(system, &life, name::DECLARED) {
            Rest::Nothing | Rest::Comments => 0.95,
            Rest::Weak => 0.9,
            Rest::Uses => 0.85,
            // The word lives on as a field or a string; whether it is the option can't be told.
            Rest::Declared if system.at_head(life.role(Role::Literal)) => 0.5,
            Rest::Declared => 0.7,
        };
        // One letter is an option of many programs; which of them the page means is a guess.
        let probability = if bare.len() == 1 { probability * 0.5 } else { probability };
        let mut suspect = name::suspect(system, ID, reference, bare, &[Role::Flag], had, probability, "option ");
        suspect.subject.clone_from(spelling);
        if bare.len() == 1
            && let Proof::Name { witness, .. } = &mut suspect.proof
        {
            witness.terms = [Term::exact(spelling.as_bytes())].into();
            witness.needle = spelling.as_bytes().to_vec();
        }
        out.push(suspect);
    }
}

fn bare(spelling: &str) -> Option<&str> {
    let bare = spelling.trim_start_matches('-');
    (!bare.is_empty()).then_some(bare)
}

fn is_alive(system: &System<'_>, spelling: &str) -> bool {
    let Some(bare) = bare(spelling) else { return true };
    if bare.len() == 1 {
        return system.at_head(system.life_exact(spelling).role(Role::Flag));
    }
    let is_flag = |name: &str| system.at_head(system.life(name).role(Role::Flag));
    name::is_built(bare, system)
        || is_flag(bare)
        || bare.strip_prefix("no-").is_some_and(is_flag)
        || is_flag(&format!("no-{bare}"))
}
