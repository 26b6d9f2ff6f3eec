//! The word lists of `rules/language/`, ready for look-up.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

type Words = FxHashSet<String>;

/// File names and paths.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Files {
    pub extensions: Words,
    pub soft_extensions: Words,
    pub reader_folders: Words,
    pub names: Words,
    pub conventional: Words,
    pub word_names: Words,
    pub folders: Words,
    pub system_roots: Words,
    pub not_paths: Words,
    pub made_folders: Words,
    pub domains: Words,
}

/// Names that stand for something else.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Placeholders {
    pub words: Words,
    pub whole: Words,
    pub prefixes: Vec<String>,
    pub camel_prefixes: Vec<String>,
    pub parts: Vec<String>,
}

/// Variables that are nobody's own.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Environment {
    pub names: Words,
    pub prefixes: Vec<String>,
}

/// Programs of others.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Programs {
    pub wrappers: Words,
    pub runners: Words,
    pub task_tools: Words,
    pub foreign: Words,
    pub builtin: FxHashMap<String, Words>,
}

/// Languages.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Code {
    pub literals: Words,
    pub products: Words,
    pub family: Vec<Family>,
    pub keywords: Keywords,
    pub standard: Standard,
}

/// Languages with the same comments.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Family {
    pub name: String,
    pub langs: Words,
    pub line_comment: Vec<String>,
    pub block_comment: Vec<String>,
}

/// Words of a language's grammar.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Keywords {
    pub words: Words,
}

/// Names of standard libraries.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Standard {
    pub heads: Words,
    pub names: Words,
}

// The lists are part of the program and a test reads each of them strictly, so that an empty
// default can't be met outside a broken build.
macro_rules! list {
    ($name:ident, $type:ty, $file:literal) => {
        pub(crate) static $name: LazyLock<$type> =
            LazyLock::new(|| toml::from_str(include_str!(concat!("../../rules/language/", $file))).unwrap_or_default());
    };
}

list!(FILES, Files, "files.toml");
list!(PLACEHOLDERS, Placeholders, "placeholders.toml");
list!(ENVIRONMENT, Environment, "environment.toml");
list!(PROGRAMS, Programs, "programs.toml");
list!(CODE, Code, "code.toml");

/// Whether a variable belongs to the shell, the system or a service.
pub(crate) fn is_common_variable(name: &str) -> bool {
    ENVIRONMENT.names.contains(name) || ENVIRONMENT.prefixes.iter().any(|p| name.starts_with(p.as_str()))
}

/// Whether `word` belongs to a language, not to a project.
pub(crate) fn is_language_word(word: &str) -> bool {
    CODE.literals.contains(word) || CODE.keywords.words.contains(word)
}

/// Whether `name` is one of a standard library's.
pub(crate) fn is_standard_name(name: &str) -> bool {
    CODE.standard.names.contains(name) || is_language_word(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict<T: serde::de::DeserializeOwned>(text: &str) -> T {
        toml::from_str(text).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn every_list_parses() {
        assert!(strict::<Files>(include_str!("../../rules/language/files.toml")).extensions.contains("rs"));
        assert!(!strict::<Placeholders>(include_str!("../../rules/language/placeholders.toml")).words.is_empty());
        assert!(!strict::<Environment>(include_str!("../../rules/language/environment.toml")).names.is_empty());
        assert!(strict::<Programs>(include_str!("../../rules/language/programs.toml")).foreign.contains("git"));
        assert!(strict::<Code>(include_str!("../../rules/language/code.toml")).family.len() > 3);
    }
}
