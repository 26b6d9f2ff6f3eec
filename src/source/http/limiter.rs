//! How often and how many at once a host is asked.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::clock::Clock;

/// What a host allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second, over time.
    pub per_second: f64,
    /// How many may go at once after a pause.
    pub burst: u32,
    /// How many may be under way at once.
    pub concurrency: usize,
}

impl Rate {
    /// The time that one request uses up.
    fn interval(self) -> Duration {
        if self.per_second.is_finite() && self.per_second > 0.0 {
            Duration::try_from_secs_f64(1.0 / self.per_second).unwrap_or(Duration::MAX / 4)
        } else {
            Duration::ZERO
        }
    }
}

/// A token bucket and a bound on what is under way, for one host.
#[derive(Debug)]
pub struct Limiter {
    clock: Arc<dyn Clock>,
    slots: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    interval: Duration,
    burst: u32,
    /// When the bucket will be full again, were nothing more taken.
    full_at: Duration,
    /// Nothing goes before: the host asked us to wait.
    paused_until: Duration,
}

impl Limiter {
    /// With a full bucket.
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            interval: rate.interval(),
            burst: rate.burst.max(1),
            full_at: Duration::ZERO,
            paused_until: Duration::ZERO,
        };
        Self { clock, slots: Arc::new(Semaphore::new(rate.concurrency.max(1))), state: Mutex::new(state) }
    }

    /// Never allows more than `rate`: another user of the same host may ask for less.
    pub fn tighten(&self, rate: Rate) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.interval = state.interval.max(rate.interval());
        state.burst = state.burst.min(rate.burst.max(1));
    }

    /// Waits until one more request may go. It is under way until the permit is dropped.
    pub async fn acquire(&self) -> OwnedSemaphorePermit {
        let permit = loop {
            match Arc::clone(&self.slots).acquire_owned().await {
                Ok(permit) => break permit,
                // The semaphore is never closed; were it, waiting for ever would be the worse answer.
                Err(_) => tokio::task::yield_now().await,
            }
        };
        let mut wait = self.take();
        while !wait.is_zero() {
            self.clock.sleep(wait).await;
            // The host may have asked for a pause meanwhile.
            wait = self.pause_left();
        }
        permit
    }

    /// Takes one from the bucket; how long to wait for it.
    fn take(&self) -> Duration {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let from = now.max(state.paused_until);
        let depth = state.interval.saturating_mul(state.burst);
        state.full_at = state.full_at.max(from).saturating_add(state.interval);
        state.full_at.saturating_sub(depth).max(state.paused_until).saturating_sub(now)
    }

    fn pause_left(&self) -> Duration {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.paused_until.saturating_sub(self.clock.now())
    }

    /// Lets nothing go for `duration`, and empties the bucket: what waited must not come at once.
    pub fn pause(&self, duration: Duration) {
        let until = self.clock.now().saturating_add(duration);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if until > state.paused_until {
            state.paused_until = until;
            let emptied = until.saturating_add(state.interval.saturating_mul(state.burst.saturating_sub(1)));
            state.full_at = state.full_at.max(emptied);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::TestClock;
    use super::*;

    fn limiter(per_second: f64, burst: u32) -> (Arc<TestClock>, Limiter) {
        let clock = Arc::new(TestClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let rate = Rate { per_second, burst, concurrency: 8 };
        (Arc::clone(&clock), Limiter::new(rate, clock))
    }

    #[tokio::test]
    async fn a_burst_and_then_the_rate() {
        let (clock, limiter) = limiter(10.0, 5);
        for _ in 0..5 {
            drop(limiter.acquire().await);
        }
        assert_eq!(clock.now(), Duration::ZERO);
        for _ in 0..20 {
            drop(limiter.acquire().await);
        }
        assert_eq!(clock.now().as_millis(), 2000);
    }

    #[tokio::test]
    async fn a_pause_holds_all_and_no_burst_follows_it() {
        let (clock, limiter) = limiter(10.0, 5);
        limiter.pause(Duration::from_secs(7));
        drop(limiter.acquire().await);
        assert_eq!(clock.now().as_millis(), 7000);
        drop(limiter.acquire().await);
        assert_eq!(clock.now().as_millis(), 7100);
    }

    #[tokio::test]
    async fn odd_rates_neither_hang_nor_panic() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let (clock, limiter) = limiter(rate, 0);
            for _ in 0..3 {
                drop(limiter.acquire().await);
            }
            assert_eq!(clock.now(), Duration::ZERO, "{rate}");
        }
    }
}
