//! Beginnings and ends of names that code puts together at run time.
//!
//! `"handle_" + name`, `f"{what}_timeout"`, `` `WORKER_${key}` `` and `"--" + x + "-dir"` hold no whole
//! name; what they do hold ends or begins in a separator, right beside the end of the string or a gap
//! that is filled in.

use super::is_name;

/// Shorter ones say nothing of a name (bytes, the separator included).
const SHORTEST: usize = 3;
/// Longer ones are sentences (bytes).
const LONGEST: usize = 60;

fn is_part(byte: u8) -> bool {
    is_name(byte) || byte == b'-'
}

/// Calls `each` with the affix that the word at `start..end`, which stands in a string of `line`, is a part
/// of, and where the affix begins.
pub(super) fn of(line: &[u8], start: usize, end: usize, each: &mut dyn FnMut(&[u8], usize)) {
    let (Some(&first), Some(&last)) = (line.get(start), line.get(end.wrapping_sub(1))) else { return };
    let left = start.checked_sub(1).and_then(|at| line.get(at)).copied().unwrap_or(0);
    let right = line.get(end).copied().unwrap_or(0);
    // The beginning of a name.
    let stop = if right == b'-' { end + 1 } else { end };
    if (last == b'_' || right == b'-') && line.get(stop).is_some_and(|b| opens_gap(*b)) {
        let floor = stop.saturating_sub(LONGEST);
        let mut from = start;
        while from > floor && is_part(line[from - 1]) {
            from -= 1;
        }
        while from < stop && line[from] == b'-' {
            from += 1;
        }
        if stop - from >= SHORTEST {
            each(&line[from..stop], from);
        }
    }
    // Its end; of `%s_dir` the letter belongs to the gap.
    let begin = match (first, left) {
        (b'_', b'}' | b'"' | b'\'' | b'`' | b')') => start,
        (b's' | b'd' | b'v', b'%') if line.get(start + 1) == Some(&b'_') => start + 1,
        (_, b'-') if start >= 2 && matches!(line[start - 2], b'}' | b'"' | b'\'' | b'`' | b')') => start - 1,
        (_, b'-') if start >= 3 && matches!(line[start - 2], b's' | b'd' | b'v') && line[start - 3] == b'%' => {
            start - 1
        }
        _ => return,
    };
    let mut to = end;
    while to < line.len().min(begin + LONGEST) && is_part(line[to]) {
        to += 1;
    }
    if to - begin >= SHORTEST {
        each(&line[begin..to], begin);
    }
}

/// Whether a byte ends the fixed part of a name: the string is over, or a value is filled in.
fn opens_gap(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'{' | b'$' | b'%' | b'#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Vec<String> {
        let bytes = line.as_bytes();
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if is_name(bytes[at]) {
                let start = at;
                while at < bytes.len() && is_name(bytes[at]) {
                    at += 1;
                }
                of(bytes, start, at, &mut |name, _| out.push(String::from_utf8_lossy(name).into_owned()));
            } else {
                at += 1;
            }
        }
        out
    }

    #[test]
    fn both_ends_of_built_names_are_found() {
        for (line, affix) in [
            (r#"globals()["handle_" + name]"#, "handle_"),
            (r#"f"{what}_timeout""#, "_timeout"),
            ("`LOOM_WORKER_${key}`", "LOOM_WORKER_"),
            (r#""--" + folder + "-dir""#, "-dir"),
            (r#"sprintf("cache-%s", x)"#, "cache-"),
            (r#"sprintf("%s_dir", x)"#, "_dir"),
            (r#""--%s-dir""#, "-dir"),
            (r#""work-queue-" + x"#, "work-queue-"),
        ] {
            assert_eq!(all(line), [affix], "{line}");
        }
        assert_eq!(all(r#"call("whole_name", "a-b", "--flag")"#), [""; 0]);
    }
}
