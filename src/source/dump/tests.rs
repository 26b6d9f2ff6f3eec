use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Duration, Utc};

use super::*;
use crate::source::page::*;
use crate::source::{Collected, CollectedPage, FailureReason};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::minutes(minute)
}

fn full() -> CollectedPage {
    let ada = Person { name: "Ada: \"x\"\n---".into(), id: Some("u1".into()), bot: true };
    CollectedPage {
        url: Some("https://n.example/p".into()),
        path: Some("Runbooks/返金".into()),
        visibility: Visibility::Private,
        created: Some(at(1)),
        last_edited: Some(Edit { at: at(9), by: Some(ada.clone()), commit: None }),
        last_human_edit: Some(Edit { at: at(5), by: None, commit: Some("ab".repeat(20)) }),
        lines: vec![LineRun {
            first: 2,
            last: 3,
            entered: at(1),
            edited: at(9),
            by: Some(ada.clone()),
            commit: None,
            block: Some("b1".into()),
            url: Some("https://n.example/p#b1".into()),
        }],
        verification: Some(Verification {
            state: VerificationState::Expired,
            from: Some(at(1)),
            until: Some(at(3)),
            by: Some(ada),
        }),
        owners: vec!["Grace".into()],
        describes: vec!["payments".into()],
        properties: BTreeMap::from([("状態".to_owned(), "a\u{2028}b: # c".to_owned())]),
        parents: vec![Parent { id: "notion:0".into(), title: "Runbooks".into() }],
        repository: Some(PageRepository {
            address: "https://github.com/acme/payments".into(),
            slug: "acme/payments".into(),
            branch: Some("main".into()),
            commit: None,
            path: "docs/x.md".into(),
        }),
        incomplete: vec!["a block".into()],
        ..CollectedPage::new("notion:1", SourceKind::Notion, "Acme", "返金", "---\ntitle: own\n---\r\n# A\nlast line")
    }
}

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("new/dump");
    let bare = CollectedPage::new("wiki:acme/p/Home", SourceKind::GithubWiki, "acme/p", "Home", "");
    let failure = Failure {
        source: SourceKind::Notion,
        source_name: "Acme".into(),
        page: Some("notion:2".into()),
        title: None,
        reason: FailureReason::Forbidden,
        message: "share it".into(),
    };
    let collected = Collected { pages: vec![full(), bare], failures: vec![failure] };
    write(&dump, &collected).unwrap();
    assert_eq!(read(&dump).unwrap(), collected);
    // Twice gives the same, and nothing of an older dump stays.
    write(&dump, &Collected { pages: vec![full()], failures: Vec::new() }).unwrap();
    assert_eq!(read(&dump).unwrap().pages, vec![full()]);
}

#[test]
fn the_front_matter_is_yaml_too() {
    let text = front::write(&full()).unwrap() + &full().text;
    let document = crate::document::parse(
        crate::document::DocumentId::new("x"),
        crate::document::Format::Markdown,
        text.as_bytes(),
    )
    .unwrap();
    let front = document.front_matter.unwrap();
    assert_eq!(front.value.get("id").unwrap(), "notion:1");
    assert_eq!(front.value.get("title").unwrap(), "返金");
}

#[test]
fn a_folder_that_is_no_dump_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("notion")).unwrap();
    fs::write(folder.path().join("notion/mine.md"), "x").unwrap();
    assert!(matches!(write(folder.path(), &Collected::default()), Err(DumpError::Foreign { .. })));
    assert!(folder.path().join("notion/mine.md").exists());
}

#[test]
fn pages_without_front_matter_are_named_by_their_path() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("ops")).unwrap();
    fs::write(folder.path().join("ops/Deploy.md"), "---\ntitle: Mine\n---\n# Deploy\n").unwrap();
    fs::write(folder.path().join("ops/x.png"), "no page").unwrap();
    fs::write(folder.path().join("ops/bad.md"), b"\x00\x01\x02").unwrap();
    let read = read(folder.path()).unwrap();
    assert_eq!(read.pages.len(), 1);
    assert_eq!((read.pages[0].id.as_str(), read.pages[0].title.as_str()), ("folder:ops/Deploy.md", "Deploy"));
    assert!(read.pages[0].text.starts_with("---\ntitle"));
    assert_eq!(read.failures.len(), 1);
    assert_eq!(read.failures[0].reason, FailureReason::Encoding);
}

#[test]
fn an_edited_page_keeps_the_dates_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &Collected { pages: vec![full()], failures: Vec::new() }).unwrap();
    let file = folder.path().join("notion/Acme/Runbooks/返金.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text + "more").unwrap();
    let page = read(folder.path()).unwrap().pages.remove(0);
    assert!(page.lines.is_empty());
    assert!(page.incomplete.iter().any(|line| line.contains("changed after it was dumped")), "{page:?}");
}

#[test]
fn damage_to_one_file_loses_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let other = CollectedPage::new("wiki:acme/p/Home", SourceKind::GithubWiki, "acme/p", "Home", "text");
    write(folder.path(), &Collected { pages: vec![full(), other.clone()], failures: Vec::new() }).unwrap();
    fs::write(folder.path().join("notion/Acme/Runbooks/返金.md"), "---\nid: 1\n---\n\nx").unwrap();
    let read = read(folder.path()).unwrap();
    assert_eq!(read.pages, vec![other]);
    assert!(read.failures[0].message.contains("makes no sense"), "{:?}", read.failures);
}

#[test]
fn what_another_version_wrote_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(INDEX), r#"{"version": 9}"#).unwrap();
    assert!(matches!(read(folder.path()), Err(DumpError::Version { found: 9, .. })));
    fs::write(folder.path().join(INDEX), "{").unwrap();
    assert!(matches!(read(folder.path()), Err(DumpError::Index { .. })));
    assert!(matches!(read(Path::new("/nowhere/at/all")), Err(DumpError::File { .. })));
}
