//! Who answers for a page: CODEOWNERS, its front matter, else those who wrote it; and whether they
//! are still there.

use chrono::{DateTime, Duration, Utc};
use globset::{Glob, GlobBuilder, GlobMatcher};
use serde_json::Value;

use crate::report::json::v1::{Orphaned, Owner};

/// People that are named to take over, at most.
const MOST_SUCCESSORS: usize = 3;
/// Lines and owners of a CODEOWNERS file that count; GitHub ignores files above 3 MB.
const MOST_RULES: usize = 20_000;

/// Places of a CODEOWNERS file, the first that exists counts.
pub const CODEOWNERS: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// A CODEOWNERS file.
#[derive(Debug, Clone, Default)]
pub struct Codeowners {
    rules: Vec<(Vec<GlobMatcher>, Vec<String>)>,
}

impl Codeowners {
    /// Reads one. Lines that are no rule are skipped, as GitHub does.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut rules = Vec::new();
        for line in text.lines().take(MOST_RULES) {
            let mut words = words(line).into_iter();
            let Some(pattern) = words.next() else { continue };
            // Sections of GitLab (`[Docs][2] @team`) and negation are no patterns.
            if pattern.starts_with(['[', '!', '^']) {
                continue;
            }
            let globs: Vec<GlobMatcher> = globs(&pattern).into_iter().map(|g| g.compile_matcher()).collect();
            if !globs.is_empty() {
                rules.push((globs, words.collect()));
            }
        }
        Self { rules }
    }

    /// The owners of a path: those of the last rule that matches, which may be none.
    #[must_use]
    pub fn of(&self, path: &str) -> &[String] {
        let rule = self.rules.iter().rev().find(|(globs, _)| globs.iter().any(|g| g.is_match(path)));
        rule.map_or(&[], |(_, owners)| owners.as_slice())
    }
}

/// The words of a line up to a comment; a backslash keeps the blank or `#` behind it.
fn words(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let Some(last) = out.last_mut() else { break };
        match c {
            '\\' => last.extend(chars.next()),
            '#' if last.is_empty() => break,
            c if c.is_whitespace() => {
                if !last.is_empty() {
                    out.push(String::new());
                }
            }
            c => last.push(c),
        }
    }
    out.retain(|w| !w.is_empty());
    out
}

fn globs(pattern: &str) -> Vec<Glob> {
    // Brackets and braces mean themselves there.
    let escaped: String = pattern
        .chars()
        .map(|c| if matches!(c, '[' | ']' | '{' | '}') { format!("[{c}]") } else { c.to_string() })
        .collect();
    let trimmed = escaped.trim_end_matches('/');
    // A slash anywhere but at the end ties the pattern to the root.
    let anchored = trimmed.contains('/');
    let trimmed = trimmed.trim_start_matches('/');
    if trimmed.is_empty() {
        return Vec::new();
    }
    let base = if anchored { trimmed.to_owned() } else { format!("**/{trimmed}") };
    let mut forms = Vec::new();
    if !escaped.ends_with('/') {
        forms.push(base.clone());
    }
    // What names a folder owns all in it, but `docs/*` only what lies directly there.
    if !anchored || !trimmed.ends_with("/*") {
        forms.push(format!("{base}/**"));
    }
    forms.iter().filter_map(|f| GlobBuilder::new(f).literal_separator(true).build().ok()).collect()
}

/// The owners that a page names itself: `owner`, `owners`, `maintainer`, `maintainers`, each a name or
/// a list of names.
#[must_use]
pub fn of_front_matter(front_matter: &Value) -> Vec<Owner> {
    let names = ["owner", "owners", "maintainer", "maintainers"].iter().filter_map(|key| front_matter.get(key));
    let names = names.flat_map(|value| match value {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        Value::String(one) => one.split(',').collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    let owner = |name: &str| Owner { name: name.trim().to_owned(), source: "front-matter".into() };
    let mut owners: Vec<Owner> = names.map(owner).filter(|o| !o.name.is_empty()).collect();
    owners.dedup();
    owners
}

/// The owners of a page: those that it names, those of CODEOWNERS, else those who wrote it (most
/// lines first) and those who now change what it describes.
#[must_use]
pub fn of(
    path: &str,
    front_matter: Option<&Value>,
    codeowners: &Codeowners,
    writers: &[String],
    committers: &[String],
) -> Vec<Owner> {
    let own = front_matter.map(of_front_matter).unwrap_or_default();
    if !own.is_empty() {
        return own;
    }
    let as_owner = |source: &str, names: &[String]| -> Vec<Owner> {
        names.iter().map(|name| Owner { name: name.clone(), source: source.into() }).collect()
    };
    match codeowners.of(path) {
        [] => {
            let mut all = as_owner("writer", writers);
            let also = as_owner("committer", committers);
            all.extend(also.into_iter().filter(|o| !writers.contains(&o.name)));
            all
        }
        names => as_owner("codeowners", names),
    }
}

/// Someone who commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name through `.mailmap`.
    pub name: String,
    /// The last commit anywhere in the repository.
    pub last_seen: DateTime<Utc>,
}

/// Whether all who wrote a page have left: none of them committed anything within `days` before the
/// repository's last commit `head`, while it lives on. Names those who could take over: of those who
/// change the described code, the ones that are still there, in the given order.
#[must_use]
pub fn orphaned(writers: &[Person], code: &[Person], head: DateTime<Utc>, days: u32) -> Option<Orphaned> {
    // A repository in which nobody works has not been left by anyone in particular: measured from its
    // last commit, whoever made that is still there.
    let gone = |person: &Person| head.signed_duration_since(person.last_seen) > Duration::days(days.into());
    let last = writers.iter().map(|p| p.last_seen).max()?;
    if !writers.iter().all(gone) {
        return None;
    }
    let successors = code.iter().filter(|p| !gone(p)).map(|p| p.name.clone()).take(MOST_SUCCESSORS).collect();
    Some(Orphaned { last_seen: last.date_naive().to_string(), successors })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owners(file: &str, path: &str) -> Vec<String> {
        Codeowners::parse(file).of(path).to_vec()
    }

    #[test]
    fn the_last_rule_that_matches_counts() {
        let file = "# comment\n*  @all\n*.md @docs # those who write\n/build/ @ops\ndocs/* @near\napps/ @apps\n\
            /secret/[x].md @odd\n/nobody\ndocs/my\\ page.md @blank\n**/logs @logs\n[Section] @x\n!neg @y\n";
        assert_eq!(owners(file, "src/main.rs"), ["@all"]);
        assert_eq!(owners(file, "deep/down/page.md"), ["@docs"]);
        assert_eq!(owners(file, "build/a/b.txt"), ["@ops"]);
        assert_eq!(owners(file, "x/build/a.txt"), ["@all"]);
        assert_eq!(owners(file, "docs/a.md"), ["@near"]);
        assert_eq!(owners(file, "docs/deep/a.md"), ["@docs"]);
        assert_eq!(owners(file, "x/apps/y/z.md"), ["@apps"]);
        assert_eq!(owners(file, "secret/[x].md"), ["@odd"]);
        assert_eq!(owners(file, "secret/x.md"), ["@docs"]);
        assert_eq!(owners(file, "docs/my page.md"), ["@blank"]);
        assert_eq!(owners(file, "deep/logs/x"), ["@logs"]);
        assert!(owners(file, "nobody/a.md").is_empty(), "a rule without owners takes them away");
        assert!(owners("", "a.md").is_empty());
        let hostile = format!("{} @x\n{}\n", "**/".repeat(5000), "[".repeat(5000));
        let _ = owners(&hostile, "a.md");
    }

    #[test]
    fn a_page_names_its_owners_itself() {
        let names = |value: Value| of_front_matter(&value).into_iter().map(|o| o.name).collect::<Vec<_>>();
        assert_eq!(names(json!({"owner": "@team, Ann "})), ["@team", "Ann"]);
        assert_eq!(names(json!({"owners": ["B", 3, "C"]})), ["B", "C"]);
        assert!(names(json!("text")).is_empty());
        let codeowners = Codeowners::parse("* @all");
        let (writers, committers) = (["W".to_owned()], ["W".to_owned(), "C".to_owned()]);
        let sources = |front: Option<&Value>, codeowners: &Codeowners| {
            let all = of("a.md", front, codeowners, &writers, &committers);
            all.into_iter().map(|o| format!("{} {}", o.source, o.name)).collect::<Vec<_>>()
        };
        assert_eq!(sources(Some(&json!({"owner": "X"})), &codeowners), ["front-matter X"]);
        assert_eq!(sources(None, &codeowners), ["codeowners @all"]);
        assert_eq!(sources(None, &Codeowners::default()), ["writer W", "committer C"]);
    }

    #[test]
    fn a_page_is_orphaned_when_all_who_wrote_it_have_left() {
        let person = |name: &str, day: &str| Person {
            name: name.into(),
            last_seen: format!("{day}T00:00:00Z").parse().unwrap(),
        };
        let head = "2026-06-01T00:00:00Z".parse().unwrap();
        let left = [person("A", "2024-01-01"), person("B", "2025-02-03")];
        let code = [person("A", "2024-01-01"), person("C", "2026-05-30"), person("D", "2026-05-01")];
        let orphaned_by = orphaned(&left, &code, head, 180).unwrap();
        assert_eq!(
            (orphaned_by.last_seen.as_str(), orphaned_by.successors),
            ("2025-02-03", vec!["C".into(), "D".into()])
        );
        assert!(orphaned(&[left[0].clone(), code[2].clone()], &code, head, 180).is_none());
        assert!(orphaned(&[], &code, head, 180).is_none(), "nobody is known");
        assert!(orphaned(&left, &[], head, 100_000).is_none());
    }
}
