//! `moved-reference`: a line number at which other code stands now, or a name that has left the file in which
//! the page says that it is.

use super::name;
use crate::history::RepoPath;
use crate::history::paths::join;
use crate::history::scan::Role;
use crate::reference::Reference;
use crate::reference::claim::location::{self, LocationClaim, Where};
use crate::rule::confidence;
use crate::rule::suspect::{At, Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "moved-reference";

/// Gives the places of the page that have to be looked at.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for claim in location::extract(page.document, page.references) {
        out.extend(place(page, &claim, system));
    }
}

fn place(page: &Page<'_>, claim: &LocationClaim, system: &System<'_>) -> Option<Suspect> {
    let file = page.references.get(claim.path)?;
    let path = resolve(page, file, system)?;
    let held = system.paths.exact(path.as_bytes()).held;
    let text = &page.document.text;
    let suspect = |span: crate::document::Span, anchor: &str, message: String, circumstance, at: At| {
        let proof = Proof::Place { path: path.clone(), at };
        let probability = confidence::of(ID, circumstance);
        Suspect::of_text(ID, (span, claim.section), anchor, message, probability, system.earlier(held), proof)
    };
    match claim.what {
        // A link to a commit shows what was meant.
        Where::Lines(..) if is_pinned(page, file) => None,
        Where::Lines(first, last) => {
            let anchor = text.get(file.span.start..claim.span.end)?;
            let message = format!("other code stands at line {first} of `{}` now", name::shown(&file.text));
            Some(suspect(claim.span, anchor, message, "line", At::Lines(first, last)))
        }
        Where::Name(index) => {
            let named = page.references.get(index)?;
            let symbol = named.parts.last()?.trim_end_matches("()");
            // It must be there at all, or it is another rule's.
            if !system.at_head(system.life_exact(symbol).role(Role::Definition)) {
                return None;
            }
            let message = format!("`{}` is no longer in `{}`", name::shown(&named.text), name::shown(&file.text));
            Some(suspect(file.span, &file.text, message, "name", At::Name(symbol.to_owned())))
        }
    }
}

/// Whether the line links to the file as it was at a commit.
fn is_pinned(page: &Page<'_>, file: &Reference) -> bool {
    let document = page.document;
    let line = document.lines.line_span(&document.text, document.lines.line_of(file.span.start)).of(&document.text);
    let is_id = |part: &str| part.len() >= 12 && part.bytes().all(|b| b.is_ascii_hexdigit());
    line.split("/blob/").skip(1).any(|rest| rest.split('/').next().is_some_and(is_id))
}

/// The file of the head that the page means.
fn resolve(page: &Page<'_>, file: &Reference, system: &System<'_>) -> Option<RepoPath> {
    let written = file.parts.join("/");
    let is_file = |path: &[u8]| {
        let life = system.paths.exact(path);
        system.at_head(life.held) && !life.folder
    };
    let direct = [join(b"", written.as_bytes()), join(page.folder(), written.as_bytes())];
    if let Some(path) = direct.into_iter().flatten().find(|p| is_file(p)) {
        return Some(RepoPath::new(&path));
    }
    // The end of a path means a file only where there is and was one alone.
    let mut ending = system.paths.ending_in(written.as_bytes()).map(|(path, _)| path);
    match (ending.next(), ending.next()) {
        (Some(path), None) if is_file(path) => Some(RepoPath::new(path)),
        _ => None,
    }
}
