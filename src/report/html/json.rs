//! JSON that can stand in a `<script>` element.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The value as compact JSON without any character that HTML or a script could take for its own.
///
/// # Errors
/// Those of the value's serialisation.
pub(super) fn script_json<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, ForScript))?;
    String::from_utf8(out).map_err(|e| serde::ser::Error::custom(e.to_string()))
}

/// Escapes `<` (`</script>`, `<!--`), `>`, `&` and the line separators U+2028 and U+2029. They
/// stand in strings only, so that the JSON stays the same value.
struct ForScript;

impl Formatter for ForScript {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut from = 0;
        for (at, c) in fragment.char_indices() {
            if matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}') {
                writer.write_all(fragment.as_bytes().get(from..at).unwrap_or_default())?;
                write!(writer, "\\u{:04x}", u32::from(c))?;
                from = at + c.len_utf8();
            }
        }
        writer.write_all(fragment.as_bytes().get(from..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_script_and_nothing_is_lost() {
        let hostile = "</script><!-- ]]> \u{2028}\u{2029} & \u{0} \" \\ 日本";
        let json = script_json(&[hostile]).unwrap();
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap()[0], hostile);
    }
}
