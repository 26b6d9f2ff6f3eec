//! The form of a rule file, `rules/<area>/<id>.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::OptionValue;
use crate::finding::{Confidence, Severity};

/// What a rule file says: all that a person would read or tune about a rule. The form follows
/// ast-grep's idea of rules that carry examples of both kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// The rule's id in lower case with hyphens; also the file's name.
    pub id: String,
    /// Ids that it had before; configurations and comments that use them still work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// A title of a few words, for lists.
    pub name: String,
    /// How much a finding matters unless configured otherwise.
    pub severity: Severity,
    /// Whether it runs unless configured otherwise.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether it only ranks pages: its findings are always notes.
    #[serde(default)]
    pub signal: bool,
    /// Of two rules that report the same words of a page the more specific one is kept. 0 to 100.
    pub specificity: u8,
    /// What it finds. Markdown.
    pub what: String,
    /// Why that matters to a reader. Markdown.
    pub why: String,
    /// Base probabilities that a finding is right, by what is known of it.
    #[serde(default)]
    pub confidence: BTreeMap<String, Circumstance>,
    /// What a configuration can set.
    #[serde(default)]
    pub options: BTreeMap<String, RuleOption>,
    /// Pages that are wrong: each must give its expected findings.
    pub valid: Vec<Example>,
    /// Pages that are right, or of which nothing can be said: none may give a finding of this rule.
    pub invalid: Vec<Example>,
}

/// A base probability and when it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Circumstance {
    /// Probability that such a finding is right, 0 to 1, before adjustments for the single case.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub p: f32,
    /// The circumstance in words.
    pub when: String,
}

/// An option of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleOption {
    /// Its value unless configured.
    pub default: OptionValue,
    /// What it does.
    pub doc: String,
}

/// A tiny repository of two commits, and what must be found in its page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows, in a few words; unique within the rule.
    pub name: String,
    /// The page that is audited.
    #[serde(default = "default_page")]
    pub page: String,
    /// The files of the first commit.
    pub before: BTreeMap<String, String>,
    /// What the second commit changes; files that are not named stay.
    #[serde(default)]
    pub after: BTreeMap<String, FileState>,
    /// Findings of this rule that the page must give. Empty in `invalid`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
}

fn yes() -> bool {
    true
}

fn default_page() -> String {
    "README.md".to_owned()
}

/// A file in the second commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FileState {
    /// It has this content.
    Content(String),
    /// `false`: it is deleted. (`true` is refused.)
    Present(bool),
}

/// A finding that an example must give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Line of the page after the second commit, from 1.
    pub line: u32,
    /// The words that the finding stands at: its span holds them, or they hold it.
    pub text: String,
    /// What it must propose instead, where the history is clear about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}

impl Example {
    /// The files after the second commit.
    #[must_use]
    pub fn head(&self) -> BTreeMap<&str, &str> {
        let mut files: BTreeMap<&str, &str> = self.before.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
        for (path, state) in &self.after {
            match state {
                FileState::Content(content) => files.insert(path, content),
                FileState::Present(_) => files.remove(path.as_str()),
            };
        }
        files
    }
}

/// A rule as the program knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The folder under `rules/`: `reference`, `value` or `suppression`.
    pub area: &'static str,
    /// What its file says.
    pub file: RuleFile,
}

impl Definition {
    /// The rule's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.file.id
    }

    /// The base confidence under `circumstance`; 0.5 for one that the file does not name, so that
    /// such a finding stays out of what fails a build.
    #[must_use]
    pub fn confidence(&self, circumstance: &str) -> Confidence {
        Confidence::new(self.file.confidence.get(circumstance).map_or(0.5, |c| c.p))
    }

    /// The severity of a finding, with what a configuration sets; a signal is always a note.
    #[must_use]
    pub fn severity(&self, configured: Option<Severity>) -> Severity {
        if self.file.signal { Severity::Note } else { configured.unwrap_or(self.file.severity) }
    }
}

/// What is wrong with a rule file.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RuleFileError {
    /// It is no TOML of the right form.
    #[error("rules/{area}/{file}.toml: {message}")]
    Form {
        /// Folder under `rules/`.
        area: String,
        /// File name without its suffix.
        file: String,
        /// What the parser says, with line and column.
        message: String,
    },
    /// It says something that can't be.
    #[error("rules/{area}/{file}.toml: {message}")]
    Content {
        /// Folder under `rules/`.
        area: String,
        /// File name without its suffix.
        file: String,
        /// What is wrong.
        message: String,
    },
}

impl RuleFile {
    /// Reads the rule file `rules/<area>/<file>.toml` and checks what its form alone can't say.
    ///
    /// # Errors
    /// Where it does not parse, or says something that can't be: an id that is not the file's name,
    /// a probability out of range, an example without a page.
    pub fn parse(area: &str, file: &str, text: &str) -> Result<Self, RuleFileError> {
        let rule: Self = toml::from_str(text).map_err(|e| RuleFileError::Form {
            area: area.to_owned(),
            file: file.to_owned(),
            message: e.to_string(),
        })?;
        match rule.problem(file) {
            None => Ok(rule),
            Some(message) => Err(RuleFileError::Content { area: area.to_owned(), file: file.to_owned(), message }),
        }
    }

    fn problem(&self, file: &str) -> Option<String> {
        if self.id != file {
            return Some(format!("the id is `{}` but the file is called `{file}`", self.id));
        }
        let kebab = |id: &str| id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if let Some(id) = std::iter::once(&self.id).chain(&self.formerly).find(|id| id.is_empty() || !kebab(id)) {
            return Some(format!("`{id}` is no rule id: lower-case letters, digits and hyphens only"));
        }
        for (field, text) in [("name", &self.name), ("what", &self.what), ("why", &self.why)] {
            if text.trim().is_empty() {
                return Some(format!("`{field}` is empty"));
            }
        }
        if self.specificity > 100 {
            return Some("`specificity` goes from 0 to 100".to_owned());
        }
        if let Some((name, c)) = self.confidence.iter().find(|(_, c)| !(0.0..=1.0).contains(&c.p)) {
            return Some(format!("the probability of `{name}` is {}, not within 0 and 1", c.p));
        }
        if self.valid.is_empty() || self.invalid.is_empty() {
            return Some("it needs examples of both kinds, `[[valid]]` and `[[invalid]]`".to_owned());
        }
        let mut names: Vec<&str> = self.valid.iter().chain(&self.invalid).map(|e| e.name.as_str()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Some(format!("two examples are called `{}`", pair[0]));
        }
        self.valid
            .iter()
            .find_map(|e| example_problem(e, true))
            .or_else(|| self.invalid.iter().find_map(|e| example_problem(e, false)))
    }
}

fn example_problem(example: &Example, must_fire: bool) -> Option<String> {
    let name = &example.name;
    for path in example.before.keys().chain(example.after.keys()).chain([&example.page]) {
        if path.is_empty() || path.starts_with('/') || path.split('/').any(|p| matches!(p, "" | "." | ".." | ".git")) {
            return Some(format!("example `{name}`: `{path}` is no path inside a repository"));
        }
    }
    for (path, state) in &example.after {
        match state {
            FileState::Present(true) => return Some(format!("example `{name}`: `{path} = true` says nothing")),
            FileState::Present(false) if !example.before.contains_key(path) => {
                return Some(format!("example `{name}`: deletes `{path}`, which is not there"));
            }
            FileState::Content(content) if example.before.get(path) == Some(content) => {
                return Some(format!("example `{name}`: `{path}` does not change"));
            }
            _ => {}
        }
    }
    let head = example.head();
    let Some(page) = head.get(example.page.as_str()) else {
        return Some(format!("example `{name}`: the page `{}` is not there after the second commit", example.page));
    };
    if must_fire == example.expect.is_empty() {
        let word = if must_fire { "a `valid` example needs" } else { "an `invalid` example has no" };
        return Some(format!("example `{name}`: {word} `expect`"));
    }
    for expected in &example.expect {
        let line = usize::try_from(expected.line).ok().and_then(|n| page.lines().nth(n.checked_sub(1)?));
        if !line.is_some_and(|line| line.contains(&expected.text)) {
            return Some(format!(
                "example `{name}`: line {} of the page does not hold `{}`",
                expected.line, expected.text
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "a-rule"
name = "A rule"
severity = "error"
specificity = 10
what = "what"
why = "why"
[confidence]
declared = { p = 0.9, when = "always" }
[[valid]]
name = "fires"
before = { "README.md" = "one\ntwo `x`\n", "a.c" = "x" }
after = { "a.c" = false }
expect = [{ line = 2, text = "x" }]
[[invalid]]
name = "does not"
before = { "README.md" = "one\n" }
"#;

    #[test]
    fn a_rule_file_reads() {
        let rule = RuleFile::parse("reference", "a-rule", GOOD).unwrap();
        assert!(rule.enabled && !rule.signal);
        assert_eq!(rule.valid[0].page, "README.md");
        assert_eq!(rule.valid[0].head().keys().copied().collect::<Vec<_>>(), ["README.md"]);
        let definition = Definition { area: "reference", file: rule };
        assert!((definition.confidence("declared").probability() - 0.9).abs() < 1e-6);
        assert!((definition.confidence("unheard of").probability() - 0.5).abs() < 1e-6);
        assert_eq!(definition.severity(Some(Severity::Warning)), Severity::Warning);
    }

    #[test]
    fn a_signal_is_a_note_whatever_is_configured() {
        let text = GOOD.replace("specificity", "signal = true\nspecificity");
        let file = RuleFile::parse("reference", "a-rule", &text).unwrap();
        let definition = Definition { area: "reference", file };
        assert_eq!(definition.severity(Some(Severity::Error)), Severity::Note);
    }

    #[test]
    fn what_can_not_be_is_refused_by_name() {
        for (from, to, says) in [
            ("id = \"a-rule\"", "id = \"b-rule\"", "the id is `b-rule` but the file is called `a-rule`"),
            ("why = \"why\"", "why = \" \"", "`why` is empty"),
            ("name = \"A rule\"", "name = \"A rule\"\nformerly = [\"Old\"]", "`Old` is no rule id"),
            ("specificity = 10", "specificity = 101", "`specificity` goes from 0 to 100"),
            ("p = 0.9", "p = 1.5", "the probability of `declared` is 1.5"),
            ("name = \"does not\"", "name = \"fires\"", "two examples are called `fires`"),
            ("expect = [{ line = 2, text = \"x\" }]", "", "a `valid` example needs `expect`"),
            ("line = 2", "line = 1", "line 1 of the page does not hold `x`"),
            ("line = 2", "line = 0", "line 0 of the page does not hold `x`"),
            ("\"a.c\" = false", "\"a.c\" = true", "`a.c = true` says nothing"),
            ("\"a.c\" = false", "\"b.c\" = false", "deletes `b.c`, which is not there"),
            ("\"a.c\" = false", "\"a.c\" = \"x\"", "`a.c` does not change"),
            ("\"a.c\" = false", "\"../a.c\" = \"x\"", "`../a.c` is no path inside a repository"),
            ("\"a.c\" = false", "\"README.md\" = false", "the page `README.md` is not there"),
            ("specificity = 10", "specificity = 10\ncolour = 1", "unknown field `colour`"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let error = RuleFile::parse("reference", "a-rule", &GOOD.replace(from, to)).unwrap_err().to_string();
            assert!(error.starts_with("rules/reference/a-rule.toml: "), "{error}");
            assert!(error.contains(says), "{to}: {error}");
        }
        let (valid, _) = GOOD.split_once("[[invalid]]").unwrap();
        let error = RuleFile::parse("reference", "a-rule", &format!("{valid}\n")).unwrap_err().to_string();
        assert!(error.contains("missing field `invalid`"), "{error}");
    }
}
