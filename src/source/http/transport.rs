//! What all endpoints of a run share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock::{Clock, SystemClock};
use super::error::HttpError;
use super::limiter::{Limiter, Rate};
use super::store::Store;

/// The environment variable with a file of certificates to trust besides the system's.
const CA_VARIABLE: &str = "SSL_CERT_FILE";

/// How a run talks to hosts.
#[derive(Debug)]
pub struct TransportOptions {
    /// The time for one attempt: connecting, sending, and reading the whole answer.
    pub attempt: Duration,
    /// The time for a request with all its repetitions and waits.
    pub total: Duration,
    /// How often a request is repeated at most.
    pub repetitions: u32,
    /// The largest answer, unpacked, in bytes.
    pub max_body: u64,
    /// A file of certificates (PEM) to trust besides the system's and those of `SSL_CERT_FILE`.
    pub ca_file: Option<PathBuf>,
    /// Where downloads are kept; none keeps nothing.
    pub store: Option<Arc<Store>>,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(60),
            total: Duration::from_secs(600),
            repetitions: 8,
            max_body: 64 << 20,
            ca_file: None,
            store: None,
            clock: Arc::new(SystemClock::default()),
        }
    }
}

/// How much was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Requests sent, repetitions included.
    pub sent: u64,
    /// Of these, repetitions.
    pub repeated: u64,
    /// Answers that came from the store, since the host said that nothing changed.
    pub kept: u64,
}

/// What all endpoints of a run share. Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY`).
#[derive(Debug)]
pub struct Transport {
    pub(super) client: reqwest::Client,
    pub(super) options: TransportOptions,
    limiters: Mutex<BTreeMap<String, Arc<Limiter>>>,
    pub(super) sent: AtomicU64,
    pub(super) repeated: AtomicU64,
    pub(super) kept: AtomicU64,
}

impl Transport {
    /// A transport.
    ///
    /// # Errors
    /// Where a file of certificates can't be read, or the TLS library can't start.
    pub fn new(options: TransportOptions) -> Result<Arc<Self>, HttpError> {
        let broken = |error: reqwest::Error| HttpError::Client { message: chain(&error) };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("shelflife/", env!("CARGO_PKG_VERSION")))
            // Redirects are followed by the endpoint, which knows where its credential may go.
            .redirect(reqwest::redirect::Policy::none())
            // So are repetitions.
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(options.attempt.min(Duration::from_secs(20)))
            .timeout(options.attempt);
        let given = std::env::var_os(CA_VARIABLE).filter(|file| !file.is_empty()).map(PathBuf::from);
        for file in given.iter().chain(&options.ca_file) {
            builder = builder.tls_certs_merge(certificates(file)?);
        }
        Ok(Arc::new(Self {
            client: builder.build().map_err(broken)?,
            options,
            limiters: Mutex::default(),
            sent: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
            kept: AtomicU64::new(0),
        }))
    }

    /// How much was asked so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts { sent: read(&self.sent), repeated: read(&self.repeated), kept: read(&self.kept) }
    }

    /// Where downloads are kept.
    #[must_use]
    pub fn store(&self) -> Option<&Arc<Store>> {
        self.options.store.as_ref()
    }

    /// Time and chance.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.options.clock
    }

    /// The limiter of `host`, of which all endpoints there share one; it allows what the strictest asks for.
    pub(super) fn limiter(&self, host: &str, rate: Rate) -> Arc<Limiter> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(limiter) = limiters.get(host) {
            limiter.tighten(rate);
            return Arc::clone(limiter);
        }
        let limiter = Arc::new(Limiter::new(rate, Arc::clone(&self.options.clock)));
        limiters.insert(host.to_owned(), Arc::clone(&limiter));
        limiter
    }
}

fn certificates(file: &Path) -> Result<Vec<reqwest::Certificate>, HttpError> {
    let broken = |reason: String| HttpError::Client {
        message: format!("the certificates in {} could not be read: {reason}", file.display()),
    };
    let pem = std::fs::read(file).map_err(|error| broken(error.to_string()))?;
    let found = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| broken(chain(&error)))?;
    if found.is_empty() {
        return Err(broken("there is none in PEM form".to_owned()));
    }
    Ok(found)
}

/// An error and what caused it, in one line; URLs, which may hold what is private, are left out.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut next: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&said);
        }
        next = cause.source();
    }
    if text.is_empty() {
        if error.is_timeout() { "it took too long".to_owned() } else { "it failed".to_owned() }
    } else {
        text
    }
}
