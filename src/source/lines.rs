//! Lines of a page from its own versions.

use chrono::{DateTime, Utc};

use super::{Edit, LineRun};
use crate::history::MainIx;
use crate::history::moment::{Moment, PageOrigins};

/// The first `count` lines in runs that came and changed together. `time` and `edit` say what is known of the
/// version that a moment means; lines older than the versions are in no run.
pub fn runs(
    origins: &PageOrigins,
    count: usize,
    time: &dyn Fn(MainIx) -> Option<DateTime<Utc>>,
    edit: &dyn Fn(MainIx) -> Option<Edit>,
) -> Vec<LineRun> {
    let mut runs: Vec<LineRun> = Vec::new();
    let mut last: Option<(MainIx, MainIx)> = None;
    for at in 0..count {
        let origin = origins.line(at);
        let (Moment::At(entered), Moment::At(edited)) = (origin.entered, origin.edited) else {
            last = None;
            continue;
        };
        let Ok(line) = u32::try_from(at + 1) else { break };
        if let Some(run) = runs.last_mut().filter(|_| last == Some((entered, edited))) {
            run.last = line;
            continue;
        }
        last = None;
        let (Some(since), Some(edit)) = (time(entered), edit(edited)) else { continue };
        runs.push(LineRun {
            first: line,
            last: line,
            entered: since.min(edit.at),
            edited: edit.at,
            by: edit.by,
            commit: edit.commit,
            block: None,
            url: None,
        });
        last = Some((entered, edited));
    }
    runs
}
