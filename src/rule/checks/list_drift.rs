//! `list-drift`: an enumeration that mirrored one of the code, which has lost or gained an entry since.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::name;
use crate::document::{Document, Span};
use crate::history::RepoPath;
use crate::history::cause::Matcher;
use crate::history::class::Class;
use crate::history::lifetime::is_binary;
use crate::history::lists::{self, Entries, Group, Held};
use crate::history::scan::Role;
use crate::history::snapshot::Mask;
use crate::history::term::Term;
use crate::reference::claim::list::{self, Form, ListClaim};
use crate::reference::{Reference, Standing};
use crate::rule::confidence::{self, Sure};
use crate::rule::suspect::{self, LineMatcher, Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "list-drift";

/// Most entries of a page's list that is looked at.
const MOST: usize = 60;
/// Members that stand for the end, the lack or the number of the others, or for no thing of their own.
const UNLISTED: &[&str] = &[
    "unknown",
    "max",
    "min",
    "count",
    "num",
    "last",
    "first",
    "none",
    "invalid",
    "default",
    "other",
    "unspecified",
    "test",
    "internal",
];

/// The lists of a page that can mirror one of the code.
#[must_use]
pub fn claims(document: &Document, references: &[Reference]) -> Vec<(ListClaim, Entries)> {
    list::extract(document, references)
        .into_iter()
        .filter(|claim| claim.items.len() <= MOST && claim.items.iter().all(|i| is_present(i.reference, references)))
        .filter_map(|claim| {
            let entries = Entries::new(claim.items.iter().map(|i| i.text.as_str()))?;
            Some((claim, entries))
        })
        .collect()
}

/// Whether the page says that an entry is there. What looks like another program's name, or like a word that
/// stands for something, may be an entry all the same: the list as a whole tells.
fn is_present(reference: Option<usize>, references: &[Reference]) -> bool {
    let present = |r: &Reference| !matches!(r.standing, Standing::Past | Standing::Created | Standing::Output);
    reference.and_then(|r| references.get(r)).is_none_or(present)
}

/// Gives the lists of the page whose model in the code has changed.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for (claim, entries) in claims(page.document, page.references) {
        drifted(page, &claim, &entries, system, out);
    }
}

/// How a list of the code stands to that of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Likeness {
    /// The same entries.
    Same,
    /// All the page's entries and few more.
    More,
    /// Neither.
    Other,
}

fn likeness(entries: &Entries, group: &Group) -> Likeness {
    let members: BTreeSet<Term> = group.members.iter().map(|m| lists::term(m)).collect();
    if members == *entries.terms() {
        Likeness::Same
    } else if entries.terms().is_subset(&members) && members.len() * 3 <= entries.terms().len() * 4 {
        Likeness::More
    } else {
        Likeness::Other
    }
}

fn drifted(page: &Page<'_>, claim: &ListClaim, entries: &Entries, system: &System<'_>, out: &mut Vec<Suspect>) {
    let head = system.head();
    let all = system.lists.of(entries);
    let (now, past): (Vec<&Held>, Vec<&Held>) = all.iter().partition(|h| !h.held.and(head).is_empty());
    if let Some(count) = claim.count.as_ref().filter(|c| c.value as usize != claim.items.len()) {
        let found = miscounted(claim, count, entries, &now, &past, system);
        if found.is_some() {
            out.extend(found);
            return;
        }
    }
    if claim.form == Form::Headings {
        return;
    }
    if now.iter().any(|h| likeness(entries, &h.group) == Likeness::Same) {
        return;
    }
    let like = |wanted: Likeness| past.iter().filter(move |h| likeness(entries, &h.group) == wanted).copied();
    let complete = now.iter().any(|h| entries.shared(&h.group.members) == entries.terms().len());
    let newest = |list: Vec<&'_ Held>| list.into_iter().max_by_key(|h| (h.held.newest(), h.path.clone())).cloned();
    if complete {
        // Nothing is gone; something may be missing.
        if let Some(was) = newest(like(Likeness::Same).collect()) {
            out.extend(missing(page, claim, entries, &was, &now, system, like(Likeness::Same)));
        }
        return;
    }
    let (was, base) = match (newest(like(Likeness::Same).collect()), newest(like(Likeness::More).collect())) {
        (Some(was), _) => (was, "declared"),
        (None, Some(was)) if entries.terms().len() > 2 => (was, "near"),
        _ => return,
    };
    let mirrors: Vec<&Held> =
        if base == "declared" { like(Likeness::Same).collect() } else { like(Likeness::More).collect() };
    gone(claim, entries, (&was, base), &mirrors, &now, system, out);
}

/// A number that was that of the list, where the list itself was brought up to date.
fn miscounted(
    claim: &ListClaim,
    count: &list::Count,
    entries: &Entries,
    now: &[&Held],
    past: &[&Held],
    system: &System<'_>,
) -> Option<Suspect> {
    let is = now.iter().find(|h| likeness(entries, &h.group) == Likeness::Same)?;
    let size = count.value as usize;
    // Those that stand for no thing of their own need not be counted.
    let counted =
        claim.items.iter().filter(|i| !UNLISTED.contains(&lists::bare(&i.text).to_ascii_lowercase().as_str()));
    if counted.count() == size {
        return None;
    }
    let was: Vec<&Held> = past
        .iter()
        .filter(|h| h.path == is.path && h.group.lead == is.group.lead && h.group.members.len() == size)
        .filter(|h| entries.shared(&h.group.members) * 3 >= size.min(claim.items.len()) * 2)
        .copied()
        .collect();
    let first = was.first()?;
    let lead = is.group.lead.clone();
    let wanted = entries.clone();
    let matcher = GroupMatcher {
        needle: needle(&first.group, None),
        accepts: Box::new(move |g| g.lead == lead && g.members.len() == size && wanted.shared(&g.members) > 1),
    };
    Some(suspect(
        claim,
        count.span,
        &count.text,
        format!("there are {} of them now, as `{}` says", is.group.members.len(), name::shown(&is.group.lead)),
        confidence::of(ID, "count"),
        system.earlier(union(&was)),
        matcher,
        is,
        list::respell(count, is.group.members.len()),
    ))
}

/// The head's list that was `was` once.
fn heir<'h>(was: &Held, now: &[&'h Held], entries: &Entries) -> Option<&'h Held> {
    now.iter()
        .filter(|h| h.group.lead == was.group.lead && h.path == was.path)
        .max_by_key(|h| (entries.shared(&h.group.members), h.group.line))
        .copied()
}

fn union(held: &[&Held]) -> Mask {
    held.iter().fold(Mask::default(), |mask, h| mask.or(h.held))
}

#[allow(clippy::too_many_arguments)]
fn gone(
    claim: &ListClaim,
    entries: &Entries,
    (was, base): (&Held, &'static str),
    mirrors: &[&Held],
    now: &[&Held],
    system: &System<'_>,
    out: &mut Vec<Suspect>,
) {
    let Some(heir) = heir(was, now, entries) else { return };
    let members: BTreeSet<Term> = heir.group.members.iter().map(|m| lists::term(m)).collect();
    let lost: Vec<&list::Item> = claim.items.iter().filter(|i| !members.contains(&lists::term(&i.text))).collect();
    // A list that was rewritten is another list.
    if lost.is_empty() || lost.len() * 2 > claim.items.len() {
        return;
    }
    let before: BTreeSet<Term> = was.group.members.iter().map(|m| lists::term(m)).collect();
    let fresh: Vec<&String> = heir.group.members.iter().filter(|m| !before.contains(&lists::term(m))).collect();
    for item in lost.iter().copied() {
        let bare = lists::bare(&item.text);
        // It may be declared elsewhere now.
        let life = system.life(bare);
        let elsewhere = system.at_head(life.any(&[Role::Definition, Role::Flag]));
        let spoken = system.at_head(life.any(&[Role::Key, Role::Literal]));
        let left = match (elsewhere, spoken) {
            (true, _) => 0.65,
            (false, true) => 0.85,
            (false, false) => 1.05,
        };
        let replacement = match (lost.len(), fresh.as_slice()) {
            (1, [heir]) if !elsewhere => Some(lists::bare(heir).to_owned()),
            _ => None,
        };
        let wanted = entries.clone();
        let term = lists::term(&item.text);
        let lead = was.group.lead.clone();
        let matcher = GroupMatcher {
            needle: needle(&was.group, Some(term)),
            accepts: Box::new(move |g| {
                g.lead == lead
                    && g.members.iter().any(|m| lists::term(m) == term)
                    && wanted.shared(&g.members) * 2 >= wanted.terms().len()
            }),
        };
        out.push(suspect(
            claim,
            item.span,
            &item.text,
            format!("`{}` is no longer in the list `{}`", name::shown(&item.text), name::shown(&was.group.lead)),
            (confidence::of(ID, base) * left).at_most(0.95),
            system.earlier(union(mirrors)),
            matcher,
            heir,
            replacement,
        ));
    }
}

fn missing<'h>(
    page: &Page<'_>,
    claim: &ListClaim,
    entries: &Entries,
    was: &Held,
    now: &[&Held],
    system: &System<'_>,
    mirrors: impl Iterator<Item = &'h Held>,
) -> Option<Suspect> {
    // What has no name of its own can't be told from another list beside it.
    if claim.partial || was.group.lead.is_empty() {
        return None;
    }
    let heir = heir(was, now, entries)?;
    if entries.shared(&heir.group.members) < entries.terms().len() {
        return None;
    }
    let fresh: Vec<&str> = heir
        .group
        .members
        .iter()
        .filter(|m| !entries.terms().contains(&lists::term(m)))
        .map(|m| lists::bare(m))
        .filter(|m| !m.starts_with('_') && !UNLISTED.contains(&m.to_ascii_lowercase().as_str()))
        .collect();
    if fresh.is_empty() || fresh.len() > claim.items.len() {
        return None;
    }
    let counted = claim.count.as_ref().filter(|c| c.value as usize == claim.items.len());
    let circumstance = match (counted, claim.items.len()) {
        (Some(_), ..) => "counted",
        (None, 0..=2) => "pair",
        (None, 3) => "short",
        (None, _) => "added",
    };
    let last = claim.items.last()?;
    let span = match counted {
        Some(count) if count.span.start < last.span.start => {
            let whole = Span::new(count.span.start, last.span.end);
            if whole.of(&page.document.text).contains('\n') { count.span } else { whole }
        }
        _ => last.span,
    };
    let anchor = span.of(&page.document.text).to_owned();
    let shown: Vec<String> = fresh.iter().take(4).map(|f| format!("`{}`", name::shown(f))).collect();
    let wanted = entries.clone();
    let lead = was.group.lead.clone();
    let matcher = GroupMatcher {
        needle: needle(&was.group, None),
        accepts: Box::new(move |g| g.lead == lead && likeness(&wanted, g) == Likeness::Same),
    };
    let mirrors: Vec<&Held> = mirrors.collect();
    Some(suspect(
        claim,
        span,
        &anchor,
        format!("the list lacks {}, which `{}` has now", shown.join(", "), name::shown(&was.group.lead)),
        confidence::of(ID, circumstance),
        system.earlier(union(&mirrors)),
        matcher,
        heir,
        None,
    ))
}

#[allow(clippy::too_many_arguments)]
fn suspect(
    claim: &ListClaim,
    span: Span,
    anchor: &str,
    message: String,
    probability: Sure,
    had: Mask,
    matcher: GroupMatcher,
    heir: &Held,
    replacement: Option<String>,
) -> Suspect {
    let now = vec![suspect::Standing {
        path: heir.path.clone(),
        line: heir.group.line,
        text: name::shown(&format!("{}: {}", heir.group.lead, heir.group.members.join(", "))),
    }];
    let proof = Proof::Line { matcher: LineMatcher(Arc::new(matcher)), now, replacement };
    Suspect::of_text(ID, (span, claim.section), anchor, message, probability, had, proof)
}

/// What each file with such a list contains: its lead, or where it has none the member itself, or the longest.
fn needle(group: &Group, term: Option<Term>) -> String {
    let member = group.members.iter().filter(|m| term.is_none_or(|t| lists::term(m) == t)).max_by_key(|m| m.len());
    if group.lead.is_empty() { member.cloned().unwrap_or_default() } else { group.lead.clone() }
}

/// Recognises the files that hold a list.
struct GroupMatcher {
    /// A name that each holder contains; empty where its spelling is not known.
    needle: String,
    accepts: Box<dyn Fn(&Group) -> bool + Send + Sync>,
}

impl Matcher for GroupMatcher {
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        if is_binary(content) || Class::of(path) != Class::Code {
            return Vec::new();
        }
        lists::groups(path, content).iter().filter(|g| (self.accepts)(g)).map(|g| g.line).collect()
    }

    fn needle(&self) -> Option<&[u8]> {
        (!self.needle.is_empty()).then_some(self.needle.as_bytes())
    }
}
