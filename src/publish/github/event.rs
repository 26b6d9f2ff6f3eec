//! What a job knows of why it runs: `GITHUB_EVENT_NAME` and the payload behind `GITHUB_EVENT_PATH`.

use std::path::Path;

use serde_json::Value;

/// No payload is larger, in bytes; GitHub's own bound is 25 MB.
const LARGEST: u64 = 26 << 20;

/// Why an event can't be published from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The event that gives a stranger's code a token that writes.
    #[error(
        "`pull_request_target` is refused: it runs with a token that can write and with secrets, while what is audited is written by whoever opens the pull request\n(use `pull_request`, and publish in a second workflow on `workflow_run`, which never checks the change out: see docs/github.md)"
    )]
    Target,
    /// The payload can't be read.
    #[error("the event's payload {path} can't be read: {message}")]
    Payload {
        /// The file.
        path: String,
        /// What is wrong.
        message: String,
    },
}

/// Why a job runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// `pull_request`, `workflow_run`, `schedule`, …; empty outside of a job.
    pub name: String,
    payload: Value,
}

impl Event {
    /// The event `name` with the payload in the file `path`.
    ///
    /// # Errors
    /// For `pull_request_target`, and where the payload can't be read.
    pub fn read(name: &str, path: Option<&Path>) -> Result<Self, EventError> {
        if name == "pull_request_target" {
            return Err(EventError::Target);
        }
        let payload = match path {
            None => Value::Null,
            Some(path) => {
                let failed = |message: String| EventError::Payload { path: path.display().to_string(), message };
                let size = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?.len();
                if size > LARGEST {
                    return Err(failed("it is too large".to_owned()));
                }
                let bytes = std::fs::read(path).map_err(|e| failed(e.to_string()))?;
                serde_json::from_slice(&bytes).map_err(|e| failed(e.to_string()))?
            }
        };
        // A run that a pull request's unsafe event started is that event still.
        let payload_event = payload.pointer("/workflow_run/event").and_then(Value::as_str);
        if name == "workflow_run" && payload_event == Some("pull_request_target") {
            return Err(EventError::Target);
        }
        Ok(Self { name: name.to_owned(), payload })
    }

    /// Whether the audit was made by a job that a stranger's code ran in.
    #[must_use]
    pub fn is_second_hand(&self) -> bool {
        self.name == "workflow_run"
    }

    /// The number of the pull request that the payload names.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.payload.pointer("/pull_request/number").and_then(Value::as_u64)
    }

    /// The head of the pull request, or of the run that this one follows.
    #[must_use]
    pub fn head(&self) -> Option<&str> {
        let at = |pointer: &str| self.payload.pointer(pointer).and_then(Value::as_str);
        at("/pull_request/head/sha").or_else(|| at("/workflow_run/head_sha"))
    }

    /// The commit that the change is to be merged into: of a pull request, or of a merge queue's group.
    #[must_use]
    pub fn base(&self) -> Option<&str> {
        let at = |pointer: &str| self.payload.pointer(pointer).and_then(Value::as_str);
        at("/pull_request/base/sha").or_else(|| at("/merge_group/base_sha"))
    }

    /// Whether the pull request comes from another repository.
    #[must_use]
    pub fn is_from_fork(&self) -> bool {
        let id = |side: &str| self.payload.pointer(&format!("/pull_request/{side}/repo/id")).and_then(Value::as_u64);
        // The repository of a deleted fork is `null`.
        self.payload.get("pull_request").is_some() && (id("head").is_none() || id("head") != id("base"))
    }

    /// Of a run that this one follows: whose branch it was about, as `owner:branch`.
    #[must_use]
    pub fn run_branch(&self) -> Option<(String, String)> {
        let at = |pointer: &str| self.payload.pointer(pointer).and_then(Value::as_str);
        let owner = at("/workflow_run/head_repository/owner/login")?;
        let branch = at("/workflow_run/head_branch")?;
        Some((owner.to_owned(), branch.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unsafe_event_is_refused_with_reasons() {
        let error = Event::read("pull_request_target", None).unwrap_err().to_string();
        assert!(error.contains("workflow_run"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        std::fs::write(&path, r#"{"workflow_run": {"event": "pull_request_target"}}"#).unwrap();
        assert_eq!(Event::read("workflow_run", Some(&path)), Err(EventError::Target));
    }

    #[test]
    fn damaged_payloads_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        std::fs::write(&path, "{").unwrap();
        assert!(matches!(Event::read("push", Some(&path)), Err(EventError::Payload { .. })));
        std::fs::write(&path, r#"{"pull_request": {"number": "7", "head": 3}}"#).unwrap();
        let event = Event::read("pull_request", Some(&path)).unwrap();
        assert_eq!((event.number(), event.head()), (None, None));
    }
}
