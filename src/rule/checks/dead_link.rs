//! `dead-link`: a link, image or include whose target within the repository is gone.

use std::collections::HashSet;

use super::name;
use crate::document::Document;
use crate::document::slug::{SlugScheme, anchors};
use crate::history::RepoPath;
use crate::history::paths::join;
use crate::history::scan::Role;
use crate::history::snapshot::{Mask, PathLife};
use crate::history::term::{Domain, Term};
use crate::reference::{Kind, Place, Reference};
use crate::rule::confidence;
use crate::rule::suspect::{PathStyle, Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-link";

/// Gives the links of the page whose target was there and is not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for reference in page.references.iter().filter(|r| name::is_claim(r)) {
        match (reference.kind, reference.place) {
            (Kind::Link, _) => out.extend(lost(page, reference, system)),
            // A site's front matter links by the site's own paths.
            (Kind::Route | Kind::Path, Place::FrontMatter)
                if reference.text.starts_with('/') && !is_own_address(page.document, reference) =>
            {
                let link = Reference { kind: Kind::Link, parts: vec![reference.text.clone()], ..reference.clone() };
                out.extend(lost(page, &link, system));
            }
            _ => {}
        }
    }
}

/// Keys of front matter under which a page says where it, or what it took the place of, is found.
const ADDRESSES: &[&str] = &[
    "alias",
    "aliases",
    "permalink",
    "url",
    "slug",
    "redirect_from",
    "redirects",
    "redirect",
    "path",
    "old_url",
    "id",
];

/// Whether a path of the front matter is the page's own address, now or before.
fn is_own_address(document: &Document, reference: &Reference) -> bool {
    let entries = document.front_matter.iter().flat_map(|front| &front.entries);
    let mut key = entries.filter(|e| e.span.contains(reference.span)).map(|e| e.key.as_str());
    key.next().is_some_and(|key| key.split('.').any(|part| ADDRESSES.contains(&part.to_ascii_lowercase().as_str())))
}

/// The file or folder to which a link on `page` leads, folders with a slash at their end; `life` gives
/// the paths that are there.
#[must_use]
pub fn target(
    page: &RepoPath,
    reference: &Reference,
    slugs: &[String],
    life: &dyn Fn(&[u8]) -> Option<PathLife>,
) -> Option<RepoPath> {
    let dest = reference.parts.first().filter(|d| !d.is_empty())?;
    let candidates = meanings(page.parent(), dest, slugs)?.into_iter().flat_map(|m| files(&m.path));
    candidates.filter(|c| !c.is_empty()).find_map(|path| {
        let folder = life(&path)?.folder;
        Some(if folder { RepoPath::new(&[&path[..], b"/"].concat()) } else { RepoPath::new(&path) })
    })
}

/// What a link's path can mean in the tree, as a site or a host resolves it.
#[derive(Debug)]
struct Meaning {
    path: Vec<u8>,
    style: PathStyle,
}

fn lost(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let dest = reference.parts.first()?;
    let fragment = reference.parts.get(1).filter(|f| !f.is_empty());
    if dest.is_empty() {
        let fragment = fragment?;
        return lost_anchor(reference, page.path, fragment, system);
    }
    // A path beside a page that stands elsewhere is no path of the system.
    if page.elsewhere && !dest.contains("://") {
        return None;
    }
    let meanings = meanings(page.folder(), dest, system.slugs)?;
    let mut was: Option<(RepoPath, Mask, PathStyle)> = None;
    for meaning in &meanings {
        for candidate in files(&meaning.path) {
            let life = system.paths.exact(&candidate);
            if system.at_head(life.held) {
                let target = RepoPath::new(&candidate);
                return fragment.and_then(|f| lost_anchor(reference, &target, f, system));
            }
            // From a page in a folder `./x` never led to the root.
            let leads = meaning.style != PathStyle::Root || !dest.starts_with("./");
            if was.is_none() && leads && !system.earlier(life.held).is_empty() {
                was = Some((RepoPath::new(&candidate), life.held, meaning.style));
            }
        }
    }
    let (path, held, style) = was?;
    let external = dest.contains("://");
    if is_named_in_front(dest, system) || is_routed(dest, system) || is_served_as_it_is(dest, system) {
        return None;
    }
    let circumstance = match external {
        true => "url",
        // A site may serve the folder that holds it now from where it was.
        false if dest.starts_with('/') && is_under_another_folder(dest, system) => "served",
        false => "declared",
    };
    Some(Suspect {
        rule: ID,
        span: reference.span,
        section: reference.section,
        subject: reference.parts.join("#"),
        anchor: reference.text.clone(),
        message: format!("the target of the link `{}` is gone", name::shown(&reference.parts.join("#"))),
        probability: confidence::of(ID, circumstance),
        had: system.earlier(held),
        proof: Proof::Path { path, base: page.folder().to_vec(), style },
    })
}

/// Whether a folder of files that a site serves as they are has the path's end, a file in a folder.
fn is_served_as_it_is(dest: &str, system: &System<'_>) -> bool {
    let tail = dest.split(['?', '#']).next().unwrap_or(dest).trim_start_matches("../").trim_start_matches(['.', '/']);
    let served = |root: &&str| {
        let end = format!("{root}/{tail}");
        system.paths.ending_in(end.as_bytes()).any(|(_, life)| system.at_head(life.held) && !life.folder)
    };
    !dest.contains("://") && tail.contains('/') && ["static", "public"].iter().any(served)
}

/// Whether the site's settings or code name a path from its root: they may lead it elsewhere.
fn is_routed(dest: &str, system: &System<'_>) -> bool {
    let path = dest.split(['?', '#']).next().unwrap_or(dest);
    let path = path.strip_suffix('/').unwrap_or(path);
    path.len() > 1
        && path.starts_with('/')
        && system.at_head(system.lifetimes.of(Term::of(Domain::Route, path.as_bytes())).role(Role::Definition))
}

/// Whether a page names itself in its front matter as a site's link calls it, whatever its file is called.
fn is_named_in_front(dest: &str, system: &System<'_>) -> bool {
    let clean = dest.split(['?', '#']).next().unwrap_or(dest).trim_end_matches('/');
    let last = clean.rsplit('/').next().unwrap_or(clean);
    if dest.contains("://") || last.is_empty() || last.contains('.') {
        return false;
    }
    let folder = clean.strip_suffix(last).unwrap_or("").trim_matches(['/', '.']).as_bytes();
    system.pages.iter().any(|(path, document)| {
        let entries = document.front_matter.iter().flat_map(|front| &front.entries);
        let mut names = entries.filter(|e| matches!(e.key.as_str(), "id" | "slug" | "permalink" | "url"));
        names.any(|e| {
            let value = e.text.trim_end_matches('/');
            value == last && path.parent().ends_with(folder) || value.len() > last.len() && value == clean
        })
    })
}

/// Whether a site's path of several parts is the end of a page's path still.
fn is_under_another_folder(dest: &str, system: &System<'_>) -> bool {
    let tail = dest.trim_matches('/');
    tail.contains('/')
        && files(tail.as_bytes())
            .iter()
            .any(|file| system.paths.ending_in(file).any(|(_, life)| system.at_head(life.held) && !life.folder))
}

/// The paths that a destination can mean; `None` where it leads out of the repository.
fn meanings(beside: &[u8], dest: &str, slugs: &[String]) -> Option<Vec<Meaning>> {
    if dest.contains("://") {
        let path = own_path(dest, slugs)?;
        return Some(vec![Meaning { path: join(b"", path.as_bytes())?, style: PathStyle::Root }]);
    }
    let decoded = percent_decoded(dest);
    let mut out = Vec::new();
    if let Some(absolute) = decoded.strip_prefix('/') {
        // A site's root is the folder that holds its pages: any folder above this page.
        let mut folder = beside;
        loop {
            out.extend(join(folder, absolute.as_bytes()).map(|path| Meaning { path, style: PathStyle::Ending }));
            for root in [b"static".as_slice(), b"public", b"content", b"src", b"docs"] {
                let below = if folder.is_empty() { root.to_vec() } else { [folder, b"/", root].concat() };
                out.extend(join(&below, absolute.as_bytes()).map(|path| Meaning { path, style: PathStyle::Ending }));
            }
            if folder.is_empty() {
                break;
            }
            folder = memchr::memrchr(b'/', folder).map_or(&[], |at| &folder[..at]);
        }
        return Some(out);
    }
    out.extend(join(beside, decoded.as_bytes()).map(|path| Meaning { path, style: PathStyle::Relative }));
    // A site that gives each page a folder of its own makes links one level deeper.
    if let Some(up) = decoded.strip_prefix("../") {
        out.extend(join(beside, up.as_bytes()).map(|path| Meaning { path, style: PathStyle::Relative }));
    }
    out.extend(join(b"", decoded.as_bytes()).map(|path| Meaning { path, style: PathStyle::Root }));
    Some(out)
}

/// The files that a path without or with a site's suffix can stand for.
fn files(path: &[u8]) -> Vec<Vec<u8>> {
    let mut out = vec![path.to_vec()];
    let mut stems = vec![path.to_vec()];
    for suffix in [b".html".as_slice(), b".htm"] {
        if let Some(stem) = path.strip_suffix(suffix) {
            stems.push(stem.to_vec());
            if let Some(folder) = stem.strip_suffix(b"/index") {
                stems.push(folder.to_vec());
            }
        }
    }
    for stem in stems {
        for end in [
            b".md".as_slice(),
            b".md.erb",
            b".erb",
            b".mdx",
            b".rst",
            b".adoc",
            b".html",
            b".vue",
            b".ts",
            b".tsx",
            b".js",
            b"/index.md",
            b"/index.mdx",
            b"/index.rst",
            b"/index.html",
            b"/README.md",
            b"/_index.md",
            b"/README.adoc",
        ] {
            out.push([&stem[..], end].concat());
        }
    }
    out
}

/// `path` of `https://github.com/OWNER/NAME/blob/BRANCH/path` where OWNER/NAME is this repository and
/// BRANCH a moving one; a link to a tag or a commit stays right.
fn own_path(url: &str, slugs: &[String]) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let mut parts = rest.split('/');
    let host = parts.next()?;
    if !(host.contains("github") || host.contains("gitlab") || host.contains("gitea") || host.contains("bitbucket")) {
        return None;
    }
    let (owner, repo) = (parts.next()?, parts.next()?);
    let slug = format!("{owner}/{}", repo.strip_suffix(".git").unwrap_or(repo));
    if !slugs.iter().any(|s| s.eq_ignore_ascii_case(&slug)) {
        return None;
    }
    let mut parts = parts.skip_while(|p| *p == "-");
    let kind = parts.next()?;
    if !matches!(kind, "blob" | "tree" | "raw" | "src" | "edit") {
        return None;
    }
    let branch = parts.next()?;
    let path = parts.collect::<Vec<_>>().join("/");
    (is_branch(branch) && !path.is_empty()).then(|| percent_decoded(&path))
}

/// Whether a ref moves: neither a commit's id nor a version's tag.
fn is_branch(name: &str) -> bool {
    let is_id = name.len() >= 7 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let is_version = name
        .trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-')
        .starts_with(|c: char| c.is_ascii_digit());
    !is_id && !is_version
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// Every way in which hosts and generators name headings; a link that any of them honours is alive.
const SCHEMES: &[SlugScheme] = &[
    SlugScheme::GitHub,
    SlugScheme::MdBook,
    SlugScheme::Sphinx,
    SlugScheme::Docusaurus,
    SlugScheme::MkDocs,
    SlugScheme::VitePress,
    SlugScheme::Hugo,
    SlugScheme::Asciidoctor,
];

/// What the headings and anchors of a page answer to under any scheme, in lower case.
#[derive(Debug)]
pub struct Anchors(HashSet<String>);

impl Anchors {
    /// Those of `document`.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        Self(SCHEMES.iter().flat_map(|scheme| anchors(document, *scheme)).map(|a| a.to_lowercase()).collect())
    }

    /// Whether one of them, or a term or a directive of the `document` that they are of, answers to `name`.
    #[must_use]
    pub fn has(&self, document: &Document, name: &str) -> bool {
        let wanted = percent_decoded(name).to_lowercase();
        self.0.contains(&wanted) || is_term(document, &wanted) || is_directive(document, &wanted)
    }
}

/// Whether a directive that brings in an item's documentation (`::: mill.grind`, `::: print(const char*)`) answers
/// to `name`: sites give it an anchor.
fn is_directive(document: &Document, name: &str) -> bool {
    document.text.lines().filter_map(|line| line.trim_start().strip_prefix("::: ")).any(|item| {
        let item = item.trim().to_lowercase();
        let bare = item.split(['(', ' ', '<']).next().unwrap_or("");
        !bare.is_empty() && (bare == name || bare.rsplit(['.', ':']).next() == Some(name))
    })
}

/// Marks of lines that bring in another file's text, whose headings are not read.
const INCLUDES: &[&str] = &[
    "--8<--",
    "{{#include",
    "{{#rustdoc_include",
    "{% include",
    "{%include",
    "{{% include",
    "{{< include",
    "{{< readfile",
    "{{ include",
    ".. include::",
    "include::",
    "<!--@include",
    "<!-- @include",
    "<!--#include",
    "[!INCLUDE",
    "{{> ",
    "import ",
];

/// Whether the heading comes from the page's front matter by the site's template.
fn is_made_of_data(document: &Document, fragment: &str) -> bool {
    let key = |c: char| if c == '_' { '-' } else { c.to_ascii_lowercase() };
    let folded: String = fragment.chars().map(key).collect();
    document.front_matter.as_ref().is_some_and(|front| {
        front
            .span
            .of(&document.text)
            .lines()
            .any(|line| line.split_once(':').is_some_and(|(name, _)| name.trim().chars().map(key).eq(folded.chars())))
    })
}

/// Whether `now` brings in a text that `then` did not: the heading may have moved there.
#[must_use]
pub fn brings_more(now: &str, then: &str) -> bool {
    now.lines().map(str::trim_start).any(|line| {
        INCLUDES.iter().any(|mark| line.starts_with(mark))
            && (!line.starts_with("import ") || line.contains(".md"))
            && !then.contains(line.trim_end())
    })
}

/// Whether a term of a definition list answers to `name`: some generators give it an anchor.
fn is_term(document: &Document, name: &str) -> bool {
    let slug = |line: &str| -> String {
        let words = line.trim().to_lowercase();
        words
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    };
    let mut before = "";
    for line in document.text.lines() {
        if line.starts_with(": ") && slug(before) == name {
            return true;
        }
        if !line.trim().is_empty() {
            before = line;
        }
    }
    false
}

fn lost_anchor(reference: &Reference, target: &RepoPath, fragment: &str, system: &System<'_>) -> Option<Suspect> {
    // Line numbers, text fragments, tabs and scripts are no headings.
    let is_line = fragment.strip_prefix('L').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    if is_line || fragment.starts_with([':', '!', '/', '?']) || matches!(fragment, "top" | "readme") {
        return None;
    }
    let document = system.pages.get(target)?;
    let anchors = system.anchors.get(target)?.get_or_init(|| Anchors::of(document));
    if anchors.has(document, fragment) || is_made_of_data(document, fragment) {
        return None;
    }
    Some(Suspect {
        rule: ID,
        span: reference.span,
        section: reference.section,
        subject: reference.parts.join("#"),
        anchor: reference.text.clone(),
        message: format!("no heading answers to the link `{}` any more", name::shown(&reference.parts.join("#"))),
        probability: confidence::of(ID, "anchor"),
        had: system.snapshots.before_head(),
        proof: Proof::Anchor { page: target.clone(), format: document.format, name: fragment.to_owned() },
    })
}
