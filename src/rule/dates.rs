//! When what stands in a page came to stand there, in the history of the system that it describes.

use chrono::{DateTime, Utc};

use crate::history::{Moment, PageOrigins};

/// Dates of a page's lines, as commits of the system that the page is compared with.
pub trait LineDates {
    /// Since when `token` has stood in line `line0` (from 0), or in the lines that it was made from.
    fn token(&self, line0: usize, token: &str) -> Moment;

    /// The last real edit of line `line0`.
    fn edited(&self, line0: usize) -> Moment;

    /// When line `line0`, or the oldest line that it was made from, entered the page.
    fn entered(&self, line0: usize) -> Moment {
        self.token(line0, "")
    }

    /// The dates that the page's own source gives, where that is not the system's history.
    fn own(&self, _line0: usize) -> Option<OwnDates> {
        None
    }

    /// How far the dates can be trusted, as a factor on the probability of a finding.
    fn trust(&self, _line0: usize) -> f32 {
        1.0
    }
}

/// When a line was written, by its own source.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OwnDates {
    /// The earliest moment at which what it names can have entered the page.
    pub entered: DateTime<Utc>,
    /// Its last real edit.
    pub edited: DateTime<Utc>,
    /// Who made that, if it is known.
    pub by: Option<String>,
}

impl LineDates for PageOrigins {
    fn token(&self, line0: usize, token: &str) -> Moment {
        PageOrigins::token(self, line0, token)
    }

    fn edited(&self, line0: usize) -> Moment {
        self.line(line0).edited
    }

    fn entered(&self, line0: usize) -> Moment {
        self.line(line0).entered
    }
}
