//! What the checks of names share: when a name counts as gone.

use std::sync::Arc;

use crate::document::InlineKind;
use crate::history::lifetime::Life;
use crate::history::scan::Role;
use crate::history::snapshot::Mask;
use crate::history::term::{Domain, Term};
use crate::reference::{Reference, Standing};
use crate::rule::backing::Backing;
use crate::rule::confidence::Sure;
use crate::rule::suspect::{NameWitness, Proof, Suspect};
use crate::rule::system::{Page, System};

/// The roles in which code declares a name.
pub const DECLARED: &[Role] = &[Role::Definition, Role::Key, Role::Literal, Role::Flag];

/// How much of a name is left at the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rest {
    /// Nothing at all.
    Nothing,
    /// Comments only.
    Comments,
    /// Tests, examples or generated files only.
    Weak,
    /// It is used, but not declared.
    Uses,
    /// It is declared, here or in vendored code.
    Declared,
}

/// How much of `life` is left at the head, where `declared` are the roles that declare the name.
pub fn rest(system: &System<'_>, life: &Life, declared: &[Role]) -> Rest {
    if system.at_head(life.any(declared)) || system.at_head(life.vendored()) {
        Rest::Declared
    } else if system.at_head(life.code()) {
        Rest::Uses
    } else if system.at_head(life.weak()) {
        Rest::Weak
    } else if system.at_head(life.role(Role::Comment)) {
        Rest::Comments
    } else {
        Rest::Nothing
    }
}

/// Whether the head could put the name together from an affix that stands in it as a string and a rest
/// that stands there too (`"handle_" + name` with `"start"`).
pub fn is_built(name: &str, system: &System<'_>) -> bool {
    let affix = |part: &str| system.at_head(system.lifetimes.of(Term::of(Domain::Affix, part.as_bytes())).anywhere());
    let word = |rest: &str| rest.len() > 1 && system.at_head(system.life(rest).code());
    name.match_indices(['_', '-']).take(16).any(|(at, _)| {
        let (prefix, suffix) = (&name[..=at], &name[at..]);
        affix(prefix) && word(&name[at + 1..]) || at > 0 && affix(suffix) && word(&name[..at])
    })
}

/// Whether code puts the name together from a name space and one of several words that stood beside it
/// while it was whole (`had`), and both are there still: `store_retry_limit` of `store` and `retry_limit`.
pub fn is_composed(name: &str, had: Mask, system: &System<'_>) -> bool {
    let both = |life: Life| {
        let mask = life.any(DECLARED);
        system.at_head(mask) && !mask.and(had).is_empty()
    };
    name.match_indices(['_', '-', '.']).take(8).any(|(at, _)| {
        let (space, rest) = (&name[..at], &name[at + 1..]);
        words(rest) > 1 && space.len() > 1 && both(system.life_exact(rest)) && both(system.life_exact(space))
    })
}

/// Whether the page says that the thing is there, so that its absence is worth a finding.
pub fn is_claim(reference: &Reference) -> bool {
    is_mention(reference) && !reference.shape.incidental
}

/// The same for names that a sample writes as an argument: the reader's own, or a parameter's.
pub fn is_mention(reference: &Reference) -> bool {
    reference.standing == Standing::Affirmed && !reference.shape.glob
}

/// A suspect about a reference that is backed by names.
#[allow(clippy::too_many_arguments)]
pub fn suspect(
    system: &System<'_>,
    rule: &'static str,
    reference: &Reference,
    name: &str,
    roles: &'static [Role],
    had: Mask,
    probability: Sure,
    what: &str,
) -> Suspect {
    // Where the code spelt it as the page does, that spelling alone is looked for; else any.
    let exact = Term::exact(name.as_bytes());
    let spelt = !system.lifetimes.of(exact).any(roles).and(had).is_empty();
    let (terms, needle): (Arc<[Term]>, _) = if spelt {
        (Arc::from([exact]), name.as_bytes().to_vec())
    } else {
        (Arc::from([Term::folded(name.as_bytes())]), Vec::new())
    };
    Suspect {
        rule,
        span: reference.span,
        section: reference.section,
        subject: reference.text.clone(),
        anchor: reference.text.clone(),
        message: format!("{what}`{}` is gone from the code", shown(&reference.text)),
        probability,
        had,
        proof: Proof::Name {
            witness: NameWitness { terms, roles, declared: None, needle, backing: Backing::Named },
            text: name.to_owned(),
        },
    }
}

/// A suspect about a name that manifests declare.
pub fn declared(
    rule: &'static str,
    reference: &Reference,
    name: &str,
    domain: Domain,
    had: Mask,
    probability: Sure,
    message: String,
) -> Suspect {
    Suspect {
        rule,
        span: reference.span,
        section: reference.section,
        subject: reference.text.clone(),
        anchor: reference.text.clone(),
        message,
        probability,
        had,
        proof: Proof::Name {
            witness: NameWitness {
                terms: Arc::from([]),
                roles: &[],
                declared: Some((domain, Term::of(domain, name.as_bytes()))),
                needle: Vec::new(),
                backing: Backing::Named,
            },
            text: name.to_owned(),
        },
    }
}

/// Whether it stands in the text of a link that leads to another project: it is that one's.
pub fn is_in_foreign_link(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> bool {
    let Some(block) = page.document.blocks.get(reference.block) else { return false };
    block.inlines.iter().any(|inline| match &inline.kind {
        InlineKind::Link(target) => {
            let dest = target.dest.to_lowercase();
            let host = ["github.", "gitlab.", "bitbucket."].iter().any(|host| dest.contains(host));
            let own = |slug: &String| {
                let slug = slug.to_lowercase();
                dest.contains(&slug) || !host && slug.split('/').any(|part| part.len() > 2 && dest.contains(part))
            };
            inline.span.contains(reference.span) && dest.contains("://") && !system.slugs.iter().any(own)
        }
        _ => false,
    })
}

/// A reference as a message shows it: one line, no backquotes, not too long.
pub fn shown(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c == '`' || c.is_control() { ' ' } else { c }).take(80).collect();
    clean.trim().to_owned()
}

/// Asks more of the lines that back a suspect than the name.
pub fn backed_by(mut suspect: Suspect, backing: Backing) -> Suspect {
    if let Proof::Name { witness, .. } = &mut suspect.proof {
        witness.backing = backing;
    }
    suspect
}

/// The words that a name is made of: `max_open_files` and `maxOpenFiles` of three.
pub fn words(name: &str) -> usize {
    let mut count = 0;
    let mut before = ' ';
    for c in name.chars() {
        let starts = c.is_alphanumeric() && (!before.is_alphanumeric() || c.is_uppercase() && !before.is_uppercase());
        count += usize::from(starts);
        before = c;
    }
    count
}

/// Whether a name is unlike an ordinary word, so that two that are alike are the same.
pub fn is_telling(name: &str) -> bool {
    words(name) >= 2 && name.len() > 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_several_words_are_telling() {
        for (name, count) in
            [("open", 1), ("max_open_files", 3), ("maxOpenFiles", 3), ("HTTPServer", 1), ("AsyncResult", 2)]
        {
            assert_eq!(words(name), count, "{name}");
        }
        assert!(is_telling("do_work_now") && !is_telling("Comment") && !is_telling("a_b"));
    }
}
