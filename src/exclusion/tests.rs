use std::path::Path;

use serde_json::{Value, json};

use super::list::v1::List;
use super::samples::{Page, audit, finding, written};
use super::target::Target;
use super::{ExportError, Options, Outcome, Output, diff, export};
use crate::report::json::v1::Action;
use crate::triage::policy::Policy;

fn to(folder: &Path, audit: &Value, options: &Options, name: &str) -> Result<Outcome, ExportError> {
    let audit = written(folder, audit);
    export(&audit, &Policy::builtin().unwrap(), options, Output::Path(&folder.join(name)))
}

fn list(folder: &Path, name: &str) -> List {
    List::read(Path::new(name), std::fs::read(folder.join(name)).unwrap().as_slice()).unwrap()
}

fn names(list: &List) -> Vec<String> {
    let name = |e: &super::list::v1::Entry| {
        let action = serde_json::to_value(e.action).unwrap();
        format!("{} {}#{}", action.as_str().unwrap(), e.document, e.section.as_deref().unwrap_or("*"))
    };
    list.entries.iter().map(name).collect()
}

fn free(target: Target) -> Options {
    Options { max_excluded: 1.0, ..Options::new(target) }
}

#[test]
fn the_list_names_pages_and_sections_with_reasons_and_proofs() {
    let folder = tempfile::tempdir().unwrap();
    let pages = [Page("a.md", &[true, false, false]), Page("b.md", &[true]), Page("c.md", &[false])];
    let outcome = to(folder.path(), &audit(&pages), &free(Target::List), "list.json").unwrap();
    assert_eq!((outcome.counts.documents_excluded, outcome.counts.sections_excluded, outcome.partly), (1, 2, 1));
    let list = list(folder.path(), "list.json");
    assert_eq!(names(&list), ["demote a.md#*", "exclude a.md#s0", "exclude b.md#*", "exclude b.md#s0"]);
    let entry = &list.entries[1];
    assert_eq!(entry.reasons, ["dead-flag: `--x` is gone from the code (line 5)"]);
    assert_eq!(entry.evidence[0].url.as_deref(), Some("https://example.org/o/app/commit/9be0d11"));
    assert_eq!(entry.since.unwrap().date_naive().to_string(), "2026-02-03");
    assert_eq!((entry.weight, entry.freshness), (0.0, 42));
    assert_eq!((entry.lines.as_slice(), list.entries[0].lines.as_slice()), (&[[5, 5]][..], &[][..]));
    assert_eq!(entry.ids.heading_path.as_deref(), Some(&["Top".to_owned(), "S0".to_owned()][..]));
    // The same again gives the same bytes.
    let first = std::fs::read(folder.path().join("list.json")).unwrap();
    to(folder.path(), &audit(&pages), &free(Target::List), "list.json").unwrap();
    assert_eq!(first, std::fs::read(folder.path().join("list.json")).unwrap());
}

#[test]
fn list_and_freshness_agree() {
    let folder = tempfile::tempdir().unwrap();
    let pages = [Page("a.md", &[true, false, false]), Page("b.md", &[true]), Page("c.md", &[false])];
    to(folder.path(), &audit(&pages), &free(Target::List), "list.json").unwrap();
    // `freshness` has no fuse.
    to(folder.path(), &audit(&pages), &Options::new(Target::Freshness), "freshness.jsonl").unwrap();
    let text = std::fs::read_to_string(folder.path().join("freshness.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 8);
    let not_included: Vec<&Value> = lines.iter().filter(|l| l["action"] != "include").collect();
    let entries = list(folder.path(), "list.json").entries;
    assert_eq!(entries.len(), not_included.len());
    for (entry, line) in entries.iter().zip(not_included) {
        assert_eq!(line["document"], json!(entry.document));
        assert_eq!(line["section"], json!(entry.section));
        assert_eq!(line["freshness"], json!(entry.freshness));
        assert_eq!(line["weight"], json!(entry.weight));
        assert_eq!(line["lines"].as_array().map_or(0, Vec::len), entry.lines.len());
        assert_eq!(line["since"], serde_json::to_value(entry.since).unwrap());
    }
}

#[test]
fn the_fuse_keeps_the_previous_list() {
    let folder = tempfile::tempdir().unwrap();
    let few: Vec<Page<'_>> = vec![Page("a.md", &[true]), Page("b.md", &[false]), Page("c.md", &[false])];
    for name in ["list.json", "other.json"] {
        std::fs::write(folder.path().join(name), "{\"kept\": true}").unwrap();
    }
    let mut options = Options { max_excluded: 0.2, ..Options::new(Target::Qdrant) };
    let error = to(folder.path(), &audit(&few), &options, "other.json").unwrap_err();
    assert!(matches!(error, ExportError::Fuse(_)), "{error}");
    assert_eq!(std::fs::read_to_string(folder.path().join("other.json")).unwrap(), "{\"kept\": true}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "a temporary file is left");
    options.max_excluded = 0.5;
    to(folder.path(), &audit(&few), &options, "other.json").unwrap();
    // A stream gets nothing either.
    let mut out = Vec::new();
    options.max_excluded = 0.2;
    let path = written(folder.path(), &audit(&few));
    assert!(export(&path, &Policy::builtin().unwrap(), &options, Output::Stream(&mut out)).is_err());
    assert!(out.is_empty());
    options.max_excluded = 1.5;
    assert!(matches!(to(folder.path(), &audit(&few), &options, "x").unwrap_err(), ExportError::Usage(_)));
    // What stands under the name of a list and is none is not overwritten.
    let error = to(folder.path(), &audit(&few), &free(Target::List), "list.json").unwrap_err();
    assert!(matches!(error, ExportError::NoList { .. }), "{error}");
}

#[test]
fn a_section_leaves_the_list_when_it_is_right_again() {
    let folder = tempfile::tempdir().unwrap();
    let pages = [Page("a.md", &[true, false, false]), Page("b.md", &[false])];
    let run = |audit: &Value| {
        let outcome = to(folder.path(), audit, &free(Target::List), "list.json").unwrap();
        (outcome.held, names(&list(folder.path(), "list.json")))
    };
    let sure = audit(&pages);
    let on_it = vec!["demote a.md#*".to_owned(), "exclude a.md#s0".to_owned()];
    assert_eq!(run(&sure), (0, on_it.clone()));
    // Less sure: it would not be excluded by itself.
    let mut unsure = sure.clone();
    unsure["findings"][0]["confidence"]["probability"] = json!(0.45);
    assert_eq!(run(&unsure), (1, on_it.clone()));
    // Below what is reported at all.
    let mut weak = sure.clone();
    weak["findings"] = json!([]);
    weak["weak"] = json!([{"document": "a.md", "section": "s0", "fingerprint": "f0"}]);
    assert_eq!(run(&weak), (1, on_it.clone()));
    // Not to be decided today.
    let mut doubt = sure.clone();
    doubt["findings"] = json!([]);
    doubt["inconclusive"] = json!([{"document": "a.md", "reason": "unreadable", "message": "m"}]);
    assert_eq!(run(&doubt), (1, on_it));
    let kept = list(folder.path(), "list.json");
    assert_eq!(kept.entries[1].since.unwrap().date_naive().to_string(), "2026-02-03", "since when is kept");
    assert!(kept.entries[1].reasons.iter().any(|r| r.contains("not right again")));
    assert_eq!(kept.inconclusive[0].reason, "unreadable");
    // Right again; and once off, the unsure finding does not bring it back.
    let right = audit(&[Page("a.md", &[false, false, false]), Page("b.md", &[false])]);
    assert_eq!(run(&right), (0, vec![]));
    assert_eq!(run(&unsure), (0, vec!["demote a.md#*".to_owned(), "demote a.md#s0".to_owned()]));
}

#[test]
fn lines_of_a_long_section_leave_the_list_when_they_are_right_again() {
    let folder = tempfile::tempdir().unwrap();
    let run = |audit: &Value| {
        let outcome = to(folder.path(), audit, &free(Target::List), "list.json").unwrap();
        let list = list(folder.path(), "list.json");
        let section = list.entries.iter().find(|e| e.section.is_some()).cloned();
        (outcome.held, section.map(|e| (e.action, e.lines)))
    };
    let mut sure = audit(&[Page("a.md", &[true])]);
    sure["documents"][0]["sections"][0]["end"] = json!(400);
    assert_eq!(run(&sure), (0, Some((Action::Demote, vec![[5, 5]]))));
    // Less sure, and three lines further down.
    let mut unsure = sure.clone();
    unsure["findings"][0]["confidence"]["probability"] = json!(0.45);
    unsure["documents"][0]["sections"][0]["start"] = json!(4);
    unsure["documents"][0]["sections"][0]["end"] = json!(403);
    assert_eq!(run(&unsure), (1, Some((Action::Demote, vec![[8, 8]]))));
    assert_eq!(run(&unsure), (1, Some((Action::Demote, vec![[8, 8]]))));
    // Of another text nothing is known.
    unsure["documents"][0]["sections"][0]["content_hash"] = json!("fnv1a:other");
    assert_eq!(run(&unsure), (0, Some((Action::Demote, vec![]))));
    assert_eq!(run(&sure).0, 0);
    sure["findings"] = json!([]);
    assert_eq!(run(&sure), (0, None));
}

#[test]
fn a_page_comes_back_when_little_of_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let run = |wrong: &[bool]| {
        to(folder.path(), &audit(&[Page("a.md", wrong)]), &free(Target::List), "list.json").unwrap();
        names(&list(folder.path(), "list.json")).remove(0)
    };
    assert_eq!(run(&[true, true, false, false, false]), "demote a.md#*");
    assert_eq!(run(&[true, true, true, false, false]), "exclude a.md#*");
    assert_eq!(run(&[true, true, false, false, false]), "exclude a.md#*");
    assert_eq!(run(&[true, false, false, false, false]), "demote a.md#*");
    assert_eq!(run(&[true, true, false, false, false]), "demote a.md#*");
}

#[test]
fn verdicts_of_the_audit_stand_unless_a_policy_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut given = audit(&[Page("a.md", &[true, false, false])]);
    given["documents"][0]["sections"][0]["verdict"] = json!({"status": "stale", "freshness": 90, "action": "include"});
    for i in [1, 2] {
        given["documents"][0]["sections"][i]["verdict"] =
            json!({"status": "fresh", "freshness": 100, "action": "include"});
    }
    to(folder.path(), &given, &free(Target::List), "list.json").unwrap();
    assert!(list(folder.path(), "list.json").entries.is_empty());
    let options = Options { recompute: true, ..free(Target::List) };
    to(folder.path(), &given, &options, "list.json").unwrap();
    assert_eq!(list(folder.path(), "list.json").entries.len(), 2);
}

#[test]
fn audits_of_a_change_and_of_other_versions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut value = audit(&[Page("a.md", &[true])]);
        change(&mut value);
        to(folder.path(), &value, &free(Target::Qdrant), "out").unwrap_err()
    };
    let error = refused(&|a| a["scope"] = json!("change"));
    assert!(matches!(error, ExportError::Scope { .. }) && error.to_string().contains("`--base`"), "{error}");
    let error = refused(&|a| a["schema_version"] = json!(2));
    assert!(error.to_string().contains("schema version 2"), "{error}");
    // A later version may differ in anything.
    let error = refused(&|a| *a = json!({"findings": {"new": "form"}, "schema_version": 3}));
    assert!(matches!(error, ExportError::Version { .. }), "{error}");
    for broken in [json!([]), json!({}), json!({"schema_version": 1}), json!(null)] {
        let error = refused(&|a| *a = broken.clone());
        assert!(matches!(error, ExportError::NoAudit { .. }), "{error}");
    }
    let missing = export(
        Path::new("no/such/audit.json"),
        &Policy::builtin().unwrap(),
        &free(Target::List),
        Output::Stream(&mut Vec::new()),
    );
    assert!(missing.unwrap_err().to_string().starts_with("no/such/audit.json: "));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn findings_may_come_before_or_after_the_pages() {
    let folder = tempfile::tempdir().unwrap();
    let value = audit(&[Page("a.md", &[true])]);
    let mut text = value.to_string();
    let key = ",\"findings\":";
    // Alphabetic order puts the pages first; this moves the findings before them.
    let findings = serde_json::to_string(&[finding("a.md", 0)]).unwrap();
    let cut = format!("{key}{findings}");
    assert!(text.contains(&cut));
    text = text.replacen(&cut, "", 1).replacen('{', &format!("{{\"findings\":{findings},"), 1);
    let path = folder.path().join("moved.json");
    std::fs::write(&path, text).unwrap();
    let policy = Policy::builtin().unwrap();
    let outcome = export(&path, &policy, &free(Target::List), Output::Stream(&mut Vec::new())).unwrap();
    assert_eq!(outcome.counts.sections_excluded, 1);
}

#[test]
fn bedrock_writes_a_folder_whole_and_replaces_only_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let pages = [Page("docs/a.md", &[true]), Page("docs/日本 'x'.md", &[false])];
    let options = free(Target::Bedrock);
    to(folder.path(), &audit(&pages), &options, "meta").unwrap();
    let file = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.path().join("meta").join(name)).unwrap()).unwrap()
    };
    assert_eq!(file("docs/a.md.metadata.json")["metadataAttributes"]["shelflife_action"], "exclude");
    assert_eq!(file("docs/日本 'x'.md.metadata.json")["metadataAttributes"]["shelflife_action"], "include");
    assert_eq!(file("filter.json")["notEquals"]["key"], "shelflife_action");
    to(folder.path(), &audit(&pages[1..]), &options, "meta").unwrap();
    assert!(!folder.path().join("meta/docs/a.md.metadata.json").exists(), "the old one is gone");
    // The fuse leaves the old one.
    to(folder.path(), &audit(&pages), &Options::new(Target::Bedrock), "meta").unwrap_err();
    assert!(!folder.path().join("meta/docs/a.md.metadata.json").exists());
    let hostile = [Page("../../escaped.md", &[true])];
    assert!(matches!(to(folder.path(), &audit(&hostile), &options, "meta"), Err(ExportError::Unfit { .. })));
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/file"), "x").unwrap();
    assert!(to(folder.path(), &audit(&pages), &options, "mine").unwrap_err().to_string().contains("no export made"));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn the_difference_of_two_lists_is_named() {
    let folder = tempfile::tempdir().unwrap();
    to(
        folder.path(),
        &audit(&[Page("a.md", &[true, false, false]), Page("b\n.md", &[true])]),
        &free(Target::List),
        "old",
    )
    .unwrap();
    to(
        folder.path(),
        &audit(&[Page("a.md", &[true, true, false]), Page("b\n.md", &[false])]),
        &free(Target::List),
        "new",
    )
    .unwrap();
    let lines = diff::lines(&list(folder.path(), "old"), &list(folder.path(), "new"));
    let starts: Vec<&str> = lines.iter().map(|l| l.split(": ").next().unwrap()).collect();
    assert_eq!(starts, ["~ demote -> exclude a.md", "+ exclude a.md#s1", "- exclude b\\n.md", "- exclude b\\n.md#s0"]);
    assert!(diff::lines(&list(folder.path(), "new"), &list(folder.path(), "new")).is_empty());
}

#[test]
fn lists_are_as_the_published_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/exclusion-list-v1.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = tempfile::tempdir().unwrap();
    to(folder.path(), &audit(&[Page("a.md", &[true, false, false])]), &free(Target::List), "list").unwrap();
    let value: Value = serde_json::from_slice(&std::fs::read(folder.path().join("list")).unwrap()).unwrap();
    assert!(validator.is_valid(&value));
    let mut wrong = value;
    wrong["entries"][0]["action"] = json!("drop");
    assert!(!validator.is_valid(&wrong));
}
