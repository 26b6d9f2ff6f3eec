//! A server that plays an endpoint of the `OpenAI` kind, after a script.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Act {
    /// It answers with this status, these header lines and this body.
    Respond(u16, Vec<String>, String),
    /// It says nothing until the client gives up.
    Hang,
    /// It sends this much of a body, a byte at a time, and never ends.
    Drip(String),
    /// It closes the connection without a word.
    Close,
}

/// A chat completion that says `content`.
pub fn says(content: &str) -> Act {
    completion(
        json!({ "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": content } }] }),
    )
}

/// A chat completion with this body besides its usage.
pub fn completion(mut body: Value) -> Act {
    if body.get("model").is_none() {
        body["model"] = json!("scripted");
    }
    Act::Respond(200, vec![], body.to_string())
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Seen {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The question that was put.
    pub fn question(&self) -> String {
        self.json()["messages"][1]["content"].as_str().unwrap().to_owned()
    }
}

type Script = dyn Fn(&Seen, usize) -> Act + Send + Sync;

struct Shared {
    seen: Mutex<Vec<Seen>>,
    script: Box<Script>,
    open: AtomicUsize,
    most_open: AtomicUsize,
    stopped: AtomicBool,
}

/// The server. It ends with the value.
pub struct Model {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Model {
    /// A server that does what `script` says of each request and its number, from 0.
    pub fn new(script: impl Fn(&Seen, usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            seen: Mutex::default(),
            script: Box::new(script),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if serving.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&serving);
                std::thread::spawn(move || {
                    let _ = serve(&stream, &shared);
                });
            }
        });
        Self { address, shared }
    }

    /// A server that does these things, one after the other, and then the last again and again.
    pub fn acts(acts: Vec<Act>) -> Self {
        let queue = Mutex::new(VecDeque::from(acts));
        Self::new(move |_, _| {
            let mut queue = queue.lock().unwrap();
            if queue.len() > 1 { queue.pop_front().unwrap() } else { queue.front().unwrap().clone() }
        })
    }

    /// The address for `base_url`.
    pub fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The requests that came.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many requests were open at the same time at most.
    pub fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream.try_clone()?;
    loop {
        let mut head = String::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let length = head
            .lines()
            .find_map(|l| {
                l.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse::<usize>().unwrap())
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let seen = Seen { head, body: String::from_utf8(body).unwrap() };
        let number = {
            let mut all = shared.seen.lock().unwrap();
            all.push(seen.clone());
            all.len() - 1
        };
        let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most_open.fetch_max(open, Ordering::SeqCst);
        let act = (shared.script)(&seen, number);
        let done = perform(act, &mut reader, &mut out);
        shared.open.fetch_sub(1, Ordering::SeqCst);
        if !done? {
            return Ok(());
        }
    }
}

/// Whether the connection goes on.
fn perform(act: Act, reader: &mut BufReader<TcpStream>, out: &mut TcpStream) -> std::io::Result<bool> {
    match act {
        Act::Respond(status, headers, body) => {
            let headers: String = headers.iter().map(|h| format!("{h}\r\n")).collect();
            write!(
                out,
                "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
                body.len()
            )?;
            out.flush()?;
            Ok(true)
        }
        Act::Hang => {
            // Until the client has gone.
            let _ = reader.read(&mut [0]);
            Ok(false)
        }
        Act::Drip(text) => {
            write!(out, "HTTP/1.1 200 Scripted\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n")?;
            out.set_nodelay(true)?;
            out.set_write_timeout(Some(Duration::from_secs(20)))?;
            out.write_all(text.as_bytes())?;
            let _ = reader.read(&mut [0]);
            Ok(false)
        }
        Act::Close => Ok(false),
    }
}
