//! Whether and when a request is sent again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;

/// The first wait where the host names none.
const FIRST: Duration = Duration::from_millis(500);
/// No wait of our own choice is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// How a request may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It changes nothing: after any failure that may pass.
    Read,
    /// It changes something: only where it surely was not carried out (it was never sent, or the host
    /// refused it for its rate). Whoever writes looks first whether the rest is there.
    Write,
    /// Never.
    Never,
}

/// What an answer means for a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It stands.
    Final,
    /// The host asks for less; the wait that it names, if any. The request was not carried out.
    Slower(Option<Duration>),
    /// The host failed; whether it carried the request out is not known.
    Failed(Option<Duration>),
}

/// Judges an answer by its status and its headers.
pub fn judge(status: u16, headers: &HeaderMap, wall: DateTime<Utc>) -> Verdict {
    let named = retry_after(headers, wall);
    match status {
        429 | 529 => Verdict::Slower(named.or_else(|| rate_limit_reset(headers, wall))),
        // GitHub's way to say 429.
        403 if named.is_some() => Verdict::Slower(named),
        403 if is_used_up(headers) => Verdict::Slower(rate_limit_reset(headers, wall)),
        408 | 500..=599 => Verdict::Failed(named),
        _ => Verdict::Final,
    }
}

/// `Retry-After`: whole seconds, or a date.
pub fn retry_after(headers: &HeaderMap, wall: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(value).ok()?;
    // A date that has passed means: now.
    Some((date.to_utc() - wall).to_std().unwrap_or_default())
}

fn is_used_up(headers: &HeaderMap) -> bool {
    headers.get("x-ratelimit-remaining").is_some_and(|left| left.as_bytes() == b"0")
}

/// `x-ratelimit-reset`: the second of the epoch at which the budget is full again.
fn rate_limit_reset(headers: &HeaderMap, wall: DateTime<Utc>) -> Option<Duration> {
    let seconds: i64 = headers.get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    let at = DateTime::from_timestamp(seconds, 0)?;
    // A second on top: the host's clock may lag.
    Some((at - wall).to_std().unwrap_or_default() + Duration::from_secs(1))
}

/// The wait before repetition number `attempt` (from 0): doubled each time, and from half of it to the
/// whole by `jitter` (0 to 1).
pub fn backoff(attempt: u32, jitter: f64) -> Duration {
    let whole = FIRST.saturating_mul(1 << attempt.min(10)).min(LONGEST);
    whole.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn wall() -> DateTime<Utc> {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn both_forms_of_retry_after() {
        let seconds = |value| retry_after(&headers(&[("retry-after", value)]), wall()).map(|d| d.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("Tue, 24 Nov 2026 10:00:30 GMT"), Some(30));
        assert_eq!(seconds("Tue, 24 Nov 2026 09:00:00 GMT"), Some(0));
        for odd in ["soon", "-3", "", "99999999999999999999999"] {
            assert_eq!(seconds(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_403_is_a_limit_only_where_its_headers_say_so() {
        assert_eq!(judge(403, &headers(&[]), wall()), Verdict::Final);
        assert_eq!(judge(403, &headers(&[("x-ratelimit-remaining", "12")]), wall()), Verdict::Final);
        let reset = (wall() + chrono::Duration::seconds(20)).timestamp().to_string();
        let limited = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)]);
        assert_eq!(judge(403, &limited, wall()), Verdict::Slower(Some(Duration::from_secs(21))));
        let secondary = headers(&[("retry-after", "60")]);
        assert_eq!(judge(403, &secondary, wall()), Verdict::Slower(Some(Duration::from_secs(60))));
    }

    #[test]
    fn what_may_pass_and_what_stands() {
        for (status, verdict) in [
            (200, Verdict::Final),
            (304, Verdict::Final),
            (400, Verdict::Final),
            (401, Verdict::Final),
            (404, Verdict::Final),
            (429, Verdict::Slower(None)),
            (529, Verdict::Slower(None)),
            (500, Verdict::Failed(None)),
            (503, Verdict::Failed(None)),
        ] {
            assert_eq!(judge(status, &headers(&[]), wall()), verdict, "{status}");
        }
    }

    #[test]
    fn waits_grow_within_bounds() {
        assert_eq!(backoff(0, 0.0).as_millis(), 250);
        assert_eq!(backoff(0, 1.0).as_millis(), 500);
        assert_eq!(backoff(3, 1.0).as_millis(), 4000);
        assert_eq!(backoff(u32::MAX, f64::NAN.max(1.0)), LONGEST);
    }
}
