//! Private authorities and proxies, for the APIs and for git alike.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::git_server::GitServer;
use crate::support::program::{Run, finish, program};
use crate::support::{Repo, github, tls};

const GIT_TOKEN: &str = "ghs_git_secret_that_must_not_show";

/// A host with a private certificate that is asked for pages by its API and for a system by git.
struct Host {
    folder: tempfile::TempDir,
    repo: Repo,
    git: GitServer,
}

impl Host {
    fn new() -> Self {
        let repo = Repo::new();
        repo.commit(&[("a.txt", "1\n")], &[], "One", 0);
        let git = GitServer::start_tls(repo.path().parent().unwrap().to_owned(), Some(GIT_TOKEN));
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        let base = format!("https://localhost:{}", git.port);
        let config = format!(
            "[[system]]\nname = \"pay\"\nrepo = \"{base}/repo/.git\"\n[[source]]\nkind = \"github\"\nbase_url = \"{base}\"\nrepos = [\"acme/pay\"]\n"
        );
        std::fs::write(folder.path().join("work/given.toml"), config).unwrap();
        Self { folder, repo, git }
    }

    /// Audits with these variables set and says what came of it; a cache of its own for each.
    fn audit(&self, set: &[(&str, &str)]) -> (Run, Value) {
        let place: PathBuf = self.folder.path().join("work");
        let cache = tempfile::tempdir().unwrap();
        let mut command = program(&place);
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command
            .env("XDG_CACHE_HOME", cache.path())
            .env(format!("SHELFLIFE_GIT_TOKEN_LOCALHOST_{}", self.git.port), GIT_TOKEN)
            .env("SHELFLIFE_GITHUB_TOKEN", github::TOKEN)
            .envs(set.iter().copied())
            .args(["audit", "--config", "given.toml", "--format", "json", "--no-progress"]);
        // Of pages there are none.
        let run = finish(&mut command).ended(3);
        let audit = run.json();
        (run, audit)
    }
}

/// Whether git got the system, and what is said of the pages: the host knows git's token alone.
fn reached(audit: &Value) -> (bool, String) {
    let system = audit["systems"].as_array().unwrap().iter().any(|system| system["name"] == "pay");
    let said: Vec<&str> =
        audit["inconclusive"].as_array().unwrap().iter().map(|i| i["message"].as_str().unwrap()).collect();
    (system, said.join("\n"))
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named_and_only_there() {
    let host = Host::new();
    let authority = tls::authority();
    let (_, audit) = host.audit(&[("SSL_CERT_FILE", authority.to_str().unwrap())]);
    let (system, said) = reached(&audit);
    assert!(system, "{said}");
    // The API answered: it knows another token.
    assert!(said.contains("does not know the token"), "{said}");
    assert_eq!(audit["systems"][0]["head"], host.repo.head().to_string());

    let (_, audit) = host.audit(&[]);
    let (system, said) = reached(&audit);
    assert!(!system, "{said}");
    assert_eq!(said.matches("SSL_CERT_FILE").count(), 2, "{said}");
}

/// A proxy that makes tunnels to this machine, whatever host is named, and keeps what it was told first.
struct Proxy {
    address: String,
    told: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let told = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&told);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let told = Arc::clone(&shared);
                std::thread::spawn(move || drop(tunnel(stream, &told)));
            }
        });
        Self { address, told }
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

fn tunnel(client: TcpStream, told: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    told.lock().unwrap().push(head.clone());
    let port = head.split([' ', ':']).nth(2).and_then(|port| port.parse::<u16>().ok()).unwrap_or_default();
    let (mut there, mut client) = (TcpStream::connect(("127.0.0.1", port))?, client);
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut back, mut answer) = (there.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || drop(std::io::copy(&mut back, &mut answer)));
    let mut bytes = [0; 8192];
    loop {
        match reader.read(&mut bytes)? {
            0 => return there.shutdown(std::net::Shutdown::Write),
            n => there.write_all(&bytes[..n])?,
        }
    }
}

#[test]
fn git_and_the_apis_go_through_the_proxy_and_past_it_where_that_is_said() {
    let host = Host::new();
    let proxy = Proxy::start();
    let authority = tls::authority();
    let (authority, through) = (authority.to_str().unwrap(), format!("http://{}", proxy.address));
    let set = [("SSL_CERT_FILE", authority), ("HTTPS_PROXY", &*through)];
    let (_, audit) = host.audit(&set);
    let (system, said) = reached(&audit);
    assert!(system && said.contains("does not know the token"), "{said}");
    let told = proxy.told();
    let tunnel = format!("CONNECT localhost:{} ", host.git.port);
    // One for the API, and git's own.
    assert!(told.len() >= 2 && told.iter().all(|head| head.starts_with(&tunnel)), "{told:?}");
    assert!(
        told.iter().any(|head| head.contains("git/")) && told.iter().any(|head| !head.contains("git/")),
        "{told:?}"
    );
    for head in &told {
        let lower = head.to_lowercase();
        assert!(!head.contains(GIT_TOKEN) && !head.contains(github::TOKEN), "{head}");
        assert!(!lower.contains("\r\nauthorization") && !lower.contains("\r\nproxy-authorization"), "{head}");
    }
    let (_, audit) = host.audit(&[set[0], set[1], ("NO_PROXY", "localhost")]);
    assert!(reached(&audit).0, "{}", reached(&audit).1);
    assert_eq!(proxy.told(), Vec::<String>::new());
    // A proxy that is not there is named as what can't be reached.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (_, audit) = host.audit(&[set[0], ("HTTPS_PROXY", &format!("http://{gone}"))]);
    let (system, said) = reached(&audit);
    assert!(!system && said.contains("HTTPS_PROXY"), "{said}");
}
