//! Milvus: a filter expression. `not in` keeps entities that lack the field; `!=` would drop them.

use super::filter::Form;
use super::quote;
use crate::exclusion::ExportError;

pub(super) fn form(field: &str) -> Result<Form, ExportError> {
    // milvus-lite does not find dynamic fields with shorter names.
    if !quote::is_identifier(field) || field.len() < 3 {
        return Err(ExportError::Usage(format!(
            "`--id-field {field}` is no name of a field for `milvus`: three or more letters, digits and `_`"
        )));
    }
    Ok(Form {
        before: String::new(),
        open: format!("{field} not in ["),
        separator: ",",
        close: "]".into(),
        between: "",
        after: String::new(),
        nothing: format!("{field} not in []"),
        most: usize::MAX,
        quote: literal,
    })
}

fn literal(text: &str) -> Result<String, &'static str> {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => return Err("Milvus has no character NUL"),
            // Other control characters may stand as they are; not all versions know numbers for them.
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}
