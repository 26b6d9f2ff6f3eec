//! SARIF against the published schema, and what code scanning needs of it.

use serde_json::{Value, json};
use shelflife::finding::Level;
use shelflife::report::sarif;

use crate::support::audit::audit;

fn log() -> Value {
    let mut out = Vec::new();
    sarif::write(&mut out, &audit()).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn errors(log: &Value) -> Vec<String> {
    let mut schema: Value = serde_json::from_str(include_str!("../data/sarif-2.1.0.json")).unwrap();
    // A lone `]` is a pattern of JavaScript's lax mode; stricter readers want the same thing escaped.
    for holder in ["run", "toolComponent"] {
        let pattern = &mut schema["definitions"][holder]["properties"]["language"]["pattern"];
        assert_eq!(*pattern, "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$");
        *pattern = json!("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}\\]?$");
    }
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    validator.iter_errors(log).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn result<'a>(log: &'a Value, rule: &str) -> &'a Value {
    log["runs"][0]["results"].as_array().unwrap().iter().find(|r| r["ruleId"] == rule).unwrap()
}

#[test]
fn it_passes_the_official_schema() {
    let found = errors(&log());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn so_does_every_audit_of_an_example() {
    let rule = shelflife::rule::registry::get("dead-flag").unwrap();
    for example in rule.file.valid.iter().take(2) {
        let audit = crate::rules::run(example, Level::Medium);
        assert!(!audit.findings.is_empty(), "{}", example.name);
        assert_eq!(errors(&sarif::log(&audit)), Vec::<String>::new(), "{}", example.name);
        let mut plain = Vec::new();
        shelflife::report::plain::write(&mut plain, &audit, Default::default()).unwrap();
        let plain = String::from_utf8(plain).unwrap();
        assert!(plain.contains("\n    written 2024-02-09 in "), "{plain}");
        assert!(
            plain.contains("\n    removed 2024-12-25 by ") || plain.contains("\n    renamed 2024-12-25 by "),
            "{plain}"
        );
    }
}

#[test]
fn the_schema_is_really_applied() {
    let mut bad = log();
    bad["runs"][0]["results"][0]["level"] = json!("fatal");
    assert_eq!(errors(&bad).len(), 1);
    let mut bad = log();
    bad["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = json!("a b[");
    assert_eq!(errors(&bad).len(), 1);
    let mut bad = log();
    bad["runs"][0]["tool"]["driver"]["surprise"] = json!(1);
    assert_eq!(errors(&bad).len(), 1);
}

#[test]
fn levels_follow_severity_but_what_is_doubtful_is_a_note() {
    let log = log();
    assert_eq!(result(&log, "dead-flag")["level"], "error");
    assert_eq!(result(&log, "dead-symbol")["level"], "warning");
    assert_eq!(result(&log, "dead-path")["level"], "note");
    assert_eq!(result(&log, "dead-flag")["rank"], 97.0);
}

#[test]
fn every_result_names_its_rule_by_index() {
    let log = log();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    for rule in rules {
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("**Why it matters.**"));
    }
}

#[test]
fn places_are_exact_and_addresses_encoded() {
    let log = log();
    let location = &result(&log, "dead-flag")["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"], json!({ "uri": "docs/install%20guide.md", "uriBaseId": "%SRCROOT%" }));
    assert_eq!(location["region"], json!({ "startLine": 3, "startColumn": 14, "endLine": 3, "endColumn": 27 }));
    let location = &result(&log, "dead-symbol")["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "docs/evil%0A%5Bx%5D%28y%29.md");
}

#[test]
fn fixes_fingerprints_and_related_places() {
    let audit = audit();
    let log = log();
    let flag = result(&log, "dead-flag");
    let replacement = &flag["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "--config");
    assert_eq!(replacement["deletedRegion"]["endColumn"], 27);
    let fingerprint = &audit.findings.iter().find(|f| f.rule == "dead-flag").unwrap().fingerprint;
    assert_eq!(flag["partialFingerprints"]["shelflife/v1"], json!(fingerprint));
    // What is no longer at the head can't be opened.
    assert_eq!(flag.get("relatedLocations"), None);
    let related = &result(&log, "value-drift")["relatedLocations"];
    assert_eq!(related.as_array().unwrap().len(), 1);
    assert_eq!(related[0]["physicalLocation"]["artifactLocation"]["uri"], "config/default.yml");
    assert_eq!(related[0]["message"]["text"], "now: timeout: 60s");
}

#[test]
fn text_of_pages_makes_no_links_and_no_sequences() {
    let log = log();
    let all = serde_json::to_string(&log).unwrap();
    assert!(!all.contains("\\u001b["), "{all}");
    let message = result(&log, "dead-link")["message"]["text"].as_str().unwrap();
    assert!(message.contains("x\\](http://evil)"), "{message}");
    let message = result(&log, "dead-flag")["message"]["text"].as_str().unwrap();
    assert!(message.contains("\nremoved 2025-01-17 by 9999999 \"Rename"), "{message}");
}

#[test]
fn hidden_findings_and_undecided_pages_are_there() {
    let log = log();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let hidden: Vec<&Value> = results.iter().filter(|r| r.get("suppressions").is_some()).collect();
    assert_eq!(hidden.len(), 1);
    assert_eq!(
        hidden[0]["suppressions"],
        json!([{ "kind": "inSource", "status": "accepted", "justification": "kept for 1.x" }])
    );
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notifications.len(), 2);
    assert_eq!(notifications[1]["descriptor"]["id"], "too-large");
    assert_eq!(run["columnKind"], "unicodeCodePoints");
}

#[test]
fn the_same_audit_gives_the_same_bytes() {
    let write = || {
        let mut out = Vec::new();
        sarif::write(&mut out, &audit()).unwrap();
        out
    };
    assert_eq!(write(), write());
}

#[test]
fn hostile_strings_are_inert() {
    let mut out = Vec::new();
    sarif::write(&mut out, &crate::support::sample::hostile()).unwrap();
    let log: Value = serde_json::from_slice(&out).unwrap();
    let found = errors(&log);
    assert!(found.is_empty(), "{}", found.join("\n"));
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let text = result["message"]["text"].as_str().unwrap();
        let hidden =
            |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
        assert!(!text.contains(hidden), "{text:?}");
        // A million characters are clipped, but in an address, which would lead elsewhere.
        assert!(text.len() < 20_000, "{}", text.len());
        // Code scanning makes links of `[text](address)`, of no other form.
        assert!(!text.replace("\\]", "").contains("]("), "{text:?}");
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.contains([' ', '<', '"', '\n', '\u{202e}']), "{uri:?}");
    }
}
