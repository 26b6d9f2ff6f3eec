//! Clones of systems over HTTP, from git's own server program behind a token check.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use shelflife::config::RepoAddress;
use shelflife::system::credentials::Tokens;
use shelflife::system::fetch::{FetchError, Fetched, fetch};

use crate::support::{Repo, git_in};

const TOKEN: &str = "ghs_a_secret_that_must_not_show";

/// `git http-backend` for the repositories below a folder, for who has the token. It ends with the tests.
struct Server {
    port: u16,
}

impl Server {
    fn start(root: PathBuf, token: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let root = root.clone();
                std::thread::spawn(move || drop(serve(stream, &root, token)));
            }
        });
        Self { port }
    }

    fn address(&self, path: &str) -> RepoAddress {
        RepoAddress::parse(&format!("http://127.0.0.1:{}/{path}", self.port), Path::new("")).unwrap()
    }

    fn tokens(&self, token: &str) -> Arc<Tokens> {
        Arc::new(Tokens::given(&[(&format!("127.0.0.1:{}", self.port), token)]))
    }
}

/// Answers the requests of one connection.
fn serve(stream: TcpStream, root: &Path, token: Option<&str>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split_whitespace();
        let (method, target) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
        let mut headers: Vec<(String, String)> = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let mut body = Vec::new();
        if header("transfer-encoding").is_some() {
            loop {
                let mut size = String::new();
                reader.read_line(&mut size)?;
                let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
                let mut chunk = vec![0; size + 2];
                reader.read_exact(&mut chunk)?;
                body.extend_from_slice(&chunk[..size]);
                if size == 0 {
                    break;
                }
            }
        } else if let Some(size) = header("content-length").and_then(|l| l.parse().ok()) {
            body = vec![0; size];
            reader.read_exact(&mut body)?;
        }
        // `x-access-token:TOKEN`, as GitHub takes it.
        let wanted = token.map(|t| format!("Basic {}", base64(format!("x-access-token:{t}").as_bytes())));
        if wanted.is_some() && header("authorization") != wanted {
            write!(
                out,
                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\n\r\n"
            )?;
            continue;
        }
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let mut backend = Command::new("git")
            .arg("http-backend")
            .env("GIT_PROJECT_ROOT", root)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("PATH_INFO", path)
            .env("QUERY_STRING", query)
            .env("REQUEST_METHOD", &method)
            .env("CONTENT_TYPE", header("content-type").unwrap_or_default())
            .env("CONTENT_LENGTH", body.len().to_string())
            .env("HTTP_CONTENT_ENCODING", header("content-encoding").unwrap_or_default())
            .env("GIT_PROTOCOL", header("git-protocol").unwrap_or_default())
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", "safe.directory")
            .env("GIT_CONFIG_VALUE_0", "*")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut input = backend.stdin.take().unwrap();
        let writer = std::thread::spawn(move || drop(input.write_all(&body)));
        let answer = backend.wait_with_output()?.stdout;
        drop(writer.join());
        let at = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(0);
        let head = String::from_utf8_lossy(&answer[..at]).into_owned();
        let content = answer.get(at + 4..).unwrap_or_default();
        let status = head.lines().find_map(|l| l.strip_prefix("Status: ")).unwrap_or("200 OK");
        let rest: String = head.lines().filter(|l| !l.starts_with("Status: ")).map(|l| format!("{l}\r\n")).collect();
        write!(out, "HTTP/1.1 {status}\r\n{rest}Content-Length: {}\r\n\r\n", content.len())?;
        out.write_all(content)?;
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for n in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * n) & 63) as usize] as char;
            out.push(if n <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

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
    let server = Server::start(root, Some(TOKEN));
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
fn a_wrong_token_a_missing_one_and_a_missing_repository_are_told_apart() {
    let repo = Repo::new();
    repo.commit(&[("a.txt", "1\n")], &[], "One", 0);
    let root = repo.path().parent().unwrap().to_owned();
    let server = Server::start(root, Some(TOKEN));
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
    let server = Server::start(repo.path().parent().unwrap().to_owned(), None);
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
