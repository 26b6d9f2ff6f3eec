//! LlamaIndex: `MetadataFilters.model_validate_json`.

use super::filter::Form;
use super::quote;

pub(super) fn form(field: &str) -> Form {
    Form {
        before: "{\"condition\":\"and\",\"filters\":[".into(),
        open: format!("{{\"key\":{},\"operator\":\"nin\",\"value\":[", quote::json_name(field)),
        separator: ",\n",
        close: "]}".into(),
        between: "",
        after: "]}".into(),
        nothing: "{\"condition\":\"and\",\"filters\":[]}".into(),
        most: usize::MAX,
        quote: quote::json,
    }
}
