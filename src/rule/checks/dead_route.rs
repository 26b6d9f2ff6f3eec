//! `dead-route`: an HTTP path that the code no longer serves.

use super::name;
use crate::history::scan::{Role, route_endings};
use crate::history::term::{Domain, Term};
use crate::reference::Kind;
use crate::rule::confidence;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-route";

/// The route with one part that could be put together (`v1`) as a parameter.
fn with_gaps(route: &[u8]) -> Vec<Vec<u8>> {
    let parts: Vec<&[u8]> = route.split(|&b| b == b'/').collect();
    let counted =
        |part: &&[u8]| part.first().is_some_and(u8::is_ascii_alphabetic) && part.last().is_some_and(u8::is_ascii_digit);
    (0..parts.len())
        .filter(|&at| parts.get(at).is_some_and(counted))
        .take(8)
        .map(|gap| {
            let mut parts = parts.clone();
            if let Some(part) = parts.get_mut(gap) {
                *part = b"{}";
            }
            parts.join(&b'/')
        })
        .collect()
}

/// Gives the routes of the page that the code named once and does not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Route && name::is_claim(r)) {
        let Some(route) = reference.parts.last() else { continue };
        // A router joins prefixes: what stands in the code is the route or an end of it.
        let endings = route_endings(route.as_bytes());
        let life = |ending: &[u8]| system.lifetimes.of(Term::of(Domain::Route, ending));
        let held = |ending: &[u8]| system.at_head(life(ending).anywhere());
        if endings.iter().any(|e| held(e) || with_gaps(e).iter().any(|g| held(g))) {
            continue;
        }
        let Some((ending, had)) = endings.iter().find_map(|ending| {
            let had = system.earlier(life(ending).any(&[Role::Definition]));
            (!had.is_empty()).then_some((ending, had))
        }) else {
            continue;
        };
        let last = ending.rsplit(|&b| b == b'/').find(|p| !p.is_empty() && *p != b"{}");
        let lives_on = last
            .and_then(|p| std::str::from_utf8(p).ok())
            .is_some_and(|word| system.at_head(system.life(word).any(&[Role::Literal])));
        let probability = confidence::of(ID, if lives_on { "lives-on" } else { "declared" });
        let message = format!("route `{}` is gone from the code", name::shown(&reference.text));
        let text = String::from_utf8_lossy(ending).into_owned();
        out.push(name::declared(ID, reference, &text, Domain::Route, had, probability, message));
    }
}
