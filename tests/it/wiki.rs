//! The wiki of a repository, from a clone.

use std::sync::Arc;

use shelflife::config::RepoAddress;
use shelflife::pipeline::Silent;
use shelflife::source::wiki::{Wiki, WikiOptions};
use shelflife::source::{FailureReason, Source, SourceKind, Visibility};
use shelflife::system::credentials::Tokens;

use crate::support::Repo;

fn wiki(address: RepoAddress) -> Wiki {
    Wiki::new(WikiOptions {
        repo: "acme/payments".to_owned(),
        address,
        home: Some("https://github.com/acme/payments".to_owned()),
        cache: None,
        tokens: Arc::new(Tokens::given(&[])),
        visibility: Some(Visibility::Private),
        hub: None,
    })
}

#[tokio::test]
async fn pages_of_a_wiki_know_since_when_their_lines_stand() {
    let repo = Repo::new();
    let files = [("Home.md", "# Home\n\nRun `pay`.\n"), ("復元-手順.md", "# 復元\n"), ("Old.textile", "h1. Old\n")];
    repo.commit(&files, &[], "first", 0);
    let second = repo.commit(&[("Home.md", "# Home\n\nRun `pay`.\nThen `pay check`.\n")], &[], "second", 9);
    let address = RepoAddress::Path(repo.path().to_owned());
    let collected = wiki(address).collect(&Silent).await.unwrap();
    let ids: Vec<&str> = collected.pages.iter().map(|page| page.id.as_str()).collect();
    assert_eq!(ids, ["wiki:acme/payments/Home", "wiki:acme/payments/復元-手順"]);
    let home = &collected.pages[0];
    assert_eq!((home.source, home.title.as_str()), (SourceKind::GithubWiki, "Home"));
    assert_eq!(home.url.as_deref(), Some("https://github.com/acme/payments/wiki/Home"));
    let runs: Vec<(u32, u32)> = home.lines.iter().map(|run| (run.first, run.last)).collect();
    assert_eq!(runs, [(1, 3), (4, 4)]);
    assert!(home.lines[0].edited < home.lines[1].edited);
    assert_eq!(home.lines[1].commit.as_deref(), Some(&*second.to_string()));
    assert_eq!(home.created, Some(home.lines[0].entered));
    assert_eq!(collected.pages[1].title, "復元 手順");
    let [failure] = collected.failures.as_slice() else { panic!("{:?}", collected.failures) };
    assert_eq!((failure.title.as_deref(), failure.reason), (Some("Old.textile"), FailureReason::Unreadable));
}

#[tokio::test]
async fn a_wiki_that_is_not_there_is_said() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/acme/payments.wiki.git", listener.local_addr().unwrap());
    drop(listener);
    let error = wiki(RepoAddress::Http(address.parse().unwrap())).collect(&Silent).await.unwrap_err();
    assert_eq!(error.reason(), FailureReason::Unreachable, "{error}");
}
