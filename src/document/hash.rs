//! The hash by which a section's text is known in an audit.

/// `fnv1a:` and sixteen hexadecimal digits: 64-bit FNV-1a over the text with each run of white
/// space folded into one space and none at the ends. A reflow does not change it.
#[must_use]
pub fn section_hash(text: &str) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut hash = OFFSET;
    let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    for (i, word) in text.split_whitespace().enumerate() {
        if i > 0 {
            eat(b' ');
        }
        word.bytes().for_each(&mut eat);
    }
    format!("fnv1a:{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_fnv1a_of_the_folded_text() {
        // The published test vectors of FNV-1a, 64 bits.
        assert_eq!(section_hash(""), "fnv1a:cbf29ce484222325");
        assert_eq!(section_hash("a"), "fnv1a:af63dc4c8601ec8c");
        assert_eq!(section_hash("foobar"), "fnv1a:85944171f73967e8");
    }

    #[test]
    fn white_space_does_not_count() {
        assert_eq!(section_hash("a  b\r\n\tc\n"), section_hash(" a b c"));
        assert_ne!(section_hash("a b"), section_hash("ab"));
    }
}
