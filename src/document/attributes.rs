//! What `.gitattributes` files say of pages: the attributes of GitHub's linguist that tell vendored
//! and generated files and documentation.
//!
//! Only these attributes are read. None of git's own (filters, drivers, encodings) has any effect.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::history::RepoPath;

/// Lines of one file beyond this many are left out.
const MOST_LINES: usize = 5000;

/// What the attributes say of one path; `None` where they say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// `linguist-vendored`: other people's files.
    pub vendored: Option<bool>,
    /// `linguist-generated`: written by a program.
    pub generated: Option<bool>,
    /// `linguist-documentation`: documentation, or expressly none.
    pub documentation: Option<bool>,
}

/// The attributes of a tree.
#[derive(Debug, Clone, Default)]
pub struct Attributes {
    /// From the root downwards: deeper files win.
    files: Vec<File>,
}

/// One `.gitattributes` file.
#[derive(Debug, Clone)]
struct File {
    /// Its folder with a `/` behind; empty at the root.
    folder: Vec<u8>,
    patterns: GlobSet,
    /// One per pattern, in the order of the lines.
    lines: Vec<Settings>,
}

/// What a line sets: `Some(None)` takes a setting back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Settings {
    vendored: Option<Option<bool>>,
    generated: Option<Option<bool>>,
    documentation: Option<Option<bool>>,
}

impl Attributes {
    /// Reads `.gitattributes` files, each given by its folder (empty for the root) and its bytes.
    /// Lines that git would not accept are passed over.
    #[must_use]
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        let mut files: Vec<File> = files
            .into_iter()
            .filter_map(|(folder, bytes)| File::parse(folder, &String::from_utf8_lossy(bytes)))
            .collect();
        files.sort_by(|a, b| (a.folder.len(), &a.folder).cmp(&(b.folder.len(), &b.folder)));
        Self { files }
    }

    /// What they say of `path`.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Marks {
        let mut marks = Marks::default();
        for file in &self.files {
            let Some(rest) = path.as_bytes().strip_prefix(file.folder.as_slice()) else { continue };
            let rest = String::from_utf8_lossy(rest);
            // Ascending order: later lines win.
            for index in file.patterns.matches(rest.as_ref()) {
                let Some(settings) = file.lines.get(index) else { continue };
                marks.vendored = settings.vendored.unwrap_or(marks.vendored);
                marks.generated = settings.generated.unwrap_or(marks.generated);
                marks.documentation = settings.documentation.unwrap_or(marks.documentation);
            }
        }
        marks
    }
}

impl File {
    /// None where no line concerns us.
    fn parse(folder: &[u8], text: &str) -> Option<Self> {
        let mut builder = GlobSetBuilder::new();
        let mut lines = Vec::new();
        for line in text.lines().take(MOST_LINES) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') || line.starts_with("[attr]") {
                continue;
            }
            let Some((pattern, rest)) = split(line) else { continue };
            let settings = Settings::parse(rest);
            if settings == Settings::default() {
                continue;
            }
            let Some(pattern) = glob(&pattern) else { continue };
            if let Ok(glob) = GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build() {
                builder.add(glob);
                lines.push(settings);
            }
        }
        let mut folder = folder.to_vec();
        if !folder.is_empty() && !folder.ends_with(b"/") {
            folder.push(b'/');
        }
        (!lines.is_empty()).then_some(())?;
        Some(Self { folder, patterns: builder.build().ok()?, lines })
    }
}

/// A line's pattern, unquoted, and its attributes.
fn split(line: &str) -> Option<(String, &str)> {
    let Some(quoted) = line.strip_prefix('"') else {
        let (pattern, rest) = line.split_once([' ', '\t'])?;
        return Some((pattern.to_owned(), rest));
    };
    let mut pattern = String::new();
    let mut chars = quoted.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((pattern, &quoted[i + 1..])),
            '\\' => match chars.next()?.1 {
                't' => pattern.push('\t'),
                other => pattern.push(other),
            },
            c => pattern.push(c),
        }
    }
    None
}

/// A pattern of gitattributes as a glob over paths from the file's folder.
fn glob(pattern: &str) -> Option<String> {
    // No negation, and a folder's pattern does not reach the files in it.
    if pattern.is_empty() || pattern.starts_with('!') || pattern.ends_with('/') {
        return None;
    }
    let anchored = pattern.contains('/');
    let body = pattern.strip_prefix('/').unwrap_or(pattern);
    let mut out = String::with_capacity(body.len() + 8);
    if !anchored {
        out.push_str("**/");
    }
    // Braces mean themselves to git.
    for c in body.chars() {
        match c {
            '{' | '}' => {
                out.push('[');
                out.push(c);
                out.push(']');
            }
            c => out.push(c),
        }
    }
    Some(out)
}

impl Settings {
    fn parse(attributes: &str) -> Self {
        let mut settings = Self::default();
        for attribute in attributes.split_whitespace() {
            let (name, value) = match attribute.split_at_checked(1) {
                Some(("-", name)) => (name, Some(false)),
                Some(("!", name)) => (name, None),
                _ => match attribute.split_once('=') {
                    Some((name, value)) => (name, Some(!value.eq_ignore_ascii_case("false"))),
                    None => (attribute, Some(true)),
                },
            };
            match name {
                "linguist-vendored" => settings.vendored = Some(value),
                "linguist-generated" => settings.generated = Some(value),
                "linguist-documentation" => settings.documentation = Some(value),
                _ => {}
            }
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendored(lines: &str, path: &str) -> Option<bool> {
        Attributes::parse([(&b""[..], lines.as_bytes())]).of(&RepoPath::from(path)).vendored
    }

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        for (pattern, hits, misses) in [
            ("*.md", vec!["a.md", "x/y/a.md"], vec!["a.mdx", "a.md/b"]),
            ("docs/*.md", vec!["docs/a.md"], vec!["docs/x/a.md", "x/docs/a.md"]),
            ("/README.md", vec!["README.md"], vec!["x/README.md"]),
            ("docs/**", vec!["docs/a", "docs/x/b.md"], vec!["docs", "x/docs/a"]),
            ("**/gen/*", vec!["gen/a", "x/y/gen/b"], vec!["gen/a/b"]),
            ("a/**/b", vec!["a/b", "a/x/y/b"], vec!["ab"]),
            ("docs/", vec![], vec!["docs/a", "docs"]),
            ("!*.md", vec![], vec!["a.md"]),
            ("\"with space.md\"", vec!["with space.md"], vec!["with"]),
            ("{a,b}.md", vec!["{a,b}.md"], vec!["a.md"]),
            ("[ab].md", vec!["a.md", "x/b.md"], vec!["c.md"]),
            ("手順*.md", vec!["手順書.md"], vec!["書.md"]),
        ] {
            let line = format!("{pattern} linguist-vendored\n");
            for path in hits {
                assert_eq!(vendored(&line, path), Some(true), "{pattern} on {path}");
            }
            for path in misses {
                assert_eq!(vendored(&line, path), None, "{pattern} on {path}");
            }
        }
    }

    #[test]
    fn later_lines_and_deeper_files_win() {
        let lines = "# comment\n*.md linguist-vendored text=auto\na.md -linguist-vendored\nb.md !linguist-vendored\nc.md linguist-vendored=false\n";
        assert_eq!(vendored(lines, "x.md"), Some(true));
        assert_eq!(vendored(lines, "a.md"), Some(false));
        assert_eq!(vendored(lines, "b.md"), None);
        assert_eq!(vendored(lines, "c.md"), Some(false));
        let attributes = Attributes::parse([
            (&b"docs"[..], &b"gen.md -linguist-generated\n"[..]),
            (&b""[..], &b"gen.md linguist-generated\n"[..]),
        ]);
        assert_eq!(attributes.of(&RepoPath::from("gen.md")).generated, Some(true));
        assert_eq!(attributes.of(&RepoPath::from("docs/gen.md")).generated, Some(false));
        assert_eq!(attributes.of(&RepoPath::from("docs2/gen.md")).generated, Some(true));
    }

    #[test]
    fn broken_lines_lose_nothing_else() {
        let lines = "[ linguist-vendored\n\"open linguist-vendored\n\u{0}\u{fffd} x\nlinguist-vendored\n*.md linguist-vendored\n";
        assert_eq!(vendored(lines, "a.md"), Some(true));
    }
}
