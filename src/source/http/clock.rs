//! Time and chance, which tests bring themselves.

use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::pin::Pin;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// A wait.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Time and chance.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;
    /// The time of day, for `Retry-After` and rate limits that name a date.
    fn wall(&self) -> DateTime<Utc>;
    /// Waits.
    fn sleep(&self, duration: Duration) -> Sleep;
    /// From 0 up to 1: so that many clients don't come back at the same moment.
    fn jitter(&self) -> f64;
}

/// The machine's own.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wall(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn jitter(&self) -> f64 {
        // The standard library's keys for hash maps are random; that is chance enough here.
        let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
        f64::from(u32::try_from(random >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A clock that never waits: a sleep moves it on at once.
#[cfg(test)]
#[derive(Debug)]
pub struct TestClock {
    passed: std::sync::Mutex<Duration>,
    start: DateTime<Utc>,
}

#[cfg(test)]
impl TestClock {
    /// At `start`.
    pub fn new(start: DateTime<Utc>) -> Self {
        Self { passed: std::sync::Mutex::default(), start }
    }
}

#[cfg(test)]
impl Clock for TestClock {
    fn now(&self) -> Duration {
        *self.passed.lock().unwrap()
    }

    fn wall(&self) -> DateTime<Utc> {
        self.start + self.now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        *self.passed.lock().unwrap() += duration;
        Box::pin(std::future::ready(()))
    }

    fn jitter(&self) -> f64 {
        0.5
    }
}
