//! `dead-env-var`: an environment variable that the code no longer reads.

use super::name::{self, Rest};
use crate::history::scan::Role;
use crate::history::term::Term;
use crate::reference::Kind;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-env-var";

const BACKED: &[Role] = &[Role::Definition, Role::Key, Role::Literal, Role::Flag, Role::Use];

/// Gives the variables of the page that the code named once and does not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::EnvVar && name::is_claim(r)) {
        let Some(variable) = reference.parts.first() else { continue };
        let exact = system.life_exact(variable);
        let had = system.earlier(exact.any(BACKED));
        if had.is_empty() || variable.len() < 4 || is_built(variable, system) {
            continue;
        }
        let probability = match name::rest(system, &exact, BACKED) {
            Rest::Declared | Rest::Uses => continue,
            Rest::Weak => 0.75,
            Rest::Comments => 0.8,
            Rest::Nothing => 0.9,
        };
        // A constant's name that only shared its form with a variable's.
        let probability = if variable.contains('_') { probability } else { probability - 0.2 };
        let read = !system.earlier(exact.any(&[Role::Literal, Role::Flag])).is_empty();
        let (rule, what) = if read || system.earlier(exact.role(Role::Definition)).is_empty() {
            (ID, "variable ")
        } else {
            (super::dead_symbol::ID, "")
        };
        out.push(name::suspect(system, rule, reference, variable, BACKED, had, probability, what));
    }
}

/// Whether the head could build the name: from a prefix that stands in it as a string, or from an
/// option or a key.
pub fn is_built(variable: &str, system: &System<'_>) -> bool {
    name::is_built(variable, system)
        || variable.match_indices('_').any(|(at, _)| {
            let (prefix, rest) = (&variable[..=at], &variable[at + 1..]);
            let named = system.lifetimes.of(Term::exact(prefix.as_bytes())).role(Role::Literal);
            // `SetEnvPrefix("tool")`
            let spelt = |text: &str| system.at_head(system.life_exact(text).role(Role::Literal));
            let bare = &variable[..at];
            let prefixed = spelt(bare) || spelt(&bare.to_lowercase());
            let derived = rest.len() > 3 && {
                let life = system.life(rest);
                let several = rest.contains('_');
                system.at_head(life.role(Role::Flag)) && (several || prefixed)
                    || several && system.at_head(life.role(Role::Key))
                    || several && prefixed && system.at_head(life.role(Role::Literal))
            };
            system.at_head(named) || derived
        })
}
