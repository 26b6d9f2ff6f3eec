//! Changes as a unified patch, as `git apply` and `patch` take it.

use std::io::{self, Write};
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use super::place::slashed;
use super::plan::{Change, Plan, Reason, Refused};

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// Lines of the old page, and those that take their place.
type Hunk = (Range<usize>, Range<usize>);

/// Writes a plan as one patch; gives back the pages that a patch can't carry.
///
/// # Errors
/// Those of the writer.
pub fn patch(plan: &Plan, out: &mut dyn Write) -> io::Result<Vec<Refused>> {
    let mut refused = Vec::new();
    for change in &plan.changes {
        if change.old.contains(&0) || change.new.contains(&0) {
            refused.push(Refused { document: change.document.clone(), line: None, reason: Reason::Binary });
        } else {
            page(change, out)?;
        }
    }
    Ok(refused)
}

fn page(change: &Change, out: &mut dyn Write) -> io::Result<()> {
    let name = slashed(&change.path);
    let (old_name, new_name) = (quoted(b"a/", &name), quoted(b"b/", &name));
    // As git writes it: a tab ends a name in which a reader could miss the end.
    let end: &[u8] = if name.contains(&b' ') { b"\t\n" } else { b"\n" };
    out.write_all(&[b"diff --git ".as_slice(), &old_name, b" ", &new_name, b"\n"].concat())?;
    out.write_all(&[b"--- ".as_slice(), &old_name, end].concat())?;
    out.write_all(&[b"+++ ".as_slice(), &new_name, end].concat())?;

    let (old, new) = (lines(&change.old), lines(&change.new));
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let mut group: Vec<Hunk> = Vec::new();
    for hunk in diff.hunks() {
        let wide = |r: &Range<u32>| r.start as usize..r.end as usize;
        let (before, after) = (wide(&hunk.before), wide(&hunk.after));
        if group.last().is_some_and(|(last, _)| before.start > last.end + 2 * CONTEXT) {
            write_hunk(&group, &old, &new, out)?;
            group.clear();
        }
        group.push((before, after));
    }
    write_hunk(&group, &old, &new, out)
}

/// Writes changes that share their context.
fn write_hunk(group: &[Hunk], old: &[&[u8]], new: &[&[u8]], out: &mut dyn Write) -> io::Result<()> {
    let (Some((first_old, first_new)), Some((last_old, last_new))) = (group.first(), group.last()) else {
        return Ok(());
    };
    let lead = first_old.start.min(CONTEXT);
    let tail = (old.len() - last_old.end).min(CONTEXT);
    let before = first_old.start - lead..last_old.end + tail;
    let after = first_new.start - lead..last_new.end + tail;
    writeln!(out, "@@ -{} +{} @@", range(&before), range(&after))?;
    let mut at = before.start;
    let mut write = |mark: u8, of: &[&[u8]], lines: Range<usize>| {
        of.get(lines).unwrap_or_default().iter().try_for_each(|line| write_line(mark, line, out))
    };
    for (gone, came) in group {
        write(b' ', old, at..gone.start)?;
        write(b'-', old, gone.clone())?;
        write(b'+', new, came.clone())?;
        at = gone.end;
    }
    write(b' ', old, at..before.end)
}

fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        n => format!("{},{n}", lines.start + 1),
    }
}

fn write_line(mark: u8, line: &[u8], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&[mark])?;
    out.write_all(line)?;
    if line.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n\\ No newline at end of file\n") }
}

/// Lines as git sees them: with their line feeds.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|&b| b == b'\n').collect()
}

/// A name as git writes it in a patch: between quotes and escaped where it would be misread.
fn quoted(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    let odd = |b: &u8| *b < 0x20 || matches!(b, b'"' | b'\\' | 0x7f);
    if std::str::from_utf8(name).is_ok() && !name.iter().any(odd) {
        return [prefix, name].concat();
    }
    let mut out = vec![b'"'];
    out.extend_from_slice(prefix);
    for &b in name {
        match b {
            b'"' | b'\\' => out.extend([b'\\', b]),
            0x20..=0x7e => out.push(b),
            _ => out.extend(format!("\\{b:03o}").bytes()),
        }
    }
    out.push(b'"');
    out
}
