//! The versions of one file, each parsed by what it changes in the one before.

use imara_diff::{Algorithm, Diff, InternedInput};
use tree_sitter::{InputEdit, Point, Tree};

use super::declaration::Found;
use super::grammar::Grammar;
use super::walk;

/// Reads versions of one file one after the other. The parser takes over what two versions share, so that
/// many of them cost little more than one; what it finds is what it finds in each alone.
pub struct Versions {
    grammar: Grammar,
    before: Option<(Vec<u8>, Tree)>,
}

impl Versions {
    /// For a file that `grammar` reads.
    #[must_use]
    pub fn new(grammar: Grammar) -> Self {
        Self { grammar, before: None }
    }

    /// What `content` declares, as [`super::read`] says it.
    pub fn read(&mut self, content: &[u8]) -> Option<Found> {
        let before = self.before.take().and_then(|(old, tree)| edited(&old, tree, content));
        let tree = self.grammar.parse_after(content, before.as_ref())?;
        let found = walk::found(self.grammar, &tree, content);
        self.before = Some((content.to_vec(), tree));
        found
    }
}

/// The tree of `old` with what `new` changes in it marked; none where little would be left of it.
fn edited(old: &[u8], mut tree: Tree, new: &[u8]) -> Option<Tree> {
    let mut input = InternedInput::default();
    let (before, after) = (Lines::of(old), Lines::of(new));
    input.update_before(before.all());
    input.update_after(after.all());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let hunks: Vec<_> = diff.hunks().collect();
    let changed: usize = hunks.iter().map(|hunk| hunk.after.len()).sum();
    if changed * 2 > input.after.len() {
        return None;
    }
    // From the last to the first, so that the places of those before stay what they are in `old`.
    for hunk in hunks.iter().rev() {
        let (start, start_position) = before.place(hunk.before.start);
        let (old_end, old_end_position) = before.place(hunk.before.end);
        let (new_start, new_start_position) = after.place(hunk.after.start);
        let (new_end, new_end_position) = after.place(hunk.after.end);
        let rows = new_end_position.row - new_start_position.row;
        let column = if rows > 0 { new_end_position.column } else { start_position.column + (new_end - new_start) };
        tree.edit(&InputEdit {
            start_byte: start,
            old_end_byte: old_end,
            new_end_byte: start + (new_end - new_start),
            start_position,
            old_end_position,
            new_end_position: Point { row: start_position.row + rows, column },
        });
    }
    Some(tree)
}

/// A text's lines, and where they are.
struct Lines<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t [u8]) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|n| n + 1));
        Self { text, starts: starts.filter(|start| *start < text.len()).collect() }
    }

    /// The lines with their ends.
    fn all(&self) -> impl Iterator<Item = &'t [u8]> {
        let ends = self.starts.iter().skip(1).copied().chain([self.text.len()]);
        self.starts.iter().zip(ends).map(|(start, end)| self.text.get(*start..end).unwrap_or_default())
    }

    /// Where line `at` begins, or where the text ends.
    fn place(&self, at: u32) -> (usize, Point) {
        let row = at as usize;
        match self.starts.get(row) {
            Some(start) => (*start, Point { row, column: 0 }),
            None if self.text.last().is_none_or(|b| *b == b'\n') => {
                (self.text.len(), Point { row: self.starts.len(), column: 0 })
            }
            // The last line has no end.
            None => {
                let start = self.starts.last().copied().unwrap_or(0);
                let row = self.starts.len().saturating_sub(1);
                (self.text.len(), Point { row, column: self.text.len() - start })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_hold_what_each_holds_alone() {
        let files: [(Grammar, &[&str]); 5] = [
            (
                Grammar::C,
                &[
                    "int a(int x)\n{\n\treturn x;\n}\n\nint b(void)\n{\n\treturn 1;\n}\n",
                    "/* new */\nint a(int x, int y)\n{\n\treturn x;\n}\n\nint b(void)\n{\n\treturn 2;\n}\nint c(char *p);",
                    "int b(void)\n{\n\treturn 1;\n}\nint c(char *p);\nint d(long q)",
                    "int b(void)\n{\n\treturn 1;\n\nint c(char *p);\nint d(long q);\n",
                    "",
                    "int b(void)\n{\n\treturn 1;\n}\nint c(char *p);\nint d(long q);\n",
                ],
            ),
            (
                Grammar::Python,
                &[
                    "class A:\n    def f(self, x=1):\n        pass\n\n    def g(self):\n        pass\n",
                    "class B:\n    def f(self, x=2, *, y):\n        pass\n\n    def g(self):\n        pass\n\ndef h(): pass",
                    "class B:\n    def g(self):\n        pass\n\ndef h(a): pass\n",
                ],
            ),
            (
                Grammar::Rust,
                &[
                    "struct A;\nimpl A {\n    fn f(&self, x: u8) {}\n}\nfn g() {}\n",
                    "struct B;\nimpl B {\n    fn f(&self, x: u8, y: u8) {}\n    fn z() {}\n}\nfn g() {}\n",
                    "/* struct B;\nimpl B {\n    fn f(&self, x: u8, y: u8) {}\n    fn z() {}\n}\nfn g() {}\n",
                    "struct B;\nimpl B {\n    fn f(&self, x: u8, y: u8) {}\n    fn z() {}\n}\nfn g() {}",
                ],
            ),
            (
                Grammar::Go,
                &[
                    "package a\n\nfunc F(x int) {}\n\nfunc G() {}\n",
                    "package a\n\nfunc F(x, y int) {}\n\nfunc (t T) G() {}",
                ],
            ),
            (
                Grammar::TypeScript,
                &[
                    "class A { f(x: number) {} }\nexport function g(a?: string) {}\n",
                    "class A {\n f(x: number) {}\n h() {}\n}\n",
                ],
            ),
        ];
        for (grammar, versions) in files {
            let mut together = Versions::new(grammar);
            for content in versions {
                let alone = walk::read(grammar, content.as_bytes());
                assert_eq!(together.read(content.as_bytes()), alone, "{grammar:?} {content:?}");
            }
        }
    }
}
