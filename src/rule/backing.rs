//! What a line must show to back a name, by the kind of the name: an option is declared, a variable is
//! read, a target stands in the file of its tool. A line that merely holds the name backs nothing.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use crate::history::RepoPath;
use crate::history::scan::{Language, Role, declares_options, language_of, marks_options};
use crate::reference::FILES;

/// What is asked of a line beyond the name and its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backing {
    /// Nothing.
    #[default]
    Named,
    /// That it declares an option: in a parser's own form, in a comparison, in a help text.
    Option,
    /// That it reads or sets a variable of the environment.
    Environment,
    /// That it stands in code, or in a file of settings of the project's own: not in any data.
    Field,
    /// That it stands in a file of the tool that runs targets.
    Target(Tool),
}

/// Tools that run targets, by the files that declare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// make.
    Make,
    /// just.
    Just,
    /// npm, pnpm, yarn, bun.
    Node,
    /// cargo.
    Cargo,
    /// tox, nox, poetry, pdm, hatch, uv.
    Python,
    /// gradle.
    Gradle,
    /// docker compose.
    Compose,
    /// None: a program that a manifest, or its place in the tree, makes.
    Manifest,
    /// Any other.
    Other,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Witnesses {
    environment: Marks,
    settings: Marks,
    option: Comparisons,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Marks {
    marks: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Comparisons {
    comparisons: Vec<String>,
}

const RULES: &str = include_str!("../../rules/language/witnesses.toml");

struct Automata {
    environment: Option<AhoCorasick>,
    comparisons: Option<AhoCorasick>,
    settings: Option<AhoCorasick>,
}

static AUTOMATA: LazyLock<Automata> = LazyLock::new(|| {
    // A test reads the file strictly.
    let words: Witnesses = toml::from_str(RULES).unwrap_or_default();
    let build = |list: &[String]| AhoCorasick::builder().ascii_case_insensitive(true).build(list).ok();
    Automata {
        environment: build(&words.environment.marks),
        comparisons: build(&words.option.comparisons),
        settings: build(&words.settings.marks),
    }
});

impl Backing {
    /// Whether the line of the file at `path` that holds `name` in `role` backs it.
    #[must_use]
    pub fn accepts(self, path: &RepoPath, line: &[u8], name: &[u8], role: Role) -> bool {
        match self {
            Self::Named => true,
            Self::Option => role == Role::Flag && declares(path, line, name),
            Self::Environment => reads(path, line, name),
            Self::Field => is_code(path) || is_settings(path),
            Self::Target(tool) => tool.declares_in(path),
        }
    }
}

fn is_code(path: &RepoPath) -> bool {
    use Language as L;
    // Settings of a build tool that are written as code.
    let name = path.name();
    let tool = [b"webpack.".as_slice(), b"rollup.", b"vite.", b"babel.", b"gulpfile", b"gruntfile"];
    if memchr::memmem::find(name, b".config.").is_some() || tool.iter().any(|mark| name.starts_with(mark)) {
        return false;
    }
    !matches!(language_of(path, b""), L::Data | L::Json | L::Markup | L::Other | L::Shell | L::Make | L::Cmake)
}

/// Whether a file of data says what can be set: defaults, a schema, a sample of the settings.
pub fn is_settings(path: &RepoPath) -> bool {
    let name = path.name().to_ascii_lowercase();
    // Settings of tools, which any project has.
    if name.starts_with(b".") || std::str::from_utf8(&name).is_ok_and(|n| FILES.conventional.contains(n)) {
        return name.ends_with(b".tf") || name.starts_with(b"application");
    }
    AUTOMATA.settings.as_ref().is_some_and(|marks| marks.is_match(&name))
}

fn find(line: &[u8], name: &[u8]) -> Option<usize> {
    memchr::memmem::find(line, name)
}

fn declares(path: &RepoPath, line: &[u8], name: &[u8]) -> bool {
    let dashed = find(line, name).is_some_and(|at| at >= 2 && line[at - 2..at] == *b"--");
    if !dashed || declares_options(line) {
        return true;
    }
    // A help text begins its line, or its string, with the option.
    let text = line.trim_ascii_start();
    let text = text.strip_prefix(b"\"").or_else(|| text.strip_prefix(b"'")).unwrap_or(text).trim_ascii_start();
    let told = text.starts_with(b"-") && !text.starts_with(b"- ") && text.len() > name.len() + 8;
    let language = language_of(path, b"");
    if matches!(language, Language::Data | Language::Json | Language::Markup | Language::Other) {
        return false;
    }
    let shell = language == Language::Shell && line.trim_ascii_end().ends_with(b")");
    told || shell || AUTOMATA.comparisons.as_ref().is_some_and(|c| c.is_match(line))
}

/// Lines above an option that is named on a line of its own among which the declaration's first is looked for.
const REACH: usize = 8;

/// Whether `line`, which comes after `before`, holds nothing but the string `name`, within a declaration of an option
/// that began on a line above with less indentation.
pub fn opens_option(before: &[u8], line: &[u8], name: &[u8]) -> bool {
    let indent = |line: &[u8]| line.len() - line.trim_ascii_start().len();
    let bare = line.trim_ascii().trim_ascii_end();
    let bare = bare.strip_suffix(b",").unwrap_or(bare);
    let quoted = matches!(bare, [b'"', .., b'"'] | [b'\'', .., b'\'']);
    let word = bare.get(1..bare.len().saturating_sub(1)).unwrap_or_default();
    let dashes = word.len() - word.iter().skip_while(|b| **b == b'-').count();
    if !quoted || word.get(dashes..) != Some(name) {
        return false;
    }
    let above = before.strip_suffix(b"\n").unwrap_or(before).rsplit(|&b| b == b'\n').take(REACH);
    let opening = above.into_iter().find(|above| !above.trim_ascii().is_empty() && indent(above) < indent(line));
    opening.is_some_and(marks_options)
}

fn reads(path: &RepoPath, line: &[u8], name: &[u8]) -> bool {
    let Some(at) = find(line, name) else { return false };
    let shell = matches!(language_of(path, b""), Language::Shell | Language::Make | Language::Other | Language::Data);
    let before = at.checked_sub(1).map_or(b' ', |i| line[i]);
    let after = line[at + name.len()..].trim_ascii_start();
    let set = after.starts_with(b"=") || after.starts_with(b"?=") || after.starts_with(b":=");
    if shell && (matches!(before, b'$' | b'{' | b'(') || set) {
        return true;
    }
    // The name itself may hold the mark.
    let around = [&line[..at], &line[at + name.len()..]];
    around.iter().any(|part| AUTOMATA.environment.as_ref().is_some_and(|marks| marks.is_match(part)))
}

impl Tool {
    /// The tool behind the first word of a command.
    #[must_use]
    pub fn of(program: &str) -> Self {
        match program {
            "make" | "gmake" => Self::Make,
            "just" => Self::Just,
            "npm" | "pnpm" | "yarn" | "bun" | "npx" => Self::Node,
            "cargo" => Self::Cargo,
            "tox" | "nox" | "poetry" | "pdm" | "hatch" | "uv" | "rye" | "pipenv" => Self::Python,
            "gradle" | "gradlew" | "./gradlew" => Self::Gradle,
            "docker" | "docker-compose" | "podman" => Self::Compose,
            _ => Self::Other,
        }
    }

    fn declares_in(self, path: &RepoPath) -> bool {
        let name = path.name();
        let suffix = path.extension().unwrap_or_default();
        match self {
            Self::Make => {
                suffix == b"mk"
                    || name.eq_ignore_ascii_case(b"GNUmakefile")
                    || name.to_ascii_lowercase().starts_with(b"makefile")
            }
            Self::Just => name.to_ascii_lowercase().ends_with(b"justfile") || suffix == b"just",
            Self::Node => name == b"package.json",
            Self::Cargo => matches!(suffix, b"toml" | b"rs"),
            Self::Python => matches!(suffix, b"toml" | b"ini" | b"cfg" | b"py"),
            Self::Gradle => matches!(suffix, b"gradle" | b"kts" | b"java" | b"groovy"),
            Self::Compose => matches!(suffix, b"yml" | b"yaml"),
            Self::Manifest => {
                matches!(
                    name,
                    b"package.json" | b"pyproject.toml" | b"setup.py" | b"setup.cfg" | b"Cargo.toml" | b"composer.json"
                ) || matches!(suffix, b"go" | b"rs" | b"gemspec")
            }
            Self::Other => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_parses() {
        let words: Witnesses = toml::from_str(RULES).unwrap();
        assert!(!words.environment.marks.is_empty() && !words.option.comparisons.is_empty());
    }

    #[test]
    fn an_option_is_declared_not_passed_on() {
        let takes =
            |path: &str, line: &str| Backing::Option.accepts(&path.into(), line.as_bytes(), b"dry-run", Role::Flag);
        assert!(takes("a.py", "    parser.add_argument(\"--dry-run\")"));
        assert!(takes("a.rs", "    #[arg(long = \"dry-run\")]"));
        assert!(takes("a.c", "    if (!strcmp(argv[i], \"--dry-run\"))"));
        assert!(takes("a.c", "    \"  --dry-run     print what would be done\\n\""));
        assert!(takes("a.sh", "    --dry-run)"));
        assert!(!takes("tox.ini", "    deploy --dry-run --all"));
        assert!(!takes("a.js", "    run([\"tool\", \"--dry-run\"])"));
        assert!(!takes("plugins.json", "  \"install\": [\"tool\", \"--dry-run\"]"));
    }

    #[test]
    fn an_option_on_a_line_of_its_own_belongs_to_what_opened_above() {
        let takes = |before: &str, line: &str| opens_option(before.as_bytes(), line.as_bytes(), b"dry-run");
        assert!(takes("parser.add_argument(\n", "    \"--dry-run\","));
        assert!(takes("parser.add_argument(\n    \"-n\",\n", "    \"--dry-run\","));
        assert!(takes("\tflags.BoolVar(\n\t\t&x,\n", "\t\t\"dry-run\","));
        assert!(!takes("subprocess.run(\n    [\n", "        \"--dry-run\","));
        assert!(!takes("parser.add_argument(\n", "    \"--dry-run-all\","));
        assert!(!takes("parser.add_argument(\n", "    \"--dry-run\", action=x,"));
    }

    #[test]
    fn a_variable_is_read_not_named() {
        let takes = |path: &str, line: &str| {
            Backing::Environment.accepts(&path.into(), line.as_bytes(), b"LOG_DIR", Role::Literal)
        };
        assert!(takes("a.py", "x = os.environ.get(\"LOG_DIR\")"));
        assert!(takes("a.rs", "std::env::var(\"LOG_DIR\")"));
        assert!(takes("a.sh", "cd \"${LOG_DIR}\""));
        assert!(takes("Makefile", "LOG_DIR ?= out"));
        assert!(!takes("a.py", "self.settings.LOG_DIR"));
        assert!(!takes("a.h", "#ifdef LOG_DIR"));
    }
}
