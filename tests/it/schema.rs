//! The schemas in `docs/schema/` are those of the program, and they tell right from wrong.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shelflife::schema;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema")
}

/// A validator for the checked-in schema `file`.
pub fn validator(file: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(folder().join(file)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// All that `validator` has against `value`, a line each.
pub fn problems(validator: &jsonschema::Validator, value: &Value) -> String {
    validator.iter_errors(value).map(|e| format!("{}: {e}\n", e.instance_path())).collect()
}

fn toml(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap()
}

#[test]
fn the_folder_holds_what_the_program_writes() {
    let mut names = Vec::new();
    for made in schema::all() {
        let path = folder().join(made.file);
        let stored = fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == made.json, "{} is not up to date: run `cargo run -- generate schema`", path.display());
        names.push(made.file.to_owned());
    }
    let mut stored: Vec<String> =
        fs::read_dir(folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    stored.sort();
    assert_eq!(stored, names);
}

#[test]
fn every_rule_file_fits_its_schema() {
    let validator = validator("rule.json");
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for rule in shelflife::rule::registry::all() {
        let text = fs::read_to_string(rules.join(rule.area).join(format!("{}.toml", rule.id()))).unwrap();
        assert_eq!(problems(&validator, &toml(&text)), "", "{}", rule.id());
    }
    assert_ne!(problems(&validator, &json!({"id": "x"})), "");
}

#[test]
fn the_schema_of_the_configuration_agrees_with_the_reader() {
    let validator = validator("config.json");
    let specs = shelflife::rule::registry::specs();
    for (text, right) in [
        ("", true),
        ("fail_on = \"never\"\nmin_confidence = \"low\"\njobs = 2\nbaseline = \"b.json\"", true),
        ("[documents]\ninclude = [\"a/**\"]\nexclude = []", true),
        ("[rules.dead-flag]\nenabled = false\nseverity = \"note\"\nmin_confidence = \"high\"", true),
        ("[cache]\nmax = \"10 MB\"", true),
        ("[export]\nmax_excluded = 0.5", true),
        ("[[version]]\ndocs = \"v{v}/**\"\nref = \"v{v}\"", true),
        ("fail_on = \"warn\"", false),
        ("jobs = 0", false),
        ("jobs = 2000", false),
        ("[document]", false),
        ("[documents]\ninclude = \"a\"", false),
        ("[rules.dead-flag]\nseverity = 3", false),
        ("[cache]\nmax = \"ten\"", false),
        ("[export]\nmax_excluded = 2.0", false),
        ("[[version]]\ndocs = \"v\"", false),
    ] {
        let read = shelflife::config::parse(text, Path::new("f"), shelflife::config::Origin::Given, &specs);
        assert_eq!(read.is_ok(), right, "{text}: {read:?}");
        assert_eq!(validator.is_valid(&toml(text)), right, "{text}");
    }
}

#[test]
fn a_real_audit_fits_its_schema() {
    let repo = crate::cli::stale();
    let audit = crate::support::program::run(repo.path(), ["audit", "--format", "json"]).ended(1).json();
    let validator = validator("audit-v1.json");
    assert_eq!(problems(&validator, &audit), "");
    let mut wrong = audit;
    wrong["findings"][0]["severity"] = json!("fatal");
    assert!(!validator.is_valid(&wrong));
}
