//! Boxes of the weekly issue that its readers ticked.

use serde_json::json;

use super::{HEAD, Work, body, full};
use crate::support::hub::Hub;

#[test]
fn recorded_ticked_boxes_of_who_may_write_are_taken_and_reset_the_age() {
    let hub = Hub::new(HEAD);
    let work = Work::new(&full(2));
    work.publish(&hub, "issue", &[]).ended(0);
    let ticked = {
        let mut state = hub.state();
        let text = body(&state.issues[0]).to_owned();
        let ticked = text.replace("- [ ]", "- [x]");
        assert_ne!(text, ticked);
        state.issues[0]["body"] = json!(ticked);
        state.edits = vec![
            json!({ "editedAt": "2026-01-20T08:00:00Z", "editor": { "login": "ada" }, "diff": ticked }),
            json!({ "editedAt": "2026-01-19T08:00:00Z", "editor": { "login": "github-actions" }, "diff": text }),
        ];
        ticked
    };
    let stranger = work.publish(&hub, "issue", &["--reviews-out", "reviews.toml"]).ended(0);
    assert!(stranger.stderr.contains("ada may not write"), "{stranger:?}");
    let file = || std::fs::read_to_string(work.root().join("reviews.toml")).unwrap();
    assert!(!file().contains("[[review]]"));

    hub.state().issues[0]["body"] = json!(ticked);
    hub.state().permissions.insert("ada".into(), "write".into());
    work.publish(&hub, "issue", &["--reviews-out", "reviews.toml"]).ended(0);
    let reviews = shelflife::triage::reviews::Reviews::parse("reviews.toml", file().as_bytes()).unwrap();
    let [review] = reviews.review.as_slice() else { panic!("{reviews:?}") };
    assert_eq!((review.page.as_str(), review.by.as_deref()), ("docs/install.md", Some("ada")));
    assert_eq!(review.date.to_string(), "2026-01-20");
    let first = file();
    // It is remembered, and the box is free again.
    assert!(!body(&hub.state().issues[0]).contains("- [x]"));
    work.publish(&hub, "issue", &["--reviews-out", "reviews.toml"]).ended(0);
    assert_eq!(file(), first);
}

#[test]
fn a_tick_that_hundreds_of_edits_followed_is_still_its_author_s() {
    let hub = Hub::new(HEAD);
    hub.state().permissions.insert("ada".into(), "write".into());
    let work = Work::new(&full(2));
    work.publish(&hub, "issue", &[]).ended(0);
    {
        let mut state = hub.state();
        let text = body(&state.issues[0]).to_owned();
        let ticked = text.replace("- [ ]", "- [x]");
        state.issues[0]["body"] = json!(ticked);
        let edit = |minute: usize, by: &str, text: &str| {
            let at = format!("2026-01-20T{:02}:{:02}:00Z", minute / 60, minute % 60);
            json!({ "editedAt": at, "editor": { "login": by }, "diff": text })
        };
        // Bo writes below the list again and again; what Ada ticked stays so.
        let later = (2..250).map(|n| edit(n, "bo", &ticked));
        state.edits =
            [edit(0, "github-actions", &text), edit(1, "ada", &ticked)].into_iter().chain(later).rev().collect();
    }
    work.publish(&hub, "issue", &["--reviews-out", "reviews.toml"]).ended(0);
    let file = std::fs::read_to_string(work.root().join("reviews.toml")).unwrap();
    assert!(file.contains("by = \"ada\""), "{file}");
}
