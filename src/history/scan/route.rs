//! HTTP paths in code: quoted strings and keys that start with a slash.

/// Longest route that is read, in bytes.
const LONGEST: usize = 200;

/// What a parameter begins with.
const OPENS: &[u8] = b"{:<$%*(";

/// Calls `each` with every string of `content` that could be a route, in its normal form, and its
/// line from 1.
pub fn routes(content: &[u8], each: &mut dyn FnMut(&[u8], u32)) {
    let mut line = 1;
    let mut counted = 0;
    for at in memchr::memchr_iter(b'/', content) {
        let Some(route) = candidate(content, at).and_then(normal) else { continue };
        line += memchr::memchr_iter(b'\n', &content[counted..at]).count();
        counted = at;
        each(&route, u32::try_from(line).unwrap_or(u32::MAX));
    }
}

/// What could be a route from the slash at `at` on.
fn candidate(content: &[u8], at: usize) -> Option<&[u8]> {
    let before = at.checked_sub(1).map_or(b'\n', |i| content[i]);
    let rest = &content[at..content.len().min(at + LONGEST)];
    let end = match before {
        b'"' | b'\'' | b'`' => memchr::memchr(before, rest),
        // A key of an API description, or a route behind its method in a string.
        b' ' | b'\n' => rest.iter().position(|b| matches!(b, b':' | b'"' | b'\'' | b'`' | b'\n')),
        _ => None,
    };
    end.map(|end| &rest[..end])
}

/// [`routes`] of one line with the end of line that it has, if any; false where one of its routes may go
/// on in the next line, so that [`spilling`] must be asked too.
pub(super) fn in_line(line: &[u8], each: &mut dyn FnMut(&[u8])) -> bool {
    let mut whole = true;
    for at in memchr::memchr_iter(b'/', line) {
        match candidate(line, at) {
            Some(found) => normal(found).iter().for_each(|route| each(route)),
            None => whole &= !spills(line, at),
        }
    }
    whole
}

/// Whether the string that the slash at `at` begins is still open at the end of the line.
fn spills(line: &[u8], at: usize) -> bool {
    line.len() - at < LONGEST && at.checked_sub(1).is_some_and(|i| matches!(line[i], b'"' | b'\'' | b'`'))
}

/// The routes that begin in `line` (a range of `content`) and end behind it.
pub(super) fn spilling(content: &[u8], line: std::ops::Range<usize>, each: &mut dyn FnMut(&[u8])) {
    let Some(text) = content.get(line.clone()) else { return };
    for at in memchr::memchr_iter(b'/', text) {
        if candidate(text, at).is_none() && spills(text, at) {
            candidate(content, line.start + at).and_then(normal).iter().for_each(|route| each(route));
        }
    }
}

/// The route and its ends, longest first, each with a part that is no parameter.
#[must_use]
pub fn route_endings(route: &[u8]) -> Vec<Vec<u8>> {
    let Some(route) = normal(route) else { return Vec::new() };
    let starts = memchr::memchr_iter(b'/', &route);
    let is_literal = |end: &[u8]| end.split(|&b| b == b'/').any(|p| !p.is_empty() && p != b"{}");
    starts.map(|at| route[at..].to_vec()).filter(|end| is_literal(end)).collect()
}

/// A route with its parameters as `{}`, without a query or a slash at its end; `None` for what is
/// no route.
fn normal(text: &[u8]) -> Option<Vec<u8>> {
    let path = text.split(|b| matches!(b, b'?' | b'#')).next()?;
    let path = path.strip_suffix(b"/").unwrap_or(path);
    // What most strings and comments fail by, before anything is written.
    if path.len() < 2 || path.iter().any(|b| matches!(b, b' ' | b'\t')) && !path.iter().any(|b| OPENS.contains(b)) {
        return None;
    }
    let mut out = Vec::with_capacity(path.len());
    let mut literal = false;
    for part in path.strip_prefix(b"/")?.split(|&b| b == b'/') {
        out.push(b'/');
        let is_parameter = part.first().is_some_and(|b| OPENS.contains(b));
        if is_parameter {
            out.extend_from_slice(b"{}");
        } else if !part.is_empty()
            && part.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~'))
        {
            literal |= part.iter().any(u8::is_ascii_alphabetic);
            out.extend_from_slice(part);
        } else if part.first().is_some_and(u8::is_ascii_alphanumeric)
            && part.iter().any(|b| matches!(b, b'%' | b'{' | b'$'))
            && part
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'%' | b'{' | b'}' | b'$' | b'_' | b'-' | b'.'))
        {
            // `/v%d/`: a part that is put together.
            out.extend_from_slice(b"{}");
        } else {
            return None;
        }
    }
    literal.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_all_frameworks_are_one() {
        for route in ["/users/:id", "/users/{id}", "/users/<int:id>/", "/users/${id}?x=1", "/users/%s"] {
            assert_eq!(normal(route.as_bytes()).as_deref(), Some(b"/users/{}".as_slice()), "{route}");
        }
        assert_eq!(normal(b"/usr bin"), None);
        assert_eq!(normal(b"/{}"), None);
    }

    #[test]
    fn strings_and_keys_are_found_with_their_lines() {
        let mut found = Vec::new();
        routes(b"x\napp.get('/a/:b')\n  /c/{d}:\n", &mut |r, l| {
            found.push((String::from_utf8_lossy(r).into_owned(), l))
        });
        assert_eq!(found, [("/a/{}".to_owned(), 2), ("/c/{}".to_owned(), 3)]);
        assert_eq!(route_endings(b"/api/v1/{x}").len(), 2);
    }
}
