//! What comes and goes between two lists.

use std::collections::BTreeMap;

use super::list::v1::{Entry, List};
use crate::report::escape;
use crate::report::json::v1::Action;

/// The changes from `old` to `new`, a line each, in the order of pages; empty if there are none.
#[must_use]
pub fn lines(old: &List, new: &List) -> Vec<String> {
    let key = |e: &Entry| (e.document.clone(), e.section.clone());
    let mut all: BTreeMap<_, (Option<&Entry>, Option<&Entry>)> = BTreeMap::new();
    for entry in &old.entries {
        all.entry(key(entry)).or_default().0 = Some(entry);
    }
    for entry in &new.entries {
        all.entry(key(entry)).or_default().1 = Some(entry);
    }
    let change = |(then, now): (Option<&Entry>, Option<&Entry>)| {
        let entry = now.or(then)?;
        let name = match &entry.section {
            Some(section) => format!("{}#{section}", entry.document),
            None => entry.document.clone(),
        };
        let name = escape::terminal(&name);
        match (then, now) {
            (None, Some(now)) => Some(format!("+ {} {name}{}", word(now.action), why(now))),
            (Some(then), None) => Some(format!("- {} {name}", word(then.action))),
            (Some(then), Some(now)) if then.action != now.action => {
                Some(format!("~ {} -> {} {name}{}", word(then.action), word(now.action), why(now)))
            }
            (Some(then), Some(now)) if then.freshness != now.freshness && now.action == Action::Demote => {
                Some(format!("~ {} {} -> {} {name}", word(now.action), then.freshness, now.freshness))
            }
            _ => None,
        }
    };
    all.into_values().filter_map(change).collect()
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Include => "include",
        Action::Demote => "demote",
        Action::Exclude => "exclude",
    }
}

fn why(entry: &Entry) -> String {
    let first = entry.reasons.first().map(|r| format!(": {r}")).unwrap_or_default();
    escape::terminal(&first).into_owned()
}
