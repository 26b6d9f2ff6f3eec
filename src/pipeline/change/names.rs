//! The names that a change writes and takes out, anywhere but in pages.

use std::collections::BTreeSet;

use imara_diff::{Algorithm, Diff, InternedInput};
use rustc_hash::FxHashSet;

use super::edits::{ChangedFile, Edits};
use crate::history::{Objects, Oid, RepoPath};
use crate::pipeline::pages::Pages;

/// Larger changes are not read whole.
pub(super) const MOST_FILES: usize = 400;
/// Larger files are not compared, in bytes.
const LARGEST: usize = 1 << 20;
/// Shorter names say little.
pub(super) const SHORTEST: usize = 4;
/// Longer words are no names, in bytes.
const LONGEST: usize = 100;

/// The names of a change, folded.
#[derive(Debug, Default)]
pub struct Names {
    /// In lines that it takes out, and in the paths of files that it takes away.
    gone: FxHashSet<String>,
    /// In lines that it writes.
    came: FxHashSet<String>,
}

impl Names {
    /// Reads the lines that `edits` changes, those of `pages` aside.
    #[must_use]
    pub fn read(objects: &dyn Objects, pages: &Pages, edits: &Edits) -> Self {
        let pages: BTreeSet<&RepoPath> = pages.pages.iter().map(|page| &page.path).collect();
        let mut names = Self::default();
        for (path, file) in edits.files.iter().filter(|(path, _)| !pages.contains(path)).take(MOST_FILES) {
            if file.gone {
                words(path.as_bytes(), &mut names.gone);
            }
            names.add(objects, file);
        }
        names
    }

    /// Whether a line that the change writes or takes out holds `name`, folded.
    #[must_use]
    pub fn changed(&self, name: &str) -> bool {
        self.gone.contains(name) || self.came.contains(name)
    }

    /// Whether the change takes out a line, or a file, with the last name of `subject`.
    #[must_use]
    pub fn takes(&self, subject: &str) -> bool {
        let mut names = FxHashSet::default();
        let last = subject.trim_end_matches("()").rsplit(['/', '.', ':', ' ', '#']).find(|name| name.len() >= SHORTEST);
        words(last.unwrap_or_default().as_bytes(), &mut names);
        names.iter().any(|name| self.gone.contains(name))
    }

    /// Whether the change has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.came.is_empty()
    }

    fn add(&mut self, objects: &dyn Objects, file: &ChangedFile) {
        let read = |id: Option<Oid>| match id {
            Some(id) if objects.size(id).is_ok_and(|size| size <= LARGEST) => objects.blob(id).unwrap_or_default(),
            _ => Vec::new(),
        };
        let old = read(file.old);
        let new = match &file.overlaid {
            Some(bytes) if bytes.len() <= LARGEST => bytes.clone(),
            Some(_) => Vec::new(),
            None => read(file.new),
        };
        if old.contains(&0) || new.contains(&0) {
            return;
        }
        let (before, after): (Vec<&[u8]>, Vec<&[u8]>) =
            (old.split(|&b| b == b'\n').collect(), new.split(|&b| b == b'\n').collect());
        let mut input = InternedInput::default();
        input.update_before(before.iter().copied());
        input.update_after(after.iter().copied());
        for hunk in Diff::compute(Algorithm::Histogram, &input).hunks() {
            let gone = before.get(hunk.before.start as usize..hunk.before.end as usize).unwrap_or_default();
            let came = after.get(hunk.after.start as usize..hunk.after.end as usize).unwrap_or_default();
            gone.iter().for_each(|line| words(line, &mut self.gone));
            came.iter().for_each(|line| words(line, &mut self.came));
        }
    }
}

/// A name as code spells it in any convention: `--dry-run`, `dry_run` and `dryRun` are one.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

fn words(line: &[u8], names: &mut FxHashSet<String>) {
    let part_of_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    for word in line.split(|b| !part_of_word(b)) {
        if word.len() >= SHORTEST && word.len() <= LONGEST && !word[0].is_ascii_digit() {
            names.insert(folded(&String::from_utf8_lossy(word)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_name_of_what_a_finding_is_about_counts() {
        let mut names = Names::default();
        words(b"let dry_run = app.arg(\"dry-run\");", &mut names.gone);
        words(b"docs/old-guide.md", &mut names.gone);
        assert!(names.takes("--dry-run") && names.takes("tool.dryRun()") && names.takes("a/old-guide.md"));
        assert!(!names.takes("--verbose") && !names.takes("app.other") && !names.takes("") && !names.takes("a.b"));
        assert!(names.changed("dryrun") && !names.is_empty());
    }
}
