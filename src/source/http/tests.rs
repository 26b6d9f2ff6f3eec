//! The layer against a server that says what the test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request as Asked;
use axum::http::{Response as Answer, StatusCode};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;

const TOKEN: &str = "secret-token-of-the-test";

type Script = Arc<Mutex<VecDeque<Answer<Body>>>>;
type Seen = Arc<Mutex<Vec<(String, Option<String>, Option<String>)>>>;

struct Server {
    base: String,
    seen: Seen,
}

impl Server {
    /// Gives the answers in turn, then 200 `{}`.
    async fn start(answers: Vec<Answer<Body>>) -> Self {
        let script: Script = Arc::new(Mutex::new(answers.into()));
        let seen: Seen = Seen::default();
        let noted = Arc::clone(&seen);
        let app = Router::new().fallback(move |asked: Asked| {
            let text = |name: &str| asked.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
            noted.lock().unwrap().push((asked.uri().to_string(), text("authorization"), text("if-none-match")));
            let next = script.lock().unwrap().pop_front();
            async move { next.unwrap_or_else(|| answer(200, &[], "{}")) }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|(uri, ..)| uri.clone()).collect()
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer<Body> {
    let mut builder = Answer::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).unwrap()
}

fn clock() -> Arc<TestClock> {
    Arc::new(TestClock::new("2026-11-24T10:00:00Z".parse().unwrap()))
}

fn endpoint(base: &str, options: TransportOptions) -> Endpoint {
    let options_of = EndpointOptions {
        base: BaseUrl::parse(base).unwrap(),
        token: Some(SecretString::from(TOKEN)),
        headers: reqwest::header::HeaderMap::new(),
        rate: Rate { per_second: 1000.0, burst: 10, concurrency: 4 },
    };
    Endpoint::new(Transport::new(options).unwrap(), options_of).unwrap()
}

fn on(clock: &Arc<TestClock>) -> TransportOptions {
    TransportOptions { clock: Arc::clone(clock) as Arc<dyn Clock>, ..TransportOptions::default() }
}

#[tokio::test]
async fn waits_as_long_as_the_host_asks() {
    let server = Server::start(vec![
        answer(429, &[("retry-after", "7")], "{}"),
        answer(529, &[("retry-after", "Tue, 24 Nov 2026 10:00:20 GMT")], "{}"),
        answer(200, &[], r#"{"a":1}"#),
    ])
    .await;
    let clock = clock();
    let endpoint = endpoint(&server.base, on(&clock));
    let got: Value = endpoint.json(Request::get("/x")).await.unwrap();
    assert_eq!(got, json!({"a": 1}));
    let waited = clock.now().as_secs_f64();
    assert!((20.0..21.0).contains(&waited), "{waited}");
    assert_eq!(endpoint.transport().counts(), Counts { sent: 3, repeated: 2, kept: 0 });
}

#[tokio::test]
async fn reads_are_repeated_after_what_may_pass() {
    let server = Server::start(vec![
        answer(500, &[], "oops"),
        answer(429, &[], ""),
        answer(503, &[], ""),
        answer(200, &[], r#"{"cut": "#),
        answer(200, &[], r#"{"whole": true}"#),
    ])
    .await;
    let clock = clock();
    let got: Value = endpoint(&server.base, on(&clock)).json(Request::get("/x")).await.unwrap();
    assert_eq!(got, json!({"whole": true}));
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn what_never_passes_ends_with_the_hosts_own_word() {
    let broken = || answer(500, &[], r#"{"code":"internal_server_error","message":"no luck"}"#);
    let server = Server::start((0..20).map(|_| broken()).collect()).await;
    let clock = clock();
    let error = endpoint(&server.base, on(&clock)).json::<Value>(Request::get("/x?private=1")).await.unwrap_err();
    assert_eq!(error.status(), Some(500));
    assert!(error.to_string().contains("GET /x with status 500: no luck"), "{error}");
    assert_eq!(server.seen().len(), 9);
}

#[tokio::test]
async fn writes_are_sent_again_only_where_they_were_not_carried_out() {
    let server = Server::start(vec![answer(429, &[("retry-after", "1")], ""), answer(500, &[], "")]).await;
    let clock = clock();
    let endpoint = endpoint(&server.base, on(&clock));
    let request = Request::new(Method::POST, "/issues", Repeat::Write).with_json(&json!({"a": 1}));
    let answer = endpoint.send(request).await.unwrap();
    assert_eq!(answer.status, 500);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_wait_beyond_the_time_for_a_request_is_an_error_at_once() {
    let server = Server::start(vec![answer(429, &[("retry-after", "86400")], "")]).await;
    let clock = clock();
    let error = endpoint(&server.base, on(&clock)).send(Request::get("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::RateLimited { .. }), "{error}");
    assert_eq!(clock.now(), Duration::ZERO);
}

#[tokio::test]
async fn refusals_are_not_repeated() {
    let server = Server::start(vec![answer(404, &[], r#"{"code":"object_not_found","message":"x"}"#)]).await;
    let error = endpoint(&server.base, on(&clock())).json::<Value>(Request::get("/x")).await.unwrap_err();
    assert!(matches!(&error, HttpError::Status { status: 404, code: Some(code), .. } if code == "object_not_found"));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_token_follows_no_redirect_to_another_host() {
    let other = Server::start(vec![]).await;
    let server = Server::start(vec![
        answer(302, &[("location", &format!("{}/stolen", other.base))], ""),
        answer(301, &[("location", "/moved")], ""),
        answer(200, &[], "{}"),
    ])
    .await;
    let endpoint = endpoint(&server.base, on(&clock()));
    let error = endpoint.send(Request::get("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::Redirect { .. }), "{error}");
    assert!(other.seen().is_empty());
    endpoint.send(Request::get("/x")).await.unwrap();
    assert_eq!(server.seen(), ["/x", "/x", "/moved"]);
    let seen = server.seen.lock().unwrap().clone();
    assert!(seen.iter().all(|(_, authorization, _)| authorization.as_deref() == Some(&*format!("Bearer {TOKEN}"))));
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let server = Server::start((0..50).map(|_| answer(302, &[("location", "/again")], "")).collect()).await;
    let error = endpoint(&server.base, on(&clock())).send(Request::get("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::Redirect { .. }), "{error}");
    assert!(server.seen().len() < 10);
}

#[tokio::test]
async fn an_unchanged_answer_costs_no_second_download() {
    let server = Server::start(vec![
        answer(200, &[("etag", "\"v1\"")], r#"{"n":1}"#),
        answer(304, &[], ""),
        answer(200, &[("etag", "\"v2\"")], r#"{"n":2}"#),
        answer(304, &[], ""),
    ])
    .await;
    let options = TransportOptions { store: Some(Arc::new(Store::in_memory().unwrap())), ..on(&clock()) };
    let endpoint = endpoint(&server.base, options);
    let mut got = Vec::new();
    for _ in 0..4 {
        let answer = endpoint.send(Request::get("/x")).await.unwrap();
        got.push((answer.json::<Value>().unwrap()["n"].as_u64().unwrap(), answer.kept));
    }
    assert_eq!(got, [(1, false), (1, true), (2, false), (2, true)]);
    let asked: Vec<Option<String>> = server.seen.lock().unwrap().iter().map(|(_, _, etag)| etag.clone()).collect();
    assert_eq!(asked, [None, Some("\"v1\"".to_owned()), Some("\"v1\"".to_owned()), Some("\"v2\"".to_owned())]);
}

/// `1 + 258 * runs` nulls, packed to less than a hundredth: one block of fixed Huffman codes, a literal
/// and then `runs` times "the last byte, 258 times".
fn bomb(runs: usize) -> Vec<u8> {
    let (mut bytes, mut bit) = (vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0], 0);
    let mut push = |code: u32, length: u32| {
        for at in (0..length).rev() {
            if bit == 8 {
                bytes.push(0);
                bit = 0;
            }
            *bytes.last_mut().unwrap() |= u8::try_from((code >> at) & 1).unwrap() << bit;
            bit += 1;
        }
    };
    // The last block, of fixed codes; the literal 0.
    push(0b110, 3);
    push(0x30, 8);
    for _ in 0..runs {
        // Length 258, distance 1.
        push(0b1100_0101, 8);
        push(0, 5);
    }
    push(0, 7);
    let length = 1 + 258 * runs;
    let mut crc = u32::MAX;
    for _ in 0..length * 8 {
        crc = (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
    }
    bytes.extend((!crc).to_le_bytes());
    bytes.extend(u32::try_from(length).unwrap().to_le_bytes());
    bytes
}

#[tokio::test]
async fn an_answer_is_bounded_once_unpacked() {
    let packed = bomb(5000);
    let length = 1 + 258 * 5000;
    assert!(packed.len() * 100 < length);
    let gzip = || answer(200, &[("content-encoding", "gzip")], packed.clone());
    let server = Server::start(vec![gzip(), gzip()]).await;
    let max = |max_body: u64| TransportOptions { max_body, ..on(&clock()) };
    let error = endpoint(&server.base, max(length as u64 - 1)).send(Request::get("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::TooLarge { .. }), "{error}");
    let whole = endpoint(&server.base, max(length as u64)).send(Request::get("/x")).await.unwrap();
    assert_eq!(whole.body.len(), length);
}

#[tokio::test]
async fn a_host_that_stalls_or_hangs_up_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    // Keeps each connection open, and says nothing.
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            open.push(stream);
        }
    });
    let options = TransportOptions { attempt: Duration::from_millis(60), repetitions: 2, ..on(&clock()) };
    let endpoint_there = endpoint(&base, options);
    let error = endpoint_there.send(Request::get("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::TimedOut { .. }), "{error}");
    assert_eq!(endpoint_there.transport().counts().sent, 3);

    // A port that no one listens on.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let options = TransportOptions { repetitions: 1, ..on(&clock()) };
    let error = endpoint(&base, options).send(Request::get("/x")).await.unwrap_err();
    assert!(matches!(error, HttpError::Connect { .. }), "{error}");
}

#[tokio::test]
async fn the_token_is_in_nothing_that_can_be_printed() {
    let server = Server::start(vec![answer(401, &[], r#"{"message":"bad"}"#)]).await;
    let endpoint = endpoint(&server.base, on(&clock()));
    let error = endpoint.json::<Value>(Request::get("/x")).await.unwrap_err();
    for text in [format!("{error} {error:?}"), format!("{endpoint:?}"), format!("{:?}", endpoint.transport())] {
        assert!(!text.contains(TOKEN), "{text}");
    }
    let options = EndpointOptions {
        base: BaseUrl::parse(&server.base).unwrap(),
        token: Some(SecretString::from(format!("{TOKEN}\nX-Evil: 1"))),
        headers: reqwest::header::HeaderMap::new(),
        rate: Rate { per_second: 1.0, burst: 1, concurrency: 1 },
    };
    let error = Endpoint::new(Arc::clone(endpoint.transport()), options).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
}
