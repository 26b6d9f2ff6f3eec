//! Qdrant: `must_not` keeps points that lack the field; `must` with `except` would drop them.

use super::filter::Form;
use super::quote;

/// Values in one condition: far below what a request may hold, so that a server's limits on one
/// condition are never met.
const MOST: usize = 50_000;

pub(super) fn form(field: &str) -> Form {
    Form {
        before: "{\"must_not\":[".into(),
        open: format!("{{\"key\":{},\"match\":{{\"any\":[", quote::json_name(field)),
        separator: ",\n",
        close: "]}}".into(),
        between: ",\n",
        after: "]}".into(),
        nothing: "{}".into(),
        most: MOST,
        quote: quote::json,
    }
}
