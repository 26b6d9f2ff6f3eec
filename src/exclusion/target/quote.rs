//! Literals of the languages that filters are written in.

use std::fmt::Write;

use crate::exclusion::ExportError;

/// A JSON string.
pub(super) fn json(text: &str) -> Result<String, &'static str> {
    serde_json::to_string(text).map_err(|_| "it can't be written as JSON")
}

/// A JSON string that is certain to be one, for field names.
pub(super) fn json_name(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An SQL string: quotes doubled, all else as it is.
pub(super) fn sql(text: &str) -> Result<String, &'static str> {
    match text.contains('\0') {
        true => Err("SQL has no character NUL"),
        false => Ok(format!("'{}'", text.replace('\'', "''"))),
    }
}

/// A string of PostgreSQL that means the same whatever `standard_conforming_strings` says.
pub(super) fn postgres(text: &str) -> Result<String, &'static str> {
    if text.contains('\0') {
        return Err("PostgreSQL's text has no character NUL");
    }
    let mut out = String::from("E'");
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    Ok(out)
}

/// A string of Python.
pub(super) fn python(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}') => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether the text is an identifier of the usual kind: letters, digits and `_`, no digit first.
pub(super) fn is_identifier(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().next().is_some_and(|c| !c.is_ascii_digit())
}

/// The field, if it is an identifier, or several joined by dots.
pub(super) fn dotted<'a>(target: &str, field: &'a str) -> Result<&'a str, ExportError> {
    match field.split('.').all(is_identifier) {
        true => Ok(field),
        false => Err(ExportError::Usage(format!(
            "`--id-field {field}` is no name of a field for `{target}`: letters, digits and `_`, parts joined by dots"
        ))),
    }
}
