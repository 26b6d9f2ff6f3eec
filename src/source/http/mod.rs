//! The one way to a host: limits, repetition, caching and what keeps a token where it belongs.
//!
//! A [`Transport`] holds what a run shares: connections, proxies, certificates, the limiter of each
//! host, the cache, the clock. An [`Endpoint`] is one API on it: a checked base URL, the credential
//! for it, and how often it may be asked.
//!
//! - A credential goes to its own scheme, host and port alone; a redirect elsewhere is an error.
//! - Each host has a token bucket and a bound on what is under way. `Retry-After` (seconds or a date)
//!   holds all requests to the host.
//! - Reads are repeated after 408, 429, 5xx, broken connections and broken JSON, with growing waits
//!   that jitter spreads; writes only where they surely were not carried out.
//! - The time for a request, its repetitions and waits included, and the size of an answer once
//!   unpacked are bounded.
//! - An answer with an `ETag` or `Last-Modified` is kept in the [`Store`] and asked for again with
//!   `If-None-Match`: what has not changed costs no second download. The store holds no header that we send.

mod base;
mod clock;
mod endpoint;
mod error;
mod limiter;
mod request;
mod retry;
mod store;
mod transport;

#[cfg(test)]
mod tests;

pub use base::{BaseUrl, BaseUrlError, is_loopback, segment};
pub use clock::{Clock, Sleep, SystemClock};
pub use endpoint::{Endpoint, EndpointOptions};
pub use error::HttpError;
pub use limiter::Rate;
pub use request::{Request, Response};
pub use retry::Repeat;
pub use store::{FILE_NAME as STORE_FILE_NAME, Kept, Store, StoreError};
pub use transport::{Counts, Transport, TransportOptions};

#[cfg(test)]
pub(crate) use clock::TestClock;
