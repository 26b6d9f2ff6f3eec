//! Lists in code, read lexically: what stands between brackets or in one block of a data file, element by
//! element, each known by its first name or string.

use super::super::path::RepoPath;
use super::super::scan::{Language, Syntax};
use super::brackets::Reader;
use super::data;

/// A list of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name before it: of the enumeration, the constant, the key.
    pub lead: String,
    /// Its elements' names, in order, without repeats.
    pub members: Vec<String>,
    /// Line from 1 on which it begins.
    pub line: u32,
}

/// A list where it stands: its names are parts of the content.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'s, 'c> {
    /// As in [`Group`].
    pub lead: &'c [u8],
    /// As in [`Group`].
    pub members: &'s [&'c [u8]],
    /// As in [`Group`].
    pub line: u32,
}

impl Seen<'_, '_> {
    /// The list with names of its own.
    #[must_use]
    pub fn to_group(self) -> Group {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Group { lead: text(self.lead), members: self.members.iter().map(|m| text(m)).collect(), line: self.line }
    }
}

/// Takes lists in the order in which they end.
pub type Take<'t, 'c> = dyn FnMut(Seen<'_, 'c>) + 't;

/// Elements of a list that are read.
pub(super) const MOST: usize = 400;
/// Bytes of a member's name.
pub(super) const LONGEST: usize = 80;

/// How the lists of a file are written.
pub(super) enum Way {
    /// None are read.
    None,
    /// In blocks.
    Data,
    /// Between brackets.
    Brackets,
}

pub(super) fn way(syntax: &Syntax) -> Way {
    match syntax.language {
        Language::Other | Language::Markup | Language::Lisp => Way::None,
        Language::Data | Language::Make => Way::Data,
        _ => Way::Brackets,
    }
}

/// The lists of `content`, the file at `path`, of two elements or more.
#[must_use]
pub fn groups(path: &RepoPath, content: &[u8]) -> Vec<Group> {
    let syntax = Syntax::of(path, content);
    let mut out = Vec::new();
    let mut take = |seen: Seen<'_, '_>| out.push(seen.to_group());
    match way(&syntax) {
        Way::None => {}
        Way::Data => data::read(content, &syntax, &mut take),
        Way::Brackets => Reader::new(content, &syntax).finish(&mut take),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Vec<String> {
        groups(&path.into(), text.as_bytes())
            .iter()
            .map(|g| format!("{}:{} {}", g.line, g.lead, g.members.join(",")))
            .collect()
    }

    #[test]
    fn in_brackets() {
        assert_eq!(
            shown(
                "a.rs",
                "/// One.\npub enum Kind {\n    #[serde(rename = \"a\")]\n    Memory, // fast\n    Redis(u8),\n    Disk { path: PathBuf },\n}\n"
            ),
            ["2:Kind Memory,Redis,Disk"]
        );
        assert_eq!(
            shown("a.py", "COMMANDS = [\"fetch\", 'build', \"check\"]  # all\n"),
            ["1:COMMANDS fetch,build,check"]
        );
        assert_eq!(shown("a.go", "const (\n\tOne Kind = iota\n\tTwo\n)\n"), ["1: One,Two"]);
        assert_eq!(
            shown("a.c", "static const char* const names[] = {\"one\", \"two\"};\nint f(int one, int two);\n"),
            ["1:names one,two"]
        );
        assert_eq!(shown("a.ts", "export type Mode = 'fast' | 'safe' |\n  'dry';\n"), ["1:Mode fast,safe,dry"]);
        assert_eq!(shown("a.ts", "type Mode =\n  | 'fast'\n  | 'safe'\nlet x = 1\n"), ["3:Mode fast,safe"]);
        assert_eq!(
            shown("a.go", "switch name {\ncase \"fetch\":\n\treturn 1\ncase \"build\":\n\treturn 2\n}\n"),
            ["1:switch fetch,build"]
        );
    }

    #[test]
    fn in_data() {
        assert_eq!(
            shown("Cargo.toml", "[features]\ndefault = [\"json\", \"yaml\"]\njson = []\nyaml = []\n"),
            ["2:default json,yaml", "2:features default,json,yaml"]
        );
        assert_eq!(
            shown("a.yml", "jobs:\n  test:\n    steps: x\n  build:\n    needs:\n    - a\n    - b\n"),
            ["6:needs a,b", "2:jobs test,build"]
        );
    }

    #[test]
    fn hostile_files_end() {
        for text in [
            "([{".repeat(50_000),
            "|".repeat(100_000),
            "a|".repeat(50_000),
            "- ".repeat(50_000),
            "'".repeat(100_001),
            "\n".repeat(500_000),
            "\n|".repeat(100_000),
        ] {
            for path in ["a.rs", "a.ts", "a.yml", "a.py"] {
                let _ = groups(&path.into(), text.as_bytes());
            }
        }
    }
}
