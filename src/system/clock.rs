//! From a time to the commit of a system that was current then.

use chrono::{DateTime, Utc};

use crate::history::{MainIx, Mainline, Moment};

/// The dates of a mainline, made steady: a committer's clock may go wrong, but the history of a branch
/// only goes forward, so each commit counts as no older than any before it.
#[derive(Debug, Clone)]
pub struct Clock {
    /// For each commit the latest committer date up to it, seconds since 1970; never falling.
    latest: Vec<i64>,
    /// Whether there were commits before the first.
    cut_off: bool,
}

impl Clock {
    /// The clock of `mainline`.
    #[must_use]
    pub fn of(mainline: &Mainline) -> Self {
        let mut latest = Vec::with_capacity(mainline.len());
        let mut high = i64::MIN;
        for commit in mainline.commits() {
            high = high.max(commit.time);
            latest.push(high);
        }
        Self { latest, cut_off: mainline.cut_off }
    }

    /// The last commit that is not later than `time`. What was written before the first commit counts
    /// from that one on, unless earlier ones are missing.
    #[must_use]
    pub fn at(&self, time: DateTime<Utc>) -> Moment {
        let after = self.latest.partition_point(|latest| *latest <= time.timestamp());
        match after.checked_sub(1) {
            Some(ix) => Moment::At(MainIx(u32::try_from(ix).unwrap_or(u32::MAX))),
            None if self.cut_off || self.latest.is_empty() => Moment::BeforeHistory,
            None => Moment::At(MainIx(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Repository;
    use crate::testing::{Repo, at};

    #[test]
    fn a_wrong_clock_does_not_turn_time_back() {
        let repo = Repo::new();
        for (n, day) in [0, 10, 4, 20].into_iter().enumerate() {
            repo.commit(&[("a", &n.to_string())], &[], "Step", day);
        }
        let clock = Clock::of(&Repository::open(repo.path()).unwrap().mainline().unwrap());
        let moment = |day: i64| clock.at(DateTime::from_timestamp(at(day), 0).unwrap());
        assert_eq!(moment(-1), Moment::At(MainIx(0)));
        assert_eq!(moment(0), Moment::At(MainIx(0)));
        assert_eq!(moment(9), Moment::At(MainIx(0)));
        // The commit of day 4 stands on that of day 10.
        assert_eq!(moment(10), Moment::At(MainIx(2)));
        assert_eq!(moment(99), Moment::At(MainIx(3)));
    }
}
