//! "Did you mean": the nearest of the names that would have been right.

/// How like two names must be (Jaro-Winkler, 0 to 1) for one to be offered for the other.
const ALIKE: f64 = 0.8;

/// At most this many names are listed where none is near.
const LISTED: usize = 12;

/// A hint for `written`, where only `allowed` would have been right.
pub fn for_name<'a>(written: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed: Vec<&str> = allowed.into_iter().collect();
    let folded = fold(written);
    let nearest = allowed
        .iter()
        .map(|name| (strsim::jaro_winkler(&folded, &fold(name)), *name))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)));
    match nearest {
        Some((_, name)) => Some(format!("did you mean `{name}`?")),
        None if allowed.is_empty() => None,
        None => {
            let mut list: Vec<String> = allowed.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
            if allowed.len() > LISTED {
                list.push("…".to_owned());
            }
            Some(format!("allowed: {}", list.join(", ")))
        }
    }
}

/// `-` and `_`, upper and lower case are the commonest slips: they don't count.
fn fold(name: &str) -> String {
    // A name from a file can be of any length; the measure is quadratic.
    name.chars().take(64).map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
}

/// The hint for an error of serde's own, whose message names what was found and what is allowed:
/// "unknown field `x`, expected one of `a`, `b`". `None` for any other message.
pub fn for_serde(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field ").or_else(|| message.strip_prefix("unknown variant "))?;
    let (written, expected) = rest.split_once(", expected ")?;
    let allowed: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    for_name(written.trim_matches('`'), allowed)
}

/// Serde's message in the words of this file format.
pub fn plain_words(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let name = rest.split(", ").next().unwrap_or(rest);
        return format!("unknown key {name}");
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let (name, expected) = rest.split_once(", ").unwrap_or((rest, ""));
        return format!("{name} is not allowed here, {expected}");
    }
    message.lines().next().unwrap_or(message).to_owned()
}
