//! The dates of a page's lines, where the page stands in another place than the code.

use chrono::{DateTime, Utc};

use super::bots::Bots;
use super::clock::Clock;
use crate::history::{Mainline, Moment, PageOrigins};
use crate::rule::dates::{LineDates, OwnDates};
use crate::source::{CollectedPage, Edit, Person};

/// A bot's edit hides the last one by a person: what the line says may have been looked at since, or
/// not.
const BOT_EDITED: f32 = 0.9;

/// Only the page as a whole has dates, and it was edited since it was made: when this line came is not known.
const WHOLE_PAGE: f32 = 0.8;

/// Dates of a collected page, as commits of a system.
#[derive(Debug)]
pub struct CollectedDates<'a> {
    page: &'a CollectedPage,
    clock: &'a Clock,
    bots: &'a Bots,
}

/// When a line entered the page, its last edit by a person and by whom; and how far that can be trusted.
type Times<'p> = (DateTime<Utc>, DateTime<Utc>, Option<&'p Person>, f32);

impl<'a> CollectedDates<'a> {
    /// The dates of `page` by the clock of its system.
    #[must_use]
    pub fn new(page: &'a CollectedPage, clock: &'a Clock, bots: &'a Bots) -> Self {
        Self { page, clock, bots }
    }

    /// What the source says of a line.
    fn times(&self, line0: usize) -> Option<Times<'_>> {
        let line = u32::try_from(line0).unwrap_or(u32::MAX).saturating_add(1);
        if let Some(run) = self.page.run(line) {
            let key = run.block.as_deref().unwrap_or(&self.page.id);
            return Some(match run.by.as_ref().filter(|by| self.bots.is_one(by)) {
                None => (run.entered, run.edited.max(run.entered), run.by.as_ref(), 1.0),
                Some(_) => match self.bots.last_human_edit(key) {
                    Some(edit) => (run.entered, edit.at.max(run.entered), edit.by.as_ref(), 1.0),
                    None => (run.entered, run.entered, None, BOT_EDITED),
                },
            });
        }
        let last = self.page.last_edited.as_ref();
        let entered = self.page.created.or(last.map(|edit| edit.at))?;
        let (edit, hidden) = self.human_edit();
        let edited = edit.map_or(entered, |edit| edit.at.max(entered));
        let bot = if hidden { BOT_EDITED } else { 1.0 };
        let whole = if last.is_some_and(|last| last.at > entered) { WHOLE_PAGE } else { 1.0 };
        Some((entered, edited, edit.and_then(|edit| edit.by.as_ref()), bot * whole))
    }

    /// The page's last edit by a person as far as it is known, and whether a bot's edit hides it.
    fn human_edit(&self) -> (Option<&Edit>, bool) {
        human_edit(self.page, self.bots)
    }
}

/// The last edit of `page` by a person as far as it is known, and whether it is hidden by a bot's.
#[must_use]
pub fn human_edit<'a>(page: &'a CollectedPage, bots: &'a Bots) -> (Option<&'a Edit>, bool) {
    match &page.last_edited {
        Some(edit) if edit.by.as_ref().is_some_and(|by| bots.is_one(by)) => {
            let seen = bots.last_human_edit(&page.id);
            match page.last_human_edit.as_ref().into_iter().chain(seen).max_by_key(|edit| edit.at) {
                Some(edit) => (Some(edit), false),
                None => (None, true),
            }
        }
        edit => (edit.as_ref(), false),
    }
}

impl LineDates for CollectedDates<'_> {
    fn token(&self, line0: usize, _token: &str) -> Moment {
        self.times(line0).map_or(Moment::BeforeHistory, |(entered, ..)| self.clock.at(entered))
    }

    fn edited(&self, line0: usize) -> Moment {
        self.times(line0).map_or(Moment::BeforeHistory, |(_, edited, ..)| self.clock.at(edited))
    }

    fn own(&self, line0: usize) -> Option<OwnDates> {
        let (entered, edited, by, _) = self.times(line0)?;
        Some(OwnDates { entered, edited, by: by.map(|by| by.name.clone()) })
    }

    fn trust(&self, line0: usize) -> f32 {
        self.times(line0).map_or(1.0, |(.., trust)| trust)
    }
}

/// Dates of a page of the audited tree, as commits of another system: by the lineage of its lines in
/// its own repository first, then by the time of the commit there.
#[derive(Debug)]
pub struct Translated<'a> {
    origins: PageOrigins,
    own: &'a Mainline,
    clock: &'a Clock,
    /// What an uncommitted line counts as.
    now: DateTime<Utc>,
}

impl<'a> Translated<'a> {
    /// `origins` are those of the page in `own`.
    #[must_use]
    pub fn new(origins: PageOrigins, own: &'a Mainline, clock: &'a Clock, now: DateTime<Utc>) -> Self {
        Self { origins, own, clock, now }
    }

    fn time(&self, moment: Moment) -> Option<DateTime<Utc>> {
        match moment {
            Moment::BeforeHistory => None,
            Moment::At(at) => DateTime::from_timestamp(self.own.get(at).time, 0),
            Moment::Uncommitted => Some(self.now),
        }
    }

    fn translate(&self, moment: Moment) -> Moment {
        self.time(moment).map_or(Moment::BeforeHistory, |time| self.clock.at(time))
    }
}

impl LineDates for Translated<'_> {
    fn token(&self, line0: usize, token: &str) -> Moment {
        self.translate(self.origins.token(line0, token))
    }

    fn edited(&self, line0: usize) -> Moment {
        self.translate(self.origins.line(line0).edited)
    }

    fn entered(&self, line0: usize) -> Moment {
        self.translate(self.origins.line(line0).entered)
    }

    fn own(&self, line0: usize) -> Option<OwnDates> {
        let line = self.origins.line(line0);
        Some(OwnDates { entered: self.time(line.entered)?, edited: self.time(line.edited)?, by: None })
    }
}
