//! What the sentence around a version says of it.

use crate::document::{BlockKind, Document};
use crate::reference::claim::version::{Subject, VersionClaim};

/// Words of sentences about other times than now.
const PAST: &[&str] = &[
    "before ",
    "prior to",
    "until",
    "introduced",
    "dropped",
    "drop support",
    "drops support",
    "add support",
    "adds support",
    "added support",
    "maintenance",
    "last version",
    "last release",
    "will require",
    "next major",
    "in the future",
    "no longer",
    "deprecated",
    "removed",
    "end-of-life",
    "end of life",
    "used to",
    "previously",
    "formerly",
    "earlier than",
    "older than",
    "starting with",
    "starting from",
    "since ",
    "added in",
    "changed in",
    "worked with",
    "was ",
    "were ",
    "以前",
    "廃止",
    "まで",
    "削除",
];

/// Words of sentences that say what is needed.
const ASKING: &[&str] = &[
    "requir",
    "need",
    "support",
    "install",
    "minimum",
    "prerequisit",
    "compil",
    "build",
    "tested",
    "must",
    "compatible",
    "works with",
    "work with",
    "based on",
    "runs on",
    "run on",
    "uses",
    "necessary",
    "必要",
    "必須",
    "要件",
    "対応",
    "動作",
    "使用",
    "元に",
    "ビルド",
    "インストール",
    "推奨",
];

/// Whether the words, in lower case, tell of another time than now.
pub fn is_past(sentence: &str) -> bool {
    PAST.iter().any(|w| sentence.contains(w))
}

/// Whether a text holds a number with a dot in it.
fn has_version(text: &str) -> bool {
    text.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b'.' && (w[2].is_ascii_digit() || w[2] == b'x'))
}

/// A sentence with the headings above it.
#[derive(Debug)]
pub struct Sentence {
    text: String,
    headings: String,
    /// What stands before the version, from the sentence's beginning.
    before: String,
    /// Whether it is a heading.
    heading: bool,
    /// Whether another version stands before what the version is of: "1.2 to 1.4: Rust 1.60".
    of_a_release: bool,
}

impl Sentence {
    /// The sentence, row or item that holds the claim.
    pub fn around(document: &Document, claim: &VersionClaim) -> Self {
        let heading = document.blocks.get(claim.block).is_some_and(|b| matches!(b.kind, BlockKind::Heading { .. }));
        let span = document.blocks.get(claim.block).map(|b| b.span);
        let (start, end) = span.map_or((claim.span.start, claim.span.end), |s| (s.start, s.end));
        let before = document.text.get(start..claim.span.start).unwrap_or("");
        let after = document.text.get(claim.span.end..end).unwrap_or("");
        // A sample says what it says line by line.
        let stops: &[&str] = if claim.sample { &["\n"] } else { &[". ", ".\n", "。", "! ", "\n\n", "|\n"] };
        let from = stops.iter().filter_map(|s| before.rfind(s).map(|at| at + s.len())).max().unwrap_or(0);
        let to = stops.iter().filter_map(|s| after.find(s)).min().unwrap_or(after.len());
        let text = document.text.get(start + from..claim.span.end + to).unwrap_or("");
        let headings = document.sections.get(claim.section).map(|s| s.heading_path.join(" ")).unwrap_or_default();
        let before = before.get(from..).unwrap_or("").to_lowercase();
        let item = document
            .blocks
            .get(claim.block)
            .filter(|b| matches!(b.kind, BlockKind::ListItem { .. } | BlockKind::TableRow { .. }))
            .and_then(|b| document.text.get(b.span.start..claim.span.start))
            .map_or_else(|| before.clone(), str::to_lowercase);
        let name = item.rfind(claim.name.as_str()).or_else(|| item.rfind("msrv")).unwrap_or(0);
        let of_a_release = claim.subject == Subject::Toolchain && has_version(&item[..name]);
        Self { before, heading, of_a_release, text: text.to_lowercase(), headings: headings.to_lowercase() }
    }

    /// Whether it tells of what was.
    pub fn is_of_the_past(&self) -> bool {
        PAST.iter().any(|w| self.text.contains(w)) || self.before.contains("older ")
    }

    /// Whether it asks, or tells of a case that need not be the reader's: a heading, a question, "if you use
    /// version 2", "for example with version 2".
    pub fn is_open(&self) -> bool {
        let start = self.before.trim_start_matches(['#', '-', '*', ' ', '>', '\n', '\t']);
        let case = ["if ", "when ", "whether ", "in case ", "unless ", "where ", "on systems", "例えば", "場合"];
        self.heading
            || self.of_a_release
            || self.text.trim_end().ends_with('?')
            || case.iter().any(|w| start.starts_with(w) || self.before.contains(&format!(" {w}")))
            || ["以降は", "以降では", "以上では", "以降、", "以降で、"].iter().any(|w| self.text.contains(w))
            || ["for example", "e.g.", "for instance", "such as", "(like "].iter().any(|w| self.before.contains(w))
    }

    /// Whether it says of something else that the project uses it, or is nothing but its name and version, with no
    /// version before.
    pub fn is_of_another(&self) -> bool {
        let start = self.before.trim_start_matches(['#', '-', '*', ' ', '>', '`', '[']);
        let told = ["from ", "with ", "in ", "as of ", "after ", "at ", "by ", "upgrade", "update"];
        let alone = !self.before.contains(". ") && start.split_whitespace().count() <= 2;
        !has_version(&self.before) && !told.iter().any(|w| start.starts_with(w)) && (alone || self.asks_itself())
    }

    /// Whether it tells what holds "in C++ 11 and above", whatever is needed.
    pub fn is_condition(&self) -> bool {
        self.before.split_whitespace().rev().take(3).any(|word| word == "in")
    }

    /// Whether it speaks of what is newer, too.
    pub fn is_of_newer(&self) -> bool {
        ["newer", "later", "higher", "or above", "and above", "minimum", "at least", "以上", "以降"]
            .iter()
            .any(|w| self.text.contains(w))
    }

    /// Whether it says what is needed, without its headings.
    pub fn asks_itself(&self) -> bool {
        ASKING.iter().any(|w| self.text.contains(w))
    }

    /// Whether it, or a heading above it, says what is needed.
    pub fn asks(&self) -> bool {
        self.asks_itself() || ASKING.iter().any(|w| self.headings.contains(w))
    }
}
