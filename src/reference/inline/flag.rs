//! Command-line options by their form.

/// An option found in a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Place of the option itself in the token, its value left out.
    pub start: usize,
    /// One past its end.
    pub end: usize,
    /// Its spellings: itself; both forms of `--[no-]x`.
    pub spellings: Vec<String>,
    /// Place of the value after `=`, if any.
    pub value: Option<(usize, usize)>,
}

/// Reads the options in a token that begins with `-`: `--x`, `--x=1`, `--[no-]x`, `-x/--long`,
/// `--x|--y`, `-x,--long`, `--x[=<v>]`. Empty if it is none.
pub(crate) fn parse(token: &str) -> Vec<Flag> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < token.len() && out.len() < 8 {
        let Some(rest) = token.get(at..) else { break };
        let Some(flag) = one(rest, at) else { break };
        let stop = flag.value.map_or(flag.end, |v| v.1);
        out.push(flag);
        let tail = token.get(stop..).unwrap_or("");
        let tail_skip = tail.len() - tail.trim_start_matches([']', '/', '|', ',']).len();
        if tail_skip == 0 || !token.get(stop + tail_skip..).is_some_and(|t| t.starts_with('-')) {
            break;
        }
        at = stop + tail_skip;
    }
    out
}

fn one(s: &str, base: usize) -> Option<Flag> {
    let b = s.as_bytes();
    let dashes = b.iter().take_while(|c| **c == b'-').count();
    if dashes == 0 || dashes > 2 {
        return None;
    }
    let mut pos = dashes;
    let mut negatable = false;
    for form in ["[no-]", "(no-)", "{no-}", "[no]", "[no_]"] {
        if s.get(pos..).is_some_and(|r| r.starts_with(form)) {
            negatable = true;
            pos += form.len();
            break;
        }
    }
    let name_start = pos;
    let first = *b.get(pos)?;
    if !(first.is_ascii_alphabetic()
        || (dashes == 2 && first.is_ascii_digit())
        || (dashes == 1 && matches!(first, b'?' | b'#')))
    {
        return None;
    }
    while b.get(pos).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.')) {
        pos += 1;
    }
    while pos > name_start && matches!(b.get(pos - 1), Some(b'.' | b'-' | b'_')) {
        pos -= 1;
    }
    let name = s.get(name_start..pos)?;
    if name.is_empty() {
        return None;
    }
    let mark = s.get(..dashes)?;
    let mut spellings = vec![format!("{mark}{name}")];
    if negatable {
        spellings.push(format!("{mark}no-{name}"));
    }
    let value = s.get(pos..).and_then(|rest| {
        let skip = if rest.starts_with("[=") { 2 } else { usize::from(rest.starts_with('=')) };
        if skip == 0 {
            return None;
        }
        let body = rest.get(skip..)?;
        let len = body.find(['|', ',', ']']).unwrap_or(body.len());
        Some((base + pos + skip, base + pos + skip + len))
    });
    Some(Flag { start: base, end: base + pos, spellings, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(token: &str) -> Vec<Vec<String>> {
        parse(token).into_iter().map(|f| f.spellings).collect()
    }

    #[test]
    fn forms() {
        assert_eq!(spell("--config-file"), [["--config-file"]]);
        assert_eq!(spell("--config=x.toml"), [["--config"]]);
        assert_eq!(spell("--[no-]color"), [vec!["--color".to_owned(), "--no-color".to_owned()]]);
        assert_eq!(spell("--color/--no-color"), [["--color"], ["--no-color"]]);
        assert_eq!(spell("-o,--output"), [["-o"], ["--output"]]);
        assert_eq!(spell("--level=a|--other"), [["--level"], ["--other"]]);
        assert_eq!(spell("--log.level"), [["--log.level"]]);
        for none in ["---", "--", "-", "-->", "-1", "--=x", "->"] {
            assert!(parse(none).is_empty(), "{none}");
        }
        let f = &parse("--config=x.toml")[0];
        assert_eq!((f.start, f.end, f.value), (0, 8, Some((9, 15))));
    }
}
