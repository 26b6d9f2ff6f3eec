//! `dead-symbol`, for members: `A::b` or `A.b` where the type `A` no longer has `b`, though another `b`
//! lives on.
//!
//! A name alone can't tell; the grammar can: what stands in the type's body, or is declared for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::name;
use super::signature_drift::matcher::DeclarationMatcher;
use crate::code::{Declaration, Family, TypeDeclaration};
use crate::document::Document;
use crate::history::declarations::{Declarations, Standing};
use crate::history::scan::Role;
use crate::history::snapshot::Mask;
use crate::reference::{Kind, Place, Reference};
use crate::rule::confidence;
use crate::rule::suspect::{LineMatcher, Proof, Suspect};
use crate::rule::system::{Page, System};

/// A name that a page gives to a member of a type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The type.
    pub owner: String,
    /// The member.
    pub name: String,
    /// How sure it is that the page means that type.
    pub told: bool,
}

/// Bases that have no members of their own that a page would name.
const PLAIN_BASES: &[&str] = &[
    "ABC",
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "Protocol",
    "Generic",
    "NamedTuple",
    "TypedDict",
    "Exception",
    "Error",
    "Object",
    "Serializable",
    "Cloneable",
    "Comparable",
    "RuntimeException",
    "Annotation",
    "Clone",
    "Debug",
    "Copy",
    "Send",
    "Sync",
    "Default",
    "Display",
    "PartialEq",
    "Eq",
    "Hash",
    "PartialOrd",
    "Ord",
    "Drop",
    "Unpin",
    "From",
    "Into",
    "TryFrom",
    "AsRef",
    "AsMut",
    "Borrow",
    "FromStr",
    "Sized",
    "Any",
    "Fn",
    "FnOnce",
    "FnMut",
];

/// The member that a reference names, with the type before it or the one that the section is about.
#[must_use]
pub fn of(document: &Document, reference: &Reference) -> Option<Member> {
    if !name::is_claim(reference) {
        return None;
    }
    let parts: Vec<String> = match reference.kind {
        Kind::Symbol => reference.parts.clone(),
        Kind::Link => {
            let path = reference.parts.first().filter(|p| p.contains("::"))?;
            path.split("::").map(|s| s.trim_end_matches("()").to_owned()).collect()
        }
        _ => return None,
    };
    let (last, qualifiers) = parts.split_last()?;
    // Constructors may be called like their type, and be brought in or left to the compiler.
    if last.len() < 3 || !is_identifier(last) || qualifiers.last() == Some(last) {
        return None;
    }
    if let Some(owner) = qualifiers.last() {
        return is_type(owner).then(|| Member { owner: owner.clone(), name: last.clone(), told: true });
    }
    // `.name` under a heading that names a type.
    if !reference.text.starts_with('.') || reference.place != Place::CodeSpan {
        return None;
    }
    let headings = &document.sections.get(reference.section)?.heading_path;
    let owner = headings.iter().rev().find_map(|heading| {
        heading
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .rfind(|word| is_type(word) && is_identifier(word))
            .map(str::to_owned)
    })?;
    Some(Member { owner, name: last.clone(), told: false })
}

fn is_type(word: &str) -> bool {
    word.len() > 2 && word.starts_with(|c: char| c.is_ascii_uppercase())
}

fn is_identifier(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The types that the head has without the member that is asked for, so that the past has to be read.
#[must_use]
pub fn in_doubt(members: &[Member], declared: &Declarations, head: Mask) -> Vec<String> {
    let open = members.iter().filter(|m| has_type(&m.owner, declared, head) && !has(m, declared, head));
    open.map(|m| m.owner.clone()).collect()
}

fn has_type(owner: &str, declared: &Declarations, at: Mask) -> bool {
    declared.types(owner).iter().any(|t| !t.held.and(at).is_empty())
}

fn has(member: &Member, declared: &Declarations, at: Mask) -> bool {
    declared
        .of(&member.name)
        .iter()
        .any(|s| !s.held.and(at).is_empty() && s.declared.owner.as_ref() == Some(&member.owner))
}

/// Gives the members of the page that their types had once and have not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references {
        if let Some(member) = of(page.document, reference) {
            out.extend(lost(reference, &member, system));
        }
    }
}

fn lost(reference: &Reference, member: &Member, system: &System<'_>) -> Option<Suspect> {
    let (declared, head) = (system.declarations, system.head());
    if declared.is_unknown(&member.name) || declared.is_unknown(&member.owner) {
        return None;
    }
    // A name that is gone for good is found by name.
    let life = system.life(&member.name);
    if name::rest(system, &life, name::DECLARED) < name::Rest::Uses {
        return None;
    }
    if !has_type(&member.owner, declared, head) || has(member, declared, head) {
        return None;
    }
    let was: Vec<_> = declared
        .of(&member.name)
        .iter()
        .filter(|s| s.held.and(head).is_empty() && s.declared.owner.as_ref() == Some(&member.owner))
        .collect();
    let family = was.iter().max_by_key(|s| s.held.newest())?.family;
    let had = system.earlier(was.iter().fold(Mask::default(), |mask, s| mask.or(s.held)));
    if inherits(member, family, system) || accessor(member, system) {
        return None;
    }
    let circumstance = if member.told { "member" } else { "section-member" };
    let probability = confidence::of(super::dead_symbol::ID, circumstance);
    let (owner, wanted) = (member.owner.clone(), family);
    let accepts = move |d: &Declaration, f: Family| f == wanted && d.owner.as_ref() == Some(&owner);
    Some(Suspect {
        rule: super::dead_symbol::ID,
        span: reference.span,
        section: reference.section,
        subject: reference.text.clone(),
        anchor: reference.text.clone(),
        message: format!("`{}` no longer has `{}`", name::shown(&member.owner), name::shown(&member.name)),
        probability,
        had,
        proof: Proof::Line {
            matcher: LineMatcher(Arc::new(DeclarationMatcher::new(&member.name, Box::new(accepts)))),
            now: Vec::new(),
            replacement: None,
        },
    })
}

/// Whether the type can have the member from what it extends, or from code that the grammar does not see.
fn inherits(member: &Member, family: Family, system: &System<'_>) -> bool {
    let (declared, head) = (system.declarations, system.head());
    let mut seen = BTreeSet::from([member.owner.clone()]);
    let mut open = vec![member.owner.clone()];
    while let Some(name) = open.pop() {
        let types: Vec<_> =
            declared.types(&name).iter().filter(|t| !t.held.and(head).is_empty() && t.family == family).collect();
        // A base of the same name is another package's.
        let same = |t: &&&Standing<TypeDeclaration>| t.declared.bases.contains(&name);
        if types.iter().any(|t| t.declared.open) || types.iter().any(|t| same(&t)) {
            return true;
        }
        if types.is_empty() {
            // The files with that type were not read, or it is another project's.
            let plain = PLAIN_BASES.contains(&name.as_str()) || name.ends_with("Error") || name.ends_with("Exception");
            let ours = system.at_head(system.life_exact(&name).role(Role::Definition));
            if ours || !plain && family != Family::Rust {
                return true;
            }
        }
        if name != member.owner && has(&Member { owner: name.clone(), ..member.clone() }, declared, head) {
            return true;
        }
        for base in types.iter().flat_map(|t| &t.declared.bases) {
            if seen.insert(base.clone()) && seen.len() < 64 {
                open.push(base.clone());
            }
        }
    }
    false
}

/// Whether the head's type has the field behind `getName`, `setName`, `isName`, or an accessor in place of the
/// field.
fn accessor(member: &Member, system: &System<'_>) -> bool {
    let head = system.head();
    let has = |name: &str| {
        system
            .declarations
            .of(name)
            .iter()
            .any(|s| !s.held.and(head).is_empty() && s.declared.owner.as_ref() == Some(&member.owner))
    };
    ["get", "set", "is", "with"].iter().filter_map(|p| member.name.strip_prefix(p)).any(|rest| {
        let mut chars = rest.chars();
        chars.next().is_some_and(|first| has(&format!("{}{}", first.to_ascii_lowercase(), chars.as_str())))
    })
}

/// The names to look for in code: the members, their types, and the fields behind accessors.
#[must_use]
pub fn asked(member: &Member) -> Vec<String> {
    let mut out = vec![member.owner.clone(), member.name.clone()];
    out.extend(["get", "set", "is", "with"].iter().filter_map(|p| member.name.strip_prefix(p)).filter_map(|rest| {
        let mut chars = rest.chars();
        let first = chars.next().filter(char::is_ascii_uppercase)?;
        Some(format!("{}{}", first.to_ascii_lowercase(), chars.as_str()))
    }));
    out
}
