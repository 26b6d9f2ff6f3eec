//! Which files of a repository are pages, and how they are written.
//!
//! What looks like documentation is data: `rules/document/pages.toml`.

use std::sync::LazyLock;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::attributes::Attributes;
use super::model::{Document, Format};
use crate::history::RepoPath;

/// A pattern that is none.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is no glob pattern: {reason}; write it like `docs/**/*.md`, from the repository's root")]
pub struct DiscoveryError {
    /// As given.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Decides which files are pages.
#[derive(Debug, Clone)]
pub struct Discovery {
    include: GlobSet,
    exclude: GlobSet,
}

impl Discovery {
    /// With patterns from the repository's root: files that are pages besides those that look like
    /// documentation, and files that are none whatever else says so.
    ///
    /// # Errors
    /// A pattern is no glob.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, DiscoveryError> {
        let parse = |patterns: &[String]| {
            patterns
                .iter()
                .map(|pattern| {
                    GlobBuilder::new(pattern)
                        .literal_separator(true)
                        .build()
                        .map_err(|e| DiscoveryError { pattern: pattern.clone(), reason: e.kind().to_string() })
                })
                .collect::<Result<Vec<_>, _>>()
        };
        Self::from_globs(&parse(include)?, &parse(exclude)?)
    }

    /// The same with patterns that are parsed already.
    ///
    /// # Errors
    /// The patterns are too large together.
    pub fn from_globs(include: &[Glob], exclude: &[Glob]) -> Result<Self, DiscoveryError> {
        let set = |globs: &[Glob]| {
            let mut builder = GlobSetBuilder::new();
            for glob in globs {
                builder.add(glob.clone());
            }
            builder.build().map_err(|e| DiscoveryError {
                pattern: e.glob().unwrap_or_default().to_owned(),
                reason: e.kind().to_string(),
            })
        };
        Ok(Self { include: set(include)?, exclude: set(exclude)? })
    }

    /// How the page at `path` is written; `None` where the file is no page.
    ///
    /// What is named by a pattern decides first, then `linguist-vendored` and
    /// `linguist-documentation`, then names. A generated page is a page still (see
    /// [`Tense::Generated`](super::Tense::Generated)).
    #[must_use]
    pub fn format_of(&self, path: &RepoPath, attributes: &Attributes) -> Option<Format> {
        let text = String::from_utf8_lossy(path.as_bytes());
        if !self.exclude.is_empty() && self.exclude.is_match(text.as_ref()) {
            return None;
        }
        let place = Place::new(&text);
        if !self.include.is_empty() && self.include.is_match(text.as_ref()) {
            return Some(place.format(true).unwrap_or(Format::Plain));
        }
        // Names first: they are cheap, and few files of a repository pass.
        let by_name = place.format(place.documented);
        if by_name.is_none() && !place.could_be_plain() {
            return None;
        }
        let marks = attributes.of(path);
        if marks.vendored == Some(true) || marks.documentation == Some(false) {
            return None;
        }
        if marks.documentation == Some(true) {
            return by_name.or_else(|| place.format(true)).or(Some(Format::Plain));
        }
        if place.is_no_page(marks.vendored == Some(false)) {
            return None;
        }
        by_name
    }
}

/// Whether a plain-text page reads like prose, and not like a list or a table of data. Always true
/// for other formats: their markup says that they are pages.
#[must_use]
pub fn is_prose(document: &Document) -> bool {
    if document.format != Format::Plain {
        return true;
    }
    let (mut prose, mut all) = (0usize, 0usize);
    for line in document.text.lines().map(str::trim).filter(|l| !l.is_empty()).take(400) {
        all += 1;
        let word = |w: &&str| w.chars().filter(|c| c.is_alphabetic()).count() * 2 > w.chars().count();
        let words = line.split(' ').filter(word).count();
        let japanese = line.chars().filter(|c| ('\u{3041}'..='\u{30ff}').contains(c)).count();
        prose += usize::from(words >= 4 || japanese >= 4);
    }
    prose * 4 >= all
}

/// Whether a folder of this name (in lower case) holds documentation.
pub(crate) fn is_documentation_folder(name: &str) -> bool {
    holds(&PAGES.documentation.folders, name)
}

/// The patterns as data.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pages {
    formats: Formats,
    formats_in_documentation: Formats,
    documentation: Documentation,
    vendored: Vendored,
    tests: Tests,
    not_pages: NotPages,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Formats {
    markdown: Vec<String>,
    mdx: Vec<String>,
    rst: Vec<String>,
    asciidoc: Vec<String>,
    plain: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Documentation {
    folders: Vec<String>,
    stems: Vec<String>,
    stems_with_suffix: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vendored {
    folders: Vec<String>,
    strict: Vec<String>,
    built: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tests {
    fixtures: Vec<String>,
    folders: Vec<String>,
    suffixes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotPages {
    stems: Vec<String>,
    stem_prefixes: Vec<String>,
    folders: Vec<String>,
    lists: Vec<String>,
    list_prefixes: Vec<String>,
}

/// A test proves that the data parses; so the default is never taken.
static PAGES: LazyLock<Pages> =
    LazyLock::new(|| toml::from_str(include_str!("../../rules/document/pages.toml")).unwrap_or_default());

fn holds(list: &[String], word: &str) -> bool {
    list.iter().any(|l| l == word)
}

impl Formats {
    fn of(&self, extension: &str) -> Option<Format> {
        [
            (&self.markdown, Format::Markdown),
            (&self.mdx, Format::Mdx),
            (&self.rst, Format::Rst),
            (&self.asciidoc, Format::Asciidoc),
            (&self.plain, Format::Plain),
        ]
        .into_iter()
        .find(|(list, _)| holds(list, extension))
        .map(|(_, format)| format)
    }
}

/// A path in lower case, taken apart.
struct Place {
    folders: Vec<String>,
    stem: String,
    extension: String,
    /// Index of the first documentation folder.
    documentation: usize,
    /// Whether there is one.
    documented: bool,
}

impl Place {
    fn new(path: &str) -> Self {
        let lower = path.to_lowercase();
        let (parent, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let folders: Vec<String> = parent.split('/').filter(|f| !f.is_empty()).map(str::to_owned).collect();
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, extension),
            _ => (name, ""),
        };
        let documentation =
            folders.iter().position(|f| holds(&PAGES.documentation.folders, f)).unwrap_or(folders.len());
        Self {
            documented: documentation < folders.len(),
            documentation,
            stem: stem.to_owned(),
            extension: extension.to_owned(),
            folders,
        }
    }

    /// The format by the name, within documentation or not.
    fn format(&self, documented: bool) -> Option<Format> {
        let pages = &*PAGES;
        if let Some(format) = pages.formats.of(&self.extension) {
            return Some(format);
        }
        if self.could_be_plain() && self.is_named_page() {
            return Some(Format::Plain);
        }
        if documented {
            let format = pages.formats_in_documentation.of(&self.extension)?;
            let list = format == Format::Plain
                && (holds(&pages.not_pages.lists, &self.stem)
                    || pages.not_pages.list_prefixes.iter().any(|p| self.stem.starts_with(p.as_str())));
            return (!list).then_some(format);
        }
        None
    }

    fn could_be_plain(&self) -> bool {
        self.extension.is_empty() || holds(&PAGES.formats_in_documentation.plain, &self.extension) || {
            // README.ja
            self.suffixed_stem(&self.stem) && self.extension.len() <= 8 && !is_code(&self.extension)
        }
    }

    fn suffixed_stem(&self, stem: &str) -> bool {
        holds(&PAGES.documentation.stems_with_suffix, stem)
    }

    fn is_named_page(&self) -> bool {
        let documentation = &PAGES.documentation;
        if holds(&documentation.stems, &self.stem) {
            return true;
        }
        self.stem.split_once(['.', '-', '_']).is_some_and(|(head, _)| self.suffixed_stem(head))
    }

    /// Whether folders or the name say that this is no page of this repository.
    fn is_no_page(&self, ours: bool) -> bool {
        let pages = &*PAGES;
        let not = &pages.not_pages;
        if holds(&not.stems, &self.stem) || not.stem_prefixes.iter().any(|p| self.stem.starts_with(p.as_str())) {
            return true;
        }
        for (i, folder) in self.folders.iter().enumerate() {
            let within = i > self.documentation;
            if holds(&not.folders, folder) || folder.contains("{{") || (!within && holds(&pages.vendored.built, folder))
            {
                return true;
            }
            if !ours && (holds(&pages.vendored.strict, folder) || (!within && holds(&pages.vendored.folders, folder))) {
                return true;
            }
            if !within && holds(&pages.tests.fixtures, folder) {
                return true;
            }
            let tests = holds(&pages.tests.folders, folder) || pages.tests.suffixes.iter().any(|s| folder.ends_with(s));
            if !within && tests {
                let top_readme = i + 1 == self.folders.len() && self.stem.starts_with("readme");
                if !top_readme {
                    return true;
                }
            }
        }
        false
    }
}

/// Endings of programs and data that a README's name may carry (`README.py`, `install.sh`).
fn is_code(extension: &str) -> bool {
    matches!(
        extension,
        "sh" | "bash"
            | "py"
            | "rb"
            | "js"
            | "ts"
            | "mjs"
            | "cjs"
            | "go"
            | "rs"
            | "ps1"
            | "bat"
            | "cmd"
            | "pl"
            | "php"
            | "html"
            | "htm"
            | "xml"
            | "json"
            | "yml"
            | "yaml"
            | "toml"
            | "ini"
            | "cfg"
            | "conf"
            | "in"
            | "tmpl"
            | "tpl"
            | "j2"
            | "erb"
            | "hbs"
            | "lock"
            | "log"
            | "pdf"
            | "png"
            | "jpg"
            | "svg"
            | "gif"
            | "doc"
            | "docx"
            | "odt"
            | "rtf"
            | "java"
            | "kt"
            | "c"
            | "h"
            | "cc"
            | "cpp"
            | "cs"
            | "swift"
            | "ex"
            | "exs"
            | "el"
            | "lua"
            | "r"
            | "nix"
            | "mk"
            | "cmake"
            | "bak"
            | "orig"
            | "rej"
            | "diff"
            | "patch"
            | "zip"
            | "gz"
            | "ipynb"
            | "org"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(path: &str) -> Option<Format> {
        Discovery::new(&[], &[]).unwrap().format_of(&RepoPath::from(path), &Attributes::default())
    }

    #[test]
    fn the_data_parses_and_is_lower_case() {
        let pages: Pages = toml::from_str(include_str!("../../rules/document/pages.toml")).unwrap();
        for list in [
            &pages.documentation.folders,
            &pages.documentation.stems,
            &pages.vendored.folders,
            &pages.vendored.strict,
            &pages.vendored.built,
            &pages.tests.fixtures,
            &pages.tests.folders,
            &pages.not_pages.stems,
            &pages.not_pages.folders,
        ] {
            assert!(!list.is_empty());
            assert!(list.iter().all(|w| *w == w.to_lowercase()), "{list:?}");
        }
    }

    #[test]
    fn documentation_is_found() {
        for (path, wanted) in [
            ("README.md", Format::Markdown),
            ("README", Format::Plain),
            ("README.txt", Format::Plain),
            ("README.ja", Format::Plain),
            ("INSTALL", Format::Plain),
            ("HACKING.rst", Format::Rst),
            ("CONTRIBUTING.adoc", Format::Asciidoc),
            ("src/deep/notes.md", Format::Markdown),
            ("Documentation/config/core.txt", Format::Plain),
            ("docs/guide.mdx", Format::Mdx),
            ("docs/test/strategy.md", Format::Markdown),
            ("docs/vendor/setup.md", Format::Markdown),
            ("website/content/ja/設定.md", Format::Markdown),
            ("tests/README.md", Format::Markdown),
            ("AGENTS.md", Format::Markdown),
            ("README-windows.txt", Format::Plain),
        ] {
            assert_eq!(format(path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn other_files_are_not() {
        for path in [
            "src/main.rs",
            "notes.txt",
            "install.sh",
            "README.py",
            "requirements.txt",
            "docs/requirements.txt",
            "docs/requirements-dev.txt",
            "CMakeLists.txt",
            "docs/CMakeLists.txt",
            "docs/conf.py",
            "docs/image.png",
            "LICENSE",
            "LICENSE.md",
            "LICENSE-MIT.md",
            "docs/LICENSE.txt",
            "CODE_OF_CONDUCT.md",
            ".github/ISSUE_TEMPLATE/bug.md",
            ".github/PULL_REQUEST_TEMPLATE.md",
            "node_modules/x/README.md",
            "docs/node_modules/x/README.md",
            "vendor/github.com/x/README.md",
            "third_party/lib/docs/api.rst",
            "tests/fixtures/README.md",
            "pkg/testdata/page.md",
            "src/__snapshots__/x.md",
            "tests/cases/one.md",
            "crates/x-tests/docs/page.md",
            "{{cookiecutter.name}}/README.md",
            ".changeset/brave-cats.md",
            "dist/README.md",
        ] {
            assert_eq!(format(path), None, "{path}");
        }
    }

    #[test]
    fn patterns_decide_first() {
        let list = |p: &[&str]| p.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let d =
            Discovery::new(&list(&["tests/fixtures/**", "notes/*.log"]), &list(&["docs/old/**", "**/x.md"])).unwrap();
        let format = |p: &str| d.format_of(&RepoPath::from(p), &Attributes::default());
        assert_eq!(format("tests/fixtures/a.md"), Some(Format::Markdown));
        assert_eq!(format("notes/a.log"), Some(Format::Plain));
        assert_eq!(format("tests/fixtures/x.md"), None);
        assert_eq!(format("docs/old/a/b.md"), None);
        assert_eq!(format("docs/new.md"), Some(Format::Markdown));
        let error = Discovery::new(&list(&["a[b"]), &[]).unwrap_err().to_string();
        assert!(error.contains("a[b") && error.contains("docs/**/*.md"), "{error}");
    }

    #[test]
    fn lists_are_no_prose() {
        let of = |text: &str| {
            is_prose(&super::super::parse(super::super::DocumentId::new("a"), Format::Plain, text.as_bytes()).unwrap())
        };
        assert!(of("How to run it\n\nStart the server with this command:\n\n    run --now\n"));
        assert!(of("サーバを起動するには次のようにします。\n"));
        assert!(!of("alpha\nbeta\ngamma\n"));
        assert!(!of("0x01 12 33 44 aa\n0x02 99 17 bb cc\n"));
    }

    #[test]
    fn attributes_are_honoured() {
        let lines =
            &b"vendor/ours/** -linguist-vendored\nlib/** linguist-vendored\nmanual/*.log linguist-documentation\n\
                       notes.txt linguist-documentation\nskip.md -linguist-documentation\ngen.md linguist-generated\n"
                [..];
        let attributes = Attributes::parse([(&b""[..], lines)]);
        let d = Discovery::new(&[], &[]).unwrap();
        let format = |p: &str| d.format_of(&RepoPath::from(p), &attributes);
        assert_eq!(format("vendor/ours/README.md"), Some(Format::Markdown));
        assert_eq!(format("vendor/theirs/README.md"), None);
        assert_eq!(format("lib/README.md"), None);
        assert_eq!(format("notes.txt"), Some(Format::Plain));
        assert_eq!(format("skip.md"), None);
        assert_eq!(format("gen.md"), Some(Format::Markdown));
    }
}
