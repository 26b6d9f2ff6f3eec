//! The file beside a dumped page that says since when its lines have stood there.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::source::page::LineRun;

/// The first line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    /// SHA-256 of the text that the lines belong to, in hexadecimal digits.
    text: String,
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file's content.
pub(super) fn write(text: &str, runs: &[LineRun]) -> Result<String, serde_json::Error> {
    let mut out = serde_json::to_string(&Head { text: digest(text) })? + "\n";
    for run in runs {
        out.push_str(&serde_json::to_string(run)?);
        out.push('\n');
    }
    Ok(out)
}

/// What is wrong with such a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// The page was changed since the dump was written.
    OtherText,
    /// A line makes no sense; its number from 1.
    Malformed(usize),
}

/// The runs, in order and without overlap.
pub(super) fn read(content: &str, text: &str) -> Result<Vec<LineRun>, Unusable> {
    let mut lines = content.lines().enumerate();
    let head: Head = match lines.next() {
        Some((_, line)) => serde_json::from_str(line).map_err(|_| Unusable::Malformed(1))?,
        None => return Err(Unusable::Malformed(1)),
    };
    if head.text != digest(text) {
        return Err(Unusable::OtherText);
    }
    let mut runs: Vec<LineRun> = Vec::new();
    for (at, line) in lines {
        let run: LineRun = serde_json::from_str(line).map_err(|_| Unusable::Malformed(at + 1))?;
        let after = runs.last().map_or(0, |before| before.last);
        if run.first <= after || run.last < run.first {
            return Err(Unusable::Malformed(at + 1));
        }
        runs.push(run);
    }
    Ok(runs)
}
