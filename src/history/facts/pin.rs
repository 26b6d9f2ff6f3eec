//! Versions of other things that a build pins in a variable or a property: `STONE_VERSION ?= 1.2`,
//! `<stone.version>1.2</stone.version>`, `stone = "1.2"` of a version catalogue.

use super::version::Version;
use super::{Of, Out, Strength, push, toolchain};

/// Names shorter than this say nothing.
const SHORTEST: usize = 3;

/// The name of a thing in the form in which pins are compared: letters and digits, lower case.
#[must_use]
pub fn name(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The thing whose version a variable holds: `STONE_VERSION`, `stone.version`, `stoneVersion`, `VERSION_STONE`.
fn of_variable(variable: &str) -> Option<String> {
    let variable = name(variable.trim().trim_matches(['"', '\'']));
    let thing = ["version", "ver", "tag", "ref", "release"]
        .into_iter()
        .find_map(|word| variable.strip_suffix(word).or_else(|| variable.strip_prefix("version")))?;
    (thing.len() >= SHORTEST && !thing.ends_with("api") && !thing.ends_with("min") && !thing.ends_with("schema"))
        .then(|| thing.to_owned())
}

/// A whole version and nothing else.
fn value(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches(['"', '\'', '`']);
    let body = text.strip_prefix('v').unwrap_or(text);
    let whole = body.len() < 30
        && body.contains('.')
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'));
    (whole && Version::parse(text).is_some()).then_some(text)
}

fn pin(out: &mut Out, variable: &str, text: &str, line: usize) {
    // Toolchains are facts of their own.
    if let (Some(thing), Some(version)) = (of_variable(variable).filter(|t| toolchain(t).is_none()), value(text)) {
        push(out, Of::Pin, &thing, version, Strength::Ci, line);
    }
}

/// Assignments of any kind: makefiles, scripts, properties, Gradle, pipelines.
pub fn assignments(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        if line.len() > 300 || !line.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        let lower = line.to_ascii_lowercase();
        if !["version", "_ver", "_tag", "_ref", "_release"].iter().any(|w| lower.contains(w)) {
            continue;
        }
        let trimmed = line.split(" #").next().unwrap_or(line).trim();
        let trimmed = ["ARG ", "ENV ", "export ", "def ", "val ", "readonly ", "set ", "local ", "- "]
            .into_iter()
            .fold(trimmed, |t, word| t.strip_prefix(word).unwrap_or(t));
        let Some(at) = trimmed.find(['=', ':']) else { continue };
        let (variable, rest) = trimmed.split_at_checked(at).unwrap_or((trimmed, ""));
        let variable = variable.trim_end_matches(['?', ':', ' ', '+']);
        let plain =
            variable.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'"' | b'\''));
        if !plain || variable.is_empty() {
            continue;
        }
        let rest = rest.trim_start_matches(['=', ':', ' ']);
        // `${STONE_VERSION:-1.2}`
        let rest = rest.split_once(":-").map_or(rest, |(_, default)| default.trim_end_matches(['}', '"']));
        pin(out, variable, rest.trim_end_matches([',', ';']), number);
    }
}

/// Properties of `pom.xml`.
pub fn properties(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        let Some(inner) = line.trim().strip_prefix('<') else { continue };
        if let Some((property, rest)) = inner.split_once('>')
            && property.contains("version")
            && property.len() > "version".len()
            && let Some((version, _)) = rest.split_once('<')
        {
            pin(out, property, version, number);
        }
    }
}

/// The `[versions]` of a catalogue.
pub fn catalogue(text: &str, out: &mut Out) {
    let mut within = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with('[') {
            within = line == "[versions]";
        } else if within
            && let Some((key, version)) = line.split_once('=')
            && let Some(version) = value(version)
        {
            let key = name(key);
            let thing = key.strip_suffix("version").unwrap_or(&key);
            if thing.len() >= SHORTEST {
                push(out, Of::Pin, thing, version, Strength::Ci, number);
            }
        }
    }
}

/// What a Go module asks for, by the last part of its path.
pub fn module(path: &str, version: &str, line: usize, out: &mut Out) {
    let major = |part: &&str| part.strip_prefix('v').is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    let last = path.rsplit('/').find(|part| !major(part)).unwrap_or(path);
    let thing = name(last);
    if thing.len() >= SHORTEST && value(version).is_some() && version.matches('-').count() == 0 {
        push(out, Of::Pin, &thing, version, Strength::Manifest, line);
    }
}
