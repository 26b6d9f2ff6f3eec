//! Chroma: `$nin` keeps records that lack the field.

use super::filter::Form;
use super::quote;

pub(super) fn form(field: &str) -> Form {
    Form {
        before: String::new(),
        open: format!("{{{}:{{\"$nin\":[", quote::json_name(field)),
        separator: ",\n",
        close: "]}}".into(),
        between: "",
        after: String::new(),
        // An empty list is an error there, and so is an empty filter: none at all is `null`.
        nothing: "null".into(),
        most: usize::MAX,
        quote: quote::json,
    }
}
