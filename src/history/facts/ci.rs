//! Pipelines, compose files and Dockerfiles: which versions they run with.

use super::version::Version;
use super::{Of, Out, Strength, push, toolchain};

/// The toolchain whose version a key of a pipeline gives.
fn of_key(key: &str) -> Option<&'static str> {
    let key = key.trim().trim_matches(['"', '\'']).to_ascii_lowercase().replace('_', "-");
    Some(match key.as_str() {
        "rust"
        | "toolchain"
        | "rust-version"
        | "rust-toolchain"
        | "msrv"
        | "rust-msrv"
        | "rust-min"
        | "rust-min-version"
        | "min-rust"
        | "minrust"
        | "rust-minverson"
        | "minimum-rust-version" => "rust",
        "node" | "node-version" | "node-versions" | "nodejs" | "node-js" | "nodejs-version" => "node",
        "python" | "python-version" | "python-versions" => "python",
        "go" | "go-version" | "go-versions" | "golang" => "go",
        "java" | "java-version" | "java-versions" | "jdk" => "java",
        "ruby" | "ruby-version" => "ruby",
        "php" | "php-version" | "php-versions" => "php",
        _ => return None,
    })
}

fn value(tool: &'static str, text: &str, line: usize, out: &mut Out) {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.trim_start_matches(['>', '=', '^', '~', ' ']);
    if text.contains([' ', '{', '$', '/']) {
        return;
    }
    let Some(version) = Version::parse(text) else { return };
    // `python: 3` and `rust: 1` say too little to be compared; a date is no version.
    let enough = version.parts.len() > 1 || matches!(tool, "node" | "java");
    if enough && !version.pre && version.parts.first().is_some_and(|p| *p < 100) {
        push(out, Of::Toolchain, tool, text, Strength::Ci, line);
    }
}

/// A workflow, a pipeline or a compose file.
pub fn pipeline(text: &str, out: &mut Out) {
    let mut list: Option<(usize, &'static str)> = None;
    for (raw, number) in text.lines().zip(1..) {
        let (raw, comment) = raw.split_once(" #").unwrap_or((raw, ""));
        let trimmed = raw.trim_start();
        let indent = raw.len() - trimmed.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let item = trimmed.strip_prefix("- ").map(str::trim);
        if let Some((at, tool)) = list {
            match item {
                Some(item) if indent >= at && !item.contains(": ") => {
                    value(tool, item, number, out);
                    continue;
                }
                _ => list = None,
            }
        }
        let Some((key, rest)) = item.unwrap_or(trimmed).split_once(':') else { continue };
        let rest = rest.trim();
        match key.trim() {
            "uses" => action(rest, comment, number, out),
            "image" => image(rest, number, out),
            key => {
                let Some(tool) = of_key(key) else { continue };
                if rest.is_empty() {
                    list = Some((indent, tool));
                } else if let Some(items) = rest.strip_prefix('[') {
                    items.trim_end_matches(']').split(',').for_each(|item| value(tool, item, number, out));
                } else {
                    value(tool, rest, number, out);
                }
            }
        }
    }
}

/// An action, with what the comment behind it says: where it is pinned to a commit, the version (`# v6.4.0`).
fn action(text: &str, comment: &str, line: usize, out: &mut Out) {
    let text = text.trim_matches(['"', '\'']);
    let Some((name, at)) = text.split_once('@') else { return };
    let pinned = at.len() >= 40 && at.bytes().all(|b| b.is_ascii_hexdigit());
    let version = if pinned { comment.split_whitespace().find(|word| *word != "tag:").unwrap_or("") } else { at };
    if version.starts_with('v') && Version::parse(version).is_some() {
        push(out, Of::Action, name, version, Strength::Ci, line);
    } else if name == "dtolnay/rust-toolchain" {
        value("rust", version, line, out);
    }
}

fn image(text: &str, line: usize, out: &mut Out) {
    let text = text.trim_matches(['"', '\'']);
    let Some((name, tag)) = text.rsplit_once(':') else { return };
    if name.contains(['$', ' ']) || tag.contains(['$', '/', ' ']) || Version::parse(tag).is_none() {
        return;
    }
    push(out, Of::Image, name, tag, Strength::Ci, line);
    if let Some(tool) = toolchain(name.rsplit('/').next().unwrap_or(name)) {
        value(tool, tag.split('-').next().unwrap_or(tag), line, out);
    }
}

/// The bases of a Dockerfile.
pub fn dockerfile(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        let mut words = line.split_whitespace();
        if words.next().is_some_and(|w| w.eq_ignore_ascii_case("FROM"))
            && let Some(base) = words.find(|w| !w.starts_with("--"))
        {
            image(base, number, out);
        }
    }
}
