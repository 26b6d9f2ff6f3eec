//! `dead-metric`: a metric that the code no longer exposes.

use super::name::{self, Rest};
use crate::history::scan::Role;
use crate::reference::{Kind, Place, Reference};
use crate::rule::confidence;
use crate::rule::suspect::{Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-metric";

const BACKED: &[Role] = &[Role::Definition, Role::Key, Role::Literal, Role::Flag];

/// Endings that a histogram or a summary adds to its name.
const SERIES: &[&str] = &["_bucket", "_sum", "_count", "_total"];

/// Gives the metrics of the page that the code named once and does not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| name::is_claim(r)) {
        match reference.kind {
            Kind::Metric => out.extend(lost(reference, system).or_else(|| composed(reference, system))),
            Kind::Symbol => out.extend(composed(reference, system)),
            _ => {}
        }
    }
}

fn lost(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let metric = reference.parts.last()?;
    let base = SERIES.iter().find_map(|s| metric.strip_suffix(s)).unwrap_or(metric);
    if is_alive(metric, system) || is_alive(base, system) || name::is_built(metric, system) {
        return None;
    }
    // The part of the name that stood in the code; prefixes are often joined at run time, of a string alone.
    let (name, had) = endings(metric).chain(endings(base)).find_map(|name| {
        let whole = name.len() == metric.len() || name.len() == base.len();
        let roles: &[Role] = if whole { BACKED } else { &[Role::Literal, Role::Flag] };
        let had = system.earlier(system.life(name).any(roles));
        (!had.is_empty()).then_some((name, had))
    })?;
    let life = system.life(name);
    let circumstance = match name::rest(system, &life, BACKED) {
        Rest::Declared => return None,
        // A dashboard or a rule still asks for it; of a name that is used otherwise nothing is known.
        Rest::Uses if name.len() < metric.len() => return None,
        Rest::Uses => "used",
        Rest::Weak => "lives-on",
        Rest::Comments | Rest::Nothing => "declared",
    };
    // What was only ever defined is a function that is named like a metric.
    let registered = !system.earlier(life.any(&[Role::Key, Role::Literal, Role::Flag])).is_empty();
    let (rule, what) = if registered { (ID, "metric ") } else { (super::dead_symbol::ID, "") };
    // A function is named in text; in a sample it may be the reader's.
    let circumstance = match (registered, circumstance) {
        (false, "declared") if reference.place != Place::CodeBlock => "defined",
        (false, "declared" | "used") => "used",
        (_, other) => other,
    };
    Some(name::suspect(system, rule, reference, name, BACKED, had, confidence::of(rule, circumstance), what))
}

/// `tool_queue_depth` of which the code held `tool`, `queue` and `depth`, each in a field of its own: the
/// last is gone.
fn composed(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let [metric] = reference.parts.as_slice() else { return None };
    let plain = metric.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    // A name space, a part of it, and the name.
    let long = metric.matches('_').count() > 1 && reference.place == Place::CodeSpan;
    if !plain || !long || reference.shape.call || !system.life(metric).anywhere().is_empty() {
        return None;
    }
    let fields = system.life("namespace").role(Role::Key).and(system.life("subsystem").role(Role::Key));
    let literal = |word: &str| system.life(word).role(Role::Literal);
    metric.match_indices('_').take(8).find_map(|(at, _)| {
        let (prefix, name) = (&metric[..at], &metric[at + 1..]);
        let above = system.at_head(literal(prefix)) || prefix.split('_').all(|word| system.at_head(literal(word)));
        let had = system.earlier(literal(name).and(fields));
        if !above || had.is_empty() || name.len() < 3 || system.at_head(literal(name)) {
            return None;
        }
        let mut suspect = name::suspect(
            system,
            ID,
            reference,
            name,
            &[Role::Literal],
            had,
            confidence::of(ID, "composed"),
            "metric ",
        );
        if let Proof::Name { text, .. } = &mut suspect.proof {
            *text = format!("\"{name}\"");
        }
        Some(suspect)
    })
}

/// The name and what is left of it without its first one or two words.
fn endings(name: &str) -> impl Iterator<Item = &str> {
    let cut = move |n: usize| name.match_indices('_').nth(n).map(|(at, _)| &name[at + 1..]);
    [Some(name), cut(0), cut(1)].into_iter().flatten().filter(|n| n.contains('_'))
}

fn is_alive(metric: &str, system: &System<'_>) -> bool {
    endings(metric).any(|name| {
        let life = system.life(name);
        let declared = !life.any(BACKED).is_empty();
        // A use alone counts where nothing better was ever seen.
        system.at_head(life.any(BACKED)) || !declared && system.at_head(life.code())
    })
}
