//! `dead-env-var`: an environment variable that the code no longer reads.

use super::name::{self, Rest};
use crate::history::lifetime::Life;
use crate::history::scan::Role;
use crate::history::snapshot::Mask;
use crate::history::term::Term;
use crate::reference::{Kind, Place, Reference};
use crate::rule::backing::Backing;
use crate::rule::confidence;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-env-var";

const BACKED: &[Role] = &[Role::Definition, Role::Key, Role::Literal, Role::Flag, Role::Use];

/// Gives the variables of the page that the code read once and does not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::EnvVar && name::is_claim(r)) {
        let Some(variable) = reference.parts.first() else { continue };
        let exact = system.life_exact(variable);
        out.extend(is_code(reference, &exact, system));
        let had = system.earlier(exact.any(BACKED));
        if had.is_empty() || variable.len() < 4 || is_built(variable, system) || is_of_page(variable, page) {
            continue;
        }
        let rest = name::rest(system, &exact, BACKED);
        let defined = system.earlier(exact.role(Role::Definition));
        let read = !system.earlier(exact.any(&[Role::Literal, Role::Flag])).is_empty();
        if !defined.is_empty() && !read {
            out.extend(constant(reference, variable, defined, rest, system));
            continue;
        }
        let circumstance = match rest {
            Rest::Declared | Rest::Uses => continue,
            // A constant's name that only shared its form with a variable's.
            _ if !variable.contains('_') => "word",
            Rest::Weak => "lives-on",
            Rest::Comments | Rest::Nothing => "declared",
        };
        let probability = confidence::of(ID, circumstance);
        let suspect = name::suspect(system, ID, reference, variable, BACKED, had, probability, "variable ");
        out.push(name::backed_by(suspect, Backing::Environment));
    }
}

/// A code of a message, or a name in capitals that stands for one: a string or a key of the code.
fn is_code(reference: &Reference, life: &Life, system: &System<'_>) -> Option<Suspect> {
    let name = reference.parts.first()?;
    let had = system.earlier(life.any(name::DECLARED));
    let rest = name::rest(system, life, name::DECLARED);
    let several = name::words(name) > 2 || name.bytes().any(|b| b.is_ascii_digit());
    if had.is_empty()
        || rest > Rest::Comments
        || !several
        || reference.place == Place::CodeBlock
        || name.len() < 6
        || name::is_built(name, system)
    {
        return None;
    }
    let circumstance = if name.contains('_') { "capitals" } else { "code" };
    let probability = confidence::of(super::dead_symbol::ID, circumstance);
    let suspect = name::suspect(system, super::dead_symbol::ID, reference, name, name::DECLARED, had, probability, "");
    // In the settings of a tool it is that tool's word.
    Some(name::backed_by(suspect, Backing::Field))
}

/// A constant, which is written like a variable of the environment.
fn constant(reference: &Reference, name: &str, had: Mask, rest: Rest, system: &System<'_>) -> Option<Suspect> {
    let circumstance = match rest {
        Rest::Declared | Rest::Uses => return None,
        _ if !name.contains('_') || reference.place == Place::CodeBlock => "word",
        Rest::Weak => "lives-on",
        Rest::Comments | Rest::Nothing => "defined",
    };
    let (rule, roles) = (super::dead_symbol::ID, &[Role::Definition]);
    Some(name::suspect(system, rule, reference, name, roles, had, confidence::of(rule, circumstance), ""))
}

/// Whether the page itself sets the variable and uses it: its sample's own.
fn is_of_page(variable: &str, page: &Page<'_>) -> bool {
    let text = &page.document.text;
    let used = text.contains(&format!("${variable}")) || text.contains(&format!("${{{variable}"));
    used && text.match_indices(variable).any(|(at, _)| {
        let after = &text[at + variable.len()..];
        let before = text[..at].chars().next_back();
        after.starts_with('=') && before.is_none_or(|c| c.is_whitespace() || c == '`')
    })
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
