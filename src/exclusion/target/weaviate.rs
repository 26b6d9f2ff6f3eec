//! Weaviate 1.33 or later, as its REST interface takes a `where` filter. `Not` around `ContainsAny`
//! keeps objects that lack the property. The property's tokenization has to be `field`.

use super::filter::Form;
use super::quote;

pub(super) fn form(field: &str) -> Form {
    Form {
        before: "{\"operator\":\"Not\",\"operands\":[".into(),
        open: format!("{{\"operator\":\"ContainsAny\",\"path\":[{}],\"valueTextArray\":[", quote::json_name(field)),
        separator: ",\n",
        close: "]}".into(),
        between: "",
        after: "]}".into(),
        nothing: "null".into(),
        most: usize::MAX,
        quote: quote::json,
    }
}
