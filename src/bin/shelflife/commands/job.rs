//! The job on GitHub that the program runs in.

use std::path::PathBuf;

use shelflife::publish::github::Event;

use super::publish;
use crate::failure::Failure;

/// The event that the job runs for; outside of a job, one without a name.
pub fn event() -> Result<Event, Failure> {
    let name = std::env::var("GITHUB_EVENT_NAME").unwrap_or_default();
    let path = std::env::var_os("GITHUB_EVENT_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
    Event::read(&name, path.as_deref()).map_err(|error| publish::failure(&error.into()))
}
