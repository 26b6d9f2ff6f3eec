//! Lines with what stands before them, each noted as its block's.

/// Some lines of one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// First line, from 1.
    pub first: u32,
    /// Last line.
    pub last: u32,
    /// Index of the block.
    pub block: usize,
}

/// A page as Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Which lines are whose, by line. Empty lines between blocks are nobody's.
    pub runs: Vec<Run>,
}

/// What stands before the lines of a block: a list's mark and then its indentation, a quotation's mark.
struct Prefix {
    first: String,
    rest: String,
    used: bool,
}

#[derive(Default)]
pub(super) struct Writer {
    out: Rendered,
    line: u32,
    prefixes: Vec<Prefix>,
    block: usize,
}

impl Writer {
    /// What follows is block `block`'s; returns whose it was until now.
    pub(super) fn set_block(&mut self, block: usize) -> usize {
        std::mem::replace(&mut self.block, block)
    }

    /// Until [`Self::pop`], the next line begins with `first`, and those that follow with `rest`.
    pub(super) fn push(&mut self, first: impl Into<String>, rest: impl Into<String>) {
        self.prefixes.push(Prefix { first: first.into(), rest: rest.into(), used: false });
    }

    pub(super) fn pop(&mut self) {
        self.prefixes.pop();
    }

    /// A line of the current block.
    pub(super) fn line(&mut self, text: &str) {
        self.put(text);
        match self.out.runs.last_mut() {
            Some(run) if run.block == self.block && run.last + 1 == self.line => run.last = self.line,
            _ => self.out.runs.push(Run { first: self.line, last: self.line, block: self.block }),
        }
    }

    /// All lines of `text`.
    pub(super) fn lines(&mut self, text: &str) {
        for line in text.split('\n') {
            self.line(line.strip_suffix('\r').unwrap_or(line));
        }
    }

    /// An empty line, if a line stands before it.
    pub(super) fn blank(&mut self) {
        if self.line > 0 && self.prefixes.iter().all(|prefix| prefix.used) {
            self.put("");
        }
    }

    fn put(&mut self, text: &str) {
        let start = self.out.text.len();
        for prefix in &mut self.prefixes {
            self.out.text.push_str(if prefix.used { &prefix.rest } else { &prefix.first });
            prefix.used = true;
        }
        if text.is_empty() {
            let kept = self.out.text.get(start..).unwrap_or_default().trim_end().len();
            self.out.text.truncate(start + kept);
        } else {
            self.out.text.push_str(text);
        }
        self.out.text.push('\n');
        self.line += 1;
    }

    pub(super) fn finish(self) -> Rendered {
        self.out
    }
}
