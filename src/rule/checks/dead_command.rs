//! `dead-command`: a target, script, recipe or service that no task file declares any more.

use super::name::{self, Rest};
use crate::history::scan::Role;
use crate::history::term::{Domain, Term};
use crate::reference::{Kind, Reference};
use crate::rule::backing::{Backing, Tool};
use crate::rule::confidence;
use crate::rule::suspect::{Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-command";

/// How the code that reads a command line names a subcommand: a member, a function, a string.
const SUBCOMMAND: &[Role] = &[Role::Definition, Role::Key, Role::Literal];

/// Files from which a build system makes the targets of a Makefile.
const GENERATORS: &[&[u8]] = &[
    b"Makefile.am",
    b"configure.ac",
    b"configure.in",
    b"CMakeLists.txt",
    b"meson.build",
    b"Makefile.PL",
    b"Makefile.in",
];

/// Targets that every Makefile of a build system has.
const GENERATED: &[&str] =
    &["all", "check", "install", "clean", "distclean", "dist", "distcheck", "uninstall", "installcheck", "test"];

/// Gives the commands of the page whose target was declared once and is not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Command && name::is_claim(r)) {
        let Some(target) = reference.parts.last() else { continue };
        let life = system.lifetimes.of(Term::of(Domain::Command, target.as_bytes()));
        let had = system.earlier(life.role(Role::Definition).or(life.weak()));
        if had.is_empty() {
            out.extend(subcommand(reference, target, system));
            continue;
        }
        if is_alive(reference, target, system) {
            continue;
        }
        // A feature is chosen with an option like a target is, and is none.
        if reference.parts.iter().any(|p| matches!(p.as_str(), "--features" | "-F")) {
            continue;
        }
        let message =
            format!("`{}` is no longer declared as a target, script or service", name::shown(&reference.text));
        // A word at the start of a command is a program's name; a target that was called so is another thing.
        let [program, _, ..] = reference.parts.as_slice() else {
            let probability = confidence::of(ID, "program");
            let suspect = name::declared(ID, reference, target, Domain::Command, had, probability, message);
            out.push(name::backed_by(suspect, Backing::Target(Tool::Manifest)));
            continue;
        };
        let tool = Tool::of(program);
        let probability = confidence::of(ID, if tool == Tool::Other { "other-tool" } else { "declared" });
        let suspect = name::declared(ID, reference, target, Domain::Command, had, probability, message);
        out.push(name::backed_by(suspect, Backing::Target(tool)));
    }
}

fn is_declared(name: &str, system: &System<'_>) -> bool {
    system.at_head(system.lifetimes.of(Term::of(Domain::Command, name.as_bytes())).anywhere())
}

fn is_alive(reference: &Reference, target: &str, system: &System<'_>) -> bool {
    let program = reference.parts.first().map_or("", String::as_str);
    // `yarn tool` runs the binary of a package.
    let package = matches!(program, "npm" | "npx" | "pnpm" | "yarn" | "bun" | "bunx" | "poetry" | "uv" | "pdm")
        && system.at_head(system.lifetimes.of(Term::of(Domain::Dependency, target.as_bytes())).anywhere());
    let generated = matches!(program, "make" | "gmake")
        && GENERATED.contains(&target)
        && GENERATORS.iter().any(|file| {
            system.at_head(system.paths.exact(file).held)
                || system.paths.ending_in(file).any(|(_, life)| system.at_head(life.held))
        });
    // Their sessions and tasks are functions.
    let function = matches!(program, "nox" | "invoke" | "inv" | "doit" | "mage" | "rake")
        && system.at_head(system.life(target).any(&[Role::Definition]));
    package
        || generated
        || function
        || is_declared(target, system)
        || system.at_head(system.paths.exact(target.as_bytes()).held)
        || (0..=target.len()).filter(|at| target.is_char_boundary(*at)).any(|at| {
            is_declared(&format!("{}%", &target[..at]), system) || is_declared(&format!("%{}", &target[at..]), system)
        })
}

/// `tool serve`, where `tool` is a program of this project: its code named the subcommand once.
fn subcommand(reference: &Reference, target: &str, system: &System<'_>) -> Option<Suspect> {
    let [program, _] = reference.parts.as_slice() else { return None };
    if !is_declared(program, system) || target.len() < 3 {
        return None;
    }
    let life = system.life(target);
    let had = system.earlier(life.any(SUBCOMMAND));
    let circumstance = match name::rest(system, &life, name::DECLARED) {
        _ if had.is_empty() => return None,
        Rest::Declared | Rest::Uses => return None,
        Rest::Weak | Rest::Comments => "subcommand-lives-on",
        Rest::Nothing => "subcommand",
    };
    let probability = confidence::of(ID, circumstance);
    if name::is_built(target, system) || system.at_head(system.paths.exact(target.as_bytes()).held) {
        return None;
    }
    let mut suspect = name::suspect(system, ID, reference, target, SUBCOMMAND, had, probability, "subcommand ");
    // Code may spell it as a member (`Serve`): no spelling of the page's is asked for.
    if let Proof::Name { witness, text } = &mut suspect.proof {
        witness.needle.clear();
        let member: String =
            target.chars().take(1).flat_map(char::to_uppercase).chain(target.chars().skip(1)).collect();
        if !target.contains('-') && !system.earlier(system.life_exact(&member).any(SUBCOMMAND)).is_empty() {
            *text = member;
        }
    }
    Some(suspect)
}
