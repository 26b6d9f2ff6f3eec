//! Notion against a server with its forms, its limits and every fault that we could think of.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Response;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use shelflife::pipeline::Silent;
use shelflife::source::http::{BaseUrl, Clock, Rate, Sleep, Store, Transport, TransportOptions};
use shelflife::source::notion::page::PropertyNames;
use shelflife::source::notion::{Notion, NotionOptions};
use shelflife::source::{Collected, CollectedPage, FailureReason, Source, SourceError, Visibility};

use crate::support::notion::{
    Behaviour, NotionServer, TOKEN, Workspace, answer, block, id, page, paragraph, refusal, text,
};

/// Waits for nothing that we choose to wait for.
#[derive(Debug)]
struct NoWaiting(Instant);

impl Clock for NoWaiting {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(tokio::task::yield_now())
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}

fn source(base: &str, roots: &[String], store: Option<Arc<Store>>, bots: &[&str]) -> Notion {
    let options = TransportOptions {
        attempt: Duration::from_millis(1500),
        repetitions: 3,
        store,
        clock: Arc::new(NoWaiting(Instant::now())),
        ..TransportOptions::default()
    };
    let mut globs = globset::GlobSetBuilder::new();
    for bot in bots {
        globs.add(globset::Glob::new(bot).unwrap());
    }
    let notion = NotionOptions {
        name: None,
        base: BaseUrl::parse(base).unwrap(),
        token: SecretString::from(TOKEN),
        roots: roots.to_vec(),
        properties: PropertyNames { describes: "Describes".to_owned(), owner: "Owner".to_owned() },
        bots: globs.build().unwrap(),
        visibility: Visibility::Private,
        rate: Rate { per_second: 1e6, burst: 1000, concurrency: 8 },
    };
    Notion::new(Transport::new(options).unwrap(), notion).unwrap()
}

async fn collect(server: &NotionServer, root: &str) -> Collected {
    source(&server.base, &[root.to_owned()], None, &[]).collect(&Silent).await.unwrap()
}

fn titled<'a>(collected: &'a Collected, title: &str) -> &'a CollectedPage {
    collected.pages.iter().find(|page| page.title == title).unwrap_or_else(|| panic!("{title}"))
}

/// A root with `count` pages below it.
fn many(count: usize) -> (Workspace, String) {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Root", None, &["the root"]);
    for number in 0..count {
        workspace.add(10 + number, &format!("Page {number}"), Some(1), &[&format!("says {number}")]);
    }
    (workspace, root)
}

#[tokio::test]
async fn recorded_every_kind_of_block_and_copies_with_their_originals_times() {
    let fixture: Value = serde_json::from_str(include_str!("../data/notion/blocks.json")).unwrap();
    let root = fixture["page"].as_str().unwrap().to_owned();
    let mut workspace = Workspace::default();
    workspace.pages.insert(root.clone(), page(&root, "All kinds", "2026-03-01T00:00:00.000Z"));
    for (of, blocks) in fixture["children"].as_object().unwrap() {
        workspace.children.insert(of.clone(), blocks.as_array().unwrap().clone());
    }
    let server = NotionServer::start(workspace, Behaviour::default());
    let collected = collect(&server, &root).await;
    let all = titled(&collected, "All kinds");
    assert_eq!(all.incomplete, Vec::<String>::new());
    assert_eq!(all.source_name, "Acme");
    for said in
        ["written elsewhere", "We chose `pg_dump`.", "notes of the meeting", "below the unknown", "third, deeper still"]
    {
        assert!(all.text.contains(said), "{said}:\n{}", all.text);
    }
    assert!(!all.text.contains("Signature"), "{}", all.text);
    // A copy that holds itself stands there once.
    assert_eq!(all.text.matches("written elsewhere").count(), 1);
    let line = all.text.lines().position(|line| line == "written elsewhere").unwrap() as u32 + 1;
    let run = all.run(line).unwrap();
    assert_eq!(run.edited.to_rfc3339(), "2026-03-04T05:06:59+00:00");
    assert_eq!(run.url.as_deref().unwrap(), format!("https://www.notion.so/{}", run.block.as_deref().unwrap()));
    let heading = all.run(1).unwrap();
    assert_eq!(
        heading.url.as_deref().unwrap(),
        format!("{}#{}", all.url.as_deref().unwrap(), heading.block.as_deref().unwrap())
    );
    // The page and the database below it aren't there: both are named, and cost nothing else.
    assert_eq!(collected.failures.len(), 2, "{:?}", collected.failures);
}

#[tokio::test]
async fn one_missing_page_among_many_is_named_with_what_mends_it() {
    let (workspace, root) = many(50);
    let server = NotionServer::start(workspace, Behaviour::default());
    let gone = format!("GET /v1/pages/{}", id(27));
    server.hook(Some(Box::new(move |what, _| (what == gone).then(|| refusal(404, "object_not_found")))));
    let collected = collect(&server, &root).await;
    assert_eq!(collected.pages.len(), 50);
    let [failure] = collected.failures.as_slice() else { panic!("{:?}", collected.failures) };
    assert_eq!((failure.title.as_deref(), failure.reason), (Some("Page 17"), FailureReason::NotFound));
    assert!(failure.message.contains("Connections"), "{}", failure.message);
    assert_eq!(failure.page.as_deref(), Some(&*format!("notion:{}", id(27).replace('-', ""))));
}

#[tokio::test]
async fn a_refused_token_is_said_with_the_variable_and_never_shown() {
    let (workspace, root) = many(1);
    let server = NotionServer::start(workspace, Behaviour::default());
    server.hook(Some(Box::new(|_, _| Some(refusal(401, "unauthorized")))));
    let error: SourceError = source(&server.base, &[root], None, &[]).collect(&Silent).await.unwrap_err();
    assert_eq!(error.reason(), FailureReason::Unauthorized);
    assert!(error.to_string().contains("SHELFLIFE_NOTION_TOKEN"), "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN));
}

#[tokio::test]
async fn a_token_refused_midway_keeps_what_is_there() {
    let (workspace, root) = many(30);
    let server = NotionServer::start(workspace, Behaviour::default());
    let gone = format!("GET /v1/pages/{}", id(20));
    server.hook(Some(Box::new(move |what, _| (what == gone).then(|| refusal(401, "unauthorized")))));
    let collected = collect(&server, &root).await;
    assert!(!collected.pages.is_empty());
    assert!(collected.failures.iter().any(|f| f.reason == FailureReason::Unauthorized), "{:?}", collected.failures);
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    let (workspace, root) = many(20);
    let server = NotionServer::start(workspace, Behaviour::default());
    let mut count = 0;
    server.hook(Some(Box::new(move |_, nth| {
        count += 1;
        if nth > 1 {
            return None;
        }
        match count % 8 {
            1 => Some(answer(429, &[("retry-after", "2")], "{}")),
            2 => Some(answer(429, &[], "{}")),
            3 => Some(answer(500, &[], "")),
            4 => Some(answer(529, &[("retry-after", "1")], "")),
            5 => Some(answer(200, &[], r#"{"object": "list", "results": [{"obj"#)),
            6 => Some(answer(403, &[("x-ratelimit-remaining", "0")], "{}")),
            7 => Some(answer(503, &[], "<html>")),
            _ => None,
        }
    })));
    let collected = collect(&server, &root).await;
    assert_eq!(collected.failures, []);
    assert_eq!(collected.pages.len(), 21);
}

#[tokio::test]
async fn a_page_that_may_not_be_read_and_one_that_never_answers_cost_only_themselves() {
    let (workspace, root) = many(12);
    let server = NotionServer::start(workspace, Behaviour::default());
    let (forbidden, broken) = (format!("GET /v1/pages/{}", id(11)), format!("GET /v1/pages/{}", id(12)));
    let (stalled, cut) = (format!("GET /v1/blocks/{}/children", id(13)), format!("GET /v1/blocks/{}/children", id(14)));
    server.hook(Some(Box::new(move |what, _| {
        if what == forbidden {
            Some(refusal(403, "restricted_resource"))
        } else if what == broken {
            Some(refusal(500, "internal_server_error"))
        } else if what == stalled {
            // The head comes, the body never does.
            let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
            Some(Response::new(Body::from_stream(never)))
        } else if what == cut {
            Some(answer(200, &[], r#"{"results": ["#))
        } else {
            None
        }
    })));
    let collected = collect(&server, &root).await;
    let mut reasons: Vec<(&str, FailureReason)> =
        collected.failures.iter().map(|f| (f.title.as_deref().unwrap(), f.reason)).collect();
    reasons.sort();
    let wanted = [
        ("Page 1", FailureReason::Forbidden),
        ("Page 2", FailureReason::Unreachable),
        ("Page 3", FailureReason::Unreachable),
        ("Page 4", FailureReason::BadAnswer),
    ];
    assert_eq!(reasons, wanted);
    assert_eq!(collected.pages.len(), 9);
}

#[tokio::test]
async fn a_cursor_that_repeats_ends_and_is_said() {
    let (workspace, root) = many(1);
    let server = NotionServer::start(workspace, Behaviour::default());
    let listed = format!("GET /v1/blocks/{}/children", id(10));
    let blocks = json!([paragraph(&id(99), "again", "2026-02-03T04:05:00.000Z")]);
    let part = json!({"object": "list", "results": blocks, "has_more": true, "next_cursor": "same"}).to_string();
    server.hook(Some(Box::new(move |what, _| (what == listed).then(|| answer(200, &[], &part)))));
    let collected = collect(&server, &root).await;
    assert_eq!(titled(&collected, "Page 0").incomplete.len(), 1);
    assert!(server.asked().values().sum::<usize>() < 20, "{:?}", server.asked());
}

#[tokio::test]
async fn a_page_that_is_edited_while_it_is_read_is_read_again() {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Root", None, &["new words"]);
    let toggle = id(500);
    let folded = json!({"rich_text": text("folds"), "color": "default"});
    workspace.children.get_mut(&root).unwrap().push(block(&toggle, "toggle", folded, "2026-02-03T04:05:00.000Z", true));
    workspace.children.insert(toggle, vec![paragraph(&id(501), "inner words", "2026-02-03T04:05:00.000Z")]);
    let server = NotionServer::start(workspace, Behaviour::default());
    let (asked, listed) = (format!("GET /v1/pages/{root}"), format!("GET /v1/blocks/{root}/children"));
    let before = page(&root, "Root", "2026-02-03T04:00:00.000Z").to_string();
    let old = json!({"results": [paragraph(&id(499), "old words", "2026-02-03T04:00:00.000Z"),
        block(&id(500), "toggle", json!({"rich_text": text("folds"), "color": "default"}), "2026-02-03T04:00:00.000Z", true)], "has_more": false})
    .to_string();
    server.hook(Some(Box::new(move |what, nth| match nth {
        1 if what == asked => Some(answer(200, &[], &before)),
        1 if what == listed => Some(answer(200, &[], &old)),
        _ => None,
    })));
    let collected = collect(&server, &root).await;
    assert_eq!(collected.failures, []);
    assert_eq!(titled(&collected, "Root").text, "new words\n\n- folds\n\n  inner words\n");

    // One that is edited each time is read all the same, and named.
    let asked = format!("GET /v1/pages/{root}");
    let own = root.clone();
    server.hook(Some(Box::new(move |what, nth| {
        let edited = format!("2026-02-03T05:{:02}:00.000Z", nth % 60);
        (what == asked).then(|| answer(200, &[], &page(&own, "Root", &edited).to_string()))
    })));
    let collected = collect(&server, &root).await;
    assert_eq!(collected.pages.len(), 1);
    assert_eq!(collected.failures[0].reason, FailureReason::Changed);
}

#[tokio::test]
async fn recorded_twenty_thousand_blocks_in_a_page() {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Root", None, &[]);
    let blocks = (0..20_000).map(|n| paragraph(&id(1000 + n), &format!("line {n}"), "2026-02-03T04:05:00.000Z"));
    workspace.children.insert(root.clone(), blocks.collect());
    let server = NotionServer::start(workspace, Behaviour::default());
    let collected = collect(&server, &root).await;
    let page = titled(&collected, "Root");
    assert_eq!(page.text.lines().filter(|line| !line.is_empty()).count(), 20_000);
    assert_eq!(page.lines.len(), 20_000);
    assert_eq!(server.requests(), 1 + 1 + 200 + 1);
}

#[tokio::test]
async fn five_thousand_pages_in_a_workspace() {
    let (workspace, root) = many(5000);
    let server = NotionServer::start(workspace, Behaviour::default());
    let collected = collect(&server, &root).await;
    assert_eq!((collected.pages.len(), collected.failures.len()), (5001, 0));
    assert_eq!(titled(&collected, "Page 4999").path.as_deref(), Some("Root/Page 4999"));
}

/// A data source with rows made at the minutes that `minutes` gives.
fn table(rows: usize, made: impl Fn(usize) -> String) -> (Workspace, String) {
    let mut workspace = Workspace::default();
    let source = id(7);
    let mut ids = Vec::new();
    for number in 0..rows {
        let own = workspace.add(10 + number, &format!("Row {number}"), None, &["a row's text"]);
        workspace.pages.get_mut(&own).unwrap()["created_time"] = json!(made(number));
        ids.push(own);
    }
    workspace.rows.insert(source.clone(), ids);
    (workspace, source)
}

#[tokio::test]
async fn recorded_rows_beyond_the_bound_of_a_query_come_by_time() {
    // Some minutes hold few, one holds more than a query gives, edited at several times.
    let (mut workspace, root) = table(1000, |n| {
        let minute = if (300..700).contains(&n) { 30 } else { n / 40 };
        format!("2026-01-05T10:{minute:02}:00.000Z")
    });
    for (number, (_, page)) in workspace.pages.iter_mut().enumerate() {
        page["last_edited_time"] = json!(format!("2026-02-03T{:02}:00:00.000Z", number % 20));
    }
    let server = NotionServer::start(workspace, Behaviour { query_bound: 150, ..Behaviour::default() });
    let collected = collect(&server, &root).await;
    assert_eq!(collected.failures, []);
    assert_eq!(collected.pages.len(), 1000);
}

#[tokio::test]
async fn rows_that_no_window_tells_apart_are_said_to_be_missing() {
    let (workspace, root) = table(400, |_| "2026-01-05T10:00:00.000Z".to_owned());
    let server = NotionServer::start(workspace, Behaviour { query_bound: 150, ..Behaviour::default() });
    let collected = collect(&server, &root).await;
    assert_eq!(collected.pages.len(), 150);
    assert_eq!(collected.failures.len(), 1, "{:?}", collected.failures);
    assert!(collected.failures[0].message.contains("150 rows"), "{}", collected.failures[0].message);
}

#[tokio::test]
async fn deep_nesting_is_read_and_endless_nesting_ends() {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Root", None, &[]);
    let mut above = root.clone();
    for depth in 0..80 {
        let own = id(1000 + depth);
        let body = json!({"rich_text": text(&format!("depth {depth}")), "color": "default"});
        workspace
            .children
            .insert(above, vec![block(&own, "bulleted_list_item", body, "2026-02-03T04:05:00.000Z", depth < 79)]);
        above = own;
    }
    let server = NotionServer::start(workspace, Behaviour::default());
    let collected = collect(&server, &root).await;
    assert!(titled(&collected, "Root").text.contains("depth 79"));

    let mut number = 5000;
    server.hook(Some(Box::new(move |what, _| {
        number += 1;
        let body = json!({"rich_text": text("and on"), "color": "default"});
        let endless = json!({"results": [block(&id(number), "toggle", body, "2026-02-03T04:05:00.000Z", true)], "has_more": false});
        what.contains("/children").then(|| answer(200, &[], &endless.to_string()))
    })));
    let collected = collect(&server, &root).await;
    let page = titled(&collected, "Root");
    assert_eq!(page.incomplete.len(), 1, "{:?}", page.incomplete);
}

#[tokio::test]
async fn a_second_run_asks_for_what_changed_alone() {
    let (workspace, root) = many(300);
    let server = NotionServer::start(workspace, Behaviour::default());
    let store = Arc::new(Store::in_memory().unwrap());
    let run = |store: &Arc<Store>| source(&server.base, std::slice::from_ref(&root), Some(Arc::clone(store)), &[]);
    let first = run(&store).collect(&Silent).await.unwrap();
    let cold = server.requests();
    assert_eq!(cold, 1 + 1 + 4 + 1 + 2 * 300);

    server.reset();
    let again = run(&store).collect(&Silent).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(server.requests(), 1 + 1 + 4);

    server.reset();
    server.change(|workspace| {
        for number in [20, 120, 220] {
            workspace.edit(&id(number), "2026-03-03T03:03:00.000Z", "changed words");
        }
    });
    let changed = run(&store).collect(&Silent).await.unwrap();
    assert_eq!(changed.pages.iter().filter(|page| page.text.contains("changed words")).count(), 3);
    assert_eq!(server.requests(), 1 + 1 + 4 + 3 * 2);
}

#[tokio::test]
async fn an_edit_within_the_minute_of_the_last_is_not_missed() {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Root", None, &["first words"]);
    // The clock of the test stands still at ten o'clock.
    workspace.edit(&root, "2026-11-24T10:00:00.000Z", "first words");
    let server = NotionServer::start(workspace, Behaviour::default());
    let store = Arc::new(Store::in_memory().unwrap());
    let run = || source(&server.base, std::slice::from_ref(&root), Some(Arc::clone(&store)), &[]);
    run().collect(&Silent).await.unwrap();
    server.change(|workspace| workspace.edit(&root, "2026-11-24T10:00:00.000Z", "second words"));
    let again = run().collect(&Silent).await.unwrap();
    assert_eq!(again.pages[0].text, "second words\n");
}

#[tokio::test]
async fn a_run_that_is_stopped_goes_on_where_it_was() {
    let (workspace, root) = many(200);
    let server = NotionServer::start(workspace, Behaviour::default());
    let store = Arc::new(Store::in_memory().unwrap());
    let run = || source(&server.base, std::slice::from_ref(&root), Some(Arc::clone(&store)), &[]);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let mut count = 0;
    let mut sink = |_| {
        count += 1;
        if count == 100 {
            let _ = stop.take().unwrap().send(());
        }
    };
    let first = run();
    tokio::select! {
        _ = first.stream(&Silent, &mut sink) => panic!("it was not stopped"),
        _ = stopped => {}
    }
    server.reset();
    let rest = run().collect(&Silent).await.unwrap();
    assert_eq!(rest.pages.len(), 201);
    // About a hundred pages were left, at two requests each.
    assert!(server.requests() < 2 * 110 + 10, "{}", server.requests());
}

#[tokio::test]
async fn what_a_program_edited_last_keeps_the_persons_time_that_a_run_saw() {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Root", None, &["words"]);
    let server = NotionServer::start(workspace, Behaviour::default());
    let store = Arc::new(Store::in_memory().unwrap());
    let run = || source(&server.base, std::slice::from_ref(&root), Some(Arc::clone(&store)), &["bot-*"]);
    let seen = run().collect(&Silent).await.unwrap();
    server.change(|workspace| {
        workspace.edit(&root, "2026-04-04T04:04:00.000Z", "words");
        let by = json!({"object": "user", "id": "bot-7"});
        workspace.pages.get_mut(&root).unwrap()["last_edited_by"] = by.clone();
        workspace.children.get_mut(&root).unwrap()[0]["last_edited_by"] = by;
    });
    let after = run().collect(&Silent).await.unwrap();
    assert_eq!(after.pages[0].lines[0].edited, seen.pages[0].lines[0].edited);
    assert_eq!(after.pages[0].last_human_edit.as_ref().unwrap().at, seen.pages[0].lines[0].edited);
    assert!(after.pages[0].last_edited.as_ref().unwrap().by.as_ref().unwrap().bot);
}

#[tokio::test]
async fn recorded_roots_are_pages_databases_and_data_sources_by_address_or_id() {
    let (mut workspace, source_id) = table(3, |_| "2026-01-05T10:00:00.000Z".to_owned());
    let database = id(8);
    let object = json!({"object": "database", "id": database, "title": text("Runbooks"), "data_sources": [{"id": source_id, "name": "Live"}]});
    workspace.databases.insert(database.clone(), object);
    let page = workspace.add(900, "Alone", None, &["x"]);
    let server = NotionServer::start(workspace, Behaviour::default());
    let plain = |id: &str| id.replace('-', "");
    let roots = [
        format!("https://www.notion.so/acme/Runbooks-{}?v={}", plain(&database), plain(&id(9))),
        format!("https://www.notion.so/acme/Alone-{}", plain(&page)),
        "https://www.notion.so/acme/no-id-here".to_owned(),
    ];
    let collected = source(&server.base, &roots, None, &[]).collect(&Silent).await.unwrap();
    assert_eq!(collected.pages.len(), 4);
    assert_eq!(collected.failures.len(), 1, "{:?}", collected.failures);
    assert_eq!(titled(&collected, "Row 0").path.as_deref(), Some("Runbooks/Row 0"));
}

#[tokio::test]
async fn a_page_reached_in_a_circle_is_read_once() {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Root", None, &["r"]);
    let child = workspace.add(2, "Child", Some(1), &["c"]);
    let back = block(&root, "child_page", json!({"title": "Root"}), "2026-02-03T04:05:00.000Z", true);
    workspace.children.get_mut(&child).unwrap().push(back);
    let server = NotionServer::start(workspace, Behaviour::default());
    let collected = collect(&server, &root).await;
    assert_eq!(collected.pages.len(), 2);
}
