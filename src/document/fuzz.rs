//! Random and hostile pages in every format: nothing panics, and what holds for all pages holds.

use super::testing::check;
use super::{Attributes, DocumentId, Format, SlugScheme, slug, tense};
use crate::history::RepoPath;

const FORMATS: [Format; 5] = [Format::Markdown, Format::Mdx, Format::Rst, Format::Asciidoc, Format::Plain];

/// Pieces of all formats, so that they meet where they should not.
const PIECES: &[&str] = &[
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "    ",
    "\t",
    "a",
    "word",
    "設定",
    "é",
    "🚀",
    "\u{3000}",
    "　",
    "。",
    "\u{301}",
    "\u{0}x",
    "\u{feff}",
    "`",
    "``",
    "```",
    "~~~",
    "*",
    "**",
    "_",
    "__",
    "\\",
    "\\\\",
    "&amp;",
    "&#x41;",
    "&",
    ";",
    "<",
    ">",
    "<a href=\"x\">",
    "</a>",
    "<!--",
    "-->",
    "<div>",
    "<pre>",
    "<code>",
    "<h2>",
    "</h2>",
    "<img src=x>",
    "<A b={c}",
    "{/*",
    "*/}",
    "{",
    "}",
    "{#id}",
    "{: #x}",
    "[",
    "]",
    "](",
    "[a](b)",
    "[[",
    "]]",
    "![",
    "[x]: y",
    "[//]: # (c)",
    "(",
    ")",
    "#",
    "# ",
    "## ",
    "= ",
    "== ",
    "====",
    "----",
    "~~~~",
    "....",
    "____",
    "****",
    "++++",
    "////",
    "|",
    "|===",
    "| a | b |",
    "|---|---|",
    "+---+",
    "+===+",
    "==== ====",
    "> ",
    ">",
    "- ",
    "* ",
    "1. ",
    ". ",
    "<1> ",
    "term:: ",
    "::",
    ":::",
    "::: tip ",
    "!!! note ",
    "??? x",
    "=== \"T\"",
    ".. ",
    ".. note:: ",
    ".. code-block:: a",
    ".. include:: x",
    ".. _t: u",
    ".. |s| image:: x",
    ":ref:`",
    ":a:",
    ":a: b",
    ":opt: v",
    "`_",
    "_ ",
    "|s|",
    "include::x[]",
    "image::y[]",
    "link:z[",
    "xref:",
    "<<",
    ">>",
    "[source,sh]",
    "[[id]]",
    "[#i]",
    "+",
    "---",
    "+++",
    "{{#include x}}",
    "--8<-- \"x\"",
    "<<< @/x",
    "import a from 'b'",
    "https://a.example/x",
    "://",
    "title: x",
    "- k: v",
    "key: |",
    "'",
    "\"",
    "-v, --verbose  x",
    ">>> x",
    "//",
    "'''",
];

/// A small generator with a fixed seed (SplitMix64), so that a failure comes back.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap()
    }
}

fn read(format: Format, bytes: &[u8]) {
    let Ok(mut document) = super::parse(DocumentId::new("p"), format, bytes) else { return };
    check(&document);
    for block in &document.blocks {
        for inline in &block.inlines {
            for (at, c) in inline.text.char_indices().take(40) {
                let span = inline.span_of(&document.text, at..at + c.len_utf8());
                assert!(document.text.get(span.start..span.end).is_some());
            }
        }
    }
    for scheme in
        [SlugScheme::GitHub, SlugScheme::Sphinx, SlugScheme::MkDocs, SlugScheme::VitePress, SlugScheme::Asciidoctor]
    {
        assert!(slug::anchors(&document, scheme).iter().all(|a| !a.is_empty()));
    }
    tense::classify(&mut document, &RepoPath::from("docs/p"), &Attributes::default(), &tense::Versions::default());
}

#[test]
fn pages_of_random_pieces() {
    let mut random = Random(1);
    for round in 0..2500 {
        let mut text = String::new();
        for _ in 0..random.below(60) {
            text.push_str(PIECES[random.below(PIECES.len())]);
        }
        let text = text.replace('\0', "");
        read(FORMATS[round % FORMATS.len()], text.as_bytes());
    }
}

#[test]
fn pages_of_random_bytes() {
    let mut random = Random(2);
    for round in 0..600 {
        let length = random.below(300);
        let bytes: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        read(FORMATS[round % FORMATS.len()], &bytes);
        // And with few kinds of bytes, which decode more often.
        let few: Vec<u8> = (0..length).map(|_| b"\n *`<[|:=-\x82\xa0\xe3\x81\x82"[random.below(15)]).collect();
        read(FORMATS[round % FORMATS.len()], &few);
    }
}

/// One piece over and over, and each pair in turn: what costs the square of its length shows here.
#[test]
fn long_pages_of_one_or_two_pieces_take_linear_time() {
    let mut random = Random(3);
    for format in FORMATS {
        for _ in 0..40 {
            let (a, b) = (PIECES[random.below(PIECES.len())], PIECES[random.below(PIECES.len())]);
            let unit = format!("{a}{b}").replace('\0', "");
            let text = unit.repeat(40_000 / unit.len());
            let start = std::time::Instant::now();
            let _ = super::parse(DocumentId::new("p"), format, text.as_bytes());
            let taken = start.elapsed();
            assert!(taken.as_secs() < 10, "{format:?}: {unit:?} took {taken:?}");
        }
    }
}
