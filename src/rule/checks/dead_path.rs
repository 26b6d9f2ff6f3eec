//! `dead-path`: a file or folder that is no longer in the tree.

use super::name;
use crate::history::RepoPath;
use crate::history::class::Class;
use crate::history::paths::join;
use crate::history::scan::ignoring;
use crate::history::snapshot::Mask;
use crate::history::term::{Domain, Term};
use crate::reference::{FILES, Kind, Place, Reference, Standing};
use crate::rule::confidence;
use crate::rule::suspect::{PathStyle, Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-path";

/// Gives the paths of the page that were in the tree and are not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| r.kind == Kind::Route && name::is_claim(r)) {
        out.extend(rooted(reference, system).and_then(|r| lost(page, &r, system)));
    }
    for reference in page.references.iter().filter(|r| r.kind == Kind::Path && name::is_mention(r)) {
        // A site's own addresses.
        if reference.place == Place::FrontMatter && reference.text.starts_with('/') {
            continue;
        }
        // What the reader of a sample writes is a path of the tree only where it is one from the root on.
        let whole = |s: &Suspect| {
            let rooted = matches!(s.proof, Proof::Path { style: PathStyle::Root, .. });
            !reference.shape.incidental || rooted && reference.parts.len() > 2
        };
        out.extend(lost(page, reference, system).filter(whole));
    }
}

/// `/core/engine` in text, where the tree had such a folder from its root on: no address of a service.
fn rooted(reference: &Reference, system: &System<'_>) -> Option<Reference> {
    let [path] = reference.parts.as_slice() else { return None };
    let parts: Vec<String> = path.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    let plain = |p: &String| p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let had = || !system.earlier(system.paths.exact(parts.join("/").as_bytes()).held).is_empty();
    let is_path = reference.place == Place::CodeSpan && parts.len() > 1 && parts.iter().all(plain) && had();
    is_path.then(|| Reference { parts, ..reference.clone() })
}

/// A path that was in the tree, and how the page wrote it.
struct Was {
    path: Vec<u8>,
    held: Mask,
    style: PathStyle,
}

fn lost(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let written = reference.parts.join("/");
    if written.is_empty() {
        return None;
    }
    let from_page = join(page.folder(), written.as_bytes());
    let from_root = join(b"", written.as_bytes());
    let mut was: Option<Was> = None;
    for (path, style) in [(from_page, PathStyle::Relative), (from_root, PathStyle::Root)] {
        let Some(path) = path.filter(|p| !p.is_empty()) else { continue };
        let held = system.paths.exact(&path).held;
        if system.at_head(held) {
            return None;
        }
        if was.is_none() && !system.earlier(held).is_empty() {
            was = Some(Was { path, held, style });
        }
    }
    let ending = written.trim_start_matches("../").trim_start_matches("./");
    let mut endings = 0;
    for (path, life) in system.paths.ending_in(ending.as_bytes()) {
        if system.at_head(life.held) {
            return None;
        }
        endings += 1;
        if was.is_none() {
            was = Some(Was { path: path.to_vec(), held: life.held, style: PathStyle::Ending });
        }
    }
    let Some(was) = was else { return of_moment(page, reference, &written, system) };
    let had = system.earlier(was.held);
    if had.is_empty() || is_made(&written, had, system) {
        return None;
    }
    let deep = ending.contains('/');
    // The end of a path under a folder of tests is like many a reader's own.
    if is_at_home(page, reference)
        || is_tree_of_another(page, reference, system)
        || name::is_in_foreign_link(page, reference, system)
        || is_made_on_the_page(page, reference)
    {
        return None;
    }
    let class = Class::of(&RepoPath::new(&[was.path.as_slice(), b"/x"].concat()));
    if was.style == PathStyle::Ending && class == Class::Vendored {
        return None;
    }
    let telling = name::words(&written) > 2;
    let respelt = was.style == PathStyle::Ending && !deep && !reference.shape.weak && is_respelt(&written, system);
    if was.style == PathStyle::Ending
        && Class::of(&RepoPath::new(&was.path)) == Class::Weak
        && !deep
        && !telling
        && !respelt
    {
        return None;
    }
    let circumstance = match (was.style, deep) {
        // The project keeps its own state there as its users do.
        _ if is_own_state(&written, system) => "own-state",
        // `check.yml` of which `check.yaml` was made: no other project's file.
        _ if respelt => "respelt",
        // Any project has such a file; whose the page means can't be told.
        (_, false) if FILES.names.contains(written.as_str()) || is_conventional(&written) => "conventional",
        (_, false) if reference.shape.weak => "word",
        _ if reference.shape.weak => "weak",
        _ if reference.kind == Kind::Route => "rooted",
        (_, false) if is_told_folder(reference) && FILES.reader_folders.contains(written.as_str()) => "conventional",
        (PathStyle::Root | PathStyle::Relative, false) if is_told_folder(reference) => "folder",
        (PathStyle::Ending, true) => "ending",
        (PathStyle::Ending, false) if endings > 2 => "common-name",
        (PathStyle::Ending, false) if is_of_code(&written) => "telling-name",
        (PathStyle::Ending, false) => "name",
        (_, true) => "declared",
        (_, false) => "top",
    };
    Some(Suspect {
        rule: ID,
        span: reference.span,
        section: reference.section,
        subject: written,
        anchor: reference.text.clone(),
        message: format!("`{}` is gone from the tree", name::shown(&reference.text)),
        probability: confidence::of(ID, circumstance),
        had,
        proof: Proof::Path { path: RepoPath::new(&was.path), base: page.folder().to_vec(), style: was.style },
    })
}

/// Whether the page says somewhere that its reader makes the file.
fn is_made_on_the_page(page: &Page<'_>, reference: &Reference) -> bool {
    let same = |r: &&Reference| r.kind == Kind::Path && r.parts.len() > 1 && r.parts == reference.parts;
    page.references.iter().filter(same).any(|r| r.standing == Standing::Created)
}

/// A path that no snapshot holds: it may have come and gone between two of them. Whether the tree of its moment had
/// it, from the root on or from the page's folder, the proof has to show.
fn of_moment(page: &Page<'_>, reference: &Reference, written: &str, system: &System<'_>) -> Option<Suspect> {
    let shape = reference.shape;
    let told = matches!(reference.place, Place::CodeSpan | Place::Prose) && name::is_claim(reference) && !shape.weak;
    if !told || reference.kind != Kind::Path || reference.parts.len() < 2 || page.elsewhere {
        return None;
    }
    let relative = reference.text.starts_with('.');
    let base: &[u8] = if relative { page.folder() } else { b"" };
    let path = join(base, written.as_bytes()).filter(|path| !path.is_empty())?;
    if is_at_home(page, reference)
        || name::is_in_foreign_link(page, reference, system)
        || is_made_on_the_page(page, reference)
    {
        return None;
    }
    Some(Suspect {
        rule: ID,
        span: reference.span,
        section: reference.section,
        subject: written.to_owned(),
        anchor: reference.text.clone(),
        message: format!("`{}` is gone from the tree", name::shown(&reference.text)),
        probability: confidence::of(ID, "of-moment"),
        had: Mask::default(),
        proof: Proof::Path {
            path: RepoPath::new(&path),
            base: page.folder().to_vec(),
            style: if relative { PathStyle::Relative } else { PathStyle::Root },
        },
    })
    .filter(|_| !is_made(written, system.snapshots.before_head(), system))
}

/// Whether the page calls a single word a folder.
fn is_told_folder(reference: &Reference) -> bool {
    reference.shape.folder && reference.parts.len() == 1 && !reference.text.contains('/')
}

/// Whether a hidden folder of the path is called like the project: what its users have in their trees, too.
fn is_own_state(written: &str, system: &System<'_>) -> bool {
    let names = || system.slugs.iter().filter_map(|slug| slug.rsplit('/').next());
    written.split('/').filter_map(|part| part.strip_prefix('.')).any(|bare| {
        let bare = bare.split(['.', '-', '_']).next().unwrap_or("").to_ascii_lowercase();
        bare.len() > 3
            && names().any(|name| name.to_ascii_lowercase().trim_end_matches('s') == bare.trim_end_matches('s'))
    })
}

/// Whether a drawn tree is not the project's: a command printed it, or it holds what the project never had.
fn is_tree_of_another(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> bool {
    let Some(block) = page.document.blocks.get(reference.block) else { return false };
    let text = block.span.of(&page.document.text);
    if reference.place != Place::CodeBlock || !text.contains(['├', '└']) {
        return false;
    }
    // `tree` and `ls` show what is there.
    let prompt = |line: &str| {
        let command = ["$ ", "❯ ", "> ", "% ", "# "].iter().find_map(|mark| line.trim_start().strip_prefix(mark));
        command.is_some_and(|c| !c.starts_with("tree") && !c.starts_with("ls"))
    };
    let printed =
        block.inlines.iter().take_while(|line| !line.text.contains(['├', '└'])).any(|line| prompt(&line.text));
    let unknown = |other: &&Reference| {
        let written = other.parts.join("/");
        let ending = written.trim_start_matches("./");
        !ending.is_empty()
            && join(page.folder(), written.as_bytes()).is_none_or(|p| system.paths.exact(&p).held.is_empty())
            && system.paths.exact(ending.as_bytes()).held.is_empty()
            && system.paths.ending_in(ending.as_bytes()).next().is_none()
    };
    let others =
        || page.references.iter().filter(|r| r.block == reference.block && r.kind == Kind::Path && !r.shape.glob);
    printed || others().any(|other| unknown(&other))
}

/// Whether most files of that name that there were left one of the same name behind, with another extension.
fn is_respelt(name: &str, system: &System<'_>) -> bool {
    let Some((stem, suffix)) = name.rsplit_once('.').filter(|(stem, _)| stem.len() > 2) else { return false };
    let left = |path: &[u8]| {
        let folder = path.len() - name.len();
        let there = |other: &&String| {
            let sibling = [&path[..folder], stem.as_bytes(), b".", other.as_bytes()].concat();
            other.as_str() != suffix && system.at_head(system.paths.exact(&sibling).held)
        };
        FILES.extensions.iter().any(|other| there(&other))
    };
    let was: Vec<&[u8]> = system.paths.ending_in(name.as_bytes()).map(|(path, _)| path).take(MOST_NAMED).collect();
    let count = was.iter().filter(|path| left(path)).count();
    count > 0 && count * 2 >= was.len()
}

/// Whether the name of a file of code has three words or more: one that no two projects have.
fn is_of_code(name: &str) -> bool {
    let Some((stem, suffix)) = name.rsplit_once('.') else { return false };
    name::words(stem) > 2 && stem.len() > 12 && is_code_suffix(suffix)
}

fn is_code_suffix(suffix: &str) -> bool {
    matches!(
        suffix,
        "rs" | "go"
            | "py"
            | "js"
            | "mjs"
            | "ts"
            | "tsx"
            | "java"
            | "kt"
            | "c"
            | "cc"
            | "cpp"
            | "h"
            | "hpp"
            | "rb"
            | "php"
            | "cs"
            | "swift"
    )
}

/// Files of one name that are looked at.
const MOST_NAMED: usize = 64;

/// Whether the line places the file on the reader's machine.
fn is_at_home(page: &Page<'_>, reference: &Reference) -> bool {
    const PLACES: &[&str] = &[
        "$home",
        "~/",
        "home directory",
        "home folder",
        "user directory",
        "ユーザーディレクトリ",
        "ホームディレクトリ",
        "your project",
        "your repo",
    ];
    let document = page.document;
    let line = document.lines.line_span(&document.text, document.lines.line_of(reference.span.start));
    let text = line.of(&document.text).to_lowercase();
    PLACES.iter().any(|place| text.contains(place))
}

/// Whether a file without a folder is one that tools look for in every project: hidden, or named by them.
fn is_conventional(name: &str) -> bool {
    name.starts_with('.') || FILES.conventional.contains(name)
}

/// Whether the code of the head names the file itself, so that it may be written by a build or a run.
fn is_made(written: &str, had: Mask, system: &System<'_>) -> bool {
    // A pattern in spite of which the file was kept tells nothing of it.
    let ignored = |pattern: &Vec<u8>| {
        let life = system.lifetimes.of(Term::of(Domain::Ignored, pattern)).anywhere();
        system.at_head(life) && life.and(had) != had
    };
    if ignoring(written.as_bytes()).iter().any(ignored) {
        return true;
    }
    let name = written.rsplit('/').next().unwrap_or(written);
    let stem = name.split('.').next().unwrap_or(name);
    system.at_head(system.paths.exact(format!("{written}.in").as_bytes()).held)
        || system.paths.ending_in(format!("{name}.in").as_bytes()).any(|(_, life)| system.at_head(life.held))
        || system
            .paths
            .ending_in(format!("{stem}.sh").as_bytes())
            .any(|(_, life)| name != stem && system.at_head(life.held) && !name.ends_with(".sh"))
            && !written.contains('/')
}
