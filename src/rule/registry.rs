//! All rules, built into the program.

use std::sync::LazyLock;

use super::definition::{Definition, RuleFile, RuleFileError};
use crate::config::{OptionSpec, RuleSpec};

macro_rules! rule_files {
    ($(($area:literal, $id:literal)),+ $(,)?) => {
        &[$(($area, $id, include_str!(concat!("../../rules/", $area, "/", $id, ".toml")))),+]
    };
}

/// The rule files: area, id, text. A test compares this table with the folder.
static FILES: &[(&str, &str, &str)] = rule_files![
    ("judge", "contradiction"),
    ("reference", "dead-command"),
    ("reference", "dead-config-key"),
    ("reference", "dead-env-var"),
    ("reference", "dead-flag"),
    ("reference", "dead-link"),
    ("reference", "dead-metric"),
    ("reference", "dead-path"),
    ("reference", "dead-resource"),
    ("reference", "dead-route"),
    ("reference", "dead-symbol"),
    ("suppression", "expired-suppression"),
    ("suppression", "invalid-suppression"),
    ("suppression", "unused-suppression"),
    ("value", "list-drift"),
    ("value", "moved-reference"),
    ("value", "signature-drift"),
    ("value", "value-drift"),
    ("value", "version-drift"),
];

struct Registry {
    rules: Vec<Definition>,
    errors: Vec<RuleFileError>,
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let mut registry = Registry { rules: Vec::new(), errors: Vec::new() };
    for &(area, id, text) in FILES {
        match RuleFile::parse(area, id, text) {
            Ok(file) => registry.rules.push(Definition { area, file }),
            Err(error) => registry.errors.push(error),
        }
    }
    registry
});

/// All rules, by area and id.
#[must_use]
pub fn all() -> &'static [Definition] {
    &REGISTRY.rules
}

/// Built-in rule files that could not be read. A test keeps this empty.
#[must_use]
pub fn errors() -> &'static [RuleFileError] {
    &REGISTRY.errors
}

/// The rule called `id`, under its present name or a former one.
#[must_use]
pub fn get(id: &str) -> Option<&'static Definition> {
    find(all(), id)
}

/// The id nearest to `id`, if one is near: for "did you mean".
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    // A word of a page can be of any length; the measure is quadratic.
    let id: String = id.chars().take(64).collect();
    let near = all().iter().map(|d| (strsim::levenshtein(&id, d.id()), d.id())).min();
    near.filter(|&(distance, _)| distance <= 3).map(|(_, id)| id)
}

/// What the configuration needs to know of the rules.
#[must_use]
pub fn specs() -> Vec<RuleSpec> {
    let spec = |d: &Definition| RuleSpec {
        id: d.file.id.clone(),
        formerly: d.file.formerly.clone(),
        options: d
            .file
            .options
            .iter()
            .map(|(name, option)| OptionSpec { name: name.clone(), default: option.default.clone() })
            .collect(),
    };
    all().iter().map(spec).collect()
}

fn find<'a>(rules: &'a [Definition], id: &str) -> Option<&'a Definition> {
    rules.iter().find(|d| d.id() == id).or_else(|| rules.iter().find(|d| d.file.formerly.iter().any(|f| f == id)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_embedded_file_reads() {
        let errors: Vec<String> = errors().iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }

    #[test]
    fn the_table_and_the_folder_agree() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let mut on_disk = BTreeSet::new();
        for area in ["judge", "reference", "value", "suppression"] {
            for entry in std::fs::read_dir(root.join(area)).unwrap() {
                let path = entry.unwrap().path();
                assert_eq!(path.extension().and_then(|e| e.to_str()), Some("toml"), "{}", path.display());
                on_disk.insert((area.to_owned(), path.file_stem().unwrap().to_str().unwrap().to_owned()));
            }
        }
        let embedded: Vec<(String, String)> = FILES.iter().map(|f| (f.0.to_owned(), f.1.to_owned())).collect();
        assert_eq!(embedded, on_disk.into_iter().collect::<Vec<_>>(), "registry and folder");
    }

    #[test]
    fn ids_are_unique_former_ones_included() {
        let mut seen = BTreeSet::new();
        for rule in all() {
            for id in std::iter::once(&rule.file.id).chain(&rule.file.formerly) {
                assert!(seen.insert(id), "{id} names two rules");
            }
        }
    }

    #[test]
    fn every_rule_about_references_has_its_check() {
        let checks = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rule/checks");
        if !checks.is_dir() {
            return;
        }
        for rule in all().iter().filter(|r| r.area == "reference") {
            let file = checks.join(format!("{}.rs", rule.id().replace('-', "_")));
            assert!(file.is_file(), "{} is missing", file.display());
        }
    }

    #[test]
    fn the_accusing_rules_have_enough_examples() {
        for rule in all().iter().filter(|r| r.area == "reference") {
            assert!(rule.file.valid.len() >= 5, "{}: {} valid", rule.id(), rule.file.valid.len());
            assert!(rule.file.invalid.len() >= 6, "{}: {} invalid", rule.id(), rule.file.invalid.len());
        }
    }

    #[test]
    fn a_former_id_leads_to_the_rule() {
        let mut rule = get("dead-flag").unwrap().clone();
        rule.file.formerly = vec!["gone-flag".to_owned()];
        let rules = [rule];
        assert_eq!(find(&rules, "gone-flag").map(Definition::id), Some("dead-flag"));
        assert_eq!(find(&rules, "dead-flag").map(Definition::id), Some("dead-flag"));
        assert_eq!(find(&rules, "dead-flags").map(Definition::id), None);
    }

    #[test]
    fn near_ids_are_proposed() {
        assert_eq!(nearest("dead-flags"), Some("dead-flag"));
        assert_eq!(nearest("ded-flag"), Some("dead-flag"));
        assert_eq!(nearest("something-else-entirely"), None);
    }
}
