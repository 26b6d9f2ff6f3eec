//! Clones of systems over HTTP, from git's own server program behind a token check.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use shelflife::config::RepoAddress;
use shelflife::system::credentials::Tokens;
use shelflife::system::fetch::{FetchError, Fetched, fetch};

use crate::support::git_server::GitServer;
use crate::support::{Repo, git_in};

const TOKEN: &str = "ghs_a_secret_that_must_not_show";

const LIMIT: Duration = Duration::from_secs(60);

fn head(fetched: &Fetched) -> String {
    fetched.default.unwrap().to_string()
}

/// Every byte below `folder`.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            holds(&path, text)
        } else {
            memchr::memmem::find(&fs::read(&path).unwrap(), text.as_bytes()).is_some()
        }
    })
}

#[test]
fn a_clone_follows_its_host() {
    let repo = Repo::new();
    let first = repo.commit(&[("a.txt", "1\n")], &[], "One", 0);
    repo.branch("old").switch("main").tag("v1");
    let root = repo.path().parent().unwrap().to_owned();
    let server = GitServer::start(root, Some(TOKEN));
    let (address, tokens) = (server.address("repo/.git"), server.tokens(TOKEN));
    let cache = tempfile::tempdir().unwrap();
    let get = || fetch(&address, cache.path(), &tokens, LIMIT).unwrap();

    let fetched = get();
    assert_eq!((head(&fetched), fetched.stale.is_none()), (first.to_string(), true));
    assert_eq!(git_in(&fetched.path, &["rev-parse", "--is-bare-repository"]).trim(), "true");
    // What is new, a branch that is gone, and a history that was rewritten.
    let second = repo.commit(&[("a.txt", "2\n")], &[], "Two", 1);
    assert_eq!(head(&get()), second.to_string());
    repo.git(&["branch", "-q", "-D", "old"]);
    repo.git(&["reset", "-q", "--hard", &first.to_string()]);
    let other = repo.commit(&[("a.txt", "3\n")], &[], "Another two", 2);
    let fetched = get();
    assert_eq!(head(&fetched), other.to_string());
    let branches = git_in(&fetched.path, &["for-each-ref", "--format=%(refname)"]);
    assert_eq!(branches.split_whitespace().collect::<Vec<_>>(), ["refs/heads/main", "refs/tags/v1"]);
    // The token is nowhere in what was written.
    assert!(!holds(cache.path(), TOKEN));
}

#[test]
fn a_later_fetch_takes_only_what_is_new() {
    let repo = Repo::new();
    // Bytes that no compression makes small.
    let mut state = 7_u64;
    let noise: String = (0..60_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{:08x}", state >> 32)
        })
        .collect();
    repo.commit(&[("noise.txt", &noise)], &[], "One", 0);
    let server = GitServer::start(repo.path().parent().unwrap().to_owned(), None);
    let (address, tokens) = (server.address("repo/.git"), Arc::new(Tokens::default()));
    let cache = tempfile::tempdir().unwrap();
    fetch(&address, cache.path(), &tokens, LIMIT).unwrap();
    let whole = server.sent();
    assert!(whole > 200_000, "{whole}");
    let second = repo.commit(&[("a.txt", "new\n")], &[], "Two", 1);
    assert_eq!(head(&fetch(&address, cache.path(), &tokens, LIMIT).unwrap()), second.to_string());
    let new = server.sent();
    assert!(new < whole / 50, "{new} {whole}");
}

#[test]
fn a_wrong_token_a_missing_one_and_a_missing_repository_are_told_apart() {
    let repo = Repo::new();
    repo.commit(&[("a.txt", "1\n")], &[], "One", 0);
    let root = repo.path().parent().unwrap().to_owned();
    let server = GitServer::start(root, Some(TOKEN));
    let cache = tempfile::tempdir().unwrap();
    let get = |path: &str, tokens: &Arc<Tokens>| fetch(&server.address(path), cache.path(), tokens, LIMIT).unwrap_err();
    let wrong = get("repo/.git", &server.tokens("ghs_wrong_and_secret"));
    assert!(matches!(&wrong, FetchError::Unauthorized { given: true, .. }), "{wrong:?}");
    assert!(!wrong.to_string().contains("wrong_and_secret"), "{wrong}");
    let none = get("repo/.git", &Arc::new(Tokens::default()));
    assert!(
        none.to_string().contains("asks for a token") && none.to_string().contains("SHELFLIFE_GIT_TOKEN_127_0_0_1"),
        "{none}"
    );
    // A token for another host goes nowhere.
    let other = get("repo/.git", &Arc::new(Tokens::given(&[("github.com", TOKEN)])));
    assert!(matches!(&other, FetchError::Unauthorized { given: false, .. }), "{other:?}");
    let missing = get("nothing/.git", &server.tokens(TOKEN));
    assert!(matches!(&missing, FetchError::NotFound { .. }), "{missing:?}");
}

#[test]
fn an_unreachable_host_leaves_the_earlier_clone() {
    let repo = Repo::new();
    let first = repo.commit(&[("a.txt", "1\n")], &[], "One", 0);
    // A port that nobody listens at.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = RepoAddress::parse(&format!("http://127.0.0.1:{port}/a/b"), Path::new("")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let tokens = Arc::new(Tokens::default());
    let error = fetch(&gone, cache.path(), &tokens, LIMIT).unwrap_err();
    assert!(matches!(&error, FetchError::Unreachable { .. }), "{error:?}");
    // The same address, once it was fetched.
    let server = GitServer::start(repo.path().parent().unwrap().to_owned(), None);
    let address = server.address("repo/.git");
    let fetched = fetch(&address, cache.path(), &tokens, LIMIT).unwrap();
    fs::rename(repo.path().join(".git"), repo.path().join("away")).unwrap();
    let again = fetch(&address, cache.path(), &tokens, LIMIT).unwrap();
    assert_eq!((head(&again), again.path), (first.to_string(), fetched.path));
    assert!(again.stale.is_some());
}

#[test]
fn a_silent_host_costs_no_more_than_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://127.0.0.1:{}/a/b", listener.local_addr().unwrap().port());
    let address = RepoAddress::parse(&address, Path::new("")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let error = fetch(&address, cache.path(), &Arc::new(Tokens::default()), Duration::from_millis(300)).unwrap_err();
    assert!(matches!(error, FetchError::TimeLimit { .. }), "{error:?}");
}

/// A host that wants a token and then sends all who have one to `to`.
fn redirector(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let head = request_head(&stream);
            let target = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
            let answer = match head.to_lowercase().contains("\r\nauthorization:") {
                false => "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"".to_owned(),
                true => format!("302 Found\r\nLocation: http://127.0.0.1:{to}{target}"),
            };
            let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    port
}

fn request_head(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|n| n > 0) {}
    head
}

#[test]
fn a_token_follows_no_redirect_to_another_host() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = listener.local_addr().unwrap().port();
    let (send, seen) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            drop(send.send(request_head(&stream)));
            let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    let port = redirector(other);
    let address = RepoAddress::parse(&format!("http://127.0.0.1:{port}/a/b"), Path::new("")).unwrap();
    let tokens = Arc::new(Tokens::given(&[(&format!("127.0.0.1:{port}"), TOKEN)]));
    let cache = tempfile::tempdir().unwrap();
    let error = fetch(&address, cache.path(), &tokens, LIMIT).unwrap_err();
    assert!(!error.to_string().contains(TOKEN), "{error}");
    for head in seen.try_iter() {
        assert!(!head.to_lowercase().contains("\r\nauthorization:"), "{head}");
    }
}
