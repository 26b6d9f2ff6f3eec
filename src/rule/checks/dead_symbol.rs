//! `dead-symbol`: a function, type, module, constant or package that the code no longer has.

use std::collections::HashSet;
use std::sync::Arc;

use super::name::{self, Rest};
use super::version_drift::matcher::FactMatcher;
use crate::document::BlockKind;
use crate::history::RepoPath;
use crate::history::class::Class;
use crate::history::facts::{Held, Of, Strength, package_name};
use crate::history::lifetime::Life;
use crate::history::lists;
use crate::history::scan::{self, Role, Sink, Token};
use crate::history::snapshot::Mask;
use crate::history::term::{Domain, Term};
use crate::reference::claim::list::{self, Form, Item, ListClaim};
use crate::reference::{Kind, Place, Reference, Standing};
use crate::rule::backing::Backing;
use crate::rule::confidence;
use crate::rule::suspect::{LineMatcher, Proof, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "dead-symbol";

/// Gives the names of the page that were declared once and are not now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    let own = own_names(page);
    for reference in page.references.iter().filter(|r| r.kind == Kind::Link && r.standing != Standing::Past) {
        out.extend(documented(reference, system));
    }
    for reference in page.references.iter().filter(|r| name::is_mention(r)) {
        if reference.place == Place::FrontMatter && reference.kind != Kind::Link {
            continue;
        }
        if reference.shape.incidental && (reference.kind != Kind::Symbol || !reference.text.contains('_')) {
            continue;
        }
        let lost = match reference.kind {
            Kind::Symbol if is_own(reference, &own) || is_value(page, reference) => None,
            Kind::Symbol => symbol(page, reference, system).or_else(|| package(page, reference, system)),
            Kind::Dependency => package(page, reference, system).or_else(|| symbol(page, reference, system)),
            // Links of Rust's documentation may lead to an item by its path.
            Kind::Link => item_link(reference).and_then(|r| symbol(page, &r, system)),
            _ => None,
        };
        // The page is searched only for what is lost.
        out.extend(lost.filter(|_| !is_published(page, reference)));
    }
}

/// Names that the page's own samples define and use: the page's examples, not the code's.
fn own_names(page: &Page<'_>) -> HashSet<Term> {
    struct Own(HashSet<Term>);
    impl Sink for Own {
        fn token(&mut self, token: &Token) {
            if token.role == Role::Definition {
                self.0.insert(token.exact);
            }
        }
    }
    let mut own = Own(HashSet::new());
    for block in &page.document.blocks {
        let BlockKind::Code { lang: Some(lang), .. } = &block.kind else { continue };
        let Some(suffix) = suffix_of(lang) else { continue };
        let code: Vec<&str> = block.inlines.iter().map(|line| line.text.as_str()).collect();
        // A block that is a declaration and nothing more documents the code's own.
        if code.iter().any(|line| line.trim_end().ends_with('{') || line.trim_end().ends_with(':')) {
            scan::scan(&RepoPath::from(format!("sample.{suffix}").as_str()), code.join("\n").as_bytes(), &mut own);
        }
    }
    own.0
}

/// Whether a plain word stands in one list with values of the language (`ready`, `done` or `null`): it is
/// a value then, too.
fn is_value(page: &Page<'_>, reference: &Reference) -> bool {
    const VALUES: &[&str] = &["`null`", "`nil`", "`true`", "`false`", "`none`", "`None`", "`undefined`"];
    const REACH: usize = 32;
    let text = page.document.text.as_bytes();
    let near = reference.span.start.saturating_sub(REACH)..text.len().min(reference.span.end + REACH);
    let Some(near) = text.get(near) else { return false };
    reference.shape.weak
        && reference.parts.len() == 1
        && !reference.shape.call
        && VALUES.iter().any(|value| memchr::memmem::find(near, value.as_bytes()).is_some())
}

/// The suffix of files in the language that a code block is marked with.
fn suffix_of(lang: &str) -> Option<&str> {
    Some(match lang {
        "rust" | "rs" => "rs",
        "go" | "golang" => "go",
        "python" | "py" | "python3" | "pycon" => "py",
        "js" | "javascript" | "jsx" => "js",
        "ts" | "typescript" | "tsx" => "ts",
        "c" => "c",
        "cpp" | "c++" | "cc" => "cpp",
        "java" => "java",
        "kotlin" | "kt" => "kt",
        "csharp" | "cs" | "c#" => "cs",
        "ruby" | "rb" => "rb",
        "php" => "php",
        "swift" => "swift",
        "scala" | "groovy" => "scala",
        _ => return None,
    })
}

/// Whether the page links the name to a package of that name in a registry: it is there, whoever publishes it.
fn is_published(page: &Page<'_>, reference: &Reference) -> bool {
    const REGISTRIES: &[&str] = &[
        "crates.io/crates/",
        "docs.rs/",
        "npmjs.com/package/",
        "pypi.org/project/",
        "rubygems.org/gems/",
        "pkg.go.dev/",
    ];
    let name = reference.text.trim_matches('`');
    if reference.parts.len() > 2 || name.len() < 4 || reference.place == Place::CodeBlock {
        return false;
    }
    page.document.text.match_indices(name).any(|(at, _)| {
        let (before, after) = page.document.text.split_at(at);
        REGISTRIES.iter().any(|registry| before.ends_with(registry))
            && after
                .get(name.len()..)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || "-_".contains(c)))
    })
}

fn is_own(reference: &Reference, own: &HashSet<Term>) -> bool {
    reference.parts.iter().any(|part| own.contains(&Term::exact(part.as_bytes())))
}

/// `crate::a::B::c` as the destination of a link.
fn item_link(reference: &Reference) -> Option<Reference> {
    let path = reference.parts.first().filter(|p| p.contains("::"))?;
    let segment = |s: &str| s.trim_end_matches("()").trim_end_matches('!').to_owned();
    let parts: Vec<String> =
        path.split("::").filter(|s| !matches!(*s, "crate" | "self" | "super")).map(segment).collect();
    Some(Reference { kind: Kind::Symbol, parts, text: path.clone(), ..reference.clone() })
}

/// A type or function that a link to the project's own API documentation names.
fn documented(reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let named = api_link(reference.parts.first()?, reference.parts.get(1).map(String::as_str), system)?;
    let exact = system.life_exact(&named);
    let had = system.earlier(exact.role(Role::Definition));
    // What other projects' code in the tree calls so is theirs.
    let alive = system.at_head(exact.code());
    if named.len() < 4 || alive || had.is_empty() {
        return None;
    }
    let probability = confidence::of(ID, "documented");
    Some(name::suspect(system, ID, reference, &named, &[Role::Definition], had, probability, ""))
}

/// The name that `https://pkg.go.dev/HOST/OWNER/NAME/folder#Name`, `https://docs.rs/CRATE/latest/…/struct.Name.html`
/// or `…/org/example/Name.html` of a site for Java documents, where it is the project's own and of no fixed version.
fn api_link(url: &str, fragment: Option<&str>, system: &System<'_>) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let (host, path) = rest.split_once('/')?;
    let word = |text: &str| text.split(['.', '(', '-']).next().unwrap_or("").to_owned();
    if matches!(host, "godoc.org" | "www.godoc.org" | "pkg.go.dev") {
        let mut parts = path.split('/').skip(1);
        let slug = format!("{}/{}", parts.next()?, parts.next()?);
        let own = system.slugs.iter().any(|s| s.eq_ignore_ascii_case(&slug));
        return (own && !path.contains('@')).then(|| fragment.map(word)).flatten();
    }
    let file = path.rsplit('/').next()?.strip_suffix(".html")?;
    if host == "docs.rs" {
        let mut parts = path.split('/');
        let own = is_own_name(parts.next()?, system);
        let newest = matches!(parts.next()?, "latest" | "*");
        let (kind, item) = file.split_once('.')?;
        let known = matches!(kind, "struct" | "enum" | "trait" | "fn" | "macro" | "type" | "constant" | "union");
        return (own && newest && known).then(|| item.to_owned());
    }
    if matches!(host, "javadoc.io" | "www.javadoc.io" | "static.javadoc.io") {
        let at = path.find("/latest/")?;
        let stem = path.get(at..)?.strip_suffix(".html")?;
        let file = stem.split('/').skip_while(|p| !matches!(*p, "org" | "com" | "io" | "net")).collect::<Vec<_>>();
        let source = format!("{}.java", file.join("/"));
        let own = system.paths.ending_in(source.as_bytes()).next().is_some();
        return own.then(|| file.last().map(|name| word(name))).flatten();
    }
    None
}

/// The last segment is what is named; the others say where. Any of them can be gone.
fn symbol(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let (last, qualifiers) = reference.parts.split_last()?;
    if super::dead_resource::is_resource(reference, system) {
        return None;
    }
    // The first segment of a call on a value (`client.get()`) is often a variable of the reader's.
    let named = |q: &&String| q.chars().next().is_some_and(char::is_uppercase) || q.contains('_');
    // The surest of them, the last before the others.
    std::iter::once(last)
        .chain(qualifiers.iter().filter(named))
        .filter_map(|segment| lost(page, reference, segment, system, qualifiers.is_empty()))
        .reduce(|best, next| if next.probability.p > best.probability.p { next } else { best })
}

fn lost(page: &Page<'_>, reference: &Reference, segment: &str, system: &System<'_>, alone: bool) -> Option<Suspect> {
    let life = system.life(segment);
    // What lives on in another spelling is alive; what was there must have been spelt like this.
    let exact = system.life_exact(segment);
    let spelt = if segment.contains('-') { life } else { exact };
    let declared = system.earlier(spelt.any(name::DECLARED));
    if declared.is_empty() || segment.len() < 3 || name::is_built(segment, system) {
        return None;
    }
    let rest = name::rest(system, &life, name::DECLARED);
    // A definition is what proves a symbol; the rest may be a string that a page's word is like.
    let definitions = system.earlier(spelt.role(Role::Definition));
    let defined = !definitions.is_empty();
    if !defined && name::is_composed(segment, declared, system) {
        return None;
    }
    let keyed = system.earlier(spelt.role(Role::Key));
    let weak = reference.shape.weak;
    // A plain word that was only ever a string or a key proves something only if it is gone for good.
    let respelt = rest >= Rest::Uses && defined && is_respelt(segment, &exact, system);
    if rest == Rest::Declared && !respelt || weak && (rest == Rest::Uses || !defined && rest > Rest::Nothing) {
        return None;
    }
    // What the manifests asked for once is another project's, and the checks of packages speak of it.
    let was_package = || {
        let life = system.lifetimes.of(Term::of(Domain::Dependency, segment.as_bytes()));
        alone && !life.role(Role::Definition).is_empty()
    };
    // The plural of a name that is there.
    let singular = |name: &str| system.at_head(system.life_exact(name).role(Role::Definition));
    let plural = segment.strip_suffix("ies").is_some_and(|stem| singular(&format!("{stem}y")))
        || segment.strip_suffix('s').is_some_and(|stem| stem.len() > 3 && singular(stem));
    if plural
        || is_package(segment, system)
        || was_package()
        || comes_from_elsewhere(page, segment, system)
        || name::is_in_foreign_link(page, reference, system)
        || is_called_so(segment, defined, system)
    {
        return None;
    }
    let circumstance = match (defined, reference.place) {
        // Other names fold to it; this one is nowhere any more, not even in words.
        // The letters of a path of names live on by chance seldom enough.
        _ if respelt && !alone && reference.text.contains("::") => "respelt-path",
        _ if respelt => "respelt",
        _ if rest < Rest::Uses && is_listed(page, reference, declared, system) => "listed",
        _ if rest == Rest::Uses && alone && is_own_definition(segment, reference, defined, system) => "local",
        _ if rest == Rest::Uses => "used",
        // Parameters and other names that a sample introduces.
        _ if reference.shape.incidental && (keyed.is_empty() || !name::is_telling(segment)) => "word",
        // A sample gives names to what is the reader's, too.
        _ if reference.shape.incidental && reference.place == Place::CodeBlock => "in-sample",
        _ if reference.shape.incidental => "argument",
        (true, Place::CodeSpan | Place::Prose) if rest == Rest::Weak && is_type_name(segment) => "type-lives-on",
        (true, _) if rest == Rest::Weak && (!alone || name::is_telling(segment)) => "lives-on",
        (true, Place::CodeBlock) if !alone && is_own_path(reference, system) => "qualified",
        (true, Place::CodeBlock) if name::is_telling(segment) && imports_own(page, reference, segment, system) => {
            "imported"
        }
        // A sample calls what it pleases, of the reader's too.
        (_, Place::CodeBlock) => "in-sample",
        (true, _) if !name::is_telling(segment) => "word",
        // Plain words name what they please; an example's sentence does.
        (true, Place::Prose) if is_type_name(segment) => "type-in-prose",
        (true, Place::Prose) => "prose",
        (true, _) if alone => "defined",
        (true, _) => "qualified",
        (false, _) if is_key(reference, &life, system) && (reference.parts.len() > 2 || name::is_telling(segment)) => {
            "key"
        }
        (false, _) if weak || !name::is_telling(segment) => "word",
        (false, _) if !keyed.is_empty() && !segment.contains('-') => "key",
        (false, _) if name::words(segment) > 2 => "string",
        (false, _) => "word",
    };
    let (roles, had): (&'static [Role], _) = match circumstance {
        "key" | "argument" if !keyed.is_empty() => (&[Role::Key], keyed),
        _ if defined => (&[Role::Definition], definitions),
        _ => (name::DECLARED, declared),
    };
    let (rule, what) = if is_key(reference, &life, system) { (super::dead_config_key::ID, "key ") } else { (ID, "") };
    let circumstance = if rule == ID { circumstance } else { of_key(circumstance) };
    let probability = confidence::of(rule, circumstance);
    let suspect = name::suspect(system, rule, reference, segment, roles, had, probability, what);
    // A key of data, or a word in it, is any tool's.
    Some(if defined { suspect } else { name::backed_by(suspect, Backing::Field) })
}

/// Whether a name of several words that stands by itself in a code span was defined as it is spelt, so that what is
/// left of it are other things of that name: variables, parameters.
fn is_own_definition(name: &str, reference: &Reference, defined: bool, system: &System<'_>) -> bool {
    defined
        && reference.place == Place::CodeSpan
        && !reference.shape.incidental
        && name::is_telling(name)
        && !system.at_head(system.life_exact(name).any(&[Role::Definition, Role::Key, Role::Flag]))
        && system.slugs.iter().all(|slug| !slug.ends_with(name))
}

/// Fewest values of a row of which one tells that the others are its like.
const ROW: usize = 4;

/// Whether it is one of several values in a row, of which the code has nearly all the others as it had them then.
fn is_listed(page: &Page<'_>, reference: &Reference, had: Mask, system: &System<'_>) -> bool {
    if reference.place != Place::CodeSpan {
        return false;
    }
    let own = |list: &&ListClaim| {
        list.form == Form::Sentence && list.items.iter().any(|item| item.span.contains(reference.span))
    };
    let lists = list::extract(page.document, page.references);
    let Some(row) = lists.iter().find(own) else { return false };
    let others: Vec<_> = row.items.iter().filter(|item| !item.span.contains(reference.span)).collect();
    let stays = |item: &&&Item| {
        let life = system.life(lists::bare(&item.text)).any(name::DECLARED);
        system.at_head(life) && !life.and(had).is_empty()
    };
    others.len() + 1 >= ROW && others.iter().filter(stays).count() * 4 >= others.len() * 3
}

/// Whether a file of the head bears the name: a class that only tests have now, or, of a name that no code ever
/// defined, the class that it is made of (`brace_style` of `BraceStyleFixer`).
fn is_called_so(name: &str, defined: bool, system: &System<'_>) -> bool {
    const MORE: usize = 2;
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    if !name::is_telling(name) || name.len() < 8 {
        return false;
    }
    let (folded, count) = (letters(name), name::words(name));
    let bears = |file: &[u8]| {
        // Cheap first: every file of the tree is asked.
        if file.len() < name.len() {
            return false;
        }
        let Some(stem) = std::str::from_utf8(file).ok().and_then(|f| f.split('.').next()) else { return false };
        let called = letters(stem);
        called == folded || !defined && called.starts_with(&folded) && name::words(stem) <= count + MORE
    };
    let of_code = |path: &[u8]| !matches!(Class::of(&RepoPath::new(path)), Class::Ignored | Class::Vendored);
    system.paths.named(bears).any(|(path, life)| system.at_head(life.held) && of_code(path))
}

/// Whether the sample that holds the reference brings the name in from a package of the project's own.
fn imports_own(page: &Page<'_>, reference: &Reference, name: &str, system: &System<'_>) -> bool {
    const WORDS: &[&str] = &["import", "from", "use", "require", "#include", "using", "include"];
    let Some(block) = page.document.blocks.get(reference.block) else { return false };
    // `package.Name` in a language whose packages are folders.
    let package = |name: &str| name.len() > 3 && system.at_head(system.life_exact(name).role(Role::Definition));
    let own_head =
        reference.parts.len() > 1 && reference.parts.first().is_some_and(|p| is_own_name(p, system) || package(p));
    own_head
        || block.inlines.iter().map(|line| line.text.as_str()).filter(|line| line.contains(name)).any(|line| {
            let brings = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).any(|w| WORDS.contains(&w));
            let names = line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@' | '/')));
            brings
                && names.flat_map(|name| std::iter::once(name).chain(name.split('/'))).any(|n| is_own_name(n, system))
        })
}

/// Whether the page itself brings the name in from a package of another project.
fn comes_from_elsewhere(page: &Page<'_>, name: &str, system: &System<'_>) -> bool {
    page.document.text.lines().map(str::trim_start).filter(|line| line.contains(name)).any(|line| {
        let brings = line.starts_with("from ") && line.contains(" import ");
        let package = line.split_ascii_whitespace().nth(1).unwrap_or("").split('.').next().unwrap_or("");
        brings && !package.is_empty() && !is_own_name(package, system) && !is_own_folder(package, system)
    })
}

/// Whether the tree had a folder of code that is called so.
fn is_own_folder(name: &str, system: &System<'_>) -> bool {
    ["", "src/", "lib/", "python/"]
        .iter()
        .any(|root| !system.paths.exact(format!("{root}{name}").as_bytes()).held.is_empty())
}

/// Whether a package or module is called like the project, or is one of those that its manifests make.
fn is_own_name(name: &str, system: &System<'_>) -> bool {
    let name = name.trim_start_matches('@');
    if name.len() < 3 {
        return false;
    }
    let folded = Term::folded(name.as_bytes());
    let slug = |slug: &String| slug.split('/').any(|part| Term::folded(part.as_bytes()) == folded);
    let made =
        |n: &str| system.facts.of(Of::Package, &package_name(n)).iter().any(|h| h.fact.strength == Strength::Own);
    system.slugs.iter().any(slug) || made(name) || made(&format!("@{name}"))
}

/// What a symbol's circumstance is for a key.
fn of_key(circumstance: &str) -> &'static str {
    match circumstance {
        "used" | "local" => "used",
        "key" | "string" | "qualified" | "defined" => "declared",
        _ => "word",
    }
}

/// Whether a qualified name begins with a package of the project's own: a folder of its code, or its name.
fn is_own_path(reference: &Reference, system: &System<'_>) -> bool {
    reference.parts.first().is_some_and(|first| {
        let folder = ["", "src/", "lib/", "pkg/", "internal/", "crates/", "packages/"]
            .iter()
            .any(|root| !system.paths.exact(format!("{root}{first}").as_bytes()).held.is_empty());
        folder
            || matches!(first.as_str(), "crate")
            || system.slugs.iter().any(|slug| {
                slug.rsplit('/')
                    .next()
                    .is_some_and(|name| Term::folded(name.as_bytes()) == Term::folded(first.as_bytes()))
            })
    })
}

/// Whether a name of several words that begins with a capital, as types do, stands nowhere at the head as it is
/// spelt, though its letters do.
fn is_respelt(name: &str, exact: &Life, system: &System<'_>) -> bool {
    is_type_name(name) && name.len() > 8 && !system.at_head(exact.code().or(exact.weak()).or(exact.vendored()))
}

/// Whether a name is written as types are, with two words or more: no sample's variable, no word of a sentence.
fn is_type_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric())
        && name.bytes().any(|b| b.is_ascii_lowercase())
        && name.bytes().filter(u8::is_ascii_uppercase).count() > 1
}

/// Whether a dotted name is that of a setting: words, of which the code had the last as a key alone.
fn is_key(reference: &Reference, life: &Life, system: &System<'_>) -> bool {
    let word = |part: &String| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    };
    reference.parts.len() > 1
        && !reference.shape.call
        && reference.text.contains('.')
        && reference.parts.iter().all(word)
        && !system.earlier(life.role(Role::Key)).is_empty()
        && system.earlier(life.role(Role::Definition)).is_empty()
}

fn is_package(name: &str, system: &System<'_>) -> bool {
    system.at_head(system.lifetimes.of(Term::of(Domain::Dependency, name.as_bytes())).anywhere())
}

/// How a page says that the project itself uses a package.
const USED: &[&str] = &[
    " our ",
    " we use ",
    " we rely on ",
    " we depend on ",
    " internally uses ",
    " uses internally ",
    " under the hood",
    " is powered by ",
    " is built on ",
    " is built with ",
    " thanks to ",
    "を利用しています",
    "を使用しています",
];

/// Whether the block says that the project itself uses what it names, or the heading above lists what it uses.
fn is_said_to_be_used(page: &Page<'_>, reference: &Reference) -> bool {
    let document = page.document;
    let block = document.blocks.get(reference.block).map_or("", |b| b.span.of(&document.text)).to_lowercase();
    let heading = document.sections.get(reference.section).map_or("", |s| s.heading.trim()).to_lowercase();
    // Whole words: "four" is none of ours.
    let said = format!(" {}", block.replace(['\n', '(', '*', '_'], " "));
    matches!(heading.as_str(), "dependencies" | "dependency" | "依存関係" | "依存ライブラリ")
        || USED.iter().any(|w| said.contains(w))
}

/// Whether it leads an entry of a list whose other entries are packages too that the manifests asked for while they
/// asked for this one, most of which they ask for still.
fn is_among_packages(page: &Page<'_>, reference: &Reference, had: Mask, system: &System<'_>) -> bool {
    let lists = list::extract(page.document, page.references);
    let own = |list: &&ListClaim| {
        matches!(list.form, Form::Bullets | Form::Table)
            && list.items.iter().any(|item| item.span.overlaps(reference.span))
    };
    let Some(list) = lists.iter().find(own) else { return false };
    let others: Vec<Mask> = list
        .items
        .iter()
        .filter(|item| !item.span.overlaps(reference.span))
        .map(|item| system.lifetimes.of(Term::of(Domain::Dependency, item.text.as_bytes())).role(Role::Definition))
        .collect();
    let asked = others.iter().filter(|life| !life.and(had).is_empty()).count();
    let still = others.iter().filter(|life| system.at_head(**life)).count();
    asked > 1 && asked * 2 >= others.len() && still * 2 >= asked
}

/// A package that the project itself was, under a name that none of its manifests has now.
fn own_package(reference: &Reference, package: &str, system: &System<'_>) -> Option<Suspect> {
    let held = system.facts.of(Of::Package, &package_name(package));
    // A test's or an example's package is none of the project's.
    let counts = |h: &&Held| h.fact.strength == Strength::Own && Class::of(&h.path) == Class::Code;
    let own: Vec<&Held> = held.iter().filter(counts).collect();
    let first = own.first()?;
    let had = system.earlier(own.iter().fold(Mask::default(), |mask, h| mask.or(h.held)));
    let telling = package.starts_with('@') || name::words(package) > 1;
    let alive = own.iter().any(|h| system.at_head(h.held)) || is_package(package, system);
    // A folder or a crate may be called like it still.
    let named = system.at_head(system.life(package.rsplit('/').next()?).role(Role::Definition));
    if had.is_empty()
        || alive
        || !telling
        || named
        || is_own_name(package, system) && !package.contains(['-', '/', '_'])
    {
        return None;
    }
    let message = format!("no package of the project is called `{}` any more", name::shown(&reference.text));
    let matcher = LineMatcher(Arc::new(FactMatcher::new(first, &own, held, had)));
    let proof = Proof::Line { matcher, now: Vec::new(), replacement: None };
    let (place, probability) = ((reference.span, reference.section), confidence::of(ID, "own-package"));
    Some(Suspect::of_text(ID, place, &reference.text, message, probability, had, proof))
}

/// A package that the manifests asked for and ask for no more.
///
/// Pages speak of packages of all kinds; that this project uses one must be said.
fn package(page: &Page<'_>, reference: &Reference, system: &System<'_>) -> Option<Suspect> {
    let package = reference.parts.first().filter(|_| reference.parts.len() == 1)?;
    if let Some(own) = own_package(reference, package, system) {
        return Some(own);
    }
    let life = system.lifetimes.of(Term::of(Domain::Dependency, package.as_bytes()));
    let had = system.earlier(life.any(&[Role::Definition]));
    if had.is_empty() || system.at_head(life.anywhere()) || reference.place == Place::CodeBlock {
        return None;
    }
    let named = system.life(package.rsplit(['/', ':']).next()?);
    let circumstance = match name::rest(system, &named, name::DECLARED) {
        // A product's name in words is no package.
        _ if reference.place != Place::CodeSpan || reference.text.bytes().any(|b| b.is_ascii_uppercase()) => {
            "package-lives-on"
        }
        Rest::Nothing | Rest::Comments | Rest::Weak if is_among_packages(page, reference, had, system) => {
            "package-listed"
        }
        Rest::Nothing | Rest::Comments | Rest::Weak if is_said_to_be_used(page, reference) => "package-used",
        Rest::Nothing | Rest::Comments | Rest::Weak => "package",
        // It may still come with another package.
        Rest::Uses | Rest::Declared => "package-lives-on",
    };
    let probability = confidence::of(ID, circumstance);
    let message = format!("`{}` is no longer among the dependencies", name::shown(&reference.text));
    Some(name::declared(ID, reference, package, Domain::Dependency, had, probability, message))
}
