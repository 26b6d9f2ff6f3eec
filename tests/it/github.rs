//! GitHub's pages by its API alone.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use shelflife::document::Discovery;
use shelflife::pipeline::Silent;
use shelflife::source::github::{Github, GithubOptions, Login};
use shelflife::source::http::{BaseUrl, Rate, Store, Transport, TransportOptions};
use shelflife::source::{Collected, FailureReason, Source, SourceError, Visibility};

use crate::support::github::{GithubServer, Repo, TOKEN};
use crate::support::notion::answer;

const KEY: &str = include_str!("../data/github/app-key.pem");

fn source(base: &str, login: Login, repos: &[&str], store: Option<Arc<Store>>) -> Result<Github, SourceError> {
    let options =
        TransportOptions { attempt: Duration::from_secs(5), repetitions: 1, store, ..TransportOptions::default() };
    let github = GithubOptions {
        name: "github".to_owned(),
        base: BaseUrl::parse(base).unwrap(),
        login,
        repos: repos.iter().map(|repo| (*repo).to_owned()).collect(),
        visibility: None,
        discovery: Discovery::from_globs(&[], &[]).unwrap(),
        rate: Rate { per_second: 1e6, burst: 1000, concurrency: 8 },
    };
    Github::new(Transport::new(options).unwrap(), github)
}

fn token() -> Login {
    Login::Token(SecretString::from(TOKEN))
}

async fn collect(server: &GithubServer, login: Login, repos: &[&str]) -> Collected {
    source(&server.base, login, repos, None).unwrap().collect(&Silent).await.unwrap()
}

fn acme() -> Vec<(&'static str, Repo)> {
    let mut pay = Repo::with(&[
        ("README.md", "# Payments\n\nRun `pay`.\n"),
        ("docs/手順.md", "# 復元手順\n\nまず `pay restore` を実行する。\n"),
        ("docs/guide.rst", "Guide\n=====\n\nText.\n"),
        ("src/main.rs", "fn main() {}\n"),
        ("docs/drawing.png", "\u{0}\u{1}"),
    ]);
    pay.files.get_mut("README.md").unwrap().1 = vec!["2026-05-05T05:05:05Z", "2026-01-01T01:01:01Z"];
    let private = Repo { visibility: "private", ..Repo::with(&[("README.md", "# Ledger\n")]) };
    let old = Repo { archived: true, ..Repo::with(&[("README.md", "# Old\n")]) };
    vec![
        ("acme/payments", pay),
        ("acme/ledger", private),
        ("acme/old", old),
        ("other/thing", Repo::with(&[("README.md", "# T\n")])),
    ]
}

#[tokio::test]
async fn recorded_pages_of_all_repositories_that_fit() {
    let server = GithubServer::start(&acme(), "");
    let collected = collect(&server, token(), &["acme/*", "other/thing"]).await;
    assert_eq!(collected.failures, []);
    let ids: Vec<&str> = collected.pages.iter().map(|page| page.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "github:acme/ledger/README.md",
            "github:acme/payments/README.md",
            "github:acme/payments/docs/guide.rst",
            "github:acme/payments/docs/手順.md",
            "github:other/thing/README.md",
        ]
    );
    let page = &collected.pages[1];
    assert_eq!((page.title.as_str(), page.visibility), ("Payments", Visibility::Public));
    assert_eq!(page.url.as_deref(), Some("https://github.example/acme/payments/blob/main/README.md"));
    assert_eq!(page.text, "# Payments\n\nRun `pay`.\n");
    assert_eq!(page.last_edited.as_ref().unwrap().at.to_rfc3339(), "2026-05-05T05:05:05+00:00");
    assert_eq!(page.created.unwrap().to_rfc3339(), "2026-01-01T01:01:01+00:00");
    assert_eq!(collected.pages[0].visibility, Visibility::Private);
    assert_eq!(collected.pages[3].title, "復元手順");
}

#[tokio::test]
async fn a_tree_that_is_cut_is_read_folder_by_folder() {
    let server = GithubServer::start(&acme(), "");
    let whole = collect(&server, token(), &["acme/payments"]).await;
    server.cut_trees(4);
    let parts = collect(&server, token(), &["acme/payments"]).await;
    assert_eq!(parts, whole);
    assert_eq!(parts.pages.len(), 3);
}

#[tokio::test]
async fn recorded_an_app_reads_as_its_installation() {
    let server = GithubServer::start(&acme(), "");
    let login = || Login::App { id: 12, key: SecretString::from(KEY) };
    let collected = collect(&server, login(), &["acme/payments"]).await;
    assert_eq!((collected.pages.len(), collected.failures.len()), (3, 0), "{:?}", collected.failures);
    let error = source(&server.base, login(), &["nobody/x"], None).unwrap().collect(&Silent).await.unwrap_err();
    assert!(error.to_string().contains("not installed for nobody"), "{error}");
    let wrong = Login::App { id: 12, key: SecretString::from("-----BEGIN no key") };
    let error = source(&server.base, wrong, &["acme/payments"], None).unwrap_err();
    assert!(!error.to_string().contains("BEGIN"), "{error}");
}

#[tokio::test]
async fn works_below_any_path_and_without_a_token() {
    let server = GithubServer::start(&acme(), "/api/v3");
    let collected = collect(&server, Login::Anonymous, &["acme/payments"]).await;
    assert_eq!((collected.pages.len(), collected.failures.len()), (3, 0), "{:?}", collected.failures);
}

#[tokio::test]
async fn a_second_run_downloads_only_what_changed() {
    let server = GithubServer::start(&acme(), "");
    let store = Arc::new(Store::in_memory().unwrap());
    let run = || source(&server.base, token(), &["acme/payments"], Some(Arc::clone(&store))).unwrap();
    let first = run().collect(&Silent).await.unwrap();
    // Also the former version of the one page that has one.
    assert_eq!(server.asked().len(), 3 + 3 + 1 + 1);
    assert_eq!(run().collect(&Silent).await.unwrap(), first);
    // The repository, its head and its tree are confirmed; nothing is downloaded.
    assert_eq!(server.asked().len(), 3);
    server.change("acme/payments", |repo| repo.files.get_mut("README.md").unwrap().0 = b"# Payments, new\n".to_vec());
    let changed = run().collect(&Silent).await.unwrap();
    assert_eq!(changed.pages[0].title, "Payments, new");
    assert_eq!(server.asked().len(), 3 + 2 + 1);
}

#[tokio::test]
async fn failures_cost_their_page_or_repository_alone() {
    let mut repos = acme();
    repos[0].1.files.insert("docs/broken.md".to_owned(), (b"broken".to_vec(), vec!["2026-01-02T03:04:05Z"]));
    let server = GithubServer::start(&repos, "");
    let mut broken = 0;
    server.hook(Some(Box::new(move |what, _| {
        if what.starts_with("GET /repos/acme/payments/git/blobs/") {
            broken += 1;
            return (broken == 1).then(|| answer(404, &[], r#"{"message":"Not Found"}"#));
        }
        (what == "GET /repos/acme/ledger/commits/main")
            .then(|| answer(403, &[], r#"{"message":"Resource not accessible by integration"}"#))
    })));
    let collected = collect(&server, token(), &["acme/*", "acme/none", "other/thing"]).await;
    assert_eq!(collected.pages.len(), 4, "{:?}", collected.pages.iter().map(|p| &p.id).collect::<Vec<_>>());
    let mut reasons: Vec<FailureReason> = collected.failures.iter().map(|failure| failure.reason).collect();
    reasons.sort();
    assert_eq!(reasons, [FailureReason::Forbidden, FailureReason::NotFound, FailureReason::NotFound]);
    assert!(collected.failures.iter().any(|f| f.message.contains("Contents: read")), "{:?}", collected.failures);
}

#[tokio::test]
async fn refusals_of_the_whole_are_clear_and_hold_no_token() {
    let server = GithubServer::start(&acme(), "");
    let wrong = Login::Token(SecretString::from("ghp_wrongSecretOfTheTest"));
    let error = source(&server.base, wrong, &["acme/payments"], None).unwrap().collect(&Silent).await.unwrap_err();
    assert_eq!(error.reason(), FailureReason::Unauthorized);
    assert!(error.to_string().contains("GITHUB_TOKEN") && !error.to_string().contains("wrongSecret"), "{error}");

    server.hook(Some(Box::new(|_, _| {
        let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "4102444800"), ("retry-after", "86400")];
        Some(answer(403, &headers, r#"{"message":"API rate limit exceeded"}"#))
    })));
    let error = source(&server.base, token(), &["acme/payments"], None).unwrap().collect(&Silent).await.unwrap_err();
    assert_eq!(error.reason(), FailureReason::RateLimited, "{error}");
}

#[tokio::test]
async fn each_line_has_the_dates_of_its_own_commits() {
    let mut repos = acme();
    repos[0].1.former.insert("README.md".to_owned(), vec!["# Payments\n".to_owned()]);
    let readme = |collected: Collected| {
        assert_eq!(collected.failures, []);
        collected.pages.into_iter().find(|page| page.id == "github:acme/payments/README.md").unwrap()
    };
    for below in ["", "/api/v3"] {
        let server = GithubServer::start(&repos, below);
        let page = readme(collect(&server, token(), &["acme/payments"]).await);
        let runs: Vec<(u32, u32, String)> =
            page.lines.iter().map(|run| (run.first, run.last, run.entered.to_rfc3339())).collect();
        let wanted = [(1, 1, "2026-01-01T01:01:01+00:00"), (2, 3, "2026-05-05T05:05:05+00:00")];
        assert_eq!(runs, wanted.map(|(first, last, at)| (first, last, at.to_owned())));
        assert!(page.lines.iter().all(|run| run.commit.is_some()));
        assert_eq!(server.asked()["POST /graphql"], 1);
    }
    // Where the host gives no versions, the page has its dates as a whole; the host is asked once, or not at all.
    let server = GithubServer::start(&repos, "");
    let page = readme(collect(&server, Login::Anonymous, &["acme/payments"]).await);
    assert_eq!((page.lines.len(), page.last_edited.is_some()), (0, true));
    assert!(!server.asked().contains_key("POST /graphql"));
    for (_, times) in repos[0].1.files.values_mut() {
        *times = vec!["2026-05-05T05:05:05Z", "2026-01-01T01:01:01Z"];
    }
    let server = GithubServer::start(&repos, "");
    let refuse = |what: &str, _| {
        (what == "POST /graphql").then(|| answer(403, &[], r#"{"message":"Resource not accessible by integration"}"#))
    };
    server.hook(Some(Box::new(refuse)));
    let page = readme(collect(&server, token(), &["acme/payments"]).await);
    assert_eq!((page.lines.len(), page.created.is_some()), (0, true));
    assert!((1..=3).contains(&server.asked()["POST /graphql"]), "those that were under way");
}
