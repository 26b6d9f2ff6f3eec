//! Git's own server program behind HTTP on a port of this machine, and a token check.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shelflife::config::RepoAddress;
use shelflife::system::credentials::Tokens;
use tokio_rustls::rustls::{ServerConnection, StreamOwned};

/// `git http-backend` for the repositories below a folder, for who has the token. It ends with the tests.
pub struct GitServer {
    /// Its port of this machine.
    pub port: u16,
    sent: Arc<AtomicUsize>,
}

impl GitServer {
    /// Starts it, on threads of its own.
    pub fn start(root: PathBuf, token: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, counter) = (root.clone(), Arc::clone(&counter));
                std::thread::spawn(move || drop(serve(stream, &root, token, &counter)));
            }
        });
        Self { port, sent }
    }

    /// The same over TLS, for `localhost`, with the private certificate of [`super::tls`].
    pub fn start_tls(root: PathBuf, token: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = super::tls::server_config();
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, config, counter) = (root.clone(), Arc::clone(&config), Arc::clone(&counter));
                std::thread::spawn(move || {
                    let connection = ServerConnection::new(config).unwrap();
                    drop(serve(StreamOwned::new(connection, stream), &root, token, &counter));
                });
            }
        });
        Self { port, sent }
    }

    /// How many bytes of answers it has sent, since the last time.
    pub fn sent(&self) -> usize {
        self.sent.swap(0, Ordering::Relaxed)
    }

    /// The address of a repository.
    pub fn address(&self, path: &str) -> RepoAddress {
        RepoAddress::parse(&format!("http://127.0.0.1:{}/{path}", self.port), Path::new("")).unwrap()
    }

    /// `token`, for this server.
    pub fn tokens(&self, token: &str) -> Arc<Tokens> {
        Arc::new(Tokens::given(&[(&format!("127.0.0.1:{}", self.port), token)]))
    }
}

/// Answers the requests of one connection, whatever it runs over.
fn serve<S: Read + Write>(stream: S, root: &Path, token: Option<&str>, sent: &AtomicUsize) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
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
                reader.get_mut(),
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
        let out = reader.get_mut();
        write!(out, "HTTP/1.1 {status}\r\n{rest}Content-Length: {}\r\n\r\n", content.len())?;
        out.write_all(content)?;
        sent.fetch_add(content.len(), Ordering::Relaxed);
        out.flush()?;
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
