//! The versions of one file, read for lists part by part.
//!
//! Two versions of a file share most of their functions and tables. A part that begins and ends where
//! nothing is open holds the same lists wherever it stands, so it is read once.

use rustc_hash::FxHashMap;

use super::super::holdings::Names;
use super::super::lifetime::is_binary;
use super::super::path::RepoPath;
use super::super::scan::{self, Syntax};
use super::brackets::Reader;
use super::data;
use super::finder::Finder;
use super::groups::{Group, Seen, Way, way};

/// Files larger than this (in bytes) are not read for lists.
pub(super) const LARGEST: usize = 512 << 10;
/// Bytes behind a part that may decide how its end is read.
const BEYOND: usize = 8;

/// What was found in the versions of one file.
pub(super) struct Versions<'f> {
    finder: &'f Finder<'f>,
    known: FxHashMap<u64, Part>,
    found: Vec<Found>,
    /// What the version at hand may have to do with: places in `found`, with the line before their part.
    here: Vec<(usize, u32)>,
    /// The version at hand in lower case, once it is asked for.
    lower: Vec<u8>,
    asked: FxHashMap<usize, bool>,
}

/// A part that was read.
#[derive(Clone, Copy)]
struct Part {
    /// Its lists, as places in [`Versions::found`].
    from: usize,
    to: usize,
    lines: u32,
}

/// A list of code that is like that of a page.
struct Found {
    /// The page's list.
    at: usize,
    /// The list of code, its line counted from the start of its part.
    group: Group,
}

impl<'f> Versions<'f> {
    pub(super) fn new(finder: &'f Finder<'f>) -> Self {
        let (known, found, here, lower, asked) = Default::default();
        Self { finder, known, found, here, lower, asked }
    }

    /// Gives `take` the lists of a version of the file at `path` that are like those of pages. `names` says
    /// which names the file may hold.
    pub(super) fn read(
        &mut self,
        path: &RepoPath,
        content: &[u8],
        names: Option<Names<'_>>,
        take: &mut dyn FnMut(usize, Group),
    ) {
        if content.is_empty() || content.len() > LARGEST || is_binary(content) {
            return;
        }
        self.here.clear();
        let syntax = Syntax::of(path, content);
        match way(&syntax) {
            Way::None => return,
            Way::Data => {
                let from = self.found.len();
                let (finder, found) = (self.finder, &mut self.found);
                data::read(content, &syntax, &mut |seen| alike(finder, seen, 0, found));
                self.here.extend((from..self.found.len()).map(|at| (at, 0)));
            }
            Way::Brackets => self.parts(content, &syntax),
        }
        self.lower.clear();
        self.asked.clear();
        for (at, before) in std::mem::take(&mut self.here) {
            let Some(Found { at, group }) = self.found.get(at) else { continue };
            let (finder, lower) = (self.finder, &mut self.lower);
            let is_in = self.asked.entry(*at).or_insert_with(|| {
                names.is_none_or(|names| finder.one_may_be_in(*at, names)) && {
                    if lower.is_empty() {
                        *lower = content.to_ascii_lowercase();
                    }
                    finder.is_spelt_in(*at, lower)
                }
            });
            if *is_in {
                take(*at, Group { line: group.line.saturating_add(before), ..group.clone() });
            }
        }
    }

    fn parts(&mut self, content: &[u8], syntax: &Syntax) {
        let language = syntax.language as u64;
        let mut reader = Reader::new(content, syntax);
        loop {
            let (start, line) = reader.place();
            if start >= content.len() {
                return;
            }
            let mut end = next_part(content, start);
            let key = scan::hash(content.get(start..content.len().min(end + BEYOND)).unwrap_or_default(), language);
            if let Some(part) = self.known.get(&key) {
                self.here.extend((part.from..part.to).map(|at| (at, line - 1)));
                reader.skip_to(end, part.lines);
                continue;
            }
            let from = self.found.len();
            let (finder, found) = (self.finder, &mut self.found);
            let take = &mut |seen: Seen<'_, '_>| alike(finder, seen, line - 1, found);
            reader.run(end, take);
            let whole = reader.place().0 == end && end < content.len() && reader.is_clean();
            // What begins here goes on in what looked like the next part, and perhaps to the end of the file.
            while reader.place().0 < content.len() && !(reader.place().0 == end && reader.is_clean()) {
                end = next_part(content, reader.place().0);
                reader.run(end, take);
            }
            if reader.place().0 >= content.len() {
                reader.end(take);
            }
            let part = Part { from, to: self.found.len(), lines: reader.place().1 - line };
            self.here.extend((part.from..part.to).map(|at| (at, line - 1)));
            if whole {
                self.known.insert(key, part);
            }
        }
    }
}

fn alike(finder: &Finder<'_>, seen: Seen<'_, '_>, before: u32, found: &mut Vec<Found>) {
    finder.alike(Seen { line: seen.line.saturating_sub(before), ..seen }, &mut |at, group| {
        found.push(Found { at, group });
    });
}

/// Where the part that begins at `from` ends: before a line that begins something at the left edge and
/// follows an empty line or one that closes a bracket there.
fn next_part(content: &[u8], from: usize) -> usize {
    let mut line = from;
    while let Some(end) = content.get(line..).and_then(|rest| memchr::memchr(b'\n', rest)).map(|n| line + n) {
        let closes = content.get(line).is_none_or(|b| matches!(b, b'\n' | b'}' | b')' | b']'));
        let begins = content.get(end + 1).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'#' | b'/'));
        line = end + 1;
        if closes && begins {
            return line;
        }
    }
    content.len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::history::lists::{Entries, groups};

    fn found(versions: &mut Versions<'_>, path: &RepoPath, content: &str) -> Vec<(usize, Group)> {
        let mut out = Vec::new();
        versions.read(path, content.as_bytes(), None, &mut |at, group| out.push((at, group)));
        out
    }

    #[test]
    fn parts_that_are_known_hold_what_a_whole_reading_finds() {
        let asked: BTreeSet<Entries> =
            [vec!["one", "two"], vec!["two", "three"]].into_iter().filter_map(Entries::new).collect();
        let asked: Vec<Entries> = asked.into_iter().collect();
        let finder = Finder::new(&asked).unwrap();
        let tables =
            "int a;\n\nenum A { one, two };\n\nint f(void)\n{\n\treturn 1;\n}\nenum B {\n\ttwo,\n\tthree,\n};\n";
        let contents = [
            tables.to_owned(),
            format!("/* new */\n\n{tables}"),
            format!("enum C {{ one, two,\n\n{tables}"),
            format!("/* open\n\n{tables} */\nenum D {{ one, two }};\n"),
            format!("x = {{\n}}\n\n{tables}\nint last = '\n\n'; enum A {{ one, two }};\n"),
            tables.replace("};\n", "}\n\n.x\n"),
            tables.replace("int", "x ="),
            tables.replace('\n', "\r\n"),
        ];
        for path in ["a.c", "a.ts", "a.rs", "a.py", "a.sh", "a.json"] {
            let path = RepoPath::from(path);
            let mut together = Versions::new(&finder);
            for content in &contents {
                // All lists of the content, whole, against each of the pages'.
                let mut whole = Vec::new();
                for group in groups(&path, content.as_bytes()) {
                    let members: Vec<&[u8]> = group.members.iter().map(|m| m.as_bytes()).collect();
                    let seen = Seen { lead: group.lead.as_bytes(), members: &members, line: group.line };
                    finder.alike(seen, &mut |at, group| whole.push((at, group)));
                }
                assert_eq!(found(&mut together, &path, content), whole, "{path} {content:?}");
            }
        }
    }
}
