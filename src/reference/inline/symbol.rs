//! Names of code by their form.

use crate::reference::shape::{is_identifier, is_strong_identifier, is_upper};

/// A name read from a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// Place of the name in the token: without marks, parameters, type arguments.
    pub start: usize,
    /// One past its end.
    pub end: usize,
    /// Its segments.
    pub segments: Vec<&'a str>,
    /// Followed by parentheses.
    pub call: bool,
    /// Followed by `!` or led by `@` or `#`.
    pub marked: bool,
    /// Looks like code by itself.
    pub strong: bool,
}

/// Reads `name`, `a.b`, `a::b`, `a->b`, `A#b`, `f(x, y)`, `@decorator`, `macro!`, `Vec<T>`, `&x`, `*p`.
pub(crate) fn parse(token: &str) -> Option<Name<'_>> {
    let b = token.as_bytes();
    if b.len() > 400 {
        return None;
    }
    let mut start = 0;
    let mut marked = false;
    while let Some(&c) = b.get(start) {
        match c {
            b'@' | b'#' => {
                marked = true;
                start += 1;
                if b.get(start) == Some(&b'[') {
                    start += 1;
                }
            }
            b'&' | b'*' | b':' | b'!' | b'.' if start < 3 => start += 1,
            _ => break,
        }
    }
    let mut segments = Vec::with_capacity(2);
    let mut pos = start;
    let mut end;
    loop {
        let from = pos;
        while b.get(pos).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'$')) {
            pos += 1;
        }
        let segment = token.get(from..pos)?;
        if !is_identifier(segment) {
            return None;
        }
        segments.push(segment);
        end = pos;
        // Type arguments between segments.
        if b.get(pos) == Some(&b'<')
            && let Some(close) = matching(b, pos, b'<', b'>')
        {
            pos = close + 1;
        }
        let rest = token.get(pos..)?;
        let step = if rest.starts_with("::<") || segments.len() > 16 {
            0
        } else if rest.starts_with("::") || rest.starts_with("->") || rest.starts_with("?.") {
            2
        } else if rest.starts_with(['.', '#', '\\'])
            && rest.as_bytes().get(1).is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_')
        {
            1
        } else if rest.starts_with("().") {
            3
        } else {
            0
        };
        if step == 0 {
            break;
        }
        pos += step;
    }
    if token.get(pos..)?.starts_with("::<") {
        pos = matching(b, pos + 2, b'<', b'>')? + 1;
    }
    let mut call = false;
    match b.get(pos) {
        None => {}
        Some(b'(') => {
            let close = matching(b, pos, b'(', b')')?;
            call = true;
            let tail = token.get(close + 1..)?;
            if !tail.is_empty() && !tail.starts_with([';', ':', ' ', '{', '-', '?', '.', '!', ']']) {
                return None;
            }
        }
        Some(b'!') if pos + 1 == b.len() || matches!(b.get(pos + 1), Some(b'(' | b'[' | b'{')) => {
            marked = true;
        }
        Some(b'?' | b';' | b']') if pos + 1 == b.len() => {}
        Some(b'=' | b':' | b'[' | b'{') if segments.iter().any(|s| is_strong_identifier(s)) => {}
        Some(_) => return None,
    }
    if segments.len() > 1 && segments.iter().all(|s| s.len() < 2) {
        return None; // `X.Y.Z`, `e.g`
    }
    let last = segments.last().copied().unwrap_or("");
    let strong = call
        || marked
        || segments.len() > 1
        || is_strong_identifier(last)
        || (is_upper(last) && last.contains('_'))
        || (last.len() > 2
            && last.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
            && last.bytes().any(|c| c.is_ascii_lowercase()));
    Some(Name { start, end, segments, call, marked, strong })
}

/// Place of the bracket that closes the one at `open`.
pub(crate) fn matching(b: &[u8], open: usize, left: u8, right: u8) -> Option<usize> {
    let mut depth = 0usize;
    for (i, &c) in b.iter().enumerate().skip(open).take(2000) {
        if c == left {
            depth += 1;
        } else if c == right && !(right == b'>' && i > 0 && b.get(i - 1) == Some(&b'-')) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(i);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let n = parse("Router::route_service(path, svc)").unwrap();
        assert_eq!((n.segments.as_slice(), n.call, n.end), (&["Router", "route_service"][..], true, 21));
        assert_eq!(parse("a.b.cd").unwrap().segments, ["a", "b", "cd"]);
        assert_eq!(parse("@cached_property").unwrap().segments, ["cached_property"]);
        assert_eq!(parse("#[derive_it(x)]").unwrap().segments, ["derive_it"]);
        assert_eq!(parse("my_macro!").unwrap().end, 8);
        assert_eq!(parse("HashMap<String, Vec<u8>>").unwrap().segments, ["HashMap"]);
        assert_eq!(parse("f::<T>()").unwrap().segments, ["f"]);
        assert_eq!(parse("Class#method").unwrap().segments, ["Class", "method"]);
        assert!(!parse("word").unwrap().strong);
        for none in ["a-b", "1.2", "a b", "", "f(", "x/y", "日本"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }
}
