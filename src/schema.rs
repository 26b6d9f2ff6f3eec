//! The published JSON Schemas, made from the types that read and write the files.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use crate::config::raw::RawConfig;
use crate::exclusion::list::v1::List;
use crate::judge::answer::Answer;
use crate::report::json::v1::Audit;
use crate::rule::RuleFile;

/// A published schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The file's name in `docs/schema/`.
    pub file: &'static str,
    /// The schema, with a line break at the end.
    pub json: String,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// JSON as we write it: what may be null is there all the same.
    Written,
    /// JSON as a reader may meet it.
    Read,
    /// TOML as people write it.
    Toml,
}

/// All of them, by file name.
#[must_use]
pub fn all() -> Vec<Schema> {
    vec![
        Schema { file: "audit-v1.json", json: of::<Audit>(Side::Written) },
        Schema { file: "config.json", json: of::<RawConfig>(Side::Toml) },
        Schema { file: "exclusion-list-v1.json", json: of::<List>(Side::Read) },
        Schema { file: "judge-answer.json", json: of::<Answer>(Side::Read) },
        Schema { file: "rule.json", json: of::<RuleFile>(Side::Toml) },
    ]
}

fn of<T: JsonSchema>(side: Side) -> String {
    let settings = SchemaSettings::draft2020_12();
    let settings = if side == Side::Written { settings.for_serialize() } else { settings };
    let mut schema: Value = SchemaGenerator::new(settings).into_root_schema_for::<T>().into();
    if side == Side::Toml {
        forbid_null(&mut schema);
    }
    format!("{schema:#}\n")
}

/// TOML has no null: what is optional there may be missing, but nothing may be null.
fn forbid_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(forbid_null),
        Value::Object(object) => {
            object.values_mut().for_each(forbid_null);
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    object.insert("type".to_owned(), one);
                }
            }
            let Some(Value::Array(choices)) = object.get_mut("anyOf") else { return };
            choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
            if let [Value::Object(one)] = choices.as_slice() {
                let one = one.clone();
                object.remove("anyOf");
                for (key, value) in one {
                    object.entry(key).or_insert(value);
                }
            }
        }
        _ => {}
    }
}
