//! LanceDB: SQL in which NULL is neither in nor out of a list, so rows that lack the field are named.

use super::filter::Form;
use super::quote;
use crate::exclusion::ExportError;

pub(super) fn form(field: &str) -> Result<Form, ExportError> {
    let field = quote::dotted("lancedb", field)?;
    Ok(Form {
        before: String::new(),
        open: format!("({field} IS NULL OR {field} NOT IN ("),
        separator: ",",
        close: "))".into(),
        between: "",
        after: String::new(),
        nothing: "true".into(),
        most: usize::MAX,
        quote: literal,
    })
}

/// A carriage return stands outside the quotes: who reads the file as text would lose it.
fn literal(text: &str) -> Result<String, &'static str> {
    Ok(quote::sql(text)?.replace('\r', "' || chr(13) || '"))
}
