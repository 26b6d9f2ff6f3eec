//! What pages, commits and people are called does nothing in what is published.

use super::{HEAD, Work, body, full, of_change};
use crate::support::hub::Hub;
use shelflife::report::json::v1::{Audit, Scope};

/// What no text that we write may do with what pages, commits and people are called.
fn assert_inert(text: &str) {
    for word in ["@everyone", "<script", "<img", "\u{1b}", "\u{202e}", "{{", "]]>", "\u{0}"] {
        assert!(!text.contains(word), "{word:?} in {text}");
    }
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
}

fn hostile(scope: Scope) -> Audit {
    let words = "@everyone <script>x</script> <img src=x onerror=y> [a](javascript:b) ::set-env name=A::b \u{1b}[31m\
                 \u{202e}x ]]> {{ 7*7 }} {% raw %} -->\n::error::x\n<!-- shelflife:comment -->";
    let long = "長".repeat(1_000_000);
    let mut audit = if scope == Scope::Full { full(3) } else { of_change(3) };
    for (n, text) in [words.to_owned(), format!("{words}{long}"), format!("`{words}`")].into_iter().enumerate() {
        let finding = &mut audit.findings[n];
        finding.message.clone_from(&text);
        finding.rule.clone_from(&text);
        finding.location.text.clone_from(&text);
        let evidence = &mut finding.evidence;
        for witness in &mut evidence.witnesses {
            witness.path.clone_from(&text);
            witness.text.clone_from(&text);
        }
        let cause = evidence.cause.as_mut().unwrap();
        cause.commit.subject.clone_from(&text);
        cause.commit.author.clone_from(&text);
        cause.commit.id.clone_from(&text);
        evidence.replacement = Some(shelflife::report::json::v1::Replacement { text, votes: 1, of: 1 });
    }
    let id = format!("docs/{words}.md");
    audit.documents[0].id.clone_from(&id);
    audit.documents[0].title = words.into();
    audit.documents[0].signals.owners =
        vec![shelflife::report::json::v1::Owner { name: words.into(), source: "codeowners".into() }];
    for finding in &mut audit.findings {
        finding.location.document.clone_from(&id);
    }
    if let Some(change) = &mut audit.change {
        change.waived[0].text = words.into();
        change.waived[0].document = words.into();
    }
    audit.systems[0].name = words.into();
    audit
}

#[test]
fn nothing_that_is_called_anything_does_anything_in_a_comment() {
    let hub = Hub::new(HEAD);
    Work::new(&hostile(Scope::Change)).publish(&hub, "comment", &["--pull", "7"]).ended(0);
    let state = hub.state();
    let text = body(&state.comments[0]);
    assert!(text.len() <= 65_000);
    assert_inert(text);
    assert_eq!(text.matches("<!--").count(), 1, "{text}");
}

#[test]
fn nothing_that_is_called_anything_does_anything_in_an_issue() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&hostile(Scope::Full));
    for _ in 0..2 {
        work.publish(&hub, "issue", &["--mention-owners"]).ended(0);
    }
    let state = hub.state();
    let text = body(&state.issues[0]);
    assert!(text.len() <= 65_000);
    assert_inert(text);
    // The mark, the data, and one mark for each of the pages with boxes.
    assert_eq!(text.matches("<!--").count(), 3, "{text}");
}

#[test]
fn nothing_that_is_called_anything_does_anything_in_a_check() {
    let hub = Hub::new(HEAD);
    let mut audit = hostile(Scope::Change);
    // One page with an ordinary name: the others, whose names could mislead, are not annotated.
    let plain = audit.documents[0].clone();
    audit.documents.push(shelflife::report::json::v1::Document { id: "docs/plain.md".into(), ..plain });
    audit.findings[1].location.document = "docs/plain.md".into();
    Work::new(&audit).publish(&hub, "checks", &["--commit", HEAD]).ended(0);
    let state = hub.state();
    assert_eq!(state.checks[0]["output"]["annotations"].as_array().unwrap().len(), 1);
    let output = &state.checks[0]["output"];
    // GitHub shows annotations as plain text: hidden characters are what could mislead there.
    let text = output.to_string();
    for word in ["\u{1b}", "\\u001b", "\u{202e}", "\\u202e"] {
        assert!(!text.contains(word), "{word:?}");
    }
    assert!(text.len() < 200_000, "{}", text.len());
    assert!(output["summary"].as_str().is_some_and(|s| !s.contains('@')));
}

#[test]
fn nothing_that_is_called_anything_does_anything_in_annotations() {
    let audit = hostile(Scope::Change);
    let mut out = Vec::new();
    shelflife::report::github::write(&mut out, &audit).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.len() < 100_000, "{}", text.len());
    assert_eq!(text.lines().filter(|line| line.starts_with("::")).count(), 3, "{text}");
    for line in text.lines().filter(|line| line.starts_with("::")) {
        assert!(line.starts_with("::error file=docs/@everyone"), "{line}");
        let (properties, _) = line[2..].split_once("::").unwrap();
        assert!(!properties.contains(['\n', '\u{1b}']) && properties.matches(',').count() == 5, "{properties}");
    }
}
