//! `shelflife review` of pages in Notion: their verification.

use serde_json::{Value, json};

use crate::support::notion::{Behaviour, NotionServer, TOKEN, Workspace, id, refusal};
use crate::support::program::{Run, finish, program};

const PAGE: usize = 7;

/// A workspace with a page of a wiki (7) and one that is in none (8).
fn workspace() -> Workspace {
    let mut workspace = Workspace::default();
    for (number, title) in [(PAGE, "Restore"), (8, "Scratch")] {
        workspace.add(number, title, None, &["Text."]);
    }
    let page = workspace.pages.get_mut(&id(PAGE)).unwrap();
    page["properties"]["検証"] = json!({"id": "v", "type": "verification",
        "verification": {"state": "unverified", "date": null, "verified_by": null}});
    workspace
}

struct Place {
    outer: tempfile::TempDir,
    server: NotionServer,
}

impl Place {
    fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        let server = NotionServer::start(workspace(), Behaviour::default());
        let folder = outer.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        let config =
            format!("[[source]]\nkind = \"notion\"\nbase_url = \"{}\"\nroots = [\"{}\"]\n", server.base, id(PAGE));
        std::fs::write(folder.join("shelflife.toml"), config).unwrap();
        Self { outer, server }
    }

    fn review(&self, token: &str, more: &[&str]) -> Run {
        let mut command = program(&self.outer.path().join("in"));
        command.env("NOTION_TOKEN", token).args(["review", "--config", "shelflife.toml", "--by", "Ann"]).args(more);
        finish(&mut command)
    }

    fn verification(&self) -> Value {
        let mut found = Value::Null;
        self.server.change(|w| found = w.pages[&id(PAGE)]["properties"]["検証"]["verification"].clone());
        found
    }

    fn comments(&self) -> Vec<Value> {
        let mut found = Vec::new();
        self.server.change(|w| found.clone_from(&w.comments));
        found
    }

    fn writes(&self) -> usize {
        self.server.asked().iter().filter(|(what, _)| !what.starts_with("GET ")).map(|(_, n)| n).sum()
    }
}

#[test]
fn recorded_a_review_is_the_page_s_verification_and_a_comment_once() {
    let place = Place::new();
    let target = format!("notion:{}", id(PAGE).replace('-', ""));
    let arguments = [target.as_str(), "--date", "2026-05-04", "--until", "2027-05-04"];
    let run = place.review(TOKEN, &arguments).ended(0);
    assert_eq!(run.stdout, format!("{target}: verified 2026-05-04 by Ann\n"));
    let wanted = json!({"state": "verified", "date": {"start": "2026-05-04", "end": "2027-05-04"}});
    assert_eq!(place.verification(), wanted);
    let [comment] = place.comments().try_into().unwrap();
    assert_eq!(comment["parent"]["page_id"], id(PAGE));
    assert_eq!(comment["rich_text"][0]["text"]["content"], "Reviewed 2026-05-04 by Ann.");

    // Again, by its address: there is nothing to do.
    let before = place.writes();
    let address = format!("https://www.notion.so/acme/Restore-{}", id(PAGE).replace('-', ""));
    place.review(TOKEN, &[&address, "--date", "2026-05-04", "--until", "2027-05-04"]).ended(0);
    assert_eq!(place.writes(), before);
    // A later one, for good.
    place.review(TOKEN, &[&address, "--date", "2026-06-01"]).ended(0);
    assert_eq!(place.verification()["date"], json!({"start": "2026-06-01", "end": null}));
}

#[test]
fn what_cannot_be_verified_says_why() {
    let place = Place::new();
    let target = |number: usize| format!("notion:{}", id(number).replace('-', ""));
    let none = place.review(TOKEN, &[&target(8)]).ended(3);
    assert!(none.stderr.contains("--reviews FILE"), "{}", none.stderr);
    let gone = place.review(TOKEN, &[&target(9)]).ended(3);
    assert!(gone.stderr.contains("not shared with the integration"), "{}", gone.stderr);
    let secret = "ntn_wrongSecretOfTheTest";
    let wrong = place.review(secret, &[&target(PAGE)]).ended(3);
    assert!(wrong.stderr.contains("NOTION_TOKEN") && !wrong.stderr.contains(secret), "{}", wrong.stderr);
    let missing = place.review(" ", &[&target(PAGE)]).ended(2);
    assert!(missing.stderr.contains("SHELFLIFE_NOTION_TOKEN"), "{}", missing.stderr);
    let backwards = place.review(TOKEN, &[&target(PAGE), "--date", "2026-05-04", "--until", "2026-05-03"]).ended(2);
    assert!(backwards.stderr.contains("--until"), "{}", backwards.stderr);
    assert_eq!(place.writes(), 0);
    assert_eq!(place.verification()["state"], "unverified");
}

#[test]
fn an_integration_that_may_not_write_is_told_what_it_lacks() {
    let place = Place::new();
    let target = format!("notion:{}", id(PAGE).replace('-', ""));
    place
        .server
        .hook(Some(Box::new(|what, _| what.starts_with("PATCH ").then(|| refusal(403, "restricted_resource")))));
    let run = place.review(TOKEN, &[&target]).ended(3);
    assert!(run.stderr.contains("\"Update content\""), "{}", run.stderr);
    // The comment alone is refused: the verification stands, and that is said.
    place
        .server
        .hook(Some(Box::new(|what, _| what.ends_with("/comments").then(|| refusal(403, "restricted_resource")))));
    let run = place.review(TOKEN, &[&target]).ended(0);
    assert!(run.stderr.contains("\"Insert comments\""), "{}", run.stderr);
    assert_eq!(place.verification()["state"], "verified");
    // What is accepted and not kept is no success.
    place.server.hook(Some(Box::new(|what, _| {
        what.starts_with("PATCH ").then(|| crate::support::notion::answer(200, &[], "{}"))
    })));
    let run = place.review(TOKEN, &[&target, "--date", "2020-01-01"]).ended(3);
    assert!(run.stderr.contains("look at the page"), "{}", run.stderr);
}
