//! Which grammar reads a file, and how much of it.

use std::ops::ControlFlow;

use tree_sitter::{Language, ParseOptions, Parser, Tree};

use crate::history::RepoPath;

/// Files larger than this (in bytes) are not parsed; what they declare is unknown.
pub const LARGEST: usize = 768 << 10;

/// Brackets within each other, beyond which a file is given up: the parser's own stack is not endless.
const DEEPEST: usize = 200;

/// Steps of the parser, as it reports them, after which a file is given up; files made to be slow end.
const MOST_STEPS: u32 = 60_000;

/// A grammar that is built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grammar {
    /// C.
    C,
    /// C++; C's headers too.
    Cpp,
    /// Go.
    Go,
    /// Java.
    Java,
    /// JavaScript.
    JavaScript,
    /// Python.
    Python,
    /// Rust.
    Rust,
    /// TypeScript with JSX.
    Tsx,
    /// TypeScript.
    TypeScript,
}

/// Grammars between which a sample can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// C and C++.
    C,
    /// Go.
    Go,
    /// Java.
    Java,
    /// Python.
    Python,
    /// Rust.
    Rust,
    /// JavaScript and TypeScript.
    Script,
}

impl Grammar {
    /// The grammar of the file at `path`, by its suffix.
    #[must_use]
    pub fn of(path: &RepoPath) -> Option<Self> {
        Some(match path.extension()? {
            b"c" => Self::C,
            b"h" | b"hh" | b"hpp" | b"hxx" | b"cc" | b"cpp" | b"cxx" | b"ipp" | b"inl" => Self::Cpp,
            b"go" => Self::Go,
            b"java" => Self::Java,
            b"js" | b"mjs" | b"cjs" | b"jsx" => Self::JavaScript,
            b"py" | b"pyi" => Self::Python,
            b"rs" => Self::Rust,
            b"tsx" => Self::Tsx,
            b"ts" | b"mts" | b"cts" => Self::TypeScript,
            _ => return None,
        })
    }

    /// The languages that call each other's functions as their own.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::C | Self::Cpp => Family::C,
            Self::Go => Family::Go,
            Self::Java => Family::Java,
            Self::Python => Family::Python,
            Self::Rust => Family::Rust,
            Self::JavaScript | Self::Tsx | Self::TypeScript => Family::Script,
        }
    }

    fn language(self) -> Language {
        match self {
            Self::C => tree_sitter_c::LANGUAGE.into(),
            Self::Cpp => tree_sitter_cpp::LANGUAGE.into(),
            Self::Go => tree_sitter_go::LANGUAGE.into(),
            Self::Java => tree_sitter_java::LANGUAGE.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::Python => tree_sitter_python::LANGUAGE.into(),
            Self::Rust => tree_sitter_rust::LANGUAGE.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        }
    }

    /// The tree of `content`, taking over what stayed of a tree that was edited to fit it; none where it is
    /// too large, takes too many steps, or the grammar can't be loaded.
    pub(super) fn parse_after(self, content: &[u8], before: Option<&Tree>) -> Option<Tree> {
        if content.len() > LARGEST || is_deep(content) {
            return None;
        }
        let mut parser = Parser::new();
        parser.set_language(&self.language()).ok()?;
        let mut steps = 0u32;
        let mut count = |_: &tree_sitter::ParseState| {
            steps += 1;
            if steps > MOST_STEPS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut count);
        parser.parse_with_options(&mut |at, _| content.get(at..).unwrap_or_default(), before, Some(options))
    }
}

/// Whether brackets stand deeper within each other than people write them.
fn is_deep(content: &[u8]) -> bool {
    let mut depth = 0usize;
    content.iter().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

impl Family {
    /// The family of a sample's language as pages name it.
    #[must_use]
    pub fn of_sample(lang: &str) -> Option<Self> {
        Some(match lang {
            "c" | "cpp" | "c++" | "cc" | "cxx" | "h" | "hpp" => Self::C,
            "go" | "golang" => Self::Go,
            "java" => Self::Java,
            "python" | "py" | "python3" | "pycon" | "pyi" => Self::Python,
            "rust" | "rs" => Self::Rust,
            "js" | "javascript" | "jsx" | "mjs" | "cjs" | "ts" | "typescript" | "tsx" | "node" => Self::Script,
            _ => return None,
        })
    }
}
