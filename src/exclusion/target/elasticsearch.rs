//! Elasticsearch and OpenSearch: a query clause. `must_not` keeps documents that lack the field. The
//! field has to be of type `keyword`.

use super::filter::Form;
use super::quote;

pub(super) fn form(field: &str) -> Form {
    Form {
        before: "{\"bool\":{\"must_not\":[".into(),
        open: format!("{{\"terms\":{{{}:[", quote::json_name(field)),
        separator: ",\n",
        close: "]}}".into(),
        between: ",\n",
        after: "]}}".into(),
        nothing: "{\"match_all\":{}}".into(),
        // `index.max_terms_count`.
        most: 65_536,
        quote: quote::json,
    }
}
