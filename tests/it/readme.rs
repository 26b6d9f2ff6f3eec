//! What the README shows is what the program does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use shelflife::config::{Origin, parse};
use shelflife::rule::registry;

use crate::support::Repo;
use crate::support::program::run;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The content of the code block behind the comment `mark`.
fn block(mark: &str) -> String {
    let readme = readme();
    let (_, after) = readme.split_once(&format!("<!-- {mark} -->\n```")).unwrap_or_else(|| panic!("no `{mark}`"));
    let (_, after) = after.split_once('\n').unwrap();
    after.split_once("```\n").unwrap().0.to_owned()
}

/// Asserts that the block behind `mark` is `text`; with `SHELFLIFE_UPDATE_README` set, makes it so.
#[track_caller]
fn shows(mark: &str, text: &str) {
    if std::env::var_os("SHELFLIFE_UPDATE_README").is_some() {
        let updated = readme().replace(&format!("{}```\n", block(mark)), &format!("{text}```\n"));
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), updated).unwrap();
    }
    assert_eq!(block(mark), text, "run the tests with SHELFLIFE_UPDATE_README=1 to put it there");
}

/// The repository that the README's first report is about.
fn shown() -> Repo {
    let repo = Repo::new();
    let page = "# Installing\n\nlanternd reads `lantern.toml`; name another file with `--config-file`.\n\n\
                The defaults stand in `src/defaults.rs`.\n";
    let cli = |field: &str| {
        format!(
            "use clap::Parser;\nuse std::path::PathBuf;\n\n#[derive(Parser)]\npub struct Cli {{\n    \
             /// The configuration.\n    #[arg(long)]\n    pub {field}: PathBuf,\n}}\n\n\
             pub fn path(cli: &Cli) -> &PathBuf {{\n    &cli.{field}\n}}\n"
        )
    };
    let manifest = "[package]\nname = \"lanternd\"\nversion = \"0.1.0\"\n";
    repo.author("Ada Marsh", "ada@example.org");
    let (old, new) = (cli("config_file"), cli("config"));
    let begin = [
        ("Cargo.toml", manifest),
        ("docs/install.md", page),
        ("src/cli.rs", &old),
        ("src/defaults.rs", "pub const PORT: u16 = 8080;\npub const HOST: &str = \"localhost\";\n"),
    ];
    repo.commit(&begin, &[], "Begin", 1523);
    repo.author("Bo Field", "bo@example.org");
    repo.commit(&[("src/cli.rs", &new)], &[], "Rename --config-file to --config", 1842);
    repo.rename("src/defaults.rs", "src/settings/defaults.rs", "Group the settings", 1901);
    repo
}

#[test]
fn the_report_shown_is_the_report_given() {
    let repo = shown();
    let report = run(repo.path(), ["audit", "--now", "2026-01-31"]).ended(1);
    shows("output: audit", &format!("$ shelflife audit\n{}", report.stdout));
}

#[test]
fn the_help_shown_is_the_help_given() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("within");
    fs::create_dir(&within).unwrap();
    let help = run(&within, ["audit", "-h"]).ended(0);
    shows("output: audit -h", &format!("$ shelflife audit -h\n{}", help.stdout));
    let long = run(&within, ["audit", "--help"]).ended(0).stdout;
    let (_, statuses) = long.split_once("Exit status:\n").unwrap();
    for line in statuses.lines() {
        let (status, meaning) = line.trim().split_once("  ").unwrap();
        let cell = |text: &str| text.replace('`', "");
        let row = format!("| {status} | {meaning} |");
        assert!(readme().lines().any(|line| cell(line) == row), "{row}");
    }
}

#[test]
fn the_example_configuration_is_valid_and_holds_every_key() {
    let text = block("example: shelflife.toml");
    parse(&text, Path::new("README.md"), Origin::Found, &registry::specs()).unwrap();
    let example: Value = serde_json::to_value(toml::from_str::<toml::Value>(&text).unwrap()).unwrap();
    let schema = shelflife::schema::all().into_iter().find(|s| s.file == "config.json").unwrap();
    let schema: Value = serde_json::from_str(&schema.json).unwrap();
    let mut missing = BTreeSet::new();
    compare(&schema, &schema, &example, "", &mut missing);
    // What counts only in a file that the user names has pages of its own.
    let elsewhere = [
        ("judge", include_str!("../../docs/judge.md"), "[judge]"),
        ("source", include_str!("../../docs/sources-and-systems.md"), "[[source]]"),
        ("system", include_str!("../../docs/sources-and-systems.md"), "[[system]]"),
    ];
    for (key, page, section) in elsewhere {
        assert!(page.contains(section), "{section}");
        assert!(missing.remove(key), "{key} stands in the README; drop it here");
    }
    assert_eq!(missing, BTreeSet::new());
}

/// Collects the keys of `schema` that `example` lacks.
fn compare(root: &Value, schema: &Value, example: &Value, at: &str, missing: &mut BTreeSet<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if schema["type"] == "array" {
        return compare(root, &schema["items"], &example[0], at, missing);
    }
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        match example.get(key) {
            Some(value) => compare(root, inner, value, &format!("{at}{key}."), missing),
            None => _ = missing.insert(format!("{at}{key}")),
        }
    }
    if schema["additionalProperties"].is_object()
        && let Some((key, value)) = example.as_object().and_then(|table| table.iter().find(|(_, v)| v.is_object()))
    {
        compare(root, &schema["additionalProperties"], value, &format!("{at}{key}."), missing);
    }
}
