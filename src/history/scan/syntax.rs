//! What the scan knows of languages: comment marks and quotes, by a file's name.

use crate::history::path::RepoPath;

/// A family of languages that look alike on the surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// Python and Starlark.
    Python,
    /// JavaScript, TypeScript and what embeds them.
    Script,
    /// C, C++, Java, C#, Kotlin and others with `type name(…)`.
    Typed,
    /// Ruby, Elixir.
    Ruby,
    /// Shells.
    Shell,
    /// Makefiles.
    Make,
    /// CMake.
    Cmake,
    /// YAML, TOML, INI, properties.
    Data,
    /// JSON.
    Json,
    /// XML and HTML.
    Markup,
    /// Lisps.
    Lisp,
    /// Anything else.
    Other,
}

/// What opens and closes a text of several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Double,
    Single,
    Back,
}

impl Mark {
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::Double => b"\"\"\"",
            Self::Single => b"'''",
            Self::Back => b"`",
        }
    }
}

/// Comment marks and quotes of a file.
#[derive(Debug)]
pub struct Syntax {
    pub language: Language,
    line_comments: &'static [&'static [u8]],
    pub block: Option<(&'static [u8], &'static [u8])>,
    quotes: &'static [u8],
    /// Bytes that mean something outside of names, or can be part of one.
    pub interesting: [bool; 256],
}

/// The language of the file at `path`, whose first bytes `content` may tell it by `#!`.
#[must_use]
pub fn language_of(path: &RepoPath, content: &[u8]) -> Language {
    use Language as L;
    let name = path.name();
    let suffix = path.extension().unwrap_or_default().to_ascii_lowercase();
    match suffix.as_slice() {
        b"rs" => L::Rust,
        b"go" => L::Go,
        b"py" | b"pyi" | b"pyx" | b"bzl" | b"star" => L::Python,
        b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"mts" | b"cts" | b"vue" | b"svelte" | b"astro" => {
            L::Script
        }
        b"c" | b"h" | b"cc" | b"cpp" | b"cxx" | b"hh" | b"hpp" | b"hxx" | b"inc" | b"m" | b"mm" | b"java" | b"cs"
        | b"kt" | b"kts" | b"scala" | b"groovy" | b"gradle" | b"swift" | b"dart" | b"php" | b"proto" | b"thrift"
        | b"zig" | b"d" | b"v" | b"graphql" | b"cu" | b"y" | b"l" => L::Typed,
        b"rb" | b"rake" | b"gemspec" | b"ex" | b"exs" | b"cr" => L::Ruby,
        b"sh" | b"bash" | b"zsh" | b"fish" | b"ksh" | b"ps1" | b"bats" | b"env" => L::Shell,
        b"mk" | b"mak" => L::Make,
        b"cmake" => L::Cmake,
        b"yml" | b"yaml" | b"toml" | b"ini" | b"cfg" | b"conf" | b"properties" | b"tf" | b"hcl" | b"tfvars"
        | b"nix" => L::Data,
        b"json" | b"jsonc" | b"json5" | b"jsonnet" | b"libsonnet" | b"cue" => L::Json,
        b"xml" | b"html" | b"htm" | b"xsd" | b"plist" | b"csproj" | b"props" => L::Markup,
        b"el" | b"lisp" | b"clj" | b"cljs" | b"scm" | b"edn" => L::Lisp,
        _ => match name {
            b"Makefile" | b"makefile" | b"GNUmakefile" | b"justfile" | b"Justfile" | b".justfile" => L::Make,
            b"CMakeLists.txt" => L::Cmake,
            b"Dockerfile" | b"Containerfile" | b".env" | b".tool-versions" => L::Shell,
            b"BUILD" | b"WORKSPACE" | b"SConstruct" | b"Tiltfile" => L::Python,
            b"Rakefile" | b"Gemfile" | b"Podfile" | b"Vagrantfile" => L::Ruby,
            b"Jenkinsfile" => L::Typed,
            _ if name.starts_with(b"Dockerfile.") || name.starts_with(b"Makefile.") => L::Shell,
            _ => by_interpreter(content),
        },
    }
}

fn by_interpreter(content: &[u8]) -> Language {
    let Some(line) = content.strip_prefix(b"#!").map(|c| &c[..memchr::memchr(b'\n', c).unwrap_or(c.len()).min(80)])
    else {
        return Language::Other;
    };
    let has = |word: &[u8]| memchr::memmem::find(line, word).is_some();
    if has(b"python") {
        Language::Python
    } else if has(b"node") || has(b"deno") || has(b"bun") {
        Language::Script
    } else if has(b"ruby") {
        Language::Ruby
    } else if has(b"sh") {
        Language::Shell
    } else {
        Language::Other
    }
}

impl Syntax {
    pub fn of(path: &RepoPath, content: &[u8]) -> Self {
        use Language as L;
        let language = language_of(path, content);
        let slashes: &'static [&'static [u8]] = &[b"//"];
        let hash: &'static [&'static [u8]] = &[b"#"];
        let c_block: Option<(&'static [u8], &'static [u8])> = Some((b"/*", b"*/"));
        let (line_comments, block, quotes): (&'static [&'static [u8]], _, &'static [u8]) = match language {
            L::Rust | L::Typed => (slashes, c_block, b"\""),
            L::Go => (slashes, c_block, b"\"`"),
            L::Script => (slashes, c_block, b"\"'`"),
            L::Json => (slashes, c_block, b"\""),
            L::Python | L::Ruby | L::Shell | L::Data => (hash, None, b"\"'"),
            L::Make | L::Cmake => (hash, None, b"\""),
            L::Markup => (&[], Some((b"<!--".as_slice(), b"-->".as_slice())), b"\""),
            L::Lisp => (&[b";"], None, b"\""),
            L::Other => (&[b"# ", b"//", b"-- "], None, b"\"'"),
        };
        let mut interesting = [false; 256];
        for byte in 0..=u8::MAX {
            interesting[byte as usize] = super::is_name(byte)
                || matches!(byte, b'\\' | b'-')
                || quotes.contains(&byte)
                || line_comments.iter().any(|mark| mark.first() == Some(&byte))
                || block.is_some_and(|(open, _)| open.first() == Some(&byte));
        }
        Self { language, line_comments, block, quotes, interesting }
    }

    /// The mark of the text of several lines that opens at `at`.
    pub fn text_opens(&self, line: &[u8], at: usize) -> Option<Mark> {
        let rest = line.get(at..)?;
        match self.language {
            Language::Python => [Mark::Double, Mark::Single].into_iter().find(|mark| rest.starts_with(mark.bytes())),
            // A raw string that goes on behind its line.
            Language::Go | Language::Script => {
                (rest.first() == Some(&b'`') && memchr::memchr(b'`', &rest[1..]).is_none()).then_some(Mark::Back)
            }
            _ => None,
        }
    }

    pub fn is_quote(&self, byte: u8) -> bool {
        self.quotes.contains(&byte)
    }

    /// Whether a line whose indentation is taken off is a comment as a whole.
    pub fn starts_comment(&self, rest: &[u8]) -> bool {
        let is_directive = self.language == Language::Typed && rest.starts_with(b"#");
        // A line that goes on with `*` is the inside of a block comment whose start may be cut off.
        !is_directive
            && (self.line_comments.iter().any(|mark| rest.starts_with(mark))
                || self.block.is_some_and(|(open, _)| open == b"/*") && rest.starts_with(b"* "))
            && !rest.starts_with(b"#!")
    }

    /// Whether a comment starts at `at`, outside of strings.
    pub fn comment_at(&self, line: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).map_or(b' ', |i| line[i]);
        self.line_comments.iter().any(|mark| line[at..].starts_with(mark))
            && match line[at] {
                b'#' => matches!(before, b' ' | b'\t'),
                b'/' => before != b':' && before != b'\\',
                b';' | b'-' => matches!(before, b' ' | b'\t'),
                _ => true,
            }
    }
}
