//! Configurations that are right, wrong, and not to be trusted.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::finding::{Level, Severity};

fn known() -> Vec<RuleSpec> {
    vec![
        RuleSpec {
            id: "dead-flag".into(),
            formerly: vec!["gone-flag".into()],
            options: vec![
                OptionSpec { name: "ignore".into(), default: OptionValue::List(Vec::new()) },
                OptionSpec { name: "weight".into(), default: OptionValue::Float(0.5) },
                OptionSpec { name: "lines".into(), default: OptionValue::Integer(3) },
            ],
        },
        RuleSpec { id: "dead-path".into(), formerly: Vec::new(), options: Vec::new() },
    ]
}

fn given(text: &str) -> Result<Config, ConfigError> {
    parse(text, Path::new("shelflife.toml"), Origin::Given, &known()).map(|loaded| loaded.config)
}

/// The error and its hint, as a user would see them.
fn refusal(text: &str) -> (String, String) {
    let error = given(text).unwrap_err();
    (error.to_string(), error.help().unwrap_or_default().to_owned())
}

#[test]
fn an_empty_file_is_the_default() {
    let config = given("").unwrap();
    assert_eq!(config, Config { file: Some(PathBuf::from("shelflife.toml")), ..Config::default() });
    assert_eq!(config.cache.max, 2 << 30);
}

#[test]
fn every_section_is_read() {
    let config = given(
        r#"
        min_confidence = "high"
        fail_on = "never"
        baseline = "known/baseline.json"
        jobs = 3

        [documents]
        include = ["handbook/**/*.txt", "notes/"]
        exclude = ["./docs/old/*.md"]

        [rules.dead-flag]
        enabled = false
        severity = "note"
        min_confidence = "low"
        ignore = ["--x"]
        weight = 1
        lines = 7

        [cache]
        max = "500 MB"

        [[version]]
        docs = "versioned_docs/version-{v}/**"
        ref = "v{v}"

        [export]
        max_excluded = 0.5
        "#,
    )
    .unwrap();
    assert_eq!(config.run.min_confidence, Some(Level::High));
    assert_eq!(config.run.fail_on, Some(FailOn::Never));
    assert_eq!(config.run.baseline.as_deref(), Some(Path::new("known/baseline.json")));
    assert_eq!(config.run.jobs.map(usize::from), Some(3));
    let globs = |globs: &[globset::Glob]| globs.iter().map(|g| g.glob().to_owned()).collect::<Vec<_>>();
    assert_eq!(globs(&config.documents.include), ["handbook/**/*.txt", "notes/**"]);
    assert_eq!(globs(&config.documents.exclude), ["docs/old/*.md"]);
    let rule = config.rule("dead-flag");
    assert_eq!(
        (rule.enabled, rule.severity, rule.min_confidence),
        (Some(false), Some(Severity::Note), Some(Level::Low))
    );
    assert_eq!(rule.options["ignore"], OptionValue::List(vec!["--x".into()]));
    assert_eq!(rule.options["weight"], OptionValue::Float(1.0));
    assert_eq!(rule.options["lines"], OptionValue::Integer(7));
    assert_eq!(config.rule("dead-path"), RuleConfig::default());
    assert_eq!(config.cache.max, 500_000_000);
    assert_eq!(config.versions[0].release_of("versioned_docs/version-1.2/a/b.md"), Some("1.2"));
    assert!((config.export.max_excluded - 0.5).abs() < f64::EPSILON);
}

#[test]
fn a_former_name_of_a_rule_still_works() {
    let config = given("[rules.gone-flag]\nenabled = false").unwrap();
    assert_eq!(config.rule("dead-flag").enabled, Some(false));
    let (error, _) = refusal("[rules.gone-flag]\n[rules.dead-flag]");
    assert!(error.contains("rule `dead-flag` is set twice"), "{error}");
}

#[test]
fn a_wrong_key_is_pointed_at_and_the_right_one_offered() {
    for (text, message, hint) in [
        ("[documnets]\n", "shelflife.toml:1:2: unknown key `documnets`", "did you mean `documents`?"),
        ("\n\nmin-confidence = \"low\"", "shelflife.toml:3:1: unknown key `min-confidence`", "`min_confidence`?"),
        ("[documents]\nexlude = []", "shelflife.toml:2:1: unknown key `exlude`", "did you mean `exclude`?"),
        ("[rules.dead-flags]", "shelflife.toml:1:8: unknown rule `dead-flags`", "did you mean `dead-flag`?"),
        (
            "# 設定\n[rules]\ndead-flag.ignroe = []",
            "shelflife.toml:3:11: unknown key `ignroe` for rule `dead-flag`",
            "did you mean `ignore`?",
        ),
        ("[rules.dead-path]\nignore = []", "2:1: unknown key `ignore` for rule `dead-path`", "allowed: `enabled`"),
        ("[[version]]\ndocs = \"a\"\nref = \"b\"\nreff = 1", "shelflife.toml:4:1: unknown key `reff`", "`ref`?"),
        ("zzz = 1", "shelflife.toml:1:1: unknown key `zzz`", "allowed: `min_confidence`, "),
    ] {
        let (error, help) = refusal(text);
        assert!(error.contains(message), "{text:?}: {error}");
        assert!(help.contains(hint), "{text:?}: {help}");
    }
}

#[test]
fn a_wrong_value_is_pointed_at() {
    for (text, message, hint) in [
        ("fail_on = \"warn\"", ":1:11: `warn` is not allowed here", "did you mean `warning`?"),
        ("jobs = 0", ":1:8: `jobs` is a number from 1 to 1024", ""),
        ("jobs = -1", ":1:8: ", ""),
        ("jobs = \"4\"", ":1:8: invalid type", ""),
        ("[cache]\nmax = \"2 gigs\"", ":2:7: `2 gigs` is no size", "`2GiB`"),
        ("[cache]\nmax = \"99999999999TiB\"", ":2:7: ", ""),
        ("[export]\nmax_excluded = 1.5", ":2:16: ", "0.2"),
        ("[export]\nmax_excluded = nan", ":2:16: ", ""),
        ("[documents]\ninclude = [\"a\", \"b/{c\"]", ":2:17: `b/{c` is no valid pattern", ""),
        ("[documents]\ninclude = [\"../x\"]", ":2:12: `../x` leads out", "relative"),
        ("[documents]\nexclude = [\"\"]", ":2:12: an empty pattern", ""),
        ("[rules.dead-flag]\nenabled = \"yes\"", ":2:11: invalid type", ""),
        ("[rules.dead-flag]\nlines = true", ":2:9: `lines` of rule `dead-flag` takes a whole number", ""),
        ("[rules]\ndead-flag = false", ":2:13: invalid type", ""),
        ("[[version]]\ndocs = \"v/{v}/{v}\"\nref = \"v\"", ":2:8: `{v}` may stand only once", ""),
        ("[[version]]\ndocs = \"v1/**\"\nref = \"v{v}\"", ":2:8: `ref` has a `{v}`", "put `{v}`"),
        ("[[version]]\ndocs = \"v1/**\"\nref = \"HEAD~1\"", ":3:7: `HEAD~1` is no name", ""),
        ("[[version]]\ndocs = \"v1/**\"", "missing field `ref`", ""),
        ("baseline = \"\"", ":1:12: ", ""),
        ("a = ", ":1:5: ", ""),
        ("[documents]\n[documents]", ":2:2: ", ""),
        ("jobs = 1\njobs = 2", ":2:1: ", ""),
    ] {
        let (error, help) = refusal(text);
        assert!(error.contains(message), "{text:?}: {error}");
        assert!(help.contains(hint), "{text:?}: {help}");
        assert_eq!(error.lines().count(), 1, "{text:?}: {error}");
    }
}

#[test]
fn what_is_merely_found_decides_no_destination() {
    let text = r#"
jobs = 2
templates = "../x"

[judge]
base_url = "https://evil.example"

[[source]]
kind = "github"

[export]
api_key_env = "AWS_SECRET"
"#;
    let loaded = parse(text, Path::new("r/shelflife.toml"), Origin::Found, &known()).unwrap();
    assert_eq!(loaded.config.run.jobs.map(usize::from), Some(2));
    let warnings = loaded.warnings.join("\n");
    assert_eq!(loaded.warnings.len(), 4, "{warnings}");
    for (line, part) in
        loaded.warnings.iter().zip([":3:1: `templates`", ":5:2: `judge`", ":8:3: `source`", "`export.api_key_env`"])
    {
        assert!(line.contains(part) && line.contains("--config"), "{line}");
    }
    // The same file, given by the user, is read as it stands; this version knows none of these.
    assert!(parse(text, Path::new("r/shelflife.toml"), Origin::Given, &known()).is_err());
}

#[test]
fn a_found_system_may_not_lead_elsewhere() {
    let text = r#"
[[system]]
name = "far"
repo = "https://evil.example/a/b"
[[system]]
name = "part"
repo = "sub"
paths = ["services/pay/**"]
describes = ["docs/pay/**"]
"#;
    let loaded = parse(text, Path::new("r/shelflife.toml"), Origin::Found, &known()).unwrap();
    assert_eq!(loaded.config.systems.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["part"]);
    assert!(loaded.warnings.iter().any(|w| w.contains(":4:1: `system.repo`")), "{:?}", loaded.warnings);
    let loaded = parse(text, Path::new("r/shelflife.toml"), Origin::Given, &known()).unwrap();
    assert_eq!(loaded.config.systems.len(), 2);
    assert_eq!(loaded.config.systems[1].repo, Some(RepoAddress::Path("r/sub".into())));
}

#[test]
fn sources_and_systems_are_checked() {
    let config = given(
        r#"
bots = ["*[bot]", "Publisher"]
[[source]]
kind = "notion"
roots = ["https://www.notion.so/acme/Runbooks-1f0c"]
base_url = "http://127.0.0.1:8080/"
[[source]]
kind = "github-wiki"
repo = "acme/payments"
[[source]]
kind = "github"
repos = ["acme/*"]
[[system]]
name = "payments"
repo = "git@github.com:acme/payments.git"
ref = "latest-tag:v*"
describes = ["notion:Payments runbooks", "wiki:acme/payments", "docs/payments/**"]
"#,
    )
    .unwrap();
    assert_eq!(config.sources.len(), 3);
    assert_eq!(config.sources[0].base_url.as_ref().unwrap().as_str().trim_end_matches('/'), "http://127.0.0.1:8080");
    assert_eq!(config.systems[0].describes[0].kind, Some(crate::source::SourceKind::Notion));
    assert_eq!(config.systems[0].describes[2].kind, None);
    for (text, message) in [
        ("[[source]]\nkind = \"notion\"", "needs `roots`"),
        ("[[source]]\nkind = \"wiki\"", "`wiki` is not allowed here"),
        ("[[source]]\nkind = \"github\"\nrepos = [\"acme\"]", ":3:10: `acme` is no `owner/name`"),
        ("[[source]]\nkind = \"github\"\nrepos = [\"a/b\"]\nbase_url = \"http://h.example\"", "in the clear"),
        ("[[source]]\nkind = \"github\"\nrepos = [\"a/b\"]\nroots = [\"x\"]", "`roots` is only for"),
        ("[[system]]\nname = \"a\"\nrepo = \"ext::sh -c id\"", ":3:8: an address of the form `helper::…`"),
        ("[[system]]\nname = \"a\"\nrepo = \"https://tok@h.example/a/b\"", "may hold no credentials"),
        ("[[system]]\nname = \"a\"\nref = \"HEAD~1\"", "no name of a branch or tag"),
        ("[[system]]\nname = \"a\"\n[[system]]\nname = \"a\"", "two systems are called `a`"),
    ] {
        let (error, _) = refusal(text);
        assert!(error.contains(message), "{text:?}: {error}");
    }
}

#[test]
fn a_found_baseline_stays_within_the_repository() {
    for outside in ["/etc/passwd", "../x.json", "a/../../x.json"] {
        let text = format!("baseline = {outside:?}");
        let error = parse(&text, Path::new("r/shelflife.toml"), Origin::Found, &known()).unwrap_err();
        assert!(error.to_string().contains("leads out"), "{error}");
        assert!(parse(&text, Path::new("r/shelflife.toml"), Origin::Given, &known()).is_ok());
    }
    let loaded = parse("baseline = \"b.json\"", Path::new("r/shelflife.toml"), Origin::Found, &known()).unwrap();
    assert_eq!(loaded.config.run.baseline.as_deref(), Some(Path::new("r/b.json")));
}

#[test]
fn only_the_root_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("above/root");
    fs::create_dir_all(&root).unwrap();
    fs::write(folder.path().join("above/shelflife.toml"), "nonsense").unwrap();
    assert_eq!(find(&root, &known()).unwrap().config, Config::default());
    fs::write(root.join("shelflife.toml"), "jobs = 2").unwrap();
    assert_eq!(find(&root, &known()).unwrap().config.run.jobs.map(usize::from), Some(2));
}

#[test]
fn files_that_are_none_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shelflife.toml");
    fs::create_dir(&file).unwrap();
    assert!(find(folder.path(), &known()).unwrap_err().to_string().contains("no regular file"));
    fs::remove_dir(&file).unwrap();
    fs::write(&file, b"jobs = 1\n# \xff\n").unwrap();
    let error = find(folder.path(), &known()).unwrap_err().to_string();
    assert!(error.contains("shelflife.toml:2:3: the file is not UTF-8"), "{error}");
    fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
    assert!(find(folder.path(), &known()).unwrap_err().to_string().contains("larger than 1 MiB"));
    fs::write(&file, "\u{feff}jobs = 2").unwrap();
    assert_eq!(find(folder.path(), &known()).unwrap().config.run.jobs.map(usize::from), Some(2));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    fs::write(folder.path().join("secret"), "password = 1").unwrap();
    symlink("../secret", root.join("shelflife.toml")).unwrap();
    let error = find(&root, &known()).unwrap_err().to_string();
    assert!(error.contains("leads out of the repository") && !error.contains("password"), "{error}");
    fs::remove_file(root.join("shelflife.toml")).unwrap();
    fs::write(root.join("real.toml"), "jobs = 2").unwrap();
    symlink("real.toml", root.join("shelflife.toml")).unwrap();
    assert_eq!(find(&root, &known()).unwrap().config.run.jobs.map(usize::from), Some(2));
}

#[test]
fn hostile_files_end_with_an_error() {
    let deep = format!("a = {}", "[".repeat(100_000));
    let wide = format!("{} = 1", "x".repeat(500_000));
    let tables = (0..20_000).map(|n| format!("[t{n}]\n")).collect::<String>();
    let dotted = format!("{}x = 1", "a.".repeat(50_000));
    for text in [deep, wide, tables, dotted, "\0".into(), "\u{202e}=1".into()] {
        for origin in [Origin::Found, Origin::Given] {
            assert!(parse(&text, Path::new("f"), origin, &known()).is_err());
        }
    }
}

#[test]
fn sizes() {
    for (text, bytes) in [
        ("0", Some(0)),
        ("1024", Some(1024)),
        ("2GiB", Some(2 << 30)),
        ("2 gib", Some(2 << 30)),
        ("1kB", Some(1000)),
        ("1K", Some(1024)),
        ("", None),
        ("GiB", None),
        ("1.5GiB", None),
        ("-1", None),
        ("1 2", None),
        ("２GiB", None),
    ] {
        assert_eq!(cache::parse_size(text), bytes, "{text:?}");
    }
}

#[test]
fn releases_are_read_from_paths() {
    let version = |docs: &str, reference: &str| {
        given(&format!("[[version]]\ndocs = {docs:?}\nref = {reference:?}")).unwrap().versions.remove(0)
    };
    let v = version("versioned_docs/version-{v}/**", "v{v}");
    assert_eq!(v.release_of("versioned_docs/version-2.0-rc/x.md"), Some("2.0-rc"));
    assert_eq!(v.release_of("versioned_docs/version-/x.md"), None);
    assert_eq!(v.release_of("docs/x.md"), None);
    assert_eq!(v.reference_for("2.0"), "v2.0");
    let v = version("docs/{v}-old/*.md", "release/{v}");
    assert_eq!(v.release_of("docs/3-old/x.md"), Some("3"));
    assert_eq!(v.release_of("docs/3-old/a/x.md"), None);
    let v = version("docs/legacy/**", "v1");
    assert_eq!(v.release_of("docs/legacy/x.md"), Some(""));
    assert_eq!(v.reference_for(""), "v1");
}
