//! The front matter of a dumped page: a [`CollectedPage`] without its text and lines.

use serde_json::{Map, Value};

use crate::source::page::CollectedPage;

/// A line of three hyphens, before and behind.
const FENCE: &str = "---";
/// More front matter than this is none of ours.
const MAX_BYTES: usize = 1 << 20;

/// The front matter with its fences and the empty line behind it.
pub(super) fn write(page: &CollectedPage) -> Result<String, serde_json::Error> {
    let value = serde_json::to_value(page)?;
    let mut out = format!("{FENCE}\n");
    if let Value::Object(fields) = value {
        // The order of the fields is that of the map, by name; the id first for people.
        let (first, rest): (Vec<_>, Vec<_>) =
            fields.iter().partition(|(key, _)| matches!(key.as_str(), "id" | "source" | "title" | "url"));
        for (key, value) in first.into_iter().chain(rest) {
            out.push_str(&format!("{key}: {}\n", printable(value)?));
        }
    }
    out.push_str(FENCE);
    out.push_str("\n\n");
    Ok(out)
}

/// JSON in one line that YAML reads alike: what JSON leaves as it is and YAML does not allow (control
/// characters, the line ends of Unicode) is escaped.
fn printable(value: &Value) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(value)?;
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

/// The fields of a text's front matter as we write it, and what stands behind it; none where it has
/// none of that form.
pub(super) fn split(text: &str) -> Option<(Map<String, Value>, &str)> {
    let rest = text.strip_prefix(FENCE)?.strip_prefix('\n')?;
    let mut fields = Map::new();
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        at += line.len();
        if at > MAX_BYTES {
            return None;
        }
        let line = line.trim_end_matches('\n');
        if line == FENCE {
            let body = rest.get(at..)?;
            return Some((fields, body.strip_prefix('\n').unwrap_or(body)));
        }
        let (key, value) = line.split_once(": ")?;
        let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !plain {
            return None;
        }
        fields.insert(key.to_owned(), serde_json::from_str(value).ok()?);
    }
    None
}
