//! `dead-metric`: a metric that the code no longer exposes.

use super::name::{self, Rest};
use crate::history::scan::Role;
use crate::reference::Kind;
use crate::rule::suspect::Suspect;
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-metric";

const BACKED: &[Role] = &[Role::Definition, Role::Key, Role::Literal, Role::Use];

/// Endings that a histogram or a summary adds to its name.
const SERIES: &[&str] = &["_bucket", "_sum", "_count", "_total"];

/// Gives the metrics of the page that the code named once and does not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Metric && name::is_claim(r)) {
        let Some(metric) = reference.parts.last() else { continue };
        let base = SERIES.iter().find_map(|s| metric.strip_suffix(s)).unwrap_or(metric);
        if is_alive(metric, system) || is_alive(base, system) {
            continue;
        }
        // The part of the name that stood in the code; prefixes are often joined at run time.
        let Some((name, had)) = endings(metric).chain(endings(base)).find_map(|name| {
            let had = system.earlier(system.life(name).any(BACKED));
            (!had.is_empty()).then_some((name, had))
        }) else {
            continue;
        };
        let probability = match name::rest(system, &system.life(name), BACKED) {
            Rest::Declared | Rest::Uses => continue,
            Rest::Weak => 0.75,
            Rest::Comments | Rest::Nothing => 0.88,
        };
        out.push(name::suspect(system, ID, reference, name, BACKED, had, probability, "metric "));
    }
}

/// The name and what is left of it without its first one or two words.
fn endings(name: &str) -> impl Iterator<Item = &str> {
    let cut = move |n: usize| name.match_indices('_').nth(n).map(|(at, _)| &name[at + 1..]);
    [Some(name), cut(0), cut(1)].into_iter().flatten().filter(|n| n.contains('_'))
}

fn is_alive(metric: &str, system: &System<'_>) -> bool {
    endings(metric).any(|name| system.at_head(system.life(name).any(BACKED)))
}
