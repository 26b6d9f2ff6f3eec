//! `dead-flag`: a command-line option that the project's programs no longer declare.

use super::name::{self, Rest};
use crate::document::BlockKind;
use crate::history::scan::{Role, declares_options};
use crate::history::term::Term;
use crate::reference::{Kind, Reference, Standing};
use crate::rule::backing::Backing;
use crate::rule::confidence;
use crate::rule::suspect::{Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-flag";

/// The role that declares an option: no other line backs one.
const ROLES: &[Role] = &[Role::Flag];

/// The role that a table of options gives to its names.
const TOLD: &[Role] = &[Role::Literal];

/// Gives the options of the page that were declared once and are not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Flag) {
        if is_claim(reference, system) {
            // Only what is lost is looked for in the page's samples.
            out.extend(lost(reference, system).filter(|_| !is_of_page(page, reference)));
        }
    }
}

/// Whether the page says that the option is there. That of a tool which everybody knows is another project's,
/// unless this project is that tool.
fn is_claim(reference: &Reference, system: &System<'_>) -> bool {
    let own = || reference.program.as_ref().is_some_and(|program| system.is_program(program));
    name::is_claim(reference)
        || reference.standing == Standing::Foreign && !reference.shape.glob && !reference.shape.incidental && own()
}

fn lost(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    // Options belong to the program that stands before them; of others we know nothing.
    if reference.program.as_ref().is_some_and(|program| !system.owns_program(program)) {
        return None;
    }
    if reference.parts.iter().any(|spelling| is_alive(system, spelling)) {
        return None;
    }
    let spelling = reference.parts.first()?;
    let bare = bare(spelling)?;
    let life = if bare.len() == 1 { system.life_exact(spelling) } else { system.life(bare) };
    // Other projects' code in the tree, or a manual that is made of the code, has it still.
    if bare.len() > 1 && system.at_head(life.vendored()) {
        return None;
    }
    let had = system.earlier(life.any(ROLES));
    if had.is_empty() {
        return told(reference, bare, spelling, system);
    }
    let circumstance = match name::rest(system, &life, name::DECLARED) {
        _ if is_negated(bare, system) => "negated",
        // One letter is an option of many programs; which of them the page means is a guess.
        _ if bare.len() == 1 => "letter",
        // The word lives on as a field or a string; whether it is the option can't be told.
        Rest::Declared if system.at_head(life.role(Role::Literal)) => "word-lives-on",
        Rest::Declared => "name-lives-on",
        Rest::Uses => "used",
        // A test may say that it is refused.
        Rest::Weak => "lives-on",
        _ if reference.program.is_some() => "own-program",
        _ => "declared",
    };
    let probability = confidence::of(ID, circumstance);
    let suspect = name::suspect(system, ID, reference, bare, ROLES, had, probability, "option ");
    let mut suspect = name::backed_by(suspect, Backing::Option);
    suspect.subject.clone_from(spelling);
    // A field `dry_run` declares the option `--dry-run`: any spelling backs it.
    if bare.len() > 1
        && let Proof::Name { witness, .. } = &mut suspect.proof
    {
        witness.terms = [Term::exact(bare.as_bytes()), Term::folded(bare.as_bytes())].into();
        witness.needle.clear();
    }
    if bare.len() == 1
        && let Proof::Name { witness, .. } = &mut suspect.proof
    {
        witness.terms = [Term::exact(spelling.as_bytes())].into();
        witness.needle = spelling.as_bytes().to_vec();
    }
    Some(suspect)
}

/// An option that code had as a string of several words only, as a table of options has it (`name: "dry-run-all"`):
/// nothing of it may be left.
fn told(reference: &Reference, bare: &str, spelling: &str, system: &System<'_>) -> Option<Suspect> {
    let had = system.earlier(system.life_exact(bare).any(TOLD));
    if had.is_empty() || !bare.contains('-') || !name::is_telling(bare) || reference.shape.weak {
        return None;
    }
    let circumstance = match name::rest(system, &system.life(bare), name::DECLARED) {
        Rest::Nothing | Rest::Comments => "string",
        Rest::Weak => "string-lives-on",
        Rest::Uses | Rest::Declared => return None,
    };
    let probability = confidence::of(ID, circumstance);
    let suspect = name::suspect(system, ID, reference, bare, TOLD, had, probability, "option ");
    let mut suspect = name::backed_by(suspect, Backing::Field);
    suspect.subject.clear();
    suspect.subject.push_str(spelling);
    Some(suspect)
}

/// Whether a sample of the page declares the option itself: the program is the page's.
fn is_of_page(page: &Page<'_>, reference: &Reference) -> bool {
    let Some(bare) = reference.parts.first().and_then(|s| bare(s)).filter(|b| b.len() > 1) else { return false };
    let samples = page.document.blocks.iter().filter(|b| matches!(b.kind, BlockKind::Code { .. }));
    samples.flat_map(|block| &block.inlines).any(|line| {
        let quoted = [format!("\"{bare}\""), format!("\"--{bare}\""), format!("'--{bare}'")];
        quoted.iter().any(|q| line.text.contains(q.as_str())) && declares_options(line.text.as_bytes())
    })
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
    // Dotted options are made of fields: `--log.level` of a field `level`.
    let is_field = |name: &str| system.at_head(system.life(name).any(&[Role::Key, Role::Definition]));
    name::is_built(bare, system)
        || is_flag(bare)
        || bare.strip_prefix("no-").is_some_and(is_flag)
        || is_flag(&format!("no-{bare}")) && !is_negated(bare, system)
        || is_composed(bare, system)
        || bare.rsplit_once('.').is_some_and(|(_, last)| is_field(last))
}

/// Whether only `--no-x` is left of an option `--x` that was declared by itself: then the one did not stand for
/// the other.
fn is_negated(bare: &str, system: &System<'_>) -> bool {
    let flag = |name: &str| system.life(name).role(Role::Flag);
    let (plain, negated) = (flag(bare), flag(&format!("no-{bare}")));
    let apart = system.earlier(plain).0 & !negated.0;
    system.at_head(negated) && !system.at_head(plain) && apart != 0
}

/// Whether the option is made of a name space and an option of several words that a table declares:
/// `--store-retry-limit` of `store` and `retry_limit`.
fn is_composed(bare: &str, system: &System<'_>) -> bool {
    let named = |name: &str| system.at_head(system.life(name).any(&[Role::Flag, Role::Literal]));
    bare.match_indices('-').take(8).any(|(at, _)| {
        let (space, rest) = (&bare[..at], &bare[at + 1..]);
        let spaced = named(space) || system.at_head(system.life(space).role(Role::Key));
        name::words(rest) > 1 && space.len() > 1 && named(rest) && spaced
    })
}
