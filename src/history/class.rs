//! What a file is worth as a witness, by its path.

use super::path::RepoPath;

/// How a file of the tree counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Code, configuration, manifests: its names are witnesses.
    Code,
    /// Tests, examples, generated files, completions: names in it alone prove nothing, neither by
    /// their presence nor by their loss.
    Weak,
    /// Other projects' code kept in the tree: what it declares may be what a page means, so that
    /// nothing is gone that it still has; its loss proves nothing. Manuals that are made of the code, too.
    Vendored,
    /// Documentation, translations, lock files, binaries: no witness at all.
    Ignored,
}

const WEAK_FOLDERS: &[&[u8]] = &[
    b"test",
    b"tests",
    b"testing",
    b"t",
    b"__tests__",
    b"__mocks__",
    b"__snapshots__",
    b"spec",
    b"specs",
    b"testdata",
    b"test-data",
    b"test_data",
    b"testcases",
    b"fixtures",
    b"__fixtures__",
    b"fixture",
    b"e2e",
    b"testsuite",
    b"testsuites",
    b"integration-tests",
    b"integration_tests",
    b"examples",
    b"example",
    b"samples",
    b"sample",
    b"demo",
    b"demos",
    b"playground",
    b"bench",
    b"benches",
    b"benchmark",
    b"benchmarks",
    b"completion",
    b"completions",
    b"dist",
    b"generated",
    b"gen",
    b"mocks",
    b"docs",
    b"doc",
    b"documentation",
    b"website",
    b".vitepress",
    b".vuepress",
    b".docusaurus",
    b".storybook",
    b"contrib",
];

const VENDORED_FOLDERS: &[&[u8]] =
    &[b"vendor", b"vendored", b"third_party", b"third-party", b"thirdparty", b"node_modules", b"external", b"deps"];

const DOC_SUFFIXES: &[&[u8]] = &[
    b"md",
    b"mdx",
    b"markdown",
    b"mdown",
    b"rst",
    b"adoc",
    b"asciidoc",
    b"asc",
    b"ad",
    b"org",
    b"pod",
    b"textile",
    b"po",
    b"pot",
    b"lock",
    b"sum",
    b"svg",
    b"png",
    b"jpg",
    b"jpeg",
    b"gif",
    b"ico",
    b"webp",
    b"woff",
    b"woff2",
    b"ttf",
    b"eot",
    b"otf",
    b"pdf",
    b"zip",
    b"gz",
    b"xz",
    b"bz2",
    b"zst",
    b"tar",
    b"jar",
    b"class",
    b"so",
    b"dll",
    b"exe",
    b"bin",
    b"dat",
    b"wasm",
    b"mp4",
    b"mp3",
    b"snap",
    b"patch",
    b"diff",
    b"csv",
    b"tsv",
    b"map",
    b"ipynb",
    b"log",
    b"pyc",
    b"a",
    b"o",
    b"pem",
    b"crt",
    b"key",
];

const LOCK_NAMES: &[&[u8]] =
    &[b"package-lock.json", b"npm-shrinkwrap.json", b"pnpm-lock.yaml", b"go.work.sum", b"bun.lockb"];

/// Files and folders that set up pipelines, and scripts that fetch a build tool: what they name is
/// theirs, or another program's.
const PIPELINES: &[&[u8]] = &[
    b".github",
    b".circleci",
    b".buildkite",
    b".semaphore",
    b".travis.yml",
    b".gitlab-ci.yml",
    b".gitlab",
    b".cirrus.yml",
    b".drone.yml",
    b".landscape.yml",
    b".appveyor.yml",
    b"appveyor.yml",
    b"azure-pipelines.yml",
    b".azure-pipelines",
    b"jenkinsfile",
    b"goreleaser.yml",
    b".goreleaser.yml",
    b".goreleaser.yaml",
    b"mvnw",
    b"mvnw.cmd",
    b"gradlew",
    b"gradlew.bat",
];

const CODE_TEXTS: &[&[u8]] = &[b"cmakelists.txt", b"requirements.txt", b"constraints.txt", b"command-list.txt"];

impl Class {
    /// The class of the file at `path`.
    #[must_use]
    pub fn of(path: &RepoPath) -> Self {
        let name = path.name().to_ascii_lowercase();
        let suffix = path.extension().map(<[u8]>::to_ascii_lowercase).unwrap_or_default();
        if DOC_SUFFIXES.contains(&suffix.as_slice()) || LOCK_NAMES.contains(&name.as_slice()) {
            return Self::Ignored;
        }
        if suffix == b"txt" && !CODE_TEXTS.contains(&name.as_slice()) && !name.starts_with(b"requirements") {
            return Self::Ignored;
        }
        if suffix.is_empty() && is_prose_name(&name) {
            return Self::Ignored;
        }
        // A manual that is made of the code (a page at the root, or for `man`): what it has is there still.
        let manual = suffix.len() == 1 && suffix[0].is_ascii_digit() && suffix != b"0";
        let page = matches!(suffix.as_slice(), b"html" | b"htm") && path.parent().is_empty();
        if manual || page {
            return Self::Vendored;
        }
        if path.as_bytes().split(|&b| b == b'/').any(is_pipeline) {
            return Self::Weak;
        }
        // A sample of an environment says what may be set, not what is read.
        if name.starts_with(b".env.") || name.ends_with(b".env.example") || name == b"env.example" {
            return Self::Weak;
        }
        let vendored = |part: &[u8]| VENDORED_FOLDERS.contains(&part.to_ascii_lowercase().as_slice());
        // C projects keep what a platform's library may lack under its own names there.
        let substitute = |part: &[u8]| matches!(suffix.as_slice(), b"c" | b"h") && part == b"compat";
        if path.parent().split(|&b| b == b'/').any(|part| vendored(part) || substitute(part)) {
            return Self::Vendored;
        }
        if is_test_name(&name, &suffix) || in_weak_folder(path.parent(), &suffix) {
            return Self::Weak;
        }
        Self::Code
    }
}

/// Whether any of the folders is weak; `org/example` is the name of a package, not a folder of examples.
fn in_weak_folder(folder: &[u8], suffix: &[u8]) -> bool {
    let mut above: &[u8] = b"";
    folder.split(|&b| b == b'/').any(|part| {
        let package = matches!(above, b"org" | b"com" | b"net" | b"io" | b"dev");
        above = part;
        // A folder of Go is a package, which may well be called `doc`.
        let go = suffix == b"go" && matches!(part, b"doc" | b"docs" | b"gen");
        !package && !go && is_weak_folder(part)
    })
}

fn is_weak_folder(part: &[u8]) -> bool {
    let lower = part.to_ascii_lowercase();
    WEAK_FOLDERS.contains(&lower.as_slice()) || lower.ends_with(b"tests") || lower.ends_with(b"_test")
}

fn is_pipeline(part: &[u8]) -> bool {
    PIPELINES.iter().any(|name| name.eq_ignore_ascii_case(part))
}

fn is_prose_name(name: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"readme",
        b"changelog",
        b"changes",
        b"news",
        b"history",
        b"authors",
        b"contributors",
        b"license",
        b"copying",
        b"copyright",
        b"notice",
        b"install",
        b"hacking",
        b"todo",
        b"contributing",
        b"maintainers",
        b"thanks",
        b"faq",
        b"bugs",
        b"relnotes",
        b"release-notes",
        b"announce",
        b"credits",
    ];
    NAMES.iter().any(|n| {
        name == *n || name.strip_prefix(*n).is_some_and(|rest| rest.starts_with(b".") || rest.starts_with(b"-"))
    })
}

fn is_test_name(name: &[u8], suffix: &[u8]) -> bool {
    let stem = &name[..name.len().saturating_sub(suffix.len() + usize::from(!suffix.is_empty()))];
    stem.starts_with(b"test_")
        || stem.ends_with(b"_test")
        || stem.ends_with(b"_tests")
        || stem.ends_with(b"-test")
        || stem.ends_with(b".test")
        || stem.ends_with(b".spec")
        || stem.ends_with(b"_spec")
        || stem.ends_with(b".stories")
        || stem == b"tests"
        || stem == b"conftest"
        || name.ends_with(b".min.js")
        || name.ends_with(b".min.css")
        || name.ends_with(b".pb.go")
        || name.ends_with(b"_pb2.py")
        || name.ends_with(b".bash-completion")
        || (suffix == b"java" || suffix == b"kt" || suffix == b"cs" || suffix == b"scala")
            && (stem.ends_with(b"test") || stem.ends_with(b"tests") || stem.ends_with(b"spec"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_by_path() {
        for (path, class) in [
            ("src/main.rs", Class::Code),
            ("CMakeLists.txt", Class::Code),
            ("Makefile", Class::Code),
            ("docs/guide.md", Class::Ignored),
            ("README", Class::Ignored),
            ("Cargo.lock", Class::Ignored),
            ("notes.txt", Class::Ignored),
            ("tests/cli.rs", Class::Weak),
            ("pkg/foo_test.go", Class::Weak),
            ("src/FooTest.java", Class::Weak),
            ("src/a.spec.ts", Class::Weak),
            ("vendor/x/y.go", Class::Vendored),
            ("compat/fnmatch/fnmatch.h", Class::Vendored),
            ("src/compat/index.js", Class::Code),
            ("src/contest.rs", Class::Code),
            ("src/main/java/org/example/shop/Order.java", Class::Code),
            ("example/Order.java", Class::Weak),
            (".env.example", Class::Weak),
            ("man/man1/tool.1", Class::Vendored),
            ("MANUAL.html", Class::Vendored),
            ("src/page.html", Class::Code),
            (".github/workflows/ci.yml", Class::Weak),
            ("mvnw", Class::Weak),
            ("funtests/stress.py", Class::Weak),
            ("FAQ", Class::Ignored),
            ("man/tool.ad", Class::Ignored),
        ] {
            assert_eq!(Class::of(&path.into()), class, "{path}");
        }
    }
}
