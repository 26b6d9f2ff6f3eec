//! Names for findings that survive edits elsewhere in the page.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Version of the recipe; part of every fingerprint.
const VERSION: &str = "1";

/// A finding's name across runs: sixteen hexadecimal digits made of rule, document, normalised
/// reference, heading path and the count of such in the section. Never of line, offset, date or
/// message, so that it stays while the page around it is edited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

impl Fingerprint {
    /// The fingerprint of the `occurrence`-th (from 0) finding of `rule` about `subject` under
    /// `heading_path` of `document` (the oldest known name of the page, so that renames don't
    /// change it).
    #[must_use]
    pub fn new(rule: &str, document: &str, subject: &str, heading_path: &[String], occurrence: usize) -> Self {
        let mut hash = Fnv::default();
        for part in [VERSION, rule, document, subject] {
            hash.part(part.as_bytes());
        }
        for heading in heading_path {
            hash.part(heading.as_bytes());
        }
        hash.part(occurrence.to_string().as_bytes());
        Self(format!("{:016x}", hash.0))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Counts equal findings within a section, in reading order.
#[derive(Debug, Default)]
pub struct Occurrences(HashMap<(String, usize, String), usize>);

impl Occurrences {
    /// How many findings of `rule` about `subject` in `section` came before this one.
    pub fn next(&mut self, rule: &str, section: usize, subject: &str) -> usize {
        let count = self.0.entry((rule.to_owned(), section, subject.to_owned())).or_insert(0);
        let this = *count;
        *count += 1;
        this
    }
}

/// 64-bit FNV-1a with a separator behind each part: stable across releases and platforms.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn part(&mut self, bytes: &[u8]) {
        for &b in bytes.iter().chain(&[0xff]) {
            self.0 ^= u64::from(b);
            self.0 = self.0.wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
