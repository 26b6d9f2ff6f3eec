//! How much of a file another file holds.

use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// From this similarity on a deleted and an added file count as one that was renamed (git's own
/// threshold).
pub const SIMILAR: f32 = 0.5;

/// The share of bytes in lines that both files have, of the larger one's bytes, 0 to 1. Line order
/// does not count, nor do line ends; the idea is git's (`diffcore-delta`).
#[must_use]
pub fn similarity(old: &[u8], new: &[u8]) -> f32 {
    let larger = weight_of(old).max(weight_of(new));
    if larger == 0 {
        return 1.0;
    }
    let mut lines: FxHashMap<u64, i64> = FxHashMap::default();
    for line in lines_of(old) {
        *lines.entry(hash(line)).or_default() += 1;
    }
    let mut common = 0;
    for line in lines_of(new) {
        if let Some(left) = lines.get_mut(&hash(line))
            && *left > 0
        {
            *left -= 1;
            common += line.len() + 1;
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let share = common as f32 / larger as f32;
    share.min(1.0)
}

fn lines_of(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).filter(|l| !l.is_empty())
}

fn weight_of(bytes: &[u8]) -> usize {
    lines_of(bytes).map(|l| l.len() + 1).sum()
}

fn hash(line: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    line.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_the_share_of_common_lines() {
        assert!((similarity(b"a\nb\nc\nd\n", b"a\nb\nc\nd\n") - 1.0).abs() < 1e-6);
        assert!((similarity(b"a\nb\nc\nd\n", b"a\r\nb\r\nx\r\ny\r\n") - 0.5).abs() < 1e-6);
        assert!(similarity(b"a\na\na\n", b"a\nx\ny\n") < 0.5);
        assert!((similarity(b"", b"") - 1.0).abs() < 1e-6);
        assert!(similarity(b"", b"a\n").abs() < 1e-6);
    }
}
