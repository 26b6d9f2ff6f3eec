//! One API: where it is, who we are there, and how it is asked.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::base::BaseUrl;
use super::error::HttpError;
use super::limiter::{Limiter, Rate};
use super::request::{Request, Response};
use super::retry::{self, Repeat, Verdict};
use super::store::Kept;
use super::transport::{Transport, chain};

/// Redirects within a host that are followed, for a repository that was renamed; more are a circle.
const MAX_REDIRECTS: u32 = 5;

/// A host that can't be reached at all is tried this often again and no more.
const MAX_CONNECTS: u32 = 4;

/// The store's space for answers that the host can confirm.
const SPACE: &str = "http";

/// What an endpoint is.
#[derive(Debug)]
pub struct EndpointOptions {
    /// Where it is.
    pub base: BaseUrl,
    /// Sent as `Authorization: Bearer …`, to the base's own scheme, host and port alone.
    pub token: Option<SecretString>,
    /// Sent with each request: a version of the API.
    pub headers: HeaderMap,
    /// How often it may be asked.
    pub rate: Rate,
}

/// One API on a [`Transport`].
#[derive(Debug, Clone)]
pub struct Endpoint {
    transport: Arc<Transport>,
    limiter: Arc<Limiter>,
    shared: Arc<EndpointOptions>,
    authorization: Option<HeaderValue>,
}

enum Failed {
    /// It may pass; was the request surely not carried out?
    Passing {
        unsent: bool,
        wait: Option<Duration>,
        held: bool,
        error: Box<HttpError>,
        answer: Option<Box<Response>>,
    },
    Final(HttpError),
}

impl Endpoint {
    /// An endpoint.
    ///
    /// # Errors
    /// Where the token holds what no header can.
    pub fn new(transport: Arc<Transport>, options: EndpointOptions) -> Result<Self, HttpError> {
        let authorization = match &options.token {
            None => None,
            Some(token) => {
                let mut value =
                    HeaderValue::try_from(format!("Bearer {}", token.expose_secret().trim())).map_err(|_| {
                        // Of the token itself nothing is repeated.
                        HttpError::Client {
                            message: format!(
                                "the token for {} holds line breaks or other characters that no token has",
                                options.base.host()
                            ),
                        }
                    })?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        let limiter = transport.limiter(&options.base.host(), options.rate);
        Ok(Self { transport, limiter, shared: Arc::new(options), authorization })
    }

    /// The same at another path of the same host, with the same limits.
    #[must_use]
    pub fn beside(&self, base: BaseUrl) -> Self {
        let options =
            EndpointOptions { base, token: None, headers: self.shared.headers.clone(), rate: self.shared.rate };
        Self { shared: Arc::new(options), ..self.clone() }
    }

    /// Where it is.
    #[must_use]
    pub fn base(&self) -> &BaseUrl {
        &self.shared.base
    }

    /// What it is on.
    #[must_use]
    pub fn transport(&self) -> &Arc<Transport> {
        &self.transport
    }

    /// Sends `request` and reads the whole answer, with repetitions as [`Repeat`] and [`Verdict`] allow. An
    /// answer that refuses is `Ok` too: see [`Response::ok`].
    ///
    /// # Errors
    /// Where the host can't be reached, takes too long, asks for too long a wait, answers with too
    /// much, sends us to another host, or with broken JSON where JSON is expected.
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let transport = &self.transport;
        let clock = transport.clock();
        let kept = self.kept(&request);
        let mut attempt = 0;
        let mut deadline = Duration::MAX;
        loop {
            let failed = {
                let _slot = self.limiter.acquire().await;
                if attempt == 0 {
                    // The queue before the first attempt does not count: a long one is no fault of the host.
                    deadline = clock.now().saturating_add(transport.options.total);
                } else if clock.now() >= deadline {
                    return Err(self.timed_out(&request));
                }
                if attempt > 0 {
                    transport.repeated.fetch_add(1, Ordering::Relaxed);
                }
                match self.attempt(&request, kept.as_ref()).await {
                    Ok(response) => return Ok(response),
                    Err(failed) => failed,
                }
            };
            let (unsent, wait, held, error, answer) = match failed {
                Failed::Final(error) => return Err(error),
                Failed::Passing { unsent, wait, held, error, answer } => (unsent, wait, held, error, answer),
            };
            let allowed = match request.repeat {
                Repeat::Read => true,
                Repeat::Write => unsent,
                Repeat::Never => false,
            };
            let left = deadline.saturating_sub(clock.now());
            let wait_for = wait.unwrap_or_default().max(if wait.is_none() || attempt > 1 {
                retry::backoff(attempt, clock.jitter())
            } else {
                // The host named the moment: a little later, and not all of us at once.
                Duration::from_millis(10).mul_f64(clock.jitter())
            });
            if held {
                self.limiter.pause(wait_for);
            }
            let most = if unsent && !held { MAX_CONNECTS } else { u32::MAX };
            if !allowed || attempt >= transport.options.repetitions.min(most) {
                return answer.map_or_else(|| Err(*error), |answer| Ok(*answer));
            }
            if wait_for >= left {
                return Err(match wait {
                    Some(wait) => HttpError::RateLimited { host: self.shared.base.host(), wait },
                    None => *error,
                });
            }
            attempt += 1;
            if !held {
                clock.sleep(wait_for).await;
            }
        }
    }

    /// Sends `request` and reads the answer as JSON.
    ///
    /// # Errors
    /// As [`Self::send`], and where the host refuses or the JSON has another form.
    pub async fn json<T: serde::de::DeserializeOwned>(&self, request: Request) -> Result<T, HttpError> {
        self.send(request.expecting_json()).await?.ok()?.json()
    }

    fn key(&self, request: &Request) -> String {
        // What is asked for may depend on these two.
        let header =
            |name: HeaderName| request.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        format!("{} {}", self.shared.base.join(&request.path), header(header::ACCEPT))
    }

    fn kept(&self, request: &Request) -> Option<Kept> {
        let store = self.transport.store().filter(|_| request.method == Method::GET)?;
        store.get(SPACE, &self.key(request))
    }

    async fn attempt(&self, request: &Request, kept: Option<&Kept>) -> Result<Response, Failed> {
        let mut url = self.shared.base.join(&request.path);
        let mut redirects = 0;
        loop {
            // Joining can't lead away from the base; a redirect could.
            if !self.shared.base.is_home_of(&url) {
                let to = url.host_str().unwrap_or("another host").to_owned();
                return Err(Failed::Final(HttpError::Redirect {
                    host: self.shared.base.host(),
                    what: request.what(),
                    to,
                }));
            }
            let answer = self.exchange(request, &url, kept).await?;
            let location = match answer.status {
                301 | 302 | 307 | 308 if matches!(request.method, Method::GET | Method::HEAD) => answer
                    .headers
                    .get(header::LOCATION)
                    .and_then(|to| to.to_str().ok())
                    .and_then(|to| url.join(to).ok()),
                _ => None,
            };
            let Some(next) = location else { return self.judged(request, answer, kept) };
            redirects += 1;
            if redirects > MAX_REDIRECTS {
                let to = "itself, again and again".to_owned();
                return Err(Failed::Final(HttpError::Redirect {
                    host: self.shared.base.host(),
                    what: request.what(),
                    to,
                }));
            }
            url = next;
        }
    }

    /// Sends once and reads the answer within the bounds.
    async fn exchange(&self, request: &Request, url: &Url, kept: Option<&Kept>) -> Result<Response, Failed> {
        let transport = &self.transport;
        let host = || self.shared.base.host();
        let mut headers = self.shared.headers.clone();
        headers.extend(request.headers.clone());
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        if let Some((name, value)) = kept.and_then(condition) {
            headers.insert(name, value);
        }
        let mut builder = transport.client.request(request.method.clone(), url.clone()).headers(headers);
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        transport.sent.fetch_add(1, Ordering::Relaxed);
        let broken = |error: reqwest::Error| {
            let unsent = error.is_connect();
            let message = chain(&error);
            if message.contains("invalid peer certificate") {
                // That does not pass by itself.
                let message =
                    format!("{message}; where a company's own authority signs it, name that in SSL_CERT_FILE");
                return Failed::Final(HttpError::Connect { host: host(), message });
            }
            let error = if error.is_timeout() && !unsent {
                HttpError::TimedOut { host: host(), what: request.what(), after: transport.options.attempt }
            } else {
                HttpError::Connect { host: host(), message }
            };
            Failed::Passing { unsent, wait: None, held: false, error: Box::new(error), answer: None }
        };
        let mut answer = builder.send().await.map_err(broken)?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let max = transport.options.max_body;
        let mut body = Vec::new();
        // What is counted is unpacked: a small answer may become a large one.
        while let Some(chunk) = answer.chunk().await.map_err(broken)? {
            if body.len() as u64 + chunk.len() as u64 > max {
                return Err(Failed::Final(HttpError::TooLarge { host: host(), what: request.what(), max }));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body, kept: false, url: url.clone(), what: request.what(), host: host() })
    }

    /// Judges an answer; keeps it where the host can confirm it later.
    fn judged(&self, request: &Request, mut answer: Response, kept: Option<&Kept>) -> Result<Response, Failed> {
        let transport = &self.transport;
        if let (304, Some(kept)) = (answer.status, kept) {
            transport.kept.fetch_add(1, Ordering::Relaxed);
            answer.status = 200;
            answer.body.clone_from(&kept.body);
            answer.kept = true;
            return Ok(answer);
        }
        let (unsent, wait) = match retry::judge(answer.status, &answer.headers, transport.clock().wall()) {
            Verdict::Slower(wait) => (true, wait),
            Verdict::Failed(wait) => (false, wait),
            Verdict::Final => return self.accepted(request, answer),
        };
        let error = match answer.clone().ok() {
            Err(error) => error,
            Ok(_) => self.timed_out(request),
        };
        // Where the host asks for less, all our requests to it wait.
        Err(Failed::Passing { unsent, wait, held: unsent, error: Box::new(error), answer: Some(Box::new(answer)) })
    }

    fn accepted(&self, request: &Request, answer: Response) -> Result<Response, Failed> {
        let good = (200..300).contains(&answer.status);
        if good
            && request.json
            && let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&answer.body)
        {
            let error = HttpError::Json { host: answer.host, what: answer.what, message: error.to_string() };
            return Err(Failed::Passing {
                unsent: false,
                wait: None,
                held: false,
                error: Box::new(error),
                answer: None,
            });
        }
        if answer.status == 200
            && request.method == Method::GET
            && let Some(store) = self.transport.store()
            && let Some(tag) = tag(&answer.headers)
        {
            store.put(SPACE, &self.key(request), &tag, &answer.body);
        }
        Ok(answer)
    }

    fn timed_out(&self, request: &Request) -> HttpError {
        let after = self.transport.options.total;
        HttpError::TimedOut { host: self.shared.base.host(), what: request.what(), after }
    }
}

/// By what the host will know its answer again: `e` and an entity tag, or `m` and a date.
fn tag(headers: &HeaderMap) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    text(header::ETAG)
        .map(|etag| format!("e{etag}"))
        .or_else(|| text(header::LAST_MODIFIED).map(|date| format!("m{date}")))
}

fn condition(kept: &Kept) -> Option<(HeaderName, HeaderValue)> {
    let (kind, value) = kept.tag.split_at_checked(1)?;
    let name = if kind == "e" { header::IF_NONE_MATCH } else { header::IF_MODIFIED_SINCE };
    Some((name, HeaderValue::try_from(value).ok()?))
}
