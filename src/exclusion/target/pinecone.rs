//! Pinecone: `$nin` takes 10,000 values at most.

use super::filter::Form;
use super::quote;

pub(super) fn form(field: &str) -> Form {
    Form {
        before: "{\"$and\":[".into(),
        open: format!("{{{}:{{\"$nin\":[", quote::json_name(field)),
        separator: ",\n",
        close: "]}}".into(),
        between: ",\n",
        after: "]}".into(),
        nothing: "{}".into(),
        most: 10_000,
        quote: quote::json,
    }
}
