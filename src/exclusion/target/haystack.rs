//! Haystack: a filter of a retriever; fields of a document's metadata begin with `meta.`.

use super::filter::Form;
use super::quote;

pub(super) fn form(field: &str) -> Form {
    let field = match field.starts_with("meta.") {
        true => field.to_owned(),
        false => format!("meta.{field}"),
    };
    Form {
        before: String::new(),
        open: format!("{{\"field\":{},\"operator\":\"not in\",\"value\":[", quote::json_name(&field)),
        separator: ",\n",
        close: "]}".into(),
        between: "",
        after: String::new(),
        nothing: "null".into(),
        most: usize::MAX,
        quote: quote::json,
    }
}
